/* base/buf.h - a growing byte buffer with a limit that is named when it is made. */
#ifndef TS_BASE_BUF_H
#define TS_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>
#include "base/alloc.h"

struct ts_buf {
	char *data;    /* always followed by a NUL once something was appended; NULL before */
	size_t len;    /* bytes used */
	size_t cap;    /* bytes allocated */
	size_t max;    /* never grows beyond this */
	bool overflow; /* sticky: something was left out because of max */
};

#define TS_BUF_MAX_TEXT ((size_t)64 << 20) /* the limit for text that we make ourselves */

void ts_buf_init(struct ts_buf *b, size_t max);
void ts_buf_finish(struct ts_buf *b);
void ts_buf_clear(struct ts_buf *b);
void ts_buf_put(struct ts_buf *b, const void *p, size_t n);
void ts_buf_puts(struct ts_buf *b, const char *s);
void ts_buf_putc(struct ts_buf *b, char c);
void ts_buf_fill(struct ts_buf *b, char c, size_t n);
void ts_buf_printf(struct ts_buf *b, const char *fmt, ...) TS_PRINTF(2, 3);
/* The text so far, never NULL ("" when empty); owned by the buffer. */
const char *ts_buf_str(const struct ts_buf *b);
/* Give the bytes away (the caller frees them) and leave the buffer empty. Never NULL. */
char *ts_buf_take(struct ts_buf *b);

#endif
