/* engine/walk-causes.c - the causes of a walk: status, rank, and what speaks for and against each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/walk-private.h"

#define MINUTES_NOT_SAID 10.0 /* a cause that does not say how long its steps take is ranked as if this */

static double score_of(const struct ts_node *n)
{
	double minutes = isfinite(n->minutes) && n->minutes > 0 ? n->minutes : MINUTES_NOT_SAID;
	return isfinite(n->weight) && n->weight > 0 ? n->weight / minutes : 0;
}

static int status_order(enum ts_status s)
{
	static const int order[] = {
		[TS_CONFIRMED] = 0, [TS_POSSIBLE] = 1, [TS_EXCLUDED] = 2, [TS_OFF_PATH] = 3
	};
	return order[s];
}

/* A cause that was solved is first whatever its status: it was the one. */
static int by_rank(const void *pa, const void *pb)
{
	const struct ts_cause *a = pa, *b = pb;
	if (a->solved != b->solved) {
		return a->solved ? -1 : 1;
	}
	if (a->status != b->status) {
		return status_order(a->status) - status_order(b->status);
	}
	/* Until the end of the ranking, rank holds whether its steps have been tried. */
	if (a->rank != b->rank) {
		return a->rank - b->rank;
	}
	if (a->score != b->score) {
		return a->score > b->score ? -1 : 1;
	}
	return (a->node > b->node) - (a->node < b->node);
}

void ts_walk_judge_causes(struct ts_walk *w)
{
	const struct ts_entry *e = w->entry;
	w->ncauses = 0;
	for (size_t i = 0; i < e->nnodes; i++) {
		const struct ts_node *n = &e->nodes[i];
		const struct ts_known *k = &w->priv->known[i];
		if (n->kind != TS_NODE_CAUSE) {
			continue;
		}
		struct ts_cause c = {
			.node = (int)i,
			.status = ts_walk_own_status(n, k, w->ahead[i]),
			.score = score_of(n) * (k->factor > 0 ? k->factor : 1) * w->priv->support[i] *
				 ts_walk_own_support(n, k) * w->priv->share[i],
			.failed = ts_walk_given_is(k, TS_NOT_SOLVED),
			.solved = ts_walk_given_is(k, TS_SOLVED),
		};
		if (i >= e->nown && c.status == TS_OFF_PATH && !c.solved) {
			continue; /* another entry's cause, and nothing leads there any more */
		}
		c.rank = k->given != NULL && !c.solved;
		c.contradiction = c.status == TS_CONFIRMED && !w->ahead[i];
		if (c.solved && k->verified && ts_walk_machine_label(n, k) != NULL &&
			strcmp(ts_walk_machine_label(n, k), TS_PRESENT) == 0) {
			c.contradiction = true;
		}
		w->causes[w->ncauses++] = c;
	}
	qsort(w->causes, w->ncauses, sizeof(*w->causes), by_rank);
	for (size_t i = 0; i < w->ncauses; i++) {
		w->causes[i].rank = (int)i + 1;
	}
}

/* ---- what speaks for and against a cause ---- */

/* Mark every node from which some way leads to the target, whatever the answers. */
static void mark_ancestors(struct ts_walk_private *p, int target)
{
	int *stack = p->scratch;
	size_t depth = 0;
	p->stamp++;
	p->mark[target] = p->stamp;
	stack[depth++] = target;
	while (depth > 0) {
		int at = stack[--depth];
		for (size_t i = p->pred_at[at]; i < p->pred_at[at + 1]; i++) {
			if (p->mark[p->pred[i]] != p->stamp) {
				p->mark[p->pred[i]] = p->stamp;
				stack[depth++] = p->pred[i];
			}
		}
	}
}

static bool leads_to_marked(const struct ts_walk *w, const struct ts_answer *a)
{
	return ts_walk_leads_on(w->entry, a) && w->priv->mark[a->to] == w->priv->stamp;
}

static void explain(struct ts_walk *w, struct ts_cause *c)
{
	struct ts_walk_private *p = w->priv;
	struct ts_arena *arena = p->explained;
	int *for_nodes = NULL, *against = NULL;
	size_t for_cap = 0, against_cap = 0;
	mark_ancestors(p, c->node);
	for (size_t i = 0; i < w->norder; i++) {
		int at = w->order[i];
		const struct ts_node *n = &w->entry->nodes[at];
		const char *label = ts_walk_definite_label(n, &p->known[at]);
		const struct ts_answer *a = label == NULL ? NULL : ts_node_answer(n, label);
		if (n->kind != TS_NODE_QUESTION || a == NULL || p->mark[at] != p->stamp) {
			continue;
		}
		if (!leads_to_marked(w, a)) {
			TS_ARENA_GROW(arena, against, against_cap, c->nagainst);
			against[c->nagainst++] = at;
		} else if (w->ahead[c->node]) {
			TS_ARENA_GROW(arena, for_nodes, for_cap, c->nfor);
			for_nodes[c->nfor++] = at;
		}
	}
	const char *own = ts_walk_machine_label(&w->entry->nodes[c->node], &p->known[c->node]);
	if (own != NULL && strcmp(own, TS_PRESENT) == 0) {
		TS_ARENA_GROW(arena, for_nodes, for_cap, c->nfor);
		for_nodes[c->nfor++] = c->node;
	} else if (own != NULL) {
		TS_ARENA_GROW(arena, against, against_cap, c->nagainst);
		against[c->nagainst++] = c->node;
	}
	c->for_nodes = for_nodes;
	c->against_nodes = against;
}

void ts_walk_explain(struct ts_walk *w)
{
	if (w->priv->explained != NULL || w->priv->known == NULL) {
		return;
	}
	w->priv->explained = ts_arena_new();
	for (size_t i = 0; i < w->ncauses; i++) {
		explain(w, &w->causes[i]);
	}
}
