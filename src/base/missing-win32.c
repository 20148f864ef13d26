/* base/missing-win32.c - functions of other C libraries that the one of Windows lacks. */
#include "base/missing-win32.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Where the largest suffix of the needle begins, in the order of bytes or its reverse, and its period. */
static size_t largest_suffix(const unsigned char *x, size_t n, bool reverse, size_t *period)
{
	size_t start = 0, at = 1, k = 0; /* x[at + k] is compared with x[start + k] */
	*period = 1;
	while (at + k < n) {
		unsigned char a = x[at + k], b = x[start + k];
		if (a == b) {
			/* One more of the period; a whole one begins the next. */
			bool whole = k + 1 == *period;
			at += whole ? *period : 0;
			k = whole ? 0 : k + 1;
		} else if (reverse ? a > b : a < b) {
			at += k + 1;
			k = 0;
			*period = at - start;
		} else {
			start = at++;
			k = 0;
			*period = 1;
		}
	}
	return start;
}

/* The two-way algorithm of Crochemore and Perrin: linear, whatever the texts, and without memory. Hostile queries search, too. */
void *memmem(const void *hay, size_t hay_size, const void *needle, size_t needle_size)
{
	const unsigned char *h = hay, *x = needle;
	if (needle_size == 0) {
		return (void *)(uintptr_t)h;
	}
	if (needle_size == 1) {
		return (void *)(uintptr_t)memchr(h, x[0], hay_size);
	}
	size_t period, other_period;
	size_t cut = largest_suffix(x, needle_size, false, &period);
	size_t other = largest_suffix(x, needle_size, true, &other_period);
	if (other > cut) {
		cut = other;
		period = other_period;
	}
	bool periodic = period + cut <= needle_size && memcmp(x, x + period, cut) == 0;
	if (!periodic) {
		period = (cut > needle_size - cut ? cut : needle_size - cut) + 1;
	}
	/* known: bytes at the beginning of the needle that are known to fit already. */
	for (size_t at = 0, known = 0; at + needle_size <= hay_size;) {
		size_t i = cut > known ? cut : known;
		while (i < needle_size && x[i] == h[at + i]) {
			i++;
		}
		if (i < needle_size) {
			at += i - cut + 1;
			known = 0;
			continue;
		}
		for (i = cut; i > known && x[i - 1] == h[at + i - 1]; i--) {
		}
		if (i <= known) {
			return (void *)(uintptr_t)(h + at);
		}
		at += period;
		known = periodic ? needle_size - period : 0;
	}
	return NULL;
}
