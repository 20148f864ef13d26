/* base/json.c - a JSON writer: the caller says what comes next, the writer puts the commas and escapes the text. */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/utf8.h"

#define INDENT 2

void ts_json_init(struct ts_json *j, struct ts_buf *out, bool pretty)
{
	*j = (struct ts_json){ .out = out, .pretty = pretty };
	j->first[0] = true;
}

static void new_line(struct ts_json *j)
{
	if (j->pretty) {
		ts_buf_putc(j->out, '\n');
		ts_buf_fill(j->out, ' ', (size_t)j->depth * INDENT);
	}
}

/* What stands between the member before and this one. */
static void separate(struct ts_json *j)
{
	if (!j->first[j->depth]) {
		ts_buf_putc(j->out, ',');
	}
	j->first[j->depth] = false;
	if (j->depth > 0) {
		new_line(j);
	}
}

static void before_value(struct ts_json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	assert(j->depth == 0 ? j->first[0] : j->in_array[j->depth]);
	separate(j);
}

static void open_level(struct ts_json *j, bool array)
{
	before_value(j);
	assert(j->depth + 1 < (int)TS_COUNT(j->first));
	ts_buf_putc(j->out, array ? '[' : '{');
	j->depth++;
	j->first[j->depth] = true;
	j->in_array[j->depth] = array;
}

void ts_json_object(struct ts_json *j)
{
	open_level(j, false);
}

void ts_json_array(struct ts_json *j)
{
	open_level(j, true);
}

void ts_json_end(struct ts_json *j)
{
	assert(j->depth > 0 && !j->after_key);
	bool empty = j->first[j->depth];
	char c = j->in_array[j->depth] ? ']' : '}';
	j->depth--;
	if (!empty) {
		new_line(j);
	}
	ts_buf_putc(j->out, c);
}

/* What passes the gate stays readable; the rest is escaped, so that the text is safe to show and nothing is lost. */
static void put_string(struct ts_buf *out, const char *s, size_t n)
{
	static const char short_forms[][2] = { { '"', '"' }, { '\\', '\\' }, { '\n', 'n' }, { '\t', 't' },
		{ '\r', 'r' } };
	ts_buf_putc(out, '"');
	size_t start = 0;
	for (size_t i = 0; i < n;) {
		if ((unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x7F && s[i] != '"' &&
			s[i] != '\\') {
			i++;
			continue;
		}
		uint32_t cp;
		bool valid;
		size_t len = ts_utf8_next(s + i, n - i, &cp, &valid);
		if (valid && cp != '"' && cp != '\\' && !ts_gate_unsafe(cp)) {
			i += len;
			continue;
		}
		ts_buf_put(out, s + start, i - start);
		size_t f = 0;
		while (f < TS_COUNT(short_forms) && (uint32_t)short_forms[f][0] != cp) {
			f++;
		}
		if (f < TS_COUNT(short_forms)) {
			ts_buf_putc(out, '\\');
			ts_buf_putc(out, short_forms[f][1]);
		} else if (!valid) {
			ts_buf_puts(out, "\xEF\xBF\xBD");
		} else if (cp > 0xFFFF) {
			ts_buf_printf(out, "\\u%04x\\u%04x", 0xD800 + ((cp - 0x10000) >> 10),
				0xDC00 + (cp & 0x3FF));
		} else {
			ts_buf_printf(out, "\\u%04x", cp);
		}
		i += len;
		start = i;
	}
	ts_buf_put(out, n > 0 ? s + start : "", n - start);
	ts_buf_putc(out, '"');
}

void ts_json_key(struct ts_json *j, const char *key)
{
	assert(j->depth > 0 && !j->in_array[j->depth] && !j->after_key);
	separate(j);
	put_string(j->out, key, strlen(key));
	ts_buf_puts(j->out, j->pretty ? ": " : ":");
	j->after_key = true;
}

void ts_json_str(struct ts_json *j, const char *s)
{
	if (s == NULL) {
		ts_json_null(j);
	} else {
		ts_json_strn(j, s, strlen(s));
	}
}

void ts_json_strn(struct ts_json *j, const char *s, size_t n)
{
	before_value(j);
	put_string(j->out, s, n);
}

void ts_json_int(struct ts_json *j, int64_t v)
{
	before_value(j);
	ts_buf_printf(j->out, "%" PRId64, v);
}

void ts_json_double(struct ts_json *j, double v)
{
	if (!isfinite(v)) {
		ts_json_null(j);
		return;
	}
	/* The shorter form where it gives the same number back. */
	char text[40];
	(void)snprintf(text, sizeof(text), "%.15g", v);
	if (strtod(text, NULL) != v) {
		(void)snprintf(text, sizeof(text), "%.17g", v);
	}
	/* A program that uses this one as a library may have set a locale whose decimal point is none. */
	char *comma = strchr(text, ',');
	if (comma != NULL) {
		*comma = '.';
	}
	before_value(j);
	ts_buf_puts(j->out, text);
}

void ts_json_bool(struct ts_json *j, bool v)
{
	before_value(j);
	ts_buf_puts(j->out, v ? "true" : "false");
}

void ts_json_null(struct ts_json *j)
{
	before_value(j);
	ts_buf_puts(j->out, "null");
}

void ts_json_kstr(struct ts_json *j, const char *key, const char *s)
{
	ts_json_key(j, key);
	ts_json_str(j, s);
}

void ts_json_kint(struct ts_json *j, const char *key, int64_t v)
{
	ts_json_key(j, key);
	ts_json_int(j, v);
}

void ts_json_kbool(struct ts_json *j, const char *key, bool v)
{
	ts_json_key(j, key);
	ts_json_bool(j, v);
}
