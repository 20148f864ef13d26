/* kb/slug.h - the anchors that GitHub gives to headings. */
#ifndef TS_KB_SLUG_H
#define TS_KB_SLUG_H

#include "base/arena.h"

struct ts_slugs; /* those of one file so far */

struct ts_slugs *ts_slugs_new(struct ts_arena *a);
/* The anchor of the file's next heading: lower case, punctuation dropped, blanks turned into '-', and
 * "-1", "-2" ... at the end of one that was given before. */
const char *ts_slug(struct ts_slugs *s, const char *heading);

#endif
