/* out/render-markdown.h - CommonMark on the terminal, as the parts of a report need it. The plain case is
 * ts_render_markdown() in out/report.h. */
#ifndef TS_OUT_RENDER_MARKDOWN_H
#define TS_OUT_RENDER_MARKDOWN_H

#include "out/links.h"
#include "out/report.h"

#define TS_ARTICLE_MAX ((size_t)1 << 20) /* bytes of a rendered text of an entry; more is cut, and said so */

struct ts_render_options {
	const struct ts_look *look;
	size_t indent;
	/* {parameters} in text and code become the session's values; NULL = stay as written. Values are
	 * text: they are never read as Markdown. */
	const struct ts_session *session;
	struct ts_links *links; /* collects the URLs; NULL = they are listed at the end of this text */
	const char *marker;     /* "1. " before the first line; NULL = none */
	size_t max;             /* bytes of output; 0 = as much as out takes */
};

void ts_render_markdown_with(
	const char *markdown, size_t n, const struct ts_render_options *options, struct ts_buf *out);

#endif
