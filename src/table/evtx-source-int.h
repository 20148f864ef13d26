/* table/evtx-source-int.h - what is known of the logs of a machine after they were read once. */
#ifndef TS_TABLE_EVTX_SOURCE_INT_H
#define TS_TABLE_EVTX_SOURCE_INT_H

#include "base/arena.h"
#include "decode/evtx.h"
#include "table/evtx-source.h"

/* A set of event ids that may hold a few more than were put into it. */
struct ts_evtx_ids {
	uint64_t bits[4];
};

static inline void ts_evtx_ids_add(struct ts_evtx_ids *s, int64_t id)
{
	uint32_t h = (uint32_t)id * UINT32_C(2654435761) >> 24; /* spreads ids that are close to each other */
	s->bits[h >> 6] |= UINT64_C(1) << (h & 63);
}

/* Is an id of one in the other? */
static inline bool ts_evtx_ids_meet(const struct ts_evtx_ids *a, const struct ts_evtx_ids *b)
{
	uint64_t common = 0;
	for (int i = 0; i < 4; i++) {
		common |= a->bits[i] & b->bits[i];
	}
	return common != 0;
}

/* What one chunk holds: enough to leave it out of most scans. */
struct ts_evtx_chunk_info {
	int64_t oldest, newest; /* FILETIME */
	struct ts_evtx_ids ids;
	uint64_t first, written; /* of its first record: tells copies of a chunk */
	uint64_t records;
	bool copy; /* a larger or equal copy of it stands elsewhere */
};

/* A channel in a log. */
struct ts_evtx_part_info {
	const char *channel;
	size_t log;
	uint64_t records;
	int64_t oldest, newest;
	bool copy; /* in an export of a log that is there */
};

struct ts_evtx_log_info {
	struct ts_evtx_log file;
	struct ts_evtx_stats stats;
	struct ts_evtx_chunk_info *chunks;
	size_t nchunks;
	int64_t newest; /* FILETIME */
	struct ts_evtx_about about;
	bool is_xml; /* events as XML */
	bool many;   /* too many channels to list: looked through for each */
};

struct ts_evtx_source {
	struct ts_arena *arena;
	struct ts_evtx_log_info *logs;
	size_t nlogs;
	size_t *order; /* of the logs, the one with the newest record first */
	struct ts_evtx_part_info *parts;
	size_t nparts, cap;
	struct ts_evtx_part_info spare; /* counts what has no place in parts */
};

#endif
