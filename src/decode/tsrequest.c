/* decode/tsrequest.c - TSRequest, the envelope of CredSSP. */
#include "decode/tsrequest.h"

#include <string.h>

const unsigned char ts_tsrequest_hello[TS_TSREQUEST_HELLO] = {
	0x30, 0x37, 0xa0, 0x03, 0x02, 0x01, 0x06, 0xa1, 0x30, 0x30, 0x2e, 0x30, 0x2c, 0xa0, 0x2a,
	0x04,                                                                     /* token: */
	0x28, 'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 1, 0, 0, 0, 0x97, 0x82, 0x08, /* flags */
	0xe2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                        /* no names */
	0, 10, 0, 0x5d, 0x58, 0, 0, 0, 15,                                        /* 10.0.22621 */
};

/* The token inside a SPNEGO NegTokenResp: [1] { SEQUENCE { ... [2] { OCTET STRING } } }. */
static bool unwrap_spnego(struct ts_der in, struct ts_der *token)
{
	struct ts_der response, body;
	struct ts_der_item item;
	if (!ts_der_take(&in, TS_DER_CONTEXT + 1, &response) ||
		!ts_der_take(&response, TS_DER_SEQUENCE, &body)) {
		return false;
	}
	while (ts_der_next(&body, &item)) {
		if (item.tag == TS_DER_CONTEXT + 2) {
			return ts_der_take(&item.body, TS_DER_OCTETS, token);
		}
	}
	return false;
}

static bool read_tokens(struct ts_der in, struct ts_der *token)
{
	struct ts_der list, entry, wrapped;
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &list) || !ts_der_take(&list, TS_DER_SEQUENCE, &entry) ||
		!ts_der_take(&entry, TS_DER_CONTEXT, &wrapped) ||
		!ts_der_take(&wrapped, TS_DER_OCTETS, token)) {
		return false;
	}
	struct ts_der inner;
	if (unwrap_spnego(*token, &inner)) {
		*token = inner;
	}
	return true;
}

static bool read_int(struct ts_der in, int64_t *out)
{
	struct ts_der body;
	return ts_der_take(&in, TS_DER_INTEGER, &body) && ts_der_int(body, out);
}

bool ts_tsrequest_parse(struct ts_der in, struct ts_tsrequest *out)
{
	struct ts_der body;
	struct ts_der_item item;
	int64_t v = 0;
	*out = (struct ts_tsrequest){ 0 };
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &body) || !ts_der_next(&body, &item) ||
		item.tag != TS_DER_CONTEXT || !read_int(item.body, &v) || v < 1 || v > 255) {
		return false;
	}
	out->version = (int)v;
	while (body.n > 0) {
		if (!ts_der_next(&body, &item)) {
			return false;
		}
		if (item.tag == TS_DER_CONTEXT + 1 && !read_tokens(item.body, &out->token)) {
			return false;
		}
		if (item.tag == TS_DER_CONTEXT + 4) {
			/* The code's bits: servers send it with and without a leading zero. */
			if (!read_int(item.body, &v) || v < INT32_MIN || v > UINT32_MAX) {
				return false;
			}
			out->has_error = true;
			out->error = (uint32_t)v;
		}
	}
	return true;
}

const char *ts_tsrequest_error_name(uint32_t code)
{
	static const struct {
		uint32_t code;
		const char *name;
	} names[] = {
		{ 0x80090302, "SEC_E_UNSUPPORTED_FUNCTION" },
		{ 0x80090303, "SEC_E_TARGET_UNKNOWN" },
		{ 0x80090304, "SEC_E_INTERNAL_ERROR" },
		{ 0x80090305, "SEC_E_SECPKG_NOT_FOUND" },
		{ 0x80090308, "SEC_E_INVALID_TOKEN" },
		{ 0x8009030c, "SEC_E_LOGON_DENIED" },
		{ 0x8009030e, "SEC_E_NO_CREDENTIALS" },
		{ 0x80090311, "SEC_E_NO_AUTHENTICATING_AUTHORITY" },
		{ 0x80090322, "SEC_E_WRONG_PRINCIPAL" },
		{ 0x80090324, "SEC_E_TIME_SKEW" },
		{ 0xc000006d, "STATUS_LOGON_FAILURE" },
		{ 0xc000006e, "STATUS_ACCOUNT_RESTRICTION" },
		{ 0xc0000071, "STATUS_PASSWORD_EXPIRED" },
		{ 0xc0000072, "STATUS_ACCOUNT_DISABLED" },
		{ 0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED" },
		{ 0xc0000224, "STATUS_PASSWORD_MUST_CHANGE" },
		{ 0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT" },
		{ 0xc0000413, "STATUS_AUTHENTICATION_FIREWALL_FAILED" },
		{ 0xc0000418, "STATUS_NTLM_BLOCKED" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code) {
			return names[i].name;
		}
	}
	return NULL;
}
