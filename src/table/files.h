/* table/files.h - a machine's evidence as files: what a person copied from it, in a folder, an archive or single files.
 * Each table of Windows is made from them when it is scanned. */
#ifndef TS_TABLE_FILES_H
#define TS_TABLE_FILES_H

#include <stdint.h>
#include "base/err.h"
#include "table/container.h"
#include "table/scan.h"

struct ts_files;

/* Open what is at the paths (one or more). "PATH@COMPUTER" takes only what is that computer's, where several are in it.
 * NULL with err when a path cannot be read, or (unless `anything`) when nothing in them is evidence. */
struct ts_files *ts_files_open(const char *const *paths, size_t n, bool anything, struct ts_err *err);
/* What is to be said about the evidence as a whole (it is of several computers); NULL = nothing. */
const char *ts_files_remark(const struct ts_files *f);
void ts_files_free(struct ts_files *f); /* NULL is allowed */
/* The machine's clock: the newest moment that a record or a hive names, else the newest file's. Unix seconds. */
int64_t ts_files_as_of(const struct ts_files *f);
/* Rows and ledger of a scan. Thread safe. */
void ts_files_scan(struct ts_files *f, struct ts_scan *s);

/* --- for `troubleshoot evidence` --- */

struct ts_files_item {
	const char *path, *kind; /* "event log" */
	const char *computer;    /* NULL = it does not say */
	const char *what;        /* channel, or where a hive is shown; NULL */
	int64_t oldest, newest;  /* Unix seconds; 0 = does not apply */
	int64_t records;         /* -1 = does not apply */
	const char *note;        /* what is wrong with it or was done with it; NULL */
	bool used;               /* it belongs to the computer that is looked at */
};
const struct ts_files_item *ts_files_item(const struct ts_files *f, size_t i); /* NULL past the end */
/* What was left out and why; NULL past the end. *all is how many there are, named or not. */
const struct ts_skipped *ts_files_skipped(const struct ts_files *f, size_t i, size_t *all);
/* Computers that are in it; NULL past the end. */
const char *ts_files_computer(const struct ts_files *f, size_t i);
/* The files that the table is made from, "Windows\\System32\\config\\SYSTEM"; NULL where no file answers it. */
const char *ts_files_that_answer(const char *table);
/* Tables that have nothing, and what file would fill them. False past the end. */
bool ts_files_missing(struct ts_files *f, size_t i, const char **table, const char **file);

#endif
