/* tests/unit/test-decode.c - bytes to structs: instants, os-release, cpuinfo, the kernel's socket list. */
#include <string.h>
#include "base/alloc.h"
#include "decode/secdesc.h"
#include "decode/datetime.h"
#include "decode/keyvalue.h"
#include "decode/netlink.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_datetime(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t sec;
		int32_t ns;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", true, 0, 0 },
		{ "2026-11-22T08:00:00Z", true, 1795334400, 0 },
		{ "2026-11-22 08:00:00", true, 1795334400, 0 },
		{ "2026-11-22T08:00", true, 1795334400, 0 },
		{ "2026-11-22", true, 1795305600, 0 },
		{ "2026-11-22T08:00:00.1Z", true, 1795334400, 100000000 },
		{ "2020-08-18T02:45:18.854092300Z", true, 1597718718, 854092300 },
		{ "2020-08-18T02:45:18.8540923Z", true, 1597718718, 854092300 },
		{ "2020-08-18T02:45:18.85409230099Z", true, 1597718718, 854092300 },
		{ "2026-11-22T09:00:00+01:00", true, 1795334400, 0 },
		{ "2026-11-22T03:30:00-0430", true, 1795334400, 0 },
		{ "2024-02-29", true, 1709164800, 0 },
		{ "2023-02-29", false, 0, 0 },
		{ "1900-02-29", false, 0, 0 },
		{ "1969-12-31T23:59:59.5Z", true, -1, 500000000 },
		{ "0000-01-01", true, INT64_C(-62167219200), 0 },
		{ "9999-12-31T23:59:59Z", true, INT64_C(253402300799), 0 },
		{ "1601-01-01T00:00:00Z", true, INT64_C(-11644473600), 0 },
		{ "2016-12-31T23:59:60Z", true, 1483228800, 0 },
		{ "", false, 0, 0 },
		{ "2026", false, 0, 0 },
		{ "2026-13-01", false, 0, 0 },
		{ "2026-00-01", false, 0, 0 },
		{ "2026-11-00", false, 0, 0 },
		{ "2026-11-22T", false, 0, 0 },
		{ "2026-11-22T24:00:00Z", false, 0, 0 },
		{ "2026-11-22T08:60:00Z", false, 0, 0 },
		{ "2026-11-22T08:00:00.Z", false, 0, 0 },
		{ "2026-11-22T08:00:00Zx", false, 0, 0 },
		{ "2026-11-22T08:00:00+1", false, 0, 0 },
		{ "2026-11-22T08:00:00+24:00", false, 0, 0 },
		{ "+026-11-22", false, 0, 0 },
		{ "yesterday", false, 0, 0 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ts_instant t = { 0, 0 };
		bool ok = ts_datetime_parse(cases[i].text, strlen(cases[i].text), &t);
		CHECK_ROW(cases[i].text, ok == cases[i].ok);
		CHECK_ROW(cases[i].text, !ok || (t.sec == cases[i].sec && t.ns == cases[i].ns));
	}
}

static void test_instants(void)
{
	struct ts_instant a = { 10, 5 }, b = ts_instant_add_ms(a, -1), c = ts_instant_add_ms(a, 2500);
	CHECK(b.sec == 9 && b.ns == 999000005);
	CHECK(c.sec == 12 && c.ns == 500000005);
	CHECK_INT(ts_instant_compare(a, b), 1);
	CHECK_INT(ts_instant_compare(b, a), -1);
	CHECK_INT(ts_instant_compare(a, a), 0);
	struct ts_calendar d = ts_calendar_of(1795334400);
	CHECK(d.year == 2026 && d.month == 11 && d.day == 22 && d.hour == 8 && d.minute == 0 &&
		d.second == 0 && d.weekday == 0);
	d = ts_calendar_of(-1);
	CHECK(d.year == 1969 && d.month == 12 && d.day == 31 && d.hour == 23 && d.weekday == 3);
	d = ts_calendar_of(INT64_MAX);
	CHECK(d.year == 9999);
	d = ts_calendar_of(INT64_MIN);
	CHECK(d.year == 0 && d.month == 1 && d.day == 1);
	/* There and back for each day of a leap cycle. */
	for (int64_t day = -146097; day < 146097; day += 1) {
		char text[40];
		struct ts_instant t;
		d = ts_calendar_of(day * 86400);
		snprintf(text, sizeof(text), "%04d-%02d-%02d", d.year, d.month, d.day);
		if (!ts_datetime_parse(text, strlen(text), &t) || t.sec != day * 86400) {
			CHECK_ROW(text, false);
			return;
		}
	}
}

static void test_osrelease(void)
{
	static const char text[] = "# comment\nNAME=\"Debian "
				   "GNU/Linux\"\nVERSION_ID=\"12\"\r\nID=debian\nXNAME=no\nA='it''s $x \\n'\n"
				   "B=\"a \\\"b\\\" \\$c\"\nC=\nD=first\nD=second\nE=\"open";
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "NAME", "Debian GNU/Linux" },
		{ "VERSION_ID", "12" },
		{ "ID", "debian" },
		{ "A", "it" },
		{ "B", "a \"b\" $c" },
		{ "C", "" },
		{ "D", "second" },
		{ "E", "open" },
		{ "F", NULL },
		{ "VERSION", NULL },
	};
	char out[64];
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool found = ts_osrelease_get(text, strlen(text), cases[i].key, out, sizeof(out));
		CHECK_ROW(cases[i].key, found == (cases[i].value != NULL));
		CHECK_ROW(cases[i].key, !found || strcmp(out, cases[i].value) == 0);
	}
	char small[4];
	CHECK(ts_osrelease_get(text, strlen(text), "NAME", small, sizeof(small)));
	CHECK_STR(small, "Deb");
}

static void test_cpuinfo(void)
{
	static const char text[] = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmicrocode\t: "
				   "0x2b\nphysical id\t: 0\ncore id\t\t: 0\n\n"
				   "processor\t: 1\nphysical id\t: 0\ncore id\t\t: 0\n\nprocessor\t: "
				   "2\nphysical id\t: 0\ncore id\t\t: 1\n\n"
				   "processor\t: 3\nphysical id\t: 1\ncore id\t\t: 0\n";
	struct ts_cpuinfo c;
	ts_cpuinfo_parse(text, strlen(text), &c);
	CHECK_STR(c.brand, "Some CPU @ 2 GHz");
	CHECK_STR(c.microcode, "0x2b");
	CHECK_INT(c.logical, 4);
	CHECK_INT(c.physical, 3);
	CHECK_INT(c.sockets, 2);
	ts_cpuinfo_parse("physical id : 99999999999999\ncore id : -5\n:\nmodel name:\n", 55, &c);
	CHECK_INT(c.physical, 0);
	CHECK_STR(c.brand, "");
}

/* A netlink message of a type with a body, appended. */
static size_t put_message(
	unsigned char *buf, size_t off, uint16_t type, uint16_t flags, const void *body, size_t n)
{
	uint32_t length = (uint32_t)(16 + n);
	memset(buf + off, 0, 16);
	memcpy(buf + off, &length, 4);
	memcpy(buf + off + 4, &type, 2);
	memcpy(buf + off + 6, &flags, 2);
	memcpy(buf + off + 16, body, n);
	return off + ((length + 3) & ~3u);
}

static void test_netlink(void)
{
	unsigned char buf[512] = { 0 }, sock[72] = { 2, 10, 0, 0, 0x0d, 0x3d, 0, 0, 127, 0, 0, 1 };
	uint32_t inode = 4711;
	int32_t no_permission = -13, fine = 0;
	memcpy(sock + 68, &inode, 4);
	size_t n = put_message(buf, 0, 20, 0x10, sock, sizeof(sock));
	n = put_message(buf, n, 99, 0, sock, 3);
	n = put_message(buf, n, 2, 0, &no_permission, 4);
	n = put_message(buf, n, 20, 0, sock, 71);
	n = put_message(buf, n, 3, 0, &fine, 4);
	struct ts_netlink m;
	size_t off = 0;
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_SOCKET);
	CHECK(m.interrupted && m.socket.family == 2 && m.socket.state == 10 && m.socket.local_port == 3389 &&
		m.socket.remote_port == 0);
	CHECK(m.socket.inode == 4711 && m.socket.local[0] == 127 && m.socket.local[3] == 1);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_OTHER);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_ERROR);
	CHECK_INT(m.error, 13);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_BAD);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_DONE);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_END);
	/* Cut off at every length: no reading beyond the end, and an end. */
	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *copy = malloc(cut + 1);
		memcpy(copy, buf, cut);
		int steps = 0;
		for (off = 0; ts_netlink_next(copy, cut, &off, &m) != TS_NETLINK_END && steps < 100;
			steps++) {
			;
		}
		CHECK(steps < 100);
		free(copy);
	}
	memset(buf, 0, 16); /* a length of 0 must not stand still */
	off = 0;
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_BAD);
	CHECK_INT(ts_netlink_next(buf, n, &off, &m), TS_NETLINK_END);
	CHECK_STR(ts_tcp_state_name(10), "LISTEN");
	CHECK_STR(ts_tcp_state_name(0), "UNKNOWN");
	CHECK_STR(ts_tcp_state_name(200), "UNKNOWN");
	CHECK_INT(ts_tcp_state_parse("ESTABLISHED"), 1);
	CHECK_INT(ts_tcp_state_parse("listen"), 0);
}

/* --- security descriptors --- */

static const char *const network_service[] = { "S-1-5-20", "S-1-1-0" };

#define SD_HEAD                     "\x01\x00\x04\x80\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\0\0"
#define SID_20                      "\x01\x01\0\0\0\0\0\x05\x14\0\0\0"
#define SID_18                      "\x01\x01\0\0\0\0\0\x05\x12\0\0\0"
#define ACE(type, flags, mask, sid) type flags "\x14\0" mask sid
#define ALLOW                       "\0"
#define DENY                        "\x01"
#define READ                        "\x89\0\x12\0"
#define FULL                        "\0\0\0\x10"

static void test_secdesc(void)
{
#define ROW(name, acl, ok, allowed)                                                                          \
	{                                                                                                    \
		name, SD_HEAD acl, sizeof(SD_HEAD acl) - 1, ok, allowed                                      \
	}
	static const struct {
		const char *name, *bytes;
		size_t n;
		bool ok, allowed;
	} rows[] = {
		ROW("may read", "\x02\0\x1C\0\x01\0\0\0" ACE(ALLOW, "\0", READ, SID_20), true, true),
		ROW("generic all", "\x02\0\x1C\0\x01\0\0\0" ACE(ALLOW, "\0", FULL, SID_20), true, true),
		ROW("somebody else", "\x02\0\x1C\0\x01\0\0\0" ACE(ALLOW, "\0", FULL, SID_18), true, false),
		ROW("for children only", "\x02\0\x1C\0\x01\0\0\0" ACE(ALLOW, "\x08", FULL, SID_20), true,
			false),
		ROW("denied first",
			"\x02\0\x30\0\x02\0\0\0" ACE(DENY, "\0", READ, SID_20) ACE(ALLOW, "\0", FULL, SID_20),
			true, false),
		ROW("allowed first",
			"\x02\0\x30\0\x02\0\0\0" ACE(ALLOW, "\0", READ, SID_20) ACE(DENY, "\0", FULL, SID_20),
			true, true),
		ROW("empty list", "\x02\0\x08\0\0\0\0\0", true, false),
		ROW("cut list", "\x02\0\x1C\0\x01\0\0\0" ALLOW, false, false),
		ROW("entry beyond the list", "\x02\0\x08\0\x01\0\0\0", false, false),
		ROW("no list behind the head", "", false, false),
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Exactly the bytes, so that a sanitizer sees a step beyond them. */
		unsigned char *copy = ts_xmalloc(rows[i].n);
		bool allowed = false;
		memcpy(copy, rows[i].bytes, rows[i].n);
		CHECK_ROW(rows[i].name, ts_secdesc_allows(copy, rows[i].n, network_service, 2,
						TS_SECDESC_FILE_READ, &allowed) == rows[i].ok);
		CHECK_ROW(rows[i].name, allowed == rows[i].allowed);
		free(copy);
	}
	bool allowed = false;
	CHECK(ts_secdesc_allows((const unsigned char *)"\x01\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20,
		      network_service, 2, TS_SECDESC_FILE_ALL, &allowed) &&
		allowed);
}

TEST_MAIN({ "datetime", test_datetime }, { "instants", test_instants }, { "osrelease", test_osrelease },
	{ "cpuinfo", test_cpuinfo }, { "netlink", test_netlink }, { "secdesc", test_secdesc })
