/* decode/x509.h - what an X.509 certificate says (RFC 5280), read from its DER; nothing is verified. */
#ifndef TS_DECODE_X509_H
#define TS_DECODE_X509_H

#include "base/arena.h"
#include "decode/asn1der.h"

enum ts_x509_key_usage {
	TS_X509_DIGITAL_SIGNATURE = 1,
	TS_X509_KEY_ENCIPHERMENT = 4,
	TS_X509_KEY_AGREEMENT = 16 /* bits as X.509 numbers them, the first one lowest */
};

struct ts_x509_name {
	bool is_ip;        /* an iPAddress: 4 or 16 bytes in ip */
	const char *text;  /* DNS name, or the address as bytes in hex where is_ip */
	struct ts_der raw; /* as it stands in the certificate */
};

struct ts_x509 {
	const char *subject, *issuer; /* "CN=srv1, O=Example, C=DE", the most specific part first */
	const char *common_name;      /* NULL where the subject has none */
	const char *serial;           /* upper-case hex */
	int64_t not_before, not_after;
	const char *key_type; /* "RSA", "EC", "Ed25519" ..., or an object identifier */
	int key_bits;         /* 0 when unknown */
	const char *hash;     /* of the signature: "SHA256", "SHA1", "MD5" ..., or an object identifier */
	bool self_issued;     /* subject and issuer are the same */
	bool is_ca;
	struct ts_x509_name *names; /* DNS and IP names of the subject alternative name */
	size_t nnames;
	bool has_usage, has_key_usage;
	const char *
		usage; /* comma-separated extended key usages, "serverAuth,clientAuth"; NULL where there are none */
	bool for_server;    /* the extended key usages allow a server */
	unsigned key_usage; /* enum ts_x509_key_usage */
};

/* The certificate that the n bytes are; text lives in the arena, views in the bytes. False when they are none. */
bool ts_x509_parse(const unsigned char *p, size_t n, struct ts_arena *a, struct ts_x509 *out);

/* Is the certificate made out to that host? ip: its address in network order where the host is an address, with iplen 4 or 16, else NULL. Without a DNS name
 * in the alternative names, the common name counts, as Windows does for its own certificates. */
bool ts_x509_matches(const struct ts_x509 *c, const char *host, const unsigned char *ip, size_t iplen);

enum ts_x509_finding {
	TS_X509_EXPIRED,
	TS_X509_EXPIRING, /* within TS_X509_SOON */
	TS_X509_NOT_YET_VALID,
	TS_X509_SELF_SIGNED,
	TS_X509_NAME_MISMATCH,
	TS_X509_WEAK_KEY,
	TS_X509_WEAK_HASH,
	TS_X509_WRONG_USAGE,
	TS_X509_FINDINGS
};
#define TS_X509_SOON (30 * 86400)

/* Bits (1 << finding) of all that is wrong with a server's certificate at that time. */
unsigned ts_x509_findings(const struct ts_x509 *c, int64_t now, bool name_match);
/* "expired", "name-mismatch" ... */
const char *ts_x509_finding_name(enum ts_x509_finding f);

#endif
