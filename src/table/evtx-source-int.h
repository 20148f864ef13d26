/* table/evtx-source-int.h - what is known of the logs of a machine after they were read once. */
#ifndef TS_TABLE_EVTX_SOURCE_INT_H
#define TS_TABLE_EVTX_SOURCE_INT_H

#include "base/arena.h"
#include "decode/evtx.h"
#include "table/evtx-source.h"

/* What one chunk holds: enough to leave it out of most scans. */
struct ts_evtx_chunk_info {
	int64_t oldest, newest;  /* FILETIME */
	uint64_t ids;            /* a bit per event id, by its remainder */
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
	int64_t newest;
	const char *computer, *channel;
	bool is_log; /* false: no event log at all */
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
