/* table/evtx-rows.c - records as rows of windows_eventlog. */
#include "table/evtx-rows.h"

#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "table/match.h"

/* --- what a query asks for --- */

/* A list that is too long to keep asks for nothing here: SQLite compares again. */
static void get_numbers(struct ts_scan *s, const char *column, struct ts_event_numbers *out)
{
	int n = ts_scan_count(s, column);
	out->n = 0;
	for (int i = 0; i < n && n <= TS_EVENT_MAX_IDS; i++) {
		if (ts_scan_int(s, column, i, &out->values[out->n])) {
			out->n++;
		}
	}
}

static bool allows(
	const struct ts_event_numbers *list, const struct ts_evtx *x, enum ts_evtx_field f, int64_t missing)
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

static bool get_query(struct ts_scan *s, struct ts_event_query *q)
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
	for (int i = 0; i < q->ids.n; i++) {
		ts_evtx_ids_add(&q->id_set, q->ids.values[i]);
	}
	q->nproviders = ts_scan_count(s, "provider_name");
	q->providers = ts_arena_calloc(ts_scan_arena(s), (size_t)q->nproviders + 1, sizeof(*q->providers));
	for (int i = 0; i < q->nproviders; i++) {
		q->providers[i] = ts_scan_text(s, "provider_name", i);
	}
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

/* --- rows --- */

/* The provider is asked for by one of its two names: that one, as the query spells it; NULL = it is another
 * provider. */
static const char *provider_asked(const struct ts_event_query *q, const struct ts_evtx *x)
{
	for (int i = 0; i < q->nproviders; i++) {
		const char *name = q->providers[i];
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

static void put_data(struct ts_event_rows *r, struct ts_scan *s)
{
	ts_buf_clear(&r->json);
	if (!ts_evtx_json(r->x, &r->json)) {
		r->undecoded++;
	} else if (r->json.len > 0) {
		ts_row_text_kept(s, "data", ts_buf_str(&r->json));
	}
}

static void emit(struct ts_event_rows *r, struct ts_scan *s, const char *provider)
{
	const struct ts_event_query *q = &r->query;
	struct ts_evtx *x = r->x;
	int64_t time;
	ts_row_begin(s);
	if (q->datetime && ts_evtx_int(x, TS_EVTX_TIME, &time) &&
		ts_evtx_time_text((uint64_t)time, r->time)) {
		ts_row_text_kept(s, "datetime", r->time);
	}
	if (q->task) {
		put_number(s, "task", x, TS_EVTX_TASK);
	}
	if (q->level) {
		put_number(s, "level", x, TS_EVTX_LEVEL);
	}
	if (q->provider) {
		ts_row_text_kept(
			s, "provider_name", provider != NULL ? provider : ts_evtx_text(x, TS_EVTX_PROVIDER));
	}
	if (q->guid) {
		ts_row_text_kept(s, "provider_guid", ts_evtx_text(x, TS_EVTX_PROVIDER_GUID));
	}
	if (q->computer) {
		ts_row_text_kept(s, "computer_name", ts_evtx_text(x, TS_EVTX_COMPUTER));
	}
	if (q->id) {
		put_number(s, "eventid", x, TS_EVTX_EVENT_ID);
	}
	if (q->keywords) {
		ts_row_text_kept(s, "keywords", ts_evtx_text(x, TS_EVTX_KEYWORDS));
	}
	if (q->data) {
		put_data(r, s);
	}
	if (q->pid) {
		put_process(s, "pid", x, TS_EVTX_PID);
	}
	if (q->tid) {
		put_process(s, "tid", x, TS_EVTX_TID);
	}
	ts_row_identity(s, r->identity(r));
	ts_row_end(s);
}

bool ts_event_rows_take(struct ts_event_rows *r, struct ts_scan *s)
{
	const struct ts_event_query *q = &r->query;
	const struct ts_evtx *x = r->x;
	const char *provider = NULL;
	int64_t time;
	if (!allows(&q->ids, x, TS_EVTX_EVENT_ID, -1) || !allows(&q->levels, x, TS_EVTX_LEVEL, -1) ||
		!allows(&q->pids, x, TS_EVTX_PID, -1)) {
		return false;
	}
	if ((q->start != INT64_MIN || q->end != INT64_MAX) &&
		(!ts_evtx_int(x, TS_EVTX_TIME, &time) || time < q->start || time > q->end)) {
		return false;
	}
	if (!r->any_channel && !ts_evtx_field_is(x, TS_EVTX_CHANNEL, q->channel)) {
		return false;
	}
	if (q->nproviders > 0 && (provider = provider_asked(q, x)) == NULL) {
		return false;
	}
	emit(r, s, provider);
	return true;
}

bool ts_event_rows_begin(
	struct ts_event_rows *r, struct ts_scan *s, int64_t (*identity)(const struct ts_event_rows *r))
{
	if (!get_query(s, &r->query)) {
		return false;
	}
	r->identity = identity;
	r->x = ts_evtx_new();
	ts_buf_init(&r->json, TS_BUF_MAX_TEXT);
	return true;
}

void ts_event_rows_end(struct ts_event_rows *r)
{
	ts_buf_finish(&r->json);
	ts_evtx_free(r->x);
}
