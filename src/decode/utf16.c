/* decode/utf16.c - text of Windows as UTF-8. */
#include "decode/utf16.h"

#include <stdint.h>
#include <string.h>
#include "base/utf8.h"

#define LOOK_AT 4096 /* bytes that tell UTF-16 without a mark */

static unsigned unit(const unsigned char *p, bool big_endian)
{
	return big_endian ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
}

void ts_utf16_put(struct ts_buf *out, const unsigned char *p, size_t n, bool big_endian)
{
	char c[4];
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t cp = unit(p + i, big_endian);
		if (cp < 0x80) {
			ts_buf_putc(out, (char)cp);
			continue;
		}
		if (cp >= 0xD800 && cp < 0xDC00 && i + 3 < n) {
			unsigned low = unit(p + i + 2, big_endian);
			if (low >= 0xDC00 && low < 0xE000) {
				cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
				i += 2;
			}
		}
		ts_buf_put(out, c, ts_utf8_put(c, cp));
	}
}

void ts_latin1_put(struct ts_buf *out, const unsigned char *p, size_t n, bool windows1252)
{
	static const uint16_t high[32] = { 0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,
		0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
		0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178 };
	char c[4];
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x80) {
			ts_buf_putc(out, (char)p[i]);
			continue;
		}
		uint32_t cp = windows1252 && p[i] < 0xA0 ? high[p[i] - 0x80] : p[i];
		ts_buf_put(out, c, ts_utf8_put(c, cp));
	}
}

/* Text without a mark, of which nearly all characters are Latin: one byte of each two is 0. */
static bool looks_utf16(const unsigned char *p, size_t n, bool big_endian)
{
	size_t zeros = 0, others = 0;
	n = n > LOOK_AT ? LOOK_AT : n & ~(size_t)1;
	for (size_t i = 0; i + 1 < n; i += 2) {
		zeros += p[i + (big_endian ? 0 : 1)] == 0;
		others += p[i + (big_endian ? 1 : 0)] == 0;
	}
	return n >= 4 && others == 0 && zeros * 2 * 10 >= n * 8;
}

enum ts_encoding ts_text_encoding(const unsigned char *p, size_t n, bool cut, size_t *skip)
{
	*skip = 0;
	if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0)) {
		*skip = 2;
		return p[0] == 0xFF ? TS_ENC_UTF16LE : TS_ENC_UTF16BE;
	}
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		*skip = 3;
		return TS_ENC_UTF8;
	}
	if (looks_utf16(p, n, false)) {
		return TS_ENC_UTF16LE;
	}
	if (looks_utf16(p, n, true)) {
		return TS_ENC_UTF16BE;
	}
	for (size_t lost = 0; lost <= (cut ? 3 : 0) && lost <= n; lost++) {
		if (ts_utf8_valid((const char *)p, n - lost)) {
			return TS_ENC_UTF8;
		}
	}
	return TS_ENC_ANSI;
}

enum ts_encoding ts_text_put(struct ts_buf *out, const unsigned char *p, size_t n, bool cut)
{
	size_t skip;
	enum ts_encoding e = ts_text_encoding(p, n, cut, &skip);
	p += skip;
	n -= skip;
	switch (e) {
	case TS_ENC_UTF16LE:
	case TS_ENC_UTF16BE: ts_utf16_put(out, p, n, e == TS_ENC_UTF16BE); break;
	case TS_ENC_ANSI: ts_latin1_put(out, p, n, true); break;
	case TS_ENC_UTF8: ts_buf_put(out, p, n); break;
	}
	return e;
}
