/* table/vtab.c - the one virtual-table module behind every table: a description becomes a schema, a plan, a
 * scan, rows.
 *
 * Example: SELECT state, address FROM tcp_connect WHERE host = 'srv1' AND port = 3389
 *
 * xBestIndex takes = and IN on columns that are filters, required, or hidden inputs, writes them into idxStr
 * and leaves SQLite's own comparison on (omit = 0) but for inputs. A plan without a required column, or with a hidden input
 * that is not usable, is impossible (SQLITE_CONSTRAINT), so that SQLite looks for another one. xFilter makes
 * the whole snapshot: the rows cannot change under the query. Files do not change either: their event logs give
 * one row at a time.
 *
 * The tables are made by CREATE VIRTUAL TABLE before the connection is sealed, each in the schema of its
 * machine. Eponymous tables would need no such step, but SQLite finds them under any schema name:
 * nosuch.registry would quietly be this machine's registry.
 *
 * The key is a hidden column _row that tells rows apart by their content. TS_KEY columns cannot be the
 * key: SQLite takes key columns of a WITHOUT ROWID table as NOT NULL (address IS NULL would be false
 * without a look at the rows) and as unique (OR would drop rows with equal keys). */
#include "table/vtab.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"

#define MODULE "ts_table"

/* What all tables of a connection share. */
struct module {
	struct ts_conn *conn;
	struct ts_vtab_source source;
};

struct vtab {
	sqlite3_vtab base;
	struct module *module;
	const struct ts_table *table;
	char *schema;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct ts_scan *scan; /* NULL before the first xFilter and after one that cannot match */
	int64_t row;
	bool end;
};

static const char *const type_names[] = {
	[TS_TEXT] = "TEXT",
	[TS_INT] = "INTEGER",
	[TS_BIGINT] = "BIGINT",
	[TS_REAL] = "DOUBLE",
};

/* The CREATE TABLE statement of a description; the caller frees it with sqlite3_free. NULL = no memory. */
static char *declaration(const struct ts_table *t)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	sqlite3_str_appendf(s, "CREATE TABLE t(");
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		sqlite3_str_appendf(s, "\"%w\" %s%s%s, ", c->name, type_names[c->type],
			(c->flags & TS_HIDDEN) != 0 ? " HIDDEN" : "",
			(c->flags & TS_NOCASE) != 0 ? " COLLATE NOCASE" : "");
	}
	sqlite3_str_appendf(s, "_row INTEGER HIDDEN, PRIMARY KEY (_row)) WITHOUT ROWID");
	return sqlite3_str_finish(s);
}

static int connect_table(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	struct module *m = aux;
	const struct ts_table *t = argc >= 3 ? ts_table_find(argv[2]) : NULL;
	if (t == NULL) {
		*message = sqlite3_mprintf("no description of this table");
		return SQLITE_ERROR;
	}
	char *sql = declaration(t);
	struct vtab *v = sqlite3_malloc64(sizeof(*v));
	char *schema = sqlite3_mprintf("%s", argv[1]);
	int rc = SQLITE_NOMEM;
	if (sql != NULL && v != NULL && schema != NULL) {
		ts_conn_declare_begin(m->conn);
		rc = sqlite3_declare_vtab(db, sql);
		ts_conn_declare_end(m->conn);
	}
	if (rc == SQLITE_OK) {
		sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
		*v = (struct vtab){ .module = m, .table = t, .schema = schema };
		*out = &v->base;
	} else {
		sqlite3_free(v);
		sqlite3_free(schema);
	}
	sqlite3_free(sql);
	return rc;
}

static int disconnect_table(sqlite3_vtab *base)
{
	struct vtab *v = (struct vtab *)base;
	sqlite3_free(v->schema);
	sqlite3_free(v);
	return SQLITE_OK;
}

/* --- planning --- */

/* What a constraint is to the table: a column that the fill function can use, or nothing. */
static const struct ts_column *filter_of(const struct ts_table *t, const struct sqlite3_index_constraint *c)
{
	if (c->op != SQLITE_INDEX_CONSTRAINT_EQ || c->iColumn < 0 || c->iColumn >= t->ncolumns) {
		return NULL;
	}
	const struct ts_column *col = &t->columns[c->iColumn];
	return (col->flags & (TS_FILTER | TS_REQUIRED)) != 0 ? col : NULL;
}

/* A whole IN list in one scan, where the column is no more than a filter; subjects and inputs come one at
 * a time. */
static bool takes_list(const struct ts_column *c)
{
	return (c->flags & (TS_REQUIRED | TS_SUBJECT | TS_HIDDEN)) == 0;
}

/* Are the required columns there? ("one of them" or "all of them") */
static bool required_met(const struct ts_table *t, const bool *has)
{
	int required = 0, met = 0;
	for (int i = 0; i < t->ncolumns; i++) {
		if ((t->columns[i].flags & TS_REQUIRED) != 0) {
			required++;
			met += has[i];
		}
	}
	return required == 0 || ((t->flags & TS_ALL_REQUIRED) != 0 ? met == required : met > 0);
}

/* "host and port", "channel or xpath" for the message about what is missing. */
static int refuse_plan(const struct vtab *v)
{
	const struct ts_table *t = v->table;
	struct ts_buf names;
	ts_buf_init(&names, 4096);
	for (int i = 0; i < t->ncolumns; i++) {
		if ((t->columns[i].flags & TS_REQUIRED) != 0) {
			if (names.len > 0) {
				ts_buf_puts(&names, (t->flags & TS_ALL_REQUIRED) != 0 ? " and " : " or ");
			}
			ts_buf_puts(&names, t->columns[i].name);
		}
	}
	ts_conn_note_required(v->module->conn, t->name, ts_buf_str(&names));
	ts_buf_finish(&names);
	return SQLITE_CONSTRAINT;
}

static void set_cost(sqlite3_index_info *info, const struct ts_table *t, const bool *has)
{
	double rows = 4000;
	for (int i = 0; i < t->ncolumns; i++) {
		if (has[i]) {
			rows /= (t->columns[i].flags & (TS_SUBJECT | TS_REQUIRED)) != 0 ? 20 : 4;
		}
	}
	info->estimatedRows = rows < 1 ? 1 : (sqlite3_int64)rows;
	/* A connection to another computer costs a thousand times a row of this one: it belongs into the
	 * innermost place only with few rows around it. */
	info->estimatedCost = rows + ((t->flags & TS_OBSERVER) != 0 ? 10000 : 20);
}

/* idxStr holds the columns asked for (which xFilter learns in no other way), then a letter and a column
 * number per argument: "35 =0 *7 ". */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	const struct vtab *v = (const struct vtab *)base;
	bool has[128] = { false };
	assert(v->table->ncolumns <= (int)TS_COUNT(has));
	sqlite3_str *plan = sqlite3_str_new(NULL);
	sqlite3_str_appendf(plan, "%llu ", (unsigned long long)info->colUsed);
	int nargs = 0;
	for (int pass = 0; pass < 2;
		pass++) { /* values before lists: port = 3389 says more than port IN (...) */
		for (int i = 0; i < info->nConstraint; i++) {
			const struct ts_column *col = filter_of(v->table, &info->aConstraint[i]);
			bool list = sqlite3_vtab_in(info, i, -1) != 0;
			if (col == NULL || list != (pass == 1)) {
				continue;
			}
			int column = info->aConstraint[i].iColumn;
			if (!info->aConstraint[i].usable) {
				if (ts_column_is_input(col) && !has[column]) {
					sqlite3_free(sqlite3_str_finish(plan));
					return SQLITE_CONSTRAINT;
				}
				continue;
			}
			if (has[column]) {
				continue;
			}
			has[column] = true;
			bool whole = list && takes_list(col) && sqlite3_vtab_in(info, i, 1) != 0;
			info->aConstraintUsage[i].argvIndex = ++nargs;
			/* What is echoed into each row equals itself. */
			info->aConstraintUsage[i].omit = ts_column_is_input(col) && !list;
			sqlite3_str_appendf(plan, "%c%d ", whole ? '*' : '=', column);
		}
	}
	if (!required_met(v->table, has)) {
		sqlite3_free(sqlite3_str_finish(plan));
		return refuse_plan(v);
	}
	info->idxStr = sqlite3_str_finish(plan);
	info->needToFreeIdxStr = 1;
	set_cost(info, v->table, has);
	return info->idxStr != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

/* --- scanning --- */

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	(void)base;
	struct cursor *c = sqlite3_malloc64(sizeof(*c));
	if (c == NULL) {
		return SQLITE_NOMEM;
	}
	*c = (struct cursor){ 0 };
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	ts_scan_free(c->scan);
	sqlite3_free(c);
	return SQLITE_OK;
}

/* Take the constraints out of the plan and its arguments. */
static int read_plan(struct ts_scan *s, const char *plan, int argc, sqlite3_value **argv)
{
	char *end;
	ts_scan_set_wanted(s, strtoull(plan, &end, 10));
	for (int i = 0; i < argc; i++) {
		end += strspn(end, " ");
		char how = *end++;
		int column = (int)strtol(end, &end, 10);
		if (how == '=') {
			ts_scan_constrain(s, column, argv[i]);
			continue;
		}
		sqlite3_value *v = NULL;
		int rc = sqlite3_vtab_in_first(argv[i], &v);
		for (; rc == SQLITE_OK && v != NULL; rc = sqlite3_vtab_in_next(argv[i], &v)) {
			ts_scan_constrain(s, column, v);
		}
		if (rc != SQLITE_OK && rc != SQLITE_DONE) {
			return rc;
		}
	}
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int idx, const char *plan, int argc, sqlite3_value **argv)
{
	(void)idx;
	struct cursor *c = (struct cursor *)base;
	struct vtab *v = (struct vtab *)base->pVtab;
	ts_scan_free(c->scan);
	c->row = -1;
	c->end = true;
	c->scan = ts_scan_new(v->table, ts_conn_budget(v->module->conn), ts_conn_ledger(v->module->conn));
	int rc = read_plan(c->scan, plan, argc, argv);
	if (rc != SQLITE_OK) {
		return rc;
	}
	if (ts_scan_ready(c->scan)) {
		if (!ts_scan_over(c->scan)) {
			ts_scan_set_stepping(c->scan);
			v->module->source.scan(v->module->source.ctx, v->schema, c->scan);
		}
		ts_scan_close(c->scan);
		c->end = !ts_scan_next(c->scan, &c->row);
	}
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;
	c->end = !ts_scan_next(c->scan, &c->row);
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->end;
}

static int column_value(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int column)
{
	struct cursor *c = (struct cursor *)base;
	const struct vtab *v = (const struct vtab *)base->pVtab;
	if (column == v->table->ncolumns) {
		sqlite3_result_int64(ctx, ts_scan_row_id(c->scan, c->row));
	} else if (column >= 0 && column < v->table->ncolumns) {
		ts_value_result(ctx, ts_scan_cell(c->scan, c->row, column));
	}
	return SQLITE_OK;
}

static const sqlite3_module methods = {
	.iVersion = 0,
	.xCreate = connect_table,
	.xConnect = connect_table,
	.xBestIndex = best_index,
	.xDisconnect = disconnect_table,
	.xDestroy = disconnect_table,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = filter,
	.xNext = next,
	.xEof = at_end,
	.xColumn = column_value,
};

static void free_module(void *p)
{
	struct module *m = p;
	if (m->source.release != NULL) {
		m->source.release(m->source.ctx);
	}
	free(m);
}

bool ts_vtab_register(struct ts_conn *c, const struct ts_vtab_source *source, struct ts_err *err)
{
	struct module *m = ts_xcalloc(1, sizeof(*m));
	*m = (struct module){ .conn = c, .source = *source };
	/* SQLite calls free_module even when it fails. */
	if (sqlite3_create_module_v2(ts_conn_db(c), MODULE, &methods, m, free_module) != SQLITE_OK) {
		return ts_fail(err, "cannot set up the tables: %s", sqlite3_errmsg(ts_conn_db(c)));
	}
	return true;
}

bool ts_vtab_create(struct ts_conn *c, const char *schema, const struct ts_table *t, struct ts_err *err)
{
	char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\".\"%w\" USING " MODULE, schema, t->name);
	int rc = sql != NULL ? sqlite3_exec(ts_conn_db(c), sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	if (rc == SQLITE_INTERRUPT) {
		ts_conn_step_error(c, rc, err);
		return false;
	}
	return rc == SQLITE_OK ||
	       ts_fail(err, "cannot set up the table %s: %s", t->name, sqlite3_errmsg(ts_conn_db(c)));
}
