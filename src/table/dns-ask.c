/* table/dns-ask.c - the configured name servers, asked directly: all of them at once for both kinds of address. */
#include "table/dns-ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "os/dgram.h"
#include "os/os.h"
#include "os/stream.h"

#define MAX_QUERIES (2 * TS_RESOLV_SERVERS)
#define UDP_ROOM    4096 /* servers send 512 bytes to a question without EDNS; some send more */

/* When a question that stays without an answer is sent again, milliseconds after the first one. */
static const int again_ms[] = { 1000, 2500 };

/* A question on its way. */
struct query {
	struct ts_dns_answer *answer;
	struct ts_net_addr addr;
	struct ts_dgram *dgram; /* NULL when it is over */
	uint16_t id;
	unsigned char bytes[TS_DNS_MAX_QUERY];
	size_t n;
	double start;
};

const char *ts_dns_state_name(enum ts_dns_state s)
{
	static const char *const names[] = { [TS_DNS_FOUND] = "found",
		[TS_DNS_NODATA] = "nodata",
		[TS_DNS_NO_NAME] = "nxdomain",
		[TS_DNS_SERVER_FAILED] = "servfail",
		[TS_DNS_WAS_REFUSED] = "refused",
		[TS_DNS_SILENT] = "timeout",
		[TS_DNS_BROKEN] = "error",
		[TS_DNS_CANCELLED] = "cancelled" };
	return names[s];
}

static void end(struct query *q, enum ts_dns_state state, const char *detail)
{
	ts_dgram_close(q->dgram);
	q->dgram = NULL;
	q->answer->state = state;
	q->answer->elapsed_ms = ts_os_mono_ms_f() - q->start;
	if (detail != NULL) {
		(void)snprintf(q->answer->detail, sizeof(q->answer->detail), "%s", detail);
	}
}

/* The reply is the last word: what does it say? */
static void conclude(struct query *q)
{
	static const struct {
		int rcode;
		enum ts_dns_state state;
	} states[] = {
		{ TS_DNS_SERVFAIL, TS_DNS_SERVER_FAILED },
		{ TS_DNS_NXDOMAIN, TS_DNS_NO_NAME },
		{ TS_DNS_REFUSED, TS_DNS_WAS_REFUSED },
	};
	const struct ts_dns_reply *r = &q->answer->reply;
	if (r->kind == TS_DNS_MALFORMED) {
		end(q, TS_DNS_BROKEN, r->why);
		return;
	}
	if (r->rcode == TS_DNS_NOERROR) {
		end(q,
			r->loop        ? TS_DNS_SERVER_FAILED
			: r->count > 0 ? TS_DNS_FOUND
				       : TS_DNS_NODATA,
			r->loop ? "the aliases lead in a circle" : NULL);
		return;
	}
	char words[64];
	const char *name = ts_dns_rcode_name(r->rcode);
	(void)snprintf(words, sizeof(words), name != NULL ? "%s" : "answer code %s%d",
		name != NULL ? name : "", r->rcode);
	for (size_t i = 0; i < TS_COUNT(states); i++) {
		if (states[i].rcode == r->rcode) {
			end(q, states[i].state, words);
			return;
		}
	}
	end(q, TS_DNS_BROKEN, words);
}

/* The same question over TCP, where the datagram held only a part. */
static void ask_tcp(struct query *q, int64_t deadline, const atomic_bool *cancel)
{
	struct ts_connected how;
	unsigned char head[2] = { (unsigned char)(q->n >> 8), (unsigned char)q->n };
	size_t got = 0;
	q->answer->over_tcp = true;
	struct ts_stream *s = ts_stream_open(&q->addr, TS_DNS_PORT, 0, deadline, cancel, &how);
	if (s == NULL) {
		char words[160];
		(void)snprintf(words, sizeof(words),
			"the answer was cut short, and the server takes no TCP: %.80s", how.detail);
		end(q, how.state == TS_CONNECT_CANCELLED ? TS_DNS_CANCELLED : TS_DNS_BROKEN, words);
		return;
	}
	unsigned char *reply = NULL;
	enum ts_stream_state state = ts_stream_send(s, head, sizeof(head), deadline, cancel);
	state = state == TS_STREAM_OK ? ts_stream_send(s, q->bytes, q->n, deadline, cancel) : state;
	state = state == TS_STREAM_OK ? ts_stream_recv_all(s, head, sizeof(head), &got, deadline, cancel)
				      : state;
	size_t size = (size_t)head[0] << 8 | head[1];
	if (state == TS_STREAM_OK) {
		reply = ts_xmalloc(size + 1);
		state = ts_stream_recv_all(s, reply, size, &got, deadline, cancel);
	}
	ts_stream_close(s);
	if (state != TS_STREAM_OK) {
		char words[96];
		(void)snprintf(words, sizeof(words), "the answer was cut short, and over TCP: %s",
			ts_stream_name(state));
		end(q, state == TS_STREAM_CANCELLED ? TS_DNS_CANCELLED : TS_DNS_BROKEN, words);
	} else if (ts_dns_parse(reply, size, q->answer->name, q->answer->type, q->id, &q->answer->reply) ==
		   TS_DNS_FOREIGN) {
		end(q, TS_DNS_BROKEN, q->answer->reply.why);
	} else {
		conclude(q);
	}
	free(reply);
}

/* Begin to ask; q->dgram is NULL when that was all. */
static void begin(struct query *q, const char *name)
{
	struct ts_dns_answer *a = q->answer;
	enum ts_dgram_state state;
	struct ts_dgram_error e;
	q->start = ts_os_mono_ms_f();
	a->detail[0] = '\0';
	(void)snprintf(a->name, sizeof(a->name), "%s", name);
	if (!ts_net_parse(a->server, &q->addr)) {
		end(q, TS_DNS_BROKEN, "the configured name server is no address");
		return;
	}
	if (!ts_os_random(&q->id, sizeof(q->id)) ||
		(q->n = ts_dns_query(name, a->type, q->id, q->bytes)) == 0) {
		end(q, TS_DNS_BROKEN, "the name cannot be asked for");
		return;
	}
	q->dgram = ts_dgram_open(&q->addr, TS_DNS_PORT, &state, &e);
	if (q->dgram == NULL || (state = ts_dgram_send(q->dgram, q->bytes, q->n, &e)) != TS_DGRAM_OK) {
		end(q, TS_DNS_BROKEN, e.detail);
	}
}

/* Take what has come for a question. */
static void receive(struct query *q, int64_t deadline, const atomic_bool *cancel)
{
	unsigned char bytes[UDP_ROOM];
	size_t n;
	struct ts_dgram_error e;
	enum ts_dgram_state state =
		ts_dgram_recv(q->dgram, bytes, sizeof(bytes), &n, ts_os_mono_ms(), NULL, &e);
	if (state == TS_DGRAM_TIMEOUT) {
		return;
	}
	if (state != TS_DGRAM_OK) {
		end(q, TS_DNS_BROKEN,
			state == TS_DGRAM_CLOSED ? "no name server runs there (ICMP: port unreachable)"
						 : e.detail);
		return;
	}
	struct ts_dns_reply *r = &q->answer->reply;
	if (ts_dns_parse(bytes, n, q->answer->name, q->answer->type, q->id, r) == TS_DNS_FOREIGN) {
		/* Not to be believed; the right one may still come. */
		(void)snprintf(q->answer->detail, sizeof(q->answer->detail),
			"only an answer that is not to be believed came: %s", r->why);
	} else if (r->truncated) {
		ask_tcp(q, deadline, cancel);
	} else {
		conclude(q);
	}
}

static void send_again(struct query *qs, size_t count)
{
	struct ts_dgram_error e;
	for (size_t i = 0; i < count; i++) {
		if (qs[i].dgram != NULL) {
			qs[i].answer->retries++;
			(void)ts_dgram_send(qs[i].dgram, qs[i].bytes, qs[i].n, &e);
		}
	}
}

/* Wait for all questions of one round. */
static void collect(struct query *qs, size_t count, int64_t deadline, const atomic_bool *cancel)
{
	int64_t start = ts_os_mono_ms();
	size_t sent = 0;
	for (;;) {
		struct ts_dgram *waiting[MAX_QUERIES] = { NULL };
		size_t left = 0;
		for (size_t i = 0; i < count; i++) {
			waiting[i] = qs[i].dgram;
			left += qs[i].dgram != NULL;
		}
		if (left == 0) {
			return;
		}
		int64_t next = sent < TS_COUNT(again_ms) ? start + again_ms[sent] : deadline;
		next = next < deadline ? next : deadline;
		int i = ts_dgram_wait(waiting, count, next, cancel);
		if (i >= 0) {
			receive(&qs[i], deadline, cancel);
		} else if (cancel != NULL && atomic_load(cancel)) {
			break;
		} else if (ts_os_mono_ms() >= deadline) {
			break;
		} else {
			send_again(qs, count);
			sent++;
		}
	}
	bool stopped = cancel != NULL && atomic_load(cancel);
	for (size_t i = 0; i < count; i++) {
		if (qs[i].dgram != NULL) {
			end(&qs[i], stopped ? TS_DNS_CANCELLED : TS_DNS_SILENT,
				qs[i].answer->detail[0] != '\0' ? NULL : "no answer");
		}
	}
}

/* Should this server be asked for the next name of the search list? */
static bool goes_on(const struct ts_dns_answer *a, const struct ts_dns_answer *b)
{
	bool none = (a->state == TS_DNS_NO_NAME || a->state == TS_DNS_NODATA) &&
		    (b->state == TS_DNS_NO_NAME || b->state == TS_DNS_NODATA);
	return none;
}

size_t ts_dns_ask(const struct ts_resolvconf *conf, const char *host, int64_t deadline,
	const atomic_bool *cancel, struct ts_dns_answer out[MAX_QUERIES])
{
	struct query *qs = ts_xcalloc(MAX_QUERIES, sizeof(*qs));
	char name[TS_RESOLV_NAME_MAX];
	size_t count = 2 * conf->nservers;
	for (size_t i = 0; i < count; i++) {
		out[i] = (struct ts_dns_answer){ .server = conf->servers[i / 2],
			.type = i % 2 == 0 ? TS_DNS_A : TS_DNS_AAAA,
			.state = TS_DNS_NO_NAME };
	}
	for (size_t c = 0; ts_resolvconf_candidate(conf, host, c, name); c++) {
		size_t n = 0;
		for (size_t i = 0; i < count; i += 2) {
			/* The first "no data" is the better word than a later "no such name". */
			bool nodata =
				c > 0 && (out[i].state == TS_DNS_NODATA || out[i + 1].state == TS_DNS_NODATA);
			if (!goes_on(&out[i], &out[i + 1]) || nodata) {
				continue;
			}
			for (size_t k = 0; k < 2; k++) {
				qs[n] = (struct query){ .answer = &out[i + k] };
				begin(&qs[n++], name);
			}
		}
		if (n == 0) {
			break;
		}
		collect(qs, n, deadline, cancel);
	}
	free(qs);
	return count;
}
