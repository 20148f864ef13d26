/* os/os-win32.c - clocks, environment and rights on Windows. */
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/clock.h"
#include "base/str.h"
#include "os/wide-win32.h"

#define LAST_SECOND 253402300799 /* 9999-12-31T23:59:59Z: what the date formats of the program can hold */
#define UNIX_EPOCH  116444736000000000 /* 1970 in the 100 ns since 1601 that Windows counts */

/* Of advapi32: RtlGenRandom has this name there, and no header that declares it plainly. */
BOOLEAN NTAPI SystemFunction036(PVOID p, ULONG n);

double ts_os_mono_ms_f(void)
{
	return (double)ts_clock_ns() / 1000000.0;
}

int64_t ts_os_mono_ms(void)
{
	return ts_clock_ns() / 1000000;
}

int64_t ts_os_wall_ms(void)
{
	FILETIME t;
	GetSystemTimePreciseAsFileTime(&t);
	return ((int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime) - UNIX_EPOCH) / 10000;
}

int64_t ts_os_now(void)
{
	int64_t v;
	const char *epoch = ts_os_env("SOURCE_DATE_EPOCH");
	return epoch != NULL && ts_parse_int(epoch, 0, LAST_SECOND, &v) ? v : ts_os_wall_ms() / 1000;
}

void ts_os_sleep_ms(int ms)
{
	if (ms > 0) {
		Sleep((DWORD)ms);
	}
}

bool ts_os_random(void *p, size_t n)
{
	return n <= ULONG_MAX && SystemFunction036(p, (ULONG)n) != 0;
}

/* What was asked for so far: getenv() of the C library knows the code page only, and callers keep what they get. */
static struct variable {
	struct variable *next;
	char *name, *value;
} * known;
static SRWLOCK known_lock = SRWLOCK_INIT;

/* The value as a string that lives as long as the program; unused is freed. */
static const char *keep(const char *name, char *value)
{
	AcquireSRWLockExclusive(&known_lock);
	struct variable *v = known;
	while (v != NULL && (strcmp(v->name, name) != 0 || strcmp(v->value, value) != 0)) {
		v = v->next;
	}
	if (v == NULL) {
		v = ts_xmalloc(sizeof(*v));
		*v = (struct variable){ known, ts_xstrdup(name), value };
		known = v;
	} else {
		free(value);
	}
	ReleaseSRWLockExclusive(&known_lock);
	return v->value;
}

/* As UTF-8, NULL when unset; the caller frees. */
static char *read_variable(const char *name)
{
	wchar_t *wide = ts_wide(name), *text = NULL;
	DWORD room = 256, n = 0;
	do {
		room = n > room ? n : room;
		text = ts_xrealloc(text, room * sizeof(*text));
		SetLastError(0);
		n = GetEnvironmentVariableW(wide, text, room);
	} while (n >= room);
	bool unset = n == 0 && GetLastError() != 0;
	char *value = unset ? NULL : ts_utf8_n(text, n, NULL);
	free(text);
	free(wide);
	return value;
}

const char *ts_os_env(const char *name)
{
	char *value = read_variable(name);
	if (value == NULL || *value == '\0') {
		free(value);
		return NULL;
	}
	return keep(name, value);
}

bool ts_os_env_is_empty(const char *name)
{
	char *value = read_variable(name);
	bool empty = value != NULL && *value == '\0';
	free(value);
	return empty;
}

bool ts_os_reader_gone(int error)
{
	/* The C library has no errno for ERROR_NO_DATA, "the pipe is being closed". */
	return error == EPIPE || error == EINVAL;
}

bool ts_os_elevated(void)
{
	HANDLE token;
	TOKEN_ELEVATION elevation = { 0 };
	DWORD size;
	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
		return false;
	}
	bool ok = GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &size) != 0;
	(void)CloseHandle(token);
	return ok && elevation.TokenIsElevated != 0;
}
