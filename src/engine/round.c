/* engine/round.c - the checks of one round on worker threads, or on the waiting thread where one worker is
 * enough. */
#include "engine/runner.h"

#include <stdlib.h>

#include "os/os.h"
#include "os/thread.h"

enum job_state { JOB_WAITS, JOB_RUNS, JOB_ENDED };

struct job {
	struct ts_run_job job;
	enum job_state state;
	double start;
	struct ts_outcome *outcome;
};

struct ts_round {
	struct ts_arena *arena; /* copies of everything the workers read */
	struct ts_run_options options;
	struct job *jobs;
	size_t njobs;
	struct ts_thread **threads;
	size_t nthreads;
	struct ts_mutex *lock; /* guards state, start and outcome of the jobs, and next */
	struct ts_cond *ended; /* signalled whenever a job ends */
	size_t next;           /* the first job that nobody has taken */
};

static void copy_options(struct ts_round *r, const struct ts_run_options *o)
{
	r->options = *o;
	struct ts_run_param *params = ts_arena_calloc(r->arena, o->nparams + 1, sizeof(*params));
	for (size_t i = 0; i < o->nparams; i++) {
		params[i].name = ts_arena_strdup(r->arena, o->params[i].name);
		params[i].value = ts_arena_strdup(r->arena, o->params[i].value);
	}
	r->options.params = params;
	size_t nhosts = 0;
	while (o->hosts != NULL && o->hosts[nhosts] != NULL) {
		nhosts++;
	}
	/* No list would mean "any host" to the budget; an empty one means none. */
	const char **hosts = ts_arena_calloc(r->arena, nhosts + 1, sizeof(*hosts));
	for (size_t i = 0; i < nhosts; i++) {
		hosts[i] = ts_arena_strdup(r->arena, o->hosts[i]);
	}
	r->options.hosts = hosts;
}

/* Take the next job and run it; false when none is left. The lock is held on entry and on return. */
static bool work(struct ts_round *r)
{
	if (r->next == r->njobs) {
		return false;
	}
	struct job *j = &r->jobs[r->next++];
	j->state = JOB_RUNS;
	j->start = ts_os_mono_ms_f();
	ts_mutex_unlock(r->lock);
	struct ts_outcome *outcome = ts_check_run(&r->options, &j->job);
	ts_mutex_lock(r->lock);
	j->outcome = outcome;
	j->state = JOB_ENDED;
	ts_cond_signal(r->ended);
	return true;
}

static void worker(void *arg)
{
	struct ts_round *r = arg;
	ts_mutex_lock(r->lock);
	while (work(r)) {
	}
	ts_mutex_unlock(r->lock);
}

struct ts_round *ts_round_new(const struct ts_run_options *options, const struct ts_run_job *jobs, size_t n)
{
	struct ts_round *r = ts_xcalloc(1, sizeof(*r));
	r->arena = ts_arena_new();
	copy_options(r, options);
	r->jobs = ts_arena_calloc(r->arena, n + 1, sizeof(*r->jobs));
	r->njobs = n;
	for (size_t i = 0; i < n; i++) {
		r->jobs[i].job = jobs[i];
		r->jobs[i].job.since = ts_arena_strdup(r->arena, jobs[i].since);
	}
	r->lock = ts_mutex_new();
	r->ended = ts_cond_new();
	size_t want = options->workers <= 1 ? 0 : (size_t)options->workers;
	want = want > n ? n : want;
	r->threads = ts_arena_calloc(r->arena, want + 1, sizeof(struct ts_thread *));
	while (r->nthreads < want) {
		struct ts_thread *t = ts_thread_start(worker, r);
		if (t == NULL) {
			/* fewer workers do as well, and without any the waiting thread does the work */
			break;
		}
		r->threads[r->nthreads++] = t;
	}
	return r;
}

bool ts_round_wait(struct ts_round *r, size_t i, int ms)
{
	int64_t end = ts_os_mono_ms() + ms;
	ts_mutex_lock(r->lock);
	while (r->jobs[i].state != JOB_ENDED) {
		if (r->nthreads == 0) {
			work(r);
			continue;
		}
		int64_t left = end - ts_os_mono_ms();
		if (left <= 0) {
			break;
		}
		ts_cond_wait(r->ended, r->lock, (int)left);
	}
	bool ended = r->jobs[i].state == JOB_ENDED;
	ts_mutex_unlock(r->lock);
	return ended;
}

struct ts_outcome *ts_round_take(struct ts_round *r, size_t i)
{
	ts_mutex_lock(r->lock);
	struct ts_outcome *o = r->jobs[i].outcome;
	r->jobs[i].outcome = NULL;
	ts_mutex_unlock(r->lock);
	return o;
}

size_t ts_round_running(struct ts_round *r, struct ts_running *out, size_t max)
{
	size_t n = 0;
	double now = ts_os_mono_ms_f();
	ts_mutex_lock(r->lock);
	for (size_t i = 0; i < r->njobs && n < max; i++) {
		if (r->jobs[i].state == JOB_RUNS) {
			out[n++] = (struct ts_running){ r->jobs[i].job.index, now - r->jobs[i].start };
		}
	}
	ts_mutex_unlock(r->lock);
	return n;
}

void ts_round_free(struct ts_round *r)
{
	if (r == NULL) {
		return;
	}
	/* Nobody wants the jobs that have not begun. */
	ts_mutex_lock(r->lock);
	r->next = r->njobs;
	ts_mutex_unlock(r->lock);
	for (size_t i = 0; i < r->nthreads; i++) {
		ts_thread_join(r->threads[i]);
	}
	for (size_t i = 0; i < r->njobs; i++) {
		ts_outcome_free(r->jobs[i].outcome);
	}
	ts_cond_free(r->ended);
	ts_mutex_free(r->lock);
	ts_arena_free(r->arena);
	free(r);
}
