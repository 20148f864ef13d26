/* tests/unit/test-report.c - reports and exports of a real session over a small entry: golden files
 * (TS_ACCEPT=1 rewrites them), JSON by SQLite, hostile text. */
#include "out/report.h"

#include <cmark.h>
#include <sqlite3.h>
#include "base/diag.h"
#include "base/str.h"
#include "base/utf8.h"
#include "kb/parse.h"
#include "os/os.h"
#include "test.h"

static const char entry_text[] =
	"---\n"
	"title: The server closed the connection while it was being set up\n"
	"codes: [0x904/0x7]\n"
	"machines:\n"
	"  client: the computer you connect from\n"
	"  server: the computer you connect to\n"
	"parameters:\n"
	"  host: {ask: Which computer do you want to reach?, match: '[A-Za-z0-9._:-]{1,253}'}\n"
	"  port: {ask: On which port?, match: '[0-9]{1,5}', default: 3389}\n"
	"reviewed: 2026-11-22\n"
	"sources:\n"
	"  - https://learn.microsoft.com/windows/win32/termserv/imstscaxevents-ondisconnected\n"
	"  - https://learn.microsoft.com/windows/win32/termserv/extendeddisconnectreasoncode\n"
	"---\n"
	"\n"
	"# Remote Desktop closed with 0x904, extended 0x7\n"
	"\n"
	"The TCP connection was closed by the other end, or by something between, while\n"
	"it was being set up. The pair names the *place* and not the reason: see\n"
	"[the list of "
	"codes](https://learn.microsoft.com/windows/win32/termserv/extendeddisconnectreasoncode).\n"
	"It does **not** prove that a policy denied the connection.\n"
	"\n"
	"A second paragraph that only `--all` shows.\n"
	"\n"
	"## Does the computer answer on the RDP port?\n"
	"\n"
	"Where nothing answers, the rest need not be looked at.\n"
	"\n"
	"```sql here\n"
	"SELECT 'open' AS answer, $host AS host, '192.0.2.10' AS address, 12 AS elapsed_ms;\n"
	"```\n"
	"\n"
	"- **open** it accepted the connection: [Is the listener up?](#is-the-listener-up)\n"
	"- **refused** it answered that nothing listens there: [Something "
	"else](#something-else-listens-on-the-port)\n"
	"- **timeout** nothing came back: [Do all clients fail, or only "
	"one?](#do-all-clients-fail-or-only-one)\n"
	"\n"
	"## Is the listener up?\n"
	"\n"
	"A listener that is down refuses everybody.\n"
	"\n"
	"```sql server\n"
	"SELECT 'up' AS answer, 'rdp-tcp' AS name;\n"
	"```\n"
	"\n"
	"- **up** it listens: [Do all clients fail, or only one?](#do-all-clients-fail-or-only-one)\n"
	"- **down** it does not: [Something else](#something-else-listens-on-the-port)\n"
	"\n"
	"## Do all clients fail, or only one?\n"
	"\n"
	"The machine cannot tell.\n"
	"\n"
	"- **all clients** it is the server: [The "
	"key](#the-listeners-certificate-or-its-key-cannot-be-used)\n"
	"- **only one** it is that client, or its way: [A security "
	"product](#a-security-product-closes-the-connection)\n"
	"- **none** it works now. Come back when it fails again.\n"
	"\n"
	"## The listener's certificate or its key cannot be used\n"
	"\n"
	"```yaml\n"
	"cause: 25\n"
	"class: server_certificate_or_key\n"
	"minutes: 5\n"
	"where: server\n"
	"needs: [administrator, service-restart]\n"
	"effect: Everyone connected over Remote Desktop is cut off for a minute.\n"
	"risk: low\n"
	"```\n"
	"\n"
	"Without its key the server cannot prove who it is, and closes.\n"
	"\n"
	"```sql server\n"
	"SELECT 'present' AS answer, 3 AS times, '2026-11-21T22:10:05.000Z' AS last;\n"
	"```\n"
	"\n"
	"1. See what is there.\n"
	"\n"
	"   ```powershell\n"
	"   Get-ChildItem 'Cert:\\LocalMachine\\Remote Desktop' | Format-List "
	"Subject,NotAfter,HasPrivateKey\n"
	"   ```\n"
	"   ```bat\n"
	"   certutil -store \"Remote Desktop\"\n"
	"   ```\n"
	"2. Keep a copy, so that it can be brought back. Do this for every certificate that the first step "
	"listed, also for those that\n"
	"   look right.\n"
	"3. Restart the service on {host}.\n"
	"\n"
	"   ```powershell\n"
	"   Restart-Service -Name TermService -Force\n"
	"   ```\n"
	"\n"
	"### Undo\n"
	"\n"
	"1. Bring the copy back.\n"
	"\n"
	"   ```bat\n"
	"   certutil -addstore \"Remote Desktop\" C:\\Temp\\before.cer\n"
	"   ```\n"
	"\n"
	"- **not solved**: [A security product](#a-security-product-closes-the-connection)\n"
	"\n"
	"## Something else listens on the port\n"
	"\n"
	"```yaml\n"
	"cause: 5\n"
	"class: listener_or_port\n"
	"minutes: 10\n"
	"where: server\n"
	"needs: [administrator]\n"
	"effect: None.\n"
	"risk: low\n"
	"```\n"
	"\n"
	"Another program took the port.\n"
	"\n"
	"```sql server\n"
	"SELECT 'absent' AS answer, 'svchost.exe' AS process, $port AS port;\n"
	"```\n"
	"\n"
	"1. See who has it.\n"
	"\n"
	"   ```powershell\n"
	"   Get-NetTCPConnection -LocalPort {port} -State Listen\n"
	"   ```\n"
	"\n"
	"### Undo\n"
	"\n"
	"1. Start the other program again.\n"
	"\n"
	"- **not solved**: [A security product](#a-security-product-closes-the-connection)\n"
	"\n"
	"## A security product closes the connection\n"
	"\n"
	"```yaml\n"
	"cause: 15\n"
	"class: firewall_or_nsg\n"
	"minutes: 15\n"
	"where: client\n"
	"needs: [other-person]\n"
	"effect: Protection is off for the test.\n"
	"risk: medium\n"
	"irreversible: true\n"
	"```\n"
	"\n"
	"It looks into the connection and cuts it.\n"
	"\n"
	"```sql client\n"
	"SELECT 'absent' AS answer;\n"
	"```\n"
	"\n"
	"1. Ask whoever runs it.\n"
	"\n"
	"- **not solved**: [The network loses packets](#the-network-loses-packets)\n"
	"\n"
	"## The network loses packets\n"
	"\n"
	"```yaml\n"
	"cause: 20\n"
	"class: network_path\n"
	"minutes: 30\n"
	"where: client\n"
	"needs: []\n"
	"effect: None.\n"
	"risk: low\n"
	"irreversible: true\n"
	"```\n"
	"\n"
	"A path that loses packets breaks connections at random.\n"
	"\n"
	"```sql here\n"
	"SELECT NULL AS answer;\n"
	"```\n"
	"\n"
	"1. Watch it for a while.\n"
	"\n"
	"   ```sh\n"
	"   ping -c 100 {host}\n"
	"   ```\n"
	"\n"
	"- **not solved** it is something that is not known here.\n";

/* ---- a session ---- */

struct evidence {
	bool server, client; /* is there evidence of it? */
};

static struct ts_conn *open_evidence(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	const struct evidence *e = ctx;
	struct ts_conn *c = ts_conn_new(budget, err);
	bool there = strcmp(machine, "here") == 0 || (strcmp(machine, "server") == 0 ? e->server : e->client);

	(void)sql;
	if (c != NULL && !there) {
		ts_ledger_add(ts_conn_ledger(c), "windows_eventlog", "System", TS_SEEN_NOT_COLLECTED, "");
	}
	if (c != NULL) {
		ts_conn_seal(c);
	}
	return c;
}

static int64_t as_of(void *ctx, const char *machine)
{
	(void)ctx;
	(void)machine;
	return 1795000000;
}

struct world {
	struct ts_diags *diags;
	struct ts_entry *entry;
	struct evidence evidence;
	struct ts_session *session;
	struct ts_report report;
};

static const struct ts_meaning meanings[] = {
	{ 0x904, TS_ROLE_DISCONNECT, "rdp", "disconnectReasonAtClientWinsockFDCLOSE", "the socket was closed",
		"", "documented" },
};
static const struct ts_meaning ext_meanings[] = {
	{ 7, TS_ROLE_EXTENDED, "rdp", "exDiscReasonServerDeniedConnection",
		"the server denied the connection", "", "documented" },
};
static const struct ts_report_machine machines[] = {
	{ "client", "the computer you connect from", "none", 0 },
	{ "server", "the computer you connect to", "bundle", 1794990000 },
};
static const struct ts_hit near_hits[] = {
	{ .id = "rdp/0x904", .title = "The connection was lost", .summary = "It was there, and it was cut." },
	{ .id = "rdp/0x204", .title = "The computer refused the connection" },
};

/* Durations differ from run to run, and golden files may not. */
static void pin_durations(struct world *w)
{
	for (size_t i = 0; i < w->entry->nnodes; i++) {
		struct ts_result *r = (struct ts_result *)(uintptr_t)ts_session_result(w->session, (int)i);

		if (r->state == TS_CHECK_ANSWERED ||
			r->state == TS_CHECK_UNKNOWN) { /* the others may be one constant for all */
			r->ms = 12;
		}
	}
}

static void world_open(struct world *w, const char *md, bool server, bool client, bool host, bool checks)
{
	static const struct ts_evidence_if none;
	struct ts_session_options options = { .run_checks = checks };
	struct ts_evidence_if evidence = none;
	struct ts_event ev;
	struct ts_err err;

	memset(w, 0, sizeof(*w));
	w->evidence = (struct evidence){ server, client };
	evidence.ctx = &w->evidence;
	evidence.open = open_evidence;
	evidence.as_of = as_of;
	w->diags = ts_diags_new();
	w->entry = ts_parse_entry(
		ts_diags_source(w->diags, "test.md", md, strlen(md)), "rdp/0x904-0x7", w->diags);
	/* The parser refuses some of what the hostile entry holds, and returns it all the same. */
	if (md == entry_text) {
		CHECK_INT(ts_diags_count(w->diags, TS_ERROR), 0);
	}
	w->session = ts_session_new(w->entry, &evidence, &options);
	if (host) {
		CHECK(ts_session_set(w->session, "host", "srv1.corp.example", &err));
	}
	do {
		ts_session_step(w->session, &ev);
	} while (ev.kind == TS_EV_RAN);
	CHECK(ev.kind == TS_EV_DONE);
	pin_durations(w);
	w->report = (struct ts_report){ .code = "0x904",
		.ext = "0x7",
		.from = "option",
		.meanings = meanings,
		.nmeanings = 1,
		.ext_meanings = ext_meanings,
		.next_meanings = 1,
		.entry = w->entry,
		.session = w->session,
		.machines = machines,
		.nmachines = 2,
		.program_version = "0.1.0",
		.now = 1795000000,
		.checks_run = checks,
		.argv_line = "--code 0x904 --ext 0x7",
		.kb = { 41, "0123456789abcdef0123456789abcdef" } };
}

static void world_close(struct world *w)
{
	ts_session_free(w->session);
	ts_entry_free(w->entry);
	ts_diags_free(w->diags);
}

/* ---- golden files ---- */

static void check_golden(const char *name, const struct ts_buf *got)
{
	const char *root = getenv("TS_SOURCE_ROOT"), *accept = getenv("TS_ACCEPT");
	char *path = ts_xasprintf("%s/tests/golden/report/%s", root != NULL ? root : ".", name);
	struct ts_buf want;
	struct ts_err err;

	ts_buf_init(&want, TS_BUF_MAX_TEXT);
	if (accept != NULL && *accept != '\0') {
		CHECK(ts_os_write_file(path, ts_buf_str(got), got->len, 0644, &err));
	} else if (!ts_os_read_file(path, &want, &err)) {
		fprintf(stderr, "%s\n", err.text);
		CHECK_ROW(name, false);
	} else {
		CHECK_ROW(name, strcmp(ts_buf_str(got), ts_buf_str(&want)) == 0);
		if (strcmp(ts_buf_str(got), ts_buf_str(&want)) != 0) {
			fprintf(stderr, "%s differs (TS_ACCEPT=1 rewrites it); got:\n%s", path,
				ts_buf_str(got));
		}
	}
	ts_buf_finish(&want);
	free(path);
}

static void check_lines(const char *name, const struct ts_buf *got, int width)
{
	struct ts_str rest = ts_str_of(ts_buf_str(got)), line;

	while (ts_str_line(&rest, &line)) {
		bool exempt = ts_str_starts(line.p, "    ") || memmem(line.p, line.n, "://", 3) != NULL ||
			      memchr(line.p, '`', line.n) != NULL;

		CHECK_ROW(name, line.n == 0 || line.p[line.n - 1] != ' ');
		CHECK_ROW(name, exempt || ts_text_width(line.p, line.n) <= (size_t)width);
	}
}

static void golden_terminal(const char *name, const struct ts_report *r)
{
	static const int widths[] = { 40, 80, 200 };

	for (size_t i = 0; i < TS_COUNT(widths); i++) {
		struct ts_look look = { .width = widths[i] };
		char *file = ts_xasprintf("%s-%d.txt", name, widths[i]);
		struct ts_buf out;

		ts_buf_init(&out, TS_BUF_MAX_TEXT);
		ts_report_terminal(r, &look, &out);
		check_lines(file, &out, widths[i]);
		check_golden(file, &out);
		ts_buf_finish(&out);
		free(file);
	}
}

static void test_terminal(void)
{
	struct world w;

	world_open(&w, entry_text, true, true, true, true);
	CHECK_STR(ts_report_state(&w.report), "confirmed");
	golden_terminal("full", &w.report);
	w.report.all = true;
	golden_terminal("all", &w.report);
	world_close(&w);
	world_open(&w, entry_text, false, false, false, true);
	CHECK_STR(ts_report_state(&w.report), "possible");
	golden_terminal("bare", &w.report);
	w.report.verbose = true;
	golden_terminal("bare-verbose", &w.report);
	world_close(&w);
	world_open(&w, entry_text, false, false, true, false);
	golden_terminal("no-checks", &w.report);
	world_close(&w);
}

static void test_cause_option(void)
{
	struct ts_look look = { .width = 80 };
	struct world w;
	struct ts_buf out;

	world_open(&w, entry_text, true, true, true, true);
	w.report.cause = "the-network-loses-packets";
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_report_terminal(&w.report, &look, &out);
	CHECK(strstr(ts_buf_str(&out), "Fix: The network loses packets") != NULL);
	CHECK(strstr(ts_buf_str(&out), "\n    ping -c 100 srv1.corp.example\n") != NULL);
	ts_buf_clear(&out);
	w.report.cause = NULL;
	w.report.commands = true;
	ts_report_terminal(&w.report, &look, &out);
	check_golden("commands.txt", &out);
	ts_buf_finish(&out);
	world_close(&w);
}

static void test_unknown_code(void)
{
	struct ts_report r = { .code = "0x104",
		.from = "option",
		.meanings = meanings,
		.nmeanings = 1,
		.near = near_hits,
		.nnear = 2,
		.program_version = "0.1.0",
		.checks_run = true,
		.argv_line = "--code 0x104",
		.exit_code = 3 };
	struct ts_buf out;

	CHECK_STR(ts_report_state(&r), "unknown-code");
	CHECK(ts_report_first_cause(&r) == NULL);
	golden_terminal("unknown-code", &r);
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_report_json(&r, &out);
	ts_report_markdown(&r, &out);
	ts_report_html(&r, &out);
	r.code = NULL;
	r.nmeanings = 0;
	r.nnear = 0;
	ts_report_json(&r, &out);
	ts_report_markdown(&r, &out);
	golden_terminal("nothing", &r);
	ts_buf_finish(&out);
}

/* The same text in colour. */
static void test_colour(void)
{
	struct ts_look plain = { .width = 80 }, colour = { .width = 80, .colour = true };
	struct ts_buf a, b;
	struct world w;
	char *text, *to;

	world_open(&w, entry_text, true, true, true, true);
	ts_buf_init(&a, TS_BUF_MAX_TEXT);
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_report_terminal(&w.report, &plain, &a);
	ts_report_terminal(&w.report, &colour, &b);
	CHECK(memchr(a.data, '\033', a.len) == NULL);
	text = ts_buf_take(&b);
	CHECK(strchr(text, '\033') != NULL);
	to = text;
	for (char *p = text; *p != '\0';) {
		if (*p == '\033') {
			p += strcspn(p, "m") + 1;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	CHECK_STR(text, ts_buf_str(&a));
	free(text);
	ts_buf_finish(&a);
	world_close(&w);
}

/* ---- exports ---- */

/* What SQLite reads at a path of the document; the caller frees. */
static char *json_at(const struct ts_buf *doc, const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	char *got = NULL;

	CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, "SELECT json_valid(?1), json_extract(?1, ?2)", -1, &st, NULL) ==
		SQLITE_OK);
	sqlite3_bind_text(st, 1, doc->data, (int)doc->len, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0) == 1) {
		const char *text = (const char *)sqlite3_column_text(st, 1);

		got = text != NULL ? ts_xstrdup(text) : NULL;
	} else {
		CHECK(false);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	return got;
}

static void test_json(void)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "$.schema", "troubleshoot.report" },
		{ "$.version", "1" },
		{ "$.program", "0.1.0" },
		{ "$.kb.entries", "41" },
		{ "$.input.code", "0x904" },
		{ "$.input.ext", "0x7" },
		{ "$.input.from", "option" },
		{ "$.input.meaning[1].name", "exDiscReasonServerDeniedConnection" },
		{ "$.entry.id", "rdp/0x904-0x7" },
		{ "$.entry.reviewed", "2026-11-22" },
		{ "$.machines.server.source", "bundle" },
		{ "$.machines.client.as_of", NULL },
		{ "$.checks[0].node", "does-the-computer-answer-on-the-rdp-port" },
		{ "$.checks[0].machine", "here" },
		{ "$.checks[0].result", "open" },
		{ "$.checks[0].state", "answered" },
		{ "$.checks[0].rows[0].host", "HOST-1" },
		{ "$.checks[0].rows[0].address", "IP-1.1" },
		{ "$.checks[0].rows[0].elapsed_ms", "12" },
		{ "$.causes[0].id", "the-listeners-certificate-or-its-key-cannot-be-used" },
		{ "$.causes[0].status", "confirmed" },
		{ "$.causes[0].rank", "1" },
		{ "$.fix.cause", "the-listeners-certificate-or-its-key-cannot-be-used" },
		{ "$.fix.steps[0].commands[0].shell", "powershell" },
		{ "$.fix.steps[2].text", "Restart the service on HOST-1." },
		{ "$.fix.verified", NULL },
		{ "$.open[0].node", "do-all-clients-fail-or-only-one" },
		{ "$.open[0].labels[0]", "all clients" },
		{ "$.result.state", "confirmed" },
		{ "$.result.exit_code", "0" },
	};
	struct world w;
	struct ts_buf out;

	world_open(&w, entry_text, true, true, true, true);
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_report_json(&w.report, &out);
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *got = json_at(&out, rows[i].path);

		CHECK_STR(got, rows[i].want);
		free(got);
	}
	ts_buf_finish(&out);
	world_close(&w);
}

static void test_gaps_in_json(void)
{
	struct world w;
	struct ts_buf out;
	char *got;

	world_open(&w, entry_text, false, false, true, true);
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_report_json(&w.report, &out);
	got = json_at(&out, "$.checks[1].gaps[0].state");
	CHECK_STR(got, "not_collected");
	free(got);
	got = json_at(&out, "$.checks[1].state");
	CHECK_STR(got, "unknown");
	free(got);
	ts_buf_finish(&out);
	world_close(&w);
}

static void test_exports(void)
{
	struct world w;
	struct ts_buf a, b;
	struct ts_err err;

	world_open(&w, entry_text, true, false, true, true);
	CHECK(ts_session_answer(w.session, ts_entry_node(w.entry, "do-all-clients-fail-or-only-one"),
		"all clients", TS_BY_OPTION, &err));
	pin_durations(&w);
	ts_buf_init(&a, TS_BUF_MAX_TEXT);
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_report_markdown(&w.report, &a);
	ts_report_markdown(&w.report, &b);
	CHECK_STR(ts_buf_str(&a), ts_buf_str(&b));
	check_golden("export.md", &a);
	CHECK(strstr(ts_buf_str(&a), "srv1") == NULL);
	CHECK(strstr(ts_buf_str(&a), "192.0.2") == NULL);
	ts_buf_clear(&a);
	ts_report_html(&w.report, &a);
	check_golden("export.html", &a);
	CHECK(strstr(ts_buf_str(&a), "srv1") == NULL);
	ts_buf_clear(&a);
	w.report.redact = TS_REDACT_NONE;
	ts_report_markdown(&w.report, &a);
	CHECK(strstr(ts_buf_str(&a), "srv1.corp.example") != NULL);
	ts_buf_finish(&a);
	ts_buf_finish(&b);
	world_close(&w);
}

/* ---- hostile text in evidence: controls, Markdown, HTML, fences ---- */

static const char hostile_text[] =
	"---\ntitle: T\nmachines: {server: s}\nparameters: {x: {ask: X?, match: '[\\s\\S]*'}}\nreviewed: "
	"2026-11-22\n"
	"sources: ['https://example.com/<script>', 'javascript:alert(1)']\n---\n\n# H <b>bold</b> `c`\n\n"
	"Meaning <script>alert(1)</script> {x}\n\n<div onclick=\"x\">block</div>\n\n[a](javascript:x) "
	"![i](http://x/i.png)\n\n"
	"## A cause\n\n```yaml\ncause: 1\nclass: c\nminutes: 1\nwhere: server\nneeds: []\neffect: '# not a "
	"heading'\nrisk: low\n"
	"irreversible: true\n```\n\nWhy.\n\n```sql here\nSELECT 'present' AS answer, $x AS value;\n```\n\n"
	"1. Do {x}.\n\n   ```sh\n   echo {x}\n   ```\n\n- **not solved** nothing else.\n";

static void test_hostile(void)
{
	static const char *const values[] = { "\033]0;title\a\033[2J",
		"\n# heading\n- [ ] item\n```\n</code></pre><script>x</script>", "````````` fence", "` tick",
		"<img src=x onerror=y>", "![x](http://evil/)", "[x](javascript:y)", "@everyone #1 !2",
		"\xe2\x80\xae right to left \xff\xfe", "*bold* _it_ | ~~no~~ \\", "-->", "&lt;b&gt;&#27;",
		"  ", "" };
	static const char *const wrong[] = { "<script", "<img", "<div", "<b>", "=\"javascript:", "\033", "\a",
		"<h1>heading", "onclick=\"", "http://evil/\"" };

	for (size_t i = 0; i < TS_COUNT(values); i++) {
		struct ts_look look = { .width = 80 };
		struct world w;
		struct ts_buf out;
		struct ts_event ev;
		struct ts_err err;

		world_open(&w, hostile_text, true, true, false, true);
		if (!ts_session_set(w.session, "x", values[i], &err)) { /* invalid UTF-8 goes no further */
			world_close(&w);
			continue;
		}
		do {
			ts_session_step(w.session, &ev);
		} while (ev.kind == TS_EV_RAN);
		pin_durations(&w);
		w.report.redact = TS_REDACT_NONE;
		w.report.code = w.report.ext = NULL;
		w.report.nmeanings = w.report.next_meanings = 0;
		ts_buf_init(&out, TS_BUF_MAX_TEXT);
		ts_report_terminal(&w.report, &look, &out);
		ts_report_markdown(&w.report, &out);
		CHECK(memchr(out.data, '\033', out.len) == NULL && memchr(out.data, '\a', out.len) == NULL);
		CHECK(ts_utf8_valid(out.data, out.len));
		ts_buf_clear(&out);
		ts_report_html(&w.report, &out);
		for (size_t k = 0; k < TS_COUNT(wrong); k++) {
			const char *found = strstr(ts_buf_str(&out), wrong[k]);

			if (found != NULL) {
				fprintf(stderr, "%s in: %.200s\n", wrong[k], found);
			}
			CHECK_ROW(values[i], found == NULL);
		}
		ts_buf_clear(&out);
		ts_report_json(&w.report, &out);
		free(json_at(&out, "$.schema"));
		ts_buf_finish(&out);
		world_close(&w);
	}
}

TEST_MAIN({ "terminal", test_terminal }, { "cause", test_cause_option }, { "unknown", test_unknown_code },
	{ "colour", test_colour }, { "json", test_json }, { "gaps", test_gaps_in_json },
	{ "exports", test_exports }, { "hostile", test_hostile })
