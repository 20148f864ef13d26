/* table/files-regtree.h - the keys of registry exports (.reg) as one tree, and which parts of the registry they cover. */
#ifndef TS_TABLE_FILES_REGTREE_H
#define TS_TABLE_FILES_REGTREE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

#define TS_REGTREE_ROOT 0
#define TS_REGTREE_NONE UINT32_MAX

struct ts_regtree_value {
	const char *name;
	uint32_t type;
	const unsigned char *data;
	size_t size;
	uint32_t next; /* in the key, or TS_REGTREE_NONE */
};

struct ts_regtree_key {
	const char *name;
	uint32_t parent, first, last, next; /* subkeys, and the next key beside it */
	uint32_t first_value, last_value;
	bool listed;  /* it stands in a file (its parents need not) */
	bool covered; /* everything below it was exported: what is not here does not exist */
	bool partial; /* a file had lines that were not understood */
};

struct ts_regtree;

struct ts_regtree *ts_regtree_new(void);
void ts_regtree_free(struct ts_regtree *t); /* NULL is allowed */
/* Add the keys of a file. */
void ts_regtree_add(struct ts_regtree *t, const unsigned char *p, size_t n);

const struct ts_regtree_key *ts_regtree_key(const struct ts_regtree *t, uint32_t at);
const struct ts_regtree_value *ts_regtree_value(const struct ts_regtree *t, uint32_t at);
/* The subkey of that name, ASCII case ignored; TS_REGTREE_NONE. */
uint32_t ts_regtree_child(const struct ts_regtree *t, uint32_t parent, const char *name, size_t n);
/* Is everything below this key known? */
bool ts_regtree_covered(const struct ts_regtree *t, uint32_t at);
bool ts_regtree_partial(const struct ts_regtree *t, uint32_t at);

#endif
