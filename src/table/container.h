/* table/container.h - walks what a person hands over (a file, a folder, an archive, archives within) and keeps the
 * members that are evidence in memory: mapped, on the heap, or in a temporary file without a name. Members are never
 * written by their paths, links are not followed, and an archive that unpacks beyond all measure is left off. */
#ifndef TS_TABLE_CONTAINER_H
#define TS_TABLE_CONTAINER_H

#include <stdint.h>
#include "base/err.h"
#include "os/map.h"
#include "table/sniff.h"

/* Limits; what goes beyond is noted as skipped. */
#define TS_CONTAINER_MAX_FILES   250000                /* files and members that are looked at */
#define TS_CONTAINER_MAX_KEPT    4096                  /* of them that are evidence */
#define TS_CONTAINER_MAX_DEPTH   64                    /* folders within each other */
#define TS_CONTAINER_MAX_NESTING 3                     /* archives within each other */
#define TS_CONTAINER_MAX_MEMBER  ((uint64_t)2 << 30)   /* bytes of one member */
#define TS_CONTAINER_MAX_BYTES   ((uint64_t)4 << 30)   /* bytes unpacked in all */
#define TS_CONTAINER_FREE_BYTES  ((uint64_t)512 << 20) /* unpacked before the ratio counts */
#define TS_CONTAINER_MAX_RATIO   200
#define TS_CONTAINER_MAX_NOTES   1000 /* skipped files that are named; the others are counted */

struct ts_member {
	const char *path; /* within what was handed over, '/' between parts, percent signs decoded */
	enum ts_sniff kind;
	const unsigned char *data;
	size_t size;
	int64_t mtime; /* Unix seconds, 0 = unknown */
};

struct ts_skipped {
	const char *path;
	const char *why;
};

struct ts_container;

struct ts_container *ts_container_new(void);
/* Walk a path. False only when the path itself cannot be read. */
bool ts_container_add(struct ts_container *c, const char *path, struct ts_err *err);
void ts_container_free(struct ts_container *c); /* NULL is allowed */
size_t ts_container_count(const struct ts_container *c);
const struct ts_member *ts_container_get(const struct ts_container *c, size_t i);
/* What was left out, with the reason; more than TS_CONTAINER_MAX_NOTES are only counted. */
size_t ts_container_skipped(const struct ts_container *c, const struct ts_skipped **list);
size_t ts_container_skipped_count(const struct ts_container *c);
size_t ts_container_seen(const struct ts_container *c); /* files and members looked at */

#endif
