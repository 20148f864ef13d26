/* table/clock.c - rows of the tables time and uptime. */
#include "table/clock.h"

#include <stdio.h>
#include "decode/datetime.h"

void ts_time_put(struct ts_scan *s, const char *zone)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	int64_t now = ts_scan_as_of(s);
	struct ts_calendar c = ts_calendar_of(now);
	char iso[64], words[64];
	snprintf(iso, sizeof(iso), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
		c.second);
	snprintf(words, sizeof(words), "%.3s %s %2d %02d:%02d:%02d %d UTC", days[c.weekday],
		months[c.month - 1], c.day, c.hour, c.minute, c.second, c.year);
	ts_row_begin(s);
	ts_row_text(s, "weekday", days[c.weekday]);
	ts_row_int(s, "year", c.year);
	ts_row_int(s, "month", c.month);
	ts_row_int(s, "day", c.day);
	ts_row_int(s, "hour", c.hour);
	ts_row_int(s, "minutes", c.minute);
	ts_row_int(s, "seconds", c.second);
	ts_row_text(s, "timezone", "UTC");
	ts_row_text(s, "local_timezone", zone);
	ts_row_int(s, "unix_time", now);
	ts_row_text(s, "timestamp", words);
	ts_row_text(s, "datetime", iso);
	ts_row_text(s, "iso_8601", iso);
	ts_row_end(s);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

void ts_uptime_put(struct ts_scan *s, int64_t total)
{
	ts_row_begin(s);
	ts_row_int(s, "days", total / 86400);
	ts_row_int(s, "hours", total / 3600 % 24);
	ts_row_int(s, "minutes", total / 60 % 60);
	ts_row_int(s, "seconds", total % 60);
	ts_row_int(s, "total_seconds", total);
	ts_row_end(s);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}
