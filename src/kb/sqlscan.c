/* kb/sqlscan.c - SQLite's lexical rules, as far as they matter here. */
#include "kb/sqlscan.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Past blanks and both kinds of comments. */
static const char *skip(const char *p)
{
	for (;;) {
		const char *end;

		p += strspn(p, " \t\r\n\f");
		if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
		} else if (p[0] == '/' && p[1] == '*') {
			end = strstr(p + 2, "*/");
			p = end != NULL ? end + 2 : p + strlen(p);
		} else {
			return p;
		}
	}
}

/* End of a quoted token that starts at p; a doubled quote does not end it. */
static const char *quoted(const char *p, char close)
{
	for (p++; *p != '\0'; p++) {
		if (*p == close) {
			if (p[1] != close || close == ']') {
				return p + 1;
			}
			p++;
		}
	}
	return p;
}

static const char *number(const char *p)
{
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		return p + strspn(p, "0123456789abcdefABCDEF");
	}
	p += strspn(p, "0123456789.");
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		p += strspn(p, "0123456789");
	}
	return p;
}

static const char *word(const char *p)
{
	while (is_name(*p)) {
		p++;
	}
	return p;
}

/* End of an operator. */
static const char *punct(const char *p)
{
	static const char *const pairs[] = { "<=", ">=", "<>", "==", "!=", "||", "<<", ">>", "->" };

	for (size_t i = 0; i < TS_COUNT(pairs); i++) {
		if (strncmp(p, pairs[i], 2) == 0) {
			return p + 2 + (pairs[i][0] == '-' && p[2] == '>');
		}
	}
	return p + 1;
}

bool ts_sql_next(const char *sql, size_t *at, struct ts_sql_token *t)
{
	const char *p = skip(sql + *at), *end;

	if (*p == '\0') {
		*t = (struct ts_sql_token){ TS_SQL_END, (size_t)(p - sql), 0 };
		*at = t->off;
		return false;
	}
	if (*p == '\'') {
		t->kind = TS_SQL_STRING;
		end = quoted(p, '\'');
	} else if (*p == '"' || *p == '`' || *p == '[') {
		t->kind = TS_SQL_WORD;
		end = quoted(p, (char)(*p == '[' ? ']' : *p));
	} else if (is_digit(*p) || (*p == '.' && is_digit(p[1]))) {
		t->kind = TS_SQL_NUMBER;
		end = number(p);
	} else if (*p == '$' || *p == '?' || *p == ':' || *p == '@') {
		t->kind = TS_SQL_PARAM;
		end = word(p + 1);
	} else if (is_name(*p)) {
		t->kind = TS_SQL_WORD;
		end = word(p);
	} else {
		t->kind = TS_SQL_PUNCT;
		end = punct(p);
	}
	t->off = (size_t)(p - sql);
	t->len = (size_t)(end - p);
	*at = (size_t)(end - sql);
	return true;
}

struct ts_sql_token *ts_sql_tokens(struct ts_arena *a, const char *sql, size_t *n)
{
	struct ts_sql_token *tokens = NULL;
	size_t cap = 0, at = 0;
	bool more = true;

	for (*n = 0; more; (*n)++) {
		TS_ARENA_GROW(a, tokens, cap, *n);
		more = ts_sql_next(sql, &at, &tokens[*n]);
	}
	(*n)--;
	return tokens;
}

bool ts_sql_is(const char *sql, const struct ts_sql_token *t, const char *expected)
{
	for (size_t i = 0; i < t->len; i++) {
		char c = sql[t->off + i], want = expected[i];

		c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		want = (char)(want >= 'A' && want <= 'Z' ? want + 32 : want);
		if (c != want || want == '\0') {
			return false;
		}
	}
	return expected[t->len] == '\0';
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **ts_sql_params(struct ts_arena *a, const char *sql)
{
	struct ts_sql_token t;
	const char **names = NULL;
	size_t n = 0, cap = 0, kept = 0;

	for (size_t at = 0; ts_sql_next(sql, &at, &t);) {
		if (t.kind == TS_SQL_PARAM && sql[t.off] == '$' && t.len > 1 && !ts_sql_is(sql, &t, "$now") &&
			!ts_sql_is(sql, &t, "$since")) {
			TS_ARENA_GROW(a, names, cap, n);
			names[n++] = ts_arena_strndup(a, sql + t.off + 1, t.len - 1);
		}
	}
	TS_ARENA_GROW(a, names, cap, n);
	if (n > 0) {
		qsort(names, n, sizeof(*names), compare);
	}
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0) {
			names[kept++] = names[i];
		}
	}
	names[kept] = NULL;
	return names;
}
