/* ui/line-edit-none.c - built without libedit: lines are read plainly. */
#include "ui/line.h"

struct ts_edit *ts_edit_new(ts_complete_fn complete, void *ctx)
{
	(void)complete;
	(void)ctx;
	return NULL;
}

void ts_edit_free(struct ts_edit *e)
{
	(void)e;
}

enum ts_line_result ts_edit_read(struct ts_edit *e, const char *prompt, const char **text)
{
	(void)e;
	(void)prompt;
	*text = "";
	return TS_LINE_EOF;
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
