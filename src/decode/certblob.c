/* decode/certblob.c - taking certificates out of what they are stored in. */
#include "decode/certblob.h"

#include <stdint.h>
#include <string.h>

#define PROPERTY_CERTIFICATE 32

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Properties one after the other: number, a word without meaning, size, data. */
bool ts_certblob_der(const unsigned char *p, size_t n, struct ts_str *der)
{
	while (n >= 12) {
		uint32_t property = le32(p), size = le32(p + 8);
		if (size > n - 12) {
			return false;
		}
		if (property == PROPERTY_CERTIFICATE) {
			*der = (struct ts_str){ (const char *)p + 12, size };
			return size > 0;
		}
		p += 12 + size;
		n -= 12 + size;
	}
	return false;
}

bool ts_certblob_is_der(const unsigned char *p, size_t n, size_t size)
{
	if (n < 8 || p[0] != 0x30 || (p[1] != 0x82 && p[1] != 0x83)) {
		return false;
	}
	size_t head = p[1] == 0x82 ? 4 : 5;
	size_t len = p[1] == 0x82 ? (size_t)p[2] << 8 | p[3] : (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
	return len + head <= size && size - len - head <= 2 && p[head] == 0x30;
}

static int base64_value(unsigned char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

static void put_base64(struct ts_buf *out, struct ts_str s)
{
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
		int v = base64_value((unsigned char)s.p[i]);
		if (v < 0) {
			continue;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			ts_buf_putc(out, (char)(bits >> have & 0xFF));
		}
	}
}

bool ts_certblob_next_pem(struct ts_str *text, struct ts_buf *out)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END";
	const char *from = text->n > 0 ? memmem(text->p, text->n, begin, strlen(begin)) : NULL;
	ts_buf_clear(out);
	if (from == NULL) {
		return false;
	}
	from += strlen(begin);
	size_t left = (size_t)(text->p + text->n - from);
	const char *to = left > 0 ? memmem(from, left, end, strlen(end)) : NULL;
	if (to == NULL) {
		return false;
	}
	put_base64(out, (struct ts_str){ from, (size_t)(to - from) });
	*text = (struct ts_str){ to, (size_t)(text->p + text->n - to) };
	return true;
}
