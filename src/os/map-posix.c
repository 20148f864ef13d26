/* os/map-posix.c - files as memory on POSIX systems. */
#include "os/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "os/os.h"

bool ts_os_map(const char *path, struct ts_map *m, struct ts_err *err)
{
	struct stat st;
	*m = (struct ts_map){ 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0) {
		ts_fail(err, "cannot read \"%s\": %s", path, strerror(errno));
		if (fd >= 0) {
			(void)close(fd);
		}
		return false;
	}
	bool ok = S_ISREG(st.st_mode) || ts_fail(err, "cannot read \"%s\": it is not a file", path);
	if (ok && st.st_size > 0) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		ok = p != MAP_FAILED || ts_fail(err, "cannot read \"%s\": %s", path, strerror(errno));
		if (ok) {
			m->data = p;
			m->size = (size_t)st.st_size;
		}
	}
	m->mtime = (int64_t)st.st_mtime;
	(void)close(fd);
	return ok;
}

void ts_os_unmap(struct ts_map *m)
{
	if (m->data != NULL) {
		/* The system's interface knows no const. */
		(void)munmap((void *)(uintptr_t)m->data, m->size);
	}
	*m = (struct ts_map){ 0 };
}

void *ts_os_scratch(size_t size, struct ts_err *err)
{
	const char *dir = ts_os_env("TMPDIR");
	char *name = ts_xasprintf("%s/troubleshoot-XXXXXX", dir != NULL ? dir : "/tmp");
	int fd = mkostemp(name, O_CLOEXEC);
	void *p = MAP_FAILED;
	if (fd >= 0) {
		(void)unlink(name);
		if (ftruncate(fd, (off_t)size) == 0) {
			p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		}
	}
	if (p == MAP_FAILED) {
		ts_fail(err, "no temporary file of %zu bytes: %s", size, strerror(errno));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	free(name);
	return p != MAP_FAILED ? p : NULL;
}

void ts_os_scratch_free(void *p, size_t size)
{
	if (p != NULL) {
		(void)munmap(p, size);
	}
}

bool ts_os_is_link(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}
