/* tests/unit/test-net-decode.c - decoders of what other computers answer: DNS, RDPEUDP, HTTP, and the small files of name resolution. */
#include "decode/dns.h"
#include "decode/http.h"
#include "decode/rdpeudp.h"
#include "decode/resolvconf.h"
#include "test.h"

#define ID 0x1234

/* A message is built up byte by byte. */
struct message {
	unsigned char p[4096];
	size_t n;
};

static void put(struct message *m, const void *p, size_t n)
{
	memcpy(m->p + m->n, p, n);
	m->n += n;
}

static void put16(struct message *m, unsigned v)
{
	unsigned char p[2] = { (unsigned char)(v >> 8), (unsigned char)v };
	put(m, p, 2);
}

static void put_name(struct message *m, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");
		unsigned char length = (unsigned char)n;
		put(m, &length, 1);
		put(m, name, n);
		name += n + (name[n] == '.');
	}
	put(m, "", 1);
}

/* An answer to "srv1.corp.test" with that many records to come. */
static struct message answer(unsigned flags, unsigned type, unsigned records)
{
	struct message m = { .n = 0 };
	put16(&m, ID);
	put16(&m, flags);
	put16(&m, 1);
	put16(&m, records);
	put16(&m, 0);
	put16(&m, 0);
	put_name(&m, "srv1.corp.test");
	put16(&m, type);
	put16(&m, 1);
	return m;
}

/* owner NULL = the question's name, by a pointer. */
static void put_record(
	struct message *m, const char *owner, unsigned type, unsigned ttl, const void *data, size_t n)
{
	if (owner == NULL) {
		put16(m, 0xC00C);
	} else {
		put_name(m, owner);
	}
	put16(m, type);
	put16(m, 1);
	put16(m, ttl >> 16);
	put16(m, ttl & 0xFFFF);
	put16(m, (unsigned)n);
	put(m, data, n);
}

static void put_alias(struct message *m, const char *owner, const char *target)
{
	struct message name = { .n = 0 };
	put_name(&name, target);
	put_record(m, owner, TS_DNS_CNAME, 60, name.p, name.n);
}

/* Parse a copy of exactly that size, so that the sanitizer sees a read past its end. */
static enum ts_dns_kind parse(const struct message *m, size_t n, int type, struct ts_dns_reply *r)
{
	unsigned char *copy = malloc(n > 0 ? n : 1);
	memcpy(copy, m->p, n);
	enum ts_dns_kind kind = ts_dns_parse(copy, n, "srv1.corp.test", type, ID, r);
	free(copy);
	return kind;
}

static void test_query(void)
{
	static const unsigned char want[] = { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 2, 'b', 'c',
		0, 0, 28, 0, 1 };
	unsigned char out[TS_DNS_MAX_QUERY];
	char longest[400];
	CHECK_INT(ts_dns_query("a.bc", TS_DNS_AAAA, ID, out), sizeof(want));
	CHECK(memcmp(out, want, sizeof(want)) == 0);
	CHECK_INT(ts_dns_query("a.bc.", TS_DNS_AAAA, ID, out), sizeof(want));
	static const char *const wrong[] = { "", ".", "a..b", ".a", "a b", "gr\xc3\xbc\xc3\x9f", "a\nb" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK_ROW(wrong[i], ts_dns_query(wrong[i], TS_DNS_A, ID, out) == 0);
	}
	memset(longest, 'a', sizeof(longest));
	longest[64] = '\0';
	CHECK_INT(ts_dns_query(longest, TS_DNS_A, ID, out), 0);
	longest[63] = '\0';
	CHECK_INT(ts_dns_query(longest, TS_DNS_A, ID, out), 12 + 65 + 4);
	for (int i = 1; i < 400; i += 2) {
		longest[i - 1] = 'a';
		longest[i] = '.';
	}
	longest[253] = '\0'; /* 127 labels of one letter: 255 bytes with the root */
	CHECK_INT(ts_dns_query(longest, TS_DNS_A, ID, out), 12 + 255 + 4);
	longest[253] = '.';
	longest[255] = '\0';
	CHECK_INT(ts_dns_query(longest, TS_DNS_A, ID, out), 0);
}

static void test_addresses(void)
{
	static const unsigned char a1[] = { 192, 0, 2, 7 }, a2[] = { 192, 0, 2, 8 };
	static const unsigned char v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct ts_dns_reply r;
	struct message m = answer(0x8580, TS_DNS_A, 2);
	put_record(&m, NULL, TS_DNS_A, 300, a1, 4);
	put_record(&m, "SRV1.Corp.Test", TS_DNS_A, 60, a2, 4);
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK_INT(r.count, 2);
	CHECK(memcmp(r.addrs[0].bytes, a1, 4) == 0 && memcmp(r.addrs[1].bytes, a2, 4) == 0);
	CHECK_INT(r.addrs[0].ttl, 300);
	CHECK(r.authoritative && r.recursion && !r.truncated && !r.loop);
	CHECK_STR(r.canonical, "");
	m = answer(0x8180, TS_DNS_AAAA, 1);
	put_record(&m, NULL, TS_DNS_AAAA, 5, v6, 16);
	CHECK_INT(parse(&m, m.n, TS_DNS_AAAA, &r), TS_DNS_REPLY);
	CHECK(r.count == 1 && memcmp(r.addrs[0].bytes, v6, 16) == 0);
	/* A record of another name is no answer, whoever slipped it in. */
	m = answer(0x8180, TS_DNS_A, 1);
	put_record(&m, "evil.test", TS_DNS_A, 5, a1, 4);
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK_INT(r.count, 0);
	m = answer(0x8180, TS_DNS_A, 40);
	for (int i = 0; i < 40; i++) {
		put_record(&m, NULL, TS_DNS_A, 5, a1, 4);
	}
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK(r.count == TS_DNS_MAX_ADDRS && r.more);
}

static void test_aliases(void)
{
	static const unsigned char a1[] = { 192, 0, 2, 7 };
	struct ts_dns_reply r;
	struct message m = answer(0x8180, TS_DNS_A, 3);
	/* The order of the records does not count. */
	put_record(&m, "c.test", TS_DNS_A, 300, a1, 4);
	put_alias(&m, "b.test", "c.test");
	put_alias(&m, NULL, "b.test");
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK_INT(r.count, 1);
	CHECK_INT(r.addrs[0].ttl, 60);
	CHECK_STR(r.canonical, "c.test");
	m = answer(0x8180, TS_DNS_A, 1);
	put_alias(&m, NULL, "srv1.corp.test");
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK(r.loop && r.count == 0);
	m = answer(0x8180, TS_DNS_A, 2);
	put_alias(&m, "b.test", "c.test");
	put_alias(&m, "c.test", "b.test");
	put_alias(&m, NULL, "b.test");
	m.p[7] = 3;
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK(r.loop);
	m = answer(0x8180, TS_DNS_A, 1);
	put_alias(&m, NULL, "a\x1b[31m.te\\st");
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_REPLY);
	CHECK_STR(r.canonical, "a\\027[31m.te\\092st");
}

static void test_outcomes(void)
{
	static const struct {
		unsigned flags;
		int rcode;
		const char *name;
	} rows[] = { { 0x8180, 0, "NOERROR" }, { 0x8182, 2, "SERVFAIL" }, { 0x8183, 3, "NXDOMAIN" },
		{ 0x8185, 5, "REFUSED" } };
	struct ts_dns_reply r;
	struct message m;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m = answer(rows[i].flags, TS_DNS_A, 0);
		CHECK_ROW(rows[i].name,
			parse(&m, m.n, TS_DNS_A, &r) == TS_DNS_REPLY && r.rcode == rows[i].rcode);
		CHECK_STR(ts_dns_rcode_name(r.rcode), rows[i].name);
	}
	CHECK_STR(ts_dns_rcode_name(15), NULL);
	CHECK_STR(ts_dns_rcode_name(-1), NULL);
	m = answer(0x8380, TS_DNS_A, 0);
	CHECK(parse(&m, m.n, TS_DNS_A, &r) == TS_DNS_REPLY && r.truncated);
	m = answer(0x8180, TS_DNS_A, 0);
	CHECK_INT(ts_dns_parse(m.p, m.n, "srv1.corp.test", TS_DNS_A, ID + 1, &r), TS_DNS_FOREIGN);
	CHECK_INT(ts_dns_parse(m.p, m.n, "srv2.corp.test", TS_DNS_A, ID, &r), TS_DNS_FOREIGN);
	CHECK_INT(ts_dns_parse(m.p, m.n, "SRV1.corp.test.", TS_DNS_A, ID, &r), TS_DNS_REPLY);
	CHECK_INT(parse(&m, m.n, TS_DNS_AAAA, &r), TS_DNS_FOREIGN);
	m = answer(0x0100, TS_DNS_A, 0); /* our own question, sent back */
	CHECK_INT(parse(&m, m.n, TS_DNS_A, &r), TS_DNS_FOREIGN);
}

static void test_hostile_dns(void)
{
	static const unsigned char a1[] = { 192, 0, 2, 7 };
	struct ts_dns_reply r;
	struct message m = answer(0x8180, TS_DNS_A, 2), bad;
	put_alias(&m, NULL, "b.test");
	put_record(&m, "b.test", TS_DNS_A, 300, a1, 4);
	for (size_t n = 0; n < m.n; n++) {
		/* Cut anywhere, it is never a good answer. */
		CHECK(parse(&m, n, TS_DNS_A, &r) != TS_DNS_REPLY);
	}
	for (size_t i = 12; i < m.n; i++) {
		for (int v = 0; v < 256; v += 51) {
			bad = m;
			bad.p[i] = (unsigned char)v;
			(void)parse(&bad, bad.n, TS_DNS_A, &r);
			CHECK(r.count <= 1);
		}
	}
	/* Pointers that lead to themselves, forward, or behind the end. */
	static const unsigned pointers[] = { 0xC020, 0xC021, 0xC0FF, 0xFFFF };
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		bad = answer(0x8180, TS_DNS_A, 1);
		put16(&bad, pointers[i]);
		put16(&bad, TS_DNS_A);
		put16(&bad, 1);
		put16(&bad, 0);
		put16(&bad, 0);
		put16(&bad, 4);
		put(&bad, a1, 4);
		CHECK_INT(parse(&bad, bad.n, TS_DNS_A, &r), TS_DNS_MALFORMED);
	}
	bad = answer(0x8180, TS_DNS_A, 65535); /* claims records that are not there */
	CHECK_INT(parse(&bad, bad.n, TS_DNS_A, &r), TS_DNS_MALFORMED);
	bad = answer(0x8180, TS_DNS_A, 1);
	put_record(&bad, NULL, TS_DNS_A, 1, a1, 3);
	CHECK_INT(parse(&bad, bad.n, TS_DNS_A, &r), TS_DNS_MALFORMED);
}

static void test_resolvconf(void)
{
	static const char text[] =
		"# comment\nsearch a.test b.test ; more\n nameserver 192.0.2.53\nnameserver\t2001:db8::53 # "
		"x\n"
		"options timeout:1 ndots:2\nnameserver 192.0.2.54\nnameserver 192.0.2.55\nnonsense\n";
	struct ts_resolvconf r;
	char name[TS_RESOLV_NAME_MAX];
	ts_resolvconf_parse(text, sizeof(text) - 1, &r);
	CHECK_INT(r.nservers, 3);
	CHECK_STR(r.servers[0], "192.0.2.53");
	CHECK_STR(r.servers[1], "2001:db8::53");
	CHECK_INT(r.ndomains, 2);
	CHECK_INT(r.ndots, 2);
	static const struct {
		const char *host, *want[4];
	} rows[] = {
		{ "srv1", { "srv1.a.test", "srv1.b.test", "srv1", NULL } },
		{ "srv1.x", { "srv1.x.a.test", "srv1.x.b.test", "srv1.x", NULL } },
		{ "srv1.x.y", { "srv1.x.y", "srv1.x.y.a.test", "srv1.x.y.b.test", NULL } },
		{ "srv1.", { "srv1.", NULL } },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t k = 0;
		while (rows[i].want[k] != NULL) {
			CHECK(ts_resolvconf_candidate(&r, rows[i].host, k, name));
			CHECK_STR(name, rows[i].want[k]);
			k++;
		}
		CHECK_ROW(rows[i].host, !ts_resolvconf_candidate(&r, rows[i].host, k, name));
	}
	ts_resolvconf_parse("", 0, &r);
	CHECK(r.nservers == 0 && r.ndomains == 0 && r.ndots == 1);
	CHECK(ts_resolvconf_candidate(&r, "srv1", 0, name) && !ts_resolvconf_candidate(&r, "srv1", 1, name));
	ts_resolvconf_parse("options ndots:99999999999\n", 26, &r);
	CHECK_INT(r.ndots, 15);
	ts_resolvconf_parse("search x\nsearch y\nnameserver a\0b\n", 33, &r);
	CHECK(r.nservers == 0 && r.ndomains == 1);
	CHECK_STR(r.domains[0], "y");
}

static void test_hosts(void)
{
	static const char text[] =
		"127.0.0.1 localhost\n192.0.2.7\tSRV1.corp.test srv1 # srv9\n#192.0.2.8 srv2\n";
	static const struct {
		const char *host, *address;
		bool want;
	} rows[] = { { "srv1", "192.0.2.7", true }, { "srv1.CORP.test", NULL, true },
		{ "srv1", "192.0.2.8", false }, { "srv2", NULL, false }, { "srv9", NULL, false },
		{ "192.0.2.7", NULL, false }, { "", NULL, false } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_ROW(rows[i].host, ts_hosts_names(text, sizeof(text) - 1, rows[i].host,
						rows[i].address) == rows[i].want);
	}
}

static void test_rdpeudp(void)
{
	unsigned char syn[TS_RDPEUDP_MTU];
	/* As recorded (reference/rdp/handshake-probe.md, section 7). */
	static const unsigned char want[20] = { 0xff, 0xff, 0xff, 0xff, 0, 0x40, 0x10, 1, 0x93, 0xd3, 0xe6,
		0xf6, 4, 0xd0, 4, 0xd0, 0, 1, 0, 2 };
	static const unsigned char good[20] = { 0x93, 0xd3, 0xe6, 0xf6, 0, 0x40, 0x10, 5, 0x80, 0x40, 0xce,
		0xa1, 4, 0xd0, 4, 0xd0, 0, 1, 0, 2 };
	struct ts_rdpeudp_reply r;
	unsigned char p[64];
	CHECK_INT(ts_rdpeudp_syn(0x93d3e6f6, syn), TS_RDPEUDP_MTU);
	CHECK(memcmp(syn, want, sizeof(want)) == 0 && syn[1231] == 0);
	CHECK_INT(ts_rdpeudp_parse(good, sizeof(good), 0x93d3e6f6, &r), TS_RDPEUDP_SYN_ACK);
	CHECK(r.version == 2 && r.up_mtu == 1232 && r.sequence == 0x8040cea1);
	CHECK_INT(ts_rdpeudp_parse(good, sizeof(good), 1, &r), TS_RDPEUDP_STRAY);
	for (size_t n = 0; n < sizeof(good); n++) {
		unsigned char *cut = malloc(n + 1);
		memcpy(cut, good, n);
		CHECK_INT(ts_rdpeudp_parse(cut, n, 0x93d3e6f6, &r), TS_RDPEUDP_MALFORMED);
		free(cut);
	}
	static const struct {
		const char *name;
		size_t at;
		unsigned char value;
		enum ts_rdpeudp_kind want;
	} rows[] = {
		{ "no ACK", 7, 1, TS_RDPEUDP_MALFORMED },
		{ "no SYN", 7, 4, TS_RDPEUDP_MALFORMED },
		{ "no SYNEX: version 1", 6, 0, TS_RDPEUDP_SYN_ACK },
		{ "correlation without its bytes", 6, 0x18, TS_RDPEUDP_MALFORMED },
		{ "MTU too large", 13, 0xff, TS_RDPEUDP_MALFORMED },
		{ "MTU too small", 14, 0, TS_RDPEUDP_MALFORMED },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(p, good, sizeof(good));
		p[rows[i].at] = rows[i].value;
		CHECK_ROW(rows[i].name, ts_rdpeudp_parse(p, sizeof(good), 0x93d3e6f6, &r) == rows[i].want);
	}
	CHECK_INT(ts_rdpeudp_parse(syn, sizeof(syn), 0x93d3e6f6, &r), TS_RDPEUDP_MALFORMED);
}

static void test_http(void)
{
	static const struct {
		const char *text;
		enum ts_http_state want;
		int status;
		const char *schemes;
	} rows[] = {
		{ "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: "
		  "NTLM\r\nContent-Length: 0\r\n\r\n",
			TS_HTTP_HEAD, 401, "Negotiate,NTLM" },
		{ "HTTP/1.1 401 x\r\nwww-authenticate: Negotiate, NTLM, Basic realm=\"a, b\", NTLM\r\n\r\n",
			TS_HTTP_HEAD, 401, "Negotiate,NTLM,Basic" },
		{ "HTTP/1.0 404\n\n", TS_HTTP_HEAD, 404, "" },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\nbody", TS_HTTP_HEAD, 200, "" },
		{ "", TS_HTTP_MORE, 0, "" },
		{ "HTT", TS_HTTP_MORE, 0, "" },
		{ "HTTP/1.1 401 Unauth", TS_HTTP_MORE, 0, "" },
		{ "HTTP/1.1 401 Unauthorized\r\nX: y\r\n", TS_HTTP_MORE, 401, "" },
		{ "SSH-2.0-OpenSSH\r\n", TS_HTTP_BAD, 0, "" },
		{ "HTTP/2 200\r\n\r\n", TS_HTTP_BAD, 0, "" },
		{ "HTTP/1.1 40 x\r\n\r\n", TS_HTTP_BAD, 0, "" },
		{ "HTTP/1.1 4010 x\r\n\r\n", TS_HTTP_BAD, 0, "" },
		{ "HTTP/1.1 000 x\r\n\r\n", TS_HTTP_BAD, 0, "" },
		{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", TS_HTTP_BAD, 200, "" },
		{ "HTTP/1.1 200 OK\r\n: no name\r\n\r\n", TS_HTTP_BAD, 200, "" },
	};
	static struct ts_http_head h;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_ROW(
			rows[i].text, ts_http_parse(rows[i].text, strlen(rows[i].text), &h) == rows[i].want);
		CHECK_INT(h.status, rows[i].status);
		CHECK_STR(h.schemes, rows[i].schemes);
	}
	static const char ntlm[] =
		"HTTP/1.1 401 x\r\nWWW-Authenticate: NTLM TlRMTVNTUAA=\r\nLocation: /a\r\nServer: s\r\n"
		"Connection: Close\r\nContent-Length: 12\r\n\r\n";
	CHECK_INT(ts_http_parse(ntlm, sizeof(ntlm) - 1, &h), TS_HTTP_HEAD);
	CHECK(h.ntlm_n == 8 && memcmp(h.ntlm, "NTLMSSP", 8) == 0);
	CHECK(h.close && !h.chunked && h.content_length == 12 && h.length == sizeof(ntlm) - 1);
	CHECK_STR(h.location, "/a");
	CHECK_STR(h.server, "s");
	char *endless = malloc(100000);
	memset(endless, 'a', 100000);
	memcpy(endless, "HTTP/1.1 200 OK\r\n", 17);
	CHECK_INT(ts_http_parse(endless, 100000, &h), TS_HTTP_BAD);
	free(endless);
}

static void test_base64(void)
{
	static const struct {
		const char *raw, *text;
	} rows[] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foobar", "Zm9vYmFy" } };
	unsigned char out[16];
	char text[32];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].raw);
		CHECK_INT(
			ts_base64_encode((const unsigned char *)rows[i].raw, n, text), strlen(rows[i].text));
		CHECK_STR(text, rows[i].text);
		CHECK_INT(ts_base64_decode(rows[i].text, strlen(rows[i].text), out, sizeof(out)), n);
		CHECK(memcmp(out, rows[i].raw, n) == 0);
	}
	CHECK_INT(ts_base64_decode("Zm9v*", 5, out, sizeof(out)), -1);
	CHECK_INT(ts_base64_decode("Zm9vYmFy", 8, out, 5), -1);
	CHECK_INT(ts_base64_decode("Zm\0v", 4, out, sizeof(out)), -1);
}

TEST_MAIN({ "query", test_query }, { "addresses", test_addresses }, { "aliases", test_aliases },
	{ "outcomes", test_outcomes }, { "hostile-dns", test_hostile_dns }, { "resolvconf", test_resolvconf },
	{ "hosts", test_hosts }, { "rdpeudp", test_rdpeudp }, { "http", test_http },
	{ "base64", test_base64 })
