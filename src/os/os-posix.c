/* os/os-posix.c - clocks, environment and terminal on POSIX systems. */
#include "os/os.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define LAST_SECOND 253402300799 /* 9999-12-31T23:59:59Z: what the date formats of the program can hold */

void ts_os_start(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that has seen enough is noticed by the write's EPIPE */
}

double ts_os_mono_ms_f(void)
{
	return (double)ts_clock_ns() / 1000000.0;
}

int64_t ts_os_mono_ms(void)
{
	return ts_clock_ns() / 1000000;
}

int64_t ts_os_now(void)
{
	int64_t v;
	const char *epoch = ts_os_env("SOURCE_DATE_EPOCH");
	if (epoch != NULL && ts_parse_int(epoch, 0, LAST_SECOND, &v)) {
		return v;
	}
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

int64_t ts_os_wall_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void ts_os_sleep_ms(int ms)
{
	if (ms <= 0) {
		return;
	}
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	while (nanosleep(&t, &t) != 0 && errno == EINTR) {
	}
}

bool ts_os_random(void *p, size_t n)
{
	ssize_t got;
	do {
		got = getrandom(p, n, 0);
	} while (got < 0 && errno == EINTR);
	return got >= 0 && (size_t)got == n;
}

const char *ts_os_env(const char *name)
{
	const char *v = secure_getenv(name);
	return v != NULL && *v != '\0' ? v : NULL;
}

bool ts_os_env_is_empty(const char *name)
{
	const char *v = secure_getenv(name);
	return v != NULL && *v == '\0';
}

bool ts_os_elevated(void)
{
	return geteuid() == 0 || geteuid() != getuid() || getegid() != getgid() ||
	       ts_os_env("SUDO_UID") != NULL;
}

const char *ts_os_terminal_name(void)
{
	return ts_os_env("TERM");
}

bool ts_os_reader_gone(int error)
{
	return error == EPIPE;
}

bool ts_os_isatty(FILE *f)
{
	return isatty(fileno(f)) == 1;
}

bool ts_os_term_size(FILE *f, int *columns, int *rows)
{
	struct winsize w = { 0 };
	if (ioctl(fileno(f), TIOCGWINSZ, &w) != 0 || w.ws_col == 0) {
		return false;
	}
	*columns = w.ws_col;
	*rows = w.ws_row;
	return true;
}

bool ts_os_locale_utf8(void)
{
	const char *codeset = nl_langinfo(CODESET);
	return ts_str_case_eq(codeset, "UTF-8") || ts_str_case_eq(codeset, "UTF8");
}
