/* SPDX-License-Identifier: Apache-2.0 */
#include "app/shape_format.h"

#include <stdint.h>

#include "base/civil.h"

#include "base/banned.h"

static bool is_upper(char c) {
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c) {
	return is_upper(c) || is_lower(c) || is_digit(c);
}

static bool all(struct str s, bool (*is)(char)) {
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

static bool fits_date(struct str s) {
	day_t day;
	return civil_parse(s, &day);
}

static bool fits_instant(struct str s) {
	int64_t seconds;
	return civil_parse_instant(s, &seconds);
}

static bool fits_time(struct str s) {
	uint64_t hour, minute;
	return s.n == 5 && s.p[2] == ':' && str_u64((struct str){s.p, 2}, 23, &hour)
	       && str_u64((struct str){s.p + 3, 2}, 59, &minute);
}

/* The first one alphanumeric, the others from a few marks too. */
static bool word(struct str s, size_t cap, const char *marks) {
	if (s.n == 0 || s.n > cap || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr(marks, s.p[i])))
			return false;
	return true;
}

static bool fits_code(struct str s) {
	return word(s, 64, "_.-");
}

static bool fits_id(struct str s) {
	return word(s, 64, "_.:-");
}

static bool fits_two_capitals(struct str s) {
	return s.n == 2 && all(s, is_upper);
}

/* ISO 639-1 is complete; ISO 4217 as of 2026, without fund and metal codes. */
static const char languages[] =
	"aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
	"da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht "
	"hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky "
	"la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny "
	"oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss "
	"st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
	"za zh zu";
static const char currencies[] =
	"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN "
	"BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD "
	"FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
	"KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
	"MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR "
	"RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS "
	"TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XDR XOF "
	"XPF YER ZAR ZMW ZWG ZWL";

static bool listed(const char *words, struct str s) {
	struct str rest = str_of(words);
	while (rest.p)
		if (str_eq(str_cut(&rest, ' '), s))
			return true;
	return false;
}

static bool fits_currency(struct str s) {
	return s.n == 3 && all(s, is_upper) && listed(currencies, s);
}

static bool fits_language(struct str s) {
	return s.n == 2 && all(s, is_lower) && listed(languages, s);
}

/* Well formed only: whether the zone exists is the database's to say. */
static bool fits_timezone(struct str s) {
	if (s.n == 0 || s.n > 64 || !is_upper(s.p[0]) || s.p[s.n - 1] == '/')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr("_+-/", s.p[i])))
			return false;
		if (s.p[i] == '/' && s.p[i + 1] == '/')
			return false;
	}
	return true;
}

static bool printable(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool fits_email(struct str s) {
	struct str rest = s, local = str_cut(&rest, '@');
	return s.n <= 254 && printable(s) && local.n > 0 && local.n <= 64 && rest.n >= 3
	       && !memchr(rest.p, '@', rest.n) && memchr(rest.p, '.', rest.n) && rest.p[0] != '.'
	       && rest.p[rest.n - 1] != '.';
}

static bool fits_uri(struct str s) {
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
	return scheme && s.n > scheme && s.n <= 2000 && s.p[scheme] != '/' && printable(s)
	       && !memchr(s.p, '"', s.n) && !memchr(s.p, '<', s.n) && !memchr(s.p, '>', s.n);
}

static const struct shape_format formats[] = {
	{"date", "a date such as 2027-03-01 (YYYY-MM-DD)", NULL, fits_date},
	{"date-time", "an instant such as 2027-03-01T09:30:00Z (RFC 3339)", NULL, fits_instant},
	{"time", "a time of day such as 09:30", "^([01][0-9]|2[0-3]):[0-5][0-9]$", fits_time},
	{"code", "a code: letters, digits, \"_\", \".\" and \"-\", at most 64",
     "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", fits_code},
	{"id", "an identifier: letters, digits, \"_\", \".\", \":\" and \"-\", at most 64",
     "^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$", fits_id},
	{"member", "a Member's code of two capitals such as FJ", "^[A-Z]{2}$", fits_two_capitals},
	{"country", "an ISO 3166-1 code of two capitals such as FJ", "^[A-Z]{2}$", fits_two_capitals},
	{"currency", "an ISO 4217 code such as EUR", "^[A-Z]{3}$", fits_currency},
	{"language", "an ISO 639-1 code such as fr", "^[a-z]{2}$", fits_language},
	{"timezone", "an IANA time zone such as Pacific/Fiji",
     "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", fits_timezone},
	{"email", "an e-mail address such as name@example.org", NULL, fits_email},
	{"uri", "an address that begins with https:// or http://", "^https?://[^/\\s\"<>][^\\s\"<>]*$",
     fits_uri},
};

const struct shape_format *shape_format_find(const char *name) {
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (str_is(str_of(name), formats[i].name))
			return &formats[i];
	return NULL;
}
