/* tests/posix-win32.h - what the tests use of POSIX, on Windows; the compiler includes this before each of them. The program itself does without. */
#ifndef TS_TESTS_POSIX_WIN32_H
#define TS_TESTS_POSIX_WIN32_H

#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utime.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define mkdir(path, mode) ((void)(mode), _mkdir(path))
#define lstat(path, st)   stat(path, st)
#define AT_FDCWD          0
#define ODD_NAME          "a #%41\xC3\xA9.db"

/* Golden files and fixtures are bytes. */
__attribute__((constructor)) static void bytes_only(void)
{
	_fmode = _O_BINARY;
	(void)_setmode(1, _O_BINARY);
	(void)_setmode(2, _O_BINARY);
}

static inline char *mkdtemp(char *path)
{
	return mktemp(path) != NULL && _mkdir(path) == 0 ? path : NULL;
}

/* Both the C library's environment and the system's. */
static inline int setenv(const char *name, const char *value, int overwrite)
{
	(void)overwrite;
	return _putenv_s(name, value);
}

static inline int unsetenv(const char *name)
{
	return _putenv_s(name, "");
}

static inline int symlink(const char *target, const char *path)
{
	(void)target;
	(void)path;
	return -1;
}

static inline int utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
	struct _utimbuf t = { times[0].tv_sec, times[1].tv_sec };
	(void)dir;
	(void)flags;
	return _utime(path, &t);
}

#define clock_gettime(which, t) clock_of_tests(which, t)
static inline int clock_of_tests(int which, struct timespec *t)
{
	(void)which;
	*t = (struct timespec){ ts_clock_ns() / 1000000000, (long)(ts_clock_ns() % 1000000000) };
	return 0;
}

/* One stream at a time, whose text is there after fclose(). */
static FILE *memory_stream;
static char **memory_text;
static size_t *memory_size;

static inline FILE *open_memstream(char **text, size_t *size)
{
	char *name = _tempnam(NULL, "ts");
	memory_stream = name != NULL ? fopen(name, "w+bD") : NULL; /* D: deleted when it is closed */
	free(name);
	memory_text = text;
	memory_size = size;
	return memory_stream;
}

static inline int close_stream(FILE *f)
{
	if (f != NULL && f == memory_stream) {
		long n = ftell(f);
		*memory_text = calloc(1, (size_t)n + 1);
		rewind(f);
		*memory_size = fread(*memory_text, 1, (size_t)n, f);
		memory_stream = NULL;
	}
	return fclose(f);
}
#define fclose(f) close_stream(f)

#endif
