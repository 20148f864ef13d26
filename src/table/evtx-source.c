/* table/evtx-source.c - the event logs of one machine, read once for what is in them. */
#include "table/evtx-source-int.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/str.h"

#define MAX_PARTS 4096 /* channels in all logs together; there are some 1,200 on a machine */

/* --- reading once --- */

static struct ts_evtx_part_info *part_of(
	struct ts_evtx_source *src, size_t log, struct ts_evtx *x, struct ts_evtx_part_info *last)
{
	if (last != NULL && last != &src->spare && last->log == log &&
		ts_evtx_field_is(x, TS_EVTX_CHANNEL, last->channel)) {
		return last;
	}
	for (size_t i = 0; i < src->nparts; i++) {
		struct ts_evtx_part_info *p = &src->parts[i];
		if (p->log == log && ts_evtx_field_is(x, TS_EVTX_CHANNEL, p->channel)) {
			return p;
		}
	}
	if (src->nparts == MAX_PARTS) {
		src->logs[log].many = true;
		return &src->spare;
	}
	TS_ARENA_GROW(src->arena, src->parts, src->cap, src->nparts);
	struct ts_evtx_part_info *p = &src->parts[src->nparts++];
	*p = (struct ts_evtx_part_info){ ts_arena_strdup(src->arena, ts_evtx_text(x, TS_EVTX_CHANNEL)), log,
		0, INT64_MAX, 0 };
	return p;
}

static void note_record(struct ts_evtx_chunk_info *c, struct ts_evtx_part_info *p, const struct ts_evtx *x)
{
	int64_t id = 0, time = 0;
	if (c->records++ == 0) {
		c->first = ts_evtx_number(x);
		c->written = ts_evtx_written(x);
	}
	ts_evtx_int(x, TS_EVTX_EVENT_ID, &id);
	ts_evtx_ids_add(&c->ids, id);
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

/* The first part of a name: CITADEL-DC01 of CITADEL-DC01.C137.local. */
static size_t host_length(const char *name)
{
	return strcspn(name, ".");
}

bool ts_evtx_same_computer(const char *a, const char *b)
{
	size_t n = host_length(a);
	if (n != host_length(b)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		char x = a[i] >= 'a' && a[i] <= 'z' ? (char)(a[i] - 32) : a[i];
		char y = b[i] >= 'a' && b[i] <= 'z' ? (char)(b[i] - 32) : b[i];
		if (x != y) {
			return false;
		}
	}
	return true;
}

static int64_t unix_of(int64_t filetime)
{
	return filetime / 10000000 - INT64_C(11644473600);
}

/* A record's computer, where it is not the one before. */
static void note_computer(
	struct ts_evtx_source *src, struct ts_evtx_about *a, struct ts_evtx *x, const char **last)
{
	if (*last != NULL && ts_evtx_field_is(x, TS_EVTX_COMPUTER, *last)) {
		return;
	}
	const char *name = ts_evtx_text(x, TS_EVTX_COMPUTER);
	size_t i = 0;
	while (i < a->ncomputers && !ts_str_case_eq(a->computers[i], name)) {
		i++;
	}
	if (*name == '\0' || i == TS_EVTX_COMPUTERS) {
		return;
	}
	if (i == a->ncomputers) {
		a->computers[a->ncomputers++] = ts_arena_strdup(src->arena, name);
	}
	a->switches += *last != NULL && !ts_evtx_same_computer(*last, name);
	*last = a->computers[i];
}

/* The oldest and the newest record, by their own time or, without one, by the time of writing. */
static void note_time(struct ts_evtx_about *a, const struct ts_evtx *x)
{
	int64_t time;
	if (!ts_evtx_int(x, TS_EVTX_TIME, &time) || time <= 0) {
		time = (int64_t)ts_evtx_written(x);
	}
	a->oldest = a->records == 0 || time < a->oldest ? time : a->oldest;
	a->newest = a->records == 0 || time > a->newest ? time : a->newest;
	a->records++;
}

static void read_log(struct ts_evtx_source *src, size_t i, struct ts_evtx *x)
{
	struct ts_evtx_log_info *l = &src->logs[i];
	struct ts_evtx_part_info *part = NULL;
	const char *computer = NULL;
	l->about.is_log = ts_evtx_open(x, l->file.data, l->file.size);
	l->is_xml = ts_evtx_is_xml(x);
	l->nchunks = ts_evtx_chunks(x);
	l->chunks = ts_arena_calloc(src->arena, l->nchunks > 0 ? l->nchunks : 1, sizeof(*l->chunks));
	for (size_t k = 0; k < l->nchunks; k++) {
		l->chunks[k].oldest = INT64_MAX;
	}
	while (ts_evtx_next(x)) {
		int64_t time;
		part = part_of(src, i, x, part);
		note_record(&l->chunks[ts_evtx_position(x)], part, x);
		note_time(&l->about, x);
		note_computer(src, &l->about, x, &computer);
		if (ts_evtx_int(x, TS_EVTX_TIME, &time) && time > l->newest) {
			l->newest = time;
		}
	}
	l->stats = *ts_evtx_stats(x);
	uint64_t most = 0;
	for (size_t k = 0; k < src->nparts; k++) {
		if (src->parts[k].log == i && src->parts[k].records > most) {
			most = src->parts[k].records;
			l->about.channel = src->parts[k].channel;
		}
	}
	l->about.computer = computer; /* records come with the oldest first */
	if (l->about.records > 0) {
		l->about.oldest = unix_of(l->about.oldest);
		l->about.newest = unix_of(l->about.newest);
	}
}

static int by_first(const void *a, const void *b)
{
	const struct ts_evtx_chunk_info *x = *(struct ts_evtx_chunk_info *const *)a,
					*y = *(struct ts_evtx_chunk_info *const *)b;
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
	struct ts_evtx_chunk_info **all = ts_xcalloc(n > 0 ? n : 1, sizeof(*all));
	n = 0;
	for (size_t i = 0; i < src->nlogs; i++) {
		for (size_t k = 0; k < src->logs[i].nchunks; k++) {
			if (src->logs[i].chunks[k].records > 0) {
				all[n++] = &src->logs[i].chunks[k];
			}
		}
	}
	qsort(all, n, sizeof(struct ts_evtx_chunk_info *), by_first);
	for (size_t i = 1; i < n; i++) {
		all[i]->copy = all[i]->written == all[i - 1]->written && all[i]->first == all[i - 1]->first;
	}
	free(all);
}

/* An export as XML beside the log that it was made from, which has all of it. */
static bool is_export(const struct ts_evtx_source *src, size_t log)
{
	bool covered = true;
	for (size_t i = 0; i < src->nparts && covered; i++) {
		const struct ts_evtx_part_info *p = &src->parts[i];
		covered = p->log != log;
		for (size_t k = 0; k < src->nparts && !covered; k++) {
			const struct ts_evtx_part_info *whole = &src->parts[k];
			covered = !src->logs[whole->log].is_xml &&
				  ts_str_case_eq(whole->channel, p->channel) && whole->oldest <= p->oldest &&
				  whole->newest >= p->newest;
		}
	}
	return covered && src->logs[log].is_xml && !src->logs[log].many;
}

static void mark_exports(struct ts_evtx_source *src)
{
	for (size_t i = 0; i < src->nlogs; i++) {
		bool copy = is_export(src, i);
		for (size_t k = 0; copy && k < src->logs[i].nchunks; k++) {
			src->logs[i].chunks[k].copy = true;
		}
		for (size_t k = 0; copy && k < src->nparts; k++) {
			src->parts[k].copy = src->parts[k].copy || src->parts[k].log == i;
		}
	}
}

static void sort_logs(struct ts_evtx_source *src)
{
	for (size_t i = 0; i < src->nlogs; i++) {
		size_t at = i;
		for (; at > 0 && src->logs[src->order[at - 1]].newest < src->logs[i].newest; at--) {
			src->order[at] = src->order[at - 1];
		}
		src->order[at] = i;
	}
}

struct ts_evtx_source *ts_evtx_source_new(const struct ts_evtx_log *logs, size_t n)
{
	struct ts_arena *arena = ts_arena_new();
	struct ts_evtx_source *src = ts_arena_alloc(arena, sizeof(*src));
	struct ts_evtx *x = ts_evtx_new();
	src->arena = arena;
	src->nlogs = n;
	src->logs = ts_arena_calloc(arena, n > 0 ? n : 1, sizeof(*src->logs));
	src->order = ts_arena_calloc(arena, n > 0 ? n : 1, sizeof(*src->order));
	for (size_t i = 0; i < n; i++) {
		src->logs[i].file = logs[i];
		src->logs[i].file.label = ts_arena_strdup(arena, logs[i].label);
		read_log(src, i, x);
	}
	mark_copies(src);
	mark_exports(src);
	sort_logs(src);
	ts_evtx_free(x);
	return src;
}

void ts_evtx_source_free(struct ts_evtx_source *src)
{
	if (src != NULL) {
		ts_arena_free(src->arena);
	}
}

int64_t ts_evtx_source_newest(const struct ts_evtx_source *src)
{
	return src->nlogs > 0 && src->logs[src->order[0]].newest > 0
		       ? unix_of(src->logs[src->order[0]].newest)
		       : 0;
}

const struct ts_evtx_about *ts_evtx_source_about(const struct ts_evtx_source *src, size_t i)
{
	return i < src->nlogs ? &src->logs[i].about : NULL;
}
