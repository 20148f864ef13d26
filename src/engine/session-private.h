/* engine/session-private.h - what the session*.c files share: the state of a session, and what is computed
 * from it. */
#ifndef TS_ENGINE_SESSION_PRIVATE_H
#define TS_ENGINE_SESSION_PRIVATE_H

#include "base/regex.h"
#include "engine/runner.h"
#include "engine/session.h"
#include "engine/walk.h"

/* An answer of the person or an option. */
struct given {
	int node;
	const char *label; /* the entry's own spelling, or a reserved word */
	enum ts_by by;
	int64_t at;
};

struct param_state {
	char *value;         /* given; NULL = the default is in force */
	bool refused;        /* the person will not give it */
	struct ts_regex *re; /* NULL = no pattern, or a bad one (bad_pattern) */
	bool bad_pattern;
	bool default_fits; /* the default matches the pattern */
};

struct node_state {
	struct ts_outcome *outcome; /* of the last run; NULL = not run */
	int runs;
	unsigned serial;            /* changes with every other outcome, from 1 */
	int64_t clock;              /* its machine's clock when it last ran */
	bool was_present, verified; /* see struct ts_known */
	double factor;              /* of a cause's weight; 0 = 1 */
};

/* Everything that is computed from the state, again whenever that has changed. */
struct derived {
	bool stale;
	struct ts_walk *walk;
	struct ts_known *known;
	struct ts_arena *arena; /* contradictions */
	struct ts_trail_item *trail;
	size_t ntrail;
	const char **contradictions;
	size_t ncontradictions;
};

struct ts_session {
	const struct ts_entry *entry;
	struct ts_evidence_if evidence;
	bool has_evidence;
	struct ts_session_options options;
	struct node_state *nodes; /* by node */
	struct given *given;      /* in the order in which they were given; one per node at most */
	size_t ngiven, given_cap;
	unsigned given_serial;      /* changes with every answer and parameter, from 1 */
	struct param_state *params; /* by entry->params */
	/* the round that is running */
	struct ts_round *round;
	int *round_nodes;
	size_t nround, round_next; /* the job whose RAN comes next */
	atomic_bool cancel;
	struct derived *derived;
};

/* Bring what is computed up to date. */
const struct derived *ts_session_derive(const struct ts_session *s);
/* The answer given to a node, NULL = none. */
const struct given *ts_session_given(const struct ts_session *s, int node);
bool ts_session_node_ok(const struct ts_session *s, int node);
/* Stop the running round; checks whose RAN has not been returned will run again. */
void ts_session_drop_round(struct ts_session *s);
/* Index in entry->params, or -1. */
int ts_session_param(const struct ts_session *s, const char *name);
/* The first parameter that the node's check binds and that has no value: its name, else NULL. */
const char *ts_session_missing(const struct ts_session *s, int node);
void ts_session_params_init(struct ts_session *s);
void ts_session_params_finish(struct ts_session *s);
/* $since for a machine whose clock says now, counted back by the options; the caller frees. */
char *ts_session_since_at(const struct ts_session *s, int64_t now);
int64_t ts_session_now(const struct ts_session *s, const char *machine);
void ts_session_clear_result(struct ts_session *s, int node);

#endif
