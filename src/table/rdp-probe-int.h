/* table/rdp-probe-int.h - what the stages of the probe share. */
#ifndef TS_TABLE_RDP_PROBE_INT_H
#define TS_TABLE_RDP_PROBE_INT_H

#include "base/alloc.h"
#include "table/rdp-probe.h"

struct rdp_probe {
	const struct ts_rdp_question *q;
	struct ts_rdp_result *r;
	struct ts_stream *stream;
	struct ts_tls *tls; /* NULL before TLS, and where there is none */
	int64_t deadline;   /* of the whole */
	const atomic_bool *cancel;
	int64_t stage_deadline;
	bool own; /* the stage's own limit comes first: silence until then is a finding */
	double stage_start;
	bool broken; /* sending failed: what the server said before may still be there to read */
};

/* Each stage returns true when the attempt goes on to the next one. */
bool rdp_probe_tls(struct rdp_probe *p);
bool rdp_probe_credssp(struct rdp_probe *p);
bool rdp_probe_mcs(struct rdp_probe *p);

void rdp_probe_enter(struct rdp_probe *p, enum ts_rdp_stage stage, int limit_ms);
/* Leave the stage by success. */
void rdp_probe_leave(struct rdp_probe *p);
/* The attempt ends here. Always false. */
bool rdp_probe_end(struct rdp_probe *p, const char *symptom, const char *closed_by, const char *fmt, ...)
	TS_PRINTF(4, 5);
/* It ends by something that happened to the connection; `what` is what was waited for. Always false. */
bool rdp_probe_lost(struct rdp_probe *p, enum ts_tls_state state, const char *what);

#endif
