/* decode/tpkt.h - the frame around everything RDP says before and without TLS (T.123, section 8): 03, 00, length of the whole packet. */
#ifndef TS_DECODE_TPKT_H
#define TS_DECODE_TPKT_H

#include <stddef.h>

#define TS_TPKT_HEADER 4

enum ts_tpkt {
	TS_TPKT_MORE,  /* too few bytes to tell, or the packet is not complete */
	TS_TPKT_WHOLE, /* *length bytes are one packet; more may follow */
	TS_TPKT_NOT,   /* some other protocol */
	TS_TPKT_BAD    /* a length that cannot be, or is larger than max */
};

/* What the n bytes at p begin with. *length is set once the header is there. */
enum ts_tpkt ts_tpkt_look(const unsigned char *p, size_t n, size_t max, size_t *length);

#endif
