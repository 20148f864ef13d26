/* fuzz/fuzz-tsrequest.c - any bytes as a TSRequest, and the token in it as an NTLM challenge. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/ntlm.h"
#include "decode/tsrequest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_tsrequest t;
	struct ts_ntlm n;
	if (ts_tsrequest_parse((struct ts_der){ data, size }, &t)) {
		(void)ts_ntlm_parse(t.token.p, t.token.n, &n);
		(void)ts_tsrequest_error_name(t.error);
	}
	return 0;
}
