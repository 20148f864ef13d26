/* kb/pattern-example.h - a text that a PCRE2 pattern matches. */
#ifndef TS_KB_PATTERN_EXAMPLE_H
#define TS_KB_PATTERN_EXAMPLE_H

#include <stdbool.h>
#include "base/buf.h"

/* Put into out a short text that the pattern matches; the first of alternatives, the least of repetitions.
 * False where none was found: rare constructs are not tried. */
bool ts_pattern_example(const char *pattern, struct ts_buf *out);

#endif
