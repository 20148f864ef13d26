/* kb/parse-int.h - what the parse-*.c files and front.c share. */
#ifndef TS_KB_PARSE_INT_H
#define TS_KB_PARSE_INT_H

#include <cmark.h>
#include "base/buf.h"
#include "kb/fields.h"
#include "kb/parse.h"
#include "kb/strmap.h"

/* The state of one run of ts_parse_entry. */
struct ts_parse {
	struct ts_reader r; /* arena of the entry, source, diagnostics */
	struct ts_entry *e;
	struct ts_arena *scratch; /* for what ends with the run */
	char *text; /* the source with broken bytes replaced by '?': same length, so offsets hold */
	size_t len;
	size_t *lines; /* offset of each line; lines[nlines] = len */
	size_t nlines;
	size_t front_off, front_len; /* the YAML of the front matter */
	int cut;                     /* lines before the body: cmark counts from there */
	struct ts_strmap *ids;       /* node id -> index */
	size_t nodes_cap, links_cap;
};

#define PARSE_ERROR(p, rule, span, ...)                                                                      \
	ts_diag((p)->r.d, TS_ERROR, rule, (p)->r.src, (span).off, (span).len, __VA_ARGS__)

/* parse-text.c */
/* Lines of the file, from 1; a line's end is before its line feed. Out of range is clamped. */
size_t ts_text_line(const struct ts_parse *p, int line);
size_t ts_text_line_end(const struct ts_parse *p, int line);
int ts_text_first(const struct ts_parse *p, cmark_node *block); /* the block's first line in the file */
int ts_text_last(const struct ts_parse *p, cmark_node *block);  /* its last one that is not blank */
struct ts_span ts_text_span(const struct ts_parse *p, cmark_node *block); /* all of it */
struct ts_span ts_text_first_line(
	const struct ts_parse *p, cmark_node *block); /* its first line: what a message underlines */
/* Append lines first..last with up to `indent` leading columns taken off, CR dropped. */
void ts_text_lines(const struct ts_parse *p, int first, int last, int indent, struct ts_buf *out);
/* The same in the arena, blank lines at the end dropped. */
const char *ts_text_slice(const struct ts_parse *p, int first, int last, int indent);
/* Bytes [from, to) as one line: a line break and the blanks around it become one blank. */
const char *ts_text_flat(const struct ts_parse *p, size_t from, size_t to);
/* Text of a heading, paragraph or link without its marks. */
const char *ts_text_plain(const struct ts_parse *p, cmark_node *node);
/* Is there a fence at the end of a code block, and at its beginning? */
bool ts_text_fenced(const struct ts_parse *p, cmark_node *code, bool *closed);
/* Look for HTML, images, tables; remember the links. `answers`: links with local targets are ways on and
 * are looked at elsewhere. */
void ts_text_check(struct ts_parse *p, cmark_node *block, bool answers);
/* "other.md#x" as seen from this entry; false (reported) for a target that no link may have. Outside links
 * have *entry and *anchor NULL and *outside true. */
bool ts_link_resolve(struct ts_parse *p, const char *target, struct ts_span span, const char **entry,
	const char **anchor, bool *outside);

/* front.c */
/* Find the front matter; sets front_off, front_len, cut. */
void ts_front_find(struct ts_parse *p);
void ts_front_read(struct ts_parse *p);

/* parse-node.c */
/* The blocks from the one after `heading` up to `end` (NULL = to the end of the file) into n. */
void ts_node_read(struct ts_parse *p, struct ts_node *n, cmark_node *heading, cmark_node *end);
/* facts.c */
void ts_facts_read(struct ts_parse *p, struct ts_node *n, cmark_node *code);
/* parse-steps.c */
void ts_steps_read(struct ts_parse *p, cmark_node *list, struct ts_step **steps, size_t *nsteps);
/* parse-answers.c */
bool ts_answers_look(cmark_node *list); /* does its first item begin with bold text? */
void ts_answers_read(struct ts_parse *p, struct ts_node *n, cmark_node *list);

#endif
