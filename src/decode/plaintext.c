/* decode/plaintext.c - names that another computer sent, as UTF-8 text of one line. */
#include "decode/plaintext.h"

#include <stdint.h>
#include <string.h>
#include "base/utf8.h"

/* One unit of UTF-16. */
static uint32_t unit(enum ts_charset set, const unsigned char *p)
{
	return set == TS_UTF16LE ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[0] << 8 | p[1]);
}

static size_t next_utf16(enum ts_charset set, const unsigned char *p, size_t n, uint32_t *cp)
{
	if (n < 2) {
		*cp = TS_BAD_CHAR;
		return n;
	}
	*cp = unit(set, p);
	if (*cp < 0xd800 || *cp > 0xdfff) {
		return 2;
	}
	uint32_t low = *cp < 0xdc00 && n >= 4 ? unit(set, p + 2) : 0;
	if (low < 0xdc00 || low > 0xdfff) {
		*cp = TS_BAD_CHAR;
		return 2;
	}
	*cp = 0x10000 + ((*cp - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

static size_t next(enum ts_charset set, const unsigned char *p, size_t n, uint32_t *cp)
{
	switch (set) {
	case TS_UTF8: return ts_utf8_next((const char *)p, n, cp, NULL);
	case TS_LATIN1: *cp = p[0]; return 1;
	default: return next_utf16(set, p, n, cp);
	}
}

size_t ts_plaintext(enum ts_charset set, const unsigned char *p, size_t n, char *out, size_t cap)
{
	size_t used = 0;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		char bytes[4];
		i += next(set, p + i, n - i, &cp);
		size_t size = ts_utf8_put(bytes, cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? TS_BAD_CHAR : cp);
		if (used + size >= cap) {
			break;
		}
		memcpy(out + used, bytes, size);
		used += size;
	}
	out[used] = '\0';
	return used;
}
