/* base/utf8.c - UTF-8 decoding, widths of characters, and where a line may break between them. */
#include "base/utf8.h"

#include "base/alloc.h"
#include "base/width-table.h"

#define FIRST_MARK         0x300u
#define ZWJ                0x200Du
#define VARIATION_EMOJI    0xFE0Fu
#define IS_CONTINUATION(c) (((unsigned char)(c)&0xC0) == 0x80)
#define IS_PLAIN(c)        ((unsigned char)(c) >= 0x20 && (unsigned char)(c) < 0x7F)
#define IS_REGIONAL(cp)    ((cp) >= 0x1F1E6u && (cp) <= 0x1F1FFu)
#define IS_SKIN_TONE(cp)   ((cp) >= 0x1F3FBu && (cp) <= 0x1F3FFu)

size_t ts_utf8_next(const char *p, size_t n, uint32_t *cp, bool *valid)
{
	/* Rows: lead byte after masking, continuation bytes, smallest value that needs so many. */
	static const struct {
		unsigned char mask, lead, more;
		uint32_t smallest;
	} forms[] = { { 0x80, 0x00, 0, 0 }, { 0xE0, 0xC0, 1, 0x80 }, { 0xF0, 0xE0, 2, 0x800 },
		{ 0xF8, 0xF0, 3, 0x10000 } };
	unsigned char c = (unsigned char)p[0];
	for (size_t f = 0; f < TS_COUNT(forms); f++) {
		if ((c & forms[f].mask) != forms[f].lead) {
			continue;
		}
		size_t more = forms[f].more;
		uint32_t v = c & (unsigned char)~forms[f].mask;
		size_t i = 1;
		while (i <= more && i < n && IS_CONTINUATION(p[i])) {
			v = v << 6 | ((unsigned char)p[i++] & 0x3F);
		}
		if (i <= more || v < forms[f].smallest || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) {
			break;
		}
		*cp = v;
		if (valid != NULL) {
			*valid = true;
		}
		return i;
	}
	*cp = TS_BAD_CHAR;
	if (valid != NULL) {
		*valid = false;
	}
	return 1;
}

size_t ts_utf8_put(char out[4], uint32_t cp)
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
		cp = TS_BAD_CHAR;
	}
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)((0xF00 >> n & 0xFF) | cp);
	return n;
}

bool ts_utf8_valid(const char *p, size_t n)
{
	bool valid = true;
	for (size_t i = 0; i < n && valid;) {
		uint32_t cp;
		i += (unsigned char)p[i] < 0x80 ? 1 : ts_utf8_next(p + i, n - i, &cp, &valid);
	}
	return valid;
}

static bool in_ranges(const struct ts_cp_range *ranges, size_t count, uint32_t cp)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cp > ranges[mid].last) {
			low = mid + 1;
		} else if (cp < ranges[mid].first) {
			high = mid;
		} else {
			return true;
		}
	}
	return false;
}

int ts_cp_width(uint32_t cp)
{
	if (cp < FIRST_MARK) {
		/* Below the combining marks all is narrow but the controls, which the gate takes out. */
		return cp >= 0x20 && (cp < 0x7F || cp >= 0xA0);
	}
	if (in_ranges(ts_width_zero, ts_width_zero_count, cp)) {
		return 0;
	}
	return in_ranges(ts_width_two, ts_width_two_count, cp) ? 2 : 1;
}

/* Close enough to Unicode's Extended_Pictographic for telling what a ZWJ joins. */
static bool is_pictograph(uint32_t cp)
{
	return (cp >= 0x1F000 && cp <= 0x1FAFF) || (cp >= 0x2190 && cp <= 0x2BFF) || cp == 0x3030 ||
	       cp == 0x303D || cp == 0xA9 || cp == 0xAE;
}

size_t ts_grapheme(const char *p, size_t n, int *width)
{
	uint32_t cp, last;
	bool valid;
	size_t len = ts_utf8_next(p, n, &cp, &valid);
	int columns = ts_cp_width(cp);
	bool picture = is_pictograph(cp), flag = IS_REGIONAL(cp), control = columns == 0 && cp < 0xA0;
	last = cp;
	while (len < n && valid && !control) {
		size_t more = ts_utf8_next(p + len, n - len, &cp, &valid);
		if (!valid) {
			break;
		}
		bool joined = picture && (IS_SKIN_TONE(cp) || (last == ZWJ && is_pictograph(cp)));
		if (flag && IS_REGIONAL(cp)) {
			columns = 2;
			flag = false;
		} else if (cp < FIRST_MARK || (!joined && ts_cp_width(cp) != 0)) {
			break;
		} else if (cp == VARIATION_EMOJI && columns == 1) {
			columns = 2;
		}
		last = cp;
		len += more;
	}
	if (width != NULL) {
		*width = columns;
	}
	return len;
}

size_t ts_text_width(const char *p, size_t n)
{
	size_t columns = 0, i = 0;
	while (i < n) {
		size_t run = i;
		while (run < n && IS_PLAIN(p[run])) {
			run++;
		}
		/* What follows may be a mark that changes the last plain character. */
		size_t plain = run < n && run > i ? run - 1 : run;
		columns += plain - i;
		i = plain;
		if (i < n) {
			int w;
			i += ts_grapheme(p + i, n - i, &w);
			columns += (size_t)w;
		}
	}
	return columns;
}

/* Sorted. Closing brackets, stops, the long-vowel mark, small kana: never at the start of a line (JIS X 4051 in small). */
static const uint16_t no_break_before[] = { '!', ')', ',', '.', ':', ';', '?', ']', '}', 0xBB, 0x2019, 0x201D,
	0x2026, 0x3001, 0x3002, 0x3005, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x3019,
	0x301C, 0x301F, 0x303B, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087,
	0x308E, 0x3095, 0x3096, 0x309B, 0x309C, 0x309D, 0x309E, 0x30A0, 0x30A1, 0x30A3, 0x30A5, 0x30A7,
	0x30A9, 0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30EE, 0x30F5, 0x30F6, 0x30FB, 0x30FC, 0x30FD, 0x30FE,
	0xFF01, 0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D, 0xFF61, 0xFF63,
	0xFF64, 0xFF70, 0xFF9E, 0xFF9F };

/* Sorted. Opening brackets: never at the end of a line. */
static const uint16_t no_break_after[] = { 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0x3018,
	0x301D, 0xFF04, 0xFF08, 0xFF3B, 0xFF5B, 0xFF5F, 0xFFE1, 0xFFE5 };

static bool in_list(const uint16_t *list, size_t count, uint32_t cp)
{
	size_t i = 0;
	while (i < count && list[i] < cp) {
		i++;
	}
	return i < count && list[i] == cp;
}

bool ts_cp_break_after(uint32_t cp, uint32_t next)
{
	return ts_cp_width(cp) == 2 && ts_cp_width(next) > 0 &&
	       !in_list(no_break_after, TS_COUNT(no_break_after), cp) &&
	       !in_list(no_break_before, TS_COUNT(no_break_before), next);
}
