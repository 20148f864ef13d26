/* db/conn.c - one sandboxed in-memory connection. The layers, from the outside in: limits and switches of the connection, the allow-list
 * of sandbox.c asked at prepare, tests of the prepared statement, the progress handler and the tables with the budget at run time. */
#include "db/conn.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "db/sandbox.h"
#include "os/os.h"

#define PROGRESS_OPS  200
#define HEAP_LIMIT    ((sqlite3_int64)256 << 20) /* all connections of the program together */
#define MAX_SQL       16384
#define REQUIRED_KEPT 4

struct ts_conn {
	sqlite3 *db;
	struct ts_ledger *ledger;
	struct ts_budget budget;
	int64_t limit_ms;                      /* the whole time limit, for messages; 0 = none */
	int declaring;                         /* nesting of ts_conn_declare_begin() */
	struct ts_err refused;                 /* first refusal of the authorizer in this prepare */
	struct ts_err required[REQUIRED_KEPT]; /* tables that said in this prepare what they need */
	int required_count;
	sqlite3_stmt *stmt; /* of ts_conn_statement(), and its SQL */
	char *sql;
};

static const struct {
	int id, value;
} limits[] = {
	{ SQLITE_LIMIT_LENGTH, 4000000 },
	{ SQLITE_LIMIT_SQL_LENGTH, MAX_SQL },
	{ SQLITE_LIMIT_COLUMN, 100 },
	{ SQLITE_LIMIT_EXPR_DEPTH, 40 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 10 },
	{ SQLITE_LIMIT_VDBE_OP, 25000 },
	{ SQLITE_LIMIT_FUNCTION_ARG, 16 },
	{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 512 },
	{ SQLITE_LIMIT_VARIABLE_NUMBER, 32 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
	{ SQLITE_LIMIT_WORKER_THREADS, 0 },
};

static const struct {
	int id, value;
} switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
};

static int on_progress(void *arg)
{
	const struct ts_conn *c = arg;
	return ts_budget_check(&c->budget) != TS_BUDGET_OK;
}

static int on_authorize(
	void *arg, int action, const char *arg1, const char *arg2, const char *db, const char *trigger)
{
	struct ts_conn *c = arg;
	(void)db;
	(void)trigger;
	struct ts_err err;
	if (c->declaring > 0 || ts_sandbox_allows(action, arg1, arg2, &err)) {
		return SQLITE_OK;
	}
	if (c->refused.text[0] == '\0') {
		c->refused = err;
	}
	return SQLITE_DENY;
}

/* Once for the program: a hostile query cannot take more memory than this, whatever it does. */
static void limit_heap(void)
{
	static atomic_flag done = ATOMIC_FLAG_INIT;
	if (!atomic_flag_test_and_set(&done)) {
		(void)sqlite3_hard_heap_limit64(HEAP_LIMIT);
	}
}

static void set_budget(struct ts_conn *c, const struct ts_budget *budget)
{
	c->budget = *budget;
	c->limit_ms = budget->deadline != 0 ? budget->deadline - ts_os_mono_ms() : 0;
}

struct ts_conn *ts_conn_new(const struct ts_budget *budget, struct ts_err *err)
{
	limit_heap();
	struct ts_conn *c = ts_xcalloc(1, sizeof(*c));
	set_budget(c, budget);
	c->ledger = ts_ledger_new();
	/* One thread at a time uses a connection, so that SQLite needs no lock of its own for it. */
	int rc = sqlite3_open_v2(":memory:", &c->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
		NULL);
	for (size_t i = 0; i < TS_COUNT(limits) && rc == SQLITE_OK; i++) {
		(void)sqlite3_limit(c->db, limits[i].id, limits[i].value);
	}
	for (size_t i = 0; i < TS_COUNT(switches) && rc == SQLITE_OK; i++) {
		/* A switch of something that is not compiled in fails, and nothing is lost. */
		(void)sqlite3_db_config(c->db, switches[i].id, switches[i].value, NULL);
	}
	if (rc == SQLITE_OK) {
		/* Sorting must not write files; the authorizer will refuse every PRAGMA. */
		rc = sqlite3_exec(c->db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK && !ts_functions_register(c->db, &c->budget)) {
		rc = sqlite3_errcode(c->db);
	}
	if (rc != SQLITE_OK) {
		ts_fail(err, "SQLite: %s", c->db != NULL ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc));
		ts_conn_free(c);
		return NULL;
	}
	sqlite3_progress_handler(c->db, PROGRESS_OPS, on_progress, c);
	return c;
}

void ts_conn_seal(struct ts_conn *c)
{
	ts_conn_seal_for(c, NULL);
}

void ts_conn_seal_for(struct ts_conn *c, const char *sql)
{
	/* SQLite connects its own tables at their first use, which the authorizer would refuse (reference/sqlite.md 1.3). */
	if (sql == NULL || ts_str_case_find(sql, "json_") != NULL) {
		(void)sqlite3_exec(c->db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
	}
	(void)sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_set_authorizer(c->db, on_authorize, c);
}

void ts_conn_free(struct ts_conn *c)
{
	if (c == NULL) {
		return;
	}
	(void)sqlite3_finalize(c->stmt);
	(void)sqlite3_close_v2(c->db);
	ts_ledger_free(c->ledger);
	free(c->sql);
	free(c);
}

sqlite3 *ts_conn_db(struct ts_conn *c)
{
	return c->db;
}

struct ts_ledger *ts_conn_ledger(struct ts_conn *c)
{
	return c->ledger;
}

struct ts_budget *ts_conn_budget(struct ts_conn *c)
{
	return &c->budget;
}

void ts_conn_declare_begin(struct ts_conn *c)
{
	c->declaring++;
}

void ts_conn_declare_end(struct ts_conn *c)
{
	c->declaring--;
}

void ts_conn_note_required(struct ts_conn *c, const char *table, const char *columns)
{
	struct ts_err line;
	ts_fail(&line, "the table \"%s\" needs %s", table, columns);
	for (int i = 0; i < c->required_count; i++) {
		if (strcmp(c->required[i].text, line.text) == 0) {
			return;
		}
	}
	if (c->required_count < REQUIRED_KEPT) {
		c->required[c->required_count++] = line;
	}
}

static void required_error(const struct ts_conn *c, struct ts_err *err)
{
	if (c->required_count == 0) {
		ts_fail(err, "no query solution: a table is not constrained as it needs to be");
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, sizeof(err->text));
	for (int i = 0; i < c->required_count; i++) {
		ts_buf_printf(&b, "%s%s", i > 0 ? ", " : "", c->required[i].text);
	}
	ts_fail(err, "%s in a condition such as \"name = value\"", ts_buf_str(&b));
	ts_buf_finish(&b);
}

/* The words for a failed prepare: ours where we know more than SQLite says. */
static void prepare_error(struct ts_conn *c, int rc, struct ts_err *err)
{
	static const char no_function[] = "no such function: ";
	const char *text = sqlite3_errmsg(c->db);
	const char *nearest = NULL;
	if (ts_str_starts(text, no_function)) {
		nearest = ts_sandbox_nearest_function(text + sizeof(no_function) - 1);
	}
	if (c->refused.text[0] != '\0') {
		ts_fail(err, "%s", c->refused.text);
	} else if (strcmp(text, "no query solution") == 0) {
		required_error(c, err);
	} else if (nearest != NULL) {
		ts_fail(err, "%s (did you mean \"%s\"?)", text, nearest);
	} else if (rc == SQLITE_INTERRUPT) {
		ts_conn_step_error(c, rc, err);
	} else {
		ts_fail(err, "%s", text);
	}
}

/* Is there nothing but blanks and comments? */
static bool is_empty(struct ts_conn *c, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	bool empty = sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL) == SQLITE_OK && stmt == NULL;
	(void)sqlite3_finalize(stmt);
	return empty;
}

/* The tests that the authorizer cannot make (reference/sqlite.md 1.4: VACUUM INTO, EXPLAIN and REINDEX pass it). */
static const char *objection(sqlite3_stmt *stmt)
{
	if (stmt == NULL) {
		return "there is no statement";
	}
	if (sqlite3_stmt_isexplain(stmt) != 0) {
		return "EXPLAIN is not allowed in a check";
	}
	if (sqlite3_stmt_readonly(stmt) == 0) {
		return "a check may only SELECT, this statement writes";
	}
	return sqlite3_column_count(stmt) == 0 ? "a check may only SELECT, this statement returns no columns"
					       : NULL;
}

sqlite3_stmt *ts_conn_prepare(struct ts_conn *c, const char *sql, int *offset, struct ts_err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *tail = NULL;
	int at = -1;
	c->refused.text[0] = '\0';
	c->required_count = 0;
	if (strlen(sql) > MAX_SQL) {
		ts_fail(err, "the statement is longer than %d bytes", MAX_SQL);
	} else {
		int rc = sqlite3_prepare_v2(c->db, sql, -1, &stmt, &tail);
		const char *no = rc == SQLITE_OK ? objection(stmt) : NULL;
		if (rc != SQLITE_OK) {
			at = sqlite3_error_offset(c->db);
			prepare_error(c, rc, err);
		} else if (no != NULL) {
			ts_fail(err, "%s", no);
		} else if (!is_empty(c, tail)) {
			at = (int)(tail - sql);
			ts_fail(err, "a check is one statement, here begins a second one");
		} else {
			return stmt;
		}
	}
	if (offset != NULL) {
		*offset = at;
	}
	(void)sqlite3_finalize(stmt);
	return NULL;
}

sqlite3_stmt *ts_conn_statement(struct ts_conn *c, const char *sql, struct ts_err *err)
{
	if (c->stmt == NULL || strcmp(c->sql, sql) != 0) {
		(void)sqlite3_finalize(c->stmt);
		free(c->sql);
		c->stmt = ts_conn_prepare(c, sql, NULL, err);
		c->sql = ts_xstrdup(sql);
	}
	return c->stmt;
}

void ts_conn_rest(struct ts_conn *c)
{
	if (c->stmt != NULL) {
		(void)sqlite3_reset(c->stmt);
		(void)sqlite3_clear_bindings(c->stmt);
	}
}

void ts_conn_again(struct ts_conn *c, const struct ts_budget *budget)
{
	ts_conn_rest(c);
	set_budget(c, budget);
	ts_ledger_clear(c->ledger);
}

void ts_conn_step_error(struct ts_conn *c, int rc, struct ts_err *err)
{
	/* A table or function that gave up because of the budget may have said so in other words. */
	enum ts_budget_state state = ts_budget_check(&c->budget);
	if ((rc & 0xFF) == SQLITE_INTERRUPT && state == TS_BUDGET_CANCELLED) {
		ts_fail(err, "cancelled");
	} else if ((rc & 0xFF) == SQLITE_INTERRUPT && state == TS_BUDGET_TIMEOUT) {
		bool seconds = c->limit_ms >= 1000;
		ts_fail(err, "the time limit of %lld %s was reached",
			(long long)(seconds ? (c->limit_ms + 500) / 1000 : c->limit_ms),
			seconds ? "s" : "ms");
	} else if ((rc & 0xFF) == SQLITE_NOMEM) {
		ts_fail(err, "the query needs more memory than it may have (%lld MB)",
			(long long)(HEAP_LIMIT >> 20));
	} else if ((rc & 0xFF) == SQLITE_TOOBIG) {
		ts_fail(err, "the query makes a text longer than 4 MB");
	} else {
		ts_fail(err, "%s", sqlite3_errmsg(c->db));
	}
}
