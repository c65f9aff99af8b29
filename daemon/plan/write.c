/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/write.h"

#include <inttypes.h>
#include <stdlib.h>

#include "plan/wide.h"

#include "base/banned.h"

const char *const reason_codes[REASONS] = {
	[REASON_ELIGIBLE] = "eligible", [REASON_OPENS] = "opens",       [REASON_WINDOW] = "window",
	[REASON_CALENDAR] = "calendar", [REASON_TEAM] = "team",         [REASON_BUSY] = "busy",
	[REASON_QUOTA] = "quota",       [REASON_PARALLEL] = "parallel", [REASON_MEMBER] = "member",
	[REASON_FUND] = "fund",         [REASON_CHOICE] = "choice",
};

static void write_text(struct buf *b, const char *text) {
	buf_json(b, str_of(text));
}

void write_day(struct buf *b, const struct instance *in, int32_t day) {
	char text[11];
	civil_format(in->origin + day, text);
	buf_addf(b, "\"%s\"", text);
}

/* (bound − value) / max(1, |bound|), rounded to a millionth. */
static void write_gap(struct buf *b, int64_t bound, int64_t value) {
	int64_t by = bound < 0 ? -bound : bound;
	by = by ? by : 1;
	__int128 millionths = ((__int128)(bound - value) * 1000000 * 2 + by) / (2 * (__int128)by);
	if (millionths == 0)
		buf_addc(b, '0');
	else
		buf_addf(b, "%" PRId64 ".%06d", (int64_t)(millionths / 1000000),
		         (int)(millionths % 1000000));
}

static void write_head(struct buf *b, const struct answer *answer) {
	static const char *const status[] = {
		[STATUS_OPTIMAL] = "optimal",
		[STATUS_FEASIBLE] = "feasible",
		[STATUS_CANCELLED] = "cancelled",
	};
	const struct plan *p = answer->plan;
	buf_adds(b, "{\"format\":\"atelier-plan/1\",\n \"instance\":");
	write_text(b, p->in->id);
	buf_addf(b,
	         ",\n \"status\":\"%s\",\n \"value\":%" PRId64 ",\n \"bound\":", status[answer->status],
	         p->value);
	if (answer->bounded) {
		buf_addf(b, "%" PRId64 ",\n \"gap\":", answer->bound);
		write_gap(b, answer->bound, p->value);
	} else
		buf_adds(b, "null,\n \"gap\":null");
	buf_addf(b,
	         ",\n \"seed\":%" PRIu64 ",\n \"work_units\":%" PRIu64 ",\n \"cpu_seconds\":%" PRIu64
	         ".%03d,\n \"score\":{",
	         answer->seed, answer->units, answer->cpu_ms / 1000, (int)(answer->cpu_ms % 1000));
	for (int i = 0; i < TERMS; i++)
		buf_addf(b, "%s\"%s\":%" PRId64, i ? "," : "", term_names[i], p->score.term[i]);
	buf_addc(b, '}');
}

static void write_joined(struct buf *b, const struct instance *in, const struct wide *w,
                         int leader) {
	const char *comma = ",\"joined\":[";
	for (int q = 0; q < in->n_requests; q++)
		if (w->leader[q] == leader && q != leader) {
			buf_adds(b, comma);
			write_text(b, in->requests[q].id);
			comma = ",";
		}
	buf_adds(b, strlen(comma) > 1 ? "" : "]");
}

static void write_item(struct buf *b, const struct instance *in, const struct wide *w,
                       const struct item *item) {
	buf_adds(b, "{\"request\":");
	write_text(b, in->requests[item->request].id);
	if (w)
		write_joined(b, in, w, item->request);
	buf_adds(b, ",\"host\":");
	write_text(b, in->members[in->sites[item->site].member].code);
	buf_adds(b, ",\"start\":");
	write_day(b, in, item->start);
	buf_adds(b, ",\"team\":[");
	for (int i = 0; i < item->n_team; i++) {
		buf_adds(b, i ? ",{\"expert\":" : "{\"expert\":");
		write_text(b, in->experts[item->team[i].expert].id);
		buf_addf(b, ",\"role\":\"%s\"", role_names[item->team[i].role]);
		int before = w ? w->after[item->request * TEAM_MAX + i] : -1;
		if (before >= 0) {
			buf_adds(b, ",\"after\":");
			write_text(b, in->requests[before].id);
		}
		buf_addc(b, '}');
	}
	buf_adds(b, "],\"funding\":[");
	for (int i = 0; i < item->n_funding; i++) {
		buf_adds(b, i ? ",{\"fund\":" : "{\"fund\":");
		write_text(b, in->funds[item->funding[i].fund].id);
		buf_addf(b, ",\"amount\":%" PRId64 "}", item->funding[i].amount);
	}
	buf_adds(b, "]}");
}

/* qsort carries no context, so what is sorted brings its key along. */
struct entry {
	int32_t start;
	const char *id;
	const void *what;
};

static int by_key(const void *x, const void *y) {
	const struct entry *a = x, *b = y;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strcmp(a->id, b->id);
}

static struct entry *entries_new(int n) {
	struct entry *entries = calloc((size_t)n + 1, sizeof *entries);
	if (!entries)
		abort();
	return entries;
}

static void write_items(struct buf *b, const struct plan *p, const struct wide *w) {
	const struct instance *in = p->in;
	struct entry *entries = entries_new(p->n_items);
	int n = 0;
	for (int i = 0; i < in->n_requests; i++)
		if (plan_item(p, i))
			entries[n++] = (struct entry){p->items[i].start, in->requests[i].id, &p->items[i]};
	qsort(entries, (size_t)n, sizeof *entries, by_key);
	buf_adds(b, ",\n \"items\":[");
	for (int i = 0; i < n; i++) {
		buf_adds(b, i ? ",\n  " : "\n  ");
		write_item(b, in, w, entries[i].what);
	}
	buf_addc(b, ']');
	free(entries);
}

static void write_unserved(struct buf *b, const struct instance *in, const struct unserved *u) {
	const char *comma = "";
	buf_adds(b, "{\"request\":");
	write_text(b, in->requests[u->request].id);
	buf_adds(b, ",\"reasons\":[");
	for (int i = 0; i < REASONS; i++) {
		if (!(u->reasons >> i & 1))
			continue;
		bool told = false;
		for (int c = 0; i == REASON_ELIGIBLE && c < CRITERIA; c++)
			if (u->criteria >> c & 1) {
				buf_addf(b, "%s{\"code\":\"eligible\",\"criterion\":\"%s\"}", comma,
				         criterion_names[c]);
				comma = ",", told = true;
			}
		if (i == REASON_OPENS && u->quorum)
			buf_addf(b, "%s{\"code\":\"opens\",\"quorum\":%d}", comma, u->quorum);
		else if (!told)
			buf_addf(b, "%s{\"code\":\"%s\"}", comma, reason_codes[i]);
		comma = ",";
	}
	buf_adds(b, "],\"earliest\":");
	if (u->earliest == NO_DAY)
		buf_adds(b, "null");
	else
		write_day(b, in, u->earliest);
	buf_adds(b, ",\"unblock\":[");
	for (int i = 0; i < u->n_unblock; i++) {
		buf_adds(b, i ? ",{\"relax\":[" : "{\"relax\":[");
		comma = "";
		for (int k = REASON_BUSY; k <= REASON_FUND; k++)
			if (u->unblock[i].relax >> k & 1) {
				buf_addf(b, "%s\"%s\"", comma, reason_codes[k]);
				comma = ",";
			}
		buf_adds(b, "],\"start\":");
		write_day(b, in, u->unblock[i].start);
		buf_addc(b, '}');
	}
	buf_adds(b, "]}");
}

void write_plan(struct buf *b, const struct answer *answer) {
	const struct instance *in = answer->plan->in;
	struct entry *entries = entries_new(answer->n_unserved);
	write_head(b, answer);
	write_items(b, answer->plan, answer->wide);
	for (int i = 0; i < answer->n_unserved; i++) {
		const struct unserved *u = &answer->unserved[i];
		entries[i] = (struct entry){0, in->requests[u->request].id, u};
	}
	qsort(entries, (size_t)answer->n_unserved, sizeof *entries, by_key);
	buf_adds(b, ",\n \"unserved\":[");
	for (int i = 0; i < answer->n_unserved; i++) {
		buf_adds(b, i ? ",\n  " : "\n  ");
		write_unserved(b, in, entries[i].what);
	}
	buf_addc(b, ']');
	if (answer->certificate.n) {
		buf_adds(b, ",\n \"certificate\":");
		buf_add(b, answer->certificate.p, answer->certificate.n);
	}
	buf_adds(b, "}\n");
	free(entries);
}
