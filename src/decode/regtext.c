/* decode/regtext.c - reading registry exports. */
#include "decode/regtext.h"

#include <string.h>
#include "base/utf8.h"
#include "decode/regdata.h"
#include "decode/utf16.h"

#define MAX_TEXT ((size_t)512 << 20)
#define MAX_LINE ((size_t)64 << 20) /* of a folded line */

struct reader {
	struct ts_str rest;
	const struct ts_regtext_sink *sink;
	struct ts_regtext_result *result;
	struct ts_buf line; /* folded lines joined */
	struct ts_buf name, data;
	bool ansi; /* REGEDIT4: hex(2) and hex(7) hold text of 8 bits */
	bool in_key;
};

static const char *const headers[] = { "Windows Registry Editor Version 5", "REGEDIT4" };

/* Which header is the line? 0, 1, or -1. */
static int header_of(struct ts_str line)
{
	line = ts_str_trim(line);
	for (int i = 0; i < 2; i++) {
		size_t n = strlen(headers[i]);
		if (line.n >= n && memcmp(line.p, headers[i], n) == 0) {
			return i;
		}
	}
	return -1;
}

/* Go past the header; false when the text does not begin with one. */
static bool pass_header(struct ts_str *rest, bool *ansi, bool *comments)
{
	struct ts_str line;
	*comments = false;
	while (ts_str_line(rest, &line)) {
		line = ts_str_trim(line);
		int which = header_of(line);
		if (which >= 0) {
			*ansi = which == 1;
			return true;
		}
		if (line.n > 0 && line.p[0] != ';') {
			return false;
		}
		*comments = *comments || line.n > 0;
	}
	return false;
}

bool ts_regtext_recognise(const unsigned char *p, size_t n)
{
	struct ts_buf b;
	bool ansi, comments;
	ts_buf_init(&b, 65536);
	ts_text_put(&b, p, n > 8192 ? 8192 : n, true);
	struct ts_str rest = { ts_buf_str(&b), b.len };
	bool is = pass_header(&rest, &ansi, &comments);
	ts_buf_finish(&b);
	return is;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Up to 8 hex digits, at least one; the number of them. */
static size_t read_hex(struct ts_str s, uint32_t *out)
{
	size_t i = 0;
	*out = 0;
	for (; i < s.n && i < 8 && hex_digit(s.p[i]) >= 0; i++) {
		*out = *out << 4 | (uint32_t)hex_digit(s.p[i]);
	}
	return i;
}

static struct ts_str cut(struct ts_str s, size_t n)
{
	return (struct ts_str){ s.p + n, s.n - n };
}

/* A text in quotes, with \" and \\; false without its end. The rest goes on behind it. */
static bool read_quoted(struct ts_str *s, struct ts_buf *out)
{
	ts_buf_clear(out);
	for (size_t i = 1; i < s->n; i++) {
		if (s->p[i] == '"') {
			*s = cut(*s, i + 1);
			return true;
		}
		if (s->p[i] == '\\' && i + 1 < s->n) {
			i++;
		}
		ts_buf_putc(out, s->p[i]);
	}
	return false;
}

/* UTF-8 as UTF-16LE with a NUL. */
static void put_utf16(struct ts_buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += ts_utf8_next(p + i, n - i, &cp, NULL);
		if (cp >= 0x10000) {
			uint32_t high = 0xD800 + ((cp - 0x10000) >> 10);
			ts_buf_putc(out, (char)(high & 0xFF));
			ts_buf_putc(out, (char)(high >> 8));
			cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
		}
		ts_buf_putc(out, (char)(cp & 0xFF));
		ts_buf_putc(out, (char)(cp >> 8 & 0xFF));
	}
	ts_buf_put(out, "\0\0", 2);
}

/* "0a,0b,..." */
static bool read_bytes(struct ts_str s, struct ts_buf *out)
{
	for (s = ts_str_trim(s); s.n > 0; s = ts_str_trim(s)) {
		if (s.n < 2 || hex_digit(s.p[0]) < 0 || hex_digit(s.p[1]) < 0) {
			return false;
		}
		ts_buf_putc(out, (char)(hex_digit(s.p[0]) << 4 | hex_digit(s.p[1])));
		s = ts_str_trim(cut(s, 2));
		if (s.n > 0 && s.p[0] != ',') {
			return false;
		}
		s = s.n > 0 ? cut(s, 1) : s;
	}
	return true;
}

/* Text of 8 bits in REGEDIT4's hex(1), hex(2) and hex(7) as UTF-16. */
static void widen(struct ts_buf *data)
{
	struct ts_buf text;
	ts_buf_init(&text, MAX_LINE);
	ts_latin1_put(&text, (const unsigned char *)ts_buf_str(data), data->len, true);
	ts_buf_clear(data);
	put_utf16(data, ts_buf_str(&text), text.len);
	if (data->len >= 2) {
		data->len -= 2; /* its NUL is among the bytes already */
	}
	ts_buf_finish(&text);
}

static bool read_dword(struct reader *r, struct ts_str s)
{
	uint32_t v;
	size_t n = read_hex(s, &v);
	for (int i = 0; i < 4; i++) {
		ts_buf_putc(&r->data, (char)(v >> (8 * i) & 0xFF));
	}
	return n > 0 && ts_str_trim(cut(s, n)).n == 0;
}

/* "hex:", "hex(7):" */
static bool read_binary(struct reader *r, struct ts_str s, uint32_t *type)
{
	*type = TS_REG_BINARY;
	s = cut(s, 3);
	if (s.n > 0 && s.p[0] == '(') {
		size_t n = read_hex(cut(s, 1), type);
		if (n == 0 || n + 2 > s.n || s.p[n + 1] != ')') {
			return false;
		}
		s = cut(s, n + 2);
	}
	if (s.n == 0 || s.p[0] != ':' || !read_bytes(cut(s, 1), &r->data)) {
		return false;
	}
	if (r->ansi && (*type == TS_REG_SZ || *type == TS_REG_EXPAND_SZ || *type == TS_REG_MULTI_SZ)) {
		widen(&r->data);
	}
	return true;
}

static bool starts(struct ts_str s, const char *word)
{
	size_t n = strlen(word);
	return s.n >= n && memcmp(s.p, word, n) == 0;
}

/* What stands behind the '='; false when it is not understood. */
static bool read_data(struct reader *r, struct ts_str s, uint32_t *type)
{
	ts_buf_clear(&r->data);
	if (s.n > 0 && s.p[0] == '"') {
		struct ts_buf text;
		ts_buf_init(&text, MAX_LINE);
		bool ok = read_quoted(&s, &text) && ts_str_trim(s).n == 0;
		put_utf16(&r->data, ts_buf_str(&text), text.len);
		ts_buf_finish(&text);
		*type = TS_REG_SZ;
		return ok;
	}
	if (starts(s, "dword:")) {
		*type = TS_REG_DWORD;
		return read_dword(r, cut(s, 6));
	}
	return starts(s, "hex") && read_binary(r, s, type);
}

static bool read_value(struct reader *r, struct ts_str s)
{
	ts_buf_clear(&r->name);
	if (s.p[0] == '@') {
		s = cut(s, 1);
	} else if (!read_quoted(&s, &r->name)) {
		r->result->bad_lines++;
		return true;
	}
	s = ts_str_trim(s);
	if (s.n == 0 || s.p[0] != '=' || !r->in_key) {
		r->result->bad_lines++;
		return true;
	}
	s = ts_str_trim(cut(s, 1));
	if (s.n == 1 && s.p[0] == '-') {
		r->result->script = true;
		return true;
	}
	struct ts_regtext_value v = { .name = { ts_buf_str(&r->name), r->name.len } };
	if (!read_data(r, s, &v.type)) {
		r->result->bad_lines++;
		return true;
	}
	v.data = (const unsigned char *)ts_buf_str(&r->data);
	v.size = r->data.len;
	r->result->values++;
	return r->sink->value(r->sink->ctx, &v);
}

static bool read_key(struct reader *r, struct ts_str s)
{
	/* The name of a key may hold brackets: the last one counts. */
	while (s.n > 0 && s.p[s.n - 1] != ']') {
		s.n--;
	}
	r->in_key = false;
	if (s.n < 3) {
		r->result->bad_lines++;
		return true;
	}
	s = (struct ts_str){ s.p + 1, s.n - 2 };
	if (s.p[0] == '-') {
		r->result->script = true;
		return true;
	}
	r->in_key = true;
	r->result->keys++;
	return r->sink->key(r->sink->ctx, s);
}

/* Does a line of data go on in the next one? A text that ends in a backslash has a quote behind it. */
static bool is_folded(struct ts_str s)
{
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t')) {
		s.n--;
	}
	return s.n > 0 && s.p[s.n - 1] == '\\';
}

/* The line with all that it goes on in, or a text in quotes over several lines. */
static struct ts_str whole_line(struct reader *r, struct ts_str line)
{
	bool folded = line.n > 0 && (line.p[0] == '"' || line.p[0] == '@') && is_folded(line);
	if (!folded) {
		return line;
	}
	ts_buf_clear(&r->line);
	for (;;) {
		bool more = is_folded(line);
		line = ts_str_trim(line);
		ts_buf_put(&r->line, line.p, line.n - (more ? 1 : 0));
		if (!more || !ts_str_line(&r->rest, &line)) {
			break;
		}
	}
	return (struct ts_str){ ts_buf_str(&r->line), r->line.len };
}

static void read_lines(struct reader *r)
{
	struct ts_str line;
	bool more = true;
	while (more && ts_str_line(&r->rest, &line)) {
		line = ts_str_trim(line);
		if (line.n == 0) {
			continue;
		}
		switch (line.p[0]) {
		case ';': r->result->script = true; break;
		case '[': more = read_key(r, line); break;
		case '"':
		case '@': more = read_value(r, whole_line(r, line)); break;
		default: r->result->bad_lines += header_of(line) < 0; break;
		}
	}
}

void ts_regtext_read(const unsigned char *p, size_t n, const struct ts_regtext_sink *sink,
	struct ts_regtext_result *result)
{
	struct ts_buf text;
	struct reader r = { .sink = sink, .result = result };
	*result = (struct ts_regtext_result){ 0 };
	ts_buf_init(&text, MAX_TEXT);
	ts_buf_init(&r.line, MAX_LINE);
	ts_buf_init(&r.name, MAX_LINE);
	ts_buf_init(&r.data, MAX_LINE);
	ts_text_put(&text, p, n, false);
	r.rest = (struct ts_str){ ts_buf_str(&text), text.len };
	if (pass_header(&r.rest, &r.ansi, &result->script)) {
		read_lines(&r);
	} else {
		result->bad_lines++;
	}
	ts_buf_finish(&text);
	ts_buf_finish(&r.line);
	ts_buf_finish(&r.name);
	ts_buf_finish(&r.data);
}
