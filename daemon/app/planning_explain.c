/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning_explain.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "app/calls.h"
#include "app/house.h"
#include "app/planning_child.h"
#include "app/render.h"
#include "app/shape.h"
#include "base/log.h"

#include "base/banned.h"

/* In its exchange's arena, but for what jansson made. */
struct explaining {
	struct list link; /* in the house's explainings */
	struct request *request;
	struct child *child; /* NULL: not yet, or not any more */
	uv_work_t work;
	char *body;            /* of api.plan_explain */
	json_t *asked;         /* the same; the words of the question live in it */
	char *instance, *plan; /* of it; plan NULL: none */
	const char *arguments[CHILD_ARGUMENTS + 1];
	struct buf answer;
	bool good;
	struct why why; /* the answer is none */
};

static void explain_end(struct explaining *e) {
	list_remove(&e->link);
	free(e->body);
	free(e->instance);
	free(e->plan);
	json_decref(e->asked);
	buf_clear(&e->answer);
}

static void refuse(struct explaining *e, const struct why *why) {
	explain_end(e);
	render_problem(e->request, why, "");
}

/* The sentence is for who asked, `cause` for the log. */
static void refuse_as(struct explaining *e, const char *sentence, const char *cause) {
	struct why why;
	log_error("explain", "why=%s cause=%s request=%s", log_quoted(sentence), log_quoted(cause),
	          request_id(e->request));
	(void)err_set(&why, ERR_INTERNAL, NULL, "%s", sentence);
	refuse(e, &why);
}

/* -- last step: the answer -- */

/* The planner leaves out what does not apply; an answer of ours has every member of its schema. */
static void complete(const struct shapes *shapes, const json_t *schema, json_t *value) {
	const char *ref = json_string_value(json_object_get(schema, "$ref")), *name;
	const json_t *properties;
	json_t *part;
	size_t i;
	if (ref)
		schema = shape_schema(shape_find(shapes, ref));
	json_array_foreach(value, i, part) complete(shapes, json_object_get(schema, "items"), part);
	json_array_foreach(json_object_get(schema, "required"), i, part) {
		name = json_string_value(part);
		if (json_is_object(value) && !json_object_get(value, name))
			(void)json_object_set_new(value, name, json_null());
	}
	properties = json_object_get(schema, "properties");
	json_object_foreach(value, name, part)
		complete(shapes, json_object_get(properties, name), part);
}

/* Scenarios of the API call somebody who joins "newcomer", and only who leaves "expert". */
static void name_newcomers(const json_t *said) {
	const json_t *change;
	json_t *what;
	size_t i, k;
	json_array_foreach(json_object_get(said, "changes"), i, change) {
		const json_t *scenario = json_object_get(change, "scenario");
		json_array_foreach(json_object_get(scenario, "changes"), k, what) {
			json_t *expert = json_object_get(what, "expert");
			if (json_is_object(expert) && json_object_set(what, "newcomer", expert) == 0)
				(void)json_object_del(what, "expert");
		}
	}
}

/* The answer as the API describes it, or why it is none. */
static void answer_read(uv_work_t *work) {
	struct explaining *e = work->data;
	const struct shape *shape = shape_find(e->request->house->shapes, e->request->route->answer);
	json_t *said = NULL;
	e->good = shape_parse(buf_str(&e->answer), &said, &e->why) == ERR_NONE;
	if (e->good) {
		name_newcomers(said);
		complete(e->request->house->shapes, shape_schema(shape), said);
		e->good = shape_check(shape, said, &e->why) == ERR_NONE;
	}
	char *text = e->good ? json_dumps(said, JSON_COMPACT) : NULL;
	buf_clear(&e->answer);
	if (text)
		buf_adds(&e->answer, text);
	free(text);
	json_decref(said);
}

static void answer_known(uv_work_t *work, int status) {
	struct explaining *e = work->data;
	struct request *q = e->request;
	struct answer a = {.status = 200};
	(void)status; /* nothing cancels it */
	if (!e->good) {
		refuse_as(e, "The planner's answer is not an explanation as the API describes it.",
		          e->why.sentence);
		return;
	}
	a.page.content_type = STR("application/json");
	a.page.identity = blob_new(e->answer.p, e->answer.n);
	explain_end(e);
	render_answer(q, &a, q->key);
}

/* -- third step: the child has ended -- */

static void child_ended(struct child_end *end, void *ctx) {
	struct explaining *e = ctx;
	e->child = NULL;
	if (!end->err && *end->said)
		log_warn("explain", "said=%s request=%s", log_quoted(end->said), request_id(e->request));
	if (end->err) {
		if (end->err != ERR_INVALID)
			log_warn("explain", "why=%s request=%s", log_quoted(end->why.sentence),
			         request_id(e->request));
		refuse(e, &end->why);
		return;
	}
	e->answer = end->output;
	end->output = (struct buf){0};
	if (uv_queue_work(e->request->house->loop, &e->work, answer_read, answer_known))
		abort();
}

/* -- second step: instance, plan and question are apart -- */

enum { BEFORE = 1, AFTER = 2 }; /* words around the question's own */

/* A snapshot has ids alone; the answer's sentences say the names of today beside them. */
static void bear_names(const json_t *instance, json_t *names) {
	const char *list, *key, *id;
	json_t *of_list, *one, *name;
	size_t i;
	json_object_foreach(names, list, of_list) {
		key = strcmp(list, "members") == 0 ? "code" : "id";
		json_array_foreach(json_object_get(instance, list), i, one) {
			id = json_string_value(json_object_get(one, key));
			name = id ? json_object_get(of_list, id) : NULL;
			if (name)
				(void)json_object_set(one, "name", name);
		}
	}
}

static void question_read(uv_work_t *work) {
	struct explaining *e = work->data;
	e->asked = json_loads(e->body, 0, NULL);
	const json_t *words = json_object_get(e->asked, "options");
	const json_t *plan = json_object_get(e->asked, "plan");
	size_t n = json_array_size(words), i;
	json_t *word;
	bear_names(json_object_get(e->asked, "instance"), json_object_get(e->asked, "names"));
	e->instance = json_dumps(json_object_get(e->asked, "instance"), JSON_COMPACT);
	e->plan = json_is_object(plan) ? json_dumps(plan, JSON_COMPACT) : NULL;
	e->good = e->instance && json_is_array(words) && n + BEFORE + AFTER <= CHILD_ARGUMENTS;
	if (!e->good)
		return;
	e->arguments[0] = "explain";
	json_array_foreach(words, i, word) {
		e->good = e->good && json_is_string(word);
		e->arguments[BEFORE + i] = json_string_value(word);
	}
	if (e->plan) {
		e->arguments[BEFORE + n] = "--plan";
		e->arguments[BEFORE + n + 1] = CHILD_DOCUMENT;
	}
}

static void question_known(uv_work_t *work, int status) {
	struct explaining *e = work->data;
	const struct house *h = e->request->house;
	(void)status; /* nothing cancels it */
	if (!e->good) {
		refuse_as(e, "The question came without its instance.", "api.plan_explain");
		return;
	}
	e->child = child_start(h->loop, h->conf,
	                       &(struct child_task){.arguments = e->arguments,
	                                            .instance = str_of(e->instance),
	                                            .document = str_of(e->plan),
	                                            .time_ms = h->conf->plan_explain_time,
	                                            .time_setting = "plan.explain_time",
	                                            .ended = child_ended,
	                                            .ctx = e});
	if (h->stopping)
		child_kill(e->child);
}

/* -- first step: SQL has answered -- */

static void rows_known(const struct db_result *r, void *ctx) {
	struct explaining *e = ctx;
	if (r->err) {
		explain_end(e);
		calls_problem(e->request, r);
		return;
	}
	struct str body = r->rows == 1 ? db_value(r, 0, CALL_BODY) : STR("");
	e->body = strndup(body.p ? body.p : "", body.n);
	if (!e->body || uv_queue_work(e->request->house->loop, &e->work, question_read, question_known))
		abort();
}

void explain_begin(struct request *q) {
	struct house *h = q->house;
	struct why why;
	int64_t running = 0;
	list_each (&h->explainings, at)
		running++;
	if (running >= h->conf->plan_explains) {
		(void)err_set(&why, ERR_UNAVAILABLE, NULL,
		              "%" PRId64
		              " such questions are being answered, as many as plan.explains allows; try "
		              "again soon.",
		              running);
		render_problem(q, &why, "");
		return;
	}
	struct explaining *e = arena_new_of(q->arena, struct explaining);
	e->request = q;
	e->work.data = e;
	list_append(&h->explainings, &e->link);
	q->idempotency_key = NULL; /* nothing is kept */
	calls_submit(q, rows_known, e);
}

void explain_stop(struct house *h) {
	list_each (&h->explainings, at) {
		struct explaining *e = list_entry(at, struct explaining, link);
		if (e->child)
			child_kill(e->child);
	}
}
