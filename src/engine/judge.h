/* engine/judge.h - the unknown algebra: from what a check returned and what it could not see to an answer, or
 * to "unknown" with the reason and what would make it known (architecture.md, idea 3). */
#ifndef TS_ENGINE_JUDGE_H
#define TS_ENGINE_JUDGE_H

#include <stdbool.h>
#include "engine/session.h"

#define TS_UNKNOWN    "unknown"
#define TS_OTHERWISE  "otherwise"
#define TS_NONE       "none"
#define TS_PRESENT    "present"
#define TS_ABSENT     "absent"
#define TS_SOLVED     "solved"
#define TS_NOT_SOLVED "not solved"

/* The label that a value returned by a node's check stands for: of a question one of its labels, else
 * "otherwise" where the question has it; of a cause present or absent. NULL when the value answers nothing
 * ("unknown" never does). */
const char *ts_judge_label(const struct ts_node *node, const char *value);

/* Does the entry call this result of the node's check certain: one that more rows could never undo? */
bool ts_judge_certain(const struct ts_node *node, const char *label);

/* Fill r->state, answer, reason and hint from r->ledger and the first row: has_row is false where the check
 * returned no row (which is the value "none"), value is NULL where the first column was NULL. Strings are
 * made in the arena. */
void ts_judge(
	const struct ts_node *node, bool has_row, const char *value, struct ts_result *r, struct ts_arena *a);
/* The check failed with an error: unknown for this reason. timed_out adds the hint --timeout. */
void ts_judge_error(const char *why, bool timed_out, struct ts_result *r, struct ts_arena *a);
/* The check cannot run because nobody gave a parameter it binds: skipped. */
void ts_judge_missing(const char *param, struct ts_result *r, struct ts_arena *a);

#endif
