/* table/rdp-probe.h - one connection to one address, from TCP to the sign-in's first answer, without a password: how far
 * it gets, what happened there, and all that the server tells on the way (MS-RDPBCGR 1.3.1.1, MS-CSSP). */
#ifndef TS_TABLE_RDP_PROBE_H
#define TS_TABLE_RDP_PROBE_H

#include "decode/ntlm.h"
#include "decode/x224.h"
#include "os/tls.h"

/* What mstsc offers. */
#define TS_RDP_OFFER (TS_RDP_SSL | TS_RDP_HYBRID | TS_RDP_HYBRID_EX)

struct ts_rdp_question {
	int port;
	bool direct;        /* TLS at once, without X.224 */
	uint32_t protocols; /* that X.224 offers: TS_RDP_OFFER, or fewer to see what the server insists on */
	bool tls_only;      /* done after the TLS handshake */
	int max_segment;    /* as for ts_stream_open() */
	struct ts_tls_options tls;
};

enum ts_rdp_stage {
	TS_RDP_AT_TCP,
	TS_RDP_AT_X224,
	TS_RDP_AT_TLS,
	TS_RDP_AT_AFTER_TLS, /* TLS was fine; the first thing after it was not answered */
	TS_RDP_AT_CREDSSP,
	TS_RDP_AT_MCS,
	TS_RDP_AT_OK,
	TS_RDP_STAGES
};

/* How the attempt ended, as far as this program is concerned. */
enum ts_rdp_end {
	TS_RDP_DECIDED,
	TS_RDP_CUT,    /* the deadline that was given, or the person, came before the stage's own limit */
	TS_RDP_NO_TLS, /* it got to TLS, which this program cannot speak: stage is TLS, symptom "" */
	TS_RDP_FAILED  /* a failed system call: nothing is known */
};

#define TS_RDP_CHAIN 8

struct ts_rdp_result {
	struct ts_net_addr address;
	enum ts_rdp_end end;
	enum ts_rdp_stage stage;
	char symptom
		[32]; /* "reset", "alert-40", "failure-3" ...; "nla", "tls" or "rdp" when the stage is ok */
	const char *closed_by;    /* "fin", "rst", "alert", "ultimatum", "silence"; NULL = nobody closed */
	char detail[400];         /* in words */
	double ms[TS_RDP_STAGES]; /* per stage, -1 = not reached; AFTER_TLS and OK are never used */
	double elapsed_ms;
	struct ts_connected tcp;

	struct ts_x224 confirm; /* kind TS_X224_BAD = none came */
	bool has_confirm;
	bool confirm_then_ultimatum;
	const char *speaks; /* another protocol: its name, "unknown" */

	struct ts_stream_info tls_info; /* of the kernel at the end of the TLS stage; -1 = unknown */
	bool has_tls;                   /* the handshake was completed */
	int alert;                      /* fatal alert of the server, -1 = none */
	bool refused_here;              /* this side could not go on with what the server sent in TLS */
	int alert_sent;                 /* the alert with which it then ended, -1 = none or not known */
	int hello_version;     /* of the server's ServerHello then: 0x0303 also for TLS 1.3; 0 = none */
	uint64_t tls_received; /* bytes that the server sent since our ClientHello */
	char tls_version[16], tls_cipher[64];
	struct ts_tls_der chain[TS_RDP_CHAIN]; /* the server's certificate first */
	size_t nchain;

	int credssp_version; /* 0 = none came */
	bool has_challenge;
	struct ts_ntlm ntlm;
	int64_t skew_ms;     /* server minus this computer, where ntlm.has_time */
	double skew_fuzz_ms; /* it may be off by this much: half the round trip, whole seconds of some servers */

	uint32_t rdp_version; /* of the MCS response's core block; 0 = none */
};

/* Try it. deadline and cancel are those of the whole; each stage has a limit of its own. */
void ts_rdp_probe_run(const struct ts_rdp_question *q, const struct ts_net_addr *address, int64_t deadline,
	const atomic_bool *cancel, struct ts_rdp_result *out);
void ts_rdp_result_finish(struct ts_rdp_result *r);
/* "tcp", "x224", "tls", "after-tls", "credssp", "mcs", "ok". */
const char *ts_rdp_stage_name(enum ts_rdp_stage s);

#endif
