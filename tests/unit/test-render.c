/* tests/unit/test-render.c - the terminal renderer (terminal.md R1-R10), the look of a stream, links and
 * styles. */
#include "out/render-markdown.h"

#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"
#include "os/os.h"
#include "out/look.h"
#include "test.h"

static char *render(const char *md, size_t n, const struct ts_look *look, int indent)
{
	struct ts_buf b;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_markdown(md, n, indent, look, &b);
	return ts_buf_take(&b);
}

/* ---- rows: Markdown in, text out ---- */

static void test_rows(void)
{
	static const struct {
		const char *name;
		int width;
		const char *md, *want;
	} rows[] = {
		{ "empty", 80, "", "" },
		{ "paragraph", 80, "one\ntwo\n\nthree", "one two\n\nthree\n" },
		{ "wrapped", 20, "one two three four five six", "one two three four\nfive six\n" },
		{ "not wrapped", 0, "one two three four five six", "one two three four five six\n" },
		{ "hard break", 80, "one\\\ntwo", "one\ntwo\n" },
		{ "heading 1", 80, "# A *b*", "A b\n===\n" },
		{ "heading 2", 80, "## Two\ntext", "Two\n---\n\ntext\n" },
		{ "heading 3", 80, "### Three", "Three\n" },
		{ "tight list", 80, "- a\n- b\n  - c\n- d", "- a\n- b\n  - c\n- d\n" },
		{ "loose list", 80, "- a\n\n- b", "- a\n\n- b\n" },
		{ "numbers to the right", 80, "9. a\n10. b", " 9. a\n10. b\n" },
		{ "hanging", 20, "1. one two three four five", "1. one two three\n   four five\n" },
		{ "empty item", 80, "- a\n-\n- c", "- a\n-\n- c\n" },
		{ "quote", 20, "> one two three four five\n>\n> six",
			"> one two three four\n> five\n>\n> six\n" },
		{ "before a quote", 80, "a\n\n> b", "a\n\n> b\n" },
		{ "code", 20, "a\n\n    one two three four five six\n\nb",
			"a\n\n    one two three four five six\n\nb\n" },
		{ "code in a tight list", 80, "1. a\n   ```sh\n   x  y\n\n   z\n   ```\n2. b",
			"1. a\n\n    x  y\n\n    z\n\n2. b\n" },
		{ "code first in an item", 80, "-     x\n\n  y", "-\n\n    x\n\n  y\n" },
		{ "tabs in code", 80, "```\na\tb\n```", "    a\tb\n" },
		{ "code span", 20, "aaaa bbbb cccc `dddd eeee`", "aaaa bbbb cccc\n`dddd eeee`\n" },
		{ "long code span", 20, "a `bbbbbbbbbbbbbbbbbbbbbbbbb` c",
			"a\n`bbbbbbbbbbbbbbbbbbbbbbbbb`\nc\n" },
		{ "long word", 20, "aaaaaaaaaaaaaaaaaaaaaaaaa b", "aaaaaaaaaaaaaaaaaaaa\naaaaa b\n" },
		{ "long url", 20, "see https://example.com/a/b/c/d/e now",
			"see\nhttps://example.com/a/b/c/d/e\nnow\n" },
		{ "link", 80, "[a](http://x/1) [b](http://x/2) [c](http://x/1)",
			"a [1] b [2] c [1]\n\nLinks\n[1] http://x/1\n[2] http://x/2\n" },
		{ "lying link", 80, "[http://good/](http://bad/)",
			"http://good/ [1]\n\nLinks\n[1] http://bad/\n" },
		{ "autolink", 80, "<http://x/>, <a@b.example>", "http://x/, a@b.example\n" },
		{ "anchor", 80, "[a](#b)", "a\n" },
		{ "url with odd bytes", 80, "[a](<http://x/ \xc3\xa9>)",
			"a [1]\n\nLinks\n[1] http://x/%20%C3%A9\n" },
		{ "html is text", 80, "a <b>c</b>", "a <b>c</b>\n" },
		{ "thematic break", 80, "a\n\n---\n\nb", "a\n\n* * *\n\nb\n" },
		{ "controls", 80, "a&#27;[31mb&#x202e;c",
			"a\xef\xbf\xbd[31mb\xef\xbf\xbd"
			"c\n" },
		{ "wide", 20,
			"\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8\xe8\xa8\xbc"
			"\xe6\x98\x8e"
			"\xe6\x9b\xb8\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8",
			"\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8\xe8\xa8\xbc"
			"\xe6\x98\x8e\xe6\x9b\xb8"
			"\xe8\xa8\xbc\n\xe6\x98\x8e\xe6\x9b\xb8\n" },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_look look = { .width = rows[i].width };
		char *got = render(rows[i].md, strlen(rows[i].md), &look, 0);

		CHECK_ROW(rows[i].name, strcmp(got, rows[i].want) == 0);
		if (strcmp(got, rows[i].want) != 0) {
			fprintf(stderr, "  got  <%s>\n  want <%s>\n", got, rows[i].want);
		}
		free(got);
	}
}

static void test_styles(void)
{
	struct ts_look colour = { .width = 20, .colour = true, .hyperlinks = true };
	struct ts_look ascii = { .width = 80, .ascii = true };
	char *got = render("*a* **b**", 9, &colour, 0);

	CHECK_STR(got, "\033[0m\033[4ma\033[0m \033[0m\033[1mb\033[0m\n");
	free(got);
	/* an underline stops before the line's end and goes on after the indent */
	got = render("- *aaaaaaaaaaaa bbbbbbbbbbbb*", 29, &colour, 0);
	CHECK_STR(got, "- \033[0m\033[4maaaaaaaaaaaa\033[0m\n  \033[0m\033[4mbbbbbbbbbbbb\033[0m\n");
	free(got);
	got = render("[a](https://x/) [b](javascript:x)", 33, &colour, 0);
	CHECK(strstr(got, "\033]8;;https://x/\033\\a\033]8;;\033\\ [1]") != NULL);
	CHECK(strstr(got, "]8;;javascript") == NULL);
	free(got);
	got = render("\xe2\x80\x9c"
		     "a\xe2\x80\x9d \xe8\xa8\xbc",
		11, &ascii, 0);
	CHECK_STR(got, "\"a\" ?\n");
	free(got);
}

/* ---- properties ---- */

/* Remove our own SGR and OSC 8 sequences; false when something else begins with ESC. */
static bool strip(char *s)
{
	char *to = s;

	while (*s != '\0') {
		if (*s != '\033') {
			*to++ = *s++;
		} else if (s[1] == '[' && s[2 + strspn(s + 2, "0123456789;")] == 'm') {
			s += 3 + strspn(s + 2, "0123456789;");
		} else if (strncmp(s, "\033]8;;", 5) == 0 && strstr(s, "\033\\") != NULL) {
			s = strstr(s, "\033\\") + 2;
		} else {
			return false;
		}
	}
	*to = '\0';
	return true;
}

static bool has_control(const char *p)
{
	size_t n = strlen(p);

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		bool valid;

		i += ts_utf8_next(p + i, n - i, &cp, &valid);
		if (!valid || (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7f && cp < 0xa0) ||
			(cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff ||
			cp == 0x2028) {
			return true;
		}
	}
	return false;
}

/* What must hold of every rendering: R1, no trailing blanks, and prose within the width. exempt = code,
 * URLs and code spans. */
static void check_output(char *got, const struct ts_look *look, const char *what)
{
	struct ts_str rest, line;
	bool ok_strip = strip(got), ok_width = true, ok_blank = true;

	CHECK_ROW(what, ok_strip);
	CHECK_ROW(what, !has_control(got));
	rest = ts_str_of(got);
	while (ts_str_line(&rest, &line)) {
		bool exempt = look->width == 0 || ts_str_starts(line.p, "    ") ||
			      memchr(line.p, '`', line.n) != NULL ||
			      memmem(line.p, line.n, "://", 3) != NULL ||
			      memmem(line.p, line.n, "] ", 2) != NULL || memchr(line.p, '@', line.n) != NULL;

		if (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')) {
			ok_blank = false;
			fprintf(stderr, "trailing blank: <%.*s>\n", (int)line.n, line.p);
		}
		if (!exempt && ts_text_width(line.p, line.n) > (size_t)look->width) {
			ok_width = false;
			fprintf(stderr, "width %d: <%.*s>\n", look->width, (int)line.n, line.p);
		}
	}
	CHECK_ROW(what, ok_blank);
	CHECK_ROW(what, ok_width);
}

static uint32_t seed = 12345;

static uint32_t next_random(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void test_random(void)
{
	static const char *const bits[] = { "*", "_", "**", "`", "[", "](", ")", "<", ">", "#", "- ", "1. ",
		"\n", "\n\n", "    ", "\t", " ", "> ", "word ", "http://x/", "\033", "\xc2\x9b",
		"\xe2\x80\xae", "\xe8\xa8\xbc", "e\xcc\x81", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9",
		"1\xef\xb8\x8f\xe2\x83\xa3", "&#27;", "&nbsp;", "\xff", "\xed\xa0\x80", "~~~", "\\", "![",
		"<b>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "999999999. " };

	for (int round = 0; round < 1500; round++) {
		struct ts_look look = { .width = 20 + (int)next_random(181),
			.colour = next_random(2) == 0,
			.hyperlinks = next_random(2) == 0,
			.ascii = next_random(3) == 0 };
		struct ts_buf md;
		char *got, *plain;

		ts_buf_init(&md, TS_BUF_MAX_TEXT);
		for (uint32_t k = next_random(120); k > 0; k--) {
			if (next_random(12) == 0) {
				ts_buf_putc(&md, (char)next_random(256));
			} else {
				ts_buf_puts(&md, bits[next_random(TS_COUNT(bits))]);
			}
		}
		got = render(ts_buf_str(&md), md.len, &look, (int)next_random(8));
		check_output(got, &look, "random bytes");
		look.colour = look.hyperlinks = false;
		plain = render(ts_buf_str(&md), md.len, &look, 0);
		free(plain);
		free(got);
		ts_buf_finish(&md);
	}
}

/* Every line of code stands in the output, blanks at its end apart. */
static void check_code(const char *code, const char *got)
{
	struct ts_str rest = ts_str_of(code), line;
	bool all = true;

	while (ts_str_line(&rest, &line)) {
		while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')) {
			line.n--;
		}
		if (line.n > 0) {
			char *want = ts_xasprintf("\n    %.*s\n", (int)line.n, line.p);

			all = all && strstr(got, want) != NULL;
			free(want);
		}
	}
	CHECK(all);
}

/* A large sample made of every construct, at all widths. */
static void test_widths(void)
{
	static const char code[] = "Get-ChildItem 'Cert:\\LocalMachine\\Remote Desktop' | Format-List "
				   "Subject,Thumbprint,NotBefore,NotAfter,HasPrivateKey  \n\n\treg query "
				   "\"HKLM\\SYSTEM\" /v x\n  }\n";
	static const char part[] = "# Heading with *emphasis* and a [link](https://example.com/%d)\n\nThe "
				   "quick brown fox jumps over the lazy dog, "
				   "again and again, until **everything** is said; see "
				   "<https://example.com/long/address/that/cannot/be/broken>.\n\n"
				   "> A quote with several words in it that must be wrapped\n> > and another "
				   "one inside it that goes on as well\n\n"
				   "1. first item with some words that need more than one line at most "
				   "widths\n   - nested item number one\n"
				   "     10. deeply nested item with text that goes on and on for a "
				   "while\n\n           code here\n\n"
				   "2. second "
				   "\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8\xe3\x81\xae\xe6\x9c\x89\xe5\x8a\xb9"
				   "\xe6\x9c\x9f\xe9\x99\x90\xe3\x80\x82"
				   "\xe8\xa8\xbc\xe6\x98\x8e\xe6\x9b\xb8 item with `code span` and "
				   "Donaudampfschifffahrtselektrizit\xc3\xa4tenhauptbetriebswerk\n\n"
				   "## Second heading that is long enough to be wrapped at forty columns\n\n";
	struct ts_buf md;

	ts_buf_init(&md, TS_BUF_MAX_TEXT);
	for (int i = 0; i < 3; i++) {
		ts_buf_puts(&md, part);
		ts_buf_printf(&md, "```powershell\n%s```\n\n", code);
	}
	for (int width = 20; width <= 200; width++) {
		struct ts_look look = { .width = width },
			       colour = { .width = width, .colour = true, .hyperlinks = true };
		char *got = render(ts_buf_str(&md), md.len, &look, 0);
		char *coloured = render(ts_buf_str(&md), md.len, &colour, 0);

		check_code(code, got);
		check_output(got, &look, "sample");
		CHECK(strip(coloured));
		CHECK_STR(coloured, got); /* the same text, colour apart */
		free(coloured);
		free(got);
	}
	ts_buf_finish(&md);
}

/* Nesting and length must cost time in proportion, and no stack. */
static void test_pathological(void)
{
	static const struct {
		const char *name, *bit, *end;
		int times;
	} rows[] = {
		{ "nested quotes", ">", " x\n", 50000 },
		{ "nested lists", "- ", "x\n", 20000 },
		{ "brackets", "[", "\n", 50000 },
		{ "links", "[a](", "\n", 20000 },
		{ "emphasis", "*a _b ", "\n", 20000 },
		{ "strong", "**x** ", "\n", 20000 },
		{ "a long word", "x", "\n", 200000 },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_look look = { .width = 80 };
		struct ts_buf md;
		double start;
		char *got;

		ts_buf_init(&md, TS_BUF_MAX_TEXT);
		for (int k = 0; k < rows[i].times; k++) {
			ts_buf_puts(&md, rows[i].bit);
		}
		ts_buf_puts(&md, rows[i].end);
		start = ts_os_mono_ms_f();
		got = render(ts_buf_str(&md), md.len, &look, 0);
		/* generous: this machine is shared, and sanitizers slow things down */
		CHECK_ROW(rows[i].name, ts_os_mono_ms_f() - start < 5000);
		check_output(got, &look, rows[i].name);
		free(got);
		ts_buf_finish(&md);
	}
}

static void test_cap(void)
{
	struct ts_look look = { .width = 80 };
	struct ts_render_options o = { .look = &look, .max = 1000 };
	struct ts_buf md, out;

	ts_buf_init(&md, TS_BUF_MAX_TEXT);
	for (int i = 0; i < 1000; i++) {
		ts_buf_puts(&md, "one more paragraph\n\n");
	}
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_render_markdown_with(ts_buf_str(&md), md.len, &o, &out);
	CHECK(out.len < 1200);
	CHECK(strstr(ts_buf_str(&out), "left out") != NULL);
	ts_buf_finish(&out);
	ts_buf_init(&out, 100); /* the buffer's own limit */
	ts_render_markdown(ts_buf_str(&md), md.len, 0, &look, &out);
	CHECK(out.overflow && out.len <= 100);
	ts_buf_finish(&out);
	ts_buf_finish(&md);
}

static void test_parts(void)
{
	struct ts_look look = { .width = 20 };
	struct ts_buf out;

	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_render_text("one two three four five", 2, 3, &look, &out);
	CHECK_STR(ts_buf_str(&out), "  one two three four\n     five\n");
	ts_buf_clear(&out);
	ts_render_heading("A title that is wrapped", 1, &look, &out);
	CHECK_STR(ts_buf_str(&out), "A title that is\nwrapped\n===============\n");
	ts_buf_clear(&out);
	ts_render_text("a\033[31mb\nc", 0, 0, &look, &out);
	CHECK_STR(ts_buf_str(&out), "a\xef\xbf\xbd[31mb c\n");
	ts_buf_finish(&out);
}

/* ---- the look ---- */

static void test_look(void)
{
	static const struct {
		const char *name;
		struct ts_look_options o;
		struct ts_look_inputs in;
		struct ts_look want;
	} rows[] = {
		{ "pipe", { 0 }, { .utf8 = true, .term = "xterm" }, { 80, false, false, false } },
		{ "terminal", { 0 }, { .tty = true, .utf8 = true, .term = "xterm", .term_columns = 120 },
			{ 80, true, true, false } },
		{ "narrow terminal", { 0 },
			{ .tty = true, .utf8 = true, .term = "linux", .term_columns = 60 },
			{ 60, true, false, false } },
		{ "very narrow", { 0 }, { .tty = true, .utf8 = true, .term = "vt100", .term_columns = 10 },
			{ 40, true, false, false } },
		{ "COLUMNS", { 0 }, { .columns = "50" }, { 50, false, false, true } },
		{ "COLUMNS is nonsense", { 0 }, { .columns = "5x" }, { 80, false, false, true } },
		{ "--width", { .width_given = true, .width = 120 }, { .columns = "50" },
			{ 120, false, false, true } },
		{ "--width too much", { .width_given = true, .width = 5000 }, { 0 },
			{ 200, false, false, true } },
		{ "--width 0", { .width_given = true }, { 0 }, { 0, false, false, true } },
		{ "NO_COLOR", { 0 }, { .tty = true, .no_color = "1" }, { 80, false, false, true } },
		{ "NO_COLOR empty", { 0 }, { .tty = true, .no_color = "", .term = "xterm" },
			{ 80, true, true, true } },
		{ "NO_COLOR beats force", { 0 }, { .no_color = "1", .force_color = "1" },
			{ 80, false, false, true } },
		{ "option beats NO_COLOR", { .color = TS_ALWAYS }, { .no_color = "1" },
			{ 80, true, false, true } },
		{ "never", { .color = TS_NEVER }, { .tty = true, .force_color = "1", .term = "xterm" },
			{ 80, false, true, true } },
		{ "CLICOLOR_FORCE", { 0 }, { .clicolor_force = "1", .clicolor = "0", .term = "dumb" },
			{ 80, true, false, true } },
		{ "FORCE_COLOR", { 0 }, { .force_color = "1" }, { 80, true, false, true } },
		{ "FORCE_COLOR=0", { 0 }, { .force_color = "0" }, { 80, false, false, true } },
		{ "CLICOLOR=0", { 0 }, { .tty = true, .clicolor = "0", .term = "xterm" },
			{ 80, false, true, true } },
		{ "dumb", { 0 }, { .tty = true, .term = "dumb" }, { 80, false, false, true } },
		{ "hyperlinks always", { .hyperlinks = TS_ALWAYS }, { .term = "dumb" },
			{ 80, false, true, true } },
		{ "accessible", { .accessible = true }, { .tty = true, .term = "xterm" },
			{ 80, true, false, true } },
		{ "charset utf-8", { .charset = TS_CHARSET_UTF8 }, { 0 }, { 80, false, false, false } },
		{ "charset ascii", { .charset = TS_CHARSET_ASCII }, { .utf8 = true },
			{ 80, false, false, true } },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_look got;

		ts_look_compute(&got, &rows[i].o, &rows[i].in);
		CHECK_ROW(rows[i].name, got.width == rows[i].want.width);
		CHECK_ROW(rows[i].name, got.colour == rows[i].want.colour);
		CHECK_ROW(rows[i].name, got.hyperlinks == rows[i].want.hyperlinks);
		CHECK_ROW(rows[i].name, got.ascii == rows[i].want.ascii);
	}
}

TEST_MAIN({ "rows", test_rows }, { "styles", test_styles }, { "random", test_random },
	{ "widths", test_widths }, { "pathological", test_pathological }, { "cap", test_cap },
	{ "parts", test_parts }, { "look", test_look })
