/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan repair: the released plan after something happened, once for every weight of its
 * stability; of these the ones nobody is better than. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan/command.h"
#include "plan/publish.h"
#include "plan/repair.h"

#include "base/banned.h"

enum { WEIGHTS_MAX = 16, LEAST_CHANGES = 1000 };

struct repair {
	struct run_options run;
	const char *scenario; /* its file, or NULL */
	bool freezes;
	day_t frozen;                 /* if it freezes */
	int64_t weights[WEIGHTS_MAX]; /* falling, different */
	int n_weights;
};

/* A plan of the instance as given. */
struct option_found {
	int64_t weight;
	struct plan *plan;
	uint64_t units;
};

struct found {
	struct option_found at[WEIGHTS_MAX + 2];
	int n;
};

static int64_t disturbance(const struct plan *p) {
	return -p->score.term[TERM_STABILITY];
}

/* What the plan is worth to whoever does not mind changes. */
static int64_t worth(const struct plan *p) {
	return p->value - p->score.term[TERM_STABILITY];
}

static void found_add(struct found *found, int64_t weight, const struct instance *in,
                      const struct plan *p, uint64_t units) {
	found->at[found->n++] =
		(struct option_found){.weight = weight, .plan = repair_carry(in, p), .units = units};
}

static int by_disturbance(const void *x, const void *y) {
	const struct option_found *a = x, *b = y;
	int64_t d = disturbance(a->plan) - disturbance(b->plan), w = worth(b->plan) - worth(a->plan);
	if (d)
		return d < 0 ? -1 : 1;
	if (w)
		return w < 0 ? -1 : 1;
	return a->weight > b->weight ? -1 : a->weight < b->weight;
}

/* Fewest changes first; what changes more is worth more. */
static void found_sift(struct found *found) {
	int n = 0;
	qsort(found->at, (size_t)found->n, sizeof *found->at, by_disturbance);
	for (int i = 0; i < found->n; i++)
		if (n == 0 || worth(found->at[i].plan) > worth(found->at[n - 1].plan))
			found->at[n++] = found->at[i];
		else
			plan_free(found->at[i].plan);
	found->n = n;
}

static bool is_stopped(void *of) {
	(void)of;
	return run_stopped();
}

/* The searches' share of the units, and that of the bound beside them. */
static uint64_t share_of(const struct repair *r) {
	return r->run.units / ((uint64_t)r->n_weights + 2) + (r->run.units > 0);
}

/* One run with these weights, from a plan on; its share of what is left is one in `shares`. */
static struct plan *search_one(const struct repair *r, struct frame *frame, int64_t times,
                               const struct plan *from, int shares, uint64_t *ret_units) {
	struct run_options o = r->run;
	int64_t ends = r->run.since + r->run.ms;
	o.since = clock_ms();
	o.ms = ends > o.since ? (ends - o.since) / shares : 0;
	o.units = share_of(r);
	frame_weigh(frame, times);
	struct plan *start = repair_carry(&frame->in, from);
	struct run *run = run_new(&frame->in, &o);
	run_work(run, start);
	struct plan *best = repair_carry(&frame->in, run_best(run));
	*ret_units = run_units(run);
	plan_free(start);
	run_free(run);
	return best;
}

/* First as if hardly anything were worth a change, then from the heaviest weight down, each from the
 * plan before. */
static void search_all(const struct repair *r, struct frame *frame, struct arena *a,
                       struct found *ret) {
	uint64_t units = 0;
	frame_weigh(frame, LEAST_CHANGES);
	struct plan *from = frame_start(frame, a, is_stopped, NULL);
	found_add(ret, r->weights[0], frame->given, from, units);
	for (int i = -1; i < r->n_weights && !run_stopped(); i++) {
		int64_t times = i < 0 ? LEAST_CHANGES : r->weights[i];
		struct plan *best = search_one(r, frame, times, from, r->n_weights - i, &units);
		found_add(ret, r->weights[i < 0 ? 0 : i], frame->given, best, units);
		plan_free(from);
		from = best;
	}
	plan_free(from);
}

static void write_list(struct buf *b, const char *name, const struct plan *p, unsigned change) {
	const struct instance *in = p->in;
	const char *comma = "";
	buf_addf(b, "\"%s\":[", name);
	for (int i = 0; i < in->n_baseline; i++)
		if (change_of(p, &in->baseline[i], NULL) & change) {
			buf_adds(b, comma);
			buf_json(b, str_of(in->requests[in->baseline[i].request].id));
			comma = ",";
		}
	buf_addc(b, ']');
}

static void write_option_head(struct buf *b, const struct option_found *o) {
	struct changes c = changes_of(o->plan);
	buf_addf(b, "{\"weight\":%" PRId64 ",\"changes\":{\"dropped\":%d,\"moved\":%d,\"experts\":%d}",
	         o->weight, c.dropped, c.moved, c.experts);
	buf_addf(b, ",\"value\":%" PRId64 ",\"worth\":%" PRId64 ",\"requests\":{", o->plan->value,
	         worth(o->plan));
	write_list(b, "dropped", o->plan, CHANGE_DROPPED);
	buf_addc(b, ',');
	write_list(b, "moved", o->plan, CHANGE_MOVED);
	buf_addc(b, ',');
	write_list(b, "restaffed", o->plan, CHANGE_RESTAFFED);
	buf_adds(b, "},\n\"plan\":");
}

static void write_holds(struct buf *b, const struct repair *r, const struct frame *f) {
	static const char *const names[] = {
		[HOLD_ALL] = "kept", [HOLD_DATE] = "team_open", [HOLD_LOST] = "date_open"};
	char day[11];
	buf_adds(b, ",\"frozen\":");
	if (!r->freezes) {
		buf_adds(b, "null");
		return;
	}
	civil_format(r->frozen, day);
	buf_addf(b, "{\"before\":\"%s\"", day);
	for (int hold = HOLD_ALL; hold <= HOLD_LOST; hold++) {
		const char *comma = "";
		buf_addf(b, ",\"%s\":[", names[hold]);
		for (int i = 0; i < f->in.n_baseline; i++)
			if ((int)f->hold[i] == hold) {
				buf_adds(b, comma);
				buf_json(b, str_of(f->in.requests[f->in.baseline[i].request].id));
				comma = ",";
			}
		buf_addc(b, ']');
	}
	buf_addc(b, '}');
}

/* Every plan is judged first; a status other than EXIT_GOOD after a sentence. */
static int write_repair(struct buf *b, struct arena *a, const struct repair *r,
                        const struct frame *f, const json_t *document, const struct run *given,
                        const struct found *found) {
	int status = EXIT_GOOD;
	buf_adds(b, "{\"format\":\"atelier-repair/1\",\"instance\":");
	buf_json(b, str_of(f->given->id));
	write_holds(b, r, f);
	buf_adds(b, ",\"options\":[");
	for (int i = 0; i < found->n && status == EXIT_GOOD; i++) {
		struct answer answer;
		answer_of(given, a, f->given, found->at[i].plan, run_bound(given), &answer);
		answer.units = found->at[i].units;
		buf_adds(b, i ? ",\n" : "\n");
		write_option_head(b, &found->at[i]);
		status = judged(b, "repair", a, document, &answer);
		buf_addc(b, '}');
	}
	buf_adds(b, "]}\n");
	return status;
}

/* All options are plans of the instance as given, which weighs the baseline as it does and has
 * nothing frozen: its bound is that of each. With units it takes its turn; a time is everyone's. */
static struct run *beside(const struct repair *r, const struct instance *in) {
	struct run_options o = r->run;
	o.threads = o.units ? 1 : 2;
	return run_new(in, &o);
}

static int repair_instance(const struct repair *r, struct arena *a, const struct buf *text,
                           const struct instance *in) {
	struct found found = {.n = 0};
	struct buf out = {0};
	int32_t frozen = r->freezes ? r->frozen - in->origin : NO_DAY;
	struct frame *frame = frame_new(a, in, frozen);
	json_t *document = json_loadb(text->p, text->n, 0, NULL);
	struct run *given = beside(r, in);
	run_ready();
	search_all(r, frame, a, &found);
	found_sift(&found);
	run_prove(given, share_of(r));
	int status = write_repair(&out, a, r, frame, document, given, &found);
	if (status == EXIT_GOOD && fwrite(out.p, 1, out.n, stdout) != out.n)
		status = command_fail(EXIT_SYSTEM, "repair", "standard output can't be written");
	for (int i = 0; i < found.n; i++)
		plan_free(found.at[i].plan);
	buf_clear(&out);
	json_decref(document);
	run_free(given);
	return status;
}

static int repair(struct repair *r) {
	struct arena *a = arena_new();
	struct buf text = {0};
	struct instance *in;
	r->run.since = clock_ms();
	int status = command_instance("repair", a, &in, &text);
	if (status == EXIT_GOOD)
		status = command_scenario("repair", r->scenario, a, &in, &text);
	if (status == EXIT_GOOD)
		status = repair_instance(r, a, &text, in);
	buf_clear(&text);
	arena_free(a);
	return status;
}

static int falling(const void *x, const void *y) {
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return a > b ? -1 : a < b;
}

static bool read_weights(struct repair *r, char *text) {
	int n = 0;
	r->n_weights = 0;
	for (char *next = text; next; r->n_weights++) {
		char *comma = strchr(next, ',');
		if (comma)
			*comma = '\0';
		if (r->n_weights == WEIGHTS_MAX)
			return command_fail(0, "repair", "at most %d weights are possible", WEIGHTS_MAX);
		if (!run_number("repair", next, WEIGHT_MAX, false, &r->weights[r->n_weights]))
			return false;
		next = comma ? comma + 1 : NULL;
	}
	qsort(r->weights, (size_t)r->n_weights, sizeof *r->weights, falling);
	for (int i = 0; i < r->n_weights; i++)
		if (i == 0 || r->weights[i] != r->weights[i - 1])
			r->weights[n++] = r->weights[i];
	r->n_weights = n;
	return true;
}

static bool read_frozen(struct repair *r, const char *text) {
	r->freezes = civil_parse(str_of(text), &r->frozen);
	return r->freezes
	       || command_fail(0, "repair", "\"%s\" is no date of the form YYYY-MM-DD", text);
}

int command_repair(int argc, char **argv) {
	static const struct option options[] = {RUN_SEED,
	                                        RUN_UNITS,
	                                        RUN_TIME,
	                                        {"frozen", required_argument, NULL, 'f'},
	                                        {"scenario", required_argument, NULL, 'x'},
	                                        {"weights", required_argument, NULL, 'w'},
	                                        {0}};
	struct repair r = {.run = RUN_DEFAULTS, .weights = {16, 4, 1, 0}, .n_weights = 4};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		bool good = true;
		switch (c) {
		case '?': return EXIT_USAGE;
		case 'f': good = read_frozen(&r, optarg); break;
		case 'w': good = read_weights(&r, optarg); break;
		case 'x': r.scenario = optarg; break;
		default: good = run_option("repair", &r.run, c, optarg);
		}
		if (!good)
			return EXIT_USAGE;
	}
	if (optind != argc)
		return command_fail(EXIT_USAGE, "repair", "the instance is read from standard input");
	run_listen();
	return repair(&r);
}
