/* out/graph-layout.c - places for the boxes and ways of a picture: long ways get a lane of their own through the layers between, each layer
 * is put in the order in which fewest ways cross, and everything moves towards what it is connected with. */
#include "out/graph-int.h"

#define SWEEPS 24 /* more change nothing that an eye sees */

/* A box, or where a long way passes through a layer. */
struct item {
	int layer, place;
	double x, wish; /* of the middle */
	int width;
};

struct layout {
	struct ts_graph *g;
	const struct ts_graph_sizes *sizes;
	struct item *items; /* the boxes first */
	int n;
	size_t cap;
	int (*links)[2]; /* item to item in the next layer */
	int nlinks;
	size_t links_cap;
	int **rows; /* items of each layer, in their order */
	int *counts;
};

static void link(struct layout *l, int from, int to)
{
	TS_ARENA_GROW(l->g->arena, l->links, l->links_cap, (size_t)l->nlinks);
	l->links[l->nlinks][0] = from;
	l->links[l->nlinks++][1] = to;
}

static int add_item(struct layout *l, int layer, int width)
{
	TS_ARENA_GROW(l->g->arena, l->items, l->cap, (size_t)l->n);
	l->items[l->n] = (struct item){ .layer = layer, .width = width };
	return l->n++;
}

/* The lanes of a way: its items between the two boxes. */
static void add_way(struct layout *l, struct ts_graph_edge *e)
{
	int from = e->from;
	if (e->to < 0) {
		return;
	}
	e->nlanes = l->g->nodes[e->to].layer - l->g->nodes[e->from].layer - 1;
	e->lanes = ts_arena_calloc(l->g->arena, (size_t)e->nlanes + 1, sizeof(*e->lanes));
	for (int i = 0; i < e->nlanes; i++) {
		e->lanes[i] = add_item(l, l->g->nodes[e->from].layer + 1 + i, l->sizes->lane);
		link(l, from, e->lanes[i]);
		from = e->lanes[i];
	}
	link(l, from, e->to);
}

static void make_rows(struct layout *l)
{
	struct ts_arena *a = l->g->arena;
	l->rows = ts_arena_calloc(a, (size_t)l->g->nlayers + 1, sizeof(*l->rows));
	l->counts = ts_arena_calloc(a, (size_t)l->g->nlayers + 1, sizeof(*l->counts));
	for (int i = 0; i < l->n; i++) {
		l->counts[l->items[i].layer]++;
	}
	for (int k = 0; k < l->g->nlayers; k++) {
		l->rows[k] = ts_arena_calloc(a, (size_t)l->counts[k] + 1, sizeof(**l->rows));
		l->counts[k] = 0;
	}
	for (int i = 0; i < l->n; i++) {
		struct item *t = &l->items[i];
		t->place = l->counts[t->layer]++;
		t->x = t->place * (double)(l->sizes->box_w + l->sizes->gap);
		l->rows[t->layer][t->place] = i;
	}
}

/* Where the items of a layer would like to be: in the middle of those that they are linked with above (or below). */
static void find_wishes(struct layout *l, int layer, bool above)
{
	for (int i = 0; i < l->counts[layer]; i++) {
		struct item *t = &l->items[l->rows[layer][i]];
		double sum = 0;
		int n = 0;
		for (int k = 0; k < l->nlinks; k++) {
			if (l->links[k][above ? 1 : 0] == l->rows[layer][i]) {
				sum += l->items[l->links[k][above ? 0 : 1]].x;
				n++;
			}
		}
		t->wish = n > 0 ? sum / n : t->x;
	}
}

static void sort_row(struct layout *l, int layer)
{
	int *row = l->rows[layer];
	for (int i = 1; i < l->counts[layer]; i++) {
		int moved = row[i], k = i;
		for (; k > 0 && l->items[row[k - 1]].wish > l->items[moved].wish; k--) {
			row[k] = row[k - 1];
		}
		row[k] = moved;
	}
	for (int i = 0; i < l->counts[layer]; i++) {
		l->items[row[i]].place = i;
	}
}

static double apart(const struct layout *l, int left, int right)
{
	return (l->items[left].width + l->items[right].width) / 2.0 + l->sizes->gap;
}

/* As near to the wishes as the widths allow: once pushed to the right only, once to the left only, then the middle of both. */
static void settle(struct layout *l, int layer)
{
	int *row = l->rows[layer], n = l->counts[layer];
	double *right = ts_arena_calloc(l->g->arena, (size_t)n + 1, sizeof(*right)), at = 0;
	for (int i = 0; i < n; i++) {
		double least = i > 0 ? right[i - 1] + apart(l, row[i - 1], row[i]) : l->items[row[i]].wish;
		right[i] = l->items[row[i]].wish > least ? l->items[row[i]].wish : least;
	}
	for (int i = n - 1; i >= 0; i--) {
		double most = i < n - 1 ? at - apart(l, row[i], row[i + 1]) : l->items[row[i]].wish;
		at = l->items[row[i]].wish < most ? l->items[row[i]].wish : most;
		l->items[row[i]].x = (at + right[i]) / 2;
	}
}

static void sweep(struct layout *l, bool down, bool sort)
{
	for (int i = 0; i < l->g->nlayers; i++) {
		int layer = down ? i : l->g->nlayers - 1 - i;
		find_wishes(l, layer, down);
		if (sort) {
			sort_row(l, layer);
		}
		settle(l, layer);
	}
}

void ts_graph_place(struct ts_graph *g, const struct ts_graph_sizes *sizes)
{
	struct layout l = { .g = g, .sizes = sizes };
	double least = 0, most = 0;
	for (int i = 0; i < g->n; i++) {
		add_item(&l, g->nodes[i].layer, sizes->box_w);
	}
	for (int i = 0; i < g->nedges; i++) {
		add_way(&l, &g->edges[i]);
	}
	make_rows(&l);
	for (int i = 0; i < SWEEPS; i++) {
		sweep(&l, i % 2 == 0, i < SWEEPS / 2);
	}
	for (int i = 0; i < l.n; i++) {
		double left = l.items[i].x - l.items[i].width / 2.0, right = left + l.items[i].width;
		least = i == 0 || left < least ? left : least;
		most = i == 0 || right > most ? right : most;
	}
	for (int i = 0; i < g->n; i++) {
		g->nodes[i].x = (int)(l.items[i].x - least);
	}
	for (int i = 0; i < g->nedges; i++) {
		for (int k = 0; k < g->edges[i].nlanes; k++) {
			g->edges[i].lanes[k] = (int)(l.items[g->edges[i].lanes[k]].x - least);
		}
	}
	g->width = (int)(most - least);
}
