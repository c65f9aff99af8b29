/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The bound's own: what its files share. All amounts are points × scale unless money is said. */
#include "plan/bound.h"
#include "plan/room.h"

enum { NEVER_WORTH = 0 };
#define FAR_AWAY (INT64_C(1) << 60)

/* Starts of one request that find the same year and the same funds. */
struct season {
	struct span starts;
	int year, n_funds;
	const uint16_t *funds; /* admitting, with something left */
};

/* What could pay for a request in a year or, after the last year, in all of them, and how often the
 * late sweeps served it then. */
struct yearly {
	uint64_t *pools; /* set of fund × years + year */
	int32_t served;  /* smoothed, 0 … SERVED */
	int64_t charge;  /* what the covers ask of it */
};
enum { SERVED = 65536 };

struct place {
	int64_t least; /* money: what the cheapest team costs, on the best of all starts */
	int64_t slack; /* what the floor of the cost may take off, scaled */
	int64_t most;  /* money: no team costs more */
};

struct demand {
	const struct season *seasons;
	int n_seasons;
	int64_t stays; /* points: baseline weight × dropped, which an item saves */
};

/* How fast prices of one kind move, and where to. */
struct moment {
	int64_t mean, square;
};

struct bound {
	const struct instance *in;
	struct arena *arena;
	struct room room;
	int64_t scale, per_money; /* scale, and ⌊scale / money_per_point⌋ */
	int64_t most_price, most_money_price;
	struct demand *demands; /* requests */
	struct place *places;   /* sites */
	struct limit *limits;   /* requests */

	bool bare; /* while nothing but money is paid: to find least costs */
	struct prices *now, *best;
	int64_t best_sum;
	bool found;
	bool paid;                /* money is paid exactly, its prices stay */
	struct prices *paid_best; /* of the lowest bound_paid() */
	int64_t paid_sum;
	int32_t paid_sweeps;
	int64_t *parallel_sum, *region_sum; /* prefix sums of the prices a day; days + 1 a row */
	int64_t **gap_sum;
	bool *busy;        /* experts: a day has a price */
	int64_t *busy_sum; /* (days + 1) × experts */
	uint64_t *free;    /* shapes × days: set of experts who can come on such a start */

	struct yearly *yearly; /* requests × (years + 1) */
	int64_t *least;        /* requests: money: of the cheapest place */
	int64_t *start_costs;  /* sites × days: what start_cost() says; NULL until asked for */
	struct cover covers[COVERS_MAX];
	int n_covers;

	struct choice *choices; /* requests */
	int at;                 /* next request of the sweep */
	uint64_t units;
	unsigned sweeps, since_best, watched;
	int length;   /* per cent, of the first steps */
	int32_t pace; /* length of the steps, in 1/65536 */
	struct mover *mover;
};

/* bound_funds.c: the least price of one minor unit of money if `least` or more of it is needed,
 * rounded down; the price of so much money, and who gives it (ret may be NULL). −1: nobody can. */
int64_t money_price(const struct bound *b, const struct season *season, const struct limit *limit,
                    int64_t least);
int64_t money_cost(const struct bound *b, const struct season *season, const struct limit *limit,
                   int64_t cost, struct choice *ret);

/* bound_team.c: fill in `free`; the best team on a start, if it brings the request's worth above ret->worth:
 * `gross` is the worth before money and team are paid. Fills ret's team, cost, worth. Pinned items'
 * experts are busy. */
void free_compile(struct bound *b);
bool best_team(struct bound *b, int site, const struct season *season, int32_t start, int64_t gross,
               int64_t rate, const struct limit *limit, struct choice *ret);

/* Every team on a start, or every item of a request, that brings `least` or more, but those that one
 * no dearer and no worse could stand for. False: there are too many. */
struct takers {
	void (*take)(struct takers *t, const struct season *season, const struct choice *c);
	int64_t tries; /* counted down; none left: too many */
};
bool each_team(struct bound *b, int site, const struct season *season, int32_t start, int64_t gross,
               int64_t rate, int64_t least, struct takers *takers);
bool each_way(struct bound *b, int request, int64_t least, struct takers *takers);

/* What host and team cost at least in the year, money and all, `rate` a unit of money. */
int64_t least_price(const struct bound *b, int site, int year, int64_t rate);

/* The least a team and the host cost on any start of the site; `least` if there is none. */
int64_t least_cost(struct bound *b, int site, int64_t least);
int64_t start_cost(struct bound *b, int site, int32_t start); /* and on this one */

/* bound_request.c */
void best_choice(struct bound *b, int request, struct choice *ret);
int drop_starts(struct bound *b, int request, int64_t least); /* that bring less than `least` */

/* bound.c: what the prices of all there is come to, the fixed terms with it. */
__int128 worth_of_room(const struct bound *b);
int64_t worth_of_all(const struct bound *b); /* and the choices; INT64_MAX: one is impossible */

/* bound_cover.c */
void covers_compile(struct bound *b);
void covers_watch(struct bound *b);  /* after a sweep */
int covers_find(struct bound *b);    /* new ones the sweeps break on average; how many */
void covers_charge(struct bound *b); /* after prices have changed */

/* bound_move.c */
struct mover *mover_new(struct arena *a, const struct bound *b);
void mover_free(struct mover *m, const struct bound *b);
void mover_reset(struct mover *m, const struct bound *b);
void prices_move(struct bound *b);   /* after a sweep, from its choices */
void prices_sum_up(struct bound *b); /* after the prices have changed: the prefix sums */
