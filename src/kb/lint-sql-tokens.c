/* kb/lint-sql-tokens.c - rules about how a check is written, told from its tokens and the descriptions of
 * tables. */
#include <string.h>
#include "base/str.h"
#include "kb/lint-sql.h"
#include "kb/parse.h"

#define BRACKETS_MAX 64 /* nesting; SQLite itself refuses less deep ones */

struct ts_span ts_lint_span(
	const struct ts_lint_check *c, const struct ts_sql_token *first, const struct ts_sql_token *last)
{
	size_t from = ts_parse_sql_offset(c->l->src, c->n, first->off);
	size_t to = ts_parse_sql_offset(c->l->src, c->n, last->off + last->len);

	return (struct ts_span){ from, to > from ? to - from : 0 };
}

bool ts_lint_is(const struct ts_lint_check *c, size_t i, const char *word)
{
	return i < c->count && ts_sql_is(c->n->sql, &c->t[i], word);
}

const char *ts_lint_text(const struct ts_lint_check *c, size_t i)
{
	return ts_arena_strndup(c->l->arena, c->n->sql + c->t[i].off, c->t[i].len);
}

/* The table that token i names, if any. */
static const struct ts_table *table_at(const struct ts_lint_check *c, size_t i)
{
	char name[64];

	if (i >= c->count || c->t[i].kind != TS_SQL_WORD || c->t[i].len >= sizeof(name)) {
		return NULL;
	}
	memcpy(name, c->n->sql + c->t[i].off, c->t[i].len);
	name[c->t[i].len] = '\0';
	return ts_table_find(name);
}

/* Mark the tokens that stand where a table does: behind FROM, JOIN, or a comma or bracket after these;
 * with the schema before it, too. */
static void mark_from(struct ts_lint_check *c)
{
	static const char *const ends[] = { "where", "on", "using", "group", "order", "having", "limit",
		"window", "select", "union", "except", "intersect" };
	bool from[BRACKETS_MAX] = { false };
	int depth = 0;

	c->from = ts_arena_calloc(c->l->arena, c->count + 1, sizeof(*c->from));
	for (size_t i = 0; i < c->count; i++) {
		bool begins = ts_lint_is(c, i, "from") || ts_lint_is(c, i, "join");

		if (i > 0) {
			size_t before = i >= 3 && ts_lint_is(c, i - 1, ".") ? i - 3 : i - 1;

			c->from[i] = from[depth] &&
				     (ts_lint_is(c, before, "from") || ts_lint_is(c, before, "join") ||
					     ts_lint_is(c, before, ",") || ts_lint_is(c, before, "("));
		}
		if (ts_lint_is(c, i, "(") && depth + 1 < BRACKETS_MAX) {
			/* a bracket in FROM holds tables or a SELECT of its own, any other one neither */
			from[depth + 1] = c->from[i];
			depth++;
		} else if (ts_lint_is(c, i, ")") && depth > 0) {
			depth--;
		}
		for (size_t k = 0; k < TS_COUNT(ends); k++) {
			from[depth] = from[depth] && !ts_lint_is(c, i, ends[k]);
		}
		from[depth] = from[depth] || begins;
	}
}

void ts_lint_tables(struct ts_lint_check *c)
{
	static const char *const no_alias[] = { "where", "join", "on", "left", "right", "inner", "cross",
		"full", "natural", "order", "group", "limit", "union", "except", "intersect", "using",
		"having", "window" };

	mark_from(c);
	for (size_t i = 0; i < c->count && c->nused < TS_LINT_TABLES_MAX; i++) {
		const struct ts_table *table = table_at(c, i);
		size_t next = i + 1 + ts_lint_is(c, i + 1, "as");
		bool alias = next < c->count && c->t[next].kind == TS_SQL_WORD;

		if (table == NULL || !c->from[i]) {
			continue;
		}
		for (size_t k = 0; k < TS_COUNT(no_alias) && alias; k++) {
			alias = !ts_lint_is(c, next, no_alias[k]);
		}
		c->used[c->nused].table = table;
		c->used[c->nused].token = &c->t[i];
		c->used[c->nused++].alias = alias ? &c->t[next] : NULL;
	}
}

/* Is token i, with its qualifier, a text column in every table it may belong to? */
static bool text_column(const struct ts_lint_check *c, size_t i)
{
	bool qualified = i >= 2 && ts_lint_is(c, i - 1, ".");
	const char *name, *owner = qualified ? ts_lint_text(c, i - 2) : NULL;
	bool found = false;

	if (i >= c->count || c->t[i].kind != TS_SQL_WORD || ts_lint_is(c, i + 1, "(")) {
		return false;
	}
	name = ts_lint_text(c, i);
	for (size_t k = 0; k < c->nused; k++) {
		const struct ts_table *t = c->used[k].table;
		bool mine = !qualified || ts_str_case_eq(owner, t->name) ||
			    (c->used[k].alias != NULL && ts_sql_is(c->n->sql, c->used[k].alias, owner));
		int column = -1;

		for (int j = 0; mine && j < t->ncolumns; j++) {
			column = ts_str_case_eq(t->columns[j].name, name) ? j : column;
		}
		if (column >= 0 && t->columns[column].type != TS_TEXT) {
			return false;
		}
		found |= column >= 0;
	}
	return found;
}

static bool comparison(const struct ts_lint_check *c, size_t i)
{
	static const char *const ops[] = { "=", "==", "<", "<=", ">", ">=", "<>", "!=", "between", "in",
		"is" };

	for (size_t k = 0; k < TS_COUNT(ops); k++) {
		if (ts_lint_is(c, i, ops[k])) {
			return true;
		}
	}
	return false;
}

/* The number behind token i, past a sign, NOT, or the bracket of IN; 0 = there is none. */
static size_t number_at(const struct ts_lint_check *c, size_t i)
{
	while (ts_lint_is(c, i, "not") || ts_lint_is(c, i, "(") || ts_lint_is(c, i, "-") ||
		ts_lint_is(c, i, "+") || ts_lint_is(c, i, "in") || ts_lint_is(c, i, "between")) {
		i++;
	}
	return i < c->count && c->t[i].kind == TS_SQL_NUMBER ? i : 0;
}

static void check_comparisons(struct ts_lint_check *c)
{
	for (size_t i = 1; i + 1 < c->count; i++) {
		size_t number = 0, column = 0;

		if (!comparison(c, i) && !ts_lint_is(c, i, "not")) {
			continue;
		}
		if (text_column(c, i - 1)) {
			column = i - 1;
			number = number_at(c, i + 1);
		} else if (c->t[i - 1].kind == TS_SQL_NUMBER) {
			column = i + 1 + (ts_lint_is(c, i + 2, ".") ? 2u : 0u);
			number = text_column(c, column) ? i - 1 : 0;
		}
		if (number > 0) {
			size_t first = column < number ? column : number,
			       last = column < number ? number : column;

			LINT(c->l, TS_ERROR, "text-and-number", ts_lint_span(c, &c->t[first], &c->t[last]),
				"\"%s\" is a text column, so this compares text: write CAST(%s AS INTEGER), "
				"or '%s' for the text itself",
				ts_lint_text(c, column), ts_lint_text(c, column), ts_lint_text(c, number));
		}
	}
}

static void check_star(struct ts_lint_check *c)
{
	for (size_t i = 1; i < c->count; i++) {
		bool after = ts_lint_is(c, i - 1, "select") || ts_lint_is(c, i - 1, ",") ||
			     ts_lint_is(c, i - 1, ".") || ts_lint_is(c, i - 1, "distinct") ||
			     ts_lint_is(c, i - 1, "all");

		if (after && ts_lint_is(c, i, "*")) {
			LINT(c->l, TS_ERROR, "check-star", ts_lint_span(c, &c->t[i], &c->t[i]),
				"write the columns out: what * stands for changes with the tables");
		}
	}
}

static bool check_calls(struct ts_lint_check *c)
{
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct ts_table *table =
			ts_lint_is(c, i + 1, "(") && c->from[i] ? table_at(c, i) : NULL;

		if (table != NULL) {
			LINT(c->l, TS_ERROR, "table-call", ts_lint_span(c, &c->t[i], &c->t[i + 1]),
				"\"%s\" is a table, not a function: write FROM %s WHERE %s = ...",
				table->name, table->name, table->columns[0].name);
			any = true;
		}
	}
	return any;
}

/* channel = 'X', channel IN ('X', 'Y') */
static void check_channels(struct ts_lint_check *c)
{
	const struct ts_pack *p = c->l->pack;
	const char **names;

	if (p->nchannels == 0) {
		return;
	}
	names = ts_arena_calloc(c->l->arena, p->nchannels + 1, sizeof(*names));
	for (size_t i = 0; i < p->nchannels; i++) {
		names[i] = p->channels[i].text;
	}
	for (size_t i = 0; i + 2 < c->count; i++) {
		bool list = ts_lint_is(c, i + 1, "in") && ts_lint_is(c, i + 2, "(");

		if (!ts_lint_is(c, i, "channel") ||
			!(list || ts_lint_is(c, i + 1, "=") || ts_lint_is(c, i + 1, "=="))) {
			continue;
		}
		for (size_t k = i + 2 + (list ? 1u : 0u); k < c->count && c->t[k].kind == TS_SQL_STRING;
			k += 2) {
			const char *channel = ts_arena_strndup(c->l->arena, c->n->sql + c->t[k].off + 1,
				c->t[k].len > 2 ? c->t[k].len - 2 : 0);
			bool known = false;

			for (size_t j = 0; j < p->nchannels; j++) {
				known |= ts_str_case_eq(names[j], channel);
			}
			if (!known) {
				LINT(c->l, TS_ERROR, "unknown-channel", ts_lint_span(c, &c->t[k], &c->t[k]),
					"the event channel \"%s\" is not on the list in pack.yaml%s", channel,
					ts_lint_hint(c->l, channel, names));
			}
			if (!list || !ts_lint_is(c, k + 1, ",")) {
				break;
			}
		}
	}
}

/* Tables so large that reading them whole is a mistake, although they can be. One of the columns that name
 * their subjects must be constrained. */
static void check_scans(struct ts_lint_check *c)
{
	static const char *const large[] = { "registry" };
	static const char *const useful[] = { "=", "==", "in", "like", "is" };

	for (size_t i = 0; i < c->nused * TS_COUNT(large); i++) {
		const struct ts_table *t = c->used[i / TS_COUNT(large)].table;
		bool constrained = false;

		if (strcmp(t->name, large[i % TS_COUNT(large)]) != 0) {
			continue;
		}
		for (int k = 0; k < t->ncolumns; k++) {
			for (size_t j = 0; j < c->count && (t->columns[k].flags & TS_SUBJECT) != 0; j++) {
				for (size_t u = 0;
					u < TS_COUNT(useful) && ts_lint_is(c, j, t->columns[k].name); u++) {
					constrained |= ts_lint_is(c, j + 1, useful[u]);
				}
			}
		}
		if (!constrained) {
			LINT(c->l, TS_ERROR, "check-scan",
				ts_lint_span(c, c->used[i / TS_COUNT(large)].token,
					c->used[i / TS_COUNT(large)].token),
				"this reads all of \"%s\": constrain %s or %s in WHERE", t->name,
				t->columns[0].name, t->columns[1].name);
		}
	}
}

bool ts_lint_tokens(struct ts_lint_check *c)
{
	check_star(c);
	check_comparisons(c);
	check_channels(c);
	check_scans(c);
	return !check_calls(c);
}
