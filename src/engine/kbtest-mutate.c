/* engine/kbtest-mutate.c - how good the test cases are: one thing of the entry is changed at a time, and some case should
 * fail.
 *
 * What is changed: numbers in the SQL that decide (event ids, thresholds, ports), results that the SQL returns, texts that it
 * compares with, where an answer leads, and how much a cause weighs. What only fills the columns of evidence is left alone: no
 * walk depends on it. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "engine/judge.h"
#include "engine/kbtest-private.h"
#include "kb/sqlscan.h"
#include "os/os.h"

#define PER_NODE_MAX  40 /* changes of one check's SQL */
#define WEIGHT_FACTOR 10000.0

struct maker {
	struct ts_mutation *m;
	struct ts_entry *e;
	const struct ts_test_file *f;
	double until;
	size_t cap;
	struct ts_evidence_pool *pool;
	bool **meets; /* per case and node: did it come there? A change of a node that it never meets is none to it */
};

const char *ts_mutant_kind_name(enum ts_mutant_kind k)
{
	static const char *const names[] = { "number", "result", "text", "link", "weight" };
	return names[k];
}

/* Walk every case once, to know which nodes it meets. */
static void find_meetings(struct maker *k, struct ts_arena *a)
{
	const struct ts_entry *e = k->e;
	k->meets = ts_arena_calloc(a, k->f->ncases + 1, sizeof(*k->meets));
	for (size_t i = 0; i < k->f->ncases; i++) {
		struct ts_kbtest_walk w;
		struct ts_err err;
		ts_kbtest_begin(&w, e, &k->f->cases[i], k->pool);
		struct ts_evidence *ev = ts_kbtest_evidence(e, w.test_case, NULL, &err);
		const struct ts_test_expect *x = &w.test_case->expect;
		bool ok = ev != NULL && ts_kbtest_walk_on(&w, ev);
		k->meets[i] = ts_arena_calloc(a, e->nnodes + 1, sizeof(**k->meets));
		for (size_t n = 0; n < e->nnodes; n++) {
			k->meets[i][n] = !ok || x->says_first || w.advised[n] ||
					 ts_session_reachable(w.session, (int)n) ||
					 ts_session_result(w.session, (int)n)->state != TS_CHECK_NOT_RUN;
		}
		/* What is expected of a check by itself is looked at, whether the walk came there or not. */
		for (size_t n = 0; n < x->nchecks; n++) {
			int node = ts_entry_node(e, x->checks[n].name);
			if (node >= 0) {
				k->meets[i][node] = true;
			}
		}
		ts_kbtest_end(&w);
		ts_evidence_free(ev);
	}
}

/* Run the cases that meet the node on the entry as it is now. */
static bool some_case_fails(const struct maker *k, int node)
{
	for (size_t i = 0; i < k->f->ncases; i++) {
		if (k->meets[i][node] && !ts_kbtest_passes(k->e, &k->f->cases[i], k->pool)) {
			return true;
		}
	}
	return false;
}

/* The entry holds a change: see whether a case notices it. */
static void judge(struct maker *k, enum ts_mutant_kind kind, int node, struct ts_span span, const char *what)
{
	struct ts_mutation *m = k->m;
	if (ts_os_mono_ms_f() > k->until) {
		m->untried++;
		return;
	}
	TS_ARENA_GROW(m->arena, m->mutants, k->cap, m->n);
	struct ts_mutant *out = &m->mutants[m->n++];
	*out = (struct ts_mutant){ .kind = kind, .node = node, .what = what, .span = span };
	out->noticed = some_case_fails(k, node);
	m->noticed += out->noticed;
}

/* ---- SQL ---- */

static bool is(const struct ts_node *n, const struct ts_sql_token *t, const char *word)
{
	return ts_sql_is(n->sql, t, word);
}

/* Mark the tokens between the answer and its FROM, and those behind ORDER BY and LIMIT at the end: they decide nothing. */
static bool *find_idle(
	const struct ts_node *n, const struct ts_sql_token *t, size_t count, struct ts_arena *a)
{
	bool *idle = ts_arena_calloc(a, count + 1, sizeof(*idle)), evidence = false;
	int depth = 0, at = 0;
	for (size_t i = 0; i < count; i++) {
		depth += is(n, &t[i], "(") ? 1 : is(n, &t[i], ")") ? -1 : 0;
		if (i > 1 && is(n, &t[i - 1], "answer") && is(n, &t[i - 2], "as")) {
			evidence = is(n, &t[i], ",");
			at = depth;
		}
		if (evidence && depth <= at && is(n, &t[i], "from")) {
			evidence = false;
		}
		if (depth == 0 && (is(n, &t[i], "limit") || (is(n, &t[i], "order") && i + 1 < count))) {
			evidence = true;
			at = 0;
		}
		idle[i] = evidence;
	}
	return idle;
}

static void with_token(struct maker *k, int node, const struct ts_sql_token *t, enum ts_mutant_kind kind,
	const char *instead)
{
	struct ts_node *n = &k->e->nodes[node];
	const char *before = n->sql;
	n->sql = ts_arena_printf(
		k->m->arena, "%.*s%s%s", (int)t->off, before, instead, before + t->off + t->len);
	judge(k, kind, node, n->sql_span,
		ts_arena_printf(k->m->arena, "%.*s becomes %s", (int)t->len, before + t->off, instead));
	n->sql = before;
}

/* Another label of the node, for a result that the SQL returns. */
static const char *other_label(const struct ts_node *n, const char *label)
{
	if (n->kind == TS_NODE_CAUSE) {
		return strcmp(label, TS_PRESENT) == 0 ? TS_ABSENT : TS_PRESENT;
	}
	for (size_t i = 0; i < n->nanswers; i++) {
		const char *other = n->answers[i].label;
		if (strcmp(other, label) != 0 && strcmp(other, TS_UNKNOWN) != 0 &&
			strcmp(other, TS_OTHERWISE) != 0) {
			return other;
		}
	}
	return TS_NONE;
}

static void mutate_string(
	struct maker *k, int node, const struct ts_sql_token *t, size_t i, struct ts_arena *a)
{
	const struct ts_node *n = &k->e->nodes[node];
	const char *text = ts_arena_strndup(a, n->sql + t[i].off + 1, t[i].len - 2);
	bool result = i > 0 &&
		      (is(n, &t[i - 1], "then") || is(n, &t[i - 1], "else") || is(n, &t[i - 1], ",")) &&
		      (ts_node_answer(n, text) != NULL || strcmp(text, TS_PRESENT) == 0 ||
			      strcmp(text, TS_ABSENT) == 0);
	bool compared =
		i > 0 && (is(n, &t[i - 1], "=") || is(n, &t[i - 1], "like") || is(n, &t[i - 1], "glob") ||
				 is(n, &t[i - 1], "(") || is(n, &t[i - 1], ","));
	if (result) {
		with_token(
			k, node, &t[i], TS_MUTANT_RESULT, ts_arena_printf(a, "'%s'", other_label(n, text)));
	} else if (compared && t[i].len > 2 && text[0] != '$' && text[0] != '%') {
		with_token(k, node, &t[i], TS_MUTANT_TEXT, ts_arena_printf(a, "'%s~'", text));
	}
}

static void mutate_sql(struct maker *k, int node)
{
	const struct ts_node *n = &k->e->nodes[node];
	struct ts_arena *a = ts_arena_new();
	size_t count, made = 0;
	const struct ts_sql_token *t = ts_sql_tokens(a, n->sql, &count);
	const bool *idle = find_idle(n, t, count, a);
	for (size_t i = 0; i < count && made < PER_NODE_MAX; i++) {
		int64_t number;
		const char *text = ts_arena_strndup(a, n->sql + t[i].off, t[i].len);
		if (idle[i]) {
			continue;
		}
		if (t[i].kind == TS_SQL_NUMBER && ts_parse_int(text, 0, INT64_C(1) << 40, &number)) {
			with_token(k, node, &t[i], TS_MUTANT_NUMBER,
				ts_arena_printf(a, "%lld", (long long)number + 1));
			made++;
		} else if (t[i].kind == TS_SQL_STRING) {
			mutate_string(k, node, t, i, a);
			made++;
		}
	}
	ts_arena_free(a);
}

/* ---- answers and weights ---- */

/* The answer leads where another answer of the node leads, so that no circle comes about; or nowhere. */
static void mutate_link(struct maker *k, int node, struct ts_answer *a)
{
	const struct ts_node *n = &k->e->nodes[node];
	int before = a->to, instead = -1;
	for (size_t i = 0; i < n->nanswers && instead < 0; i++) {
		instead = n->answers[i].to != before ? n->answers[i].to : -1;
	}
	a->to = instead;
	if (instead != before) {
		judge(k, TS_MUTANT_LINK, node, a->span,
			ts_arena_printf(k->m->arena, "%s leads to %s", a->label,
				instead >= 0 ? k->e->nodes[instead].id : "nothing"));
	}
	a->to = before;
}

/* What a cause weighs for each minute, which decides its rank. */
static double score_of(const struct ts_node *n)
{
	return n->weight / (n->minutes > 0 ? n->minutes : 1);
}

/* The cause that weighs most becomes the lightest, every other one the heaviest. Of one cause alone no weight decides anything. */
static void mutate_weight(struct maker *k, int node)
{
	struct ts_node *n = &k->e->nodes[node];
	double before = n->weight, other = 0;
	bool alone = true;
	for (size_t i = 0; i < k->e->nown && i < k->e->nnodes; i++) {
		const struct ts_node *o = &k->e->nodes[i];
		if ((int)i != node && o->kind == TS_NODE_CAUSE) {
			alone = false;
			other = score_of(o) > other ? score_of(o) : other;
		}
	}
	if (alone) {
		return;
	}
	bool heaviest = score_of(n) > other;
	n->weight = heaviest ? before / WEIGHT_FACTOR : before * WEIGHT_FACTOR;
	judge(k, TS_MUTANT_WEIGHT, node, n->span,
		ts_arena_printf(k->m->arena, "%g becomes %g", before, n->weight));
	n->weight = before;
}

struct ts_mutation *ts_kbtest_mutate(struct ts_entry *entry, const struct ts_test_file *file, double until)
{
	struct ts_mutation *m = ts_xcalloc(1, sizeof(*m));
	struct maker k = { .m = m, .e = entry, .f = file, .until = until };
	m->arena = ts_arena_new();
	k.pool = ts_evidence_pool_new();
	find_meetings(&k, m->arena);
	for (size_t i = 0; i < entry->nown && i < entry->nnodes; i++) {
		struct ts_node *n = &entry->nodes[i];
		if (n->sql != NULL) {
			mutate_sql(&k, (int)i);
		}
		if (n->kind == TS_NODE_CAUSE) {
			mutate_weight(&k, (int)i);
		}
		for (size_t j = 0; j < n->nanswers; j++) {
			mutate_link(&k, (int)i, &n->answers[j]);
		}
	}
	ts_evidence_pool_free(k.pool);
	return m;
}

void ts_mutation_free(struct ts_mutation *m)
{
	if (m != NULL) {
		ts_arena_free(m->arena);
		free(m);
	}
}
