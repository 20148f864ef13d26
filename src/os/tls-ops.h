/* os/tls-ops.h - what the module "tls" exports: TLS between buffers, without any socket. */
#ifndef TS_OS_TLS_OPS_H
#define TS_OS_TLS_OPS_H

#include "os/tls.h"

enum ts_tls_step {
	TS_TLS_STEP_DONE,
	TS_TLS_STEP_READ,  /* it needs more bytes of the server */
	TS_TLS_STEP_ENDED, /* the server said close_notify */
	TS_TLS_STEP_FAILED
};

/* What the module exports as ts_module_tls. */
struct ts_tls_ops {
	int version; /* TS_TLS_OPS_VERSION */
	/* NULL with the reason: no memory, or the library cannot do what is asked. */
	void *(*open)(const struct ts_tls_options *o, char *why, size_t size);
	void (*close)(void *t);
	enum ts_tls_step (*handshake)(void *t);
	enum ts_tls_step (*read)(void *t, void *p, size_t room, size_t *n);
	enum ts_tls_step (*write)(void *t, const void *p, size_t n);
	void (*bye)(void *t);
	/* Bytes from the server, all of which are taken. False = no memory. */
	bool (*feed)(void *t, const void *p, size_t n);
	/* Bytes for the server; 0 = none are waiting. */
	size_t (*drain)(void *t, void *p, size_t room);
	int (*alert)(const void *t, bool sent);
	const char *(*words)(const void *t);
	const char *(*tls_version)(const void *t);
	const char *(*cipher)(const void *t);
	bool (*certificate)(const void *t, int i, const unsigned char **der, size_t *n);
	int (*trusted)(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size);
	bool (*thumbprints)(
		const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32]);
};
#define TS_TLS_OPS_VERSION 2

#endif
