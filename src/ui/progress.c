/* ui/progress.c - the live line while checks run (on a terminal, after half a second, at most twice a second). Ctrl-C during checks: interrupt-posix.c. */
#include "ui/guide.h"

#include <stdio.h>
#include <string.h>

#include "base/gate.h"
#include "os/os.h"

#define PLAIN_SECONDS 10 /* between two lines where nothing may be rewritten */

static bool line_shown;
static int64_t last_draw;

void ts_progress_clear(void)
{
	if (line_shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
		line_shown = false;
	}
}

void ts_progress_wait(void *ctx, const struct ts_running *running, size_t n)
{
	const struct ts_entry *e = ctx;
	double longest = 0;
	for (size_t i = 0; i < n; i++) {
		longest = running[i].elapsed_ms > longest ? running[i].elapsed_ms : longest;
	}
	int64_t now = ts_os_mono_ms();
	if (n == 0 || longest < 500 || (line_shown && now - last_draw < 500)) {
		return;
	}
	int columns = 80, rows;
	ts_os_term_size(stderr, &columns, &rows);
	struct ts_buf b;
	ts_buf_init(&b, 4096);
	ts_gate_puts(&b, e->nodes[running[0].node].title, 0);
	size_t room = columns > 50 ? (size_t)columns - 40 : 20;
	const char *more = n > 1 ? ", and others" : "";
	/* Cut by bytes at a place where no character is split. */
	size_t len = b.len < room ? b.len : room;
	while (len > 0 && len < b.len && ((unsigned char)b.data[len] & 0xc0) == 0x80) {
		len--;
	}
	fprintf(stderr, "\r\033[Kchecking: %.*s%s, %.0f s", (int)len, ts_buf_str(&b), more, longest / 1000);
	fflush(stderr);
	ts_buf_finish(&b);
	line_shown = true;
	last_draw = now;
}

/* ---- where nothing may be rewritten ---- */

static int64_t said_s; /* seconds of the longest check when the last line was written */

void ts_progress_plain(void *ctx, const struct ts_running *running, size_t n)
{
	const struct ts_entry *e = ctx;
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		at = running[i].elapsed_ms > running[at].elapsed_ms ? i : at;
	}
	int64_t seconds = n > 0 ? (int64_t)(running[at].elapsed_ms / 1000) : 0;
	if (seconds < said_s) {
		said_s = 0; /* another check is the longest now */
	}
	if (seconds >= said_s + PLAIN_SECONDS) {
		said_s = seconds - seconds % PLAIN_SECONDS;
		ts_gate_fprintf(stderr, "still waiting, %d s: %s (Ctrl-C skips it)\n", (int)seconds,
			e->nodes[running[at].node].title);
	}
}
