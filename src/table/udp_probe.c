/* table/udp_probe.c - whether the UDP side of RDP answers: an RDPEUDP SYN, at most three times, to the host's first address that can be
 * reached from here. */
#include <stdio.h>
#include <stdlib.h>
#include "base/alloc.h"
#include "decode/rdpeudp.h"
#include "os/dgram.h"
#include "os/os.h"
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"

#define TRIES     3    /* never more: a server answers a small datagram with a large one */
#define AGAIN_MS  1000 /* between two of them */
#define SETTLE_MS 300  /* how long the right answer may still follow a wrong one */

enum udp_state {
	UDP_OPEN,
	UDP_SILENT,
	UDP_CLOSED,
	UDP_BLOCKED,
	UDP_UNREACHABLE,
	UDP_MALFORMED,
	UDP_FAILED,
	UDP_CUT
};
static const char *const names[] = { [UDP_OPEN] = "open",
	[UDP_SILENT] = "no-answer",
	[UDP_CLOSED] = "closed",
	[UDP_BLOCKED] = "blocked",
	[UDP_UNREACHABLE] = "unreachable",
	[UDP_MALFORMED] = "malformed",
	[UDP_FAILED] = "error",
	[UDP_CUT] = "cut" };

struct udp_answer {
	enum udp_state state;
	char address[64], by[64], detail[256];
	int sent, path_mtu;
	unsigned version;
	double elapsed_ms;
};

struct question {
	struct ts_scan *scan;
	const struct ts_resolved *resolved;
	int port;
};

/* One conversation. */
struct talk {
	struct ts_dgram *d;
	struct udp_answer *a;
	uint32_t sequence;
	unsigned char syn[TS_RDPEUDP_MTU];
	size_t n;
	bool ended;
};

static void finish(struct talk *t, enum udp_state state, const char *detail)
{
	t->a->state = state;
	t->ended = true;
	if (detail != NULL) {
		(void)snprintf(t->a->detail, sizeof(t->a->detail), "%s", detail);
	}
}

/* What the network said instead of the host. */
static void on_error(struct talk *t, enum ts_dgram_state state, const struct ts_dgram_error *e)
{
	static const enum udp_state states[] = { [TS_DGRAM_CLOSED] = UDP_CLOSED,
		[TS_DGRAM_BLOCKED] = UDP_BLOCKED,
		[TS_DGRAM_UNREACHABLE] = UDP_UNREACHABLE,
		[TS_DGRAM_ERROR] = UDP_FAILED,
		[TS_DGRAM_CANCELLED] = UDP_CUT };
	if (state == TS_DGRAM_TOO_BIG) {
		/* The next one is sent in fragments. */
		t->a->path_mtu = e->path_mtu;
		return;
	}
	(void)snprintf(t->a->by, sizeof(t->a->by), "%s", e->by);
	finish(t, states[state], e->detail);
}

static void on_reply(struct talk *t, const unsigned char *p, size_t n, int64_t *deadline)
{
	struct ts_rdpeudp_reply r;
	if (ts_rdpeudp_parse(p, n, t->sequence, &r) == TS_RDPEUDP_SYN_ACK) {
		t->a->version = r.version;
		finish(t, UDP_OPEN, NULL);
		return;
	}
	if (t->a->state != UDP_MALFORMED) {
		int64_t soon = ts_os_mono_ms() + SETTLE_MS;
		*deadline = soon < *deadline ? soon : *deadline;
	}
	t->a->state = UDP_MALFORMED;
	(void)snprintf(
		t->a->detail, sizeof(t->a->detail), "%zu bytes came that are no right answer: %s", n, r.why);
}

/* Send, and take what comes until the deadline. False: the person cancelled, or it has ended. */
static bool try_once(struct talk *t, int64_t deadline, const atomic_bool *cancel)
{
	unsigned char reply[2048];
	struct ts_dgram_error e;
	size_t n;
	t->a->sent++;
	enum ts_dgram_state state = ts_dgram_send(t->d, t->syn, t->n, &e);
	if (state != TS_DGRAM_OK) {
		on_error(t, state, &e);
	}
	while (!t->ended) {
		state = ts_dgram_recv(t->d, reply, sizeof(reply), &n, deadline, cancel, &e);
		if (state == TS_DGRAM_OK) {
			on_reply(t, reply, n, &deadline);
		} else if (state == TS_DGRAM_TIMEOUT) {
			return t->a->state != UDP_MALFORMED;
		} else {
			on_error(t, state, &e);
			if (state == TS_DGRAM_TOO_BIG) {
				(void)ts_dgram_send(t->d, t->syn, t->n, &e);
			}
		}
	}
	return false;
}

static void talk_to(struct ts_scan *s, const struct ts_net_addr *addr, int port, struct udp_answer *a)
{
	enum ts_dgram_state state;
	struct ts_dgram_error e;
	struct talk t = { .a = a };
	bool own = true;
	double start = ts_os_mono_ms_f();
	*a = (struct udp_answer){ .state = UDP_SILENT };
	(void)snprintf(a->address, sizeof(a->address), "%s", addr->text);
	if (!ts_os_random(&t.sequence, sizeof(t.sequence))) {
		finish(&t, UDP_FAILED, "the system has no random numbers");
		return;
	}
	t.n = ts_rdpeudp_syn(t.sequence, t.syn);
	t.d = ts_dgram_open(addr, port, &state, &e);
	if (t.d == NULL) {
		on_error(&t, state, &e);
	}
	int64_t base = ts_os_mono_ms();
	for (int i = 1; i <= TRIES && !t.ended && own; i++) {
		int64_t deadline =
			ts_probe_deadline(s, (int)(base + (int64_t)i * AGAIN_MS - ts_os_mono_ms()), &own);
		if (!try_once(&t, deadline, ts_scan_budget(s)->cancel)) {
			break;
		}
	}
	ts_dgram_close(t.d);
	a->elapsed_ms = ts_os_mono_ms_f() - start;
	if (a->state == UDP_SILENT) {
		a->state = own ? UDP_SILENT : UDP_CUT;
		(void)snprintf(a->detail, sizeof(a->detail),
			"no answer to %d datagrams: UDP is filtered or switched off, which look alike from "
			"here; RDP "
			"goes on over TCP",
			a->sent);
	} else if (a->state == UDP_OPEN && a->sent > 1) {
		(void)snprintf(a->detail, sizeof(a->detail),
			"answered only the %s datagram: packets get lost", a->sent == 2 ? "second" : "third");
	}
}

static void ask(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct udp_answer *a = ts_xcalloc(1, sizeof(*a));
	ts_probe_order(q->resolved, addrs);
	for (size_t i = 0; i < q->resolved->count; i++) {
		talk_to(q->scan, &addrs[i], q->port, a);
		/* An address of a family that this computer cannot use says nothing about the host. */
		if (a->state != UDP_UNREACHABLE || a->by[0] != '\0') {
			break;
		}
	}
	ts_scan_budget(q->scan)->connections--;
	*out = (struct ts_probe_answer){ a, free, a->state != UDP_CUT && a->state != UDP_FAILED };
}

static void show(struct ts_scan *s, const struct udp_answer *a)
{
	if (a->state == UDP_CUT) {
		ts_probe_cut(s, "an answer");
		return;
	}
	if (a->state == UDP_FAILED) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "it could not be tried: %s", a->detail);
		return;
	}
	ts_row_begin(s);
	ts_row_text(s, "state", names[a->state]);
	ts_row_text(s, "address", a->address);
	ts_row_int(s, "retries", a->sent > 0 ? a->sent - 1 : 0);
	ts_row_text(s, "rejected_by", a->by[0] != '\0' ? a->by : NULL);
	if (a->version != 0) {
		ts_row_int(s, "version", a->version);
	}
	if (a->path_mtu > 0) {
		ts_row_int(s, "path_mtu", a->path_mtu);
	}
	ts_row_real(s, "elapsed_ms", a->elapsed_ms);
	ts_row_text(s, "detail", a->detail[0] != '\0' ? a->detail : NULL);
	ts_row_end(s);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

void ts_fill_udp_probe(struct ts_scan *s)
{
	struct ts_resolved r;
	struct question q = { .scan = s, .resolved = &r };
	const char *host = ts_scan_text(s, "host", 0);
	if (!ts_probe_ready(s, host, &q.port, &r)) {
		return;
	}
	const char *question = ts_arena_printf(ts_scan_arena(s), "udp %s %d", host, q.port);
	const struct udp_answer *a =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), ask, &q);
	if (a != NULL) {
		show(s, a);
	} else {
		ts_probe_cut(s, "an answer");
	}
	ts_probe_cache_release(ts_scan_probes(s), a);
}
