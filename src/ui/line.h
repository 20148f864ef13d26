/* ui/line.h - reads a line from the person: libedit on a terminal (line-edit.c), plain reading from a pipe (line-plain.c). */
#ifndef TS_UI_LINE_H
#define TS_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum ts_line_result {
	TS_LINE_TEXT,      /* a line, or a pasted block of several lines */
	TS_LINE_EOF,       /* end of input, Ctrl-D on an empty line */
	TS_LINE_INTERRUPT, /* Ctrl-C; the text is what was on the line */
};

struct ts_line;

/* Words that Tab may complete: call put(put_ctx, word) for each that may take the place of prefix, the word before the
 * cursor (and starts with it, ASCII case apart). before is what stands before that on the line, "" = nothing. */
typedef void (*ts_complete_fn)(void *ctx, const char *before, const char *prefix,
	void (*put)(void *put_ctx, const char *word), void *put_ctx);

struct ts_line *ts_line_new(ts_complete_fn complete, void *ctx);
void ts_line_free(struct ts_line *l); /* restores the terminal; NULL is allowed */
bool ts_line_is_terminal(const struct ts_line *l);
/* Show the prompt (ASCII, ending in a blank) and read. *text is valid UTF-8 without a final newline, valid until the next call. Where the
 * input is no terminal, the prompt is not shown. */
enum ts_line_result ts_line_read(struct ts_line *l, const char *prompt, const char **text);
/* Read typed lines of earlier runs from this file, and keep new ones in it (0600, written as a whole and renamed). NULL = do not. */
void ts_line_history(struct ts_line *l, const char *path);
/* Keep this line in the history (not answers, not pastes). */
void ts_line_remember(struct ts_line *l, const char *text);

/* ---- for line-edit.c / line-edit-none.c only ---- */
struct ts_edit;
/* NULL where line editing is not possible (no terminal, built without libedit, "edit off"). */
struct ts_edit *ts_edit_new(ts_complete_fn complete, void *ctx);
void ts_edit_free(struct ts_edit *e);
enum ts_line_result ts_edit_read(struct ts_edit *e, const char *prompt, const char **text);
void ts_edit_history(struct ts_edit *e, const char *path);
void ts_edit_remember(struct ts_edit *e, const char *text);

#endif
