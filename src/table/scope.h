/* table/scope.h - how much of a subject a scan asked for, as text: what a bundle notes beside each line of its ledger,
 * so that a part is never taken for the whole.
 *
 * ""                        all of the subject
 * "mode=rdp"                only rows with these values (tables that look at other computers)
 * "time_range=START"        only rows from then on
 * "(pid,port) protocol=6"   what one scan asked for and no more: these columns, these values */
#ifndef TS_TABLE_SCOPE_H
#define TS_TABLE_SCOPE_H

#include "table/scan.h"

/* Of this very scan, with its columns. In the scan's arena. */
const char *ts_scope_exact(struct ts_scan *s);
/* The constraints of this scan that narrow a subject, without its columns: "" where it asks for all. */
const char *ts_scope_values(struct ts_scan *s);
/* Is this constraint a span of time, which evidence is limited to while it is collected? */
bool ts_scope_is_time(const struct ts_table *t, const struct ts_column *c);

/* The lines of the book that speak of this scan: of its very scope where there are any, else of all, else of
 * a part that covers it. scopes[i] belongs to lines[i]. A subject of which only another part was collected has
 * a line that says so. */
void ts_scope_choose(
	struct ts_scan *s, const struct ts_book *book, const char *const *scopes, struct ts_book *out);

#endif
