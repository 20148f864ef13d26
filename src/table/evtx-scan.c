/* table/evtx-scan.c - scans of windows_eventlog and windows_event_channels over the event logs of a
 * machine. */
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "table/evtx-source-int.h"
#include "table/match.h"

#define POLL_RECORDS 1024 /* records between two looks at the clock */
#define MAX_IDS      256  /* event ids, processes or levels that one query asks for */

/* --- what a query asks for --- */

struct numbers {
	int64_t values[MAX_IDS];
	int n;
};

struct query {
	const char *channel;
	struct numbers ids, pids, levels;
	uint64_t id_bits; /* as in struct ts_evtx_chunk_info; all ones when any id will do */
	int nproviders;
	int64_t start, end; /* FILETIME */
	bool level, task, provider, guid, computer, id, keywords, data, pid, tid,
		datetime; /* columns wanted */
};

/* A list that is too long to keep asks for nothing here: SQLite compares again. */
static void get_numbers(struct ts_scan *s, const char *column, struct numbers *out)
{
	int n = ts_scan_count(s, column);
	out->n = 0;
	for (int i = 0; i < n && n <= MAX_IDS; i++) {
		if (ts_scan_int(s, column, i, &out->values[out->n])) {
			out->n++;
		}
	}
}

static bool allows(const struct numbers *list, const struct ts_evtx *x, enum ts_evtx_field f, int64_t missing)
{
	int64_t v;
	if (list->n == 0) {
		return true;
	}
	if (!ts_evtx_int(x, f, &v)) {
		v = missing;
	}
	for (int i = 0; i < list->n; i++) {
		if (list->values[i] == v) {
			return true;
		}
	}
	return false;
}

/* The first FILETIME at or after the instant; the last one at or before it where `up` is false. */
static int64_t filetime_of(struct ts_instant t, bool up)
{
	return (int64_t)ts_evtx_time_of_unix(t.sec) + (t.ns + (up ? 99 : 0)) / 100;
}

static bool get_query(struct ts_scan *s, struct query *q)
{
	struct ts_window w;
	memset(q, 0, sizeof(*q));
	q->channel = ts_scan_text(s, "channel", 0);
	if (ts_scan_count(s, "xpath") > 0 || q->channel == NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED,
			"a query by xpath cannot be answered from files; ask by channel, eventid and "
			"time_range");
		return false;
	}
	if (!ts_match_event_window(s, &w)) {
		return false;
	}
	q->start = w.has_start ? filetime_of(w.start, true) : INT64_MIN;
	q->end = w.has_end ? filetime_of(w.end, false) : INT64_MAX;
	get_numbers(s, "eventid", &q->ids);
	get_numbers(s, "pid", &q->pids);
	get_numbers(s, "level", &q->levels);
	q->id_bits = q->ids.n > 0 ? 0 : UINT64_MAX;
	for (int i = 0; i < q->ids.n; i++) {
		q->id_bits |= UINT64_C(1) << (q->ids.values[i] & 63);
	}
	q->nproviders = ts_scan_count(s, "provider_name");
	const struct {
		const char *column;
		bool *wanted;
	} columns[] = { { "level", &q->level }, { "task", &q->task }, { "provider_name", &q->provider },
		{ "provider_guid", &q->guid }, { "computer_name", &q->computer }, { "eventid", &q->id },
		{ "keywords", &q->keywords }, { "data", &q->data }, { "pid", &q->pid }, { "tid", &q->tid },
		{ "datetime", &q->datetime } };
	for (size_t i = 0; i < TS_COUNT(columns); i++) {
		*columns[i].wanted = ts_scan_wants(s, columns[i].column);
	}
	return true;
}

/* --- scanning --- */

/* What a scan of one channel met. */
struct outcome {
	uint64_t found, undecoded; /* rows; records whose data is damaged */
	int64_t oldest;            /* of all records of the channel */
	size_t logs;
	struct ts_buf damage; /* what is wrong with the logs it is in */
};

/* The provider is asked for by one of its two names: that one, as the query spells it; NULL = it is another
 * provider. */
static const char *provider_asked(struct ts_scan *s, const struct query *q, const struct ts_evtx *x)
{
	for (int i = 0; i < q->nproviders; i++) {
		const char *name = ts_scan_text(s, "provider_name", i);
		if (ts_evtx_field_is(x, TS_EVTX_PROVIDER, name) ||
			ts_evtx_field_is(x, TS_EVTX_SOURCE, name)) {
			return name;
		}
	}
	return NULL;
}

static void put_number(struct ts_scan *s, const char *column, const struct ts_evtx *x, enum ts_evtx_field f)
{
	int64_t v;
	if (ts_evtx_int(x, f, &v)) {
		ts_row_int(s, column, v);
	}
}

static void put_process(struct ts_scan *s, const char *column, const struct ts_evtx *x, enum ts_evtx_field f)
{
	int64_t v;
	ts_row_int(s, column, ts_evtx_int(x, f, &v) ? v : -1);
}

static void put_data(struct ts_scan *s, struct ts_evtx *x, struct outcome *o)
{
	struct ts_buf json;
	ts_buf_init(&json, TS_BUF_MAX_TEXT);
	if (!ts_evtx_json(x, &json)) {
		o->undecoded++;
	} else if (json.len > 0) {
		ts_row_text(s, "data", ts_buf_str(&json));
	}
	ts_buf_finish(&json);
}

static bool emit(
	struct ts_scan *s, const struct query *q, struct ts_evtx *x, const char *provider, struct outcome *o)
{
	char text[32];
	int64_t time;
	ts_row_begin(s);
	if (q->datetime && ts_evtx_int(x, TS_EVTX_TIME, &time) && ts_evtx_time_text((uint64_t)time, text)) {
		ts_row_text(s, "datetime", text);
	}
	if (q->task) {
		put_number(s, "task", x, TS_EVTX_TASK);
	}
	if (q->level) {
		put_number(s, "level", x, TS_EVTX_LEVEL);
	}
	if (q->provider) {
		ts_row_text(
			s, "provider_name", provider != NULL ? provider : ts_evtx_text(x, TS_EVTX_PROVIDER));
	}
	if (q->guid) {
		ts_row_text(s, "provider_guid", ts_evtx_text(x, TS_EVTX_PROVIDER_GUID));
	}
	if (q->computer) {
		ts_row_text(s, "computer_name", ts_evtx_text(x, TS_EVTX_COMPUTER));
	}
	if (q->id) {
		put_number(s, "eventid", x, TS_EVTX_EVENT_ID);
	}
	if (q->keywords) {
		ts_row_text(s, "keywords", ts_evtx_text(x, TS_EVTX_KEYWORDS));
	}
	if (q->data) {
		put_data(s, x, o);
	}
	if (q->pid) {
		put_process(s, "pid", x, TS_EVTX_PID);
	}
	if (q->tid) {
		put_process(s, "tid", x, TS_EVTX_TID);
	}
	o->found++;
	return ts_row_end(s);
}

/* The record, if the query asks for it. False: no more rows are wanted. */
static bool take(struct ts_scan *s, const struct query *q, struct ts_evtx *x, struct outcome *o)
{
	const char *provider = NULL;
	int64_t time;
	if (!allows(&q->ids, x, TS_EVTX_EVENT_ID, -1) || !allows(&q->levels, x, TS_EVTX_LEVEL, -1) ||
		!allows(&q->pids, x, TS_EVTX_PID, -1)) {
		return true;
	}
	if ((q->start != INT64_MIN || q->end != INT64_MAX) &&
		(!ts_evtx_int(x, TS_EVTX_TIME, &time) || time < q->start || time > q->end)) {
		return true;
	}
	if (!ts_evtx_field_is(x, TS_EVTX_CHANNEL, q->channel)) {
		return true;
	}
	if (q->nproviders > 0 && (provider = provider_asked(s, q, x)) == NULL) {
		return true;
	}
	return emit(s, q, x, provider, o);
}

static bool scan_log(const struct ts_evtx_log_info *l, struct ts_scan *s, const struct query *q,
	struct ts_evtx *x, struct outcome *o)
{
	bool *wanted = ts_arena_calloc(ts_scan_arena(s), l->nchunks + 1, sizeof(*wanted));
	bool more = true;
	for (size_t i = 0; i < l->nchunks; i++) {
		const struct ts_evtx_chunk_info *c = &l->chunks[i];
		wanted[i] = c->records > 0 && !c->copy && (c->ids & q->id_bits) != 0 &&
			    c->newest >= q->start && c->oldest <= q->end;
	}
	ts_evtx_open(x, l->file.data, l->file.size);
	ts_evtx_select(x, wanted, false);
	ts_evtx_rewind(x, true);
	for (size_t n = 1; more && ts_evtx_next(x); n++) {
		more = take(s, q, x, o) && (n % POLL_RECORDS != 0 || !ts_scan_over(s));
	}
	return more;
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
		if (l->is_log && l->stats.records == 0 && !damaged && is_file_of(l->file.label, channel)) {
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

static void report(
	const struct ts_evtx_source *src, struct ts_scan *s, const struct query *q, struct outcome *o)
{
	if (o->logs == 0) {
		report_missing(src, s, q->channel);
		return;
	}
	if (o->undecoded > 0) {
		ts_buf_puts(&o->damage, o->damage.len > 0 ? "; " : "");
		ts_evtx_harm_text(TS_EVTX_RECORD_XML, o->undecoded, &o->damage);
	}
	bool partial = o->damage.len > 0;
	put_reach(&o->damage, o->oldest);
	ts_scan_saw(s, NULL, partial ? TS_SEEN_PARTIAL : TS_SEEN_READ, ts_buf_str(&o->damage));
}

bool ts_evtx_scan(const struct ts_evtx_source *src, struct ts_scan *s)
{
	struct query q;
	struct outcome o = { .oldest = INT64_MAX };
	bool more = true;
	if (!get_query(s, &q)) {
		return true;
	}
	struct ts_evtx *x = ts_evtx_new();
	ts_buf_init(&o.damage, 4096);
	for (size_t i = 0; i < src->nlogs; i++) {
		const struct ts_evtx_log_info *l = &src->logs[src->order[i]];
		bool has = l->many;
		for (size_t k = 0; k < src->nparts; k++) {
			const struct ts_evtx_part_info *p = &src->parts[k];
			if (p->log == src->order[i] && ts_str_case_eq(p->channel, q.channel)) {
				has = true;
				o.oldest = p->oldest < o.oldest ? p->oldest : o.oldest;
			}
		}
		if (has) {
			o.logs++;
			describe_damage(l, &o.damage);
			more = more && scan_log(l, s, &q, x, &o);
		}
	}
	report(src, s, &q, &o);
	ts_buf_finish(&o.damage);
	ts_evtx_free(x);
	return more;
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
