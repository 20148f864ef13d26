/* table/rows.c - rows of a test case as a machine's evidence. */
#include "table/rows.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"

/* A table that the test case mentions: complete as it stands. */
struct mentioned {
	const struct ts_table *table;
	struct ts_value *cells; /* count rows of table->ncolumns */
	size_t cap, count;      /* cap in rows */
};

struct ts_rows {
	struct ts_arena *arena;
	struct mentioned *tables;
	size_t ntables, cap;
	struct ts_book gaps;
};

struct ts_rows *ts_rows_new(void)
{
	struct ts_rows *r = ts_xcalloc(1, sizeof(*r));
	r->arena = ts_arena_new();
	return r;
}

void ts_rows_free(struct ts_rows *r)
{
	if (r != NULL) {
		ts_arena_free(r->arena);
		free(r);
	}
}

const struct ts_table *ts_rows_table(const char *name, struct ts_err *err)
{
	const struct ts_table *t = ts_table_find(name);
	if (t != NULL) {
		return t;
	}
	const char *names[256] = { NULL };
	for (int i = 0; i < (int)TS_COUNT(names) - 1 && (t = ts_table_get(i)) != NULL; i++) {
		names[i] = t->name;
	}
	const char *near = ts_nearest(name, names);
	if (near != NULL) {
		ts_fail(err, "there is no table '%s' (did you mean %s?)", name, near);
	} else {
		ts_fail(err, "there is no table '%s'; `troubleshoot query --tables` lists all", name);
	}
	return NULL;
}

static struct mentioned *find(const struct ts_rows *r, const struct ts_table *t)
{
	for (size_t i = 0; i < r->ntables; i++) {
		if (r->tables[i].table == t) {
			return &r->tables[i];
		}
	}
	return NULL;
}

static struct mentioned *mention(struct ts_rows *r, const char *table, struct ts_err *err)
{
	const struct ts_table *t = ts_rows_table(table, err);
	struct mentioned *m = t != NULL ? find(r, t) : NULL;
	if (t != NULL && m == NULL) {
		TS_ARENA_GROW(r->arena, r->tables, r->cap, r->ntables);
		m = &r->tables[r->ntables++];
		*m = (struct mentioned){ .table = t };
	}
	return m;
}

bool ts_rows_mention(struct ts_rows *r, const char *table, struct ts_err *err)
{
	return mention(r, table, err) != NULL;
}

/* The column of that name that can hold evidence. */
static int evidence_column(const struct ts_table *t, const char *name, struct ts_err *err)
{
	int i = ts_table_column(t, name);
	if (i >= 0 && ts_column_is_input(&t->columns[i])) {
		ts_fail(err, "%s of %s is an input of queries; evidence has no such column", name, t->name);
		return -1;
	}
	if (i >= 0) {
		return i;
	}
	const char *names[129] = { NULL };
	for (int c = 0; c < t->ncolumns && c < (int)TS_COUNT(names) - 1; c++) {
		names[c] = t->columns[c].name;
	}
	const char *near = ts_nearest(name, names);
	if (near != NULL) {
		ts_fail(err, "%s has no column '%s' (did you mean %s?)", t->name, name, near);
	} else {
		ts_fail(err, "%s has no column '%s'; `troubleshoot query --schema %s` lists all", t->name,
			name, t->name);
	}
	return -1;
}

/* A row that lacks what every query must ask for would never be found. */
static bool has_required(const struct ts_table *t, const struct ts_value *row, struct ts_err *err)
{
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		if ((c->flags & TS_REQUIRED) != 0 && !ts_column_is_input(c) && row[i].kind == TS_VALUE_NULL) {
			return ts_fail(err,
				"a row of %s needs the column %s, which every query of it asks for", t->name,
				c->name);
		}
	}
	return true;
}

static const char *type_words(enum ts_type type)
{
	return type == TS_REAL ? "a number" : "a whole number";
}

bool ts_rows_add(struct ts_rows *r, const char *table, const char *const *columns, const char *const *values,
	int n, struct ts_err *err)
{
	struct mentioned *m = mention(r, table, err);
	if (m == NULL) {
		return false;
	}
	const struct ts_table *t = m->table;
	struct ts_value *row = ts_arena_calloc(r->arena, (size_t)t->ncolumns, sizeof(*row));
	for (int i = 0; i < n; i++) {
		int c = evidence_column(t, columns[i], err);
		if (c < 0) {
			return false;
		}
		if (values[i] != NULL &&
			!ts_value_parse(ts_arena_strdup(r->arena, values[i]), t->columns[c].type, &row[c])) {
			return ts_fail(err, "%s of %s must be %s, not '%s'", columns[i], t->name,
				type_words(t->columns[c].type), values[i]);
		}
	}
	if (!has_required(t, row, err)) {
		return false;
	}
	ts_arena_grow(r->arena, &m->cells, &m->cap, m->count, (size_t)t->ncolumns * sizeof(*m->cells));
	memcpy(&m->cells[m->count++ * (size_t)t->ncolumns], row, (size_t)t->ncolumns * sizeof(*row));
	return true;
}

bool ts_rows_gap(
	struct ts_rows *r, const char *table, const char *subject, enum ts_seen seen, struct ts_err *err)
{
	const struct ts_table *t = ts_rows_table(table, err);
	if (t == NULL) {
		return false;
	}
	ts_book_add(&r->gaps, r->arena, t->name, subject, seen, "as the test case has it");
	return true;
}

void ts_rows_scan(const struct ts_rows *r, struct ts_scan *s)
{
	const struct ts_table *t = ts_scan_table(s);
	const struct mentioned *m = find(r, t);
	ts_scan_report(s, &r->gaps, m != NULL ? NULL : "the test case does not mention this table");
	for (size_t i = 0; m != NULL && i < m->count; i++) {
		if (!ts_scan_offer(s, &m->cells[i * (size_t)t->ncolumns])) {
			return;
		}
	}
}
