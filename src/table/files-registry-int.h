/* table/files-registry-int.h - what the files-registry*.c files share. */
#ifndef TS_TABLE_FILES_REGISTRY_INT_H
#define TS_TABLE_FILES_REGISTRY_INT_H

#include "table/files-registry.h"
#include "table/files-regtree.h"

/* A hive, or all exports together, or the running system. */
struct ts_reg_source {
	bool text, live;
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
	struct ts_regs_live *live; /* of the running system; then it is the only source */
};

/* files-registry-open.c */
void ts_regs_open_hives(struct ts_regs *r, const struct ts_member *const *members, size_t n);
/* files-registry-open.c: read the exports, the oldest first: of a value that several hold the newest counts. */
void ts_regs_open_exports(struct ts_regs *r, const struct ts_member *const *members, size_t n);

/* files-registry-live.c: the same for keys of the running system. */
struct ts_regs_live *ts_regs_live_new(void); /* NULL where there is no registry */
void ts_regs_live_free(struct ts_regs_live *l);
enum ts_reg_found ts_regs_live_find(
	struct ts_regs_live *l, const char *path, struct ts_reg_key *key, const char **why);
enum ts_reg_found ts_regs_live_value(
	struct ts_regs_live *l, uint32_t at, const char *name, struct ts_reg_value *v);
bool ts_regs_live_next_key(
	struct ts_regs_live *l, struct ts_reg_iter *it, struct ts_reg_key *out, struct ts_buf *name);
bool ts_regs_live_next_value(
	struct ts_regs_live *l, uint32_t at, struct ts_reg_iter *it, struct ts_reg_value *v);
const char *ts_regs_live_denied(const struct ts_regs_live *l);
int64_t ts_regs_live_time(struct ts_regs_live *l, uint32_t at); /* Unix seconds; 0 = unknown */

#endif
