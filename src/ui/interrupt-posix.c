/* ui/interrupt-posix.c - Ctrl-C while checks run: once skips them, twice within a second leaves the program. */
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "ui/guide.h"

#define TWICE_MS 1000

static struct ts_session *volatile session;
static volatile sig_atomic_t last_ms;

/* Async-signal-safe: an atomic store in the session, and _exit. The session is on the disk already. */
static void on_interrupt(int sig)
{
	int saved = errno;
	struct timespec t;
	(void)sig;
	clock_gettime(CLOCK_MONOTONIC, &t);
	sig_atomic_t now = (sig_atomic_t)((t.tv_sec & 0xfffff) * 1000 + t.tv_nsec / 1000000 + 1);
	if (last_ms != 0 && now >= last_ms && now - last_ms <= TWICE_MS) {
		static const char bye[] = "\ntroubleshoot: interrupted\n";
		if (write(STDERR_FILENO, bye, sizeof(bye) - 1) < 0) {
			/* Nobody is there to read it. */
		}
		_exit(130);
	}
	last_ms = now;
	if (session != NULL) {
		ts_session_skip_running(session);
	}
	errno = saved;
}

void ts_progress_interrupts(struct ts_session *s)
{
	struct sigaction sa = { .sa_handler = s != NULL ? on_interrupt : SIG_DFL };
	sigemptyset(&sa.sa_mask);
	session = s;
	sigaction(SIGINT, &sa, NULL);
}
