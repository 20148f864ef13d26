/* decode/hivelog.h - the transaction logs of a registry hive (.LOG1, .LOG2, .LOG): what Windows had not yet written
 * into the hive, put into a copy of it in memory. */
#ifndef TS_DECODE_HIVELOG_H
#define TS_DECODE_HIVELOG_H

#include "base/buf.h"
#include "base/str.h"
#include "decode/hive.h"

#define TS_HIVELOG_MAX 8 /* logs of one hive */

struct ts_hivelog_result {
	unsigned applied; /* changes that were put in; 0: no log fits, the copy is the hive as it was */
	bool broken; /* a log ends in an entry that contradicts its checksum, so later changes are lost */
};

/* Does this log (of either format) belong to the hive, as far as their base blocks tell? */
bool ts_hivelog_belongs(const struct ts_hive_base *hive, const struct ts_hive_base *log);
/* Copy the hive to out and put the changes of its logs in. The copy's base block says what is in it then. */
void ts_hivelog_replay(struct ts_str hive, const struct ts_str *logs, size_t nlogs, struct ts_buf *out,
	struct ts_hivelog_result *result);

#endif
