/* decode/mcs.c - MCS Connect Initial and Connect Response. */
#include "decode/mcs.h"

#include <string.h>
#include "decode/asn1der.h"
#include "decode/tpkt.h"

enum { AT_SELECTED = 0x158, AT_METHODS = 0x160, ALL_METHODS = 0x1b };
enum { CONNECT_RESPONSE = 0x7f66, SERVER_CORE = 0x0c01 };

/* The request without its longer runs of zeros. The client calls itself "probe". */
static const struct {
	unsigned short at, n;
	const char *bytes;
} parts[] = {
	{ 0x00, 0x30,
		"\x03\x00\x01\x70\x02\xf0\x80\x7f\x65\x82\x01\x64\x04\x01\x01\x04"
		"\x01\x01\x01\x01\xff\x30\x19\x02\x01\x22\x02\x01\x02\x02\x01\x00"
		"\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02\xff\xff\x02\x01\x02" },
	{ 0x30, 0x30,
		"\x30\x19\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01"
		"\x00\x02\x01\x01\x02\x02\x04\x20\x02\x01\x02\x30\x1c\x02\x02\xff"
		"\xff\x02\x02\xfc\x17\x02\x02\xff\xff\x02\x01\x01\x02\x01\x00\x02" },
	{ 0x60, 0x46,
		"\x01\x01\x02\x02\xff\xff\x02\x01\x02\x04\x82\x01\x03\x00\x05\x00"
		"\x14\x7c\x00\x01\x80\xfa\x00\x08\x00\x10\x00\x01\xc0\x00\x44\x75"
		"\x63\x61\x80\xec\x01\xc0\xd8\x00\x04\x00\x08\x00\x00\x04\x00\x03"
		"\x01\xca\x03\xaa\x09\x04\x00\x00\x28\x0a\x00\x00\x70\x00\x72\x00"
		"\x6f\x00\x62\x00\x65\x00" },
	{ 0xbc, 0x0c, "\x04\x00\x00\x00\x00\x00\x00\x00\x0c\x00\x00\x00" },
	{ 0x108, 0x0e, "\x01\xca\x01\x00\x00\x00\x00\x00\x18\x00\x07\x00\x01\x00" },
	{ 0x158, 0x18,
		"\x01\x00\x00\x00\x02\xc0\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x03\xc0\x08\x00\x00\x00\x00\x00" },
};

void ts_mcs_initial(uint32_t selected, unsigned char out[TS_MCS_INITIAL])
{
	memset(out, 0, TS_MCS_INITIAL);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		memcpy(out + parts[i].at, parts[i].bytes, parts[i].n);
	}
	out[AT_SELECTED] = (unsigned char)selected;
	out[AT_METHODS] = selected == 0 ? ALL_METHODS : 0;
}

static unsigned le16(const unsigned char *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

/* The server's blocks stand behind "McDn" and a PER length of one or two bytes. */
static uint32_t core_version(struct ts_der data)
{
	size_t at = 0;
	while (at + 4 <= data.n && memcmp(data.p + at, "McDn", 4) != 0) {
		at++;
	}
	if (data.n < 6 || at + 6 > data.n) {
		return 0;
	}
	at += (data.p[at + 4] & 0x80) != 0 ? 6 : 5;
	while (data.n - at >= 4) {
		unsigned type = le16(data.p + at), size = le16(data.p + at + 2);
		if (size < 4 || size > data.n - at) {
			return 0;
		}
		if (type == SERVER_CORE && size >= 8) {
			return le16(data.p + at + 4) | (uint32_t)le16(data.p + at + 6) << 16;
		}
		at += size;
	}
	return 0;
}

bool ts_mcs_parse(const unsigned char *p, size_t n, struct ts_mcs *out)
{
	size_t length;
	*out = (struct ts_mcs){ 0 };
	if (ts_tpkt_look(p, n, n, &length) != TS_TPKT_WHOLE || length != n ||
		memcmp(p + 4, "\x02\xf0\x80", 3) != 0) {
		return false;
	}
	struct ts_der in = { p + 7, n - 7 }, response, body;
	int64_t result = 0;
	if (!ts_der_take(&in, CONNECT_RESPONSE, &response) || !ts_der_take(&response, TS_DER_ENUM, &body) ||
		!ts_der_int(body, &result) || result < 0 || result > 255) {
		return false;
	}
	out->result = (int)result;
	/* calledConnectId, domainParameters, userData */
	if (ts_der_take(&response, TS_DER_INTEGER, &body) && ts_der_take(&response, TS_DER_SEQUENCE, &body) &&
		ts_der_take(&response, TS_DER_OCTETS, &body)) {
		out->version = core_version(body);
	}
	return true;
}
