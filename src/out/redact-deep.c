/* out/redact-deep.c - secrets in disguise: each word is also looked at as what it may be an encoding of, and words on both
 * sides of a line break as one. What is decoded and holds no secret stays as it was written. */
#include "out/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define DEPTH_MAX  2 /* an encoding within an encoding */
#define BREAKS_MAX 4 /* lines that one word may be broken over */
#define BASE64_MIN 6 /* digits */
#define HEX_MIN    4 /* pairs */
#define WORD_MAX   65536

static const char *redact_text(struct ts_redactor *r, const char *text, int depth);

/* ---- decoders: false where there is nothing to decode ---- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'         ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					    : -1;
}

static bool decode_percent(const char *p, struct ts_buf *out)
{
	bool any = false;
	while (*p != '\0') {
		int high = p[0] == '%' ? hex_digit(p[1]) : -1, low = high >= 0 ? hex_digit(p[2]) : -1;
		any = any || low >= 0;
		ts_buf_putc(out, low >= 0 ? (char)(high << 4 | low) : *p);
		p += low >= 0 ? 3 : 1;
	}
	return any;
}

/* \u0053, \x53, &#x53; &#83; */
static bool decode_escapes(const char *p, struct ts_buf *out)
{
	bool any = false;
	while (*p != '\0') {
		size_t prefix = strncmp(p, "\\u", 2) == 0 || strncmp(p, "\\x", 2) == 0 ? 2
				: strncasecmp(p, "&#x", 3) == 0                        ? 3
				: strncmp(p, "&#", 2) == 0                             ? 2
										       : 0;
		size_t most = p[0] == '\\' && p[1] == 'u' ? 4 : p[0] == '\\' ? 2 : 6, n = 0;
		int base = prefix == 2 && p[0] == '&' ? 10 : 16;
		uint32_t cp = 0;
		while (prefix > 0 && n < most && hex_digit(p[prefix + n]) >= 0 &&
			hex_digit(p[prefix + n]) < base) {
			cp = cp * (uint32_t)base + (uint32_t)hex_digit(p[prefix + n]);
			n++;
		}
		if (n == 0) {
			ts_buf_putc(out, *p++);
			continue;
		}
		char enc[4];
		ts_buf_put(out, enc, ts_utf8_put(enc, cp));
		p += prefix + n;
		p += *p == ';' && base != 0 && out->len > 0 && prefix > 0 && p[-1] != ';' && most == 6;
		any = true;
	}
	return any;
}

/* UTF-16 that was read as bytes: something unprintable between any two letters. */
static bool decode_interleaved(const char *p, struct ts_buf *out)
{
	size_t dropped = 0;
	while (*p != '\0') {
		uint32_t cp;
		size_t n = ts_utf8_next(p, strlen(p) < 4 ? strlen(p) : 4, &cp, NULL);
		if (cp == TS_BAD_CHAR || cp == 0xFEFF || cp < ' ' || cp == 0x2400) {
			dropped++;
		} else {
			ts_buf_put(out, p, n);
		}
		p += n;
	}
	return dropped > 1;
}

/* Bytes that are text, perhaps UTF-16 of either order, are put as text. */
static bool put_decoded(const unsigned char *b, size_t n, struct ts_buf *out)
{
	size_t zeros[2] = { 0, 0 }, printable = 0, start = out->len;
	for (size_t i = 0; i < n; i++) {
		zeros[i % 2] += b[i] == 0;
	}
	size_t step = n >= 4 && (zeros[0] * 4 > n || zeros[1] * 4 > n) ? 2 : 1;
	for (size_t i = step == 2 && zeros[0] > zeros[1]; i < n; i += step) {
		printable += b[i] >= ' ' && b[i] < 0x7f;
		ts_buf_putc(out, b[i] >= ' ' || b[i] == '\n' ? (char)b[i] : ' ');
	}
	size_t made = out->len - start;
	return made > 0 && printable * 4 >= made * 3;
}

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c == '-' ? '+' : c == '_' ? '/' : c) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

static bool decode_base64(const char *p, size_t n, struct ts_buf *out)
{
	unsigned char *bytes = ts_xmalloc(n + 1);
	size_t k = 0;
	unsigned acc = 0, bits = 0;
	for (size_t i = 0; i < n; i++) {
		acc = (acc << 6 | (unsigned)base64_digit(p[i])) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[k++] = (unsigned char)(acc >> bits);
		}
	}
	bool ok = put_decoded(bytes, k, out);
	free(bytes);
	return ok;
}

/* Pairs of hex digits, one separator between them at most. Returns the length of the run in the text, 0 = none. */
static size_t hex_run(const char *p, struct ts_buf *bytes)
{
	size_t n = 0, pairs = 0;
	for (;;) {
		size_t at = n + (pairs > 0 && p[n] != '\0' && strchr(" ,:-", p[n]) != NULL);
		if (p[at] == '0' && p[at + 1] == 'x') {
			at += 2;
		}
		int high = hex_digit(p[at]), low = high >= 0 ? hex_digit(p[at + 1]) : -1;
		if (low < 0) {
			break;
		}
		ts_buf_putc(bytes, (char)(high << 4 | low));
		pairs++;
		n = at + 2;
	}
	return pairs >= HEX_MIN ? n : 0;
}

/* ---- words ---- */

/* The text that a decoder has made, redacted; NULL where it holds no secret. */
static const char *secret_in(struct ts_redactor *r, struct ts_buf *decoded, int depth)
{
	const char *text = ts_arena_strdup(ts_redact_arena(r), ts_buf_str(decoded));
	const char *clean = redact_text(r, text, depth + 1);
	return strcmp(text, clean) != 0 ? clean : NULL;
}

/* Runs of base64 within a word. */
static const char *clean_base64(struct ts_redactor *r, const char *word, int depth)
{
	struct ts_buf out, decoded;
	bool any = false;
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_buf_init(&decoded, TS_BUF_MAX_TEXT);
	for (const char *p = word; *p != '\0';) {
		size_t n = 0;
		while (base64_digit(p[n]) >= 0) {
			n++;
		}
		const char *clean = NULL;
		/* A prefix such as "data=" or a path may touch the run: try to begin a little later too. */
		size_t skipped = 0;
		for (; n >= BASE64_MIN && clean == NULL && skipped < 4 && n - skipped >= BASE64_MIN;
			skipped++) {
			ts_buf_clear(&decoded);
			clean = decode_base64(p + skipped, n - skipped, &decoded)
					? secret_in(r, &decoded, depth)
					: NULL;
		}
		if (clean != NULL) {
			ts_buf_put(&out, p, skipped - 1);
			ts_buf_puts(&out, clean);
			p += n + strspn(p + n, "=");
			any = true;
		} else {
			n = n > 0 ? n : 1;
			ts_buf_put(&out, p, n);
			p += n;
		}
	}
	const char *result = any ? ts_arena_strdup(ts_redact_arena(r), ts_buf_str(&out)) : NULL;
	ts_buf_finish(&out);
	ts_buf_finish(&decoded);
	return result;
}

/* A word without its disguise; NULL where it has none, or hides nothing. */
static const char *clean_word(struct ts_redactor *r, const char *word, int depth)
{
	static bool (*const decoders[])(
		const char *, struct ts_buf *) = { decode_percent, decode_escapes, decode_interleaved };
	const char *clean = NULL;
	struct ts_buf decoded;
	if (depth > DEPTH_MAX) {
		return NULL;
	}
	ts_buf_init(&decoded, TS_BUF_MAX_TEXT);
	for (size_t i = 0; clean == NULL && i < TS_COUNT(decoders); i++) {
		ts_buf_clear(&decoded);
		clean = decoders[i](word, &decoded) ? secret_in(r, &decoded, depth) : NULL;
	}
	ts_buf_finish(&decoded);
	return clean != NULL ? clean : clean_base64(r, word, depth);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t word_length(const char *p)
{
	size_t n = 0;
	while (p[n] != '\0' && !is_blank(p[n]) && n < WORD_MAX) {
		n++;
	}
	return n;
}

/* Blanks with a line break among them: their length; 0 where there is none, or nothing follows. */
static size_t line_break(const char *p)
{
	size_t n = strspn(p, " \t\r\n");
	return memchr(p, '\n', n) != NULL && p[n] != '\0' ? n : 0;
}

static char *plain_or_clean(struct ts_redactor *r, const char *word, int depth)
{
	const char *clean = clean_word(r, word, depth);
	return ts_xstrdup(clean != NULL ? clean : ts_redact_plain(r, word));
}

/* A word that goes on after a line break: its whole length in the text, with *clean what stands for it; 0 where the parts
 * hide no more together than they do alone. */
static size_t broken_word(struct ts_redactor *r, const char *p, size_t first, int depth, const char **clean)
{
	struct ts_buf joined, apart;
	size_t n = first, found = 0;
	ts_buf_init(&joined, TS_BUF_MAX_TEXT);
	ts_buf_init(&apart, TS_BUF_MAX_TEXT);
	ts_buf_put(&joined, p, first);
	char *part = plain_or_clean(r, ts_buf_str(&joined), depth);
	ts_buf_puts(&apart, part);
	free(part);
	for (int i = 0; i < BREAKS_MAX; i++) {
		size_t gap = line_break(p + n), next = gap > 0 ? word_length(p + n + gap) : 0;
		if (next == 0) {
			break;
		}
		char *word = ts_xstrndup(p + n + gap, next);
		part = plain_or_clean(r, word, depth);
		ts_buf_puts(&joined, word);
		ts_buf_puts(&apart, part);
		free(part);
		free(word);
		n += gap + next;
		part = plain_or_clean(r, ts_buf_str(&joined), depth);
		if (strcmp(part, ts_buf_str(&joined)) != 0 && strcmp(part, ts_buf_str(&apart)) != 0) {
			*clean = ts_arena_strdup(ts_redact_arena(r), part);
			found = n;
			free(part);
			break;
		}
		free(part);
	}
	ts_buf_finish(&joined);
	ts_buf_finish(&apart);
	return found;
}

/* Hex dumps, which may hold blanks. */
static size_t clean_hex(struct ts_redactor *r, const char *p, int depth, const char **clean)
{
	struct ts_buf bytes, decoded;
	ts_buf_init(&bytes, TS_BUF_MAX_TEXT);
	ts_buf_init(&decoded, TS_BUF_MAX_TEXT);
	size_t n = hex_digit(*p) >= 0 ? hex_run(p, &bytes) : 0;
	if (n > 0 && put_decoded((const unsigned char *)bytes.data, bytes.len, &decoded)) {
		*clean = secret_in(r, &decoded, depth);
	}
	ts_buf_finish(&bytes);
	ts_buf_finish(&decoded);
	return *clean != NULL ? n : 0;
}

/* First what is in disguise, then what stands there as it is. */
static const char *redact_text(struct ts_redactor *r, const char *text, int depth)
{
	struct ts_buf out;
	if (depth > DEPTH_MAX) {
		return ts_redact_plain(r, text);
	}
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	for (const char *p = text; *p != '\0';) {
		const char *clean = NULL;
		size_t n = word_length(p), taken = 0;
		if (n == 0) {
			ts_buf_putc(&out, *p++);
			continue;
		}
		for (size_t k = 0; k < n && taken == 0; k++) {
			taken = k == 0 || hex_digit(p[k - 1]) < 0 ? clean_hex(r, p + k, depth, &clean) : 0;
			if (taken > 0) {
				ts_buf_put(&out, p, k);
				p += k;
			}
		}
		if (taken == 0) {
			taken = broken_word(r, p, n, depth, &clean);
		}
		if (taken == 0) {
			char *word = ts_xstrndup(p, n);
			clean = clean_word(r, word, depth);
			free(word);
			taken = n;
		}
		if (clean != NULL) {
			ts_buf_puts(&out, clean);
		} else {
			ts_buf_put(&out, p, taken);
		}
		p += taken;
	}
	const char *result = ts_redact_plain(r, ts_buf_str(&out));
	ts_buf_finish(&out);
	return result;
}

const char *ts_redact(struct ts_redactor *r, const char *text)
{
	const char *plain = ts_redact_plain(r, text);
	return plain == NULL || plain == text ? plain : redact_text(r, text, 0);
}
