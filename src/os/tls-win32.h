/* os/tls-win32.h - certificates by crypt32, for os/tls-win32.c. */
#ifndef TS_OS_TLS_WIN32_H
#define TS_OS_TLS_WIN32_H

#include "os/tls-ops.h"
#include "os/win-api.h"

#define TS_WIN_MAX_CERTS 16

/* Certificates that a server sent, copied. */
struct ts_win_chain {
	struct ts_tls_der der[TS_WIN_MAX_CERTS];
	size_t n;
};

/* own first, then from its store issuer after certificate, then the rest: the order in which they were sent is not kept by Windows. */
void ts_win_chain_keep(struct ts_win_chain *c, const CERT_CONTEXT *own);
void ts_win_chain_free(struct ts_win_chain *c);
/* As in os/tls-ops.h. */
int ts_win_trusted(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size);
bool ts_win_thumbprints(const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32]);

#endif
