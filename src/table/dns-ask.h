/* table/dns-ask.h - the configured name servers, asked directly: all of them at once for both kinds of address, each outcome told apart. */
#ifndef TS_TABLE_DNS_ASK_H
#define TS_TABLE_DNS_ASK_H

#include <stdatomic.h>
#include "decode/dns.h"
#include "decode/resolvconf.h"

enum ts_dns_state {
	TS_DNS_FOUND,
	TS_DNS_NODATA,
	TS_DNS_NO_NAME,
	TS_DNS_SERVER_FAILED,
	TS_DNS_WAS_REFUSED,
	TS_DNS_SILENT,
	TS_DNS_BROKEN, /* the answer could not be read, or the server could not be reached */
	TS_DNS_CANCELLED
};
/* "found", "nodata", "nxdomain", "servfail", "refused", "timeout", "error", "cancelled". */
const char *ts_dns_state_name(enum ts_dns_state s);

/* What one server said about one type of record. */
struct ts_dns_answer {
	const char *server; /* its address */
	int type;           /* TS_DNS_A or TS_DNS_AAAA */
	enum ts_dns_state state;
	char name[TS_RESOLV_NAME_MAX]; /* that was asked for: host, or with a domain of the search list */
	struct ts_dns_reply reply;
	bool over_tcp;
	int retries; /* questions sent again */
	double elapsed_ms;
	char detail[160]; /* in words; "" when there is nothing to say */
};

#define TS_DNS_PORT 53

/* Ask every server of conf for host. Returns the number of answers in out: two for each server (A, AAAA), in their order.
 * The servers' addresses in the answers are conf's. */
size_t ts_dns_ask(const struct ts_resolvconf *conf, const char *host, int64_t deadline,
	const atomic_bool *cancel, struct ts_dns_answer out[2 * TS_RESOLV_SERVERS]);

#endif
