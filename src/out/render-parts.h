/* out/render-parts.h - small parts of a report that only src/out needs; the others are in out/report.h. */
#ifndef TS_OUT_RENDER_PARTS_H
#define TS_OUT_RENDER_PARTS_H

#include "out/model.h"
#include "out/report.h"

struct ts_links;

#define TS_VERDICT_WIDTH 9 /* columns of "unknown" and two blanks */

/* "Label    text", wrapped, hanging by `width` (more where the label is wider). */
void ts_render_labelled(const char *label, size_t width, const char *text, size_t indent,
	const struct ts_look *look, struct ts_buf *out);
/* The same with a marker made by the program: it may hold styles, and takes `width` columns. */
void ts_render_marked(const char *marker, size_t width, const char *text, size_t indent,
	const struct ts_look *look, struct ts_buf *out);
/* "FAIL     text  more", with more on a line of its own where it does not fit. more may be NULL. */
void ts_render_verdict(enum ts_verdict v, const char *text, const char *more, const struct ts_look *look,
	struct ts_buf *out);
/* A command: at column 4 from the left edge, as it is. */
void ts_render_command(const char *text, const struct ts_look *look, struct ts_buf *out);
/* Like ts_render_step, with URLs collected in links (NULL = listed below the step). */
void ts_render_step_with(const struct ts_session *s, int node, size_t i, bool undo, struct ts_links *links,
	const struct ts_look *look, struct ts_buf *out);

#endif
