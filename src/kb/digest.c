/* kb/digest.c - SHA-256. */
#include "kb/digest.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

/* Fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
static const uint32_t k[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
	0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,
	0xbef9a3f7, 0xc67178f2 };

static uint32_t ror(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/* One round of FIPS 180-4, 6.2.2 step 3, on the words a..h at these places of v. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                                                     \
	do {                                                                                                 \
		uint32_t t1 = v[h] + (ror(v[e], 6) ^ ror(v[e], 11) ^ ror(v[e], 25)) +                        \
			      ((v[e] & v[f]) ^ (~v[e] & v[g])) + k[t] + w[t];                                \
		uint32_t t2 = (ror(v[a], 2) ^ ror(v[a], 13) ^ ror(v[a], 22)) +                               \
			      ((v[a] & v[b]) ^ (v[a] & v[c]) ^ (v[b] & v[c]));                               \
		v[d] += t1;                                                                                  \
		v[h] = t1 + t2;                                                                              \
	} while (0)

static void block(uint32_t h[8], const unsigned char *p)
{
	uint32_t w[64], v[8];

	for (int i = 0; i < 16; i++) {
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 |
		       p[4 * i + 3];
	}
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) +
		       (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
	}
	/* The eight words change places instead of being moved: after eight rounds each is where it was. */
	memcpy(v, h, sizeof(v));
	for (int i = 0; i < 64; i += 8) {
		ROUND(0, 1, 2, 3, 4, 5, 6, 7, i);
		ROUND(7, 0, 1, 2, 3, 4, 5, 6, i + 1);
		ROUND(6, 7, 0, 1, 2, 3, 4, 5, i + 2);
		ROUND(5, 6, 7, 0, 1, 2, 3, 4, i + 3);
		ROUND(4, 5, 6, 7, 0, 1, 2, 3, i + 4);
		ROUND(3, 4, 5, 6, 7, 0, 1, 2, i + 5);
		ROUND(2, 3, 4, 5, 6, 7, 0, 1, i + 6);
		ROUND(1, 2, 3, 4, 5, 6, 7, 0, i + 7);
	}
	for (int i = 0; i < 8; i++) {
		h[i] += v[i];
	}
}

void ts_digest_init(struct ts_digest *d)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
		0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memset(d, 0, sizeof(*d));
	memcpy(d->h, start, sizeof(start));
}

void ts_digest_put(struct ts_digest *d, const void *data, size_t n)
{
	const unsigned char *p = data;
	size_t used = (size_t)(d->length % 64);

	d->length += n;
	if (used > 0) {
		size_t take = n < 64 - used ? n : 64 - used;
		memcpy(d->block + used, p, take);
		p += take;
		n -= take;
		if (used + take < 64) {
			return;
		}
		block(d->h, d->block);
	}
	for (; n >= 64; p += 64, n -= 64) {
		block(d->h, p);
	}
	if (n > 0) {
		memcpy(d->block, p, n);
	}
}

void ts_digest_end(struct ts_digest *d, char out[65])
{
	static const unsigned char pad[72] = { 0x80 };
	unsigned char length[8];
	uint64_t bits = d->length * 8;

	for (int i = 0; i < 8; i++) {
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	}
	ts_digest_put(d, pad, (size_t)(1 + (119 - d->length % 64) % 64));
	ts_digest_put(d, length, 8);
	for (int i = 0; i < 8; i++) {
		snprintf(out + 8 * i, 9, "%08x", (unsigned)d->h[i]);
	}
}

void ts_digest_of(const void *p, size_t n, char out[65])
{
	struct ts_digest d;

	ts_digest_init(&d);
	ts_digest_put(&d, p, n);
	ts_digest_end(&d, out);
}

bool ts_digest_file(const char *path, char out[65], struct ts_err *err)
{
	unsigned char buffer[16384];
	struct ts_digest d;
	FILE *f = ts_os_open(path);
	size_t n;
	bool ok;

	if (f == NULL) {
		return ts_fail(err, "%s: the file may not be read", path);
	}
	ts_digest_init(&d);
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0) {
		ts_digest_put(&d, buffer, n);
	}
	ok = !ferror(f);
	fclose(f);
	ts_digest_end(&d, out);
	return ok || ts_fail(err, "%s: the file could not be read to its end", path);
}
