/* decode/http.h - the head of an HTTP/1.x answer: status line and the headers that say what a gateway is. */
#ifndef TS_DECODE_HTTP_H
#define TS_DECODE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_HTTP_MAX_HEAD  16384 /* a longer head is no answer worth reading */
#define TS_HTTP_MAX_TOKEN 4096  /* bytes of a decoded authentication token */

enum ts_http_state {
	TS_HTTP_MORE, /* good so far, the end of the head has not come */
	TS_HTTP_BAD,  /* not HTTP */
	TS_HTTP_HEAD, /* complete */
};

struct ts_http_head {
	enum ts_http_state state;
	int status;                            /* 100 to 999; 0 while unknown */
	char reason[64];                       /* words behind the status */
	size_t length;                         /* bytes of the head with its blank line */
	int64_t content_length;                /* -1 when not said */
	bool chunked, close;                   /* how the body ends */
	char server[128];                      /* Server header, "" without one */
	char location[256];                    /* Location header */
	char schemes[128];                     /* of WWW-Authenticate, comma-separated, each once */
	unsigned char ntlm[TS_HTTP_MAX_TOKEN]; /* the token behind "NTLM" or "Negotiate" */
	size_t ntlm_n;
	char why[64]; /* bad: what is wrong */
};

/* Read the head of an answer from its first n bytes. The state is also returned. */
enum ts_http_state ts_http_parse(const char *p, size_t n, struct ts_http_head *out);

/* Base64 (RFC 4648). Decoding stops at the first wrong character: returns the bytes, or -1 when the text is not base64 as a whole
 * or does not fit. Encoding writes a NUL, too; out has room for 4 * ((n + 2) / 3) + 1. */
long ts_base64_decode(const char *p, size_t n, unsigned char *out, size_t room);
size_t ts_base64_encode(const unsigned char *p, size_t n, char *out);

#endif
