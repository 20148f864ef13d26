/* table/dns_lookup.c - addresses of a host by the system's resolver and by the configured name servers asked directly; how it failed
 * to resolve is a row, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "os/os.h"
#include "os/thread.h"
#include "table/dns-ask.h"
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"

#define SERVERS_MS 4000 /* for the name servers, all together */
#define RESOLVCONF "/etc/resolv.conf"
#define HOSTS      "/etc/hosts"
#define FILE_MAX   ((size_t)1 << 20)

/* The name servers' part of a look-up, made beside the system's. */
struct servers {
	char host[TS_RESOLV_NAME_MAX];
	struct ts_resolvconf conf;
	struct ts_dns_answer answers[2 * TS_RESOLV_SERVERS];
	size_t n;
	struct ts_err err;
	const char *why; /* not asked: the reason, where that is in order */
	const char *gap; /* not asked: the reason, where something is missed */
};

/* A look-up from both sides. */
struct lookup {
	struct ts_scan *s;
	const char *host, *question;
	bool system, server; /* which sides are wanted */
	struct ts_resolved r;
	const struct servers *servers; /* the run's: asked once */
	struct ts_buf hosts;           /* the hosts file */
	bool hosts_read;
};

/* --- rows --- */

/* The state column where it differs from the resolver's own name of the state. */
static const char *state_name(enum ts_resolve_state state)
{
	/* The system's resolver does not tell SERVFAIL from a server that kept silent. */
	return state == TS_RESOLVE_AGAIN ? "error" : ts_resolve_name(state);
}

static bool same_address(
	const struct ts_net_addr *a, const struct ts_dns_answer *from, const struct ts_dns_addr *b)
{
	bool v6 = from->type == TS_DNS_AAAA;
	return (a->family == TS_NET_IPV6) == v6 && memcmp(a->bytes, b->bytes, v6 ? 16 : 4) == 0;
}

/* Did a name server give this address? *answered: at least one gave an answer at all for its family. */
static bool servers_gave(const struct servers *v, const struct ts_net_addr *a, bool *answered)
{
	*answered = false;
	for (size_t i = 0; v != NULL && i < v->n; i++) {
		const struct ts_dns_answer *from = &v->answers[i];
		if ((from->type == TS_DNS_AAAA) != (a->family == TS_NET_IPV6)) {
			continue;
		}
		*answered |= from->state == TS_DNS_FOUND || from->state == TS_DNS_NO_NAME ||
			     from->state == TS_DNS_NODATA;
		for (size_t k = 0; k < from->reply.count; k++) {
			if (from->state == TS_DNS_FOUND && same_address(a, from, &from->reply.addrs[k])) {
				return true;
			}
		}
	}
	return false;
}

static void add_system(struct lookup *l, const struct ts_net_addr *a)
{
	struct ts_scan *s = l->s;
	const struct ts_resolved *r = &l->r;
	const char *detail = r->detail[0] != '\0' ? r->detail : NULL;
	ts_row_begin(s);
	ts_row_text(s, "state", state_name(r->state));
	ts_row_text(s, "source", "system");
	ts_row_real(s, "elapsed_ms", r->elapsed_ms);
	ts_row_text(s, "canonical_name", r->canonical[0] != '\0' ? r->canonical : NULL);
	if (a != NULL) {
		ts_row_text(s, "address", a->text);
		ts_row_int(s, "family", a->family);
		ts_row_text(s, "record_type",
			r->literal                 ? "literal"
			: a->family == TS_NET_IPV6 ? "AAAA"
						   : "A");
	}
	if (a != NULL && l->hosts_read && !r->literal) {
		bool answered;
		bool in_hosts = ts_hosts_names(ts_buf_str(&l->hosts), l->hosts.len, l->host, a->text);
		ts_row_int(s, "hosts_file", in_hosts);
		if (!servers_gave(l->servers, a, &answered) && answered) {
			detail = in_hosts ? "it stands in the hosts file of this computer; the name servers "
					    "do not say so"
					  : "the name servers that were asked directly do not say so";
		}
	}
	ts_row_text(s, "detail", detail);
	ts_row_end(s);
}

static void add_server(
	struct ts_scan *s, const char *host, const struct ts_dns_answer *a, const struct ts_dns_addr *addr)
{
	char text[96], detail[480] = "";
	struct ts_net_addr ip = { .family = a->type == TS_DNS_AAAA ? TS_NET_IPV6 : TS_NET_IPV4 };
	ts_row_begin(s);
	ts_row_text(s, "state", ts_dns_state_name(a->state));
	ts_row_text(s, "source", "server");
	ts_row_text(s, "server", a->server);
	ts_row_text(s, "record_type", a->type == TS_DNS_AAAA ? "AAAA" : "A");
	ts_row_real(s, "elapsed_ms", a->elapsed_ms);
	ts_row_text(s, "canonical_name", a->reply.canonical[0] != '\0' ? a->reply.canonical : NULL);
	if (addr != NULL) {
		memcpy(ip.bytes, addr->bytes, sizeof(ip.bytes));
		ts_net_format(&ip);
		ts_row_text(s, "address", ip.text);
		ts_row_int(s, "family", ip.family);
		ts_row_int(s, "ttl", addr->ttl);
	}
	text[0] = '\0';
	if (a->retries > 0) {
		(void)snprintf(text, sizeof(text), "; asked %d times", a->retries + 1);
	}
	if (a->over_tcp) {
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "; over TCP");
	}
	bool other = !ts_str_case_eq(a->name, host);
	(void)snprintf(detail, sizeof(detail), "%s%s%s%s", a->detail, other ? "; asked for " : "",
		other ? a->name : "", text);
	const char *words = detail[0] == ';' ? detail + 2 : detail;
	ts_row_text(s, "detail", words[0] != '\0' ? words : NULL);
	ts_row_end(s);
}

static void add_rows(struct lookup *l)
{
	for (size_t i = 0; l->system && i < l->r.count; i++) {
		add_system(l, &l->r.addrs[i]);
	}
	if (l->system && l->r.count == 0) {
		add_system(l, NULL);
	}
	for (size_t i = 0; l->servers != NULL && i < l->servers->n; i++) {
		const struct ts_dns_answer *a = &l->servers->answers[i];
		for (size_t k = 0; a->state == TS_DNS_FOUND && k < a->reply.count; k++) {
			add_server(l->s, l->host, a, &a->reply.addrs[k]);
		}
		if (a->state != TS_DNS_FOUND && a->state != TS_DNS_CANCELLED) {
			add_server(l->s, l->host, a, NULL);
		}
	}
}

/* --- asking --- */

/* RFC 6761: localhost never leaves the computer. */
static bool is_localhost(const char *host)
{
	char bare[TS_RESOLV_NAME_MAX];
	size_t n = strlen(host);
	n -= n > 0 && host[n - 1] == '.';
	if (n >= sizeof(bare)) {
		return false;
	}
	memcpy(bare, host, n);
	bare[n] = '\0';
	return ts_str_case_eq(bare, "localhost") || (n > 10 && ts_str_case_eq(bare + n - 10, ".localhost"));
}

/* Read which servers there are; false (why or gap) when none is to be asked. */
static bool prepare(struct servers *v, const char *host)
{
	struct ts_net_addr literal;
	struct ts_buf b;
	if (ts_net_parse(host, &literal)) {
		v->why = "an address is not looked up";
	} else if (is_localhost(host)) {
		v->why = "this name never leaves the computer";
	} else if (strlen(host) >= sizeof(v->host)) {
		v->why = "no name server can be asked for a name of that length";
	} else {
		ts_buf_init(&b, FILE_MAX);
		(void)snprintf(v->host, sizeof(v->host), "%s", host);
		if (ts_os_read_file(RESOLVCONF, &b, &v->err)) {
			ts_resolvconf_parse(ts_buf_str(&b), b.len, &v->conf);
			v->why = v->conf.nservers == 0 ? "no name server is configured in " RESOLVCONF : NULL;
		} else {
			v->gap = v->err.text;
		}
		ts_buf_finish(&b);
	}
	return v->why == NULL && v->gap == NULL;
}

static bool cut_short(const struct servers *v, const struct ts_budget *b)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->answers[i].state == TS_DNS_CANCELLED ||
			(v->answers[i].state == TS_DNS_SILENT && ts_budget_check(b) != TS_BUDGET_OK)) {
			return true;
		}
	}
	return false;
}

static void put_question(void *ctx, struct ts_probe_answer *out)
{
	const struct lookup *l = ctx;
	struct servers *v = ts_xcalloc(1, sizeof(*v));
	bool own;
	if (prepare(v, l->host)) {
		int64_t deadline = ts_probe_deadline(l->s, SERVERS_MS, &own);
		v->n = ts_dns_ask(&v->conf, v->host, deadline, ts_scan_budget(l->s)->cancel, v->answers);
	}
	*out = (struct ts_probe_answer){ v, free, !cut_short(v, ts_scan_budget(l->s)) };
}

static void ask_servers(void *arg)
{
	struct lookup *l = arg;
	l->servers =
		ts_probe_cache_get(ts_scan_probes(l->s), l->question, ts_scan_budget(l->s), put_question, l);
}

/* Both sides at the same time: each may take seconds. False: the check's time was over, the ledger knows. */
static bool ask(struct lookup *l)
{
	/* The arena is not for two threads: the question is made before. */
	l->question = ts_arena_printf(ts_scan_arena(l->s), "dns %s", l->host);
	struct ts_thread *t = l->server && l->system ? ts_thread_start(ask_servers, l) : NULL;
	if (l->server && t == NULL) {
		ask_servers(l);
	}
	bool ok = !l->system || ts_probe_resolve(l->s, l->host, &l->r);
	if (t != NULL) {
		ts_thread_join(t);
	}
	if (ok && l->server && l->servers == NULL) {
		ts_probe_cut(l->s, "the name servers answered");
		return false;
	}
	return ok;
}

/* --- the ledger --- */

static void report(struct lookup *l)
{
	struct ts_scan *s = l->s;
	const struct servers *v = l->servers;
	if (l->system && l->r.state == TS_RESOLVE_ERROR) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name could not be looked up: %s", l->r.detail);
	} else if (v != NULL && v->gap != NULL) {
		ts_scan_sawf(s, l->system ? TS_SEEN_PARTIAL : TS_SEEN_NOT_COLLECTED,
			"which name servers there are could not be read: %s", v->gap);
	} else if (v != NULL && cut_short(v, ts_scan_budget(s))) {
		ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT, "the check ended before the name servers answered");
	} else if (l->system && l->r.more) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "there are more addresses");
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, v != NULL ? v->why : NULL);
	}
}

void ts_fill_dns_lookup(struct ts_scan *s)
{
	struct lookup l = { .s = s, .host = ts_scan_text(s, "host", 0) };
	struct ts_err err;
	l.system = ts_scan_allows_text(s, "source", "system");
	l.server = ts_scan_allows_text(s, "source", "server");
	ts_buf_init(&l.hosts, FILE_MAX);
	l.hosts_read = l.system && ts_os_read_file(HOSTS, &l.hosts, &err);
	if (ask(&l)) {
		add_rows(&l);
		report(&l);
	}
	ts_buf_finish(&l.hosts);
	ts_probe_cache_release(ts_scan_probes(s), l.servers);
}
