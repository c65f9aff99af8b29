/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reload.h"

#include <stdlib.h>

#include "app/house.h"
#include "app/notify.h"
#include "base/log.h"
#include "base/vec.h"

#include "base/banned.h"

/* Sentences found in the worker are told on the loop: the log has one thread. */
struct told {
	char **at;
	size_t n, room;
};

struct reload {
	uv_work_t work;
	struct house *house;
	struct conf *fresh;
	struct told faults, kept;
	struct why why;
	enum err err;
};

static void tell(struct told *t, const char *text) {
	char *copy = strdup(text);
	if (!copy)
		abort();
	*vec_push(t) = copy;
}

static void told_clear(struct told *t) {
	for (size_t i = 0; i < t->n; i++)
		free(t->at[i]);
	vec_clear(t);
}

static void fault_found(const char *sentence, void *ctx) {
	struct reload *r = ctx;
	tell(&r->faults, sentence);
}

static void setting_kept(const char *name, void *ctx) {
	struct reload *r = ctx;
	tell(&r->kept, name);
}

static void file_read(uv_work_t *work) {
	struct reload *r = work->data;
	struct house *h = r->house;
	r->err = conf_reload(h->conf_path, h->conf, fault_found, setting_kept, r, &r->fresh, &r->why);
}

static void put_in_force(struct house *h, struct conf *fresh) {
	struct conf *old = h->conf;
	struct http_limits limits = house_limits(fresh);
	h->conf = fresh;
	http_server_set_limits(h->front, &limits);
	http_server_set_limits(h->ops, &limits);
	/* Calendars name themselves from the configuration. */
	cache_drop(h->cache, CACHE_ALL);
	cache_limit(h->cache, (size_t)fresh->feeds_cache_size);
	log_setup(fresh->log_level, fresh->log_journal);
	conf_free(old);
}

static void file_known(uv_work_t *work, int status) {
	struct reload *r = work->data;
	struct house *h = r->house;
	(void)status; /* nothing cancels it */
	h->reloading = false;
	for (size_t i = 0; i < r->faults.n; i++)
		log_error("configuration", "fault=%s", log_quoted(r->faults.at[i]));
	for (size_t i = 0; i < r->kept.n; i++)
		log_warn("configuration", "kept=%s why=\"it takes a restart\"", r->kept.at[i]);
	if (r->err)
		log_error("configuration", "state=unchanged why=%s", log_quoted(r->why.sentence));
	else if (h->stopping)
		conf_free(r->fresh);
	else
		put_in_force(h, r->fresh);
	if (!r->err)
		log_info("configuration", "state=reloaded");
	notify_ready();
	told_clear(&r->faults);
	told_clear(&r->kept);
	free(r);
	if (h->reload_again)
		house_reload(h);
}

void house_reload(struct house *h) {
	/* The file may have changed since it was read: asked meanwhile, it is read once more. */
	h->reload_again = h->reloading;
	if (h->stopping || h->reloading)
		return;
	struct reload *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	h->reloading = true;
	r->house = h;
	r->work.data = r;
	notify_reloading();
	if (uv_queue_work(h->loop, &r->work, file_read, file_known))
		abort();
}
