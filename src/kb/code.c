/* kb/code.c - spellings of error codes and names of the roles that a code can have. */
#include "kb/code.h"

#include <assert.h>
#include <string.h>
#include "base/str.h"

/* In enum order. */
static const struct {
	const char *name, *title;
} roles[] = {
	[TS_ROLE_ANY] = { "any", "code" },
	[TS_ROLE_DISCONNECT] = { "disconnect", "disconnect reason" },
	[TS_ROLE_EXTENDED] = { "extended", "extended reason" },
	[TS_ROLE_ERRINFO] = { "errinfo", "error info of the server" },
	[TS_ROLE_NEGOTIATION] = { "negotiation", "negotiation failure" },
	[TS_ROLE_OTHER] = { "other", "other code" },
};
static_assert(TS_COUNT(roles) == TS_ROLE_OTHER + 1, "a row for every role");

const char *ts_code_role_title(enum ts_code_role r)
{
	return (size_t)r < TS_COUNT(roles) ? roles[r].title : roles[TS_ROLE_ANY].title;
}

const char *ts_code_role_name(enum ts_code_role r)
{
	return (size_t)r < TS_COUNT(roles) ? roles[r].name : roles[TS_ROLE_ANY].name;
}

bool ts_code_role_parse(const char *name, enum ts_code_role *r)
{
	for (size_t i = TS_ROLE_DISCONNECT; i < TS_COUNT(roles); i++) {
		if (name != NULL && strcmp(name, roles[i].name) == 0) {
			*r = (enum ts_code_role)i;
			return true;
		}
	}
	return false;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* All of s must be hex digits; leading zeros do not count towards the eight that fit. */
static bool parse_hex(struct ts_str s, uint32_t *code)
{
	uint64_t value = 0;

	if (s.n == 0) {
		return false;
	}
	for (size_t i = 0; i < s.n; i++) {
		int v = hex_value(s.p[i]);
		if (v < 0 || value > UINT32_MAX >> 4) {
			return false;
		}
		value = value << 4 | (uint64_t)v;
	}
	*code = (uint32_t)value;
	return true;
}

/* Decimal from INT32_MIN to UINT32_MAX; a negative number is the same 32 bits, as HRESULTs are printed by
 * some programs. */
static bool parse_decimal(struct ts_str s, uint32_t *code)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t value = 0;
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;

	if (i == s.n) {
		return false;
	}
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || value > UINT32_MAX) {
			return false;
		}
		value = value * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (value > (negative ? (uint64_t)INT32_MAX + 1 : UINT32_MAX)) {
		return false;
	}
	*code = negative ? (uint32_t)0 - (uint32_t)value : (uint32_t)value;
	return true;
}

/* C000006D: eight digits with a letter among them can only be hex; without a letter they are taken as
 * decimal. */
static bool is_bare_hex(struct ts_str s)
{
	bool letter = false;

	if (s.n != 8) {
		return false;
	}
	for (size_t i = 0; i < s.n; i++) {
		int v = hex_value(s.p[i]);
		if (v < 0) {
			return false;
		}
		letter |= v > 9;
	}
	return letter;
}

bool ts_code_parse(const char *text, uint32_t *code)
{
	struct ts_str s = ts_str_trim(ts_str_of(text));

	if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) {
		return parse_hex((struct ts_str){ s.p + 2, s.n - 2 }, code);
	}
	if (s.n > 1 && (s.p[s.n - 1] == 'h' || s.p[s.n - 1] == 'H') && hex_value(s.p[0]) >= 0 &&
		hex_value(s.p[0]) <= 9) {
		return parse_hex((struct ts_str){ s.p, s.n - 1 }, code);
	}
	if (is_bare_hex(s)) {
		return parse_hex(s, code);
	}
	return parse_decimal(s, code);
}
