/* kb/cache.h - folders of Markdown as knowledge bases: compiled into the cache directory, and again only when
 * a file has changed. */
#ifndef TS_KB_CACHE_H
#define TS_KB_CACHE_H

#include "base/diag.h"
#include "base/err.h"
#include "kb/kb.h"

/* Add the folder to kb. Where the cache cannot be written, the folder is compiled for this run alone.
 * Problems in the Markdown go to diags (may be NULL); with an error among them nothing is added. */
bool ts_cache_add(struct ts_kb *kb, const char *dir, struct ts_diags *diags, struct ts_err *err);

#endif
