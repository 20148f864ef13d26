/* cmd/query.c - `query 'SELECT ...'`: any table by hand, on this machine or on the one machine given; `--tables` and `--schema T` document them. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "base/str.h"
#include "base/utf8.h"
#include "os/os.h"
#include "table/evidence.h"
#include "table/table.h"

#define ROWS_MAX        100000
#define CONNECTIONS_MAX 256
#define MACHINE         "machine" /* name of the one machine that a query speaks of */

/* Rows as text, NULL = SQL NULL; row 0 holds the column names. */
struct grid {
	char **cells;
	int *types; /* SQLITE_INTEGER ... per cell; 0 for names */
	size_t n, cap, cap_types;
	int columns;
	size_t rows; /* without the names */
};

static void grid_add(struct grid *g, const char *text, int type)
{
	TS_GROW(g->cells, g->cap, g->n);
	TS_GROW(g->types, g->cap_types, g->n);
	g->types[g->n] = type;
	g->cells[g->n++] = text != NULL ? ts_xstrdup(text) : NULL;
}

static void grid_finish(struct grid *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->cells[i]);
	}
	free(g->cells);
	free(g->types);
}

static bool read_rows(struct ts_conn *c, const char *sql, struct grid *g, struct ts_err *err)
{
	sqlite3_stmt *st = ts_conn_prepare(c, sql, NULL, err);
	if (st == NULL) {
		return false;
	}
	g->columns = sqlite3_column_count(st);
	for (int i = 0; i < g->columns; i++) {
		grid_add(g, sqlite3_column_name(st, i), 0);
	}
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && g->rows < ROWS_MAX) {
		g->rows++;
		for (int i = 0; i < g->columns; i++) {
			grid_add(g, (const char *)sqlite3_column_text(st, i), sqlite3_column_type(st, i));
		}
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		ts_conn_step_error(c, rc, err);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW;
}

static void put_json(const struct grid *g, struct ts_ledger *l, struct ts_buf *out)
{
	struct ts_json j;
	ts_json_init(&j, out, true);
	ts_json_object(&j);
	ts_json_key(&j, "rows");
	ts_json_array(&j);
	for (size_t r = 0; r < g->rows; r++) {
		ts_json_object(&j);
		for (int i = 0; i < g->columns; i++) {
			size_t at = (r + 1) * (size_t)g->columns + (size_t)i;
			ts_json_key(&j, g->cells[i]);
			if (g->types[at] == SQLITE_INTEGER) {
				ts_json_int(&j, strtoll(g->cells[at], NULL, 10));
			} else if (g->types[at] == SQLITE_FLOAT) {
				ts_json_double(&j, strtod(g->cells[at], NULL));
			} else {
				ts_json_str(&j, g->cells[at]);
			}
		}
		ts_json_end(&j);
	}
	ts_json_end(&j);
	ts_json_key(&j, "gaps");
	ts_json_array(&j);
	for (size_t i = 0; i < ts_ledger_count(l); i++) {
		const struct ts_ledger_line *line = ts_ledger_get(l, i);
		if (ts_seen_is_gap(line->seen)) {
			ts_json_object(&j);
			ts_json_kstr(&j, "table", line->table);
			ts_json_kstr(&j, "subject", line->subject);
			ts_json_kstr(&j, "state", ts_seen_name(line->seen));
			ts_json_kstr(&j, "detail", line->detail);
			ts_json_end(&j);
		}
	}
	ts_json_end(&j);
	ts_json_end(&j);
	ts_buf_putc(out, '\n');
}

/* Columns as wide as their widest cell; the last one is not padded. */
static void put_table(const struct grid *g, const struct ts_look *look, struct ts_buf *out)
{
	unsigned flags = look->ascii ? TS_GATE_ASCII : 0;
	size_t *width = ts_xcalloc((size_t)g->columns + 1, sizeof(*width));
	for (size_t i = 0; i < g->n; i++) {
		const char *s = g->cells[i] != NULL ? g->cells[i] : "NULL";
		size_t w = ts_text_width(s, strlen(s));
		size_t *max = &width[i % (size_t)g->columns];
		*max = w > *max ? w : *max;
	}
	for (size_t i = 0; i < g->n; i++) {
		size_t col = i % (size_t)g->columns;
		const char *s = g->cells[i] != NULL ? g->cells[i] : "NULL";
		if (i < (size_t)g->columns) {
			ts_style_on(TS_BOLD, look, out);
		}
		ts_gate_puts(out, s, flags);
		if (i < (size_t)g->columns) {
			ts_style_off(look, out);
		}
		bool last = col + 1 == (size_t)g->columns;
		ts_buf_fill(out, last ? '\n' : ' ', last ? 1 : width[col] + 2 - ts_text_width(s, strlen(s)));
	}
	free(width);
}

static const char *type_name(enum ts_type t)
{
	static const char *const names[] = {
		[TS_TEXT] = "TEXT", [TS_INT] = "INTEGER", [TS_BIGINT] = "BIGINT", [TS_REAL] = "REAL"
	};
	return names[t];
}

static void put_schema(const struct ts_table *t, const struct ts_look *look, struct ts_buf *out)
{
	ts_render_heading(t->name, 2, look, out);
	ts_render_text(t->doc, 0, 0, look, out);
	if (t->fill == NULL) {
		ts_render_text("Not available on this system: it is read from evidence.", 0, 0, look, out);
	}
	ts_buf_putc(out, '\n');
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		char *line = ts_xasprintf("%-24s %-8s %s%s%s", c->name, type_name(c->type), c->doc,
			c->flags & TS_REQUIRED ? " (must be given)" : "",
			c->flags & TS_HIDDEN ? " (hidden)" : "");
		ts_render_text(line, 2, 34, look, out);
		free(line);
	}
	char *example = ts_xasprintf("\n    %s\n", t->example != NULL ? t->example : "");
	ts_gate_puts(out, example, TS_GATE_NEWLINES);
	free(example);
}

static int print_schema(const struct ts_options *o)
{
	struct ts_look look;
	struct ts_buf b;
	const char *names[512];
	int n = 0;
	for (; n < 511 && ts_table_get(n) != NULL; n++) {
		names[n] = ts_table_get(n)->name;
	}
	names[n] = NULL;
	const struct ts_table *t = ts_table_find(o->schema);
	if (t == NULL) {
		const char *near = ts_nearest(o->schema, names);
		return ts_cmd_error(TS_EXIT_USAGE,
			"there is no table \"%s\"%s%s%s; query --tables lists them", o->schema,
			near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &look);
	put_schema(t, &look, &b);
	int status = ts_cmd_emit(o, &b, TS_EXIT_OK);
	ts_buf_finish(&b);
	return status;
}

static int print_tables(const struct ts_options *o)
{
	struct ts_look look;
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &look);
	const struct ts_table *t;
	for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
		if (o->verbose) {
			put_schema(t, &look, &b);
			ts_buf_putc(&b, '\n');
		} else {
			char *line = ts_xasprintf(
				"%-26s %s%s", t->name, t->doc, t->fill == NULL ? " (from evidence)" : "");
			ts_render_text(line, 0, 27, &look, &b);
			free(line);
		}
	}
	int status = ts_cmd_emit(o, &b, TS_EXIT_OK);
	ts_buf_finish(&b);
	return status;
}

/* The machine that is asked: this one, or the one whose evidence is given. Its name before the '=' is free, and the same
 * in all of them. */
static bool set_machine(
	const struct ts_options *o, struct ts_evidence *ev, const char **name, struct ts_err *err)
{
	size_t len = 0;
	*name = "here";
	for (size_t i = 0; i < o->evidence.n; i++) {
		const char *item = o->evidence.items[i], *eq = strchr(item, '=');
		size_t n = eq != NULL ? (size_t)(eq - item) : 0;
		if (i > 0 && (n != len || strncmp(item, o->evidence.items[0], n) != 0)) {
			return ts_fail(err, "query speaks of one machine: give --evidence for one only");
		}
		len = n;
		*name = MACHINE;
		ts_evidence_machine(ev, MACHINE);
		if (!ts_evidence_set_path(ev, MACHINE, eq != NULL ? eq + 1 : item, err)) {
			return false;
		}
	}
	const char *remark = ts_evidence_remark(ev, *name);
	if (remark != NULL) {
		ts_cmd_note(o, "%s", remark);
	}
	return true;
}

int ts_cmd_query(struct ts_options *o)
{
	if (o->schema != NULL) {
		return print_schema(o);
	}
	if (o->tables) {
		return print_tables(o);
	}
	if (o->nargs != 1) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"query needs one SELECT in quotes: troubleshoot query 'SELECT * FROM os_version'");
	}
	struct ts_err err;
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_budget budget = { .deadline = ts_os_mono_ms() + (int64_t)o->timeout_s * 1000,
		.connections = CONNECTIONS_MAX };
	struct grid g = { 0 };
	const char *machine;
	int status = TS_EXIT_OK;
	struct ts_conn *c = set_machine(o, ev, &machine, &err)
				    ? ts_evidence_open(ev, machine, o->args[0], &budget, &err)
				    : NULL;
	if (c == NULL || !read_rows(c, o->args[0], &g, &err)) {
		status = ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	} else {
		struct ts_look look;
		struct ts_buf b;
		ts_buf_init(&b, TS_BUF_MAX_TEXT);
		ts_cmd_look(o, stdout, &look);
		if (o->format != NULL && strcmp(o->format, "json") == 0) {
			put_json(&g, ts_conn_ledger(c), &b);
		} else {
			put_table(&g, &look, &b);
		}
		status = ts_cmd_emit(o, &b, TS_EXIT_OK);
		ts_buf_finish(&b);
		struct ts_ledger *l = ts_conn_ledger(c);
		for (size_t i = 0; i < ts_ledger_count(l); i++) {
			const struct ts_ledger_line *line = ts_ledger_get(l, i);
			if (ts_seen_is_gap(line->seen)) {
				ts_cmd_note(o, "%s%s%s: %s%s%s", line->table, *line->subject ? " " : "",
					line->subject, ts_seen_name(line->seen), *line->detail ? ": " : "",
					line->detail);
			}
		}
	}
	grid_finish(&g);
	ts_conn_free(c);
	ts_evidence_free(ev);
	return status;
}
