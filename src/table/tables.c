/* table/tables.c - the list of all tables, merged from the schema files. */
#include "table/table.h"

#include <string.h>
#include "table/schema.h"

/* Each is in order of name; the list is their merge. */
static const struct ts_table *const groups[] = {
	ts_tables_network,
	ts_tables_probe,
	ts_tables_system,
	ts_tables_windows,
};

/* The i-th table by merging from the start: some fifty names, so no list has to be built, kept, or locked
 * between threads. */
const struct ts_table *ts_table_get(int i)
{
	size_t at[TS_COUNT(groups)] = { 0 };
	for (;;) {
		size_t best = TS_COUNT(groups);
		for (size_t g = 0; g < TS_COUNT(groups); g++) {
			const char *name = groups[g][at[g]].name;
			if (name != NULL &&
				(best == TS_COUNT(groups) || strcmp(name, groups[best][at[best]].name) < 0)) {
				best = g;
			}
		}
		if (best == TS_COUNT(groups)) {
			return NULL;
		}
		if (i-- <= 0) {
			return &groups[best][at[best]];
		}
		at[best]++;
	}
}

const struct ts_table *ts_table_find(const char *name)
{
	for (size_t g = 0; g < TS_COUNT(groups); g++) {
		for (const struct ts_table *t = groups[g]; t->name != NULL; t++) {
			if (strcmp(t->name, name) == 0) {
				return t;
			}
		}
	}
	return NULL;
}

int ts_table_column(const struct ts_table *t, const char *name)
{
	for (int i = 0; i < t->ncolumns; i++) {
		if (strcmp(t->columns[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

bool ts_column_is_input(const struct ts_column *c)
{
	return (c->flags & TS_HIDDEN) != 0 && (c->flags & TS_FILTER) != 0;
}
