/* fuzz-certblob.c - arbitrary bytes as a Blob of SystemCertificates, as DER and as PEM, down to the certificate's
 * fields. */
#include <stddef.h>
#include <stdint.h>
#include "decode/certblob.h"
#include "decode/sha1.h"
#include "decode/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_certificate(const char *p, size_t n)
{
	struct ts_x509 x;
	char sha1[41];
	struct ts_arena *a = ts_arena_new();
	ts_x509_parse((const unsigned char *)p, n, a, &x);
	ts_sha1_hex(p, n, sha1);
	ts_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_str der, text = { (const char *)data, size };
	struct ts_buf b;
	if (ts_certblob_der(data, size, &der)) {
		read_certificate(der.p, der.n);
	}
	if (ts_certblob_is_der(data, size, size)) {
		read_certificate((const char *)data, size);
	}
	ts_buf_init(&b, 1 << 20);
	while (ts_certblob_next_pem(&text, &b)) {
		read_certificate(ts_buf_str(&b), b.len);
	}
	ts_buf_finish(&b);
	return 0;
}
