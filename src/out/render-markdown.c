/* out/render-markdown.c - CommonMark on the terminal: a loop over cmark's events (no recursion, so nesting
 * cannot hurt), one row of functions per kind of node (terminal.md R1-R10). */
#include "out/render-markdown.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "out/flow.h"

struct renderer {
	struct ts_flow flow;
	const struct ts_render_options *o;
	struct ts_links *links;
	struct ts_arena *arena;  /* addresses as hyperlinks need them */
	bool after_code;         /* a blank line follows code even in a tight list */
	size_t strong, emphasis; /* how many are open */
};

struct handler {
	void (*enter)(struct renderer *r, cmark_node *node);
	void (*leave)(struct renderer *r, cmark_node *node); /* NULL for leaves */
};

/* ---- blocks ---- */

/* Is a blank line due before this block? The first child stands where its parent began. */
static bool wants_gap(cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node), *list = NULL;

	if (cmark_node_previous(node) == NULL) {
		return false;
	}
	if (cmark_node_get_type(node) == CMARK_NODE_ITEM) {
		list = parent;
	} else if (cmark_node_get_type(parent) == CMARK_NODE_ITEM) {
		list = cmark_node_parent(parent);
	}
	return list == NULL || !cmark_node_get_list_tight(list);
}

static void begin_block(struct renderer *r, cmark_node *node)
{
	if (r->after_code || wants_gap(node)) {
		ts_flow_gap(&r->flow);
	}
	r->after_code = false;
}

static void end_paragraph(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_end(&r->flow);
}

static void enter_quote(struct renderer *r, cmark_node *node)
{
	begin_block(r, node);
	ts_flow_push(&r->flow, "> ", NULL, 2);
}

static void leave_level(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_pop(&r->flow);
}

static void enter_list(struct renderer *r, cmark_node *node)
{
	int last = cmark_node_get_list_start(node);

	begin_block(r, node);
	if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) {
		return;
	}
	/* The widest number, so that all can be right-aligned; the list remembers it for its items. */
	for (cmark_node *item = cmark_node_first_child(node); item != NULL; item = cmark_node_next(item)) {
		cmark_node_set_user_data(item, (void *)(intptr_t)last++);
	}
	cmark_node_set_user_data(node, (void *)(intptr_t)(last - 1));
}

static void enter_item(struct renderer *r, cmark_node *node)
{
	static const char blanks[] = "                    ";
	cmark_node *list = cmark_node_parent(node);
	char marker[32];
	int width = 2;

	begin_block(r, node);
	if (cmark_node_get_list_type(list) == CMARK_ORDERED_LIST) {
		int digits = snprintf(NULL, 0, "%d", (int)(intptr_t)cmark_node_get_user_data(list));

		width = snprintf(marker, sizeof(marker), "%*d. ", digits,
			(int)(intptr_t)cmark_node_get_user_data(node));
	} else {
		snprintf(marker, sizeof(marker), "- ");
	}
	ts_flow_push(&r->flow, blanks + sizeof(blanks) - 1 - width, marker, (size_t)width);
}

static void enter_heading(struct renderer *r, cmark_node *node)
{
	begin_block(r, node);
	r->flow.widest = 0;
	ts_flow_style(&r->flow, TS_BOLD, true);
}

static void leave_heading(struct renderer *r, cmark_node *node)
{
	static const char marks[] = { '\0', '=', '-', '\0', '\0', '\0', '\0' };
	char mark = marks[cmark_node_get_heading_level(node)];

	ts_flow_style(&r->flow, TS_BOLD, r->strong > 0);
	ts_flow_end(&r->flow);
	if (mark != '\0') {
		ts_flow_underline(&r->flow, mark);
	}
}

static void put_break(struct renderer *r, cmark_node *node)
{
	begin_block(r, node);
	ts_flow_puts(&r->flow, "* * *");
	ts_flow_end(&r->flow);
}

/* The literal of a node with the session's values in it; free it with free_literal. */
static const char *literal(struct renderer *r, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	if (text == NULL) {
		text = "";
	}
	return r->o->session != NULL && strchr(text, '{') != NULL ? ts_session_expand(r->o->session, text)
								  : text;
}

static void free_literal(cmark_node *node, const char *text)
{
	if (*text != '\0' && text != cmark_node_get_literal(node)) {
		free((void *)(uintptr_t)text);
	}
}

static void put_code(struct renderer *r, cmark_node *node)
{
	const char *text = literal(r, node);

	begin_block(r, node);
	ts_flow_code(&r->flow, text);
	free_literal(node, text);
	r->after_code = true;
}

/* ---- inlines ---- */

/* Is the link's text its address? Then the address is on the screen already. */
static bool shows_address(cmark_node *link)
{
	cmark_node *text = cmark_node_first_child(link);
	const char *url = cmark_node_get_url(link), *shown;

	if (text == NULL || cmark_node_next(text) != NULL || cmark_node_get_type(text) != CMARK_NODE_TEXT) {
		return false;
	}
	shown = cmark_node_get_literal(text);
	return strcmp(shown, url) == 0 || (ts_str_starts(url, "mailto:") && strcmp(shown, url + 7) == 0);
}

static void put_text(struct renderer *r, cmark_node *node)
{
	const char *text = literal(r, node);
	cmark_node *parent = cmark_node_parent(node);

	if (cmark_node_get_type(parent) == CMARK_NODE_LINK && shows_address(parent)) {
		ts_flow_put_solid(&r->flow, text, strlen(text));
	} else {
		ts_flow_put(&r->flow, text, strlen(text));
	}
	free_literal(node, text);
}

static void put_softbreak(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_blank(&r->flow);
}

static void put_linebreak(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_newline(&r->flow);
}

/* Code spans keep their marks in colour too: the text is the same on a terminal and in a pipe. */
static void put_code_span(struct renderer *r, cmark_node *node)
{
	const char *text = literal(r, node);
	const char *mark = strchr(text, '`') != NULL ? "``" : "`";

	ts_flow_put_solid(&r->flow, mark, strlen(mark));
	ts_flow_put_solid(&r->flow, text, strlen(text));
	ts_flow_put_solid(&r->flow, mark, strlen(mark));
	free_literal(node, text);
}

static void enter_emphasis(struct renderer *r, cmark_node *node)
{
	(void)node;
	r->emphasis++;
	ts_flow_style(&r->flow, TS_UNDERLINE, true);
}

static void leave_emphasis(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_style(&r->flow, TS_UNDERLINE, --r->emphasis > 0);
}

static void enter_strong(struct renderer *r, cmark_node *node)
{
	(void)node;
	r->strong++;
	ts_flow_style(&r->flow, TS_BOLD, true);
}

static void leave_strong(struct renderer *r, cmark_node *node)
{
	(void)node;
	ts_flow_style(&r->flow, TS_BOLD, --r->strong > 0);
}

/* Nothing to list: a place in the same text, or an address that its text shows. */
static bool is_listed(cmark_node *link)
{
	const char *url = cmark_node_get_url(link);

	return url != NULL && *url != '\0' && *url != '#' && !shows_address(link);
}

static void enter_link(struct renderer *r, cmark_node *node)
{
	const char *url = ts_url_encode(r->arena, cmark_node_get_url(node));

	if (ts_links_clickable(url)) {
		ts_flow_link(&r->flow, url);
	}
}

/* The number stands behind the text, in reach of those who cannot click. */
static void put_number(struct renderer *r, cmark_node *node)
{
	char number[32];
	int n;

	if (is_listed(node)) {
		n = snprintf(
			number, sizeof(number), "[%zu]", ts_links_add(r->links, cmark_node_get_url(node)));
		ts_flow_blank(&r->flow);
		ts_flow_put_solid(&r->flow, number, (size_t)n);
	}
}

static void leave_link(struct renderer *r, cmark_node *node)
{
	ts_flow_link(&r->flow, NULL);
	put_number(r, node);
}

/* ---- the loop ---- */

static void enter_block(struct renderer *r, cmark_node *node)
{
	begin_block(r, node);
}

static void ignore(struct renderer *r, cmark_node *node)
{
	(void)r;
	(void)node;
}

static const struct handler handlers[] = {
	[CMARK_NODE_NONE] = { ignore, NULL },
	[CMARK_NODE_DOCUMENT] = { ignore, ignore },
	[CMARK_NODE_BLOCK_QUOTE] = { enter_quote, leave_level },
	[CMARK_NODE_LIST] = { enter_list, ignore },
	[CMARK_NODE_ITEM] = { enter_item, leave_level },
	[CMARK_NODE_CODE_BLOCK] = { put_code, NULL },
	[CMARK_NODE_HTML_BLOCK] = { put_code, NULL },
	[CMARK_NODE_CUSTOM_BLOCK] = { enter_block, ignore },
	[CMARK_NODE_PARAGRAPH] = { enter_block, end_paragraph },
	[CMARK_NODE_HEADING] = { enter_heading, leave_heading },
	[CMARK_NODE_THEMATIC_BREAK] = { put_break, NULL },
	[CMARK_NODE_TEXT] = { put_text, NULL },
	[CMARK_NODE_SOFTBREAK] = { put_softbreak, NULL },
	[CMARK_NODE_LINEBREAK] = { put_linebreak, NULL },
	[CMARK_NODE_CODE] = { put_code_span, NULL },
	[CMARK_NODE_HTML_INLINE] = { put_text, NULL },
	[CMARK_NODE_CUSTOM_INLINE] = { ignore, ignore },
	[CMARK_NODE_EMPH] = { enter_emphasis, leave_emphasis },
	[CMARK_NODE_STRONG] = { enter_strong, leave_strong },
	[CMARK_NODE_LINK] = { enter_link, leave_link },
	[CMARK_NODE_IMAGE] = { ignore, put_number },
};

_Static_assert(TS_COUNT(handlers) == CMARK_NODE_LAST_INLINE + 1, "a row for each kind of node");

static void walk(struct renderer *r, cmark_node *document)
{
	cmark_iter *it = cmark_iter_new(document);
	cmark_event_type event;
	size_t start = r->flow.out->len;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);
		const struct handler *h = &handlers[cmark_node_get_type(node)];

		if (event == CMARK_EVENT_ENTER) {
			h->enter(r, node);
		} else if (h->leave != NULL) {
			h->leave(r, node);
		}
		if (r->flow.out->overflow) {
			break;
		}
		if (r->o->max > 0 && r->flow.out->len - start > r->o->max) {
			ts_flow_end(&r->flow);
			ts_flow_gap(&r->flow);
			ts_flow_puts(&r->flow, "(The rest of this text is left out: it is too long.)");
			break;
		}
	}
	ts_flow_style(&r->flow, TS_BOLD, false);
	ts_flow_style(&r->flow, TS_UNDERLINE, false);
	ts_flow_link(&r->flow, NULL);
	ts_flow_end(&r->flow);
	cmark_iter_free(it);
}

static void list_links(struct renderer *r)
{
	const struct ts_look *look = r->o->look;
	struct ts_flow f;

	if (ts_links_count(r->links) == 0) {
		return;
	}
	ts_buf_putc(r->flow.out, '\n');
	ts_flow_init(&f, look, r->o->indent, r->flow.out);
	ts_flow_style(&f, TS_BOLD, true);
	ts_flow_puts(&f, "Links");
	ts_flow_style(&f, TS_BOLD, false);
	ts_flow_end(&f);
	ts_flow_finish(&f);
	ts_links_render(r->links, r->o->indent, look, r->flow.out);
}

void ts_render_markdown_with(
	const char *markdown, size_t n, const struct ts_render_options *o, struct ts_buf *out)
{
	struct renderer r = { .o = o };
	cmark_node *document = cmark_parse_document(markdown, n, CMARK_OPT_VALIDATE_UTF8);

	r.links = o->links != NULL ? o->links : ts_links_new();
	r.arena = ts_arena_new();
	ts_flow_init(&r.flow, o->look, o->indent, out);
	if (o->marker != NULL) {
		size_t w = strlen(o->marker);
		char *blanks = ts_xasprintf("%*s", (int)w, "");

		ts_flow_push(&r.flow, blanks, o->marker, w);
		free(blanks);
	}
	walk(&r, document);
	if (o->links == NULL) {
		list_links(&r);
		ts_links_free(r.links);
	}
	ts_arena_free(r.arena);
	ts_flow_finish(&r.flow);
	cmark_node_free(document);
}

void ts_render_markdown(
	const char *markdown, size_t n, int indent, const struct ts_look *look, struct ts_buf *out)
{
	struct ts_render_options o = { .look = look, .indent = indent > 0 ? (size_t)indent : 0 };

	ts_render_markdown_with(markdown, n, &o, out);
}
