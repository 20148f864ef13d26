/* decode/utf16.h - text of Windows as UTF-8: UTF-16 of either byte order, and files whose encoding must be told from
 * their bytes. */
#ifndef TS_DECODE_UTF16_H
#define TS_DECODE_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

enum ts_encoding { TS_ENC_UTF8, TS_ENC_UTF16LE, TS_ENC_UTF16BE, TS_ENC_ANSI };

/* Append n bytes of UTF-16 as UTF-8; lone surrogates become U+FFFD, an odd last byte is left out. NULs are kept. */
void ts_utf16_put(struct ts_buf *out, const unsigned char *p, size_t n, bool big_endian);
/* Append n bytes of Latin-1 (names in hives) or, where windows1252, of that code page. */
void ts_latin1_put(struct ts_buf *out, const unsigned char *p, size_t n, bool windows1252);
/* What the text is: by its byte order mark, by NULs at every other place, by being valid UTF-8, else ANSI. *skip is
 * the length of the mark. cut: the bytes are the beginning of a file, which may end within a character. */
enum ts_encoding ts_text_encoding(const unsigned char *p, size_t n, bool cut, size_t *skip);
/* Append a whole text file as UTF-8, without its mark. */
enum ts_encoding ts_text_put(struct ts_buf *out, const unsigned char *p, size_t n, bool cut);

#endif
