/* db/conn.h - one sandboxed in-memory connection: limits, allow-list authorizer, functions, budget and ledger
 * (architecture.md "Sandbox for SQL from entries"; reference/sqlite.md section 1). Tables are registered on it by table/evidence.h. */
#ifndef TS_DB_CONN_H
#define TS_DB_CONN_H

#include <stdbool.h>
#include <sqlite3.h>
#include "base/err.h"
#include "db/budget.h"
#include "db/ledger.h"

struct ts_conn;

/* A new connection with limits and functions set; `budget` is copied. The sandbox is not closed yet: modules may be registered and
 * schemas attached. NULL with err on failure. */
struct ts_conn *ts_conn_new(const struct ts_budget *budget, struct ts_err *err);
/* Close the sandbox: from here on only what the authorizer allows. */
void ts_conn_seal(struct ts_conn *c);
/* The same for one statement that is known already: what it does not mention is not made ready. */
void ts_conn_seal_for(struct ts_conn *c, const char *sql);
void ts_conn_free(struct ts_conn *c); /* NULL is allowed */
/* A sealed connection is used once more, for the next check: another budget, and nothing was seen yet. */
void ts_conn_again(struct ts_conn *c, const struct ts_budget *budget);

sqlite3 *ts_conn_db(struct ts_conn *c);
struct ts_ledger *ts_conn_ledger(struct ts_conn *c);
struct ts_budget *ts_conn_budget(struct ts_conn *c);

/* Around sqlite3_declare_vtab(), which asks the authorizer for things that no entry may do (reference/sqlite.md 1.3). */
void ts_conn_declare_begin(struct ts_conn *c);
void ts_conn_declare_end(struct ts_conn *c);

/* Prepare one read-only SELECT: no second statement, no EXPLAIN, at least one column, deadline armed. On failure NULL and a message that
 * names the table and the column it must be constrained by where SQLite says only "no query solution". *offset (may be NULL) is the
 * byte in sql where the error is, or -1. The caller finalizes. */
sqlite3_stmt *ts_conn_prepare(struct ts_conn *c, const char *sql, int *offset, struct ts_err *err);
/* The same, but the statement belongs to the connection: for the SQL that it had last it is the same statement, ready to be bound
 * and stepped again. ts_conn_rest() ends a use of it. */
sqlite3_stmt *ts_conn_statement(struct ts_conn *c, const char *sql, struct ts_err *err);
void ts_conn_rest(struct ts_conn *c);
/* A table's name for the message about a missing constraint: called by a module that returned SQLITE_CONSTRAINT from xBestIndex. */
void ts_conn_note_required(struct ts_conn *c, const char *table, const char *columns);
/* Why the last step failed, in words ("the time limit of 10 s was reached", "cancelled", SQLite's text). */
void ts_conn_step_error(struct ts_conn *c, int rc, struct ts_err *err);

#endif
