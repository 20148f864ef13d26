/* kb/digest.h - SHA-256 (FIPS 180-4), for telling whether knowledge has changed and which knowledge a report
 * was made with. */
#ifndef TS_KB_DIGEST_H
#define TS_KB_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct ts_digest {
	uint32_t h[8];
	uint64_t length;         /* bytes so far */
	unsigned char block[64]; /* what does not fill a block yet */
};

void ts_digest_init(struct ts_digest *d);
void ts_digest_put(struct ts_digest *d, const void *p, size_t n);
/* Lower-case hex. */
void ts_digest_end(struct ts_digest *d, char out[65]);
void ts_digest_of(const void *p, size_t n, char out[65]);
bool ts_digest_file(const char *path, char out[65], struct ts_err *err);

#endif
