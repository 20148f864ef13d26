/* tests/unit/test-rdp-probe.c - the probe within a run: one connection per question however many ask, cancelling, limits of the check, hosts and
 * connections that are not allowed. What it says of each kind of server is tests/peers. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "os/thread.h"
#include "os/tls.h"
#include "query.h"

/* A server on loopback that counts its connections and answers each first packet by fixed bytes. */
struct server {
	int fd, port;
	const char *answer;
	size_t n;
	int delay_ms;
	atomic_int connections;
	atomic_bool stop;
	struct ts_thread *thread;
};

static void serve(void *arg)
{
	struct server *s = arg;
	int open[16];
	size_t nopen = 0;
	while (!atomic_load(&s->stop)) {
		struct pollfd p = { s->fd, POLLIN, 0 };
		if (poll(&p, 1, 10) != 1) {
			continue;
		}
		int fd = accept(s->fd, NULL, NULL);
		char buf[256];
		if (fd < 0) {
			continue;
		}
		atomic_fetch_add(&s->connections, 1);
		if (s->answer != NULL && recv(fd, buf, sizeof(buf), 0) > 0) {
			ts_os_sleep_ms(s->delay_ms);
			(void)send(fd, s->answer, s->n, MSG_NOSIGNAL);
		}
		if (nopen < TS_COUNT(open)) {
			open[nopen++] = fd;
		} else {
			close(fd);
		}
	}
	while (nopen > 0) {
		close(open[--nopen]);
	}
}

static void server_start(struct server *s, const char *answer, size_t n, int delay_ms)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);
	*s = (struct server){
		.fd = socket(AF_INET, SOCK_STREAM, 0), .answer = answer, .n = n, .delay_ms = delay_ms
	};
	CHECK(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&a, size) == 0 && listen(s->fd, 16) == 0 &&
		getsockname(s->fd, (struct sockaddr *)&a, &size) == 0);
	s->port = ntohs(a.sin_port);
	s->thread = ts_thread_start(serve, s);
	CHECK(s->thread != NULL);
}

static void server_stop(struct server *s)
{
	atomic_store(&s->stop, true);
	ts_thread_join(s->thread);
	close(s->fd);
}

#define FAILURE_5 "\x03\0\0\x13\x0e\xd0\0\0\0\0\0\x03\0\x08\0\x05\0\0\0"

/* One of several checks that ask the same at once. */
struct asker {
	struct ts_evidence *ev;
	char *sql;
	struct result r;
	struct ts_thread *thread;
};

static void ask(void *arg)
{
	struct asker *a = arg;
	query(a->ev, "here", a->sql, &a->r);
}

static void test_once(void)
{
	struct server s;
	server_start(&s, FAILURE_5, 19, 100);
	struct ts_evidence *ev = ts_evidence_new();
	struct asker askers[4];
	for (size_t i = 0; i < TS_COUNT(askers); i++) {
		const char *what = i % 2 == 0 ? "stage || ' ' || symptom FROM rdp_handshake"
					      : "count(*) FROM tls_certificate";
		askers[i] = (struct asker){ .ev = ev,
			.sql = ts_xasprintf(
				"SELECT %s WHERE host = '127.0.0.1' AND port = %d", what, s.port) };
		askers[i].thread = ts_thread_start(ask, &askers[i]);
	}
	for (size_t i = 0; i < TS_COUNT(askers); i++) {
		ts_thread_join(askers[i].thread);
		CHECK_STR(ts_buf_str(&askers[i].r.rows), i % 2 == 0 ? "x224 failure-5\n" : "0\n");
	}
	CHECK_INT(atomic_load(&s.connections), 1);
	struct result r;
	query(ev, "here", askers[0].sql, &r);
	CHECK_STR(ts_buf_str(&r.rows), "x224 failure-5\n");
	CHECK_INT(atomic_load(&s.connections), 1);
	result_finish(&r);
	/* After a repair the server is asked again. */
	ts_evidence_look_again(ev);
	query(ev, "here", askers[0].sql, &r);
	CHECK_STR(ts_buf_str(&r.rows), "x224 failure-5\n");
	CHECK_INT(atomic_load(&s.connections), 2);
	result_finish(&r);
	for (size_t i = 0; i < TS_COUNT(askers); i++) {
		result_finish(&askers[i].r);
		free(askers[i].sql);
	}
	ts_evidence_free(ev);
	server_stop(&s);
}

struct canceller {
	atomic_bool flag;
	double at;
};

static void cancel_soon(void *arg)
{
	struct canceller *c = arg;
	ts_os_sleep_ms(150);
	c->at = ts_os_mono_ms_f();
	atomic_store(&c->flag, true);
}

#define TLS_SELECTED "\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x1f\x08\0\x01\0\0\0"

/* Ask while somebody cancels after 150 ms: no row, and over within 50 ms of it. */
static void cancel_one(const char *name, const char *sql)
{
	struct ts_evidence *ev = ts_evidence_new();
	struct canceller c = { .flag = false };
	struct ts_budget b = { .cancel = &c.flag, .connections = 10 };
	struct ts_thread *t = ts_thread_start(cancel_soon, &c);
	struct result r;
	query_budget(ev, "here", sql, &b, &r);
	double late = ts_os_mono_ms_f();
	ts_thread_join(t);
	CHECK_ROW(name, late > c.at && late - c.at < 50);
	CHECK_STR(ts_buf_str(&r.rows), "");
	result_finish(&r);
	ts_evidence_free(ev);
}

static void test_cancel(void)
{
	/* Silent at once, and silent in TLS, as far as this program speaks it. */
	static const struct {
		const char *table, *answer;
		size_t n;
		bool tls;
	} rows[] = {
		{ "rdp_handshake", NULL, 0, false },
		{ "rdp_handshake", TLS_SELECTED, 19, true },
		{ "tls_certificate", TLS_SELECTED, 19, true },
		{ "tls_versions", TLS_SELECTED, 19, true },
		{ "path_mtu", NULL, 0, false },
		{ "path_mtu", TLS_SELECTED, 19, true },
		{ "rd_gateway", NULL, 0, true },
		{ "ping", NULL, 0, false },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct server s;
		if (rows[i].tls && !ts_tls_available(NULL)) {
			continue;
		}
		server_start(&s, rows[i].answer, rows[i].n, 0);
		char *sql = ts_xasprintf(
			"SELECT * FROM %s WHERE host = '127.0.0.1' AND port = %d", rows[i].table, s.port);
		cancel_one(rows[i].table, sql);
		free(sql);
		server_stop(&s);
	}
}

/* A UDP port that takes everything and says nothing. */
static void test_cancel_udp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&a, size) == 0 &&
		getsockname(fd, (struct sockaddr *)&a, &size) == 0);
	char *sql = ts_xasprintf(
		"SELECT * FROM udp_probe WHERE host = '127.0.0.1' AND port = %d", ntohs(a.sin_port));
	cancel_one("udp_probe", sql);
	free(sql);
	close(fd);
}

/* A network of its own, in which a name server that takes everything and says nothing is the only one. False: not allowed here. */
static bool silent_dns(void)
{
	char path[] = "/tmp/ts-resolv-XXXXXX";
	static const char conf[] = "nameserver 127.0.0.1\n";
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 &&
		unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0) {
		return false;
	}
	int file = mkstemp(path);
	bool ok = file >= 0 && write(file, conf, sizeof(conf) - 1) == (ssize_t)sizeof(conf) - 1 &&
		  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		  mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0;
	if (file >= 0) {
		close(file);
		unlink(path);
	}
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return ok && ioctl(fd, SIOCSIFFLAGS, &lo) == 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
}

static void test_cancel_dns(void)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		int before = test_failed;
		if (!silent_dns()) {
			_exit(77);
		}
		cancel_one("dns_lookup", "SELECT * FROM dns_lookup WHERE host = 'srv1.test'");
		cancel_one("dns_lookup of the system",
			"SELECT * FROM dns_lookup WHERE host = 'srv1.test' AND source = 'system'");
		cancel_one("dns_lookup of the servers",
			"SELECT * FROM dns_lookup WHERE host = 'srv1.test' AND source = 'server'");
		_exit(test_failed > before);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		printf("cancelling dns_lookup: skipped, namespaces are not allowed here\n");
	} else {
		CHECK_INT(WEXITSTATUS(status), 0);
	}
}

/* The cap of a check holds for the tables that connect several times, too. */
static void test_cap(void)
{
	static const char *const tables[] = { "tls_versions", "path_mtu", "rd_gateway" };
	for (size_t i = 0; i < TS_COUNT(tables) && ts_tls_available(NULL); i++) {
		struct server s;
		server_start(&s, FAILURE_5, 19, 0);
		struct ts_evidence *ev = ts_evidence_new();
		struct ts_budget b = { .connections = 1, .deadline = ts_os_mono_ms() + 5000 };
		char *sql = ts_xasprintf(
			"SELECT * FROM %s WHERE host = '127.0.0.1' AND port = %d", tables[i], s.port);
		struct result r;
		query_budget(ev, "here", sql, &b, &r);
		ts_os_sleep_ms(30);
		CHECK_ROW(tables[i], atomic_load(&s.connections) <= 1);
		result_finish(&r);
		free(sql);
		ts_evidence_free(ev);
		server_stop(&s);
	}
}

static void test_limits(void)
{
	struct server s;
	server_start(&s, NULL, 0, 0);
	struct ts_evidence *ev = ts_evidence_new();
	char *sql =
		ts_xasprintf("SELECT * FROM rdp_handshake WHERE host = '127.0.0.1' AND port = %d", s.port);
	char subject[64];
	struct result r;
	snprintf(subject, sizeof(subject), "rdp_handshake 127.0.0.1:%d ", s.port);
	const char *const others[] = { "srv1", NULL };
	const struct {
		struct ts_budget budget;
		const char *seen;
	} rows[] = {
		{ { .connections = 0 }, "denied\n" },
		{ { .connections = 10, .hosts = others }, "denied\n" },
		{ { .connections = 10, .deadline = ts_os_mono_ms() + 200 }, "timeout\n" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		query_budget(ev, "here", sql, &rows[i].budget, &r);
		CHECK_STR(ts_buf_str(&r.rows), "");
		char *want = ts_xasprintf("%s%s", subject, rows[i].seen);
		CHECK_ROW(rows[i].seen, strstr(ts_buf_str(&r.ledger), want) != NULL);
		free(want);
		result_finish(&r);
	}
	/* Only the last one may connect. */
	CHECK_INT(atomic_load(&s.connections), 1);
	free(sql);
	ts_evidence_free(ev);
	server_stop(&s);
}

TEST_MAIN({ "once", test_once }, { "cancel", test_cancel }, { "cancel-udp", test_cancel_udp },
	{ "cancel-dns", test_cancel_dns }, { "limits", test_limits }, { "cap", test_cap })
