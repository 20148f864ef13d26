/* engine/session-view.c - what is known now, computed from answers and results through walk.c. */
#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/session-private.h"

const char *ts_by_name(enum ts_by by)
{
	static const char *const names[] = {
		[TS_BY_MACHINE] = "machine",
		[TS_BY_PERSON] = "person",
		[TS_BY_OPTION] = "option",
	};
	return names[by];
}

const char *ts_status_name(enum ts_status s)
{
	static const char *const names[] = {
		[TS_POSSIBLE] = "possible",
		[TS_CONFIRMED] = "confirmed",
		[TS_EXCLUDED] = "excluded",
		[TS_OFF_PATH] = "off",
	};
	return names[s];
}

const struct ts_result *ts_session_result(const struct ts_session *s, int node)
{
	static const struct ts_result not_run = { .state = TS_CHECK_NOT_RUN };
	if (!ts_session_node_ok(s, node) || s->nodes[node].outcome == NULL) {
		return &not_run;
	}
	return &s->nodes[node].outcome->result;
}

const struct given *ts_session_given(const struct ts_session *s, int node)
{
	for (size_t i = 0; i < s->ngiven; i++) {
		if (s->given[i].node == node) {
			return &s->given[i];
		}
	}
	return NULL;
}

/* Does the first row show anything besides the answer? A count of 0 and an empty value are nothing. */
static bool shows_something(const struct ts_result *r)
{
	for (size_t i = 1; r->nrows > 0 && i < r->rows[0].n; i++) {
		const char *text = r->rows[0].cells[i].text;
		if (text != NULL && text[0] != '\0' && strcmp(text, "0") != 0) {
			return true;
		}
	}
	return false;
}

static void fill_known(const struct ts_session *s, struct ts_known *known)
{
	for (size_t i = 0; i < s->entry->nnodes; i++) {
		const struct ts_result *r = ts_session_result(s, (int)i);
		known[i] = (struct ts_known){
			.check = r->state,
			.value = r->answer,
			.was_present = s->nodes[i].was_present,
			.verified = s->nodes[i].verified,
			.factor = s->nodes[i].factor,
			.leaning = r->state == TS_CHECK_UNKNOWN && shows_something(r),
		};
	}
	for (size_t i = 0; i < s->ngiven; i++) {
		known[s->given[i].node].given = s->given[i].label;
	}
}

/* ---- the trail ---- */

/* Add what answers this node, if anything does: of a question the label in force, of a cause what came of its
 * steps. */
static void add_to_trail(const struct ts_session *s, struct derived *d, int node)
{
	const struct ts_node *n = &s->entry->nodes[node];
	bool machine = false;
	const char *label = n->kind == TS_NODE_QUESTION ? ts_walk_label(n, &d->known[node], &machine)
							: d->known[node].given;
	if (label == NULL) {
		return;
	}
	const struct given *g = ts_session_given(s, node);
	d->trail[d->ntrail++] = (struct ts_trail_item){
		.node = node,
		.label = label,
		.by = machine ? TS_BY_MACHINE : g->by,
		.at = machine ? ts_session_result(s, node)->at : g->at,
	};
}

static void make_trail(const struct ts_session *s, struct derived *d)
{
	d->ntrail = 0;
	for (size_t i = 0; i < d->walk->norder; i++) {
		add_to_trail(s, d, d->walk->order[i]);
	}
	for (size_t i = 0; i < s->ngiven; i++) {
		if (!d->walk->reached[s->given[i].node]) {
			add_to_trail(s, d, s->given[i].node);
		}
	}
}

/* ---- contradictions ---- */

static void contradict(struct derived *d, const char *text)
{
	d->contradictions[d->ncontradictions++] = text;
}

static void contradict_answer(const struct ts_session *s, struct derived *d, const struct given *g)
{
	const struct ts_node *n = &s->entry->nodes[g->node];
	bool machine;
	const char *label = ts_walk_label(n, &d->known[g->node], &machine);
	if (n->kind != TS_NODE_QUESTION || !machine || strcmp(g->label, TS_UNKNOWN) == 0 ||
		strcmp(g->label, label) == 0) {
		return;
	}
	contradict(d, ts_arena_printf(d->arena,
			      "\"%s\": the answer given is \"%s\", but the check found \"%s\", which counts",
			      n->title, g->label, label));
}

static void contradict_cause(const struct ts_session *s, struct derived *d, const struct ts_cause *c)
{
	const char *title = s->entry->nodes[c->node].title;
	if (c->solved) {
		contradict(d, ts_arena_printf(d->arena,
				      "\"%s\": it is said to be solved, but the check still finds the fault",
				      title));
	} else {
		contradict(d, ts_arena_printf(d->arena,
				      "\"%s\" is confirmed by its check, although the answers lead elsewhere",
				      title));
	}
}

static void find_contradictions(const struct ts_session *s, struct derived *d)
{
	ts_arena_free(d->arena);
	d->arena = ts_arena_new();
	d->ncontradictions = 0;
	for (size_t i = 0; i < s->ngiven; i++) {
		contradict_answer(s, d, &s->given[i]);
	}
	for (size_t i = 0; i < d->walk->ncauses; i++) {
		if (d->walk->causes[i].contradiction) {
			contradict_cause(s, d, &d->walk->causes[i]);
		}
	}
}

const struct derived *ts_session_derive(const struct ts_session *s)
{
	struct derived *d = s->derived;
	if (d->stale) {
		fill_known(s, d->known);
		ts_walk_update(d->walk, d->known);
		make_trail(s, d);
		find_contradictions(s, d);
		d->stale = false;
	}
	return d;
}

/* ---- queries ---- */

size_t ts_session_trail(const struct ts_session *s, const struct ts_trail_item **items)
{
	const struct derived *d = ts_session_derive(s);
	*items = d->trail;
	return d->ntrail;
}

const char *ts_session_label(const struct ts_session *s, int node, enum ts_by *by)
{
	if (!ts_session_node_ok(s, node)) {
		return NULL;
	}
	const struct ts_node *n = &s->entry->nodes[node];
	const struct given *g = ts_session_given(s, node);
	bool machine;
	const char *label = ts_walk_label(n, &ts_session_derive(s)->known[node], &machine);
	/* What came of a cause's steps is later than what its check said before them. */
	if (n->kind == TS_NODE_CAUSE && g != NULL) {
		label = g->label;
		machine = false;
	}
	if (label != NULL && by != NULL) {
		*by = machine ? TS_BY_MACHINE : g->by;
	}
	return label;
}

bool ts_session_reachable(const struct ts_session *s, int node)
{
	return ts_session_node_ok(s, node) && ts_session_derive(s)->walk->reached[node];
}

size_t ts_session_causes(const struct ts_session *s, const struct ts_cause **causes)
{
	struct ts_walk *w = ts_session_derive(s)->walk;
	ts_walk_explain(w);
	*causes = w->causes;
	return w->ncauses;
}

size_t ts_session_open(const struct ts_session *s, const int **nodes)
{
	const struct ts_walk *w = ts_session_derive(s)->walk;
	*nodes = w->open;
	return w->nopen;
}

int ts_session_questions_left(const struct ts_session *s)
{
	return ts_session_derive(s)->walk->questions_left;
}

const char *ts_session_contradiction(const struct ts_session *s, size_t i)
{
	const struct derived *d = ts_session_derive(s);
	return i < d->ncontradictions ? d->contradictions[i] : NULL;
}
