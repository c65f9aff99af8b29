/* SPDX-License-Identifier: Apache-2.0 */
/* What bound, certificate and exact search say of instances, for tests/plan/bounded.
 *
 * One JSON object a line on standard input, {"instance": …}: one a line on standard output,
 * {"bound": n, "certificate": {…}, "certified": n, "purse": n, "paid": n, "exact": n, "proven": bool, "nodes": n, …};
 * {"instance": …, "certificate": …}: {"certified": n} or {"refused": sentence};
 * {"instance": …, "lp": true}: {"lp": text}. */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/vec.h"
#include "plan/certificate.h"
#include "plan/exact.h"
#include "plan/lp.h"
#include "plan/read.h"

#include "base/banned.h"

enum { SWEEPS = 60, PAID_SWEEPS = 8, UNITS = 400000, BELOW = 1000000 /* any value */ };

static json_t *certified(const struct instance *in, const json_t *certificate) {
	struct why why = {0};
	int64_t value;
	if (certificate_value(in, certificate, &value, &why) != ERR_NONE)
		return json_pack("{ss}", "refused", why.sentence);
	return json_pack("{sI}", "certified", (json_int_t)value);
}

/* A sweep from new prices and one from the best found must tell the same of the best. */
static void bounded(const struct instance *in, json_t *answer) {
	struct bound *b = bound_new(in), *again = bound_new(in);
	struct buf text = {0};
	for (int i = 0; i < SWEEPS; i++)
		(void)bound_sweep(b);
	certificate_write(&text, bound_prices(b));
	json_t *certificate = json_loadb(text.p, text.n, 0, NULL);
	json_object_update_new(answer, certified(in, certificate));
	json_object_set_new(answer, "certificate", certificate);
	json_object_set_new(answer, "bound", json_integer((json_int_t)bound_value(b)));
	int16_t *when = calloc((size_t)in->n_requests + 1, sizeof *when);
	int64_t scale = bound_prices(b)->scale, sum = bound_purse(b, -BELOW, UNITS, when);
	int64_t least = INT64_MAX;
	if (sum < INT64_MAX)
		json_object_set_new(answer, "purse",
		                    json_integer((json_int_t)(sum / scale - (sum % scale < 0))));
	free(when);
	for (int i = 0; i < PAID_SWEEPS; i++) {
		sum = bound_paid(b, -BELOW, UNITS);
		if (sum < least)
			least = sum == PAID_FEW ? -BELOW * scale : sum;
	}
	if (least < INT64_MAX)
		json_object_set_new(answer, "paid",
		                    json_integer((json_int_t)(least / scale - (least % scale < 0))));
	bound_step(again, UNITS / 400);
	json_object_set_new(answer, "stepped", json_integer((json_int_t)bound_value(again)));
	buf_clear(&text);
	bound_free(again);
	bound_free(b);
}

static void solved(const struct instance *in, json_t *answer) {
	struct exact *x = exact_new(in, NULL);
	bool done = exact_step(x, UNITS);
	json_object_set_new(answer, "proven", json_boolean(done));
	json_object_set_new(answer, "exact", json_integer((json_int_t)exact_plan(x)->value));
	json_object_set_new(answer, "limit", json_integer((json_int_t)exact_bound(x)));
	json_object_set_new(answer, "nodes", json_integer((json_int_t)exact_nodes(x)));
	json_object_set_new(answer, "broken", json_integer((json_int_t)plan_breaches(exact_plan(x))));
	exact_free(x);
}

static json_t *modelled(const struct instance *in) {
	struct buf text = {0};
	lp_write(&text, in);
	json_t *ret = json_pack("{ss%}", "lp", text.p, text.n);
	buf_clear(&text);
	return ret;
}

static json_t *answer(const json_t *question) {
	struct arena *a = arena_new();
	struct faults faults = {0};
	struct instance *in;
	char *text = json_dumps(json_object_get(question, "instance"), JSON_COMPACT);
	const json_t *certificate = json_object_get(question, "certificate");
	json_t *ret = json_object();
	if (!text || read_instance(a, str_of(text), &in, &faults) != ERR_NONE) {
		json_object_set_new(ret, "fault", json_string(faults.n ? faults.at->sentence : ""));
	} else if (certificate) {
		json_decref(ret);
		ret = certified(in, certificate);
	} else if (json_is_true(json_object_get(question, "lp"))) {
		json_decref(ret);
		ret = modelled(in);
	} else {
		bounded(in, ret);
		solved(in, ret);
	}
	free(text);
	vec_clear(&faults);
	arena_free(a);
	return ret;
}

int main(void) {
	char *line = NULL;
	size_t room = 0;
	while (getline(&line, &room, stdin) > 0) {
		json_t *question = json_loads(line, 0, NULL), *said = answer(question);
		char *text = json_dumps(said, JSON_COMPACT);
		(void)puts(text ? text : "{}");
		(void)fflush(stdout);
		free(text);
		json_decref(said);
		json_decref(question);
	}
	free(line);
	return 0;
}
