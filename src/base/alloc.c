/* base/alloc.c - allocation that ends the program with a message when memory is gone. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NO_MEMORY 70 /* EX_SOFTWARE: not one of the statuses that say something about a check */

static TS_NORETURN void no_memory(void)
{
	/* Nothing here may allocate, and the handlers of exit() might. */
	static const char text[] = "troubleshoot: error: out of memory\n";
	(void)fwrite(text, 1, sizeof(text) - 1, stderr);
	(void)fflush(stderr);
	_Exit(EXIT_NO_MEMORY);
}

void *ts_xmalloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);
	if (p == NULL) {
		no_memory();
	}
	return p;
}

void *ts_xcalloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
	if (p == NULL) {
		no_memory();
	}
	return p;
}

void *ts_xrealloc(void *old, size_t size)
{
	void *p = realloc(old, size > 0 ? size : 1);
	if (p == NULL) {
		no_memory();
	}
	return p;
}

void *ts_xreallocarray(void *old, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size) {
		no_memory();
	}
	return ts_xrealloc(old, count * size);
}

char *ts_xstrdup(const char *s)
{
	return ts_xstrndup(s, strlen(s));
}

char *ts_xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = ts_xmalloc(len + 1);
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *ts_xvasprintf(const char *fmt, va_list ap)
{
	char small[256];
	va_list copy;
	va_copy(copy, ap);
	int n = vsnprintf(small, sizeof(small), fmt, copy);
	va_end(copy);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		return ts_xstrndup(small, (size_t)n);
	}
	if (n < 0) {
		/* Only a text beyond INT_MAX gets here: formats are literals without wide characters. */
		no_memory();
	}
	char *p = ts_xmalloc((size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *ts_xasprintf(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *p = ts_xvasprintf(fmt, ap);
	va_end(ap);
	return p;
}

void ts_xgrow(void *items, size_t *cap, size_t count, size_t size)
{
	if (count < *cap) {
		return;
	}
	if (*cap > SIZE_MAX / 2) {
		no_memory();
	}
	size_t bigger = *cap > 0 ? *cap * 2 : 8;
	/* items is the address of a pointer of any type; copying its bytes keeps to the aliasing rules. */
	void *p;
	memcpy(&p, items, sizeof(p));
	p = ts_xreallocarray(p, bigger, size);
	memcpy(items, &p, sizeof(p));
	*cap = bigger;
}
