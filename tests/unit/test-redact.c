/* tests/unit/test-redact.c - pseudonyms of exports. */
#include "out/redact.h"

#include "os/os.h"
#include "test.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMIT_MS 90000
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define LIMIT_MS 90000
#endif
#ifndef LIMIT_MS
#define LIMIT_MS 5000
#endif

static void test_table(void)
{
	static const struct {
		const char *text, *strict, *names;
	} rows[] = {
		{ "", "", "" },
		{ "nothing to hide, really.", "nothing to hide, really.", "nothing to hide, really." },
		{ "srv1 answered", "HOST-1 answered", "HOST-1 answered" },
		{ "SRV1:3389 and srv1.", "HOST-1:3389 and HOST-1.", "HOST-1:3389 and HOST-1." },
		{ "srv1.corp.example too", "HOST-1 too", "HOST-1 too" },
		{ "srv10 and xsrv1 are others", "srv10 and xsrv1 are others", "srv10 and xsrv1 are others" },
		{ "192.0.2.10 and 192.0.2.77, 198.51.100.9", "IP-1.1 and IP-1.2, IP-2.3", NULL },
		{ "192.0.2.10:3389.", "IP-1.1:3389.", NULL },
		{ "127.0.0.1 0.0.0.0 255.255.255.0", "127.0.0.1 0.0.0.0 255.255.255.0", NULL },
		{ "version 10.0.19045.3803", "version 10.0.19045.3803", NULL },
		{ "300.1.1.1 1.2.3", "300.1.1.1 1.2.3", NULL },
		{ "2001:db8::1 2001:db8:0:0:0:0:0:2 ::1 ::", "IP6-1.1 IP6-2.2 ::1 ::", NULL },
		{ "at 12:34:56, std::move", "at 12:34:56, std::move", NULL },
		{ "S-1-5-21-1-2-3-500 S-1-5-18 S-1-5-32-544", "SID-1 S-1-5-18 S-1-5-32-544", NULL },
		{ "CORP\\alice logged on", "DOMAIN-1\\USER-1 logged on", NULL },
		{ "alice did", "USER-1 did", NULL },
		{ "NT AUTHORITY\\NETWORK SERVICE", "NT AUTHORITY\\NETWORK SERVICE", NULL },
		{ "BUILTIN\\Administrators", "BUILTIN\\Administrators", NULL },
		{ "HKLM\\SYSTEM\\CurrentControlSet", "HKLM\\SYSTEM\\CurrentControlSet", NULL },
		{ "HKLM\\SYSTEM", "HKLM\\SYSTEM", NULL },
		{ "bob@corp2.example", "USER-2@DOMAIN-2", NULL },
		{ "C:\\Users\\carol\\a.txt /home/dave/x", "C:\\Users\\USER-3\\a.txt /home/USER-4/x", NULL },
		{ "C:\\Users\\Public\\a.txt", "C:\\Users\\Public\\a.txt", NULL },
		{ "\\\\fs1\\share", "\\\\HOST-2\\share", NULL },
		{ "dc7.ad.contoso.com.", "HOST-3.", NULL },
		{ "mstsc.exe kb.db", "mstsc.exe kb.db", NULL },
		{ "\xff\xfe srv1", "\xff\xfe HOST-1", NULL },
	};
	struct ts_redactor *strict = ts_redact_new(TS_REDACT_STRICT), *none = ts_redact_new(TS_REDACT_NONE);
	struct ts_redactor *names = ts_redact_new(TS_REDACT_NAMES);

	ts_redact_learn(strict, TS_SECRET_HOST, "srv1.corp.example");
	ts_redact_learn(names, TS_SECRET_HOST, "srv1.corp.example");
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		CHECK_STR(ts_redact(strict, rows[i].text), rows[i].strict);
		CHECK_STR(ts_redact(none, rows[i].text), rows[i].text);
		if (rows[i].names != NULL) {
			CHECK_STR(ts_redact(names, rows[i].text), rows[i].names);
		}
	}
	CHECK_STR(ts_redact(names, "192.0.2.10 S-1-5-21-1-2-3-500"), "192.0.2.10 S-1-5-21-1-2-3-500");
	CHECK_STR(ts_redact(names, "CORP\\alice"), "DOMAIN-1\\USER-1");
	CHECK_STR(ts_redact(strict, NULL), NULL);
	ts_redact_free(strict);
	ts_redact_free(names);
	ts_redact_free(none);
	ts_redact_free(NULL);
}

static void test_learn(void)
{
	struct ts_redactor *r = ts_redact_new(TS_REDACT_STRICT);

	ts_redact_learn_cell(r, "Computer", "WS-044");
	ts_redact_learn_cell(r, "username", "CORP\\erin");
	ts_redact_learn_cell(r, "state", "open");
	ts_redact_learn_cell(r, "host", "192.0.2.1");
	ts_redact_learn_cell(r, "user", "SYSTEM");
	ts_redact_learn_cell(r, "port", "3389");
	CHECK_STR(ts_redact(r, "erin of CORP at ws-044: open, SYSTEM, 3389"),
		"USER-1 of DOMAIN-1 at HOST-1: open, SYSTEM, 3389");
	ts_redact_free(r);
}

/* Many names must not take time in square. */
static void test_many(void)
{
	struct ts_redactor *r = ts_redact_new(TS_REDACT_STRICT);
	struct ts_buf b;
	double start = ts_os_mono_ms_f();

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (int i = 0; i < 30000; i++) {
		ts_buf_printf(&b, "u%d@d%d.example 10.%d.%d.1 ", i, i, i / 250 % 250, i % 250);
	}
	CHECK(strstr(ts_redact(r, ts_buf_str(&b)), "u29999") == NULL);
	/* Sanitizers make it some ten times slower; growth with the square of the names would take minutes. */
	CHECK(ts_os_mono_ms_f() - start < LIMIT_MS);
	ts_buf_finish(&b);
	ts_redact_free(r);
}

TEST_MAIN({ "table", test_table }, { "learn", test_learn }, { "many", test_many })
