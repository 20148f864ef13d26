/* table/bundle.c - reading bundles: one machine's evidence in a SQLite file, which is believed only after it
 * was checked.
 *
 * The format, version 1. application_id TS_BUNDLE_APPLICATION_ID ("TSbn"), user_version TS_BUNDLE_FORMAT,
 * journal mode DELETE, and these plain tables:
 *
 *   bundle(key TEXT PRIMARY KEY, value TEXT)      as_of (Unix seconds of the machine's clock; required),
 * host, program, kb
 *   ledger("table" TEXT, subject TEXT, state TEXT, detail TEXT)
 *                                                 what was seen, one line or more per scan that was made;
 * states as in db/ledger.h;
 *                                                 subject '' = the whole table. What no line covers is not
 * collected
 *                                                 A column scope, which may be missing, says of which part of
 * the subject (table/scope.h); '' = all of it
 *   one table per table of evidence               named as it, with its columns that are evidence: inputs
 * (time_range, ...) are left out.
 *                                                 A column that is missing gives NULL, one that is not known
 * is not read
 *
 * A bundle may come from anybody. Nothing of it is run: views, triggers, virtual tables and generated
 * columns are not read, the only statements are plain SELECTs of known columns, values of the wrong type
 * become the column's type or NULL, time and size are limited. */
#include "table/bundle.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "db/db.h"
#include "os/thread.h"
#include "table/scope.h"

#define MAX_VALUE_BYTES  (4 << 20) /* of one value */
#define MAX_LEDGER_LINES 1000000
#define POLL_OPS         1000 /* SQLite instructions between two looks at the clock */

/* A table of evidence that the file has. */
struct stored {
	const struct ts_table *table;
	bool *has;     /* per column: it can be read */
	bool *as_text; /* per column: declared TEXT, so that a search by = finds what the column holds */
};

struct ts_bundle {
	char *path;
	sqlite3 *db;
	struct ts_mutex *lock;    /* one scan at a time */
	struct ts_budget *budget; /* of the scan that holds the lock */
	struct ts_arena *arena;
	struct stored *tables;
	size_t ntables, cap;
	struct ts_book book;
	const char **scopes; /* of the book's lines */
	size_t nscopes, cap_scopes;
	int64_t as_of;
};

/* --- opening --- */

static int only_reads(void *ctx, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)ctx, (void)a, (void)b, (void)c, (void)d;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

static int poll_budget(void *p)
{
	const struct ts_bundle *b = p;
	return b->budget != NULL && ts_budget_check(b->budget) != TS_BUDGET_OK;
}

static bool fail_sqlite(const struct ts_bundle *b, struct ts_err *err)
{
	return ts_fail(err, "%s: the bundle cannot be read: %s", b->path, sqlite3_errmsg(b->db));
}

static bool open_database(struct ts_bundle *b, struct ts_err *err)
{
	static const int off[] = { SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
		SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
		SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL };
	b->db = ts_db_open(b->path, &ts_db_bundle, err);
	if (b->db == NULL) {
		return false;
	}
	for (size_t i = 0; i < TS_COUNT(off); i++) {
		sqlite3_db_config(b->db, off[i], 0, NULL);
	}
	sqlite3_limit(b->db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
	sqlite3_limit(b->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(b->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_progress_handler(b->db, POLL_OPS, poll_budget, b);
	return true;
}

/* The table of evidence that a name in the file means: SQLite's names ignore case. */
static const struct ts_table *known_table(const char *name)
{
	const struct ts_table *t;
	for (int i = 0; (t = ts_table_get(i)) != NULL && !ts_str_case_eq(t->name, name); i++) {
		;
	}
	return t;
}

/* Note which columns of a plain table can be read; false when one is missing without which the table makes
 * no sense. */
static bool read_columns(struct ts_bundle *b, struct stored *st, struct ts_err *err)
{
	sqlite3_stmt *q = NULL;
	const struct ts_table *t = st->table;
	st->has = ts_arena_calloc(b->arena, (size_t)t->ncolumns, sizeof(*st->has));
	st->as_text = ts_arena_calloc(b->arena, (size_t)t->ncolumns, sizeof(*st->as_text));
	int rc = sqlite3_prepare_v2(
		b->db, "SELECT name, type, hidden FROM pragma_table_xinfo(?1)", -1, &q, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(q, 1, t->name, -1, SQLITE_STATIC);
		while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
			const char *name = (const char *)sqlite3_column_text(q, 0),
				   *type = (const char *)sqlite3_column_text(q, 1);
			int c = name != NULL ? ts_table_column(t, name) : -1;
			if (c >= 0 && sqlite3_column_int(q, 2) ==
					      0) { /* others are generated: code of the bundle's maker */
				st->has[c] = true;
				st->as_text[c] = type != NULL && ts_str_case_eq(type, "TEXT");
			}
		}
	}
	sqlite3_finalize(q);
	if (rc != SQLITE_DONE) {
		return fail_sqlite(b, err);
	}
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		if ((c->flags & (TS_REQUIRED | TS_SUBJECT)) != 0 && (c->flags & TS_HIDDEN) == 0 &&
			!st->has[i]) {
			return ts_fail(err, "%s: the bundle's table %s lacks the column %s", b->path, t->name,
				c->name);
		}
	}
	return true;
}

/* One object of the file's schema. */
static bool read_object(struct ts_bundle *b, const char *type, const char *name, bool plain, bool found[2],
	struct ts_err *err)
{
	static const char *const own[] = { "bundle", "ledger" };
	const struct ts_table *t = known_table(name);
	bool ours = t != NULL;
	for (size_t i = 0; i < TS_COUNT(own); i++) {
		if (ts_str_case_eq(name, own[i])) {
			found[i] = ours = true;
		}
	}
	if (!ours || strcmp(type, "index") == 0 || strcmp(type, "trigger") == 0) {
		return true;
	}
	if (!plain) {
		return ts_fail(err, "%s: %s is a %s, but a bundle holds plain tables only", b->path, name,
			strcmp(type, "view") == 0 ? "view" : "virtual table");
	}
	if (t == NULL) {
		return true;
	}
	TS_ARENA_GROW(b->arena, b->tables, b->cap, b->ntables);
	struct stored *st = &b->tables[b->ntables++];
	*st = (struct stored){ .table = t };
	return read_columns(b, st, err);
}

static bool read_schema(struct ts_bundle *b, struct ts_err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = true, found[2] = { false };
	int rc =
		sqlite3_prepare_v2(b->db, "SELECT type, name, rootpage > 0 FROM sqlite_schema", -1, &q, NULL);
	while (rc == SQLITE_OK && ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(q, 0),
			   *name = (const char *)sqlite3_column_text(q, 1);
		ok = type == NULL || name == NULL ||
		     read_object(b, type, name, sqlite3_column_int(q, 2) != 0, found, err);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	if (!ok) {
		return false;
	}
	if (rc != SQLITE_DONE) {
		return fail_sqlite(b, err);
	}
	if (!found[0] || !found[1]) {
		return ts_fail(err, "%s: the bundle has no table %s%s", b->path,
			found[0] ? "ledger" : "bundle",
			found[0] ? ", so nothing tells what was read"
				 : ", so nothing tells when it was made");
	}
	return true;
}

static bool read_info(struct ts_bundle *b, struct ts_err *err)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(b->db, "SELECT value FROM bundle WHERE key = 'as_of'", -1, &q, NULL);
	if (rc != SQLITE_OK) {
		return fail_sqlite(b, err);
	}
	rc = sqlite3_step(q);
	const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
	bool ok = text != NULL && ts_parse_int(text, 0, INT64_C(253402300799), &b->as_of);
	sqlite3_finalize(q);
	return ok || ts_fail(err, "%s: the bundle does not say when it was made (key as_of, in Unix seconds)",
			     b->path);
}

static bool read_ledger_line(struct ts_bundle *b, sqlite3_stmt *q, struct ts_err *err)
{
	const char *table = (const char *)sqlite3_column_text(q, 0),
		   *subject = (const char *)sqlite3_column_text(q, 1);
	const char *state = (const char *)sqlite3_column_text(q, 2),
		   *detail = (const char *)sqlite3_column_text(q, 3);
	const struct ts_table *t = table != NULL ? known_table(table) : NULL;
	enum ts_seen seen;
	if (t == NULL) {
		return true; /* a table of another version */
	}
	if (state == NULL || !ts_seen_parse(state, &seen)) {
		return ts_fail(err, "%s: the bundle's ledger has the unknown state '%s' for %s", b->path,
			state != NULL ? state : "NULL", t->name);
	}
	const char *scope = sqlite3_column_count(q) > 4 ? (const char *)sqlite3_column_text(q, 4) : NULL;
	ts_book_add(&b->book, b->arena, t->name, subject, seen, detail);
	TS_ARENA_GROW(b->arena, b->scopes, b->cap_scopes, b->nscopes);
	b->scopes[b->nscopes++] = ts_arena_strdup(b->arena, scope != NULL ? scope : "");
	return b->book.n <= MAX_LEDGER_LINES ||
	       ts_fail(err, "%s: the bundle's ledger has more than %d lines", b->path, MAX_LEDGER_LINES);
}

static bool read_ledger(struct ts_bundle *b, struct ts_err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = true;
	int rc = sqlite3_prepare_v2(
		b->db, "SELECT \"table\", subject, state, detail, scope FROM ledger", -1, &q, NULL);
	if (rc == SQLITE_ERROR) { /* a maker that knows no scopes */
		rc = sqlite3_prepare_v2(
			b->db, "SELECT \"table\", subject, state, detail FROM ledger", -1, &q, NULL);
	}
	while (rc == SQLITE_OK && ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		ok = read_ledger_line(b, q, err);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	return ok && (rc == SQLITE_DONE || fail_sqlite(b, err));
}

struct ts_bundle *ts_bundle_open(const char *path, struct ts_err *err)
{
	struct ts_bundle *b = ts_xcalloc(1, sizeof(*b));
	b->path = ts_xstrdup(path);
	b->lock = ts_mutex_new();
	b->arena = ts_arena_new();
	if (!open_database(b, err) || !read_schema(b, err)) {
		ts_bundle_free(b);
		return NULL;
	}
	sqlite3_set_authorizer(b->db, only_reads, NULL);
	if (!read_info(b, err) || !read_ledger(b, err)) {
		ts_bundle_free(b);
		return NULL;
	}
	return b;
}

void ts_bundle_free(struct ts_bundle *b)
{
	if (b != NULL) {
		sqlite3_close(b->db);
		ts_mutex_free(b->lock);
		ts_arena_free(b->arena);
		free(b->path);
		free(b);
	}
}

int64_t ts_bundle_as_of(const struct ts_bundle *b)
{
	return b->as_of;
}

/* --- scanning --- */

/* SELECT of all columns that are there, NULL for the others; the subject's column is searched by ?1 where
 * that is sure to find it. */
static sqlite3_stmt *prepare_scan(struct ts_bundle *b, const struct stored *st, struct ts_scan *s)
{
	const struct ts_table *t = st->table;
	sqlite3_str *sql = sqlite3_str_new(NULL);
	int search = -1;
	for (int i = 0; i < t->ncolumns; i++) {
		sqlite3_str_appendf(sql, st->has[i] ? "%s\"%w\"" : "%sNULL", i == 0 ? "SELECT " : ", ",
			t->columns[i].name);
		bool subject = (t->columns[i].flags & TS_SUBJECT) != 0 && st->as_text[i];
		if (subject && search < 0 && ts_scan_count(s, t->columns[i].name) == 1) {
			search = i;
		}
	}
	sqlite3_str_appendf(sql, " FROM main.\"%w\"", t->name);
	if (search >= 0) {
		sqlite3_str_appendf(sql, " WHERE \"%w\" = ?1 COLLATE %s", t->columns[search].name,
			(t->columns[search].flags & TS_NOCASE) != 0 ? "NOCASE" : "BINARY");
	}
	char *text = sqlite3_str_finish(sql);
	sqlite3_stmt *q = NULL;
	if (text != NULL && sqlite3_prepare_v2(b->db, text, -1, &q, NULL) == SQLITE_OK && search >= 0) {
		sqlite3_bind_text(q, 1, ts_scan_text(s, t->columns[search].name, 0), -1, SQLITE_TRANSIENT);
	}
	sqlite3_free(text);
	return q;
}

static void scan_rows(struct ts_bundle *b, const struct stored *st, struct ts_scan *s)
{
	const struct ts_table *t = st->table;
	sqlite3_stmt *q = prepare_scan(b, st, s);
	struct ts_value *row = ts_arena_calloc(ts_scan_arena(s), (size_t)t->ncolumns, sizeof(*row));
	/* Values live here until the row is kept: most rows of a log are not. */
	struct ts_arena *scratch = ts_arena_new();
	int rc = q != NULL ? SQLITE_ROW : SQLITE_ERROR;
	int64_t n = 0;
	bool more = true;
	while (rc == SQLITE_ROW && more && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		for (int i = 0; i < t->ncolumns; i++) {
			row[i] =
				ts_value_from_sqlite(sqlite3_column_value(q, i), t->columns[i].type, scratch);
		}
		more = ts_scan_offer(s, row);
		if (++n % 256 == 0) {
			ts_arena_free(scratch);
			scratch = ts_arena_new();
		}
	}
	/* An interrupt is our own progress handler: ts_scan_over() knows why. */
	if (more && rc != SQLITE_DONE && !(rc == SQLITE_INTERRUPT && ts_scan_over(s))) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "the bundle is damaged: %s", sqlite3_errmsg(b->db));
	}
	sqlite3_finalize(q);
	ts_arena_free(scratch);
}

void ts_bundle_scan(struct ts_bundle *b, struct ts_scan *s)
{
	const struct stored *st = NULL;
	for (size_t i = 0; i < b->ntables && st == NULL; i++) {
		st = b->tables[i].table == ts_scan_table(s) ? &b->tables[i] : NULL;
	}
	struct ts_book book = { 0 };
	ts_scope_choose(s, &b->book, b->scopes, &book);
	bool covered = ts_scan_report(
		s, &book, "the bundle does not hold it: nobody read it when the bundle was made");
	if (st == NULL) {
		if (covered) { /* a line that says `read` of a table that is not there proves nothing */
			ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, "the bundle has no such table");
		}
		return;
	}
	ts_mutex_lock(b->lock);
	b->budget = ts_scan_budget(s);
	scan_rows(b, st, s);
	b->budget = NULL;
	ts_mutex_unlock(b->lock);
}
