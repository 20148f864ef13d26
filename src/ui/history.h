/* ui/history.h - the file of lines that were typed: plain text, a line each, oldest first. */
#ifndef TS_UI_HISTORY_H
#define TS_UI_HISTORY_H

#include <stddef.h>

struct ts_history;

/* What an earlier run has left at path, its last `max` lines; a file that is missing, unreadable or strange is an empty one. */
struct ts_history *ts_history_load(const char *path, size_t max);
void ts_history_free(struct ts_history *h);                        /* NULL is allowed */
const char *ts_history_line(const struct ts_history *h, size_t i); /* NULL past the end */
/* Add a line and write the file anew: 0600 from its first byte, beside the old one and renamed over it. Lines that begin
 * with a blank, hold control characters, or repeat the last one are not kept. Best effort: a history that cannot be written
 * is no reason to say anything. */
void ts_history_add(struct ts_history *h, const char *line);

#endif
