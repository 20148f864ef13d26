/* decode/x224.h - the first exchange of RDP: X.224 Connection Request and Confirm with the negotiation in them (MS-RDPBCGR 2.2.1.1, 2.2.1.2), and the
 * ultimatum by which a server hangs up. */
#ifndef TS_DECODE_X224_H
#define TS_DECODE_X224_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_X224_REQUEST 19  /* bytes of our request */
#define TS_X224_MAX     259 /* largest confirm: its length indicator is one byte */

enum ts_rdp_protocol {
	TS_RDP_STANDARD = 0,
	TS_RDP_SSL = 1,
	TS_RDP_HYBRID = 2, /* TLS and CredSSP: NLA */
	TS_RDP_RDSTLS = 4,
	TS_RDP_HYBRID_EX = 8,
	TS_RDP_RDSAAD = 16 /* never in a first request: xrdp hangs up on it */
};

/* A Connection Request that offers these protocols, without cookie and without a name. */
void ts_x224_request(uint32_t protocols, unsigned char out[TS_X224_REQUEST]);

enum ts_x224_kind {
	TS_X224_BAD,       /* a TPKT packet that is none of these */
	TS_X224_RESPONSE,  /* RDP_NEG_RSP: flags, protocol */
	TS_X224_FAILURE,   /* RDP_NEG_FAILURE: code */
	TS_X224_PLAIN,     /* a confirm without negotiation */
	TS_X224_ULTIMATUM, /* MCS Disconnect Provider Ultimatum: code is its reason */
};

struct ts_x224 {
	enum ts_x224_kind kind;
	unsigned source;   /* source reference of the confirm: 0x1234 from Windows and xrdp, 0 from FreeRDP */
	unsigned flags;    /* of the response */
	uint32_t protocol; /* that was selected */
	uint32_t code;     /* of the failure, or reason of the ultimatum */
};

/* One whole TPKT packet. kind is also returned. */
enum ts_x224_kind ts_x224_parse(const unsigned char *p, size_t n, struct ts_x224 *out);
/* Is that protocol one that these offered ones allow? */
bool ts_x224_was_offered(uint32_t offered, uint32_t selected);

/* What a failure code means; NULL for a number that no specification lists. */
struct ts_rdp_failure {
	uint32_t code;
	const char *name;    /* "SSL_REQUIRED_BY_SERVER" */
	const char *meaning; /* for this client, a clause without a full stop */
};
const struct ts_rdp_failure *ts_rdp_failure_find(uint32_t code);

#endif
