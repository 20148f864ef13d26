/* os/tls-trust-win32.c - the chain that a server sent, and what Windows thinks of it. Nothing is fetched from the network for that. */
#include "os/tls-win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CERT (64 << 10)

/* --- what was sent --- */

static bool keep(struct ts_win_chain *c, const CERT_CONTEXT *cert)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->der[i].n == cert->cbCertEncoded &&
			memcmp(c->der[i].p, cert->pbCertEncoded, c->der[i].n) == 0) {
			return false;
		}
	}
	if (c->n == TS_WIN_MAX_CERTS || cert->cbCertEncoded > MAX_CERT) {
		return false;
	}
	unsigned char *copy = ts_xmalloc(cert->cbCertEncoded);
	memcpy(copy, cert->pbCertEncoded, cert->cbCertEncoded);
	c->der[c->n++] = (struct ts_tls_der){ copy, cert->cbCertEncoded };
	return true;
}

static bool same_name(const CERT_NAME_BLOB *a, const CERT_NAME_BLOB *b)
{
	return a->cbData == b->cbData && memcmp(a->pbData, b->pbData, a->cbData) == 0;
}

void ts_win_chain_keep(struct ts_win_chain *c, const CERT_CONTEXT *own)
{
	const struct ts_crypt32 *api = ts_crypt32();
	if (api == NULL || !keep(c, own)) {
		return;
	}
	CERT_NAME_BLOB wanted = own->pCertInfo->Issuer;
	/* The names belong to contexts that stay in the store as long as the caller has own. */
	for (bool more = true; more;) {
		more = false;
		for (const CERT_CONTEXT *x = NULL;
			!more && (x = api->CertEnumCertificatesInStore(own->hCertStore, x)) != NULL;) {
			if (same_name(&x->pCertInfo->Subject, &wanted) && keep(c, x)) {
				wanted = x->pCertInfo->Issuer;
				more = true;
				(void)api->CertFreeCertificateContext(x);
				break;
			}
		}
	}
	for (const CERT_CONTEXT *x = NULL;
		(x = api->CertEnumCertificatesInStore(own->hCertStore, x)) != NULL;) {
		(void)keep(c, x);
	}
}

void ts_win_chain_free(struct ts_win_chain *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free((void *)(uintptr_t)c->der[i].p);
	}
	c->n = 0;
}

/* --- trust --- */

static const struct {
	DWORD status;
	const char *words;
} problems[] = {
	{ CERT_TRUST_IS_NOT_TIME_VALID, "a certificate has expired or is not yet valid" },
	{ CERT_TRUST_IS_REVOKED, "a certificate was revoked" },
	{ CERT_TRUST_IS_NOT_SIGNATURE_VALID, "a signature is wrong" },
	{ CERT_TRUST_IS_EXPLICIT_DISTRUST, "this computer distrusts a certificate explicitly" },
	{ CERT_TRUST_IS_PARTIAL_CHAIN, "unable to get the issuer's certificate" },
	{ CERT_TRUST_IS_UNTRUSTED_ROOT, "the authority is not trusted on this computer" },
	{ CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "the certificate is not for servers" },
	{ CERT_TRUST_INVALID_BASIC_CONSTRAINTS, "a certificate that is no authority's signed another" },
	{ CERT_TRUST_HAS_WEAK_SIGNATURE, "a signature is weak" },
};

static FILETIME file_time(int64_t unix_s)
{
	const int64_t to_1601 = 11644473600, ticks = 10000000;
	uint64_t t = (uint64_t)((unix_s + to_1601) * ticks);
	return (FILETIME){ (DWORD)t, (DWORD)(t >> 32) };
}

static int judge(const struct ts_crypt32 *api, const CERT_CONTEXT *own, HCERTSTORE others, int64_t when,
	char *why, size_t size)
{
	char server_auth[] = szOID_PKIX_KP_SERVER_AUTH;
	char *usages[] = { server_auth };
	CERT_CHAIN_PARA para = { .cbSize = sizeof(para),
		.RequestedUsage = { USAGE_MATCH_TYPE_AND, { TS_COUNT(usages), usages } } };
	FILETIME time = file_time(when);
	const CERT_CHAIN_CONTEXT *chain = NULL;
	if (!api->CertGetCertificateChain(
		    NULL, own, &time, others, &para, CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, NULL, &chain)) {
		snprintf(why, size, "Windows cannot judge the chain: error 0x%08lx",
			(unsigned long)GetLastError());
		return -1;
	}
	DWORD status = chain->TrustStatus.dwErrorStatus;
	api->CertFreeCertificateChain(chain);
	snprintf(why, size, "%s", "");
	if (status == CERT_TRUST_NO_ERROR) {
		return 1;
	}
	for (size_t i = 0; i < TS_COUNT(problems); i++) {
		if ((status & problems[i].status) != 0) {
			snprintf(why, size, "%s", problems[i].words);
			return 0;
		}
	}
	snprintf(why, size, "Windows does not trust the chain: status 0x%08lx", (unsigned long)status);
	return 0;
}

int ts_win_trusted(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size)
{
	const struct ts_crypt32 *api = ts_crypt32();
	int result = -1;
	snprintf(why, size, "Windows' functions for certificates are not there");
	if (api == NULL || n == 0) {
		return result;
	}
	HCERTSTORE others = api->CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
	const CERT_CONTEXT *own =
		api->CertCreateCertificateContext(X509_ASN_ENCODING, chain[0].p, (DWORD)chain[0].n);
	for (size_t i = 1; others != NULL && i < n; i++) {
		(void)api->CertAddEncodedCertificateToStore(others, X509_ASN_ENCODING, chain[i].p,
			(DWORD)chain[i].n, CERT_STORE_ADD_USE_EXISTING, NULL);
	}
	if (own != NULL && others != NULL) {
		result = judge(api, own, others, when, why, size);
	}
	if (own != NULL) {
		(void)api->CertFreeCertificateContext(own);
	}
	if (others != NULL) {
		(void)api->CertCloseStore(others, 0);
	}
	return result;
}

bool ts_win_thumbprints(const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32])
{
	const struct ts_crypt32 *api = ts_crypt32();
	DWORD n1 = 20, n256 = 32;
	return api != NULL && n <= MAX_CERT &&
	       api->CryptHashCertificate(0, CALG_SHA1, 0, der, (DWORD)n, sha1, &n1) && n1 == 20 &&
	       api->CryptHashCertificate(0, CALG_SHA_256, 0, der, (DWORD)n, sha256, &n256) && n256 == 32;
}
