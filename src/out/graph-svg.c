/* out/graph-svg.c - an entry as SVG, without any other program: a layer of boxes below the other, and lines between. */
#include "out/graph.h"

#include <string.h>

#include "base/utf8.h"
#include "out/graph-int.h"

#define BOX_W      210
#define LANE       10 /* width of a way that passes boxes */
#define GAP_X      26
#define GAP_Y      88
#define MARGIN     24
#define TITLE      44 /* height of the title's line */
#define LINE_H     16
#define BOX_H      (LINE_H * LINES + 14)
#define WIDTH      28 /* code points of a line in a box */
#define LINES      4
#define LEVELS     4  /* labels of a box's ways stand at so many heights */
#define TITLE_CHAR 10 /* width of a letter of the title, at most */
#define TIP        3  /* a way ends so far above its box */

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

static int x_of(const struct ts_graph *g, int node)
{
	return MARGIN + g->nodes[node].x;
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
	int x = x_of(g, i), y = y_of(g, i), lines = 1;
	const char *text = ts_graph_wrap(g->arena, n->title, WIDTH, LINES, "\n");
	for (const char *p = text; *p != 0; p++) {
		lines += *p == '\n';
	}
	ts_buf_printf(out, "<g class=\"%s%s%s\"><title>", class_of(n), n->foreign ? " foreign" : "",
		n->walked ? " walked" : "");
	put_xml(out, n->title);
	ts_buf_printf(out, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
		x - BOX_W / 2, y, BOX_W, BOX_H, n->cause ? 3 : 22);
	y += (BOX_H - lines * LINE_H) / 2 + LINE_H - 4;
	for (; *text != 0; y += LINE_H) {
		size_t len = strcspn(text, "\n");
		ts_buf_printf(out, "<text x=\"%d\" y=\"%d\">", x, y);
		put_xml(out, ts_arena_strndup(g->arena, text, len));
		ts_buf_puts(out, "</text>");
		text += len + (text[len] == '\n');
	}
	ts_buf_puts(out, "</g>\n");
}

/* Where a way is in the layer below its box. */
static int next_x(const struct ts_graph *g, const struct ts_graph_edge *e)
{
	return MARGIN + (e->to < 0 ? g->nodes[e->from].x : e->nlanes > 0 ? e->lanes[0] : g->nodes[e->to].x);
}

static void put_bend(int x1, int y1, int x2, int y2, struct ts_buf *out)
{
	int half = (y2 - y1) / 2;
	ts_buf_printf(out, "C%d %d %d %d %d %d", x1, y1 + half, x2, y2 - half, x2, y2);
}

/* Where put_bend's way is at the height y. */
static int bend_at(int x1, int y1, int x2, int y2, int y)
{
	double low = 0, high = 1, share = (double)(y - y1) / (y2 - y1);
	for (int i = 0; i < 12; i++) {
		double t = (low + high) / 2;
		if (1.5 * t * (1 - t) + t * t * t < share) {
			low = t;
		} else {
			high = t;
		}
	}
	return x1 + (int)((x2 - x1) * low * low * (3 - 2 * low));
}

/* The ways out of a box begin side by side, in the order of where they go. */
static void put_edge(const struct ts_graph *g, int i, struct ts_buf *out)
{
	const struct ts_graph_edge *e = &g->edges[i];
	int of = 0, nth = 0, mine = next_x(g, e);
	for (int k = 0; k < g->nedges; k++) {
		if (g->edges[k].from == e->from) {
			int other = next_x(g, &g->edges[k]);
			of++;
			nth += other < mine || (other == mine && k < i);
		}
	}
	int x = x_of(g, e->from) - BOX_W / 2 + BOX_W * (nth + 1) / (of + 1), y = y_of(g, e->from) + BOX_H;
	int label_y = y + 15 + nth % LEVELS * 12,
	    label_x = e->to < 0 ? x : bend_at(x, y, mine, y + GAP_Y, label_y - 4);
	ts_buf_printf(out, "<g class=\"way%s\"><path d=\"M%d %d", e->walked ? " walked" : "", x, y);
	if (e->to < 0) {
		ts_buf_printf(out, "L%d %d", x, y + 15 + LEVELS * 12);
	}
	for (int k = 0; k < e->nlanes; k++) {
		int top = y_of(g, e->from) + (k + 1) * (BOX_H + GAP_Y);
		put_bend(x, y, MARGIN + e->lanes[k], top, out);
		x = MARGIN + e->lanes[k];
		y = top + BOX_H;
		ts_buf_printf(out, "L%d %d", x, y);
	}
	if (e->to >= 0) {
		put_bend(x, y, x_of(g, e->to), y_of(g, e->to) - TIP, out);
	}
	ts_buf_printf(out, "\" marker-end=\"url(#%s)\"/><text x=\"%d\" y=\"%d\">", e->to >= 0 ? "tip" : "end",
		label_x, label_y);
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
	const struct ts_graph_sizes sizes = { BOX_W, LANE, GAP_X };
	ts_graph_place(g, &sizes);
	int title = (int)ts_text_width(e->title, strlen(e->title)) * TITLE_CHAR;
	int width = 2 * MARGIN + (g->width > title ? g->width : title);
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
	/* What was walked lies above what was not. */
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < g->nedges; i++) {
			if (g->edges[i].walked == (pass == 1)) {
				put_edge(g, i, out);
			}
		}
	}
	for (int i = 0; i < g->n; i++) {
		put_node(g, i, out);
	}
	ts_buf_puts(out, "</svg>\n");
	ts_graph_free(g);
}
