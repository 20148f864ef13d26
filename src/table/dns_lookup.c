/* table/dns_lookup.c - addresses of a host by the system's resolver; how it failed to resolve is a row,
 * too. */
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"

/* The state column where it differs from the resolver's own name of the state. */
static const char *state_name(enum ts_resolve_state state)
{
	/* The system's resolver does not tell SERVFAIL from a server that kept silent. */
	return state == TS_RESOLVE_AGAIN ? "error" : ts_resolve_name(state);
}

static void add_row(struct ts_scan *s, const struct ts_resolved *r, const struct ts_net_addr *a)
{
	ts_row_begin(s);
	ts_row_text(s, "state", state_name(r->state));
	ts_row_text(s, "source", "system");
	ts_row_real(s, "elapsed_ms", r->elapsed_ms);
	ts_row_text(s, "canonical_name", r->canonical[0] != '\0' ? r->canonical : NULL);
	ts_row_text(s, "detail", r->detail[0] != '\0' ? r->detail : NULL);
	if (a != NULL) {
		ts_row_text(s, "address", a->text);
		ts_row_int(s, "family", a->family);
		ts_row_text(s, "record_type",
			r->literal                 ? "literal"
			: a->family == TS_NET_IPV6 ? "AAAA"
						   : "A");
	}
	ts_row_end(s);
}

void ts_fill_dns_lookup(struct ts_scan *s)
{
	struct ts_resolved r;
	if (!ts_scan_allows_text(s, "source", "system")) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "asking a name server directly is not available");
		return;
	}
	if (!ts_probe_resolve(s, ts_scan_text(s, "host", 0), &r)) {
		return;
	}
	for (size_t i = 0; i < r.count; i++) {
		add_row(s, &r, &r.addrs[i]);
	}
	if (r.count == 0) {
		add_row(s, &r, NULL);
	}
	if (r.state == TS_RESOLVE_ERROR) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name could not be looked up: %s", r.detail);
	} else {
		ts_scan_saw(s, NULL, r.more ? TS_SEEN_PARTIAL : TS_SEEN_READ,
			r.more ? "there are more addresses" : NULL);
	}
}
