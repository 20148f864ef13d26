/* table/rows.h - rows of a test case as a machine's evidence. */
#ifndef TS_TABLE_ROWS_H
#define TS_TABLE_ROWS_H

#include "base/err.h"
#include "table/scan.h"

struct ts_rows;

struct ts_rows *ts_rows_new(void);
void ts_rows_free(struct ts_rows *r); /* NULL is allowed */
/* See evidence.h. */
bool ts_rows_mention(struct ts_rows *r, const char *table, struct ts_err *err);
bool ts_rows_add(struct ts_rows *r, const char *table, const char *const *columns, const char *const *values,
	int n, struct ts_err *err);
bool ts_rows_gap(
	struct ts_rows *r, const char *table, const char *subject, enum ts_seen seen, struct ts_err *err);
/* Thread safe as long as nothing is added. */
void ts_rows_scan(const struct ts_rows *r, struct ts_scan *s);

/* The table of that name, or NULL with a message that names the nearest. */
const struct ts_table *ts_rows_table(const char *name, struct ts_err *err);

#endif
