/* table/bundle-write.c - making bundles: built in a private temporary database, then written beside the
 * path and renamed. The format is described in bundle.c. */
#include "table/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/db.h"
#include "os/os.h"

struct ts_bundle_writer {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *add_line;
	bool scopes;                  /* the ledger has the column scope */
	const struct ts_table *table; /* of add_row */
	sqlite3_stmt *add_row;        /* kept as long as rows of the same table follow each other */
};

static bool fail_sqlite(const struct ts_bundle_writer *w, struct ts_err *err)
{
	return ts_fail(err, "%s: the bundle cannot be made: %s", w->path, sqlite3_errmsg(w->db));
}

/* Run SQL that was made by sqlite3_mprintf, and free it. */
static bool run(struct ts_bundle_writer *w, char *sql, struct ts_err *err)
{
	int rc = sql != NULL ? sqlite3_exec(w->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc == SQLITE_OK || fail_sqlite(w, err);
}

struct ts_bundle_writer *ts_bundle_create(
	const char *path, int64_t as_of, const char *host, struct ts_err *err)
{
	static const char schema[] =
		"BEGIN;"
		"CREATE TABLE bundle(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
		"CREATE TABLE ledger(\"table\" TEXT, subject TEXT, state TEXT, detail TEXT);";
	struct ts_bundle_writer *w = ts_xcalloc(1, sizeof(*w));
	char clock[32], format[16];
	snprintf(clock, sizeof(clock), "%lld", (long long)as_of);
	snprintf(format, sizeof(format), "%d", TS_BUNDLE_FORMAT);
	w->path = ts_xstrdup(path);
	w->db = ts_db_new(false, err);
	bool ok = w->db != NULL && ts_db_stamp(w->db, &ts_db_bundle, err) && ts_db_exec(w->db, schema, err) &&
		  ts_bundle_add_info(w, "format", format, err) &&
		  ts_bundle_add_info(w, "as_of", clock, err) && ts_bundle_add_info(w, "host", host, err);
	if (ok && sqlite3_prepare_v2(w->db,
			  "INSERT INTO ledger(\"table\", subject, state, detail) VALUES (?1, ?2, ?3, ?4)", -1,
			  &w->add_line, NULL) != SQLITE_OK) {
		ok = fail_sqlite(w, err);
	}
	if (!ok) {
		ts_bundle_abandon(w);
		return NULL;
	}
	return w;
}

bool ts_bundle_add_info(struct ts_bundle_writer *w, const char *key, const char *value, struct ts_err *err)
{
	return run(w, sqlite3_mprintf("INSERT OR REPLACE INTO bundle VALUES (%Q, %Q)", key, value), err);
}

/* The table exists as soon as something is said of it: no rows is evidence, too. */
static bool make_table(struct ts_bundle_writer *w, const struct ts_table *t, struct ts_err *err)
{
	static const char *const types[] = {
		[TS_TEXT] = "TEXT", [TS_INT] = "INTEGER", [TS_BIGINT] = "BIGINT", [TS_REAL] = "DOUBLE"
	};
	sqlite3_str *sql = sqlite3_str_new(w->db);
	const char *subject = NULL;
	for (int i = 0, n = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		if (!ts_column_is_input(c)) {
			sqlite3_str_appendf(
				sql, n++ == 0 ? "CREATE TABLE IF NOT EXISTS \"%w\"(" : ", ", t->name);
			sqlite3_str_appendf(sql, "\"%w\" %s%s", c->name, types[c->type],
				(c->flags & TS_NOCASE) != 0 ? " COLLATE NOCASE" : "");
			subject = subject == NULL && (c->flags & TS_SUBJECT) != 0 ? c->name : subject;
		}
	}
	sqlite3_str_appendf(sql, ");");
	if (subject != NULL) { /* what scans search by */
		sqlite3_str_appendf(sql, "CREATE INDEX IF NOT EXISTS \"%w_by_subject\" ON \"%w\"(\"%w\");",
			t->name, t->name, subject);
	}
	return run(w, sqlite3_str_finish(sql), err);
}

static bool prepare_row(struct ts_bundle_writer *w, const struct ts_table *t, struct ts_err *err)
{
	if (w->table == t) {
		return true;
	}
	sqlite3_finalize(w->add_row);
	w->add_row = NULL;
	w->table = NULL;
	if (!make_table(w, t, err)) {
		return false;
	}
	sqlite3_str *sql = sqlite3_str_new(w->db);
	sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES (", t->name);
	for (int i = 0, n = 0; i < t->ncolumns; i++) {
		if (!ts_column_is_input(&t->columns[i])) {
			sqlite3_str_appendf(sql, n++ == 0 ? "?" : ", ?");
		}
	}
	sqlite3_str_appendf(sql, ")");
	char *text = sqlite3_str_finish(sql);
	int rc = text != NULL ? sqlite3_prepare_v2(w->db, text, -1, &w->add_row, NULL) : SQLITE_NOMEM;
	sqlite3_free(text);
	if (rc != SQLITE_OK) {
		return fail_sqlite(w, err);
	}
	w->table = t;
	return true;
}

static int bind_value(sqlite3_stmt *q, int i, const struct ts_value *v)
{
	switch (v->kind) {
	case TS_VALUE_NULL: return sqlite3_bind_null(q, i);
	case TS_VALUE_INT: return sqlite3_bind_int64(q, i, v->i);
	case TS_VALUE_REAL: return sqlite3_bind_double(q, i, v->d);
	case TS_VALUE_TEXT: return sqlite3_bind_text(q, i, v->s, -1, SQLITE_TRANSIENT);
	}
	return SQLITE_MISUSE;
}

bool ts_bundle_add_row(struct ts_bundle_writer *w, const struct ts_table *t, const struct ts_value *values,
	struct ts_err *err)
{
	if (!prepare_row(w, t, err)) {
		return false;
	}
	for (int i = 0, n = 0; i < t->ncolumns; i++) {
		if (!ts_column_is_input(&t->columns[i]) &&
			bind_value(w->add_row, ++n, &values[i]) != SQLITE_OK) {
			return fail_sqlite(w, err);
		}
	}
	int rc = sqlite3_step(w->add_row);
	sqlite3_reset(w->add_row);
	return rc == SQLITE_DONE || fail_sqlite(w, err);
}

/* The table exists from its first line on. */
static bool begin_line(struct ts_bundle_writer *w, const char *table, struct ts_err *err)
{
	const struct ts_table *t = ts_table_find(table);
	if (t == NULL) {
		return ts_fail(err, "%s: there is no table '%s'", w->path, table);
	}
	return make_table(w, t, err);
}

bool ts_bundle_add_ledger(struct ts_bundle_writer *w, const char *table, const char *subject,
	enum ts_seen seen, const char *detail, struct ts_err *err)
{
	if (!begin_line(w, table, err)) {
		return false;
	}
	sqlite3_bind_text(w->add_line, 1, table, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(w->add_line, 2, subject != NULL ? subject : "", -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(w->add_line, 3, ts_seen_name(seen), -1, SQLITE_STATIC);
	sqlite3_bind_text(w->add_line, 4, detail != NULL ? detail : "", -1, SQLITE_TRANSIENT);
	int rc = sqlite3_step(w->add_line);
	sqlite3_reset(w->add_line);
	return rc == SQLITE_DONE || fail_sqlite(w, err);
}

bool ts_bundle_add_scoped(struct ts_bundle_writer *w, const char *table, const char *subject,
	const char *scope, enum ts_seen seen, const char *detail, struct ts_err *err)
{
	if (scope[0] == '\0') {
		return ts_bundle_add_ledger(w, table, subject, seen, detail, err);
	}
	if (!w->scopes && !ts_db_exec(w->db, "ALTER TABLE ledger ADD COLUMN scope TEXT", err)) {
		return false;
	}
	w->scopes = true;
	return begin_line(w, table, err) &&
	       run(w,
		       sqlite3_mprintf("INSERT INTO ledger VALUES (%Q, %Q, %Q, %Q, %Q)", table,
			       subject != NULL ? subject : "", ts_seen_name(seen),
			       detail != NULL ? detail : "", scope),
		       err);
}

bool ts_bundle_finish(struct ts_bundle_writer *w, struct ts_err *err)
{
	sqlite3_int64 size = 0;
	unsigned char *bytes = NULL;
	bool ok = run(w, sqlite3_mprintf("COMMIT"), err);
	if (ok) {
		bytes = sqlite3_serialize(w->db, "main", &size, 0);
		ok = bytes != NULL ? ts_os_write_file(w->path, bytes, (size_t)size, 0600, err)
				   : ts_fail(err, "%s: there is not enough memory for the bundle", w->path);
	}
	sqlite3_free(bytes);
	ts_bundle_abandon(w);
	return ok;
}

void ts_bundle_abandon(struct ts_bundle_writer *w)
{
	if (w != NULL) {
		sqlite3_finalize(w->add_line);
		sqlite3_finalize(w->add_row);
		sqlite3_close(w->db);
		free(w->path);
		free(w);
	}
}
