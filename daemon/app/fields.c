/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fields.h"

#include "base/civil.h"

#include "base/banned.h"

/* -- qualities -- */

/* "0.8" → 800; anything malformed counts as 0, so that it is not chosen. */
static int quality(struct str s) {
	int v = 0, scale = 1000;
	if (s.n == 0 || s.n > 5 || (*s.p != '0' && *s.p != '1') || (s.n > 1 && s.p[1] != '.'))
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (i == 1)
			continue;
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		v += (s.p[i] - '0') * scale;
		scale /= 10;
	}
	return v > 1000 ? 1000 : v;
}

/* The next "token;params" of a list: its token, and its q. */
static struct str next_choice(struct str *list, int *ret_q) {
	struct str params = str_cut(list, ','), token = str_trim(str_cut(&params, ';'));
	*ret_q = 1000;
	while (params.p) {
		struct str p = str_trim(str_cut(&params, ';'));
		if (p.n > 2 && (*p.p == 'q' || *p.p == 'Q') && p.p[1] == '=')
			*ret_q = quality((struct str){p.p + 2, p.n - 2});
	}
	return token;
}

int field_quality(struct str accept, const char *type) {
	struct str wanted = str_of(type), family = wanted;
	int best = 0, rank = -1;
	family.n = (size_t)(strchr(type, '/') - type) + 1;
	if (!accept.p)
		return 1000;
	while (accept.p) {
		int q, r = -1;
		struct str range = next_choice(&accept, &q);
		if (str_ieq(range, wanted))
			r = 2;
		else if (range.n == family.n + 1 && range.p[range.n - 1] == '*'
		         && str_ieq((struct str){range.p, family.n}, family))
			r = 1;
		else if (str_is(range, "*/*"))
			r = 0;
		if (r > rank)
			rank = r, best = q;
	}
	return best;
}

bool field_takes_gzip(struct str accept_encoding) {
	int gzip = -1, any = -1, identity = -1;
	while (accept_encoding.p) {
		int q;
		struct str name = next_choice(&accept_encoding, &q);
		if (str_ieq(name, STR("gzip")) || str_ieq(name, STR("x-gzip")))
			gzip = q;
		else if (str_is(name, "*"))
			any = q;
		else if (str_ieq(name, STR("identity")))
			identity = q;
	}
	if (gzip < 0)
		gzip = any;
	return gzip > 0 && gzip >= identity;
}

/* -- entity tags -- */

static bool is_tag_octet(char c) {
	return c != '"' && (unsigned char)c >= 0x21 && c != 0x7f;
}

/* Take one entity tag off the front; false if there is none. */
static bool next_tag(struct str *s, struct str *ret, bool *ret_weak) {
	*ret_weak = str_starts(*s, STR("W/"));
	if (*ret_weak)
		s->p += 2, s->n -= 2;
	if (s->n < 2 || *s->p != '"')
		return false;
	size_t n = 1;
	while (n < s->n && is_tag_octet(s->p[n]))
		n++;
	if (n == s->n || s->p[n] != '"')
		return false;
	*ret = (struct str){s->p + 1, n - 1};
	s->p += n + 1;
	s->n -= n + 1;
	return true;
}

bool field_lists_tag(struct str list, struct str etag) {
	struct str tag;
	bool weak;
	if (str_is(str_trim(list), "*"))
		return true;
	for (;;) {
		while (list.n && (*list.p == ' ' || *list.p == '\t' || *list.p == ','))
			list.p++, list.n--;
		if (!next_tag(&list, &tag, &weak))
			return false;
		if (str_eq(tag, etag))
			return true;
	}
}

bool field_one_tag(struct str value, struct str *ret) {
	struct str tag, gz = STR("-gz");
	bool weak;
	if (!next_tag(&value, &tag, &weak) || weak || value.n || tag.n == 0)
		return false;
	if (str_ends(tag, gz))
		tag.n -= gz.n;
	*ret = tag;
	return true;
}

/* -- the rest -- */

bool field_is_type(struct str content_type, const char *type) {
	struct str params = content_type;
	if (!str_ieq(str_trim(str_cut(&params, ';')), str_of(type)))
		return false;
	while (params.p) {
		struct str value = str_trim(str_cut(&params, ';'));
		struct str name = str_cut(&value, '=');
		if (str_ieq(name, STR("charset")) && !str_ieq(value, STR("utf-8"))
		    && !str_ieq(value, STR("\"utf-8\"")))
			return false;
	}
	return true;
}

bool field_bearer(struct str authorization, struct str *ret) {
	struct str scheme = STR("bearer ");
	if (authorization.n <= scheme.n || !str_ieq((struct str){authorization.p, scheme.n}, scheme))
		return false;
	struct str t = str_trim((struct str){authorization.p + scheme.n, authorization.n - scheme.n});
	if (t.n == 0 || t.n > 512)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		char c = t.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!alnum && (c == '\0' || !strchr("-._~+/=", c)))
			return false;
	}
	*ret = t;
	return true;
}

bool field_is_key(struct str key) {
	if (key.n == 0 || key.n > 128)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= 0x20 || key.p[i] >= 0x7f)
			return false;
	return true;
}

/* -- dates -- */

static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static char *put_digits(char *at, unsigned value, int n) {
	for (int i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

static char *put_text(char *at, const char *text, size_t n) {
	memcpy(at, text, n);
	return at + n;
}

/* By hand, for it is in every answer from memory and printf would be a tenth of its cost. */
void field_date(int64_t seconds, char ret[30]) {
	int64_t day = seconds / 86400, rest = seconds % 86400;
	if (rest < 0)
		rest += 86400, day--;
	struct civil c = civil_of((day_t)day);
	char *at = put_text(ret, day_names + 3 * (size_t)civil_weekday((day_t)day), 3);
	at = put_digits(put_text(at, ", ", 2), c.day, 2);
	at = put_text(put_text(at, " ", 1), month_names + 3 * (size_t)(c.month - 1), 3);
	at = put_digits(put_text(at, " ", 1), (unsigned)c.year, 4);
	at = put_digits(put_text(at, " ", 1), (unsigned)(rest / 3600), 2);
	at = put_digits(put_text(at, ":", 1), (unsigned)(rest / 60 % 60), 2);
	at = put_digits(put_text(at, ":", 1), (unsigned)(rest % 60), 2);
	(void)put_text(at, " GMT", 5);
}

static bool digits(struct str s, size_t at, size_t n, uint64_t *ret) {
	return str_u64((struct str){s.p + at, n}, 9999, ret);
}

bool field_date_parse(struct str s, int64_t *ret) {
	uint64_t day, year, h, m, sec;
	if (s.n != 29 || !digits(s, 5, 2, &day) || !digits(s, 12, 4, &year) || !digits(s, 17, 2, &h)
	    || !digits(s, 20, 2, &m) || !digits(s, 23, 2, &sec) || !str_ends(s, STR(" GMT")))
		return false;
	for (unsigned i = 0; i < 12; i++) {
		if (memcmp(s.p + 8, month_names + 3 * (size_t)i, 3) != 0)
			continue;
		struct civil c = {(int)year, i + 1, (unsigned)day};
		if (!civil_real(c) || h > 23 || m > 59 || sec > 60)
			return false;
		*ret = (int64_t)civil_day(c) * 86400 + (int64_t)(h * 3600 + m * 60 + sec);
		/* The fixed punctuation and the weekday, all at once. */
		char again[30];
		field_date(*ret, again);
		return memcmp(again, s.p, 29) == 0;
	}
	return false;
}
