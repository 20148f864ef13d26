/* cmd/answers.h - answers given in advance: --answer NODE=LABEL and --answers FILE (an exported session's JSON, or lines NODE=LABEL). */
#ifndef TS_CMD_ANSWERS_H
#define TS_CMD_ANSWERS_H

#include "cmd/handover.h"
#include "cmd/options.h"
#include "engine/session.h"

/* Give all of them to the session. Strict: an unknown node or label is an error that names the right ones. */
bool ts_answers_apply(const struct ts_options *o, struct ts_session *s, struct ts_err *err);
/* Where --answers names an exported report: what it says (in the arena), which entry it is about included. */
bool ts_answers_report(const struct ts_options *o, struct ts_arena *a, struct ts_handover *out,
	bool *is_report, struct ts_err *err);

#endif
