/* decode/sha1.h - SHA-1 (FIPS 180-4): the thumbprint by which Windows names certificates. Not for security. */
#ifndef TS_DECODE_SHA1_H
#define TS_DECODE_SHA1_H

#include <stddef.h>

/* Upper-case hex. */
void ts_sha1_hex(const void *p, size_t n, char out[41]);

#endif
