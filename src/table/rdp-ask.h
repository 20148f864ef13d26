/* table/rdp-ask.h - the probe as the tables use it: all addresses of a host side by side, each question once per run. */
#ifndef TS_TABLE_RDP_ASK_H
#define TS_TABLE_RDP_ASK_H

#include "base/buf.h"
#include "table/probe.h"
#include "table/rdp-probe.h"

#define TS_RDP_ATTEMPTS 4 /* addresses that are tried */

struct ts_rdp_answer {
	struct ts_resolved resolved;
	struct ts_rdp_result
		results[TS_RDP_ATTEMPTS]; /* in the order in which a client tries the addresses */
	size_t n;
	size_t left_out; /* addresses beyond the cap */
	const char
		*no_way; /* family to which this computer has no route, left out since another was reached */
	bool capped;     /* the check may make no more connections */
	struct ts_rdp_question q; /* server_name is not kept */
};

/* Ask each address of the host; one_address: the first to which TCP opens. NULL when there is no answer, which the
 * ledger is told. Give it back with ts_rdp_answer_done(). q->tls.server_name is set here. */
const struct ts_rdp_answer *ts_rdp_ask(
	struct ts_scan *s, const char *host, const struct ts_rdp_question *q, bool one_address);
void ts_rdp_answer_done(struct ts_scan *s, const struct ts_rdp_answer *a); /* NULL is allowed */
/* Tell the ledger how far the answer can be relied on. */
void ts_rdp_answer_report(struct ts_scan *s, const struct ts_rdp_answer *a);

/* "expired,self-signed" of the server's certificate for that host at that time, "" when all is well, appended to b. */
void ts_rdp_findings(
	const struct ts_rdp_result *r, const char *host, int64_t now, struct ts_arena *a, struct ts_buf *b);
/* Is the certificate made out to the host, which may be an address? */
struct ts_x509;
bool ts_rdp_name_match(const struct ts_x509 *c, const char *host);

#endif
