/* SPDX-License-Identifier: Apache-2.0 */
#include "app/import.h"

#include <csv.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct parsing {
	struct buf *rows, *faults;
	struct why *reterr;
	enum err err;
	size_t fault_count;
	size_t line;     /* being fed */
	size_t row_line; /* where the row at hand began; 0: between rows */
	size_t cell;     /* cells of the row at hand so far */
	size_t width;    /* cells of the header; 0: not seen yet */
	size_t count;    /* rows after the header */
	struct buf row;  /* the row at hand as JSON */
	struct buf header[IMPORT_CELLS];
	bool enough; /* no use in going on */
};

/* -- faults -- */

static void fault(struct parsing *p, enum err kind, const char *code, size_t line, size_t column,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

static void fault(struct parsing *p, enum err kind, const char *code, size_t line, size_t column,
                  const char *format, ...) {
	char sentence[300];
	va_list ap;
	va_start(ap, format);
	(void)vsnprintf(sentence, sizeof sentence, format, ap);
	va_end(ap);
	str_trim_partial(sentence);
	if (p->fault_count == IMPORT_FAULTS) {
		p->enough = true;
		code = "more";
		line = column = 0;
		(void)snprintf(sentence, sizeof sentence,
		               "There are more faults; mend these %d and try again.", IMPORT_FAULTS);
	}
	if (!p->err) {
		p->err = err_set(p->reterr, kind, NULL, "%s", sentence);
		buf_adds(p->faults, "{\"reasons\":[");
	} else {
		buf_addc(p->faults, ',');
	}
	p->fault_count++;
	buf_addf(p->faults, "{\"code\":\"%s\",\"sentence\":", code);
	buf_json(p->faults, str_of(sentence));
	buf_addf(p->faults, ",\"line\":%zu,\"column\":%zu}", line, column);
}

/* -- rows -- */

static void take_cell(void *cell, size_t n, void *ctx) {
	struct parsing *p = ctx;
	p->cell++;
	if (n > IMPORT_CELL) {
		fault(p, ERR_INVALID, "cell_too_long", p->row_line, p->cell,
		      "Line %zu, cell %zu: the cell has %zu octets; at most %d are taken.", p->row_line,
		      p->cell, n, IMPORT_CELL);
		return;
	}
	struct str text = {cell ? cell : "", n};
	if (p->cell <= IMPORT_CELLS) {
		if (!p->width)
			buf_add(&p->header[p->cell - 1], text.p, text.n);
		buf_addc(&p->row, ',');
		buf_json(&p->row, text);
	}
}

static void end_header(struct parsing *p) {
	size_t n = p->cell;
	if (n > IMPORT_CELLS) {
		fault(p, ERR_INVALID, "too_many_columns", p->row_line, 0,
		      "The header has %zu columns; at most %d are taken.", n, IMPORT_CELLS);
		p->enough = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (p->header[i].n == 0)
			fault(p, ERR_INVALID, "header_empty", p->row_line, i + 1,
			      "Column %zu of the header has no name.", i + 1);
		for (size_t j = 0; p->header[i].n && j < i; j++)
			if (str_eq(buf_str(&p->header[i]), buf_str(&p->header[j])))
				fault(p, ERR_INVALID, "header_repeated", p->row_line, i + 1,
				      "Columns %zu and %zu of the header are both called \"%.60s\".", j + 1, i + 1,
				      p->header[i].p);
	}
	if (n == 1 && p->header[0].n && memchr(p->header[0].p, ';', p->header[0].n))
		fault(p, ERR_INVALID, "separator", p->row_line, 1,
		      "The header is one cell with semicolons in it; save the file with commas between "
		      "cells.");
	p->enough = p->err != ERR_NONE;
	p->width = n;
	buf_addf(p->rows, "{\"header\":[%s],\"rows\":[", p->row.n ? p->row.p + 1 : "");
}

static void end_data(struct parsing *p) {
	if (++p->count > IMPORT_ROWS) {
		fault(p, ERR_TOO_LARGE, "too_many_rows", p->row_line, 0,
		      "The file has more than %d rows; split it.", IMPORT_ROWS);
		p->enough = true;
	} else if (p->cell != p->width) {
		fault(p, ERR_INVALID, "ragged_row", p->row_line, 0,
		      "Line %zu has %zu cells where the header has %zu%s.", p->row_line, p->cell, p->width,
		      p->cell > p->width ? "; a cell with a comma in it needs quotes" : "");
	} else if (!p->err) {
		buf_addf(p->rows, "%s[%zu%s]", p->count > 1 ? "," : "", p->row_line, p->row.p);
	}
}

/* Also called for each line end between rows (CSV_REPALL_NL), with no cells. */
static void take_row(int last, void *ctx) {
	struct parsing *p = ctx;
	(void)last;
	if (p->cell && p->width)
		end_data(p);
	else if (p->cell)
		end_header(p);
	p->row.n = 0;
	p->cell = 0;
	p->row_line = 0;
}

/* -- octets -- */

static size_t characters(struct str s) {
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool is_control(char c) {
	return ((unsigned char)c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static bool has_control(struct str line) {
	for (size_t i = 0; i < line.n; i++)
		if (is_control(line.p[i]))
			return true;
	return false;
}

/* The first octet that is no text; where a character's octets end is in its first. */
static bool check_octets(struct parsing *p, struct str line) {
	if (!has_control(line) && str_utf8(line))
		return true;
	for (size_t at = 0, n; at < line.n; at += n) {
		unsigned char lead = (unsigned char)line.p[at];
		n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		bool control = is_control((char)lead);
		if (!control && n <= line.n - at && str_utf8((struct str){line.p + at, n}))
			continue;
		size_t column = characters((struct str){line.p, at}) + 1;
		fault(p, ERR_INVALID,
		      lead == 0 ? "nul"
		      : control ? "control"
		                : "not_utf8",
		      p->line, 0, "Line %zu, character %zu: octet 0x%02x is not %s.", p->line, column, lead,
		      control ? "text; remove it" : "UTF-8; save the file as UTF-8");
		break;
	}
	return false;
}

/* The next line with its end; a lone CR ends one too, as it does for libcsv. */
static struct str next_line(struct str *rest) {
	size_t n = 0;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	n += n < rest->n;
	if (n < rest->n && rest->p[n - 1] == '\r' && rest->p[n] == '\n')
		n++;
	struct str line = {rest->p, n};
	*rest = (struct str){rest->p + n, rest->n - n};
	return line;
}

static void broken_quote(struct parsing *p, struct str line, size_t at) {
	size_t column = p->cell + 1;
	fault(p, ERR_INVALID, "quote", p->line, column,
	      "Line %zu, cell %zu, character %zu: a quote may only open or close a whole cell, and "
	      "inside a quoted cell it is written twice.",
	      p->line, column, characters((struct str){line.p, at}) + 1);
	p->enough = true;
}

/* Line by line, so that a row knows the line it began on. */
static void feed(struct parsing *p, struct csv_parser *csv, struct str body) {
	while (body.n && !p->enough) {
		struct str line = next_line(&body);
		p->line++;
		if (!check_octets(p, line)) {
			p->enough = true;
			return;
		}
		if (!p->row_line)
			p->row_line = p->line;
		size_t taken = csv_parse(csv, line.p, line.n, take_cell, take_row, p);
		if (taken < line.n) {
			if (csv_error(csv) != CSV_EPARSE)
				abort(); /* out of memory */
			broken_quote(p, line, taken);
		}
	}
}

static void finish(struct parsing *p, struct csv_parser *csv) {
	if (!p->enough && csv_fini(csv, take_cell, take_row, p))
		fault(p, ERR_INVALID, "quote_open", p->row_line ? p->row_line : p->line, p->cell + 1,
		      "The quote that opens cell %zu of the row at line %zu never closes.", p->cell + 1,
		      p->row_line ? p->row_line : p->line);
	if (!p->err && !p->width)
		fault(p, ERR_INVALID, "empty", 0, 0,
		      "The file is empty; its first line names the columns.");
}

enum err import_parse(struct str body, struct buf *rows, struct buf *faults, struct why *reterr) {
	struct parsing *p = calloc(1, sizeof *p);
	struct csv_parser csv;
	if (!p || csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL))
		abort();
	csv_set_blk_size(&csv, IMPORT_CELL); /* by its own 128 octets a big cell is copied too often */
	*p = (struct parsing){.rows = rows, .faults = faults, .reterr = reterr};
	if (str_starts(body, STR("\xef\xbb\xbf")))
		body = (struct str){body.p + 3, body.n - 3};
	feed(p, &csv, body);
	finish(p, &csv);
	csv_free(&csv);
	enum err err = p->err;
	buf_adds(err ? faults : rows, "]}");
	if (p->fault_count > 1 && reterr) {
		struct why first = *reterr;
		err_set(reterr, err, NULL, "%.300s There are %zu faults in all.", first.sentence,
		        p->fault_count);
	}
	buf_clear(&p->row);
	for (size_t i = 0; i < IMPORT_CELLS; i++)
		buf_clear(&p->header[i]);
	free(p);
	return err;
}
