/* out/report-terminal.c - the one-shot report (interface.md "One-shot report"): what it means, what was
 * checked, causes, the fix, what would narrow it down, what to do next. The same text on a terminal and in
 * a pipe. */
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/gate.h"
#include "base/str.h"
#include "out/term.h"

enum {
	MEANINGS_SHOWN = 4, /* of one code */
	OPEN_SHOWN = 3,     /* open questions */
	SOURCES_SHOWN = 3,  /* sources */
};

/* Values that every shell takes as one word; others are left for the person to give again. */
static bool is_plain(const char *s)
{
	return *s != '\0' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@")] == '\0';
}

/* The command that makes this report again: what found the entry, the parameters and the answers given. */
static const char *command_again(struct ts_term *t)
{
	const char *line = t->r->argv_line != NULL && *t->r->argv_line != '\0'
				   ? ts_arena_printf(t->a, "troubleshoot %s", t->r->argv_line)
				   : "troubleshoot";
	const struct ts_trail_item *items;
	size_t n = t->s != NULL ? ts_session_trail(t->s, &items) : 0;

	for (size_t i = 0; t->s != NULL && i < t->e->nparams; i++) {
		const struct ts_param *p = &t->e->params[i];
		const char *value = ts_session_get(t->s, p->name);
		bool own = strcmp(p->name, "host") == 0 ||
			   strcmp(p->name, "port") == 0; /* options of their own */

		if (value != NULL && is_plain(value) && (p->def == NULL || strcmp(p->def, value) != 0)) {
			line = ts_arena_printf(
				t->a, own ? "%s --%s %s" : "%s --set %s=%s", line, p->name, value);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (items[i].by != TS_BY_MACHINE && t->e->nodes[items[i].node].kind == TS_NODE_QUESTION) {
			line = ts_arena_printf(t->a, "%s --answer %s", line,
				ts_model_answer_option(t->e->nodes[items[i].node].id, items[i].label, t->a));
		}
	}
	return line;
}

static void command(struct ts_term *t, const char *label, const char *options)
{
	ts_render_text(label, 0, 0, t->look, t->out);
	ts_render_command(ts_arena_printf(t->a, "%s %s", command_again(t), options), t->look, t->out);
}

/* ---- 1. what it means ---- */

static void put_meanings(struct ts_term *t, const char *code, size_t width, const struct ts_meaning *m,
	size_t n, const char *role)
{
	size_t shown = t->r->all || t->r->verbose ? n : n < MEANINGS_SHOWN ? n : MEANINGS_SHOWN;

	if (n == 0) {
		ts_render_labelled(code, width,
			ts_arena_printf(t->a, "%snot in the dictionary of codes", role), 0, t->look, t->out);
	}
	for (size_t i = 0; i < shown; i++) {
		const char *as = ts_code_role_title(m[i].role);
		const char *line = ts_arena_printf(t->a, "%s%s%s", as, *as != '\0' ? ": " : "", m[i].text);

		if (m[i].name != NULL && *m[i].name != '\0') {
			line = ts_arena_printf(t->a, "%s (%s)", line, m[i].name);
		}
		if (i == 0) {
			ts_render_labelled(code, width, line, 0, t->look, t->out);
		} else {
			ts_render_text(line, (int)width, 0, t->look, t->out);
		}
	}
	if (shown < n) {
		ts_render_text(ts_arena_printf(t->a, "and %zu more: --all", n - shown), (int)width, 0,
			t->look, t->out);
	}
}

static void put_meaning(struct ts_term *t)
{
	const struct ts_report *r = t->r;
	size_t width = 0;

	if (r->code == NULL && t->e == NULL) {
		return;
	}
	ts_term_section(t, "What it means");
	if (r->code != NULL) {
		width = strlen(r->code) + 2;
	}
	if (r->ext != NULL && strlen(r->ext) + 2 > width) {
		width = strlen(r->ext) + 2;
	}
	if (r->code != NULL) {
		put_meanings(t, r->code, width, r->meanings, r->nmeanings, "");
	}
	if (r->ext != NULL) {
		put_meanings(t, r->ext, width, r->ext_meanings, r->next_meanings, "as an extended code: ");
	}
	if (t->e != NULL && t->e->meaning != NULL && *t->e->meaning != '\0') {
		if (r->code != NULL) {
			ts_term_gap(t);
		}
		ts_term_markdown(t, t->e->meaning,
			r->verbose || r->all ? strlen(t->e->meaning) : ts_model_paragraph(t->e->meaning));
	}
}

static void put_near(struct ts_term *t)
{
	const struct ts_report *r = t->r;
	bool by_words = t->e != NULL && r->by != NULL && strcmp(r->by, "words") == 0;
	/* The entry of the report comes first among those that were found; it is not near to itself. */
	size_t first = t->e != NULL && r->nnear > 0 && strcmp(r->near[0].id, t->e->id) == 0;

	if (t->e == NULL) {
		ts_term_section(t, r->nnear > 0 ? "Nothing is known of exactly this; the nearest entries"
						: "Nothing is known of this");
		if (r->nnear == 0) {
			ts_term_text(t, "No entry of the knowledge base fits, and none is near.");
		}
	} else if (by_words) {
		ts_term_section(t, r->nnear > 1 ? "Chosen by the words of the text; it could also be"
						: "Chosen by the words of the text");
	} else if (r->nnear > first && (r->verbose || r->all)) {
		ts_term_section(t, "Near entries");
	}
	bool show = t->e == NULL || r->verbose || r->all || by_words;
	for (size_t i = first; i < r->nnear && show; i++) {
		ts_term_item(t, ts_arena_printf(t->a, "%s: %s", r->near[i].id, r->near[i].title), 0);
	}
}

/* ---- 4. the fix ---- */

static void put_steps(struct ts_term *t, int node, bool undo)
{
	const struct ts_node *n = &t->e->nodes[node];
	size_t count = undo ? n->nundo : n->nsteps;

	for (size_t i = 0; i < count; i++) {
		ts_term_gap(t);
		ts_render_step_with(t->s, node, i, undo, t->links, t->look, t->out);
	}
}

static void put_verification(struct ts_term *t, const struct ts_cause *c)
{
	const struct ts_node *n = &t->e->nodes[c->node];

	ts_term_gap(t);
	if (t->r->verified != NULL) {
		ts_term_text(t, ts_arena_printf(t->a, "After the steps: %s.", t->r->verified));
	}
	if (n->sql == NULL) {
		ts_term_text(t, "To verify: try again what failed.");
	} else if (t->r->guided) {
		ts_term_text(t, "To verify: the check of this cause must say \"absent\" (type done).");
	} else {
		ts_term_text(
			t, n->machine != NULL && strcmp(n->machine, "here") != 0
				   ? "To verify: run this again, with new evidence; the check of this cause "
				     "must be ok (\"absent\"):"
				   : "To verify: run this again; the check of this cause must be ok "
				     "(\"absent\"):");
		ts_term_gap(t);
		ts_render_command(command_again(t), t->look, t->out);
	}
}

static void put_fix(struct ts_term *t, const struct ts_cause *c, bool first)
{
	const struct ts_node *n = &t->e->nodes[c->node];

	ts_term_section(t, ts_arena_printf(t->a, "%s: %s",
				   c->status == TS_POSSIBLE && first ? "Fix to try first" : "Fix", n->title));
	if (c->status == TS_POSSIBLE) {
		ts_term_text(t,
			first ? "Not confirmed: nothing was seen that proves this cause. It comes first for "
				"how likely it is "
				"and how little time it takes."
			      : "Not confirmed: nothing was seen that proves this cause.");
		ts_term_gap(t);
	} else if (c->status != TS_CONFIRMED) {
		ts_term_text(t, ts_arena_printf(t->a,
					"This cause is %s: its steps are shown because they were asked for.",
					ts_model_status(c)));
		ts_term_gap(t);
	}
	ts_render_facts(t->s, c->node, t->look, t->out);
	put_steps(t, c->node, false);
	put_verification(t, c);
	if (n->nundo > 0 || n->undo_text != NULL) {
		ts_term_gap(t);
		ts_term_text(t, "To undo it:");
		if (n->undo_text != NULL) {
			ts_term_gap(t);
			ts_term_markdown(t, n->undo_text, strlen(n->undo_text));
		}
		put_steps(t, c->node, true);
	}
}

static void put_fixes(struct ts_term *t)
{
	const struct ts_cause *causes, *first = ts_report_first_cause(t->r);
	size_t n = ts_session_causes(t->s, &causes);

	if (first != NULL) {
		put_fix(t, first, t->r->cause == NULL);
	}
	for (size_t i = 0; i < n && t->r->all && t->r->cause == NULL; i++) {
		if (&causes[i] != first) {
			put_fix(t, &causes[i], false);
		}
	}
}

/* ---- 5. to narrow it down ---- */

static void put_open(struct ts_term *t)
{
	int *nodes;
	size_t n = ts_model_open(t->r, t->a, &nodes);
	size_t shown = t->r->all || t->r->verbose || n <= OPEN_SHOWN ? n : OPEN_SHOWN;

	if (n == 0) {
		return;
	}
	ts_term_section(t, "To narrow it down");
	for (size_t i = 0; i < shown; i++) {
		const struct ts_node *q = &t->e->nodes[nodes[i]];

		if (i > 0) {
			ts_term_gap(t);
		}
		ts_term_text(t, q->title);
		for (size_t k = 0; k < q->nanswers; k++) {
			if (ts_model_can_choose(&q->answers[k])) {
				ts_render_command(
					ts_arena_printf(t->a, "--answer %s",
						ts_model_answer_option(q->id, q->answers[k].label, t->a)),
					t->look, t->out);
			}
		}
	}
	if (shown < n) {
		ts_term_gap(t);
		ts_term_text(t, ts_arena_printf(t->a, "and %zu more question%s: --all", n - shown,
					n - shown == 1 ? "" : "s"));
	}
}

/* ---- 6. next, links, sources ---- */

static void put_next(struct ts_term *t)
{
	if (t->r->guided) {
		return;
	}
	ts_term_section(t, "Next");
	if (t->e == NULL) {
		if (t->r->nnear > 0) {
			ts_term_text(t, "Read the nearest entry:");
			ts_render_command(ts_arena_printf(t->a, "troubleshoot --show %s", t->r->near[0].id),
				t->look, t->out);
		}
		ts_term_text(t, "Search with words of the message:");
		ts_render_command("troubleshoot --search WORDS", t->look, t->out);
		return;
	}
	command(t, "Be guided, question by question:", "--guide");
	command(t, "Keep this report as Markdown:", "--export steps.md");
	if (!t->r->all) {
		command(t, "See the steps of every cause:", "--all");
	}
}

static void put_sources(struct ts_term *t)
{
	size_t shown;

	if (ts_links_count(t->links) > 0) {
		ts_term_section(t, "Links");
		ts_links_render(t->links, 0, t->look, t->out);
	}
	if (t->e == NULL) {
		return;
	}
	shown = t->r->all || t->r->verbose || t->e->nsources <= SOURCES_SHOWN + 1 ? t->e->nsources
										  : SOURCES_SHOWN;
	ts_term_section(t, "Source");
	for (size_t i = 0; i < shown; i++) {
		ts_term_item(t, t->e->sources[i].text, 0);
	}
	if (shown < t->e->nsources) {
		ts_term_item(t, ts_arena_printf(t->a, "and %zu more: --all", t->e->nsources - shown), 0);
	}
	ts_term_text(t, ts_arena_printf(t->a, "Entry %s, reviewed %s.", t->e->id, t->e->reviewed));
}

/* ---- only the commands ---- */

/* Pure commands at column 0; a comment in the shell's own way says which step they belong to. */
static void put_commands_of(struct ts_term *t, int node)
{
	static const struct {
		const char *shell, *comment;
	} comments[] = { { "bat", "rem" }, { "reg", ";" } };
	const struct ts_node *n = &t->e->nodes[node];

	for (size_t i = 0; i < n->nsteps; i++) {
		for (size_t k = 0; k < n->steps[i].ncommands; k++) {
			const struct ts_command *c = &n->steps[i].commands[k];
			const char *mark = "#", *shell = ts_model_shell(c->shell);
			char *expanded = ts_session_expand(t->s, c->text);

			for (size_t m = 0; m < TS_COUNT(comments); m++) {
				mark = strcmp(comments[m].shell, c->shell) == 0 ? comments[m].comment : mark;
			}
			if (t->out->len > 0) {
				ts_term_gap(t);
			}
			ts_gate_puts(t->out,
				ts_arena_printf(t->a, "%s step %zu%s%s%s\n", mark, i + 1,
					k > 0 ? " (or this)" : "", shell != NULL ? ", " : "",
					shell != NULL ? shell : ""),
				TS_GATE_NEWLINES);
			ts_gate_puts(t->out, expanded,
				TS_GATE_NEWLINES | TS_GATE_TABS | (t->look->ascii ? TS_GATE_ASCII : 0u));
			ts_term_gap(t);
			free(expanded);
		}
	}
}

static void put_commands(struct ts_term *t)
{
	const struct ts_cause *causes, *first = t->s != NULL ? ts_report_first_cause(t->r) : NULL;
	size_t n = t->s != NULL ? ts_session_causes(t->s, &causes) : 0;

	if (first != NULL) {
		put_commands_of(t, first->node);
	}
	for (size_t i = 0; i < n && t->r->all && t->r->cause == NULL; i++) {
		if (&causes[i] != first) {
			put_commands_of(t, causes[i].node);
		}
	}
}

void ts_report_terminal(const struct ts_report *r, const struct ts_look *look, struct ts_buf *out)
{
	struct ts_term t = { .r = r, .s = r->session, .e = r->entry, .look = look, .out = out };

	t.links = ts_links_new();
	t.a = ts_arena_new();
	if (r->commands) {
		put_commands(&t);
	} else {
		const char *code = r->code != NULL ? r->code : "This problem";
		const char *ext =
			r->ext != NULL ? ts_arena_printf(t.a, "%s, extended %s", code, r->ext) : code;

		ts_render_heading(r->entry != NULL ? r->entry->heading : ext, 1, look, out);
		put_meaning(&t);
		if (r->entry == NULL || r->nnear > 0) {
			put_near(&t);
		}
		if (r->session != NULL) {
			ts_term_checks(&t);
			ts_term_causes(&t);
			put_fixes(&t);
			put_open(&t);
		}
		put_next(&t);
		put_sources(&t);
	}
	ts_links_free(t.links);
	ts_arena_free(t.a);
}
