/* decode/x224.c - X.224 Connection Request and Confirm, and the ultimatum. */
#include "decode/x224.h"

#include <string.h>
#include "decode/tpkt.h"

enum { CONFIRM = 0xd0, DATA = 0xf0, END_OF_TPDU = 0x80, ULTIMATUM = 8 };
enum { NEG_RESPONSE = 2, NEG_FAILURE = 3, NEG_LENGTH = 8 };
enum { AT_INDICATOR = 4, AT_CODE = 5, AT_SOURCE = 8, AT_NEGOTIATION = 11 };

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void ts_x224_request(uint32_t protocols, unsigned char out[TS_X224_REQUEST])
{
	static const unsigned char request[TS_X224_REQUEST] = { 3, 0, 0, TS_X224_REQUEST, 14, 0xe0, 0, 0, 0,
		0, 0, 1, 0, NEG_LENGTH, 0, 0, 0, 0, 0 };
	memcpy(out, request, TS_X224_REQUEST);
	for (int i = 0; i < 4; i++) {
		out[15 + i] = (unsigned char)(protocols >> (8 * i));
	}
}

/* DisconnectProviderUltimatum is choice 8 of six bits; its reason, 0 to 4, are the next three. */
static enum ts_x224_kind parse_data(const unsigned char *p, size_t n, struct ts_x224 *out)
{
	if (n < 9 || p[AT_INDICATOR] != 2 || p[6] != END_OF_TPDU || p[7] >> 2 != ULTIMATUM) {
		return TS_X224_BAD;
	}
	out->code = (uint32_t)((p[7] & 3) << 1 | p[8] >> 7);
	return TS_X224_ULTIMATUM;
}

static enum ts_x224_kind parse_confirm(const unsigned char *p, size_t n, struct ts_x224 *out)
{
	if (n < AT_NEGOTIATION || p[AT_INDICATOR] != n - 5) {
		return TS_X224_BAD;
	}
	out->source = (unsigned)(p[AT_SOURCE] << 8 | p[AT_SOURCE + 1]);
	if (n == AT_NEGOTIATION) {
		return TS_X224_PLAIN;
	}
	const unsigned char *neg = p + AT_NEGOTIATION;
	if (n < AT_NEGOTIATION + NEG_LENGTH || neg[2] != NEG_LENGTH || neg[3] != 0) {
		return TS_X224_BAD;
	}
	out->flags = neg[1];
	if (neg[0] == NEG_RESPONSE) {
		out->protocol = le32(neg + 4);
		return TS_X224_RESPONSE;
	}
	if (neg[0] == NEG_FAILURE) {
		out->code = le32(neg + 4);
		return TS_X224_FAILURE;
	}
	return TS_X224_BAD;
}

enum ts_x224_kind ts_x224_parse(const unsigned char *p, size_t n, struct ts_x224 *out)
{
	size_t length;
	*out = (struct ts_x224){ .kind = TS_X224_BAD };
	if (ts_tpkt_look(p, n, n, &length) != TS_TPKT_WHOLE || length != n) {
		return out->kind;
	}
	switch (p[AT_CODE] & 0xf0) {
	case CONFIRM: return out->kind = parse_confirm(p, n, out);
	case DATA: return out->kind = parse_data(p, n, out);
	default: return out->kind;
	}
}

bool ts_x224_was_offered(uint32_t offered, uint32_t selected)
{
	bool single = (selected & (selected - 1)) == 0;
	return selected == 0 || (single && (offered & selected) != 0);
}

const struct ts_rdp_failure *ts_rdp_failure_find(uint32_t code)
{
	static const struct ts_rdp_failure failures[] = {
		{ 1, "SSL_REQUIRED_BY_SERVER", "the server wants TLS without NLA" },
		{ 2, "SSL_NOT_ALLOWED_BY_SERVER",
			"the server is set to the old RDP security and allows no TLS" },
		{ 3, "SSL_CERT_NOT_ON_SERVER", "the server has no certificate that it can use" },
		{ 4, "INCONSISTENT_FLAGS",
			"the server finds the request inconsistent with how TLS was started" },
		{ 5, "HYBRID_REQUIRED_BY_SERVER", "the server requires NLA" },
		{ 6, "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
			"the server requires a certificate of the client" },
	};
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].code == code) {
			return &failures[i];
		}
	}
	return NULL;
}
