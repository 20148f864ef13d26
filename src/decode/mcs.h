/* decode/mcs.h - MCS Connect Initial and Connect Response (T.125; MS-RDPBCGR 2.2.1.3, 2.2.1.4): the sign of life of a server without NLA. */
#ifndef TS_DECODE_MCS_H
#define TS_DECODE_MCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_MCS_INITIAL 368
#define TS_MCS_MAX     4096 /* more than any server's response */

/* The whole TPKT packet. `selected` is the protocol of the confirm; without TLS the old encryption methods are offered. */
void ts_mcs_initial(uint32_t selected, unsigned char out[TS_MCS_INITIAL]);

struct ts_mcs {
	int result;       /* 0 = successful */
	uint32_t version; /* of the server's core block, 0x00080004 = RDP 5 to 8; 0 = it has none */
};

/* A whole TPKT packet; false when it is no Connect Response. */
bool ts_mcs_parse(const unsigned char *p, size_t n, struct ts_mcs *out);

#endif
