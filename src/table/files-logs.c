/* table/files-logs.c - the logs of xrdp from files that were handed in: told apart by what they say, whatever their names. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/logline.h"
#include "decode/utf16.h"
#include "table/files-int.h"
#include "table/log-lines.h"

#define MAX_TEXT ((size_t)256 << 20)

/* A file and the time of its first line: rotated logs follow each other. */
struct part {
	const struct ts_member *m;
	struct ts_instant first;
};

static int by_time(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = ts_instant_compare(x->first, y->first);
	return order != 0 ? order : strcmp(x->m->path, y->m->path);
}

static void read_text(const struct ts_member *m, struct ts_buf *text)
{
	ts_buf_init(text, MAX_TEXT);
	ts_text_put(text, m->data, m->size, false);
}

static struct ts_instant first_time(const struct ts_member *m)
{
	struct ts_buf text;
	struct ts_logline l = { 0 };
	read_text(m, &text);
	struct ts_str rest = { ts_buf_str(&text), text.len }, line;
	while (!l.has_time && ts_str_line(&rest, &line)) {
		ts_logline_parse(line, &l);
	}
	ts_buf_finish(&text);
	return l.time;
}

static size_t list_parts(const struct ts_files *f, enum ts_sniff kind, struct ts_arena *a, struct part **out)
{
	size_t n = 0, cap = 0;
	const struct ts_member *m;
	*out = NULL;
	while ((m = ts_files_member(f, kind, n)) != NULL) {
		TS_ARENA_GROW(a, *out, cap, n);
		(*out)[n++] = (struct part){ m, first_time(m) };
	}
	if (n > 1) {
		qsort(*out, n, sizeof(**out), by_time);
	}
	return n;
}

void ts_files_scan_log_file(struct ts_files *f, struct ts_scan *s)
{
	static const struct {
		const char *path;
		enum ts_sniff kind;
	} logs[] = { { "/var/log/xrdp.log", TS_SNIFF_XRDP_LOG },
		{ "/var/log/xrdp-sesman.log", TS_SNIFF_XRDP_SESMAN_LOG } };
	const char *path = ts_scan_text(s, "path", 0);
	struct ts_window w;
	struct part *parts = NULL;
	size_t n = 0;
	for (size_t i = 0; i < TS_COUNT(logs); i++) {
		if (strcmp(path, logs[i].path) == 0) {
			n = list_parts(f, logs[i].kind, ts_scan_arena(s), &parts);
		}
	}
	if (n == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, "no such log is among the files");
		return;
	}
	if (!ts_match_window(s, &w)) {
		return;
	}
	struct ts_log_times times = { NULL, false };
	int64_t number = 0;
	bool more = true;
	for (size_t i = 0; i < n && more; i++) {
		struct ts_buf text;
		read_text(parts[i].m, &text);
		more = ts_log_lines(s, (struct ts_str){ ts_buf_str(&text), text.len }, &w, &times, &number);
		ts_buf_finish(&text);
	}
	if (times.unsure) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL,
			"%s has times without a zone, so that lines near the ends of the time range may lie "
			"beyond it",
			parts[0].m->path);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, parts[0].m->path);
	}
}
