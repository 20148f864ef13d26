/* decode/asn1der.c - a walk over ASN.1 in DER. */
#include "decode/asn1der.h"

#include <stdio.h>
#include "decode/datetime.h"

enum ts_der_state ts_der_look(struct ts_der in, struct ts_der_item *out, size_t *need)
{
	size_t at = 1, length, bytes;
	*need = 0;
	if (in.n < 2) {
		return TS_DER_MORE;
	}
	out->tag = in.p[0];
	if ((in.p[0] & 0x1f) == 0x1f) {
		if ((in.p[1] & 0x80) != 0) {
			return TS_DER_BAD;
		}
		out->tag = out->tag << 8 | in.p[at++];
	}
	if (at >= in.n) {
		return TS_DER_MORE;
	}
	length = in.p[at++];
	if (length >= 0x80) {
		bytes = length & 0x7f;
		if (bytes == 0 || bytes > 4) {
			return TS_DER_BAD;
		}
		if (in.n - at < bytes) {
			return TS_DER_MORE;
		}
		for (length = 0; bytes > 0; bytes--) {
			length = length << 8 | in.p[at++];
		}
	}
	if (length > (size_t)1 << 30) {
		return TS_DER_BAD;
	}
	*need = at + length;
	if (*need > in.n) {
		return TS_DER_MORE;
	}
	out->body = (struct ts_der){ in.p + at, length };
	out->whole = (struct ts_der){ in.p, *need };
	return TS_DER_WHOLE;
}

bool ts_der_next(struct ts_der *in, struct ts_der_item *out)
{
	size_t need;
	if (ts_der_look(*in, out, &need) != TS_DER_WHOLE) {
		return false;
	}
	in->p += need;
	in->n -= need;
	return true;
}

bool ts_der_take(struct ts_der *in, unsigned tag, struct ts_der *body)
{
	struct ts_der rest = *in;
	struct ts_der_item item;
	if (!ts_der_next(&rest, &item) || item.tag != tag) {
		return false;
	}
	*in = rest;
	*body = item.body;
	return true;
}

bool ts_der_int(struct ts_der body, int64_t *out)
{
	if (body.n == 0 || body.n > 8) {
		return false;
	}
	uint64_t v = (body.p[0] & 0x80) != 0 ? UINT64_MAX : 0;
	for (size_t i = 0; i < body.n; i++) {
		v = v << 8 | body.p[i];
	}
	*out = (int64_t)v;
	return true;
}

void ts_der_oid(struct ts_der body, char *out, size_t cap)
{
	size_t used = 0;
	uint64_t arc = 0;
	bool first = true, open = true;
	out[0] = '\0';
	for (size_t i = 0; i < body.n; i++) {
		arc = arc << 7 | (body.p[i] & 0x7f);
		open = (body.p[i] & 0x80) != 0;
		if (arc > UINT32_MAX) {
			out[0] = '\0';
			return;
		}
		if (open) {
			continue;
		}
		uint64_t top = arc < 80 ? arc / 40 : 2;
		int n = first ? snprintf(out, cap, "%u.%u", (unsigned)top, (unsigned)(arc - top * 40))
			      : snprintf(out + used, cap - used, ".%u", (unsigned)arc);
		used += (size_t)n;
		if (used >= cap) {
			out[0] = '\0';
			return;
		}
		first = false;
		arc = 0;
	}
	if (open) {
		out[0] = '\0';
	}
}

bool ts_der_time(const struct ts_der_item *item, int64_t *out)
{
	/* YYMMDDhhmmssZ or YYYYMMDDhhmmssZ */
	size_t year = item->tag == TS_DER_UTC_TIME ? 2 : 4;
	const unsigned char *p = item->body.p;
	if ((item->tag != TS_DER_UTC_TIME && item->tag != TS_DER_TIME) || item->body.n != year + 11 ||
		p[year + 10] != 'Z') {
		return false;
	}
	for (size_t i = 0; i < year + 10; i++) {
		if (p[i] < '0' || p[i] > '9') {
			return false;
		}
	}
	char text[32];
	const char *digits = (const char *)p + year;
	/* Two digits mean 1950 to 2049 (RFC 5280, 4.1.2.5.1). */
	(void)snprintf(text, sizeof(text), "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ",
		year == 4     ? ""
		: p[0] >= '5' ? "19"
			      : "20",
		(int)year, (const char *)p, digits, digits + 2, digits + 4, digits + 6, digits + 8);
	struct ts_instant t;
	if (!ts_datetime_parse(text, 20, &t)) {
		return false;
	}
	*out = t.sec;
	return true;
}
