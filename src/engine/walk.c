/* engine/walk.c - where an entry leads under what is known. */
#include "engine/walk.h"

#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/walk-private.h"

/* ---- ways on ---- */

/* Which answers of a node are followed. */
struct way {
	enum { WAY_NONE, WAY_ONE, WAY_ALL } kind;
	size_t answer; /* ONE */
};

bool ts_walk_leads_on(const struct ts_entry *e, const struct ts_answer *a)
{
	return a->to >= 0 && (size_t)a->to < e->nnodes;
}

static struct way way_of_label(const struct ts_node *n, const char *label)
{
	const struct ts_answer *a = label == NULL ? NULL : ts_node_answer(n, label);
	if (a == NULL) {
		return (struct way){ WAY_NONE, 0 };
	}
	return (struct way){ WAY_ONE, (size_t)(a - n->answers) };
}

bool ts_walk_given_is(const struct ts_known *k, const char *label)
{
	return k->given != NULL && strcmp(k->given, label) == 0;
}

const char *ts_walk_machine_label(const struct ts_node *n, const struct ts_known *k)
{
	return n->sql != NULL && k->check == TS_CHECK_ANSWERED ? ts_judge_label(n, k->value) : NULL;
}

static bool check_pending(const struct ts_node *n, const struct ts_known *k)
{
	return n->sql != NULL && k->check == TS_CHECK_NOT_RUN;
}

const char *ts_walk_label(const struct ts_node *node, const struct ts_known *known, bool *by_machine)
{
	const char *label = ts_walk_machine_label(node, known);
	*by_machine = label != NULL;
	return label != NULL ? label : known->given;
}

const char *ts_walk_definite_label(const struct ts_node *n, const struct ts_known *k)
{
	bool machine;
	const char *label = check_pending(n, k) ? NULL : ts_walk_label(n, k, &machine);
	return label != NULL && strcmp(label, TS_UNKNOWN) != 0 ? label : NULL;
}

/* Must the person still be asked? */
static bool question_pending(const struct ts_node *n, const struct ts_known *k)
{
	return n->kind == TS_NODE_QUESTION && !check_pending(n, k) && ts_walk_machine_label(n, k) == NULL &&
	       k->given == NULL && !n->ask_never;
}

static struct way question_way(
	const struct ts_walk *w, const struct ts_node *n, const struct ts_known *k, bool ahead)
{
	if (check_pending(n, k)) {
		return (struct way){ ahead ? WAY_ALL : WAY_NONE, 0 };
	}
	const char *label = ts_walk_definite_label(n, k);
	if (label != NULL) {
		return way_of_label(n, label);
	}
	if (k->given != NULL || n->ask_never) {
		struct way u = way_of_label(n, TS_UNKNOWN);
		return u.kind == WAY_ONE ? u : (struct way){ WAY_ALL, 0 };
	}
	return (struct way){ ahead || !w->ask ? WAY_ALL : WAY_NONE, 0 };
}

enum ts_status ts_walk_own_status(const struct ts_node *n, const struct ts_known *k, bool ahead)
{
	const char *label = ts_walk_machine_label(n, k);
	if (label == NULL) {
		return ahead ? TS_POSSIBLE : TS_OFF_PATH;
	}
	if (strcmp(label, TS_PRESENT) == 0) {
		return TS_CONFIRMED;
	}
	/* The fault was there, its steps were carried out, and now it has gone: that confirms it. */
	return k->was_present && ts_walk_given_is(k, TS_SOLVED) ? TS_CONFIRMED : TS_EXCLUDED;
}

static struct way cause_way(
	const struct ts_walk *w, const struct ts_node *n, const struct ts_known *k, bool ahead)
{
	bool tried = ts_walk_given_is(k, TS_NOT_SOLVED) || ts_walk_given_is(k, TS_UNKNOWN);
	if (ahead || !w->ask || tried || ts_walk_own_status(n, k, true) == TS_EXCLUDED) {
		return way_of_label(n, TS_NOT_SOLVED);
	}
	return (struct way){ WAY_NONE, 0 };
}

static struct way way_on(const struct ts_walk *w, int node, bool ahead)
{
	const struct ts_node *n = &w->entry->nodes[node];
	const struct ts_known *k = &w->priv->known[node];
	return n->kind == TS_NODE_QUESTION ? question_way(w, n, k, ahead) : cause_way(w, n, k, ahead);
}

/* The i-th answer that a way follows, NULL past the end. */
static const struct ts_answer *way_answer(const struct ts_node *n, struct way way, size_t i)
{
	if (way.kind == WAY_ONE) {
		return i == 0 ? &n->answers[way.answer] : NULL;
	}
	return way.kind == WAY_ALL && i < n->nanswers ? &n->answers[i] : NULL;
}

/* ---- the graph, once per entry ---- */

/* Post-order without recursion: an entry may be one long chain. */
static void find_post_order(struct ts_walk *w)
{
	const struct ts_entry *e = w->entry;
	struct ts_walk_private *p = w->priv;
	size_t *next = ts_xcalloc(e->nnodes + 1, sizeof(*next));
	bool *seen = ts_xcalloc(e->nnodes + 1, sizeof(*seen));
	int *stack = p->scratch;
	size_t depth = 0;
	for (size_t i = 0; i < e->nnodes; i++) {
		p->post_index[i] = -1;
	}
	if (e->nnodes > 0) {
		stack[depth++] = 0;
		seen[0] = true;
	}
	while (depth > 0) {
		int at = stack[depth - 1];
		const struct ts_node *n = &e->nodes[at];
		if (next[at] == n->nanswers) {
			p->post_index[at] = (int)p->npost;
			p->post[p->npost++] = at;
			depth--;
			continue;
		}
		const struct ts_answer *a = &n->answers[next[at]++];
		if (ts_walk_leads_on(e, a) && !seen[a->to]) {
			seen[a->to] = true;
			stack[depth++] = a->to;
		}
	}
	free(next);
	free(seen);
}

static void find_predecessors(struct ts_walk *w)
{
	const struct ts_entry *e = w->entry;
	struct ts_walk_private *p = w->priv;
	size_t edges = 0;
	p->pred_at = ts_xcalloc(e->nnodes + 2, sizeof(*p->pred_at));
	for (size_t i = 0; i < e->nnodes; i++) {
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			if (ts_walk_leads_on(e, &e->nodes[i].answers[j])) {
				p->pred_at[e->nodes[i].answers[j].to + 2]++;
				edges++;
			}
		}
	}
	/* Counting sort: while it is filled, pred_at[t + 1] is the next free place of t. */
	for (size_t i = 2; i < e->nnodes + 2; i++) {
		p->pred_at[i] += p->pred_at[i - 1];
	}
	p->pred = ts_xcalloc(edges + 1, sizeof(*p->pred));
	for (size_t i = 0; i < e->nnodes; i++) {
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			if (ts_walk_leads_on(e, &e->nodes[i].answers[j])) {
				p->pred[p->pred_at[e->nodes[i].answers[j].to + 1]++] = (int)i;
			}
		}
	}
}

struct ts_walk *ts_walk_new(const struct ts_entry *entry, bool ask)
{
	struct ts_walk *w = ts_xcalloc(1, sizeof(*w));
	struct ts_walk_private *p = w->priv = ts_xcalloc(1, sizeof(*p));
	size_t n = entry->nnodes + 1; /* an empty entry, too, gets arrays */
	w->entry = entry;
	w->ask = ask;
	w->order = ts_xcalloc(n, sizeof(*w->order));
	w->reached = ts_xcalloc(n, sizeof(*w->reached));
	w->ahead = ts_xcalloc(n, sizeof(*w->ahead));
	w->checks = ts_xcalloc(n, sizeof(*w->checks));
	w->open = ts_xcalloc(n, sizeof(*w->open));
	w->causes = ts_xcalloc(n, sizeof(*w->causes));
	w->next = TS_NEXT_DONE;
	w->node = -1;
	p->post = ts_xcalloc(n, sizeof(*p->post));
	p->post_index = ts_xcalloc(n, sizeof(*p->post_index));
	p->left = ts_xcalloc(n, sizeof(*p->left));
	p->scratch = ts_xcalloc(n, sizeof(*p->scratch));
	p->mark = ts_xcalloc(n, sizeof(*p->mark));
	p->support = ts_xcalloc(n, sizeof(*p->support));
	p->share = ts_xcalloc(n, sizeof(*p->share));
	find_post_order(w);
	find_predecessors(w);
	ts_walk_find_shares(w, p->share);
	return w;
}

void ts_walk_free(struct ts_walk *w)
{
	if (w == NULL) {
		return;
	}
	struct ts_walk_private *p = w->priv;
	ts_arena_free(p->explained);
	free(p->post);
	free(p->post_index);
	free(p->left);
	free(p->scratch);
	free(p->pred_at);
	free(p->pred);
	free(p->mark);
	free(p->support);
	free(p->share);
	free(p);
	free(w->order);
	free(w->reached);
	free(w->ahead);
	free(w->checks);
	free(w->open);
	free(w->causes);
	free(w);
}

/* ---- an update ---- */

static int by_index(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

/* Breadth first from the start along the ways that are followed; nodes at the same distance as the entry has
 * them. Each node is entered once, so a cycle in a damaged kb.db does no harm. */
static size_t spread(const struct ts_walk *w, bool ahead, bool *seen, int *order)
{
	const struct ts_entry *e = w->entry;
	size_t n = 0, from = 0;
	memset(seen, 0, e->nnodes * sizeof(*seen));
	if (e->nnodes > 0) {
		order[n++] = 0;
		seen[0] = true;
	}
	while (from < n) {
		size_t level_end = n;
		for (; from < level_end; from++) {
			const struct ts_node *node = &e->nodes[order[from]];
			struct way way = way_on(w, order[from], ahead);
			const struct ts_answer *a;
			for (size_t i = 0; (a = way_answer(node, way, i)) != NULL; i++) {
				if (ts_walk_leads_on(e, a) && !seen[a->to]) {
					seen[a->to] = true;
					order[n++] = a->to;
				}
			}
		}
		qsort(order + level_end, n - level_end, sizeof(*order), by_index);
	}
	return n;
}

static void count_questions_left(struct ts_walk *w)
{
	struct ts_walk_private *p = w->priv;
	for (size_t i = 0; i < p->npost; i++) {
		int at = p->post[i];
		const struct ts_node *n = &w->entry->nodes[at];
		const struct ts_known *k = &p->known[at];
		struct way way = way_on(w, at, true);
		const struct ts_answer *a;
		int most = 0;
		for (size_t j = 0; (a = way_answer(n, way, j)) != NULL; j++) {
			/* What is not finished before this node leads back to it: a cycle, not a longer way.
			 */
			if (ts_walk_leads_on(w->entry, a) && p->post_index[a->to] < (int)i &&
				p->left[a->to] > most) {
				most = p->left[a->to];
			}
		}
		bool may_be_asked =
			question_pending(n, k) || (n->kind == TS_NODE_QUESTION && check_pending(n, k) &&
							  k->given == NULL && !n->ask_never);
		p->left[at] = most + (may_be_asked ? 1 : 0);
	}
	w->questions_left = p->npost > 0 ? p->left[0] : 0;
}

/* Where a walk can end. */
struct ending {
	int node;
	const char *label;
	size_t alive,
		/* ways that ended with a conclusion or stayed open; causes that are done with and lead
		 * nowhere */
		dead;
	int dead_node;
	const char *dead_label;
};

static void end_cause(const struct ts_walk *w, int node, struct ending *end)
{
	const struct ts_node *n = &w->entry->nodes[node];
	const struct ts_known *k = &w->priv->known[node];
	struct way way = way_on(w, node, false);
	const struct ts_answer *a = way_answer(n, way, 0);
	bool finished = k->given != NULL || ts_walk_own_status(n, k, true) == TS_EXCLUDED;
	if (!finished) {
		end->alive++;
		end->node = node;
		end->label = NULL;
	} else if (a == NULL || !ts_walk_leads_on(w->entry, a)) {
		end->dead++;
		end->dead_node = node;
		end->dead_label = a == NULL ? NULL : a->label;
	}
}

static void end_question(const struct ts_walk *w, int node, struct ending *end)
{
	const struct ts_node *n = &w->entry->nodes[node];
	struct way way = way_on(w, node, false);
	const struct ts_answer *a;
	for (size_t i = 0; (a = way_answer(n, way, i)) != NULL; i++) {
		if (!ts_walk_leads_on(w->entry, a)) {
			/* One of several ways that are all followed concludes nothing. */
			end->alive++;
			end->node = way.kind == WAY_ONE ? node : -1;
			end->label = way.kind == WAY_ONE ? a->label : NULL;
		}
	}
	if (way_answer(n, way, 0) == NULL) {
		end->alive++;
		end->node = node;
		end->label = NULL;
	}
}

static void find_end(struct ts_walk *w)
{
	struct ending end = { .node = -1, .dead_node = -1 };
	for (size_t i = 0; i < w->norder; i++) {
		if (w->entry->nodes[w->order[i]].kind == TS_NODE_CAUSE) {
			end_cause(w, w->order[i], &end);
		} else {
			end_question(w, w->order[i], &end);
		}
	}
	if (end.alive == 1) {
		w->node = end.node;
		w->label = end.label;
	} else if (end.alive == 0 && end.dead == 1) {
		w->node = end.dead_node;
		w->label = end.dead_label;
	}
}

/* The best cause whose steps have not been shown; at_once: only one that is certain and on the way. */
static int advice(const struct ts_walk *w, bool at_once)
{
	for (size_t i = 0; i < w->ncauses; i++) {
		const struct ts_cause *c = &w->causes[i];
		bool reached = w->reached[c->node];
		bool fits = c->status == TS_CONFIRMED ? reached || !at_once
						      : c->status == TS_POSSIBLE && reached && !at_once;
		if (fits && w->priv->known[c->node].given == NULL) {
			return c->node;
		}
	}
	return -1;
}

static int first_question(const struct ts_walk *w)
{
	for (size_t i = 0; i < w->norder; i++) {
		if (question_pending(&w->entry->nodes[w->order[i]], &w->priv->known[w->order[i]])) {
			return w->order[i];
		}
	}
	return -1;
}

static bool found_solution(struct ts_walk *w)
{
	if (w->ncauses == 0 || !w->causes[0].solved) {
		return false;
	}
	const struct ts_answer *a = ts_node_answer(&w->entry->nodes[w->causes[0].node], TS_SOLVED);
	w->solved = true;
	w->node = w->causes[0].node;
	w->label = a == NULL ? NULL : a->label;
	return true;
}

static void decide_next(struct ts_walk *w)
{
	w->solved = false;
	w->label = NULL;
	w->node = -1;
	/* Without a person to wait for, everything is looked at first. */
	w->next = TS_NEXT_DONE;
	if (w->ask && found_solution(w)) {
		return;
	}
	if (w->ask && (w->node = advice(w, true)) >= 0) {
		w->next = TS_NEXT_ADVISE;
		return;
	}
	if (w->nchecks > 0) {
		w->next = TS_NEXT_CHECKS;
		return;
	}
	if (w->ask && (w->node = first_question(w)) >= 0) {
		w->next = TS_NEXT_ASK;
		return;
	}
	if (w->ask && (w->node = advice(w, false)) >= 0) {
		w->next = TS_NEXT_ADVISE;
		return;
	}
	if (!found_solution(w)) {
		find_end(w);
	}
}

void ts_walk_update(struct ts_walk *w, const struct ts_known *known)
{
	struct ts_walk_private *p = w->priv;
	p->known = known;
	ts_arena_free(p->explained);
	p->explained = NULL;
	w->norder = spread(w, false, w->reached, w->order);
	spread(w, true, w->ahead, p->scratch);
	w->nchecks = w->nopen = 0;
	for (size_t i = 0; i < w->norder; i++) {
		int at = w->order[i];
		const struct ts_node *n = &w->entry->nodes[at];
		if (check_pending(n, &known[at])) {
			w->checks[w->nchecks++] = at;
		}
		if (n->kind == TS_NODE_QUESTION && ts_walk_definite_label(n, &known[at]) == NULL) {
			w->open[w->nopen++] = at;
		}
	}
	ts_walk_find_support(w);
	ts_walk_judge_causes(w);
	count_questions_left(w);
	decide_next(w);
}
