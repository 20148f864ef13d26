/* kb/lint.h - what is wrong with knowledge beyond its syntax: the rules of knowledge-format.md, each with
 * a short stable name. */
#ifndef TS_KB_LINT_H
#define TS_KB_LINT_H

#include <stdint.h>
#include "base/diag.h"
#include "kb/pack.h"

/* Apply every rule that needs more than one line of one file. `today` is in Unix seconds. Syntax was
 * reported by ts_pack_read already. */
void ts_lint(struct ts_pack_set *set, int64_t today, struct ts_diags *d);

/* All rules, those of the parser too, in order of name. */
struct ts_rule {
	const char *name;
	const char *doc; /* a sentence */
};
const struct ts_rule *ts_lint_rule(int i); /* NULL past the end */

#endif
