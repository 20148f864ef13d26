/* tests/unit/test-lock.c - locks between programs: refused while held, and gone with their holder, however it ends. */
#include "test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/lock.h"

static char dir[] = "/tmp/ts-test-lock-XXXXXX";
static char path[128];

/* Another program that holds place n until it is killed; returns when it does. */
static pid_t holder(int64_t n)
{
	int fd[2];
	char c = 0;
	CHECK(pipe(fd) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct ts_err err;
		struct ts_lock *l = ts_lock_new(path, &err);
		c = l != NULL && ts_lock_take(l, n, NULL, &err) == TS_LOCK_OURS ? 'y' : 'n';
		(void)!write(fd[1], &c, 1);
		for (;;) {
			(void)pause();
		}
	}
	CHECK(read(fd[0], &c, 1) == 1 && c == 'y');
	(void)close(fd[0]);
	(void)close(fd[1]);
	return pid;
}

static void test_two_programs(void)
{
	struct ts_err err;
	long pid = 1;
	struct ts_lock *l = ts_lock_new(path, &err);
	CHECK(l != NULL);
	struct stat st;
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 0);
	pid_t other = holder(7);
	CHECK(ts_lock_held(l, 7, &pid) && pid == other);
	CHECK_INT(ts_lock_take(l, 7, &pid, &err), TS_LOCK_TAKEN);
	CHECK(pid == other);
	CHECK(!ts_lock_held(l, 8, &pid) && pid == 0);
	CHECK_INT(ts_lock_take(l, 8, NULL, &err), TS_LOCK_OURS);
	CHECK(!ts_lock_held(l, 8, NULL)); /* our own is no other program's */
	CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
	CHECK_INT(ts_lock_take(l, 7, NULL, &err), TS_LOCK_OURS);
	ts_lock_give(l, 8);
	other = holder(8); /* what was given back can be had */
	CHECK(ts_lock_held(l, 8, NULL));
	CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
	ts_lock_free(l);
	other = holder(7); /* and so what was held by what is freed */
	CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
	ts_lock_free(NULL);
}

static void test_strange_files(void)
{
	struct ts_err err;
	char target[160];
	(void)snprintf(target, sizeof(target), "%s/target", dir);
	CHECK(unlink(path) == 0 && symlink(target, path) == 0);
	CHECK(ts_lock_new(path, &err) == NULL && strstr(err.text, "symbolic link") != NULL);
	CHECK(access(target, F_OK) != 0);
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
	CHECK(ts_lock_new(path, &err) == NULL && strstr(err.text, path) != NULL);
	CHECK(rmdir(path) == 0 && rmdir(dir) == 0);
}

static void test_begin(void)
{
	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
}

TEST_MAIN({ "begin", test_begin }, { "two programs", test_two_programs },
	{ "strange files", test_strange_files })
