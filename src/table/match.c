/* table/match.c - match hooks: rows of bundles and test cases against inputs that are no columns of
 * evidence. */
#include "table/match.h"

#include <string.h>
#include "base/str.h"

static bool parse_range(const char *text, struct ts_window *w)
{
	const char *semicolon = strchr(text, ';');
	size_t n = semicolon != NULL ? (size_t)(semicolon - text) : strlen(text);
	w->has_start = true;
	w->has_end = semicolon != NULL && semicolon[1] != '\0';
	return ts_datetime_parse(text, n, &w->start) &&
	       (!w->has_end || ts_datetime_parse(semicolon + 1, strlen(semicolon + 1), &w->end));
}

bool ts_match_window(struct ts_scan *s, struct ts_window *w)
{
	const char *text = ts_scan_text(s, "time_range", 0);
	*w = (struct ts_window){ .has_start = false };
	if (text != NULL && !parse_range(text, w)) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED,
			"time_range '%s' is neither START nor START;END in ISO 8601", text);
		return false;
	}
	return true;
}

bool ts_match_event_window(struct ts_scan *s, struct ts_window *w)
{
	const char *age = ts_scan_text(s, "timestamp", 0);
	int64_t ms;
	if (age == NULL || ts_scan_count(s, "time_range") > 0) {
		return ts_match_window(s, w);
	}
	if (!ts_parse_int(age, 0, INT64_MAX / 2000, &ms)) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "timestamp '%s' is not an age in milliseconds", age);
		return false;
	}
	struct ts_instant now = { ts_scan_as_of(s), 0 };
	*w = (struct ts_window){ .start = ts_instant_add_ms(now, -ms), .has_start = true };
	return true;
}

/* The time of a row; false with a ledger line where it cannot be read. */
static bool row_time(struct ts_scan *s, const char *const *values, struct ts_instant *out)
{
	const char *text = values[ts_table_column(ts_scan_table(s), "datetime")];
	if (text == NULL || !ts_datetime_parse(text, strlen(text), out)) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "a record whose datetime cannot be read was left out");
		return false;
	}
	return true;
}

static bool within(struct ts_scan *s, const char *const *values, const struct ts_window *w)
{
	struct ts_instant t;
	if (!w->has_start && !w->has_end) {
		return true;
	}
	return row_time(s, values, &t) && (!w->has_start || ts_instant_compare(t, w->start) >= 0) &&
	       (!w->has_end || ts_instant_compare(t, w->end) <= 0);
}

bool ts_match_time_range(struct ts_scan *s, const char *const *values)
{
	struct ts_window w;
	return ts_match_window(s, &w) && within(s, values, &w);
}

bool ts_match_event_time(struct ts_scan *s, const char *const *values)
{
	struct ts_window w;
	return ts_match_event_window(s, &w) && within(s, values, &w);
}
