/* table/evtx-source.c - the event logs of one machine: read once for what is in them, then scanned for windows_eventlog. */
#include "table/evtx-source.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "decode/evtx.h"
#include "table/match.h"

#define POLL_RECORDS 1024 /* records between two looks at the clock */
#define MAX_IDS      256  /* event ids, processes or levels that one query asks for */

/* What one chunk holds: enough to leave it out of most scans. */
struct chunk {
	int64_t oldest, newest; /* FILETIME */
	uint64_t ids;           /* a bit per event id, by its remainder */
	uint64_t first, written; /* of its first record: tells copies of a chunk */
	uint64_t records;
	bool copy; /* a larger or equal copy of it stands elsewhere */
};

/* A channel in a log. */
struct part {
	const char *channel;
	size_t log;
	uint64_t records;
	int64_t oldest, newest;
};

struct log {
	struct ts_evtx_log file;
	struct ts_evtx_stats stats;
	struct chunk *chunks;
	size_t nchunks;
	int64_t newest;
	const char *computer, *channel;
	bool is_log; /* false: no event log at all */
};

struct ts_evtx_source {
	struct ts_arena *arena;
	struct log *logs;
	size_t nlogs;
	struct part *parts; /* by log; the newest log first */
	size_t nparts, cap;
};

/* --- reading once --- */

static struct part *part_of(struct ts_evtx_source *src, size_t log, struct ts_evtx *x, struct part *last)
{
	if (last != NULL && last->log == log && ts_evtx_field_is(x, TS_EVTX_CHANNEL, last->channel)) {
		return last;
	}
	for (size_t i = 0; i < src->nparts; i++) {
		struct part *p = &src->parts[i];
		if (p->log == log && ts_evtx_field_is(x, TS_EVTX_CHANNEL, p->channel)) {
			return p;
		}
	}
	TS_ARENA_GROW(src->arena, src->parts, src->cap, src->nparts);
	struct part *p = &src->parts[src->nparts++];
	*p = (struct part){ ts_arena_strdup(src->arena, ts_evtx_text(x, TS_EVTX_CHANNEL)), log, 0, INT64_MAX, 0 };
	return p;
}

static void note_record(struct chunk *c, struct part *p, const struct ts_evtx *x)
{
	int64_t id = 0, time = 0;
	if (c->records++ == 0) {
		c->first = ts_evtx_number(x);
		c->written = ts_evtx_written(x);
	}
	ts_evtx_int(x, TS_EVTX_EVENT_ID, &id);
	c->ids |= UINT64_C(1) << (id & 63);
	p->records++;
	if (!ts_evtx_int(x, TS_EVTX_TIME, &time) || time <= 0) {
		c->oldest = 0; /* a record without a time: the chunk is never left out for its time */
		c->newest = INT64_MAX;
		return;
	}
	c->oldest = time < c->oldest ? time : c->oldest;
	c->newest = time > c->newest ? time : c->newest;
	p->oldest = time < p->oldest ? time : p->oldest;
	p->newest = time > p->newest ? time : p->newest;
}

static void read_log(struct ts_evtx_source *src, size_t i, struct ts_evtx *x)
{
	struct log *l = &src->logs[i];
	struct part *part = NULL;
	l->is_log = ts_evtx_open(x, l->file.data, l->file.size);
	l->nchunks = ts_evtx_chunks(x);
	l->chunks = ts_arena_calloc(src->arena, l->nchunks > 0 ? l->nchunks : 1, sizeof(*l->chunks));
	for (size_t k = 0; k < l->nchunks; k++) {
		l->chunks[k].oldest = INT64_MAX;
	}
	while (ts_evtx_next(x)) {
		int64_t time;
		part = part_of(src, i, x, part);
		note_record(&l->chunks[ts_evtx_position(x)], part, x);
		if (ts_evtx_int(x, TS_EVTX_TIME, &time) && time > l->newest) {
			l->newest = time;
		}
	}
	l->stats = *ts_evtx_stats(x);
	uint64_t most = 0;
	for (size_t k = 0; k < src->nparts; k++) {
		if (src->parts[k].log == i && src->parts[k].records > most) {
			most = src->parts[k].records;
			l->channel = src->parts[k].channel;
		}
	}
	ts_evtx_rewind(x, true);
	ts_evtx_select(x, NULL, false);
	if (ts_evtx_next(x)) {
		l->computer = ts_arena_strdup(src->arena, ts_evtx_text(x, TS_EVTX_COMPUTER));
	}
}

static int by_first(const void *a, const void *b)
{
	const struct chunk *x = *(struct chunk *const *)a, *y = *(struct chunk *const *)b;
	if (x->written != y->written) {
		return x->written < y->written ? -1 : 1;
	}
	if (x->first != y->first) {
		return x->first < y->first ? -1 : 1;
	}
	if (x->records != y->records) {
		return x->records > y->records ? -1 : 1; /* the larger one, which stays, comes first */
	}
	return x < y ? -1 : x > y;
}

/* The same log may have been handed in twice, perhaps as copies of different times. */
static void mark_copies(struct ts_evtx_source *src)
{
	size_t n = 0;
	for (size_t i = 0; i < src->nlogs; i++) {
		n += src->logs[i].nchunks;
	}
	struct chunk **all = ts_xcalloc(n > 0 ? n : 1, sizeof(*all));
	n = 0;
	for (size_t i = 0; i < src->nlogs; i++) {
		for (size_t k = 0; k < src->logs[i].nchunks; k++) {
			if (src->logs[i].chunks[k].records > 0) {
				all[n++] = &src->logs[i].chunks[k];
			}
		}
	}
	qsort(all, n, sizeof(struct chunk *), by_first);
	for (size_t i = 1; i < n; i++) {
		all[i]->copy = all[i]->written == all[i - 1]->written && all[i]->first == all[i - 1]->first;
	}
	free(all);
}

static int newest_log_first(const void *a, const void *b)
{
	const struct log *x = a, *y = b;
	return x->newest != y->newest ? (x->newest > y->newest ? -1 : 1) : 0;
}

struct ts_evtx_source *ts_evtx_source_new(const struct ts_evtx_log *logs, size_t n)
{
	struct ts_arena *arena = ts_arena_new();
	struct ts_evtx_source *src = ts_arena_alloc(arena, sizeof(*src));
	struct ts_evtx *x = ts_evtx_new();
	src->arena = arena;
	src->nlogs = n;
	src->logs = ts_arena_calloc(arena, n > 0 ? n : 1, sizeof(*src->logs));
	for (size_t i = 0; i < n; i++) {
		src->logs[i].file = logs[i];
		src->logs[i].file.label = ts_arena_strdup(arena, logs[i].label);
		read_log(src, i, x);
	}
	mark_copies(src);
	ts_evtx_free(x);
	return src;
}

void ts_evtx_source_free(struct ts_evtx_source *src)
{
	if (src != NULL) {
		ts_arena_free(src->arena);
	}
}
