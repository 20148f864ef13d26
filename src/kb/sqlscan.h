/* kb/sqlscan.h - SQL cut into tokens, for rules about how a check is written; what it means is left to
 * SQLite. */
#ifndef TS_KB_SQLSCAN_H
#define TS_KB_SQLSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

enum ts_sql_kind {
	TS_SQL_END,
	TS_SQL_WORD,   /* name or keyword; quoted names too */
	TS_SQL_STRING, /* 'text' */
	TS_SQL_NUMBER,
	TS_SQL_PARAM, /* $name, also ?, :name, @name */
	TS_SQL_PUNCT, /* one operator or mark: < <= <> == != || and single characters */
};

struct ts_sql_token {
	enum ts_sql_kind kind;
	size_t off, len; /* in the SQL */
};

/* Read the token at *at, passing blanks and comments; false at the end. */
bool ts_sql_next(const char *sql, size_t *at, struct ts_sql_token *t);
/* All tokens, then one of kind TS_SQL_END. In the arena. */
struct ts_sql_token *ts_sql_tokens(struct ts_arena *a, const char *sql, size_t *n);
/* Is the token this word or mark, ASCII case ignored? */
bool ts_sql_is(const char *sql, const struct ts_sql_token *t, const char *word);
/* The names that $name parameters have, sorted, each once, NULL-terminated; built-in $now and $since left
 * out. */
const char **ts_sql_params(struct ts_arena *a, const char *sql);

#endif
