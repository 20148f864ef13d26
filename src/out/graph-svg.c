/* out/graph-svg.c - an entry as SVG, without any other program: a layer of boxes below the other, and lines between. */
#include "out/graph.h"

#include <string.h>

#include "out/graph-int.h"

#define BOX_W  210
#define BOX_H  86
#define GAP_X  40
#define GAP_Y  74
#define MARGIN 24
#define TITLE  40 /* height of the title's line */
#define LINE_H 16
#define WIDTH  28 /* code points of a line in a box */
#define LINES  4

static void put_xml(struct ts_buf *out, const char *text)
{
	for (const char *p = text; *p != 0; p++) {
		switch (*p) {
		case '&': ts_buf_puts(out, "&amp;"); break;
		case '<': ts_buf_puts(out, "&lt;"); break;
		case '>': ts_buf_puts(out, "&gt;"); break;
		case '"': ts_buf_puts(out, "&quot;"); break;
		default: ts_buf_putc(out, (unsigned char)*p < ' ' ? ' ' : *p);
		}
	}
}

/* Left edge of a node: each layer stands in the middle. */
static int x_of(const struct ts_graph *g, int node)
{
	int layer = g->nodes[node].layer, n = 0;
	for (int i = 0; i < g->n; i++) {
		n += g->nodes[i].layer == layer;
	}
	return MARGIN + (g->widest - n) * (BOX_W + GAP_X) / 2 + g->nodes[node].place * (BOX_W + GAP_X);
}

static int y_of(const struct ts_graph *g, int node)
{
	return MARGIN + TITLE + g->nodes[node].layer * (BOX_H + GAP_Y);
}

static const char *class_of(const struct ts_graph_node *n)
{
	return !n->cause                                                  ? "question"
	       : n->status != NULL && strcmp(n->status, "confirmed") == 0 ? "confirmed"
	       : n->status != NULL && strcmp(n->status, "excluded") == 0  ? "excluded"
									  : "cause";
}

static void put_node(const struct ts_graph *g, int i, struct ts_buf *out)
{
	const struct ts_graph_node *n = &g->nodes[i];
	int x = x_of(g, i), y = y_of(g, i), line = 0;
	const char *text = ts_graph_wrap(g->arena, n->title, WIDTH, LINES, "\n");
	ts_buf_printf(out, "<g class=\"%s%s%s\"><title>", class_of(n), n->foreign ? " foreign" : "",
		n->walked ? " walked" : "");
	put_xml(out, n->title);
	ts_buf_printf(out, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", x, y,
		BOX_W, BOX_H, n->cause ? 3 : 22);
	while (*text != 0) {
		size_t len = strcspn(text, "\n");
		ts_buf_printf(out, "<text x=\"%d\" y=\"%d\">", x + BOX_W / 2, y + 22 + line++ * LINE_H);
		put_xml(out, ts_arena_strndup(g->arena, text, len));
		ts_buf_puts(out, "</text>");
		text += len + (text[len] == '\n');
	}
	ts_buf_puts(out, "</g>\n");
}

/* The i-th of the ways out of a node begins a little further right than the one before. */
static void put_edge(const struct ts_graph *g, int i, struct ts_buf *out)
{
	const struct ts_graph_edge *e = &g->edges[i];
	int of = 0, nth = 0;
	for (int k = 0; k < g->nedges; k++) {
		of += g->edges[k].from == e->from;
		nth += k < i && g->edges[k].from == e->from;
	}
	int x1 = x_of(g, e->from) + BOX_W * (nth + 1) / (of + 1), y1 = y_of(g, e->from) + BOX_H;
	int x2 = e->to >= 0 ? x_of(g, e->to) + BOX_W / 2 : x1, y2 = e->to >= 0 ? y_of(g, e->to) : y1 + 34;
	ts_buf_printf(out,
		"<g class=\"way%s\"><path d=\"M%d %d C%d %d %d %d %d %d\" marker-end=\"url(#%s)\"/>",
		e->walked ? " walked" : "", x1, y1, x1, y1 + GAP_Y / 2, x2, y2 - GAP_Y / 2, x2, y2,
		e->to >= 0 ? "tip" : "end");
	ts_buf_printf(out, "<text x=\"%d\" y=\"%d\">", x1, y1 + 14 + nth % 3 * 11);
	put_xml(out, e->label);
	ts_buf_puts(out, "</text></g>\n");
}

void ts_graph_svg(const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out)
{
	static const char style[] =
		"<style>text{font:13px sans-serif;text-anchor:middle}.way "
		"text{font-size:10px;paint-order:stroke;stroke:#fff;"
		"stroke-width:3px}.way path{fill:none;stroke:#667;stroke-width:1.2}.way.walked "
		"path{stroke:#111;stroke-width:3.5}"
		"rect{stroke:#667;fill:#eef3fb}.cause rect{fill:#fdf3d8}.confirmed "
		"rect{fill:#f7c9c4}.excluded rect{fill:#e4e4e4}"
		".foreign rect{stroke-dasharray:5 3}.walked "
		"rect{stroke:#111;stroke-width:3.5}.title{font:bold 16px sans-serif;"
		"text-anchor:start}</style>\n"
		"<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" "
		"orient=\"auto\" "
		"markerUnits=\"userSpaceOnUse\"><path d=\"M0 0L8 4L0 8z\" fill=\"#667\"/></marker><marker "
		"id=\"end\" markerWidth=\"8\" "
		"markerHeight=\"8\" refX=\"4\" refY=\"4\" markerUnits=\"userSpaceOnUse\"><circle cx=\"4\" "
		"cy=\"4\" r=\"3\" fill=\"#667\"/>"
		"</marker></defs>\n";
	struct ts_graph *g = ts_graph_new(e, s);
	int width = 2 * MARGIN + g->widest * (BOX_W + GAP_X) - GAP_X;
	int height = 2 * MARGIN + TITLE + g->nlayers * (BOX_H + GAP_Y);
	ts_buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n<title>",
		width, height, width, height);
	put_xml(out, e->title);
	ts_buf_printf(out, "</title>\n%s<rect width=\"%d\" height=\"%d\" style=\"fill:#fff;stroke:none\"/>\n",
		style, width, height);
	ts_buf_printf(out, "<text class=\"title\" x=\"%d\" y=\"%d\">", MARGIN, MARGIN + 12);
	put_xml(out, e->title);
	ts_buf_puts(out, "</text>\n");
	for (int i = 0; i < g->nedges; i++) {
		put_edge(g, i, out);
	}
	for (int i = 0; i < g->n; i++) {
		put_node(g, i, out);
	}
	ts_buf_puts(out, "</svg>\n");
	ts_graph_free(g);
}
