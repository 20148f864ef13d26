/* kb/pattern.h - what can be said of a PCRE2 pattern without running it: a text that every match holds, and
 * its plain words. */
#ifndef TS_KB_PATTERN_H
#define TS_KB_PATTERN_H

#include "base/buf.h"

/* Append to out the longest run of lower-case ASCII that every match of the pattern must hold, or nothing
 * where that cannot be told with certainty (alternatives at the top, only classes and groups, less than three
 * characters). Blanks are never part of it. */
void ts_pattern_anchor(const char *pattern, struct ts_buf *out);
/* Append the pattern's letters, digits and blanks, with its operators and escapes replaced by blanks. */
void ts_pattern_words(const char *pattern, struct ts_buf *out);

#endif
