/* fuzz/fuzz-dns.c - any bytes as the answer of a name server (to both kinds of question), as resolv.conf and as a hosts file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/dns.h"
#include "decode/resolvconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int types[] = { TS_DNS_A, TS_DNS_AAAA };
	static struct ts_dns_reply r;
	struct ts_resolvconf conf;
	char name[TS_RESOLV_NAME_MAX];
	uint16_t id = size >= 2 ? (uint16_t)(data[0] << 8 | data[1]) : 0;

	for (int i = 0; i < 2; i++) {
		enum ts_dns_kind kind = ts_dns_parse(data, size, "srv1.corp.test", types[i], id, &r);
		check(kind == TS_DNS_REPLY || r.count == 0);
		check(r.count <= TS_DNS_MAX_ADDRS && strlen(r.canonical) < TS_DNS_MAX_NAME);
	}
	ts_resolvconf_parse((const char *)data, size, &conf);
	check(conf.nservers <= TS_RESOLV_SERVERS && conf.ndomains <= TS_RESOLV_DOMAINS);
	for (size_t i = 0; ts_resolvconf_candidate(&conf, "srv1", i, name); i++) {
		unsigned char query[TS_DNS_MAX_QUERY];
		check(ts_dns_query(name, TS_DNS_A, 1, query) <= TS_DNS_MAX_QUERY);
	}
	(void)ts_hosts_names((const char *)data, size, "srv1", "192.0.2.7");
	return 0;
}
