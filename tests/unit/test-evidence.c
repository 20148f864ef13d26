/* tests/unit/test-evidence.c - the sources of evidence: none, rows, bundles good and hostile; connections
 * on several machines. */
#include <stdatomic.h>
#include <unistd.h>
#include "db/db.h"
#include "os/thread.h"
#include "query.h"
#include "table/bundle.h"

static char path[128];

static void set_path(void)
{
	snprintf(path, sizeof(path), "/tmp/ts-test-evidence-%ld.db", (long)getpid());
	remove(path);
}

/* A value per column by name; NULL ends. */
static bool add_row(struct ts_bundle_writer *w, const char *table, const char *const *pairs)
{
	struct ts_value row[128] = { { 0 } };
	struct ts_err err;
	const struct ts_table *t = ts_table_find(table);
	for (int i = 0; pairs[i] != NULL; i += 2) {
		int c = ts_table_column(t, pairs[i]);
		ts_value_parse(pairs[i + 1], t->columns[c].type, &row[c]);
	}
	return ts_bundle_add_row(w, t, row, &err);
}

#define ROW(...)                                                                                             \
	(const char *const[])                                                                                \
	{                                                                                                    \
		__VA_ARGS__, NULL                                                                            \
	}

static void make_bundle(void)
{
	struct ts_err err;
	set_path();
	struct ts_bundle_writer *w = ts_bundle_create(path, 1795334400, "srv1", &err);
	CHECK(w != NULL);
	CHECK(add_row(w, "services", ROW("name", "TermService", "status", "RUNNING", "pid", "4")));
	CHECK(ts_bundle_add_ledger(w, "services", "", TS_SEEN_READ, NULL, &err));
	CHECK(add_row(w, "windows_eventlog",
		ROW("channel", "System", "eventid", "36870", "datetime", "2026-11-21T00:00:00.0000000Z")));
	CHECK(add_row(w, "windows_eventlog",
		ROW("channel", "System", "eventid", "36870", "datetime", "2026-11-01T00:00:00.0000000Z")));
	CHECK(ts_bundle_add_ledger(
		w, "windows_eventlog", "System", TS_SEEN_READ, "reaches back to 2026-10-01", &err));
	CHECK(ts_bundle_add_ledger(w, "windows_eventlog", "Security", TS_SEEN_DENIED, "run elevated", &err));
	CHECK(ts_bundle_add_ledger(w, "registry", "HKEY_LOCAL_MACHINE\\A", TS_SEEN_READ, NULL, &err));
	CHECK(ts_bundle_add_ledger(w, "registry", "HKEY_LOCAL_MACHINE\\B", TS_SEEN_ABSENT, NULL, &err));
	CHECK(!ts_bundle_add_ledger(w, "nothing", "", TS_SEEN_READ, NULL, &err));
	CHECK(ts_bundle_finish(w, &err));
}

static struct ts_evidence *evidence_of_bundle(void)
{
	struct ts_err err;
	struct ts_evidence *ev = ts_evidence_new();
	ts_evidence_machine(ev, "server");
	bool ok = ts_evidence_set_bundle(ev, "server", path, &err);
	CHECK_ROW(err.text, ok);
	return ev;
}

static void test_machines(void)
{
	struct ts_err err;
	struct ts_evidence *ev = ts_evidence_new();
	ts_evidence_machine(ev, "client");
	ts_evidence_machine(ev, "server");
	ts_evidence_machine(ev, "server");
	CHECK_INT(ts_evidence_source(ev, "here"), TS_FROM_LIVE);
	CHECK_INT(ts_evidence_source(ev, "server"), TS_FROM_NONE);
	CHECK_INT(ts_evidence_source(ev, "nobody"), TS_FROM_NONE);
	CHECK(ts_evidence_set_live(ev, "server", &err));
	CHECK_INT(ts_evidence_source(ev, "server"), TS_FROM_LIVE);
	CHECK(!ts_evidence_set_live(ev, "nobody", &err));
	CHECK_STR(err.text, "there is no machine 'nobody'; there is here, client, server");
	CHECK_STR(ts_machine_source_name(TS_FROM_ROWS), "rows");
	setenv("SOURCE_DATE_EPOCH", "1795334400", 1);
	CHECK_INT(ts_evidence_as_of(ev, "here"), 1795334400);
	CHECK_INT(ts_evidence_as_of(ev, "client"), 1795334400);
	unsetenv("SOURCE_DATE_EPOCH");
	ts_evidence_set_rows(ev, "here", 42);
	CHECK_INT(ts_evidence_source(ev, "here"), TS_FROM_ROWS);
	CHECK_INT(ts_evidence_as_of(ev, "here"), 42);
	ts_evidence_free(ev);
	ts_evidence_free(NULL);
}

static void test_none(void)
{
	struct ts_evidence *ev = ts_evidence_new();
	struct result r;
	ts_evidence_machine(ev, "server");
	query(ev, "server", "SELECT name FROM services WHERE name = 'TermService'", &r);
	CHECK_STR(ts_buf_str(&r.rows), "");
	CHECK_STR(ts_buf_str(&r.ledger), "services not_collected\n");
	CHECK_STR(ts_buf_str(&r.details), "no evidence of this machine was given\n");
	result_finish(&r);
	/* The check's machine and another one in one statement. */
	check_query(ev, "here", "SELECT s.name FROM server.services s", "", "services not_collected\n");
	ts_evidence_free(ev);
}

static void test_live_unsupported(void)
{
	struct ts_evidence *ev = ts_evidence_new();
	check_query(ev, "here", "SELECT eventid FROM windows_eventlog WHERE channel = 'System'", "",
		"windows_eventlog System unsupported\n");
	check_query(ev, "here", "SELECT * FROM rdp_handshake WHERE host = 'a' AND port = 0", "",
		"rdp_handshake a:0 not_collected\n");
	ts_evidence_free(ev);
}

static void test_bundle(void)
{
	make_bundle();
	struct ts_evidence *ev = evidence_of_bundle();
	CHECK_INT(ts_evidence_source(ev, "server"), TS_FROM_BUNDLE);
	CHECK_INT(ts_evidence_as_of(ev, "server"), 1795334400);
	check_query(ev, "server", "SELECT status, pid FROM services WHERE name = 'termservice'",
		"RUNNING|4\n", "services read\n");
	check_query(ev, "server",
		"SELECT count(*) FROM windows_eventlog WHERE channel = 'System' AND eventid = 36870", "2\n",
		"windows_eventlog System read\n");
	check_query(ev, "server",
		"SELECT count(*) FROM windows_eventlog WHERE channel = 'System' AND timestamp = '604800000'",
		"1\n", "windows_eventlog System read\n");
	check_query(ev, "server", "SELECT count(*) FROM windows_eventlog WHERE channel = 'Security'", "0\n",
		"windows_eventlog Security denied\n");
	check_query(ev, "server", "SELECT count(*) FROM windows_eventlog WHERE channel = 'Application'",
		"0\n", "windows_eventlog Application not_collected\n");
	check_query(ev, "server", "SELECT count(*) FROM registry WHERE key = 'hkey_local_machine\\a'", "0\n",
		"registry hkey_local_machine\\a read\n");
	check_query(ev, "server", "SELECT count(*) FROM registry WHERE key = 'HKEY_LOCAL_MACHINE\\B'", "0\n",
		"registry HKEY_LOCAL_MACHINE\\B absent\n");
	check_query(ev, "server", "SELECT count(*) FROM registry WHERE path = 'HKEY_LOCAL_MACHINE\\A\\x'",
		"0\n", "registry HKEY_LOCAL_MACHINE\\A read\n");
	check_query(ev, "server", "SELECT count(*) FROM registry", "0\n", "registry partial\n");
	check_query(ev, "server", "SELECT count(*) FROM routes", "0\n", "routes not_collected\n");
	check_query(ev, "here", "SELECT count(*) FROM server.services", "1\n", "services read\n");
	ts_evidence_free(ev);
	/* Abandoned: what stands there stays. */
	struct ts_err err;
	ts_bundle_abandon(ts_bundle_create(path, 1, "x", &err));
	ev = evidence_of_bundle();
	ts_evidence_free(ev);
	struct ts_bundle_writer *w = ts_bundle_create("/nonexistent/x.db", 1, "x", &err);
	CHECK(w != NULL && !ts_bundle_finish(w, &err));
	remove(path);
}

/* --- hostile bundles --- */

/* A valid empty bundle, then `sql` on it; true when it is believed. */
static bool believed(const char *sql, struct ts_err *err)
{
	sqlite3 *db = NULL;
	set_path();
	struct ts_bundle_writer *w = ts_bundle_create(path, 1795334400, "srv1", err);
	CHECK(w != NULL && ts_bundle_finish(w, err));
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	char *message = NULL;
	sqlite3_exec(db, sql, NULL, NULL, &message);
	CHECK_ROW(message, message == NULL);
	sqlite3_free(message);
	sqlite3_close(db);
	struct ts_evidence *ev = ts_evidence_new();
	bool ok = ts_evidence_set_bundle(ev, "here", path, err);
	CHECK(ok || ts_evidence_source(ev, "here") == TS_FROM_LIVE); /* a failure leaves what was there */
	ts_evidence_free(ev);
	return ok;
}

static void test_refused(void)
{
	static const struct {
		const char *sql, *part;
	} cases[] = {
		{ "PRAGMA application_id = 1", "not a bundle" },
		{ "PRAGMA application_id = 0x54536B62", "a knowledge base of troubleshoot" },
		{ "PRAGMA user_version = 9", "newer troubleshoot" },
		{ "DROP TABLE ledger", "no table ledger, so nothing tells what was read" },
		{ "DROP TABLE bundle", "no table bundle" },
		{ "DELETE FROM bundle WHERE key = 'as_of'", "does not say when it was made" },
		{ "UPDATE bundle SET value = 'x'", "does not say when it was made" },
		{ "UPDATE bundle SET value = '99999999999999999999'", "does not say when it was made" },
		{ "CREATE VIEW services AS SELECT 'x' AS name", "services is a view" },
		{ "CREATE VIEW SERVICES AS SELECT 'x' AS name", "SERVICES is a view" },
		{ "DROP TABLE ledger; CREATE VIEW ledger AS SELECT 'services' AS \"table\", '' AS subject, "
		  "'read' AS state, '' AS detail",
			"ledger is a view" },
		{ "CREATE VIRTUAL TABLE services USING fts5(name)", "services is a virtual table" },
		{ "CREATE TABLE windows_eventlog(eventid INTEGER)", "lacks the column channel" },
		{ "CREATE TABLE windows_eventlog(x TEXT, channel TEXT AS (upper(x)))",
			"lacks the column channel" },
		{ "INSERT INTO ledger VALUES ('services', '', 'splendid', '')", "unknown state 'splendid'" },
		{ "INSERT INTO ledger VALUES ('services', '', NULL, '')", "unknown state 'NULL'" },
		{ "DROP TABLE ledger; CREATE TABLE ledger(a)", "cannot be read" },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_err err = { "" };
		CHECK_ROW(cases[i].sql, !believed(cases[i].sql, &err));
		bool as_expected = strstr(err.text, cases[i].part) != NULL;
		CHECK_ROW(cases[i].sql, as_expected);
		if (!as_expected) {
			fprintf(stderr, "  %s\n", err.text);
		}
	}
	remove(path);
}

/* What is wrong but harmless: it is read as far as it makes sense. */
static void test_odd(void)
{
	static const struct {
		const char *sql, *query, *rows, *ledger;
	} cases[] = {
		{ "CREATE TABLE services(name, pid, status, win32_exit_code); INSERT INTO services VALUES "
		  "(12, '34', x'41', 'many'), ('a', 5.0, 1.5, 2.5);"
		  "INSERT INTO ledger VALUES ('services', '', 'read', '')",
			"SELECT name, pid, status, win32_exit_code FROM services", "12|34|-|-\na|5|1.5|-\n",
			"services read\n" },
		{ "CREATE TABLE services(name TEXT, extra TEXT, pid TEXT AS (upper(name))); "
		  "INSERT INTO services VALUES ('a', 'b');"
		  "INSERT INTO ledger VALUES ('services', '', 'read', '')",
			"SELECT name, pid, status FROM services", "a|-|-\n", "services read\n" },
		{ "INSERT INTO ledger VALUES ('services', '', 'read', '')", "SELECT name FROM services", "",
			"services read\nservices not_collected\n" },
		{ "CREATE TABLE services(name TEXT); INSERT INTO services VALUES ('a')",
			"SELECT name FROM services", "a\n", "services not_collected\n" },
		{ "CREATE TABLE services(name TEXT); CREATE TRIGGER t BEFORE INSERT ON services BEGIN SELECT "
		  "RAISE(ABORT, 'x'); END;"
		  "INSERT INTO ledger VALUES ('services', '', 'read', ''), ('unheard_of', '', 'splendid', "
		  "'')",
			"SELECT name FROM services", "", "services read\n" },
		{ "CREATE TABLE services(name TEXT); INSERT INTO services SELECT printf('%.*c', 5000000, "
		  "'x');"
		  "INSERT INTO ledger VALUES ('services', '', 'read', '')",
			"SELECT length(name) FROM services", NULL, "services read\nservices partial\n" },
		{ "CREATE TABLE services(name TEXT, description TEXT); INSERT INTO services"
		  " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i, "
		  "printf('%.*c', 2000000, 'x') FROM n;"
		  "INSERT INTO ledger VALUES ('services', '', 'read', '')",
			"SELECT count(*) FROM services WHERE length(description) > 0", NULL,
			"services read\nservices partial\n" },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_err err = { "" };
		bool ok = believed(cases[i].sql, &err);
		CHECK_ROW(err.text, ok);
		if (ok) {
			struct ts_evidence *ev = evidence_of_bundle();
			check_query(ev, "server", cases[i].query, cases[i].rows, cases[i].ledger);
			ts_evidence_free(ev);
		}
	}
	remove(path);
}

/* Cut off, and with damaged bytes, at many places: an error or honest gaps, never a crash. */
static void test_damaged(void)
{
	struct ts_buf b;
	struct ts_err err;
	int refused = 0, opened = 0;
	make_bundle();
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	CHECK(ts_os_read_file(path, &b, &err));
	for (size_t n = 0; n < b.len; n += 997) {
		struct ts_evidence *ev = ts_evidence_new();
		CHECK(ts_os_write_file(path, b.data, n, 0600, &err));
		CHECK(!ts_evidence_set_bundle(ev, "here", path, &err));
		ts_evidence_free(ev);
	}
	unsigned seed = 1;
	for (int round = 0; round < 150; round++) {
		char *copy = ts_xmalloc(b.len);
		memcpy(copy, b.data, b.len);
		for (int k = 0; k < 20; k++) {
			seed = seed * 1103515245u + 12345u;
			copy[100 + (seed >> 8) % (b.len - 100)] = (char)(seed >> 3);
		}
		struct ts_evidence *ev = ts_evidence_new();
		CHECK(ts_os_write_file(path, copy, b.len, 0600, &err));
		if (ts_evidence_set_bundle(ev, "here", path, &err)) {
			struct result r;
			opened++;
			query(ev, "here", "SELECT * FROM services", &r);
			result_finish(&r);
			query(ev, "here", "SELECT * FROM windows_eventlog WHERE channel = 'System'", &r);
			result_finish(&r);
		} else {
			refused++;
		}
		ts_evidence_free(ev);
		free(copy);
	}
	CHECK(refused > 0);
	CHECK(opened > 0);
	ts_buf_finish(&b);
	remove(path);
}

static void test_wrong_path(void)
{
	struct ts_err err;
	struct ts_evidence *ev = ts_evidence_new();
	CHECK(!ts_evidence_set_bundle(ev, "here", "/nonexistent.db", &err));
	CHECK_ROW(err.text, strstr(err.text, "does not exist") != NULL);
	CHECK(!ts_evidence_set_bundle(ev, "here", "/tmp", &err));
	CHECK_ROW(err.text, strstr(err.text, "folder") != NULL);
	CHECK(!ts_evidence_set_bundle(ev, "nobody", "/tmp", &err));
	ts_evidence_free(ev);
}

/* --- budget, threads --- */

static void test_budget(void)
{
	struct ts_evidence *ev = ts_evidence_new();
	atomic_bool cancel = true;
	struct ts_budget over = { .deadline = 1 }, cancelled = { .cancel = &cancel };
	struct result r;
	ts_evidence_set_rows(ev, "server", 1);
	query_budget(ev, "server", "SELECT name FROM services", &over, &r);
	CHECK_ROW(r.err.text, strstr(r.err.text, "time limit") != NULL ||
				      strcmp(ts_buf_str(&r.ledger), "services timeout\n") == 0);
	result_finish(&r);
	query_budget(ev, "server", "SELECT name FROM services", &cancelled, &r);
	CHECK_ROW(r.err.text, strstr(r.err.text, "cancelled") != NULL ||
				      strcmp(ts_buf_str(&r.ledger), "services timeout\n") == 0);
	result_finish(&r);
	ts_evidence_free(ev);
}

static void work(void *arg)
{
	struct ts_evidence *ev = arg;
	for (int i = 0; i < 20; i++) {
		struct result r;
		query(ev, i % 2 == 0 ? "server" : "here",
			"SELECT count(*) FROM server.services WHERE name = 'TermService'", &r);
		if (strcmp(ts_buf_str(&r.rows), "1\n") != 0) {
			abort();
		}
		result_finish(&r);
	}
}

static void test_threads(void)
{
	make_bundle();
	struct ts_evidence *ev = evidence_of_bundle();
	struct ts_thread *threads[4];
	for (size_t i = 0; i < TS_COUNT(threads); i++) {
		threads[i] = ts_thread_start(work, ev);
	}
	for (size_t i = 0; i < TS_COUNT(threads); i++) {
		ts_thread_join(threads[i]);
	}
	ts_evidence_free(ev);
	remove(path);
	CHECK(true);
}

TEST_MAIN({ "machines", test_machines }, { "none", test_none }, { "unsupported", test_live_unsupported },
	{ "bundle", test_bundle }, { "refused", test_refused }, { "odd", test_odd },
	{ "damaged", test_damaged }, { "wrong_path", test_wrong_path }, { "budget", test_budget },
	{ "threads", test_threads })
