/* table/match.h - match hooks: rows of bundles and test cases against inputs that are no columns of
 * evidence. */
#ifndef TS_TABLE_MATCH_H
#define TS_TABLE_MATCH_H

#include "decode/datetime.h"
#include "table/scan.h"

/* A span of time, both ends included. */
struct ts_window {
	struct ts_instant start, end;
	bool has_start, has_end;
};

/* What time_range and timestamp of windows_eventlog ask for. False with a ledger line where they cannot be
 * understood. */
bool ts_match_event_window(struct ts_scan *s, struct ts_window *w);

/* What time_range alone asks for; the same. */
bool ts_match_window(struct ts_scan *s, struct ts_window *w);

/* For tables with a column datetime and the input time_range ('START' or 'START;END', both included). A
 * row whose time cannot be read is left out, and the ledger says partial. */
bool ts_match_time_range(struct ts_scan *s, const char *const *values);
/* The same for windows_eventlog: also timestamp, a greatest age in milliseconds by the machine's clock.
 * time_range wins where both are given. */
bool ts_match_event_time(struct ts_scan *s, const char *const *values);

#endif
