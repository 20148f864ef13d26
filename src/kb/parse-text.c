/* kb/parse-text.c - from cmark's blocks back to the source: lines, spans, slices, links. */
#include "kb/parse-int.h"

#include <string.h>
#include "base/str.h"

size_t ts_text_line(const struct ts_parse *p, int line)
{
	size_t i = line < 1 ? 0 : (size_t)line - 1;

	return p->lines[i < p->nlines ? i : p->nlines];
}

size_t ts_text_line_end(const struct ts_parse *p, int line)
{
	size_t start = ts_text_line(p, line), end = ts_text_line(p, line + 1);

	while (end > start && (p->text[end - 1] == '\n' || p->text[end - 1] == '\r')) {
		end--;
	}
	return end;
}

static bool blank(const struct ts_parse *p, int line)
{
	size_t at = ts_text_line(p, line), end = ts_text_line_end(p, line);

	while (at < end && (p->text[at] == ' ' || p->text[at] == '\t')) {
		at++;
	}
	return at == end;
}

int ts_text_first(const struct ts_parse *p, cmark_node *block)
{
	return cmark_node_get_start_line(block) + p->cut;
}

int ts_text_last(const struct ts_parse *p, cmark_node *block)
{
	int first = ts_text_first(p, block), last = cmark_node_get_end_line(block) + p->cut;

	/* cmark 0.30 gives a one-line HTML block the line before it as its end */
	last = last > first ? last : first;
	while (last > first && blank(p, last)) {
		last--;
	}
	return last;
}

struct ts_span ts_text_span(const struct ts_parse *p, cmark_node *block)
{
	int column = cmark_node_get_start_column(block);
	size_t off = ts_text_line(p, ts_text_first(p, block)) + (size_t)(column > 0 ? column - 1 : 0);
	size_t end = ts_text_line_end(p, ts_text_last(p, block));

	return (struct ts_span){ off < end ? off : end, off < end ? end - off : 0 };
}

struct ts_span ts_text_first_line(const struct ts_parse *p, cmark_node *block)
{
	struct ts_span s = ts_text_span(p, block);
	size_t end = ts_text_line_end(p, ts_text_first(p, block));

	return (struct ts_span){ s.off, end > s.off ? end - s.off : 0 };
}

void ts_text_lines(const struct ts_parse *p, int first, int last, int indent, struct ts_buf *out)
{
	for (int line = first; line <= last; line++) {
		size_t at = ts_text_line(p, line), end = ts_text_line_end(p, line);

		for (int column = 0; at < end && column < indent; at++) {
			if (p->text[at] != ' ' && p->text[at] != '\t') {
				break;
			}
			column += p->text[at] == '\t' ? 4 - column % 4 : 1;
		}
		ts_buf_put(out, p->text + at, end - at);
		ts_buf_putc(out, '\n');
	}
}

const char *ts_text_slice(const struct ts_parse *p, int first, int last, int indent)
{
	struct ts_buf b;
	const char *text;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_text_lines(p, first, last, indent, &b);
	while (b.len > 0 && strchr(" \t\n", b.data[b.len - 1]) != NULL) {
		b.len--;
	}
	text = ts_arena_strndup(p->r.arena, b.len > 0 ? b.data : "", b.len);
	ts_buf_finish(&b);
	return text;
}

const char *ts_text_flat(const struct ts_parse *p, size_t from, size_t to)
{
	char *out = ts_arena_alloc(p->r.arena, to - from + 1);
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		char c = p->text[i];

		if (c != '\n' && c != '\r') {
			out[n++] = c;
			continue;
		}
		while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '\t')) {
			n--;
		}
		while (i + 1 < to && strchr(" \t\r\n", p->text[i + 1]) != NULL) {
			i++;
		}
		out[n++] = ' ';
	}
	while (n > 0 && strchr(" \t", out[n - 1]) != NULL) {
		n--;
	}
	out[n] = '\0';
	return out + strspn(out, " \t");
}

const char *ts_text_plain(const struct ts_parse *p, cmark_node *node)
{
	cmark_iter *it = cmark_iter_new(node);
	cmark_event_type ev;
	struct ts_buf b;
	const char *text;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	while ((ev = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *n = cmark_iter_get_node(it);
		const char *literal = cmark_node_get_literal(n);

		if (ev != CMARK_EVENT_ENTER) {
			continue;
		}
		switch (cmark_node_get_type(n)) {
		case CMARK_NODE_TEXT:
		case CMARK_NODE_CODE: ts_buf_puts(&b, literal != NULL ? literal : ""); break;
		case CMARK_NODE_SOFTBREAK:
		case CMARK_NODE_LINEBREAK: ts_buf_putc(&b, ' '); break;
		default: break;
		}
	}
	cmark_iter_free(it);
	text = ts_arena_strdup(p->r.arena, ts_buf_str(&b));
	ts_buf_finish(&b);
	return text;
}

/* Length of the run of fence characters that a line begins with behind blanks and list or quote marks; 0 =
 * none. */
static size_t fence(const struct ts_parse *p, size_t at, size_t end, char *c)
{
	size_t n = 0;

	while (at < end && p->text[at] != '`' && p->text[at] != '~') {
		at++;
	}
	for (*c = at < end ? p->text[at] : '\0'; at + n < end && p->text[at + n] == *c; n++) {
	}
	return n >= 3 ? n : 0;
}

bool ts_text_fenced(const struct ts_parse *p, cmark_node *code, bool *closed)
{
	int first = ts_text_first(p, code), last = cmark_node_get_end_line(code) + p->cut;
	char open, close;
	size_t start = ts_text_span(p, code).off;
	size_t n = fence(p, start, ts_text_line_end(p, first), &open);

	*closed = last > first && fence(p, ts_text_line(p, last), ts_text_line_end(p, last), &close) >= n &&
		  close == open;
	/* an indented block's text may begin with a fence, too: it then starts 4 columns in and has no
	 * info */
	return n > 0 && start < p->len && p->text[start] == open;
}

/* "|---|:--|" */
static bool delimiter_row(const struct ts_parse *p, int line)
{
	size_t at = ts_text_line(p, line), end = ts_text_line_end(p, line);
	bool dash = false, bar = false;

	for (; at < end; at++) {
		char c = p->text[at];

		dash |= c == '-';
		bar |= c == '|';
		if (strchr("|:- \t", c) == NULL) {
			return false;
		}
	}
	return dash && bar;
}

static void check_table(struct ts_parse *p, cmark_node *paragraph)
{
	int last = ts_text_last(p, paragraph);

	for (int line = ts_text_first(p, paragraph) + 1; line <= last; line++) {
		if (delimiter_row(p, line)) {
			size_t off = ts_text_line(p, line);
			struct ts_span s = { off, ts_text_line_end(p, line) - off };

			PARSE_ERROR(p, "table", s,
				"this looks like a table, which CommonMark does not have: write a list");
		}
	}
}

/* Find text between *cursor and end, moving *cursor behind it; inlines have no reliable position of their
 * own. What is not found (it was written with escapes) ends the search in this paragraph, so that hostile
 * text costs no more than its length. */
static struct ts_span locate(
	const struct ts_parse *p, size_t *cursor, size_t end, const char *before, const char *text)
{
	size_t nb = strlen(before), n = strlen(text);

	for (size_t i = *cursor; i + nb + n <= end; i++) {
		const char *at = p->text + i;

		if (at[0] == (nb > 0 ? before[0] : text[0]) && memcmp(at, before, nb) == 0 &&
			memcmp(at + nb, text, n) == 0) {
			*cursor = i + nb + n;
			return (struct ts_span){ i + nb, n };
		}
	}
	*cursor = end;
	return (struct ts_span){ end, 0 };
}

static void add_link(struct ts_parse *p, const char *target, struct ts_span span)
{
	struct ts_entry *e = p->e;
	const char *entry, *anchor;
	bool outside;

	if (!ts_link_resolve(p, target, span, &entry, &anchor, &outside) || outside) {
		return;
	}
	TS_ARENA_GROW(p->r.arena, e->links, p->links_cap, e->nlinks);
	e->links[e->nlinks++] = (struct ts_link){ ts_arena_strdup(p->r.arena, target), entry, anchor, span };
}

static bool outside_link(const char *target)
{
	return strstr(target, "://") != NULL || ts_str_starts(target, "mailto:");
}

void ts_text_check(struct ts_parse *p, cmark_node *block, bool answers)
{
	struct ts_span whole = ts_text_span(p, block), s;
	size_t cursor = whole.off, end = whole.off + whole.len;
	cmark_iter *it = cmark_iter_new(block);
	cmark_event_type ev;

	while ((ev = cmark_iter_next(it)) != CMARK_EVENT_DONE) {
		cmark_node *n = cmark_iter_get_node(it);
		const char *url;

		if (ev != CMARK_EVENT_ENTER) {
			continue;
		}
		switch (cmark_node_get_type(n)) {
		case CMARK_NODE_HTML_BLOCK:
			PARSE_ERROR(p, "html", ts_text_first_line(p, n),
				"HTML is not allowed in an entry: write Markdown, or put it in `code`");
			break;
		case CMARK_NODE_HTML_INLINE:
			s = locate(p, &cursor, end, "", cmark_node_get_literal(n));
			PARSE_ERROR(p, "html", s,
				"HTML is not allowed in an entry: write Markdown, or put it in `code`");
			break;
		case CMARK_NODE_IMAGE:
			s = locate(p, &cursor, end, "", "![");
			PARSE_ERROR(p, "image", s, "images are not allowed in an entry: say it in words");
			break;
		case CMARK_NODE_LINK:
			url = cmark_node_get_url(n);
			if (!outside_link(url) && !answers) {
				add_link(p, url, locate(p, &cursor, end, "](", url));
			}
			break;
		case CMARK_NODE_PARAGRAPH:
		case CMARK_NODE_HEADING:
			s = ts_text_span(p, n);
			cursor = s.off;
			end = s.off + s.len;
			check_table(p, n);
			break;
		default: break;
		}
	}
	cmark_iter_free(it);
}

/* Join the folder of this entry's id and a relative path; NULL when it leads above the folder of all
 * packs. */
static const char *join(struct ts_parse *p, const char *path, size_t n)
{
	const char *slash = strrchr(p->e->id, '/');
	char *out = ts_arena_printf(
		p->r.arena, "%.*s/%.*s", (int)(slash != NULL ? slash - p->e->id : 0), p->e->id, (int)n, path);
	size_t len = 0;

	/* path components are moved to the front, each behind a '/'; ".." takes one away */
	for (char *c = out; *c != '\0';) {
		size_t part = strcspn(c, "/");

		if (part == 2 && c[0] == '.' && c[1] == '.') {
			if (len == 0) {
				return NULL;
			}
			while (len > 0 && out[--len] != '/') {
			}
		} else if (part > 0 && !(part == 1 && c[0] == '.')) {
			if (len > 0) {
				out[len++] = '/';
			}
			memmove(out + len, c, part);
			len += part;
		}
		c += part;
		c += *c == '/';
	}
	out[len] = '\0';
	return out;
}

bool ts_link_resolve(struct ts_parse *p, const char *target, struct ts_span span, const char **entry,
	const char **anchor, bool *outside)
{
	size_t n = strcspn(target, "#");
	const char *id;

	*entry = *anchor = NULL;
	*outside = outside_link(target);
	if (*outside) {
		return true;
	}
	if (target[n] == '#') {
		*anchor = ts_arena_strdup(p->r.arena, target + n + 1);
		if (**anchor == '\0') {
			PARSE_ERROR(p, "dead-link", span, "the link \"%s\" names no heading behind its '#'",
				target);
			return false;
		}
	}
	if (n == 0 && *anchor != NULL) {
		return true;
	}
	if (n <= 3 || strncmp(target + n - 3, ".md", 3) != 0 || target[0] == '/') {
		PARSE_ERROR(p, "dead-link", span,
			"a link leads to \"#heading\", \"other.md\", \"other.md#heading\" or "
			"\"https://...\", not to \"%s\"",
			target);
		return false;
	}
	id = join(p, target, n - 3);
	if (id == NULL) {
		PARSE_ERROR(p, "dead-link", span, "the link \"%s\" leads out of the folder of packs", target);
		return false;
	}
	*entry = strcmp(id, p->e->id) == 0 ? NULL : id;
	return true;
}
