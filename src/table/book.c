/* table/book.c - a list of ledger lines that an earlier scan left. */
#include "table/scan.h"

void ts_book_add(struct ts_book *b, struct ts_arena *a, const char *table, const char *subject,
	enum ts_seen seen, const char *detail)
{
	TS_ARENA_GROW(a, b->lines, b->cap, b->n);
	b->lines[b->n++] = (struct ts_ledger_line){
		.table = ts_arena_strdup(a, table),
		.subject = ts_arena_strdup(a, subject != NULL ? subject : ""),
		.seen = seen,
		.detail = ts_arena_strdup(a, detail != NULL ? detail : ""),
	};
}
