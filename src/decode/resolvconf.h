/* decode/resolvconf.h - two small files that name resolution reads: resolv.conf(5) and the hosts file, hosts(5). */
#ifndef TS_DECODE_RESOLVCONF_H
#define TS_DECODE_RESOLVCONF_H

#include <stdbool.h>
#include <stddef.h>

#define TS_RESOLV_SERVERS  3 /* as many as the system's resolver uses */
#define TS_RESOLV_DOMAINS  6
#define TS_RESOLV_NAME_MAX 256

struct ts_resolvconf {
	char servers[TS_RESOLV_SERVERS]
		    [64]; /* addresses as written; unknown spelling is the reader's to judge */
	size_t nservers;
	char domains[TS_RESOLV_DOMAINS][TS_RESOLV_NAME_MAX]; /* search list */
	size_t ndomains;
	int ndots; /* a name with as many dots is asked for as it is first */
};

void ts_resolvconf_parse(const char *text, size_t n, struct ts_resolvconf *out);
/* The i-th name to ask for when a person says `host`, in the order of the system's resolver; false past the last. A name that ends
 * in a dot stands for itself alone. */
bool ts_resolvconf_candidate(
	const struct ts_resolvconf *r, const char *host, size_t i, char out[TS_RESOLV_NAME_MAX]);
/* Does a line of the hosts file give that name this address (as text; NULL = any)? */
bool ts_hosts_names(const char *text, size_t n, const char *host, const char *address);

#endif
