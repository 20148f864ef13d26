/* tests/unit/test-evtxml.c - events as XML against the records of the same logs: the same fields, data and JSON; and XML
 * that is none. */
#include "decode/evtx.h"
#include "shared-evidence.h"
#include "test.h"

#define NS "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"

/* An event around the data. */
#define EVENT(data)                                                                                          \
	"<Event " NS "><System><Provider Name='P' Guid='{g}' EventSourceName='Old'/>"                        \
	"<EventID Qualifiers='16384'>36870</EventID><Version>0</Version><Level>2</Level><Task>3</Task>"      \
	"<Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"                                          \
	"<TimeCreated SystemTime='2026-11-20T10:00:00.1234567Z'/><EventRecordID>77</EventRecordID>"          \
	"<Correlation/><Execution ProcessID='712' ThreadID='713'/><Channel>System</Channel>"                 \
	"<Computer>srv1</Computer><Security UserID='S-1-5-18'/></System>" data "</Event>"

static const char *json_of(const char *xml)
{
	static char out[65536];
	struct ts_evtx *x = ts_evtx_new();
	struct ts_buf b;
	ts_buf_init(&b, sizeof(out));
	bool ok = ts_evtx_set_xml(x, xml, strlen(xml)) && ts_evtx_json(x, &b);
	snprintf(out, sizeof(out), "%s", ok ? ts_buf_str(&b) : "not read");
	ts_buf_finish(&b);
	ts_evtx_free(x);
	return out;
}

static void test_fields(void)
{
	static const char xml[] = EVENT("<EventData><Data Name='a'>1</Data></EventData>");
	struct ts_evtx *x = ts_evtx_new();
	int64_t v = 0;
	CHECK(ts_evtx_set_xml(x, xml, sizeof(xml) - 1));
	CHECK_STR(ts_evtx_text(x, TS_EVTX_PROVIDER), "P");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_SOURCE), "Old");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_KEYWORDS), "0x8000000000000000");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_USER), "S-1-5-18");
	CHECK_STR(ts_evtx_text(x, TS_EVTX_ACTIVITY), "");
	CHECK(ts_evtx_field_is(x, TS_EVTX_CHANNEL, "system"));
	CHECK(ts_evtx_int(x, TS_EVTX_EVENT_ID, &v) && v == 36870);
	CHECK(ts_evtx_int(x, TS_EVTX_PID, &v) && v == 712);
	char text[32];
	CHECK(ts_evtx_int(x, TS_EVTX_TIME, &v) && ts_evtx_time_text((uint64_t)v, text));
	CHECK_STR(text, "2026-11-20T10:00:00.1234567Z");
	CHECK_INT(ts_evtx_number(x), 77);
	ts_evtx_free(x);
}

static void test_data(void)
{
	static const struct {
		const char *name, *xml, *json;
	} rows[] = {
		{ "named", EVENT("<EventData><Data Name='a'>1</Data><Data Name=\"b\"/></EventData>"),
			"{\"EventData\":{\"a\":\"1\",\"b\":\"\"}}" },
		{ "unnamed", EVENT("<EventData><Data>x</Data><Data></Data></EventData>"),
			"{\"EventData\":[\"x\",\"\"]}" },
		{ "user data", EVENT("<UserData><EventXML xmlns='N'><User>D\\u</User></EventXML></UserData>"),
			"{\"UserData\":{\"EventXML\":{\"<xmlattr>\":{\"xmlns\":\"N\"},\"User\":\"D\\\\u\"}}"
			"}" },
		{ "layout between elements",
			EVENT("\r\n  <EventData>\r\n    <Data Name='a'>1</Data>\r\n  </EventData>\r\n"),
			"{\"EventData\":{\"a\":\"1\"}}" },
		{ "references and CDATA",
			EVENT("<EventData><Data Name='a&amp;b'>&lt;&#65;&#x2713;&gt;<![CDATA[<&>]]>!</Data>"
			      "</EventData>"),
			"{\"EventData\":{\"a&b\":\"<A\xE2\x9C\x93><&>!\"}}" },
		{ "text around a child", EVENT("<UserData><E>one<C>c</C>two</E></UserData>"),
			"{\"UserData\":{\"E\":{\"<xmltext>\":\"onetwo\",\"C\":\"c\"}}}" },
		{ "bytes that are no text", EVENT("<EventData><Data Name='a'>\xFF&#0;</Data></EventData>"),
			"{\"EventData\":{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}}" },
		{ "rendering is no data",
			EVENT("<EventData/><RenderingInfo Culture='de'><Message>m</Message></RenderingInfo>"),
			"{\"EventData\":\"\"}" },
		{ "no data", EVENT(""), "" },
		{ "cut off", "<Event " NS "><System><EventID>1</EventID>", "not read" },
		{ "wrong end", "<Event><System></Event></System>", "not read" },
		{ "unknown entity", EVENT("<EventData><Data>&bomb;</Data></EventData>"), "not read" },
		{ "document type", "<!DOCTYPE a [<!ENTITY b 'c'>]><Event></Event>", "not read" },
		{ "document type within", "<Event><!DOCTYPE a></Event>", "not read" },
		{ "bracket in an attribute", "<Event a='<'></Event>", "not read" },
		{ "no number", "<Event>&#;</Event>", "not read" },
		{ "huge number", "<Event>&#99999999999999999999;</Event>", "not read" },
		{ "open comment", "<Event><!-- </Event>", "not read" },
		{ "nothing", "", "not read" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = json_of(rows[i].xml);
		CHECK_ROW(rows[i].name, strcmp(got, rows[i].json) == 0);
		if (strcmp(got, rows[i].json) != 0) {
			fprintf(stderr, "  got  %s\n  want %s\n", got, rows[i].json);
		}
	}
}

/* Elements and text beyond the limits end the event, not the program. */
static void test_limits(void)
{
	struct ts_buf b;
	struct ts_evtx *x = ts_evtx_new();
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (int i = 0; i < 100000; i++) {
		ts_buf_puts(&b, i == 0 ? "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/'>"
				       : "<Event>");
	}
	CHECK(ts_evtx_open(x, b.data, b.len));
	CHECK(!ts_evtx_next(x));
	CHECK(ts_evtx_stats(x)->harm[TS_EVTX_RECORD_LIMIT] > 0);
	ts_buf_clear(&b);
	ts_buf_puts(&b, "<Event><EventData>");
	ts_buf_fill(&b, 'a', TS_EVTX_MAX_TEXT + 1);
	ts_buf_puts(&b, "</EventData></Event>");
	CHECK(!ts_evtx_set_xml(x, b.data, b.len));
	ts_buf_clear(&b);
	ts_buf_puts(&b, "<Event>");
	for (int i = 0; i < TS_EVTX_MAX_NODES + 1; i++) {
		ts_buf_puts(&b, "<a/>");
	}
	ts_buf_puts(&b, "</Event>");
	CHECK(!ts_evtx_set_xml(x, b.data, b.len));
	ts_buf_finish(&b);
	ts_evtx_free(x);
}

/* A file in UTF-16, with an event that is damaged between two that are not; the newest stands first. */
static void test_file(void)
{
	static const char text[] =
		"<?xml version='1.0'?>\r\n<Events>"
		"<Event " NS "><System><EventID>2</EventID><TimeCreated SystemTime='2026-11-20T10:00:02Z'/>"
		"<Channel>System</Channel></System></Event>"
		"<Event " NS "><System><EventID>9</System></Event>"
		"<Event " NS "><System><EventID>1</EventID><TimeCreated SystemTime='2026-11-20T10:00:01Z'/>"
		"<Channel>System</Channel></System></Event></Events>";
	unsigned char wide[2 * sizeof(text)];
	wide[0] = 0xFF;
	wide[1] = 0xFE;
	for (size_t i = 0; i + 1 < sizeof(text); i++) {
		wide[2 + 2 * i] = (unsigned char)text[i];
		wide[3 + 2 * i] = 0;
	}
	const struct {
		const void *p;
		size_t n;
	} files[] = { { text, sizeof(text) - 1 }, { wide, 2 * sizeof(text) } };
	for (size_t f = 0; f < 2; f++) {
		struct ts_evtx *x = ts_evtx_new();
		int64_t v;
		CHECK(ts_evtx_open(x, files[f].p, files[f].n));
		CHECK_INT(ts_evtx_chunks(x), 1);
		CHECK(ts_evtx_next(x) && ts_evtx_int(x, TS_EVTX_EVENT_ID, &v) && v == 1);
		CHECK(ts_evtx_next(x) && ts_evtx_int(x, TS_EVTX_EVENT_ID, &v) && v == 2);
		CHECK(!ts_evtx_next(x));
		CHECK_INT(ts_evtx_stats(x)->records, 2);
		CHECK_INT(ts_evtx_stats(x)->harm[TS_EVTX_RECORD_XML], 1);
		ts_evtx_rewind(x, true);
		CHECK(ts_evtx_next(x) && ts_evtx_int(x, TS_EVTX_EVENT_ID, &v) && v == 2);
		ts_evtx_free(x);
	}
}

/* --- Event Viewer's export against the log it was made from --- */

/* XML has one kind of line end. */
static void drop_returns(struct ts_buf *b)
{
	size_t to = 0;
	for (size_t i = 0; i < b->len; i++) {
		if (b->len - i > 2 && memcmp(b->data + i, "\\r\\n", 4) == 0) {
			i += 2;
		}
		b->data[to++] = b->data[i];
	}
	b->len = to;
	if (b->data != NULL) {
		b->data[to] = '\0';
	}
}

static bool same_record(struct ts_evtx *log, struct ts_evtx *xml)
{
	struct ts_buf a, b;
	ts_buf_init(&a, TS_BUF_MAX_TEXT);
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	bool same = ts_evtx_json(log, &a) && ts_evtx_json(xml, &b);
	drop_returns(&a);
	same = same && strcmp(ts_buf_str(&a), ts_buf_str(&b)) == 0;
	for (int f = 0; f < TS_EVTX_FIELDS; f++) {
		int64_t v = 0, w = 0;
		same = same && strcmp(ts_evtx_text(log, (enum ts_evtx_field)f),
				       ts_evtx_text(xml, (enum ts_evtx_field)f)) == 0;
		same = same &&
		       ts_evtx_int(log, (enum ts_evtx_field)f, &v) ==
			       ts_evtx_int(xml, (enum ts_evtx_field)f, &w) &&
		       v == w;
	}
	if (!same) {
		fprintf(stderr, "record %" PRIu64 ":\n  log %s\n  xml %s\n", ts_evtx_number(log),
			ts_buf_str(&a), ts_buf_str(&b));
	}
	ts_buf_finish(&a);
	ts_buf_finish(&b);
	return same;
}

static void compare(const char *log, const char *export, int records)
{
	struct ts_buf a, b;
	if (!evidence_there() || !evidence_read(log, &a)) {
		return;
	}
	if (!evidence_read(export, &b)) {
		ts_buf_finish(&a);
		return;
	}
	struct ts_evtx *x = ts_evtx_new(), *y = ts_evtx_new();
	int n = 0, same = 0;
	CHECK(ts_evtx_open(x, a.data, a.len) && ts_evtx_open(y, b.data, b.len));
	/* The log is in order of its numbers, the export here in order of time: pair them by number. */
	for (; ts_evtx_next(y); n++) {
		ts_evtx_rewind(x, false);
		while (ts_evtx_next(x) && ts_evtx_number(x) != ts_evtx_number(y)) {
		}
		same += same_record(x, y);
	}
	CHECK_INT(n, records);
	CHECK_INT(same, records);
	ts_evtx_free(x);
	ts_evtx_free(y);
	ts_buf_finish(&a);
	ts_buf_finish(&b);
}

static void test_export(void)
{
	compare("evtx/with-microsoft-xml/System.evtx", "evtx/with-microsoft-xml/System.xml", 1247);
	compare("evtx/with-microsoft-xml/Application.evtx", "evtx/with-microsoft-xml/Application.xml", 366);
}

TEST_MAIN({ "fields", test_fields }, { "data", test_data }, { "limits", test_limits }, { "file", test_file },
	{ "export", test_export })
