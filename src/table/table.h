/* table/table.h - what a table is: a description (columns, flags, sentences) and, for this machine, a fill
 * function. The description feeds the one generic virtual-table module (vtab.c), `query --tables`, the
 * linter and the manual. */
#ifndef TS_TABLE_TABLE_H
#define TS_TABLE_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "db/budget.h"
#include "db/ledger.h"

enum ts_type { TS_TEXT, TS_INT, TS_BIGINT, TS_REAL };

enum ts_column_flags {
	/* The query must constrain it with = or IN: one of them is enough where a table has several, as in
	 * osquery, and all of them where TS_ALL_REQUIRED. */
	TS_REQUIRED = 1,
	TS_FILTER = 2, /* constraints on it reach the fill function */
	TS_HIDDEN = 4, /* not in SELECT *; with TS_FILTER an input, echoed from the constraint */
	TS_NOCASE = 8, /* COLLATE NOCASE */
	/* Its constraint names the ledger's subject (joined by ':' where there are several). */
	TS_SUBJECT = 16,
	/* One of the columns that tell rows apart (osquery's index columns). For readers: vtab.c says why it is
	 * no PRIMARY KEY. */
	TS_KEY = 32,
	/* With TS_SUBJECT: its value up to the last backslash names the subject (registry.path). */
	TS_SUBJECT_PARENT = 64,
};

struct ts_column {
	const char *name;
	enum ts_type type;
	unsigned flags;
	const char *doc; /* a sentence without a full stop */
};

enum ts_table_flags {
	TS_OSQUERY = 1,      /* same name and columns as osquery's */
	TS_ALL_REQUIRED = 2, /* every required column must be constrained */
	TS_OBSERVER = 4,     /* looks at another computer: only hosts the person named, counts connections */
};

struct ts_scan; /* one scan: constraints in, rows and ledger lines out; table/scan.h */

struct ts_table {
	const char *name;
	const char *doc; /* a sentence */
	unsigned flags;
	const struct ts_column *columns;
	int ncolumns;
	/* Rows of the machine this program runs on; NULL = not available on this system, which the ledger
	 * says. */
	void (*fill)(struct ts_scan *s);
	/* Where a row of a bundle or test case must be compared with hidden inputs (time_range) that are
	 * no columns of it: NULL = all match. */
	bool (*match)(struct ts_scan *s, const char *const *values);
	const char *example; /* one SELECT */
};

/* All tables, in order of name; NULL past the end. */
const struct ts_table *ts_table_get(int i);
const struct ts_table *ts_table_find(const char *name);
int ts_table_column(const struct ts_table *t, const char *name); /* -1 = none */
/* A hidden input of queries (time_range), which no evidence holds; a hidden column without TS_FILTER is
 * one of another system. */
bool ts_column_is_input(const struct ts_column *c);

#endif
