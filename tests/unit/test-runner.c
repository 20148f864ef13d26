/* tests/unit/test-runner.c - running checks: hostile SQL, deadline, cancel, workers side by side, parameters
 * as values. */
#include "test.h"

#include "engine/runner.h"
#include "entry-dsl.h"
#include "os/os.h"
#include "os/thread.h"
#include "table/evidence.h"

#define ENDLESS                                                                                              \
	"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT 'open' FROM c WHERE i < 0"

static struct ts_conn *open_evidence(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	if (strstr(sql, "/*wait*/") != NULL) {
		ts_os_sleep_ms(200);
	}
	return ts_evidence_open(ctx, machine, sql, budget, err);
}

static int64_t as_of(void *ctx, const char *machine)
{
	return ts_evidence_as_of(ctx, machine);
}

static atomic_bool cancel;
static const char *const no_hosts[] = { NULL };

static struct ts_run_options options(const struct ts_evidence_if *evidence)
{
	atomic_store(&cancel, false);
	return (struct ts_run_options){
		.evidence = evidence,
		.timeout_s = 10,
		.max_connections = 4,
		.workers = 8,
		.hosts = no_hosts,
		.cancel = &cancel,
	};
}

/* "here" with no live table behind it, one table of rows and a gap. */
static struct ts_evidence *rows_evidence(void)
{
	static const char *const columns[] = { "host", "port", "state" };
	static const char *const values[] = { "srv1", "3389", "open" };
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_err err;
	ts_evidence_set_rows(ev, "here", 1763798400);
	CHECK(ts_evidence_rows_table(ev, "here", "tcp_connect", &err));
	CHECK(ts_evidence_rows_row(ev, "here", "tcp_connect", columns, values, 3, &err));
	CHECK(ts_evidence_rows_gap(ev, "here", "os_version", NULL, TS_SEEN_DENIED, &err));
	return ev;
}

static const struct ts_run_param params[] = { { "host", "srv1" }, { "port", "3389" } };

static struct ts_outcome *run(struct ts_run_options *o, const char *sql, int timeout)
{
	struct ts_node n = {
		.kind = TS_NODE_QUESTION, .id = "q", .title = "q", .machine = "here", .sql = sql
	};
	struct ts_answer answers[] = { { .label = "open", .to = -1 }, { .label = "none", .to = -1 } };
	struct ts_run_job job = { 0, &n, 1763798400, "2025-11-15T08:00:00.000Z" };
	n.answers = answers;
	n.nanswers = TS_COUNT(answers);
	n.timeout = timeout;
	return ts_check_run(o, &job);
}

static void with_tables(void)
{
	static const struct {
		const char *sql, *answer;
		enum ts_check_state state;
		const char *reason;
	} rows[] = {
		{ "SELECT state AS answer FROM tcp_connect WHERE host = $host AND port = $port", "open",
			TS_CHECK_ANSWERED, NULL },
		{ "SELECT state FROM tcp_connect WHERE host = 'other' AND port = 1", "none",
			TS_CHECK_ANSWERED, NULL },
		{ "SELECT 'open' AS answer, (SELECT count(*) FROM os_version)", "open", TS_CHECK_UNKNOWN,
			"os_version could not be read: access denied" },
	};
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	o.params = params;
	o.nparams = TS_COUNT(params);
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_outcome *out = run(&o, rows[i].sql, 0);
		CHECK_STR(out->result.answer, rows[i].answer);
		CHECK_INT(out->result.state, rows[i].state);
		if (rows[i].reason == NULL) {
			CHECK_STR(out->result.reason, NULL);
		} else {
			CHECK_ROW(rows[i].reason, out->result.reason != NULL &&
							  strstr(out->result.reason, "os_version") != NULL);
			CHECK_STR(out->result.hint, "run elevated");
		}
		CHECK(out->result.nledger > 0);
		ts_outcome_free(out);
	}
	struct ts_outcome *out = run(&o, "SELECT 'open' FROM services", 0);
	CHECK_INT(out->result.state, TS_CHECK_UNKNOWN);
	CHECK(strstr(out->result.reason, "was not collected") != NULL);
	ts_outcome_free(out);
	ts_evidence_free(ev);
	ts_outcome_free(NULL);
	ts_round_free(NULL);
}

/* Whatever an entry's SQL tries: unknown, with a reason that says what was refused. */
static void hostile(void)
{
	static const struct {
		const char *sql, *says; /* a part of the reason */
	} rows[] = {
		{ "ATTACH '/tmp/x.db' AS x", "ATTACH" },
		{ "PRAGMA table_info(x)", "PRAGMA" },
		{ "SELECT * FROM pragma_database_list", "cannot run" },
		{ "SELECT load_extension('x')", "load_extension" },
		{ "SELECT readfile('/etc/passwd')", "readfile" },
		{ "CREATE TABLE t(x)", "only SELECT" },
		{ "DELETE FROM tcp_connect", "cannot run" },
		{ "SELECT 'open'; SELECT 'open'", "second" },
		{ "EXPLAIN SELECT 'open'", "EXPLAIN" },
		{ "", "no statement" },
		{ "SELECT", "cannot run" },
		{ "SELECT \"open\"", "open" }, /* a column, not a string */
		{ ENDLESS, "time limit" },
		{ "SELECT 'open' FROM (" ENDLESS ")", "time limit" },
		{ "SELECT replace(printf('%3000000d', 1), ' ', 'xx')", "4 MB" },
		{ "WITH RECURSIVE c(s) AS (SELECT 'xxxxxxxx' UNION ALL SELECT s || s FROM c) SELECT max(s) "
		  "FROM c",
			"4 MB" },
		{ "SELECT 'open' WHERE regex_match(printf('%.30000c', 'a') || 'b', '(a+)+$', 0) IS NOT NULL",
			"" },
		{ "SELECT "
		  "((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))"
		  ")))))))))",
			"cannot run" },
	};
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		int64_t start = ts_os_mono_ms();
		struct ts_outcome *out = run(&o, rows[i].sql, 1);
		CHECK_ROW(rows[i].sql, out->result.state == TS_CHECK_UNKNOWN);
		CHECK_ROW(rows[i].sql,
			out->result.reason != NULL && strstr(out->result.reason, rows[i].says) != NULL);
		CHECK_ROW(rows[i].sql, ts_os_mono_ms() - start < 3000);
		if (out->result.reason != NULL && strstr(out->result.reason, rows[i].says) == NULL) {
			fprintf(stderr, "  got: %s\n", out->result.reason);
		}
		ts_outcome_free(out);
	}
	ts_evidence_free(ev);
}

static void deadline(void)
{
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	o.timeout_s = 1;
	int64_t start = ts_os_mono_ms();
	struct ts_outcome *out = run(&o, ENDLESS, 0);
	int64_t took = ts_os_mono_ms() - start;
	CHECK(took >= 950 && took < 2000);
	CHECK_STR(out->result.reason, "the time limit of 1 s was reached");
	CHECK_STR(out->result.hint, "--timeout=SECONDS");
	CHECK(out->result.ms >= 950);
	ts_outcome_free(out);
	ts_evidence_free(ev);
}

static void cancel_soon(void *arg)
{
	int64_t *at = arg;
	ts_os_sleep_ms(100);
	*at = ts_os_mono_ms();
	atomic_store(&cancel, true);
}

static void cancelling(void)
{
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	int64_t at = 0;
	struct ts_thread *t = ts_thread_start(cancel_soon, &at);
	struct ts_outcome *out = run(&o, ENDLESS, 0);
	int64_t end = ts_os_mono_ms();
	ts_thread_join(t);
	CHECK(at > 0 && end - at <= 50);
	CHECK_INT(out->result.state, TS_CHECK_SKIPPED);
	CHECK_STR(out->result.reason, "it was skipped while it ran");
	ts_outcome_free(out);
	/* What has not begun does not begin. */
	out = run(&o, "SELECT 'open'", 0);
	CHECK_INT(out->result.state, TS_CHECK_SKIPPED);
	ts_outcome_free(out);
	ts_evidence_free(ev);
}

#define SIDE 8

/* Run n checks that wait for 200 ms each; how long all of them took. */
static int64_t together(int workers)
{
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	struct ts_node n = { .kind = TS_NODE_QUESTION,
		.id = "q",
		.title = "q",
		.machine = "here",
		.sql = "SELECT /*wait*/ 'open'" };
	struct ts_answer open = { .label = "open", .to = -1 };
	struct ts_run_job jobs[SIDE];
	n.answers = &open;
	n.nanswers = 1;
	o.workers = workers;
	for (int i = 0; i < SIDE; i++) {
		jobs[i] = (struct ts_run_job){ i, &n, 0, "" };
	}
	int64_t start = ts_os_mono_ms();
	struct ts_round *r = ts_round_new(&o, jobs, SIDE);
	for (size_t i = 0; i < SIDE; i++) {
		while (!ts_round_wait(r, i, 50)) {
			struct ts_running running[SIDE];
			size_t k = ts_round_running(r, running, SIDE);
			CHECK(k >= 1 && k <= (size_t)workers);
		}
		struct ts_outcome *out = ts_round_take(r, i);
		CHECK_INT(out->result.state, TS_CHECK_ANSWERED);
		CHECK(ts_round_take(r, i) == NULL);
		ts_outcome_free(out);
	}
	int64_t took = ts_os_mono_ms() - start;
	ts_round_free(r);
	ts_evidence_free(ev);
	return took;
}

static void side_by_side(void)
{
	int64_t took = together(8);
	CHECK(took >= 200 && took < 600);
	took = together(4);
	CHECK(took >= 400 && took < 1000);
	CHECK(together(1) >= SIDE * 200);
}

/* A round that nobody waits for. */
static void dropped(void)
{
	struct ts_evidence *ev = rows_evidence();
	const struct ts_evidence_if evidence = { ev, open_evidence, as_of };
	struct ts_run_options o = options(&evidence);
	struct ts_node n = {
		.kind = TS_NODE_QUESTION, .id = "q", .title = "q", .machine = "here", .sql = ENDLESS
	};
	struct ts_run_job jobs[SIDE];
	for (int i = 0; i < SIDE; i++) {
		jobs[i] = (struct ts_run_job){ i, &n, 0, "" };
	}
	o.workers = 3;
	struct ts_round *r = ts_round_new(&o, jobs, SIDE);
	CHECK(!ts_round_wait(r, 0, 20));
	atomic_store(&cancel, true);
	int64_t start = ts_os_mono_ms();
	ts_round_free(r);
	CHECK(ts_os_mono_ms() - start < 200);
	ts_evidence_free(ev);
}

static void integers(void)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "0", true },
		{ "3389", true },
		{ "-1", true },
		{ "9223372036854775807", true },
		{ "-9223372036854775808", true },
		{ "9223372036854775808", false },
		{ "-0", false },
		{ "00", false },
		{ "007", false },
		{ "+7", false },
		{ " 7", false },
		{ "7 ", false },
		{ "7a", false },
		{ "", false },
		{ "-", false },
		{ "0x7", false },
		{ "1.5", false },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		int64_t v;
		CHECK_ROW(rows[i].text, ts_run_integer(rows[i].text, &v) == rows[i].is);
	}
}

static void times(void)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.000Z" },
		{ 951782400, "2000-02-29T00:00:00.000Z" },
		{ 1709251199, "2024-02-29T23:59:59.000Z" },
		{ 4107542400, "2100-03-01T00:00:00.000Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.000Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char buf[TS_ISO_SIZE];
		ts_run_iso8601(rows[i].seconds, buf);
		CHECK_STR(buf, rows[i].want);
	}
}

TEST_MAIN({ "with_tables", with_tables }, { "hostile", hostile }, { "deadline", deadline },
	{ "cancelling", cancelling }, { "side_by_side", side_by_side }, { "dropped", dropped },
	{ "integers", integers }, { "times", times })
