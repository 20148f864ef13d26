/* kb/lint-sql.c - rules about checks: machine, parameters, and whether SQLite can prepare them against the
 * tables. */
#include <sqlite3.h>
#include <string.h>
#include "base/str.h"
#include "kb/lint-sql.h"
#include "kb/parse.h"
#include "table/evidence.h"

#define SCHEMAS_MAX 32 /* connections kept: entries of a pack mostly have the same machines */

struct ts_schema_cache {
	struct {
		const char *key; /* "server: here client server" */
		struct ts_conn *conn;
	} kept[SCHEMAS_MAX];
	size_t n;
};

void ts_lint_schemas_free(struct ts_linting *l)
{
	for (size_t i = 0; l->schemas != NULL && i < l->schemas->n; i++) {
		ts_conn_free(l->schemas->kept[i].conn);
	}
	l->schemas = NULL;
}

static struct ts_conn *schema_for(struct ts_linting *l, const char *machine, struct ts_err *err)
{
	const char *const *machines = ts_lint_machines(l);
	const char *key = machine;
	struct ts_conn *conn;

	for (size_t i = 0; machines[i] != NULL; i++) {
		key = ts_arena_printf(l->arena, "%s %s", key, machines[i]);
	}
	if (l->schemas == NULL) {
		l->schemas = ts_arena_alloc(l->arena, sizeof(*l->schemas));
	}
	for (size_t i = 0; i < l->schemas->n; i++) {
		if (strcmp(l->schemas->kept[i].key, key) == 0) {
			return l->schemas->kept[i].conn;
		}
	}
	if (l->schemas->n == SCHEMAS_MAX) {
		ts_conn_free(l->schemas->kept[0].conn);
		l->schemas->kept[0] = l->schemas->kept[--l->schemas->n];
	}
	conn = ts_evidence_open_schema(machines, machine, err);
	if (conn != NULL) {
		l->schemas->kept[l->schemas->n].key = key;
		l->schemas->kept[l->schemas->n++].conn = conn;
	}
	return conn;
}

static void check_params(struct ts_lint_check *c)
{
	const struct ts_entry *e = c->l->e;
	const char **names = ts_arena_calloc(c->l->arena, e->nparams + 1, sizeof(*names));

	for (size_t i = 0; i < e->nparams; i++) {
		names[i] = e->params[i].name;
	}
	for (size_t i = 0; i < c->count; i++) {
		const char *name;
		bool known;

		if (c->t[i].kind != TS_SQL_PARAM) {
			continue;
		}
		name = ts_lint_text(c, i);
		known = strcmp(name, "$now") == 0 || strcmp(name, "$since") == 0 || !ts_lint_has_front(c->l);
		if (name[0] != '$' || name[1] == '\0') {
			LINT(c->l, TS_ERROR, "parameter-undeclared", ts_lint_span(c, &c->t[i], &c->t[i]),
				"a check binds parameters as $name, not as \"%s\"", name);
			continue;
		}
		for (size_t k = 0; names[k] != NULL; k++) {
			known |= strcmp(names[k], name + 1) == 0;
		}
		if (!known) {
			LINT(c->l, TS_ERROR, "parameter-undeclared", ts_lint_span(c, &c->t[i], &c->t[i]),
				"the front matter declares no parameter \"%s\"%s", name + 1,
				ts_lint_hint(c->l, name + 1, names));
		}
	}
}

static const char *const *table_names(struct ts_linting *l)
{
	const char **names;
	int n = 0;

	while (ts_table_get(n) != NULL) {
		n++;
	}
	names = ts_arena_calloc(l->arena, (size_t)n + 1, sizeof(*names));
	while (n-- > 0) {
		names[n] = ts_table_get(n)->name;
	}
	return names;
}

static const char *const *column_names(struct ts_lint_check *c)
{
	const char **names;
	size_t n = 0;

	for (size_t i = 0; i < c->nused; i++) {
		n += (size_t)c->used[i].table->ncolumns;
	}
	names = ts_arena_calloc(c->l->arena, n + 1, sizeof(*names));
	n = 0;
	for (size_t i = 0; i < c->nused; i++) {
		for (int k = 0; k < c->used[i].table->ncolumns; k++) {
			names[n++] = c->used[i].table->columns[k].name;
		}
	}
	return names;
}

/* SQLite does not say where a table that is not there stands, nor what it might have been. */
static const char *name_in_message(struct ts_lint_check *c, const char *message, struct ts_span *span)
{
	static const struct {
		const char *begins;
		bool table;
	} kinds[] = { { "no such table: ", true }, { "no such column: ", false } };

	for (size_t i = 0; i < TS_COUNT(kinds); i++) {
		const char *name, *dot;

		if (!ts_str_starts(message, kinds[i].begins)) {
			continue;
		}
		name = message + strlen(kinds[i].begins);
		dot = strrchr(name, '.');
		name = dot != NULL ? dot + 1 : name;
		for (size_t k = 0; k < c->count; k++) {
			if (ts_lint_is(c, k, name)) {
				*span = ts_lint_span(c, &c->t[k], &c->t[k]);
				break;
			}
		}
		return ts_lint_hint(c->l, name, kinds[i].table ? table_names(c->l) : column_names(c));
	}
	return "";
}

static void report_prepare(struct ts_lint_check *c, int offset, const char *message)
{
	struct ts_span span = ts_lint_span(c, &c->t[0], &c->t[0]);
	const char *hint;

	hint = name_in_message(c, message, &span);
	if (offset >= 0) {
		size_t at = ts_parse_sql_offset(c->l->src, c->n, (size_t)offset);

		span = (struct ts_span){ at, 1 };
		for (size_t i = 0; i < c->count; i++) {
			if (c->t[i].off == (size_t)offset) {
				span = ts_lint_span(c, &c->t[i], &c->t[i]);
			}
		}
	}
	LINT(c->l, TS_ERROR, "check", span, "%s%s", message, hint);
}

static void check_prepare(struct ts_lint_check *c, const char *machine)
{
	struct ts_linting *l = c->l;
	struct ts_err err = { "" };
	struct ts_conn *conn = schema_for(l, machine, &err);
	sqlite3_stmt *stmt;
	int offset = -1;

	if (conn == NULL) {
		LINT(l, TS_ERROR, "check", c->n->title_span,
			"the tables cannot be opened to prepare this check: %s", err.text);
		return;
	}
	stmt = ts_conn_prepare(conn, c->n->sql, &offset, &err);
	if (stmt == NULL) {
		report_prepare(c, offset, err.text);
		return;
	}
	if (strcmp(sqlite3_column_name(stmt, 0), "answer") != 0) {
		size_t at = c->count > 1 ? 1 : 0;

		LINT(l, TS_ERROR, "check-column", ts_lint_span(c, &c->t[at], &c->t[at]),
			"the first column must be called answer, not \"%s\": write SELECT ... AS answer",
			sqlite3_column_name(stmt, 0));
	}
	sqlite3_finalize(stmt);
}

static bool declared(struct ts_linting *l, const struct ts_node *n)
{
	const char *const *machines = ts_lint_machines(l);
	size_t line;
	struct ts_span span;

	for (size_t i = 0; machines[i] != NULL; i++) {
		if (strcmp(machines[i], n->machine) == 0) {
			return true;
		}
	}
	if (!ts_lint_has_front(l)) {
		return false;
	}
	/* the fence is the line before the SQL */
	for (line = n->sql_span.off > 0 ? n->sql_span.off - 1 : 0; line > 0 && l->src->text[line - 1] != '\n';
		line--) {
	}
	span = ts_lint_find(
		l, (struct ts_span){ line, n->sql_span.off - line }, n->machine, strlen(n->machine));
	LINT(l, TS_ERROR, "check-machine", span, "the front matter declares no machine \"%s\"%s", n->machine,
		ts_lint_hint(l, n->machine, machines));
	return false;
}

void ts_lint_checks(struct ts_linting *l)
{
	for (size_t i = 0; i < l->e->nown; i++) {
		struct ts_lint_check c = { .l = l, .n = &l->e->nodes[i] };
		bool known;

		if (c.n->sql == NULL || c.n->sql[0] == '\0') {
			continue;
		}
		c.t = ts_sql_tokens(l->arena, c.n->sql, &c.count);
		if (c.count == 0) {
			continue;
		}
		known = declared(l, c.n);
		ts_lint_tables(&c);
		check_params(&c);
		ts_lint_results(&c);
		if (ts_lint_tokens(&c)) {
			check_prepare(&c, known ? c.n->machine : "here");
		}
	}
}
