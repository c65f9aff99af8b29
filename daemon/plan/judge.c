/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: opening, reading of facts, the order of the hearing. */
#include "plan/judge_case.h"

#include <math.h>
#include <string.h>

#include "base/vec.h"

#include "base/banned.h"

void blame(struct court *c, const char *code, const char *where, const char *format, ...) {
	va_list ap;
	struct finding *f = vec_push(c->verdict);
	va_start(ap, format);
	*f = (struct finding){code, where, arena_vprintf(c->arena, format, ap)};
	va_end(ap);
}

int64_t number_of(const json_t *of, const char *key) {
	return json_integer_value(json_object_get(of, key));
}

const char *text_of(const json_t *of, const char *key) {
	const char *text = json_string_value(json_object_get(of, key));
	return text ? text : "";
}

bool day_of(const json_t *value, day_t *ret) {
	const char *text = json_string_value(value);
	return text && civil_parse(str_of(text), ret);
}

bool is_in(const json_t *list, const char *text) {
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *entry = json_string_value(json_array_get(list, i));
		if (entry && strcmp(entry, text) == 0)
			return true;
	}
	return false;
}

bool shares(const json_t *list, const json_t *other) {
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *entry = json_string_value(json_array_get(list, i));
		if (entry && is_in(other, entry))
			return true;
	}
	return false;
}

bool in_ranges(const json_t *ranges, day_t first, day_t last) {
	char from[11], upto[11];
	if (json_array_size(ranges) == 0)
		return false;
	/* Dates in the instance are good ones, and in order as texts too. */
	civil_format(first, from);
	civil_format(last, upto);
	for (size_t i = 0; i < json_array_size(ranges); i++) {
		const json_t *range = json_array_get(ranges, i);
		const char *a = json_string_value(json_array_get(range, 0));
		const char *b = json_string_value(json_array_get(range, 1));
		if (a && b && strcmp(a, upto) <= 0 && strcmp(from, b) <= 0)
			return true;
	}
	return false;
}

bool rule_is_on(const struct court *c, const char *name) {
	const json_t *rule = json_object_get(c->rules, name);
	return rule && !json_is_null(rule) && !json_is_false(rule)
	       && !(json_is_integer(rule) && json_integer_value(rule) == 0);
}

int kilometres(const json_t *member, const json_t *other) {
	const double degree = 3.14159265358979323846 / 180;
	double phi = json_number_value(json_object_get(member, "lat")) * degree;
	double phi2 = json_number_value(json_object_get(other, "lat")) * degree;
	double lambda = json_number_value(json_object_get(member, "lon"));
	double lambda2 = json_number_value(json_object_get(other, "lon"));
	double s = sin((phi2 - phi) / 2), t = sin((lambda2 - lambda) * degree / 2);
	double a = s * s + cos(phi) * cos(phi2) * t * t;
	return (int)floor(2 * 6371.0 * asin(fmin(1, sqrt(a))) + 1e-6);
}

int days_of_travel(const struct court *c, int km) {
	if (km < number_of(c->travel, "same_city_below_km"))
		return 0;
	return km < number_of(c->travel, "one_day_below_km") ? 1
	                                                     : (int)number_of(c->travel, "far_days");
}

int64_t fare(const struct court *c, int km) {
	int64_t step = number_of(c->travel, "fare_step");
	if (km < number_of(c->travel, "same_city_below_km") || step <= 0)
		return 0;
	int64_t raw =
		number_of(c->travel, "fare_base") + km * number_of(c->travel, "fare_per_1000_km") / 1000;
	return raw / step * step;
}

bool ready_day(const json_t *request, day_t *ret) {
	static const char *const criteria[] = {"notification", "kpi_evaluation", "dg_request"};
	const json_t *dates = json_object_get(request, "eligibility");
	const json_t *waived = json_object_get(request, "waived");
	bool found = false;
	for (size_t i = 0; i < 3; i++) {
		day_t day;
		if (is_in(waived, criteria[i]) || !day_of(json_object_get(dates, criteria[i]), &day))
			continue;
		*ret = found && *ret > day ? *ret : day;
		found = true;
	}
	return found;
}

static void hear_head(struct court *c) {
	const char *id = text_of(c->instance, "id");
	if (strcmp(text_of(c->plan, "format"), "atelier-plan/1") != 0)
		blame(c, "form", "$.format", "must be \"atelier-plan/1\"");
	if (strcmp(text_of(c->plan, "instance"), id) != 0)
		blame(c, "form", "$.instance", "is \"%s\", but the instance is \"%s\"",
		      text_of(c->plan, "instance"), id);
	for (size_t i = 0; i < 2; i++) {
		const char *key = i ? "work_units" : "seed";
		const json_t *value = json_object_get(c->plan, key);
		if (value && !json_is_integer(value))
			blame(c, "form", arena_printf(c->arena, "$.%s", key), "must be an integer");
	}
	const json_t *seconds = json_object_get(c->plan, "cpu_seconds");
	if (seconds && !json_is_number(seconds))
		blame(c, "form", "$.cpu_seconds", "must be a number");
}

bool judge_explains(const json_t *instance) {
	const struct court c = {.rules = json_object_get(instance, "rules")};
	return !rule_is_on(&c, "chaining") && !rule_is_on(&c, "sessions") && !rule_is_on(&c, "accrual");
}

static void judge(struct arena *a, const struct brief *b, const json_t *plan, bool reasons,
                  struct verdict *ret) {
	const json_t *instance = b->instance, *horizon = json_object_get(instance, "horizon");
	struct court c = {
		.arena = a,
		.brief = b,
		.instance = instance,
		.plan = plan,
		.verdict = ret,
		.members = b->members,
		.experts = b->experts,
		.funds = b->funds,
		.requests = b->requests,
		.pinned = b->pinned,
	};
	*ret = (struct verdict){0};
	if (!json_is_object(plan)) {
		blame(&c, "form", "$", "must be an object of the form atelier-plan/1");
		return;
	}
	c.rules = json_object_get(instance, "rules");
	c.travel = json_object_get(instance, "travel");
	c.weights = json_object_get(instance, "weights");
	(void)day_of(json_object_get(horizon, "first"), &c.first);
	(void)day_of(json_object_get(horizon, "last"), &c.last);
	hear_head(&c);
	hear_items(&c);
	hear_chains(&c);
	hear_static(&c);
	hear_coupling(&c);
	hear_value(&c);
	hear_unserved(&c);
	if (reasons && ret->n == 0)
		hear_explanations(&c);
}

void judge_briefed(struct arena *a, const struct brief *b, const json_t *plan,
                   struct verdict *ret) {
	judge(a, b, plan, false, ret);
}

void judge_plan(struct arena *a, const json_t *instance, const json_t *plan, struct verdict *ret) {
	struct brief *b = brief_new(instance);
	judge(a, b, plan, false, ret);
	brief_free(b);
}

void judge_reasons(struct arena *a, const json_t *instance, const json_t *plan,
                   struct verdict *ret) {
	struct brief *b = brief_new(instance);
	judge(a, b, plan, judge_explains(instance), ret);
	brief_free(b);
}
