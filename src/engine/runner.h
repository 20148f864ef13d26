/* engine/runner.h - runs checks, side by side on worker threads, each on its own connection and under its own
 * budget.
 *
 *	struct ts_round *r = ts_round_new(&options, jobs, n);
 *	while (!ts_round_wait(r, i, 100)) ...          progress: ts_round_running()
 *	struct ts_outcome *o = ts_round_take(r, i);    yours: ts_outcome_free()
 *	ts_round_free(r);                              joins; set the cancel flag first to be quick */
#ifndef TS_ENGINE_RUNNER_H
#define TS_ENGINE_RUNNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/session.h"

struct ts_run_param {
	const char *name, *value;
};

/* What all checks of a round share; copied by ts_round_new. */
struct ts_run_options {
	const struct ts_evidence_if *evidence; /* NULL: every check is skipped */
	int timeout_s;                         /* a node's own timeout wins */
	int max_connections;                   /* per check */
	int workers;                           /* 1 = on the thread that waits */
	const struct ts_run_param *params;     /* values in force */
	size_t nparams;
	const char *const *hosts;  /* NULL-terminated: what the checks may contact */
	const atomic_bool *cancel; /* never NULL */
};

struct ts_run_job {
	int index;                  /* of the node in its entry */
	const struct ts_node *node; /* outlives the round */
	int64_t now;                /* $now: the machine's clock */
	const char *since;          /* $since, ISO 8601 */
};

/* A result and the memory that it lives in. */
struct ts_outcome {
	struct ts_arena *arena;
	struct ts_result result;
};
void ts_outcome_free(struct ts_outcome *o); /* NULL is allowed */

/* Run one check here and now. */
struct ts_outcome *ts_check_run(const struct ts_run_options *options, const struct ts_run_job *job);

struct ts_round;
struct ts_round *ts_round_new(const struct ts_run_options *options, const struct ts_run_job *jobs, size_t n);
/* Wait at most ms milliseconds for job i to end; false when it has not. With one worker the job runs now. */
bool ts_round_wait(struct ts_round *r, size_t i, int ms);
/* The outcome of a job that has ended; once. */
struct ts_outcome *ts_round_take(struct ts_round *r, size_t i);
/* Jobs that are running now, in their order; at most max. */
size_t ts_round_running(struct ts_round *r, struct ts_running *out, size_t max);
void ts_round_free(struct ts_round *r); /* NULL is allowed */

/* Is this a decimal integer as SQLite would write it, so that it may be bound as one? */
bool ts_run_integer(const char *value, int64_t *out);
/* 'YYYY-MM-DDTHH:MM:SS.000Z', in buf. */
#define TS_ISO_SIZE 48
void ts_run_iso8601(int64_t seconds, char buf[TS_ISO_SIZE]);

#endif
