/* tests/unit/test-evtx-files.c - real event logs: the facts of ../shared/evidence/README.md, which
 * independent readers agree on, and Event Viewer's own XML of two logs, record by record. */
#include "base/str.h"
#include "decode/evtx.h"
#include "evtx-xml.h"
#include "shared-evidence.h"

#define DC    "machines/dc2012r2/winevt/Logs/"
#define QUIET "machines/win11-quiet/winevt/Logs/"
#define TS    "Microsoft-Windows-TerminalServices-"

/* --- records, times, counts --- */

struct count {
	const char *provider; /* NULL = any; Name or EventSourceName */
	int id, n;
};

struct fact {
	const char *name;
	int records;
	const char *first, *last; /* TimeCreated up to the second, NULL = not looked at */
	const char *harm;         /* what must be counted, one digit per kind */
	bool dirty;
	struct count counts[12];
};

static const struct fact facts[] = {
	{ DC "Application.evtx", 733, "2020-09-17T15:52:01", "2020-09-19T04:40:18", "00000000", true,
		{ { "Microsoft-Windows-CAPI2", 4097, 4 }, { "Microsoft-Windows-CAPI2", 4109, 3 },
			{ "Microsoft-Windows-CAPI2", 4112, 1 } } },
	{ DC "Microsoft-Windows-GroupPolicy%4Operational.evtx", 4027, "2020-09-17T15:52:00",
		"2020-09-19T04:48:26", "00000000", true,
		{ { NULL, 4017, 260 }, { NULL, 5320, 831 }, { NULL, 5340, 136 } } },
	{ DC "Microsoft-Windows-NetworkProfile%4Operational.evtx", 36, "2020-09-17T15:52:49",
		"2020-09-19T01:23:21", "00000000", true,
		{ { NULL, 4002, 9 }, { NULL, 10000, 17 }, { NULL, 10002, 1 } } },
	{ DC "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Admin.evtx", 0, NULL, NULL, "00000000",
		false, { { 0 } } },
	{ DC "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx", 2081,
		"2020-09-19T03:20:25", "2020-09-19T03:57:41", "00000000", true,
		{ { NULL, 33, 4 }, { NULL, 65, 346 }, { NULL, 131, 346 }, { NULL, 139, 247 },
			{ NULL, 258, 25 } } },
	{ DC TS "LocalSessionManager%4Operational.evtx", 123, "2020-09-17T15:51:53", "2020-09-19T04:36:03",
		"00000000", true,
		{ { NULL, 21, 13 }, { NULL, 24, 3 }, { NULL, 40, 6 }, { NULL, 41, 15 }, { NULL, 54, 10 } } },
	{ DC TS "RDPClient%4Operational.evtx", 9, "2020-09-19T03:35:54", "2020-09-19T03:52:13", "00000000",
		true, { { NULL, 226, 1 }, { NULL, 1024, 1 }, { NULL, 1105, 1 } } },
	{ DC TS "RemoteConnectionManager%4Admin.evtx", 4, "2020-09-19T03:21:48", "2020-09-19T03:56:04",
		"00000000", true, { { NULL, 20499, 4 } } },
	{ DC TS "RemoteConnectionManager%4Operational.evtx", 1942, "2020-09-19T03:20:22",
		"2020-09-19T03:56:04", "00000000", true, { { NULL, 261, 1938 }, { NULL, 1149, 4 } } },
	{ DC "Microsoft-Windows-Windows Firewall With Advanced Security%4Firewall.evtx", 154,
		"2020-09-17T15:52:50", "2020-09-19T01:23:21", "00000000", true,
		{ { NULL, 2002, 10 }, { NULL, 2004, 64 }, { NULL, 2010, 14 } } },
	{ DC "Security.evtx", 8574, "2020-09-17T15:51:52", "2020-09-19T04:52:11", "00000000", true,
		{ { NULL, 4624, 2540 }, { NULL, 4625, 96 }, { NULL, 4634, 2245 }, { NULL, 4648, 51 },
			{ NULL, 4776, 12 } } },
	{ DC "System.evtx", 60189, "2014-03-21T19:14:08", "2020-09-19T04:51:04", "00000000", true,
		{ { "Schannel", 36874, 29205 }, { "Schannel", 36888, 29205 },
			{ "Service Control Manager", 7036, 1176 }, { "Service Control Manager", 7045, 39 },
			{ "EventLog", 6009, 11 }, { "TermService", 1056, 3 },
			{ TS "RemoteConnectionManager", 1056, 3 }, { "NETLOGON", 5782, 1 },
			{ "Microsoft-Windows-Kernel-General", 12, 11 } } },
	{ QUIET "Microsoft-Windows-GroupPolicy%4Operational.evtx", 402, "2022-02-05T18:51:09",
		"2022-02-08T21:06:54", "00000000", true, { { NULL, 5320, 84 }, { NULL, 4115, 19 } } },
	{ QUIET "Microsoft-Windows-NetworkProfile%4Operational.evtx", 138, "2022-02-05T18:51:04",
		"2022-02-13T03:54:44", "00000000", true, { { NULL, 4004, 38 }, { NULL, 20002, 30 } } },
	{ QUIET TS "LocalSessionManager%4Operational.evtx", 54, "2022-02-05T18:51:09", "2022-02-07T07:38:18",
		"00000000", true, { { NULL, 21, 5 }, { NULL, 34, 19 } } },
	{ QUIET "Microsoft-Windows-Windows Firewall With Advanced Security%4Firewall.evtx", 877,
		"2022-02-05T19:00:10", "2022-02-13T03:55:13", "00000000", true,
		{ { NULL, 2004, 555 }, { NULL, 2006, 303 } } },
	{ QUIET "Security.evtx", 6740, "2022-02-05T18:51:03", "2022-02-13T03:55:36", "00000000", true,
		{ { NULL, 4616, 11 }, { NULL, 4624, 508 }, { NULL, 4625, 1 }, { NULL, 4648, 25 } } },
	{ QUIET "System.evtx", 1077, "2022-02-05T18:51:03", "2022-02-13T03:55:22", "00000000", true,
		{ { "DCOM", 10016, 19 }, { "Microsoft-Windows-DistributedCOM", 10016, 19 },
			{ "Service Control Manager", 7040, 55 },
			{ "Microsoft-Windows-Kernel-General", 1, 16 } } },
	{ "evtx/capi2-win8.evtx", 340, "2017-05-19T02:02:36", "2018-07-12T10:16:04", "00000000", false,
		{ { NULL, 10, 42 }, { NULL, 40, 54 }, { NULL, 90, 34 }, { NULL, 42, 2 } } },
	{ "evtx/damaged-bad-chunk-magic.evtx", 267, "2018-08-07T15:51:15", "2018-08-08T15:47:31", "02030300",
		true, { { 0 } } },
	{ "evtx/damaged-rcm-win10-bad-chunk-crc.evtx", 1774, "2018-08-02T04:34:06", "2018-08-07T19:23:03",
		"00020100", true, { { NULL, 261, 1769 }, { NULL, 1149, 5 } } },
	{ "evtx/damaged-system-zero-data-size-record.evtx", 335, "2019-07-24T13:04:09", "2022-10-27T10:00:00",
		"00010100", true, { { "EventLog", 6009, 6 }, { "Service Control Manager", 7040, 13 } } },
	{ "evtx/dirty-system-win10.evtx", 1881, "2017-07-12T07:18:24", "2018-03-06T08:13:42", "00000000",
		true,
		{ { "Microsoft-Windows-DNS-Client", 1014, 160 },
			{ "Microsoft-Windows-Kernel-General", 1, 208 } } },
	{ "evtx/dns-log-malformed.evtx", 5, "2016-11-09T10:17:08", "2016-11-09T10:17:09", "00000000", false,
		{ { NULL, 256, 2 }, { NULL, 260, 3 } } },
	{ "evtx/forwarded-4799-4624.evtx", 55, "2021-05-03T08:58:25", "2021-05-03T08:58:38", "00000000",
		false, { { NULL, 4624, 44 }, { NULL, 4799, 11 } } },
	{ "evtx/forwarded-rcm-1149-eleven-hosts.evtx", 11, NULL, NULL, "00000000", false,
		{ { NULL, 1149, 11 } } },
	{ "evtx/security-4625-type10-account-restriction.evtx", 2, "2021-10-23T21:50:11",
		"2021-10-23T21:51:57", "00000000", false, { { NULL, 4625, 2 } } },
	{ "evtx/security-4825-rdp-denied.evtx", 2, "2020-07-12T05:27:05", "2020-07-12T05:28:26", "00000000",
		false, { { NULL, 4825, 2 } } },
	{ "evtx/truncated-security-win7.evtx", 283, "2015-08-08T02:06:17", NULL, "00001000", true,
		{ { NULL, 4616, 6 }, { NULL, 4648, 12 } } },
	{ "evtx/with-microsoft-xml/Application.evtx", 366, "2025-06-02T16:46:27", "2025-06-08T07:14:05",
		"00000000", false, { { "Microsoft-Windows-CAPI2", 4097, 9 } } },
	{ "evtx/with-microsoft-xml/System.evtx", 1247, "2025-06-02T16:46:20", "2025-06-08T07:15:00",
		"00000000", false, { { "LsaSrv", 6156, 4 }, { "Service Control Manager", 7040, 18 } } },
};

static void check_fact(const struct fact *f)
{
	struct ts_buf file;
	int got[TS_COUNT(f->counts)] = { 0 };
	int64_t first = INT64_MAX, last = 0;
	size_t n;
	if (!evidence_read(f->name, &file)) {
		return;
	}
	struct ts_evtx *x = ts_evtx_new();
	CHECK_ROW(f->name, ts_evtx_open(x, file.data, file.len));
	while (ts_evtx_next(x)) {
		int64_t id = -1, time = 0;
		CHECK_ROW(f->name, ts_evtx_int(x, TS_EVTX_TIME, &time));
		first = time < first ? time : first;
		last = time > last ? time : last;
		ts_evtx_int(x, TS_EVTX_EVENT_ID, &id);
		for (size_t i = 0; i < TS_COUNT(f->counts); i++) {
			const struct count *c = &f->counts[i];
			got[i] +=
				c->n > 0 && id == c->id &&
				(c->provider == NULL || ts_evtx_field_is(x, TS_EVTX_PROVIDER, c->provider) ||
					ts_evtx_field_is(x, TS_EVTX_SOURCE, c->provider));
		}
		ts_evtx_nodes(x, &n);
	}
	CHECK_INT(ts_evtx_stats(x)->records, f->records);
	CHECK_ROW(f->name, ts_evtx_stats(x)->dirty == f->dirty);
	for (int h = 0; h < TS_EVTX_HARMS; h++) {
		CHECK_ROW(f->name, ts_evtx_stats(x)->harm[h] == (uint64_t)(f->harm[h] - '0'));
	}
	for (size_t i = 0; i < TS_COUNT(f->counts); i++) {
		CHECK_INT(got[i], f->counts[i].n);
	}
	char text[32];
	if (f->first != NULL && ts_evtx_time_text((uint64_t)first, text)) {
		text[19] = '\0';
		CHECK_STR(text, f->first);
	}
	if (f->last != NULL && ts_evtx_time_text((uint64_t)last, text)) {
		text[19] = '\0';
		CHECK_STR(text, f->last);
	}
	ts_evtx_free(x);
	ts_buf_finish(&file);
}

static void test_facts(void)
{
	for (size_t i = 0; evidence_there() && i < TS_COUNT(facts); i++) {
		check_fact(&facts[i]);
	}
}

/* --- values --- */

static const struct {
	const char *name;
	int id, n;           /* n records hold all of `part` */
	const char *part[5]; /* of the JSON in lower case */
} values[] = {
	{ DC "Security.evtx", 4625, 95,
		{ "\"logontype\":\"3\"", "\"status\":\"0xc000006d\"", "\"substatus\":\"0xc000006a\"",
			"\"targetusername\":\"administrator\"", "\"ipaddress\":\"-\"" } },
	{ DC "Security.evtx", 4625, 1, { "\"logontype\":\"7\"", "\"ipaddress\":\"127.0.0.1\"" } },
	{ DC "Security.evtx", 4624, 2298, { "\"logontype\":\"3\"" } },
	{ DC "Security.evtx", 4624, 4, { "\"logontype\":\"10\"" } },
	{ DC "Security.evtx", 4624, 11, { "\"logontype\":\"0\"" } },
	{ DC TS "RemoteConnectionManager%4Operational.evtx", 1149, 4,
		{ "\"param1\":\"administrator\"", "\"param2\":\"\"", "\"param3\":\"194.61.24.102\"" } },
	{ DC TS "RDPClient%4Operational.evtx", 1024, 1, { "\"value\":\"desktop-sdn1rpt\"" } },
	{ DC TS "RDPClient%4Operational.evtx", 1026, 1, { "\"value\":\"2\"" } },
	{ DC TS "RDPClient%4Operational.evtx", 1102, 1, { "\"value\":\"10.42.85.115\"" } },
	{ DC "System.evtx", 36874, 29205, { "\"protocol\":\"tls 1.2\"" } },
	{ DC "System.evtx", 36888, 29205, { "\"alertdesc\":\"40\"", "\"errorstate\":\"1205\"" } },
	{ DC TS "LocalSessionManager%4Operational.evtx", 21, 8,
		{ "\"user\":\"c137\\\\administrator\"", "\"address\":\"local\"",
			"{\"userdata\":{\"eventxml\":{" } },
	{ DC TS "LocalSessionManager%4Operational.evtx", 21, 2, { "\"address\":\"194.61.24.102\"" } },
	{ DC TS "LocalSessionManager%4Operational.evtx", 40, 3,
		{ "\"session\":\"2\"", "\"reason\":\"12\"" } },
	{ QUIET TS "LocalSessionManager%4Operational.evtx", 21, 5, { "\"address\":\"local\"" } },
	{ "evtx/security-4825-rdp-denied.evtx", 4825, 2,
		{ "\"accountname\":\"svc6test1\"", "\"accountdomain\":\"offsec\"",
			"\"clientaddress\":\"10.23.23.9\"" } },
	{ "evtx/security-4625-type10-account-restriction.evtx", 4625, 2,
		{ "\"logontype\":\"10\"", "\"status\":\"0xc000006e\"", "\"substatus\":\"0x0\"",
			"\"targetusername\":\"-\"", "\"ipaddress\":\"10.23.23.9\"" } },
	{ "evtx/forwarded-rcm-1149-eleven-hosts.evtx", 1149, 11,
		{ "\"param1\":\"admmig\"", "\"param3\":\"10.23.123.11\"" } },
};

static void test_values(void)
{
	for (size_t i = 0; evidence_there() && i < TS_COUNT(values); i++) {
		struct ts_buf file, json;
		int n = 0;
		if (!evidence_read(values[i].name, &file)) {
			continue;
		}
		struct ts_evtx *x = ts_evtx_new();
		ts_buf_init(&json, TS_BUF_MAX_TEXT);
		ts_evtx_open(x, file.data, file.len);
		while (ts_evtx_next(x)) {
			int64_t id;
			bool all = ts_evtx_int(x, TS_EVTX_EVENT_ID, &id) && id == values[i].id;
			ts_buf_clear(&json);
			all = all && ts_evtx_json(x, &json);
			for (int k = 0; all && k < 5 && values[i].part[k] != NULL; k++) {
				all = ts_str_case_find(ts_buf_str(&json), values[i].part[k]) != NULL;
			}
			n += all;
		}
		CHECK_ROW(values[i].part[0], n == values[i].n);
		ts_buf_finish(&json);
		ts_evtx_free(x);
		ts_buf_finish(&file);
	}
}

/* The frame's number is not the event's in a forwarded log, and each record has its computer. */
static void test_forwarded(void)
{
	struct ts_buf file;
	int64_t id = 0, level = 0;
	if (!evidence_there() || !evidence_read("evtx/forwarded-rcm-1149-eleven-hosts.evtx", &file)) {
		return;
	}
	struct ts_evtx *x = ts_evtx_new();
	CHECK(ts_evtx_open(x, file.data, file.len) && ts_evtx_next(x));
	CHECK_INT(ts_evtx_number(x), 1);
	CHECK(ts_evtx_int(x, TS_EVTX_RECORD_ID, &id));
	CHECK_INT(id, 6433);
	CHECK(ts_evtx_int(x, TS_EVTX_LEVEL, &level));
	CHECK_INT(level, 4);
	CHECK_STR(ts_evtx_text(x, TS_EVTX_COMPUTER), "rootdc1.offsec.lan");
	CHECK(ts_evtx_next(x));
	CHECK_STR(ts_evtx_text(x, TS_EVTX_COMPUTER), "fs03vuln.offsec.lan");
	ts_evtx_free(x);
	ts_buf_finish(&file);
}

/* --- Event Viewer's XML --- */

static void compare_with_xml(const char *log, const char *export, int records)
{
	struct ts_buf file, xml;
	int n = 0;
	if (!evidence_read(log, &file)) {
		return;
	}
	if (!evidence_read(export, &xml)) {
		ts_buf_finish(&file);
		return;
	}
	struct ts_evtx *x = ts_evtx_new();
	struct ts_str rest = { xml.data, xml.len }, event;
	ts_evtx_open(x, file.data, file.len);
	ts_evtx_rewind(x, true); /* Event Viewer writes the newest first */
	while (ts_evtx_next(x) && xml_next_event(&rest, &event)) {
		n += xml_same(x, event);
	}
	CHECK_INT(n, records);
	CHECK(!xml_next_event(&rest, &event) && !ts_evtx_next(x));
	ts_evtx_free(x);
	ts_buf_finish(&file);
	ts_buf_finish(&xml);
}

static void test_microsoft_xml(void)
{
	if (evidence_there()) {
		compare_with_xml(
			"evtx/with-microsoft-xml/System.evtx", "evtx/with-microsoft-xml/System.xml", 1247);
		compare_with_xml("evtx/with-microsoft-xml/Application.evtx",
			"evtx/with-microsoft-xml/Application.xml", 366);
	}
}

TEST_MAIN({ "facts", test_facts }, { "values", test_values }, { "forwarded", test_forwarded },
	{ "microsoft-xml", test_microsoft_xml })
