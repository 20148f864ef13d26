/* base/utf8.h - UTF-8 decoding, and how many columns a code point takes on a terminal (table of our own, generated
 * from Unicode data: never wcwidth(), whose answer depends on the machine). */
#ifndef TS_BASE_UTF8_H
#define TS_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_BAD_CHAR 0xFFFDu

/* Decode one code point at p (n > 0 bytes there). Returns bytes consumed (>= 1); *cp is TS_BAD_CHAR for an invalid byte, of
 * which exactly one is consumed, and *valid (may be NULL) is false. */
size_t ts_utf8_next(const char *p, size_t n, uint32_t *cp, bool *valid);
/* Encode cp into out[4]; returns the length. Surrogates and values above U+10FFFF become U+FFFD. */
size_t ts_utf8_put(char out[4], uint32_t cp);
bool ts_utf8_valid(const char *p, size_t n);
/* Columns of one code point: 0 (combining, ZWJ, variation selectors), 1, or 2 (East Asian wide, emoji). */
int ts_cp_width(uint32_t cp);
/* Length in bytes of the extended grapheme cluster (simplified: base + marks + ZWJ sequences + regional pairs) at p. */
size_t ts_grapheme(const char *p, size_t n, int *width);
/* Columns of a whole string. */
size_t ts_text_width(const char *p, size_t n);
/* May a line break stand after this code point although no blank follows (wide characters)? Not before one of 。、）」ー etc. */
bool ts_cp_break_after(uint32_t cp, uint32_t next);

#endif
