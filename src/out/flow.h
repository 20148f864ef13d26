/* out/flow.h - filling lines: words with styles go in, wrapped lines with prefixes and hanging indents
 * come out. All text is gated on its way in, so nothing below this module prints a control character of a
 * document. */
#ifndef TS_OUT_FLOW_H
#define TS_OUT_FLOW_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "out/report.h"

#define TS_CODE_INDENT                                                                                       \
	4 /* columns of code from the left edge, whatever the list's depth, so that a selection pastes */
#define TS_FLOW_LEVELS 8 /* the prefix stops growing there */

struct ts_flow_style {
	unsigned bits;    /* 1 << enum ts_style */
	const char *link; /* target of an OSC 8 hyperlink, NULL = none; must outlive the flow's use of it */
};

/* Private to flow.c, except where a comment says otherwise. */
struct ts_flow {
	const struct ts_look *look;
	struct ts_buf *out;
	size_t width;         /* SIZE_MAX = no wrapping */
	struct ts_buf prefix; /* before each line */
	size_t prefix_width;
	struct ts_buf first; /* before the next line instead, once */
	size_t first_width;
	bool first_due;
	struct {
		size_t len, width;
	} levels[TS_FLOW_LEVELS]; /* what the prefix was before each push */
	size_t nlevels, dropped;
	bool started;   /* a line has been written: gaps count from here on */
	bool gap;       /* a blank line is due before the next line */
	size_t gap_len; /* with so much of the prefix: as it was when the gap was asked for, or less */
	bool open;      /* the current line has its prefix */
	bool text;      /* and a word after it */
	bool blank;     /* a blank is due before the next word */
	size_t column;
	size_t widest;      /* columns of the widest line since the reader set it to 0; public */
	struct ts_buf word; /* collected so far, with our own escape sequences */
	size_t word_width;
	bool word_visible, word_solid, word_wide;
	uint32_t last;                          /* the word's last base character */
	struct ts_flow_style style, line_style; /* wanted, and as the output stands */
	struct ts_buf scratch;
};

/* Lines start with `indent` blanks (less where the lines are too narrow for it). */
void ts_flow_init(struct ts_flow *f, const struct ts_look *look, size_t indent, struct ts_buf *out);
void ts_flow_finish(struct ts_flow *f);

/* Text, broken at blanks and after wide characters. */
void ts_flow_put(struct ts_flow *f, const char *p, size_t n);
void ts_flow_puts(struct ts_flow *f, const char *s);
/* Text that is neither broken nor cut: code spans and URLs. */
void ts_flow_put_solid(struct ts_flow *f, const char *p, size_t n);
void ts_flow_blank(struct ts_flow *f);
/* End the line; the paragraph goes on. */
void ts_flow_newline(struct ts_flow *f);
/* End the paragraph: what was put is written, ending in a newline. A marker that still waits is written
 * alone. */
void ts_flow_end(struct ts_flow *f);
/* A blank line before the next line; several calls make one. Nothing at the very beginning. */
void ts_flow_gap(struct ts_flow *f);
/* A line as it is, gated, with `indent` blanks from the left edge, no prefix, no wrapping, without its
 * trailing blanks. */
void ts_flow_raw_line(struct ts_flow *f, const char *p, size_t n, size_t indent);

/* A code block: its lines as they are, a blank line before and after. */
void ts_flow_code(struct ts_flow *f, const char *text);
/* A line of `mark`s under what was written since `widest` was set to 0. */
void ts_flow_underline(struct ts_flow *f, char mark);

void ts_flow_style(struct ts_flow *f, enum ts_style s, bool on);
void ts_flow_link(struct ts_flow *f, const char *url);

/* Lines from here on start with this as well; `marker` (may be NULL) replaces it on the first of them.
 * Both take `width` columns. The text of both is the program's own. Beyond TS_FLOW_LEVELS levels, or half
 * the line, only the marker is shown. */
void ts_flow_push(struct ts_flow *f, const char *prefix, const char *marker, size_t width);
/* Lines but the next one start with this as well. */
void ts_flow_hang(struct ts_flow *f, const char *blanks, size_t width);
void ts_flow_pop(struct ts_flow *f);

#endif
