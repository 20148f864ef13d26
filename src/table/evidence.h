/* table/evidence.h - the machines of a run and what is behind each: live tables, a bundle, rows of a test
 * case, or nothing. Opens the sandboxed connections on which checks run: main is the check's machine, the
 * other machines are attached schemas of their names. */
#ifndef TS_TABLE_EVIDENCE_H
#define TS_TABLE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "db/conn.h"

struct ts_evidence;

enum ts_machine_source { TS_FROM_NONE, TS_FROM_LIVE, TS_FROM_BUNDLE, TS_FROM_FILES, TS_FROM_ROWS };
const char *ts_machine_source_name(enum ts_machine_source s); /* none, live, bundle, files, rows */

struct ts_evidence *ts_evidence_new(void);
void ts_evidence_free(struct ts_evidence *ev); /* NULL is allowed */

/* Other computers are asked once per question and run: what they answered is shared by all checks and tables. A check
 * that is run again after something was changed must ask them again: forget their answers. Thread safe. */
void ts_evidence_look_again(struct ts_evidence *ev);

struct ts_record; /* table/record.h */
/* Keep what the machines that are this computer ("here" left out) give from now on; NULL ends it. Not while checks
 * run. */
void ts_evidence_record(struct ts_evidence *ev, struct ts_record *record);

/* Declare a machine ("here" is always there, live). Until something is put behind it, every table of it is
 * not collected. */
void ts_evidence_machine(struct ts_evidence *ev, const char *name);
/* This computer is that machine of the entry (--here=NAME). */
bool ts_evidence_set_live(struct ts_evidence *ev, const char *name, struct ts_err *err);
/* A bundle (SQLite file) as that machine's evidence; checked before it is believed: application_id, table
 * shapes, ledger. */
bool ts_evidence_set_bundle(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err);
/* Files that were copied from that machine: a file, a folder or an archive (table/files.h). What was set as files before
 * stays: several paths add up. */
bool ts_evidence_set_files(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err);
/* A bundle or files, as the content of the path tells. */
bool ts_evidence_set_path(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err);
/* What is to be said about a machine's evidence as a whole; NULL = nothing. */
const char *ts_evidence_remark(const struct ts_evidence *ev, const char *name);
/* Rows of a test case. A table that is mentioned is complete, one that is not is not collected. Call
 * set_rows once per machine (this makes its source TS_FROM_ROWS), then table for each table mentioned, row
 * for each row, gap for each gap. as_of 0 = now. */
void ts_evidence_set_rows(struct ts_evidence *ev, const char *name, int64_t as_of);
bool ts_evidence_rows_table(struct ts_evidence *ev, const char *name, const char *table, struct ts_err *err);
/* names/values: n pairs; a NULL value is SQL NULL. Column types decide how text becomes a value. An
 * unknown column is an error naming the nearest. */
bool ts_evidence_rows_row(struct ts_evidence *ev, const char *name, const char *table,
	const char *const *columns, const char *const *values, int n, struct ts_err *err);
/* subject NULL = the whole table has this gap. */
bool ts_evidence_rows_gap(struct ts_evidence *ev, const char *name, const char *table, const char *subject,
	enum ts_seen seen, struct ts_err *err);

/* For tests: the machine's rows are what this computer's tables give from now on. The source is then live: what records a
 * live machine records it. */
bool ts_evidence_play_live(struct ts_evidence *ev, const char *name, struct ts_err *err);

enum ts_machine_source ts_evidence_source(const struct ts_evidence *ev, const char *name);
/* The machine's own clock in Unix seconds (architecture.md, idea 2): now when live or none, time of
 * collection for a bundle. */
int64_t ts_evidence_as_of(const struct ts_evidence *ev, const char *name);

/* Thread safe: a sealed connection for one check on machine `name`. Other machines' schemas are attached
 * only if sql names them. The caller frees. */
struct ts_conn *ts_evidence_open(struct ts_evidence *ev, const char *name, const char *sql,
	const struct ts_budget *budget, struct ts_err *err);
/* Connections that are used again, with their prepared statement, for the same check on other evidence: opening one costs more than
 * most checks. All evidence that is shown through one pool has the same machines. For one thread. */
struct ts_evidence_pool;
struct ts_evidence_pool *ts_evidence_pool_new(void);
void ts_evidence_pool_free(struct ts_evidence_pool *p); /* NULL is allowed */
/* As ts_evidence_open(), but the connection is given back by ts_evidence_pool_close(); ev outlives that. */
struct ts_conn *ts_evidence_pool_open(struct ts_evidence_pool *p, struct ts_evidence *ev, const char *name,
	const char *sql, const struct ts_budget *budget, struct ts_err *err);
void ts_evidence_pool_close(struct ts_evidence_pool *p, struct ts_conn *c);

/* A connection with every table of every machine in `machines` (NULL-terminated), no evidence behind: for
 * the linter and the compiler to prepare SQL on. It takes some 3 ms per machine: open one and prepare all
 * statements on it. */
struct ts_conn *ts_evidence_open_schema(const char *const *machines, const char *machine, struct ts_err *err);

#endif
