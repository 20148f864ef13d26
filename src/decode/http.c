/* decode/http.c - the head of an HTTP/1.x answer: status line and the headers that say what a gateway is. */
#include "decode/http.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/str.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

long ts_base64_decode(const char *p, size_t n, unsigned char *out, size_t room)
{
	while (n > 0 && p[n - 1] == '=') {
		n--;
	}
	uint32_t bits = 0;
	int have = 0;
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		const char *at = p[i] != '\0' ? strchr(alphabet, p[i]) : NULL;
		if (at == NULL) {
			return -1;
		}
		bits = (bits << 6 | (uint32_t)(at - alphabet)) & 0xFFFFFF;
		have += 6;
		if (have >= 8) {
			have -= 8;
			if (len == room) {
				return -1;
			}
			out[len++] = (unsigned char)(bits >> have);
		}
	}
	return (long)len;
}

size_t ts_base64_encode(const unsigned char *p, size_t n, char *out)
{
	size_t len = 0;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? p[i + 2] : 0);
		out[len++] = alphabet[v >> 18];
		out[len++] = alphabet[v >> 12 & 63];
		out[len++] = left > 1 ? alphabet[v >> 6 & 63] : '=';
		out[len++] = left > 2 ? alphabet[v & 63] : '=';
	}
	out[len] = '\0';
	return len;
}

/* --- headers --- */

static void copy(char *out, size_t room, struct ts_str s)
{
	size_t n = s.n < room - 1 ? s.n : room - 1;
	memcpy(out, s.p, n);
	out[n] = '\0';
}

static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || c == '.' || c == '+' || c == '!';
}

static bool str_case_is(struct ts_str s, const char *word)
{
	char text[32];
	if (s.n >= sizeof(text)) {
		return false;
	}
	copy(text, sizeof(text), s);
	return ts_str_case_eq(text, word);
}

/* Is the scheme on the list already? */
static bool listed(const char *list, const char *scheme)
{
	size_t n = strlen(scheme);
	for (const char *p = list; (p = ts_str_case_find(p, scheme)) != NULL; p++) {
		if ((p == list || p[-1] == ',') && (p[n] == ',' || p[n] == '\0')) {
			return true;
		}
	}
	return false;
}

static void add_scheme(struct ts_http_head *out, struct ts_str name)
{
	char scheme[32];
	size_t used = strlen(out->schemes);
	copy(scheme, sizeof(scheme), name);
	if (name.n > 0 && name.n < sizeof(scheme) && !listed(out->schemes, scheme) &&
		used + name.n + 2 <= sizeof(out->schemes)) {
		(void)snprintf(out->schemes + used, sizeof(out->schemes) - used, "%s%s", used > 0 ? "," : "",
			scheme);
	}
}

/* "NTLM TlRMTVNT..." or "Basic realm=..." - one challenge a line, as gateways send them. Where a proxy has joined several by
 * commas, a word that is followed by no "=" begins the next one. */
static void on_authenticate(struct ts_http_head *out, struct ts_str v)
{
	while (v.n > 0) {
		size_t word = 0;
		while (word < v.n && is_token_char(v.p[word])) {
			word++;
		}
		struct ts_str scheme = { v.p, word };
		struct ts_str rest = ts_str_trim((struct ts_str){ v.p + word, v.n - word });
		if (word > 0 && (rest.n == 0 || rest.p[0] != '=')) {
			add_scheme(out, scheme);
			size_t token = 0;
			while (token < rest.n && rest.p[token] != ',' && rest.p[token] != ' ') {
				token++;
			}
			if (out->ntlm_n == 0 &&
				(str_case_is(scheme, "NTLM") || str_case_is(scheme, "Negotiate"))) {
				long n = ts_base64_decode(rest.p, token, out->ntlm, sizeof(out->ntlm));
				out->ntlm_n = n > 0 ? (size_t)n : 0;
			}
		}
		size_t next = 0;
		bool quoted = false;
		while (next < v.n && (quoted || v.p[next] != ',')) {
			quoted ^= v.p[next++] == '"';
		}
		next += next < v.n;
		v = ts_str_trim((struct ts_str){ v.p + next, v.n - next });
	}
}

static void on_length(struct ts_http_head *out, struct ts_str v)
{
	char text[24];
	int64_t n;
	copy(text, sizeof(text), v);
	if (v.n < sizeof(text) && ts_parse_int(text, 0, INT64_MAX, &n)) {
		out->content_length = n;
	}
}

static void on_encoding(struct ts_http_head *out, struct ts_str v)
{
	out->chunked = out->chunked || !str_case_is(v, "identity");
}

static void on_connection(struct ts_http_head *out, struct ts_str v)
{
	out->close = out->close || str_case_is(v, "close");
}

static void on_server(struct ts_http_head *out, struct ts_str v)
{
	copy(out->server, sizeof(out->server), v);
}

static void on_location(struct ts_http_head *out, struct ts_str v)
{
	copy(out->location, sizeof(out->location), v);
}

static const struct {
	const char *name;
	void (*on)(struct ts_http_head *out, struct ts_str value);
} headers[] = {
	{ "connection", on_connection },
	{ "content-length", on_length },
	{ "location", on_location },
	{ "server", on_server },
	{ "transfer-encoding", on_encoding },
	{ "www-authenticate", on_authenticate },
};

static bool header(struct ts_http_head *out, struct ts_str line)
{
	const char *colon = memchr(line.p, ':', line.n);
	if (colon == NULL) {
		return line.p[0] == ' ' || line.p[0] == '\t'; /* the old way to go on with the line before */
	}
	struct ts_str name = { line.p, (size_t)(colon - line.p) };
	struct ts_str value = ts_str_trim((struct ts_str){ colon + 1, line.n - name.n - 1 });
	for (size_t i = 0; i < TS_COUNT(headers); i++) {
		if (str_case_is(name, headers[i].name)) {
			headers[i].on(out, value);
		}
	}
	return name.n > 0;
}

/* "HTTP/1.1 401 Unauthorized" */
static bool status_line(struct ts_http_head *out, struct ts_str line)
{
	const char *p = line.p;
	if (line.n < 12 || memcmp(p, "HTTP/1.", 7) != 0 || p[7] < '0' || p[7] > '9' || p[8] != ' ') {
		return false;
	}
	int status = 0;
	for (int i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9') {
			return false;
		}
		status = status * 10 + (p[i] - '0');
	}
	if (status < 100 || (line.n > 12 && p[12] != ' ')) {
		return false;
	}
	out->status = status;
	copy(out->reason, sizeof(out->reason), ts_str_trim((struct ts_str){ p + 12, line.n - 12 }));
	return true;
}

static enum ts_http_state bad(struct ts_http_head *out, const char *why)
{
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
	return out->state = TS_HTTP_BAD;
}

/* Could these bytes be the beginning of a status line? */
static bool may_begin(const char *p, size_t n)
{
	static const char begin[] = "HTTP/1.";
	size_t len = sizeof(begin) - 1;
	return memcmp(p, begin, n < len ? n : len) == 0;
}

enum ts_http_state ts_http_parse(const char *p, size_t n, struct ts_http_head *out)
{
	*out = (struct ts_http_head){ .state = TS_HTTP_MORE, .content_length = -1 };
	if (!may_begin(p, n)) {
		return bad(out, "does not begin as an HTTP/1 answer does");
	}
	size_t at = 0;
	for (bool first = true;; first = false) {
		const char *end = at < n ? memchr(p + at, '\n', n - at) : NULL;
		if (end == NULL || at > TS_HTTP_MAX_HEAD) {
			return n > TS_HTTP_MAX_HEAD ? bad(out, "the head is too long") : out->state;
		}
		struct ts_str line = { p + at, (size_t)(end - (p + at)) };
		at = (size_t)(end - p) + 1;
		line.n -= line.n > 0 && line.p[line.n - 1] == '\r';
		if (first && !status_line(out, line)) {
			return bad(out, "the status line is none");
		}
		if (!first && line.n == 0) {
			out->length = at;
			return out->state = TS_HTTP_HEAD;
		}
		if (!first && !header(out, line)) {
			return bad(out, "a header line without a colon");
		}
	}
}
