/* tests/unit/test-session.c - the stepper with scripted checks: events, parameters, answers, back,
 * verification, contradictions. */
#include "test.h"

#include "base/buf.h"
#include "engine/session.h"
#include "entry-dsl.h"
#include "os/os.h"
#include "os/thread.h"

#define NOW 1763798400 /* 2025-11-22T08:00:00Z */

/* ---- evidence: bare connections; a gap for the machine "server"; a comment in the SQL makes opening slow
 * ---- */

static struct ts_conn *open_bare(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	atomic_int *opened = ctx;
	if (opened != NULL) {
		atomic_fetch_add(opened, 1);
	}
	if (strstr(sql, "/*slow*/") != NULL) {
		ts_os_sleep_ms(60);
	}
	if (strstr(sql, "/*broken*/") != NULL) {
		ts_fail(err, "the bundle is damaged");
		return NULL;
	}
	struct ts_conn *c = ts_conn_new(budget, err);
	if (strcmp(machine, "server") == 0) {
		ts_ledger_add(ts_conn_ledger(c), "registry", "HKLM", TS_SEEN_NOT_COLLECTED, NULL);
	}
	ts_conn_seal(c);
	return c;
}

static int64_t fixed_as_of(void *ctx, const char *machine)
{
	(void)ctx;
	return strcmp(machine, "server") == 0 ? NOW - 86400 : NOW;
}

static const struct ts_evidence_if bare = { NULL, open_bare, fixed_as_of };
static const struct ts_session_options asking = { .ask = true, .run_checks = true };
static const struct ts_session_options one_shot = { .run_checks = true };

/* The next event in words: "ask q", "ran c", "param host", "advise c", "done c/end", "done solved c",
 * "error". */
static const char *step(struct ts_session *s)
{
	static char text[1100];
	struct ts_event ev;
	ts_session_step(s, &ev);
	const char *node = ev.node < 0 ? "-" : ts_session_entry(s)->nodes[ev.node].id;
	switch (ev.kind) {
	case TS_EV_ASK: snprintf(text, sizeof(text), "ask %s", node); break;
	case TS_EV_ASK_PARAM: snprintf(text, sizeof(text), "param %s", ev.param->name); break;
	case TS_EV_RAN: snprintf(text, sizeof(text), "ran %s", node); break;
	case TS_EV_ADVISE: snprintf(text, sizeof(text), "advise %s", node); break;
	case TS_EV_DONE:
		snprintf(text, sizeof(text), "done %s%s%s%s", ev.solved ? "solved " : "", node,
			ev.label ? "/" : "", ev.label ? ev.label : "");
		break;
	case TS_EV_ERROR: snprintf(text, sizeof(text), "error %s", ev.err.text); break;
	}
	return text;
}

static int id(const struct ts_session *s, const char *node)
{
	return ts_entry_node(ts_session_entry(s), node);
}

static bool answer(struct ts_session *s, const char *node, const char *label)
{
	return ts_session_answer(s, id(s, node), label, TS_BY_PERSON, NULL);
}

static const struct ts_result *result(const struct ts_session *s, const char *node)
{
	return ts_session_result(s, id(s, node));
}

/* "c1 confirmed, c2 possible" */
static const char *causes(const struct ts_session *s)
{
	static char text[512];
	const struct ts_cause *c;
	size_t n = ts_session_causes(s, &c), at = 0;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s %s", i ? ", " : "",
			ts_session_entry(s)->nodes[c[i].node].id, ts_status_name(c[i].status));
	}
	return text;
}

static const char *trail(const struct ts_session *s)
{
	static char text[512];
	const struct ts_trail_item *t;
	size_t n = ts_session_trail(s, &t), at = 0;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s=%s by %s", i ? ", " : "",
			ts_session_entry(s)->nodes[t[i].node].id, t[i].label, ts_by_name(t[i].by));
	}
	return text;
}

/* ---- tests ---- */

#define TREE                                                                                                 \
	"Q top sql : open>c-a refused>mid timeout>c-b\n"                                                     \
	"Q mid : yes>c-a no>c-b end\n"                                                                       \
	"C c-a 30 5 sql : not_solved>c-b\n"                                                                  \
	"C c-b 10 5 : not_solved>!\n"

static struct ts_entry *tree(const char *top, const char *c_a)
{
	struct ts_entry *e = dsl_entry(TREE);
	dsl_sql(e, "top", top);
	dsl_sql(e, "c-a", c_a);
	return e;
}

static void guided(void)
{
	struct ts_entry *e = tree("SELECT 'refused' AS answer, 7 AS n", "SELECT 'present' AS answer");
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	struct ts_err err;
	CHECK_INT(result(s, "top")->state, TS_CHECK_NOT_RUN);
	CHECK_STR(step(s), "ran top");
	CHECK_INT(result(s, "top")->runs, 1);
	CHECK_STR(result(s, "top")->rows[0].cells[1].name, "n");
	CHECK_STR(result(s, "top")->rows[0].cells[1].text, "7");
	CHECK_INT(result(s, "top")->rows[0].cells[1].type, TS_CELL_INT);
	CHECK_STR(step(s), "ask mid");
	CHECK_STR(step(s), "ask mid"); /* until it is answered */
	CHECK_INT(ts_session_questions_left(s), 1);
	CHECK(!ts_session_answer(s, id(s, "mid"), "maybe", TS_BY_PERSON, &err));
	CHECK_STR(err.text, "\"maybe\" is no answer to \"mid\"; the answers are yes, no, end or unknown");
	CHECK(!ts_session_answer(s, 99, "yes", TS_BY_PERSON, &err));
	CHECK(!ts_session_answer(s, id(s, "c-a"), "yes", TS_BY_PERSON, &err));
	CHECK_STR(err.text, "\"yes\" is no answer to \"c-a\"; the answers are solved, not solved or unknown");
	CHECK(answer(s, "mid", "YES"));
	CHECK_STR(trail(s), "top=refused by machine, mid=yes by person");
	CHECK_STR(step(s), "ran c-a");
	CHECK_STR(causes(s), "c-a confirmed, c-b possible");
	CHECK_STR(step(s), "advise c-a");
	CHECK(answer(s, "c-a", "not solved"));
	CHECK_STR(step(s), "advise c-b");
	CHECK_INT(ts_session_back(s, 1), 1);
	CHECK_STR(step(s), "advise c-a");
	CHECK_INT(ts_session_back(s, 5), 1);
	CHECK_STR(step(s), "ask mid");
	CHECK_INT(result(s, "c-a")->runs, 1); /* kept */
	CHECK(answer(s, "mid", "end"));
	CHECK_STR(causes(s), "c-a confirmed, c-b off");
	CHECK_STR(ts_session_contradiction(s, 0),
		"\"c-a\" is confirmed by its check, although the answers lead elsewhere");
	CHECK(ts_session_contradiction(s, 1) == NULL);
	CHECK(answer(s, "mid", "yes"));
	CHECK(answer(s, "c-a", "solved"));
	CHECK_STR(step(s), "done solved c-a");
	CHECK_STR(step(s), "done solved c-a");
	CHECK_STR(trail(s), "top=refused by machine, mid=yes by person, c-a=solved by person");
	ts_session_free(s);
	ts_entry_free(e);
	ts_session_free(NULL);
}

static void unknowns(void)
{
	static const struct {
		const char *sql, *reason, *answer;
		enum ts_check_state state;
	} rows[] = {
		{ "SELECT NULL AS answer", "the check returned no value (NULL)", NULL, TS_CHECK_UNKNOWN },
		{ "SELECT 'x' AS answer", "the check returned \"x\", which no answer names", "x",
			TS_CHECK_UNKNOWN },
		{ "SELECT 1 AS answer WHERE 0", "the check returned no row, and no answer is called none",
			"none", TS_CHECK_UNKNOWN },
		{ "SELECT x FROM nowhere", "the check cannot run: no such table: nowhere", NULL,
			TS_CHECK_UNKNOWN },
		{ "SELECT /*broken*/ 'open'", "the evidence cannot be opened: the bundle is damaged", NULL,
			TS_CHECK_UNKNOWN },
		{ "SELECT $other", "the parameter other was not given", NULL, TS_CHECK_SKIPPED },
		{ "SELECT ?", "the check cannot run: it has a parameter without a name", NULL,
			TS_CHECK_UNKNOWN },
		{ "SELECT 'open' AS answer", NULL, "open", TS_CHECK_ANSWERED },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_entry *e = tree(rows[i].sql, "SELECT 'absent'");
		struct ts_session *s = ts_session_new(e, &bare, &asking);
		CHECK_STR(step(s), "ran top");
		CHECK_STR(result(s, "top")->reason, rows[i].reason);
		CHECK_STR(result(s, "top")->answer, rows[i].answer);
		CHECK_INT(result(s, "top")->state, rows[i].state);
		CHECK_STR(step(s), rows[i].state == TS_CHECK_ANSWERED ? "ran c-a" : "ask top");
		ts_session_free(s);
		ts_entry_free(e);
	}
}

static void gaps(void)
{
	struct ts_entry *e = dsl_entry(
		"C c 1 1 sql server certain=present : not_solved>d\nC d 1 1 sql server : not_solved>!\n");
	dsl_sql(e, "c", "SELECT 'present' AS answer");
	dsl_sql(e, "d", "SELECT 'present' AS answer");
	struct ts_session *s = ts_session_new(e, &bare, &one_shot);
	CHECK_STR(step(s), "ran c");
	CHECK_STR(step(s), "ran d");
	CHECK_STR(step(s), "done -");
	CHECK_STR(causes(s), "c confirmed, d possible"); /* certain stands, the other does not */
	CHECK_INT(result(s, "d")->nledger, 1);
	CHECK_STR(result(s, "d")->reason, "registry for HKLM was not collected");
	CHECK_STR(result(s, "d")->hint, "--evidence server=PATH, or --here=server if this computer is it");
	ts_session_free(s);
	ts_entry_free(e);
}

static void rows_kept(void)
{
	struct ts_entry *e =
		tree("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 21) "
		     "SELECT 'open' AS answer, i, 0.5, x'4142', x'', "
		     "replace(printf('%.20000c', 'a'), 'a', 'ä') FROM c",
			"SELECT 'absent'");
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	CHECK_STR(step(s), "ran top");
	const struct ts_result *r = result(s, "top");
	CHECK_INT(r->state, TS_CHECK_ANSWERED);
	CHECK_INT(r->nrows, TS_EVIDENCE_ROWS);
	CHECK(r->more_rows);
	CHECK_STR(r->rows[19].cells[1].text, "20");
	CHECK_INT(r->rows[0].cells[2].type, TS_CELL_REAL);
	CHECK_STR(r->rows[0].cells[3].text, "AB");
	CHECK_STR(r->rows[0].cells[4].text, "");
	/* A long value is cut between characters, and says so. */
	CHECK_INT(strlen(r->rows[0].cells[5].text), (16 << 10) + 3);
	CHECK_STR(r->rows[0].cells[5].text + (16 << 10) - 2, "ä...");
	ts_session_free(s);
	ts_entry_free(e);
}

static struct ts_entry *with_params(void)
{
	struct ts_entry *e =
		dsl_entry("Q q sql params=host,port : up>c down\nC c 1 1 sql params=name : not_solved>!\n");
	dsl_param(e, "host", "[a-z0-9.]{1,20}", NULL);
	dsl_param(e, "port", "[0-9]{1,5}", "3389");
	dsl_param(e, "name", "[a-z]+", NULL);
	dsl_sql(e, "q",
		"SELECT iif($host = 'srv1' AND typeof($host) = 'text' AND $port = 3389 AND typeof($port) = "
		"'integer' AND "
		"$now = 1763798400 AND $since = '2025-11-15T08:00:00.000Z', 'up', 'down') AS answer");
	dsl_sql(e, "c", "SELECT 'present' AS answer, $name");
	return e;
}

static void parameters(void)
{
	struct ts_entry *e = with_params();
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	struct ts_err err;
	CHECK_STR(step(s), "param host");
	CHECK_STR(step(s), "param host");
	CHECK(!ts_session_set(s, "hots", "srv1", &err));
	CHECK_STR(err.text,
		"test/entry has no parameter hots; it has host, port and name (did you mean host?)");
	CHECK(!ts_session_set(s, "host", "srv1; rm", &err));
	CHECK_STR(err.text, "\"srv1; rm\" is no value for host: the whole of it must match [a-z0-9.]{1,20}");
	CHECK(!ts_session_set(s, "host", "srv1\n", &err));
	CHECK(!ts_session_set(s, "host", "", &err));
	CHECK(ts_session_get(s, "host") == NULL);
	CHECK(ts_session_set(s, "host", "srv1", &err));
	CHECK_STR(ts_session_get(s, "host"), "srv1");
	CHECK_STR(ts_session_get(s, "port"), "3389");
	CHECK(ts_session_get(s, "nothing") == NULL);
	CHECK_STR(step(s), "ran q");
	CHECK_STR(result(s, "q")->answer, "up");
	CHECK_STR(step(s), "param name");
	ts_session_refuse_param(s, "name");
	ts_session_refuse_param(s, "nothing");
	CHECK_STR(step(s), "advise c");
	CHECK_INT(result(s, "c")->state, TS_CHECK_SKIPPED);
	CHECK_STR(result(s, "c")->hint, "--set name=VALUE");
	/* Given after all: its checks run, and those that bind another one do not run again. */
	CHECK(ts_session_set(s, "name", "x", NULL));
	CHECK_STR(step(s), "ran c");
	CHECK_INT(result(s, "q")->runs, 1);
	CHECK(ts_session_set(s, "host", "srv1", NULL)); /* the same value */
	CHECK_STR(step(s), "advise c");
	CHECK(ts_session_set(s, "host", "srv2", NULL));
	CHECK_STR(step(s), "ran q");
	/* The way ends elsewhere now, but a fault that is there is still worth its steps. */
	CHECK_STR(step(s), "advise c");
	ts_session_answer(s, 1, "not solved", TS_BY_PERSON, NULL);
	CHECK_STR(step(s), "done q/down");
	CHECK_STR(causes(s), "c confirmed");
	ts_session_free(s);

	s = ts_session_new(e, &bare, &one_shot);
	CHECK_STR(step(s), "done -"); /* nothing could run */
	CHECK_STR(result(s, "q")->reason, "the parameter host was not given");
	CHECK_STR(result(s, "q")->hint, "--host NAME");
	ts_session_free(s);
	ts_entry_free(e);
}

static void expand(void)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "{host}:{port}", "srv1:3389" },
		{ "{ $_.x } {host", "{ $_.x } {host" },
		{ "{{host}}", "{srv1}" },
		{ "{name} {nothing} {}", "{name} {nothing} {}" },
		{ "{bad}", "{bad}" }, /* its default does not match its own pattern */
		{ "a{host}b{host}c", "asrv1bsrv1c" },
	};
	struct ts_entry *e = with_params();
	dsl_param(e, "bad", "[0-9]+", "'; rm");
	struct ts_session *s = ts_session_new(e, NULL, &asking);
	CHECK(ts_session_set(s, "host", "srv1", NULL));
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *got = ts_session_expand(s, rows[i][0]);
		CHECK_STR(got, rows[i][1]);
		free(got);
	}
	ts_session_free(s);
	ts_entry_free(e);
}

static void bad_pattern(void)
{
	struct ts_entry *e = dsl_entry("Q q : a\n");
	struct ts_err err;
	dsl_param(e, "x", "[", "1");
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	CHECK(!ts_session_set(s, "x", "1", &err));
	CHECK_STR(err.text, "x of test/entry cannot be set: its pattern [ is no regular expression");
	ts_session_free(s);
	ts_entry_free(e);
}

static void clocks(void)
{
	struct ts_entry *e = dsl_entry("Q q : a\n");
	struct ts_session_options o = one_shot;
	static const struct {
		int64_t since_s;
		const char *machine, *want;
	} rows[] = {
		{ 0, "here", "2025-11-15T08:00:00.000Z" },
		{ 0, "server", "2025-11-14T08:00:00.000Z" },
		{ 3600, "here", "2025-11-22T07:00:00.000Z" },
		{ NOW, "here", "1970-01-01T00:00:00.000Z" },
		{ NOW + 1, "here", "1969-12-31T23:59:59.000Z" },
		{ INT64_MAX, "here", "0000-01-01T00:00:00.000Z" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		o.since_s = rows[i].since_s;
		struct ts_session *s = ts_session_new(e, &bare, &o);
		char *got = ts_session_since(s, rows[i].machine);
		CHECK_STR(got, rows[i].want);
		free(got);
		ts_session_free(s);
	}
	ts_entry_free(e);
}

/* Results come in walk order, whichever check ends first. */
static void order_of_results(void)
{
	struct ts_entry *e =
		dsl_entry("Q q : a>b1 b>b2 c>b3\nC b1 1 1 sql : \nC b2 1 1 sql :\nC b3 1 1 sql :\n");
	dsl_sql(e, "b1", "SELECT /*slow*/ 'absent'");
	dsl_sql(e, "b2", "SELECT 'absent'");
	dsl_sql(e, "b3", "SELECT /*slow*/ 'present'");
	struct ts_session *s = ts_session_new(e, &bare, &one_shot);
	CHECK_STR(step(s), "ran b1");
	CHECK_INT(result(s, "b2")->state, TS_CHECK_NOT_RUN); /* not told yet */
	CHECK_STR(step(s), "ran b2");
	CHECK_STR(step(s), "ran b3");
	CHECK_STR(step(s), "done b3"); /* the only way that is left */
	CHECK_STR(causes(s), "b3 confirmed, b1 excluded, b2 excluded");
	const int *open;
	CHECK_INT(ts_session_open(s, &open), 1);
	CHECK_INT(open[0], 0);
	ts_session_free(s);
	ts_entry_free(e);
}

static void verification(void)
{
	struct ts_entry *e = tree("SELECT 'open'", "SELECT 'present'");
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	struct ts_err err;
	CHECK(!ts_session_rerun(s, id(s, "mid"), &err));
	CHECK(!ts_session_rerun(s, -1, &err));
	CHECK_STR(step(s), "ran top");
	CHECK_STR(step(s), "ran c-a");
	CHECK_STR(step(s), "advise c-a");
	CHECK(ts_session_rerun(s, id(s, "c-a"), &err));
	CHECK_INT(result(s, "c-a")->runs, 2);
	CHECK(answer(s, "c-a", "solved"));
	CHECK_STR(ts_session_contradiction(s, 0),
		"\"c-a\": it is said to be solved, but the check still finds the fault");
	dsl_sql(e, "c-a", "SELECT 'absent'");
	CHECK(ts_session_rerun(s, id(s, "c-a"), &err));
	CHECK(ts_session_contradiction(s, 0) == NULL);
	CHECK_STR(causes(s), "c-a confirmed, c-b possible"); /* it was there, and it has gone */
	CHECK_STR(step(s), "done solved c-a");
	ts_session_forget(s, -1);
	CHECK_INT(result(s, "top")->state, TS_CHECK_NOT_RUN);
	CHECK_INT(ts_session_back(s, 1), 1);
	CHECK_STR(step(s), "ran top");
	CHECK_STR(step(s), "ran c-a");
	CHECK_STR(step(s), "advise c-b");
	CHECK_STR(causes(s), "c-b possible, c-a excluded");
	ts_session_free(s);
	ts_entry_free(e);
}

static int64_t moving_clock(void *ctx, const char *machine)
{
	(void)machine;
	return *(int64_t *)ctx;
}

static struct ts_conn *open_moving(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	(void)ctx;
	return open_bare(NULL, machine, sql, budget, err);
}

/* After the steps, logs are read from the run before on; where the clock stands still, as before. */
static void since_again(void)
{
	int64_t clock = NOW;
	struct ts_evidence_if evidence = { &clock, open_moving, moving_clock };
	struct ts_entry *e = tree("SELECT 'open', $since", "SELECT 'present' AS answer, $since");
	struct ts_session *s = ts_session_new(e, &evidence, &asking);
	CHECK_STR(step(s), "ran top");
	CHECK_STR(step(s), "ran c-a");
	CHECK_STR(result(s, "c-a")->rows[0].cells[1].text, "2025-11-15T08:00:00.000Z");
	CHECK(ts_session_rerun(s, id(s, "c-a"), NULL));
	CHECK_STR(result(s, "c-a")->rows[0].cells[1].text, "2025-11-15T08:00:00.000Z");
	clock += 60;
	CHECK(ts_session_rerun(s, id(s, "c-a"), NULL));
	CHECK_STR(result(s, "c-a")->rows[0].cells[1].text, "2025-11-22T08:00:00.000Z");
	CHECK(ts_session_rerun(s, id(s, "top"), NULL));
	CHECK_STR(result(s, "top")->rows[0].cells[1].text, "2025-11-15T08:01:00.000Z");
	ts_session_forget(s, id(s, "c-a"));
	CHECK_STR(step(s), "ran c-a");
	CHECK_STR(result(s, "c-a")->rows[0].cells[1].text, "2025-11-15T08:01:00.000Z");
	ts_session_free(s);
	ts_entry_free(e);
}

static void options_in_advance(void)
{
	struct ts_entry *e = tree("SELECT 'refused'", "SELECT 'absent'");
	struct ts_session *s = ts_session_new(e, &bare, &one_shot);
	CHECK(ts_session_answer(s, id(s, "top"), "open", TS_BY_OPTION, NULL));
	CHECK(ts_session_answer(s, id(s, "mid"), "no", TS_BY_OPTION, NULL));
	CHECK_STR(step(s), "ran top");
	CHECK_STR(ts_session_contradiction(s, 0),
		"\"top\": the answer given is \"open\", but the check found \"refused\", which counts");
	enum ts_by by = TS_BY_PERSON;
	CHECK_STR(ts_session_label(s, id(s, "top"), &by), "refused");
	CHECK_INT(by, TS_BY_MACHINE);
	CHECK_STR(ts_session_label(s, id(s, "mid"), &by), "no");
	CHECK_INT(by, TS_BY_OPTION);
	CHECK(ts_session_label(s, id(s, "c-b"), &by) == NULL);
	CHECK_STR(step(s), "done c-b");
	CHECK(ts_session_reachable(s, id(s, "c-b")) && !ts_session_reachable(s, id(s, "c-a")));
	CHECK(!ts_session_reachable(s, -1) && !ts_session_reachable(s, 99));
	CHECK_INT(ts_session_back(s, 3), 0);
	CHECK_STR(trail(s), "top=refused by machine, mid=no by option");
	ts_session_free(s);
	ts_entry_free(e);
}

static void no_checks(void)
{
	struct ts_entry *e = tree("SELECT 'open'", "SELECT 'present'");
	struct ts_session_options o = { .ask = true };
	atomic_int opened = 0;
	struct ts_evidence_if counted = { &opened, open_bare, fixed_as_of };
	struct ts_session *s = ts_session_new(e, &counted, &o);
	struct ts_err err;
	CHECK_STR(step(s), "ask top");
	CHECK_INT(result(s, "top")->state, TS_CHECK_SKIPPED);
	CHECK_STR(result(s, "top")->reason, "checks are not run (--no-checks)");
	CHECK(!ts_session_rerun(s, id(s, "top"), &err));
	CHECK(answer(s, "top", "timeout"));
	CHECK_STR(step(s), "advise c-b");
	ts_session_free(s);
	o.ask = false;
	s = ts_session_new(e, &counted, &o);
	CHECK_STR(step(s), "done -");
	CHECK_STR(causes(s), "c-a possible, c-b possible");
	CHECK_INT(atomic_load(&opened), 0);
	ts_session_free(s);
	s = ts_session_new(e, NULL, &one_shot);
	CHECK_STR(step(s), "done -");
	CHECK_STR(result(s, "top")->reason, "there is no evidence to run it on");
	ts_session_free(s);
	ts_entry_free(e);
}

static void empty(void)
{
	struct ts_entry *e = dsl_entry("");
	struct ts_session *s = ts_session_new(e, &bare, &asking);
	CHECK_STR(step(s), "error entry test/entry has no question and no cause to begin with");
	CHECK_STR(causes(s), "");
	ts_session_free(s);
	ts_entry_free(e);
}

#define ENDLESS                                                                                              \
	"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT 'open' AS answer FROM c "    \
	"WHERE i < 0"

static void skip_after_a_while(void *arg)
{
	ts_os_sleep_ms(50);
	ts_session_skip_running(arg);
}

static atomic_int waited;

static void on_wait(void *ctx, const struct ts_running *running, size_t n)
{
	(void)ctx;
	if (n == 1 && running[0].node == 0 && running[0].elapsed_ms > 0) {
		atomic_fetch_add(&waited, 1);
	}
}

static void skipping(void)
{
	struct ts_entry *e = tree(ENDLESS, "SELECT 'present'");
	struct ts_session_options o = asking;
	o.on_wait = on_wait;
	struct ts_session *s = ts_session_new(e, &bare, &o);
	struct ts_thread *t = ts_thread_start(skip_after_a_while, s);
	int64_t start = ts_os_mono_ms();
	CHECK_STR(step(s), "ran top");
	CHECK(ts_os_mono_ms() - start < 1000);
	ts_thread_join(t);
	CHECK_INT(result(s, "top")->state, TS_CHECK_SKIPPED);
	CHECK_STR(result(s, "top")->reason, "it was skipped while it ran");
	CHECK_STR(step(s), "ask top");
	/* What was skipped may run again, and the flag does not stick. */
	dsl_sql(e, "top", "SELECT 'timeout'");
	CHECK(ts_session_rerun(s, 0, NULL));
	CHECK_STR(step(s), "advise c-b");
	ts_session_free(s);
	ts_entry_free(e);
}

static void freed_while_running(void)
{
	struct ts_entry *e = dsl_entry("Q q : a>b1 b>b2\nC b1 1 1 sql : \nC b2 1 1 sql :\n");
	dsl_sql(e, "b1", "SELECT 'absent'");
	dsl_sql(e, "b2", ENDLESS);
	struct ts_session_options o = one_shot;
	o.on_wait = on_wait;
	struct ts_session *s = ts_session_new(e, &bare, &o);
	CHECK_STR(step(s), "ran b1");
	int64_t start = ts_os_mono_ms();
	ts_session_free(s);
	CHECK(ts_os_mono_ms() - start < 500);
	ts_entry_free(e);
}

static void progress(void)
{
	struct ts_entry *e = tree(ENDLESS, "SELECT 'present'");
	struct ts_session_options o = asking;
	e->nodes[0].timeout = 1;
	o.on_wait = on_wait;
	atomic_store(&waited, 0);
	struct ts_session *s = ts_session_new(e, &bare, &o);
	CHECK_STR(step(s), "ran top");
	CHECK(atomic_load(&waited) >= 3);
	CHECK_STR(result(s, "top")->reason, "the time limit of 1 s was reached");
	CHECK_STR(result(s, "top")->hint, "--timeout=SECONDS");
	ts_session_free(s);
	ts_entry_free(e);
}

TEST_MAIN({ "guided", guided }, { "unknowns", unknowns }, { "gaps", gaps }, { "rows_kept", rows_kept },
	{ "parameters", parameters }, { "expand", expand }, { "bad_pattern", bad_pattern },
	{ "clocks", clocks }, { "order_of_results", order_of_results }, { "verification", verification },
	{ "since_again", since_again }, { "options_in_advance", options_in_advance },
	{ "no_checks", no_checks }, { "empty", empty }, { "skipping", skipping },
	{ "freed_while_running", freed_while_running }, { "progress", progress })
