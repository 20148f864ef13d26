/* kb/lint-int.h - what the lint-*.c files share. */
#ifndef TS_KB_LINT_INT_H
#define TS_KB_LINT_INT_H

#include <stdbool.h>
#include "base/regex.h"
#include "kb/lint.h"
#include "kb/strmap.h"

#define LINT_HINTS_MAX 200 /* problems after which nearest names are no longer looked for */

struct ts_schema_cache; /* connections on which checks are prepared; lint-sql.c */

/* One run of ts_lint, and the entry it is at. */
struct ts_linting {
	struct ts_arena *arena; /* for the run */
	struct ts_diags *d;
	struct ts_pack_set *set;
	int64_t today;
	struct ts_strmap *codes;    /* "pack code/ext" -> index of the entry that claims it */
	struct ts_regex ***refused; /* per pack, per row of its refused advice; NULL = does not compile */
	struct ts_strmap
		*patterns; /* patterns that compiled: most entries have the same ones for a host and a port */
	struct ts_regex **rules; /* of lint-command.c, compiled when they are first needed */
	const char *const *ids;  /* of all entries, NULL-terminated */
	struct ts_schema_cache *schemas;
	const struct ts_pack_entry *pe;
	struct ts_entry *e;
	const struct ts_source *src;
	const struct ts_pack *pack;
};

#define LINT(l, sev, rule, span, ...)                                                                        \
	ts_diag((l)->d, sev, rule, (l)->src, (span).off, (span).len, __VA_ARGS__)

/* " (did you mean ...?)" or "", while there are few problems. */
const char *ts_lint_hint(struct ts_linting *l, const char *word, const char *const *words);
/* Where text, which stands somewhere in span, begins: its own span, or span when it is not found as it is. */
struct ts_span ts_lint_find(const struct ts_linting *l, struct ts_span span, const char *text, size_t n);
/* Could the front matter be read at all? Where it could not, names that it would declare are not missing
 * as well. */
bool ts_lint_has_front(const struct ts_linting *l);
/* Names of the entry's machines and "here", NULL-terminated. */
const char *const *ts_lint_machines(struct ts_linting *l);

void ts_lint_entry(struct ts_linting *l);    /* lint-entry.c: front matter */
void ts_lint_nodes(struct ts_linting *l);    /* lint-node.c: nodes, facts, answers */
void ts_lint_checks(struct ts_linting *l);   /* lint-sql.c */
void ts_lint_commands(struct ts_linting *l); /* lint-command.c */
void ts_lint_tests(struct ts_linting *l);    /* lint-test.c */
void ts_lint_graph(struct ts_linting *l);    /* lint-graph.c: links over all entries */
void ts_lint_packs(struct ts_linting *l);    /* lint-pack.c */
void ts_lint_messages(struct ts_linting *l); /* lint-message.c: over all entries */
void ts_lint_schemas_free(struct ts_linting *l);
void ts_lint_commands_free(struct ts_linting *l);

#endif
