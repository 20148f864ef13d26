/* out/report-checks.c - what was checked: a line per check, and one for all that lack the same thing, so
 * that nobody meets a wall of unknowns. Also the small pieces that all parts of the report are made of. */
#include "out/term.h"

#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "table/files.h"

#define LISTED 3 /* checks of a group of unknowns by name */

void ts_term_gap(struct ts_term *t)
{
	ts_buf_putc(t->out, '\n');
}

void ts_term_section(struct ts_term *t, const char *title)
{
	ts_term_gap(t);
	ts_render_heading(title, 2, t->look, t->out);
}

void ts_term_text(struct ts_term *t, const char *s)
{
	ts_render_text(s, 0, 0, t->look, t->out);
}

void ts_term_item(struct ts_term *t, const char *s, size_t indent)
{
	ts_render_marked("- ", 2, s, indent, t->look, t->out);
}

void ts_term_markdown(struct ts_term *t, const char *md, size_t n)
{
	struct ts_render_options o = {
		.look = t->look, .session = t->s, .links = t->links, .max = TS_ARTICLE_MAX
	};

	ts_render_markdown_with(md, n, &o, t->out);
}

/* Why all of them do not know, from the first gap of the first; the words stand before "the computer". */
static const char *group_reason(const struct ts_result *r)
{
	static const char *const words[TS_SEEN_COUNT] = {
		[TS_SEEN_DENIED] = "need what could not be read (access denied) of",
		[TS_SEEN_NOT_COLLECTED] = "need what was not collected of",
		[TS_SEEN_UNSUPPORTED] = "need what cannot be read on this system, of",
		[TS_SEEN_TIMEOUT] = "ran out of time on",
		[TS_SEEN_PARTIAL] = "could see only a part of",
	};

	for (size_t i = 0; i < r->nledger; i++) {
		if (ts_seen_is_gap(r->ledger[i].seen)) {
			return words[r->ledger[i].seen];
		}
	}
	return "could not see what they need of";
}

/* Do two checks lack the same thing? */
static bool same_lack(const struct ts_term *t, int a, int b)
{
	const struct ts_result *x = ts_session_result(t->s, a), *y = ts_session_result(t->s, b);
	const char *p = x->hint != NULL ? x->hint : x->reason, *q = y->hint != NULL ? y->hint : y->reason;

	return x->state == y->state && group_reason(x) == group_reason(y) &&
	       (x->hint == NULL) == (y->hint == NULL) && p != NULL && q != NULL && strcmp(p, q) == 0;
}

/* --- files that would answer --- */

#define FILES     3  /* that are named */
#define FILES_MAX 32 /* that are counted */

struct file_count {
	const char *file;
	size_t checks;
};

/* Was something of the machine read? Then it is known that files are handed in, and which ones lack is of use. */
static bool has_evidence(const struct ts_term *t, const char *machine)
{
	for (size_t i = 0; i < t->e->nnodes; i++) {
		const struct ts_result *r = ts_session_result(t->s, (int)i);
		const char *name = t->e->nodes[i].machine;

		for (size_t k = 0; name != NULL && strcmp(name, machine) == 0 && k < r->nledger; k++) {
			if (r->ledger[k].seen == TS_SEEN_READ || r->ledger[k].seen == TS_SEEN_PARTIAL) {
				return true;
			}
		}
	}
	return false;
}

/* What would close the gap; NULL where no file does. */
static const char *missing_file(struct ts_term *t, const struct ts_ledger_line *l)
{
	if (l->seen != TS_SEEN_NOT_COLLECTED) {
		return NULL;
	}
	bool log = strcmp(l->table, "windows_eventlog") == 0 && *l->subject != '\0';
	return log ? ts_arena_printf(t->a, "the event log %s", l->subject) : ts_files_that_answer(l->table);
}

/* Count the check for what its gaps would need, each file once. */
static void count_files(struct ts_term *t, const struct ts_result *r, struct file_count *counts, size_t *n)
{
	bool counted[FILES_MAX] = { false };

	for (size_t i = 0; i < r->nledger; i++) {
		const char *file = missing_file(t, &r->ledger[i]);
		size_t k = 0;

		while (file != NULL && k < *n && strcmp(counts[k].file, file) != 0) {
			k++;
		}
		if (file == NULL || k == FILES_MAX || counted[k]) {
			continue;
		}
		*n += k == *n;
		counts[k].file = file;
		counts[k].checks++;
		counted[k] = true;
	}
}

/* ". Not among the files: FILE (12 checks)": those that would answer most checks. */
static const char *files_sentence(struct ts_term *t, const int *nodes, size_t n)
{
	struct file_count counts[FILES_MAX] = { { NULL, 0 } };
	size_t files = 0;
	struct ts_buf b;

	for (size_t i = 0; i < n; i++) {
		count_files(t, ts_session_result(t->s, nodes[i]), counts, &files);
	}
	ts_buf_init(&b, 2048);
	for (size_t shown = 0; shown < FILES && shown < files; shown++) {
		size_t best = 0;

		for (size_t i = 1; i < files; i++) {
			best = counts[i].checks > counts[best].checks ? i : best;
		}
		if (counts[best].checks == 0) {
			break;
		}
		ts_buf_printf(&b, "%s%s (%zu check%s)", shown == 0 ? ". Not among the files: " : "; ",
			counts[best].file, counts[best].checks, counts[best].checks == 1 ? "" : "s");
		counts[best].checks = 0;
	}
	const char *text = ts_arena_strdup(t->a, ts_buf_str(&b));
	ts_buf_finish(&b);
	return text;
}

static const char *group_line(struct ts_term *t, const int *nodes, size_t n)
{
	const struct ts_result *r = ts_session_result(t->s, nodes[0]);
	const char *machine = t->e->nodes[nodes[0]].machine;

	if (r->hint == NULL) {
		return ts_arena_printf(t->a, "%zu checks: %s", n, r->reason);
	}
	if (r->state == TS_CHECK_SKIPPED) {
		return ts_arena_printf(t->a, "%zu checks: %s. To make them: %s", n, r->reason, r->hint);
	}
	for (size_t i = 1; i < n; i++) {
		const char *other = t->e->nodes[nodes[i]].machine;

		if (machine == NULL || other == NULL || strcmp(machine, other) != 0) {
			machine = NULL;
		}
	}
	bool known = machine != NULL && has_evidence(t, machine);
	return ts_arena_printf(t->a, "%zu checks %s %s. To know: %s%s", n, group_reason(r),
		machine != NULL ? ts_model_machine(t->e, machine, t->a) : "these computers", r->hint,
		known ? files_sentence(t, nodes, n) : "");
}

/* One line for all checks that lack the same thing: what would help them, then their names, a few of them. */
static void put_group(struct ts_term *t, const int *nodes, size_t n)
{
	size_t shown = n <= LISTED + 1 ? n : LISTED;

	ts_render_verdict(ts_model_verdict(t->s, nodes[0]), group_line(t, nodes, n), NULL, t->look, t->out);
	for (size_t i = 0; i < shown; i++) {
		ts_term_item(t, t->e->nodes[nodes[i]].title, TS_VERDICT_WIDTH);
	}
	if (shown < n) {
		ts_term_item(t,
			ts_arena_printf(
				t->a, "and %zu more: --verbose lists each with its reason", n - shown),
			TS_VERDICT_WIDTH);
	}
}

static void put_unknowns(struct ts_term *t, int *nodes, size_t n)
{
	int *group = ts_arena_calloc(t->a, n + 1, sizeof(*group));

	for (size_t i = 0; i < n; i++) {
		size_t m = 0;

		if (nodes[i] < 0) {
			continue;
		}
		for (size_t k = i; k < n && !t->r->verbose; k++) {
			if (nodes[k] >= 0 && (k == i || same_lack(t, nodes[i], nodes[k]))) {
				group[m++] = nodes[k];
				if (k > i) {
					nodes[k] = -1;
				}
			}
		}
		if (m > 1) {
			put_group(t, group, m);
		} else {
			ts_render_check(t->s, nodes[i], t->look, t->out);
		}
	}
}

/* Answers that somebody gave instead of a check. */
static void put_answers(struct ts_term *t)
{
	const struct ts_trail_item *items;
	size_t n = ts_session_trail(t->s, &items);

	for (size_t i = 0; i < n; i++) {
		if (items[i].by != TS_BY_MACHINE) {
			ts_render_labelled("answer", TS_VERDICT_WIDTH,
				ts_arena_printf(
					t->a, "%s %s", t->e->nodes[items[i].node].title, items[i].label),
				0, t->look, t->out);
		}
	}
}

static bool has_answers(const struct ts_term *t)
{
	const struct ts_trail_item *items;
	size_t n = ts_session_trail(t->s, &items);

	for (size_t i = 0; i < n; i++) {
		if (items[i].by != TS_BY_MACHINE) {
			return true;
		}
	}
	return false;
}

void ts_term_checks(struct ts_term *t)
{
	int *nodes;
	size_t n = ts_model_checks(t->s, t->a, &nodes), definite = 0;

	if (n == 0 && !has_answers(t) && t->r->checks_run) {
		return;
	}
	ts_term_section(t, "What was checked");
	if (!t->r->checks_run) {
		ts_term_text(t, "Nothing: no check was run (--no-checks).");
	}
	while (definite < n && ts_model_verdict(t->s, nodes[definite]) <= TS_VERDICT_OK) {
		ts_render_check(t->s, nodes[definite++], t->look, t->out);
	}
	if (t->r->checks_run) {
		put_unknowns(t, nodes + definite, n - definite);
	}
	put_answers(t);
}
