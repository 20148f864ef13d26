/* tests/unit/test-windows-live.c - tables of a running Windows over doubles of what the system tells: rows, and what may not
 * be seen. */
#include "fake-events.h"
#include "fake-registry.h"
#include "query.h"
#include "table/schema.h"
#include "table/vtab.h"

#define LM     "HKEY_LOCAL_MACHINE\\"
#define SERVER LM "SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
#define TCP    SERVER "\\WinStations\\RDP-Tcp"
#define POLICY LM "SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
#define WALL   LM "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"

/* Which function fills a table on Windows: there the schema knows, here it does not. */
static const struct {
	const char *table;
	void (*fill)(struct ts_scan *s);
} fills[] = {
	{ "rdp_listener", ts_fill_rdp_listener },
	{ "registry", ts_fill_registry },
	{ "registry_value", ts_fill_registry_value },
	{ "windows_event_channels", ts_fill_windows_event_channels },
	{ "windows_eventlog", ts_fill_windows_eventlog },
	{ "windows_firewall_profiles", ts_fill_windows_firewall_profiles },
	{ "windows_firewall_rules", ts_fill_windows_firewall_rules },
};

static void scan(void *ctx, const char *schema, struct ts_scan *s)
{
	(void)ctx;
	(void)schema;
	ts_scan_set_as_of(s, 1795000000);
	for (size_t i = 0; i < TS_COUNT(fills); i++) {
		if (strcmp(fills[i].table, ts_scan_table(s)->name) == 0) {
			fills[i].fill(s);
		}
	}
}

static void check(const char *sql, const char *rows, const char *ledger, const char *details)
{
	struct ts_budget b = { .deadline = ts_os_mono_ms() + 20000, .connections = 20 };
	struct ts_vtab_source source = { scan, NULL, NULL };
	struct result r;
	ts_buf_init(&r.rows, TS_BUF_MAX_TEXT);
	ts_buf_init(&r.ledger, TS_BUF_MAX_TEXT);
	ts_buf_init(&r.details, TS_BUF_MAX_TEXT);
	r.err.text[0] = '\0';
	struct ts_conn *c = ts_conn_new(&b, &r.err);
	bool ok = c != NULL && ts_vtab_register(c, &source, &r.err);
	for (size_t i = 0; ok && i < TS_COUNT(fills); i++) {
		ok = ts_vtab_create(c, "main", ts_table_find(fills[i].table), &r.err);
	}
	sqlite3_stmt *q = NULL;
	if (ok) {
		ts_conn_seal(c);
		q = ts_conn_prepare(c, sql, NULL, &r.err);
	}
	if (q != NULL) {
		run_prepared(c, q, &r);
	}
	CHECK_STR(r.err.text, "");
	CHECK_STR(ts_buf_str(&r.rows), rows);
	if (ledger != NULL) {
		CHECK_STR(ts_buf_str(&r.ledger), ledger);
	}
	if (details != NULL) {
		CHECK_STR(ts_buf_str(&r.details), details);
	}
	ts_conn_free(c);
	result_finish(&r);
	CHECK_INT(fake_open, 0);
	CHECK_INT(fake_queries, 0);
}

#define DENIED_DETAIL "access is denied: run in an elevated prompt (Run as administrator)\n"

static const struct fake_value machine[] = {
	{ SERVER, "fDenyTSConnections", TS_REG_DWORD, NULL, 0, 0 },
	{ SERVER, "", TS_REG_SZ, "default", 0, 0 },
	{ SERVER "\\WinStations\\Console", "", FAKE_KEY, NULL, 0, 0 },
	{ TCP, "PortNumber", TS_REG_DWORD, NULL, 3390, 0 },
	{ TCP, "SecurityLayer", TS_REG_DWORD, NULL, 2, 0 },
	{ TCP, "MaxInstanceCount", TS_REG_DWORD, NULL, 0xFFFFFFFF, 0 },
	{ TCP, "SSLCertificateSHA1Hash", TS_REG_BINARY, "0102030405060708090A0B0C0D0E0F1011121314", 0, 0 },
	{ POLICY, "UserAuthentication", TS_REG_DWORD, NULL, 1, 0 },
	{ LM "SYSTEM\\CurrentControlSet\\Services\\TermService\\Parameters", "ServiceDll", TS_REG_EXPAND_SZ,
		"%SystemRoot%\\System32\\termsrv.dll", 0, 0 },
	{ WALL "\\DomainProfile", "EnableFirewall", TS_REG_DWORD, NULL, 1, 0 },
	{ WALL "\\StandardProfile", "EnableFirewall", TS_REG_DWORD, NULL, 0, 0 },
	{ WALL "\\PublicProfile", "DefaultInboundAction", TS_REG_DWORD, NULL, 0, 0 },
	{ WALL "\\FirewallRules", "RemoteDesktop-UserMode-In-TCP", TS_REG_SZ,
		"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|"
		"EmbedCtxt=@FirewallAPI.dll,-28752|Name=RD|",
		0, 0 },
	{ LM "SAM\\SAM", "secret", TS_REG_SZ, "x", 0, 0 },
	{ "HKEY_USERS\\S-1-5-18", "v", TS_REG_SZ, "u", 0, 0 },
};

/* The same with what an ordinary user may not open. */
static const struct fake_value closed[] = {
	{ SERVER, "fDenyTSConnections", TS_REG_DWORD, NULL, 0, 0 },
	{ TCP, "PortNumber", TS_REG_DWORD, NULL, 3389, TS_TOLD_DENIED },
	{ WALL, "", FAKE_KEY, NULL, 0, TS_TOLD_YES },
	{ WALL "\\FirewallRules", "", FAKE_KEY, NULL, 0, TS_TOLD_DENIED },
	{ LM "SOFTWARE\\Broken", "", FAKE_KEY, NULL, 0, TS_TOLD_FAILED },
};

static void test_registry(void)
{
	fake_values = machine;
	nfake_values = TS_COUNT(machine);
	check("SELECT key, path, name, type, data, mtime FROM registry WHERE key = '" SERVER
	      "' AND name = 'fdenytsconnections'",
		SERVER "|" SERVER "\\fDenyTSConnections|fDenyTSConnections|REG_DWORD|0|1655526400\n",
		"registry " SERVER " read\n", NULL);
	check("SELECT name, type, path FROM registry WHERE key = '" SERVER "' ORDER BY type, name",
		"fDenyTSConnections|REG_DWORD|" SERVER "\\fDenyTSConnections\n"
		"(Default)|REG_SZ|" SERVER "\\\n"
		"WinStations|subkey|" SERVER "\\WinStations\n",
		"registry " SERVER " read\n", NULL);
	check("SELECT data FROM registry WHERE path = 'hkey_users\\s-1-5-18\\V'", "u\n",
		"registry hkey_users\\s-1-5-18 read\n", NULL);
	check("SELECT data FROM registry WHERE key = '" LM "SYSTEM\\Nothing'", "",
		"registry " LM "SYSTEM\\Nothing absent\n", NULL);
	check("SELECT data FROM registry WHERE key = 'HKLM\\SYSTEM'", "",
		"registry HKLM\\SYSTEM not_collected\n",
		"there is no such root; full names are meant, such as HKEY_LOCAL_MACHINE\n");
	check("SELECT data FROM registry WHERE key = '" LM "SAM\\SAM'", "",
		"registry " LM "SAM\\SAM not_collected\n",
		"SAM and SECURITY are never read: they hold secrets\n");
	check("SELECT count(*), sum(key LIKE '%SAM%') FROM registry", "36|0\n", "registry read\n", NULL);
	check("SELECT state, data FROM registry_value WHERE key = '" SERVER
	      "' AND name = 'fDenyTSConnections'",
		"present|0\n", "registry_value " SERVER " read\n", NULL);
	check("SELECT state, data FROM registry_value WHERE key = '" SERVER "' AND name = 'x'",
		"absent-value|-\n", "registry_value " SERVER " read\n", NULL);
	check("SELECT state, data FROM registry_value WHERE key = '" SERVER "\\x' AND name = 'x'",
		"absent-key|-\n", "registry_value " SERVER "\\x absent\n", NULL);
}

static void test_tables(void)
{
	fake_values = machine;
	nfake_values = TS_COUNT(machine);
	check("SELECT name, port, deny_connections, security_layer, security_layer_source, "
	      "user_authentication, user_authentication_source, certificate_sha1, max_instances, service_dll "
	      "FROM rdp_listener",
		"RDP-Tcp|3390|0|2|local|1|policy|0102030405060708090A0B0C0D0E0F1011121314|4294967295|"
		"%SystemRoot%\\System32\\termsrv.dll\n",
		"rdp_listener read\n", NULL);
	check("SELECT profile, enabled, default_inbound FROM windows_firewall_profiles",
		"domain|1|block\nprivate|0|block\npublic|-|allow\n", "windows_firewall_profiles read\n",
		NULL);
	check("SELECT name, action, enabled, local_ports, grouping FROM windows_firewall_rules",
		"RD|Allow|1|3389|@FirewallAPI.dll,-28752\n", "windows_firewall_rules read\n", NULL);
}

/* What may not be seen is a gap, never an empty answer. */
static void test_denied(void)
{
	fake_values = closed;
	nfake_values = TS_COUNT(closed);
	check("SELECT data FROM registry WHERE key = '" TCP "'", "", "registry " TCP " denied\n",
		DENIED_DETAIL);
	check("SELECT state FROM registry_value WHERE key = '" TCP "' AND name = 'x'", "",
		"registry_value " TCP " denied\n", DENIED_DETAIL);
	check("SELECT name FROM rdp_listener", "", "rdp_listener read\nrdp_listener denied\n",
		"\n" TCP ": " DENIED_DETAIL);
	check("SELECT name FROM windows_firewall_rules", "", "windows_firewall_rules denied\n",
		WALL "\\FirewallRules: " DENIED_DETAIL);
	check("SELECT data FROM registry WHERE key = '" LM "SOFTWARE\\Broken'", "",
		"registry " LM "SOFTWARE\\Broken partial\n", NULL);
	/* The name of a key is seen by who may read the key above it. */
	check("SELECT name FROM registry WHERE key = '" SERVER "\\WinStations'", "RDP-Tcp\n",
		"registry " SERVER "\\WinStations read\n", NULL);
}

static void test_elsewhere(void)
{
	ts_registry_replace(NULL);
	if (ts_registry() == NULL) {
		check("SELECT name FROM rdp_listener", "", "rdp_listener unsupported\n",
			"not available on this system\n");
	}
	ts_registry_replace(&fake_registry);
}

/* --- the event log --- */

#define EVENT(id, number, second, level, data)                                                               \
	"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"                      \
	"<Provider Name='Schannel' EventSourceName='Old'/><EventID Qualifiers='0'>" id "</EventID>"          \
	"<Level>" level "</Level><Task>0</Task><Keywords>0x8000000000000000</Keywords>"                      \
	"<TimeCreated SystemTime='2026-11-18T10:00:" second ".0000000Z'/><EventRecordID>" number             \
	"</EventRecordID><Execution ProcessID='700' ThreadID='1'/><Channel>System</Channel>"                 \
	"<Computer>srv1</Computer></System><EventData><Data Name='a'>" data "</Data></EventData></Event>"

static const char *const system_log[] = {
	EVENT("36870", "1", "01", "2", "one"),
	EVENT("7036", "2", "02", "4", "two"),
	EVENT("36871", "3", "03", "2", "three"),
};
static const char *const broken_log[] = { EVENT("1", "1", "01", "2", "x"), "<Event><System>" };
static const struct fake_channel channels[] = {
	{ "System", system_log, 3, TS_TOLD_YES, false, 0 },
	{ "Security", NULL, 0, TS_TOLD_DENIED, false, 0 },
	{ "Empty", NULL, 0, TS_TOLD_YES, false, 0 },
	{ "Off", NULL, 0, TS_TOLD_YES, true, 0 },
	{ "Broken", broken_log, 2, TS_TOLD_YES, false, 0 },
	{ "Cut", system_log, 3, TS_TOLD_YES, false, 2 },
	{ "ForwardedEvents", system_log, 3, TS_TOLD_YES, false, 0 },
};

#define LOG "FROM windows_eventlog WHERE channel = "

static void test_eventlog(void)
{
	fake_channels = channels;
	nfake_channels = TS_COUNT(channels);
	ts_events_replace(&fake_events);
	check("SELECT datetime, eventid, level, provider_name, computer_name, keywords, pid, tid, "
	      "json_extract(data, '$.EventData.a') " LOG "'System'",
		"2026-11-18T10:00:03.0000000Z|36871|2|Schannel|srv1|0x8000000000000000|700|1|three\n"
		"2026-11-18T10:00:02.0000000Z|7036|4|Schannel|srv1|0x8000000000000000|700|1|two\n"
		"2026-11-18T10:00:01.0000000Z|36870|2|Schannel|srv1|0x8000000000000000|700|1|one\n",
		"windows_eventlog System read\n", "reaches back to 2026-11-18T10:00:01Z\n");
	check("SELECT eventid " LOG "'System' LIMIT 1", "36871\n", "windows_eventlog System read\n", NULL);
	/* What the log is asked for, and what is asked again of its answer. */
	check("SELECT eventid " LOG "'System' AND eventid IN (36870, 36871) AND level = 2 AND pid = 700 AND "
	      "provider_name = 'Old' AND time_range = '2026-11-18T10:00:02Z;2026-11-18T11:00:00Z'",
		"36871\n", "windows_eventlog System read\n", NULL);
	CHECK_STR(fake_xpath,
		"*[System[(EventID=36870 or EventID=36871) and (Level=2) and "
		"(Execution[@ProcessID=700]) and Provider[@Name='Old' or @EventSourceName='Old'] and "
		"TimeCreated[@SystemTime>='2026-11-18T10:00:02.0000000Z' and "
		"@SystemTime<='2026-11-18T11:00:00.0000000Z']]]");
	fake_xpath[0] = '\0';
	check("SELECT eventid " LOG "'System' AND provider_name = 'it''s'", "",
		"windows_eventlog System read\n", NULL);
	CHECK_STR(fake_xpath, "");
	/* An age by the machine's clock, which is 1795000000: 2026-11-18T11:06:40Z. */
	check("SELECT eventid " LOG "'System' AND timestamp = '3600000'", "",
		"windows_eventlog System read\n", NULL);
	CHECK_STR(fake_xpath, "*[System[TimeCreated[@SystemTime>='2026-11-18T10:06:40.0000000Z']]]");
	check("SELECT count(*) " LOG "'ForwardedEvents'", "3\n", "windows_eventlog ForwardedEvents read\n",
		NULL);
	check("SELECT a.eventid FROM windows_eventlog AS a WHERE channel = 'System' AND (level = 4 OR "
	      "eventid = "
	      "36870) ORDER BY 1",
		"7036\n36870\n", NULL, NULL);
}

/* What the log does not tell is never an empty answer. */
static void test_eventlog_gaps(void)
{
	check("SELECT eventid " LOG "'Security'", "", "windows_eventlog Security denied\n", DENIED_DETAIL);
	check("SELECT eventid " LOG "'Nothing'", "", "windows_eventlog Nothing absent\n",
		"there is no such channel\n");
	check("SELECT eventid " LOG "'Empty'", "", "windows_eventlog Empty read\n", "the channel is empty\n");
	check("SELECT eventid " LOG "'Off'", "", "windows_eventlog Off partial\n",
		"the channel is not enabled: nothing is written to it\n");
	check("SELECT eventid " LOG "'Broken'", "1\n", "windows_eventlog Broken partial\n",
		"1 records cannot be read\n");
	check("SELECT eventid " LOG "'Cut' AND eventid > 0", "36871\n7036\n",
		"windows_eventlog Cut partial\n", "100 records cannot be read: the log is damaged\n");
	check("SELECT channel, enabled, records, oldest, newest FROM windows_event_channels WHERE channel IN "
	      "('System', 'Off') ORDER BY channel DESC",
		"System|1|3|2026-11-18T10:00:01.0000000Z|2026-11-18T10:00:03.0000000Z\nOff|0|0|-|-\n", NULL,
		NULL);
	check("SELECT channel, records FROM windows_event_channels WHERE channel = 'Security'",
		"Security|-\n", "windows_event_channels Security denied\n", DENIED_DETAIL);
	check("SELECT count(*) FROM windows_event_channels", "7\n", "windows_event_channels denied\n",
		"1 channels; " DENIED_DETAIL);
	ts_events_replace(NULL);
	const char *why = "";
	if (ts_events(&why) == NULL) {
		char *detail = ts_xasprintf("%s\n", why);
		check("SELECT eventid " LOG "'System'", "", "windows_eventlog System unsupported\n", detail);
		free(detail);
	}
}

static void test_events_live(void)
{
	test_eventlog();
	test_eventlog_gaps();
}

static void test_registry_live(void)
{
	ts_registry_replace(&fake_registry);
	test_registry();
	test_tables();
	test_denied();
	test_elsewhere();
}

TEST_MAIN({ "registry", test_registry_live }, { "events", test_events_live })
