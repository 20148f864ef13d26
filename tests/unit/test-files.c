/* tests/unit/test-files.c - evidence as files without real files: hives and logs made by hand (fuzz/seeds), exports, lists
 * of sockets, certificates, firewall rules, and the tables made of them. */
#include <unistd.h>
#include "decode/certblob.h"
#include "decode/fwrule.h"
#include "decode/hive.h"
#include "decode/hivelog.h"
#include "decode/nettext.h"
#include "decode/regdata.h"
#include "decode/regtext.h"
#include "decode/sha1.h"
#include "decode/sysinfo.h"
#include "decode/utf16.h"
#include "query.h"
#include "table/sniff.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HKLM     "HKEY_LOCAL_MACHINE\\"
#define RDP      HKLM "SYSTEM\\CurrentControlSet\\Control\\Terminal Server"

static void read_seed(const char *name, struct ts_buf *b)
{
	struct ts_err err = { "" };
	char *path = ts_xasprintf("%s/fuzz/seeds/%s", getenv("TS_SOURCE_ROOT"), name);
	ts_buf_init(b, 16 << 20);
	CHECK(ts_os_read_file(path, b, &err));
	free(path);
}

/* --- hives --- */

static void test_hive(void)
{
	static const struct {
		const char *name, *type, *data;
	} values[] = { { "portnumber", "REG_DWORD", "3389" }, { "NAME", "REG_SZ", "RDP-Tcp" },
		{ "List", "REG_MULTI_SZ", "a,b" }, { "", "REG_BINARY", "010203040506" } };
	struct ts_buf seed, data, text;
	struct ts_hive h;
	ts_hive_cell key, value;
	read_seed("hive/small", &seed);
	CHECK(ts_hive_open(&h, seed.data, seed.len, NULL));
	CHECK(h.base.checksum_ok && !h.cut);
	CHECK_INT(ts_hive_subkey(&h, h.base.root, "current", 7, &key), TS_HIVE_FOUND);
	CHECK_INT(ts_hive_subkey(&h, h.base.root, "curren", 6, &value), TS_HIVE_ABSENT);
	CHECK_INT(ts_hive_subkey(&h, h.base.root, "currentx", 8, &value), TS_HIVE_ABSENT);
	CHECK_INT(ts_hive_value(&h, key, "none", 4, &value), TS_HIVE_ABSENT);
	for (size_t i = 0; i < COUNT(values); i++) {
		ts_buf_init(&data, 1024);
		ts_buf_init(&text, 1024);
		CHECK_INT(ts_hive_value(&h, key, values[i].name, strlen(values[i].name), &value),
			TS_HIVE_FOUND);
		CHECK(ts_hive_value_data(&h, value, &data));
		CHECK_STR(ts_reg_type_name(ts_hive_value_type(&h, value)), values[i].type);
		ts_reg_text(ts_hive_value_type(&h, value), (const unsigned char *)ts_buf_str(&data), data.len,
			&text);
		CHECK_STR(ts_buf_str(&text), values[i].data);
		ts_buf_finish(&data);
		ts_buf_finish(&text);
	}
	ts_buf_finish(&seed);
}

/* A hive whose root is its own subkey, and one that ends anywhere: walks end, nothing is read outside. */
static void test_hive_hostile(void)
{
	struct ts_buf seed;
	struct ts_hive h;
	read_seed("hive/small", &seed);
	for (size_t n = 0; n < seed.len; n += 61) {
		unsigned char *copy = malloc(n + 1);
		memcpy(copy, seed.data, n);
		if (ts_hive_open(&h, copy, n, NULL)) {
			struct ts_hive_iter it;
			ts_hive_cell at;
			ts_hive_subkeys(&h, h.base.root, &it);
			while (ts_hive_next(&it, &at)) {
				;
			}
			CHECK(h.cut);
		}
		free(copy);
	}
	CHECK(ts_hive_open(&h, seed.data, seed.len, NULL));
	unsigned char *p = (unsigned char *)seed.data;
	size_t changed = 0;
	for (size_t i = TS_HIVE_HEADER; i + 8 < seed.len; i += 4) {
		if (memcmp(p + i, "lh", 2) == 0) {
			memcpy(p + i + 4, &h.base.root, 4);
			changed++;
		}
	}
	CHECK_INT(changed, 1);
	ts_hive_cell at = h.base.root;
	for (int depth = 0; depth < 1000; depth++) {
		struct ts_hive_iter it;
		ts_hive_subkeys(&h, at, &it);
		CHECK(ts_hive_next(&it, &at) && at == h.base.root);
	}
	/* The table stops, too, and says that it is not all. */
	char path[] = "/tmp/ts-test-hive-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, seed.data, seed.len) == (ssize_t)seed.len);
	close(fd);
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_err err;
	ts_evidence_machine(ev, "m");
	CHECK(ts_evidence_set_path(ev, "m", path, &err));
	check_query(ev, "m", "SELECT count(*) > 500 FROM registry", "1\n", "registry partial\n");
	ts_evidence_free(ev);
	unlink(path);
	ts_buf_finish(&seed);
}

static void test_hivelog(void)
{
	static const struct {
		const char *seed;
		unsigned applied;
	} logs[] = { { "hivelog/new", 3 }, { "hivelog/old", 1 } };
	for (size_t i = 0; i < COUNT(logs); i++) {
		struct ts_buf seed, out;
		struct ts_hivelog_result result;
		struct ts_hive h;
		read_seed(logs[i].seed, &seed);
		const unsigned char *p = (const unsigned char *)seed.data;
		size_t hive = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
		size_t log = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16;
		struct ts_str parts[2] = { { seed.data + 8 + hive, log },
			{ seed.data + 8 + hive + log, seed.len - 8 - hive - log } };
		ts_buf_init(&out, 16 << 20);
		ts_hivelog_replay((struct ts_str){ seed.data + 8, hive }, parts, 2, &out, &result);
		CHECK_INT(result.applied, logs[i].applied);
		CHECK_ROW(logs[i].seed, result.applied > 0 && ts_hive_open(&h, out.data, out.len, NULL));
		CHECK_ROW(logs[i].seed, h.base.checksum_ok && h.base.primary == h.base.secondary);
		ts_buf_finish(&out);
		/* A flipped byte in the first entry or page is noticed, or changes nothing but its page. */
		ts_buf_init(&out, 16 << 20);
		seed.data[8 + hive + 600] ^= 1;
		ts_hivelog_replay((struct ts_str){ seed.data + 8, hive }, parts, 1, &out, &result);
		CHECK_ROW(logs[i].seed, out.len >= hive);
		ts_buf_finish(&out);
		ts_buf_finish(&seed);
	}
}

/* --- exports --- */

struct found {
	struct ts_buf text;
};

static bool add_key(void *ctx, struct ts_str path)
{
	ts_buf_printf(&((struct found *)ctx)->text, "[%.*s]\n", (int)path.n, path.p);
	return true;
}

static bool add_value(void *ctx, const struct ts_regtext_value *v)
{
	struct ts_buf *b = &((struct found *)ctx)->text;
	ts_buf_printf(b, "%.*s %s ", (int)v->name.n, v->name.p, ts_reg_type_name(v->type));
	ts_reg_text(v->type, v->data, v->size, b);
	ts_buf_putc(b, '\n');
	return true;
}

static void test_regtext(void)
{
#define V5 "Windows Registry Editor Version 5.00\r\n\r\n[A\\B]\r\n"
	static const struct {
		const char *text, *want;
		size_t bad;
		bool script;
	} cases[] = {
		{ V5 "\"x\"=dword:0000002a\r\n", "[A\\B]\nx REG_DWORD 42\n", 0, false },
		{ V5 "\"x\"=dword:ffffffff\r\n", "[A\\B]\nx REG_DWORD -1\n", 0, false },
		{ V5 "@=\"a\\\\b \\\"q\\\"\"\r\n", "[A\\B]\n REG_SZ a\\b \"q\"\n", 0, false },
		{ V5 "\"a\\\\\\\"b\"=\"\"\r\n", "[A\\B]\na\\\"b REG_SZ \n", 0, false },
		{ V5 "\"x\"=hex:01,0a,ff\r\n", "[A\\B]\nx REG_BINARY 010AFF\n", 0, false },
		{ V5 "\"x\"=hex:\r\n", "[A\\B]\nx REG_BINARY \n", 0, false },
		{ V5 "\"x\"=hex:01,\\\r\n  02,\\\r\n  03\r\n\"y\"=dword:1\r\n",
			"[A\\B]\nx REG_BINARY 010203\ny REG_DWORD 1\n", 0, false },
		{ V5 "\"x\"=hex(2):25,00,41,00,00,00\r\n", "[A\\B]\nx REG_EXPAND_SZ %A\n", 0, false },
		{ V5 "\"x\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n", "[A\\B]\nx REG_MULTI_SZ a,b\n", 0,
			false },
		{ V5 "\"x\"=hex(b):00,00,00,00,01,00,00,00\r\n", "[A\\B]\nx REG_QWORD 4294967296\n", 0,
			false },
		{ V5 "\"x\"=hex(0):\r\n", "[A\\B]\nx REG_NONE (zero-length binary value)\n", 0, false },
		{ V5 "\"x\"=hex(8000000f):01\r\n", "[A\\B]\nx UNKNOWN \n", 0, false },
		{ V5 "\"x\"=-\r\n", "[A\\B]\n", 0, true },
		{ V5 "[-A\\C]\r\n\"x\"=dword:1\r\n", "[A\\B]\n", 1, true },
		{ V5 "; a note\r\n\"x\"=\"1\"\r\n", "[A\\B]\nx REG_SZ 1\n", 0, true },
		{ "\r\n; a note\r\n" V5, "[A\\B]\n", 0, true },
		{ V5 "[A\\[x]]\r\n", "[A\\B]\n[A\\[x]]\n", 0, false },
		{ V5 "\"x\"=hex:0\r\n\"y\"=what\r\nz\r\n\"q\r\n\"r\"=\"open\r\n", "[A\\B]\n", 5, false },
		{ "REGEDIT4\r\n\r\n[A]\r\n\"x\"=hex(2):25,41,00\r\n\"\xE4\"=\"\xFC\"\r\n",
			"[A]\nx REG_EXPAND_SZ %A\n\xC3\xA4 REG_SZ \xC3\xBC\n", 0, false },
		{ "nothing", "", 1, false },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct found f;
		struct ts_regtext_sink sink = { add_key, add_value, &f };
		struct ts_regtext_result r;
		ts_buf_init(&f.text, 65536);
		ts_regtext_read((const unsigned char *)cases[i].text, strlen(cases[i].text), &sink, &r);
		CHECK_STR(ts_buf_str(&f.text), cases[i].want);
		CHECK_ROW(cases[i].text, r.bad_lines == cases[i].bad);
		CHECK_ROW(cases[i].text, r.script == cases[i].script);
		ts_buf_finish(&f.text);
	}
}

/* --- sockets --- */

static bool add_socket(void *ctx, const struct ts_socket_line *s)
{
	ts_buf_printf(ctx, "%s%s %s %d %s %d %s %d\n", s->udp ? "udp" : "tcp", s->ipv6 ? "6" : "",
		s->local_address, s->local_port, s->remote_address, s->remote_port,
		s->state != NULL ? s->state : "-", (int)s->pid);
	return true;
}

static void test_nettext(void)
{
	static const struct {
		const char *text;
		enum ts_nettext_kind kind;
		const char *want;
	} cases[] = {
		{ "  TCP    0.0.0.0:135    0.0.0.0:0    LISTENING\r\n", TS_NETTEXT_NETSTAT,
			"tcp 0.0.0.0 135 0.0.0.0 0 LISTEN -1\n" },
		{ "  TCP    0.0.0.0:135    0.0.0.0:0    \xC3\x89"
		  "COUTE   12\r\n [svchost.exe]\r\n",
			TS_NETTEXT_NETSTAT, "tcp 0.0.0.0 135 0.0.0.0 0 LISTEN 12\n" },
		{ "  TCP    [::1%5]:80    [2001:db8::1]:5000    TIME_WAIT    0\n", TS_NETTEXT_NETSTAT,
			"tcp6 ::1 80 2001:db8::1 5000 TIME_WAIT 0\n" },
		{ "  TCP    1.2.3.4:80    1.2.3.5:5000    QUELQUECHOSE    7\n", TS_NETTEXT_NETSTAT,
			"tcp 1.2.3.4 80 1.2.3.5 5000 UNKNOWN 7\n" },
		{ "  UDP    [fe80::1%4]:1900    *:*    99\n", TS_NETTEXT_NETSTAT,
			"udp6 fe80::1 1900  0 - 99\n" },
		{ "tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN\n",
			TS_NETTEXT_NONE, "" },
		{ "  TCP    0.0.0.0:99999    0.0.0.0:0    LISTENING\n", TS_NETTEXT_NONE, "" },
		{ "TCP  1.2.3.4:1  what  X\nUDP  1.2.3.4:1\nTCP\n", TS_NETTEXT_NONE, "" },
		{ "\"LocalAddress\",\"LocalPort\",\"RemoteAddress\",\"RemotePort\",\"State\"\r\n\"::\","
		  "\"3389\",\"::\",\"0\",\"Listen\"\r\n",
			TS_NETTEXT_CSV, "tcp6 :: 3389 :: 0 LISTEN -1\n" },
		{ "\"State\";\"LocalPort\";\"LocalAddress\";\"RemoteAddress\";\"RemotePort\";"
		  "\"OwningProcess\";\"a \"\"q\"\" ;\"\r\n"
		  "\"Established\";\"1\";\"1.1.1.1\";\"2.2.2.2\";\"2\";\"3\";\"x\"\r\n",
			TS_NETTEXT_CSV, "tcp 1.1.1.1 1 2.2.2.2 2 ESTABLISHED 3\n" },
		{ "\"LocalAddress\",\"LocalPort\",\"OwningProcess\"\r\n\"0.0.0.0\",\"3389\",\"8\"\r\n",
			TS_NETTEXT_CSV, "udp 0.0.0.0 3389  0 - 8\n" },
		{ "{\"State\": 5, \"LocalPort\": 1, \"LocalAddress\": \"1.1.1.1\", \"CimClass\": "
		  "{\"LocalPort\": 9, \"x\": [1, {}]},"
		  " \"RemoteAddress\": \"2.2.2.2\", \"RemotePort\": 2, \"OwningProcess\": 3}",
			TS_NETTEXT_JSON, "tcp 1.1.1.1 1 2.2.2.2 2 ESTABLISHED 3\n" },
		{ "[{\"LocalPort\": 1, \"LocalAddress\": \"1.1.1.1\"}, {\"LocalPort\":", TS_NETTEXT_JSON,
			"udp 1.1.1.1 1  0 - -1\n" },
		{ "[\"LocalPort\"", TS_NETTEXT_JSON, "" },
		{ "[\"LocalPort\", \"a\\", TS_NETTEXT_JSON, "" },
		{ "", TS_NETTEXT_NONE, "" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ts_buf b;
		ts_buf_init(&b, 4096);
		struct ts_str text = ts_str_of(cases[i].text);
		CHECK_ROW(cases[i].text, ts_nettext_recognise(text) == cases[i].kind);
		ts_nettext_read(cases[i].kind, text, add_socket, &b);
		CHECK_STR(ts_buf_str(&b), cases[i].want);
		ts_buf_finish(&b);
	}
}

/* --- small things --- */

static void test_fwrule(void)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_fwrule r;
	CHECK(ts_fwrule_parse("v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=17|Profile=Private|LPort=3389|"
			      "LPort2_10=5000-5010|RA4=10.0.0.0/8|"
			      "RA4=LocalSubnet|Svc=termservice|Name=n|",
		a, &r));
	CHECK_STR(r.action, "Block");
	CHECK_STR(r.local_ports, "3389,5000-5010");
	CHECK_STR(r.remote_addresses, "10.0.0.0/8,LocalSubnet");
	CHECK_STR(r.local_addresses, "*");
	CHECK(r.active && r.protocol == 17 && r.private_profile && !r.domain && !r.public_profile);
	CHECK(ts_fwrule_parse("v2.0|Action=Allow|Dir=Out|", a, &r) && r.domain && r.public_profile &&
		!r.active && r.protocol == 256);
	CHECK(!ts_fwrule_parse("v2.0|Dir=In|", a, &r));
	CHECK(!ts_fwrule_parse("", a, &r) && !ts_fwrule_parse("v", a, &r) &&
		!ts_fwrule_parse("no rule", a, &r));
	ts_arena_free(a);
}

static void test_certblob(void)
{
	struct ts_buf seed, out;
	struct ts_str der, text;
	char sha1[41];
	read_seed("certblob/blob", &seed);
	CHECK(ts_certblob_der((const unsigned char *)seed.data, seed.len, &der));
	ts_sha1_hex(der.p, der.n, sha1);
	CHECK_STR(sha1, "3349EFE1B964207CA08F1DBB2A091650F6790155");
	CHECK(!ts_certblob_der((const unsigned char *)seed.data, seed.len - 1, &der));
	CHECK(!ts_certblob_der((const unsigned char *)"", 0, &der));
	ts_buf_finish(&seed);
	read_seed("certblob/pem", &seed);
	ts_buf_init(&out, 65536);
	text = (struct ts_str){ seed.data, seed.len };
	CHECK(ts_certblob_next_pem(&text, &out) &&
		ts_certblob_is_der((const unsigned char *)out.data, out.len, out.len));
	CHECK(!ts_certblob_next_pem(&text, &out));
	ts_buf_finish(&out);
	ts_buf_finish(&seed);
	ts_sha1_hex("abc", 3, sha1);
	CHECK_STR(sha1, "A9993E364706816ABA3E25717850C26C9CD0D89D");
	ts_sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, sha1);
	CHECK_STR(sha1, "84983E441C3BD26EBAAE4AA1F95129E5E54670F1");
}

static void test_sniff(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum ts_sniff kind;
	} cases[] = {
		{ "", 0, TS_SNIFF_EMPTY },
		{ "PK\3\4xxxx", 8, TS_SNIFF_ARCHIVE },
		{ "hello world\n", 12, TS_SNIFF_UNKNOWN },
		{ "REGEDIT4\r\n\r\n", 12, TS_SNIFF_REG_TEXT },
		{ "\xFF\xFER\0E\0G\0E\0D\0I\0T\0"
		  "4\0\r\0\n\0",
			22, TS_SNIFF_REG_TEXT },
		{ "TCP 1.2.3.4:5 0.0.0.0:0 LISTENING", 33, TS_SNIFF_NETSTAT },
		{ "\0\0TCP 1.2.3.4:5 0.0.0.0:0 LISTENING", 35, TS_SNIFF_UNKNOWN },
		{ "-----BEGIN CERTIFICATE-----\nx", 29, TS_SNIFF_CERT_PEM },
		{ "vhdxfile", 8, TS_SNIFF_FOREIGN },
		{ "regf", 4, TS_SNIFF_UNKNOWN },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CHECK_ROW(cases[i].bytes, ts_sniff((const unsigned char *)cases[i].bytes, cases[i].n,
						  (int64_t)cases[i].n) == cases[i].kind);
	}
}

static void test_sysinfo(void)
{
	struct ts_buf seed;
	struct ts_sysinfo info;
	read_seed("netstat/systeminfo", &seed);
	CHECK(ts_sysinfo_parse((struct ts_str){ seed.data, seed.len }, &info));
	CHECK_STR(info.os_name, "Microsoft Windows Server 2012 R2 Standard");
	CHECK(!ts_sysinfo_parse(ts_str_of("a: b\nc: d\n"), &info));
	ts_buf_finish(&seed);
}

/* --- tables from exports, without any archive or hive --- */

static void test_tables(void)
{
	static const char export[] = "Windows Registry Editor Version 5.00\r\n\r\n"
				     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
				     "Server]\r\n\"fDenyTSConnections\"=dword:00000001\r\n\r\n"
				     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
				     "Server\\WinStations]\r\n\r\n"
				     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
				     "Server\\WinStations\\RDP-Tcp]\r\n"
				     "\"PortNumber\"=dword:00000d3d\r\n";
	struct ts_err err;
	char path[] = "/tmp/ts-test-files-XXXXXX";
	int fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, export, sizeof(export) - 1) == (ssize_t)sizeof(export) - 1);
	close(fd);
	struct ts_evidence *ev = ts_evidence_new();
	ts_evidence_machine(ev, "m");
	CHECK(ts_evidence_set_path(ev, "m", path, &err));
	CHECK_INT(ts_evidence_source(ev, "m"), TS_FROM_FILES);
	check_query(ev, "m",
		"SELECT state, data FROM registry_value WHERE key = '" RDP
		"' AND name = 'FDENYTSCONNECTIONS'",
		"present|1\n", "registry_value " RDP " read\n");
	check_query(ev, "m", "SELECT state, data FROM registry_value WHERE key = '" RDP "' AND name = 'x'",
		"absent-value|-\n", "registry_value " RDP " read\n");
	check_query(ev, "m", "SELECT state, data FROM registry_value WHERE key = '" RDP "\\x' AND name = 'x'",
		"absent-key|-\n", "registry_value " RDP "\\x absent\n");
	check_query(ev, "m", "SELECT state FROM registry_value WHERE key = '" HKLM "SOFTWARE' AND name = 'x'",
		"", "registry_value " HKLM "SOFTWARE not_collected\n");
	check_query(ev, "m", "SELECT state FROM registry_value WHERE key = 'HKLM\\SYSTEM' AND name = 'x'", "",
		"registry_value HKLM\\SYSTEM not_collected\n");
	check_query(ev, "m", "SELECT key, name, type FROM registry WHERE path = '" RDP "\\WinStations'",
		RDP "|WinStations|subkey\n", "registry " RDP " read\n");
	check_query(ev, "m", "SELECT name, port FROM rdp_listener", "RDP-Tcp|3389\n", "rdp_listener read\n");
	check_query(ev, "m", "SELECT name, deny_connections FROM rdp_listener", "RDP-Tcp|1\n",
		"rdp_listener not_collected\n");
	check_query(ev, "m", "SELECT name FROM services", "", "services not_collected\n");
	check_query(ev, "m", "SELECT port FROM listening_ports", "", "listening_ports not_collected\n");
	check_query(ev, "m", "SELECT eventid FROM windows_eventlog WHERE channel = 'System'", "",
		"windows_eventlog System not_collected\n");
	check_query(ev, "m", "SELECT hotfix_id FROM patches", "", "patches not_collected\n");
	check_query(ev, "m", "SELECT platform FROM os_version", "windows\n", "os_version read\n");
	CHECK(!ts_evidence_set_path(ev, "m", "/nonexistent", &err));
	CHECK_STR(err.text, "there is no file or folder \"/nonexistent\"");
	CHECK(!ts_evidence_set_path(ev, "nobody", path, &err));
	ts_evidence_free(ev);
	unlink(path);
}

TEST_MAIN({ "hive", test_hive }, { "hive_hostile", test_hive_hostile }, { "hivelog", test_hivelog },
	{ "regtext", test_regtext }, { "nettext", test_nettext }, { "fwrule", test_fwrule },
	{ "certblob", test_certblob }, { "sniff", test_sniff }, { "sysinfo", test_sysinfo },
	{ "tables", test_tables })
