/* tests/unit/test-base.c - the base layer: memory, text, numbers, the gate, diagnostics, JSON, regular expressions. */
#include "test.h"

#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/gate.h"
#include "base/json.h"
#include "base/regex.h"
#include "base/str.h"
#include "base/utf8.h"

static uint32_t random_state = 12345;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void test_arena(void)
{
	struct ts_arena *a = ts_arena_new();
	char *all = ts_arena_strdup(a, "");
	CHECK_STR(all, "");
	CHECK(ts_arena_strdup(a, NULL) == NULL);
	CHECK_STR(ts_arena_strndup(a, "abcdef", 3), "abc");
	CHECK_STR(ts_arena_printf(a, "%d-%s", 7, "x"), "7-x");
	size_t total = 0;
	for (size_t i = 0; i < 3000; i++) {
		size_t n = next_random() % 300 + (i % 500 == 0 ? 600000 : 0);
		unsigned char *p = ts_arena_alloc(a, n);
		total += ((uintptr_t)p % sizeof(long double)) != 0;
		for (size_t k = 0; k < n; k++) {
			total += p[k] != 0;
		}
		memset(p, 0xAA, n);
	}
	CHECK_INT(total, 0);
	int *numbers = NULL;
	size_t cap = 0;
	for (int i = 0; i < 1000; i++) {
		TS_ARENA_GROW(a, numbers, cap, (size_t)i);
		numbers[i] = i;
	}
	CHECK_INT(numbers[0] + numbers[999], 999);
	ts_arena_free(a);
	ts_arena_free(NULL);
}

static void test_buf(void)
{
	struct ts_buf b;
	ts_buf_init(&b, 10);
	CHECK_STR(ts_buf_str(&b), "");
	ts_buf_puts(&b, "hello");
	ts_buf_printf(&b, "%d", 123456789);
	CHECK_STR(ts_buf_str(&b), "hello12345");
	CHECK(b.overflow);
	ts_buf_putc(&b, 'x');
	CHECK_INT(b.len, 10);
	ts_buf_clear(&b);
	CHECK(!b.overflow);
	ts_buf_fill(&b, '-', 3);
	char *taken = ts_buf_take(&b);
	CHECK_STR(taken, "---");
	CHECK_INT(b.len, 0);
	free(taken);
	taken = ts_buf_take(&b);
	CHECK_STR(taken, "");
	free(taken);
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_printf(&b, "%5000d", 1);
	CHECK_INT(b.len, 5000);
	ts_buf_finish(&b);
}

static void test_err(void)
{
	struct ts_err e;
	CHECK(!ts_fail(&e, "no %s", "way"));
	CHECK_STR(e.text, "no way");
	CHECK(!ts_fail(&e, "outer: %s", e.text));
	CHECK_STR(e.text, "outer: no way");
	CHECK(!ts_fail(NULL, "x"));
	/* Cut in the middle of a character: the rest of it goes too. */
	char text[1200];
	memset(text, 'a', sizeof(text));
	memcpy(text + 1022, "\xC3\xA9", 2);
	text[1199] = '\0';
	ts_fail(&e, "%s", text);
	CHECK(ts_utf8_valid(e.text, strlen(e.text)));
	CHECK_INT(strlen(e.text), 1022);
}

static void test_strings(void)
{
	struct ts_str s = ts_str_trim(ts_str_of(" \t a b \r\n"));
	CHECK(ts_str_eq(s, "a b"));
	CHECK(ts_str_eq(ts_str_trim(ts_str_of("  ")), ""));
	CHECK(ts_str_eq(ts_str_of(NULL), ""));
	CHECK(ts_str_case_eq("RDP-Tcp", "rdp-TCP") && !ts_str_case_eq("a", "ab") &&
		!ts_str_case_eq("ab", "a"));
	CHECK(ts_str_starts("abc", "ab") && !ts_str_starts("a", "ab") && ts_str_ends("abc", "bc") &&
		!ts_str_ends("c", "bc"));
	CHECK_STR(ts_str_case_find("An ERROR here", "error"), "ERROR here");
	CHECK(ts_str_case_find("abc", "abcd") == NULL && ts_str_case_find("", "a") == NULL);
	struct ts_str rest = ts_str_of("one\r\n\ntwo"), line;
	CHECK(ts_str_line(&rest, &line) && ts_str_eq(line, "one"));
	CHECK(ts_str_line(&rest, &line) && ts_str_eq(line, ""));
	CHECK(ts_str_line(&rest, &line) && ts_str_eq(line, "two"));
	CHECK(!ts_str_line(&rest, &line));
}

static void test_numbers(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} ints[] = {
		{ "0", true, 0 },
		{ "-5", true, -5 },
		{ "007", true, 7 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
	};
	for (size_t i = 0; i < TS_COUNT(ints); i++) {
		int64_t v = 0;
		CHECK_ROW(ints[i].text, ts_parse_int(ints[i].text, INT64_MIN, INT64_MAX, &v) == ints[i].ok &&
						v == ints[i].value);
	}
	int64_t v;
	CHECK(!ts_parse_int("65536", 1, 65535, &v) && !ts_parse_int("0", 1, 65535, &v) &&
		ts_parse_int("3389", 1, 65535, &v));
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} durations[] = {
		{ "90", true, 90 },
		{ "90s", true, 90 },
		{ "15m", true, 900 },
		{ "12h", true, 43200 },
		{ "7d", true, 604800 },
		{ "2w", true, 1209600 },
		{ "1y", false, 0 },
		{ "m", false, 0 },
		{ "", false, 0 },
		{ "1h30m", false, 0 },
		{ "-1h", false, 0 },
		{ "9223372036854775807w", false, 0 },
	};
	for (size_t i = 0; i < TS_COUNT(durations); i++) {
		v = 0;
		CHECK_ROW(durations[i].text, ts_parse_duration(durations[i].text, &v) == durations[i].ok &&
						     v == durations[i].value);
	}
}

static void test_nearest(void)
{
	CHECK_INT(ts_distance("abc", "abc"), 0);
	CHECK_INT(ts_distance("abcd", "abdc"), 1);
	CHECK_INT(ts_distance("", "abc"), 3);
	CHECK_INT(ts_distance("NLA", "nla"), 0);
	CHECK_INT(ts_distance("kitten", "sitting"), 3);
	static const char *const words[] = { "nla_enabled", "port", "registry", NULL };
	CHECK_STR(ts_nearest("nla_enabeld", words), "nla_enabled");
	CHECK_STR(ts_nearest("prot", words), "port");
	CHECK_STR(ts_nearest("zzzzzz", words), NULL);
	CHECK_STR(ts_nearest("", words), NULL);
	CHECK_STR(ts_nearest("x", NULL), NULL);
}

static void test_utf8(void)
{
	static const struct {
		const char *bytes;
		size_t used;
		uint32_t cp;
		bool valid;
	} rows[] = {
		{ "A", 1, 'A', true }, { "\xC3\xA9", 2, 0xE9, true }, { "\xE2\x82\xAC", 3, 0x20AC, true },
		{ "\xF0\x9F\x98\x80", 4, 0x1F600, true },
		{ "\xC0\xAF", 1, TS_BAD_CHAR, false }, /* overlong */
		{ "\xE0\x80\xAF", 1, TS_BAD_CHAR, false },
		{ "\xED\xA0\x80", 1, TS_BAD_CHAR, false },     /* surrogate */
		{ "\xF4\x90\x80\x80", 1, TS_BAD_CHAR, false }, /* above U+10FFFF */
		{ "\xFF", 1, TS_BAD_CHAR, false }, { "\x80", 1, TS_BAD_CHAR, false },
		{ "\xE2\x82", 1, TS_BAD_CHAR, false },    /* cut off */
		{ "\xEF\xBF\xBD", 3, TS_BAD_CHAR, true }, /* a real U+FFFD is valid */
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		uint32_t cp = 0;
		bool valid = false;
		size_t used = ts_utf8_next(rows[i].bytes, strlen(rows[i].bytes), &cp, &valid);
		CHECK_ROW(rows[i].bytes, used == rows[i].used && cp == rows[i].cp && valid == rows[i].valid);
	}
	int wrong = 0;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char out[4];
		uint32_t back;
		size_t n = ts_utf8_put(out, cp);
		bool valid, surrogate = cp >= 0xD800 && cp <= 0xDFFF;
		wrong += ts_utf8_next(out, n, &back, &valid) != n || back != (surrogate ? TS_BAD_CHAR : cp) ||
			 !valid;
	}
	CHECK_INT(wrong, 0);
}

static void test_width(void)
{
	static const struct {
		const char *text;
		size_t width;
	} rows[] = {
		{ "", 0 },
		{ "abc", 3 },
		{ "\xC3\xA9", 1 },
		{ "e\xCC\x81", 1 },                /* e and a mark */
		{ "\xE8\xAD\x89\xE6\x98\x8E", 4 }, /* ideographs */
		{ "\xED\x95\x9C", 2 },
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2 }, /* Hangul: syllable, letters */
		{ "\xEF\xBC\xA1", 2 },
		{ "\xEF\xBD\xB1", 1 }, /* full and half width */
		{ "\xF0\x9F\x98\x80", 2 },
		{ "\xE2\x9A\xA0", 1 },
		{ "\xE2\x9A\xA0\xEF\xB8\x8F", 2 },                     /* emoji, by selector */
		{ "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", 2 }, /* joined by ZWJ */
		{ "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", 2 },
		{ "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", 2 }, /* skin tone, flag */
		{ "\xE2\x80\x8B", 0 },
		{ "a\xEF\xB8\x8F", 2 },
		{ "\xE2\x86\x92", 1 },
		{ "x\xFFy", 3 },
		{ "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", 4 },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		CHECK_ROW(rows[i].text, ts_text_width(rows[i].text, strlen(rows[i].text)) == rows[i].width);
	}
	int w;
	CHECK_INT(ts_grapheme("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB!", 12, &w), 11);
	CHECK_INT(ts_grapheme("ab", 2, NULL), 1);
	CHECK_INT(ts_cp_width('\n'), 0);
	CHECK_INT(ts_cp_width(0x10FFFF), 1);
	/* Breaks: between ideographs, not before a stop, not after an opening bracket, not in plain words. */
	CHECK(ts_cp_break_after(0x8B49, 0x660E));
	CHECK(!ts_cp_break_after(0x8B49, 0x3002));
	CHECK(!ts_cp_break_after(0x300C, 0x8B49));
	CHECK(!ts_cp_break_after('a', 'b'));
	CHECK(!ts_cp_break_after(0x1F469, 0x200D));
	/* The parts add up to the whole, and every step moves. */
	for (int round = 0; round < 2000; round++) {
		char text[40];
		size_t n = next_random() % sizeof(text), used = 0, total = 0;
		for (size_t i = 0; i < n; i++) {
			text[i] = (char)next_random();
		}
		while (used < n) {
			size_t len = ts_grapheme(text + used, n - used, &w);
			total += (size_t)w;
			used += len > 0 ? len : n;
		}
		CHECK(used == n && total == ts_text_width(text, n));
	}
}

static void check_gate(const char *in, size_t n, unsigned flags, const char *want)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_gate_put(&b, in, n, flags);
	CHECK_STR(ts_buf_str(&b), want);
	ts_buf_finish(&b);
}

#define BAD "\xEF\xBF\xBD"

static void test_gate(void)
{
	static const struct {
		const char *in;
		unsigned flags;
		const char *want;
	} rows[] = {
		{ "plain", 0, "plain" },
		{ "", 0, "" },
		{ "\x1B[31mred\x1B]0;t\x07", 0, BAD "[31mred" BAD "]0;t" BAD },
		{ "a\tb\nc\r", 0, "a b c" BAD },
		{ "a\tb\nc", TS_GATE_TABS, "a\tb c" },
		{ "a\tb\nc", TS_GATE_NEWLINES, "a b\nc" },
		{ "\x7F", 0, BAD },
		{ "\xC2\x9B"
		  "31m",
			0, BAD "31m" }, /* C1 CSI */
		{ "\x9B"
		  "31m",
			0, BAD "31m" }, /* the same as a raw byte */
		{ "a\xE2\x80\xAE"
		  "b",
			0, "a" BAD "b" }, /* override */
		{ "\xD8\x9C\xE2\x81\xA6\xE2\x80\xA8\xEF\xBB\xBF", 0, BAD BAD BAD BAD },
		{ "\xF3\xA0\x81\x81", 0, BAD }, /* tag character */
		{ "\xC3\xA9\xE8\xAD\x89", 0, "\xC3\xA9\xE8\xAD\x89" },
		{ "\xC3", 0, BAD },
		{ "\xC3\xA9\x1B", TS_GATE_ASCII, "??" },
		{ "\xE2\x80\x9Cx\xE2\x80\x9D \xE2\x80\x93 \xE2\x80\xA2 \xE2\x86\x92 \xE2\x80\xA6",
			TS_GATE_ASCII, "\"x\" - * -> ..." },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		check_gate(rows[i].in, strlen(rows[i].in), rows[i].flags, rows[i].want);
	}
	check_gate("a\0b", 3, 0, "a" BAD "b");
	check_gate(NULL, 0, 0, "");
}

static void test_gate_random(void)
{
	struct ts_buf b, again;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_init(&again, TS_BUF_MAX_TEXT);
	int bad = 0;
	for (int round = 0; round < 3000; round++) {
		char in[200];
		size_t n = next_random() % sizeof(in);
		for (size_t i = 0; i < n; i++) {
			in[i] = (char)(next_random() % 4 == 0
					       ? "\xE2\x80\xAE\xF3\xA0\x1B\xC2\x9B"[next_random() % 9]
					       : (int)next_random());
		}
		unsigned flags = next_random() % 8;
		ts_buf_clear(&b);
		ts_buf_clear(&again);
		ts_gate_put(&b, in, n, flags);
		bad += !ts_utf8_valid(ts_buf_str(&b), b.len);
		for (size_t i = 0; i < b.len;) {
			uint32_t cp;
			i += ts_utf8_next(b.data + i, b.len - i, &cp, NULL);
			bool kept = (cp == '\n' && (flags & TS_GATE_NEWLINES)) ||
				    (cp == '\t' && (flags & TS_GATE_TABS));
			bad += (ts_gate_unsafe(cp) && !kept) || ((flags & TS_GATE_ASCII) && cp > 0x7E);
		}
		/* What passed once passes again unchanged. */
		ts_gate_put(&again, ts_buf_str(&b), b.len, flags);
		bad += strcmp(ts_buf_str(&again), ts_buf_str(&b)) != 0;
	}
	CHECK_INT(bad, 0);
	ts_buf_finish(&b);
	ts_buf_finish(&again);
}

/* What ts_diags_print() writes; the caller frees. */
static char *printed(struct ts_diags *d)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	ts_diags_print(d, f);
	fclose(f);
	return text;
}

static void check_diag(const char *text, size_t off, size_t len, const char *want)
{
	struct ts_diags *d = ts_diags_new();
	const struct ts_source *s = ts_diags_source(d, "a.md", text, strlen(text));
	ts_diag(d, TS_ERROR, "x", s, off, len, "bad");
	char *got = printed(d);
	CHECK_STR(got, want);
	free(got);
	ts_diags_free(d);
}

static void test_diag(void)
{
	struct ts_diags *d = ts_diags_new();
	static const char text[] = "---\nid: x\na\nb\nc\nd\ncheck: nla_enabeld\n";
	const struct ts_source *s = ts_diags_source(d, "kb/rdp-nla.md", text, strlen(text));
	ts_diag(d, TS_ERROR, "unknown-check", s, 25, 11, "unknown check \"%s\" (did you mean \"%s\"?)",
		"nla_enabeld", "nla_enabled");
	ts_diag(d, TS_WARNING, "short", s, 4, 2, "too \x1B[31m short");
	ts_diag(d, TS_ERROR, "unknown-check", s, 25, 11, "unknown check \"%s\" (did you mean \"%s\"?)",
		"nla_enabeld", "nla_enabled");
	ts_diag(d, TS_NOTE, "general", NULL, 0, 0, "no place");
	CHECK_INT(ts_diags_count(d, TS_ERROR), 2);
	char *got = printed(d);
	CHECK_STR(got,
		"note: no place\n"
		"kb/rdp-nla.md:2:1: warning: too " BAD "[31m short\n"
		"    2 | id: x\n"
		"      | ^~\n"
		"kb/rdp-nla.md:7:8: error: unknown check \"nla_enabeld\" (did you mean \"nla_enabled\"?)\n"
		"    7 | check: nla_enabeld\n"
		"      |        ^~~~~~~~~~~\n");
	CHECK_INT(ts_diags_count(d, TS_ERROR), 1);
	CHECK_STR(ts_diags_get(d, 2)->rule, "unknown-check");
	CHECK(ts_diags_get(d, 3) == NULL);
	CHECK_INT(ts_source_offset(s, 7, 8), 25);
	CHECK_INT(ts_source_offset(s, 99, 1), strlen(text));
	CHECK_INT(ts_source_offset(s, 1, 99), 3);
	free(got);
	ts_diags_free(d);
	ts_diags_free(NULL);

	check_diag("\tx\ty", 3, 1, "a.md:1:4: error: bad\n    1 |  x y\n      |    ^\n");
	check_diag("\xE8\xAD\x89\xE6\x98\x8E z", 7, 1,
		"a.md:1:4: error: bad\n    1 | \xE8\xAD\x89\xE6\x98\x8E z\n      |      ^\n");
	check_diag("\xE8\xAD\x89", 0, 3, "a.md:1:1: error: bad\n    1 | \xE8\xAD\x89\n      | ^~\n");
	check_diag("ab\r\n", 2, 0, "a.md:1:3: error: bad\n    1 | ab\n      |   ^\n");
	check_diag("ab\n", 3, 9, "a.md:2:1: error: bad\n    2 | \n      | ^\n");
	check_diag("", 0, 0, "a.md: error: bad\n");
	check_diag("one\ntwo", 2, 99, "a.md:1:3: error: bad\n    1 | one\n      |   ^\n");
}

static void test_diag_long(void)
{
	size_t n = 10u << 20;
	char *text = ts_xmalloc(n + 1);
	memset(text, 'a', n);
	text[n] = '\0';
	memcpy(text + n / 2, "WRONG", 5);
	struct ts_diags *d = ts_diags_new();
	const struct ts_source *s = ts_diags_source(d, "big", text, n);
	for (size_t i = 0; i < 500; i++) {
		ts_diag(d, TS_ERROR, "x", s, n / 2 + i * 1000, 5, "bad");
	}
	char *got = printed(d);
	CHECK(strlen(got) < 500 * 300);
	CHECK(strstr(got, "big:1:5242881: error: bad\n    1 | "
			  "...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaWRONGaaa") != NULL);
	CHECK(strstr(got, "      |                                            ^~~~~\n") != NULL);
	free(got);
	ts_diags_free(d);
	/* Nothing but marks without a width. */
	for (size_t i = 0; i + 1 < n; i += 2) {
		memcpy(text + i, "\xCC\x81", 2);
	}
	d = ts_diags_new();
	s = ts_diags_source(d, "big", text, n);
	ts_diag(d, TS_ERROR, "x", s, n / 2, 2, "bad");
	got = printed(d);
	CHECK(strlen(got) < 2000);
	free(got);
	ts_diags_free(d);
	free(text);
}

static void test_json(void)
{
	struct ts_buf b;
	struct ts_json j;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_json_init(&j, &b, false);
	ts_json_object(&j);
	ts_json_kstr(&j, "a\"b", "x\\\n\t\x01\x7F\xE2\x80\xAE\xC3\xA9\xFF");
	ts_json_kint(&j, "n", INT64_MIN);
	ts_json_kbool(&j, "t", true);
	ts_json_kstr(&j, "z", NULL);
	ts_json_key(&j, "list");
	ts_json_array(&j);
	ts_json_double(&j, 0.1);
	ts_json_double(&j, 1.0 / 0.0 * 0.0);
	ts_json_array(&j);
	ts_json_end(&j);
	ts_json_object(&j);
	ts_json_end(&j);
	ts_json_strn(&j, "\xF3\xA0\x81\x81", 4);
	ts_json_end(&j);
	ts_json_end(&j);
	CHECK_STR(ts_buf_str(&b), "{\"a\\\"b\":\"x\\\\\\n\\t\\u0001\\u007f\\u202e\xC3\xA9" BAD
				  "\",\"n\":-9223372036854775808,\"t\":true,\"z\":null,"
				  "\"list\":[0.1,null,[],{},\"\\udb40\\udc41\"]}");
	ts_buf_clear(&b);
	ts_json_init(&j, &b, true);
	ts_json_object(&j);
	ts_json_kint(&j, "a", 1);
	ts_json_key(&j, "b");
	ts_json_array(&j);
	ts_json_int(&j, 2);
	ts_json_bool(&j, false);
	ts_json_end(&j);
	ts_json_key(&j, "c");
	ts_json_object(&j);
	ts_json_end(&j);
	ts_json_end(&j);
	CHECK_STR(ts_buf_str(&b), "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    false\n  ],\n  \"c\": {}\n}");
	ts_buf_finish(&b);
}

static void test_regex(void)
{
	static const struct {
		const char *pattern, *text;
		enum ts_regex_result want;
		bool full;
	} rows[] = {
		{ "b+", "abbbc", TS_REGEX_YES, false },
		{ "^b", "abbbc", TS_REGEX_NO, false },
		{ "a|ab", "ab", TS_REGEX_YES, true }, /* full: the other alternative is tried too */
		{ "abc", "abc", TS_REGEX_YES, true },
		{ "(?x)a b # comment", "ab", TS_REGEX_YES, true },
		{ "\\Qa.b", "a.b", TS_REGEX_YES, true },
		{ "(?i)ABC", "xabc", TS_REGEX_YES, false },
		{ "^.$", "\xC3\xA9", TS_REGEX_YES, true },
		{ "y", "x\xFFy", TS_REGEX_YES, false },
		{ "^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", TS_REGEX_LIMIT,
			false },
		{ "", "", TS_REGEX_YES, true },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_err err = { "" };
		struct ts_regex *re = ts_regex_new(rows[i].pattern, false, NULL, &err);
		CHECK_ROW(rows[i].pattern, re != NULL);
		if (re != NULL) {
			CHECK_ROW(rows[i].pattern, ts_regex_find(re, rows[i].text, strlen(rows[i].text), 0,
							   NULL) == rows[i].want);
			CHECK_ROW(rows[i].pattern, ts_regex_full(re, rows[i].text) == rows[i].full);
		}
		ts_regex_free(re);
	}
	static const struct {
		const char *pattern;
		size_t offset;
	} wrong[] = { { "a(b", 3 }, { "a)b", 1 }, { "[z-a]", 3 }, { "a\\C", 3 }, { "(*UCPX)a", 6 },
		{ "*", 0 }, { "a)|(b", 1 } };
	for (size_t i = 0; i < TS_COUNT(wrong); i++) {
		struct ts_err err = { "" };
		size_t offset = 99;
		struct ts_regex *re = ts_regex_new(wrong[i].pattern, false, &offset, &err);
		CHECK_ROW(wrong[i].pattern, re == NULL && err.text[0] != '\0');
		CHECK_INT(offset, wrong[i].offset);
		ts_regex_free(re);
	}
	char *big = ts_xmalloc(5001);
	memset(big, 'a', 5000);
	big[5000] = '\0';
	CHECK(ts_regex_new(big, false, NULL, NULL) == NULL);
	free(big);

	struct ts_match m;
	struct ts_regex *re = ts_regex_new("(\\d+)(x)?-(\\w+)", true, NULL, NULL);
	CHECK_INT(ts_regex_find(re, "a 12-Bc 3x-d", 12, 0, &m), TS_REGEX_YES);
	CHECK(m.start[0] == 2 && m.end[0] == 7 && m.start[1] == 2 && m.end[1] == 4 &&
		m.start[2] == (size_t)-1 && m.start[3] == 5);
	CHECK_INT(ts_regex_find(re, "a 12-Bc 3x-d", 12, 7, &m), TS_REGEX_YES);
	CHECK(m.start[0] == 8 && m.start[2] == 9);
	CHECK_INT(ts_regex_find(re, "a", 1, 2, &m), TS_REGEX_NO);
	ts_regex_free(re);
	ts_regex_free(NULL);
}

static int stop_calls;

static bool stop_soon(void *arg)
{
	(void)arg;
	return ++stop_calls > 3;
}

/* Below the match limit at each place, but there are millions of places. */
static void test_regex_slow(void)
{
	size_t n = 2000000;
	char *text = ts_xmalloc(n);
	for (size_t i = 0; i < n; i++) {
		text[i] = i % 600 == 599 ? '\n' : 'a';
	}
	struct ts_regex *re = ts_regex_new("a.*a.*[=#]", false, NULL, NULL);
	struct timespec before, after;
	clock_gettime(CLOCK_MONOTONIC, &before);
	CHECK_INT(ts_regex_find(re, text, n, 0, NULL), TS_REGEX_LIMIT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK(after.tv_sec - before.tv_sec <= 4);
	ts_regex_on_wait(re, stop_soon, NULL);
	CHECK_INT(ts_regex_find(re, text, n, 0, NULL), TS_REGEX_LIMIT);
	CHECK_INT(stop_calls, 4);
	/* A long text that is searched in one go is no problem. */
	struct ts_regex *plain = ts_regex_new("[bc]+x$", false, NULL, NULL);
	CHECK_INT(ts_regex_find(plain, text, n, 0, NULL), TS_REGEX_NO);
	ts_regex_free(plain);
	ts_regex_free(re);
	free(text);
}

TEST_MAIN({ "arena", test_arena }, { "buf", test_buf }, { "err", test_err }, { "str", test_strings },
	{ "numbers", test_numbers }, { "nearest", test_nearest }, { "utf8", test_utf8 },
	{ "width", test_width }, { "gate", test_gate }, { "gate-random", test_gate_random },
	{ "diag", test_diag }, { "diag-long", test_diag_long }, { "json", test_json },
	{ "regex", test_regex }, { "regex-slow", test_regex_slow })
