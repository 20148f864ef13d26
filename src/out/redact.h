/* out/redact.h - pseudonyms for exports: the same name is always the same pseudonym within one report, so
 * that it still can be followed. */
#ifndef TS_OUT_REDACT_H
#define TS_OUT_REDACT_H

#include "base/arena.h"
#include "out/report.h"

struct ts_redactor;

/* strict: names (computers, domains, accounts), addresses, SIDs. names: only names. none: text passes as
 * it is. */
struct ts_redactor *ts_redact_new(enum ts_redact mode);
void ts_redact_free(struct ts_redactor *r); /* NULL is allowed */

enum ts_secret { TS_SECRET_HOST, TS_SECRET_DOMAIN, TS_SECRET_USER };

/* This word is a name, wherever it occurs as a whole word. Numbers, addresses, and words of one letter are
 * left alone. */
void ts_redact_learn(struct ts_redactor *r, enum ts_secret kind, const char *name);
/* Learn what a column of this name holds ("host", "user", "computer_name"); other columns teach nothing. */
void ts_redact_learn_cell(struct ts_redactor *r, const char *column, const char *value);
/* Learn all that a report knows: parameters, and the rows of every check. */
void ts_redact_learn_report(struct ts_redactor *r, const struct ts_report *report);

/* The text with pseudonyms; lives as long as r. NULL gives NULL. A secret that is written in another way (percent, base64,
 * hex, \u escapes, UTF-16, broken over lines) is found too; what held it then stands there decoded, with the pseudonym. */
const char *ts_redact(struct ts_redactor *r, const char *text);

/* ---- for redact-deep.c only ---- */
/* The same for what stands there as it is. */
const char *ts_redact_plain(struct ts_redactor *r, const char *text);
struct ts_arena *ts_redact_arena(struct ts_redactor *r);

#endif
