/* engine/kbtest-gap.c - each check once with its evidence unreadable, and each case without any evidence: what the walk
 * does when nothing can be seen. */
#include <string.h>

#include "engine/judge.h"
#include "engine/kbtest-private.h"
#include "kb/sqlscan.h"
#include "os/os.h"
#include "table/table.h"

static bool is_machine(const struct ts_entry *e, const char *name)
{
	bool yes = strcmp(name, "here") == 0;
	for (size_t i = 0; i < e->nmachines; i++) {
		yes = yes || strcmp(e->machines[i].name, name) == 0;
	}
	return yes;
}

/* The tables that the check reads, each on its machine. */
static void find_hole(
	const struct ts_entry *e, const struct ts_node *n, struct ts_kbtest_hole *hole, struct ts_arena *a)
{
	size_t count;
	const struct ts_sql_token *t = ts_sql_tokens(a, n->sql, &count);
	hole->n = 0;
	for (size_t i = 0; i < count && hole->n < TS_COUNT(hole->gaps); i++) {
		const char *name = ts_arena_strndup(a, n->sql + t[i].off, t[i].len);
		const struct ts_table *table = t[i].kind == TS_SQL_WORD ? ts_table_find(name) : NULL;
		const char *machine = n->machine;
		if (table == NULL) {
			continue;
		}
		if (i >= 2 && ts_sql_is(n->sql, &t[i - 1], ".")) {
			const char *schema = ts_arena_strndup(a, n->sql + t[i - 2].off, t[i - 2].len);
			machine = is_machine(e, schema) ? schema : machine;
		}
		hole->gaps[hole->n].machine = machine;
		hole->gaps[hole->n++].table = table->name;
	}
}

static void try_gap(struct ts_kbtest *t, const struct ts_entry *e, const struct ts_test_case *c, int node)
{
	struct ts_kbtest_case *out = &t->gaps[t->ngaps];
	const struct ts_node *n = &e->nodes[node];
	struct ts_kbtest_hole hole;
	struct ts_kbtest_walk k;
	struct ts_err err = { "" };
	double start = ts_os_mono_ms_f();
	find_hole(e, n, &hole, t->arena);
	if (hole.n == 0) {
		return; /* a check without a table can always answer */
	}
	ts_kbtest_begin(&k, e, c, t->pool);
	struct ts_evidence *ev = ts_kbtest_evidence(e, c, &hole, &err);
	if (ev == NULL) {
		ts_buf_printf(&k.problems, "  %s\n", err.text);
	} else {
		(void)ts_kbtest_walk_on(&k, ev);
	}
	const struct ts_result *r = k.session != NULL ? ts_session_result(k.session, node) : NULL;
	/* Another table that is unreadable may lead the walk elsewhere before. */
	if (r != NULL && r->state == TS_CHECK_ANSWERED) {
		ts_buf_printf(&k.problems,
			"  nothing that its check reads could be read, and still it returns \"%s\", not "
			"unknown\n",
			r->answer);
	}
	if (k.session != NULL && k.problems.len > 0) {
		ts_kbtest_show_trail(&k);
	}
	out->name = ts_arena_printf(t->arena, "gap: %s (as in: %s)", n->id, c->name != NULL ? c->name : "");
	out->span = c->span;
	out->passed = k.problems.len == 0;
	out->text = ts_arena_strdup(t->arena, ts_buf_str(&k.problems));
	out->ms = ts_os_mono_ms_f() - start;
	t->ngaps_failed += !out->passed;
	t->ngaps++;
	ts_kbtest_end(&k);
	ts_evidence_free(ev);
}

void ts_kbtest_try_gaps(struct ts_kbtest *t, const struct ts_entry *e, const struct ts_test_file *f)
{
	t->gaps = ts_arena_calloc(t->arena, e->nown + 1, sizeof(*t->gaps));
	for (size_t i = 0; i < e->nown && i < e->nnodes; i++) {
		if (e->nodes[i].sql != NULL && t->answered_by[i] > 0) {
			try_gap(t, e, &f->cases[t->answered_by[i] - 1], (int)i);
		}
	}
}

/* ---- nobody can see anything ---- */

/* The case with the machine's answers as the person's. */
static struct ts_test_case told_by_person(
	const struct ts_kbtest_walk *k, const struct ts_test_case *c, struct ts_arena *a)
{
	struct ts_test_case told = *c;
	size_t cap = 0;
	struct ts_test_pair *answers = NULL;
	told.nanswers = 0;
	for (size_t i = 0; i < c->nanswers; i++) {
		TS_ARENA_GROW(a, answers, cap, told.nanswers);
		answers[told.nanswers++] = c->answers[i];
	}
	for (size_t i = 0; i < k->entry->nnodes; i++) {
		const struct ts_node *n = &k->entry->nodes[i];
		const struct ts_result *r = ts_session_result(k->session, (int)i);
		const char *label = r->state == TS_CHECK_ANSWERED ? ts_judge_label(n, r->answer) : NULL;
		if (label != NULL && n->kind == TS_NODE_QUESTION) {
			TS_ARENA_GROW(a, answers, cap, told.nanswers);
			answers[told.nanswers++] =
				(struct ts_test_pair){ .name = n->id, .value = ts_arena_strdup(a, label) };
		}
	}
	told.answers = answers;
	told.machines = NULL;
	told.nmachines = 0;
	told.gaps = NULL;
	told.ngaps = 0;
	return told;
}

void ts_kbtest_ask(struct ts_kbtest *t, const struct ts_entry *entry, const struct ts_test_file *file)
{
	for (size_t i = 0; i < file->ncases; i++) {
		struct ts_kbtest_walk seen, blind;
		struct ts_err err;
		if (ts_test_case_still(&file->cases[i])) {
			continue;
		}
		ts_kbtest_begin(&seen, entry, &file->cases[i], t->pool);
		struct ts_evidence *ev = ts_kbtest_evidence(entry, &file->cases[i], NULL, &err);
		if (ev != NULL && ts_kbtest_walk_on(&seen, ev)) {
			struct ts_test_case told = told_by_person(&seen, &file->cases[i], t->arena);
			ts_kbtest_begin(&blind, entry, &told, t->pool);
			struct ts_evidence *none = ts_kbtest_evidence(entry, &told, NULL, &err);
			if (none != NULL && ts_kbtest_walk_on(&blind, none)) {
				t->none.cases++;
				t->none.questions += blind.nasked;
			}
			ts_kbtest_end(&blind);
			ts_evidence_free(none);
		}
		ts_kbtest_end(&seen);
		ts_evidence_free(ev);
	}
}
