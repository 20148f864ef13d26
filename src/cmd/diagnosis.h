/* cmd/diagnosis.h - a diagnosis in progress: what the one-shot report, the guided session and `sessions export` share. */
#ifndef TS_CMD_DIAGNOSIS_H
#define TS_CMD_DIAGNOSIS_H

#include "cmd/cmd.h"
#include "cmd/handover.h"
#include "cmd/lookup.h"
#include "engine/kept.h"
#include "table/evidence.h"

struct ts_diagnosis {
	struct ts_options *o;
	struct ts_kb *kb;
	struct ts_lookup look;
	struct ts_evidence *evidence;
	struct ts_entry *entry;
	struct ts_session *session;
	struct ts_report_machine *machines;
	bool ask;
	struct ts_handover handover; /* --answers names an exported report */
	bool handed_over;
	const char *verified; /* what the verification said; NULL = none */
	/* what is said of a session when it begins to be kept */
	struct ts_kept_machine *kept_machines;
	struct ts_kb_info info;
	struct ts_arena *arena; /* paths of kept evidence */
};

/* Load the entry and make its session ready to walk. kept NULL, or what is put back into it; what has no place any more
 * is named in lost. */
bool ts_diagnosis_open(struct ts_diagnosis *d, const char *id, const struct ts_kept *kept,
	struct ts_buf *lost, struct ts_err *err);
void ts_diagnosis_close(struct ts_diagnosis *d);
/* The report's model of where the diagnosis stands. Points into d. The digest of the knowledge base takes longer than all
 * the rest of a look-up, so it is made only for the formats that show it. */
void ts_diagnosis_report(struct ts_diagnosis *d, struct ts_report *r, bool with_kb_info);
/* Print the report in the format that the options name, or write it where they say. Returns the exit status. */
int ts_diagnosis_print(struct ts_diagnosis *d);
bool ts_diagnosis_export(const struct ts_report *r, const char *path, struct ts_err *err);

/* cmd/guided.c: the guided session; resume 0 = none. */
int ts_cmd_guided(struct ts_diagnosis *d, int64_t resume);
/* The store of sessions; NULL with err. */
struct ts_store;
struct ts_store *ts_cmd_open_store(struct ts_err *err);

#endif
