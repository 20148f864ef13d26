/* modules/tls.c - TLS through OpenSSL, as a module of its own: see os/module.h and os/tls-ops.h.
 *
 * It works between two memory buffers. The system's OpenSSL configuration is not read: a policy "TLS 1.2 at least" would hide just those servers that are
 * looked for. */
#include "os/tls-ops.h"

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define CIPHERS      "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"
#define MAX_CHAIN    (64 << 10)
#define MAX_CERTS    16
#define PAD_TYPE     0xffce /* of the private range of extensions */
#define MAX_PATH_LEN 10     /* certificates between a server's and its authority */

extern const struct ts_tls_ops ts_module_tls;

struct engine {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out; /* the SSL's */
	int alert_received, alert_sent;
	char words[200];
	unsigned char *der[MAX_CERTS]; /* made when the handshake is done */
	int der_size[MAX_CERTS];
	int nder;
	unsigned char *pad;
	size_t npad;
};

static void saw_alert(const SSL *ssl, int where, int value)
{
	struct engine *e = SSL_get_app_data(ssl);
	if ((where & SSL_CB_ALERT) == 0 || value >> 8 != SSL3_AL_FATAL) {
		return;
	}
	*((where & SSL_CB_READ) != 0 ? &e->alert_received : &e->alert_sent) = value & 0xff;
}

static int add_pad(SSL *ssl, unsigned type, unsigned context, const unsigned char **out, size_t *n, X509 *x,
	size_t chain, int *alert, void *arg)
{
	const struct engine *e = arg;
	(void)ssl;
	(void)type;
	(void)context;
	(void)x;
	(void)chain;
	(void)alert;
	*out = e->pad;
	*n = e->npad;
	return 1;
}

static bool set_options(struct engine *e, const struct ts_tls_options *o)
{
	SSL_CTX_set_options(e->ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_TICKET);
	SSL_CTX_set_max_cert_list(e->ctx, MAX_CHAIN);
	SSL_CTX_set_info_callback(e->ctx, saw_alert);
	if (o->pad_hello > 0) {
		e->npad = (size_t)o->pad_hello;
		e->pad = OPENSSL_zalloc(e->npad);
		if (e->pad == NULL || SSL_CTX_add_custom_ext(e->ctx, PAD_TYPE, SSL_EXT_CLIENT_HELLO, add_pad,
					      NULL, e, NULL, NULL) != 1) {
			return false;
		}
	}
	char list[512];
	snprintf(list, sizeof(list), "%s:@SECLEVEL=0", o->ciphers != NULL ? o->ciphers : CIPHERS);
	return SSL_CTX_set_min_proto_version(e->ctx, o->min_version != 0 ? o->min_version : TLS1_VERSION) ==
		       1 &&
	       SSL_CTX_set_max_proto_version(e->ctx, o->max_version) == 1 &&
	       SSL_CTX_set_cipher_list(e->ctx, list) == 1;
}

static void close_engine(void *t)
{
	struct engine *e = t;
	for (int i = 0; i < e->nder; i++) {
		OPENSSL_free(e->der[i]);
	}
	SSL_free(e->ssl);
	SSL_CTX_free(e->ctx);
	OPENSSL_free(e->pad);
	OPENSSL_free(e);
	ERR_clear_error();
}

/* The macro for this casts const away in a way that compilers warn of. */
static bool set_name(SSL *ssl, const char *name)
{
	return name == NULL || SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
				       (void *)(uintptr_t)name) == 1;
}

static void *open_engine(const struct ts_tls_options *o, char *why, size_t size)
{
	snprintf(why, size, "the TLS library cannot be set up");
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) {
		return NULL;
	}
	struct engine *e = OPENSSL_zalloc(sizeof(*e));
	if (e == NULL) {
		return NULL;
	}
	e->alert_received = e->alert_sent = -1;
	e->ctx = SSL_CTX_new(TLS_client_method());
	if (e->ctx == NULL || !set_options(e, o) || (e->ssl = SSL_new(e->ctx)) == NULL) {
		close_engine(e);
		return NULL;
	}
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	if (in == NULL || out == NULL || !set_name(e->ssl, o->server_name)) {
		BIO_free(in);
		BIO_free(out);
		close_engine(e);
		return NULL;
	}
	BIO_set_mem_eof_return(in, -1); /* empty means "later", not "never" */
	SSL_set_bio(e->ssl, in, out);
	e->in = in;
	e->out = out;
	SSL_set_app_data(e->ssl, e);
	SSL_set_connect_state(e->ssl);
	return e;
}

/* What the return value of an SSL function means. */
static enum ts_tls_step step_of(struct engine *e, int rc)
{
	switch (SSL_get_error(e->ssl, rc)) {
	case SSL_ERROR_NONE: return TS_TLS_STEP_DONE;
	case SSL_ERROR_WANT_READ: return TS_TLS_STEP_READ;
	case SSL_ERROR_ZERO_RETURN: return TS_TLS_STEP_ENDED;
	default: break;
	}
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	snprintf(e->words, sizeof(e->words), "%s", reason != NULL ? reason : "unknown error");
	ERR_clear_error();
	return TS_TLS_STEP_FAILED;
}

/* Keep the chain as bytes. */
static void keep_chain(struct engine *e)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(e->ssl);
	for (int i = 0; chain != NULL && i < sk_X509_num(chain) && e->nder < MAX_CERTS; i++) {
		int n = i2d_X509(sk_X509_value(chain, i), &e->der[e->nder]);
		if (n > 0) {
			e->der_size[e->nder++] = n;
		}
	}
}

static enum ts_tls_step handshake(void *t)
{
	struct engine *e = t;
	ERR_clear_error();
	enum ts_tls_step step = step_of(e, SSL_do_handshake(e->ssl));
	if (step == TS_TLS_STEP_DONE && e->nder == 0) {
		keep_chain(e);
	}
	return step;
}

static enum ts_tls_step read_plain(void *t, void *p, size_t room, size_t *n)
{
	struct engine *e = t;
	ERR_clear_error();
	return step_of(e, SSL_read_ex(e->ssl, p, room, n));
}

static enum ts_tls_step write_plain(void *t, const void *p, size_t n)
{
	struct engine *e = t;
	size_t written;
	ERR_clear_error();
	return step_of(e, SSL_write_ex(e->ssl, p, n, &written));
}

static void bye(void *t)
{
	struct engine *e = t;
	ERR_clear_error();
	(void)SSL_shutdown(e->ssl);
	ERR_clear_error();
}

static bool feed(void *t, const void *p, size_t n)
{
	struct engine *e = t;
	return BIO_write(e->in, p, (int)n) == (int)n;
}

static size_t drain(void *t, void *p, size_t room)
{
	struct engine *e = t;
	int n = BIO_read(e->out, p, (int)room);
	return n > 0 ? (size_t)n : 0;
}

static int alert(const void *t, bool sent)
{
	const struct engine *e = t;
	return sent ? e->alert_sent : e->alert_received;
}

static const char *words(const void *t)
{
	const struct engine *e = t;
	return e->words;
}

static const char *tls_version(const void *t)
{
	const struct engine *e = t;
	return SSL_get_version(e->ssl);
}

static const char *cipher(const void *t)
{
	const struct engine *e = t;
	return SSL_CIPHER_get_name(SSL_get_current_cipher(e->ssl));
}

static bool certificate(const void *t, int i, const unsigned char **der, size_t *n)
{
	const struct engine *e = t;
	if (i < 0 || i >= e->nder) {
		return false;
	}
	*der = e->der[i];
	*n = (size_t)e->der_size[i];
	return true;
}

/* --- trust --- */

static STACK_OF(X509) * read_chain(const struct ts_tls_der *chain, size_t n)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	for (size_t i = 0; stack != NULL && i < n; i++) {
		const unsigned char *p = chain[i].p;
		X509 *x = d2i_X509(NULL, &p, (long)chain[i].n);
		if (x == NULL || sk_X509_push(stack, x) == 0) {
			X509_free(x);
			sk_X509_pop_free(stack, X509_free);
			return NULL;
		}
	}
	return stack;
}

static int verify(
	STACK_OF(X509) * stack, X509_STORE *store, X509_STORE_CTX *ctx, int64_t when, char *why, size_t size)
{
	if (X509_STORE_set_default_paths(store) != 1 ||
		X509_STORE_CTX_init(ctx, store, sk_X509_value(stack, 0), stack) != 1) {
		snprintf(why, size, "the authorities that this computer trusts cannot be read");
		return -1;
	}
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)when);
	X509_VERIFY_PARAM_set_depth(param, MAX_PATH_LEN);
	(void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
	if (X509_verify_cert(ctx) == 1) {
		snprintf(why, size, "%s", "");
		return 1;
	}
	snprintf(why, size, "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
	return 0;
}

static int trusted(const struct ts_tls_der *chain, size_t n, int64_t when, char *why, size_t size)
{
	int result = -1;
	if (n == 0 || OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) {
		return result;
	}
	STACK_OF(X509) *stack = read_chain(chain, n);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	if (stack != NULL && store != NULL && ctx != NULL) {
		result = verify(stack, store, ctx, when, why, size);
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_pop_free(stack, X509_free);
	ERR_clear_error();
	return result;
}

static bool thumbprints(const unsigned char *der, size_t n, unsigned char sha1[20], unsigned char sha256[32])
{
	return SHA1(der, n, sha1) != NULL && SHA256(der, n, sha256) != NULL;
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
	.trusted = trusted,
	.thumbprints = thumbprints,
};
