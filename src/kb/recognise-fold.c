/* kb/recognise-fold.c - makes texts comparable: people paste from dialogs, logs, scans and mails of every
 * language. */
#include "kb/recognise-int.h"

#include <assert.h>
#include <string.h>
#include "base/utf8.h"

/* Base letters of U+00C0 to U+017F. */
static const char latin[] = "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
			    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static_assert(sizeof(latin) == 0x180 - 0xC0 + 1, "a letter for every code point");

#define DROP 0u /* a character that nobody sees */

/* Ranges of code points that are replaced as a whole, in order. */
static const struct {
	uint32_t first, last, to;
} ranges[] = {
	{ 0x0009, 0x0009, ' ' },
	{ 0x000B, 0x000C, '\n' },
	{ 0x000D, 0x000D, DROP },
	{ 0x0060, 0x0060, '\'' },
	{ 0x0085, 0x0085, '\n' },
	{ 0x00A0, 0x00A0, ' ' },
	{ 0x00AB, 0x00AB, '"' },
	{ 0x00AD, 0x00AD, DROP },
	{ 0x00B4, 0x00B4, '\'' },
	{ 0x00BB, 0x00BB, '"' },
	{ 0x02BC, 0x02BC, '\'' },
	{ 0x0300, 0x036F, DROP }, /* combining accents: macOS writes them apart */
	{ 0x0386, 0x0386, 0x03B1 },
	{ 0x0388, 0x0388, 0x03B5 },
	{ 0x0389, 0x0389, 0x03B7 },
	{ 0x038A, 0x038A, 0x03B9 },
	{ 0x038C, 0x038C, 0x03BF },
	{ 0x038E, 0x038E, 0x03C5 },
	{ 0x038F, 0x038F, 0x03C9 },
	{ 0x03AC, 0x03AC, 0x03B1 },
	{ 0x03AD, 0x03AD, 0x03B5 },
	{ 0x03AE, 0x03AE, 0x03B7 },
	{ 0x03AF, 0x03AF, 0x03B9 },
	{ 0x03C2, 0x03C2, 0x03C3 },
	{ 0x03CC, 0x03CC, 0x03BF },
	{ 0x03CD, 0x03CD, 0x03C5 },
	{ 0x03CE, 0x03CE, 0x03C9 },
	{ 0x0401, 0x0401, 0x0435 },
	{ 0x0451, 0x0451, 0x0435 },
	{ 0x2000, 0x200A, ' ' },
	{ 0x200B, 0x200F, DROP },
	{ 0x2010, 0x2015, '-' },
	{ 0x2018, 0x201B, '\'' },
	{ 0x201C, 0x201F, '"' },
	{ 0x2028, 0x2029, '\n' },
	{ 0x202A, 0x202E, DROP },
	{ 0x202F, 0x202F, ' ' },
	{ 0x205F, 0x205F, ' ' },
	{ 0x2060, 0x2069, DROP },
	{ 0x2212, 0x2212, '-' },
	{ 0x3000, 0x3000, ' ' },
	{ 0xFE00, 0xFE0F, DROP },
	{ 0xFEFF, 0xFEFF, DROP },
};

static uint32_t fold(uint32_t cp)
{
	if (cp >= 'A' && cp <= 'Z') {
		return cp + ('a' - 'A');
	}
	if (cp >= ' ' && cp < 0x60) {
		return cp;
	}
	if (cp >= 0xFF01 && cp <= 0xFF5E) {
		return fold(cp - 0xFEE0);
	}
	if (cp >= 0xC0 && cp <= 0x17F) {
		return (unsigned char)latin[cp - 0xC0];
	}
	for (size_t i = 0; i < TS_COUNT(ranges) && ranges[i].first <= cp; i++) {
		if (cp <= ranges[i].last) {
			return ranges[i].to;
		}
	}
	if ((cp >= 0x0391 && cp <= 0x03A9) || (cp >= 0x0410 && cp <= 0x042F)) {
		return cp + 0x20;
	}
	return cp >= 0x0400 && cp <= 0x040F ? cp + 0x50 : cp;
}

/* "&#58;", "&nbsp;", and "=20" before a number: what pages and mails write for a sign. 0 = there is none here. */
static size_t encoded(const char *text, size_t n, uint32_t *cp)
{
	static const struct {
		const char *text;
		uint32_t cp;
	} names[] = { { "&nbsp;", ' ' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' },
		{ "&quot;", '"' }, { "&colon;", ':' }, { "&#x3a;", ':' } };
	size_t i = 2;

	if (n > 5 && memcmp(text, "=20", 3) == 0 && text[3] == '0' && (text[4] == 'x' || text[4] == 'X')) {
		*cp = ' ';
		return 3;
	}
	for (size_t k = 0; k < TS_COUNT(names); k++) {
		size_t len = strlen(names[k].text);
		if (n >= len && memcmp(text, names[k].text, len) == 0) {
			*cp = names[k].cp;
			return len;
		}
	}
	if (n < 4 || text[0] != '&' || text[1] != '#') {
		return 0;
	}
	for (*cp = 0; i < n && i < 8 && text[i] >= '0' && text[i] <= '9'; i++) {
		*cp = *cp * 10 + (uint32_t)(text[i] - '0');
	}
	return i > 2 && i < n && text[i] == ';' && *cp <= 0x10FFFF ? i + 1 : 0;
}

void ts_fold(const char *text, size_t n, struct ts_arena *a, struct ts_folded *out)
{
	size_t at = 0;

	out->n = 0;
	out->cp = ts_arena_calloc(a, n + 1, sizeof(*out->cp));
	out->off = ts_arena_calloc(a, n + 1, sizeof(*out->off));
	while (at < n) {
		uint32_t cp;
		size_t len = encoded(text + at, n - at, &cp);
		if (len == 0) {
			len = ts_utf8_next(text + at, n - at, &cp, NULL);
		}
		uint32_t folded = cp == 0 ? ' ' : fold(cp);
		if (folded != DROP) {
			out->cp[out->n] = folded;
			out->off[out->n++] = at;
		}
		at += len;
	}
	out->off[out->n] = n;
}
