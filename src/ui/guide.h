/* ui/guide.h - the guided session: a loop around ts_session_step() that shows, asks and listens (interface.md "Guided session"). */
#ifndef TS_UI_GUIDE_H
#define TS_UI_GUIDE_H

#include <stdbool.h>
#include "engine/store.h"
#include "kb/kb.h"
#include "out/report.h"

/* What the session needs from the program around it. */
struct ts_guide_host {
	void *ctx;
	/* What the person has named now, for the report: from is text or search; rec may be NULL. */
	void (*asked)(void *ctx, const char *from, const struct ts_recognised *rec);
	/* Start a session on an entry; NULL with err. The guide frees it with end. kept NULL, or what is put back into it;
	 * what has no place any more is named in lost, a line each. */
	struct ts_session *(*start)(void *ctx, const char *id, const struct ts_kept *kept,
		struct ts_buf *lost, struct ts_err *err);
	void (*end)(void *ctx, struct ts_session *s);
	/* What is kept of the session that was started: who asked for what, and where the evidence comes from. */
	void (*head)(void *ctx, struct ts_kept_head *head);
	/* Write the report so far as Markdown; path NULL = a name made from the entry. *written (the caller frees) is the path. */
	bool (*export_report)(void *ctx, struct ts_session *s, const char *verified, const char *path,
		char **written, struct ts_err *err);
};

struct ts_guide_options {
	const char *entry; /* id to start with; NULL = ask for the error */
	const char *product;
	struct ts_store *store; /* where sessions are kept; NULL = nowhere */
	int64_t resume;         /* session to go on with at once; 0 = none */
	const char *history;    /* path of the file of typed lines; NULL = none */
	bool copy_to_terminal;  /* copy also puts the command on the terminal's clipboard (OSC 52) */
	bool no_input;          /* never ask: the first question ends the session with status 4 */
	bool progress;          /* live line while checks run (a terminal, not --quiet, not --accessible) */
};

/* Run until the person leaves. Returns the exit status. */
int ts_guide_run(const struct ts_guide_host *host, struct ts_kb *kb, const struct ts_look *look,
	const struct ts_guide_options *options);

/* For ts_session_options.on_wait: the live line. ctx is the session's entry. */
void ts_progress_wait(void *ctx, const struct ts_running *running, size_t n);
/* The same where nothing may be rewritten (no terminal, --accessible): a line every ten seconds. */
void ts_progress_plain(void *ctx, const struct ts_running *running, size_t n);
/* Remove the live line before anything else is printed. */
void ts_progress_clear(void);
/* Let Ctrl-C skip the running checks of s (NULL = none). Twice within a second leaves the program with status 130. */
void ts_progress_interrupts(struct ts_session *s);

#endif
