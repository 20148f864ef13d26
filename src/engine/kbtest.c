/* engine/kbtest.c - runs the test cases of one entry.
 *
 * The engine knows evidence only through ts_evidence_if, and no file of it includes a table's header. This
 * one includes table/evidence.h, since the rows of a test case have to be put behind the machines by
 * somebody, and a test of knowledge is a test of the stepper's results. */
#include "engine/kbtest.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "engine/judge.h"
#include "engine/kbtest-private.h"
#include "engine/runner.h"
#include "engine/session.h"
#include "os/os.h"
#include "table/evidence.h"

#define CASE_TIMEOUT_S 10

/* ---- evidence of a case ---- */

static struct ts_conn *open_evidence(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	struct ts_kbtest_walk *k = ctx;
	return ts_evidence_pool_open(k->pool, k->rows, machine, sql, budget, err);
}

static int64_t as_of_evidence(void *ctx, const char *machine)
{
	return ts_evidence_as_of(((struct ts_kbtest_walk *)ctx)->rows, machine);
}

static void close_evidence(void *ctx, struct ts_conn *conn)
{
	ts_evidence_pool_close(((struct ts_kbtest_walk *)ctx)->pool, conn);
}

static bool add_rows(
	struct ts_evidence *ev, const char *machine, const struct ts_test_table *t, struct ts_err *err)
{
	for (size_t i = 0; i < t->nrows; i++) {
		const struct ts_test_row *row = &t->rows[i];
		const char **names = ts_xcalloc(2 * row->n + 1, sizeof(*names)), **values = names + row->n;
		for (size_t j = 0; j < row->n; j++) {
			names[j] = row->pairs[j].name;
			values[j] = row->pairs[j].value;
		}
		bool ok = ts_evidence_rows_row(ev, machine, t->name, names, values, (int)row->n, err);
		free(names);
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool in_hole(const struct ts_kbtest_hole *hole, const char *machine, const char *table)
{
	for (size_t i = 0; hole != NULL && i < hole->n; i++) {
		if (strcmp(hole->gaps[i].machine, machine) == 0 && strcmp(hole->gaps[i].table, table) == 0) {
			return true;
		}
	}
	return false;
}

/* The case's machines, its rows and its gaps. Every machine of the entry has rows and nothing else, "here" as
 * well: no live table is ever behind a test case. */
struct ts_evidence *ts_kbtest_evidence(const struct ts_entry *e, const struct ts_test_case *c,
	const struct ts_kbtest_hole *hole, struct ts_err *err)
{
	struct ts_evidence *ev = ts_evidence_new();
	bool ok = true;
	ts_evidence_set_rows(ev, "here", c->as_of);
	for (size_t i = 0; i < e->nmachines; i++) {
		ts_evidence_set_rows(ev, e->machines[i].name, c->as_of);
	}
	for (size_t i = 0; ok && i < c->nmachines; i++) {
		const struct ts_test_machine *m = &c->machines[i];
		for (size_t j = 0; ok && j < m->ntables; j++) {
			ok = in_hole(hole, m->name, m->tables[j].name) ||
			     (ts_evidence_rows_table(ev, m->name, m->tables[j].name, err) &&
				     add_rows(ev, m->name, &m->tables[j], err));
		}
	}
	for (size_t i = 0; ok && hole != NULL && i < hole->n; i++) {
		ok = ts_evidence_rows_gap(
			ev, hole->gaps[i].machine, hole->gaps[i].table, NULL, TS_SEEN_DENIED, err);
	}
	for (size_t i = 0; ok && i < c->ngaps; i++) {
		const struct ts_test_gap *g = &c->gaps[i];
		ok = ts_evidence_rows_gap(ev, g->machine, g->table, g->subject, g->seen, err);
	}
	if (!ok) {
		ts_evidence_free(ev);
		return NULL;
	}
	return ev;
}

static const struct ts_test_table *find_table(
	const struct ts_test_case *c, const char *machine, const char *table)
{
	for (size_t i = 0; i < c->nmachines; i++) {
		for (size_t j = 0; j < c->machines[i].ntables; j++) {
			if (strcmp(c->machines[i].name, machine) == 0 &&
				strcmp(c->machines[i].tables[j].name, table) == 0) {
				return &c->machines[i].tables[j];
			}
		}
	}
	return NULL;
}

/* The case's evidence with more rows: its own once more, and those of the other cases, in the tables that it
 * has. */
static struct ts_evidence *more_evidence(const struct ts_entry *e, const struct ts_test_file *f,
	const struct ts_test_case *c, struct ts_err *err)
{
	struct ts_evidence *ev = ts_kbtest_evidence(e, c, NULL, err);
	for (size_t i = 0; ev != NULL && i < f->ncases; i++) {
		const struct ts_test_case *other = &f->cases[i];
		for (size_t j = 0; j < other->nmachines; j++) {
			const struct ts_test_machine *m = &other->machines[j];
			for (size_t k = 0; k < m->ntables; k++) {
				struct ts_err ignored;
				/* Rows that are wrong are reported where the other case runs. */
				if (find_table(c, m->name, m->tables[k].name) != NULL) {
					(void)add_rows(ev, m->name, &m->tables[k], &ignored);
				}
			}
		}
	}
	return ev;
}

/* ---- the walk of a case ---- */

static const char *answer_of(const struct ts_test_case *c, const char *node)
{
	for (size_t i = 0; i < c->nanswers; i++) {
		if (strcmp(c->answers[i].name, node) == 0) {
			return c->answers[i].value;
		}
	}
	return NULL;
}

/* Reply to an event as the case says. False when the walk ends here. */
static bool reply(struct ts_kbtest_walk *k, const struct ts_event *ev)
{
	struct ts_err err = { "" };
	const char *answer = ev->node >= 0 ? answer_of(k->test_case, k->entry->nodes[ev->node].id) : NULL;
	bool ok = true;
	switch (ev->kind) {
	case TS_EV_RAN: return true;
	case TS_EV_ASK_PARAM: ts_session_refuse_param(k->session, ev->param->name); return true;
	case TS_EV_ASK:
		k->asked[k->nasked++] = ev->node;
		ok = ts_session_answer(
			k->session, ev->node, answer != NULL ? answer : TS_UNKNOWN, TS_BY_PERSON, &err);
		break;
	case TS_EV_ADVISE:
		k->advised[ev->node] = true;
		if (answer == NULL) {
			k->end = ev->node;
			return false;
		}
		ok = ts_session_answer(k->session, ev->node, answer, TS_BY_PERSON, &err);
		break;
	case TS_EV_DONE:
		k->end = ev->node;
		k->end_label = ev->label;
		return false;
	case TS_EV_ERROR: ok = ts_fail(&err, "%s", ev->err.text); break;
	}
	if (!ok) {
		ts_buf_printf(&k->problems, "  %s\n", err.text);
	}
	return ok;
}

static bool walk(struct ts_kbtest_walk *k)
{
	/* A node is asked, advised and checked once at most: more events than this would be a fault of the
	 * stepper. */
	size_t most = 4 * k->entry->nnodes + k->entry->nparams + 1;
	for (size_t steps = 0; steps < most; steps++) {
		struct ts_event ev;
		ts_session_step(k->session, &ev);
		if (!reply(k, &ev)) {
			return k->problems.len == 0;
		}
	}
	ts_buf_printf(&k->problems, "  the walk did not end within %zu steps\n", most);
	return false;
}

static bool set_params(struct ts_kbtest_walk *k)
{
	for (size_t i = 0; i < k->test_case->nparams; i++) {
		struct ts_err err;
		const struct ts_test_pair *p = &k->test_case->params[i];
		if (!ts_session_set(k->session, p->name, p->value != NULL ? p->value : "", &err)) {
			ts_buf_printf(&k->problems, "  %s\n", err.text);
			return false;
		}
	}
	return true;
}

/* ---- certain results ---- */

static bool calls_certain(const struct ts_node *n, const char *label)
{
	for (const char **c = n->certain; c != NULL && *c != NULL; c++) {
		if (strcmp(*c, label) == 0) {
			return true;
		}
	}
	return false;
}

const char *ts_kbtest_check_alone(const struct ts_kbtest_walk *k, struct ts_evidence *ev, int node,
	struct ts_arena *a, const char **label)
{
	const struct ts_entry *e = k->entry;
	struct ts_kbtest_walk other = { .pool = k->pool, .rows = ev };
	const struct ts_evidence_if evidence = { &other, open_evidence, as_of_evidence, NULL,
		close_evidence };
	struct ts_session_options options = {
		.ask = true, .run_checks = true, .workers = 1, .timeout_s = CASE_TIMEOUT_S
	};
	struct ts_session *s = ts_session_new(e, &evidence, &options);
	for (size_t i = 0; i < k->test_case->nparams; i++) {
		const char *value = k->test_case->params[i].value;
		(void)ts_session_set(s, k->test_case->params[i].name, value != NULL ? value : "", NULL);
	}
	const char *answer = NULL;
	*label = NULL;
	if (ts_session_rerun(s, node, NULL) && ts_session_result(s, node)->state == TS_CHECK_ANSWERED) {
		answer = ts_session_result(s, node)->answer;
		*label = ts_judge_label(&e->nodes[node], answer);
	}
	answer = ts_arena_strdup(a, answer != NULL ? answer : TS_UNKNOWN);
	*label = ts_arena_strdup(a, *label != NULL ? *label : TS_UNKNOWN);
	ts_session_free(s);
	return answer;
}

/* Results that the entry calls certain are ones that more rows could never undo: try it. */
static void try_certain(struct ts_kbtest_walk *k, const struct ts_test_file *f, struct ts_arena *a)
{
	struct ts_evidence *more = NULL;
	for (size_t i = 0; i < k->entry->nnodes; i++) {
		const struct ts_node *n = &k->entry->nodes[i];
		const struct ts_result *r = ts_session_result(k->session, (int)i);
		const char *label = r->state == TS_CHECK_ANSWERED ? ts_judge_label(n, r->answer) : NULL;
		if (label == NULL || !calls_certain(n, label)) {
			continue;
		}
		struct ts_err err = { "" };
		more = more != NULL ? more : more_evidence(k->entry, f, k->test_case, &err);
		const char *then = err.text;
		if (more != NULL) {
			(void)ts_kbtest_check_alone(k, more, (int)i, a, &then);
		}
		if (strcmp(then, label) != 0) {
			ts_buf_printf(&k->problems,
				"  %s is called certain of %s, but more rows (those of the other cases) turn "
				"it into %s\n",
				label, n->id, then);
		}
	}
	ts_evidence_free(more);
}

/* ---- a case ---- */

void ts_kbtest_begin(struct ts_kbtest_walk *k, const struct ts_entry *e, const struct ts_test_case *c,
	struct ts_evidence_pool *pool)
{
	*k = (struct ts_kbtest_walk){ .entry = e, .test_case = c, .end = -1, .pool = pool };
	ts_buf_init(&k->problems, TS_BUF_MAX_TEXT);
	k->asked = ts_xcalloc(e->nnodes + 1, sizeof(*k->asked));
	k->advised = ts_xcalloc(e->nnodes + 1, sizeof(*k->advised));
}

bool ts_kbtest_walk_on(struct ts_kbtest_walk *k, struct ts_evidence *ev)
{
	struct ts_session_options options = {
		.ask = true, .run_checks = true, .workers = 1, .timeout_s = CASE_TIMEOUT_S
	};
	k->rows = ev;
	k->evidence = (struct ts_evidence_if){ k, open_evidence, as_of_evidence, NULL, close_evidence };
	k->session = ts_session_new(k->entry, &k->evidence, &options);
	return set_params(k) && (ts_test_case_still(k->test_case) || walk(k));
}

struct ts_session *ts_kbtest_report(struct ts_kbtest_walk *k)
{
	const struct ts_test_case *c = k->test_case;
	struct ts_session_options options = { .run_checks = true, .workers = 1, .timeout_s = CASE_TIMEOUT_S };
	struct ts_session *s = ts_session_new(k->entry, &k->evidence, &options);
	struct ts_event ev = { .kind = TS_EV_RAN };
	for (size_t i = 0; i < c->nparams; i++) {
		(void)ts_session_set(
			s, c->params[i].name, c->params[i].value != NULL ? c->params[i].value : "", NULL);
	}
	for (size_t i = 0; i < c->nanswers; i++) {
		int node = ts_entry_node(k->entry, c->answers[i].name);
		if (node >= 0) {
			(void)ts_session_answer(s, node, c->answers[i].value, TS_BY_OPTION, NULL);
		}
	}
	size_t most = 4 * k->entry->nnodes + k->entry->nparams + 1;
	while (most-- > 0 && (ev.kind == TS_EV_RAN || ev.kind == TS_EV_ASK_PARAM)) {
		ts_session_step(s, &ev);
		if (ev.kind == TS_EV_ASK_PARAM) {
			ts_session_refuse_param(s, ev.param->name);
		}
	}
	return s;
}

void ts_kbtest_end(struct ts_kbtest_walk *k)
{
	ts_session_free(k->session);
	ts_buf_finish(&k->problems);
	free(k->asked);
	free(k->advised);
}

/* Note what this case answered by checks, and how much it asked. */
static void note_facts(struct ts_kbtest *t, const struct ts_kbtest_walk *k, size_t number)
{
	bool all = true;
	for (size_t i = 0; i < k->entry->nnodes; i++) {
		enum ts_check_state state = ts_session_result(k->session, (int)i)->state;
		all = all && state != TS_CHECK_UNKNOWN && state != TS_CHECK_SKIPPED;
		if (state == TS_CHECK_ANSWERED && t->answered_by[i] == 0) {
			t->answered_by[i] = number + 1;
		}
	}
	if (all) {
		t->full.cases++;
		t->full.questions += k->nasked;
	}
}

static void run_case(struct ts_kbtest *t, const struct ts_entry *e, const struct ts_test_file *f, size_t i,
	struct ts_evidence_pool *pool)
{
	struct ts_kbtest_case *out = &t->cases[i];
	struct ts_kbtest_walk k;
	struct ts_err err = { "" };
	double start = ts_os_mono_ms_f();
	ts_kbtest_begin(&k, e, &f->cases[i], pool);
	struct ts_evidence *ev = ts_kbtest_evidence(e, k.test_case, NULL, &err);
	if (ev == NULL) {
		ts_buf_printf(&k.problems, "  %s\n", err.text);
	} else if (ts_kbtest_walk_on(&k, ev)) {
		ts_kbtest_compare(&k);
		try_certain(&k, f, t->arena);
	}
	if (k.session != NULL) {
		if (k.problems.len > 0) {
			ts_kbtest_show_trail(&k);
		}
		if (!ts_test_case_still(k.test_case)) {
			ts_kbtest_mark(&k, t->cover, t->ncover);
			note_facts(t, &k, i);
		}
	}
	out->name = ts_arena_strdup(t->arena, k.test_case->name != NULL ? k.test_case->name : "");
	out->span = k.test_case->span;
	out->passed = k.problems.len == 0;
	out->text = ts_arena_strdup(t->arena, ts_buf_str(&k.problems));
	out->ms = ts_os_mono_ms_f() - start;
	t->nfailed += !out->passed;
	ts_kbtest_end(&k);
	ts_evidence_free(ev);
}

bool ts_kbtest_passes(const struct ts_entry *e, const struct ts_test_case *c, struct ts_evidence_pool *pool)
{
	struct ts_kbtest_walk k;
	struct ts_err err = { "" };
	ts_kbtest_begin(&k, e, c, pool);
	struct ts_evidence *ev = ts_kbtest_evidence(e, c, NULL, &err);
	bool ok = ev != NULL && ts_kbtest_walk_on(&k, ev);
	if (ok) {
		ts_kbtest_compare(&k);
		ok = k.problems.len == 0;
	}
	ts_kbtest_end(&k);
	ts_evidence_free(ev);
	return ok;
}

/* List what there is to be covered. */
static void list_cover(struct ts_kbtest *t, const struct ts_entry *e)
{
	size_t cap = 0;
	for (size_t i = 0; i < e->nown && i < e->nnodes; i++) {
		const struct ts_node *n = &e->nodes[i];
		if (n->kind == TS_NODE_CAUSE) {
			TS_ARENA_GROW(t->arena, t->cover, cap, t->ncover);
			t->cover[t->ncover++] = (struct ts_kbtest_cover){ (int)i, NULL, false };
		}
		for (size_t j = 0; j < n->nanswers; j++) {
			TS_ARENA_GROW(t->arena, t->cover, cap, t->ncover);
			t->cover[t->ncover++] =
				(struct ts_kbtest_cover){ (int)i, n->answers[j].label, false };
		}
	}
}

struct ts_kbtest *ts_kbtest_run(const struct ts_entry *entry, const struct ts_test_file *file)
{
	struct ts_kbtest *t = ts_xcalloc(1, sizeof(*t));
	t->arena = ts_arena_new();
	t->ncases = file->ncases;
	t->cases = ts_arena_calloc(t->arena, file->ncases + 1, sizeof(*t->cases));
	t->answered_by = ts_arena_calloc(t->arena, entry->nnodes + 1, sizeof(*t->answered_by));
	t->pool = ts_evidence_pool_new();
	list_cover(t, entry);
	for (size_t i = 0; i < file->ncases; i++) {
		run_case(t, entry, file, i, t->pool);
	}
	for (size_t i = 0; i < t->ncover; i++) {
		t->ncovered += t->cover[i].reached;
	}
	ts_kbtest_try_gaps(t, entry, file);
	return t;
}

void ts_kbtest_free(struct ts_kbtest *t)
{
	if (t == NULL) {
		return;
	}
	ts_evidence_pool_free(t->pool);
	ts_arena_free(t->arena);
	free(t);
}
