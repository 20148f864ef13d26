/* ui/line.c - chooses between line editing and plain reading; the plain reading itself. */
#include "ui/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "os/os.h"

struct ts_line {
	struct ts_edit *edit; /* NULL = plain reading */
	struct ts_buf text;
};

#define LINE_MAX_BYTES ((size_t)1 << 20)

struct ts_line *ts_line_new(ts_complete_fn complete, void *ctx)
{
	struct ts_line *l = ts_xcalloc(1, sizeof(*l));
	ts_buf_init(&l->text, LINE_MAX_BYTES * 4);
	if (ts_os_isatty(stdin) && ts_os_isatty(stdout)) {
		l->edit = ts_edit_new(complete, ctx);
	}
	return l;
}

void ts_line_free(struct ts_line *l)
{
	if (l == NULL) {
		return;
	}
	ts_edit_free(l->edit);
	ts_buf_finish(&l->text);
	free(l);
}

bool ts_line_is_terminal(const struct ts_line *l)
{
	return l->edit != NULL || (ts_os_isatty(stdin) && ts_os_isatty(stdout));
}

/* Read bytes up to a newline; invalid UTF-8 becomes U+FFFD so that nothing below has to think of it. */
static enum ts_line_result read_plain(struct ts_line *l)
{
	struct ts_buf raw;
	ts_buf_init(&raw, LINE_MAX_BYTES);
	int c;
	errno = 0;
	while ((c = getc(stdin)) != EOF && c != '\n') {
		ts_buf_putc(&raw, (char)c);
	}
	if (c == EOF && raw.len == 0) {
		bool interrupted = ferror(stdin) && errno == EINTR;
		clearerr(stdin);
		ts_buf_finish(&raw);
		return interrupted ? TS_LINE_INTERRUPT : TS_LINE_EOF;
	}
	ts_buf_clear(&l->text);
	for (size_t i = 0; i < raw.len;) {
		uint32_t cp;
		char enc[4];
		i += ts_utf8_next(raw.data + i, raw.len - i, &cp, NULL);
		if (cp != 0 && cp != '\r') {
			ts_buf_put(&l->text, enc, ts_utf8_put(enc, cp));
		}
	}
	ts_buf_finish(&raw);
	return TS_LINE_TEXT;
}

enum ts_line_result ts_line_read(struct ts_line *l, const char *prompt, const char **text)
{
	*text = "";
	if (l->edit != NULL) {
		return ts_edit_read(l->edit, prompt, text);
	}
	if (ts_line_is_terminal(l)) {
		fputs(prompt, stdout);
	}
	fflush(stdout);
	enum ts_line_result r = read_plain(l);
	*text = ts_buf_str(&l->text);
	return r;
}

void ts_line_history(struct ts_line *l, const char *path)
{
	if (l->edit != NULL && path != NULL) {
		ts_edit_history(l->edit, path);
	}
}

void ts_line_remember(struct ts_line *l, const char *text)
{
	if (l->edit != NULL) {
		ts_edit_remember(l->edit, text);
	}
}
