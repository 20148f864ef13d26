/* table/evidence-int.h - what evidence.c and evidence-pool.c share. */
#ifndef TS_TABLE_EVIDENCE_INT_H
#define TS_TABLE_EVIDENCE_INT_H

#include "table/evidence.h"

/* As ts_evidence_open(). **shown is the evidence that the connection looks at, and may be changed while it rests: to evidence of the
 * same machines. */
struct ts_conn *ts_evidence_view(struct ts_evidence *ev, const char *name, const char *sql,
	const struct ts_budget *budget, struct ts_evidence ***shown, struct ts_err *err);

#endif
