/* engine/walk.h - where an entry leads under what is known: a pure function from the entry, the results of
 * its checks and the answers given to everything else (what is reached, what is pending, the status and rank
 * of each cause, how it ends).
 *
 *	struct ts_walk *w = ts_walk_new(entry, ask);
 *	ts_walk_update(w, known);         known[i] is what is known of entry->nodes[i]
 *	switch (w->next) ...              what there is to do now
 *	ts_walk_free(w);
 *
 * Nothing of an earlier update has an influence on a later one, so the result cannot depend on the order in
 * which evidence or answers came. Two sets of nodes are computed. `reached`: where the walk is, which stops
 * at a check that has not run and, when asking, at a question that nobody has answered and at a cause that
 * nobody has tried. `ahead`: where it could still come to, the open questions taken both ways; a cause that
 * is not ahead is off the path. */
#ifndef TS_ENGINE_WALK_H
#define TS_ENGINE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/session.h"

/* Everything that the walk depends on, per node. */
struct ts_known {
	enum ts_check_state check; /* of a node with a check */
	const char *value;         /* ANSWERED: what the check returned */
	const char *
		/* by the person or an option: a label, "unknown", of a cause "solved", "not solved"; or NULL
		 * */
		given;
	/* a cause: an earlier run of its check said present (the last one may be a verification) */
	bool was_present;
	bool verified; /* a cause: its check has run again after the first time */
	double factor; /* a cause: of its weight; 0 = 1 */
	/* UNKNOWN because of a gap, but the row that value stands in shows something that was found: the order of the
	 * causes may lean on it, and nothing else */
	bool leaning;
};

enum ts_walk_next {
	TS_NEXT_CHECKS, /* run checks[] side by side */
	TS_NEXT_ASK,    /* ask the person node */
	TS_NEXT_ADVISE, /* show the steps of node */
	TS_NEXT_DONE,   /* nothing is left: node and label say where, solved */
};

struct ts_walk_private;

struct ts_walk {
	const struct ts_entry *entry;
	bool ask;
	/* results of the last update; the arrays belong to the walk */
	int *order; /* reached nodes in walk order: by distance from the start, then as the entry has them */
	size_t norder;
	bool *reached, *ahead; /* by node */
	int *checks;           /* pending checks, in walk order */
	size_t nchecks;
	int *open; /* reached questions without a definite answer, in walk order */
	size_t nopen;
	struct ts_cause *causes; /* in rank order */
	size_t ncauses;
	enum ts_walk_next next;
	int node;           /* ASK, ADVISE; DONE: where it ended, -1 = several ways stayed open */
	const char *label;  /* DONE: of the answer that ended it, or NULL */
	bool solved;        /* DONE */
	int questions_left; /* at most, on any one way from here */
	struct ts_walk_private *priv;
};

struct ts_walk *ts_walk_new(const struct ts_entry *entry, bool ask);
void ts_walk_free(struct ts_walk *w); /* NULL is allowed */
/* known has entry->nnodes elements, which must live until the next update or explain. */
void ts_walk_update(struct ts_walk *w, const struct ts_known *known);
/* Fill for_nodes and against_nodes of all causes for the last update; they live until the next one. */
void ts_walk_explain(struct ts_walk *w);

/* The label in force of a question or NULL: the machine's where definite, else what was given ("unknown"
 * included). */
const char *ts_walk_label(const struct ts_node *node, const struct ts_known *known, bool *by_machine);

#endif
