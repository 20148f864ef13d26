/* tests/wine/test-wine.c - tables of the running system under Wine: a registry that was imported from a .reg file against
 * the same file as evidence, a service, listeners, certificates, elevation; and doubles of system libraries for what Wine
 * has not: event log, access denied. */
#include "os/win-api.h"

#include "../unit/query.h"
#include "../unit/test.h"
#include "os/limits.h"
#include "os/wide-win32.h"
#include "table/schema.h"

#define ME  "TroubleshootTest"
#define LM  "HKEY_LOCAL_MACHINE\\"
#define CCS LM "SYSTEM\\CurrentControlSet\\"

static struct ts_evidence *live;

static char *temp_path(const char *name)
{
	wchar_t folder[MAX_PATH];
	GetTempPathW(MAX_PATH, folder);
	char *utf8 = ts_utf8(folder);
	char *path = ts_xasprintf("%s%s-%lu-%s", utf8, ME, GetCurrentProcessId(), name);
	free(utf8);
	return path;
}

/* Run a program and wait; its exit status, -1 when it cannot be run. */
static int run_program(wchar_t *line, HANDLE token)
{
	STARTUPINFOW start = { .cb = sizeof(start) };
	PROCESS_INFORMATION p;
	DWORD status = (DWORD)-1;
	BOOL ok = token != NULL ? CreateProcessAsUserW(
					  token, NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &p)
				: CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &p);
	if (ok) {
		WaitForSingleObject(p.hProcess, 30000);
		GetExitCodeProcess(p.hProcess, &status);
		CloseHandle(p.hProcess);
		CloseHandle(p.hThread);
	}
	return (int)status;
}

/* Path of the other program, which lies beside this one. */
static const wchar_t *child_path(void)
{
	static wchar_t path[MAX_PATH];
	GetModuleFileNameW(NULL, path, MAX_PATH);
	wcscpy(wcsrchr(path, L'\\') + 1, L"wine-child.exe");
	return path;
}

/* Rows and states of both machines are the same. */
static void check_same(struct ts_evidence *files, const char *sql)
{
	struct result a, b;
	query(live, "here", sql, &a);
	query(files, "files", sql, &b);
	CHECK_STR(a.err.text, "");
	CHECK_STR(b.err.text, "");
	CHECK(a.rows.len > 0);
	CHECK_STR(ts_buf_str(&a.rows), ts_buf_str(&b.rows));
	CHECK_STR(ts_buf_str(&a.ledger), ts_buf_str(&b.ledger));
	result_finish(&a);
	result_finish(&b);
}

/* --- registry --- */

/* %s is the root: the file as evidence has HKEY_LOCAL_MACHINE there, the import a key that stands for it. */
static const char reg_text[] =
	"Windows Registry Editor Version 5.00\r\n\r\n"
	"[%1$s\\SYSTEM]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Control]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server]\r\n"
	"\"fDenyTSConnections\"=dword:00000000\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\Console]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp]\r\n"
	"\"PortNumber\"=dword:00000d3e\r\n"
	"\"SecurityLayer\"=dword:00000002\r\n"
	"\"MaxInstanceCount\"=dword:ffffffff\r\n"
	"\"fEnableWinStation\"=dword:00000001\r\n"
	"\"SSLCertificateSHA1Hash\"=hex:01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy]\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\DomainProfile]"
	"\r\n"
	"\"EnableFirewall\"=dword:00000001\r\n\r\n"
	"[%1$"
	"s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\StandardProfile]"
	"\r\n"
	"\"EnableFirewall\"=dword:00000000\r\n\"DefaultInboundAction\"=dword:00000000\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\PublicProfile]"
	"\r\n\r\n"
	"[%1$s\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules]"
	"\r\n"
	"\"RemoteDesktop-UserMode-In-TCP\"=\"v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|"
	"EmbedCtxt=@FirewallAPI.dll,-28752|Name=RD|\"\r\n\r\n"
	"[%1$s\\SOFTWARE]\r\n\r\n"
	"[%1$s\\SOFTWARE\\Policies]\r\n\r\n"
	"[%1$s\\SOFTWARE\\Policies\\Microsoft]\r\n\r\n"
	"[%1$s\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall]\r\n\r\n"
	"[%1$s\\SOFTWARE\\Policies\\Microsoft\\Windows NT]\r\n\r\n"
	"[%1$s\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services]\r\n"
	"\"UserAuthentication\"=dword:00000001\r\n\r\n"
	"[%1$s\\SOFTWARE\\Kinds]\r\n"
	"@=\"Gr\xC3\xBC\xC3\x9F"
	"e\"\r\n"
	"\"text \xE2\x9C\x93\"=\"a\\\\b \\\"c\\\"\"\r\n"
	"\"number\"=dword:fffffffe\r\n"
	"\"big\"=hex(b):ff,ff,ff,ff,ff,ff,ff,ff\r\n"
	"\"bytes\"=hex:00,ab,ff\r\n"
	"\"empty\"=hex:\r\n"
	"\"none\"=hex(0):\r\n"
	"\"expand\"=hex(2):25,00,41,00,25,00,00,00\r\n"
	"\"list\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n\r\n";

/* The text with that root, as UTF-16 with a mark: Wine misreads lists in 8-bit files. The caller frees the path. */
static char *write_reg(const char *name, const char *root)
{
	struct ts_err err = { "" };
	struct ts_buf b, out;
	ts_buf_init(&b, 1 << 20);
	ts_buf_init(&out, 1 << 20);
	for (const char *p = reg_text; *p != '\0';) {
		if (strncmp(p, "%1$s", 4) == 0) {
			ts_buf_puts(&b, root);
			p += 4;
		} else {
			ts_buf_putc(&b, *p++);
		}
	}
	wchar_t *wide = ts_wide(ts_buf_str(&b));
	ts_buf_put(&out, "\xFF\xFE", 2);
	ts_buf_put(&out, wide, wcslen(wide) * 2);
	char *path = temp_path(name);
	CHECK(ts_os_write_file(path, out.data, out.len, 0600, &err));
	free(wide);
	ts_buf_finish(&b);
	ts_buf_finish(&out);
	return path;
}

static void test_registry(void)
{
	struct ts_err err = { "" };
	char *key = ts_xasprintf("Software\\%s-%lu", ME, GetCurrentProcessId());
	char *root = ts_xasprintf("HKEY_CURRENT_USER\\%s", key);
	char *import = write_reg("import.reg", root),
	     *evidence = write_reg("evidence.reg", "HKEY_LOCAL_MACHINE");
	char *line = ts_xasprintf("reg.exe import \"%s\"", import);
	wchar_t *wide_line = ts_wide(line), *wide_key = ts_wide(key);
	HKEY fake = NULL;
	struct ts_evidence *files = ts_evidence_new();
	ts_evidence_machine(files, "files");
	CHECK(ts_evidence_set_path(files, "files", evidence, &err));
	CHECK_STR(err.text, "");
	CHECK_INT(run_program(wide_line, NULL), 0);
	CHECK_INT(RegOpenKeyExW(HKEY_CURRENT_USER, wide_key, 0, KEY_ALL_ACCESS, &fake), 0);
	/* From here on this process sees the imported keys as HKEY_LOCAL_MACHINE. */
	CHECK_INT(RegOverridePredefKey(HKEY_LOCAL_MACHINE, fake), 0);
	check_same(files,
		"SELECT key, path, name, type, data FROM registry WHERE key = '" LM "SOFTWARE\\Kinds' "
		"ORDER BY name");
	check_same(files,
		"SELECT name, type FROM registry WHERE key = '" CCS "Control\\Terminal Server\\WinStations' "
		"ORDER BY name");
	check_same(files, "SELECT data FROM registry WHERE path = '" LM "software\\kinds\\NUMBER'");
	check_same(files,
		"SELECT state, type, data FROM registry_value WHERE key = '" LM "SOFTWARE\\Kinds' AND name "
		"IN ('number', 'nothing')");
	check_same(files, "SELECT state FROM registry_value WHERE key = '" LM
			  "SOFTWARE\\Policies\\Microsoft\\Nothing' AND name = 'x'");
	check_same(files, "SELECT * FROM rdp_listener");
	check_same(files, "SELECT * FROM windows_firewall_profiles");
	check_same(files, "SELECT * FROM windows_firewall_rules");
	CHECK_INT(RegOverridePredefKey(HKEY_LOCAL_MACHINE, NULL), 0);
	RegCloseKey(fake);
	CHECK_INT(RegDeleteTreeW(HKEY_CURRENT_USER, wide_key), 0);
	ts_evidence_free(files);
	DeleteFileA(import);
	DeleteFileA(evidence);
	free(key);
	free(root);
	free(import);
	free(evidence);
	free(line);
	free(wide_line);
	free(wide_key);
}

/* --- services --- */

#define SERVICE_SQL                                                                                          \
	"SELECT service_type, display_name, status, pid > 0, start_type, user_account, path LIKE "           \
	"'%wine-child%' "                                                                                    \
	"FROM services WHERE name = '" ME "'"

static void wait_for(SC_HANDLE service, DWORD state)
{
	SERVICE_STATUS s = { 0 };
	for (int i = 0; i < 100 && s.dwCurrentState != state; i++) {
		Sleep(50);
		QueryServiceStatus(service, &s);
	}
}

static void test_services(void)
{
	SERVICE_STATUS s;
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
	SC_HANDLE old = OpenServiceW(manager, L"" ME, DELETE);
	if (old != NULL) { /* of a run that was killed */
		DeleteService(old);
		CloseServiceHandle(old);
	}
	SC_HANDLE service = CreateServiceW(manager, L"" ME, L"A service \x2713", SERVICE_ALL_ACCESS,
		SERVICE_WIN32_OWN_PROCESS, SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, child_path(), NULL,
		NULL, NULL, NULL, NULL);
	CHECK(service != NULL);
	check_query(live, "here", SERVICE_SQL,
		"OWN_PROCESS|A service \xE2\x9C\x93|STOPPED|0|DEMAND_START|LocalSystem|1\n",
		"services read\n");
	CHECK(StartServiceW(service, 0, NULL));
	wait_for(service, SERVICE_RUNNING);
	check_query(live, "here", SERVICE_SQL,
		"OWN_PROCESS|A service \xE2\x9C\x93|RUNNING|1|DEMAND_START|LocalSystem|1\n",
		"services read\n");
	ControlService(service, SERVICE_CONTROL_STOP, &s);
	wait_for(service, SERVICE_STOPPED);
	CHECK(DeleteService(service));
	CloseServiceHandle(service);
	CloseServiceHandle(manager);
	check_query(live, "here", "SELECT name FROM services WHERE name = '" ME "'", "", "services read\n");
	check_query(live, "here", "SELECT count(*) FROM services WHERE name = 'TermService'", "1\n", NULL);
}

/* --- sockets --- */

static SOCKET listen_on(int family, int *port)
{
	SOCKET s = socket(family, SOCK_STREAM, 0);
	SOCKADDR_STORAGE a = { .ss_family = (ADDRESS_FAMILY)family };
	int n = family == AF_INET ? sizeof(SOCKADDR_IN) : sizeof(SOCKADDR_IN6), yes = 1;
	if (family == AF_INET) {
		((SOCKADDR_IN *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		((SOCKADDR_IN6 *)&a)->sin6_addr = in6addr_loopback;
	}
	if (bind(s, (SOCKADDR *)&a, n) != 0 || listen(s, 5) != 0 || getsockname(s, (SOCKADDR *)&a, &n) != 0) {
		closesocket(s);
		return INVALID_SOCKET;
	}
	/* Wine knows the owner only of sockets that were set up further. */
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof(yes));
	*port = ntohs(((SOCKADDR_IN *)&a)->sin_port);
	return s;
}

static void test_sockets(void)
{
	WSADATA data;
	WSAStartup(MAKEWORD(2, 2), &data);
	int port4 = 0, port6 = 0;
	SOCKET s4 = listen_on(AF_INET, &port4), s6 = listen_on(AF_INET6, &port6);
	CHECK(s4 != INVALID_SOCKET);
	char *sql = ts_xasprintf(
		"SELECT pid, family, local_address, remote_port, state FROM process_open_sockets "
		"WHERE protocol = 6 AND local_port = %d",
		port4);
	char *want = ts_xasprintf("%lu|2|127.0.0.1|0|LISTEN\n", GetCurrentProcessId());
	check_query(live, "here", sql, want, "process_open_sockets read\n");
	free(sql);
	free(want);
	sql = ts_xasprintf("SELECT pid, protocol, address FROM listening_ports WHERE port = %d", port4);
	want = ts_xasprintf("%lu|6|127.0.0.1\n", GetCurrentProcessId());
	check_query(live, "here", sql, want, "listening_ports read\n");
	free(sql);
	free(want);
	if (s6 != INVALID_SOCKET) { /* of which Wine never tells the owner */
		sql = ts_xasprintf("SELECT pid, family, address FROM listening_ports WHERE port = %d", port6);
		check_query(live, "here", sql, "-1|23|::1\n", "listening_ports read\n");
		free(sql);
		closesocket(s6);
	}
	closesocket(s4);
	WSACleanup();
}

/* --- certificates --- */

static void test_certificates(void)
{
	static const char columns[] =
		"SELECT common_name, subject2, issuer2, ca, self_signed, not_valid_before, "
		"not_valid_after, signing_algorithm, key_algorithm, key_strength, key_usage, sha1, "
		"serial FROM certificates";
	struct ts_err err = { "" };
	struct ts_buf der;
	const char *source = ts_os_env("TS_SOURCE_ROOT");
	char *path = ts_xasprintf("%s/fuzz/seeds/der/self", source);
	ts_buf_init(&der, 1 << 20);
	CHECK(ts_os_read_file(path, &der, &err));
	HCERTSTORE store =
		CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"" ME);
	CHECK(store != NULL);
	CHECK(CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, (BYTE *)der.data, (DWORD)der.len,
		CERT_STORE_ADD_REPLACE_EXISTING, NULL));
	CertCloseStore(store, 0); /* writes it */
	struct ts_evidence *files = ts_evidence_new();
	ts_evidence_machine(files, "files");
	CHECK(ts_evidence_set_path(files, "files", path, &err));
	struct result a, b;
	char *sql = ts_xasprintf("%s WHERE path = 'LocalMachine\\%s'", columns, ME);
	query(live, "here", sql, &a);
	query(files, "files", columns, &b);
	CHECK(a.rows.len > 0);
	CHECK_STR(ts_buf_str(&a.rows), ts_buf_str(&b.rows));
	CHECK_STR(ts_buf_str(&a.ledger), "certificates read\n");
	result_finish(&a);
	result_finish(&b);
	check_query(live, "here",
		"SELECT store, store_location FROM certificates WHERE path = 'LocalMachine\\" ME "'",
		ME "|LocalMachine\n", "certificates read\n");
	/* Without a key there is a row only for who asks. */
	check_query(live, "here",
		"SELECT has_private_key, network_service_read, path FROM key_file_rights WHERE sha1 = "
		"(SELECT sha1 FROM certificates WHERE path = 'LocalMachine\\" ME "')",
		"0|-|-\n", NULL);
	store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"" ME);
	const CERT_CONTEXT *c = CertEnumCertificatesInStore(store, NULL);
	CHECK(c != NULL && CertDeleteCertificateFromStore(c));
	CertCloseStore(store, 0);
	CertUnregisterSystemStore(L"" ME, CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_DELETE_FLAG);
	check_query(live, "here", "SELECT sha1 FROM certificates WHERE path = 'LocalMachine\\" ME "'", "",
		"certificates read\n");
	ts_evidence_free(files);
	ts_buf_finish(&der);
	free(sql);
	free(path);
}

/* --- elevation --- */

static void test_elevation(void)
{
	HANDLE mine, linked, primary = NULL;
	TOKEN_LINKED_TOKEN link;
	DWORD n;
	wchar_t line[MAX_PATH + 16];
	_snwprintf(line, TS_COUNT(line), L"\"%ls\" --limits", child_path());
	CHECK_INT(run_program(line, NULL), 10);
	CHECK(ts_os_limits() != NULL && strstr(ts_os_limits(), "Wine") != NULL);
	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &mine));
	CHECK(GetTokenInformation(mine, TokenLinkedToken, &link, sizeof(link), &n));
	linked = link.LinkedToken;
	CHECK(DuplicateTokenEx(
		linked, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenPrimary, &primary));
	CHECK_INT(run_program(line, primary), 11);
	CloseHandle(primary);
	CloseHandle(linked);
	CloseHandle(mine);
}

/* --- the rest of what Wine has --- */

static void test_system(void)
{
	check_query(live, "here",
		"SELECT major, platform, name LIKE 'Microsoft Windows %', arch FROM os_version",
		"10|windows|1|64-bit\n", "os_version read\n");
	check_query(live, "here",
		"SELECT count(*), hostname <> '', physical_memory > 0, cpu_logical_cores > 0 FROM "
		"system_info",
		"1|1|1|1\n", "system_info read\n");
	check_query(live, "here", "SELECT total_seconds >= 0 FROM uptime", "1\n", "uptime read\n");
	char *sql = ts_xasprintf("SELECT name, coalesce(cmdline, 'test-wine') LIKE '%%test-wine%%', path "
				 "LIKE '%%\\test-wine.exe' FROM "
				 "processes WHERE pid = %lu",
		GetCurrentProcessId());
	check_query(live, "here", sql, "test-wine.exe|1|1\n", "processes read\n");
	free(sql);
	check_query(live, "here",
		"SELECT count(*) > 0, sum(address = '127.0.0.1' AND mask = '255.0.0.0') FROM "
		"interface_addresses",
		"1|1\n", "interface_addresses read\n");
	check_query(live, "here", "SELECT count(*) > 0, sum(hotfix_id LIKE 'KB%') > 0 FROM patches", "1|1\n",
		"patches read\n");
	check_query(live, "here", "SELECT count(*) FROM windows_eventlog WHERE channel = 'System'", "0\n",
		"windows_eventlog System unsupported\n");
	check_query(live, "here", "SELECT count(*) FROM user_rights", "0\n", "user_rights unsupported\n");
}

/* --- doubles --- */

#define EVENT                                                                                                \
	"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/>"  \
	"<EventID>%d</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-18T10:00:0%dZ'/>"             \
	"<EventRecordID>%d</EventRecordID><Channel>System</Channel><Computer>s</Computer></System>"          \
	"<EventData><Data Name='a'>Gr\xC3\xBC\xC3\x9F"                                                       \
	"e \xE2\x9C\x93 %s</Data></EventData></Event>"

static int open_handles, next_event;
static wchar_t asked_xpath[512];
static bool reverse;

static EVT_HANDLE handle(void)
{
	open_handles++;
	return (EVT_HANDLE)(uintptr_t)1;
}

static EVT_HANDLE WINAPI fake_query(EVT_HANDLE session, LPCWSTR path, LPCWSTR query_text, DWORD flags)
{
	(void)session;
	if (wcscmp(path, L"System") != 0) {
		SetLastError(wcscmp(path, L"Security") == 0 ? ERROR_ACCESS_DENIED
			     : wcscmp(path, L"Silent") == 0 ? 0
							    : ERROR_EVT_CHANNEL_NOT_FOUND);
		return NULL;
	}
	if (wcscmp(query_text, L"*") != 0) {
		wcscpy(asked_xpath, query_text);
	}
	reverse = (flags & EvtQueryReverseDirection) != 0;
	next_event = 0;
	return handle();
}

static BOOL WINAPI fake_next(
	EVT_HANDLE set, DWORD size, EVT_HANDLE *events, DWORD timeout, DWORD flags, DWORD *returned)
{
	(void)set;
	(void)timeout;
	(void)flags;
	*returned = 0;
	for (; next_event < 3 && *returned < size && *returned < 2; (*returned)++) {
		next_event++;
		events[*returned] = (EVT_HANDLE)(uintptr_t)(100 + (reverse ? 4 - next_event : next_event));
		open_handles++;
	}
	SetLastError(*returned > 0 ? 0 : ERROR_NO_MORE_ITEMS);
	return *returned > 0;
}

static BOOL WINAPI fake_render(
	EVT_HANDLE ctx, EVT_HANDLE event, DWORD flags, DWORD size, void *room, DWORD *used, DWORD *properties)
{
	int i = (int)(uintptr_t)event - 100;
	(void)ctx;
	(void)properties;
	CHECK_INT(flags, EvtRenderEventXml);
	char *padding = ts_xmalloc((size_t)i * 5000 + 1); /* each is larger than the one before */
	memset(padding, 'x', (size_t)i * 5000);
	padding[i * 5000] = '\0';
	char *text = ts_xasprintf(EVENT, 36870 + i, i, i, padding);
	wchar_t *wide = ts_wide(text);
	*used = (DWORD)((wcslen(wide) + 1) * sizeof(*wide));
	bool fits = *used <= size;
	if (fits) {
		memcpy(room, wide, *used);
	}
	SetLastError(fits ? 0 : ERROR_INSUFFICIENT_BUFFER);
	free(padding);
	free(text);
	free(wide);
	return fits;
}

static BOOL WINAPI fake_close(EVT_HANDLE h)
{
	open_handles -= h != NULL;
	return TRUE;
}

static EVT_HANDLE WINAPI fake_open_log(EVT_HANDLE session, LPCWSTR path, DWORD flags)
{
	(void)session;
	(void)path;
	(void)flags;
	return handle();
}

static BOOL WINAPI fake_log_info(
	EVT_HANDLE log, EVT_LOG_PROPERTY_ID id, DWORD size, PEVT_VARIANT out, DWORD *used)
{
	(void)log;
	CHECK(id == EvtLogNumberOfLogRecords && size >= sizeof(*out));
	*out = (EVT_VARIANT){ .UInt64Val = 3, .Type = EvtVarTypeUInt64 };
	*used = sizeof(*out);
	return TRUE;
}

static EVT_HANDLE WINAPI fake_config(EVT_HANDLE session, LPCWSTR path, DWORD flags)
{
	(void)session;
	(void)flags;
	SetLastError(ERROR_EVT_CHANNEL_NOT_FOUND);
	return wcscmp(path, L"System") == 0 ? handle() : NULL;
}

static BOOL WINAPI fake_config_property(EVT_HANDLE config, EVT_CHANNEL_CONFIG_PROPERTY_ID id, DWORD flags,
	DWORD size, PEVT_VARIANT out, DWORD *used)
{
	(void)config;
	(void)flags;
	CHECK(id == EvtChannelConfigEnabled && size >= sizeof(*out));
	*out = (EVT_VARIANT){ .BooleanVal = TRUE, .Type = EvtVarTypeBoolean };
	*used = sizeof(*out);
	return TRUE;
}

static EVT_HANDLE WINAPI fake_enum(EVT_HANDLE session, DWORD flags)
{
	(void)session;
	(void)flags;
	next_event = 0;
	return handle();
}

static BOOL WINAPI fake_path(EVT_HANDLE list, DWORD size, LPWSTR out, DWORD *used)
{
	(void)list;
	static int told;
	if (told++ % 2 == 1) {
		SetLastError(ERROR_NO_MORE_ITEMS);
		return FALSE;
	}
	CHECK(size > 7);
	wcscpy(out, L"System");
	*used = 7;
	return TRUE;
}

static void test_events(void)
{
	static const struct ts_wevtapi fake = { fake_query, fake_next, fake_render, fake_close, fake_open_log,
		fake_log_info, fake_config, fake_config_property, fake_enum, fake_path };
	ts_win_replace(TS_WIN_WEVTAPI, &fake);
	check_query(live, "here",
		"SELECT eventid, datetime, substr(json_extract(data, '$.EventData.a'), 1, 8), "
		"length(json_extract(data, '$.EventData.a')) FROM windows_eventlog WHERE channel = 'System'",
		"36873|2026-11-18T10:00:03.0000000Z|Gr\xC3\xBC\xC3\x9F"
		"e \xE2\x9C\x93 |15008\n"
		"36872|2026-11-18T10:00:02.0000000Z|Gr\xC3\xBC\xC3\x9F"
		"e \xE2\x9C\x93 |10008\n"
		"36871|2026-11-18T10:00:01.0000000Z|Gr\xC3\xBC\xC3\x9F"
		"e \xE2\x9C\x93 |5008\n",
		"windows_eventlog System read\n");
	check_query(live, "here",
		"SELECT eventid FROM windows_eventlog WHERE channel = 'System' AND eventid = 36872",
		"36872\n", "windows_eventlog System read\n");
	char *xpath = ts_utf8(asked_xpath);
	CHECK_STR(xpath, "*[System[(EventID=36872)]]");
	free(xpath);
	check_query(live, "here", "SELECT eventid FROM windows_eventlog WHERE channel = 'Security'", "",
		"windows_eventlog Security denied\n");
	check_query(live, "here", "SELECT eventid FROM windows_eventlog WHERE channel = 'Nothing'", "",
		"windows_eventlog Nothing absent\n");
	/* NULL without an error is what Wine's own library answers. */
	check_query(live, "here", "SELECT eventid FROM windows_eventlog WHERE channel = 'Silent'", "",
		"windows_eventlog Silent not_collected\n");
	check_query(live, "here", "SELECT * FROM windows_event_channels",
		"System|1|3|2026-11-18T10:00:01.0000000Z|2026-11-18T10:00:03.0000000Z\n",
		"windows_event_channels read\n");
	CHECK_INT(open_handles, 0);
	ts_win_replace(TS_WIN_WEVTAPI, NULL);
}

/* Wine denies nothing: doubles do. */
static SC_HANDLE WINAPI no_manager(LPCWSTR machine, LPCWSTR database, DWORD access)
{
	(void)machine;
	(void)database;
	(void)access;
	SetLastError(ERROR_ACCESS_DENIED);
	return NULL;
}

static SC_HANDLE WINAPI no_service(SC_HANDLE manager, LPCWSTR name, DWORD access)
{
	(void)manager;
	(void)name;
	(void)access;
	SetLastError(ERROR_ACCESS_DENIED);
	return NULL;
}

static DWORD WINAPI no_table(
	void *table, DWORD *size, BOOL order, ULONG family, TCP_TABLE_CLASS class, ULONG reserved)
{
	(void)table;
	(void)size;
	(void)order;
	(void)family;
	(void)class;
	(void)reserved;
	return ERROR_ACCESS_DENIED;
}

static HCERTSTORE WINAPI no_store(
	LPCSTR provider, DWORD encoding, HCRYPTPROV_LEGACY prov, DWORD flags, const void *para)
{
	(void)provider;
	(void)encoding;
	(void)prov;
	(void)flags;
	(void)para;
	SetLastError(ERROR_ACCESS_DENIED);
	return NULL;
}

static BOOL WINAPI no_sessions(
	HANDLE server, DWORD reserved, DWORD version, PWTS_SESSION_INFOW *list, DWORD *n)
{
	(void)server;
	(void)reserved;
	(void)version;
	(void)list;
	(void)n;
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

static void check_denied(const char *sql, const char *ledger)
{
	struct result r;
	query(live, "here", sql, &r);
	CHECK_STR(ts_buf_str(&r.ledger), ledger);
	CHECK_ROW(sql, strstr(ts_buf_str(&r.details), "run in an elevated prompt") != NULL);
	result_finish(&r);
}

static void test_denied(void)
{
	struct ts_advapi32 a = *ts_advapi32();
	struct ts_iphlpapi i = *ts_iphlpapi();
	struct ts_crypt32 c = *ts_crypt32();
	struct ts_wtsapi32 w = *ts_wtsapi32();
	a.OpenServiceW = no_service;
	ts_win_replace(TS_WIN_ADVAPI32, &a);
	check_denied("SELECT name, start_type FROM services", "services denied\n");
	check_query(live, "here", "SELECT count(*) > 0 FROM services WHERE status = 'RUNNING'", NULL,
		"services read\n");
	a.OpenSCManagerW = no_manager;
	check_denied("SELECT name FROM services", "services denied\n");
	ts_win_replace(TS_WIN_ADVAPI32, NULL);
	i.GetExtendedTcpTable = no_table;
	ts_win_replace(TS_WIN_IPHLPAPI, &i);
	check_denied("SELECT port FROM listening_ports WHERE protocol = 6", "listening_ports denied\n");
	ts_win_replace(TS_WIN_IPHLPAPI, NULL);
	c.CertOpenStore = no_store;
	ts_win_replace(TS_WIN_CRYPT32, &c);
	check_denied("SELECT sha1 FROM certificates", "certificates denied\n");
	check_denied("SELECT sha1 FROM key_file_rights", "key_file_rights denied\n");
	ts_win_replace(TS_WIN_CRYPT32, NULL);
	w.WTSEnumerateSessionsW = no_sessions;
	ts_win_replace(TS_WIN_WTSAPI32, &w);
	check_denied("SELECT user FROM wts_session", "wts_session denied\n");
	ts_win_replace(TS_WIN_WTSAPI32, NULL);
}

static void run(void (*test)(void))
{
	live = ts_evidence_new();
	test();
	ts_evidence_free(live);
}

#define CASE(name)                                                                                           \
	static void run_##name(void)                                                                         \
	{                                                                                                    \
		run(test_##name);                                                                            \
	}
CASE(registry)
CASE(services)
CASE(sockets)
CASE(certificates)
CASE(elevation)
CASE(system)
CASE(events)
CASE(denied)

TEST_MAIN({ "registry", run_registry }, { "services", run_services }, { "sockets", run_sockets },
	{ "certificates", run_certificates }, { "elevation", run_elevation }, { "system", run_system },
	{ "events", run_events }, { "denied", run_denied })
