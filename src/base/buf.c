/* base/buf.c - a growing byte buffer with a limit that is named when it is made. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 64

void ts_buf_init(struct ts_buf *b, size_t max)
{
	*b = (struct ts_buf){ .max = max };
}

void ts_buf_finish(struct ts_buf *b)
{
	free(b->data);
	*b = (struct ts_buf){ .max = b->max };
}

void ts_buf_clear(struct ts_buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data != NULL) {
		b->data[0] = '\0';
	}
}

/* Make room for n more bytes and a NUL; returns how many of the n fit under the limit. */
static size_t reserve(struct ts_buf *b, size_t n)
{
	if (n > b->max - b->len) {
		n = b->max - b->len;
		b->overflow = true;
	}
	size_t need = b->len + n + 1;
	if (need > b->cap) {
		size_t cap = b->cap > 0 ? b->cap : FIRST_CAP;
		while (cap < need) {
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		}
		b->data = ts_xrealloc(b->data, cap);
		b->cap = cap;
	}
	return n;
}

void ts_buf_put(struct ts_buf *b, const void *p, size_t n)
{
	n = reserve(b, n);
	if (n > 0) {
		memcpy(b->data + b->len, p, n);
		b->len += n;
	}
	b->data[b->len] = '\0';
}

void ts_buf_puts(struct ts_buf *b, const char *s)
{
	ts_buf_put(b, s, strlen(s));
}

void ts_buf_putc(struct ts_buf *b, char c)
{
	ts_buf_put(b, &c, 1);
}

void ts_buf_fill(struct ts_buf *b, char c, size_t n)
{
	n = reserve(b, n);
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void ts_buf_printf(struct ts_buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		ts_buf_put(b, small, (size_t)n);
		return;
	}
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	ts_buf_puts(b, text);
	free(text);
}

const char *ts_buf_str(const struct ts_buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *ts_buf_take(struct ts_buf *b)
{
	char *p = b->data != NULL ? b->data : ts_xstrdup("");
	*b = (struct ts_buf){ .max = b->max };
	return p;
}
