/* kb/lint-sql.h - a check as the lint-sql*.c files look at it. */
#ifndef TS_KB_LINT_SQL_H
#define TS_KB_LINT_SQL_H

#include "kb/lint-int.h"
#include "kb/sqlscan.h"
#include "table/table.h"

#define TS_LINT_TABLES_MAX 16 /* tables of one check that are looked at */

/* The check that is looked at. */
struct ts_lint_check {
	struct ts_linting *l;
	const struct ts_node *n;
	const struct ts_sql_token *t; /* its tokens, then TS_SQL_END */
	size_t count;
	struct {
		const struct ts_table *table;
		const struct ts_sql_token *token, *alias; /* its name; NULL = no alias */
	} used[TS_LINT_TABLES_MAX];
	size_t nused;
	bool *from; /* per token: a table may stand here */
};

/* Place in the file from one token to another. */
struct ts_span ts_lint_span(
	const struct ts_lint_check *c, const struct ts_sql_token *first, const struct ts_sql_token *last);
/* Is token i this word or mark? */
bool ts_lint_is(const struct ts_lint_check *c, size_t i, const char *word);
const char *ts_lint_text(const struct ts_lint_check *c, size_t i);
/* Find the tables that the check reads; fills used and from. */
void ts_lint_tables(struct ts_lint_check *c);
/* Results that stand in the SQL and that no answer has as its label; lint-result.c. */
void ts_lint_results(struct ts_lint_check *c);
/* The rules that look at tokens only. False where preparing the check would only say the same in worse
 * words. */
bool ts_lint_tokens(struct ts_lint_check *c);

#endif
