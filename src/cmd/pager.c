/* cmd/pager.c - whether output goes through a pager, and through which. */
#include "cmd/pager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "cmd/cmd.h"
#include "os/os.h"
#include "os/spawn.h"

#define WORDS_MAX 32

/* less: colours as they are, no screen of its own, and done at once when all fits after all. */
#define DEFAULT_PAGER "less"
static char default_setting[] = "LESS=FRX";

/* Bytes of an escape sequence that takes no room on the screen: the colours and links that we write ourselves. */
static size_t sequence_at(const char *p, size_t n)
{
	size_t i = 2;
	if (n < 2 || p[0] != '\033' || (p[1] != '[' && p[1] != ']')) {
		return 0;
	}
	if (p[1] == '[') {
		while (i < n && (p[i] < '@' || p[i] > '~')) {
			i++;
		}
		return i < n ? i + 1 : n;
	}
	while (i + 1 < n && !(p[i] == '\033' && p[i + 1] == '\\')) {
		i++;
	}
	return i + 1 < n ? i + 2 : n;
}

/* Rows that text takes on a screen of so many columns; no more than `enough` are counted. */
static size_t rows_of(const struct ts_buf *text, size_t columns, size_t enough)
{
	size_t rows = 0, width = 0;
	for (size_t i = 0; i < text->len && rows < enough;) {
		size_t skip = sequence_at(text->data + i, text->len - i);
		if (skip > 0) {
			i += skip;
			continue;
		}
		if (text->data[i] == '\n') {
			rows += 1 + (width > 0 ? (width - 1) / columns : 0);
			width = 0;
			i++;
			continue;
		}
		uint32_t cp;
		i += ts_utf8_next(text->data + i, text->len - i, &cp, NULL);
		width += cp == '\t' ? 8 - width % 8 : (size_t)ts_cp_width(cp);
	}
	return rows + (width > 0 ? 1 + (width - 1) / columns : 0);
}

/* The person's pager, NULL = none. As with other programs, set but empty means that none is wanted. */
static const char *wanted(bool *named)
{
	static const char *const names[] = { "TROUBLESHOOT_PAGER", "PAGER" };
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		const char *value = ts_os_env(names[i]);
		if (value != NULL || ts_os_env_is_empty(names[i])) {
			*named = true;
			return value == NULL || strcmp(value, "cat") == 0 ? NULL : value;
		}
	}
	*named = false;
	return DEFAULT_PAGER;
}

/* May anything be paged on this stream? A pager waits for a key: that is no thing for those who asked never to be asked. */
static bool allowed(const struct ts_options *o)
{
	const char *term = ts_os_env("TERM");
	return !o->no_pager && !o->no_input && !ts_cmd_accessible(o) && !ts_os_elevated() &&
	       ts_os_env("CI") == NULL && term != NULL && strcmp(term, "dumb") != 0 && ts_os_isatty(stdout);
}

bool ts_pager_show(const struct ts_options *o, const struct ts_buf *text)
{
	int columns, rows;
	bool named;
	char *argv[WORDS_MAX + 1] = { NULL };
	size_t n = 0;
	/* The row below the text is the prompt's. */
	if (!allowed(o) || !ts_os_term_size(stdout, &columns, &rows) || columns < 1 || rows < 2 ||
		rows_of(text, (size_t)columns, (size_t)rows) < (size_t)rows) {
		return false;
	}
	const char *pager = wanted(&named);
	char *words = ts_xstrdup(pager != NULL ? pager : ""), *rest = words, *word;
	while (n < WORDS_MAX && (word = strtok_r(rest, " \t", &rest)) != NULL) {
		argv[n++] = word;
	}
	struct ts_err err;
	bool shown = false;
	fflush(stdout);
	if (n > 0) {
		enum ts_feed_result r = ts_os_feed(argv, default_setting, text->data, text->len, &err);
		shown = r == TS_FEED_TAKEN;
		if (r == TS_FEED_FAILED && named) {
			ts_cmd_note(o, "the pager was of no use: %s", err.text);
		}
	}
	free(words);
	return shown;
}
