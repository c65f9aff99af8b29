/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "plan/command.h"
#include "plan/limits.h"

#include "base/banned.h"

enum { PROGRESS_MS = 200, THREADS_MAX = 2, PROVE_UNITS = 512 };

struct run {
	const struct instance *in;
	struct run_options o;
	struct search *search;
	struct proof *proof;
	int64_t told;
	bool begun;
};

static volatile sig_atomic_t stopped, ready;

static void stop_now(int signal) {
	static const char words[] =
		"atelier-plan: stopped before there was a plan; nothing is printed\n";
	stopped = 1;
	if (ready)
		return;
	if (signal == SIGXCPU)
		limits_spent(signal);
	_exit(write(STDERR_FILENO, words, sizeof words - 1) < 0 ? EXIT_SYSTEM : EXIT_STOPPED);
}

void run_ready(void) {
	ready = 1;
}

void run_listen(void) {
	struct sigaction action = {.sa_handler = stop_now, .sa_flags = SA_RESTART};
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGXCPU, &action, NULL);
}

bool run_stopped(void) {
	return stopped;
}

static bool is_stopped(void *of) {
	(void)of;
	return stopped;
}

int64_t clock_ms(void) {
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool run_number(const char *command, const char *text, int64_t most, bool thousandths,
                int64_t *ret) {
	char *end;
	errno = 0;
	if (thousandths) {
		double x = strtod(text, &end);
		*ret = x >= 0 && x <= (double)most / 1000 ? (int64_t)(x * 1000 + 0.5) : -1;
	} else
		*ret = strtoll(text, &end, 10);
	if (end != text && !*end && errno == 0 && *ret >= 0 && *ret <= most)
		return true;
	return command_fail(0, command, "\"%s\" is no number this option takes", text);
}

bool run_option(const char *command, struct run_options *o, int option, const char *text) {
	int64_t n, most = option == 'j' ? THREADS_MAX : INT64_MAX / 65536 - 1;
	if (!run_number(command, text, most, option == 't', &n))
		return false;
	if (n == 0 && (option == 'u' || option == 'j'))
		return command_fail(0, command, "\"%s\" is too little for this option", text);
	o->timed = o->timed || option == 't';
	if (o->timed && (option == 'u' || o->units))
		return command_fail(0, command, "--units and --time can't both say when it ends; give one");
	switch (option) {
	case 's': o->seed = (uint64_t)n; return true;
	case 'u': o->units = (uint64_t)n; return true;
	case 't': o->ms = n; return true;
	default: o->threads = (int)n; return true;
	}
}

struct run *run_new(const struct instance *in, const struct run_options *o) {
	struct run *run = calloc(1, sizeof *run);
	if (!run)
		abort();
	run->in = in;
	run->o = *o;
	if (!o->since)
		run->o.since = clock_ms();
	run->proof = proof_new(in, o->threads > 1);
	run->search = search_new(in, o->seed, proof_scale(run->proof));
	proof_heed(run->proof, is_stopped, NULL);
	search_heed(run->search, is_stopped, NULL);
	return run;
}

void run_free(struct run *run) {
	if (!run)
		return;
	proof_free(run->proof);
	search_free(run->search);
	free(run);
}

static void add_number(struct buf *b, const char *name, int64_t n, bool known) {
	if (known)
		buf_addf(b, ",\"%s\":%" PRId64, name, n);
	else
		buf_addf(b, ",\"%s\":null", name);
}

/* p: NULL if there is none. */
static void tell_of(const struct instance *in, const struct plan *p, int64_t bound, uint64_t units,
                    int64_t since) {
	struct buf b = {0};
	buf_addf(&b, "{\"ms\":%" PRId64 ",\"units\":%" PRIu64, clock_ms() - since, units);
	add_number(&b, "value", p ? p->value : 0, p);
	add_number(&b, "bound", bound, bound != INT64_MAX);
	buf_addf(&b, ",\"served\":%d,\"requests\":%d,\"regions\":{", p ? p->n_items : 0,
	         in->n_requests);
	for (int i = 0; i < in->n_regions; i++) {
		buf_adds(&b, i ? "," : "");
		buf_json(&b, str_of(in->regions[i].code));
		buf_addf(&b, ":%d", p ? p->region[i] : 0);
	}
	buf_adds(&b, "}}\n");
	(void)fwrite(b.p, 1, b.n, stderr);
	(void)fflush(stderr);
	buf_clear(&b);
}

void run_tell_none(const struct instance *in, int64_t since) {
	tell_of(in, NULL, INT64_MAX, 0, since);
}

void run_tell(const struct plan *p, int64_t bound, uint64_t units, int64_t since) {
	tell_of(p->in, p, bound, units, since);
}

static void tell(struct run *run) {
	run->told = clock_ms();
	run_tell(run_best(run), run_bound(run), run_units(run), run->o.since);
}

/* How much of the work is done, of 65536; more: all of it. */
static int64_t progress_of(const struct run *run) {
	if (run->o.units)
		return (int64_t)((unsigned __int128)run_units(run) * 65536 / run->o.units);
	return (clock_ms() - run->o.since) * 65536 / (run->o.ms ? run->o.ms : 1);
}

static bool is_optimal(const struct run *run) {
	return run_bound(run) <= run_best(run)->value;
}

void run_begin(struct run *run, const struct plan *from) {
	run->begun = true;
	if (from)
		search_take(run->search, from);
	else
		search_begin(run->search, is_stopped, NULL);
	tell(run);
}

void run_work(struct run *run, const struct plan *from) {
	if (!run->begun)
		run_begin(run, from);
	for (int64_t at; !stopped && (at = progress_of(run)) < 65536 && !is_optimal(run);) {
		search_step(run->search, (int)at);
		proof_turn(run->proof, run->search);
		if (clock_ms() - run->told >= PROGRESS_MS)
			tell(run);
	}
	tell(run);
	proof_stop(run->proof);
}

void run_prove(struct run *run, uint64_t units) {
	for (uint64_t at = 0; !stopped && at < units; at += PROVE_UNITS)
		proof_reach(run->proof, units - at > PROVE_UNITS ? at + PROVE_UNITS : units);
	proof_stop(run->proof);
}

const struct plan *run_best(const struct run *run) {
	return search_best(run->search);
}
int64_t run_bound(const struct run *run) {
	return proof_bound(run->proof);
}
void run_certificate(const struct run *run, struct buf *b) {
	proof_certificate(run->proof, b);
}
uint64_t run_units(const struct run *run) {
	return search_units(run->search) + proof_units(run->proof);
}
uint64_t run_seed(const struct run *run) {
	return run->o.seed;
}
struct search *run_search(const struct run *run) {
	return run->search;
}
