/* os/file-posix.c - files and folders on POSIX systems. */
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK    65536
#define NAME_ATTEMPTS 100

/* Make one folder on the way to `whole`, unless it is there. */
static bool make_folder(const char *folder, const char *whole, struct ts_err *err)
{
	struct stat st;
	int why = mkdir(folder, 0700) == 0 ? 0 : errno;
	if (stat(folder, &st) != 0) {
		/* A parent that cannot be written may be there all the same (/home on a read-only system), but not this one. */
		return ts_fail(
			err, "cannot make the folder \"%s\": %s", folder, strerror(why != 0 ? why : errno));
	}
	return S_ISDIR(st.st_mode) ||
	       ts_fail(err, "cannot make the folder \"%s\": \"%s\" is not a folder", whole, folder);
}

bool ts_os_mkdirs_private(const char *path, struct ts_err *err)
{
	if (*path == '\0') {
		return ts_fail(err, "cannot make a folder without a name");
	}
	char *copy = ts_xstrdup(path);
	bool ok = true;
	for (char *p = copy; ok && *p != '\0';) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		char cut = *p;
		*p = '\0';
		ok = make_folder(copy, path, err);
		*p = cut;
	}
	free(copy);
	return ok;
}

bool ts_os_stat(const char *path, struct ts_file_info *info, struct ts_err *err)
{
	struct stat st;
	*info = (struct ts_file_info){ TS_FILE_NONE, 0, 0 };
	if (stat(path, &st) != 0) {
		return errno == ENOENT || errno == ENOTDIR ||
		       ts_fail(err, "cannot look at \"%s\": %s", path, strerror(errno));
	}
	info->kind = S_ISREG(st.st_mode)   ? TS_FILE_REGULAR
		     : S_ISDIR(st.st_mode) ? TS_FILE_DIR
					   : TS_FILE_OTHER;
	info->size = st.st_size;
	info->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return true;
}

FILE *ts_os_open(const char *path)
{
	return fopen(path, "rb");
}

bool ts_os_remove(const char *path)
{
	return unlink(path) == 0;
}

/* Open for reading without waiting for the writer of a pipe, and without becoming its terminal's owner. */
static int open_to_read(const char *path, struct ts_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) {
		ts_fail(err, "cannot read \"%s\": %s", path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		ts_fail(err, "cannot read \"%s\": it is a folder", path);
	} else {
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		return fd;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return -1;
}

bool ts_os_read_file(const char *path, struct ts_buf *b, struct ts_err *err)
{
	bool standard = strcmp(path, "-") == 0, ok = true;
	const char *name = standard ? "standard input" : path;
	int fd = standard ? STDIN_FILENO : open_to_read(path, err);
	if (fd < 0) {
		return false;
	}
	char *chunk = ts_xmalloc(READ_CHUNK);
	ssize_t n = 1;
	while (ok && n != 0) {
		n = read(fd, chunk, READ_CHUNK);
		if (n > 0) {
			ts_buf_put(b, chunk, (size_t)n);
			ok = !b->overflow ||
			     ts_fail(err, "cannot read \"%s\": it is larger than %zu bytes", name, b->max);
		} else if (n < 0 && errno != EINTR) {
			ok = ts_fail(err, "cannot read \"%s\": %s", name, strerror(errno));
		}
	}
	free(chunk);
	if (!standard) {
		(void)close(fd);
	}
	return ok;
}

/* Create a file of a new name beside path. The caller frees *temporary; -1 with errno on failure. */
static int create_beside(const char *path, unsigned mode, char **temporary)
{
	static atomic_uint counter;
	const char *slash = strrchr(path, '/');
	int dir_len = slash != NULL ? (int)(slash - path) + 1 : 0;
	int fd = -1;
	*temporary = NULL;
	for (int i = 0; i < NAME_ATTEMPTS && fd < 0; i++) {
		free(*temporary);
		/* Uniqueness comes from O_EXCL; the name only has to differ between threads and attempts. */
		*temporary = ts_xasprintf("%.*s.%.100s.%ld-%u-%x.tmp", dir_len, path, path + dir_len,
			(long)getpid(), atomic_fetch_add(&counter, 1), (unsigned)ts_os_mono_ms());
		fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
		if (fd < 0 && errno != EEXIST) {
			break;
		}
	}
	return fd;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno != EINTR) {
			return false;
		}
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return true;
}

/* Make a rename in the folder of path last. Some file systems cannot; then there is nothing to gain. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? ts_xstrdup(".")
				  : ts_xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(dir);
}

/* A device or a pipe (/dev/stdout, /dev/full) is written to: renaming over it would replace the device itself. */
static bool is_special(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode));
}

static bool write_special(const char *path, const void *data, size_t n, struct ts_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool ok = fd >= 0 && write_all(fd, data, n);
	int why = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	return ok || ts_fail(err, "cannot write \"%s\": %s", path, strerror(why));
}

bool ts_os_write_file(const char *path, const void *data, size_t n, unsigned mode, struct ts_err *err)
{
	if (is_special(path)) {
		return write_special(path, data, n, err);
	}
	char *temporary;
	int fd = create_beside(path, mode, &temporary);
	bool ok = fd >= 0;
	if (ok) {
		ok = write_all(fd, data, n) && fsync(fd) == 0;
		int why = errno;
		/* A full network file system may say so only now. */
		if (close(fd) != 0 && ok) {
			ok = false;
			why = errno;
		}
		errno = why;
		ok = ok && rename(temporary, path) == 0;
		if (!ok) {
			why = errno;
			(void)unlink(temporary);
			errno = why;
		}
	}
	if (ok) {
		sync_folder(path);
	} else {
		ts_fail(err, "cannot write \"%s\": %s", path, strerror(errno));
	}
	free(temporary);
	return ok;
}

bool ts_os_replace_file(const char *from, const char *to, struct ts_err *err)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0 && rename(from, to) == 0;
	int why = errno;
	if (fd >= 0) {
		(void)close(fd);
	}
	if (!ok) {
		return ts_fail(err, "cannot write \"%s\": %s", to, strerror(why));
	}
	sync_folder(to);
	return true;
}

bool ts_os_create_private(const char *path, struct ts_err *err)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	/* Exclusive first: what this call makes is ours from its first byte; what is there already is opened as it is. */
	int fd = open(path, flags | O_CREAT | O_EXCL, 0600);
	if (fd < 0 && errno == EEXIST) {
		fd = open(path, flags);
	}
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) {
		ts_fail(err, "cannot open \"%s\": %s", path,
			errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		ts_fail(err, "cannot open \"%s\": it is no regular file", path);
	} else {
		return close(fd) == 0;
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool ts_os_list_dir(const char *path, char ***names, size_t *count, struct ts_err *err)
{
	*names = NULL;
	*count = 0;
	DIR *dir = opendir(path);
	if (dir == NULL) {
		return ts_fail(err, "cannot read the folder \"%s\": %s", path, strerror(errno));
	}
	size_t cap = 0;
	struct dirent *e;
	for (errno = 0; (e = readdir(dir)) != NULL; errno = 0) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
			TS_GROW(*names, cap, *count);
			(*names)[(*count)++] = ts_xstrdup(e->d_name);
		}
	}
	int why = errno;
	(void)closedir(dir);
	if (why != 0) {
		ts_os_list_free(*names, *count);
		*names = NULL;
		*count = 0;
		return ts_fail(err, "cannot read the folder \"%s\": %s", path, strerror(why));
	}
	if (*count > 1) {
		qsort(*names, *count, sizeof((*names)[0]), compare_names);
	}
	return true;
}

void ts_os_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(names[i]);
	}
	free(names);
}
