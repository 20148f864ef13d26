/* os/tls-win32.c - TLS through Schannel: the twin of modules/tls.c, part of the Windows program.
 *
 * What Schannel does not tell (alerts, the cipher suite) is seen in the records that pass by. What it cannot be told is refused with
 * the reason: single families of ciphers, and a first flight of a wished size. */
#define SCHANNEL_USE_BLACKLISTS
#include "os/tls-win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <subauth.h>
#include <schannel.h>
#include "base/buf.h"
#include "os/err-win32.h"
#include "os/tls-record.h"
#include "os/wide-win32.h"

#define MAX_HELD ((size_t)1 << 20) /* of bytes that wait; os/tls.c stops before that */
#define REQUEST                                                                                              \
	(ISC_REQ_SEQUENCE_DETECT | ISC_REQ_REPLAY_DETECT | ISC_REQ_CONFIDENTIALITY |                         \
		ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_STREAM | ISC_REQ_MANUAL_CRED_VALIDATION |                  \
		ISC_REQ_USE_SUPPLIED_CREDS | ISC_REQ_EXTENDED_ERROR)

extern const struct ts_tls_ops ts_module_tls;

struct engine {
	const SecurityFunctionTableW *api;
	CredHandle cred;
	CtxtHandle ctx;
	bool has_cred, has_ctx, broken;
	wchar_t *name;
	struct ts_buf in, out, plain; /* from the server, for the server, decrypted and not read yet */
	size_t plain_at;
	struct ts_tls_watch received, sent;
	SecPkgContext_StreamSizes sizes;
	DWORD protocol;
	struct ts_win_chain chain;
	char words[200];
};

static const struct {
	int version;
	DWORD protocol;
	const char *name;
} versions[] = {
	{ TS_TLS_1_0, SP_PROT_TLS1_0_CLIENT, "TLSv1" },
	{ TS_TLS_1_1, SP_PROT_TLS1_1_CLIENT, "TLSv1.1" },
	{ TS_TLS_1_2, SP_PROT_TLS1_2_CLIENT, "TLSv1.2" },
	{ TS_TLS_1_3, SP_PROT_TLS1_3_CLIENT, "TLSv1.3" },
};

/* --- opening --- */

static SECURITY_STATUS acquire(struct engine *e, void *credentials)
{
	static wchar_t package[] = UNISP_NAME_W;
	return e->api->AcquireCredentialsHandleW(
		NULL, package, SECPKG_CRED_OUTBOUND, NULL, credentials, NULL, NULL, &e->cred, NULL);
}

/* TLS 1.3 is only had by the newer structure, which in turn offers old versions only as far as the system does by default. */
static SECURITY_STATUS acquire_versions(struct engine *e, const struct ts_tls_options *o)
{
	const DWORD flags = SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS;
	DWORD wanted = 0;
	for (size_t i = 0; i < TS_COUNT(versions); i++) {
		if (versions[i].version >= o->min_version &&
			(o->max_version == 0 || versions[i].version <= o->max_version)) {
			wanted |= versions[i].protocol;
		}
	}
	SECURITY_STATUS status = SEC_E_UNSUPPORTED_FUNCTION;
	if ((wanted & SP_PROT_TLS1_3_CLIENT) != 0) {
		TLS_PARAMETERS parameters = { .grbitDisabledProtocols = ~wanted };
		SCH_CREDENTIALS newer = { .dwVersion = SCH_CREDENTIALS_VERSION,
			.dwFlags = flags,
			.cTlsParameters = 1,
			.pTlsParameters = &parameters };
		status = acquire(e, &newer);
	}
	wanted &= ~(DWORD)SP_PROT_TLS1_3_CLIENT;
	if (status != SEC_E_OK && wanted != 0) {
		SCHANNEL_CRED older = {
			.dwVersion = SCHANNEL_CRED_VERSION, .grbitEnabledProtocols = wanted, .dwFlags = flags
		};
		status = acquire(e, &older);
	}
	return status;
}

static void close_engine(void *t)
{
	struct engine *e = t;
	if (e->has_ctx) {
		(void)e->api->DeleteSecurityContext(&e->ctx);
	}
	if (e->has_cred) {
		(void)e->api->FreeCredentialsHandle(&e->cred);
	}
	ts_win_chain_free(&e->chain);
	ts_buf_finish(&e->in);
	ts_buf_finish(&e->out);
	ts_buf_finish(&e->plain);
	free(e->name);
	free(e);
}

static SECURITY_STATUS advance(struct engine *e);

/* Schannel may leave out what it was asked for, or offer more: the first message tells. */
static bool greets_as_asked(struct engine *e, const struct ts_tls_options *o, char *why, size_t size)
{
	char words[160];
	SECURITY_STATUS status = advance(e);
	if (status != SEC_I_CONTINUE_NEEDED) {
		snprintf(why, size, "Windows offers no TLS of that version: %s",
			ts_win32_words((unsigned long)status, words, sizeof(words)));
		return false;
	}
	int offered = ts_tls_offered(e->out.data, e->out.len);
	if (offered < 0 || offered < o->min_version || (o->max_version != 0 && offered > o->max_version)) {
		snprintf(why, size, "Windows offers no TLS of that version");
		return false;
	}
	return true;
}

static void *open_engine(const struct ts_tls_options *o, char *why, size_t size)
{
	const struct ts_secur32 *secur32 = ts_secur32();
	if (secur32 == NULL || ts_crypt32() == NULL) {
		snprintf(why, size, "Windows' functions for TLS are not there");
		return NULL;
	}
	if (o->ciphers != NULL) {
		snprintf(why, size,
			"Windows does not let a program choose which families of ciphers it offers");
		return NULL;
	}
	if (o->pad_hello > 0) {
		snprintf(why, size, "Windows does not let a program make TLS's first packet larger");
		return NULL;
	}
	struct engine *e = ts_xcalloc(1, sizeof(*e));
	e->api = secur32->InitSecurityInterfaceW();
	ts_buf_init(&e->in, MAX_HELD);
	ts_buf_init(&e->out, MAX_HELD);
	ts_buf_init(&e->plain, MAX_HELD);
	ts_tls_watch_init(&e->received);
	ts_tls_watch_init(&e->sent);
	SECURITY_STATUS status =
		e->api != NULL ? acquire_versions(e, o) : (SECURITY_STATUS)SEC_E_INTERNAL_ERROR;
	if (status != SEC_E_OK) {
		char words[160];
		snprintf(why, size, "Windows offers no TLS of that version: %s",
			ts_win32_words((unsigned long)status, words, sizeof(words)));
		close_engine(e);
		return NULL;
	}
	e->has_cred = true;
	e->name = ts_wide(o->server_name);
	if (!greets_as_asked(e, o, why, size)) {
		close_engine(e);
		return NULL;
	}
	return e;
}

/* --- bytes --- */

/* Drop the first n bytes. */
static void consume(struct ts_buf *b, size_t n)
{
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

static bool feed(void *t, const void *p, size_t n)
{
	struct engine *e = t;
	ts_tls_watch_feed(&e->received, p, n);
	ts_buf_put(&e->in, p, n);
	return !e->in.overflow;
}

static size_t drain(void *t, void *p, size_t room)
{
	struct engine *e = t;
	size_t n = e->out.len < room ? e->out.len : room;
	if (n > 0) {
		memcpy(p, e->out.data, n);
		consume(&e->out, n);
	}
	return n;
}

static void put_out(struct engine *e, const void *p, size_t n)
{
	ts_tls_watch_feed(&e->sent, p, n);
	ts_buf_put(&e->out, p, n);
}

static enum ts_tls_step fail(struct engine *e, SECURITY_STATUS status)
{
	e->broken = true;
	ts_win32_words((unsigned long)status, e->words, sizeof(e->words));
	return TS_TLS_STEP_FAILED;
}

/* --- the handshake --- */

/* One call of Schannel with all that is there; what it did not need stays. */
static SECURITY_STATUS advance(struct engine *e)
{
	SecBuffer in[2] = { { (unsigned long)e->in.len, SECBUFFER_TOKEN, e->in.data },
		{ 0, SECBUFFER_EMPTY, NULL } };
	SecBuffer out[2] = { { 0, SECBUFFER_TOKEN, NULL }, { 0, SECBUFFER_ALERT, NULL } };
	SecBufferDesc in_desc = { SECBUFFER_VERSION, 2, in }, out_desc = { SECBUFFER_VERSION, 2, out };
	DWORD attributes = 0;
	SECURITY_STATUS status = e->api->InitializeSecurityContextW(&e->cred, e->has_ctx ? &e->ctx : NULL,
		e->name, REQUEST, 0, 0, e->has_ctx ? &in_desc : NULL, 0, e->has_ctx ? NULL : &e->ctx,
		&out_desc, &attributes, NULL);
	bool first = !e->has_ctx;
	e->has_ctx = e->has_ctx || status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
	for (size_t i = 0; i < TS_COUNT(out); i++) {
		if (out[i].pvBuffer != NULL) {
			put_out(e, out[i].pvBuffer, out[i].cbBuffer);
			(void)e->api->FreeContextBuffer(out[i].pvBuffer);
		}
	}
	if (!first && status != SEC_E_INCOMPLETE_MESSAGE && status != SEC_I_INCOMPLETE_CREDENTIALS) {
		size_t rest = in[1].BufferType == SECBUFFER_EXTRA ? in[1].cbBuffer : 0;
		consume(&e->in, e->in.len - (rest < e->in.len ? rest : e->in.len));
	}
	return status;
}

static enum ts_tls_step established(struct engine *e)
{
	SecPkgContext_ConnectionInfo info;
	const CERT_CONTEXT *own = NULL;
	SECURITY_STATUS status =
		e->api->QueryContextAttributesW(&e->ctx, SECPKG_ATTR_STREAM_SIZES, &e->sizes);
	if (status != SEC_E_OK) {
		return fail(e, status);
	}
	if (e->api->QueryContextAttributesW(&e->ctx, SECPKG_ATTR_CONNECTION_INFO, &info) == SEC_E_OK) {
		e->protocol = info.dwProtocol;
	}
	if (e->chain.n == 0 &&
		e->api->QueryContextAttributesW(&e->ctx, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &own) == SEC_E_OK &&
		own != NULL) {
		ts_win_chain_keep(&e->chain, own);
		(void)ts_crypt32()->CertFreeCertificateContext(own);
	}
	return TS_TLS_STEP_DONE;
}

static enum ts_tls_step handshake(void *t)
{
	struct engine *e = t;
	/* Asked for a certificate of ours, Schannel goes on without one when it is called again. */
	bool asked = false;
	while (!e->broken) {
		if (e->in.len == 0) {
			return TS_TLS_STEP_READ;
		}
		/* Schannel may wait for the rest of what it takes for a record. */
		if (e->received.foreign) {
			return fail(e, SEC_E_ILLEGAL_MESSAGE);
		}
		SECURITY_STATUS status = advance(e);
		if (status == SEC_E_OK) {
			return established(e);
		}
		if (status == SEC_E_INCOMPLETE_MESSAGE) {
			return TS_TLS_STEP_READ;
		}
		if (status == SEC_I_INCOMPLETE_CREDENTIALS && !asked) {
			asked = true;
		} else if (status != SEC_I_CONTINUE_NEEDED) {
			return fail(e, status);
		}
	}
	return TS_TLS_STEP_FAILED;
}

/* --- after it --- */

/* Decrypt the next record, if it is all there. */
static enum ts_tls_step decrypt(struct engine *e)
{
	SecBuffer b[4] = { { (unsigned long)e->in.len, SECBUFFER_DATA, e->in.data } };
	SecBufferDesc desc = { SECBUFFER_VERSION, TS_COUNT(b), b };
	SECURITY_STATUS status = e->api->DecryptMessage(&e->ctx, &desc, 0, NULL);
	if (status == SEC_E_INCOMPLETE_MESSAGE) {
		return TS_TLS_STEP_READ;
	}
	if (status != SEC_E_OK && status != SEC_I_CONTEXT_EXPIRED && status != SEC_I_RENEGOTIATE) {
		return fail(e, status);
	}
	size_t rest = 0;
	for (size_t i = 0; i < TS_COUNT(b); i++) {
		if (b[i].BufferType == SECBUFFER_DATA && b[i].pvBuffer != NULL && status == SEC_E_OK) {
			ts_buf_put(&e->plain, b[i].pvBuffer, b[i].cbBuffer);
		} else if (b[i].BufferType == SECBUFFER_EXTRA) {
			rest = b[i].cbBuffer;
		}
	}
	consume(&e->in, e->in.len - (rest < e->in.len ? rest : e->in.len));
	if (status == SEC_I_CONTEXT_EXPIRED) {
		return TS_TLS_STEP_ENDED;
	}
	return status == SEC_I_RENEGOTIATE ? handshake(e) : TS_TLS_STEP_DONE;
}

static enum ts_tls_step read_plain(void *t, void *p, size_t room, size_t *n)
{
	struct engine *e = t;
	while (e->plain_at == e->plain.len) {
		ts_buf_clear(&e->plain);
		e->plain_at = 0;
		enum ts_tls_step step = e->broken        ? TS_TLS_STEP_FAILED
					: e->in.len == 0 ? TS_TLS_STEP_READ
							 : decrypt(e);
		if (step != TS_TLS_STEP_DONE) {
			return step;
		}
	}
	size_t there = e->plain.len - e->plain_at;
	*n = there < room ? there : room;
	memcpy(p, e->plain.data + e->plain_at, *n);
	e->plain_at += *n;
	return TS_TLS_STEP_DONE;
}

static enum ts_tls_step write_plain(void *t, const void *p, size_t n)
{
	struct engine *e = t;
	const unsigned char *bytes = p;
	size_t most = e->sizes.cbMaximumMessage, around = e->sizes.cbHeader + e->sizes.cbTrailer;
	while (n > 0 && !e->broken) {
		size_t part = n < most ? n : most;
		unsigned char *record = ts_xmalloc(around + part);
		memcpy(record + e->sizes.cbHeader, bytes, part);
		SecBuffer b[4] = { { e->sizes.cbHeader, SECBUFFER_STREAM_HEADER, record },
			{ (unsigned long)part, SECBUFFER_DATA, record + e->sizes.cbHeader },
			{ e->sizes.cbTrailer, SECBUFFER_STREAM_TRAILER, record + e->sizes.cbHeader + part },
			{ 0, SECBUFFER_EMPTY, NULL } };
		SecBufferDesc desc = { SECBUFFER_VERSION, TS_COUNT(b), b };
		SECURITY_STATUS status = e->api->EncryptMessage(&e->ctx, 0, &desc, 0);
		if (status == SEC_E_OK) {
			put_out(e, record, b[0].cbBuffer + b[1].cbBuffer + b[2].cbBuffer);
		}
		free(record);
		if (status != SEC_E_OK) {
			return fail(e, status);
		}
		bytes += part;
		n -= part;
	}
	return e->broken ? TS_TLS_STEP_FAILED : TS_TLS_STEP_DONE;
}

static void bye(void *t)
{
	struct engine *e = t;
	DWORD shutdown = SCHANNEL_SHUTDOWN;
	SecBuffer b = { sizeof(shutdown), SECBUFFER_TOKEN, &shutdown };
	SecBufferDesc desc = { SECBUFFER_VERSION, 1, &b };
	if (e->has_ctx && !e->broken && e->api->ApplyControlToken(&e->ctx, &desc) == SEC_E_OK) {
		ts_buf_clear(&e->in);
		(void)advance(e);
	}
}

/* --- what was seen --- */

static int alert(const void *t, bool sent)
{
	const struct engine *e = t;
	return sent ? e->sent.alert : e->received.alert;
}

static const char *words(const void *t)
{
	const struct engine *e = t;
	return e->words;
}

static const char *tls_version(const void *t)
{
	const struct engine *e = t;
	for (size_t i = 0; i < TS_COUNT(versions); i++) {
		if ((e->protocol & versions[i].protocol) != 0) {
			return versions[i].name;
		}
	}
	return "";
}

static const char *cipher(const void *t)
{
	const struct engine *e = t;
	const char *name = ts_tls_cipher_name(e->received.cipher);
	return name != NULL ? name : "";
}

static bool certificate(const void *t, int i, const unsigned char **der, size_t *n)
{
	const struct engine *e = t;
	if (i < 0 || (size_t)i >= e->chain.n) {
		return false;
	}
	*der = e->chain.der[i].p;
	*n = e->chain.der[i].n;
	return true;
}

const struct ts_tls_ops ts_module_tls = {
	.version = TS_TLS_OPS_VERSION,
	.open = open_engine,
	.close = close_engine,
	.handshake = handshake,
	.read = read_plain,
	.write = write_plain,
	.bye = bye,
	.feed = feed,
	.drain = drain,
	.alert = alert,
	.words = words,
	.tls_version = tls_version,
	.cipher = cipher,
	.certificate = certificate,
	.trusted = ts_win_trusted,
	.thumbprints = ts_win_thumbprints,
};
