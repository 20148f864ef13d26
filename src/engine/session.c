/* engine/session.c - the stepper: runs what the walk says is to be run, asks what is to be asked, keeps
 * answers and results. */
#include "engine/session.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "engine/judge.h"
#include "engine/session-private.h"
#include "os/os.h"

#define DEFAULT_TIMEOUT_S   10
#define DEFAULT_SINCE_S     ((int64_t)7 * 86400)
#define DEFAULT_CONNECTIONS 32
#define DEFAULT_WORKERS     8
#define WAIT_MS             100 /* between two calls of on_wait */
#define MAX_RUNNING         64  /* running checks that on_wait is told of */

struct ts_session *ts_session_new(const struct ts_entry *entry, const struct ts_evidence_if *evidence,
	const struct ts_session_options *options)
{
	struct ts_session *s = ts_xcalloc(1, sizeof(*s));
	struct ts_session_options *o = &s->options;
	s->entry = entry;
	s->has_evidence = evidence != NULL;
	if (evidence != NULL) {
		s->evidence = *evidence;
	}
	*o = *options;
	o->timeout_s = o->timeout_s > 0 ? o->timeout_s : DEFAULT_TIMEOUT_S;
	o->since_s = o->since_s > 0 ? o->since_s : DEFAULT_SINCE_S;
	o->max_connections = o->max_connections > 0 ? o->max_connections : DEFAULT_CONNECTIONS;
	o->workers = o->workers > 0 ? o->workers : DEFAULT_WORKERS;
	s->nodes = ts_xcalloc(entry->nnodes + 1, sizeof(*s->nodes));
	s->round_nodes = ts_xcalloc(entry->nnodes + 1, sizeof(*s->round_nodes));
	atomic_init(&s->cancel, false);
	ts_session_params_init(s);
	s->derived = ts_xcalloc(1, sizeof(*s->derived));
	s->derived->stale = true;
	s->derived->walk = ts_walk_new(entry, o->ask);
	s->derived->known = ts_xcalloc(entry->nnodes + 1, sizeof(*s->derived->known));
	s->derived->trail = ts_xcalloc(2 * entry->nnodes + 1, sizeof(*s->derived->trail));
	s->derived->contradictions = ts_xcalloc(2 * entry->nnodes + 1, sizeof(*s->derived->contradictions));
	return s;
}

void ts_session_free(struct ts_session *s)
{
	if (s == NULL) {
		return;
	}
	ts_session_drop_round(s);
	for (size_t i = 0; i < s->entry->nnodes; i++) {
		ts_outcome_free(s->nodes[i].outcome);
	}
	ts_session_params_finish(s);
	ts_walk_free(s->derived->walk);
	ts_arena_free(s->derived->arena);
	free(s->derived->known);
	free(s->derived->trail);
	free(s->derived->contradictions);
	free(s->derived);
	free(s->nodes);
	free(s->round_nodes);
	free(s->given);
	free(s);
}

const struct ts_entry *ts_session_entry(const struct ts_session *s)
{
	return s->entry;
}

bool ts_session_node_ok(const struct ts_session *s, int node)
{
	return node >= 0 && (size_t)node < s->entry->nnodes;
}

/* ---- running checks ---- */

void ts_session_drop_round(struct ts_session *s)
{
	if (s->round == NULL) {
		return;
	}
	atomic_store(&s->cancel, true);
	ts_round_free(s->round);
	s->round = NULL;
	s->nround = s->round_next = 0;
}

static void store(struct ts_session *s, int node, struct ts_outcome *outcome)
{
	struct node_state *st = &s->nodes[node];
	ts_outcome_free(st->outcome);
	st->outcome = outcome;
	st->serial++;
	st->runs += outcome->result.state != TS_CHECK_SKIPPED;
	outcome->result.runs = st->runs;
	s->derived->stale = true;
}

/* The check did not run, for a reason that the result tells. */
static struct ts_result *store_skipped(struct ts_session *s, int node)
{
	struct ts_outcome *o = ts_xcalloc(1, sizeof(*o));
	o->arena = ts_arena_new();
	o->result.state = TS_CHECK_SKIPPED;
	o->result.at = ts_os_now();
	store(s, node, o);
	return &o->result;
}

void ts_session_clear_result(struct ts_session *s, int node)
{
	struct node_state *st = &s->nodes[node];
	ts_outcome_free(st->outcome);
	st->outcome = NULL;
	st->serial++;
	st->runs = 0;
	st->was_present = st->verified = false;
	s->derived->stale = true;
}

/* $since for the next run of a check. After a cause's steps only what happened after the run before counts:
 * else the old lines of a log would show the fault for days after it has gone. Evidence whose clock stands
 * still (a bundle) is the same as before, and is looked at as before. */
static char *since_of(const struct ts_session *s, int node, int64_t now, bool again)
{
	const struct node_state *st = &s->nodes[node];
	if (!again || s->entry->nodes[node].kind != TS_NODE_CAUSE || st->runs == 0 || st->clock >= now) {
		return ts_session_since_at(s, now);
	}
	char *buf = ts_xmalloc(TS_ISO_SIZE);
	ts_run_iso8601(st->clock, buf);
	return buf;
}

/* Start a round with these nodes' checks. again: they have run before, and steps have been carried out. */
static struct ts_round *start_round(struct ts_session *s, const int *nodes, size_t n, bool again)
{
	const struct ts_entry *e = s->entry;
	struct ts_run_param *params = ts_xcalloc(e->nparams + 1, sizeof(*params));
	const char **hosts = ts_xcalloc(e->nparams + 1, sizeof(*hosts));
	struct ts_run_job *jobs = ts_xcalloc(n, sizeof(*jobs));
	char **since = ts_xcalloc(n, sizeof(*since));
	size_t nparams = 0, nhosts = 0;
	for (size_t i = 0; i < e->nparams; i++) {
		const char *value = ts_session_get(s, e->params[i].name);
		if (value != NULL) {
			params[nparams++] = (struct ts_run_param){ e->params[i].name, value };
		}
		/* A default names no computer that the person wants to be contacted. */
		if (s->params[i].value != NULL) {
			hosts[nhosts++] = value;
		}
	}
	if (again && s->evidence.look_again != NULL) {
		s->evidence.look_again(s->evidence.ctx);
	}
	for (size_t i = 0; i < n; i++) {
		const struct ts_node *node = &e->nodes[nodes[i]];
		int64_t now = ts_session_now(s, node->machine);
		since[i] = since_of(s, nodes[i], now, again);
		jobs[i] = (struct ts_run_job){ nodes[i], node, now, since[i] };
		s->nodes[nodes[i]].clock = now;
	}
	/* A single check needs no thread, unless somebody wants to see that it is running. */
	bool inline_run = s->options.workers == 1 || (n == 1 && s->options.on_wait == NULL);
	struct ts_run_options o = {
		.evidence = &s->evidence,
		.timeout_s = s->options.timeout_s,
		.max_connections = s->options.max_connections,
		.workers = inline_run               ? 1
			   : s->options.workers < 2 ? 2
						    : s->options.workers,
		.params = params,
		.nparams = nparams,
		.hosts = hosts,
		.cancel = &s->cancel,
	};
	if (s->round == NULL) {
		atomic_store(&s->cancel, false);
	}
	struct ts_round *r = ts_round_new(&o, jobs, n);
	for (size_t i = 0; i < n; i++) {
		free(since[i]);
	}
	free(since);
	free(jobs);
	free(hosts);
	free(params);
	return r;
}

static struct ts_outcome *wait_for(struct ts_session *s, struct ts_round *r, size_t i)
{
	while (!ts_round_wait(r, i, WAIT_MS)) {
		struct ts_running running[MAX_RUNNING];
		if (s->options.on_wait != NULL) {
			s->options.on_wait(
				s->options.on_wait_ctx, running, ts_round_running(r, running, MAX_RUNNING));
		}
	}
	return ts_round_take(r, i);
}

static void next_result(struct ts_session *s, struct ts_event *ev)
{
	size_t i = s->round_next;
	ev->kind = TS_EV_RAN;
	ev->node = s->round_nodes[i];
	store(s, ev->node, wait_for(s, s->round, i));
	s->round_next++;
	if (s->round_next == s->nround) {
		ts_round_free(s->round);
		s->round = NULL;
		s->nround = s->round_next = 0;
	}
}

/* Why this check cannot run at all; NULL = it can. */
static const char *not_run_reason(const struct ts_session *s)
{
	if (!s->options.run_checks) {
		return "checks are not run (--no-checks)";
	}
	return s->has_evidence ? NULL : "there is no evidence to run it on";
}

/* Begin the round of pending checks. True when an event came of it: a parameter has to be asked for first.
 * Checks that cannot run are marked as skipped; where none is left, no round begins and the walk goes on. */
static bool begin_round(struct ts_session *s, const struct ts_walk *w, struct ts_event *ev)
{
	const char *why = not_run_reason(s);
	s->nround = s->round_next = 0;
	for (size_t i = 0; i < w->nchecks && why == NULL && s->options.ask; i++) {
		const char *name = ts_session_missing(s, w->checks[i]);
		int param = name == NULL ? -1 : ts_session_param(s, name);
		if (param >= 0 && !s->params[param].refused) {
			ev->kind = TS_EV_ASK_PARAM;
			ev->node = w->checks[i];
			ev->param = &s->entry->params[param];
			return true;
		}
	}
	for (size_t i = 0; i < w->nchecks; i++) {
		const char *name = ts_session_missing(s, w->checks[i]);
		if (why != NULL) {
			store_skipped(s, w->checks[i])->reason = why;
		} else if (name != NULL) {
			struct ts_result *r = store_skipped(s, w->checks[i]);
			ts_judge_missing(name, r, s->nodes[w->checks[i]].outcome->arena);
		} else {
			s->round_nodes[s->nround++] = w->checks[i];
		}
	}
	if (s->nround > 0) {
		s->round = start_round(s, s->round_nodes, s->nround, false);
	}
	return false;
}

void ts_session_step(struct ts_session *s, struct ts_event *ev)
{
	static const enum ts_event_kind kinds[] = {
		[TS_NEXT_CHECKS] = TS_EV_RAN,
		[TS_NEXT_ASK] = TS_EV_ASK,
		[TS_NEXT_ADVISE] = TS_EV_ADVISE,
		[TS_NEXT_DONE] = TS_EV_DONE,
	};
	memset(ev, 0, sizeof(*ev));
	ev->node = -1;
	if (s->entry->nnodes == 0) {
		ev->kind = TS_EV_ERROR;
		ts_fail(&ev->err, "entry %s has no question and no cause to begin with", s->entry->id);
		return;
	}
	/* Ends: each turn without an event marks at least one check as skipped. */
	while (s->round == NULL) {
		const struct ts_walk *w = ts_session_derive(s)->walk;
		if (w->next != TS_NEXT_CHECKS) {
			ev->kind = kinds[w->next];
			ev->node = w->node;
			ev->label = w->label;
			ev->solved = w->solved;
			return;
		}
		if (begin_round(s, w, ev)) {
			return;
		}
	}
	next_result(s, ev);
}

bool ts_session_rerun(struct ts_session *s, int node, struct ts_err *err)
{
	if (!ts_session_node_ok(s, node) || s->entry->nodes[node].sql == NULL) {
		return ts_fail(err, "there is no check to run here");
	}
	if (not_run_reason(s) != NULL) {
		return ts_fail(err, "%s", not_run_reason(s));
	}
	const char *name = ts_session_missing(s, node);
	if (name != NULL) {
		return ts_fail(err, "the parameter %s was not given", name);
	}
	struct node_state *st = &s->nodes[node];
	const struct ts_result *old = ts_session_result(s, node);
	bool ran = old->state == TS_CHECK_ANSWERED || old->state == TS_CHECK_UNKNOWN;
	bool present = old->state == TS_CHECK_ANSWERED && strcmp(old->answer, TS_PRESENT) == 0;
	struct ts_round *r = start_round(s, &node, 1, true);
	store(s, node, wait_for(s, r, 0));
	ts_round_free(r);
	st->was_present = st->was_present || present;
	st->verified = st->verified || ran;
	return true;
}

void ts_session_forget(struct ts_session *s, int node)
{
	ts_session_drop_round(s);
	if (s->has_evidence && s->evidence.look_again != NULL) {
		s->evidence.look_again(s->evidence.ctx);
	}
	for (size_t i = 0; i < s->entry->nnodes; i++) {
		if (node < 0 || (size_t)node == i) {
			ts_session_clear_result(s, (int)i);
		}
	}
}

void ts_session_skip_running(struct ts_session *s)
{
	atomic_store(&s->cancel, true);
}

/* ---- answers ---- */

static const char *const cause_labels[] = { TS_SOLVED, TS_NOT_SOLVED };

/* The i-th label that may be given to a node, NULL past the end. "unknown" comes last; the person may always
 * say it. */
static const char *label_at(const struct ts_node *n, size_t i)
{
	size_t count = n->kind == TS_NODE_CAUSE ? TS_COUNT(cause_labels) : n->nanswers;
	if (i < count) {
		return n->kind == TS_NODE_CAUSE ? cause_labels[i] : n->answers[i].label;
	}
	bool said = n->kind == TS_NODE_QUESTION && ts_node_answer(n, TS_UNKNOWN) != NULL;
	return i == count && !said ? TS_UNKNOWN : NULL;
}

static const char *find_label(const struct ts_node *n, const char *label)
{
	const char *l;
	for (size_t i = 0; (l = label_at(n, i)) != NULL; i++) {
		if (strcmp(l, label) == 0) {
			return l;
		}
	}
	for (size_t i = 0; (l = label_at(n, i)) != NULL; i++) {
		if (ts_str_case_eq(l, label)) {
			return l;
		}
	}
	return NULL;
}

static bool fail_label(const struct ts_node *n, const char *label, struct ts_err *err)
{
	struct ts_buf b;
	const char *l;
	ts_buf_init(&b, sizeof(err->text));
	for (size_t i = 0; (l = label_at(n, i)) != NULL; i++) {
		bool last = label_at(n, i + 1) == NULL;
		ts_buf_printf(&b, "%s%s", i == 0 ? "" : last ? " or " : ", ", l);
	}
	ts_fail(err, "\"%s\" is no answer to \"%s\"; the answers are %s", label, n->title, ts_buf_str(&b));
	ts_buf_finish(&b);
	return false;
}

static void remove_given(struct ts_session *s, size_t i)
{
	memmove(&s->given[i], &s->given[i + 1], (s->ngiven - i - 1) * sizeof(*s->given));
	s->ngiven--;
	s->given_serial++;
	s->derived->stale = true;
}

bool ts_session_answer(struct ts_session *s, int node, const char *label, enum ts_by by, struct ts_err *err)
{
	if (!ts_session_node_ok(s, node)) {
		return ts_fail(err, "entry %s has no such question or cause", s->entry->id);
	}
	const char *found = find_label(&s->entry->nodes[node], label);
	if (found == NULL) {
		return fail_label(&s->entry->nodes[node], label, err);
	}
	for (size_t i = s->ngiven; i-- > 0;) {
		if (s->given[i].node == node) {
			remove_given(s, i);
		}
	}
	TS_GROW(s->given, s->given_cap, s->ngiven);
	s->given[s->ngiven++] = (struct given){ node, found, by, ts_os_now() };
	s->given_serial++;
	s->derived->stale = true;
	return true;
}

int ts_session_back(struct ts_session *s, int n)
{
	int taken = 0;
	for (size_t i = s->ngiven; i-- > 0 && taken < n;) {
		/* What was given on the command line was no answer to a question that could be put again. */
		if (s->given[i].by != TS_BY_OPTION) {
			remove_given(s, i);
			taken++;
		}
	}
	return taken;
}

static int take_back(struct ts_session *s, int node, const char **label)
{
	for (size_t i = 0; i < s->ngiven; i++) {
		if (s->given[i].node == node) {
			if (label != NULL) {
				*label = s->given[i].label;
			}
			remove_given(s, i);
			return node;
		}
	}
	return -1;
}

int ts_session_reopen(struct ts_session *s, int n, const char **label)
{
	const struct derived *d = ts_session_derive(s);
	for (size_t i = d->ntrail; i-- > 0;) {
		if (d->trail[i].by == TS_BY_PERSON && --n <= 0) {
			return take_back(s, d->trail[i].node, label);
		}
	}
	return -1;
}

int ts_session_unneeded(struct ts_session *s, const char **label)
{
	const struct ts_walk *w = ts_session_derive(s)->walk;
	for (size_t i = 0; i < s->ngiven; i++) {
		int node = s->given[i].node;
		if (s->given[i].by == TS_BY_PERSON && !w->reached[node] && !w->ahead[node]) {
			return take_back(s, node, label);
		}
	}
	return -1;
}

void ts_session_prefer(struct ts_session *s, int node, double factor)
{
	if (ts_session_node_ok(s, node) && factor > 0) {
		s->nodes[node].factor = factor;
		s->derived->stale = true;
	}
}
