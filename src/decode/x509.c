/* decode/x509.c - what an X.509 certificate says, read from its DER. */
#include "decode/x509.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "decode/plaintext.h"

#define MAX_NAMES 1000 /* alternative names that are kept */
#define MAX_OID   64
#define MAX_PARTS 64 /* of a name */
#define MAX_TEXT  ((size_t)256 << 10)

/* What an object identifier stands for; `number` is a key's bits, or a flag. */
struct meaning {
	const char *oid, *name;
	int number;
};

static const struct meaning attributes[] = {
	{ "2.5.4.3", "CN", 0 },
	{ "2.5.4.4", "SN", 0 },
	{ "2.5.4.5", "SERIALNUMBER", 0 },
	{ "2.5.4.6", "C", 0 },
	{ "2.5.4.7", "L", 0 },
	{ "2.5.4.8", "ST", 0 },
	{ "2.5.4.10", "O", 0 },
	{ "2.5.4.11", "OU", 0 },
	{ "0.9.2342.19200300.100.1.25", "DC", 0 },
	{ "1.2.840.113549.1.9.1", "E", 0 },
	{ NULL, NULL, 0 },
};

static const struct meaning signatures[] = {
	{ "1.2.840.113549.1.1.2", "MD2", 0 },
	{ "1.2.840.113549.1.1.3", "MD4", 0 },
	{ "1.2.840.113549.1.1.4", "MD5", 0 },
	{ "1.2.840.113549.1.1.5", "SHA1", 0 },
	{ "1.3.14.3.2.29", "SHA1", 0 },
	{ "1.2.840.10040.4.3", "SHA1", 0 },
	{ "1.2.840.10045.4.1", "SHA1", 0 },
	{ "1.2.840.113549.1.1.14", "SHA224", 0 },
	{ "1.2.840.113549.1.1.11", "SHA256", 0 },
	{ "1.2.840.113549.1.1.12", "SHA384", 0 },
	{ "1.2.840.113549.1.1.13", "SHA512", 0 },
	{ "2.16.840.1.101.3.4.3.2", "SHA256", 0 },
	{ "1.2.840.10045.4.3.1", "SHA224", 0 },
	{ "1.2.840.10045.4.3.2", "SHA256", 0 },
	{ "1.2.840.10045.4.3.3", "SHA384", 0 },
	{ "1.2.840.10045.4.3.4", "SHA512", 0 },
	{ "1.3.101.112", "Ed25519", 0 },
	{ "1.3.101.113", "Ed448", 0 },
	{ NULL, NULL, 0 },
};

/* Hashes by their own identifier, which the parameters of RSASSA-PSS name. */
static const struct meaning hashes[] = {
	{ "1.3.14.3.2.26", "SHA1", 0 },
	{ "2.16.840.1.101.3.4.2.1", "SHA256", 0 },
	{ "2.16.840.1.101.3.4.2.2", "SHA384", 0 },
	{ "2.16.840.1.101.3.4.2.3", "SHA512", 0 },
	{ "2.16.840.1.101.3.4.2.4", "SHA224", 0 },
	{ NULL, NULL, 0 },
};

#define RSASSA_PSS "1.2.840.113549.1.1.10"

/* number: the bits of a key whose size is fixed, 0 = look at the key. */
static const struct meaning keys[] = {
	{ "1.2.840.113549.1.1.1", "RSA", 0 },
	{ RSASSA_PSS, "RSA", 0 },
	{ "1.2.840.10045.2.1", "EC", 0 },
	{ "1.2.840.10040.4.1", "DSA", 0 },
	{ "1.3.101.112", "Ed25519", 256 },
	{ "1.3.101.113", "Ed448", 456 },
	{ NULL, NULL, 0 },
};

static const struct meaning curves[] = {
	{ "1.2.840.10045.3.1.1", "P-192", 192 },
	{ "1.3.132.0.33", "P-224", 224 },
	{ "1.2.840.10045.3.1.7", "P-256", 256 },
	{ "1.3.132.0.10", "secp256k1", 256 },
	{ "1.3.132.0.34", "P-384", 384 },
	{ "1.3.132.0.35", "P-521", 521 },
	{ "1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256 },
	{ "1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384 },
	{ "1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512 },
	{ NULL, NULL, 0 },
};

/* number: a server may use it. */
static const struct meaning usages[] = {
	{ "1.3.6.1.5.5.7.3.1", "serverAuth", 1 },
	{ "1.3.6.1.5.5.7.3.2", "clientAuth", 0 },
	{ "1.3.6.1.5.5.7.3.3", "codeSigning", 0 },
	{ "1.3.6.1.5.5.7.3.4", "emailProtection", 0 },
	{ "1.3.6.1.5.5.7.3.8", "timeStamping", 0 },
	{ "1.3.6.1.5.5.7.3.9", "OCSPSigning", 0 },
	{ "1.3.6.1.4.1.311.54.1.2", "remoteDesktopAuth", 1 },
	{ "1.3.6.1.4.1.311.20.2.2", "smartcardLogon", 0 },
	{ "2.5.29.37.0", "any", 1 },
	{ NULL, NULL, 0 },
};

static const struct meaning *find(const struct meaning *table, const char *oid)
{
	for (; table->oid != NULL; table++) {
		if (strcmp(table->oid, oid) == 0) {
			return table;
		}
	}
	return NULL;
}

/* The name of an identifier, or the identifier itself. */
static const char *name_of(const struct meaning *table, const char *oid, struct ts_arena *a)
{
	const struct meaning *m = find(table, oid);
	return m != NULL ? m->name : ts_arena_strdup(a, oid);
}

static bool take_oid(struct ts_der *in, char oid[MAX_OID])
{
	struct ts_der body;
	if (!ts_der_take(in, TS_DER_OID, &body)) {
		return false;
	}
	ts_der_oid(body, oid, MAX_OID);
	return true;
}

/* --- names --- */

static char *text_of(const struct ts_der_item *item, struct ts_arena *a)
{
	enum ts_charset set = item->tag == 0x1e   ? TS_UTF16BE /* BMPString */
			      : item->tag == 0x14 ? TS_LATIN1  /* TeletexString, as it is used */
						  : TS_UTF8;
	char *text = ts_arena_alloc(a, TS_PLAINTEXT_CAP(item->body.n));
	(void)ts_plaintext(set, item->body.p, item->body.n, text, TS_PLAINTEXT_CAP(item->body.n));
	return text;
}

/* A part of a name: CN=srv1. */
struct part {
	const char *type, *value;
};

/* The last part is the most specific one and stands first. */
static const char *join_parts(const struct part *parts, size_t n, struct ts_arena *a)
{
	struct ts_buf b;
	ts_buf_init(&b, MAX_TEXT);
	for (size_t i = n; i-- > 0;) {
		ts_buf_printf(&b, "%s%s=", i + 1 < n ? ", " : "", parts[i].type);
		for (const char *p = parts[i].value; *p != '\0'; p++) {
			if (strchr(",+\"\\<>;", *p) != NULL) {
				ts_buf_putc(&b, '\\');
			}
			ts_buf_putc(&b, *p);
		}
	}
	const char *out = ts_arena_strdup(a, ts_buf_str(&b));
	ts_buf_finish(&b);
	return out;
}

/* *cn (may be NULL) is the last common name, which is the most specific one. */
static bool read_name(struct ts_der in, struct ts_arena *a, const char **out, const char **cn)
{
	struct ts_der set, pair;
	struct part parts[MAX_PARTS];
	size_t n = 0;
	while (in.n > 0) {
		if (!ts_der_take(&in, TS_DER_SET, &set)) {
			return false;
		}
		while (set.n > 0) {
			char oid[MAX_OID];
			struct ts_der_item value;
			if (n == MAX_PARTS || !ts_der_take(&set, TS_DER_SEQUENCE, &pair) ||
				!take_oid(&pair, oid) || !ts_der_next(&pair, &value)) {
				return false;
			}
			parts[n] = (struct part){ name_of(attributes, oid, a), text_of(&value, a) };
			if (cn != NULL && find(attributes, oid) == &attributes[0]) {
				*cn = parts[n].value;
			}
			n++;
		}
	}
	*out = join_parts(parts, n, a);
	return true;
}

static const char *hex(struct ts_der in, struct ts_arena *a)
{
	char *out = ts_arena_alloc(a, in.n * 2 + 1);
	for (size_t i = 0; i < in.n; i++) {
		(void)snprintf(out + 2 * i, 3, "%02X", in.p[i]);
	}
	return out;
}

/* --- key and signature --- */

static int bits_of(struct ts_der number)
{
	size_t bits = 0;
	while (number.n > 0 && number.p[0] == 0) {
		number.p++;
		number.n--;
	}
	if (number.n > 0) {
		bits = 8 * (number.n - 1);
		for (unsigned top = number.p[0]; top > 0; top >>= 1) {
			bits++;
		}
	}
	return (int)bits;
}

/* Bits of the first INTEGER of a SEQUENCE: an RSA key's modulus, DSA's p. */
static int first_number_bits(struct ts_der in)
{
	struct ts_der seq, number;
	return ts_der_take(&in, TS_DER_SEQUENCE, &seq) && ts_der_take(&seq, TS_DER_INTEGER, &number)
		       ? bits_of(number)
		       : 0;
}

static bool read_key(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	struct ts_der algorithm, key;
	char oid[MAX_OID];
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &algorithm) || !take_oid(&algorithm, oid) ||
		!ts_der_take(&in, TS_DER_BITS, &key) || key.n < 1) {
		return false;
	}
	const struct meaning *m = find(keys, oid);
	c->key_type = name_of(keys, oid, a);
	c->key_bits = m != NULL ? m->number : 0;
	if (strcmp(c->key_type, "RSA") == 0) {
		c->key_bits = first_number_bits((struct ts_der){ key.p + 1, key.n - 1 });
	} else if (strcmp(c->key_type, "DSA") == 0) {
		c->key_bits = first_number_bits(algorithm);
	} else if (strcmp(c->key_type, "EC") == 0 && take_oid(&algorithm, oid)) {
		m = find(curves, oid);
		/* An unknown curve: a point of an uncompressed key is twice the size. */
		c->key_bits = m != NULL ? m->number : (int)((key.n - 1) / 2 * 8);
	}
	return true;
}

static bool read_signature(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	char oid[MAX_OID];
	struct ts_der params, tagged, hash;
	if (!take_oid(&in, oid)) {
		return false;
	}
	c->hash = name_of(signatures, oid, a);
	if (strcmp(oid, RSASSA_PSS) == 0) {
		c->hash = "SHA1"; /* what is meant where the parameters name none */
		if (ts_der_take(&in, TS_DER_SEQUENCE, &params) &&
			ts_der_take(&params, TS_DER_CONTEXT, &tagged) &&
			ts_der_take(&tagged, TS_DER_SEQUENCE, &hash) && take_oid(&hash, oid)) {
			c->hash = name_of(hashes, oid, a);
		}
	}
	return true;
}

/* --- extensions --- */

enum { ALT_DNS = 0x82, ALT_IP = 0x87 };

static void read_alternative_names(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	struct ts_der list;
	struct ts_der_item item;
	size_t cap = 0;
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &list)) {
		return;
	}
	while (c->nnames < MAX_NAMES && ts_der_next(&list, &item)) {
		bool ip = item.tag == ALT_IP && (item.body.n == 4 || item.body.n == 16);
		if (item.tag != ALT_DNS && !ip) {
			continue;
		}
		TS_ARENA_GROW(a, c->names, cap, c->nnames);
		c->names[c->nnames++] = (struct ts_x509_name){
			.is_ip = ip, .text = ip ? hex(item.body, a) : text_of(&item, a), .raw = item.body
		};
	}
}

static void read_usages(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	struct ts_der list;
	struct ts_buf b;
	char oid[MAX_OID];
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &list)) {
		return;
	}
	c->has_usage = true;
	ts_buf_init(&b, 8192);
	while (take_oid(&list, oid)) {
		const struct meaning *m = find(usages, oid);
		c->for_server = c->for_server || (m != NULL && m->number != 0);
		ts_buf_printf(&b, "%s%s", b.len > 0 ? "," : "", m != NULL ? m->name : oid);
	}
	c->usage = ts_arena_strdup(a, ts_buf_str(&b));
	ts_buf_finish(&b);
}

static void read_key_usage(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	struct ts_der bits;
	(void)a;
	if (ts_der_take(&in, TS_DER_BITS, &bits) && bits.n >= 2) {
		c->has_key_usage = true;
		for (unsigned i = 0; i < 8; i++) {
			c->key_usage |= (bits.p[1] & (0x80u >> i)) != 0 ? 1u << i : 0;
		}
	}
}

static void read_constraints(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	struct ts_der seq, ca;
	(void)a;
	c->is_ca = ts_der_take(&in, TS_DER_SEQUENCE, &seq) && ts_der_take(&seq, TS_DER_BOOLEAN, &ca) &&
		   ca.n == 1 && ca.p[0] != 0;
}

static void read_extensions(struct ts_der in, struct ts_arena *a, struct ts_x509 *c)
{
	static const struct {
		const char *oid;
		void (*read)(struct ts_der in, struct ts_arena *a, struct ts_x509 *c);
	} readers[] = {
		{ "2.5.29.15", read_key_usage },
		{ "2.5.29.17", read_alternative_names },
		{ "2.5.29.19", read_constraints },
		{ "2.5.29.37", read_usages },
	};
	struct ts_der list, ext, value, critical;
	bool seen[TS_COUNT(readers)] = { false };
	char oid[MAX_OID];
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &list)) {
		return;
	}
	while (ts_der_take(&list, TS_DER_SEQUENCE, &ext)) {
		if (!take_oid(&ext, oid)) {
			continue;
		}
		(void)ts_der_take(&ext, TS_DER_BOOLEAN, &critical);
		for (size_t i = 0; i < TS_COUNT(readers); i++) {
			/* The first one counts: more than one of a kind is forbidden. */
			if (!seen[i] && strcmp(readers[i].oid, oid) == 0 &&
				ts_der_take(&ext, TS_DER_OCTETS, &value)) {
				seen[i] = true;
				readers[i].read(value, a, c);
			}
		}
	}
}

/* --- the certificate --- */

static bool read_times(struct ts_der in, struct ts_x509 *c)
{
	struct ts_der_item from, to;
	return ts_der_next(&in, &from) && ts_der_next(&in, &to) && ts_der_time(&from, &c->not_before) &&
	       ts_der_time(&to, &c->not_after);
}

bool ts_x509_parse(const unsigned char *p, size_t n, struct ts_arena *a, struct ts_x509 *out)
{
	struct ts_der in = { p, n }, cert, tbs, version, serial, algorithm, times;
	struct ts_der_item issuer, subject, key, item;
	memset(out, 0, sizeof(*out));
	if (!ts_der_take(&in, TS_DER_SEQUENCE, &cert) || !ts_der_take(&cert, TS_DER_SEQUENCE, &tbs)) {
		return false;
	}
	(void)ts_der_take(&tbs, TS_DER_CONTEXT, &version);
	if (!ts_der_take(&tbs, TS_DER_INTEGER, &serial) || !ts_der_take(&tbs, TS_DER_SEQUENCE, &algorithm) ||
		!ts_der_next(&tbs, &issuer) || issuer.tag != TS_DER_SEQUENCE ||
		!ts_der_take(&tbs, TS_DER_SEQUENCE, &times) || !ts_der_next(&tbs, &subject) ||
		subject.tag != TS_DER_SEQUENCE || !ts_der_next(&tbs, &key) || key.tag != TS_DER_SEQUENCE) {
		return false;
	}
	while (serial.n > 1 && serial.p[0] == 0) {
		serial.p++;
		serial.n--;
	}
	out->serial = hex(serial, a);
	out->self_issued =
		issuer.body.n == subject.body.n && memcmp(issuer.body.p, subject.body.p, subject.body.n) == 0;
	if (!read_signature(algorithm, a, out) || !read_times(times, out) ||
		!read_name(issuer.body, a, &out->issuer, NULL) ||
		!read_name(subject.body, a, &out->subject, &out->common_name) ||
		!read_key(key.body, a, out)) {
		return false;
	}
	while (ts_der_next(&tbs, &item)) {
		if (item.tag == TS_DER_CONTEXT + 3) {
			read_extensions(item.body, a, out);
		}
	}
	return true;
}
