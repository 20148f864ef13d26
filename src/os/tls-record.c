/* os/tls-record.c - watching the records of a TLS handshake. */
#include "os/tls-record.h"

#include <string.h>
#include "base/alloc.h"

enum { CHANGE_CIPHER = 20, ALERT, HANDSHAKE, DATA };
#define FATAL              2
#define CLIENT_HELLO       1
#define SERVER_HELLO       2
#define SUPPORTED_VERSIONS 43

void ts_tls_watch_init(struct ts_tls_watch *w)
{
	memset(w, 0, sizeof(*w));
	w->alert = w->cipher = -1;
}

/* The number of the suite stands behind the message's head, the version, 32 random bytes and the session. */
static void read_hello(struct ts_tls_watch *w)
{
	const size_t session = 4 + 2 + 32;
	if (w->nbody <= session || w->body[0] != SERVER_HELLO) {
		return;
	}
	size_t at = session + 1 + w->body[session];
	if (at + 2 <= w->nbody) {
		w->cipher = w->body[at] << 8 | w->body[at + 1];
	}
}

static void end_record(struct ts_tls_watch *w)
{
	size_t length = (size_t)w->head[3] << 8 | w->head[4];
	switch (w->head[0]) {
	case ALERT:
		if (length == 2 && w->body[0] == FATAL) {
			w->alert = w->body[1];
		}
		break;
	case HANDSHAKE:
		if (w->cipher < 0) {
			read_hello(w);
		}
		break;
	default: w->over = true;
	}
	w->nhead = w->nbody = 0;
}

static void begin_record(struct ts_tls_watch *w)
{
	w->left = (size_t)w->head[3] << 8 | w->head[4];
	w->foreign = w->head[0] < CHANGE_CIPHER || w->head[0] > DATA || w->head[1] != 3;
	w->over = w->foreign;
	if (!w->over && w->left == 0) {
		end_record(w);
	}
}

void ts_tls_watch_feed(struct ts_tls_watch *w, const void *p, size_t n)
{
	const unsigned char *bytes = p;
	for (size_t i = 0; i < n && !w->over; i++) {
		if (w->nhead < sizeof(w->head)) {
			w->head[w->nhead++] = bytes[i];
			if (w->nhead == sizeof(w->head)) {
				begin_record(w);
			}
			continue;
		}
		if (w->nbody < sizeof(w->body)) {
			w->body[w->nbody++] = bytes[i];
		}
		if (--w->left == 0) {
			end_record(w);
		}
	}
}

/* --- what is offered --- */

struct reader {
	const unsigned char *p;
	size_t n;
	bool bad;
};

static size_t number(struct reader *r, size_t bytes)
{
	size_t v = 0;
	r->bad = r->bad || r->n < bytes;
	for (size_t i = 0; i < bytes && !r->bad; i++) {
		v = v << 8 | *r->p++;
		r->n--;
	}
	return v;
}

/* The next n bytes, to be read by themselves. */
static struct reader part(struct reader *r, size_t n)
{
	struct reader in = { r->p, n, false };
	r->bad = r->bad || r->n < n;
	if (r->bad) {
		return (struct reader){ .bad = true };
	}
	r->p += n;
	r->n -= n;
	return in;
}

/* The extension "supported_versions" (RFC 8446, 4.2.1); what is no version (RFC 8701) is left out. */
static int newest_of(struct reader *extension)
{
	struct reader list = part(extension, number(extension, 1));
	int newest = -1;
	while (list.n >= 2) {
		int v = (int)number(&list, 2);
		newest = v >= 0x0301 && v <= 0x0304 && v > newest ? v : newest;
	}
	return newest;
}

int ts_tls_offered(const void *p, size_t n)
{
	struct reader r = { p, n, false };
	if (number(&r, 1) != HANDSHAKE || number(&r, 2) >> 8 != 3) {
		return -1;
	}
	struct reader record = part(&r, number(&r, 2));
	if (number(&record, 1) != CLIENT_HELLO) {
		return -1;
	}
	struct reader hello = part(&record, number(&record, 3));
	int newest = (int)number(&hello, 2);
	(void)part(&hello, 32);
	(void)part(&hello, number(&hello, 1));
	(void)part(&hello, number(&hello, 2));
	(void)part(&hello, number(&hello, 1));
	if (hello.bad || r.bad || record.bad) {
		return -1;
	}
	struct reader extensions = hello.n > 0 ? part(&hello, number(&hello, 2)) : (struct reader){ .n = 0 };
	while (extensions.n > 0 && !extensions.bad) {
		size_t type = number(&extensions, 2);
		struct reader one = part(&extensions, number(&extensions, 2));
		if (type == SUPPORTED_VERSIONS && !one.bad) {
			return newest_of(&one);
		}
	}
	return hello.bad || extensions.bad ? -1 : newest;
}

const char *ts_tls_cipher_name(int cipher)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ 0x0004, "RC4-MD5" },
		{ 0x0005, "RC4-SHA" },
		{ 0x0009, "DES-CBC-SHA" },
		{ 0x000A, "DES-CBC3-SHA" },
		{ 0x0013, "DHE-DSS-DES-CBC3-SHA" },
		{ 0x0016, "DHE-RSA-DES-CBC3-SHA" },
		{ 0x002F, "AES128-SHA" },
		{ 0x0032, "DHE-DSS-AES128-SHA" },
		{ 0x0033, "DHE-RSA-AES128-SHA" },
		{ 0x0035, "AES256-SHA" },
		{ 0x0038, "DHE-DSS-AES256-SHA" },
		{ 0x0039, "DHE-RSA-AES256-SHA" },
		{ 0x003C, "AES128-SHA256" },
		{ 0x003D, "AES256-SHA256" },
		{ 0x0040, "DHE-DSS-AES128-SHA256" },
		{ 0x0067, "DHE-RSA-AES128-SHA256" },
		{ 0x006A, "DHE-DSS-AES256-SHA256" },
		{ 0x006B, "DHE-RSA-AES256-SHA256" },
		{ 0x009C, "AES128-GCM-SHA256" },
		{ 0x009D, "AES256-GCM-SHA384" },
		{ 0x009E, "DHE-RSA-AES128-GCM-SHA256" },
		{ 0x009F, "DHE-RSA-AES256-GCM-SHA384" },
		{ 0x00A2, "DHE-DSS-AES128-GCM-SHA256" },
		{ 0x00A3, "DHE-DSS-AES256-GCM-SHA384" },
		{ 0x1301, "TLS_AES_128_GCM_SHA256" },
		{ 0x1302, "TLS_AES_256_GCM_SHA384" },
		{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256" },
		{ 0xC007, "ECDHE-ECDSA-RC4-SHA" },
		{ 0xC008, "ECDHE-ECDSA-DES-CBC3-SHA" },
		{ 0xC009, "ECDHE-ECDSA-AES128-SHA" },
		{ 0xC00A, "ECDHE-ECDSA-AES256-SHA" },
		{ 0xC011, "ECDHE-RSA-RC4-SHA" },
		{ 0xC012, "ECDHE-RSA-DES-CBC3-SHA" },
		{ 0xC013, "ECDHE-RSA-AES128-SHA" },
		{ 0xC014, "ECDHE-RSA-AES256-SHA" },
		{ 0xC023, "ECDHE-ECDSA-AES128-SHA256" },
		{ 0xC024, "ECDHE-ECDSA-AES256-SHA384" },
		{ 0xC027, "ECDHE-RSA-AES128-SHA256" },
		{ 0xC028, "ECDHE-RSA-AES256-SHA384" },
		{ 0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256" },
		{ 0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384" },
		{ 0xC02F, "ECDHE-RSA-AES128-GCM-SHA256" },
		{ 0xC030, "ECDHE-RSA-AES256-GCM-SHA384" },
		{ 0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305" },
		{ 0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305" },
		{ 0xCCAA, "DHE-RSA-CHACHA20-POLY1305" },
	};
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		if (names[i].number == cipher) {
			return names[i].name;
		}
	}
	return NULL;
}
