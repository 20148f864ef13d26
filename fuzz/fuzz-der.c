/* fuzz/fuzz-der.c - any bytes as DER, and as a certificate: its texts are of one line and not much larger than it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/utf8.h"
#include "decode/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_der in = { data, size };
	struct ts_der_item item;
	struct ts_x509 c;
	char oid[64];
	int64_t v;
	while (ts_der_next(&in, &item)) {
		ts_der_oid(item.body, oid, sizeof(oid));
		(void)ts_der_int(item.body, &v);
		(void)ts_der_time(&item, &v);
	}
	if (ts_x509_parse(data, size, a, &c)) {
		const char *const texts[] = { c.subject, c.issuer, c.serial, c.key_type, c.hash };
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			size_t n = strlen(texts[i]);
			if (n > 8 * size + 1024 || !ts_utf8_valid(texts[i], n) ||
				strpbrk(texts[i], "\n\r\033\177") != NULL) {
				abort();
			}
		}
		(void)ts_x509_findings(&c, 1795305600, ts_x509_matches(&c, "srv1.corp.test", NULL, 0));
		(void)ts_x509_matches(&c, "192.0.2.7", (const unsigned char *)"\300\0\2\7", 4);
	}
	ts_arena_free(a);
	return 0;
}
