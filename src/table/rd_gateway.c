/* table/rd_gateway.c - whether a host is a Remote Desktop Gateway: HTTPS with the gateway's own verb ([MS-TSGU] 3.3.5.1), the schemes of its
 * 401, its certificate, and its names and clock from an NTLM challenge. No password, no third NTLM message; redirects are not followed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "decode/http.h"
#include "decode/ntlm.h"
#include "decode/tsrequest.h"
#include "decode/x509.h"
#include "os/os.h"
#include "os/tls.h"
#include "table/probe.h"
#include "table/rdp-ask.h"
#include "table/scan.h"
#include "table/schema.h"
#include "table/visits.h"

#define CONNECT_MS   3500
#define TLS_MS       5000
#define HTTP_MS      5000
#define BODY_MAX     65536 /* bytes of a body that are read over to keep the connection */
#define NTLM_HELLO   17    /* where the NEGOTIATE begins in ts_tsrequest_hello */
#define NTLM_HELLO_N (TS_TSREQUEST_HELLO - NTLM_HELLO)

struct gateway_answer {
	char state[32];
	char address[64], detail[1024], server[128], schemes[128], location[256];
	const char *transport; /* "http", "rpc"; NULL = no gateway */
	int status;
	bool has_names, has_skew;
	struct ts_ntlm ntlm;
	double skew_s, elapsed_ms;
	char tls_version[16], subject[512], findings[256];
	int64_t not_after; /* 0 = unknown */
	bool cut;          /* the check's time was over first: nothing is known */
	bool no_tls;       /* this program cannot speak TLS */
};

struct question {
	struct ts_scan *scan;
	const char *host;
	const struct ts_resolved *resolved;
	int port;
};

/* One connection. */
struct talk {
	const struct question *q;
	struct gateway_answer *a;
	struct ts_tls *tls;
	const atomic_bool *cancel;
	char guid[40];
	char in[TS_HTTP_MAX_HEAD + BODY_MAX];
	size_t n; /* bytes of the answer in `in` */
	double sent_at, answered_at;
	int64_t clock_ms; /* of this computer when the last request was sent */
};

static void say(struct gateway_answer *a, const char *state, const char *detail)
{
	(void)snprintf(a->state, sizeof(a->state), "%s", state);
	(void)snprintf(a->detail, sizeof(a->detail), "%s", detail != NULL ? detail : "");
}

/* --- HTTP --- */

/* Names of the states of a connection that ended without an answer. */
static void ended(struct talk *t, enum ts_tls_state state, bool own, const char *stage)
{
	static const struct {
		enum ts_tls_state state;
		const char *name, *words;
	} ends[] = {
		{ TS_TLS_CLOSED, "closed", "it closed the connection" },
		{ TS_TLS_RESET, "reset", "it reset the connection" },
		{ TS_TLS_TIMEOUT, "timeout", "it did not answer" },
		{ TS_TLS_REFUSED, "not-tls", "what it sent as TLS could not be read" },
		{ TS_TLS_ERROR, "error", "the connection failed" },
	};
	struct gateway_answer *a = t->a;
	a->cut = state == TS_TLS_CANCELLED || (state == TS_TLS_TIMEOUT && !own);
	for (size_t i = 0; i < TS_COUNT(ends); i++) {
		if (ends[i].state == state) {
			say(a, ends[i].name, NULL);
			(void)snprintf(a->detail, sizeof(a->detail), "%s %s", ends[i].words, stage);
		}
	}
	if (state == TS_TLS_ALERT) {
		const char *name = ts_tls_alert_name(ts_tls_alert(t->tls));
		(void)snprintf(a->state, sizeof(a->state), "alert-%d", ts_tls_alert(t->tls));
		(void)snprintf(a->detail, sizeof(a->detail), "it ended TLS with the alert %s",
			name != NULL ? name : "?");
	} else if (state == TS_TLS_NOT_TLS) {
		size_t n;
		struct ts_http_head head;
		const unsigned char *first = ts_tls_first(t->tls, &n);
		bool http = n > 5 && memcmp(first, "HTTP/", 5) == 0;
		(void)ts_http_parse((const char *)first, n, &head);
		a->status = http ? head.status : 0;
		say(a, http ? "plain" : "not-tls",
			http ? "it answers HTTP in clear text: TLS ends somewhere before it, or this is not "
			       "its HTTPS port"
			     : "it does not speak TLS");
	}
}

static void make_request(struct talk *t, const char *verb_and_path, const char *auth, struct ts_buf *out)
{
	bool v6 = strchr(t->q->host, ':') != NULL && t->q->host[0] != '[';
	ts_buf_printf(
		out, "%s HTTP/1.1\r\nHost: %s%s%s", verb_and_path, v6 ? "[" : "", t->q->host, v6 ? "]" : "");
	if (t->q->port != 443) {
		ts_buf_printf(out, ":%d", t->q->port);
	}
	ts_buf_printf(out, "\r\nAccept: */*\r\nCache-Control: no-cache\r\nRDG-Connection-Id: %s\r\n%s\r\n",
		t->guid, auth);
}

/* Read the body over, so that the next answer begins where the buffer does. False: the connection cannot be used again. */
static bool skip_body(struct talk *t, const struct ts_http_head *h, int64_t deadline)
{
	if (h->chunked || h->close || h->content_length > BODY_MAX || h->content_length < 0) {
		return false;
	}
	size_t want = h->length + (size_t)h->content_length;
	while (t->n < want) {
		size_t got;
		if (t->n == sizeof(t->in) || ts_tls_recv(t->tls, t->in + t->n, sizeof(t->in) - t->n, &got,
						     deadline, t->cancel) != TS_TLS_OK) {
			return false;
		}
		t->n += got;
	}
	t->n = 0; /* nothing was asked that more bytes could answer */
	return true;
}

/* A request and the head of its answer. False when none came: t->a says how it ended. */
static bool exchange(
	struct talk *t, const char *verb_and_path, const char *auth, struct ts_http_head *h, bool *again)
{
	struct ts_buf request;
	bool own;
	int64_t deadline = ts_probe_deadline(t->q->scan, HTTP_MS, &own);
	ts_buf_init(&request, 16384);
	make_request(t, verb_and_path, auth, &request);
	t->n = 0;
	t->sent_at = ts_os_mono_ms_f();
	t->clock_ms = ts_os_wall_ms();
	enum ts_tls_state state = ts_tls_send(t->tls, ts_buf_str(&request), request.len, deadline, t->cancel);
	ts_buf_finish(&request);
	h->state = TS_HTTP_MORE;
	while (state == TS_TLS_OK && h->state == TS_HTTP_MORE && t->n < TS_HTTP_MAX_HEAD + 1) {
		size_t got = 0;
		state = ts_tls_recv(
			t->tls, t->in + t->n, TS_HTTP_MAX_HEAD + 1 - t->n, &got, deadline, t->cancel);
		t->n += got;
		if (state == TS_TLS_OK) {
			(void)ts_http_parse(t->in, t->n, h);
		}
	}
	t->answered_at = ts_os_mono_ms_f();
	if (state != TS_TLS_OK) {
		ended(t, state, own, "before an HTTP answer");
		return false;
	}
	if (h->state != TS_HTTP_HEAD) {
		say(t->a, "not-http", h->why);
		return false;
	}
	*again = skip_body(t, h, deadline);
	return true;
}

/* --- what the answers mean --- */

static const struct {
	int status;
	const char *state, *words;
} statuses[] = {
	{ 401, "ok", "it is a gateway and wants a sign-in" },
	{ 403, "forbidden", "it forbids the access without asking for a sign-in" },
	{ 404, "missing", "a web server without the gateway role" },
	{ 405, "method", "a web server or a reverse proxy that does not know the gateway's verb" },
	{ 501, "method", "a web server or a reverse proxy that does not know the gateway's verb" },
	{ 502, "unavailable", "the service behind it does not answer" },
	{ 503, "unavailable", "the service behind it is down" },
	{ 504, "unavailable", "the service behind it does not answer" },
};

static void judge(struct gateway_answer *a, const struct ts_http_head *h)
{
	a->status = h->status;
	(void)snprintf(a->server, sizeof(a->server), "%s", h->server);
	(void)snprintf(a->schemes, sizeof(a->schemes), "%s", h->schemes);
	(void)snprintf(a->location, sizeof(a->location), "%s", h->location);
	if (h->status >= 300 && h->status < 400) {
		say(a, "portal", NULL);
		(void)snprintf(a->detail, sizeof(a->detail),
			"it sends the client elsewhere%s%s: a sign-in page or a proxy in the way",
			h->location[0] != '\0' ? ", to " : "", h->location);
		return;
	}
	for (size_t i = 0; i < TS_COUNT(statuses); i++) {
		if (statuses[i].status == h->status) {
			say(a, statuses[i].state, statuses[i].words);
			return;
		}
	}
	say(a, "other", NULL);
	(void)snprintf(
		a->detail, sizeof(a->detail), "HTTP %d %s: not an answer of a gateway", h->status, h->reason);
}

/* Names and clock, from the challenge that follows on an NTLM NEGOTIATE. */
static void ask_ntlm(struct talk *t, const char *verb_and_path)
{
	struct ts_http_head *h = ts_xcalloc(1, sizeof(*h));
	char token[4 * ((NTLM_HELLO_N + 2) / 3) + 1], auth[128];
	bool again;
	struct gateway_answer keep = *t->a;
	(void)ts_base64_encode(ts_tsrequest_hello + NTLM_HELLO, NTLM_HELLO_N, token);
	(void)snprintf(auth, sizeof(auth), "Authorization: NTLM %s\r\n", token);
	bool came = exchange(t, verb_and_path, auth, h, &again);
	*t->a = keep; /* what the first answer said stands, whatever became of the second */
	if (came && h->ntlm_n > 0 && ts_ntlm_parse(h->ntlm, h->ntlm_n, &t->a->ntlm)) {
		t->a->has_names = true;
		t->a->has_skew = t->a->ntlm.has_time;
		double half = (t->answered_at - t->sent_at) / 2;
		t->a->skew_s = ((double)(t->a->ntlm.time_ms - t->clock_ms) - half) / 1000.0;
	}
	free(h);
}

static void ask_http(struct talk *t)
{
	static const char http[] = "RDG_OUT_DATA /remoteDesktopGateway/";
	static const char rpc[] = "RPC_OUT_DATA /rpc/rpcproxy.dll?localhost:3388";
	struct ts_http_head *h = ts_xcalloc(1, sizeof(*h));
	const char *used = http;
	bool again = false;
	if (!exchange(t, http, "", h, &again)) {
		free(h);
		return;
	}
	judge(t->a, h);
	if ((h->status == 404 || h->status == 405) && again) {
		/* Gateways before Windows Server 2012 know only RPC over HTTP. */
		struct gateway_answer keep = *t->a;
		if (exchange(t, rpc, "", h, &again) && h->status == 401) {
			judge(t->a, h);
			used = rpc;
		} else {
			*t->a = keep;
		}
	}
	if (strcmp(t->a->state, "ok") == 0) {
		t->a->transport = used == http ? "http" : "rpc";
		if (again && ts_str_case_find(t->a->schemes, "NTLM") != NULL) {
			ask_ntlm(t, used);
		}
	}
	free(h);
}

/* --- the connection --- */

static void look_at_certificate(struct talk *t)
{
	const unsigned char *der;
	size_t n;
	struct ts_x509 c;
	struct gateway_answer *a = t->a;
	struct ts_arena *arena = ts_scan_arena(t->q->scan);
	(void)snprintf(a->tls_version, sizeof(a->tls_version), "%s", ts_tls_version(t->tls));
	if (!ts_tls_certificate(t->tls, 0, &der, &n) || !ts_x509_parse(der, n, arena, &c)) {
		return;
	}
	bool match = ts_rdp_name_match(&c, t->q->host);
	unsigned bits = ts_x509_findings(&c, ts_scan_as_of(t->q->scan), match);
	(void)snprintf(a->subject, sizeof(a->subject), "%s", c.subject != NULL ? c.subject : "");
	a->not_after = c.not_after;
	for (int f = 0; f < TS_X509_FINDINGS; f++) {
		size_t used = strlen(a->findings);
		if ((bits >> f & 1) != 0) {
			(void)snprintf(a->findings + used, sizeof(a->findings) - used, "%s%s",
				used > 0 ? "," : "", ts_x509_finding_name((enum ts_x509_finding)f));
		}
	}
}

static void make_guid(char out[40])
{
	unsigned char r[16] = { 0 };
	(void)ts_os_random(r, sizeof(r));
	r[6] = (unsigned char)((r[6] & 0x0F) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3F) | 0x80);
	(void)snprintf(out, 40, "{%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
		r[15]);
}

static void talk_tls(const struct question *q, struct ts_stream *stream, struct gateway_answer *a)
{
	struct ts_err err;
	struct ts_net_addr ip;
	struct talk *t = ts_xcalloc(1, sizeof(*t));
	struct ts_tls_options options = { .server_name = ts_net_parse(q->host, &ip) ? NULL : q->host };
	bool own;
	t->q = q;
	t->a = a;
	t->cancel = ts_scan_budget(q->scan)->cancel;
	t->tls = ts_tls_new(stream, &options, &err);
	make_guid(t->guid);
	if (t->tls == NULL) {
		a->no_tls = true;
		say(a, "error", err.text);
	} else {
		int64_t deadline = ts_probe_deadline(q->scan, TLS_MS, &own);
		enum ts_tls_state state = ts_tls_handshake(t->tls, deadline, t->cancel);
		if (state == TS_TLS_OK) {
			look_at_certificate(t);
			ask_http(t);
			ts_tls_bye(t->tls);
		} else {
			ended(t, state, own, "during the TLS handshake");
		}
	}
	ts_tls_free(t->tls);
	free(t);
}

/* A connection to the first address that takes one. */
static struct ts_stream *connect_first(const struct question *q, struct gateway_answer *a)
{
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct ts_budget *b = ts_scan_budget(q->scan);
	ts_probe_order(q->resolved, addrs);
	for (size_t i = 0; i < q->resolved->count && b->connections > 0; i++) {
		bool own;
		struct ts_connected c;
		b->connections--;
		struct ts_stream *s = ts_stream_open(
			&addrs[i], q->port, 0, ts_probe_deadline(q->scan, CONNECT_MS, &own), b->cancel, &c);
		int before = ts_visits_note(q->scan, addrs[i].text, q->port, s != NULL);
		(void)snprintf(a->address, sizeof(a->address), "%s", addrs[i].text);
		if (s != NULL) {
			return s;
		}
		const char *words = c.state == TS_CONNECT_TIMEOUT ? ts_visits_words(q->scan, before) : NULL;
		say(a, ts_connect_name(c.state), words != NULL ? words : c.detail);
		a->cut = c.state == TS_CONNECT_CANCELLED || (c.state == TS_CONNECT_TIMEOUT && !own);
		if (a->cut) {
			break;
		}
	}
	return NULL;
}

static void ask(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct gateway_answer *a = ts_xcalloc(1, sizeof(*a));
	double start = ts_os_mono_ms_f();
	struct ts_stream *s = connect_first(q, a);
	if (s != NULL) {
		talk_tls(q, s, a);
		ts_stream_close(s);
	}
	a->elapsed_ms = ts_os_mono_ms_f() - start;
	*out = (struct ts_probe_answer){ a, free, !a->cut };
}

/* --- rows --- */

static const char *or_null(const char *s)
{
	return s[0] != '\0' ? s : NULL;
}

static void show(struct ts_scan *s, const struct gateway_answer *a)
{
	char build[32];
	if (a->cut) {
		ts_probe_cut(s, "an answer");
		return;
	}
	if (a->no_tls || strcmp(a->state, "error") == 0) {
		ts_scan_saw(s, NULL, a->no_tls ? TS_SEEN_UNSUPPORTED : TS_SEEN_NOT_COLLECTED, a->detail);
		return;
	}
	ts_row_begin(s);
	ts_row_text(s, "state", a->state);
	ts_row_text(s, "address", or_null(a->address));
	if (a->status > 0) {
		ts_row_int(s, "http_status", a->status);
	}
	ts_row_text(s, "schemes", or_null(a->schemes));
	ts_row_text(s, "transport", a->transport);
	ts_row_text(s, "server_software", or_null(a->server));
	ts_row_text(s, "location", or_null(a->location));
	if (a->has_names) {
		const char *computer = or_null(a->ntlm.dns_computer);
		ts_row_text(s, "server_computer",
			computer != NULL ? computer : or_null(a->ntlm.netbios_computer));
		ts_row_text(s, "server_domain", or_null(a->ntlm.dns_domain));
		if (a->ntlm.has_version) {
			(void)snprintf(build, sizeof(build), "%d.%d.%d", a->ntlm.major, a->ntlm.minor,
				a->ntlm.build);
			ts_row_text(s, "server_build", build);
		}
	}
	if (a->has_skew) {
		ts_row_real(s, "clock_skew_s", a->skew_s);
	}
	ts_row_text(s, "tls_version", or_null(a->tls_version));
	ts_row_text(s, "subject", or_null(a->subject));
	if (a->not_after != 0) {
		ts_row_int(s, "not_after", a->not_after);
	}
	ts_row_text(s, "findings", or_null(a->findings));
	ts_row_real(s, "elapsed_ms", a->elapsed_ms);
	ts_row_text(s, "detail", or_null(a->detail));
	ts_row_end(s);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

void ts_fill_rd_gateway(struct ts_scan *s)
{
	struct ts_resolved r;
	struct question q = { .scan = s, .host = ts_scan_text(s, "host", 0), .resolved = &r };
	if (!ts_probe_ready(s, q.host, &q.port, &r)) {
		return;
	}
	const char *question = ts_arena_printf(ts_scan_arena(s), "gateway %s %d", q.host, q.port);
	const struct gateway_answer *a =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), ask, &q);
	if (a != NULL) {
		show(s, a);
	} else {
		ts_probe_cut(s, "an answer");
	}
	ts_probe_cache_release(ts_scan_probes(s), a);
}
