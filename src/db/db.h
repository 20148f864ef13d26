/* db/db.h - files of our own: knowledge bases, bundles, sessions. What is checked before one is believed, tables of prepared statements,
 * and typed columns. SQL of entries does not come here: see db/conn.h. */
#ifndef TS_DB_DB_H
#define TS_DB_DB_H

#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>
#include "base/arena.h"
#include "base/err.h"

#define TS_KB_APPLICATION_ID      0x54536B62u /* "TSkb" */
#define TS_KB_FORMAT              1           /* user_version */
#define TS_BUNDLE_APPLICATION_ID  0x5453626Eu /* "TSbn" */
#define TS_BUNDLE_FORMAT          1
#define TS_SESSION_APPLICATION_ID 0x54537365u /* "TSse" */
#define TS_SESSION_FORMAT         1

/* The schema of a knowledge base, src/db/schema.sql. */
extern const char ts_schema_sql[];
/* The schema of sessions.db, src/db/session.sql. */
extern const char ts_session_schema_sql[];

/* A kind of file. */
struct ts_db_kind {
	const char *name; /* "knowledge base", with "a" before it in messages */
	uint32_t application_id;
	int format;
};
extern const struct ts_db_kind ts_db_kb, ts_db_bundle, ts_db_session;

/* Each opens a connection that the caller closes with sqlite3_close(); NULL with err on failure. A connection is for one thread at a time. */

/* Read-only and immutable: no locks, no files beside it, a read-only folder is fine. The file may be replaced (by rename), never changed.
 * The header is looked at before SQLite is. */
sqlite3 *ts_db_open(const char *path, const struct ts_db_kind *kind, struct ts_err *err);
/* The same of a file that is in memory, where it stays and is never written; name is for messages. */
sqlite3 *ts_db_open_memory(
	const void *data, size_t n, const char *name, const struct ts_db_kind *kind, struct ts_err *err);
/* For reading and writing, for this user alone (0600 from the first byte, a symbolic link is not followed). A file that does not exist, or is
 * empty, is made by running `schema`; application_id and user_version are set for it. Every commit is on the disk when it returns. */
sqlite3 *ts_db_open_private(
	const char *path, const struct ts_db_kind *kind, const char *schema, struct ts_err *err);
/* A fresh private one: in memory, or in a temporary file that disappears with it. */
sqlite3 *ts_db_new(bool in_memory, struct ts_err *err);
/* Run statements that are our own. */
bool ts_db_exec(sqlite3 *db, const char *sql, struct ts_err *err);
/* Set application_id and user_version. */
bool ts_db_stamp(sqlite3 *db, const struct ts_db_kind *kind, struct ts_err *err);
/* VACUUM INTO a file that does not exist yet; what was written of it is removed after a failure. */
bool ts_db_vacuum_into(sqlite3 *db, const char *path, struct ts_err *err);
/* The application id as a header of 100 bytes or more has it; false when p is no SQLite file. For telling what a file is. */
bool ts_db_application_id(const unsigned char *p, size_t n, uint32_t *id);

/* Statements as an array that an enum indexes, prepared at their first use. */
struct ts_stmts {
	sqlite3 *db;
	const char *const *sql;
	size_t count;
	sqlite3_stmt **stmts;
};

void ts_stmts_init(struct ts_stmts *s, sqlite3 *db, const char *const *sql, size_t count);
void ts_stmts_finish(struct ts_stmts *s);
/* The i-th statement, reset and without bound values; NULL with err. It belongs to the table. */
sqlite3_stmt *ts_stmts_get(struct ts_stmts *s, size_t i, struct ts_err *err);

/* All take a NULL statement without harm (as if it had no rows), so that a caller tests once, at ts_db_step(). */
void ts_db_bind_text(sqlite3_stmt *stmt, int index, const char *text); /* copied; NULL binds NULL */
void ts_db_bind_int(sqlite3_stmt *stmt, int index, int64_t v);

enum ts_db_state { TS_STEP_ROW, TS_STEP_DONE, TS_STEP_FAILED };
/* The next row. After the last one, and after a failure, the statement is reset. */
enum ts_db_state ts_db_step(sqlite3_stmt *stmt, struct ts_err *err);
/* Step a statement without rows to its end. */
bool ts_db_run(sqlite3_stmt *stmt, struct ts_err *err);

/* Columns of the current row. Text is copied into the arena, NULL for NULL. */
const char *ts_db_text(sqlite3_stmt *stmt, int column, struct ts_arena *a);
int64_t ts_db_int(sqlite3_stmt *stmt, int column, int64_t if_null);

#endif
