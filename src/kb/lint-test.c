/* kb/lint-test.c - rules about test cases: their names are held against the entry by the reader, their
 * tables and columns here. */
#include <string.h>
#include "kb/lint-int.h"
#include "kb/testcase.h"
#include "table/table.h"

static const char *const *all_tables(struct ts_linting *l)
{
	const char **names;
	int n = 0;

	while (ts_table_get(n) != NULL) {
		n++;
	}
	names = ts_arena_calloc(l->arena, (size_t)n + 1, sizeof(*names));
	for (int i = 0; i < n; i++) {
		names[i] = ts_table_get(i)->name;
	}
	return names;
}

static const char *const *all_columns(struct ts_linting *l, const struct ts_table *t)
{
	const char **names = ts_arena_calloc(l->arena, (size_t)t->ncolumns + 1, sizeof(*names));

	for (int i = 0; i < t->ncolumns; i++) {
		names[i] = t->columns[i].name;
	}
	return names;
}

#define TEST_ERROR(l, span, ...)                                                                             \
	ts_diag((l)->d, TS_ERROR, "test-unknown-name", (l)->pe->test_src, (span).off, (span).len, __VA_ARGS__)

static const struct ts_table *find_table(struct ts_linting *l, const char *name, struct ts_span span)
{
	const struct ts_table *t = ts_table_find(name);

	if (t == NULL) {
		TEST_ERROR(l, span, "there is no table \"%s\"%s", name, ts_lint_hint(l, name, all_tables(l)));
	}
	return t;
}

static void check_table(struct ts_linting *l, const struct ts_test_table *table)
{
	const struct ts_table *t = find_table(l, table->name, table->span);

	for (size_t i = 0; t != NULL && i < table->nrows; i++) {
		for (size_t k = 0; k < table->rows[i].n; k++) {
			const struct ts_test_pair *p = &table->rows[i].pairs[k];

			if (ts_table_column(t, p->name) < 0) {
				TEST_ERROR(l, p->name_span, "the table \"%s\" has no column \"%s\"%s",
					t->name, p->name, ts_lint_hint(l, p->name, all_columns(l, t)));
			}
		}
	}
}

void ts_lint_tests(struct ts_linting *l)
{
	struct ts_arena *a;
	struct ts_test_file *file;

	if (l->pe->test_src == NULL) {
		return;
	}
	a = ts_arena_new();
	file = ts_testcases_read(a, l->pe->test_src, l->e, l->d);
	for (size_t i = 0; i < file->ncases; i++) {
		const struct ts_test_case *c = &file->cases[i];

		for (size_t m = 0; m < c->nmachines; m++) {
			for (size_t t = 0; t < c->machines[m].ntables; t++) {
				check_table(l, &c->machines[m].tables[t]);
			}
		}
		for (size_t g = 0; g < c->ngaps; g++) {
			find_table(l, c->gaps[g].table, c->gaps[g].span);
		}
	}
	ts_arena_free(a);
}
