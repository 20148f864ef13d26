/* table/files-registry-int.h - what the files-registry*.c files share. */
#ifndef TS_TABLE_FILES_REGISTRY_INT_H
#define TS_TABLE_FILES_REGISTRY_INT_H

#include "table/files-registry.h"
#include "table/files-regtree.h"

/* A hive, or all exports together. */
struct ts_reg_source {
	bool text;
	struct ts_regs_hive info; /* of a hive */
	struct ts_hive hive;
	struct ts_buf copy; /* of the hive with its logs; empty when it is read where it is */
	bool mounted;       /* it is shown at info.mount */
};

struct ts_regs {
	struct ts_arena *arena;
	struct ts_reg_source *sources;
	size_t n, cap;
	struct ts_regtree *tree; /* of the exports; NULL = there are none */
	int64_t newest;
};

/* files-registry-open.c */
void ts_regs_open_hives(struct ts_regs *r, const struct ts_member *const *members, size_t n);

#endif
