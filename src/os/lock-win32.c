/* os/lock-win32.c - locks on bytes far behind the end of the file; Windows takes them back when the program ends. It does not tell who holds one, so the
 * holder writes its process id into the file. */
#include "os/lock.h"

#include <stdlib.h>
#include <windows.h>

#include "os/err-win32.h"
#include "os/os.h"
#include "os/wide-win32.h"

#define LOCKED_FROM                                                                                          \
	((uint64_t)1 << 62) /* locks on Windows keep others from reading the bytes: none may be content */
#define MOST_NAMED 65536    /* places whose holder is written down */
#define ATTEMPTS   5        /* another program may be looking just now, which takes the lock for a moment */
#define ATTEMPT_MS 10

struct ts_lock {
	HANDLE h;
	char *path;
	int64_t *own; /* the locks of one program do not count as another's */
	size_t nown, cap;
};

struct ts_lock *ts_lock_new(const char *path, struct ts_err *err)
{
	if (!ts_os_create_private(path, err)) {
		return NULL;
	}
	wchar_t *wide = ts_wide(path);
	HANDLE h = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
	DWORD why = GetLastError();
	free(wide);
	if (h == INVALID_HANDLE_VALUE) {
		char words[256];
		ts_fail(err, "cannot open \"%s\": %s", path, ts_win32_words(why, words, sizeof(words)));
		return NULL;
	}
	struct ts_lock *l = ts_xcalloc(1, sizeof(*l));
	l->h = h;
	l->path = ts_xstrdup(path);
	return l;
}

/* The process id that stands there: 4 bytes for each place. */
static OVERLAPPED record_at(int64_t n)
{
	uint64_t at = (uint64_t)n * sizeof(DWORD);
	return (OVERLAPPED){ .Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32) };
}

static void write_holder(struct ts_lock *l, int64_t n, DWORD pid)
{
	if (n >= 0 && n < MOST_NAMED) {
		OVERLAPPED o = record_at(n);
		DWORD done;
		(void)WriteFile(l->h, &pid, sizeof(pid), &done, &o);
	}
}

static long read_holder(struct ts_lock *l, int64_t n)
{
	DWORD pid = 0, done = 0;
	if (n >= 0 && n < MOST_NAMED) {
		OVERLAPPED o = record_at(n);
		if (!ReadFile(l->h, &pid, sizeof(pid), &done, &o) || done != sizeof(pid)) {
			pid = 0;
		}
	}
	return (long)pid;
}

static OVERLAPPED place(int64_t n)
{
	uint64_t at = LOCKED_FROM + (uint64_t)n;
	return (OVERLAPPED){ .Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32) };
}

static size_t find_own(const struct ts_lock *l, int64_t n)
{
	size_t i = 0;
	while (i < l->nown && l->own[i] != n) {
		i++;
	}
	return i;
}

static bool try_lock(struct ts_lock *l, int64_t n)
{
	OVERLAPPED o = place(n);
	return LockFileEx(l->h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &o) != 0;
}

static void unlock(struct ts_lock *l, int64_t n)
{
	OVERLAPPED o = place(n);
	(void)UnlockFileEx(l->h, 0, 1, 0, &o);
}

bool ts_lock_held(struct ts_lock *l, int64_t n, long *pid)
{
	bool held = false;
	if (find_own(l, n) == l->nown) {
		held = !try_lock(l, n);
		if (!held) {
			unlock(l, n);
		}
	}
	if (pid != NULL) {
		*pid = held ? read_holder(l, n) : 0;
	}
	return held;
}

enum ts_lock_result ts_lock_take(struct ts_lock *l, int64_t n, long *pid, struct ts_err *err)
{
	if (find_own(l, n) < l->nown) {
		return TS_LOCK_OURS;
	}
	bool ours = false;
	DWORD why = 0;
	for (int i = 0; i < ATTEMPTS && !ours; i++) {
		ts_os_sleep_ms(i > 0 ? ATTEMPT_MS : 0);
		ours = try_lock(l, n);
		why = GetLastError();
	}
	if (ours) {
		TS_GROW(l->own, l->cap, l->nown);
		l->own[l->nown++] = n;
		write_holder(l, n, GetCurrentProcessId());
		return TS_LOCK_OURS;
	}
	if (why == ERROR_LOCK_VIOLATION || why == ERROR_IO_PENDING) {
		if (pid != NULL) {
			*pid = read_holder(l, n);
		}
		return TS_LOCK_TAKEN;
	}
	char words[256];
	ts_fail(err, "cannot lock \"%s\": %s", l->path, ts_win32_words(why, words, sizeof(words)));
	return TS_LOCK_FAILED;
}

void ts_lock_give(struct ts_lock *l, int64_t n)
{
	size_t i = find_own(l, n);
	if (i < l->nown) {
		write_holder(l, n, 0);
		unlock(l, n);
		l->own[i] = l->own[--l->nown];
	}
}

void ts_lock_free(struct ts_lock *l)
{
	if (l != NULL) {
		while (l->nown > 0) {
			ts_lock_give(l, l->own[0]);
		}
		(void)CloseHandle(l->h);
		free(l->own);
		free(l->path);
		free(l);
	}
}
