/* ui/history.c - the file of lines that were typed. */
#include "ui/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "os/os.h"

#define FILE_MAX ((size_t)1 << 20)
#define LINE_MAX 4000

struct ts_history {
	char *path;
	char **lines;
	size_t n, cap, max;
};

static bool keeps(const struct ts_history *h, const char *p, size_t n)
{
	if (n == 0 || n > LINE_MAX || *p == ' ' || !ts_utf8_valid(p, n)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f) {
			return false;
		}
	}
	const char *last = h->n > 0 ? h->lines[h->n - 1] : NULL;
	return last == NULL || strlen(last) != n || memcmp(last, p, n) != 0;
}

static bool add(struct ts_history *h, const char *p, size_t n)
{
	if (!keeps(h, p, n)) {
		return false;
	}
	if (h->n == h->max) {
		free(h->lines[0]);
		memmove(&h->lines[0], &h->lines[1], (h->n - 1) * sizeof(*h->lines));
		h->n--;
	}
	TS_GROW(h->lines, h->cap, h->n);
	h->lines[h->n++] = ts_xstrndup(p, n);
	return true;
}

static void read_file(struct ts_history *h)
{
	struct ts_file_info info;
	struct ts_buf b;
	/* A pipe or a device in its place is left alone. */
	if (!ts_os_stat(h->path, &info, NULL) || info.kind != TS_FILE_REGULAR) {
		return;
	}
	ts_buf_init(&b, FILE_MAX);
	if (ts_os_read_file(h->path, &b, NULL)) {
		struct ts_str rest = { ts_buf_str(&b), b.len }, line;
		while (ts_str_line(&rest, &line)) {
			(void)add(h, line.p, line.n);
		}
	}
	ts_buf_finish(&b);
}

struct ts_history *ts_history_load(const char *path, size_t max)
{
	struct ts_history *h = ts_xcalloc(1, sizeof(*h));
	h->path = ts_xstrdup(path);
	h->max = max;
	read_file(h);
	return h;
}

void ts_history_free(struct ts_history *h)
{
	if (h == NULL) {
		return;
	}
	for (size_t i = 0; i < h->n; i++) {
		free(h->lines[i]);
	}
	free(h->lines);
	free(h->path);
	free(h);
}

const char *ts_history_line(const struct ts_history *h, size_t i)
{
	return i < h->n ? h->lines[i] : NULL;
}

void ts_history_add(struct ts_history *h, const char *line)
{
	if (!add(h, line, strlen(line))) {
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, FILE_MAX * 4);
	for (size_t i = 0; i < h->n; i++) {
		ts_buf_puts(&b, h->lines[i]);
		ts_buf_putc(&b, '\n');
	}
	const char *slash = ts_os_last_slash(h->path);
	char *folder = ts_xstrndup(h->path, slash != NULL ? (size_t)(slash - h->path) : 0);
	if (slash == NULL || ts_os_mkdirs_private(folder, NULL)) {
		(void)ts_os_write_file(h->path, ts_buf_str(&b), b.len, 0600, NULL);
	}
	free(folder);
	ts_buf_finish(&b);
}
