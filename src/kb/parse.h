/* kb/parse.h - one Markdown file to one struct ts_entry. */
#ifndef TS_KB_PARSE_H
#define TS_KB_PARSE_H

#include "base/diag.h"
#include "kb/entry.h"

#define TS_ENTRY_SIZE_MAX      ((size_t)4 << 20)  /* bytes of a file */
#define TS_ENTRY_PARAGRAPH_MAX ((size_t)16 << 10) /* bytes between two blank lines outside code */
#define TS_ENTRY_NODES_MAX     1000
#define TS_ENTRY_ITEMS_MAX     200 /* answers of a node, steps of a cause, commands of a step */

/* Parse src as the entry `id`. Every problem of syntax and structure goes to d; what could be read is
 * returned, with errors too. NULL only where nothing could be (an empty or far too big file). Links within
 * the entry are resolved (ts_answer.to). The entry is freed with ts_entry_free; it does not point into
 * src. */
struct ts_entry *ts_parse_entry(const struct ts_source *src, const char *id, struct ts_diags *d);

/* Where byte k of a node's sql stands in the file. */
size_t ts_parse_sql_offset(const struct ts_source *src, const struct ts_node *n, size_t k);

/* The shells that a command may be written for, NULL-terminated. */
extern const char *const ts_shells[];

#endif
