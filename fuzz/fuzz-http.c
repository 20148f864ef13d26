/* fuzz/fuzz-http.c - any bytes as the head of an HTTP answer, whole and as it comes in, and as base64. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ts_http_head whole, part;
	unsigned char raw[256], again[256];
	char text[4 * ((sizeof(raw) + 2) / 3) + 1];
	enum ts_http_state state = ts_http_parse((const char *)data, size, &whole);

	check(state != TS_HTTP_HEAD || (whole.length <= size && whole.status >= 100 && whole.status <= 999));
	check(strlen(whole.schemes) < sizeof(whole.schemes) && whole.ntlm_n <= sizeof(whole.ntlm));
	if (state == TS_HTTP_HEAD) {
		/* Without its last byte the head is not complete. */
		check(ts_http_parse((const char *)data, whole.length - 1, &part) == TS_HTTP_MORE);
	}
	long n = ts_base64_decode((const char *)data, size, raw, sizeof(raw));
	if (n > 0) {
		size_t len = ts_base64_encode(raw, (size_t)n, text);
		check(ts_base64_decode(text, len, again, sizeof(again)) == n &&
			memcmp(raw, again, (size_t)n) == 0);
	}
	return 0;
}
