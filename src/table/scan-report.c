/* table/scan-report.c - what an earlier scan saw, said again for this one: a bundle's ledger, a test case's gaps. */
#include <string.h>
#include "base/str.h"
#include "table/scan.h"

#define MAX_REPORTED 100 /* lines of a book that one scan repeats */

/* Subjects compare as their column does. */
static bool subject_equal(const struct ts_scan *s, const char *a, const char *b)
{
	const struct ts_table *t = ts_scan_table(s);
	for (int i = 0; i < t->ncolumns; i++) {
		unsigned flags = t->columns[i].flags;
		if ((flags & TS_SUBJECT) != 0 && (flags & TS_NOCASE) != 0) {
			return ts_str_case_eq(a, b);
		}
	}
	return strcmp(a, b) == 0;
}

/* Add the book's lines about one subject; how many there were. */
static int report_lines(struct ts_scan *s, const struct ts_book *book, const char *subject)
{
	int n = 0;
	for (size_t i = 0; i < book->n && n < MAX_REPORTED; i++) {
		const struct ts_ledger_line *l = &book->lines[i];
		if (strcmp(l->table, ts_scan_table(s)->name) == 0 && subject_equal(s, l->subject, subject)) {
			ts_scan_saw(s, NULL, l->seen, l->detail);
			n++;
		}
	}
	return n;
}

/* The scan asks for every subject: gaps of each count, and without a line for the whole table nothing is
 * known of the subjects not listed. */
static bool report_all(struct ts_scan *s, const struct ts_book *book, const char *missing)
{
	int whole = report_lines(s, book, ""), listed = 0, gaps = 0;
	if (whole == 0 && missing == NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	for (size_t i = 0; i < book->n; i++) {
		const struct ts_ledger_line *l = &book->lines[i];
		if (strcmp(l->table, ts_scan_table(s)->name) != 0 || l->subject[0] == '\0') {
			continue;
		}
		listed++;
		/* Enough to explain the gap; a hostile bundle may hold a million lines. */
		if (ts_seen_is_gap(l->seen) && gaps++ < MAX_REPORTED) {
			ts_scan_saw(s, l->subject, l->seen, l->detail);
		}
	}
	if (whole > 0 || missing == NULL) {
		return true;
	}
	if (listed > 0) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "only %d part%s of it %s collected", listed,
			listed == 1 ? "" : "s", listed == 1 ? "was" : "were");
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, missing);
	}
	return listed > 0;
}

bool ts_scan_report(struct ts_scan *s, const struct ts_book *book, const char *missing)
{
	ts_scan_set_replayed(s);
	if (!ts_scan_has_subject(s)) {
		return report_all(s, book, missing);
	}
	if (report_lines(s, book, ts_scan_subject(s)) > 0 || report_lines(s, book, "") > 0) {
		return true;
	}
	ts_scan_saw(s, NULL, missing != NULL ? TS_SEEN_NOT_COLLECTED : TS_SEEN_READ, missing);
	return false;
}
