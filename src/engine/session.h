/* engine/session.h - the stepper: walks an entry by its checks and answers, and says what happened
 * (architecture.md "The engine is a stepper"). The guided session, the one-shot report, `kb test` and later
 * the fleet mode are loops around ts_session_step().
 *
 * State is the trail (answers in order, by whom) and the results of checks; everything else (what is
 * reachable, the status of each cause, the ranking, what is open) is computed from them by walk.c, so that it
 * cannot depend on the order in which evidence came. */
#ifndef TS_ENGINE_SESSION_H
#define TS_ENGINE_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "db/conn.h"
#include "kb/entry.h"

/* Where checks get their connections; the caller glues it to table/evidence.h. open is called on worker
 * threads. */
struct ts_evidence_if {
	void *ctx;
	struct ts_conn *(*open)(void *ctx, const char *machine, const char *sql,
		const struct ts_budget *budget, struct ts_err *err);
	int64_t (*as_of)(void *ctx, const char *machine); /* the machine's own clock */
	/* Checks are about to run again: what other computers answered before counts no more. May be NULL. */
	void (*look_again)(void *ctx);
	/* A check is done with its connection. NULL = it is freed. */
	void (*close)(void *ctx, struct ts_conn *conn);
};

/* ---- results of checks ---- */

enum ts_check_state {
	TS_CHECK_NOT_RUN,
	TS_CHECK_ANSWERED, /* answer is definite */
	TS_CHECK_UNKNOWN,  /* it ran, and the machine could not tell: reason */
	TS_CHECK_SKIPPED,  /* it did not run: a parameter is missing, --no-checks, cancelled: reason */
};

enum ts_cell_type { TS_CELL_NULL, TS_CELL_INT, TS_CELL_REAL, TS_CELL_TEXT };
struct ts_cell {
	const char *name; /* the column's name */
	enum ts_cell_type type;
	const char *text; /* the value as text; NULL for SQL NULL */
};
struct ts_row {
	struct ts_cell *cells;
	size_t n;
};

#define TS_EVIDENCE_ROWS 20 /* rows kept of each check (knowledge-format.md) */

struct ts_result {
	enum ts_check_state state;
	/* What the first row said; "none" without a row; NULL when unknown without any value. */
	const char *answer;
	/* Of unknown and skipped, a sentence fragment: "registry for HKLM could not be read: ...". */
	const char *reason;
	/* What would make it known: "--host NAME", "--evidence server=PATH", "run elevated"; NULL = nothing
	 * known. */
	const char *hint;
	struct ts_row *rows;
	size_t nrows;
	bool more_rows;                /* there were more than TS_EVIDENCE_ROWS */
	struct ts_ledger_line *ledger; /* all lines of its scans, gaps included */
	size_t nledger;
	double ms;
	int64_t at; /* Unix seconds when it ran */
	int runs;   /* how often it has run (the verification is another run) */
};

/* ---- the trail ---- */

enum ts_by { TS_BY_MACHINE, TS_BY_PERSON, TS_BY_OPTION };
const char *ts_by_name(enum ts_by by); /* machine, person, option */

struct ts_trail_item {
	int node;          /* index in entry->nodes */
	const char *label; /* the answer, "unknown", "solved", "not solved" */
	enum ts_by by;
	int64_t at;
};

/* ---- causes ---- */

enum ts_status { TS_POSSIBLE, TS_CONFIRMED, TS_EXCLUDED, TS_OFF_PATH };
const char *ts_status_name(enum ts_status s); /* possible, confirmed, excluded, off */

struct ts_cause {
	int node;
	enum ts_status status;
	int rank;     /* from 1, over all causes: confirmed, possible, excluded, off */
	double score; /* weight / minutes */
	bool failed;  /* the person said "not solved" after its steps */
	bool solved;
	/* its check says present, but answers lead elsewhere; or verified results disagree */
	bool contradiction;
	/* nodes of the path that speak for it (answered questions that lead here, its own check) and against
	 * it */
	const int *for_nodes, *against_nodes;
	size_t nfor, nagainst;
};

/* ---- a session ---- */

struct ts_running { /* a check that is being run, for progress lines */
	int node;
	double elapsed_ms;
};

struct ts_session_options {
	bool ask; /* guided: TS_ASK is returned; else questions stay open and all their ways are followed */
	bool run_checks;     /* false: --no-checks */
	int timeout_s;       /* per check; a node's own timeout fact wins. 0 = 10 */
	int64_t since_s;     /* how far back logs are read; 0 = 7 days */
	int max_connections; /* per check; 0 = 32 */
	int workers;         /* checks side by side; 0 = 8 */
	/* Called on the session's thread about every 100 ms while checks run; may be NULL. */
	void (*on_wait)(void *ctx, const struct ts_running *running, size_t n);
	void *on_wait_ctx;
};

struct ts_session;

/* entry must outlive the session; machine_hint says in words how evidence of a machine can be given. */
struct ts_session *ts_session_new(const struct ts_entry *entry, const struct ts_evidence_if *evidence,
	const struct ts_session_options *options);
void ts_session_free(struct ts_session *s); /* cancels and joins running checks; NULL is allowed */

const struct ts_entry *ts_session_entry(const struct ts_session *s);

/* Parameters: the value must match the parameter's pattern in full. Changing one makes the checks that bind
 * it run again. */
bool ts_session_set(struct ts_session *s, const char *name, const char *value, struct ts_err *err);
/* Value in force (given or default), or NULL. */
const char *ts_session_get(const struct ts_session *s, const char *name);
/* {parameters} in text or command replaced by values in force that match; unknown ones stay as written. The
 * caller frees. */
char *ts_session_expand(const struct ts_session *s, const char *text);

enum ts_event_kind {
	TS_EV_ASK,       /* node: a question for the person; why in reason where its check was unknown */
	TS_EV_ASK_PARAM, /* param: a value that pending checks need */
	TS_EV_RAN,       /* node: a check has ended; ts_session_result() */
	/* node: a cause (confirmed or possible) and its steps; reply with ts_session_answer solved / not
	 * solved */
	TS_EV_ADVISE,
	/* nothing is left: node = where it ended (-1: several ways stayed open), label = the answer that
	 * ended it, solved or not */
	TS_EV_DONE,
	TS_EV_ERROR, /* err */
};
struct ts_event {
	enum ts_event_kind kind;
	int node;                     /* -1 = none */
	const struct ts_param *param; /* ASK_PARAM */
	const char *label; /* DONE: label of the answer without a link that ended the walk, or NULL */
	bool solved;       /* DONE */
	struct ts_err err;
};

/* Do the next thing and say what it was. After ASK, ASK_PARAM, ADVISE the same event is returned again until
 * it is answered. Without options.ask only RAN, DONE and ERROR come. */
void ts_session_step(struct ts_session *s, struct ts_event *ev);

/* Answer a node: a label of it, "unknown", or for a cause "solved" / "not solved". In reply to ASK, or in
 * advance (TS_BY_OPTION). A wrong label is an error that lists the right ones. In advance, a machine's
 * definite result wins over an option, and the contradiction is kept (ts_session_contradiction). */
bool ts_session_answer(struct ts_session *s, int node, const char *label, enum ts_by by, struct ts_err *err);
/* The person will not give this parameter: checks that need it are skipped. */
void ts_session_refuse_param(struct ts_session *s, const char *name);
/* Take back the last n answers of the person (results of checks are kept). Returns how many were taken. */
int ts_session_back(struct ts_session *s, int n);
/* Put the question (or cause) again that the person answered n-th last on the way here; the answers after it stay, and
 * count where they still have a place. Its node, -1 = there is none. *label (may be NULL) is the answer taken back. */
int ts_session_reopen(struct ts_session *s, int n, const char **label);
/* A node that the person has answered although no way leads there any more, with that answer taken back; -1 = none. */
int ts_session_unneeded(struct ts_session *s, const char **label);
/* Let a cause's weight count more or less than the entry says; 1 = as it says. */
void ts_session_prefer(struct ts_session *s, int node, double factor);
/* Run a cause's check again after its steps; blocks. The new result replaces the old one. $since is then the
 * time of the run before, so that what the logs said before the steps does not count again (unless the
 * machine's clock has stood still since, as a bundle's does: then the evidence is the same). A question's
 * check is run again as it was. False when it has no check. */
bool ts_session_rerun(struct ts_session *s, int node, struct ts_err *err);
/* Forget the results of all checks (node -1) or one, so that they run again in the next step. */
void ts_session_forget(struct ts_session *s, int node);
/* Skip the checks that are running. Safe in a signal handler. */
void ts_session_skip_running(struct ts_session *s);

/* ---- what is known now (valid until the session changes) ---- */
const struct ts_result *ts_session_result(
	const struct ts_session *s, int node); /* never NULL; state NOT_RUN before */
size_t ts_session_trail(const struct ts_session *s, const struct ts_trail_item **items);
/* The answer in force of a node and who gave it, NULL = none (unknown counts as none unless the person said
 * so: "unknown"). */
const char *ts_session_label(const struct ts_session *s, int node, enum ts_by *by);
bool ts_session_reachable(const struct ts_session *s, int node);
/* Causes in rank order, the entry's own and those of linked entries that are reachable. */
size_t ts_session_causes(const struct ts_session *s, const struct ts_cause **causes);
/* Reachable questions without a definite answer, in the order of the walk. */
size_t ts_session_open(const struct ts_session *s, const int **nodes);
/* At most how many more questions can be asked on any way from here. */
int ts_session_questions_left(const struct ts_session *s);
/* Contradictions in words: an option against a machine's result, a confirmed cause off the path. NULL past
 * the end. */
const char *ts_session_contradiction(const struct ts_session *s, size_t i);
/* $since as bound for a machine, ISO 8601; the caller frees. */
char *ts_session_since(const struct ts_session *s, const char *machine);

#endif
