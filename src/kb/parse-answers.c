/* kb/parse-answers.c - the bullet list at the end of a node: - **label** explanation: [where it
 * leads](target) */
#include <string.h>
#include "kb/parse-int.h"

#define SHAPE "an answer is written \"- **label** explanation: [where it leads](#anchor)\""

bool ts_answers_look(cmark_node *list)
{
	cmark_node *item = cmark_node_first_child(list);
	cmark_node *paragraph = item != NULL ? cmark_node_first_child(item) : NULL;
	cmark_node *first = paragraph != NULL ? cmark_node_first_child(paragraph) : NULL;

	return first != NULL && cmark_node_get_type(first) == CMARK_NODE_STRONG;
}

/* Cut blanks, and the colons that join an answer's parts, off both ends of [*from, *to). */
static void trim(const struct ts_parse *p, size_t *from, size_t *to)
{
	while (*from < *to && strchr(" \t\r\n:", p->text[*from]) != NULL) {
		(*from)++;
	}
	while (*to > *from && strchr(" \t\r\n:", p->text[*to - 1]) != NULL) {
		(*to)--;
	}
}

/* The last "](" of [from, to), or to. */
static size_t last_target(const struct ts_parse *p, size_t from, size_t to)
{
	for (size_t i = to; i >= from + 2; i--) {
		if (p->text[i - 2] == ']' && p->text[i - 1] == '(') {
			return i - 2;
		}
	}
	return to;
}

/* The '[' that the ']' at `close` belongs to. */
static size_t open_bracket(const struct ts_parse *p, size_t from, size_t close)
{
	int depth = 0;

	for (size_t i = close + 1; i > from; i--) {
		char c = p->text[i - 1];

		if (i - 1 > from && p->text[i - 2] == '\\') {
			continue;
		}
		depth += (c == ']') - (c == '[');
		if (depth == 0) {
			return i - 1;
		}
	}
	return close;
}

/* The way on: the link at the end of the paragraph. *to moves to its beginning. */
static void read_link(struct ts_parse *p, struct ts_answer *a, cmark_node *link, size_t from, size_t *to)
{
	const char *url = cmark_node_get_url(link);
	size_t close = last_target(p, from, *to), n = strlen(url);
	bool outside;

	if (close == *to) {
		PARSE_ERROR(p, "answer", a->span,
			"write the link as [where it leads](#anchor): other forms are not read");
		return;
	}
	a->target_span.off = close + 2 + (p->text[close + 2] == '<');
	if (a->target_span.off + n <= *to && memcmp(p->text + a->target_span.off, url, n) == 0) {
		a->target_span.len = n;
	}
	*to = open_bracket(p, from, close);
	a->link_text = ts_text_plain(p, link);
	a->target = ts_arena_strdup(p->r.arena, url);
	if (!ts_link_resolve(p, url, a->target_span, &a->target_entry, &a->target_anchor, &outside)) {
		/* reported; it must not count as a dead end or as a link to this file */
		a->target_anchor = "";
	}
}

static bool leads_on(cmark_node *n)
{
	const char *url = cmark_node_get_type(n) == CMARK_NODE_LINK ? cmark_node_get_url(n) : NULL;

	return url != NULL && strstr(url, "://") == NULL && strncmp(url, "mailto:", 7) != 0;
}

/* The link that ends the paragraph and leads on, or NULL. */
static cmark_node *final_link(struct ts_parse *p, struct ts_answer *a, cmark_node *paragraph)
{
	cmark_node *last = cmark_node_last_child(paragraph), *found = NULL;

	for (cmark_node *n = cmark_node_first_child(paragraph); n != NULL; n = cmark_node_next(n)) {
		if (!leads_on(n)) {
			continue;
		}
		if (n == last) {
			found = n;
		} else {
			PARSE_ERROR(p, "answer", a->span,
				"the link \"%s\" must be the last thing in the answer, and the only one that "
				"leads on",
				cmark_node_get_url(n));
		}
	}
	return found;
}

static bool read_answer(struct ts_parse *p, cmark_node *item, struct ts_answer *a)
{
	cmark_node *paragraph = cmark_node_first_child(item), *strong, *link;
	struct ts_span whole;
	size_t from, to, label_end;
	const char *mark, *close;

	a->to = -1;
	a->span = ts_text_first_line(p, item);
	strong = paragraph != NULL ? cmark_node_first_child(paragraph) : NULL;
	if (strong == NULL || cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH ||
		cmark_node_get_type(strong) != CMARK_NODE_STRONG) {
		PARSE_ERROR(
			p, "answer", a->span, "this answer does not begin with its label in bold: " SHAPE);
		return false;
	}
	if (cmark_node_next(paragraph) != NULL) {
		PARSE_ERROR(p, "answer", ts_text_first_line(p, cmark_node_next(paragraph)),
			"an answer is one paragraph: " SHAPE);
	}
	whole = ts_text_span(p, paragraph);
	a->label = ts_text_plain(p, strong);
	if (a->label[strspn(a->label, " ")] == '\0') {
		PARSE_ERROR(p, "answer", a->span, "this answer's label is empty: " SHAPE);
		return false;
	}
	/* the label's own text cannot hold its closing mark, escapes aside */
	mark = p->text + whole.off;
	close = memmem(mark + 2, whole.len - 2, mark[0] == '_' ? "__" : "**", 2);
	label_end = close != NULL ? (size_t)(close - p->text) : whole.off;
	from = close != NULL ? label_end + 2 : whole.off;
	to = whole.off + whole.len;
	a->span = close != NULL ? (struct ts_span){ whole.off + 2, label_end - whole.off - 2 } : a->span;
	link = final_link(p, a, paragraph);
	if (link != NULL) {
		read_link(p, a, link, from, &to);
	}
	trim(p, &from, &to);
	a->text = ts_text_flat(p, from, to);
	return true;
}

void ts_answers_read(struct ts_parse *p, struct ts_node *n, cmark_node *list)
{
	size_t cap = 0;

	for (cmark_node *item = cmark_node_first_child(list); item != NULL; item = cmark_node_next(item)) {
		if (n->nanswers == TS_ENTRY_ITEMS_MAX) {
			PARSE_ERROR(p, "limit", ts_text_first_line(p, item),
				"a node may have %d answers, not more", TS_ENTRY_ITEMS_MAX);
			return;
		}
		TS_ARENA_GROW(p->r.arena, n->answers, cap, n->nanswers);
		memset(&n->answers[n->nanswers], 0, sizeof(*n->answers));
		n->nanswers += read_answer(p, item, &n->answers[n->nanswers]);
	}
}
