/* tests/unit/test-logline.c - lines of the logs of xrdp, well formed and not. */
#include "decode/logline.h"

#include <string.h>
#include "base/alloc.h"
#include "test.h"

static void test_lines(void)
{
	static const struct {
		const char *line;
		bool has_time, local;
		int64_t sec;
		int32_t ns;
		const char *level, *message;
	} cases[] = {
		{ "[20240131-12:34:56] [INFO ] starting xrdp", true, true, 1706704496, 0, "INFO",
			"starting xrdp" },
		{ "[20240131-12:34:56] [ERROR] cannot read [key]", true, true, 1706704496, 0, "ERROR",
			"cannot read [key]" },
		{ "[2024-01-31T12:34:56.789+0100] [WARN ] slow", true, false, 1706700896, 789000000, "WARN",
			"slow" },
		{ "[2024-01-31T12:34:56.789-0100] [WARN ] slow", true, false, 1706708096, 789000000, "WARN",
			"slow" },
		{ "[2024-01-31T12:34:56Z] [DEBUG] x", true, false, 1706704496, 0, "DEBUG", "x" },
		{ "[2024-01-31T12:34:56.5] no level", true, true, 1706704496, 500000000, "", "no level" },
		{ "[20240131-12:34:56]", true, true, 1706704496, 0, "", "" },
		{ "[20240131-12:34:56] []", true, true, 1706704496, 0, "", "" },
		{ "a continued line", false, false, 0, 0, "", "a continued line" },
		{ "[20241331-12:34:56] [INFO ] no month", false, false, 0, 0, "",
			"[20241331-12:34:56] [INFO ] no month" },
		{ "[20240131-12:34:5x] x", false, false, 0, 0, "", "[20240131-12:34:5x] x" },
		{ "[INFO ] no time", false, false, 0, 0, "", "[INFO ] no time" },
		{ "[20240131-12:34:56", false, false, 0, 0, "", "[20240131-12:34:56" },
		{ "[", false, false, 0, 0, "", "[" },
		{ "[]", false, false, 0, 0, "", "[]" },
		{ "[+0100]", false, false, 0, 0, "", "[+0100]" },
		{ "", false, false, 0, 0, "", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* On the heap to its length, so that a read beyond its end is seen. */
		size_t n = strlen(cases[i].line);
		char *copy = ts_xmalloc(n + 1), text[128];
		struct ts_logline l;
		memcpy(copy, cases[i].line, n);
		copy = ts_xrealloc(copy, n > 0 ? n : 1);
		ts_logline_parse((struct ts_str){ copy, n }, &l);
		CHECK_INT(l.has_time, cases[i].has_time);
		if (l.has_time) {
			CHECK_INT(l.local, cases[i].local);
			CHECK_INT(l.time.sec, cases[i].sec);
			CHECK_INT(l.time.ns, cases[i].ns);
		}
		snprintf(text, sizeof(text), "%.*s", (int)l.level.n, l.level.n > 0 ? l.level.p : "");
		CHECK_STR(text, cases[i].level);
		snprintf(text, sizeof(text), "%.*s", (int)l.message.n, l.message.n > 0 ? l.message.p : "");
		CHECK_STR(text, cases[i].message);
		free(copy);
	}
}

TEST_MAIN({ "lines", test_lines })
