/* tests/unit/test-evtx.c - the reader of Windows event logs on logs made here: every kind of value and
 * every token. Hostile ones are in test-evtx-hostile.c, the real files in test-evtx-files.c. */
#include "evtx-read.h"

static void check_json(const struct log_maker *m, const char *want)
{
	char *got = json_of(m);
	CHECK_STR(got, want);
	free(got);
}

static struct log_maker maker; /* 69 KB: not on the stack */

static void test_values(void)
{
	static const struct {
		const char *name;
		unsigned type;
		const char *bytes;
		size_t n;
		const char *want;
	} rows[] = {
		{ "null", 0x00, "", 0, "" },
		{ "string", 0x01, "a\0b\0", 4, "ab" },
		{ "string with terminator", 0x01, "a\0b\0\0\0", 6, "ab" },
		{ "string with NUL within", 0x01, "a\0\0\0b\0", 6,
			"a\xef\xbf\xbd"
			"b" },
		{ "pair", 0x01, "\x3d\xd8\x00\xde", 4, "\xf0\x9f\x98\x80" },
		{ "half a pair", 0x01,
			"\x3d\xd8"
			"a\0",
			4,
			"\xef\xbf\xbd"
			"a" },
		{ "two and three bytes", 0x01, "\xe9\0\xac\x20", 4, "\xc3\xa9\xe2\x82\xac" },
		{ "escapes", 0x01, "\"\0\\\0\n\0\1\0", 8, "\\\"\\\\\\n\\u0001" },
		{ "ansi", 0x02, "caf\xe9", 4, "caf\xc3\xa9" },
		{ "int8", 0x03, "\xff", 1, "-1" },
		{ "uint8", 0x04, "\xff", 1, "255" },
		{ "int16", 0x05, "\0\x80", 2, "-32768" },
		{ "uint16", 0x06, "\xff\xff", 2, "65535" },
		{ "int32", 0x07, "\xfe\xff\xff\xff", 4, "-2" },
		{ "uint32", 0x08, "\xfe\xff\xff\xff", 4, "4294967294" },
		{ "int64", 0x09, "\0\0\0\0\0\0\0\x80", 8, "-9223372036854775808" },
		{ "uint64", 0x0a, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "18446744073709551615" },
		{ "real32", 0x0b, "\0\0\xc0\x3f", 4, "1.5" },
		{ "real64", 0x0c, "\0\0\0\0\0\0\x45\x40", 8, "42" },
		{ "real64, infinite", 0x0c, "\0\0\0\0\0\0\xf0\x7f", 8, "1.#INF" },
		{ "true", 0x0d, "\1\0\0\0", 4, "true" },
		{ "false", 0x0d, "\0\0\0\0", 4, "false" },
		{ "binary", 0x0e, "\x01\xab\xff", 3, "01ABFF" },
		{ "guid", 0x0f, "\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16,
			"{00112233-4455-6677-8899-aabbccddeeff}" },
		{ "size of 4", 0x10, "\x10\0\0\0", 4, "0x10" },
		{ "size of 8", 0x10, "\x10\0\0\0\1\0\0\0", 8, "0x100000010" },
		{ "filetime", 0x11, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01", 8, "1970-01-01T00:00:00.0000000Z" },
		{ "filetime beyond 9999", 0x11, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8, "0x7fffffffffffffff" },
		{ "systemtime", 0x12, "\xea\x07\x0b\0\0\0\x16\0\x0f\0\x04\0\x05\0\x07\0", 16,
			"2026-11-22T15:04:05.007Z" },
		{ "sid", 0x13, "\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0", 16, "S-1-5-32-544" },
		{ "sid too short", 0x13, "\1\3\0\0\0\0\0\5\x20\0\0\0", 12, "010300000000000520000000" },
		{ "hex32", 0x14, "\x6d\0\0\xc0", 4, "0xc000006d" },
		{ "hex32 zero", 0x14, "\0\0\0\0", 4, "0x0" },
		{ "hex64", 0x15, "\0\0\0\0\0\0\x20\x80", 8, "0x8020000000000000" },
		{ "too short for its type", 0x0f, "\1\2", 2, "0102" },
		{ "unknown type", 0x7e, "\1\2", 2, "0102" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *want = ts_xasprintf("{\"EventData\":{\"v\":\"%s\"}}", rows[i].want);
		one_value(&maker, rows[i].type, rows[i].bytes, rows[i].n);
		char *got = json_of(&maker);
		CHECK_ROW(rows[i].name, strcmp(got, want) == 0);
		if (strcmp(got, want) != 0) {
			fprintf(stderr, "  got %s\n", got);
		}
		free(got);
		free(want);
	}
}

static void pair_text(void *arg, const struct ts_evtx_node *name, const struct ts_evtx_node *v)
{
	const char *key = name == NULL ? "-" : name->attribute ? name->value : name->name;
	ts_buf_printf(arg, "%s=%s;", key, v->value);
}

/* An array repeats its element. */
static void test_arrays(void)
{
	static const struct {
		const char *name;
		unsigned type;
		const char *bytes;
		size_t n;
		const char *want;
	} rows[] = {
		{ "strings", 0x81, "a\0\0\0b\0c\0\0\0", 10, "v=a;v=bc;" },
		{ "an empty string within", 0x81, "a\0\0\0\0\0b\0\0\0", 10, "v=a;v=;v=b;" },
		{ "ansi", 0x82, "a\0bc\0", 5, "v=a;v=bc;" },
		{ "no items", 0x81, "", 0, "v=;" },
		{ "uint16", 0x86, "\1\0\2\0", 4, "v=1;v=2;" },
		{ "hex64", 0x95, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16, "v=0x1;v=0x2;" },
		{ "odd rest", 0x88, "\1\0\0\0\2\0", 6, "v=1;v=0200;" },
		{ "sids", 0x93, "\1\1\0\0\0\0\0\5\x12\0\0\0\1\1\0\0\0\0\0\1\0\0\0\0", 24,
			"v=S-1-5-18;v=S-1-1-0;" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_evtx *x = ts_evtx_new();
		struct ts_buf b;
		ts_buf_init(&b, 4096);
		one_value(&maker, rows[i].type, rows[i].bytes, rows[i].n);
		CHECK(ts_evtx_open(x, maker.file, LOG_SIZE) && ts_evtx_next(x) &&
			ts_evtx_pairs(x, pair_text, &b));
		CHECK_STR(ts_buf_str(&b), rows[i].want);
		ts_buf_finish(&b);
		ts_evtx_free(x);
	}
	/* osquery keeps the last one of a repeated name */
	one_value(&maker, 0x81, "a\0\0\0b\0", 6);
	check_json(&maker, "{\"EventData\":{\"v\":\"b\"}}");
}

static void test_system(void)
{
	struct ts_evtx *x = ts_evtx_new();
	int64_t v = 0;
	char time[32];
	one_value(&maker, 0x01, "", 0);
	CHECK(ts_evtx_open(x, maker.file, LOG_SIZE) && ts_evtx_next(x));
	CHECK_STR(ts_evtx_text(x, TS_EVTX_PROVIDER), "Test-Provider");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_SOURCE), "OldName");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_PROVIDER_GUID), "");
	CHECK(ts_evtx_field_is(x, TS_EVTX_CHANNEL, "test/operational"));
	CHECK(!ts_evtx_field_is(x, TS_EVTX_CHANNEL, "test"));
	CHECK(ts_evtx_int(x, TS_EVTX_EVENT_ID, &v));
	CHECK_INT(v, 4625);
	CHECK(ts_evtx_int(x, TS_EVTX_KEYWORDS, &v) && (uint64_t)v == UINT64_C(0x8010000000000000));
	CHECK(ts_evtx_int(x, TS_EVTX_TIME, &v) && ts_evtx_time_text((uint64_t)v, time));
	CHECK_STR(time, "2020-09-17T16:00:00.1234567Z");
	CHECK(!ts_evtx_int(x, TS_EVTX_PID, &v));
	CHECK_INT(ts_evtx_number(x), 1);
	CHECK(!ts_evtx_next(x));
	CHECK_INT(ts_evtx_stats(x)->records, 1);
	for (int h = 0; h < TS_EVTX_HARMS; h++) {
		CHECK_INT(ts_evtx_stats(x)->harm[h], 0);
	}
	ts_evtx_free(x);
}

/* Tokens that are rare in real logs, in a literal record (no template, no dependency identifiers). */
static void test_literal(void)
{
	log_begin(&maker);
	maker.literal = true;
	record_begin(&maker);
	event_begin(&maker);
	open_tag(&maker, "UserData", NO_DEPENDS, false);
	content(&maker);
	open_tag(&maker, "EventXML", NO_DEPENDS, true);
	attribute(&maker, "xmlns");
	text(&maker, "Event_NS");
	content(&maker);
	open_tag(&maker, "User", NO_DEPENDS, false);
	content(&maker);
	text(&maker, "A");
	put(&maker, 0x49, 1);
	put_name(&maker, "amp");
	put(&maker, 0x48, 1);
	put(&maker, 'B', 2);
	put(&maker, 0x47, 1);
	put(&maker, 2, 2);
	put_wide(&maker, "<C");
	put(&maker, 0x0a, 1);
	put_name(&maker, "pi");
	put(&maker, 0x0b, 1);
	put(&maker, 1, 2);
	put_wide(&maker, "?");
	text(&maker, "!");
	close_tag(&maker);
	open_tag(&maker, "Empty", NO_DEPENDS, false);
	close_empty(&maker);
	close_tag(&maker);
	close_tag(&maker);
	event_end(&maker);
	put(&maker, 0, 1);
	record_end(&maker);
	log_end(&maker);
	check_json(&maker, "{\"UserData\":{\"EventXML\":{\"<xmlattr>\":{\"xmlns\":\"Event_NS\"},\"User\":\"A&"
			   "B<C!\",\"Empty\":\"\"}}}");
}

/* Data without names is a list; optional attributes and elements go away with a null value; dots make
 * levels. */
static void test_shapes(void)
{
	log_begin(&maker);
	record_begin(&maker);
	template_begin(&maker, 5);
	event_begin(&maker);
	open_tag(&maker, "EventData", NO_DEPENDS, false);
	content(&maker);
	for (int i = 0; i < 2; i++) {
		open_tag(&maker, "Data", NO_DEPENDS, false);
		content(&maker);
		value(&maker, false, 0, 1);
		close_tag(&maker);
	}
	open_tag(&maker, "Gone", 1, false); /* depends on a null value */
	content(&maker);
	text(&maker, "x");
	close_tag(&maker);
	open_tag(&maker, "Gone", NO_DEPENDS, false);
	content(&maker);
	value(&maker, true, 1, 1);
	close_tag(&maker);
	close_tag(&maker);
	open_tag(&maker, "UserData", NO_DEPENDS, false);
	content(&maker);
	open_tag(&maker, "E", NO_DEPENDS, true);
	attribute(&maker, "gone");
	value(&maker, true, 1, 1);
	attribute(&maker, "kept");
	value(&maker, true, 0, 1);
	content(&maker);
	text(&maker, "own text");
	close_tag(&maker);
	for (int i = 0; i < 2; i++) {
		open_tag(&maker, "Data", NO_DEPENDS, true);
		attribute(&maker, "Name");
		text(&maker, i == 0 ? "a.b" : "a.c");
		content(&maker);
		value(&maker, false, 0, 1);
		close_tag(&maker);
	}
	close_tag(&maker);
	event_end(&maker);
	template_end(&maker);
	put(&maker, 2, 4);
	put(&maker, 0x00010002, 4); /* 2 bytes of string */
	put(&maker, 0, 4);          /* null */
	put_wide(&maker, "x");
	record_end(&maker);
	log_end(&maker);
	check_json(&maker, "{\"EventData\":[\"x\",\"x\"],\"UserData\":{\"E\":{\"<xmltext>\":\"own "
			   "text\",\"<xmlattr>\":{\"kept\":\"x\"}},"
			   "\"a\":{\"b\":\"x\",\"c\":\"x\"}}}");
}

/* Value 0 is a fragment with a template of its own; the second record uses the first one's definition. */
static void test_nested(void)
{
	struct ts_evtx *x = ts_evtx_new();
	uint32_t outer = 0;
	log_begin(&maker);
	for (int i = 0; i < 2; i++) {
		record_begin(&maker);
		if (i == 0) {
			outer = maker.pos + 10;
			template_begin(&maker, 9);
			event_begin(&maker);
			value(&maker, false, 0, 0x21);
			event_end(&maker);
			template_end(&maker);
		} else {
			put(&maker, 0x010c, 2);
			put(&maker, 9, 4);
			put(&maker, outer, 4);
		}
		put(&maker, 1, 4);
		uint32_t size_at = maker.pos;
		put(&maker, 0x00210000, 4);
		uint32_t from = maker.pos;
		put(&maker, 0x0001010f, 4);
		maker.literal = true;
		open_tag(&maker, "EventData", NO_DEPENDS, false);
		content(&maker);
		simple(&maker, "X", i == 0 ? "one" : "two");
		close_tag(&maker);
		maker.literal = false;
		put(&maker, 0, 1);
		put_at(&maker, size_at, maker.pos - from, 2);
		record_end(&maker);
	}
	log_end(&maker);
	check_json(&maker, "{\"EventData\":{\"X\":\"one\"}}");
	struct ts_buf json;
	ts_buf_init(&json, 4096);
	CHECK(ts_evtx_open(x, maker.file, LOG_SIZE));
	ts_evtx_rewind(x, true);
	CHECK(ts_evtx_next(x) && ts_evtx_json(x, &json));
	CHECK_STR(ts_buf_str(&json), "{\"EventData\":{\"X\":\"two\"}}");
	CHECK_INT(ts_evtx_number(x), 2);
	ts_buf_finish(&json);
	ts_evtx_free(x);
}

static void test_harm_texts(void)
{
	struct ts_buf b;
	ts_buf_init(&b, 4096);
	for (int h = 0; h < TS_EVTX_HARMS; h++) {
		ts_evtx_harm_text((enum ts_evtx_harm)h, 1, &b);
		ts_buf_putc(&b, '\n');
		ts_evtx_harm_text((enum ts_evtx_harm)h, 3, &b);
		ts_buf_putc(&b, '\n');
	}
	CHECK(strstr(ts_buf_str(&b), "3 records cannot be decoded\n") != NULL);
	CHECK(strchr(ts_buf_str(&b), '%') == NULL);
	ts_buf_finish(&b);
}

TEST_MAIN({ "values", test_values }, { "arrays", test_arrays }, { "system", test_system },
	{ "literal", test_literal }, { "shapes", test_shapes }, { "nested", test_nested },
	{ "harm-texts", test_harm_texts })
