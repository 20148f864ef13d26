/* table/log_file-linux.c - lines of log files of known programs. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/utf8.h"
#include "decode/logline.h"
#include "os/map.h"
#include "table/match.h"
#include "table/schema.h"

/* What may be read: an entry names paths, and must not get at other files by them. */
static const char *const allowed[] = { "/var/log/xrdp*.log" };

static bool is_allowed(const char *path)
{
	for (size_t i = 0; i < TS_COUNT(allowed); i++) {
		if (fnmatch(allowed[i], path, FNM_PATHNAME) == 0) {
			return true;
		}
	}
	return false;
}

/* Local time as an instant; where the clock was set back the later of the two. */
static struct ts_instant to_utc(struct ts_instant t)
{
	struct ts_calendar c = ts_calendar_of(t.sec);
	struct tm tm = { .tm_year = c.year - 1900,
		.tm_mon = c.month - 1,
		.tm_mday = c.day,
		.tm_hour = c.hour,
		.tm_min = c.minute,
		.tm_sec = c.second,
		.tm_isdst = -1 };
	time_t utc = mktime(&tm);
	return (struct ts_instant){ utc != (time_t)-1 ? (int64_t)utc : t.sec, t.ns };
}

static bool within(struct ts_instant t, const struct ts_window *w)
{
	return (!w->has_start || ts_instant_compare(t, w->start) >= 0) &&
	       (!w->has_end || ts_instant_compare(t, w->end) <= 0);
}

static void put_line(
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
	ts_row_end(s);
}

static void read_lines(struct ts_scan *s, struct ts_str text, const struct ts_window *w)
{
	struct ts_str line;
	struct ts_logline l;
	struct ts_instant time = { 0 };
	bool has_time = false; /* a line without one belongs to the line before it */
	for (int64_t number = 1; ts_str_line(&text, &line) && !ts_scan_over(s); number++) {
		ts_logline_parse(line, &l);
		if (l.has_time) {
			time = l.local ? to_utc(l.time) : l.time;
			has_time = true;
		}
		if (has_time ? within(time, w) : !w->has_start) {
			put_line(s, number, &l, has_time ? &time : NULL);
		}
	}
}

void ts_fill_log_file(struct ts_scan *s)
{
	const char *path = ts_scan_text(s, "path", 0);
	struct ts_window w;
	struct ts_map map = { 0 };
	struct ts_err err;
	if (!is_allowed(path)) {
		ts_scan_sawf(s, TS_SEEN_DENIED, "only logs of known programs are read: %s", allowed[0]);
		return;
	}
	if (!ts_match_window(s, &w)) {
		return;
	}
	/* A link could lead to any file. */
	if (ts_os_is_link(path)) {
		ts_scan_saw(s, NULL, TS_SEEN_DENIED, "it is a symbolic link, which is not followed");
		return;
	}
	if (!ts_os_map(path, &map, &err)) {
		if (access(path, F_OK) != 0 && errno == ENOENT) {
			ts_scan_saw(s, NULL, TS_SEEN_ABSENT, "there is no such file");
		} else {
			ts_scan_saw(s, NULL,
				access(path, R_OK) != 0 && errno == EACCES ? TS_SEEN_DENIED : TS_SEEN_PARTIAL,
				err.text);
		}
		return;
	}
	read_lines(s, (struct ts_str){ (const char *)map.data, map.size }, &w);
	ts_os_unmap(&map);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}
