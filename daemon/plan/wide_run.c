/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/wide_run.h"

#include <time.h>

#include "plan/explain.h"
#include "plan/relax.h"
#include "plan/wide.h"
#include "plan/wide_freeze.h"

#include "base/banned.h"

enum { PROGRESS_MS = 200, WHOLE = 65536, OPENING = WHOLE * 3 / 8, TURN = WHOLE / 16 };

struct wide_run {
	struct run_options o;
	const struct instance *plain; /* without starts for what is held together alone */
	struct search *opening;
	struct proof *guide; /* of the opening's instance: for its prices alone */
	struct proof *proof; /* of the relaxed instance */
	struct wide_means *means;
	struct wide_search *search;
	int64_t fixed;               /* worth that the relaxed instance knows nothing of */
	uint64_t rounds, rest_units; /* of the core's search on what is not frozen */
	int64_t told;
};

static bool is_stopped(void *of) {
	(void)of;
	return run_stopped();
}

static bool has_quorum(const struct instance *in, int request) {
	return in->rules.sessions[in->requests[request].kind].quorum > 1;
}

/* Requests that are served together or not at all, or are already, have no start of their own. */
static const struct instance *plain_of(struct arena *a, const struct instance *in) {
	struct instance *to = arena_new_of(a, struct instance);
	uint64_t *none = arena_array(a, uint64_t, in->words);
	*to = *in;
	to->sites = arena_array(a, struct site, (size_t)in->n_sites);
	for (int s = 0; s < in->n_sites; s++) {
		to->sites[s] = in->sites[s];
		if (!has_quorum(in, in->sites[s].request) && !joins_pinned(in, in->sites[s].request))
			continue;
		to->sites[s].starts = none;
		to->sites[s].n_starts = to->sites[s].n_candidates = 0;
	}
	return to;
}

static uint64_t searched(const struct wide_run *r) {
	return search_units(r->opening) + wide_units(r->means) + r->rest_units;
}

static uint64_t units_of(const struct wide_run *r) {
	return searched(r) + proof_units(r->guide) + proof_units(r->proof);
}

static int64_t bound_of(const struct wide_run *r) {
	int64_t bound = proof_bound(r->proof);
	return bound == INT64_MAX ? bound : bound + r->fixed;
}

static int64_t progress_of(const struct wide_run *r) {
	if (r->o.units)
		return (int64_t)((unsigned __int128)units_of(r) * WHOLE / r->o.units);
	return (clock_ms() - r->o.since) * WHOLE / (r->o.ms ? r->o.ms : 1);
}

static void tell(struct wide_run *r, const struct plan *p) {
	r->told = clock_ms();
	run_tell(p, bound_of(r), units_of(r), r->o.since);
}

static void tell_wide(struct wide_run *r) {
	struct plan *p = wide_shown(wide_search_best(r->search), r->plain);
	tell(r, p);
	plan_free(p);
}

/* A unit of the proof is more work than one of the search, and here it can't guide it. */
static void prove(struct wide_run *r) {
	proof_reach(r->proof, searched(r) / 3);
}

static void open_plan(struct wide_run *r) {
	search_begin(r->opening, is_stopped, NULL);
	for (int64_t at; !run_stopped() && (at = progress_of(r)) < OPENING
	                 && search_best(r->opening)->value < proof_bound(r->guide);) {
		search_step(r->opening, (int)(at * WHOLE / OPENING));
		proof_turn(r->guide, r->opening);
		prove(r);
		if (clock_ms() - r->told >= PROGRESS_MS)
			tell(r, search_best(r->opening));
	}
	wide_search_begin(r->search, search_best(r->opening));
}

static bool goes_on(struct wide_run *r, int64_t upto) {
	prove(r);
	if (clock_ms() - r->told >= PROGRESS_MS)
		tell_wide(r);
	return !run_stopped() && progress_of(r) < upto
	       && wide_value(wide_search_best(r->search)) < bound_of(r);
}

/* The core's search on what does not hang together. */
static void improve_rest(struct wide_run *r, int64_t upto) {
	struct arena *a = arena_new();
	struct instance *frozen = wide_freeze(a, r->plain, wide_search_best(r->search));
	struct plan *rest = wide_rest(frozen, wide_search_best(r->search));
	struct search *search = search_new(frozen, r->o.seed + ++r->rounds, 1);
	uint64_t before = r->rest_units;
	search_heed(search, is_stopped, NULL);
	search_take(search, rest);
	while (goes_on(r, upto)) {
		search_step(search, (int)progress_of(r));
		r->rest_units = before + search_units(search);
	}
	wide_search_offer(r->search, search_best(search));
	search_free(search);
	plan_free(rest);
	arena_free(a);
}

/* Until the work is done; the proof keeps step with all searches. */
static void work(struct wide_run *r) {
	open_plan(r);
	for (int64_t upto = OPENING; goes_on(r, WHOLE);) {
		upto = upto + TURN < WHOLE ? upto + TURN : WHOLE;
		while (goes_on(r, upto))
			wide_search_step(r->search, (int)progress_of(r));
		upto = upto + TURN < WHOLE ? upto + TURN : WHOLE;
		if (goes_on(r, upto))
			improve_rest(r, upto);
	}
	proof_stop(r->proof);
	tell_wide(r);
}

/* A session that could be held, but for its quorum. */
static bool lacks_quorum(const struct instance *in, int request) {
	const struct request *r = &in->requests[request];
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (has_quorum(in, request) && in->sites[s].n_starts > 0)
			return true;
	return false;
}

static void explain_all(struct wide_run *r, struct arena *a, const struct instance *in,
                        const struct plan *p, struct answer *ret) {
	struct unserved *unserved = arena_array(a, struct unserved, (size_t)in->n_requests);
	struct explainer *x = explainer_new(p->in, search_fit(r->opening));
	for (int q = 0; q < in->n_requests; q++) {
		struct unserved *u = &unserved[ret->n_unserved];
		if (ret->wide->leader[q] >= 0)
			continue;
		ret->n_unserved++;
		explain(x, a, p, q, search_appeal(r->opening)[q].earliest, run_stopped(), u);
		if (!lacks_quorum(in, q))
			continue;
		u->reasons = 1u << REASON_OPENS;
		u->quorum = in->rules.sessions[in->requests[q].kind].quorum;
	}
	ret->unserved = unserved;
	explainer_free(x);
}

static int answer(struct wide_run *r, struct arena *a, const struct instance *in, bool bounded,
                  const struct brief *brief) {
	const struct wide *w = wide_search_best(r->search);
	struct plan *p = wide_shown(w, r->plain);
	struct answer answer = {
		.plan = p,
		.wide = w,
		.bound = bounded ? bound_of(r) : INT64_MAX,
		.seed = r->o.seed,
		.units = units_of(r),
	};
	answer.bounded = answer.bound < INT64_MAX;
	answer.status = answer.bounded && answer.bound == p->value ? STATUS_OPTIMAL
	                : run_stopped()                            ? STATUS_CANCELLED
	                                                           : STATUS_FEASIBLE;
	explain_all(r, a, in, p, &answer);
	answer.cpu_ms = (uint64_t)clock() / (CLOCKS_PER_SEC / 1000);
	int status = publish("solve", a, brief, &answer);
	plan_free(p);
	return status;
}

int solve_wide(const struct run_options *o, struct arena *a, const struct buf *text,
               struct instance *in, const int64_t *weights) {
	struct wide_run r = {.o = *o, .told = clock_ms()};
	/* For the judge; now, since after a stop there is no time. */
	json_t *document = json_loadb(text->p, text->n, 0, NULL);
	struct brief *brief = brief_new(document);
	if (!r.o.since)
		r.o.since = clock_ms();
	r.proof = proof_new(relax(a, in), o->threads > 1);
	r.plain = plain_of(a, in);
	r.guide = proof_new(r.plain, false);
	r.opening = search_new(r.plain, o->seed, proof_scale(r.guide));
	proof_heed(r.proof, is_stopped, NULL);
	proof_heed(r.guide, is_stopped, NULL);
	search_heed(r.opening, is_stopped, NULL);
	r.means = wide_means_new(in);
	r.search = wide_search_new(r.means, o->seed);
	r.fixed = wide_fixed(wide_search_best(r.search));
	work(&r);
	for (int i = 0; weights && i < in->n_baseline; i++)
		in->baseline[i].weight = weights[i];
	int status = answer(&r, a, in, !weights, brief);
	wide_search_free(r.search);
	wide_means_free(r.means);
	search_free(r.opening);
	proof_free(r.guide);
	proof_free(r.proof);
	brief_free(brief);
	json_decref(document);
	return status;
}
