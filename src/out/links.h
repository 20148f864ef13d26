/* out/links.h - the URLs of a text in order of appearance, each once, numbered from 1; shown as "[1]"
 * after their text and listed at the end. */
#ifndef TS_OUT_LINKS_H
#define TS_OUT_LINKS_H

#include <stddef.h>
#include "base/arena.h"
#include "out/report.h"

struct ts_links;

struct ts_links *ts_links_new(void);
void ts_links_free(struct ts_links *l); /* NULL is allowed */
/* The number of a URL, which is percent-encoded first. */
size_t ts_links_add(struct ts_links *l, const char *url);
size_t ts_links_count(const struct ts_links *l);
const char *ts_links_get(const struct ts_links *l, size_t i); /* from 0 */
/* May this (encoded) address become an OSC 8 hyperlink? */
bool ts_links_clickable(const char *url);
/* The list: " [1] https://..." a line, never cut. */
void ts_links_render(const struct ts_links *l, size_t indent, const struct ts_look *look, struct ts_buf *out);

/* The URL with every byte outside 0x21-0x7E as %XX, in the arena. */
const char *ts_url_encode(struct ts_arena *a, const char *url);

#endif
