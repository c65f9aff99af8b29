/* SPDX-License-Identifier: Apache-2.0 */
/* plan/read, plan/model, plan/write: the example as compiled, rules nobody plans by, a plan written
 * and read again. EXAMPLE names the example. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "plan/calendar.h"
#include "plan/judge.h"
#include "plan/read.h"
#include "plan/team.h"
#include "plan/write.h"

#include "base/banned.h"

static struct arena *arena;
static struct buf text;
static struct instance *example;

static int setup(void **state) {
	struct faults faults = {0};
	char chunk[4096];
	size_t n;
	(void)state;
	FILE *in = fopen(EXAMPLE, "rb");
	if (!in)
		return -1;
	while ((n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buf_add(&text, chunk, n);
	(void)fclose(in);
	arena = arena_new();
	return read_instance(arena, buf_str(&text), &example, &faults) == ERR_NONE ? 0 : -1;
}

static int teardown(void **state) {
	(void)state;
	buf_clear(&text);
	arena_free(arena);
	return 0;
}

/* Known distances (km between capitals as the document has them), and both ends of the scale. */
static void distances(void **state) {
	(void)state;
	assert_int_equal(distance_km(0, 0, 0, 0), 0);
	assert_int_equal(distance_km(0, 0, 0, 180), 20015);
	assert_int_equal(distance_km(90, 0, -90, 77), 20015);
	assert_int_equal(distance_km(0, 10, 0, 11), 111);
	assert_int_equal(distance_km(50.85, 4.35, 48.86, 2.35), 263); /* Brussels, Paris */
	for (int a = 0; a < example->n_members; a++)
		for (int b = 0; b < example->n_members; b++)
			assert_int_equal(instance_km(example, a, b), instance_km(example, b, a));
}

static void compiled(void **state) {
	(void)state;
	const struct instance *in = example;
	assert_int_equal(in->n_requests, 20);
	assert_int_equal(in->n_experts, 15);
	assert_int_equal(in->n_sites, 26);
	assert_int_equal(in->n_pinned, 1);
	assert_string_equal(in->requests[18].id, "Q0019");
	assert_int_equal(in->requests[18].pinned, 0);
	assert_int_equal(in->origin + in->horizon.first, 20635); /* 2026-07-01 */
	assert_int_equal(in->year_from[1] + in->origin, 20819);  /* 2027-01-01 */
	for (int d = 1; d < in->days; d++)
		assert_int_equal(in->year_of[d] - in->year_of[d - 1], d == in->year_from[1]);
}

/* What the calendar says of an expert, and a site of its starts, day by day. */
static void calendars(void **state) {
	(void)state;
	const struct instance *in = example;
	for (int i = 0; i < in->n_sites; i++) {
		const struct site *s = &in->sites[i];
		const struct request *r = &in->requests[s->request];
		for (int32_t d = in->horizon.first; d <= in->horizon.last; d++) {
			bool open = d >= r->starts.first && d <= r->starts.last;
			for (int32_t k = d; k < d + r->days; k++)
				open = open && bits_has(in->members[s->member].open, k);
			assert_int_equal(bits_has(s->starts, d), open);
		}
		for (int c = 0; c < s->n_candidates; c++) {
			const struct candidate *who = &s->candidates[c];
			const uint64_t *row = calendar_row(in, who->shape, who->expert);
			assert_true(c == 0 || who[-1].cost <= who->cost);
			assert_int_equal(who->cost, expert_cost(in, who->expert, s));
			for (int32_t d = in->horizon.first; d + r->days - 1 <= in->horizon.last; d++) {
				struct span block = block_of(in, who->band, d, r->days);
				bool open = true;
				for (int32_t k = block.first; k <= block.last; k++)
					open = open && bits_has(in->experts[who->expert].open, k);
				assert_int_equal(bits_has(row, d), open);
			}
		}
	}
}

/* The example with a text put in before "opens". */
static enum err read_with(const char *rule, bool *ret_wide, struct faults *faults) {
	struct buf changed = {0};
	struct instance *in = NULL;
	const char *at = strstr(text.p, "\"opens\"");
	assert_non_null(at);
	buf_add(&changed, text.p, (size_t)(at - text.p));
	buf_adds(&changed, rule);
	buf_adds(&changed, at);
	enum err err = read_instance(arena, buf_str(&changed), &in, faults);
	buf_clear(&changed);
	*ret_wide = in && is_wide(in);
	return err;
}

static void reads_wide_rules(void **state) {
	(void)state;
	static const struct {
		const char *name, *good, *bad, *path;
	} rules[] = {
		{"chaining", "{\"max_gap_days\":0}", "{\"x\":1}", "$.rules.chaining.max_gap_days"},
		{"chaining", "{\"max_gap_days\":9}", "true", "$.rules.chaining"},
		{"sessions", "{\"regional\":{\"quorum\":1,\"capacity\":2}}", "{\"national\":{}}",
	     "$.rules.sessions.national"},
		{"sessions", "{\"accreditation\":{\"quorum\":2,\"capacity\":2}}",
	     "{\"regional\":{\"quorum\":3}}", "$.rules.sessions.regional.capacity"},
		{"accrual", "{\"missions_to_full\":1}", "{\"missions_to_full\":0}",
	     "$.rules.accrual.missions_to_full"},
	};
	static const char *const off[] = {"null", "false", "0"};
	struct faults faults = {0};
	bool wide;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char *rule = arena_printf(arena, "\"%s\":%s,", rules[i].name, rules[i].bad);
		assert_int_equal(read_with(rule, &wide, &faults), ERR_INVALID);
		assert_int_equal(faults.n, 1);
		assert_string_equal(faults.at[0].path, rules[i].path);
		vec_clear(&faults);
		rule = arena_printf(arena, "\"%s\":%s,", rules[i].name, rules[i].good);
		assert_int_equal(read_with(rule, &wide, &faults), ERR_NONE);
		assert_true(wide);
		rule = arena_printf(arena, "\"%s\":%s,", rules[i].name, off[i % 3]);
		assert_int_equal(read_with(rule, &wide, &faults), ERR_NONE);
		assert_false(wide);
	}
}

static struct buf written(const struct plan *p, bool bounded, int64_t bound) {
	struct buf b = {0};
	struct unserved *left = arena_array(arena, struct unserved, (size_t)example->n_requests);
	struct unblock way = {1u << REASON_BUSY | 1u << REASON_FUND, example->horizon.first};
	int n = 0;
	for (int i = example->n_requests - 1; i >= 0; i--)
		if (!plan_item(p, i))
			left[n++] = (struct unserved){.request = i,
			                              .reasons = 1u << REASON_ELIGIBLE | 1u << REASON_FUND,
			                              .criteria = 1u << CRITERION_KPI,
			                              .earliest = i % 2 ? NO_DAY : example->horizon.last,
			                              .unblock = &way,
			                              .n_unblock = 1};
	write_plan(&b, &(struct answer){.plan = p,
	                                .status = STATUS_FEASIBLE,
	                                .bounded = bounded,
	                                .bound = bound,
	                                .seed = UINT64_MAX >> 1,
	                                .cpu_ms = 1007,
	                                .unserved = left,
	                                .n_unserved = n});
	return b;
}

static void judged_good(const struct buf *plan) {
	struct verdict verdict;
	json_t *a = json_loadb(text.p, text.n, 0, NULL), *b = json_loadb(plan->p, plan->n, 0, NULL);
	assert_non_null(b);
	judge_plan(arena, a, b, &verdict);
	for (size_t i = 0; i < verdict.n; i++)
		print_error("%s %s %s\n", verdict.at[i].code, verdict.at[i].where, verdict.at[i].sentence);
	assert_int_equal(verdict.n, 0);
	vec_clear(&verdict);
	json_decref(a);
	json_decref(b);
}

/* The first item that fits each request, its money from one fund. */
static void fill(struct plan *p) {
	const struct instance *in = p->in;
	for (int i = 0; i < in->n_sites; i++) {
		const struct site *s = &in->sites[i];
		struct item item = {.request = s->request, .site = i, .n_team = 1, .n_funding = 1};
		bits_each(s->starts, in->words, d) {
			const struct request *r = &in->requests[s->request];
			for (int a = 0; a < s->n_candidates && !plan_item(p, s->request); a++)
				for (int b = 0; b < s->n_candidates && !plan_item(p, s->request); b++)
					for (int f = 0; f < r->n_funds && !plan_item(p, s->request); f++) {
						item.start = d;
						item.n_team = 2;
						item.team[0] = (struct seat){s->candidates[a].expert, ROLE_LEAD};
						item.team[1] = (struct seat){s->candidates[b].expert, ROLE_EXPERT};
						item.cost = a == b ? 0 : item_cost(in, &item);
						item.funding[0] = (struct grant){item.cost, r->funds[f]};
						if (a != b && !item_breaches(in, &item) && !plan_clashes(p, &item))
							plan_add(p, &item);
					}
		}
	}
}

static void writes_and_reads(void **state) {
	(void)state;
	struct faults faults = {0};
	struct plan *p = plan_new(example), *q = plan_new(example);
	struct item *items;
	int n;
	fill(p);
	assert_true(p->n_items > 4);
	assert_int_equal(plan_breaches(p), 0);
	struct buf b = written(p, false, 0), c = written(p, true, p->value + 7);
	judged_good(&b);
	judged_good(&c);
	assert_int_equal(read_plan(arena, example, buf_str(&b), &items, &n, &faults), ERR_NONE);
	assert_int_equal(n, p->n_items);
	for (int i = 0; i < n; i++)
		if (example->requests[items[i].request].pinned < 0)
			plan_add(q, &items[i]);
	assert_int_equal(p->value, q->value);
	assert_memory_equal(p->busy, q->busy,
	                    (size_t)example->n_experts * example->words * sizeof *p->busy);
	struct buf again = written(q, false, 0);
	assert_string_equal(b.p, again.p);
	plan_copy(q, p);
	assert_true(plan_consistent(q));
	plan_free(p);
	plan_free(q);
	buf_clear(&b);
	buf_clear(&c);
	buf_clear(&again);
}

/* The control: sums that are off by one anywhere are noticed. */
static void notices(void **state) {
	(void)state;
	struct plan *p = plan_new(example);
	fill(p);
	assert_true(plan_consistent(p));
	int64_t *longs[] = {&p->value, &p->score.term[TERM_LOAD], &p->spent[1]};
	uint16_t *shorts[] = {&p->missions[2], &p->load[3], &p->running[50], &p->region[0]};
	for (size_t i = 0; i < sizeof longs / sizeof *longs; i++) {
		++*longs[i];
		assert_false(plan_consistent(p));
		--*longs[i];
	}
	for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++) {
		++*shorts[i];
		assert_false(plan_consistent(p));
		--*shorts[i];
	}
	p->days[4]++;
	assert_false(plan_consistent(p));
	p->days[4]--;
	p->busy[0] ^= 1;
	assert_false(plan_consistent(p));
	p->busy[0] ^= 1;
	assert_true(plan_consistent(p));
	plan_free(p);
}

static void gaps(void **state) {
	(void)state;
	struct plan *p = plan_new(example);
	static const struct {
		int64_t value, bound;
		const char *gap;
	} rows[] = {
		{7, 7, "0,"},           {0, 1, "1.000000,"}, {-3, 0, "3.000000,"}, {-20, -10, "1.000000,"},
		{98, 100, "0.020000,"}, {2, 3, "0.333333,"}, {1, 3, "0.666667,"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		p->value = rows[i].value;
		struct buf b = written(p, true, rows[i].bound);
		const char *at = strstr(b.p, "\"gap\":");
		assert_non_null(at);
		assert_memory_equal(at + 6, rows[i].gap, strlen(rows[i].gap));
		buf_clear(&b);
	}
	plan_free(p);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),        cmocka_unit_test(compiled), cmocka_unit_test(calendars),
		cmocka_unit_test(reads_wide_rules), cmocka_unit_test(gaps),     cmocka_unit_test(notices),
		cmocka_unit_test(writes_and_reads),
	};
	return cmocka_run_group_tests_name("plan/read", tests, setup, teardown);
}
