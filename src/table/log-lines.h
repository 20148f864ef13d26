/* table/log-lines.h - lines of a log as rows of the table log_file. */
#ifndef TS_TABLE_LOG_LINES_H
#define TS_TABLE_LOG_LINES_H

#include "base/str.h"
#include "decode/datetime.h"
#include "table/match.h"

/* How times without a zone are read. */
struct ts_log_times {
	struct ts_instant (*to_utc)(struct ts_instant t); /* NULL = nobody knows their zone: as if of UTC */
	bool unsure; /* set where it depends on the zone whether a line is within the window */
};

/* Rows of the lines within the window; *number is the number of the line before. False: no more rows are wanted. */
bool ts_log_lines(struct ts_scan *s, struct ts_str text, const struct ts_window *w,
	struct ts_log_times *times, int64_t *number);

#endif
