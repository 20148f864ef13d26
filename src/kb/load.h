/* kb/load.h - loading an entry in its parts: only for load.c and load-link.c. */
#ifndef TS_KB_LOAD_H
#define TS_KB_LOAD_H

#include "kb/store.h"

/* What is being loaded, and the entry at hand. */
struct ts_loading {
	struct ts_kb *kb;
	struct ts_arena *a;
	struct ts_entry *e;
	size_t nodes_cap; /* of e->nodes */
	size_t file;      /* of the entry at hand: index in kb->files */
	int64_t entry;    /* its entry.id */
};

/* Make the entry of this name the one at hand: the first file that has it. The statement TS_Q_ENTRY is on its
 * row; NULL if there is none. */
sqlite3_stmt *ts_load_find(struct ts_loading *l, const char *name);
/* Everything of the entry at hand that is walked: its nodes are appended, its machines and parameters added.
 */
void ts_load_walk(struct ts_loading *l);
/* Append what the answers lead to in other entries. */
void ts_load_linked(struct ts_loading *l);

#endif
