/* decode/sha1.c - SHA-1. */
#include "decode/sha1.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void block(uint32_t h[5], const unsigned char *p)
{
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	for (int i = 0; i < 80; i++) {
		w[i] = i < 16 ? (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
					(uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3]
			      : rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	}
	for (int i = 0; i < 80; i++) {
		uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999u
			     : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1u
			     : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCu
				      : (b ^ c ^ d) + 0xCA62C1D6u;
		uint32_t t = rotate(a, 5) + f + e + w[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void ts_sha1_hex(const void *data, size_t n, char out[41])
{
	uint32_t h[5] = { 0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u, 0xC3D2E1F0u };
	const unsigned char *p = data;
	unsigned char last[128] = { 0 };
	size_t left = n % 64, size = left < 56 ? 64 : 128;
	for (size_t i = 0; i + 64 <= n; i += 64) {
		block(h, p + i);
	}
	if (left > 0) {
		memcpy(last, p + n - left, left);
	}
	last[left] = 0x80;
	for (int i = 0; i < 8; i++) {
		last[size - 1 - (size_t)i] = (unsigned char)((uint64_t)n * 8 >> (8 * i));
	}
	for (size_t i = 0; i < size; i += 64) {
		block(h, last + i);
	}
	for (int i = 0; i < 5; i++) {
		snprintf(out + i * 8, 9, "%08X", (unsigned)h[i]);
	}
}
