/* decode/asn1der.h - a walk over ASN.1 in DER (and the definite-length part of BER that MCS uses): views into the bytes, nothing is copied. */
#ifndef TS_DECODE_ASN1DER_H
#define TS_DECODE_ASN1DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ts_der {
	const unsigned char *p;
	size_t n;
};

enum ts_der_tag {
	TS_DER_BOOLEAN = 0x01,
	TS_DER_INTEGER = 0x02,
	TS_DER_BITS = 0x03,
	TS_DER_OCTETS = 0x04,
	TS_DER_OID = 0x06,
	TS_DER_ENUM = 0x0a,
	TS_DER_UTC_TIME = 0x17,
	TS_DER_TIME = 0x18,
	TS_DER_SEQUENCE = 0x30,
	TS_DER_SET = 0x31,
	TS_DER_CONTEXT = 0xa0 /* [0], constructed; [n] is TS_DER_CONTEXT + n */
};

struct ts_der_item {
	unsigned tag; /* its one or two bytes */
	struct ts_der body;
	struct ts_der whole; /* with tag and length */
};

enum ts_der_state { TS_DER_WHOLE, TS_DER_MORE, TS_DER_BAD };

/* The element at the front of `in`. MORE: it goes on past the end (*need = bytes it takes in all, 0 when unknown). Tags of more than two bytes, lengths of
 * more than four and indefinite ones are BAD. */
enum ts_der_state ts_der_look(struct ts_der in, struct ts_der_item *out, size_t *need);
/* Take the element at the front; false at the end and when it is none. */
bool ts_der_next(struct ts_der *in, struct ts_der_item *out);
/* Take it if it has this tag; *in is unchanged otherwise. */
bool ts_der_take(struct ts_der *in, unsigned tag, struct ts_der *body);

/* A signed INTEGER of at most eight bytes. */
bool ts_der_int(struct ts_der body, int64_t *out);
/* "1.2.840.113549.1.1.11"; "" where it is none or longer than cap. */
void ts_der_oid(struct ts_der body, char *out, size_t cap);
/* UTCTime or GeneralizedTime (by tag) as Unix seconds; only Zulu time, as X.509 demands. */
bool ts_der_time(const struct ts_der_item *item, int64_t *out);

#endif
