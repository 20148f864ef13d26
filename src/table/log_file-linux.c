/* table/log_file-linux.c - lines of log files of known programs. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/utf8.h"
#include "os/map.h"
#include "table/log-lines.h"
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
	struct ts_log_times times = { .to_utc = to_utc };
	int64_t number = 0;
	ts_log_lines(s, (struct ts_str){ (const char *)map.data, map.size }, &w, &times, &number);
	ts_os_unmap(&map);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}
