/* ui/interrupt-win32.c - Ctrl-C while checks run: once skips them, twice within a second leaves the program. The system calls the
 * handler in a thread of its own. */
#include "ui/guide.h"

#include <stdatomic.h>
/* After all of ours: it makes "near" a macro. */
#include <windows.h>

#define TWICE_MS 1000

static _Atomic(struct ts_session *) session;
static atomic_ullong last_ms;
static atomic_bool installed;

static BOOL WINAPI on_interrupt(DWORD what)
{
	if (what != CTRL_C_EVENT && what != CTRL_BREAK_EVENT) {
		return FALSE;
	}
	unsigned long long now = GetTickCount64(), before = atomic_exchange(&last_ms, now);
	struct ts_session *s = atomic_load(&session);
	/* Without checks under way the system's own handler ends the program. */
	if (s == NULL || (before != 0 && now - before <= TWICE_MS)) {
		return FALSE;
	}
	ts_session_skip_running(s);
	return TRUE;
}

void ts_progress_interrupts(struct ts_session *s)
{
	atomic_store(&session, s);
	if (s != NULL && !atomic_exchange(&installed, true)) {
		(void)SetConsoleCtrlHandler(on_interrupt, TRUE);
	}
}
