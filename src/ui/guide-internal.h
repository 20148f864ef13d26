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
	struct ts_event ev;     /* what the session waits for */
	int shown;              /* node whose question or cause is on the screen; -1 = none */
	size_t step;            /* steps of the advised cause shown so far */
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
void ts_guide_complete(void *ctx, const char *prefix, bool first,
	void (*put)(void *put_ctx, const char *word), void *put_ctx);

/* Print what is in b and empty it. */
void ts_guide_say(struct ts_guide *g, struct ts_buf *b);
/* One paragraph, wrapped. */
void ts_guide_tell(struct ts_guide *g, const char *fmt, ...) TS_PRINTF(2, 3);
/* Begin a walk on an entry (ends the one before). */
void ts_guide_start(struct ts_guide *g, const char *id);
void ts_guide_drop(struct ts_guide *g);

/* The answers a person may choose at a question, in order: labels of the node without "unknown"; the number after the last means "I do not know". */
size_t ts_guide_choices(const struct ts_node *n, const struct ts_answer **out, size_t max);

/* guide-fix.c: a cause and its steps */
void ts_guide_show_cause(struct ts_guide *g, int node);
void ts_guide_next_step(struct ts_guide *g);
void ts_guide_done(struct ts_guide *g);
void ts_guide_outcome(struct ts_guide *g, bool solved);

#endif
