/* kb/lint-graph.c - links: do they lead somewhere, does every node have a way to it, does no way lead
 * back? */
#include <string.h>
#include "base/buf.h"
#include "kb/lint-int.h"

#define NONE       ((size_t)-1)
#define CYCLES_MAX 20 /* after so many the entry is a knot, and more of them tell nothing new */

/* Every node of every entry gets a number: base[entry] + its index. */
struct graph {
	struct ts_linting *l;
	size_t *base;          /* per entry; base[nentries] is the number of nodes */
	size_t *owner;         /* per node: its entry */
	unsigned char *colour; /* 0 not seen, 1 on the way to here, 2 done */
	size_t cycles;
};

static void at_entry(struct ts_linting *l, size_t i)
{
	l->pe = &l->set->entries[i];
	l->e = l->pe->entry;
	l->src = l->pe->src;
	l->pack = &l->set->packs[l->pe->pack];
}

static const struct ts_node *node_at(const struct graph *g, size_t i)
{
	return &g->l->set->entries[g->owner[i]].entry->nodes[i - g->base[g->owner[i]]];
}

static const char *const *node_ids(struct ts_linting *l, const struct ts_entry *e)
{
	const char **ids = ts_arena_calloc(l->arena, e->nown + 1, sizeof(*ids));

	for (size_t i = 0; i < e->nown; i++) {
		ids[i] = e->nodes[i].id;
	}
	return ids;
}

/* Is the first folder of the id among those that were read? Where one pack is linted alone, links to
 * others cannot be followed. */
static bool was_read(const struct ts_linting *l, const char *id)
{
	size_t n = strcspn(id, "/");

	if (id[n] == '\0') {
		return true;
	}
	for (size_t i = 0; i < l->set->nentries; i++) {
		const char *other = l->set->entries[i].entry->id;

		if (strncmp(other, id, n) == 0 && other[n] == '/') {
			return true;
		}
	}
	return false;
}

/* The entry that a link leads to, or NONE. */
static size_t target_entry(const struct ts_linting *l, size_t from, const char *id)
{
	int i = id != NULL ? ts_pack_find(l->set, id) : (int)from;

	return i < 0 ? NONE : (size_t)i;
}

static void check_link(struct ts_linting *l, size_t from, const char *target, const char *id,
	const char *anchor, struct ts_span span)
{
	size_t i = target_entry(l, from, id);
	const struct ts_entry *e;

	if (anchor != NULL && anchor[0] == '\0') {
		return; /* the parser has said what is wrong with it */
	}
	if (i == NONE && !was_read(l, id)) {
		LINT(l, TS_WARNING, "dead-link", span,
			"\"%s\" leads to another pack, which was not read: lint the folder of all packs to "
			"have it checked",
			target);
		return;
	}
	if (i == NONE) {
		LINT(l, TS_ERROR, "dead-link", span,
			"the link \"%s\" leads to an entry that does not exist: \"%s\"%s", target, id,
			ts_lint_hint(l, id, l->ids));
		return;
	}
	e = l->set->entries[i].entry;
	if (anchor != NULL && ts_entry_node(e, anchor) < 0) {
		LINT(l, TS_ERROR, "dead-link", span,
			"the link \"%s\" leads to a heading that does not exist%s%s%s", target,
			id != NULL ? " in " : "", id != NULL ? id : "",
			ts_lint_hint(l, anchor, node_ids(l, e)));
	} else if (anchor == NULL && e->nown == 0) {
		LINT(l, TS_ERROR, "dead-link", span,
			"the link \"%s\" leads to an entry without any heading \"## \"", target);
	}
}

static void check_links(struct ts_linting *l, size_t entry)
{
	for (size_t i = 0; i < l->e->nown; i++) {
		for (size_t k = 0; k < l->e->nodes[i].nanswers; k++) {
			const struct ts_answer *a = &l->e->nodes[i].answers[k];

			if (a->target != NULL) {
				check_link(l, entry, a->target, a->target_entry, a->target_anchor,
					a->target_span.len > 0 ? a->target_span : a->span);
			}
		}
	}
	for (size_t i = 0; i < l->e->nlinks; i++) {
		const struct ts_link *k = &l->e->links[i];

		check_link(l, entry, k->target, k->target_entry, k->target_anchor, k->span);
	}
}

/* Where the answer leads, or NONE. */
static size_t edge(const struct graph *g, size_t from, const struct ts_answer *a)
{
	size_t entry;
	int to;

	if (a->target == NULL) {
		return NONE;
	}
	entry = target_entry(g->l, g->owner[from], a->target_entry);
	if (entry == NONE) {
		return NONE;
	}
	if (a->target_entry == NULL) {
		to = a->to;
	} else {
		to = a->target_anchor != NULL
			     ? ts_entry_node(g->l->set->entries[entry].entry, a->target_anchor)
			     : 0;
	}
	return to >= 0 && (size_t)to < g->base[entry + 1] - g->base[entry] ? g->base[entry] + (size_t)to
									   : NONE;
}

struct frame {
	size_t node, answer;
};

static void report_cycle(
	struct graph *g, const struct frame *stack, size_t depth, size_t to, const struct ts_answer *a)
{
	struct ts_buf b;
	size_t first = 0;

	if (++g->cycles > CYCLES_MAX) {
		return;
	}
	while (first + 1 < depth && stack[first].node != to) {
		first++;
	}
	ts_buf_init(&b, 2048);
	for (; first < depth; first++) {
		ts_buf_printf(&b, "\"%s\" -> ", node_at(g, stack[first].node)->title);
	}
	at_entry(g->l, g->owner[stack[depth - 1].node]);
	LINT(g->l, TS_ERROR, "cycle", a->target_span.len > 0 ? a->target_span : a->span,
		"this way leads back to where it was: %s%s\"%s\"", ts_buf_str(&b),
		b.overflow ? " ... -> " : "", node_at(g, to)->title);
	ts_buf_finish(&b);
}

/* Depth first from one node, without recursion: a chain may be as long as there are nodes. */
static void visit(struct graph *g, size_t root, struct frame *stack)
{
	size_t depth = 0;

	if (g->colour[root] != 0) {
		return;
	}
	g->colour[root] = 1;
	stack[depth++] = (struct frame){ root, 0 };
	while (depth > 0) {
		struct frame *f = &stack[depth - 1];
		const struct ts_node *n = node_at(g, f->node);
		const struct ts_answer *a;
		size_t to;

		if (f->answer == n->nanswers) {
			g->colour[f->node] = 2;
			depth--;
			continue;
		}
		a = &n->answers[f->answer++];
		to = edge(g, f->node, a);
		if (to != NONE && g->colour[to] == 1) {
			report_cycle(g, stack, depth, to, a);
		} else if (to != NONE && g->colour[to] == 0) {
			g->colour[to] = 1;
			stack[depth++] = (struct frame){ to, 0 };
		}
	}
}

static void check_reach(struct graph *g, size_t total)
{
	struct ts_linting *l = g->l;
	struct frame *stack = ts_arena_calloc(l->arena, total + 1, sizeof(*stack));

	for (size_t i = 0; i < l->set->nentries; i++) {
		if (g->base[i + 1] > g->base[i]) {
			visit(g, g->base[i], stack);
		}
	}
	for (size_t i = 0; i < total; i++) {
		if (g->colour[i] == 0) {
			at_entry(l, g->owner[i]);
			LINT(l, TS_ERROR, "unreachable", node_at(g, i)->title_span,
				"nothing leads to \"%s\": link to #%s from an answer, or take it out",
				node_at(g, i)->title, node_at(g, i)->id);
			visit(g, i, stack); /* what it leads to is not lost for a reason of its own */
		}
	}
}

void ts_lint_graph(struct ts_linting *l)
{
	struct graph g = { .l = l };
	size_t total = 0;

	g.base = ts_arena_calloc(l->arena, l->set->nentries + 1, sizeof(*g.base));
	for (size_t i = 0; i < l->set->nentries; i++) {
		at_entry(l, i);
		check_links(l, i);
		g.base[i] = total;
		total += l->e->nown;
	}
	g.base[l->set->nentries] = total;
	g.owner = ts_arena_calloc(l->arena, total + 1, sizeof(*g.owner));
	g.colour = ts_arena_calloc(l->arena, total + 1, 1);
	for (size_t i = 0; i < l->set->nentries; i++) {
		for (size_t k = g.base[i]; k < g.base[i + 1]; k++) {
			g.owner[k] = i;
		}
	}
	check_reach(&g, total);
}
