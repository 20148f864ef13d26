/* kb/compile.h - a parsed set of packs written as kb.db (db/schema.sql). The same set gives the same bytes,
 * whatever the order of its lists; the set must be free of errors (kb/pack.h, kb/lint.h). */
#ifndef TS_KB_COMPILE_H
#define TS_KB_COMPILE_H

#include <sqlite3.h>
#include "base/err.h"
#include "kb/pack.h"

/* Write out_path through a temporary file beside it: the old content or the new, never half. */
bool ts_compile(const struct ts_pack_set *set, const char *out_path, struct ts_err *err);

/* The two halves of it, for the cache: everything into an empty connection (ts_db_new) in one transaction ...
 */
bool ts_compile_into(const struct ts_pack_set *set, sqlite3 *db, struct ts_err *err);
/* ... and its content, tidied, into a file. */
bool ts_compile_write(sqlite3 *db, const char *out_path, struct ts_err *err);

#endif
