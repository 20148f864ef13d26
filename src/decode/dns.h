/* decode/dns.h - DNS messages (RFC 1035, 3596): a question for addresses as bytes, and the bytes that came back as a struct. */
#ifndef TS_DECODE_DNS_H
#define TS_DECODE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_DNS_A = 1, TS_DNS_CNAME = 5, TS_DNS_AAAA = 28 }; /* record types */
enum {
	TS_DNS_NOERROR = 0,
	TS_DNS_FORMERR = 1,
	TS_DNS_SERVFAIL = 2,
	TS_DNS_NXDOMAIN = 3,
	TS_DNS_NOTIMP = 4,
	TS_DNS_REFUSED = 5
};

#define TS_DNS_MAX_QUERY   272 /* header, a name of 255 bytes, type and class */
#define TS_DNS_MAX_REPLY   65535
#define TS_DNS_MAX_ADDRS   32
#define TS_DNS_MAX_NAME    1024 /* as text: a byte that is no plain character takes four */
#define TS_DNS_MAX_ALIASES 16

enum ts_dns_kind {
	TS_DNS_FOREIGN, /* not the answer to this question: another id, another name or type, no answer at all */
	TS_DNS_MALFORMED, /* the answer to it, but cut off or with impossible lengths */
	TS_DNS_REPLY,
};

struct ts_dns_addr {
	unsigned char bytes[16]; /* A uses the first 4 */
	uint32_t ttl;            /* seconds; the smallest on the way through aliases */
};

struct ts_dns_reply {
	enum ts_dns_kind kind;
	int rcode;
	bool truncated;     /* the rest would come over TCP */
	bool authoritative; /* the server speaks for the name itself */
	bool recursion;     /* it asks others */
	bool loop;          /* the aliases lead in a circle */
	bool more;          /* more addresses than fit */
	struct ts_dns_addr addrs[TS_DNS_MAX_ADDRS];
	size_t count;
	char canonical[TS_DNS_MAX_NAME]; /* where the aliases lead; "" without alias */
	char why[64];                    /* foreign, malformed: what is wrong */
};

/* Write the question for `name` (a trailing dot is allowed). Returns its length, 0 when the name cannot be asked for: empty,
 * a label of more than 63 bytes, more than 255 in all, or characters beyond ASCII. */
size_t ts_dns_query(const char *name, int type, uint16_t id, unsigned char out[TS_DNS_MAX_QUERY]);
/* Read what came back. The kind is also returned. */
enum ts_dns_kind ts_dns_parse(
	const unsigned char *p, size_t n, const char *name, int type, uint16_t id, struct ts_dns_reply *out);
/* "NOERROR", "NXDOMAIN", ...; NULL for a number without a name. */
const char *ts_dns_rcode_name(int rcode);

#endif
