/* base/gate.c - the output gate: code point by code point, what could steer a terminal or mislead a reader is replaced. */
#include "base/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const struct {
	uint32_t first, last;
} unsafe[] = {
	/* Sorted. The list of terminal.md R1. */
	{ 0x00, 0x1F },       /* C0 */
	{ 0x7F, 0x9F },       /* DEL, C1 */
	{ 0x61C, 0x61C },     /* Arabic letter mark */
	{ 0x200E, 0x200F },   /* left-to-right and right-to-left mark */
	{ 0x2028, 0x202E },   /* line and paragraph separator, embeddings and overrides */
	{ 0x2066, 0x2069 },   /* isolates */
	{ 0xFEFF, 0xFEFF },   /* byte order mark */
	{ 0xE0000, 0xE007F }, /* tag characters */
};

bool ts_gate_unsafe(uint32_t cp)
{
	size_t i = 0;
	while (i < TS_COUNT(unsafe) && unsafe[i].last < cp) {
		i++;
	}
	return i < TS_COUNT(unsafe) && cp >= unsafe[i].first;
}

static const struct {
	uint32_t first, last;
	const char *ascii;
} plain_forms[] = {
	/* Sorted. What a code point of the range is written as where only ASCII can be shown. */
	{ 0xA0, 0xA0, " " },
	{ 0xA9, 0xA9, "(c)" },
	{ 0xAB, 0xAB, "\"" },
	{ 0xAD, 0xAD, "-" },
	{ 0xAE, 0xAE, "(r)" },
	{ 0xB7, 0xB7, "*" },
	{ 0xBB, 0xBB, "\"" },
	{ 0xD7, 0xD7, "x" },
	{ 0x2002, 0x200A, " " },
	{ 0x200B, 0x200D, "" },
	{ 0x2010, 0x2014, "-" },
	{ 0x2015, 0x2015, "-" },
	{ 0x2018, 0x201B, "'" },
	{ 0x201C, 0x201F, "\"" },
	{ 0x2022, 0x2023, "*" },
	{ 0x2026, 0x2026, "..." },
	{ 0x202F, 0x202F, " " },
	{ 0x2032, 0x2032, "'" },
	{ 0x2033, 0x2033, "\"" },
	{ 0x2039, 0x203A, "'" },
	{ 0x2043, 0x2043, "-" },
	{ 0x2060, 0x2060, "" },
	{ 0x2122, 0x2122, "(tm)" },
	{ 0x2190, 0x2190, "<-" },
	{ 0x2191, 0x2191, "^" },
	{ 0x2192, 0x2192, "->" },
	{ 0x2193, 0x2193, "v" },
	{ 0x2194, 0x2194, "<->" },
	{ 0x21D0, 0x21D0, "<=" },
	{ 0x21D2, 0x21D2, "=>" },
	{ 0x21D4, 0x21D4, "<=>" },
	{ 0x2212, 0x2212, "-" },
	{ 0x2260, 0x2260, "!=" },
	{ 0x2264, 0x2264, "<=" },
	{ 0x2265, 0x2265, ">=" },
	{ 0x2500, 0x2501, "-" },
	{ 0x2502, 0x2503, "|" },
	{ 0x250C, 0x254B, "+" },
	{ 0x25A0, 0x25CF, "*" },
	{ 0x3000, 0x3000, " " },
	{ 0xFE00, 0xFE0F, "" },
};

static const char *plain_form(uint32_t cp)
{
	size_t i = 0;
	while (i < TS_COUNT(plain_forms) && plain_forms[i].last < cp) {
		i++;
	}
	return i < TS_COUNT(plain_forms) && cp >= plain_forms[i].first ? plain_forms[i].ascii : "?";
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7F;
}

void ts_gate_put(struct ts_buf *out, const char *p, size_t n, unsigned flags)
{
	const char *bad = flags & TS_GATE_ASCII ? "?" : "\xEF\xBF\xBD";
	size_t i = 0, start = 0; /* p[start..i) may pass as it is */
	while (i < n) {
		while (i < n && is_plain(p[i])) {
			i++;
		}
		if (i == n) {
			break;
		}
		uint32_t cp;
		bool valid;
		size_t len = ts_utf8_next(p + i, n - i, &cp, &valid);
		const char *instead = NULL;
		if (cp == '\n' || cp == '\t') {
			bool keep = flags & (cp == '\n' ? TS_GATE_NEWLINES : TS_GATE_TABS);
			instead = keep ? NULL : " ";
		} else if (!valid || ts_gate_unsafe(cp)) {
			instead = bad;
		} else if (flags & TS_GATE_ASCII) {
			instead = plain_form(cp);
		}
		if (instead != NULL) {
			ts_buf_put(out, p + start, i - start);
			ts_buf_puts(out, instead);
			start = i + len;
		}
		i += len;
	}
	ts_buf_put(out, n > 0 ? p + start : "", n - start);
}

void ts_gate_puts(struct ts_buf *out, const char *s, unsigned flags)
{
	ts_gate_put(out, s, strlen(s), flags);
}

static unsigned stream_flags = TS_GATE_NEWLINES;

void ts_gate_streams_ascii(bool ascii)
{
	stream_flags = TS_GATE_NEWLINES | (ascii ? TS_GATE_ASCII : 0);
}

static size_t write_bytes(FILE *f, const char *p, size_t n)
{
	return fwrite(p, 1, n, f);
}

static size_t (*stream_writer)(FILE *, const char *, size_t) = write_bytes;

void ts_gate_streams_writer(size_t (*writer)(FILE *f, const char *p, size_t n))
{
	stream_writer = writer;
}

size_t ts_gate_write(FILE *f, const char *p, size_t n)
{
	return stream_writer(f, p, n);
}

void ts_gate_fprintf(FILE *f, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	struct ts_buf out;
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_gate_puts(&out, text, stream_flags);
	(void)ts_gate_write(f, ts_buf_str(&out), out.len);
	ts_buf_finish(&out);
	free(text);
}
