/* os/err-win32.c - error codes of Windows in words, English where the system has them. */
#include "os/err-win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "os/wide-win32.h"

#define MOST_UNITS 512

/* Line ends within become blanks; blanks, line ends and the full stop at the end go. */
static void tidy(char *text)
{
	for (char *p = text; (p = strpbrk(p, "\r\n")) != NULL;) {
		*p = ' ';
	}
	size_t n = strlen(text);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '.')) {
		text[--n] = '\0';
	}
}

const char *ts_win32_words(unsigned long code, char *out, size_t size)
{
	static const DWORD languages[] = { MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), 0 };
	wchar_t wide[MOST_UNITS];
	DWORD n = 0;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]) && n == 0; i++) {
		n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code,
			languages[i], wide, MOST_UNITS, NULL);
	}
	char *text = ts_utf8_n(wide, n, NULL);
	tidy(text);
	if (*text != '\0') {
		(void)snprintf(out, size, "%s", text);
	} else {
		(void)snprintf(out, size, code > 0xFFFF ? "error 0x%08lx" : "error %lu", code);
	}
	free(text);
	return out;
}

bool ts_err_win32(struct ts_err *err, unsigned long code, const char *what)
{
	char words[256];
	return ts_fail(err, "%s: %s", what, ts_win32_words(code, words, sizeof(words)));
}
