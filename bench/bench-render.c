/* bench/bench-render.c - renders a Markdown file as troubleshoot would: bench-render FILE [WIDTH] [TIMES].
 * The rendering goes to standard output, so that the whole process can be timed beside other renderers;
 * with TIMES above 0 it is rendered that often instead and the speed is printed. */
#include <stdio.h>
#include <stdlib.h>
#include "base/str.h"
#include "os/os.h"
#include "out/report.h"

#define FILE_MAX ((size_t)1 << 30)

static int measure(const struct ts_buf *text, const struct ts_look *look, int64_t times)
{
	double start = ts_os_mono_ms_f(), ms;
	struct ts_buf out;

	for (int64_t i = 0; i < times; i++) {
		ts_buf_init(&out, FILE_MAX);
		ts_render_markdown(text->data, text->len, 0, look, &out);
		ts_buf_finish(&out);
	}
	ms = ts_os_mono_ms_f() - start;
	printf("%.1f MB/s, %.2f ms each\n", (double)text->len * (double)times / 1e3 / ms, ms / (double)times);
	return 0;
}

int main(int argc, char **argv)
{
	struct ts_look look = { .width = 80 };
	int64_t width = 80, times = 0;
	struct ts_buf text, out;
	struct ts_err err;

	if (argc < 2 || argc > 4 || (argc > 2 && !ts_parse_int(argv[2], 0, 10000, &width)) ||
		(argc > 3 && !ts_parse_int(argv[3], 0, 1000000, &times))) {
		fputs("usage: bench-render FILE [WIDTH] [TIMES]\n", stderr);
		return 2;
	}
	look.width = (int)width;
	ts_buf_init(&text, FILE_MAX);
	if (!ts_os_read_file(argv[1], &text, &err)) {
		fprintf(stderr, "bench-render: %s\n", err.text);
		return 1;
	}
	if (times > 0) {
		return measure(&text, &look, times);
	}
	ts_buf_init(&out, FILE_MAX);
	ts_render_markdown(ts_buf_str(&text), text.len, 0, &look, &out);
	fwrite(ts_buf_str(&out), 1, out.len, stdout);
	ts_buf_finish(&out);
	ts_buf_finish(&text);
	return fflush(stdout) == 0 ? 0 : 1;
}
