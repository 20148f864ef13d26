/* os/tls.c - TLS as a client on a stream: carries bytes between the stream and the module that speaks the protocol. */
#include "os/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "os/module.h"
#include "os/tls-ops.h"

#define MAX_RECEIVED ((uint64_t)512 << 10) /* no handshake and no answer that is asked for is longer */
#define MAX_PAD      16000

struct ts_tls {
	const struct ts_tls_ops *ops;
	void *engine;
	struct ts_stream *stream;
	uint64_t received;
	unsigned char first[16];
	size_t nfirst;
	char words[200];
};

static const struct ts_tls_ops *load(struct ts_err *err)
{
	const struct ts_tls_ops *ops = ts_os_module("tls", err);
	if (ops != NULL && ops->version != TS_TLS_OPS_VERSION) {
		ts_fail(err, "the installed libts_tls.so belongs to another version of this program");
		return NULL;
	}
	return ops;
}

bool ts_tls_available(struct ts_err *err)
{
	return load(err) != NULL;
}

struct ts_tls *ts_tls_new(struct ts_stream *s, const struct ts_tls_options *o, struct ts_err *err)
{
	const struct ts_tls_ops *ops = load(err);
	if (ops == NULL) {
		return NULL;
	}
	if (o->pad_hello < 0 || o->pad_hello > MAX_PAD) {
		ts_fail(err, "%d bytes cannot be added to the first flight", o->pad_hello);
		return NULL;
	}
	char why[200] = "";
	void *engine = ops->open(o, why, sizeof(why));
	if (engine == NULL) {
		ts_fail(err, "%s", why);
		return NULL;
	}
	struct ts_tls *t = ts_xcalloc(1, sizeof(*t));
	t->ops = ops;
	t->engine = engine;
	t->stream = s;
	return t;
}

void ts_tls_free(struct ts_tls *t)
{
	if (t != NULL) {
		t->ops->close(t->engine);
		free(t);
	}
}

/* --- carrying bytes --- */

enum ts_tls_state ts_tls_state_of(enum ts_stream_state s)
{
	static const enum ts_tls_state states[] = { [TS_STREAM_OK] = TS_TLS_OK,
		[TS_STREAM_CLOSED] = TS_TLS_CLOSED,
		[TS_STREAM_RESET] = TS_TLS_RESET,
		[TS_STREAM_TIMEOUT] = TS_TLS_TIMEOUT,
		[TS_STREAM_CANCELLED] = TS_TLS_CANCELLED,
		[TS_STREAM_ERROR] = TS_TLS_ERROR };
	return states[s];
}

static enum ts_tls_state flush(struct ts_tls *t, int64_t deadline, const atomic_bool *cancel)
{
	unsigned char buf[4096];
	enum ts_stream_state state = TS_STREAM_OK;
	size_t n;
	while ((n = t->ops->drain(t->engine, buf, sizeof(buf))) > 0) {
		if (state == TS_STREAM_OK) {
			state = ts_stream_send(t->stream, buf, n, deadline, cancel);
		}
	}
	return ts_tls_state_of(state);
}

static enum ts_tls_state fetch(struct ts_tls *t, int64_t deadline, const atomic_bool *cancel)
{
	unsigned char buf[4096];
	size_t n;
	enum ts_tls_state state =
		ts_tls_state_of(ts_stream_recv(t->stream, buf, sizeof(buf), &n, deadline, cancel));
	if (state != TS_TLS_OK) {
		return state;
	}
	for (size_t i = 0; i < n && t->nfirst < sizeof(t->first); i++) {
		t->first[t->nfirst++] = buf[i];
	}
	t->received += n;
	if (t->received > MAX_RECEIVED) {
		snprintf(t->words, sizeof(t->words), "more than %d KB came without an end",
			(int)(MAX_RECEIVED >> 10));
		return TS_TLS_REFUSED;
	}
	return t->ops->feed(t->engine, buf, n) ? TS_TLS_OK : TS_TLS_ERROR;
}

/* Does it begin as no TLS record does? */
static bool is_clear(const struct ts_tls *t)
{
	return t->nfirst > 0 &&
	       (t->first[0] < 0x14 || t->first[0] > 0x17 || (t->nfirst > 1 && t->first[1] != 3));
}

static enum ts_tls_state failure(const struct ts_tls *t)
{
	if (t->ops->alert(t->engine, false) >= 0) {
		return TS_TLS_ALERT;
	}
	return is_clear(t) ? TS_TLS_NOT_TLS : TS_TLS_REFUSED;
}

/* One operation of the engine. */
struct call {
	enum { HANDSHAKE, READ, WRITE } kind;
	void *buf;
	const void *data;
	size_t n;
	size_t *got;
};

static enum ts_tls_step step(struct ts_tls *t, const struct call *c)
{
	switch (c->kind) {
	case READ: return t->ops->read(t->engine, c->buf, c->n, c->got);
	case WRITE: return t->ops->write(t->engine, c->data, c->n);
	default: return t->ops->handshake(t->engine);
	}
}

static enum ts_tls_state run(
	struct ts_tls *t, const struct call *c, int64_t deadline, const atomic_bool *cancel)
{
	enum ts_tls_state broken = TS_TLS_OK;
	for (;;) {
		enum ts_tls_step s = step(t, c);
		enum ts_tls_state sent = flush(t, deadline, cancel);
		if (broken == TS_TLS_OK) {
			broken = sent;
		}
		if (s == TS_TLS_STEP_FAILED) {
			return failure(t);
		}
		if (s == TS_TLS_STEP_ENDED) {
			return TS_TLS_CLOSED;
		}
		if (s == TS_TLS_STEP_DONE || broken == TS_TLS_CANCELLED || broken == TS_TLS_TIMEOUT) {
			return broken;
		}
		/* Where sending failed, what the server said before may still be there: an alert, as a rule. */
		enum ts_tls_state got = fetch(t, deadline, cancel);
		if (got != TS_TLS_OK) {
			return broken != TS_TLS_OK                   ? broken
			       : got == TS_TLS_CLOSED && is_clear(t) ? TS_TLS_NOT_TLS
								     : got;
		}
	}
}

enum ts_tls_state ts_tls_handshake(struct ts_tls *t, int64_t deadline, const atomic_bool *cancel)
{
	struct call c = { .kind = HANDSHAKE };
	return run(t, &c, deadline, cancel);
}

enum ts_tls_state ts_tls_send(
	struct ts_tls *t, const void *p, size_t n, int64_t deadline, const atomic_bool *cancel)
{
	struct call c = { .kind = WRITE, .data = p, .n = n };
	return run(t, &c, deadline, cancel);
}

enum ts_tls_state ts_tls_recv(
	struct ts_tls *t, void *p, size_t room, size_t *n, int64_t deadline, const atomic_bool *cancel)
{
	struct call c = { .kind = READ, .buf = p, .n = room, .got = n };
	*n = 0;
	return run(t, &c, deadline, cancel);
}

void ts_tls_bye(struct ts_tls *t)
{
	unsigned char buf[1024];
	t->ops->bye(t->engine);
	size_t n = t->ops->drain(t->engine, buf, sizeof(buf));
	if (n > 0) {
		atomic_bool at_once = true;
		(void)ts_stream_send(t->stream, buf, n, 0, &at_once);
	}
}

/* --- what was seen --- */

int ts_tls_alert(const struct ts_tls *t)
{
	return t->ops->alert(t->engine, false);
}

int ts_tls_alert_sent(const struct ts_tls *t)
{
	return t->ops->alert(t->engine, true);
}

const char *ts_tls_alert_name(int alert)
{
	static const struct {
		int alert;
		const char *name;
	} names[] = {
		{ 0, "close_notify" },
		{ 10, "unexpected_message" },
		{ 20, "bad_record_mac" },
		{ 21, "decryption_failed" },
		{ 22, "record_overflow" },
		{ 30, "decompression_failure" },
		{ 40, "handshake_failure" },
		{ 41, "no_certificate" },
		{ 42, "bad_certificate" },
		{ 43, "unsupported_certificate" },
		{ 44, "certificate_revoked" },
		{ 45, "certificate_expired" },
		{ 46, "certificate_unknown" },
		{ 47, "illegal_parameter" },
		{ 48, "unknown_ca" },
		{ 49, "access_denied" },
		{ 50, "decode_error" },
		{ 51, "decrypt_error" },
		{ 60, "export_restriction" },
		{ 70, "protocol_version" },
		{ 71, "insufficient_security" },
		{ 80, "internal_error" },
		{ 86, "inappropriate_fallback" },
		{ 90, "user_canceled" },
		{ 100, "no_renegotiation" },
		{ 109, "missing_extension" },
		{ 110, "unsupported_extension" },
		{ 112, "unrecognized_name" },
		{ 113, "bad_certificate_status_response" },
		{ 115, "unknown_psk_identity" },
		{ 116, "certificate_required" },
		{ 120, "no_application_protocol" },
	};
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		if (names[i].alert == alert) {
			return names[i].name;
		}
	}
	return NULL;
}

uint64_t ts_tls_received(const struct ts_tls *t)
{
	return t->received;
}

const unsigned char *ts_tls_first(const struct ts_tls *t, size_t *n)
{
	*n = t->nfirst;
	return t->first;
}

const char *ts_tls_words(const struct ts_tls *t)
{
	return t->words[0] != '\0' ? t->words : t->ops->words(t->engine);
}

const char *ts_tls_version(const struct ts_tls *t)
{
	return t->ops->tls_version(t->engine);
}

const char *ts_tls_cipher(const struct ts_tls *t)
{
	return t->ops->cipher(t->engine);
}

bool ts_tls_certificate(const struct ts_tls *t, int i, const unsigned char **der, size_t *n)
{
	return t->ops->certificate(t->engine, i, der, n);
}

int ts_tls_trusted(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size)
{
	const struct ts_tls_ops *ops = load(NULL);
	snprintf(why, size, "this program cannot tell");
	return ops != NULL ? ops->trusted(chain, n, when, why, size) : -1;
}

bool ts_tls_thumbprints(const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32])
{
	const struct ts_tls_ops *ops = load(NULL);
	return ops != NULL && ops->thumbprints(der, n, sha1, sha256);
}
