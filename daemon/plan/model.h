/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A planning instance, compiled once and then immutable; any number of threads may read it.
 *
 * Glossary
 *   day       an index: 0 is `origin`, which lies so far before the horizon that no block of a
 *             workshop inside it begins below 0; `days` is past the last day any block reaches.
 *             Days of facts (a criterion, an accreditation, a baseline) may lie outside [0, days).
 *             Every range is closed.
 *   request   one demand for a workshop; it gets at most one item of the plan.
 *   site      one of the hosts of one request. Sites of a request are neighbours.
 *   band      how an expert takes part: where from, and so with how many travel days.
 *   shape     one pair (workshop days, band): what an expert's block looks like around a start.
 *   candidate an expert who could be in the team at a site on some start: at home elsewhere (where
 *             the rule asks), delivers in that way, speaks the language (where all must), covers a
 *             topic, has a free block. What can still fail depends on the start alone.
 *
 * Money is an integer in minor units. Indexes replace ids and codes everywhere; they follow the
 * order of the document. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "plan/bits.h"

/* What the reader lets in; each limit is refused with a sentence. */
enum {
	CODES_MAX = 64, /* languages, topics, regions: bits of a mask */
	MEMBERS_MAX = 1000,
	EXPERTS_MAX = 20000,
	FUNDS_MAX = 1000,
	REQUESTS_MAX = 20000,
	TEAM_MAX = 12,   /* experts of one workshop */
	FUNDING_MAX = 8, /* funds of one workshop */
	DAYS_MAX = 120,  /* of one workshop */
	TRAVEL_MAX = 30, /* travel days one way; days of rest */
	HORIZON_MAX = 11000,
	WEIGHT_MAX = 1000000,
	PRIORITY_MAX = 1000,
	SESSION_MAX = 1000, /* requests of one item */
};
#define MONEY_MAX INT64_C(1000000000000)

#define NO_DAY INT32_MIN
#define NO_END INT32_MAX

enum kind { KIND_ACCREDITATION, KIND_REGIONAL, KIND_NATIONAL, KINDS };
enum mode { MODE_IN_PERSON, MODE_HYBRID, MODE_ONLINE, MODES };
enum role { ROLE_LEAD, ROLE_EXPERT, ROLE_TRAINEE, ROLES };
enum criterion { CRITERION_NOTIFICATION, CRITERION_KPI, CRITERION_REQUEST, CRITERIA };
enum band { BAND_HERE, BAND_NEAR, BAND_FAR, BAND_REMOTE, BANDS };

/* As the format writes them. */
extern const char *const kind_names[KINDS],
	*const mode_names[MODES], *const role_names[ROLES], *const criterion_names[CRITERIA];

struct span {
	int32_t first, last;
};

/* How many requests one item may serve. */
struct session {
	int quorum, capacity;
};

struct rules {
	int32_t opens[KINDS]; /* NO_DAY: no such kind in this instance */
	int lead_days, parallel_max, national_per_year, national_gap_days, rest_days;
	bool not_own_administration, language_all;
	int funds_max, trainees_max[KINDS], fair_missions;
	bool different_administrations; /* optional: no two of a team share a home */
	int64_t interpretation_per_day; /* optional, 0 is off */
	int *parallel_region;           /* optional, NULL is off: per region, INT32_MAX without */
	bool chaining;                  /* optional, as all that follows; see plan/wide.h */
	int chain_gap_days;             /* chaining: the most between two missions of a chain */
	struct session sessions[KINDS]; /* capacity 0: off */
	int missions_to_full;           /* accrual; 0: off */
};

struct weights {
	int64_t served, waiting, window, money_per_point, balance, load, dropped, moved, expert;
};

struct travel {
	int same_city_below_km, one_day_below_km, far_days, hybrid_on_site_below_km;
	int64_t fare_base, fare_per_1000_km, fare_step;
};

struct region {
	const char *code;
	int target;
};

struct member {
	const char *code;
	int region;
	double lat, lon; /* degrees */
	uint64_t languages;
	int64_t per_diem;
	uint64_t *open; /* days: no weekend, not closed, no blackout, secretariat there */
};

struct accreditation {
	uint64_t topics;
	int32_t from, to; /* NO_END: open */
	bool full;
};

struct expert {
	const char *id;
	int home;
	uint64_t languages;
	struct accreditation *accreditations;
	int n_accreditations;
	bool on_site, remote; /* delivers */
	int max_missions_year, max_days_year;
	uint64_t *open; /* days without an unavailable range */
};

struct fund {
	const char *id, *donor;
	uint64_t regions, topics; /* 0: no restriction */
	unsigned kinds;           /* bit of enum kind; 0: no restriction */
	bool by_member;           /* `members` is a restriction */
	uint64_t *members;        /* set of member indexes */
	struct span period;
	int min_share_percent;
	int64_t *budget; /* per year index */
};

struct request {
	const char *id;
	enum kind kind;
	enum mode mode;
	int member, region;
	int32_t criterion[CRITERIA]; /* NO_DAY: not dated */
	unsigned waived;             /* bits of enum criterion */
	bool eligible;               /* every criterion is dated or waived */
	int32_t ready;               /* the ready day; NO_DAY: none */
	int32_t waits_from;          /* max(ready, horizon.first): waiting counts from here */
	int32_t earliest, latest;    /* as given; earliest may be NO_DAY */
	struct span starts;          /* what eligible, lead days, opens, horizon, window leave */
	struct span preferred;       /* of the start */
	int days, length;            /* length: index of `days` among the distinct lengths */
	int experts, priority;
	uint64_t topics, languages;
	int site, n_sites;     /* in instance.sites */
	const uint16_t *funds; /* that admit it by region, member, topic, kind; rising */
	int n_funds;
	int pinned, baseline;   /* index, or -1; pinned also of who joins a pinned session */
	const uint16_t *pupils; /* accrual: experts the workshop gives a pre accreditation; different */
	int n_pupils;
};

struct candidate {
	int64_t cost; /* fare and per diem; 0 when remote */
	uint16_t expert;
	uint8_t band, travel; /* enum band; travel days one way */
	bool speaks;          /* shares a language with the request */
	bool can_lead;        /* speaks, and is on site if hybrid; whether full depends on the day */
	uint16_t shape;
};

struct site {
	int request, member;
	int64_t fixed_cost;
	const uint64_t *starts; /* static: window, horizon, opens, eligible, calendar; not the team */
	int n_starts;
	const struct candidate *candidates; /* by cost, then home, then expert */
	int n_candidates;
};

struct seat {
	uint16_t expert;
	uint8_t role; /* enum role */
};

struct grant {
	int64_t amount;
	uint16_t fund;
};

/* A workshop of a plan. `cost` is the one of the format: for a pinned item the sum of its grants. */
struct item {
	int request, site;
	int32_t start;
	uint8_t n_team, n_funding;
	struct seat team[TEAM_MAX];
	int64_t cost;
	struct grant funding[FUNDING_MAX];
};

/* One workshop of the released plan. */
struct baseline {
	int request, member;
	int32_t start;
	int64_t weight;
	uint64_t *team; /* set of expert indexes */
};

struct instance {
	const char *id, *currency;
	day_t origin; /* civil day of day 0 */
	int days;     /* all bit sets of days have `words` words */
	size_t words;
	struct span horizon;
	int first_year, years;
	const uint8_t *year_of;   /* day → year index */
	const int32_t *year_from; /* year index → its first day; years + 1 of them */

	const char **languages, **topics;
	int n_languages, n_topics;
	struct rules rules;
	struct weights weights;
	struct travel travel;

	struct region *regions;
	struct member *members;
	struct expert *experts;
	struct fund *funds;
	struct request *requests;
	struct site *sites;
	struct item *pinned;
	struct baseline *baseline;
	int n_regions, n_members, n_experts, n_funds, n_requests, n_sites, n_pinned, n_baseline;

	const uint16_t *km; /* members × members */
	int *lengths;       /* the distinct workshop lengths, rising */
	int n_lengths;
	const uint64_t *calendar; /* lengths × BANDS × experts × words; see plan/calendar.h */
};

/* Is a rule on that lets items depend on one another (chaining, sessions, accrual)? The core of the
 * planner knows nothing of these; plan/wide.h does. */
static inline bool is_wide(const struct instance *in) {
	const struct rules *r = &in->rules;
	bool sessions = false;
	for (int k = 0; k < KINDS; k++)
		sessions = sessions || r->sessions[k].capacity > 0;
	return r->chaining || sessions || r->missions_to_full > 0;
}

/* Octets compile_instance() will ask for, roughly; the reader refuses what is over its limit. */
size_t instance_size(const struct instance *in);

/* From what the reader filled in (all above but km, lengths, calendar, the derived members of
 * requests, sites' starts and candidates) to the whole. */
void instance_compile(struct arena *a, struct instance *in);

/* The format's derived quantities. */
int distance_km(double lat_a, double lon_a, double lat_b, double lon_b);

static inline int instance_km(const struct instance *in, int a, int b) {
	return in->km[(size_t)a * (size_t)in->n_members + (size_t)b];
}

/* Presence and travel days of an expert whose home is km away from a workshop of this mode. */
enum band band_of(const struct instance *in, enum mode mode, int km);
int band_travel(const struct instance *in, enum band band);
int64_t fare_of(const struct instance *in, int km); /* of somebody on site */
int64_t expert_cost(const struct instance *in, int expert, const struct site *site);

/* The days a mission keeps its expert busy, and how many of them count for the year's days. */
static inline struct span block_of(const struct instance *in, enum band band, int32_t start,
                                   int days) {
	int t = band_travel(in, band), rest = band == BAND_REMOTE ? 0 : in->rules.rest_days;
	return (struct span){start - t, start + days - 1 + t + rest};
}
static inline int mission_days(const struct instance *in, enum band band, int days) {
	return days + 2 * band_travel(in, band);
}

/* What an expert is for a workshop with these topics on [start, end]. `covers` empty: nothing. */
struct standing {
	uint64_t covers;
	bool full;
};
static inline struct standing expert_standing(const struct expert *e, uint64_t topics,
                                              int32_t start, int32_t end) {
	struct standing s = {0};
	for (int i = 0; i < e->n_accreditations; i++) {
		const struct accreditation *a = &e->accreditations[i];
		if (a->from <= start && end <= a->to) {
			s.covers |= a->topics & topics;
			s.full = s.full || (a->full && (a->topics & topics));
		}
	}
	return s;
}

/* Fixed cost, team, interpretation: what a not pinned item costs. */
int64_t item_cost(const struct instance *in, const struct item *item);
static inline int32_t item_end(const struct instance *in, const struct item *item) {
	return item->start + in->requests[item->request].days - 1;
}
static inline enum band item_band(const struct instance *in, const struct item *item, int expert) {
	int km = instance_km(in, in->experts[expert].home, in->sites[item->site].member);
	return band_of(in, in->requests[item->request].mode, km);
}

/* Does the fund pay for the request when all days of the workshop are [start, end]? */
bool fund_admits(const struct instance *in, int fund, int request, int32_t start, int32_t end);
