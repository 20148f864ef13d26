/* ui/progress.c - the live line while checks run (on a terminal, after half a second, at most twice a second), and Ctrl-C during checks. */
#include "ui/guide.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/gate.h"
#include "os/os.h"

static bool line_shown;
static int64_t last_draw;
static struct ts_session *volatile interrupted_session;
static volatile sig_atomic_t last_interrupt;

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

/* Async-signal-safe: an atomic store in the session, and _exit. */
static void on_interrupt(int sig)
{
	(void)sig;
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	sig_atomic_t now = (sig_atomic_t)(t.tv_sec & 0x3fffffff);
	if (last_interrupt != 0 && now - last_interrupt <= 1) {
		static const char bye[] = "\ntroubleshoot: interrupted\n";
		if (write(STDERR_FILENO, bye, sizeof(bye) - 1) < 0) {
			/* Nobody is there to read it. */
		}
		_exit(130);
	}
	last_interrupt = now;
	if (interrupted_session != NULL) {
		ts_session_skip_running(interrupted_session);
	}
}

void ts_progress_interrupts(struct ts_session *s)
{
	struct sigaction sa = { .sa_handler = s != NULL ? on_interrupt : SIG_DFL };
	sigemptyset(&sa.sa_mask);
	interrupted_session = s;
	sigaction(SIGINT, &sa, NULL);
}
