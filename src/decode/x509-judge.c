/* decode/x509-judge.c - whom a certificate is made out to, and all that is wrong with it. */
#include "decode/x509.h"

#include <string.h>
#include "base/str.h"

#define WEAK_EC  224
#define WEAK_RSA 2048 /* and DSA */

/* A pattern "*.example.com" stands for one label; a name may end in a dot. */
static bool name_matches(const char *pattern, const char *host)
{
	if (ts_str_starts(pattern, "*.") && strchr(pattern + 2, '.') != NULL) {
		const char *dot = strchr(host, '.');
		if (dot == NULL || dot == host) {
			return false;
		}
		host = dot + 1;
		pattern += 2;
	}
	size_t n = strlen(pattern), h = strlen(host);
	n -= n > 0 && pattern[n - 1] == '.';
	h -= h > 0 && host[h - 1] == '.';
	if (n != h || n == 0) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		char a = pattern[i], b = host[i];
		a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
		b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
		if (a != b) {
			return false;
		}
	}
	return true;
}

bool ts_x509_matches(const struct ts_x509 *c, const char *host, const unsigned char *ip, size_t iplen)
{
	bool has_dns = false;
	for (size_t i = 0; i < c->nnames; i++) {
		const struct ts_x509_name *n = &c->names[i];
		has_dns = has_dns || !n->is_ip;
		if (ip == NULL ? !n->is_ip && name_matches(n->text, host)
			       : n->is_ip && n->raw.n == iplen && memcmp(n->raw.p, ip, iplen) == 0) {
			return true;
		}
	}
	if (has_dns || c->common_name == NULL) {
		return false;
	}
	return ip == NULL ? name_matches(c->common_name, host) : strcmp(c->common_name, host) == 0;
}

static bool weak_key(const struct ts_x509 *c)
{
	if (strcmp(c->key_type, "RSA") == 0 || strcmp(c->key_type, "DSA") == 0) {
		return c->key_bits < WEAK_RSA;
	}
	return strcmp(c->key_type, "EC") == 0 && c->key_bits < WEAK_EC;
}

static bool weak_hash(const struct ts_x509 *c)
{
	static const char *const weak[] = { "MD2", "MD4", "MD5", "SHA1" };
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		if (strcmp(c->hash, weak[i]) == 0) {
			return true;
		}
	}
	return false;
}

unsigned ts_x509_findings(const struct ts_x509 *c, int64_t now, bool name_match)
{
	const unsigned handshake =
		TS_X509_DIGITAL_SIGNATURE | TS_X509_KEY_ENCIPHERMENT | TS_X509_KEY_AGREEMENT;
	const bool found[TS_X509_FINDINGS] = {
		[TS_X509_EXPIRED] = c->not_after < now,
		[TS_X509_EXPIRING] =
			c->not_after >= now &&
			c->not_after - now<TS_X509_SOON, [TS_X509_NOT_YET_VALID] = c->not_before> now,
		[TS_X509_SELF_SIGNED] = c->self_issued,
		[TS_X509_NAME_MISMATCH] = !name_match,
		[TS_X509_WEAK_KEY] = weak_key(c),
		[TS_X509_WEAK_HASH] = weak_hash(c),
		[TS_X509_WRONG_USAGE] = (c->has_usage && !c->for_server) ||
					(c->has_key_usage && (c->key_usage & handshake) == 0),
	};
	unsigned bits = 0;
	for (unsigned i = 0; i < TS_X509_FINDINGS; i++) {
		bits |= found[i] ? 1u << i : 0;
	}
	return bits;
}

const char *ts_x509_finding_name(enum ts_x509_finding f)
{
	static const char *const names[TS_X509_FINDINGS] = {
		[TS_X509_EXPIRED] = "expired",
		[TS_X509_EXPIRING] = "expiring",
		[TS_X509_NOT_YET_VALID] = "not-yet-valid",
		[TS_X509_SELF_SIGNED] = "self-signed",
		[TS_X509_NAME_MISMATCH] = "name-mismatch",
		[TS_X509_WEAK_KEY] = "weak-key",
		[TS_X509_WEAK_HASH] = "weak-hash",
		[TS_X509_WRONG_USAGE] = "wrong-usage",
	};
	return names[f];
}
