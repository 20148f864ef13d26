/* os/tls-record.h - what anybody can see of a TLS handshake who only watches its records: alerts in clear text and the cipher suite that the server chose. For
 * libraries that do not tell (Schannel). */
#ifndef TS_OS_TLS_RECORD_H
#define TS_OS_TLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

/* One direction of a connection. Zeroed by ts_tls_watch_init(); what it cannot read it leaves alone. */
struct ts_tls_watch {
	unsigned char head[5];
	size_t nhead;
	size_t left; /* of the record's content */
	unsigned char body[96];
	size_t nbody;
	bool over;    /* no TLS, or encrypted from here on */
	bool foreign; /* no TLS */
	int alert;    /* the last fatal one, -1 = none */
	int cipher;   /* of a ServerHello, -1 = none yet */
};

void ts_tls_watch_init(struct ts_tls_watch *w);
void ts_tls_watch_feed(struct ts_tls_watch *w, const void *p, size_t n);
/* The newest version that a record with a ClientHello offers: 0x0301 is TLS 1.0, 0x0304 is 1.3; -1 when it is no such record. */
int ts_tls_offered(const void *p, size_t n);
/* "ECDHE-RSA-AES256-GCM-SHA384", as OpenSSL spells them; NULL for one that is not known here. */
const char *ts_tls_cipher_name(int cipher);

#endif
