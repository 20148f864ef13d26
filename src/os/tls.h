/* os/tls.h - TLS as a client on a stream, for looking at servers: it accepts every version from TLS 1.0 on, every cipher and every certificate, since old and
 * broken servers are what is looked for. Nothing is verified during the handshake; ts_tls_trusted() does it afterwards.
 *
 * The protocol itself is the module "tls" (os/tls-ops.h, os/module.h). */
#ifndef TS_OS_TLS_H
#define TS_OS_TLS_H

#include "base/err.h"
#include "os/stream.h"

enum { TS_TLS_1_0 = 0x0301, TS_TLS_1_1, TS_TLS_1_2, TS_TLS_1_3 };

enum ts_tls_state {
	TS_TLS_OK,
	TS_TLS_CLOSED,  /* FIN, or a close_notify */
	TS_TLS_RESET,   /* RST */
	TS_TLS_TIMEOUT, /* silence until the deadline */
	TS_TLS_CANCELLED,
	TS_TLS_ALERT,   /* the server sent a fatal alert */
	TS_TLS_NOT_TLS, /* the server sent something else: ts_tls_first() */
	TS_TLS_REFUSED, /* this side gave up: what the server sent is malformed, or nothing of it can be agreed to */
	TS_TLS_ERROR /* a failed system call, no memory */
};

/* What is offered. Zeroed = everything, without a name. */
struct ts_tls_options {
	const char *server_name;      /* for SNI; NULL = none (the host is an address) */
	int min_version, max_version; /* TS_TLS_1_0 ...; 0 = no limit of ours */
	const char *ciphers;          /* OpenSSL's names for TLS up to 1.2; NULL = all */
	int pad_hello;                /* bytes of a private extension that make the first flight larger */
};

struct ts_tls;

/* What happened to the stream beneath, in the words of TLS. */
enum ts_tls_state ts_tls_state_of(enum ts_stream_state s);
/* Can this program speak TLS at all? False with the reason. */
bool ts_tls_available(struct ts_err *err);
/* On a connected stream, which stays the caller's and must outlive it. NULL with the reason. */
struct ts_tls *ts_tls_new(struct ts_stream *s, const struct ts_tls_options *o, struct ts_err *err);
void ts_tls_free(struct ts_tls *t); /* NULL is allowed */

enum ts_tls_state ts_tls_handshake(struct ts_tls *t, int64_t deadline, const atomic_bool *cancel);
enum ts_tls_state ts_tls_send(
	struct ts_tls *t, const void *p, size_t n, int64_t deadline, const atomic_bool *cancel);
/* At least one byte, at most room. */
enum ts_tls_state ts_tls_recv(
	struct ts_tls *t, void *p, size_t room, size_t *n, int64_t deadline, const atomic_bool *cancel);
/* Say goodbye (close_notify), without waiting. */
void ts_tls_bye(struct ts_tls *t);

/* The fatal alert that was received, -1 = none; that was sent, -1 = none. */
int ts_tls_alert(const struct ts_tls *t);
int ts_tls_alert_sent(const struct ts_tls *t);
/* "handshake_failure"; NULL for a number that is none. */
const char *ts_tls_alert_name(int alert);
/* Bytes that the server has sent since the beginning of the handshake, and the first of them. */
uint64_t ts_tls_received(const struct ts_tls *t);
const unsigned char *ts_tls_first(const struct ts_tls *t, size_t *n);
/* The library's own words for what went wrong; "" when nothing did. */
const char *ts_tls_words(const struct ts_tls *t);
/* After the handshake: "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384". */
const char *ts_tls_version(const struct ts_tls *t);
const char *ts_tls_cipher(const struct ts_tls *t);
/* The i-th certificate of the server's chain as DER, the server's own first; false past the end. They live as long as t. */
bool ts_tls_certificate(const struct ts_tls *t, int i, const unsigned char **der, size_t *n);

struct ts_tls_der {
	const unsigned char *p;
	size_t n;
};
/* Do this computer's trusted authorities vouch for the first certificate, the others helping, at that time? 1, 0 with the reason, -1 when it cannot be told. */
int ts_tls_trusted(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size);
/* Thumbprints of a certificate; false when they cannot be made. */
bool ts_tls_thumbprints(const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32]);

#endif
