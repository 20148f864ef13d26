/* out/graph.c - the nodes and ways of an entry laid out in layers, and two text formats of them. */
#include "out/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "out/graph-int.h"

#define WIDTH 28 /* code points of a line in a box */
#define LINES 5

/* ---- what there is ---- */

static const char *label_of(const struct ts_session *s, int node)
{
	const struct ts_trail_item *items;
	size_t n = s != NULL ? ts_session_trail(s, &items) : 0;
	const char *label = NULL;
	for (size_t i = 0; i < n; i++) {
		label = items[i].node == node ? items[i].label : label;
	}
	return label;
}

static void add_node(struct ts_graph *g, const struct ts_entry *e, const struct ts_session *s, int node,
	int *index, size_t *cap)
{
	const struct ts_node *n = &e->nodes[node];
	bool foreign = (size_t)node >= e->nown;
	TS_ARENA_GROW(g->arena, g->nodes, *cap, (size_t)g->n);
	g->nodes[g->n] = (struct ts_graph_node){
		/* "rdp/0x104#the-node": the entry says enough, since its title follows */
		.title = foreign ? ts_arena_printf(
					   g->arena, "%.*s: %s", (int)strcspn(n->id, "#"), n->id, n->title)
				 : n->title,
		.cause = n->kind == TS_NODE_CAUSE,
		.foreign = foreign,
		.walked = s != NULL && label_of(s, node) != NULL,
	};
	index[node] = g->n++;
}

static void add_statuses(struct ts_graph *g, const struct ts_session *s, const int *index)
{
	const struct ts_cause *causes;
	size_t n = s != NULL ? ts_session_causes(s, &causes) : 0;
	for (size_t i = 0; i < n; i++) {
		if (index[causes[i].node] >= 0) {
			g->nodes[index[causes[i].node]].status = ts_status_name(causes[i].status);
		}
	}
}

static void add_edges(
	struct ts_graph *g, const struct ts_entry *e, const struct ts_session *s, const int *index)
{
	size_t cap = 0;
	for (size_t i = 0; i < e->nown && i < e->nnodes; i++) {
		const char *taken = label_of(s, (int)i);
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			const struct ts_answer *a = &e->nodes[i].answers[j];
			bool walked = taken != NULL && strcmp(taken, a->label) == 0;
			TS_ARENA_GROW(g->arena, g->edges, cap, (size_t)g->nedges);
			g->edges[g->nedges++] = (struct ts_graph_edge){ index[i],
				a->to >= 0 ? index[a->to] : -1, a->label, walked };
			if (walked && a->to >= 0) {
				g->nodes[index[a->to]].walked = true;
			}
		}
	}
}

/* The longest way from the first node; ways make no circles, so n rounds are enough. */
static void find_layers(struct ts_graph *g)
{
	bool changed = true;
	for (int round = 0; round < g->n && changed; round++) {
		changed = false;
		for (int i = 0; i < g->nedges; i++) {
			const struct ts_graph_edge *x = &g->edges[i];
			if (x->to >= 0 && g->nodes[x->to].layer <= g->nodes[x->from].layer) {
				g->nodes[x->to].layer = g->nodes[x->from].layer + 1;
				changed = true;
			}
		}
	}
	for (int i = 0; i < g->n; i++) {
		g->nlayers = g->nodes[i].layer >= g->nlayers ? g->nodes[i].layer + 1 : g->nlayers;
	}
}

struct ts_graph *ts_graph_new(const struct ts_entry *e, const struct ts_session *s)
{
	struct ts_arena *arena = ts_arena_new();
	struct ts_graph *g = ts_arena_calloc(arena, 1, sizeof(*g));
	int *index = ts_arena_calloc(arena, e->nnodes + 1, sizeof(*index));
	size_t cap = 0;
	g->arena = arena;
	for (size_t i = 0; i < e->nnodes; i++) {
		index[i] = -1;
		if (i < e->nown) {
			add_node(g, e, s, (int)i, index, &cap);
		}
	}
	for (size_t i = 0; i < e->nown && i < e->nnodes; i++) {
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			int to = e->nodes[i].answers[j].to;
			if (to >= 0 && index[to] < 0) {
				add_node(g, e, s, to, index, &cap);
			}
		}
	}
	add_edges(g, e, s, index);
	add_statuses(g, s, index);
	find_layers(g);
	return g;
}

void ts_graph_free(struct ts_graph *g)
{
	ts_arena_free(g->arena);
}

const char *ts_graph_wrap(struct ts_arena *a, const char *text, int width, int lines, const char *between)
{
	struct ts_buf b;
	size_t n = strlen(text), at = 0;
	int line = 1, column = 0;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	while (at < n) {
		size_t end = at + strcspn(text + at, " ");
		int letters = 0;
		for (size_t i = at; i < end; i++) {
			letters += ((unsigned char)text[i] & 0xC0) != 0x80;
		}
		if (column > 0 && column + 1 + letters > width) {
			if (line == lines) {
				ts_buf_puts(&b, " ...");
				break;
			}
			ts_buf_puts(&b, between);
			line++;
			column = 0;
		} else if (column > 0) {
			ts_buf_putc(&b, ' ');
			column++;
		}
		ts_buf_put(&b, text + at, end - at);
		column += letters;
		at = end + strspn(text + end, " ");
	}
	const char *copy = ts_arena_strdup(a, ts_buf_str(&b));
	ts_buf_finish(&b);
	return copy;
}

/* ---- DOT ---- */

/* A quoted string; the text's line breaks are "\n" already. */
static void put_dot(struct ts_buf *out, const char *text)
{
	ts_buf_putc(out, '"');
	for (const char *p = text; *p != 0; p++) {
		if (*p == '"' || (*p == '\\' && p[1] != 'n')) {
			ts_buf_putc(out, '\\');
		}
		ts_buf_putc(out, (unsigned char)*p < ' ' ? ' ' : *p);
	}
	ts_buf_putc(out, '"');
}

static const char *colour_of(const struct ts_graph_node *n)
{
	return n->status == NULL || strcmp(n->status, "off") == 0 ? (n->cause ? "#fdf3d8" : "#eef3fb")
	       : strcmp(n->status, "confirmed") == 0              ? "#f7c9c4"
	       : strcmp(n->status, "excluded") == 0               ? "#e4e4e4"
								  : "#fde9a9";
}

void ts_graph_dot(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out)
{
	struct ts_graph *g = ts_graph_new(e, s);
	ts_buf_puts(out, "digraph entry {\n  label=");
	put_dot(out, e->title);
	ts_buf_puts(out, ";\n  labelloc=t;\n  node [fontname=\"sans-serif\", style=filled];\n  edge "
			 "[fontname=\"sans-serif\", fontsize=10];\n");
	for (int i = 0; i < g->n; i++) {
		const struct ts_graph_node *n = &g->nodes[i];
		ts_buf_printf(out, "  n%d [label=", i);
		put_dot(out, ts_graph_wrap(g->arena, n->title, WIDTH, LINES, "\\n"));
		ts_buf_printf(out, ", shape=%s, fillcolor=\"%s\"%s];\n",
			n->foreign ? "note"
			: n->cause ? "box"
				   : "ellipse",
			colour_of(n), n->walked ? ", penwidth=3" : "");
	}
	for (int i = 0; i < g->nedges; i++) {
		const struct ts_graph_edge *x = &g->edges[i];
		if (x->to < 0) {
			ts_buf_printf(
				out, "  e%d [label=\"\", shape=point];\n  n%d -> e%d [label=", i, x->from, i);
		} else {
			ts_buf_printf(out, "  n%d -> n%d [label=", x->from, x->to);
		}
		put_dot(out, x->label);
		ts_buf_printf(out, "%s];\n", x->walked ? ", penwidth=3" : "");
	}
	ts_buf_puts(out, "}\n");
	ts_graph_free(g);
}

/* ---- Mermaid ---- */

/* Mermaid takes HTML's entities with # instead of &. */
static void put_mermaid(struct ts_buf *out, const char *text)
{
	ts_buf_putc(out, '"');
	for (const char *p = text; *p != 0; p++) {
		if (strchr("\"#<>&;|`[]{}()\\", *p) != NULL) {
			ts_buf_printf(out, "#%d;", *p);
		} else {
			ts_buf_putc(out, (unsigned char)*p < ' ' ? ' ' : *p);
		}
	}
	ts_buf_putc(out, '"');
}

void ts_graph_mermaid(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out)
{
	struct ts_graph *g = ts_graph_new(e, s);
	bool confirmed = false, excluded = false;
	ts_buf_puts(out, "flowchart TD\n");
	for (int i = 0; i < g->n; i++) {
		const struct ts_graph_node *n = &g->nodes[i];
		ts_buf_printf(out, "  n%d%s", i, n->foreign ? "[[" : n->cause ? "[" : "([");
		put_mermaid(out, n->title);
		ts_buf_printf(out, "%s\n", n->foreign ? "]]" : n->cause ? "]" : "])");
	}
	for (int i = 0; i < g->nedges; i++) {
		const struct ts_graph_edge *x = &g->edges[i];
		ts_buf_printf(out, "  n%d %s|", x->from, x->walked ? "==>" : "-->");
		put_mermaid(out, x->label);
		if (x->to >= 0) {
			ts_buf_printf(out, "| n%d\n", x->to);
		} else {
			ts_buf_printf(out, "| e%d(( ))\n", i);
		}
	}
	ts_buf_puts(out, "  classDef cause fill:#fdf3d8\n  classDef confirmed fill:#f7c9c4\n  classDef "
			 "excluded fill:#e4e4e4\n"
			 "  classDef walked stroke-width:3px\n");
	for (int i = 0; i < g->n; i++) {
		const struct ts_graph_node *n = &g->nodes[i];
		confirmed = n->status != NULL && strcmp(n->status, "confirmed") == 0;
		excluded = n->status != NULL && strcmp(n->status, "excluded") == 0;
		if (n->cause) {
			ts_buf_printf(out, "  class n%d %s\n", i,
				confirmed  ? "confirmed"
				: excluded ? "excluded"
					   : "cause");
		}
		if (n->walked) {
			ts_buf_printf(out, "  class n%d walked\n", i);
		}
	}
	ts_graph_free(g);
}
