/* kb/lint-result.c - results that a check can be seen to return, and the labels that wait for them. */
#include <string.h>
#include "kb/lint-sql.h"

/* The expression of the column "answer": tokens first to last. False where the column is no expression of its own. */
static bool find_answer(const struct ts_lint_check *c, size_t *first, size_t *last)
{
	for (size_t i = 2; i < c->count; i++) {
		int depth = 0;

		if (!ts_lint_is(c, i, "answer") || !ts_lint_is(c, i - 1, "as")) {
			continue;
		}
		*last = i - 2;
		for (size_t k = i - 1; k-- > 0;) {
			depth += ts_lint_is(c, k, ")") ? 1 : ts_lint_is(c, k, "(") ? -1 : 0;
			if (depth < 0) {
				break;
			}
			if (depth == 0 && ts_lint_is(c, k, "select")) {
				*first = k + 1 + ts_lint_is(c, k + 1, "distinct");
				return true;
			}
		}
	}
	return false;
}

/* Is the token inside a bracket of this function, as an argument of it after the first one? */
static bool is_choice_of(const struct ts_lint_check *c, size_t first, size_t i)
{
	int depth = 0;
	bool comma = false;

	for (size_t k = i; k-- > first;) {
		if (ts_lint_is(c, k, ")")) {
			depth++;
		} else if (ts_lint_is(c, k, "(") && depth-- == 0) {
			return k > first &&
			       ((ts_lint_is(c, k - 1, "iif") && comma) || ts_lint_is(c, k - 1, "coalesce") ||
				       ts_lint_is(c, k - 1, "ifnull"));
		}
		comma |= depth == 0 && ts_lint_is(c, k, ",");
	}
	return false;
}

/* A string that is a value of the whole expression, as far as can be seen without knowing what SQLite makes of it. */
static bool is_result(const struct ts_lint_check *c, size_t first, size_t last, size_t i)
{
	bool whole = first == last;
	bool branch = i > first && (ts_lint_is(c, i - 1, "then") || ts_lint_is(c, i - 1, "else"));
	bool ends = i == last || ts_lint_is(c, i + 1, ",") || ts_lint_is(c, i + 1, ")") ||
		    ts_lint_is(c, i + 1, "when") || ts_lint_is(c, i + 1, "else") ||
		    ts_lint_is(c, i + 1, "end");
	bool argument = i > first && (ts_lint_is(c, i - 1, ",") || ts_lint_is(c, i - 1, "("));

	return c->t[i].kind == TS_SQL_STRING && ends &&
	       (whole || branch || (argument && is_choice_of(c, first, i)));
}

/* Does the token belong to a condition: a WHEN that has not come to its THEN, or a bracket that is no choice between results? */
static bool in_condition(const struct ts_lint_check *c, size_t first, size_t i)
{
	int depth = 0;
	bool settled = false; /* past a THEN or ELSE of the innermost CASE */

	for (size_t k = i; k-- > first;) {
		if (ts_lint_is(c, k, ")")) {
			depth++;
		} else if (ts_lint_is(c, k, "(") && depth-- == 0) {
			bool choice = k > first &&
				      (ts_lint_is(c, k - 1, "iif") || ts_lint_is(c, k - 1, "coalesce") ||
					      ts_lint_is(c, k - 1, "ifnull"));
			bool plain = k == first || c->t[k - 1].kind != TS_SQL_WORD ||
				     ts_lint_is(c, k - 1, "then") || ts_lint_is(c, k - 1, "else");
			if (!choice && !plain) {
				return true;
			}
			depth = 0;
			settled = false;
		} else if (depth == 0) {
			if (ts_lint_is(c, k, "when") && !settled) {
				return true;
			}
			settled = !ts_lint_is(c, k, "case") &&
				  (settled || ts_lint_is(c, k, "then") || ts_lint_is(c, k, "else"));
		}
	}
	return false;
}

static bool has_label(const struct ts_node *n, const char *label)
{
	return ts_node_answer(n, label) != NULL || ts_node_answer(n, "otherwise") != NULL ||
	       (n->kind == TS_NODE_CAUSE && (strcmp(label, "present") == 0 || strcmp(label, "absent") == 0));
}

void ts_lint_results(struct ts_lint_check *c)
{
	size_t first, last;

	if (c->n->nanswers == 0 && c->n->kind != TS_NODE_CAUSE) {
		return; /* which is reported */
	}
	if (!find_answer(c, &first, &last)) {
		return;
	}
	for (size_t i = first; i <= last; i++) {
		const char *text;
		char *label;

		if (!is_result(c, first, last, i) || in_condition(c, first, i)) {
			continue;
		}
		text = ts_lint_text(c, i);
		label = ts_arena_strndup(c->l->arena, text + 1, strlen(text) - 2);
		/* 'it''s' is rare in labels. */
		if (strstr(label, "''") == NULL && !has_label(c->n, label)) {
			LINT(c->l, TS_ERROR, "result-without-label", ts_lint_span(c, &c->t[i], &c->t[i]),
				c->n->kind == TS_NODE_CAUSE
					? "the check of a cause returns present or absent, not \"%s\""
					: "the check returns \"%s\", and the node has no answer of that "
					  "name, nor \"otherwise\"",
				label);
		}
	}
}
