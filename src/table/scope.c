/* table/scope.c - how much of a subject a scan asked for, as text, and whether what was collected covers it. */
#include "table/scope.h"

#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "decode/datetime.h"

#define MAX_SCOPE 65536 /* a longer list of values is cut, and then matches nothing but itself */

bool ts_scope_is_time(const struct ts_table *t, const struct ts_column *c)
{
	return t->match != NULL && (strcmp(c->name, "time_range") == 0 || strcmp(c->name, "timestamp") == 0);
}

/* Does a constraint on the column narrow a subject, other than by an input that no evidence holds? */
static bool narrows(const struct ts_table *t, const struct ts_column *c)
{
	if (ts_column_is_input(c)) {
		return ts_scope_is_time(t, c);
	}
	return (c->flags & TS_FILTER) != 0 && (c->flags & TS_SUBJECT) == 0;
}

static void put_values(struct ts_scan *s, struct ts_buf *b)
{
	const struct ts_table *t = ts_scan_table(s);
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_column *c = &t->columns[i];
		int n = narrows(t, c) ? ts_scan_count(s, c->name) : 0;
		for (int k = 0; k < n; k++) {
			const char *sign = k > 0 ? "," : "=", *space = b->len > 0 ? " " : "";
			ts_buf_printf(b, "%s%s%s%s", k > 0 ? "" : space, k > 0 ? "" : c->name, sign,
				ts_scan_text(s, c->name, k));
		}
	}
}

static const char *take(struct ts_scan *s, struct ts_buf *b)
{
	const char *text = ts_arena_strdup(ts_scan_arena(s), ts_buf_str(b));
	ts_buf_finish(b);
	return text;
}

const char *ts_scope_values(struct ts_scan *s)
{
	struct ts_buf b;
	ts_buf_init(&b, MAX_SCOPE);
	put_values(s, &b);
	return take(s, &b);
}

const char *ts_scope_exact(struct ts_scan *s)
{
	const struct ts_table *t = ts_scan_table(s);
	struct ts_buf b;
	ts_buf_init(&b, MAX_SCOPE);
	ts_buf_putc(&b, '(');
	for (int i = 0; i < t->ncolumns; i++) {
		if (ts_scan_wants(s, t->columns[i].name)) {
			ts_buf_printf(&b, "%s%s", b.len > 1 ? "," : "", t->columns[i].name);
		}
	}
	ts_buf_putc(&b, ')');
	put_values(s, &b);
	return take(s, &b);
}

/* --- choosing --- */

static bool subject_equal(const struct ts_table *t, const char *a, const char *b)
{
	for (int i = 0; i < t->ncolumns; i++) {
		if ((t->columns[i].flags & TS_SUBJECT) != 0 && (t->columns[i].flags & TS_NOCASE) != 0) {
			return ts_str_case_eq(a, b);
		}
	}
	return strcmp(a, b) == 0;
}

/* Does "time_range=START" reach back as far as the scan asks? */
static bool reaches_back(struct ts_scan *s, const char *scope)
{
	static const char prefix[] = "time_range=";
	const struct ts_table *t = ts_scan_table(s);
	struct ts_instant from, start;
	if (!ts_str_starts(scope, prefix) || ts_table_column(t, "time_range") < 0 ||
		ts_scan_count(s, "time_range") != 1) {
		return false;
	}
	const char *collected = scope + sizeof(prefix) - 1, *asked = ts_scan_text(s, "time_range", 0);
	return ts_datetime_parse(collected, strlen(collected), &from) &&
	       ts_datetime_parse(asked, strcspn(asked, ";"), &start) && ts_instant_compare(from, start) <= 0;
}

/* How well a line's scope fits the scan: 0 = not at all. */
static int fit(struct ts_scan *s, const struct ts_ledger_line *l, const char *scope, const char *exact,
	const char *values)
{
	if (strcmp(scope, exact) == 0) {
		return 4;
	}
	if (scope[0] == '\0') {
		return 3;
	}
	if (scope[0] == '(') {
		return 0;
	}
	if (strcmp(scope, values) == 0) {
		return 2;
	}
	/* What kept a part from being read keeps the rest from it, too. */
	return reaches_back(s, scope) || (ts_seen_is_gap(l->seen) && l->seen != TS_SEEN_PARTIAL) ? 1 : 0;
}

void ts_scope_choose(
	struct ts_scan *s, const struct ts_book *book, const char *const *scopes, struct ts_book *out)
{
	const struct ts_table *t = ts_scan_table(s);
	const char *exact = ts_scope_exact(s), *values = ts_scope_values(s), *part = NULL;
	int best = 0, others = 0;
	/* A scan of all subjects also hears of the single ones. */
	bool all = !ts_scan_has_subject(s);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < book->n; i++) {
			const struct ts_ledger_line *l = &book->lines[i];
			if (strcmp(l->table, t->name) != 0) {
				continue;
			}
			bool own = subject_equal(t, l->subject, ts_scan_subject(s)),
			     whole = l->subject[0] == '\0';
			int f = fit(s, l, scopes[i], exact, values);
			if (pass == 0) {
				best = own && f > best ? f : best;
				part = own && f == 0 && scopes[i][0] != '(' ? scopes[i] : part;
				others += own;
				continue;
			}
			bool take_it = own ? f == best : (best < 4 && f > 0 && (all || (whole && best == 0)));
			if (take_it && f > 0) {
				/* The book outlives the scan: its strings need no copies. */
				TS_ARENA_GROW(ts_scan_arena(s), out->lines, out->cap, out->n);
				out->lines[out->n++] = *l;
			}
		}
	}
	if (best == 0 && others > 0 && out->n == 0) {
		ts_book_add(out, ts_scan_arena(s), t->name, ts_scan_subject(s), TS_SEEN_PARTIAL,
			part != NULL ? ts_arena_printf(
					       ts_scan_arena(s), "only a part of it was collected: %s", part)
				     : "only a part of it was collected");
	}
}
