/* base/diag.h - problems in files: collected, sorted, printed as file:line:column: error: text, the line, a caret. */
#ifndef TS_BASE_DIAG_H
#define TS_BASE_DIAG_H

#include <stdbool.h>
#include <stdio.h>
#include "base/buf.h"

enum ts_severity { TS_NOTE, TS_WARNING, TS_ERROR };

/* A text that diagnostics point into. Owned by a ts_diags: sources live as long as it, so that lines can be shown at the end. */
struct ts_source {
	char *path; /* as the person named it */
	char *text; /* NUL-terminated copy */
	size_t len;
};

/* One problem, as handed to a reader of the list; pointers live as long as the ts_diags. */
struct ts_problem {
	enum ts_severity severity;
	const struct ts_source *src; /* NULL: no place known */
	size_t off, len;             /* bytes in src->text; len may be 0 */
	size_t line, column;         /* from 1; column counts code points */
	const char *rule;            /* short stable name of the rule, for example "dead-link" */
	const char *text;
};

struct ts_diags;

struct ts_diags *ts_diags_new(void);
void ts_diags_free(struct ts_diags *d); /* NULL is allowed */
/* Take a copy of the text. The result lives as long as d. */
const struct ts_source *ts_diags_source(struct ts_diags *d, const char *path, const char *text, size_t len);
/* Add a problem at src->text[off .. off+len). `rule` must be a string literal. */
void ts_diag(struct ts_diags *d, enum ts_severity sev, const char *rule, const struct ts_source *src,
	size_t off, size_t len, const char *fmt, ...) TS_PRINTF(7, 8);
/* Take over all sources and problems of `other`, which is freed: work that was done side by side. */
void ts_diags_adopt(struct ts_diags *d, struct ts_diags *other);
size_t ts_diags_count(const struct ts_diags *d, enum ts_severity sev);
/* Sort by file and place, drop duplicates; then the i-th problem or NULL. */
void ts_diags_sort(struct ts_diags *d);
const struct ts_problem *ts_diags_get(const struct ts_diags *d, size_t i);
/* All problems, sorted, grouped by file, gated. Long source lines are cut around the caret. */
void ts_diags_print(struct ts_diags *d, FILE *f);
/* Byte offset of the start of 1-based line `line` (clamped to the text), for parsers that only know line and column. */
size_t ts_source_offset(const struct ts_source *s, size_t line, size_t column);

#endif
