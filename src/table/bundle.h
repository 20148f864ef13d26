/* table/bundle.h - bundles: one machine's evidence in a SQLite file. The format is described in bundle.c. */
#ifndef TS_TABLE_BUNDLE_H
#define TS_TABLE_BUNDLE_H

#include "base/err.h"
#include "table/scan.h"

struct ts_bundle; /* opened for reading */

/* Open and check: a file that is no bundle, newer, cut off, or whose tables are not plain tables is
 * refused. NULL with err. */
struct ts_bundle *ts_bundle_open(const char *path, struct ts_err *err);
void ts_bundle_free(struct ts_bundle *b); /* NULL is allowed */
int64_t ts_bundle_as_of(const struct ts_bundle *b);
/* Thread safe: scans of one bundle wait for each other. */
void ts_bundle_scan(struct ts_bundle *b, struct ts_scan *s);

struct ts_bundle_writer; /* being made: a temporary file beside the path until ts_bundle_finish() */

/* Begin a bundle of the machine `host` as it is at as_of (Unix seconds). NULL with err. */
struct ts_bundle_writer *ts_bundle_create(
	const char *path, int64_t as_of, const char *host, struct ts_err *err);
/* info: "program", "kb". */
bool ts_bundle_add_info(struct ts_bundle_writer *w, const char *key, const char *value, struct ts_err *err);
/* values: one per column of the table; hidden inputs are ignored. */
bool ts_bundle_add_row(struct ts_bundle_writer *w, const struct ts_table *t, const struct ts_value *values,
	struct ts_err *err);
/* What was seen of a subject ("" = of the whole table). A subject without a line counts as not collected. */
bool ts_bundle_add_ledger(struct ts_bundle_writer *w, const char *table, const char *subject,
	enum ts_seen seen, const char *detail, struct ts_err *err);
/* The same of a part of the subject only: scope as in table/scope.h, "" = all of it. */
bool ts_bundle_add_scoped(struct ts_bundle_writer *w, const char *table, const char *subject,
	const char *scope, enum ts_seen seen, const char *detail, struct ts_err *err);
/* Complete the file and put it in its place (0600; what stood there is replaced). Frees w in any case; on
 * failure nothing stays behind. */
bool ts_bundle_finish(struct ts_bundle_writer *w, struct ts_err *err);
/* Give up: nothing stays behind. NULL is allowed. */
void ts_bundle_abandon(struct ts_bundle_writer *w);

#endif
