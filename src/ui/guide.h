/* ui/guide.h - the guided session: a loop around ts_session_step() that shows, asks and listens (interface.md "Guided session"). */
#ifndef TS_UI_GUIDE_H
#define TS_UI_GUIDE_H

#include <stdbool.h>
#include "kb/kb.h"
#include "out/report.h"

/* What the session needs from the program around it. */
struct ts_guide_host {
	void *ctx;
	/* Start a session on an entry; NULL with err. The guide frees it with end. */
	struct ts_session *(*start)(void *ctx, const char *id, struct ts_err *err);
	void (*end)(void *ctx, struct ts_session *s);
	/* Write the report so far as Markdown; path NULL = a name made from the entry. *written (the caller frees) is the path. */
	bool (*export_report)(
		void *ctx, struct ts_session *s, const char *path, char **written, struct ts_err *err);
};

struct ts_guide_options {
	const char *entry; /* id to start with; NULL = ask for the error */
	const char *product;
	bool no_input; /* never ask: the first question ends the session with status 4 */
	bool progress; /* live line while checks run (a terminal, not --quiet, not --accessible) */
};

/* Run until the person leaves. Returns the exit status. */
int ts_guide_run(const struct ts_guide_host *host, struct ts_kb *kb, const struct ts_look *look,
	const struct ts_guide_options *options);

/* For ts_session_options.on_wait: the live line. ctx is the session's entry. */
void ts_progress_wait(void *ctx, const struct ts_running *running, size_t n);
/* Remove the live line before anything else is printed. */
void ts_progress_clear(void);
/* Let Ctrl-C skip the running checks of s (NULL = none). Twice within a second leaves the program with status 130. */
void ts_progress_interrupts(struct ts_session *s);

#endif
