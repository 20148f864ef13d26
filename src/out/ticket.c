/* out/ticket.c - writing Markdown for a ticket. */
#include "out/ticket.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/gate.h"
#include "base/str.h"
#include "out/links.h"

void ts_ticket_raw(struct ts_ticket *m, const char *s)
{
	ts_buf_puts(m->out, s);
}

static char *gated(const char *s, unsigned flags)
{
	struct ts_buf b;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_gate_puts(&b, s, flags);
	return ts_buf_take(&b);
}

void ts_ticket_text(struct ts_ticket *m, const char *s)
{
	char *clean = gated(s != NULL ? ts_redact(m->redact, s) : "", 0);
	size_t digits = strspn(clean, "0123456789");

	for (size_t i = 0; clean[i] != '\0'; i++) {
		bool starts = (i == 0 && strchr("-+=", clean[i]) != NULL) ||
			      (i == digits && digits > 0 && (clean[i] == '.' || clean[i] == ')'));

		if (starts || strchr("\\`*_[]<>&#|~!", clean[i]) != NULL) {
			ts_buf_putc(m->out, '\\');
		}
		ts_buf_putc(m->out, clean[i]);
	}
	free(clean);
}

static size_t longest_run(const char *s, char c)
{
	size_t longest = 0, run = 0;

	for (; *s != '\0'; s++) {
		run = *s == c ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* A code span with more backticks around it than in it. */
void ts_ticket_code(struct ts_ticket *m, const char *s)
{
	char *clean = gated(s != NULL ? ts_redact(m->redact, s) : "", 0);
	size_t ticks = longest_run(clean, '`') + 1;
	bool pad = *clean == '\0' || strchr("` ", *clean) != NULL ||
		   strchr("` ", clean[strlen(clean) - 1]) != NULL;

	ts_buf_fill(m->out, '`', ticks);
	ts_ticket_raw(m, pad ? " " : "");
	ts_ticket_raw(m, clean);
	ts_ticket_raw(m, pad ? " " : "");
	ts_buf_fill(m->out, '`', ticks);
	free(clean);
}

void ts_ticket_lines(struct ts_ticket *m, const char *s, size_t indent, bool first)
{
	struct ts_str rest = ts_str_of(s), line;

	while (ts_str_line(&rest, &line)) {
		if (first && line.n > 0) {
			ts_buf_fill(m->out, ' ', indent);
		}
		ts_buf_put(m->out, line.p, line.n);
		ts_buf_putc(m->out, '\n');
		first = true;
	}
}

void ts_ticket_fence(struct ts_ticket *m, const char *shell, const char *s, size_t indent)
{
	char *expanded = ts_session_expand(m->s, s);
	char *clean = gated(ts_redact(m->redact, expanded), TS_GATE_NEWLINES | TS_GATE_TABS);
	size_t ticks = longest_run(clean, '`') + 1;
	struct ts_buf b;

	ticks = ticks < 3 ? 3 : ticks;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_fill(&b, '`', ticks);
	for (const char *c = shell; *c != '\0'; c++) { /* an info string is one word */
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')) {
			ts_buf_putc(&b, *c);
		}
	}
	ts_buf_printf(&b, "\n%s\n", clean);
	ts_buf_fill(&b, '`', ticks);
	ts_buf_putc(&b, '\n');
	ts_ticket_lines(m, ts_buf_str(&b), indent, true);
	ts_buf_finish(&b);
	free(clean);
	free(expanded);
}

/* ---- Markdown of the entry ---- */

/* Replace what a leaf says; HTML becomes code, so that it is seen and not obeyed. */
static void clean_leaf(struct ts_ticket *m, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);
	const char *literal = cmark_node_get_literal(node);
	bool block = type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_BLOCK;
	cmark_node *target = node;

	if (literal == NULL) {
		return;
	}
	char *expanded = m->s != NULL ? ts_session_expand(m->s, literal) : ts_xstrdup(literal);
	char *clean = gated(ts_redact(m->redact, expanded), block ? TS_GATE_NEWLINES | TS_GATE_TABS : 0);

	if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
		target = cmark_node_new(block ? CMARK_NODE_CODE_BLOCK : CMARK_NODE_CODE);
		cmark_node_insert_before(node, target);
		cmark_node_unlink(node);
		cmark_node_free(node);
	}
	cmark_node_set_literal(target, clean);
	free(clean);
	free(expanded);
}

/* Addresses keep to plain characters; those within the entry lead nowhere in a ticket. */
static void clean_link(struct ts_ticket *m, cmark_node *node)
{
	const char *url = ts_url_encode(m->a, cmark_node_get_url(node));

	cmark_node_set_url(node, ts_links_clickable(url) ? url : "");
	cmark_node_set_title(node, "");
}

/* An image becomes its text: a ticket loads nothing from elsewhere. */
static void unwrap(cmark_node *image)
{
	cmark_node *child;

	while ((child = cmark_node_first_child(image)) != NULL) {
		cmark_node_insert_before(image, child);
	}
	cmark_node_unlink(image);
	cmark_node_free(image);
}

void ts_ticket_fragment(struct ts_ticket *m, const char *md, size_t n, size_t indent)
{
	cmark_node *document = cmark_parse_document(md, n, CMARK_OPT_VALIDATE_UTF8);
	cmark_iter *it = cmark_iter_new(document);
	cmark_event_type event;
	char *rendered;

	while ((event = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(it);
		cmark_node_type type = cmark_node_get_type(node);

		if (event != CMARK_EVENT_ENTER) {
			if (type == CMARK_NODE_IMAGE) {
				unwrap(node);
			}
			continue;
		}
		if (type == CMARK_NODE_LINK) {
			clean_link(m, node);
		} else if (type == CMARK_NODE_HEADING) {
			cmark_node_set_heading_level(node, 4); /* below the ticket's own */
		} else {
			clean_leaf(m, node);
		}
	}
	cmark_iter_free(it);
	rendered = cmark_render_commonmark(document, CMARK_OPT_DEFAULT, 0);
	ts_ticket_lines(m, rendered, indent, false);
	free(rendered);
	cmark_node_free(document);
}

void ts_ticket_section(struct ts_ticket *m, const char *title)
{
	ts_ticket_raw(m, "\n## ");
	ts_ticket_raw(m, title);
	ts_ticket_raw(m, "\n\n");
}
