/* decode/plaintext.h - names that another computer sent, as UTF-8 text of one line: what is no character, and every control character, becomes U+FFFD. */
#ifndef TS_DECODE_PLAINTEXT_H
#define TS_DECODE_PLAINTEXT_H

#include <stddef.h>

enum ts_charset { TS_UTF8, TS_LATIN1, TS_UTF16LE, TS_UTF16BE };

/* At most cap - 1 bytes and a NUL; never half a character. Returns the length. */
size_t ts_plaintext(enum ts_charset set, const unsigned char *p, size_t n, char *out, size_t cap);
/* Bytes that n bytes can become at most, with the NUL. */
#define TS_PLAINTEXT_CAP(n) (3 * (n) + 1)

#endif
