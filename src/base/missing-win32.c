/* base/missing-win32.c - functions of other C libraries that the one of Windows lacks. */
#include "base/missing-win32.h"

#include <stdint.h>
#include <string.h>

void *memmem(const void *hay, size_t hay_size, const void *needle, size_t needle_size)
{
	const unsigned char *p = hay, *what = needle;
	if (needle_size == 0) {
		return (void *)(uintptr_t)p;
	}
	while (hay_size >= needle_size) {
		const unsigned char *at = memchr(p, what[0], hay_size - needle_size + 1);
		if (at == NULL) {
			return NULL;
		}
		if (memcmp(at, what, needle_size) == 0) {
			return (void *)(uintptr_t)at;
		}
		hay_size -= (size_t)(at - p) + 1;
		p = at + 1;
	}
	return NULL;
}
