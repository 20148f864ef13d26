/* kb/parse.c - the frame of an entry: bytes made safe, front matter cut off, the # heading, the ## nodes,
 * links between them. */
#include "kb/parse-int.h"

#include <string.h>
#include "base/utf8.h"
#include "kb/slug.h"

#define BAD_BYTES_SHOWN 20 /* problems of one kind in a file beyond which the rest is not listed */

/* Count what is reported once per place; true while it is still to be listed. */
static bool listed(struct ts_parse *p, size_t *count, size_t off)
{
	if (++*count == BAD_BYTES_SHOWN) {
		PARSE_ERROR(p, "encoding", ((struct ts_span){ off, 1 }),
			"there are more of these: the file does not look like UTF-8 text");
	}
	return *count < BAD_BYTES_SHOWN;
}

/* Copy the source so that no parser below meets a byte it would trip over: same length, '?' for what
 * cannot stay. */
static void make_safe(struct ts_parse *p)
{
	const struct ts_source *src = p->r.src;
	size_t count = 0, n;

	p->len = src->len;
	p->text = ts_arena_alloc(p->scratch, src->len + 1);
	memcpy(p->text, src->text, src->len);
	for (size_t i = 0; i < src->len; i += n) {
		bool valid, control;
		uint32_t cp;

		n = ts_utf8_next(src->text + i, src->len - i, &cp, &valid);
		control = cp < 0x20 && cp != '\t' && cp != '\n' &&
			  !(cp == '\r' && i + 1 < src->len && src->text[i + 1] == '\n');
		if (valid && !control && cp != 0x7F) {
			continue;
		}
		memset(p->text + i, cp == '\r' ? '\n' : '?', n);
		if (!listed(p, &count, i)) {
			continue;
		}
		if (!valid) {
			PARSE_ERROR(p, "encoding", ((struct ts_span){ i, n }),
				"the byte 0x%02X is not UTF-8: save the file as UTF-8",
				(unsigned)(unsigned char)src->text[i]);
		} else if (cp == '\r') {
			PARSE_ERROR(p, "encoding", ((struct ts_span){ i, n }),
				"a carriage return without a line feed: end lines with LF or CR LF");
		} else {
			PARSE_ERROR(p, "encoding", ((struct ts_span){ i, n }),
				"the control character U+%04X cannot stand in an entry", (unsigned)cp);
		}
	}
}

static void find_lines(struct ts_parse *p)
{
	size_t cap = 0;

	for (size_t at = 0; at < p->len;) {
		const char *nl = memchr(p->text + at, '\n', p->len - at);

		TS_ARENA_GROW(p->scratch, p->lines, cap, p->nlines);
		p->lines[p->nlines++] = at;
		at = nl != NULL ? (size_t)(nl - p->text) + 1 : p->len;
	}
	TS_ARENA_GROW(p->scratch, p->lines, cap, p->nlines);
	p->lines[p->nlines] = p->len;
}

/* Blank out what follows TS_ENTRY_PARAGRAPH_MAX bytes without an empty line: cmark's inline parser takes
 * quadratic time for some paragraphs that nobody writes. Code blocks are not exempt: so long a command is
 * a program, not a command. */
static void limit_paragraphs(struct ts_parse *p)
{
	size_t start = ts_text_line(p, p->cut + 1);
	bool told = false;

	for (size_t i = (size_t)p->cut; i < p->nlines; i++) {
		size_t at = p->lines[i], end = p->lines[i + 1], limit = start + TS_ENTRY_PARAGRAPH_MAX;

		if (strspn(p->text + at, " \t\r") + at >= end - 1) {
			start = end;
			told = false;
			continue;
		}
		if (end <= limit) {
			continue;
		}
		if (!told) {
			struct ts_span s = { at > limit ? at : limit, 0 };

			PARSE_ERROR(p, "limit", s,
				"a paragraph of more than %d KiB is not read further: divide it with empty "
				"lines",
				(int)(TS_ENTRY_PARAGRAPH_MAX >> 10));
			told = true;
		}
		for (size_t k = at > limit ? at : limit; k < end; k++) {
			p->text[k] = (char)(p->text[k] == '\n' ? '\n' : ' ');
		}
	}
}

/* The # heading and the prose below it, from `first` up to `end`. */
static void read_meaning(struct ts_parse *p, cmark_node *heading, cmark_node *end)
{
	cmark_node *last = NULL, *b;
	struct ts_entry *e = p->e;

	e->heading = ts_text_plain(p, heading);
	for (b = cmark_node_next(heading); b != NULL && b != end; b = cmark_node_next(b)) {
		ts_text_check(p, b, false);
		if (cmark_node_get_type(b) == CMARK_NODE_PARAGRAPH && e->summary[0] == '\0') {
			e->summary = ts_text_plain(p, b);
		}
		if (cmark_node_get_type(b) == CMARK_NODE_HEADING) {
			PARSE_ERROR(p, "heading", ts_text_first_line(p, b),
				"only \"## \" headings (questions and causes) may follow the \"# \" heading");
		}
		last = b;
	}
	if (last == NULL || e->summary[0] == '\0') {
		PARSE_ERROR(p, "meaning", ts_text_first_line(p, heading),
			"below the \"# \" heading there must be a paragraph that says what the error means");
	}
	if (last != NULL) {
		e->meaning = ts_text_slice(
			p, ts_text_first(p, cmark_node_next(heading)), ts_text_last(p, last), 0);
	}
}

static int level(cmark_node *b)
{
	return cmark_node_get_type(b) == CMARK_NODE_HEADING ? cmark_node_get_heading_level(b) : 0;
}

/* The next block from b on that is a # or ## heading, or NULL. */
static cmark_node *next_section(cmark_node *b)
{
	while (b != NULL && level(b) != 1 && level(b) != 2) {
		b = cmark_node_next(b);
	}
	return b;
}

static void add_node(struct ts_parse *p, cmark_node *heading, const char *slug, const char *title)
{
	struct ts_entry *e = p->e;
	struct ts_node *n;

	if (e->nnodes == TS_ENTRY_NODES_MAX) {
		PARSE_ERROR(p, "limit", ts_text_first_line(p, heading),
			"an entry may have %d nodes, not more", TS_ENTRY_NODES_MAX);
	}
	if (e->nnodes >= TS_ENTRY_NODES_MAX) {
		return;
	}
	TS_ARENA_GROW(p->r.arena, e->nodes, p->nodes_cap, e->nnodes);
	n = &e->nodes[e->nnodes];
	*n = (struct ts_node){ .id = ts_arena_strdup(p->r.arena, slug), .title = title, .why = "" };
	n->needs = ts_arena_calloc(p->r.arena, 1, sizeof(*n->needs));
	n->certain = ts_arena_calloc(p->r.arena, 1, sizeof(*n->certain));
	n->params = ts_arena_calloc(p->r.arena, 1, sizeof(*n->params));
	n->title_span = ts_text_first_line(p, heading);
	n->span = n->title_span;
	if (slug[0] == '\0') {
		PARSE_ERROR(p, "heading", n->title_span,
			"this heading has no letters, so no link can lead to it");
	}
	ts_strmap_add(p->ids, slug, e->nnodes);
	ts_node_read(p, n, heading, next_section(cmark_node_next(heading)));
	e->nnodes++;
}

/* What stands before the first heading belongs nowhere. */
static void check_before(struct ts_parse *p, cmark_node *first)
{
	if (first != NULL && level(first) != 1) {
		PARSE_ERROR(p, "heading", ts_text_first_line(p, first),
			"an entry begins with its \"# \" heading, right below the front matter");
	}
}

static void read_body(struct ts_parse *p, cmark_node *doc)
{
	struct ts_slugs *slugs = ts_slugs_new(p->scratch);
	cmark_node *top = NULL;

	check_before(p, cmark_node_first_child(doc));
	for (cmark_node *b = cmark_node_first_child(doc); b != NULL; b = cmark_node_next(b)) {
		const char *title, *slug;

		if (level(b) == 0) {
			continue;
		}
		/* every heading takes its anchor, those that are no nodes, too */
		title = ts_text_plain(p, b);
		slug = ts_slug(slugs, title);
		if (level(b) == 2) {
			add_node(p, b, slug, title);
		} else if (level(b) == 1 && top != NULL) {
			PARSE_ERROR(p, "heading", ts_text_first_line(p, b),
				"a second \"# \" heading: an entry has one, its nodes begin with \"## \"");
		} else if (level(b) == 1) {
			top = b;
			read_meaning(p, b, next_section(cmark_node_next(b)));
		}
	}
	if (top == NULL) {
		PARSE_ERROR(p, "heading", ((struct ts_span){ ts_text_line(p, p->cut + 1), 0 }),
			"there is no \"# \" heading: it says which error this entry is about");
	}
	if (p->e->nnodes == 0) {
		PARSE_ERROR(p, "no-nodes", ((struct ts_span){ p->len, 0 }),
			"the entry has no \"## \" heading, so there is nothing to ask or to find");
	}
}

/* Answers name anchors; the nodes are all known only at the end. */
static void resolve_answers(struct ts_parse *p)
{
	for (size_t i = 0; i < p->e->nnodes; i++) {
		for (size_t k = 0; k < p->e->nodes[i].nanswers; k++) {
			struct ts_answer *a = &p->e->nodes[i].answers[k];
			size_t to = (size_t)-1;

			if (a->target != NULL && a->target_entry == NULL) {
				/* a link to this file without an anchor leads to its first node */
				to = a->target_anchor != NULL ? ts_strmap_get(p->ids, a->target_anchor) : 0;
			}
			a->to = to == (size_t)-1 ? -1 : (int)to;
		}
	}
}

static void parse_markdown(struct ts_parse *p)
{
	size_t body = ts_text_line(p, p->cut + 1);
	cmark_node *doc = cmark_parse_document(p->text + body, p->len - body, CMARK_OPT_DEFAULT);

	if (doc == NULL) {
		PARSE_ERROR(p, "limit", ((struct ts_span){ body, 0 }), "not enough memory to read this");
		return;
	}
	read_body(p, doc);
	resolve_answers(p);
	cmark_node_free(doc);
}

struct ts_entry *ts_parse_entry(const struct ts_source *src, const char *id, struct ts_diags *d)
{
	struct ts_arena *arena;
	struct ts_parse p = { .r = { NULL, src, d } };
	const char *slash = strchr(id, '/');

	if (src->len > TS_ENTRY_SIZE_MAX) {
		ts_diag(d, TS_ERROR, "limit", src, 0, 0,
			"the file has %zu bytes; an entry may have %zu MiB at most", src->len,
			TS_ENTRY_SIZE_MAX >> 20);
		return NULL;
	}
	if (src->len == 0) {
		ts_diag(d, TS_ERROR, "front-matter", src, 0, 0,
			"the file is empty: an entry begins with front matter between two lines \"---\"");
		return NULL;
	}
	arena = ts_arena_new();
	p.r.arena = arena;
	p.e = ts_arena_alloc(arena, sizeof(*p.e));
	p.e->arena = arena;
	p.e->id = ts_arena_strdup(arena, id);
	p.e->pack = ts_arena_strndup(arena, id, slash != NULL ? (size_t)(slash - id) : 0);
	p.e->title = p.e->heading = p.e->meaning = p.e->summary = p.e->reviewed = "";
	p.scratch = ts_arena_new();
	p.ids = ts_strmap_new(p.scratch);
	make_safe(&p);
	find_lines(&p);
	ts_front_find(&p);
	limit_paragraphs(&p);
	ts_front_read(&p);
	parse_markdown(&p);
	p.e->nown = p.e->nnodes;
	ts_arena_free(p.scratch);
	return p.e;
}

size_t ts_parse_sql_offset(const struct ts_source *src, const struct ts_node *n, size_t k)
{
	size_t at = n->sql_span.off, end = at + n->sql_span.len;

	/* a carriage return before a line feed is in the file only */
	for (; at < end; at++) {
		if (src->text[at] == '\r' && at + 1 < end && src->text[at + 1] == '\n') {
			continue;
		}
		if (k-- == 0) {
			break;
		}
	}
	return at < end ? at : end;
}
