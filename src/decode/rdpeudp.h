/* decode/rdpeudp.h - the first datagram of RDP over UDP and its answer ([MS-RDPEUDP] 2.2.2). */
#ifndef TS_DECODE_RDPEUDP_H
#define TS_DECODE_RDPEUDP_H

#include <stddef.h>
#include <stdint.h>

#define TS_RDPEUDP_MTU     1232 /* largest datagram, and size of a padded SYN */
#define TS_RDPEUDP_MTU_MIN 1132

enum ts_rdpeudp_kind {
	TS_RDPEUDP_SYN_ACK,   /* the answer to our SYN */
	TS_RDPEUDP_STRAY,     /* a SYN+ACK that acknowledges another number */
	TS_RDPEUDP_MALFORMED, /* something else */
};

struct ts_rdpeudp_reply {
	enum ts_rdpeudp_kind kind;
	unsigned flags;
	uint32_t ack, sequence;
	unsigned up_mtu, down_mtu;
	unsigned version; /* 1, 2 or 0x101; 1 where the answer names none */
	char why[80];     /* malformed: what is wrong */
};

/* Write a SYN with this initial sequence number that offers version 2, padded to full size. Returns its length. */
size_t ts_rdpeudp_syn(uint32_t sequence, unsigned char out[TS_RDPEUDP_MTU]);
/* Read what came back for the SYN with that number. The kind is also returned. */
enum ts_rdpeudp_kind ts_rdpeudp_parse(
	const unsigned char *p, size_t n, uint32_t sequence, struct ts_rdpeudp_reply *out);

#endif
