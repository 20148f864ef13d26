/* db/sandbox.c - the allow-list: what SQL of an entry may do, name by name (reference/sqlite.md section 1). */
#include "db/sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* Pure functions only. Left out on purpose: random(), the clock (current_time ...; entries have $now), changes() and its kin,
 * load_extension(), fts3_tokenizer(), randomblob(), zeroblob(), and what full-text search and R-trees bring. Ends with NULL. */
static const char *const functions[] = {
	/* operators */
	"->", "->>", "glob", "like", "regexp",
	/* scalar */
	"abs", "char", "coalesce", "format", "hex", "ifnull", "iif", "instr", "length", "likelihood",
	"likely", "lower", "ltrim", "nullif", "octet_length", "printf", "quote", "replace", "round", "rtrim",
	"sign", "substr", "substring", "trim", "typeof", "unicode", "unlikely", "upper",
	/* aggregate and window */
	"avg", "count", "cume_dist", "dense_rank", "first_value", "group_concat", "lag", "last_value", "lead",
	"max", "min", "nth_value", "ntile", "percent_rank", "rank", "row_number", "string_agg", "sum",
	"total",
	/* date */
	"date", "datetime", "julianday", "strftime", "time", "timediff", "unixepoch",
	/* JSON */
	"json", "json_array", "json_array_length", "json_each", "json_error_position", "json_extract",
	"json_group_array", "json_group_object", "json_insert", "json_object", "json_patch", "json_pretty",
	"json_quote", "json_remove", "json_replace", "json_set", "json_tree", "json_type", "json_valid",
	/* mathematics */
	"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh",
	"degrees", "exp", "floor", "ln", "log", "log10", "log2", "mod", "pi", "pow", "power", "radians",
	"sin", "sinh", "sqrt", "tan", "tanh", "trunc",
	/* ours, with osquery's names */
	"concat", "concat_ws", "in_cidr_block", "regex_match", "split", "version_compare", NULL
};

/* Tables that SQLite itself brings, and beginnings of such names. */
static const char *const hidden_tables[] = { "bytecode", "dbstat", "fts3tokenize", "tables_used", NULL };
static const char *const hidden_prefixes[] = { "pragma_", "sqlite_", NULL };

static bool in_list(const char *const *list, const char *name)
{
	for (; *list != NULL; list++) {
		if (ts_str_case_eq(*list, name)) {
			return true;
		}
	}
	return false;
}

static bool is_hidden_table(const char *name)
{
	for (size_t i = 0; hidden_prefixes[i] != NULL; i++) {
		if (ts_str_case_find(name, hidden_prefixes[i]) == name) {
			return true;
		}
	}
	return in_list(hidden_tables, name);
}

/* How people call the actions that are refused; all others are "that statement". */
static const struct {
	int action;
	const char *name;
} statements[] = {
	{ SQLITE_ANALYZE, "ANALYZE" },
	{ SQLITE_ATTACH, "ATTACH" },
	{ SQLITE_CREATE_INDEX, "CREATE INDEX" },
	{ SQLITE_CREATE_TABLE, "CREATE TABLE" },
	{ SQLITE_CREATE_TEMP_TABLE, "CREATE TEMP TABLE" },
	{ SQLITE_CREATE_TEMP_VIEW, "CREATE TEMP VIEW" },
	{ SQLITE_CREATE_TRIGGER, "CREATE TRIGGER" },
	{ SQLITE_CREATE_VIEW, "CREATE VIEW" },
	{ SQLITE_CREATE_VTABLE, "CREATE VIRTUAL TABLE" },
	{ SQLITE_DELETE, "DELETE" },
	{ SQLITE_DETACH, "DETACH" },
	{ SQLITE_INSERT, "INSERT" },
	{ SQLITE_PRAGMA, "PRAGMA" },
	{ SQLITE_REINDEX, "REINDEX" },
	{ SQLITE_SAVEPOINT, "SAVEPOINT" },
	{ SQLITE_TRANSACTION, "BEGIN" },
	{ SQLITE_UPDATE, "UPDATE" },
};

bool ts_sandbox_allows(int action, const char *arg1, const char *arg2, struct ts_err *err)
{
	if (action == SQLITE_SELECT || action == SQLITE_RECURSIVE) {
		return true;
	}
	if (action == SQLITE_READ) {
		/* A subquery in FROM has no name. */
		return arg1 == NULL || !is_hidden_table(arg1) ||
		       ts_fail(err, "the table \"%s\" cannot be read by a check", arg1);
	}
	if (action == SQLITE_FUNCTION) {
		return (arg2 != NULL && in_list(functions, arg2)) ||
		       ts_fail(err, "the function %s() cannot be used in a check", arg2 != NULL ? arg2 : "?");
	}
	if (action == SQLITE_UPDATE && arg1 != NULL && is_hidden_table(arg1)) {
		/* What sqlite3_declare_vtab() asks when one of SQLite's own tables is used for the first time. */
		return ts_fail(err, "SQLite's own tables cannot be read by a check");
	}
	for (size_t i = 0; i < TS_COUNT(statements); i++) {
		if (statements[i].action == action) {
			return ts_fail(err, "a check may only SELECT, %s is not allowed", statements[i].name);
		}
	}
	return ts_fail(err, "a check may only SELECT");
}

const char *ts_sandbox_nearest_function(const char *name)
{
	return ts_nearest(name, functions);
}
