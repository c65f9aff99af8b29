/* SPDX-License-Identifier: Apache-2.0 */
/* The settings as text: the file in force, the sample, the man page's list. */
#include <string.h>

#include "conf/conf.h"
#include "conf/setting.h"

#include "base/banned.h"

enum { WIDTH = 96 };

static bool begins_section(size_t i) {
	return i == 0 || strcmp(settings[i].section, settings[i - 1].section) != 0;
}

void conf_print(const struct conf *c, FILE *out) {
	char value[SETTING_VALUE];
	for (size_t i = 0; i < setting_count; i++) {
		if (begins_section(i))
			(void)fprintf(out, "%s[%s]\n", i ? "\n" : "", settings[i].section);
		setting_write(&settings[i], c, value);
		(void)fprintf(out, "%s = %s\n", settings[i].key, value);
	}
}

/* Words as comment lines no wider than WIDTH. */
static void print_comment(FILE *out, const char *words) {
	int column = fprintf(out, "#");
	while (*words) {
		int n = (int)strcspn(words, " ");
		if (column + 1 + n > WIDTH)
			column = fprintf(out, "\n#") - 1;
		column += fprintf(out, " %.*s", n, words);
		words += n;
		words += strspn(words, " ");
	}
	(void)fputc('\n', out);
}

/* "64 to 256, default 64; a reload takes it" */
static void describe(const struct setting *s, char *ret, size_t room) {
	char low[32], high[32];
	setting_bound(s, s->min, low);
	setting_bound(s, s->max, high);
	int n = 0;
	if (s->type == CONF_FLAG || s->type == CONF_LEVEL)
		n = snprintf(ret, room, "One of: %s.", setting_form(s->type));
	else if (s->type != CONF_TEXT)
		n = snprintf(ret, room, "From %s to %s.", low, high);
	(void)snprintf(ret + n, room - (size_t)n, "%s%s", n ? " " : "",
	               s->reloadable ? "A reload takes it over." : "A change needs a restart.");
}

void conf_print_sample(FILE *out) {
	char more[200];
	(void)fputs("# Configuration of atelierd; see atelierd.conf(5). Every line shows its default:\n"
	            "# take the leading # off to change one. SIGHUP reloads this file.\n",
	            out);
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		if (begins_section(i))
			(void)fprintf(out, "\n[%s]\n", s->section);
		describe(s, more, sizeof more);
		(void)fputc('\n', out);
		print_comment(out, s->help);
		print_comment(out, more);
		(void)fprintf(out, "#%s = %s\n", s->key, s->preset);
	}
}

/* Words as roff takes them: no bare backslash, quote or hyphen, no request by accident; a new line
 * for each sentence (mdoc(7)) and before column 80. */
static void print_roff(FILE *out, const char *words) {
	size_t column = 0;
	while (*words) {
		size_t n = strcspn(words, " ");
		bool sentence = column > 0 && words[-2] == '.';
		if (column > 0) {
			bool fresh = sentence || column + n > 70;
			(void)fputc(fresh ? '\n' : ' ', out);
			column = fresh ? 0 : column;
		}
		if (column == 0 && (*words == '.' || *words == '\''))
			(void)fputs("\\&", out);
		for (size_t i = 0; i < n; i++)
			if (words[i] == '\\')
				(void)fputs("\\e", out);
			else if (words[i] == '"')
				(void)fputs("\\(dq", out);
			else if (words[i] == '-')
				(void)fputs("\\-", out);
			else
				(void)fputc(words[i], out);
		column += n + 1;
		words += n + strspn(words + n, " ");
	}
	(void)fputc('\n', out);
}

void conf_print_man(FILE *out) {
	char more[200];
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		if (begins_section(i))
			(void)fprintf(out, "%s.Ss Section %s\n.Bl -tag -width Ds\n", i ? ".El\n" : "",
			              s->section);
		(void)fprintf(out, ".It Ic %s\n", s->key);
		print_roff(out, s->help);
		describe(s, more, sizeof more);
		print_roff(out, more);
		(void)fputs(".br\nDefault:\n", out);
		if (*s->preset) {
			(void)fputs(".Ql ", out);
			print_roff(out, s->preset);
		} else {
			(void)fputs("nothing.\n", out);
		}
	}
	(void)fputs(".El\n", out);
}
