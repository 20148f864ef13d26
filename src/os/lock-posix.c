/* os/lock-posix.c - fcntl locks: they name their holder, and end with it, kill -9 and power loss included. */
#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os.h"

struct ts_lock {
	int fd;
	char *path;
};

struct ts_lock *ts_lock_new(const char *path, struct ts_err *err)
{
	if (!ts_os_create_private(path, err)) {
		return NULL;
	}
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		ts_fail(err, "cannot open \"%s\": %s", path, strerror(errno));
		return NULL;
	}
	struct ts_lock *l = ts_xcalloc(1, sizeof(*l));
	l->fd = fd;
	l->path = ts_xstrdup(path);
	return l;
}

void ts_lock_free(struct ts_lock *l)
{
	if (l != NULL) {
		(void)close(l->fd);
		free(l->path);
		free(l);
	}
}

static struct flock place(short type, int64_t n)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)n, .l_len = 1 };
}

bool ts_lock_held(struct ts_lock *l, int64_t n, long *pid)
{
	struct flock f = place(F_WRLCK, n);
	bool held = fcntl(l->fd, F_GETLK, &f) == 0 && f.l_type != F_UNLCK;
	if (pid != NULL) {
		*pid = held ? (long)f.l_pid : 0;
	}
	return held;
}

enum ts_lock_result ts_lock_take(struct ts_lock *l, int64_t n, long *pid, struct ts_err *err)
{
	struct flock f = place(F_WRLCK, n);
	if (fcntl(l->fd, F_SETLK, &f) == 0) {
		return TS_LOCK_OURS;
	}
	if (errno == EACCES || errno == EAGAIN) {
		(void)ts_lock_held(l, n, pid);
		return TS_LOCK_TAKEN;
	}
	ts_fail(err, "cannot lock \"%s\": %s", l->path, strerror(errno));
	return TS_LOCK_FAILED;
}

void ts_lock_give(struct ts_lock *l, int64_t n)
{
	struct flock f = place(F_UNLCK, n);
	(void)fcntl(l->fd, F_SETLK, &f);
}
