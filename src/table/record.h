/* table/record.h - what the scans of this computer gave, kept while checks run: the content of a bundle that answers
 * the same checks, and any other on the same subjects, as this computer did. */
#ifndef TS_TABLE_RECORD_H
#define TS_TABLE_RECORD_H

#include "base/err.h"
#include "table/bundle.h"
#include "table/scan.h"

struct ts_record;

struct ts_record *ts_record_new(void);
void ts_record_free(struct ts_record *r); /* NULL is allowed */

/* Let `live` answer the scan, and keep what the subject holds beyond what this scan asks for: a bundle that held only
 * the rows of port 3389 would say of every other port that nothing listens. Tables that look at other computers are
 * kept as they were asked: collecting must not contact more than the checks do. Thread safe. */
void ts_record_scan(
	struct ts_record *r, struct ts_scan *s, void (*live)(void *ctx, struct ts_scan *s), void *ctx);

/* One kept scan. */
struct ts_recorded {
	const struct ts_table *table;
	const char *subject; /* "" = the whole table */
	const char *scope;   /* table/scope.h */
	const struct ts_book *ledger;
	int64_t rows; /* 0 for a scope that begins with '(': its rows are in the one of the whole subject */
	const struct ts_scan *scan; /* the rows; NULL = none */
};
/* In order of table, subject, and time; NULL past the end. Not while scans run. */
const struct ts_recorded *ts_record_get(struct ts_record *r, size_t i);

/* What is done to every text before it is written (pseudonyms); what it returns lives as long as ctx. */
struct ts_record_change {
	const char *(*text)(void *ctx, const char *text);
	void *ctx;
};
/* Write all of it: ledger lines, and rows, each as often as the scan that saw it most often. change may be NULL. */
bool ts_record_write(struct ts_record *r, struct ts_bundle_writer *w, const struct ts_record_change *change,
	struct ts_err *err);

#endif
