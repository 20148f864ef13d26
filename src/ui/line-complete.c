/* ui/line-complete.c - Tab, over libedit: completes the word as far as all proposals agree, or lists them. */
#include "ui/line-complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"
#include "ui/wide.h"

#define CHOICES_MAX 64
#define LINE_MAX    ((size_t)1 << 22)

struct choices {
	char *words[CHOICES_MAX];
	size_t n, more;
};

static void add_choice(void *ctx, const char *word)
{
	struct choices *c = ctx;
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->words[i], word) == 0) {
			return;
		}
	}
	if (c->n == CHOICES_MAX) {
		c->more++;
	} else {
		c->words[c->n++] = ts_xstrdup(word);
	}
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Bytes that all choices share, ASCII case apart; never half a character. */
static size_t common_prefix(const struct choices *c)
{
	const char *first = c->words[0];
	size_t n = strlen(first);
	for (size_t i = 1; i < c->n; i++) {
		size_t k = 0;
		while (k < n && lower(c->words[i][k]) == lower(first[k])) {
			k++;
		}
		n = k;
	}
	while (n > 0 && ((unsigned char)first[n] & 0xc0) == 0x80) {
		n--;
	}
	return c->more > 0 ? 0 : n;
}

static void replace(EditLine *el, int typed, const char *text)
{
	struct ts_buf safe; /* a file's name may hold anything */
	ts_buf_init(&safe, LINE_MAX);
	ts_gate_puts(&safe, text, 0);
	wchar_t *w = ts_wide_of(ts_buf_str(&safe));
	el_deletestr(el, typed);
	el_winsertstr(el, w);
	free(w);
	ts_buf_finish(&safe);
}

static void list(const struct choices *c)
{
	fputc('\n', stdout);
	for (size_t i = 0; i < c->n; i++) {
		ts_gate_fprintf(stdout, "%s%s", i > 0 ? "  " : "", c->words[i]);
	}
	if (c->more > 0) {
		ts_gate_fprintf(stdout, "  ... and more");
	}
	fputc('\n', stdout);
}

static unsigned char apply(EditLine *el, int typed, const char *prefix, const struct choices *c)
{
	if (c->n == 0) {
		return CC_ERROR;
	}
	size_t common = common_prefix(c), have = strlen(prefix);
	if (common > have || (c->n == 1 && common == have)) {
		char *text = ts_xstrndup(c->words[0], common);
		/* A folder is not the end of a path. */
		bool whole = c->n == 1 && text[common - 1] != '/';
		char *word = ts_xasprintf("%s%s", text, whole ? " " : "");
		/* Only what was typed in other letters is written again. */
		bool same = strncmp(word, prefix, have) == 0;
		replace(el, same ? 0 : typed, word + (same ? have : 0));
		free(word);
		free(text);
		return CC_REFRESH;
	}
	list(c);
	return CC_REDISPLAY;
}

unsigned char ts_edit_complete(EditLine *el, ts_complete_fn complete, void *ctx)
{
	const LineInfoW *li = el_wline(el);
	const wchar_t *start = li->cursor, *line = li->buffer;
	while (start > line && start[-1] != L' ') {
		start--;
	}
	while (line < start && *line == L' ') {
		line++;
	}
	struct ts_buf before, word;
	ts_buf_init(&before, LINE_MAX);
	ts_buf_init(&word, LINE_MAX);
	ts_wide_put(&before, line, (size_t)(start - line));
	ts_wide_put(&word, start, (size_t)(li->cursor - start));
	struct choices c = { .n = 0 };
	complete(ctx, ts_buf_str(&before), ts_buf_str(&word), add_choice, &c);
	unsigned char r = apply(el, (int)(li->cursor - start), ts_buf_str(&word), &c);
	for (size_t i = 0; i < c.n; i++) {
		free(c.words[i]);
	}
	ts_buf_finish(&before);
	ts_buf_finish(&word);
	return r;
}
