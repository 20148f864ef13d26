/* base/diag.c - problems in files: collected, sorted, printed with the line they are in and a caret under the place. */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/utf8.h"

#define WINDOW_COLUMNS 100 /* a longer source line is cut around the caret */
#define BEFORE_COLUMNS 40  /* how much of it stays before the caret */
#define BYTES_A_COLUMN 4   /* marks without width must not make a cut line long either */
#define WINDOW_BYTES   (WINDOW_COLUMNS * BYTES_A_COLUMN)

struct ts_diags {
	struct ts_source **sources;
	size_t source_count, source_cap;
	struct ts_problem *problems;
	size_t count, cap;
	size_t per_severity[TS_ERROR + 1];
};

static const char *const severity_names[] = {
	[TS_NOTE] = "note", [TS_WARNING] = "warning", [TS_ERROR] = "error"
};

struct ts_diags *ts_diags_new(void)
{
	return ts_xcalloc(1, sizeof(struct ts_diags));
}

void ts_diags_free(struct ts_diags *d)
{
	if (d == NULL) {
		return;
	}
	for (size_t i = 0; i < d->source_count; i++) {
		free(d->sources[i]->path);
		free(d->sources[i]->text);
		free(d->sources[i]);
	}
	for (size_t i = 0; i < d->count; i++) {
		/* The text is const for readers only. */
		free((void *)(uintptr_t)d->problems[i].text);
	}
	free(d->sources);
	free(d->problems);
	free(d);
}

const struct ts_source *ts_diags_source(struct ts_diags *d, const char *path, const char *text, size_t len)
{
	struct ts_source *s = ts_xcalloc(1, sizeof(*s));
	s->path = ts_xstrdup(path);
	s->text = ts_xmalloc(len + 1);
	if (len > 0) {
		memcpy(s->text, text, len);
	}
	s->text[len] = '\0';
	s->len = len;
	TS_GROW(d->sources, d->source_cap, d->source_count);
	d->sources[d->source_count++] = s;
	return s;
}

void ts_diag(struct ts_diags *d, enum ts_severity sev, const char *rule, const struct ts_source *src,
	size_t off, size_t len, const char *fmt, ...)
{
	if (src != NULL) {
		off = off < src->len ? off : src->len;
		len = len < src->len - off ? len : src->len - off;
	}
	va_list ap;
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	TS_GROW(d->problems, d->cap, d->count);
	d->problems[d->count++] = (struct ts_problem){ sev, src, off, len, 0, 0, rule, text };
	d->per_severity[sev]++;
}

void ts_diags_adopt(struct ts_diags *d, struct ts_diags *other)
{
	for (size_t i = 0; i < other->source_count; i++) {
		TS_GROW(d->sources, d->source_cap, d->source_count);
		d->sources[d->source_count++] = other->sources[i];
	}
	for (size_t i = 0; i < other->count; i++) {
		TS_GROW(d->problems, d->cap, d->count);
		d->problems[d->count++] = other->problems[i];
		d->per_severity[other->problems[i].severity]++;
	}
	other->source_count = other->count = 0;
	ts_diags_free(other);
}

size_t ts_diags_count(const struct ts_diags *d, enum ts_severity sev)
{
	return d->per_severity[sev];
}

static int compare_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Problems without a place come first, then by file and place, the more severe first where they share one. */
static int compare_problems(const void *va, const void *vb)
{
	const struct ts_problem *a = va, *b = vb;
	int c = (a->src != NULL) - (b->src != NULL);
	if (c == 0 && a->src != b->src) {
		c = strcmp(a->src->path, b->src->path);
		/* Two sources of one path: keep them apart, in any order that stays the same. */
		c = c != 0 ? c : strcmp(a->src->text, b->src->text);
	}
	c = c != 0 ? c : compare_sizes(a->off, b->off);
	c = c != 0 ? c : (int)b->severity - (int)a->severity;
	c = c != 0 ? c : compare_sizes(a->len, b->len);
	c = c != 0 ? c : strcmp(a->rule, b->rule);
	return c != 0 ? c : strcmp(a->text, b->text);
}

/* Walks a source forward once, whatever the number of problems in it. */
struct place {
	const struct ts_source *src;
	size_t off, line, column;
};

static void walk_to(struct place *at, const struct ts_source *src, size_t off)
{
	if (at->src != src || off < at->off) {
		*at = (struct place){ src, 0, 1, 1 };
	}
	while (at->off < off) {
		unsigned char c = (unsigned char)src->text[at->off++];
		if (c == '\n') {
			at->line++;
			at->column = 1;
		} else if (at->off == src->len || ((unsigned char)src->text[at->off] & 0xC0) != 0x80) {
			at->column++;
		}
	}
}

void ts_diags_sort(struct ts_diags *d)
{
	if (d->count > 1) {
		qsort(d->problems, d->count, sizeof(d->problems[0]), compare_problems);
	}
	struct place at = { 0 };
	size_t kept = 0;
	for (size_t i = 0; i < d->count; i++) {
		struct ts_problem *p = &d->problems[i];
		if (kept > 0 && compare_problems(&d->problems[kept - 1], p) == 0) {
			d->per_severity[p->severity]--;
			free((void *)(uintptr_t)p->text);
			continue;
		}
		if (p->src != NULL) {
			walk_to(&at, p->src, p->off);
			p->line = at.line;
			p->column = at.column;
		}
		d->problems[kept++] = *p;
	}
	d->count = kept;
}

const struct ts_problem *ts_diags_get(const struct ts_diags *d, size_t i)
{
	return i < d->count ? &d->problems[i] : NULL;
}

/* From `off`, the furthest offset in the direction of `step` (+1, -1) within `columns` columns and the limit `stop`. */
static size_t reach(const char *text, size_t off, size_t stop, int step, size_t columns)
{
	size_t used = 0, start = off, next = off;
	while (next != stop) {
		uint32_t cp;
		if (step > 0) {
			next += ts_utf8_next(text + next, stop - next, &cp, NULL);
		} else {
			/* Back over continuation bytes, three at most. */
			size_t back = 1;
			while (back < 4 && next - back > stop &&
				((unsigned char)text[next - back] & 0xC0) == 0x80) {
				back++;
			}
			next -= back;
			(void)ts_utf8_next(text + next, back, &cp, NULL);
		}
		int w = ts_cp_width(cp);
		used += w > 0 || cp >= 0xA0 ? (size_t)w : 1; /* a control is shown as one column */
		size_t bytes = step > 0 ? next - start : start - next;
		if (used > columns || bytes > columns * BYTES_A_COLUMN) {
			break;
		}
		off = next;
	}
	return off;
}

/* Append the gated text of [from, to) and return how many columns it takes. */
static size_t put_part(struct ts_buf *out, const char *text, size_t from, size_t to)
{
	size_t before = out->len;
	ts_gate_put(out, text + from, to - from, 0);
	return ts_text_width(ts_buf_str(out) + before, out->len - before);
}

/* Append the source line of p, cut around the place where it is long, and the caret line. */
static void put_snippet(struct ts_buf *out, const struct ts_problem *p)
{
	const char *text = p->src->text;
	/* Looked for only as far as the window could reach: there may be thousands of problems in a line of 10 MB. */
	size_t begin = p->off, end = p->off;
	while (begin > 0 && text[begin - 1] != '\n' && p->off - begin <= WINDOW_BYTES) {
		begin--;
	}
	while (end < p->src->len && text[end] != '\n' && end - p->off <= WINDOW_BYTES) {
		end++;
	}
	if (end > p->off && text[end - 1] == '\r') {
		end--;
	}
	size_t from = begin, to = end;
	if (reach(text, begin, end, 1, WINDOW_COLUMNS) != end) {
		from = reach(text, p->off, begin, -1, BEFORE_COLUMNS);
		to = reach(text, from, end, 1, WINDOW_COLUMNS);
	}
	to = to > p->off ? to : p->off;
	size_t marked = p->off + p->len < to ? p->off + p->len : to;

	ts_buf_printf(out, "%5zu | %s", p->line, from > begin ? "..." : "");
	size_t indent = (from > begin ? 3 : 0) + put_part(out, text, from, p->off);
	size_t width = put_part(out, text, p->off, marked);
	(void)put_part(out, text, marked, to);
	ts_buf_puts(out, to < end ? "...\n" : "\n");
	ts_buf_puts(out, "      | ");
	ts_buf_fill(out, ' ', indent);
	ts_buf_putc(out, '^');
	ts_buf_fill(out, '~', width > 1 ? width - 1 : 0);
	ts_buf_putc(out, '\n');
}

void ts_diags_print(struct ts_diags *d, FILE *f)
{
	ts_diags_sort(d);
	struct ts_buf out;
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < d->count; i++) {
		const struct ts_problem *p = &d->problems[i];
		if (p->src != NULL) {
			ts_gate_puts(&out, p->src->path, 0);
			if (p->src->len > 0) {
				ts_buf_printf(&out, ":%zu:%zu", p->line, p->column);
			}
			ts_buf_puts(&out, ": ");
		}
		ts_buf_printf(&out, "%s: ", severity_names[p->severity]);
		ts_gate_puts(&out, p->text, 0);
		ts_buf_putc(&out, '\n');
		if (p->src != NULL && p->src->len > 0) {
			put_snippet(&out, p);
		}
		/* Already gated; once more costs little and brings the stream's own charset in. */
		ts_gate_fprintf(f, "%s", ts_buf_str(&out));
		ts_buf_clear(&out);
	}
	ts_buf_finish(&out);
}

size_t ts_source_offset(const struct ts_source *s, size_t line, size_t column)
{
	size_t off = 0;
	for (; line > 1 && off < s->len; line--) {
		const char *nl = memchr(s->text + off, '\n', s->len - off);
		off = nl != NULL ? (size_t)(nl - s->text) + 1 : s->len;
	}
	while (column > 1 && off < s->len && s->text[off] != '\n') {
		uint32_t cp;
		off += ts_utf8_next(s->text + off, s->len - off, &cp, NULL);
		column--;
	}
	return off;
}
