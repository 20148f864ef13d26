/* decode/tpkt.c - the frame around everything RDP says before and without TLS. */
#include "decode/tpkt.h"

#define SMALLEST 7 /* the header and the shortest TPDU */

enum ts_tpkt ts_tpkt_look(const unsigned char *p, size_t n, size_t max, size_t *length)
{
	*length = 0;
	if (n > 0 && p[0] != 3) {
		return TS_TPKT_NOT;
	}
	if (n < TS_TPKT_HEADER) {
		return TS_TPKT_MORE;
	}
	*length = (size_t)(p[2] << 8 | p[3]);
	if (*length < SMALLEST || *length > max) {
		return TS_TPKT_BAD;
	}
	return n < *length ? TS_TPKT_MORE : TS_TPKT_WHOLE;
}
