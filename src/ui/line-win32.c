/* ui/line-win32.c - line editing by the console of Windows itself: cursor keys, history and F7 are its own, Tab wakes us up. History lives as long as
 * the console; words are completed at the end of the line. */
#include "ui/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "os/console-win32.h"

struct ts_edit {
	ts_complete_fn complete;
	void *ctx;
	struct ts_buf text, typed;
};

/* What all candidates have in common, and how many there are. */
struct common {
	struct ts_buf text, list;
	size_t count;
};

static void add_candidate(void *ctx, const char *word)
{
	struct common *c = ctx;
	if (c->count++ == 0) {
		ts_buf_puts(&c->text, word);
	} else {
		size_t n = 0;
		while (n < c->text.len && word[n] != '\0' && word[n] == c->text.data[n]) {
			n++;
		}
		c->text.len = n;
		if (c->text.data != NULL) {
			c->text.data[n] = '\0';
		}
	}
	ts_buf_printf(&c->list, "%s%s", c->list.len > 0 ? "  " : "", word);
}

/* Complete the last word of e->text, and show what was added or which words there are. */
static void complete(struct ts_edit *e, const char *prompt)
{
	const char *line = ts_buf_str(&e->text), *blank = strrchr(line, ' ');
	const char *word = blank != NULL ? blank + 1 : line;
	size_t have = strlen(word);
	struct common c = { .count = 0 };
	ts_buf_init(&c.text, TS_BUF_MAX_TEXT);
	ts_buf_init(&c.list, TS_BUF_MAX_TEXT);
	size_t indent = strspn(line, " ");
	char *typed = ts_xstrndup(line + (line + indent < word ? indent : (size_t)(word - line)),
		line + indent < word ? (size_t)(word - line) - indent : 0);
	e->complete(e->ctx, typed, word, add_candidate, &c);
	free(typed);
	if (c.count > 0 && c.text.len >= have) {
		size_t before = e->text.len;
		ts_buf_puts(&e->text, ts_buf_str(&c.text) + have);
		ts_buf_puts(&e->text, c.count == 1 ? " " : "");
		if (e->text.len > before) {
			(void)ts_gate_write(stdout, e->text.data + before, e->text.len - before);
		} else {
			ts_gate_fprintf(
				stdout, "\n%s\n%s%s", ts_buf_str(&c.list), prompt, ts_buf_str(&e->text));
		}
	}
	ts_buf_finish(&c.text);
	ts_buf_finish(&c.list);
}

struct ts_edit *ts_edit_new(ts_complete_fn complete_fn, void *ctx)
{
	struct ts_edit *e = ts_xcalloc(1, sizeof(*e));
	e->complete = complete_fn;
	e->ctx = ctx;
	ts_buf_init(&e->text, TS_BUF_MAX_TEXT);
	ts_buf_init(&e->typed, TS_BUF_MAX_TEXT);
	return e;
}

void ts_edit_free(struct ts_edit *e)
{
	if (e != NULL) {
		ts_buf_finish(&e->text);
		ts_buf_finish(&e->typed);
		free(e);
	}
}

enum ts_line_result ts_edit_read(struct ts_edit *e, const char *prompt, const char **text)
{
	static const enum ts_line_result results[] = { [TS_CONSOLE_LINE] = TS_LINE_TEXT,
		[TS_CONSOLE_END] = TS_LINE_EOF,
		[TS_CONSOLE_INTERRUPT] = TS_LINE_INTERRUPT };
	enum ts_console_read r;
	(void)fflush(stdout);
	ts_gate_fprintf(stdout, "%s", prompt);
	ts_buf_clear(&e->text);
	for (;;) {
		r = ts_console_read_line(ts_buf_str(&e->text), e->complete != NULL, &e->typed);
		ts_buf_clear(&e->text);
		ts_buf_put(&e->text, e->typed.data, e->typed.len);
		if (r != TS_CONSOLE_TAB) {
			break;
		}
		complete(e, prompt);
	}
	*text = ts_buf_str(&e->text);
	return results[r];
}

void ts_edit_history(struct ts_edit *e, const char *path)
{
	(void)e;
	(void)path;
}

void ts_edit_remember(struct ts_edit *e, const char *text)
{
	(void)e;
	(void)text;
}
