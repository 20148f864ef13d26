/* base/err.c - the reason why a function returned false, as one line of text. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

/* Drop the bytes of a UTF-8 sequence that the end of the array cut in two. */
static void trim_cut(char *text, size_t size)
{
	size_t i = size - 1;
	while (i > 0 && ((unsigned char)text[i - 1] & 0xC0) == 0x80) {
		i--;
	}
	if (i > 0 && ((unsigned char)text[i - 1] & 0xC0) == 0xC0) {
		text[i - 1] = '\0';
	}
}

bool ts_fail(struct ts_err *err, const char *fmt, ...)
{
	if (err == NULL) {
		return false;
	}
	/* An argument may point into err->text itself (a caller that adds to a lower layer's reason). */
	char text[sizeof(err->text)];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0) {
		text[0] = '\0';
	} else if ((size_t)n >= sizeof(text)) {
		trim_cut(text, sizeof(text));
	}
	memcpy(err->text, text, sizeof(text));
	return false;
}
