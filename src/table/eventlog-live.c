/* table/eventlog-live.c - windows_eventlog and windows_event_channels of the running Windows. What a query asks for goes
 * into the XPath that the event log filters by; each record comes as XML and becomes a row like one of a file. */
#include <string.h>
#include "base/str.h"
#include "os/events.h"
#include "table/evtx-rows.h"
#include "table/match.h"
#include "table/schema.h"

#define POLL_RECORDS 256 /* between two looks at the clock */
#define MAX_TERMS    20  /* of one XPath: the event log refuses much longer ones */
#define FAILURES     100 /* records that cannot be read before the rest is given up */

/* --- the query --- */

/* Adds " and " between conditions. */
static void join(struct ts_buf *b, const char *mark)
{
	ts_buf_puts(b, b->len > 0 && b->data[b->len - 1] != '[' && b->data[b->len - 1] != '(' ? mark : "");
}

/* "(EventID=1 or EventID=2)"; nothing where there are none or too many: rows are compared again. */
static void put_numbers(struct ts_buf *b, const struct ts_event_numbers *list, const char *before,
	const char *after, int *terms)
{
	if (list->n == 0 || *terms + list->n > MAX_TERMS) {
		return;
	}
	for (int i = 0; i < list->n; i++) {
		if (list->values[i] < 0) {
			return; /* "unknown" of a row is no number of a record */
		}
	}
	join(b, " and ");
	ts_buf_putc(b, '(');
	for (int i = 0; i < list->n; i++) {
		join(b, " or ");
		ts_buf_printf(b, "%s%lld%s", before, (long long)list->values[i], after);
	}
	ts_buf_putc(b, ')');
	*terms += list->n;
}

static void put_providers(struct ts_buf *b, const struct ts_event_query *q, int *terms)
{
	if (q->nproviders == 0 || *terms + q->nproviders * 2 > MAX_TERMS) {
		return;
	}
	for (int i = 0; i < q->nproviders; i++) {
		if (strpbrk(q->providers[i], "'\"<>&") != NULL) {
			return; /* XPath has no way to quote both marks, and no provider has them */
		}
	}
	join(b, " and ");
	ts_buf_puts(b, "Provider[");
	for (int i = 0; i < q->nproviders; i++) {
		join(b, " or ");
		ts_buf_printf(b, "@Name='%s' or @EventSourceName='%s'", q->providers[i], q->providers[i]);
	}
	ts_buf_putc(b, ']');
	*terms += q->nproviders * 2;
}

static void put_time(struct ts_buf *b, const char *compare, int64_t filetime)
{
	char text[32];
	if (filetime > 0 && ts_evtx_time_text((uint64_t)filetime, text)) {
		join(b, " and ");
		ts_buf_printf(b, "@SystemTime%s'%s'", compare, text);
	}
}

static void make_xpath(const struct ts_event_query *q, struct ts_buf *b)
{
	struct ts_buf time;
	int terms = 0;
	ts_buf_init(&time, 256);
	ts_buf_puts(b, "*[System[");
	size_t empty = b->len;
	put_numbers(b, &q->ids, "EventID=", "", &terms);
	put_numbers(b, &q->levels, "Level=", "", &terms);
	put_numbers(b, &q->pids, "Execution[@ProcessID=", "]", &terms);
	put_providers(b, q, &terms);
	if (q->start != INT64_MIN) {
		put_time(&time, ">=", q->start);
	}
	if (q->end != INT64_MAX) {
		put_time(&time, "<=", q->end);
	}
	if (time.len > 0) {
		join(b, " and ");
		ts_buf_printf(b, "TimeCreated[%s]", ts_buf_str(&time));
	}
	ts_buf_puts(b, "]]");
	if (b->len == empty + 2) {
		ts_buf_clear(b);
		ts_buf_puts(b, "*");
	}
	ts_buf_finish(&time);
}

/* --- reading --- */

struct reading {
	struct ts_event_rows rows; /* first: a pointer to it is one to the whole */
	const struct ts_events_if *os;
	void *query;
	struct ts_buf xml;
	uint64_t seen, unread; /* records */
	enum ts_told told;     /* of the last look at the log */
	struct ts_err err;
};

/* Records of a channel have numbers of their own. */
static int64_t identity(const struct ts_event_rows *rows)
{
	return (int64_t)ts_evtx_number(rows->x);
}

static bool next_row(void *ctx, struct ts_scan *s)
{
	struct reading *r = ctx;
	while (r->unread < FAILURES && !(++r->seen % POLL_RECORDS == 0 && ts_scan_over(s))) {
		r->told = r->os->next(r->query, &r->xml, &r->err);
		if (r->told == TS_TOLD_NO || r->told == TS_TOLD_DENIED) {
			return false;
		}
		if (r->told == TS_TOLD_FAILED ||
			!ts_evtx_set_xml(r->rows.x, ts_buf_str(&r->xml), r->xml.len)) {
			r->unread++;
			continue;
		}
		/* What the event log was asked for is asked again: its XPath holds only what fits. */
		if (ts_event_rows_take(&r->rows, s)) {
			return true;
		}
	}
	return false;
}

/* When the oldest record of the channel was written; 0 = unknown. */
static int64_t oldest_time(const struct ts_events_if *os, const char *channel, struct ts_evtx *x, bool newest)
{
	struct ts_buf xml;
	struct ts_err err;
	void *query;
	int64_t time = 0;
	if (os->query(channel, "*", newest, &query, &err) != TS_TOLD_YES) {
		return 0;
	}
	ts_buf_init(&xml, TS_BUF_MAX_TEXT);
	if (os->next(query, &xml, &err) != TS_TOLD_YES || !ts_evtx_set_xml(x, ts_buf_str(&xml), xml.len) ||
		!ts_evtx_int(x, TS_EVTX_TIME, &time)) {
		time = 0;
	}
	os->close(query);
	ts_buf_finish(&xml);
	return time;
}

static void tell_reach(const struct reading *r, struct ts_scan *s)
{
	char text[32];
	struct ts_channel_state state;
	struct ts_err err;
	const char *channel = r->rows.query.channel;
	int64_t oldest = oldest_time(r->os, channel, r->rows.x, false);
	bool known = oldest > 0 && ts_evtx_time_text((uint64_t)oldest, text);
	if (r->os->state(channel, &state, &err) == TS_TOLD_YES && state.enabled_known && !state.enabled) {
		/* What was not written cannot be missed: an empty answer says nothing. */
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "the channel is not enabled: nothing is written to it");
	} else if (known) {
		ts_scan_sawf(s, TS_SEEN_READ, "reaches back to %.19sZ", text);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, "the channel is empty");
	}
}

static void finish(void *ctx, struct ts_scan *s)
{
	struct reading *r = ctx;
	if (r->told == TS_TOLD_DENIED) {
		ts_scan_saw(s, NULL, TS_SEEN_DENIED, TS_ELEVATED_PROMPT);
	} else if (r->unread > 0 || r->rows.undecoded > 0) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "%llu records cannot be read%s%s",
			(unsigned long long)(r->unread + r->rows.undecoded),
			r->err.text[0] != '\0' ? ": " : "", r->err.text);
	} else {
		tell_reach(r, s);
	}
	r->os->close(r->query);
	ts_buf_finish(&r->xml);
	ts_event_rows_end(&r->rows);
}

static const struct ts_events_if *find_log(struct ts_scan *s)
{
	const char *why = NULL;
	const struct ts_events_if *os = ts_events(&why);
	if (os == NULL) {
		/* Nothing more is to be said of the query's own inputs. */
		for (int i = 0; i < ts_scan_table(s)->ncolumns; i++) {
			if (ts_column_is_input(&ts_scan_table(s)->columns[i])) {
				ts_scan_count(s, ts_scan_table(s)->columns[i].name);
			}
		}
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, why);
	}
	return os;
}

/* The event log does not answer about a channel. */
static void tell_failure(struct ts_scan *s, enum ts_told told, const char *words)
{
	switch (told) {
	case TS_TOLD_DENIED: ts_scan_saw(s, NULL, TS_SEEN_DENIED, TS_ELEVATED_PROMPT); break;
	case TS_TOLD_NO: ts_scan_saw(s, NULL, TS_SEEN_ABSENT, "there is no such channel"); break;
	default: ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, words); break;
	}
}

void ts_fill_windows_eventlog(struct ts_scan *s)
{
	const struct ts_events_if *os = find_log(s);
	struct reading *r = ts_arena_alloc(ts_scan_arena(s), sizeof(*r));
	struct ts_buf xpath;
	if (os == NULL || !ts_event_rows_begin(&r->rows, s, identity)) {
		return;
	}
	r->os = os;
	r->rows.any_channel = true;
	r->err.text[0] = '\0';
	ts_buf_init(&xpath, 65536);
	make_xpath(&r->rows.query, &xpath);
	enum ts_told told = os->query(r->rows.query.channel, ts_buf_str(&xpath), true, &r->query, &r->err);
	ts_buf_finish(&xpath);
	if (told != TS_TOLD_YES) {
		tell_failure(s, told, r->err.text);
		ts_event_rows_end(&r->rows);
		return;
	}
	ts_buf_init(&r->xml, TS_BUF_MAX_TEXT);
	ts_scan_stream(s, (struct ts_stream){ next_row, finish, r });
}

/* --- windows_event_channels --- */

static void put_moment(struct ts_scan *s, const char *column, int64_t time)
{
	char text[32];
	if (time > 0 && ts_evtx_time_text((uint64_t)time, text)) {
		ts_row_text(s, column, text);
	}
}

/* A row; what the system answered. */
static enum ts_told put_channel(struct ts_scan *s, const struct ts_events_if *os, const char *channel,
	struct ts_evtx *x, struct ts_err *err)
{
	struct ts_channel_state state;
	enum ts_told told = os->state(channel, &state, err);
	if (told != TS_TOLD_YES) {
		return told;
	}
	ts_row_begin(s);
	ts_row_text(s, "channel", channel);
	if (state.enabled_known) {
		ts_row_int(s, "enabled", state.enabled);
	}
	if (state.records_known) {
		ts_row_int(s, "records", (int64_t)state.records);
	}
	if (ts_scan_wants(s, "oldest")) {
		put_moment(s, "oldest", oldest_time(os, channel, x, false));
	}
	if (ts_scan_wants(s, "newest")) {
		put_moment(s, "newest", oldest_time(os, channel, x, true));
	}
	ts_row_end(s);
	/* Its records may not be seen, though it is there. */
	return state.records_known ? TS_TOLD_YES : TS_TOLD_DENIED;
}

static void put_all_channels(struct ts_scan *s, const struct ts_events_if *os, struct ts_evtx *x)
{
	struct ts_buf name;
	struct ts_err err = { "" };
	void *list = NULL;
	enum ts_told told;
	uint64_t hidden = 0;
	ts_buf_init(&name, 65536);
	while ((told = os->channel(&list, &name, &err)) == TS_TOLD_YES && !ts_scan_over(s)) {
		hidden += put_channel(s, os, ts_buf_str(&name), x, &err) != TS_TOLD_YES;
	}
	os->close_list(list);
	ts_buf_finish(&name);
	if (told != TS_TOLD_NO && told != TS_TOLD_YES) {
		tell_failure(s, told, err.text);
	} else if (hidden > 0) {
		ts_scan_sawf(
			s, TS_SEEN_DENIED, "%llu channels; " TS_ELEVATED_PROMPT, (unsigned long long)hidden);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

void ts_fill_windows_event_channels(struct ts_scan *s)
{
	const struct ts_events_if *os = find_log(s);
	struct ts_err err = { "" };
	if (os == NULL) {
		return;
	}
	struct ts_evtx *x = ts_evtx_new();
	if (ts_scan_count(s, "channel") == 0) {
		put_all_channels(s, os, x);
	} else {
		enum ts_told told = put_channel(s, os, ts_scan_text(s, "channel", 0), x, &err);
		if (told == TS_TOLD_YES) {
			ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
		} else {
			tell_failure(s, told, err.text);
		}
	}
	ts_evtx_free(x);
}
