/* decode/evtx-value.c - values of event logs as text, spelled as Windows 10 and 11 spell them in an event's
 * XML. */
#include "decode/evtx-int.h"

#include <math.h>
#include <stdio.h>
#include "base/utf8.h"
#include "decode/datetime.h"

#define TICKS_PER_SECOND UINT64_C(10000000)
#define UNIX_1601        INT64_C(11644473600)  /* seconds from 1601 to 1970 */
#define LAST_SECOND      INT64_C(253402300799) /* of the year 9999, as Unix time */
#define SHORT_TEXT       64                    /* every value of fixed size fits */

/* --- characters --- */

/* Four ASCII characters other than NUL at a time; the count that was done. */
static size_t ascii_run(char *out, const unsigned char *p, size_t units)
{
	size_t i = 0;
	while (units - i >= 4) {
		uint64_t v = evtx_u64(p + i * 2);
		uint64_t zero = (v - UINT64_C(0x0001000100010001)) & UINT64_C(0x8000800080008000);
		if (((v & UINT64_C(0xff80ff80ff80ff80)) | zero) != 0) {
			break;
		}
		v |= v >> 8;
		out[i] = (char)(v & 0xff);
		out[i + 1] = (char)(v >> 16 & 0xff);
		out[i + 2] = (char)(v >> 32 & 0xff);
		out[i + 3] = (char)(v >> 48 & 0xff);
		i += 4;
	}
	return i;
}

static uint32_t next_char(const unsigned char *p, size_t units, size_t *i)
{
	uint32_t c = evtx_u16(p + *i * 2);
	(*i)++;
	if (c < 0xd800 || c > 0xdfff) {
		return c == 0 ? TS_BAD_CHAR : c;
	}
	uint32_t low = *i < units ? evtx_u16(p + *i * 2) : 0;
	if (c > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		return TS_BAD_CHAR; /* half a pair */
	}
	(*i)++;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

size_t evtx_utf16(char *out, const unsigned char *p, size_t units)
{
	size_t i = 0, n = 0;
	while (units > 0 && evtx_u16(p + (units - 1) * 2) == 0) {
		units--;
	}
	while (i < units) {
		size_t run = ascii_run(out + n, p + i * 2, units - i);
		i += run;
		n += run;
		for (int k = 0; k < 4 && i < units; k++) { /* then go on in steps of four */
			uint32_t c = next_char(p, units, &i);
			if (c < 0x80) {
				out[n++] = (char)c;
			} else {
				n += ts_utf8_put(out + n, c);
			}
		}
	}
	return n;
}

/* Bytes of an unknown code page: UTF-8 if they are that, else read as Windows-1252's common part, Latin-1. */
static size_t ansi(char *out, const unsigned char *p, size_t n)
{
	size_t len = 0;
	while (n > 0 && p[n - 1] == 0) {
		n--;
	}
	bool utf8 = ts_utf8_valid((const char *)p, n);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == 0) {
			len += ts_utf8_put(out + len, TS_BAD_CHAR);
		} else if (utf8) {
			out[len++] = (char)p[i];
		} else {
			len += ts_utf8_put(out + len, p[i]);
		}
	}
	return len;
}

static size_t hex_bytes(char *out, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < n; i++) {
		out[i * 2] = digits[p[i] >> 4];
		out[i * 2 + 1] = digits[p[i] & 15];
	}
	return n * 2;
}

/* --- numbers --- */

static size_t put_decimal(char *out, uint64_t v)
{
	char digits[20];
	size_t n = 0;
	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	for (size_t i = 0; i < n; i++) {
		out[i] = digits[n - 1 - i];
	}
	return n;
}

static size_t put_signed(char *out, int64_t v)
{
	if (v >= 0) {
		return put_decimal(out, (uint64_t)v);
	}
	out[0] = '-';
	return 1 + put_decimal(out + 1, -(uint64_t)v);
}

static size_t put_hex(char *out, uint64_t v)
{
	static const char digits[] = "0123456789abcdef";
	int bits = 60;
	size_t n = 2;
	while (bits > 0 && v >> bits == 0) {
		bits -= 4;
	}
	out[0] = '0';
	out[1] = 'x';
	for (; bits >= 0; bits -= 4) {
		out[n++] = digits[v >> bits & 15];
	}
	return n;
}

static void put_padded(char *out, unsigned v, int width)
{
	while (width-- > 0) {
		out[width] = (char)('0' + v % 10);
		v /= 10;
	}
}

static size_t put_real(char *out, double v)
{
	if (!isfinite(v)) {
		return (size_t)snprintf(out, SHORT_TEXT, "%s",
			isnan(v) ? "-1.#IND"
			: v < 0  ? "-1.#INF"
				 : "1.#INF");
	}
	bool whole = v > -1e15 && v < 1e15 && v == (double)(int64_t)v;
	return (size_t)snprintf(out, SHORT_TEXT, whole ? "%.0f" : "%.6g", v);
}

/* --- times and identifiers --- */

/* "2026-11-22T15:04:05." */
static size_t put_date(char *out, const unsigned *part)
{
	static const char form[] = "....-..-..T..:..:...";
	static const struct {
		int at, width;
	} places[] = { { 0, 4 }, { 5, 2 }, { 8, 2 }, { 11, 2 }, { 14, 2 }, { 17, 2 } };
	memcpy(out, form, sizeof(form) - 1);
	for (size_t i = 0; i < TS_COUNT(places); i++) {
		put_padded(out + places[i].at, part[i], places[i].width);
	}
	return sizeof(form) - 1;
}

static size_t put_filetime(char *out, uint64_t t)
{
	int64_t seconds = (int64_t)(t / TICKS_PER_SECOND) - UNIX_1601;
	if (seconds > LAST_SECOND) {
		return put_hex(out, t);
	}
	struct ts_calendar c = ts_calendar_of(seconds);
	unsigned part[] = { (unsigned)c.year, (unsigned)c.month, (unsigned)c.day, (unsigned)c.hour,
		(unsigned)c.minute, (unsigned)c.second };
	size_t n = put_date(out, part);
	put_padded(out + n, (unsigned)(t % TICKS_PER_SECOND), 7);
	out[n + 7] = 'Z';
	return n + 8;
}

bool ts_evtx_time_text(uint64_t filetime, char out[32])
{
	size_t n = put_filetime(out, filetime);
	out[n] = '\0';
	return out[0] != '0' || out[1] != 'x';
}

uint64_t ts_evtx_time_of_unix(int64_t seconds)
{
	if (seconds < -UNIX_1601) {
		return 0;
	}
	if (seconds > LAST_SECOND) {
		seconds = LAST_SECOND;
	}
	return (uint64_t)(seconds + UNIX_1601) * TICKS_PER_SECOND;
}

/* Year, month, weekday, day, hour, minute, second, millisecond. */
static size_t put_systemtime(char *out, const unsigned char *p)
{
	static const int order[] = { 0, 1, 3, 4, 5, 6 };
	unsigned part[6];
	for (int i = 0; i < 6; i++) {
		part[i] = evtx_u16(p + order[i] * 2);
	}
	size_t n = put_date(out, part);
	put_padded(out + n, evtx_u16(p + 14), 3);
	out[n + 3] = 'Z';
	return n + 4;
}

static size_t put_guid(char *out, const unsigned char *p)
{
	static const signed char order[] = { 3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14,
		15 };
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;
	out[n++] = '{';
	for (size_t i = 0; i < sizeof(order); i++) {
		if (order[i] < 0) {
			out[n++] = '-';
			continue;
		}
		out[n++] = digits[p[order[i]] >> 4];
		out[n++] = digits[p[order[i]] & 15];
	}
	out[n++] = '}';
	return n;
}

/* Length of the SID at p, 0 where there is none. */
static size_t sid_size(const unsigned char *p, size_t n)
{
	return n >= 8 && (size_t)p[1] * 4 + 8 <= n ? (size_t)p[1] * 4 + 8 : 0;
}

static size_t put_sid(char *out, const unsigned char *p)
{
	uint64_t authority = 0;
	size_t n = 2;
	memcpy(out, "S-", 2);
	n += put_decimal(out + n, p[0]);
	for (int i = 2; i < 8; i++) {
		authority = authority << 8 | p[i];
	}
	out[n++] = '-';
	n += authority >> 32 != 0 ? put_hex(out + n, authority) : put_decimal(out + n, authority);
	for (int i = 0; i < p[1]; i++) {
		out[n++] = '-';
		n += put_decimal(out + n, evtx_u32(p + 8 + i * 4));
	}
	return n;
}

/* --- values --- */

static uint64_t number_at(const unsigned char *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = n < 8 ? n : 8; i-- > 0;) {
		v = v << 8 | p[i];
	}
	return v;
}

static int64_t signed_at(const unsigned char *p, size_t n)
{
	uint64_t v = number_at(p, n);
	uint64_t sign = UINT64_C(1) << (n * 8 - 1);
	return (int64_t)((v ^ sign) - sign);
}

/* Bytes of a value of fixed size; 0 = any. */
static const uint8_t fixed_size[EVTX_HEX64 + 1] = {
	[EVTX_INT8] = 1,
	[EVTX_UINT8] = 1,
	[EVTX_INT16] = 2,
	[EVTX_UINT16] = 2,
	[EVTX_INT32] = 4,
	[EVTX_UINT32] = 4,
	[EVTX_INT64] = 8,
	[EVTX_UINT64] = 8,
	[EVTX_REAL32] = 4,
	[EVTX_REAL64] = 8,
	[EVTX_BOOL] = 4,
	[EVTX_GUID] = 16,
	[EVTX_FILETIME] = 8,
	[EVTX_SYSTEMTIME] = 16,
	[EVTX_HEX32] = 4,
	[EVTX_HEX64] = 8,
};

static size_t fixed_text(char *out, unsigned type, const unsigned char *p, size_t n)
{
	float f;
	double d;
	uint64_t bits;
	uint32_t half;
	switch (type) {
	case EVTX_INT8:
	case EVTX_INT16:
	case EVTX_INT32:
	case EVTX_INT64: return put_signed(out, signed_at(p, n));
	case EVTX_UINT8:
	case EVTX_UINT16:
	case EVTX_UINT32:
	case EVTX_UINT64: return put_decimal(out, number_at(p, n));
	case EVTX_HEX32:
	case EVTX_HEX64: return put_hex(out, number_at(p, n));
	case EVTX_REAL32:
		half = evtx_u32(p);
		memcpy(&f, &half, sizeof(f));
		return put_real(out, (double)f);
	case EVTX_REAL64:
		bits = evtx_u64(p);
		memcpy(&d, &bits, sizeof(d));
		return put_real(out, d);
	case EVTX_BOOL: memcpy(out, evtx_u32(p) != 0 ? "true " : "false", 5); return evtx_u32(p) != 0 ? 4 : 5;
	case EVTX_GUID: return put_guid(out, p);
	case EVTX_FILETIME: return put_filetime(out, evtx_u64(p));
	default: return put_systemtime(out, p);
	}
}

size_t evtx_value_text(char *out, size_t room, unsigned type, const unsigned char *p, size_t n)
{
	if (type == EVTX_STRING) {
		return n / 2 * 3 > room ? SIZE_MAX : evtx_utf16(out, p, n / 2);
	}
	if (type < TS_COUNT(fixed_size) && fixed_size[type] > 0 && n >= fixed_size[type]) {
		return room < SHORT_TEXT ? SIZE_MAX : fixed_text(out, type, p, fixed_size[type]);
	}
	switch (type) {
	case EVTX_NULL: return 0;
	case TS_EVTX_UTF8:
		if (n > room) {
			return SIZE_MAX;
		}
		memcpy(out, p, n);
		return n;
	case EVTX_ANSI: return n * 3 > room ? SIZE_MAX : ansi(out, p, n);
	case EVTX_SIZE: return room < SHORT_TEXT ? SIZE_MAX : put_hex(out, number_at(p, n));
	case EVTX_SID:
		if (sid_size(p, n) == 0) {
			break;
		}
		return room < SHORT_TEXT + (size_t)p[1] * 11 ? SIZE_MAX : put_sid(out, p);
	default: break;
	}
	return n * 2 > room ? SIZE_MAX : hex_bytes(out, p, n); /* also what is too short for its type */
}

size_t evtx_array_item(unsigned type, const unsigned char *p, size_t n, size_t *step)
{
	size_t i = 0;
	size_t fixed = type < TS_COUNT(fixed_size) ? fixed_size[type] : 0;
	switch (type) {
	case EVTX_STRING:
		while (i + 2 <= n && evtx_u16(p + i) != 0) {
			i += 2;
		}
		*step = i + 2 < n ? i + 2 : n;
		return i;
	case EVTX_ANSI:
		while (i < n && p[i] != 0) {
			i++;
		}
		*step = i + 1 < n ? i + 1 : n;
		return i;
	case EVTX_SID: fixed = sid_size(p, n); break;
	case EVTX_SIZE: fixed = 8; break;
	default: break;
	}
	*step = fixed > 0 && fixed < n ? fixed : n;
	return *step;
}
