/* decode/tsrequest.h - TSRequest, the envelope of CredSSP (MS-CSSP 2.2.1): what we send first, and what comes back. */
#ifndef TS_DECODE_TSREQUEST_H
#define TS_DECODE_TSREQUEST_H

#include <stdbool.h>
#include "decode/asn1der.h"

#define TS_TSREQUEST_HELLO 57
/* Version 6 with an NTLM NEGOTIATE_MESSAGE without any name: constant, no password is behind it. */
extern const unsigned char ts_tsrequest_hello[TS_TSREQUEST_HELLO];

struct ts_tsrequest {
	int version;
	struct ts_der token; /* NTLM, taken out of SPNEGO where it is wrapped; n = 0 where there is none */
	bool has_error;
	uint32_t error; /* NTSTATUS or SSPI code */
};

bool ts_tsrequest_parse(struct ts_der in, struct ts_tsrequest *out);
/* Name of an error code, NULL for one that is not in the table. */
const char *ts_tsrequest_error_name(uint32_t code);

#endif
