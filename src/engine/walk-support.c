/* engine/walk-support.c - how much of what is known speaks for each cause that is still possible.
 *
 * Where some question higher up stays open, causes of several branches are possible at the same time, and their weights alone
 * would not notice that a look at a machine pointed into one of the branches. A definite answer therefore strengthens what it
 * leads to: by as much as it narrows the question down, that is the weight of all causes that the question leads to over the
 * weight of those that this answer leads to. The causes behind one whose steps nobody has tried get half as much of it, and so
 * on along the chain, since they are only looked at when it was not that one. */
#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/walk-private.h"

#define SUPPORT_MAX   16.0 /* one answer is worth no more, however few causes it leaves */
#define SUPPORT_FOUND 8.0  /* nor less where it is a find: a result that more evidence could never undo */
#define PASSED_ON     0.5  /* of the support, to what is behind a cause that has not been tried */
#define LEFT_TO_OTHERS                                                                                       \
	10.0 /* percent, at least: what an entry leaves to the causes of entries that it links to */

/* The weight of the causes that one comes to from a node without passing another cause. */
static double weight_ahead(const struct ts_walk *w, int from)
{
	const struct ts_entry *e = w->entry;
	struct ts_walk_private *p = w->priv;
	size_t depth = 0;
	double sum = 0;
	p->stamp++;
	p->mark[from] = p->stamp;
	p->scratch[depth++] = from;
	while (depth > 0) {
		const struct ts_node *n = &e->nodes[p->scratch[--depth]];
		if (n->kind == TS_NODE_CAUSE) {
			sum += n->weight;
			continue;
		}
		for (size_t i = 0; i < n->nanswers; i++) {
			const struct ts_answer *a = &n->answers[i];
			if (ts_walk_leads_on(e, a) && p->mark[a->to] != p->stamp) {
				p->mark[a->to] = p->stamp;
				p->scratch[depth++] = a->to;
			}
		}
	}
	return sum;
}

/* What a check that met a gap found nevertheless; NULL = nothing. */
static const char *leaning_label(const struct ts_node *n, const struct ts_known *k)
{
	return k->leaning && k->check == TS_CHECK_UNKNOWN && k->given == NULL ? ts_judge_label(n, k->value)
									      : NULL;
}

static double narrowed_by(const struct ts_walk *w, int node, const char *label, int to)
{
	const struct ts_node *n = &w->entry->nodes[node];
	double all = weight_ahead(w, node), left = weight_ahead(w, to);
	double by = left > 0 ? all / left : 1;
	bool found = ts_walk_machine_label(n, &w->priv->known[node]) != NULL && ts_judge_certain(n, label);
	by = found && by < SUPPORT_FOUND ? SUPPORT_FOUND : by;
	return by > SUPPORT_MAX ? SUPPORT_MAX : by < 1 ? 1 : by;
}

/* What a node passes on to the node that an answer of it leads to; 0 = the walk cannot go that way. */
static double passed_on(const struct ts_walk *w, int node, const struct ts_answer *a)
{
	const struct ts_node *n = &w->entry->nodes[node];
	const struct ts_known *k = &w->priv->known[node];
	double support = w->priv->support[node];
	if (n->kind == TS_NODE_CAUSE) {
		bool done = k->given != NULL || ts_walk_own_status(n, k, true) == TS_EXCLUDED;
		return done ? support : 1 + (support - 1) * PASSED_ON;
	}
	const char *label = ts_walk_definite_label(n, k);
	if (label == NULL) {
		const char *leaning = leaning_label(n, k);
		bool favoured = leaning != NULL && ts_node_answer(n, leaning) == a;
		return favoured ? support * narrowed_by(w, node, leaning, a->to) : support;
	}
	return ts_node_answer(n, label) == a ? support * narrowed_by(w, node, label, a->to) : 0;
}

void ts_walk_find_support(struct ts_walk *w)
{
	const struct ts_entry *e = w->entry;
	struct ts_walk_private *p = w->priv;
	for (size_t i = 0; i < e->nnodes; i++) {
		p->support[i] = 1;
	}
	for (size_t i = p->npost; i-- > 0;) {
		int at = p->post[i];
		const struct ts_node *n = &e->nodes[at];
		for (size_t j = 0; w->ahead[at] && j < n->nanswers; j++) {
			const struct ts_answer *a = &n->answers[j];
			/* What comes earlier in this order leads back here: a cycle of a damaged kb.db. */
			if (ts_walk_leads_on(e, a) && p->post_index[a->to] < (int)i) {
				double support = passed_on(w, at, a);
				p->support[a->to] = support > p->support[a->to] ? support : p->support[a->to];
			}
		}
	}
}

double ts_walk_own_support(const struct ts_node *n, const struct ts_known *k)
{
	const char *label = leaning_label(n, k);
	return label != NULL && strcmp(label, TS_PRESENT) == 0 ? SUPPORT_FOUND : 1;
}

/* ---- weights over entries ---- */

/* The entries whose nodes are loaded: group 0 is the walk's own, and the nodes of a linked one begin with its id. */
struct group {
	double weight; /* of its causes */
	double people; /* of a hundred who see what the walk's entry is about; 0 = not known yet */
	double flow;   /* into it from the group that is being looked at */
};

static bool same_entry(const char *a, const char *b)
{
	size_t n = strcspn(a, "#");
	return n == strcspn(b, "#") && memcmp(a, b, n) == 0;
}

/* Put every node into its group; returns how many groups there are. */
static size_t find_groups(const struct ts_entry *e, size_t *group_of, struct group *groups)
{
	size_t n = 1;
	for (size_t i = 0; i < e->nnodes; i++) {
		size_t like = e->nown;
		while (like < i && !same_entry(e->nodes[like].id, e->nodes[i].id)) {
			like++;
		}
		group_of[i] = i < e->nown ? 0 : like < i ? group_of[like] : n++;
		groups[group_of[i]].weight += e->nodes[i].kind == TS_NODE_CAUSE ? e->nodes[i].weight : 0;
	}
	return n;
}

/* What comes to each node when every question sends as much along each of its answers. */
static void find_flow(const struct ts_walk *w, double *flow)
{
	const struct ts_entry *e = w->entry;
	const struct ts_walk_private *p = w->priv;
	if (e->nnodes > 0) {
		flow[0] = 1;
	}
	for (size_t i = p->npost; i-- > 0;) {
		const struct ts_node *n = &e->nodes[p->post[i]];
		for (size_t j = 0; j < n->nanswers; j++) {
			const struct ts_answer *a = &n->answers[j];
			if (ts_walk_leads_on(e, a) && p->post_index[a->to] < (int)i) {
				flow[a->to] += flow[p->post[i]] / (double)n->nanswers;
			}
		}
	}
}

/* Share what the causes of a group leave of its people among the groups that it leads to and that have none yet, as much as flows
 * there. Returns how many groups were added to the queue. */
static size_t share_rest(const struct ts_entry *e, size_t from, const size_t *group_of, struct group *groups,
	const double *flow, size_t *queue)
{
	double sum = 0, own = groups[from].weight,
	       left = 100 - own > LEFT_TO_OTHERS ? 100 - own : LEFT_TO_OTHERS;
	size_t n = 0;
	for (size_t i = 0; i < e->nnodes; i++) {
		const struct ts_node *node = &e->nodes[i];
		for (size_t j = 0; group_of[i] == from && j < node->nanswers; j++) {
			const struct ts_answer *a = &node->answers[j];
			size_t to = ts_walk_leads_on(e, a) ? group_of[a->to] : from;
			double part = to == from ? 0 : flow[i] / (double)node->nanswers;
			sum += part;
			if (groups[to].people == 0 && part > 0) {
				queue[n] = to;
				n += groups[to].flow == 0;
				groups[to].flow += part;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct group *g = &groups[queue[i]];
		g->people = groups[from].people * (left / 100) * (g->flow / sum);
	}
	return n;
}

void ts_walk_find_shares(const struct ts_walk *w, double *share)
{
	const struct ts_entry *e = w->entry;
	size_t *group_of = ts_xcalloc(e->nnodes + 1, sizeof(*group_of));
	size_t *queue = ts_xcalloc(e->nnodes + 2, sizeof(*queue));
	struct group *groups = ts_xcalloc(e->nnodes + 1, sizeof(*groups));
	double *flow = ts_xcalloc(e->nnodes + 1, sizeof(*flow));
	size_t queued = 1;
	find_groups(e, group_of, groups);
	find_flow(w, flow);
	groups[0].people = 100;
	for (size_t q = 0; q < queued; q++) {
		queued += share_rest(e, queue[q], group_of, groups, flow, queue + queued);
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		const struct group *g = &groups[group_of[i]];
		bool scaled = g->people > 0 && g->people < g->weight && group_of[i] > 0;
		share[i] = scaled ? g->people / g->weight : 1;
	}
	free(group_of);
	free(queue);
	free(groups);
	free(flow);
}
