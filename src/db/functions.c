/* db/functions.c - SQL functions with osquery's names, so that a check runs on a fleet as it is; all are pure. */
#include "db/sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/regex.h"
#include "base/str.h"
#include "os/net.h"

#define LONGEST ((size_t)4000000) /* as the connection's SQLITE_LIMIT_LENGTH */

/* The argument as text; false when it is NULL (or memory is gone, which SQLite then reports itself). */
static bool text_arg(sqlite3_value *v, struct ts_str *out)
{
	out->p = (const char *)sqlite3_value_text(v);
	out->n = out->p != NULL ? (size_t)sqlite3_value_bytes(v) : 0;
	return out->p != NULL;
}

static void result_text(sqlite3_context *ctx, const char *p, size_t n)
{
	sqlite3_result_text64(ctx, p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* Give the buffer's text away as the result. */
static void result_buf(sqlite3_context *ctx, struct ts_buf *b)
{
	if (b->overflow) {
		sqlite3_result_error_toobig(ctx);
	} else {
		result_text(ctx, ts_buf_str(b), b->len);
	}
	ts_buf_finish(b);
}

/* --- regular expressions --- */

static void free_regex(void *p)
{
	ts_regex_free(p);
}

static bool budget_over(void *arg)
{
	return ts_budget_check(arg) != TS_BUDGET_OK;
}

/* Search for the pattern in argument number `index`; its compiled form is kept while the pattern stays the same. False after NULL or an error. */
static bool search(sqlite3_context *ctx, sqlite3_value **argv, int index, struct ts_str text, bool *found,
	struct ts_match *m)
{
	struct ts_regex *re = sqlite3_get_auxdata(ctx, index), *made = NULL;
	struct ts_str pattern;
	if (re == NULL) {
		struct ts_err err;
		if (!text_arg(argv[index], &pattern)) {
			return false;
		}
		if (memchr(pattern.p, '\0', pattern.n) != NULL) {
			sqlite3_result_error(ctx, "regular expression: it holds a NUL character", -1);
			return false;
		}
		re = made = ts_regex_new(pattern.p, false, NULL, &err);
		if (re == NULL) {
			sqlite3_result_error(ctx, err.text, -1);
			return false;
		}
		ts_regex_on_wait(re, budget_over, sqlite3_user_data(ctx));
	}
	enum ts_regex_result result = ts_regex_find(re, text.p, text.n, 0, m);
	if (result == TS_REGEX_LIMIT && budget_over(sqlite3_user_data(ctx))) {
		sqlite3_result_error_code(ctx, SQLITE_INTERRUPT);
	} else if (result == TS_REGEX_LIMIT) {
		sqlite3_result_error(
			ctx, "regular expression: gave up, it needs too many steps on this text", -1);
	}
	*found = result == TS_REGEX_YES;
	if (made != NULL) {
		/* May free it at once, so this comes last. */
		sqlite3_set_auxdata(ctx, index, made, free_regex);
	}
	return result != TS_REGEX_LIMIT;
}

/* regexp(pattern, text), which is the operator: text REGEXP pattern. */
static void fn_regexp(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str text;
	bool found;
	(void)argc;
	if (text_arg(argv[1], &text) && search(ctx, argv, 0, text, &found, NULL)) {
		sqlite3_result_int(ctx, found);
	}
}

/* regex_match(text, pattern, group): the text of the group, NULL when it does not match or the group took no part. */
static void fn_regex_match(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str text;
	struct ts_match m;
	bool found;
	(void)argc;
	sqlite3_int64 group = sqlite3_value_int64(argv[2]);
	if (group < 0 || group >= TS_REGEX_GROUPS) {
		sqlite3_result_error(ctx, "regex_match: the group must be from 0 to 15", -1);
		return;
	}
	if (text_arg(argv[0], &text) && search(ctx, argv, 1, text, &found, &m) && found &&
		m.start[group] != (size_t)-1) {
		result_text(ctx, text.p + m.start[group], m.end[group] - m.start[group]);
	}
}

/* --- versions and addresses --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Cut the next run of digits or of letters; an empty run at the end. */
static struct ts_str next_part(struct ts_str *s)
{
	while (s->n > 0 && !is_digit(s->p[0]) && !is_letter(s->p[0])) {
		s->p++;
		s->n--;
	}
	struct ts_str part = { s->p, 0 };
	while (part.n < s->n && (is_digit(s->p[0]) ? is_digit(s->p[part.n]) : is_letter(s->p[part.n]))) {
		part.n++;
	}
	s->p += part.n;
	s->n -= part.n;
	return part;
}

static int compare_parts(struct ts_str a, struct ts_str b)
{
	if (a.n == 0 || b.n == 0) {
		return (a.n > 0) - (b.n > 0);
	}
	bool a_number = is_digit(a.p[0]), b_number = is_digit(b.p[0]);
	if (a_number != b_number) {
		return a_number ? 1 : -1;
	}
	while (a_number && a.n > 1 && a.p[0] == '0') {
		a = (struct ts_str){ a.p + 1, a.n - 1 };
	}
	while (b_number && b.n > 1 && b.p[0] == '0') {
		b = (struct ts_str){ b.p + 1, b.n - 1 };
	}
	/* Numbers of any length: the longer is greater, then digit by digit. */
	if (a_number && a.n != b.n) {
		return a.n > b.n ? 1 : -1;
	}
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return c != 0 ? (c > 0) - (c < 0) : (a.n > b.n) - (a.n < b.n);
}

/* version_compare(a, b): -1, 0, 1. Runs of digits count as numbers, all else only separates or is compared as text. */
static void fn_version_compare(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str a, b;
	(void)argc;
	if (!text_arg(argv[0], &a) || !text_arg(argv[1], &b)) {
		return;
	}
	int c = 0;
	while (c == 0 && (a.n > 0 || b.n > 0)) {
		struct ts_str part_a = next_part(&a), part_b = next_part(&b);
		c = compare_parts(part_a, part_b);
	}
	sqlite3_result_int(ctx, c);
}

static bool parse_block(const char *text, struct ts_net_addr *addr, int64_t *bits)
{
	const char *slash = strchr(text, '/');
	char bare[64];
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (n >= sizeof(bare)) {
		return false;
	}
	memcpy(bare, text, n);
	bare[n] = '\0';
	if (!ts_net_parse(bare, addr)) {
		return false;
	}
	int64_t most = addr->family == TS_NET_IPV4 ? 32 : 128;
	*bits = most;
	return slash == NULL || ts_parse_int(slash + 1, 0, most, bits);
}

/* in_cidr_block(block, address): 1 or 0; NULL for a NULL or what is no address, since that is not "no". */
static void fn_in_cidr_block(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str block, text;
	struct ts_net_addr net, addr;
	int64_t bits;
	(void)argc;
	if (!text_arg(argv[0], &block) || !text_arg(argv[1], &text)) {
		return;
	}
	if (!parse_block(block.p, &net, &bits)) {
		sqlite3_result_error(
			ctx, "in_cidr_block: the first argument must be a block such as 192.0.2.0/24", -1);
		return;
	}
	if (!ts_net_parse(text.p, &addr)) {
		return;
	}
	bool inside = net.family == addr.family && memcmp(net.bytes, addr.bytes, (size_t)bits / 8) == 0;
	if (inside && bits % 8 != 0) {
		int shift = 8 - (int)(bits % 8);
		inside = net.bytes[bits / 8] >> shift == addr.bytes[bits / 8] >> shift;
	}
	sqlite3_result_int(ctx, inside);
}

/* --- text --- */

/* split(text, characters, index): the index-th piece from 0 between any of the characters, trimmed; empty pieces do not count. */
static void fn_split(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str text, delims;
	(void)argc;
	sqlite3_int64 index = sqlite3_value_int64(argv[2]);
	if (!text_arg(argv[0], &text) || !text_arg(argv[1], &delims)) {
		return;
	}
	bool is_delim[256] = { false };
	for (size_t i = 0; i < delims.n; i++) {
		is_delim[(unsigned char)delims.p[i]] = true;
	}
	for (size_t i = 0; i < text.n && index >= 0;) {
		size_t start = i;
		while (i < text.n && !is_delim[(unsigned char)text.p[i]]) {
			i++;
		}
		struct ts_str piece = ts_str_trim((struct ts_str){ text.p + start, i - start });
		if (piece.n > 0 && index-- == 0) {
			result_text(ctx, piece.p, piece.n);
		}
		i++;
	}
}

/* Join argv[first..argc): NULL arguments are nothing, without a separator. */
static void join(sqlite3_context *ctx, int first, int argc, sqlite3_value **argv, struct ts_str separator)
{
	struct ts_buf b;
	ts_buf_init(&b, LONGEST);
	bool any = false;
	for (int i = first; i < argc; i++) {
		struct ts_str s;
		if (text_arg(argv[i], &s)) {
			ts_buf_put(&b, separator.p, any ? separator.n : 0);
			ts_buf_put(&b, s.p, s.n);
			any = true;
		}
	}
	result_buf(ctx, &b);
}

static void fn_concat(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	join(ctx, 0, argc, argv, ts_str_of(""));
}

static void fn_concat_ws(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str separator;
	if (argc < 2) {
		sqlite3_result_error(ctx, "concat_ws: a separator and at least one value are needed", -1);
	} else if (text_arg(argv[0], &separator)) {
		join(ctx, 1, argc, argv, separator);
	}
}

/* --- functions of SQLite whose time grows with the product of two lengths: two texts of 2 MB would hold the program for minutes, and
 * the progress handler is not called inside a function --- */

/* Code points in n bytes of text. */
static sqlite3_int64 count_chars(const char *p, size_t n)
{
	sqlite3_int64 count = 0;
	for (size_t i = 0; i < n; i++) {
		count += ((unsigned char)p[i] & 0xC0) != 0x80;
	}
	return count;
}

/* Two-way search: linear, whatever the texts are. */
static const char *find(const char *p, size_t n, struct ts_str needle)
{
	return needle.n == 1 ? memchr(p, needle.p[0], n) : memmem(p, n, needle.p, needle.n);
}

/* instr(text, part): place from 1, in characters, or in bytes where both are blobs. */
static void fn_instr(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL) {
		return;
	}
	bool blobs = sqlite3_value_type(argv[0]) == SQLITE_BLOB && sqlite3_value_type(argv[1]) == SQLITE_BLOB;
	struct ts_str hay, needle;
	if (blobs) {
		hay = (struct ts_str){ sqlite3_value_blob(argv[0]), (size_t)sqlite3_value_bytes(argv[0]) };
		needle = (struct ts_str){ sqlite3_value_blob(argv[1]), (size_t)sqlite3_value_bytes(argv[1]) };
	} else if (!text_arg(argv[0], &hay) || !text_arg(argv[1], &needle)) {
		return;
	}
	if (needle.n == 0 || hay.n == 0) {
		sqlite3_result_int(ctx, needle.n == 0);
		return;
	}
	const char *at = find(hay.p, hay.n, needle);
	size_t before = at != NULL ? (size_t)(at - hay.p) : 0;
	sqlite3_result_int64(ctx, at == NULL ? 0
				  : blobs    ? (sqlite3_int64)before + 1
					     : count_chars(hay.p, before) + 1);
}

static void fn_replace(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct ts_str text, from, to;
	(void)argc;
	if (!text_arg(argv[0], &text) || !text_arg(argv[1], &from) || !text_arg(argv[2], &to)) {
		return;
	}
	if (from.n == 0) {
		result_text(ctx, text.p, text.n);
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, LONGEST);
	const char *end = text.p + text.n, *p = text.p, *at;
	while (!b.overflow && (at = find(p, (size_t)(end - p), from)) != NULL) {
		ts_buf_put(&b, p, (size_t)(at - p));
		ts_buf_put(&b, to.p, to.n);
		p = at + from.n;
	}
	ts_buf_put(&b, p, (size_t)(end - p));
	result_buf(ctx, &b);
}

#define MAX_TRIM_SET 256
enum { TRIM_LEFT = 1, TRIM_RIGHT = 2 };

/* Is the character at p (n bytes) one of the set? Its length, or 0. */
static size_t in_set(struct ts_str set, const char *p, size_t n)
{
	size_t len = 1;
	while (len < n && ((unsigned char)p[len] & 0xC0) == 0x80) {
		len++;
	}
	for (size_t i = 0; i + len <= set.n; i++) {
		bool starts = ((unsigned char)set.p[i] & 0xC0) != 0x80;
		bool ends = i + len == set.n || ((unsigned char)set.p[i + len] & 0xC0) != 0x80;
		if (starts && ends && memcmp(set.p + i, p, len) == 0) {
			return len;
		}
	}
	return 0;
}

static void trim(sqlite3_context *ctx, int argc, sqlite3_value **argv, int sides)
{
	struct ts_str text, set = ts_str_of(" ");
	if (!text_arg(argv[0], &text) || (argc > 1 && !text_arg(argv[1], &set))) {
		return;
	}
	if (set.n > MAX_TRIM_SET) {
		sqlite3_result_error(ctx, "trim: more than 256 bytes of characters to trim", -1);
		return;
	}
	size_t len;
	while ((sides & TRIM_LEFT) && text.n > 0 && (len = in_set(set, text.p, text.n)) > 0) {
		text = (struct ts_str){ text.p + len, text.n - len };
	}
	while ((sides & TRIM_RIGHT) && text.n > 0) {
		size_t start = text.n - 1;
		while (start > 0 && ((unsigned char)text.p[start] & 0xC0) == 0x80) {
			start--;
		}
		if (in_set(set, text.p + start, text.n - start) == 0) {
			break;
		}
		text.n = start;
	}
	result_text(ctx, text.p, text.n);
}

static void fn_trim(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	trim(ctx, argc, argv, TRIM_LEFT | TRIM_RIGHT);
}

static void fn_ltrim(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	trim(ctx, argc, argv, TRIM_LEFT);
}

static void fn_rtrim(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	trim(ctx, argc, argv, TRIM_RIGHT);
}

/* Alphabetical. */
static const struct {
	const char *name;
	int args;
	void (*fn)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
	{ "concat", -1, fn_concat },
	{ "concat_ws", -1, fn_concat_ws },
	{ "in_cidr_block", 2, fn_in_cidr_block },
	{ "instr", 2, fn_instr },
	{ "ltrim", 1, fn_ltrim },
	{ "ltrim", 2, fn_ltrim },
	{ "regex_match", 3, fn_regex_match },
	{ "regexp", 2, fn_regexp },
	{ "replace", 3, fn_replace },
	{ "rtrim", 1, fn_rtrim },
	{ "rtrim", 2, fn_rtrim },
	{ "split", 3, fn_split },
	{ "trim", 1, fn_trim },
	{ "trim", 2, fn_trim },
	{ "version_compare", 2, fn_version_compare },
};

bool ts_functions_register(sqlite3 *db, const struct ts_budget *budget)
{
	for (size_t i = 0; i < TS_COUNT(functions); i++) {
		int rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, (void *)(uintptr_t)budget,
			functions[i].fn, NULL, NULL, NULL);
		if (rc != SQLITE_OK) {
			return false;
		}
	}
	return true;
}
