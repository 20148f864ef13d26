/* cmd/handover.h - an exported report (--format=json) is read back: what one person found out, another goes on with. */
#ifndef TS_CMD_HANDOVER_H
#define TS_CMD_HANDOVER_H

#include "engine/kept.h"

struct ts_handover {
	struct ts_kept kept; /* entry, codes, parameters, answers, results */
	/* machines as the report saw them */
	struct ts_handover_machine {
		const char *name, *source;
		int64_t as_of;
	} * machines;
	size_t nmachines;
};

/* Does this text look like such a report (and not like lines NODE=LABEL)? */
bool ts_handover_is(const char *text);
/* Read one; everything lives in the arena. path is for messages. The document may be hostile: nothing of it is believed before
 * kept.c has found a place for it. */
bool ts_handover_read(
	const char *text, const char *path, struct ts_arena *a, struct ts_handover *out, struct ts_err *err);

#endif
