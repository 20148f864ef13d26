/* tests/unit/test-evtx-source.c - event logs through SQL: what is found, what is pushed down, what the
 * ledger says. */
#include "evtx-build.h"
#include "query.h"
#include "shared-evidence.h"
#include "table/evtx-source.h"
#include "table/vtab.h"

static void scan(void *ctx, const char *schema, struct ts_scan *s)
{
	(void)schema;
	const char *name = ts_scan_table(s)->name;
	ts_scan_set_as_of(s, ts_evtx_source_newest(ctx));
	if (strcmp(name, "windows_eventlog") == 0) {
		ts_evtx_scan(ctx, s);
	} else {
		ts_evtx_scan_channels(ctx, s);
	}
}

static void run_tables(struct ts_vtab_source vtabs, const char *sql, struct result *r)
{
	struct ts_budget b = { .deadline = ts_os_mono_ms() + 20000, .connections = 20 };
	ts_buf_init(&r->rows, TS_BUF_MAX_TEXT);
	ts_buf_init(&r->ledger, TS_BUF_MAX_TEXT);
	ts_buf_init(&r->details, TS_BUF_MAX_TEXT);
	r->err.text[0] = '\0';
	struct ts_conn *c = ts_conn_new(&b, &r->err);
	sqlite3_stmt *q = NULL;
	if (c != NULL && ts_vtab_register(c, &vtabs, &r->err) &&
		ts_vtab_create(c, "main", ts_table_find("windows_eventlog"), &r->err) &&
		ts_vtab_create(c, "main", ts_table_find("windows_event_channels"), &r->err)) {
		ts_conn_seal(c);
		q = ts_conn_prepare(c, sql, NULL, &r->err);
	}
	if (q != NULL) {
		run_prepared(c, q, r);
	}
	ts_conn_free(c);
}

static void run_query(struct ts_evtx_source *src, const char *sql, struct result *r)
{
	run_tables((struct ts_vtab_source){ scan, src, NULL }, sql, r);
}

static void check_rows(struct ts_evtx_source *src, const char *sql, const char *rows, const char *ledger,
	const char *details)
{
	struct result r;
	run_query(src, sql, &r);
	CHECK_STR(r.err.text, "");
	CHECK_STR(ts_buf_str(&r.rows), rows);
	CHECK_STR(ts_buf_str(&r.ledger), ledger);
	if (details != NULL) {
		CHECK_STR(ts_buf_str(&r.details), details);
	}
	result_finish(&r);
}

/* Three records of Test/Operational with the texts "one", "two", "three". */
static void small_log(struct log_maker *m)
{
	static const char *const texts[] = { "one", "two", "three" };
	log_begin(m);
	m->literal = true;
	for (int i = 0; i < 3; i++) {
		record_begin(m);
		event_begin(m);
		open_tag(m, "EventData", NO_DEPENDS, false);
		content(m);
		simple(m, "Data", texts[i]);
		close_tag(m);
		event_end(m);
		put(m, 0, 1);
		record_end(m);
	}
	log_end(m);
}

static struct log_maker maker, other;

#define ALL    "SELECT data ->> '$.EventData[0]' FROM windows_eventlog WHERE channel = 'Test/Operational'"
#define READ   "windows_eventlog Test/Operational read\n"
#define REACH  "reaches back to 2020-09-17T16:00:00Z\n"
#define NEWEST "three\ntwo\none\n"

static void test_filters(void)
{
	static const struct {
		const char *where, *rows;
	} rows[] = {
		{ "", NEWEST },
		{ " AND eventid = 4625", NEWEST },
		{ " AND eventid IN (1, 4625, 70000)", NEWEST },
		{ " AND eventid = 4626", "" },
		{ " AND eventid = 'x'", "" },
		{ " AND level = 2", NEWEST },
		{ " AND level IN (1, 3)", "" },
		{ " AND provider_name = 'Test-Provider'", NEWEST },
		{ " AND provider_name = 'OldName'", NEWEST },
		{ " AND provider_name IN ('x', 'OldName')", NEWEST },
		{ " AND provider_name = 'x'", "" },
		{ " AND pid = -1", NEWEST },
		{ " AND pid = 4", "" },
		{ " AND time_range = '2020-09-17T16:00:00.1234567Z'", NEWEST },
		{ " AND time_range = '2020-09-17T16:00:00.1234568Z'", "" },
		{ " AND time_range = '2020-09-17T15:00:00Z;2020-09-17T16:00:00.1234567Z'", NEWEST },
		{ " AND time_range = '2020-09-17T15:00:00Z;2020-09-17T16:00:00.123Z'", "" },
		{ " AND timestamp = '1000'", NEWEST },
		{ " LIMIT 1", "three\n" },
		{ " AND (level = 2 OR pid = -1 OR eventid = 4625)", NEWEST }, /* each row once */
		{ " AND (channel = 'Test/Operational' OR channel = 'Security')", NEWEST },
	};
	small_log(&maker);
	struct ts_evtx_log log = { maker.file, LOG_SIZE, "any name" };
	struct ts_evtx_source *src = ts_evtx_source_new(&log, 1);
	CHECK_INT(ts_evtx_source_newest(src), 1600358400);
	CHECK_STR(ts_evtx_source_about(src, 0)->computer, "PC1");
	CHECK_STR(ts_evtx_source_about(src, 0)->channel, "Test/Operational");
	CHECK(ts_evtx_source_about(src, 1) == NULL);
	CHECK(ts_evtx_same_computer("pc1.example.org", "PC1") && !ts_evtx_same_computer("PC1", "PC11"));
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *sql = ts_xasprintf(ALL "%s", rows[i].where);
		check_rows(src, sql, rows[i].rows, READ, REACH);
		free(sql);
	}
	check_rows(src,
		"SELECT * FROM windows_eventlog WHERE channel = 'Test/Operational' AND provider_name = "
		"'OldName' LIMIT 1",
		"Test/"
		"Operational|2020-09-17T16:00:00.1234567Z|7|2|OldName||PC1|4625|0x8010000000000000|{"
		"\"EventData\":[\"three\"]}"
		"|-1|-1\n",
		READ, NULL);
	check_rows(src,
		"SELECT channel, records, oldest FROM windows_event_channels WHERE channel = "
		"'test/operational'",
		"Test/Operational|3|2020-09-17T16:00:00.1234567Z\n",
		"windows_event_channels test/operational read\n", NULL);
	ts_evtx_source_free(src);
}

static void test_gaps(void)
{
	struct result r;
	struct ts_evtx_source *src = ts_evtx_source_new(NULL, 0);
	check_rows(src, ALL, "", "windows_eventlog Test/Operational not_collected\n",
		"no event log (.evtx) is among the files\n");
	ts_evtx_source_free(src);

	small_log(&maker);
	struct ts_evtx_log logs[2] = { { maker.file, LOG_SIZE, "a.evtx" },
		{ maker.file, LOG_SIZE, "copy.evtx" } };
	src = ts_evtx_source_new(logs, 2);
	check_rows(src, ALL, NEWEST, READ, REACH); /* given twice, counted once */
	check_rows(src, "SELECT eventid FROM windows_eventlog WHERE channel = 'System'", "",
		"windows_eventlog System not_collected\n",
		"none of the files holds records of this channel\n");
	run_query(src, "SELECT eventid FROM windows_eventlog WHERE xpath = '<QueryList/>'", &r);
	CHECK_STR(ts_buf_str(&r.rows), "");
	CHECK(strstr(ts_buf_str(&r.ledger), "unsupported") != NULL);
	result_finish(&r);
	run_query(src, ALL " AND time_range = 'yesterday'", &r);
	CHECK_STR(ts_buf_str(&r.rows), "");
	CHECK(strstr(ts_buf_str(&r.ledger), "not_collected") != NULL);
	result_finish(&r);
	ts_evtx_source_free(src);

	/* a second, damaged copy: its good records are the same, its damage is told */
	other = maker;
	other.file[4096 + 512 + 4] ^= 1;
	logs[0] = (struct ts_evtx_log){ other.file, LOG_SIZE, "x/System.evtx" };
	src = ts_evtx_source_new(logs, 1);
	check_rows(src, "SELECT eventid FROM windows_eventlog WHERE channel = 'System'", "",
		"windows_eventlog System not_collected\n",
		"none of the files holds records of this channel; x/System.evtx: the records of a chunk do "
		"not match its checksum, a "
		"chunk ends early in a damaged record\n");
	ts_evtx_source_free(src);
	other = maker;
	other.chunk = other.file + 4096;
	put_at(&other, other.record + 4, 0, 4); /* the last record */
	logs[0] = (struct ts_evtx_log){ other.file, LOG_SIZE, "b.evtx" };
	src = ts_evtx_source_new(logs, 1);
	check_rows(src, ALL, "two\none\n", "windows_eventlog Test/Operational partial\n",
		"b.evtx: the records of a chunk do not match its checksum, a chunk ends early in a damaged "
		"record; reaches back to "
		"2020-09-17T16:00:00Z\n");
	ts_evtx_source_free(src);

	log_begin(&other);
	log_end(&other);
	logs[0] = (struct ts_evtx_log){ other.file, LOG_SIZE, "Logs/Test%4Operational.evtx" };
	src = ts_evtx_source_new(logs, 1);
	check_rows(src, ALL, "", READ, "Logs/Test%4Operational.evtx is empty\n");
	ts_evtx_source_free(src);
}

/* --- the real machine --- */

static const char *const dc_logs[] = {
	"machines/dc2012r2/winevt/Logs/Application.evtx",
	"machines/dc2012r2/winevt/Logs/"
	"Microsoft-Windows-TerminalServices-LocalSessionManager%4Operational.evtx",
	"machines/dc2012r2/winevt/Logs/"
	"Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx",
	"machines/dc2012r2/winevt/Logs/Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Admin.evtx",
	"machines/dc2012r2/winevt/Logs/Security.evtx",
	"machines/dc2012r2/winevt/Logs/System.evtx",
};

static void test_dc(void)
{
	static const struct {
		const char *sql, *rows;
	} rows[] = {
		{ "SELECT count(*) FROM windows_eventlog WHERE channel = 'System'", "60189\n" },
		{ "SELECT count(*) FROM windows_eventlog WHERE channel = 'System' AND eventid = 36888 AND "
		  "json_extract(data, '$.EventData.ErrorState') = '1205'",
			"29205\n" },
		{ "SELECT count(*), min(provider_name) FROM windows_eventlog WHERE channel = 'System' AND "
		  "eventid = 1056 AND "
		  "provider_name = 'TermService'",
			"3|TermService\n" },
		{ "SELECT json_extract(data, '$.EventData.LogonType') AS t, count(*) FROM windows_eventlog "
		  "WHERE channel = "
		  "'Security' AND eventid = 4625 GROUP BY t ORDER BY t",
			"3|95\n7|1\n" },
		{ "SELECT DISTINCT json_extract(data, '$.UserData.EventXML.Param3') FROM windows_eventlog "
		  "WHERE channel = "
		  "'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational' AND eventid = "
		  "1149",
			"194.61.24.102\n" },
		{ "SELECT count(*) FROM windows_eventlog WHERE channel = "
		  "'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Admin'",
			"0\n" },
		{ "SELECT count(*) FROM windows_eventlog WHERE channel = 'Security' AND eventid = 4624 AND "
		  "timestamp = '3600000'",
			NULL },
	};
	struct ts_buf files[TS_COUNT(dc_logs)];
	struct ts_evtx_log logs[TS_COUNT(dc_logs)];
	size_t n = 0;
	while (evidence_there() && n < TS_COUNT(dc_logs) && evidence_read(dc_logs[n], &files[n])) {
		logs[n] = (struct ts_evtx_log){ files[n].data, files[n].len, dc_logs[n] };
		n++;
	}
	struct ts_evtx_source *src = n == TS_COUNT(dc_logs) ? ts_evtx_source_new(logs, n) : NULL;
	for (size_t i = 0; src != NULL && i < TS_COUNT(rows); i++) {
		struct result r;
		run_query(src, rows[i].sql, &r);
		CHECK_STR(r.err.text, "");
		if (rows[i].rows != NULL) {
			CHECK_STR(ts_buf_str(&r.rows), rows[i].rows);
		}
		CHECK_ROW(rows[i].sql, strstr(ts_buf_str(&r.ledger), " read\n") != NULL);
		result_finish(&r);
	}
	if (src != NULL) {
		CHECK_INT(ts_evtx_source_newest(src), 1600491131); /* 2020-09-19T04:52:11Z */
		CHECK_STR(ts_evtx_source_about(src, 4)->computer, "CITADEL-DC01.C137.local");
		CHECK_STR(ts_evtx_source_about(src, 5)->channel, "System");
	}
	ts_evtx_source_free(src);
	while (n > 0) {
		ts_buf_finish(&files[--n]);
	}
}

/* An export as XML is a log like others; beside the log it was made from it adds nothing. */
static void test_exports(void)
{
	static const char *const names[] = { "evtx/with-microsoft-xml/System.evtx",
		"evtx/with-microsoft-xml/System.xml" };
	static const char sql[] = "SELECT count(*), sum(eventid), max(datetime), count(data) FROM "
				  "windows_eventlog WHERE channel = 'System'";
	struct ts_buf files[2];
	struct ts_evtx_log logs[2];
	size_t n = 0;
	while (evidence_there() && n < 2 && evidence_read(names[n], &files[n])) {
		logs[n] = (struct ts_evtx_log){ files[n].data, files[n].len, names[n] };
		n++;
	}
	for (size_t from = 0; n == 2 && from < 3; from++) { /* the log, the export, both */
		struct ts_evtx_source *src =
			ts_evtx_source_new(logs + (from < 2 ? from : 0), from < 2 ? 1 : 2);
		check_rows(src, sql, "1247|2609437|2025-06-08T07:15:00.0513480Z|1247\n",
			"windows_eventlog System read\n", NULL);
		check_rows(src,
			"SELECT channel, records FROM windows_event_channels WHERE channel = 'System'",
			"System|1247\n", "windows_event_channels System read\n", NULL);
		CHECK_STR(ts_evtx_source_about(src, 0)->computer, "NIKOLAISMETBD82");
		ts_evtx_source_free(src);
	}
	for (size_t i = 0; i < n; i++) {
		ts_buf_finish(&files[i]);
	}
}

/* --- rows one by one --- */

struct counted {
	int64_t made, ends;
};

#define MANY INT64_C(1000000000)

static bool count_next(void *ctx, struct ts_scan *s)
{
	struct counted *c = ctx;
	if (c->made == MANY) {
		return false;
	}
	ts_row_begin(s);
	ts_row_int(s, "eventid", ++c->made);
	ts_row_text_kept(s, "data", "some text");
	ts_row_identity(s, c->made);
	ts_row_end(s);
	return true;
}

static void count_finish(void *ctx, struct ts_scan *s)
{
	((struct counted *)ctx)->ends++;
	ts_scan_saw(s, NULL, TS_SEEN_READ, "to the end of what was asked for");
}

static void count_scan(void *ctx, const char *schema, struct ts_scan *s)
{
	(void)schema;
	ts_scan_stream(s, (struct ts_stream){ count_next, count_finish, ctx });
}

/* LIMIT ends the reading: of a log of a thousand million records no more than were asked for are made. */
static void test_stream(void)
{
	static const struct {
		const char *sql, *rows;
		int64_t made, ends;
	} cases[] = {
		{ "SELECT eventid FROM windows_eventlog WHERE channel = 'c' LIMIT 3", "1\n2\n3\n", 3, 1 },
		{ "SELECT eventid FROM windows_eventlog WHERE channel = 'c' AND data = 'some text' LIMIT 1 "
		  "OFFSET 4",
			"5\n", 5, 1 },
		{ "SELECT EXISTS (SELECT 1 FROM windows_eventlog WHERE channel = 'c' AND eventid > 6)", "1\n",
			7, 1 },
		{ "SELECT eventid FROM windows_eventlog WHERE channel = 'c' LIMIT 0", "", 0, 0 },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct counted c = { 0 };
		struct result r;
		run_tables((struct ts_vtab_source){ count_scan, &c, NULL }, cases[i].sql, &r);
		CHECK_STR(r.err.text, "");
		CHECK_STR(ts_buf_str(&r.rows), cases[i].rows);
		CHECK_INT(c.made, cases[i].made);
		CHECK_INT(c.ends, cases[i].ends);
		CHECK_ROW(cases[i].sql, (strstr(ts_buf_str(&r.ledger), " read\n") != NULL) == (c.ends > 0));
		result_finish(&r);
	}
}

TEST_MAIN({ "filters", test_filters }, { "gaps", test_gaps }, { "dc", test_dc }, { "exports", test_exports },
	{ "stream", test_stream })
