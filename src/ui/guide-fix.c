/* ui/guide-fix.c - a cause in the guided session: what it does to others first, then its steps one by one, then the proof. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"

/* How many causes are still possible, this one included. */
static size_t possible_causes(const struct ts_guide *g)
{
	const struct ts_cause *causes;
	size_t n = ts_session_causes(g->session, &causes), k = 0;
	for (size_t i = 0; i < n; i++) {
		k += (causes[i].status == TS_POSSIBLE || causes[i].status == TS_CONFIRMED) &&
		     !causes[i].failed;
	}
	return k;
}

static const struct ts_cause *cause_of(const struct ts_guide *g, int node)
{
	const struct ts_cause *causes;
	size_t n = ts_session_causes(g->session, &causes);
	for (size_t i = 0; i < n; i++) {
		if (causes[i].node == node) {
			return &causes[i];
		}
	}
	return NULL;
}

void ts_guide_show_cause(struct ts_guide *g, int node)
{
	const struct ts_node *n = &g->entry->nodes[node];
	const struct ts_cause *c = cause_of(g, node);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_putc(&b, '\n');
	bool confirmed = c != NULL && c->status == TS_CONFIRMED;
	ts_render_heading(n->title, 1, &g->look, &b);
	if (confirmed) {
		ts_render_text("Confirmed: the machine's own evidence shows it (why prints that evidence).",
			0, 0, &g->look, &b);
	} else {
		size_t others = possible_causes(g);
		char *text =
			others <= 1
				? ts_xstrdup("Possible: it is the only cause left, and nothing seen so far "
					     "proves it.")
				: ts_xasprintf("Possible, not proved: the first to try of %zu that are left.",
					  others);
		ts_render_text(text, 0, 0, &g->look, &b);
		free(text);
	}
	ts_buf_putc(&b, '\n');
	ts_render_markdown(n->why, strlen(n->why), 0, &g->look, &b);
	ts_buf_putc(&b, '\n');
	ts_render_facts(g->session, node, &g->look, &b);
	char *steps = ts_xasprintf("%zu step%s. Enter shows the next one, steps shows all. Carry them out "
				   "yourself: this program changes nothing.",
		n->nsteps, n->nsteps == 1 ? "" : "s");
	ts_buf_putc(&b, '\n');
	ts_render_text(steps, 0, 0, &g->look, &b);
	free(steps);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->shown = node;
	g->step = 0;
}

/* Some fixes end the program's run, or wait for somebody: say that nothing is lost by it. */
static void show_pause(struct ts_guide *g, const struct ts_node *n, struct ts_buf *b)
{
	static const struct {
		const char *need, *text;
	} rows[] = {
		{ "reboot", "The computer must be restarted: just do it. Start troubleshoot again "
			    "afterwards, and it sees "
			    "whether the fix has worked." },
		{ "other-person", "Somebody else is needed: pause leaves, and troubleshoot goes on from here "
				  "when you start it again." },
	};
	for (const char **p = n->needs; g->store != NULL && *p != NULL; p++) {
		for (size_t i = 0; i < TS_COUNT(rows); i++) {
			if (strcmp(*p, rows[i].need) == 0) {
				ts_render_text(rows[i].text, 0, 0, &g->look, b);
			}
		}
	}
}

void ts_guide_next_step(struct ts_guide *g)
{
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	if (g->step >= n->nsteps) {
		ts_guide_tell(g, "That was the last step. Type done when you have carried them out, or not "
				 "solved to go on to the next cause.");
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_putc(&b, '\n');
	ts_render_step(g->session, g->ev.node, g->step, false, &g->look, &b);
	g->step++;
	if (g->step == n->nsteps) {
		ts_buf_putc(&b, '\n');
		ts_render_text("That is the last step. Type done when you have carried them out.", 0, 0,
			&g->look, &b);
		show_pause(g, n, &b);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

static void show_undo(struct ts_guide *g, struct ts_buf *b)
{
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	if (n->nundo == 0 && n->undo_text == NULL) {
		return;
	}
	ts_buf_putc(b, '\n');
	ts_render_text("To undo the steps:", 0, 0, &g->look, b);
	if (n->undo_text != NULL) {
		ts_render_markdown(n->undo_text, strlen(n->undo_text), 0, &g->look, b);
	}
	for (size_t i = 0; i < n->nundo; i++) {
		ts_render_step(g->session, g->ev.node, i, true, &g->look, b);
	}
}

void ts_guide_outcome(struct ts_guide *g, bool solved)
{
	struct ts_err err;
	if (g->store != NULL && ts_store_current(g->store) != 0) {
		(void)ts_store_outcome(
			g->store, g->entry->id, g->entry->nodes[g->ev.node].id, solved, g->started, NULL);
	}
	g->shown = -1;
	g->step = 0;
	if (!ts_session_answer(
		    g->session, g->ev.node, solved ? "solved" : "not solved", TS_BY_PERSON, &err)) {
		ts_guide_tell(g, "%s", err.text);
	}
}

/* The steps were carried out: the cause's check tells whether it has gone; only where the machine cannot tell, the person is asked. */
void ts_guide_done(struct ts_guide *g)
{
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	struct ts_err err;
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (n->sql == NULL || !ts_session_rerun(g->session, g->ev.node, &err)) {
		g->mode = TS_GUIDE_SOLVED;
		g->verified = "could not be seen";
		ts_guide_tell(g, "No check of this machine can tell whether it worked. Try to connect again: "
				 "is the problem solved?");
		ts_buf_finish(&b);
		return;
	}
	const struct ts_result *r = ts_session_result(g->session, g->ev.node);
	ts_render_check(g->session, g->ev.node, &g->look, &b);
	bool absent = r->state == TS_CHECK_ANSWERED && strcmp(r->answer, "absent") == 0;
	if (absent && strstr(n->sql, "$since") != NULL) {
		/* Logs that stay silent prove nothing before somebody has tried again. */
		ts_render_text("The logs show no new sign of it since the steps. Try to connect again: is "
			       "the problem solved?",
			0, 0, &g->look, &b);
		g->mode = TS_GUIDE_SOLVED;
		g->verified = "could not be seen";
		ts_guide_say(g, &b);
	} else if (absent) {
		g->verified = "works";
		ts_render_text("It has gone: the check that found it finds it no more.", 0, 0, &g->look, &b);
		ts_guide_say(g, &b);
		ts_guide_outcome(g, true);
	} else if (r->state == TS_CHECK_ANSWERED && strcmp(r->answer, "present") == 0) {
		ts_render_text("It is still there. Look at the steps again, or type not solved to go on to "
			       "the next cause.",
			0, 0, &g->look, &b);
		g->verified = "still there";
		show_undo(g, &b);
		ts_guide_say(g, &b);
	} else {
		ts_render_text(
			"Whether it has gone could not be seen. Try to connect again: is the problem solved?",
			0, 0, &g->look, &b);
		g->mode = TS_GUIDE_SOLVED;
		g->verified = "could not be seen";
		ts_guide_say(g, &b);
	}
	ts_buf_finish(&b);
}
