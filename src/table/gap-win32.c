/* table/gap-win32.c - why Windows did not tell something, for the ledger. */
#include "table/gap-win32.h"

#include <windows.h>

#include <stdlib.h>
#include "os/err-win32.h"
#include "os/wide-win32.h"

void ts_gap_win32(struct ts_scan *s, const char *what, unsigned long code)
{
	char words[256];
	switch (code) {
	case ERROR_ACCESS_DENIED:
	case ERROR_PRIVILEGE_NOT_HELD:
		ts_scan_sawf(s, TS_SEEN_DENIED, "%s: " TS_ELEVATED_PROMPT, what);
		break;
	case ERROR_NOT_SUPPORTED:
	case ERROR_CALL_NOT_IMPLEMENTED:
		ts_scan_sawf(s, TS_SEEN_UNSUPPORTED, "%s: this Windows does not tell", what);
		break;
	default:
		ts_scan_sawf(
			s, TS_SEEN_NOT_COLLECTED, "%s: %s", what, ts_win32_words(code, words, sizeof(words)));
		break;
	}
}

void ts_gap_library(struct ts_scan *s, const char *library)
{
	ts_scan_sawf(s, TS_SEEN_UNSUPPORTED, "%s of this Windows lacks functions that this needs", library);
}

const char *ts_text_win32(struct ts_scan *s, const wchar_t *wide)
{
	char *text = ts_utf8(wide);
	const char *copy = ts_arena_strdup(ts_scan_arena(s), text);
	free(text);
	return copy;
}
