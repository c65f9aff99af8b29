/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A real PostgreSQL for the tests of db: the private cluster of contrib/with-postgres, a schema as
 * small as db asks for, and a loop that is turned until something holds. */
#include <stdbool.h>

#include "unit.h"

#include "db/db.h"

/* Runs `tests` beside a cluster: starts this program again through with-postgres if need be. */
int server_main(char **argv, int (*tests)(void));

void server_sql(const char *sql);    /* as superuser, on a connection of its own; must succeed */
void server_schema(void);            /* anew: api, thing and child, empty */
long server_number(const char *sql); /* the first value */
void server_stop(const char *mode);  /* fast, immediate */
void server_start(void);

/* Indexes of server_statements. */
enum { SAY, NAMED, ADD, ADD_CHILD, SLEEP, REFUSE, LENGTH, STATEMENTS };
extern const struct db_statement server_statements[STATEMENTS];

struct db_options server_options(void); /* 2 fast links, 1 slow; schema 3 */

/* What came of a segment. */
struct outcome {
	int runs;       /* of done */
	unsigned order; /* the how many-th outcome it was */
	enum err err;
	char sqlstate[6], field[64], sentence[400], detail[200], value[64];
};

extern uv_loop_t *loop;
extern unsigned outcomes; /* so far in this test */

void begin(void); /* a new loop and count: each test's first word */
/* Closes db and the loop; fails if any handle was left or done ran twice. */
void finish(struct db *db, uint64_t grace_ms);

/* One call, or two with SAY before it. */
void submit(struct db *db, enum db_lane lane, size_t statement, const char *a, const char *b,
            bool writes, struct outcome *o);

/* Turns the loop until `condition` holds; fails after 30 seconds. */
void turn(void);
void watch_out(void);
#define await(condition)                                                                           \
	do {                                                                                           \
		watch_out();                                                                               \
		while (!(condition))                                                                       \
			turn();                                                                                \
	} while (0)

/* Turns it for so long. */
void linger(uint64_t ms);
