/* os/console-win32.c - start of the program on Windows, and its console: UTF-16 out and in, colours, the window of a double click. */
#include "os/console-win32.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/gate.h"
#include "base/utf8.h"
#include "os/err-win32.h"
#include "os/os.h"
#include "os/wide-win32.h"

#define MOST_AT_ONCE 8192 /* units; older consoles refuse 64 KB */
#define LINE_UNITS   32768
#define CTRL_Z       0x1A

/* --- is it one --- */

bool ts_console_is(void *handle)
{
	DWORD mode;
	/* Not _isatty(), which says yes to NUL. */
	return GetConsoleMode(handle, &mode) != 0;
}

static HANDLE handle_of(FILE *f)
{
	int fd = _fileno(f);
	return fd >= 0 ? (HANDLE)_get_osfhandle(fd) : INVALID_HANDLE_VALUE;
}

bool ts_os_isatty(FILE *f)
{
	return ts_console_is(handle_of(f));
}

bool ts_os_term_size(FILE *f, int *columns, int *rows)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	if (!GetConsoleScreenBufferInfo(handle_of(f), &info)) {
		return false;
	}
	*columns = info.srWindow.Right - info.srWindow.Left + 1;
	*rows = info.srWindow.Bottom - info.srWindow.Top + 1;
	return *columns > 0;
}

/* --- out --- */

void ts_console_write(void *handle, const char *p, size_t n)
{
	while (n > 0) {
		size_t part = n < MOST_AT_ONCE ? n : MOST_AT_ONCE;
		/* Not within a character. */
		while (part < n && part > 1 && ((unsigned char)p[part] & 0xC0) == 0x80) {
			part--;
		}
		wchar_t wide[MOST_AT_ONCE];
		int units = MultiByteToWideChar(CP_UTF8, 0, p, (int)part, wide, MOST_AT_ONCE);
		DWORD done;
		if (units <= 0 || !WriteConsoleW(handle, wide, (DWORD)units, &done, NULL)) {
			return;
		}
		p += part;
		n -= part;
	}
}

/* What ts_gate_write() does here: bytes for files and pipes, UTF-16 for a console. */
static size_t write_stream(FILE *f, const char *p, size_t n)
{
	HANDLE h = handle_of(f);
	if (!ts_console_is(h)) {
		return fwrite(p, 1, n, f);
	}
	(void)fflush(f);
	ts_console_write(h, p, n);
	return n;
}

/* --- start and end --- */

static struct {
	DWORD stream;
	DWORD mode;
	bool changed;
} saved[] = { { STD_OUTPUT_HANDLE, 0, false }, { STD_ERROR_HANDLE, 0, false } };

static void restore_modes(void)
{
	for (size_t i = 0; i < TS_COUNT(saved); i++) {
		if (saved[i].changed) {
			(void)SetConsoleMode(GetStdHandle(saved[i].stream), saved[i].mode);
		}
	}
}

/* Started by a double click the console is ours alone, and its window would be gone before anybody has read it. */
static void hold_window(void)
{
	DWORD processes[2], mode;
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
	if (GetConsoleProcessList(processes, 2) != 1 || !GetConsoleMode(in, &mode) ||
		!GetConsoleMode(out, &mode)) {
		return;
	}
	static const char text[] = "\nPress Enter to close this window.";
	(void)fflush(stdout);
	(void)fflush(stderr);
	ts_console_write(out, text, sizeof(text) - 1);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	(void)ts_console_read_line("", false, &b);
	ts_buf_finish(&b);
}

static void at_end(void)
{
	hold_window();
	restore_modes();
}

static void start_colours(void)
{
	for (size_t i = 0; i < TS_COUNT(saved); i++) {
		HANDLE h = GetStdHandle(saved[i].stream);
		saved[i].changed = GetConsoleMode(h, &saved[i].mode) &&
				   SetConsoleMode(h, saved[i].mode | ENABLE_PROCESSED_OUTPUT |
							     ENABLE_VIRTUAL_TERMINAL_PROCESSING);
	}
}

/* Of the C library: the arguments as the system has them. No header of mingw declares it for programs. */
int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***env, int wildcards, int *start_info);

/* The arguments as UTF-8, whatever the code page; they live as long as the program. */
static void take_arguments(int *argc, char ***argv)
{
	wchar_t **wide = NULL, **env = NULL;
	int n = 0, start_info = 0;
	if (__wgetmainargs(&n, &wide, &env, 0, &start_info) != 0 || wide == NULL) {
		return;
	}
	char **all = ts_xcalloc((size_t)n + 1, sizeof(*all));
	for (int i = 0; i < n; i++) {
		all[i] = ts_utf8(wide[i]);
	}
	*argc = n;
	*argv = all;
}

void ts_os_start(int *argc, char ***argv)
{
	FILE *const streams[] = { stdin, stdout, stderr };
	/* A missing file or disk is an error of ours, not a window of the system. */
	(void)SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
	for (size_t i = 0; i < TS_COUNT(streams); i++) {
		(void)_setmode(_fileno(streams[i]), _O_BINARY);
	}
	ts_gate_streams_writer(write_stream);
	take_arguments(argc, argv);
	start_colours();
	(void)atexit(at_end);
}

bool ts_os_locale_utf8(void)
{
	return true;
}

const char *ts_os_terminal_name(void)
{
	/* Consoles that understand no sequences (before Windows 10) are as dumb as terminals can be. */
	const char *term = ts_os_env("TERM");
	return term != NULL ? term : saved[0].changed || saved[1].changed ? "windows" : "dumb";
}

/* --- in --- */

enum ts_console_read ts_console_read_line(const char *have, bool with_tab, struct ts_buf *text)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	wchar_t *units = ts_xcalloc(LINE_UNITS + 1, sizeof(*units)), *start = ts_wide(have);
	size_t n = wcslen(start) < LINE_UNITS ? wcslen(start) : LINE_UNITS;
	memcpy(units, start, n * sizeof(*units));
	free(start);
	CONSOLE_READCONSOLE_CONTROL control = { .nLength = sizeof(control),
		.nInitialChars = (ULONG)n,
		.dwCtrlWakeupMask = with_tab ? 1u << '\t' : 0 };
	DWORD got = 0;
	SetLastError(0);
	bool ok = ReadConsoleW(in, units, LINE_UNITS, &got, &control) != 0;
	DWORD why = GetLastError();
	enum ts_console_read result = TS_CONSOLE_LINE;
	wchar_t *tab = with_tab ? wmemchr(units, L'\t', got) : NULL;
	if (!ok || got == 0) {
		result = why == ERROR_OPERATION_ABORTED ? TS_CONSOLE_INTERRUPT : TS_CONSOLE_END;
		got = 0;
	} else if (tab != NULL) {
		result = TS_CONSOLE_TAB;
		got = (DWORD)(tab - units);
	} else if (units[0] == CTRL_Z) {
		result = TS_CONSOLE_END;
		got = 0;
	}
	while (result == TS_CONSOLE_LINE && got > 0 && (units[got - 1] == L'\n' || units[got - 1] == L'\r')) {
		got--;
	}
	char *utf8 = ts_utf8_n(units, got, NULL);
	ts_buf_clear(text);
	ts_buf_puts(text, utf8);
	free(utf8);
	free(units);
	return result;
}

bool ts_console_read_all(void *handle, struct ts_buf *b, struct ts_err *err)
{
	struct ts_buf line;
	enum ts_console_read r;
	(void)handle;
	ts_buf_init(&line, TS_BUF_MAX_TEXT);
	while ((r = ts_console_read_line("", false, &line)) == TS_CONSOLE_LINE && !b->overflow) {
		ts_buf_put(b, line.data, line.len);
		ts_buf_putc(b, '\n');
	}
	ts_buf_finish(&line);
	if (r == TS_CONSOLE_INTERRUPT) {
		return ts_fail(err, "cannot read \"standard input\": interrupted");
	}
	return !b->overflow ||
	       ts_fail(err, "cannot read \"standard input\": it is larger than %zu bytes", b->max);
}
