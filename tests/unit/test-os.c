/* tests/unit/test-os.c - clocks, paths, files, threads and connections; nothing but a temporary folder and the loopback address is used. */
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/net.h"
#include "os/os.h"
#include "os/thread.h"

static char dir[] = "/tmp/ts-test-os-XXXXXX";

/* A path in the temporary folder; a few at a time. */
static const char *in_dir(const char *name)
{
	static char paths[4][256];
	static int next;
	char *p = paths[next++ % 4];
	(void)snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}

static void test_clock(void)
{
	int64_t before = ts_os_mono_ms();
	ts_os_sleep_ms(20);
	int64_t after = ts_os_mono_ms();
	CHECK(after - before >= 19 && after - before < 2000);
	CHECK(ts_os_mono_ms_f() >= (double)after);
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	CHECK_INT(ts_os_now(), 1700000000);
	setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
	CHECK(ts_os_now() > 1700000000);
	setenv("SOURCE_DATE_EPOCH", "", 1);
	CHECK(ts_os_now() > 1700000000);
	unsetenv("SOURCE_DATE_EPOCH");
}

static void check_owned(char *got, const char *want)
{
	CHECK_STR(got, want);
	free(got);
}

static void test_paths(void)
{
	setenv("HOME", "/home/someone", 1);
	unsetenv("XDG_DATA_HOME");
	setenv("XDG_STATE_HOME", "/state", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	check_owned(ts_os_dir_data(), "/home/someone/.local/share/troubleshoot");
	check_owned(ts_os_dir_state(), "/state/troubleshoot");
	check_owned(ts_os_dir_cache(), "/home/someone/.cache/troubleshoot");
	setenv("XDG_DATA_DIRS", "/a::rel:/b", 1);
	check_owned(ts_os_dir_system(0), "/a/troubleshoot");
	check_owned(ts_os_dir_system(1), "/b/troubleshoot");
	CHECK(ts_os_dir_system(2) == NULL);
	setenv("XDG_DATA_DIRS", "", 1);
	check_owned(ts_os_dir_system(0), "/usr/local/share/troubleshoot");
	setenv("HOME", "", 1);
	CHECK(ts_os_dir_data() == NULL && ts_os_home() == NULL);
	char *exe = ts_os_exe_dir();
	CHECK(exe == NULL || exe[0] == '/');
	free(exe);
	free(ts_os_boot_id());
	CHECK(ts_os_env("HOME") == NULL);
}

static void test_folders(void)
{
	struct ts_err err;
	struct stat st;
	umask(0);
	CHECK(ts_os_mkdirs_private(in_dir("a/b//c/"), &err));
	CHECK(stat(in_dir("a/b"), &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(ts_os_mkdirs_private(in_dir("a/b"), &err));
	CHECK(ts_os_write_file(in_dir("file"), "x", 1, 0644, &err));
	CHECK(!ts_os_mkdirs_private(in_dir("file/b"), &err));
	CHECK(strstr(err.text, "not a folder") != NULL);
	CHECK(!ts_os_mkdirs_private("", &err));
	umask(022);
	char **names;
	size_t n;
	CHECK(ts_os_list_dir(dir, &names, &n, &err));
	CHECK_INT(n, 2);
	CHECK(n == 2 && strcmp(names[0], "a") == 0 && strcmp(names[1], "file") == 0);
	ts_os_list_free(names, n);
	CHECK(!ts_os_list_dir(in_dir("nothing"), &names, &n, &err));
	CHECK(strstr(err.text, "nothing") != NULL);
	struct ts_file_info info;
	CHECK(ts_os_stat(dir, &info, &err) && info.kind == TS_FILE_DIR);
	CHECK(ts_os_stat(in_dir("file"), &info, &err) && info.kind == TS_FILE_REGULAR && info.size == 1 &&
		info.mtime_ns > 0);
	CHECK(ts_os_stat(in_dir("file/below"), &info, &err) && info.kind == TS_FILE_NONE);
	CHECK(ts_os_stat("/dev/null", &info, &err) && info.kind == TS_FILE_OTHER);
}

static void check_content(const char *path, const char *want)
{
	struct ts_buf b;
	struct ts_err err;
	ts_buf_init(&b, 1 << 20);
	CHECK(ts_os_read_file(path, &b, &err));
	CHECK_STR(ts_buf_str(&b), want);
	ts_buf_finish(&b);
}

static void test_read(void)
{
	struct ts_buf b;
	struct ts_err err;
	CHECK(ts_os_write_file(in_dir("ten"), "0123456789", 10, 0600, &err));
	static const struct {
		const char *path;
		size_t max;
		const char *problem;
	} rows[] = {
		{ "ten", 10, NULL },
		{ "ten", 9, "larger than 9 bytes" },
		{ "missing", 10, "No such file" },
		{ ".", 10, "it is a folder" },
		{ "../../dev/zero", 1000, "larger than" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ts_buf_init(&b, rows[i].max);
		bool ok = ts_os_read_file(in_dir(rows[i].path), &b, &err);
		CHECK_ROW(rows[i].path, ok == (rows[i].problem == NULL));
		CHECK_ROW(rows[i].path, ok || strstr(err.text, rows[i].problem) != NULL);
		ts_buf_finish(&b);
	}
	/* A named pipe that nobody writes to must not hold the program. */
	CHECK(mkfifo(in_dir("pipe"), 0600) == 0);
	check_content(in_dir("pipe"), "");
	unlink(in_dir("pipe"));
}

static size_t count_names(void)
{
	char **names;
	size_t n = 0;
	if (ts_os_list_dir(dir, &names, &n, NULL)) {
		ts_os_list_free(names, n);
	}
	return n;
}

static void test_write(void)
{
	struct ts_err err;
	struct stat st;
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/report", dir);
	CHECK(ts_os_write_file(path, "old", 3, 0640, &err));
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
	CHECK(ts_os_write_file(path, "new", 3, 0600, &err));
	check_content(path, "new");
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(ts_os_write_file(path, "", 0, 0600, &err));
	check_content(path, "");

	/* A link is replaced, what it points to stays as it is. */
	CHECK(ts_os_write_file(in_dir("target"), "target", 6, 0600, &err));
	CHECK(symlink(in_dir("target"), in_dir("link")) == 0);
	CHECK(ts_os_write_file(in_dir("link"), "mine", 4, 0600, &err));
	check_content(in_dir("target"), "target");
	check_content(in_dir("link"), "mine");

	size_t before = count_names();
	CHECK(!ts_os_write_file(in_dir("none/x"), "x", 1, 0600, &err));
	CHECK(strstr(err.text, "none/x") != NULL);
	CHECK(mkdir(in_dir("folder"), 0700) == 0);
	CHECK(!ts_os_write_file(in_dir("folder"), "x", 1, 0600, &err));
	CHECK_INT(count_names(), before + 1);

	/* As on a full disk: the write fails half-way, the old file stays and nothing is left beside it. */
	CHECK(ts_os_write_file(path, "old", 3, 0600, &err));
	before = count_names();
	char *big = ts_xcalloc(1, 100000);
	struct rlimit limit, small;
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	small = (struct rlimit){ 50000, limit.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	bool ok = ts_os_write_file(path, big, 100000, 0600, &err);
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(!ok);
	check_content(path, "old");
	CHECK_INT(count_names(), before);
	free(big);
}

static void test_private(void)
{
	struct ts_err err;
	struct stat st;
	umask(0);
	CHECK(ts_os_create_private(in_dir("private"), &err));
	CHECK(stat(in_dir("private"), &st) == 0 && (st.st_mode & 0777) == 0600);
	umask(022);
	CHECK(ts_os_write_file(in_dir("private"), "kept", 4, 0600, &err));
	CHECK(ts_os_create_private(in_dir("private"), &err));
	check_content(in_dir("private"), "kept");
	CHECK(symlink(in_dir("private"), in_dir("private-link")) == 0);
	CHECK(!ts_os_create_private(in_dir("private-link"), &err));
	CHECK(strstr(err.text, "symbolic link") != NULL);
	CHECK(!ts_os_create_private("/dev/null", &err));
}

struct shared {
	struct ts_mutex *m;
	struct ts_cond *c;
	int value;
};

static void add_many(void *arg)
{
	struct shared *s = arg;
	for (int i = 0; i < 1000; i++) {
		ts_mutex_lock(s->m);
		s->value++;
		ts_mutex_unlock(s->m);
	}
	ts_cond_signal(s->c);
}

static void test_threads(void)
{
	struct shared s = { ts_mutex_new(), ts_cond_new(), 0 };
	ts_mutex_lock(s.m);
	int64_t before = ts_os_mono_ms();
	CHECK(!ts_cond_wait(s.c, s.m, 30));
	CHECK(ts_os_mono_ms() - before >= 29);
	ts_mutex_unlock(s.m);
	struct ts_thread *threads[4];
	for (int i = 0; i < 4; i++) {
		threads[i] = ts_thread_start(add_many, &s);
		CHECK(threads[i] != NULL);
	}
	for (int i = 0; i < 4; i++) {
		ts_thread_join(threads[i]);
	}
	CHECK_INT(s.value, 4000);
	ts_mutex_free(s.m);
	ts_cond_free(s.c);
	ts_mutex_free(NULL);
	ts_cond_free(NULL);
}

static void test_addresses(void)
{
	static const struct {
		const char *text;
		int family; /* 0: not an address */
		const char *written;
	} rows[] = {
		{ "192.0.2.7", TS_NET_IPV4, "192.0.2.7" },
		{ "::1", TS_NET_IPV6, "::1" },
		{ "[2001:DB8::1]", TS_NET_IPV6, "2001:db8::1" },
		{ "127.1", 0, "" },
		{ "3389", 0, "" },
		{ "srv1", 0, "" },
		{ "", 0, "" },
		{ "1.2.3.4 ", 0, "" },
		{ "[]", 0, "" },
		{ "1.2.3.4.5", 0, "" },
		{ ":", 0, "" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ts_net_addr a = { 0 };
		bool ok = ts_net_parse(rows[i].text, &a);
		CHECK_ROW(rows[i].text, ok == (rows[i].family != 0));
		CHECK_ROW(rows[i].text,
			!ok || (a.family == rows[i].family && strcmp(a.text, rows[i].written) == 0));
	}
}

static void test_resolve(void)
{
	struct ts_resolved r;
	CHECK_INT(ts_net_resolve("127.0.0.1", 0, NULL, &r), TS_RESOLVE_FOUND);
	CHECK(r.literal && r.count == 1 && r.addrs[0].family == TS_NET_IPV4);
	CHECK_INT(ts_net_resolve("localhost", ts_os_mono_ms() + 5000, NULL, &r), TS_RESOLVE_FOUND);
	CHECK(!r.literal && r.count >= 1 && r.elapsed_ms >= 0);
	CHECK_INT(ts_net_resolve("", 0, NULL, &r), TS_RESOLVE_ERROR);
	CHECK_INT(ts_net_resolve("two words", 0, NULL, &r), TS_RESOLVE_ERROR);
	CHECK(r.detail[0] != '\0');
	char name[400];
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK_INT(ts_net_resolve(name, 0, NULL, &r), TS_RESOLVE_ERROR);
	/* Whatever the network here is like: the deadline and the flag hold. */
	int64_t before = ts_os_mono_ms();
	CHECK(ts_net_resolve("ts-test.invalid", before + 100, NULL, &r) != TS_RESOLVE_FOUND);
	CHECK(ts_os_mono_ms() - before < 1000);
	atomic_bool cancel = true;
	enum ts_resolve_state s = ts_net_resolve("ts-test.invalid", 0, &cancel, &r);
	CHECK(s == TS_RESOLVE_CANCELLED || s == TS_RESOLVE_NXDOMAIN);
	CHECK_STR(ts_resolve_name(TS_RESOLVE_NODATA), "nodata");
}

/* A socket bound to a free loopback port. */
static int bound_socket(int *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(sa);
	CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)&sa, size) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)&sa, &size) == 0);
	*port = ntohs(sa.sin_port);
	return fd;
}

static void set_flag_later(void *arg)
{
	ts_os_sleep_ms(100);
	atomic_store((atomic_bool *)arg, true);
}

static void test_connect(void)
{
	struct ts_net_addr a, both[2];
	struct ts_connected c, two[2];
	int port;
	CHECK(ts_net_parse("127.0.0.1", &a));
	int fd = bound_socket(&port);
	ts_net_connect(&a, 1, port, ts_os_mono_ms() + 3000, 0, NULL, &c);
	CHECK_STR(ts_connect_name(c.state), "refused");
	CHECK(c.rejected_by[0] == '\0' && c.detail[0] != '\0' && c.rtt_ms == -1);
	CHECK(listen(fd, 0) == 0);
	ts_net_connect(&a, 1, port, ts_os_mono_ms() + 3000, 0, NULL, &c);
	CHECK_STR(ts_connect_name(c.state), "open");
	CHECK(c.elapsed_ms >= 0 && c.elapsed_ms < 3000);

	/* Fill the backlog: from then on the kernel lets SYN segments go unanswered. */
	int fill[4];
	for (int i = 0; i < 4; i++) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			.sin_port = htons((uint16_t)port) };
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (const struct sockaddr *)&sa, sizeof(sa));
	}
	int64_t before = ts_os_mono_ms();
	ts_net_connect(&a, 1, port, before + 200, 0, NULL, &c);
	CHECK_STR(ts_connect_name(c.state), "timeout");
	CHECK(ts_os_mono_ms() - before >= 199 && ts_os_mono_ms() - before < 400);

	/* Cancelled from another thread. */
	atomic_bool cancel = false;
	struct ts_thread *t = ts_thread_start(set_flag_later, &cancel);
	before = ts_os_mono_ms();
	ts_net_connect(&a, 1, port, 0, 0, &cancel, &c);
	CHECK_STR(ts_connect_name(c.state), "cancelled");
	CHECK(ts_os_mono_ms() - before < 100 + 50 + 100);
	ts_thread_join(t);

	for (int i = 0; i < 4; i++) {
		close(fill[i]);
	}

	/* Side by side: one address refuses at once, the other is silent until the deadline. */
	both[0] = both[1] = a;
	CHECK(ts_net_parse("127.0.0.2", &both[1]));
	before = ts_os_mono_ms();
	ts_net_connect(both, 2, port, before + 200, 50, NULL, two);
	CHECK(two[1].state == TS_CONNECT_REFUSED && two[1].elapsed_ms < 100);
	CHECK(ts_os_mono_ms() - before < 400);
	close(fd);
	struct ts_connected many[20];
	struct ts_net_addr addrs[20];
	for (int i = 0; i < 20; i++) {
		addrs[i] = a;
	}
	ts_net_connect(addrs, 20, port, ts_os_mono_ms() + 1000, 0, NULL, many);
	CHECK(many[0].state == TS_CONNECT_REFUSED && many[19].state == TS_CONNECT_ERROR &&
		many[19].detail[0] != '\0');
}

static void make_folder(void)
{
	CHECK(mkdtemp(dir) != NULL);
}

static void remove_folder(void)
{
	static const char *const names[] = { "a/b/c", "a/b", "a", "file", "folder", "link", "private",
		"private-link", "report", "target", "ten" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)remove(in_dir(names[i]));
	}
	CHECK(rmdir(dir) == 0);
}

TEST_MAIN({ "start", make_folder }, { "clock", test_clock }, { "paths", test_paths },
	{ "folders", test_folders }, { "read", test_read }, { "write", test_write },
	{ "private", test_private }, { "threads", test_threads }, { "addresses", test_addresses },
	{ "resolve", test_resolve }, { "connect", test_connect }, { "end", remove_folder })
