/* ui/guide-internal.h - what guide.c, guide-fix.c and guide-commands.c share. */
#ifndef TS_UI_GUIDE_INTERNAL_H
#define TS_UI_GUIDE_INTERNAL_H

#include "ui/guide.h"
#include "ui/line.h"

enum ts_guide_mode {
	TS_GUIDE_FIND,   /* no session: the error is asked for */
	TS_GUIDE_CHOOSE, /* several entries were found: one is asked for */
	TS_GUIDE_WALK,   /* the session's pending event is being answered */
	TS_GUIDE_SOLVED, /* the steps were carried out and no machine can tell: did it work? */
	TS_GUIDE_OFFER,  /* a kept session was found: go on with it? */
	TS_GUIDE_SWITCH, /* another error was typed: turn to it? */
};

struct ts_guide {
	const struct ts_guide_host *host;
	const struct ts_guide_options *options;
	struct ts_kb *kb;
	struct ts_look look;
	struct ts_line *line;
	struct ts_session *session;   /* NULL while finding */
	const struct ts_entry *entry; /* the session's */
	enum ts_guide_mode mode;
	struct ts_event ev;   /* what the session waits for */
	int shown;            /* node whose question or cause is on the screen; -1 = none */
	size_t step;          /* steps of the advised cause shown so far */
	bool ended, solved;   /* the walk has come to an end */
	const char *verified; /* what the verification said; NULL = none yet */
	const char *before;   /* the answer that back took away from before_node; NULL = none */
	int before_node;
	/* keeping (guide-keep.c) */
	struct ts_store *store; /* NULL = nothing is kept */
	int64_t started;
	bool paused;
	struct ts_kept_place back_to; /* where a resumed session stood; node NULL = nowhere in particular */
	bool restarted;               /* ... and the computer has restarted since */
	int64_t offer;                /* session that is offered */
	struct ts_recognised rec;     /* of the other error (TS_GUIDE_SWITCH) */
	enum ts_guide_mode mode_before;
	int64_t interrupted_ms; /* when Ctrl-C was last typed */
	struct ts_arena *found; /* arena of hits */
	struct ts_hit *hits;
	size_t nhits;
	char **told; /* hints of unknown results that were shown in this session */
	size_t ntold, told_cap;
	bool leave;
	int status;
};

struct ts_guide_command {
	const char *name;
	const char *args; /* for help: "[N]" */
	const char *help;
	void (*run)(struct ts_guide *g, const char *arg);
	bool needs_session;
};
extern const struct ts_guide_command ts_guide_commands[]; /* in order of name; ends with name NULL */

/* Run the command that line names (whole word, or an unambiguous beginning of two letters or more when `abbreviated`); false when it names none. */
bool ts_guide_command(struct ts_guide *g, const char *line, bool abbreviated);
/* guide-complete.c, a ts_complete_fn */
void ts_guide_complete(void *ctx, const char *before, const char *prefix,
	void (*put)(void *put_ctx, const char *word), void *put_ctx);

/* Print what is in b and empty it. */
void ts_guide_say(struct ts_guide *g, struct ts_buf *b);
/* One paragraph, wrapped. */
void ts_guide_tell(struct ts_guide *g, const char *fmt, ...) TS_PRINTF(2, 3);
/* Begin a walk on an entry (ends the one before). */
void ts_guide_start(struct ts_guide *g, const char *id);
void ts_guide_drop(struct ts_guide *g);

/* guide-ask.c: questions and checks. The answers a person may choose at a question, in order: labels of the node without
 * "unknown"; the number after the last means "I do not know". */
#define TS_GUIDE_CHOICES_MAX 32
size_t ts_guide_choices(const struct ts_node *n, const struct ts_answer **out, size_t max);
/* The label as a person sees and types it: "otherwise" is "something else". */
const char *ts_guide_label(const struct ts_answer *a);
void ts_guide_show_choice(struct ts_guide *g, struct ts_buf *b, size_t number, size_t width,
	const char *label, const char *text);
void ts_guide_show_check(struct ts_guide *g, int node, struct ts_buf *b);
void ts_guide_show_question(struct ts_guide *g, int node);
void ts_guide_answer_question(struct ts_guide *g, const char *text);
void ts_guide_answer_param(struct ts_guide *g, const char *text);

/* guide-find.c: from words to an entry */
void ts_guide_find(struct ts_guide *g, const char *text);
void ts_guide_choose(struct ts_guide *g, const char *text);
void ts_guide_answer_switch(struct ts_guide *g, const char *text);
/* What was typed is no answer and no command: say what it may have been meant to be. */
void ts_guide_not_understood(struct ts_guide *g, const char *text);

/* guide-keep.c: sessions that are kept */
void ts_guide_keep(struct ts_guide *g); /* everything that is known is on the disk on return */
void ts_guide_begin_keeping(struct ts_guide *g);
bool ts_guide_offer(struct ts_guide *g, const char *entry); /* false: nothing is left over */
void ts_guide_answer_offer(struct ts_guide *g, const char *text);
void ts_guide_resume(struct ts_guide *g, int64_t id);
/* The walk has come to the place where the resumed session stood. True: go on with the loop. */
bool ts_guide_back_at_place(struct ts_guide *g);
void ts_guide_leave(
	struct ts_guide *g); /* quit, end of input: pause where another person or a restart is needed */
void ts_guide_sessions(struct ts_guide *g, const char *arg);
void ts_guide_cmd_resume(struct ts_guide *g, const char *arg);
void ts_guide_discard(struct ts_guide *g, const char *arg);
void ts_guide_pause(struct ts_guide *g, const char *arg);
/* "5 minutes ago", in buf. */
void ts_guide_ago(int64_t seconds, char *buf, size_t size);

/* guide-rank.c: outcomes of earlier sessions change the order of causes, where that was turned on */
void ts_guide_rank(struct ts_guide *g);
/* `set ranking ...`; false when name is another one. */
bool ts_guide_set_ranking(struct ts_guide *g, const char *name, const char *value);

/* guide-view.c: commands that only show */
/* Show what fill makes of the command's argument. */
void ts_guide_print(
	struct ts_guide *g, void (*fill)(struct ts_guide *, const char *, struct ts_buf *), const char *arg);
int ts_guide_node_of(struct ts_guide *g, const char *arg);
void ts_guide_list(struct ts_guide *g, const char *arg);
void ts_guide_search(struct ts_guide *g, const char *arg);
void ts_guide_show(struct ts_guide *g, const char *arg);
void ts_guide_status(struct ts_guide *g, const char *arg);
void ts_guide_why(struct ts_guide *g, const char *arg);

/* guide-fix.c: a cause and its steps */
void ts_guide_show_cause(struct ts_guide *g, int node);
void ts_guide_next_step(struct ts_guide *g);
void ts_guide_done(struct ts_guide *g);
void ts_guide_outcome(struct ts_guide *g, bool solved);

#endif
