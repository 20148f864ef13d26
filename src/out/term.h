/* out/term.h - what the parts of the one-shot report on a terminal share. */
#ifndef TS_OUT_TERM_H
#define TS_OUT_TERM_H

#include "out/model.h"
#include "out/render-markdown.h"
#include "out/render-parts.h"

struct ts_term {
	const struct ts_report *r;
	const struct ts_session *s; /* NULL without an entry */
	const struct ts_entry *e;
	const struct ts_look *look;
	struct ts_buf *out;
	struct ts_links *links;
	struct ts_arena *a; /* texts made on the way */
};

/* A blank line. */
void ts_term_gap(struct ts_term *t);
/* A blank line and a heading. */
void ts_term_section(struct ts_term *t, const char *title);
/* A paragraph. */
void ts_term_text(struct ts_term *t, const char *s);
/* "- text" */
void ts_term_item(struct ts_term *t, const char *s, size_t indent);
/* Markdown of the entry, its URLs collected. */
void ts_term_markdown(struct ts_term *t, const char *md, size_t n);

/* Part 2 of the report: what was checked (report-checks.c). */
void ts_term_checks(struct ts_term *t);
/* Part 3: the causes (report-causes.c). */
void ts_term_causes(struct ts_term *t);

#endif
