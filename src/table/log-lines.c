/* table/log-lines.c - lines of a log as rows of the table log_file. */
#include "table/log-lines.h"

#include <stdio.h>
#include "decode/logline.h"

#define ZONE_MS INT64_C(50400000) /* no zone is further from UTC than 14 hours */

static bool within(struct ts_instant t, const struct ts_window *w)
{
	return (!w->has_start || ts_instant_compare(t, w->start) >= 0) &&
	       (!w->has_end || ts_instant_compare(t, w->end) <= 0);
}

static bool put_line(
	struct ts_scan *s, int64_t number, const struct ts_logline *l, const struct ts_instant *time)
{
	char when[64];
	struct ts_arena *a = ts_scan_arena(s);
	ts_row_begin(s);
	ts_row_int(s, "line", number);
	if (time != NULL) {
		struct ts_calendar c = ts_calendar_of(time->sec);
		snprintf(when, sizeof(when), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
			c.hour, c.minute, c.second, (int)(time->ns / 1000000));
		ts_row_text(s, "datetime", when);
	}
	if (l->level.n > 0) {
		ts_row_text(s, "level", ts_arena_strndup(a, l->level.p, l->level.n));
	}
	ts_row_text(s, "message", ts_arena_strndup(a, l->message.p, l->message.n));
	return ts_row_end(s);
}

/* Of an unknown zone: a line that may be within the window is shown. */
static bool may_be_within(struct ts_instant t, const struct ts_window *w, bool *unsure)
{
	bool early = within(ts_instant_add_ms(t, -ZONE_MS), w),
	     late = within(ts_instant_add_ms(t, ZONE_MS), w), now = within(t, w);
	*unsure = *unsure || early != now || late != now;
	return early || late || now;
}

bool ts_log_lines(struct ts_scan *s, struct ts_str text, const struct ts_window *w,
	struct ts_log_times *times, int64_t *number)
{
	struct ts_str line;
	struct ts_logline l;
	struct ts_instant time = { 0 };
	bool has_time = false,
	     shown = !w->has_start; /* a line without a time belongs to the line before it */
	while (ts_str_line(&text, &line) && !ts_scan_over(s)) {
		ts_logline_parse(line, &l);
		++*number;
		if (l.has_time) {
			has_time = true;
			time = l.local && times->to_utc != NULL ? times->to_utc(l.time) : l.time;
			shown = l.local && times->to_utc == NULL ? may_be_within(time, w, &times->unsure)
								 : within(time, w);
		}
		if (shown && !put_line(s, *number, &l, has_time ? &time : NULL)) {
			return false;
		}
	}
	return true;
}
