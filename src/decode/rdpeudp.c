/* decode/rdpeudp.c - the first datagram of RDP over UDP and its answer ([MS-RDPEUDP] 2.2.2). All numbers are big-endian. */
#include "decode/rdpeudp.h"

#include <stdio.h>
#include <string.h>

#define HEADER       16 /* RDPUDP_FEC_HEADER and RDPUDP_SYNDATA_PAYLOAD */
#define SYN          0x0001u
#define ACK          0x0004u
#define CORRELATION  0x0800u
#define SYNEX        0x1000u
#define CORRELATIONS 32 /* bytes of the correlation payload */
#define WINDOW       64
#define VERSION_2    2
#define VERSION_INFO 1 /* uSynExFlags: uUdpVer is valid */

static unsigned be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

size_t ts_rdpeudp_syn(uint32_t sequence, unsigned char out[TS_RDPEUDP_MTU])
{
	memset(out, 0, TS_RDPEUDP_MTU);
	memset(out, 0xFF, 4); /* snSourceAck of a SYN */
	put16(out + 4, WINDOW);
	put16(out + 6, SYN | SYNEX);
	put16(out + 8, sequence >> 16);
	put16(out + 10, sequence & 0xFFFF);
	put16(out + 12, TS_RDPEUDP_MTU);
	put16(out + 14, TS_RDPEUDP_MTU);
	put16(out + 16, VERSION_INFO);
	put16(out + 18, VERSION_2);
	return TS_RDPEUDP_MTU;
}

static enum ts_rdpeudp_kind malformed(struct ts_rdpeudp_reply *out, const char *why)
{
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
	return out->kind = TS_RDPEUDP_MALFORMED;
}

enum ts_rdpeudp_kind ts_rdpeudp_parse(
	const unsigned char *p, size_t n, uint32_t sequence, struct ts_rdpeudp_reply *out)
{
	*out = (struct ts_rdpeudp_reply){ .version = 1 };
	if (n < HEADER) {
		return malformed(out, "shorter than an RDPEUDP header");
	}
	out->ack = be32(p);
	out->flags = be16(p + 6);
	out->sequence = be32(p + 8);
	out->up_mtu = be16(p + 12);
	out->down_mtu = be16(p + 14);
	if ((out->flags & (SYN | ACK)) != (SYN | ACK)) {
		return malformed(out, "not a SYN+ACK");
	}
	if (out->ack != sequence) {
		(void)snprintf(
			out->why, sizeof(out->why), "it acknowledges another number than the one sent");
		return out->kind = TS_RDPEUDP_STRAY;
	}
	if (out->up_mtu < TS_RDPEUDP_MTU_MIN || out->up_mtu > TS_RDPEUDP_MTU ||
		out->down_mtu < TS_RDPEUDP_MTU_MIN || out->down_mtu > TS_RDPEUDP_MTU) {
		return malformed(out, "packet sizes outside of 1132 to 1232");
	}
	size_t at = HEADER + ((out->flags & CORRELATION) != 0 ? CORRELATIONS : 0);
	if ((out->flags & SYNEX) != 0) {
		if (n < at + 4) {
			return malformed(out, "cut off before the version");
		}
		out->version = (be16(p + at) & VERSION_INFO) != 0 ? be16(p + at + 2) : 1;
	}
	return out->kind = TS_RDPEUDP_SYN_ACK;
}
