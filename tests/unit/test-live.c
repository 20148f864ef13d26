/* tests/unit/test-live.c - the live tables against sockets that the test opens on loopback, and against
 * what the system says of itself. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "base/str.h"
#include "query.h"

/* A bound socket on loopback; its port in *port. -1 where the family or the system does not allow it. */
static int bound(int family, int type, bool listening, int *port)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	a.ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		((struct sockaddr_in6 *)&a)->sin6_addr = in6addr_loopback;
	}
	int fd = socket(family, type, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0 || (listening && listen(fd, 5) != 0) ||
		getsockname(fd, (struct sockaddr *)&a, &n) != 0) {
		if (fd >= 0) {
			close(fd);
		}
		return -1;
	}
	*port = ntohs(family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port
					: ((struct sockaddr_in6 *)&a)->sin6_port);
	return fd;
}

static void check_live(const char *rows, const char *ledger, const char *fmt, ...) TS_PRINTF(3, 4);

static void check_live(const char *rows, const char *ledger, const char *fmt, ...)
{
	struct ts_evidence *ev = ts_evidence_new();
	va_list ap;
	va_start(ap, fmt);
	char *sql = ts_xvasprintf(fmt, ap);
	va_end(ap);
	check_query(ev, "here", sql, rows, ledger);
	free(sql);
	ts_evidence_free(ev);
}

static void test_dns(void)
{
	check_live("found|192.0.2.7|2|literal|system|192.0.2.7\n", "dns_lookup 192.0.2.7 read\n",
		"SELECT state, address, family, record_type, source, host FROM dns_lookup WHERE host = "
		"'192.0.2.7'");
	check_live("::1|10|literal\n", "dns_lookup ::1 read\n",
		"SELECT address, family, record_type FROM dns_lookup WHERE host = '::1'");
	check_live("found\n", "dns_lookup localhost read\n",
		"SELECT DISTINCT state FROM dns_lookup WHERE host = 'localhost'");
	/* No name server is asked for an address, nor for a name that never leaves the computer. */
	check_live("", "dns_lookup ::1 read\n",
		"SELECT state FROM dns_lookup WHERE host = '::1' AND source = 'server'");
	check_live("", "dns_lookup localhost read\n",
		"SELECT state FROM dns_lookup WHERE host = 'localhost' AND source = 'server'");
	check_live("0\n", "dns_lookup not_collected\n", "SELECT count(*) FROM dns_lookup WHERE host = NULL");
}

static void test_connect(void)
{
	int port = 0, fd = bound(AF_INET, SOCK_STREAM, true, &port);
	CHECK(fd >= 0);
	char ledger[64];
	snprintf(ledger, sizeof(ledger), "tcp_connect 127.0.0.1:%d read\n", port);
	check_live("open|127.0.0.1|2|127.0.0.1|1\n", ledger,
		"SELECT state, address, family, host, elapsed_ms >= 0 FROM tcp_connect WHERE host = "
		"'127.0.0.1' AND port = %d",
		port);
	close(fd);
	check_live("refused|127.0.0.1\n", ledger,
		"SELECT state, address FROM tcp_connect WHERE host = '127.0.0.1' AND port = '%d'", port);
	int port6 = 0, fd6 = bound(AF_INET6, SOCK_STREAM, true, &port6);
	if (fd6 < 0) {
		printf("skipped: no IPv6 on loopback\n");
	} else {
		check_live("open|::1|10\n", NULL,
			"SELECT state, address, family FROM tcp_connect WHERE host = '::1' AND port = %d",
			port6);
		/* The open one comes first, where localhost has both addresses. */
		check_live("1\n", NULL,
			"SELECT (SELECT state FROM tcp_connect WHERE host = 'localhost' AND port = %d LIMIT "
			"1) ="
			" iif(EXISTS (SELECT 1 FROM dns_lookup WHERE host = 'localhost' AND address = "
			"'::1'), 'open', 'refused')",
			port6);
		close(fd6);
	}
	check_live("", "tcp_connect a:0 not_collected\n",
		"SELECT state FROM tcp_connect WHERE host = 'a' AND port = 0");
	check_live("", "tcp_connect a:65536 not_collected\n",
		"SELECT state FROM tcp_connect WHERE host = 'a' AND port = 65536");
}

static void test_consent(void)
{
	static const char *const hosts[] = { "SRV1", "127.0.0.1", NULL };
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_budget b = { .deadline = ts_os_mono_ms() + 5000, .connections = 1, .hosts = hosts };
	struct result r;
	query_budget(
		ev, "here", "SELECT state FROM tcp_connect WHERE host = '127.0.0.2' AND port = 9", &b, &r);
	CHECK_STR(ts_buf_str(&r.ledger), "tcp_connect 127.0.0.2:9 denied\n");
	CHECK_STR(ts_buf_str(&r.details), "only hosts that you name are contacted\n");
	result_finish(&r);
	query_budget(ev, "here",
		"SELECT count(*) FROM tcp_connect WHERE host = '127.0.0.1' AND port IN (9, 10, 11)", &b, &r);
	CHECK_ROW(ts_buf_str(&r.rows), strcmp(ts_buf_str(&r.rows), "1\n") == 0);
	CHECK_ROW(ts_buf_str(&r.ledger), strstr(ts_buf_str(&r.ledger), ":10 denied\n") != NULL);
	CHECK_ROW(ts_buf_str(&r.details), strstr(ts_buf_str(&r.details), "cap of connections") != NULL);
	result_finish(&r);
	query_budget(ev, "here", "SELECT state FROM dns_lookup WHERE host = 'evil.example'", &b, &r);
	CHECK_STR(ts_buf_str(&r.ledger), "dns_lookup evil.example denied\n");
	result_finish(&r);
	ts_evidence_free(ev);
}

/* 192.0.2.1 is nobody (RFC 5737); in a sandbox without a network it is unreachable at once, which is fine,
 * too. */
static void test_deadline(void)
{
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_budget b = { .deadline = ts_os_mono_ms() + 300, .connections = 9 };
	struct result r;
	int64_t start = ts_os_mono_ms();
	query_budget(
		ev, "here", "SELECT state FROM tcp_connect WHERE host = '192.0.2.1' AND port = 3389", &b, &r);
	CHECK(ts_os_mono_ms() - start < 1500);
	bool late =
		strcmp(ts_buf_str(&r.ledger), "tcp_connect 192.0.2.1:3389 timeout\n") == 0 && r.rows.len == 0;
	bool told = strcmp(ts_buf_str(&r.ledger), "tcp_connect 192.0.2.1:3389 read\n") == 0 && r.rows.len > 0;
	CHECK_ROW(ts_buf_str(&r.ledger), late || told);
	result_finish(&r);
	ts_evidence_free(ev);
}

static void test_sockets(void)
{
	int port = 0, udp_port = 0, port6 = 0;
	int fd = bound(AF_INET, SOCK_STREAM, true, &port), udp = bound(AF_INET, SOCK_DGRAM, false, &udp_port);
	int fd6 = bound(AF_INET6, SOCK_STREAM, true, &port6);
	char rows[128];
	CHECK(fd >= 0 && udp >= 0);
	snprintf(rows, sizeof(rows), "%ld|127.0.0.1|6|2|%d\n", (long)getpid(), fd);
	check_live(rows, "listening_ports read\n",
		"SELECT pid, address, protocol, family, fd FROM listening_ports WHERE port = %d AND protocol "
		"= 6",
		port);
	snprintf(rows, sizeof(rows), "%ld|127.0.0.1|%d\n", (long)getpid(), udp);
	check_live(rows, "listening_ports read\n",
		"SELECT pid, address, fd FROM listening_ports WHERE port = %d AND protocol = 17", udp_port);
	snprintf(rows, sizeof(rows), "127.0.0.1|0.0.0.0|0|LISTEN|%d\n", port);
	check_live(rows, "process_open_sockets read\n",
		"SELECT local_address, remote_address, remote_port, state, local_port FROM "
		"process_open_sockets"
		" WHERE protocol = 6 AND state = 'LISTEN' AND local_port = %d",
		port);
	check_live("1\n", "process_open_sockets read\n",
		"SELECT count(*) FROM process_open_sockets WHERE pid = %ld AND local_port = %d",
		(long)getpid(), port);
	check_live("-\n", NULL,
		"SELECT state FROM process_open_sockets WHERE protocol = 17 AND local_port = %d", udp_port);
	if (fd6 >= 0) {
		check_live("::1|10\n", NULL,
			"SELECT address, family FROM listening_ports WHERE port = %d AND protocol = 6",
			port6);
		close(fd6);
	}
	check_live("0\n", "listening_ports unsupported\n",
		"SELECT count(*) FROM listening_ports WHERE family = 1");
	close(udp);
	close(fd);
	check_live("0\n", "listening_ports read\n",
		"SELECT count(*) FROM listening_ports WHERE port = %d AND protocol = 6", port);
}

static void test_established(void)
{
	int port = 0, fd = bound(AF_INET, SOCK_STREAM, true, &port), client = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	CHECK(connect(client, (struct sockaddr *)&to, sizeof(to)) == 0);
	char rows[64];
	snprintf(rows, sizeof(rows), "ESTABLISHED|127.0.0.1|%ld\n", (long)getpid());
	check_live(rows, "process_open_sockets read\n",
		"SELECT state, remote_address, pid FROM process_open_sockets WHERE remote_port = %d AND "
		"state IN ('ESTABLISHED', 'CLOSE_WAIT')",
		port);
	/* An accepted connection does not listen. */
	check_live(
		"1\n", NULL, "SELECT count(*) FROM listening_ports WHERE port = %d AND protocol = 6", port);
	close(client);
	close(fd);
}

static void test_system(void)
{
	struct utsname u;
	char rows[256];
	CHECK(uname(&u) == 0);
	snprintf(rows, sizeof(rows), "%s|1\n", u.machine);
	check_live(rows, "os_version read\n", "SELECT arch, name <> '' FROM os_version");
	snprintf(rows, sizeof(rows), "%s|1|1\n", u.nodename);
	check_live(rows, "system_info read\n",
		"SELECT hostname, physical_memory > 1000000, cpu_logical_cores > 0 FROM system_info");
	check_live("1\n", "uptime read\n",
		"SELECT total_seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds FROM uptime");
	check_live("1\n", "interface_addresses read\n",
		"SELECT count(*) > 0 FROM interface_addresses WHERE address = '127.0.0.1' AND mask = "
		"'255.0.0.0' AND interface <> ''");
	setenv("SOURCE_DATE_EPOCH", "1795334400", 1);
	check_live("Sunday|2026|11|22|8|0|0|UTC|UTC|1795334400|Sun Nov 22 08:00:00 2026 "
		   "UTC|2026-11-22T08:00:00Z|2026-11-22T08:00:00Z\n",
		"time read\n", "SELECT * FROM time");
	unsetenv("SOURCE_DATE_EPOCH");
	check_live("1\n", NULL, "SELECT count(*) FROM time t, os_version v, uptime u, system_info s");
	check_live("1\n", "os_version read\nos_version unsupported\n",
		"SELECT count(*) FROM os_version WHERE pid_with_namespace = 5");
}

TEST_MAIN({ "dns", test_dns }, { "connect", test_connect }, { "consent", test_consent },
	{ "deadline", test_deadline }, { "sockets", test_sockets }, { "established", test_established },
	{ "system", test_system })
