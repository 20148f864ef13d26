/* out/flow.c - filling lines: each word is collected with its styles, then placed on the line or on the
 * next one. */
#include "out/flow.h"

#include <string.h>
#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"

#define ROOM_MIN 4 /* columns that a line must have left for text behind a marker */

void ts_flow_init(struct ts_flow *f, const struct ts_look *look, size_t indent, struct ts_buf *out)
{
	memset(f, 0, sizeof(*f));
	f->look = look;
	f->out = out;
	f->width = look->width > 0 ? (size_t)look->width : SIZE_MAX;
	ts_buf_init(&f->prefix, TS_BUF_MAX_TEXT);
	ts_buf_init(&f->first, TS_BUF_MAX_TEXT);
	ts_buf_init(&f->word, TS_BUF_MAX_TEXT);
	ts_buf_init(&f->scratch, TS_BUF_MAX_TEXT);
	f->prefix_width = indent < f->width / 2 ? indent : f->width / 2;
	ts_buf_fill(&f->prefix, ' ', f->prefix_width);
}

void ts_flow_finish(struct ts_flow *f)
{
	ts_buf_finish(&f->prefix);
	ts_buf_finish(&f->first);
	ts_buf_finish(&f->word);
	ts_buf_finish(&f->scratch);
}

/* ---- styles ---- */

static void write_style(const struct ts_flow *f, struct ts_buf *b, unsigned bits)
{
	if (!f->look->colour) {
		return;
	}
	ts_buf_puts(b, "\033[0m");
	for (int s = 0; bits >> s != 0; s++) {
		if (bits >> s & 1) {
			ts_style_on((enum ts_style)s, f->look, b);
		}
	}
}

static void write_link(const struct ts_flow *f, struct ts_buf *b, const char *url)
{
	if (f->look->hyperlinks) {
		ts_buf_puts(b, "\033]8;;");
		ts_buf_puts(b, url != NULL ? url : "");
		ts_buf_puts(b, "\033\\");
	}
}

void ts_flow_style(struct ts_flow *f, enum ts_style s, bool on)
{
	unsigned bits = on ? f->style.bits | 1u << s : f->style.bits & ~(1u << s);

	if (bits != f->style.bits) {
		f->style.bits = bits;
		write_style(f, &f->word, bits);
	}
}

void ts_flow_link(struct ts_flow *f, const char *url)
{
	if (url != f->style.link) {
		f->style.link = url;
		write_link(f, &f->word, url);
	}
}

/* ---- lines ---- */

/* A line without its trailing blanks. */
static size_t trimmed(const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t')) {
		n--;
	}
	return n;
}

static void write_gap(struct ts_flow *f)
{
	if (f->gap && f->started) {
		size_t len = f->gap_len < f->prefix.len ? f->gap_len : f->prefix.len;

		ts_buf_put(f->out, f->prefix.data, trimmed(f->prefix.data, len));
		ts_buf_putc(f->out, '\n');
	}
	f->gap = false;
	f->started = true;
}

static void open_line(struct ts_flow *f)
{
	const struct ts_buf *start = f->first_due ? &f->first : &f->prefix;

	write_gap(f);
	ts_buf_put(f->out, start->data, start->len);
	f->column = f->first_due ? f->first_width : f->prefix_width;
	f->first_due = false;
	f->open = true;
	f->text = false;
	f->blank = false;
	if (f->line_style.bits != 0) {
		write_style(f, f->out, f->line_style.bits);
	}
	if (f->line_style.link != NULL) {
		write_link(f, f->out, f->line_style.link);
	}
}

/* Styles stop at the line's end, so that an underline does not run through the next line's indent. */
static void close_line(struct ts_flow *f)
{
	if (f->line_style.link != NULL) {
		write_link(f, f->out, NULL);
	}
	if (f->line_style.bits != 0) {
		write_style(f, f->out, 0);
	}
	ts_buf_putc(f->out, '\n');
	if (f->column > f->widest) {
		f->widest = f->column;
	}
	f->open = false;
	f->blank = false;
}

/* A marker that no text follows, or that leaves no room for text, has a line of its own. */
static void write_marker(struct ts_flow *f)
{
	if (f->first_due) {
		write_gap(f);
		ts_buf_put(f->out, f->first.data, trimmed(f->first.data, f->first.len));
		ts_buf_putc(f->out, '\n');
		f->first_due = false;
	}
}

/* ---- words ---- */

/* Length of the escape sequence of ours at p: CSI up to its letter, OSC up to ST. */
static size_t escape_length(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 2) {
		return n;
	}
	if (p[1] == ']') {
		while (i + 1 < n && !(p[i] == '\033' && p[i + 1] == '\\')) {
			i++;
		}
		return i + 1 < n ? i + 2 : n;
	}
	while (i < n && p[i] != 'm') {
		i++;
	}
	return i < n ? i + 1 : n;
}

/* Columns of a word with escape sequences in it. */
static size_t visible_width(const char *p, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n;) {
		const char *escape = memchr(p + i, '\033', n - i);
		size_t end = escape != NULL ? (size_t)(escape - p) : n;

		columns += ts_text_width(p + i, end - i);
		i = end < n ? end + escape_length(p + end, n - end) : n;
	}
	return columns;
}

/* Write a word that is wider than a line, piece by piece, between graphemes. */
static void write_cut(struct ts_flow *f)
{
	const char *p = f->word.data;
	size_t n = f->word.len;

	for (size_t i = 0; i < n;) {
		size_t len;
		int w = 0;

		if (p[i] == '\033') {
			len = escape_length(p + i, n - i);
		} else {
			len = ts_grapheme(p + i, n - i, &w);
			if (f->text && f->column + (size_t)w > f->width) {
				close_line(f);
			}
			if (!f->open) {
				open_line(f);
			}
			f->text = true;
		}
		ts_buf_put(f->out, p + i, len);
		f->column += (size_t)w;
		i += len;
	}
}

static bool is_url(const struct ts_buf *word)
{
	return memmem(word->data, word->len, "://", 3) != NULL;
}

static void clear_word(struct ts_flow *f)
{
	ts_buf_clear(&f->word);
	f->word_width = 0;
	f->word_visible = f->word_solid = f->word_wide = false;
	f->last = 0;
	f->line_style = f->style;
}

/* Place the word that was collected. */
static void end_word(struct ts_flow *f)
{
	if (f->word.len == 0) {
		return;
	}
	if (!f->word_visible) { /* only changes of style */
		ts_buf_put(f->out, f->word.data, f->word.len);
		clear_word(f);
		return;
	}
	if (f->word_wide) {
		f->word_width = visible_width(f->word.data, f->word.len);
	}
	if (f->open && f->text && f->column + f->blank + f->word_width > f->width) {
		close_line(f);
	}
	if (!f->open) {
		if (f->first_due && f->width != SIZE_MAX && f->first_width + ROOM_MIN > f->width) {
			write_marker(f);
		}
		open_line(f);
	} else if (f->blank && f->text) {
		ts_buf_putc(f->out, ' ');
		f->column++;
	}
	f->blank = false;
	if (f->column + f->word_width > f->width && !f->word_solid && !is_url(&f->word)) {
		write_cut(f);
	} else {
		ts_buf_put(f->out, f->word.data, f->word.len);
		f->column += f->word_width;
		f->text = true;
	}
	clear_word(f);
}

/* Text that may be printed: the same bytes where they are plain ASCII, else a gated copy. */
static struct ts_str gated(struct ts_flow *f, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= ' ' && p[i] < 0x7f) {
		i++;
	}
	if (i < n) {
		ts_buf_clear(&f->scratch);
		ts_gate_put(&f->scratch, p, n, f->look->ascii ? TS_GATE_ASCII : 0);
		return (struct ts_str){ ts_buf_str(&f->scratch), f->scratch.len };
	}
	return (struct ts_str){ p, n };
}

/* Length of the run of printable ASCII at p. Its last character is left to the grapheme that a mark may
 * make of it. */
static size_t ascii_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] > ' ' && p[i] < 0x7f) {
		i++;
	}
	return i > 0 && i < n && p[i] != ' ' ? i - 1 : i;
}

void ts_flow_put(struct ts_flow *f, const char *text, size_t n)
{
	struct ts_str s = gated(f, text, n);

	for (size_t i = 0; i < s.n;) {
		size_t len = ascii_run(s.p + i, s.n - i);
		uint32_t cp = (unsigned char)s.p[i];
		int w = (int)len;

		if (cp == ' ') {
			ts_flow_blank(f);
			i++;
			continue;
		}
		if (len == 0) {
			ts_utf8_next(s.p + i, s.n - i, &cp, NULL);
			len = ts_grapheme(s.p + i, s.n - i, &w);
			f->word_wide = true;
		}
		if (f->last != 0 && (f->last >= 0x80 || cp >= 0x80) && w > 0 && !f->word_solid &&
			ts_cp_break_after(f->last, cp)) {
			bool wide = f->word_wide;

			end_word(f);
			f->word_wide = wide;
		}
		ts_buf_put(&f->word, s.p + i, len);
		f->word_width += (size_t)w;
		f->word_visible = true;
		f->last = cp >= 0x80 ? cp : (unsigned char)s.p[i + len - 1];
		i += len;
	}
}

void ts_flow_puts(struct ts_flow *f, const char *s)
{
	ts_flow_put(f, s, strlen(s));
}

void ts_flow_put_solid(struct ts_flow *f, const char *p, size_t n)
{
	struct ts_str s = gated(f, p, n);

	if (s.n > 0) {
		ts_buf_put(&f->word, s.p, s.n);
		f->word_visible = f->word_solid = f->word_wide = true;
		f->last = 0;
	}
}

void ts_flow_blank(struct ts_flow *f)
{
	end_word(f);
	f->blank = true;
}

void ts_flow_newline(struct ts_flow *f)
{
	end_word(f);
	if (f->open) {
		close_line(f);
	}
}

void ts_flow_end(struct ts_flow *f)
{
	ts_flow_newline(f);
	write_marker(f);
	f->blank = false;
}

void ts_flow_gap(struct ts_flow *f)
{
	if (!f->gap || f->prefix.len < f->gap_len) {
		f->gap_len = f->prefix.len;
	}
	f->gap = true;
}

void ts_flow_raw_line(struct ts_flow *f, const char *p, size_t n, size_t indent)
{
	size_t start;

	ts_flow_end(f);
	write_gap(f);
	n = trimmed(p, n);
	if (n > 0) {
		ts_buf_fill(f->out, ' ', indent);
		start = f->out->len;
		ts_gate_put(f->out, p, n, TS_GATE_TABS | (f->look->ascii ? TS_GATE_ASCII : 0u));
		/* The gate makes blanks of some controls. */
		if (!f->out->overflow) {
			f->out->len = start + trimmed(f->out->data + start, f->out->len - start);
			if (f->out->len == start) {
				f->out->len -= indent;
			}
			f->out->data[f->out->len] = '\0';
		}
	}
	ts_buf_putc(f->out, '\n');
}

void ts_flow_code(struct ts_flow *f, const char *text)
{
	struct ts_str rest = ts_str_of(text), line;

	ts_flow_end(f);
	ts_flow_gap(f);
	while (ts_str_line(&rest, &line)) {
		ts_flow_raw_line(f, line.p, line.n, TS_CODE_INDENT);
	}
	ts_flow_gap(f);
}

void ts_flow_underline(struct ts_flow *f, char mark)
{
	size_t widest = f->widest < f->width ? f->widest : f->width;

	ts_flow_end(f);
	if (widest > f->prefix_width) {
		ts_buf_fill(&f->word, mark, widest - f->prefix_width);
		f->word_width = widest - f->prefix_width;
		f->word_visible = true;
		ts_flow_end(f);
	}
}

/* ---- prefixes ---- */

void ts_flow_push(struct ts_flow *f, const char *prefix, const char *marker, size_t width)
{
	bool fits = f->nlevels < TS_FLOW_LEVELS && f->dropped == 0 &&
		    (f->width == SIZE_MAX || f->prefix_width + width <= f->width / 2);

	if (marker != NULL && (fits || !f->first_due)) {
		if (!f->first_due) {
			ts_buf_clear(&f->first);
			ts_buf_put(&f->first, f->prefix.data, f->prefix.len);
			f->first_width = f->prefix_width;
			f->first_due = true;
		}
		ts_buf_puts(&f->first, marker);
		f->first_width += width;
	} else if (f->first_due && fits) {
		ts_buf_puts(&f->first, prefix);
		f->first_width += width;
	}
	if (!fits) {
		f->dropped++;
		return;
	}
	f->levels[f->nlevels].len = f->prefix.len;
	f->levels[f->nlevels].width = f->prefix_width;
	f->nlevels++;
	ts_buf_puts(&f->prefix, prefix);
	f->prefix_width += width;
}

void ts_flow_hang(struct ts_flow *f, const char *blanks, size_t width)
{
	if (width > 0 && !f->first_due) {
		ts_flow_push(f, blanks, "", width);
		f->first_width = f->prefix_width - (f->dropped > 0 ? 0 : width);
	}
}

void ts_flow_pop(struct ts_flow *f)
{
	ts_flow_end(f);
	if (f->dropped > 0) {
		f->dropped--;
	} else if (f->nlevels > 0) {
		f->nlevels--;
		f->prefix.len = f->levels[f->nlevels].len;
		f->prefix_width = f->levels[f->nlevels].width;
	}
}
