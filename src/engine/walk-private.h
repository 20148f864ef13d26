/* engine/walk-private.h - what the walk*.c files share. */
#ifndef TS_ENGINE_WALK_PRIVATE_H
#define TS_ENGINE_WALK_PRIVATE_H

#include "engine/walk.h"

struct ts_walk_private {
	const struct ts_known *known;
	/* nodes in post-order of a search from the start: a node comes after all that it leads to */
	int *post;
	size_t npost;
	int *post_index; /* by node; -1 = nothing leads to it */
	int *left;       /* by node: questions on the longest way from it */
	int *scratch;    /* order of the nodes ahead, later a stack */
	size_t *pred_at; /* predecessors of node i: pred[pred_at[i] .. pred_at[i + 1]) */
	int *pred;
	int *mark; /* by node: leads to the cause in question where it equals stamp */
	int stamp;
	double *support; /* by node, 1 and more: what is known speaks for the causes that it leads to */
	double *share;   /* by node: what a weight in its entry is worth in the walk's own */
	struct ts_arena *explained; /* for_nodes, against_nodes */
};

/* Does this answer lead to a node? kb.db may be damaged: an index is checked wherever it is used. */
bool ts_walk_leads_on(const struct ts_entry *e, const struct ts_answer *a);
bool ts_walk_given_is(const struct ts_known *k, const char *label);
/* What the machine says for certain, as a label; NULL = nothing. */
const char *ts_walk_machine_label(const struct ts_node *n, const struct ts_known *k);
/* The answer in force that is not "unknown"; NULL = none. */
const char *ts_walk_definite_label(const struct ts_node *n, const struct ts_known *k);
/* A cause's status; ahead: can the walk still come to it? */
enum ts_status ts_walk_own_status(const struct ts_node *n, const struct ts_known *k, bool ahead);
/* Fill support, from known and ahead. */
void ts_walk_find_support(struct ts_walk *w);
/* What a cause's own check found in spite of a gap is worth; 1 = nothing. */
double ts_walk_own_support(const struct ts_node *n, const struct ts_known *k);
/* Fill share[node]. Weights are percentages of the people who see what the entry is about: what its own causes leave of the hundred
 * is shared by the causes of the entries that it links to, and so on from those. */
void ts_walk_find_shares(const struct ts_walk *w, double *share);
/* Fill causes and ncauses, in rank order. */
void ts_walk_judge_causes(struct ts_walk *w);

#endif
