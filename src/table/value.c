/* table/value.c - one value of a row: NULL, integer, real or text, and how evidence of the wrong type
 * becomes the column's type. */
#include "table/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"

#define INT64_AS_REAL 9223372036854775808.0 /* 2^63: the first real that no int64_t holds */

struct ts_value ts_value_null(void)
{
	return (struct ts_value){ .kind = TS_VALUE_NULL };
}

struct ts_value ts_value_int(int64_t i)
{
	return (struct ts_value){ .kind = TS_VALUE_INT, .i = i };
}

struct ts_value ts_value_real(double d)
{
	return isfinite(d) ? (struct ts_value){ .kind = TS_VALUE_REAL, .d = d } : ts_value_null();
}

struct ts_value ts_value_text(const char *s)
{
	return s != NULL ? (struct ts_value){ .kind = TS_VALUE_TEXT, .s = s } : ts_value_null();
}

/* A real that is a whole number within int64_t. */
static bool real_is_int(double d)
{
	return d >= -INT64_AS_REAL && d < INT64_AS_REAL && d == floor(d);
}

static bool parse_real(const char *text, double *out)
{
	/* strtod alone would take "inf", "nan" and hexadecimal, which no evidence means. */
	if (text[0] == '\0' || strspn(text, "+-.0123456789eE") != strlen(text)) {
		return false;
	}
	char *end;
	*out = strtod(text, &end);
	return *end == '\0' && isfinite(*out);
}

bool ts_value_parse(const char *text, enum ts_type type, struct ts_value *out)
{
	double d;
	int64_t i;
	if (type == TS_TEXT) {
		*out = ts_value_text(text);
		return true;
	}
	if (type != TS_REAL && ts_parse_int(text, INT64_MIN, INT64_MAX, &i)) {
		*out = ts_value_int(i);
		return true;
	}
	if (!parse_real(text, &d) || (type != TS_REAL && !real_is_int(d))) {
		*out = ts_value_null();
		return false;
	}
	*out = type == TS_REAL ? ts_value_real(d) : ts_value_int((int64_t)d);
	return true;
}

struct ts_value ts_value_from_sqlite(sqlite3_value *v, enum ts_type type, struct ts_arena *a)
{
	int kind = sqlite3_value_type(v);
	struct ts_value out;
	if (kind == SQLITE_NULL || kind == SQLITE_BLOB) {
		return ts_value_null();
	}
	if (type == TS_TEXT || kind == SQLITE_TEXT) {
		const char *text = (const char *)sqlite3_value_text(v);
		ts_value_parse(text != NULL ? ts_arena_strdup(a, text) : "", type, &out);
		return text != NULL ? out : ts_value_null();
	}
	if (type == TS_REAL) {
		return ts_value_real(sqlite3_value_double(v));
	}
	if (kind == SQLITE_INTEGER) {
		return ts_value_int(sqlite3_value_int64(v));
	}
	double d = sqlite3_value_double(v);
	return real_is_int(d) ? ts_value_int((int64_t)d) : ts_value_null();
}

const char *ts_value_str(const struct ts_value *v, struct ts_arena *a)
{
	switch (v->kind) {
	case TS_VALUE_NULL: return NULL;
	case TS_VALUE_INT: return ts_arena_printf(a, "%lld", (long long)v->i);
	case TS_VALUE_REAL: return ts_arena_printf(a, "%.15g", v->d);
	case TS_VALUE_TEXT: return v->s;
	}
	return NULL;
}

bool ts_value_equal(const struct ts_value *a, const struct ts_value *b, bool nocase)
{
	if (a->kind == TS_VALUE_NULL || b->kind == TS_VALUE_NULL) {
		return false;
	}
	if (a->kind == TS_VALUE_TEXT || b->kind == TS_VALUE_TEXT) {
		return a->kind == b->kind && (nocase ? ts_str_case_eq(a->s, b->s) : strcmp(a->s, b->s) == 0);
	}
	if (a->kind == TS_VALUE_INT && b->kind == TS_VALUE_INT) {
		return a->i == b->i;
	}
	double x = a->kind == TS_VALUE_INT ? (double)a->i : a->d;
	double y = b->kind == TS_VALUE_INT ? (double)b->i : b->d;
	return x == y;
}

void ts_value_result(sqlite3_context *ctx, const struct ts_value *v)
{
	switch (v->kind) {
	case TS_VALUE_NULL: sqlite3_result_null(ctx); break;
	case TS_VALUE_INT: sqlite3_result_int64(ctx, v->i); break;
	case TS_VALUE_REAL: sqlite3_result_double(ctx, v->d); break;
	/* The rows go with the next xFilter, and a register may outlive them: SQLite takes a copy. */
	case TS_VALUE_TEXT: sqlite3_result_text(ctx, v->s, -1, SQLITE_TRANSIENT); break;
	}
}
