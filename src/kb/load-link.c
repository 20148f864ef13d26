/* kb/load-link.c - the nodes of other entries that an entry's answers lead to, made part of it. */
#include "kb/load.h"

#include <string.h>

#define NODES_MAX                                                                                            \
	2000 /* an entry and all it leads to; an entry beyond is named by the answer, but not walked */

/* An entry whose nodes are in e->nodes[first .. first + n). */
struct part {
	const char *name;
	size_t first, n;
};

static const struct part *find_part(const struct part *parts, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(parts[i].name, name) == 0) {
			return &parts[i];
		}
	}
	return NULL;
}

/* Append the nodes of the entry `name`. They are taken back if they would be too many. An entry that cannot
 * be had is a part without nodes. */
static struct part load_part(struct ts_loading *l, const char *name)
{
	struct part p = { .name = name, .first = l->e->nnodes };
	sqlite3_stmt *s = ts_load_find(l, name);

	if (s != NULL) {
		sqlite3_reset(s);
		ts_load_walk(l);
		if (l->e->nnodes > NODES_MAX) {
			l->e->nnodes = p.first;
		}
		p.n = l->e->nnodes - p.first;
	}
	return p;
}

static int node_in_part(const struct ts_entry *e, const struct part *p, const char *anchor)
{
	if (anchor == NULL) {
		return p->n > 0 ? (int)p->first : -1;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(e->nodes[p->first + i].id, anchor) == 0) {
			return (int)(p->first + i);
		}
	}
	return -1;
}

/* Drop appended nodes that no walk from the entry's own nodes reaches: another entry's causes are causes here
 * only where a way leads to them. */
static void drop_unreached(const struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	int *place =
		ts_arena_calloc(l->a, e->nnodes + 1, sizeof(*place)); /* new index + 1; 0 = not reached */
	size_t *queue = ts_arena_calloc(l->a, e->nnodes + 1, sizeof(*queue));
	size_t head = 0, tail = 0, kept = 0;

	for (size_t i = 0; i < e->nown; i++) {
		place[i] = 1;
		queue[tail++] = i;
	}
	while (head < tail) {
		const struct ts_node *n = &e->nodes[queue[head++]];
		for (size_t k = 0; k < n->nanswers; k++) {
			int to = n->answers[k].to;
			if (to >= 0 && place[to] == 0) {
				place[to] = 1;
				queue[tail++] = (size_t)to;
			}
		}
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		place[i] = place[i] != 0 ? (int)++kept : 0;
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		if (place[i] == 0) {
			continue;
		}
		for (size_t k = 0; k < e->nodes[i].nanswers; k++) {
			int *to = &e->nodes[i].answers[k].to;
			*to = *to >= 0 ? place[*to] - 1 : -1;
		}
		e->nodes[place[i] - 1] = e->nodes[i];
	}
	e->nnodes = kept;
}

/* Follow the answers that lead to other entries until nothing new comes, in order of nodes. Parts are found
 * by the entry's name; the ids of appended nodes get their entry's name only at the end, because anchors are
 * compared meanwhile. */
void ts_load_linked(struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	struct part *parts = NULL;
	size_t nparts = 0, cap = 0;

	TS_ARENA_GROW(l->a, parts, cap, nparts);
	parts[nparts++] = (struct part){ e->id, 0, e->nnodes };
	for (size_t i = 0; i < e->nnodes; i++) {
		for (size_t k = 0; k < e->nodes[i].nanswers; k++) {
			const char *name = e->nodes[i].answers[k].target_entry;
			const struct part *p = name != NULL ? find_part(parts, nparts, name) : NULL;

			if (name == NULL) {
				continue;
			}
			if (p == NULL) {
				struct part made = load_part(l, name);
				TS_ARENA_GROW(l->a, parts, cap, nparts);
				parts[nparts++] = made;
				p = &parts[nparts - 1];
			}
			e->nodes[i].answers[k].to = node_in_part(e, p, e->nodes[i].answers[k].target_anchor);
		}
	}
	for (size_t p = 1; p < nparts; p++) {
		for (size_t i = 0; i < parts[p].n; i++) {
			struct ts_node *n = &e->nodes[parts[p].first + i];
			n->id = ts_arena_printf(l->a, "%s#%s", parts[p].name, n->id);
		}
	}
	drop_unreached(l);
}
