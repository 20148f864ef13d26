/* out/graph-int.h - what the three pictures share: which nodes and ways there are, and which of them a walk took. */
#ifndef TS_OUT_GRAPH_INT_H
#define TS_OUT_GRAPH_INT_H

#include <stdbool.h>
#include "base/arena.h"
#include "out/graph.h"

struct ts_graph_edge {
	int from, to; /* nodes of the picture; to = -1: the way ends */
	const char *label;
	bool walked;
	int *lanes, nlanes; /* after ts_graph_place: where it passes through the layers between */
};

struct ts_graph_node {
	const char *title;
	bool cause, foreign; /* foreign: of another entry */
	bool walked;
	const char
		*status; /* of a cause in a session: confirmed, possible, excluded, off; NULL without one */
	int layer;       /* longest way from the first node */
	int x;           /* after ts_graph_place: of its middle */
};

struct ts_graph {
	struct ts_arena *arena;
	struct ts_graph_node *nodes; /* the entry's own in their order, then foreign ones that are led to */
	int n;
	struct ts_graph_edge *edges;
	int nedges;
	int nlayers;
	int width; /* after ts_graph_place */
};

/* All in the units of x. */
struct ts_graph_sizes {
	int box_w, lane, gap; /* width of a box, of a way that passes, and between two of them */
};
/* Find x of boxes and lanes, from 0 on. */
void ts_graph_place(struct ts_graph *g, const struct ts_graph_sizes *sizes);

/* Freed with ts_graph_free. */
struct ts_graph *ts_graph_new(const struct ts_entry *e, const struct ts_session *s);
void ts_graph_free(struct ts_graph *g);
/* Lines of at most `width` code points, joined by `between`, at most `lines` of them; in the arena. */
const char *ts_graph_wrap(struct ts_arena *a, const char *text, int width, int lines, const char *between);

#endif
