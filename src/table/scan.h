/* table/scan.h - one scan of a table: what the query asks for comes in, rows and ledger lines go out.
 *
 * A fill function reads the constraints, and for each row calls ts_row_begin(), ts_row_text() and its
 * like, ts_row_end(). It ends with ts_scan_saw(): a scan that says nothing of what it saw counts as a gap.
 * Columns that the query constrains by = and that are required or hidden inputs are echoed into each row
 * by ts_row_begin(); SQLite compares them again. All of a scan's rows are made before SQLite sees the
 * first one, but where the fill function gives a stream. */
#ifndef TS_TABLE_SCAN_H
#define TS_TABLE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "db/budget.h"
#include "db/ledger.h"
#include "table/table.h"
#include "table/value.h"

/* What a person can do about a table that the system denies (Windows). */
#define TS_ELEVATED_PROMPT "access is denied: run in an elevated prompt (Run as administrator)"

/* A scan holds at most this many bytes of rows; what goes beyond is cut off and the ledger says partial. */
#define TS_SCAN_MAX_BYTES ((size_t)64 << 20)

/* What an earlier scan saw: a bundle's ledger, a test case's gaps. Unlike ts_ledger it takes as many lines
 * as there are without comparing them. */
struct ts_book {
	struct ts_ledger_line *lines;
	size_t n, cap;
};

/* The strings are copied to the arena. */
void ts_book_add(struct ts_book *b, struct ts_arena *a, const char *table, const char *subject,
	enum ts_seen seen, const char *detail);

/* --- what the query asks for. Columns are named as in the table's description; another name is a bug
 * (assert). --- */

struct ts_probe_cache; /* table/probe-cache.h */

const struct ts_table *ts_scan_table(const struct ts_scan *s);
struct ts_budget *ts_scan_budget(struct ts_scan *s);
/* For text of rows and whatever else lives as long as the scan. */
struct ts_arena *ts_scan_arena(struct ts_scan *s);
/* The machine's own clock, Unix seconds. */
int64_t ts_scan_as_of(const struct ts_scan *s);
/* What other computers have answered in this run. */
struct ts_probe_cache *ts_scan_probes(const struct ts_scan *s);
/* The ledger's subject as the constraints name it: "System", "srv1:3389"; "" where the table has none or
 * the query asks for all. */
const char *ts_scan_subject(const struct ts_scan *s);
/* The table has subjects and this scan asks for one of them. */
bool ts_scan_has_subject(const struct ts_scan *s);
/* How many values the query asks for in that column; 0 = it takes any. Required, subject and hidden
 * columns have at most one. */
int ts_scan_count(struct ts_scan *s, const char *column);
/* The i-th of them. NULL where there is none. */
const char *ts_scan_text(struct ts_scan *s, const char *column, int i);
/* False where there is none or it is not a whole number. */
bool ts_scan_int(struct ts_scan *s, const char *column, int i, int64_t *out);
/* May a row have this value there, as far as the constraints say? */
bool ts_scan_allows_int(struct ts_scan *s, const char *column, int64_t v);
bool ts_scan_allows_text(struct ts_scan *s, const char *column, const char *v);
/* Does the query look at the column at all? (Costly columns are filled only then.) */
bool ts_scan_wants(struct ts_scan *s, const char *column);
/* The deadline has come, the person has cancelled, or the rows are too many: return soon; the ledger is
 * told. */
bool ts_scan_over(struct ts_scan *s);

/* --- rows --- */

void ts_row_begin(struct ts_scan *s);
void ts_row_text(struct ts_scan *s, const char *column, const char *v); /* copied; NULL is SQL NULL */
void ts_row_int(struct ts_scan *s, const char *column, int64_t v);
void ts_row_real(struct ts_scan *s, const char *column, double v);
/* False: no more rows are wanted (ts_scan_over()). */
bool ts_row_end(struct ts_scan *s);
/* A whole row of evidence that was read elsewhere, in the order of the columns: kept if the constraints
 * and the table's match hook allow it. Hidden inputs in it are ignored. Texts are copied. Returns as
 * ts_row_end(). */
bool ts_scan_offer(struct ts_scan *s, const struct ts_value *values);

/* --- rows one by one --- */

/* What a fill function gives in the place of rows where there may be very many: SQLite then takes one row at a time, LIMIT
 * ends the reading, and the scan holds one row. */
struct ts_stream {
	/* Makes one row, from ts_row_begin() to ts_row_end(). False without a row: there is none left. */
	bool (*next)(void *ctx, struct ts_scan *s);
	/* Called once, when no more rows are wanted: tells the ledger what was seen, and frees ctx. */
	void (*finish)(void *ctx, struct ts_scan *s);
	void *ctx;
};
void ts_scan_stream(struct ts_scan *s, struct ts_stream stream);
/* Text that stays where it is until the next row is asked for. */
void ts_row_text_kept(struct ts_scan *s, const char *column, const char *v);
/* What tells this row from every other row of the table, the same in every scan that gives the row. */
void ts_row_identity(struct ts_scan *s, int64_t id);

/* --- ledger --- */

/* subject NULL = ts_scan_subject(). detail may be NULL. */
void ts_scan_saw(struct ts_scan *s, const char *subject, enum ts_seen seen, const char *detail);
void ts_scan_sawf(struct ts_scan *s, enum ts_seen seen, const char *fmt, ...) TS_PRINTF(3, 4);
/* Report what a book of earlier scans (a bundle's ledger, a test case's gaps) says of this scan's subject.
 * Lines with subject "" stand for the whole table; a subject that no line covers is not collected, for the
 * reason `missing`, or, where `missing` is NULL, was read. False: no line covers it. */
bool ts_scan_report(struct ts_scan *s, const struct ts_book *book, const char *missing);

/* --- for the owner of a scan (vtab.c, evidence.c) --- */

struct ts_scan *ts_scan_new(const struct ts_table *t, struct ts_budget *budget, struct ts_ledger *ledger);
void ts_scan_free(struct ts_scan *s); /* NULL is allowed */
void ts_scan_set_as_of(struct ts_scan *s, int64_t as_of);
void ts_scan_set_probes(struct ts_scan *s, struct ts_probe_cache *probes);
/* Rows come from evidence that was read elsewhere. */
void ts_scan_set_replayed(struct ts_scan *s);
/* Whatever the ledger is told of this scan goes into the book as well (its strings into the arena); NULL ends it. */
void ts_scan_set_listener(struct ts_scan *s, struct ts_book *book, struct ts_arena *a);
void ts_scan_set_wanted(struct ts_scan *s, uint64_t columns); /* as sqlite3_index_info.colUsed */
/* Add a value to the constraint of a column; the type is the column's. */
void ts_scan_constrain(struct ts_scan *s, int column, sqlite3_value *v);
/* The same with a value of the column's type; its text must live as long as the scan. */
void ts_scan_constrain_value(struct ts_scan *s, int column, struct ts_value value);
/* Close the constraints: afterwards the subject is known. False when nothing can match (a NULL or a word
 * where a number must be); the ledger says so. */
bool ts_scan_ready(struct ts_scan *s);
/* Rows of a stream are taken by ts_scan_next(); else ts_scan_close() makes them all. Before the fill function is called. */
void ts_scan_set_stepping(struct ts_scan *s);
/* After the rows are made: lines for a deadline or limit that was met, for hidden inputs that nobody
 * looked at, for a fill that said nothing. A stream that is stepped through is closed when its rows end, or with the scan. */
void ts_scan_close(struct ts_scan *s);
/* Go to the next row, from *row = -1; false at the end. Of a stream only the row that it went to is there. */
bool ts_scan_next(struct ts_scan *s, int64_t *row);
int64_t ts_scan_rows(const struct ts_scan *s);
const struct ts_value *ts_scan_cell(const struct ts_scan *s, int64_t row, int column);
/* A number that tells this row from every other row of the table, the same in every scan that gives the
 * row: what OR needs. */
int64_t ts_scan_row_id(struct ts_scan *s, int64_t row);

#endif
