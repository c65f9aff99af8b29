/* SPDX-License-Identifier: Apache-2.0 */
/* Renders a file of rows as the daemon would: rows of api.event → app/feeds → ical.
 *
 *   render ZONEINFO FILE.rows            a calendar on standard output
 *   render ZONEINFO --zone NAME A B      a VTIMEZONE for the days A to B (YYYY-MM-DD)
 *
 * A .rows file is JSON, one object a line: first the calendar, then an object for each row with
 * the columns' texts (or numbers, booleans, arrays, which become the text PostgreSQL sends). */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/feeds.h"
#include "base/vec.h"
#include "ical/zone.h"
#include "rows.h"

#include "base/banned.h"

static const char *const columns[] = {
	"uid",       "sequence", "stamp",     "created",    "modified",    "status",   "first",
	"last",      "zone",     "sessions",  "summary",    "description", "location", "url",
	"organizer", "latitude", "longitude", "categories", "transparent", "private",  "calendar"};
enum { COLUMNS = sizeof columns / sizeof *columns };

static _Noreturn void give_up(const char *what, const char *detail) {
	(void)fprintf(stderr, "render: %s%s\n", what, detail);
	exit(2);
}

static void free_json(void *j) {
	json_decref(j);
}

static const char *cell(struct arena *a, const json_t *j) {
	if (!j || json_is_null(j))
		return NULL;
	if (json_is_boolean(j))
		return json_is_true(j) ? "t" : "f";
	if (json_is_string(j))
		return arena_dup(a, json_string_value(j), json_string_length(j));
	char *text = json_dumps(j, JSON_ENCODE_ANY);
	const char *copy = arena_strdup(a, text);
	free(text);
	return copy;
}

static struct str member(const json_t *calendar, const char *name) {
	return str_of(json_string_value(json_object_get(calendar, name)));
}

static void write_out(struct buf *out) {
	if (fwrite(out->p, 1, out->n, stdout) != out->n || fflush(stdout) != 0)
		give_up("can't write", "");
	buf_clear(out);
}

static void render_calendar(struct arena *a, const json_t *about, const char *const *cells,
                            size_t rows) {
	struct db_result r = rows_new(a, columns, COLUMNS, cells, rows);
	struct calendar c = {.name = member(about, "name"),
	                     .description = member(about, "description"),
	                     .url = member(about, "url"),
	                     .source = member(about, "source"),
	                     .color = member(about, "color"),
	                     .refresh_hours =
	                         (int)json_integer_value(json_object_get(about, "refresh_hours"))};
	bool timed = str_is(member(about, "shape"), "sessions");
	struct feed f;
	struct why why;
	if (feed_read(a, &r, &f, &why) != ERR_NONE)
		give_up("", why.sentence);
	struct buf out = {0};
	feed_render(&out, &c, timed ? CALENDAR_SESSIONS : CALENDAR_DAYS, &f);
	if (f.skipped)
		give_up(f.fault.field, f.fault.sentence);
	write_out(&out);
}

static void render_file(struct arena *a, const char *path) {
	struct {
		const char **at;
		size_t n, room;
	} cells = {0};
	json_t *about = NULL;
	FILE *f = fopen(path, "re");
	if (!f)
		give_up("can't open ", path);
	for (json_t *j; (j = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL;) {
		arena_defer(a, free_json, j);
		for (size_t i = 0; about && i < COLUMNS; i++)
			*vec_push(&cells) = cell(a, json_object_get(j, columns[i]));
		if (!about)
			about = j;
	}
	if (!feof(f))
		give_up("not JSON: ", path);
	(void)fclose(f);
	render_calendar(a, about, cells.at, cells.n / COLUMNS);
	vec_clear(&cells);
}

static void render_zone(char **argv) {
	day_t first, last;
	struct buf out = {0};
	struct why why;
	if (!civil_parse(str_of(argv[1]), &first) || !civil_parse(str_of(argv[2]), &last))
		give_up("no date: ", argv[1]);
	if (zone_render(&out, str_of(argv[0]), first, last, &why) != ERR_NONE)
		give_up("", why.sentence);
	write_out(&out);
}

int main(int argc, char **argv) {
	if (argc != 3 && !(argc == 6 && strcmp(argv[2], "--zone") == 0))
		give_up("usage: render ZONEINFO FILE.rows | --zone NAME A B", "");
	zone_directory(argv[1]);
	struct arena *a = arena_new();
	if (argc == 3)
		render_file(a, argv[2]);
	else
		render_zone(argv + 3);
	arena_free(a);
	zone_forget();
	return 0;
}
