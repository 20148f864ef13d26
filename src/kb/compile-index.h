/* kb/compile-index.h - the full text index of a knowledge base, built on a thread of its own while the rows
 * are written. Only for compile.c. */
#ifndef TS_KB_COMPILE_INDEX_H
#define TS_KB_COMPILE_INDEX_H

#include <sqlite3.h>
#include "base/err.h"
#include "kb/pack.h"

struct ts_index;

/* Begin to index entries[0 .. n), which get the row ids 1 .. n. Both arrays and what they point to must stay
 * unchanged until the end. create_sql is the statement that makes the table `search`. */
struct ts_index *ts_index_start(const struct ts_pack_entry *const *entries, size_t n, const char *create_sql);
/* Wait for it and put the index in the place of db's empty one (unless db is NULL). Frees ix. */
bool ts_index_finish(struct ts_index *ix, sqlite3 *db, struct ts_err *err);

#endif
