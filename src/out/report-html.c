/* out/report-html.c - the Markdown export as one HTML page: cmark's safe mode, a little style, no scripts,
 * nothing loaded from elsewhere. */
#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "out/report.h"

static const char head[] = "<!DOCTYPE html>\n"
			   "<html lang=\"en\">\n"
			   "<head>\n"
			   "<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
			   "style-src 'unsafe-inline'\">\n"
			   "<meta name=\"color-scheme\" content=\"light dark\">\n"
			   "<title>";
static const char style[] =
	"</title>\n"
	"<style>\n"
	"body { font: 16px/1.5 system-ui, sans-serif; max-width: 48em; margin: 2em auto; padding: 0 1em; }\n"
	"pre, code { font-family: ui-monospace, monospace; font-size: 0.95em; }\n"
	"pre { overflow-x: auto; padding: 0.6em 1em; border-left: 3px solid; }\n"
	"h2 { margin-top: 2em; }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n";

static void put_escaped(struct ts_buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&': ts_buf_puts(out, "&amp;"); break;
		case '<': ts_buf_puts(out, "&lt;"); break;
		case '>': ts_buf_puts(out, "&gt;"); break;
		default: ts_buf_putc(out, *s); break;
		}
	}
}

/* The text of the first heading, in the caller's buffer. */
static void put_title(cmark_node *document, struct ts_buf *out)
{
	cmark_node *heading = cmark_node_first_child(document);

	for (cmark_node *n = heading != NULL ? cmark_node_first_child(heading) : NULL; n != NULL;
		n = cmark_node_next(n)) {
		if (cmark_node_get_literal(n) != NULL) {
			put_escaped(out, cmark_node_get_literal(n));
		}
	}
}

/* CommonMark knows no task lists: "[ ]" at the start of an item becomes a box that can be read. cmark has
 * cut it into "[", " " and "]". */
static void draw_box(cmark_node *paragraph)
{
	cmark_node *n = cmark_node_first_child(paragraph);

	if (cmark_node_get_type(cmark_node_parent(paragraph)) != CMARK_NODE_ITEM || n == NULL ||
		cmark_node_get_type(n) != CMARK_NODE_TEXT ||
		!ts_str_starts(cmark_node_get_literal(n), "[ ]")) {
		return;
	}
	char *text = ts_xasprintf("\xe2\x98\x90%s", cmark_node_get_literal(n) + 3);

	cmark_node_set_literal(n, text);
	free(text);
}

void ts_report_html(const struct ts_report *r, struct ts_buf *out)
{
	struct ts_buf md;
	cmark_node *document;
	cmark_iter *it;
	char *html;

	ts_buf_init(&md, TS_BUF_MAX_TEXT);
	ts_report_markdown(r, &md);
	document = cmark_parse_document(ts_buf_str(&md), md.len, CMARK_OPT_VALIDATE_UTF8);
	cmark_consolidate_text_nodes(document);
	it = cmark_iter_new(document);
	for (cmark_event_type e = cmark_iter_next(it); e != CMARK_EVENT_DONE; e = cmark_iter_next(it)) {
		if (e == CMARK_EVENT_EXIT &&
			cmark_node_get_type(cmark_iter_get_node(it)) == CMARK_NODE_PARAGRAPH) {
			draw_box(cmark_iter_get_node(it));
		}
	}
	cmark_iter_free(it);
	html = cmark_render_html(
		document, CMARK_OPT_DEFAULT); /* without CMARK_OPT_UNSAFE: no raw HTML, no odd schemes */
	ts_buf_puts(out, head);
	put_title(document, out);
	ts_buf_puts(out, style);
	ts_buf_puts(out, html);
	ts_buf_puts(out, "</body>\n</html>\n");
	free(html);
	cmark_node_free(document);
	ts_buf_finish(&md);
}
