/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

#include <assert.h>

#include "base/banned.h"

/* Days from civil by eras of 400 years (146,097 days) that begin on 1 March. */
day_t civil_day(struct civil c) {
	assert(civil_real(c));
	int y = c.year - (c.month <= 2);
	int era = (y >= 0 ? y : y - 399) / 400;
	int yoe = y - era * 400;
	int doy = (153 * ((int)c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + (int)c.day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

struct civil civil_of(day_t d) {
	int z = d + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int doe = z - era * 146097;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;
	struct civil c = {
		.year = yoe + era * 400,
		.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9),
		.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1),
	};
	c.year += c.month <= 2;
	return c;
}

bool civil_real(struct civil c) {
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1)
		return false;
	bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
	return c.day <= days[c.month - 1] + (unsigned)(c.month == 2 && leap);
}

unsigned civil_weekday(day_t d) {
	return (unsigned)(((d + 3) % 7 + 7) % 7);
}

static bool number(struct str s, size_t at, size_t n, unsigned *ret) {
	unsigned v = 0;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*ret = v;
	return true;
}

bool civil_parse(struct str s, day_t *ret) {
	unsigned y, m, d;
	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !number(s, 0, 4, &y) || !number(s, 5, 2, &m)
	    || !number(s, 8, 2, &d))
		return false;
	struct civil c = {.year = (int)y, .month = m, .day = d};
	if (!civil_real(c))
		return false;
	*ret = civil_day(c);
	return true;
}

/* Every answer shows some: by hand, as printf takes ten times as long. */
static char *put_digits(char *at, unsigned value, size_t n) {
	for (size_t i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

void civil_format(day_t d, char ret[11]) {
	assert(d >= CIVIL_FIRST && d <= CIVIL_LAST);
	struct civil c = civil_of(d);
	char *at = put_digits(ret, (unsigned)c.year, 4);
	*at++ = '-';
	at = put_digits(at, c.month, 2);
	*at++ = '-';
	*put_digits(at, c.day, 2) = '\0';
}

bool civil_parse_instant(struct str s, int64_t *ret) {
	day_t day;
	unsigned h, m, sec;
	if (s.n < 20 || !civil_parse((struct str){s.p, 10}, &day) || (s.p[10] | 32) != 't'
	    || !number(s, 11, 2, &h) || s.p[13] != ':' || !number(s, 14, 2, &m) || s.p[16] != ':'
	    || !number(s, 17, 2, &sec) || h > 23 || m > 59 || sec > 60)
		return false;
	size_t i = 19;
	if (s.p[i] == '.') {
		size_t digits = 0;
		while (++i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		if (digits == 0)
			return false;
	}
	int64_t offset = 0;
	if (i + 1 == s.n && (s.p[i] | 32) == 'z') {
		offset = 0;
	} else if (i + 6 == s.n && (s.p[i] == '+' || s.p[i] == '-') && s.p[i + 3] == ':') {
		unsigned oh, om;
		if (!number(s, i + 1, 2, &oh) || !number(s, i + 4, 2, &om) || oh > 23 || om > 59)
			return false;
		offset = (int64_t)(oh * 60 + om) * 60 * (s.p[i] == '-' ? -1 : 1);
	} else {
		return false;
	}
	*ret = (int64_t)day * 86400 + h * 3600 + m * 60 + (sec == 60 ? 59 : sec) - offset;
	return true;
}

void civil_format_instant(int64_t seconds, char ret[21]) {
	int64_t day = seconds / 86400, rest = seconds % 86400;
	if (rest < 0)
		rest += 86400, day--;
	assert(day >= CIVIL_FIRST && day <= CIVIL_LAST);
	civil_format((day_t)day, ret);
	ret[10] = 'T';
	ret[13] = ret[16] = ':';
	(void)put_digits(ret + 11, (unsigned)(rest / 3600), 2);
	(void)put_digits(ret + 14, (unsigned)(rest / 60 % 60), 2);
	(void)put_digits(ret + 17, (unsigned)(rest % 60), 2);
	ret[19] = 'Z';
	ret[20] = '\0';
}

int civil_quarter(day_t d) {
	return ((int)civil_of(d).month - 1) / 3 + 1;
}

int civil_planning_year(day_t d) {
	struct civil c = civil_of(d);
	return c.month >= 7 ? c.year : c.year - 1;
}
