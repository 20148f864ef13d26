/* kb/weigh.h - what a pasted text says about the causes of an entry. */
#ifndef TS_KB_WEIGH_H
#define TS_KB_WEIGH_H

#include <stdbool.h>
#include "base/err.h"
#include "kb/entry.h"

/* Fill factor[node] for every node of e: 1, or more for a cause that shares words with the text which few causes of the
 * entry have. It is for the order of causes that are possible; it excludes none and confirms none. */
bool ts_kb_weigh(const struct ts_entry *e, const char *text, double *factor, struct ts_err *err);

#endif
