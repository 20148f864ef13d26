/* table/evtx-scan.c - scans of windows_eventlog and windows_event_channels over the event logs of a
 * machine. */
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "table/evtx-rows.h"

#define POLL_RECORDS 1024 /* records between two looks at the clock */

/* --- scanning --- */

/* A scan that is under way. */
struct reading {
	struct ts_event_rows rows; /* first: a pointer to it is one to the whole */
	const struct ts_evtx_source *src;
	size_t next_log; /* to enter, as a place in src->order */
	size_t log;      /* that is being read */
	bool in_log;
	uint64_t seen; /* records looked at */
};

static int64_t identity(const struct ts_event_rows *rows)
{
	const struct reading *r = (const struct reading *)(const void *)rows;
	/* A file has fewer than 2^40 records or bytes; the identity is for this run only. */
	return (int64_t)((uint64_t)r->log << 40 | ts_evtx_place(rows->x));
}

static bool has_channel(const struct ts_evtx_source *src, size_t log, const char *channel)
{
	for (size_t i = 0; i < src->nparts; i++) {
		if (src->parts[i].log == log && ts_str_case_eq(src->parts[i].channel, channel)) {
			return true;
		}
	}
	return src->logs[log].many;
}

/* Begin with the next log that may hold records of the channel; false when there is none. */
static bool enter_log(struct reading *r, struct ts_scan *s)
{
	const struct ts_event_query *q = &r->rows.query;
	while (r->next_log < r->src->nlogs && !has_channel(r->src, r->src->order[r->next_log], q->channel)) {
		r->next_log++;
	}
	if (r->next_log == r->src->nlogs) {
		return false;
	}
	r->log = r->src->order[r->next_log++];
	const struct ts_evtx_log_info *l = &r->src->logs[r->log];
	bool *wanted = ts_arena_calloc(ts_scan_arena(s), l->nchunks + 1, sizeof(*wanted));
	for (size_t i = 0; i < l->nchunks; i++) {
		const struct ts_evtx_chunk_info *c = &l->chunks[i];
		wanted[i] = c->records > 0 && !c->copy &&
			    (q->ids.n == 0 || ts_evtx_ids_meet(&c->ids, &q->id_set)) &&
			    c->newest >= q->start && c->oldest <= q->end;
	}
	ts_evtx_open(r->rows.x, l->file.data, l->file.size);
	ts_evtx_select(r->rows.x, wanted, false);
	ts_evtx_rewind(r->rows.x, true);
	return true;
}

static bool next_row(void *ctx, struct ts_scan *s)
{
	struct reading *r = ctx;
	for (;;) {
		r->in_log = r->in_log || enter_log(r, s);
		if (!r->in_log) {
			return false;
		}
		while (ts_evtx_next(r->rows.x)) {
			if (++r->seen % POLL_RECORDS == 0 && ts_scan_over(s)) {
				return false;
			}
			if (ts_event_rows_take(&r->rows, s)) {
				return true;
			}
		}
		r->in_log = false;
	}
}

/* --- the ledger --- */

/* Damage that may have cost records; a file header alone costs none. */
static bool describe_damage(const struct ts_evtx_log_info *l, struct ts_buf *out)
{
	bool any = false;
	for (int h = TS_EVTX_FILE_HEADER + 1; h < TS_EVTX_HARMS; h++) {
		if (l->stats.harm[h] == 0) {
			continue;
		}
		if (!any) {
			ts_buf_printf(out, "%s%s: ", out->len > 0 ? "; " : "", l->file.label);
		} else {
			ts_buf_puts(out, ", ");
		}
		ts_evtx_harm_text((enum ts_evtx_harm)h, l->stats.harm[h], out);
		any = true;
	}
	return any;
}

static void put_reach(struct ts_buf *out, int64_t oldest)
{
	char text[32];
	if (oldest > 0 && oldest != INT64_MAX && ts_evtx_time_text((uint64_t)oldest, text)) {
		ts_buf_printf(out, "%sreaches back to %.19sZ", out->len > 0 ? "; " : "", text);
	}
}

/* "Microsoft-Windows-X/Operational" is kept in "Microsoft-Windows-X%4Operational.evtx". */
static bool is_file_of(const char *label, const char *channel)
{
	const char *name = label;
	for (const char *p = label; *p != '\0'; p++) {
		name = *p == '/' || *p == '\\' ? p + 1 : name;
	}
	struct ts_buf want;
	ts_buf_init(&want, 4096);
	for (const char *p = channel; *p != '\0'; p++) {
		ts_buf_printf(&want, *p == '/' ? "%%4" : "%c", *p);
	}
	ts_buf_puts(&want, ".evtx");
	bool same = ts_str_case_eq(name, ts_buf_str(&want));
	ts_buf_finish(&want);
	return same;
}

/* No record of the channel is there: is its log there and empty, or was it not handed in? */
static void report_missing(const struct ts_evtx_source *src, struct ts_scan *s, const char *channel)
{
	struct ts_buf unread;
	ts_buf_init(&unread, 4096);
	for (size_t i = 0; i < src->nlogs; i++) {
		const struct ts_evtx_log_info *l = &src->logs[i];
		bool damaged = l->stats.records == 0 && describe_damage(l, &unread);
		/* An empty log says nothing of its channel but by its name. */
		if (l->about.is_log && l->stats.records == 0 && !damaged &&
			is_file_of(l->file.label, channel)) {
			ts_scan_sawf(s, TS_SEEN_READ, "%s is empty", l->file.label);
			ts_buf_finish(&unread);
			return;
		}
	}
	if (src->nlogs == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, "no event log (.evtx) is among the files");
	} else if (unread.len > 0) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "none of the files holds records of this channel; %s",
			ts_buf_str(&unread));
	} else {
		ts_scan_saw(
			s, NULL, TS_SEEN_NOT_COLLECTED, "none of the files holds records of this channel");
	}
	ts_buf_finish(&unread);
}

static void report(const struct reading *r, struct ts_scan *s)
{
	const struct ts_evtx_source *src = r->src;
	struct ts_buf text;
	int64_t oldest = INT64_MAX;
	size_t logs = 0;
	ts_buf_init(&text, 4096);
	for (size_t i = 0; i < src->nlogs; i++) {
		if (has_channel(src, src->order[i], r->rows.query.channel)) {
			logs++;
			describe_damage(&src->logs[src->order[i]], &text);
		}
	}
	for (size_t i = 0; i < src->nparts; i++) {
		const struct ts_evtx_part_info *p = &src->parts[i];
		if (p->oldest < oldest && ts_str_case_eq(p->channel, r->rows.query.channel)) {
			oldest = p->oldest;
		}
	}
	if (r->rows.undecoded > 0) {
		ts_buf_puts(&text, text.len > 0 ? "; " : "");
		ts_evtx_harm_text(TS_EVTX_RECORD_XML, r->rows.undecoded, &text);
	}
	bool partial = text.len > 0;
	put_reach(&text, oldest);
	if (logs > 0) {
		ts_scan_saw(s, NULL, partial ? TS_SEEN_PARTIAL : TS_SEEN_READ, ts_buf_str(&text));
	} else {
		report_missing(src, s, r->rows.query.channel);
	}
	ts_buf_finish(&text);
}

static void finish(void *ctx, struct ts_scan *s)
{
	struct reading *r = ctx;
	report(r, s);
	ts_event_rows_end(&r->rows);
}

void ts_evtx_scan(const struct ts_evtx_source *src, struct ts_scan *s)
{
	struct reading *r = ts_arena_alloc(ts_scan_arena(s), sizeof(*r));
	r->src = src;
	if (ts_event_rows_begin(&r->rows, s, identity)) {
		ts_scan_stream(s, (struct ts_stream){ next_row, finish, r });
	}
}

/* --- windows_event_channels --- */

static void put_time(struct ts_scan *s, const char *column, int64_t time)
{
	char text[32];
	if (time > 0 && time != INT64_MAX && ts_evtx_time_text((uint64_t)time, text)) {
		ts_row_text(s, column, text);
	}
}

/* Is there a part of the same channel before part i? (It was counted with that one.) */
static bool told(const struct ts_evtx_source *src, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (!src->parts[k].copy && ts_str_case_eq(src->parts[k].channel, src->parts[i].channel)) {
			return true;
		}
	}
	return false;
}

bool ts_evtx_scan_channels(const struct ts_evtx_source *src, struct ts_scan *s)
{
	bool more = true;
	size_t rows = 0;
	for (size_t i = 0; i < src->nparts && more; i++) {
		struct ts_evtx_part_info sum = src->parts[i];
		if (sum.copy || !ts_scan_allows_text(s, "channel", sum.channel) || told(src, i)) {
			continue;
		}
		for (size_t k = i + 1; k < src->nparts; k++) {
			const struct ts_evtx_part_info *p = &src->parts[k];
			if (!p->copy && ts_str_case_eq(p->channel, sum.channel)) {
				sum.records += p->records;
				sum.oldest = p->oldest < sum.oldest ? p->oldest : sum.oldest;
				sum.newest = p->newest > sum.newest ? p->newest : sum.newest;
			}
		}
		ts_row_begin(s);
		ts_row_text(s, "channel", sum.channel);
		ts_row_int(s, "records", (int64_t)sum.records);
		put_time(s, "oldest", sum.oldest);
		put_time(s, "newest", sum.newest);
		more = ts_row_end(s);
		rows++;
	}
	if (rows > 0 && ts_scan_has_subject(s)) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	} else if (rows > 0) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
			"only the channels whose logs are among the files; whether one is enabled is not in "
			"them");
	} else {
		ts_scan_saw(
			s, NULL, TS_SEEN_NOT_COLLECTED, "none of the files holds records of this channel");
	}
	return more;
}
