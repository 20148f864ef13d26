/* os/spawn-posix.c - starts the pager with posix_spawnp() and feeds it. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"

#define LOOK_MS      50  /* how often is seen whether the program has ended */
#define SHELL_SIGNAL 128 /* status 128 + n: how a program says that a signal ended what it had started */

extern char **environ;

static const int not_ours[] = { SIGINT, SIGQUIT };

/* A pipe whose ends no other program gets. */
static bool make_pipe(int fd[2])
{
	if (pipe(fd) != 0) {
		return false;
	}
	bool ok = fcntl(fd[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd[1], F_SETFD, FD_CLOEXEC) == 0 &&
		  fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0;
	if (!ok) {
		(void)close(fd[0]);
		(void)close(fd[1]);
	}
	return ok;
}

/* Our environment, and the setting where its name is not in it. The caller frees the array. */
static char **environment(char *setting)
{
	size_t n = 0, name = setting != NULL ? strcspn(setting, "=") + 1 : 0;
	bool there = setting == NULL;
	while (environ[n] != NULL) {
		there = there || strncmp(environ[n], setting, name) == 0;
		n++;
	}
	char **env = ts_xcalloc(n + 2, sizeof(*env));
	memcpy(env, environ, n * sizeof(*env));
	if (!there) {
		env[n] = setting;
	}
	return env;
}

/* 0, or why it was not started. The program gets the usual signal handling: that we ignore SIGPIPE is nothing to inherit. */
static int start(char *const argv[], char *setting, int in, pid_t *pid)
{
	static const int usual[] = { SIGINT, SIGQUIT, SIGPIPE };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	sigemptyset(&defaults);
	for (size_t i = 0; i < TS_COUNT(usual); i++) {
		sigaddset(&defaults, usual[i]);
	}
	int why = posix_spawn_file_actions_init(&actions);
	if (why != 0) {
		return why;
	}
	why = posix_spawnattr_init(&attr);
	if (why == 0) {
		char **env = environment(setting);
		why = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
		why = why != 0 ? why : posix_spawnattr_setsigdefault(&attr, &defaults);
		why = why != 0 ? why : posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
		why = why != 0 ? why : posix_spawnp(pid, argv[0], &actions, &attr, argv, env);
		free(env);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return why;
}

static bool has_ended(pid_t pid, bool wait, int *status)
{
	pid_t got;
	do {
		got = waitpid(pid, status, wait ? 0 : WNOHANG);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		*status = 0; /* somebody else has taken its status: nothing is known against it */
	}
	return got != 0;
}

/* Write until all is written or the program has ended. We hold the reading end too, to see what was left in the pipe; so a
 * reader that is gone shows by its end, not by EPIPE. Returns what was written. */
static size_t feed(int fd, pid_t pid, const char *p, size_t n, int *status)
{
	size_t done = 0;
	while (done < n) {
		struct pollfd out = { .fd = fd, .events = POLLOUT };
		ssize_t k = poll(&out, 1, LOOK_MS) == 1 ? write(fd, p + done, n - done) : 0;
		done += k > 0 ? (size_t)k : 0;
		if (k <= 0 && has_ended(pid, false, status)) {
			return done;
		}
	}
	(void)close(fd);
	(void)has_ended(pid, true, status);
	return done;
}

static bool person_ended_it(int status)
{
	return (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) ||
	       (WIFEXITED(status) && WEXITSTATUS(status) == SHELL_SIGNAL + SIGINT);
}

static enum ts_feed_result judge(const char *name, int status, bool unread, struct ts_err *err)
{
	if (person_ended_it(status)) {
		return TS_FEED_TAKEN;
	}
	if (WIFSIGNALED(status)) {
		ts_fail(err, "\"%s\" was ended by signal %d", name, WTERMSIG(status));
		return TS_FEED_FAILED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		ts_fail(err, "\"%s\" has failed with status %d", name, WEXITSTATUS(status));
		return TS_FEED_FAILED;
	}
	return unread ? TS_FEED_UNREAD : TS_FEED_TAKEN;
}

enum ts_feed_result ts_os_feed(
	char *const argv[], char *setting, const void *data, size_t n, struct ts_err *err)
{
	int fd[2], status = 0;
	pid_t pid;
	struct termios modes;
	bool terminal = tcgetattr(STDOUT_FILENO, &modes) == 0;
	if (!make_pipe(fd)) {
		ts_fail(err, "cannot start \"%s\": %s", argv[0], strerror(errno));
		return TS_FEED_FAILED;
	}
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before[TS_COUNT(not_ours)];
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < TS_COUNT(not_ours); i++) {
		(void)sigaction(not_ours[i], &ignore, &before[i]);
	}
	int why = start(argv, setting, fd[0], &pid);
	enum ts_feed_result r = TS_FEED_FAILED;
	if (why == 0) {
		size_t written = feed(fd[1], pid, data, n, &status);
		int left = 0;
		bool unread = ioctl(fd[0], FIONREAD, &left) == 0 && (size_t)left == written;
		r = judge(argv[0], status, unread, err);
		if (written < n) {
			(void)close(fd[1]);
		}
	} else {
		ts_fail(err, "cannot start \"%s\": %s", argv[0], strerror(why));
		(void)close(fd[1]);
	}
	(void)close(fd[0]);
	for (size_t i = 0; i < TS_COUNT(not_ours); i++) {
		(void)sigaction(not_ours[i], &before[i], NULL);
	}
	if (terminal && r == TS_FEED_FAILED) {
		(void)tcsetattr(STDOUT_FILENO, TCSADRAIN, &modes);
	}
	return r;
}
