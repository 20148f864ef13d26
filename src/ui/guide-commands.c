/* ui/guide-commands.c - the guided session's commands: one table for execution, completion and help. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "out/render-parts.h"

#define LIST_MAX 30

static void print_buf(
	struct ts_guide *g, void (*fill)(struct ts_guide *, const char *, struct ts_buf *), const char *arg)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	fill(g, arg, &b);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

/* The node that a command speaks of: the one named, else the one on the screen. -1 after a message. */
static int node_of(struct ts_guide *g, const char *arg)
{
	int node = *arg != 0 ? ts_entry_node(g->entry, arg) : g->ev.node;
	if (node < 0) {
		ts_guide_tell(g,
			*arg != 0 ? "There is no node \"%s\" in this entry; status lists them."
				  : "There is no question open here.",
			arg);
	}
	return node;
}

static void back(struct ts_guide *g, const char *arg)
{
	int64_t n = 1;
	if (*arg != 0 && !ts_parse_int(arg, 1, 1000, &n)) {
		ts_guide_tell(g, "back takes the number of answers to take back: back 2");
		return;
	}
	int taken = ts_session_back(g->session, (int)n);
	g->shown = -1;
	g->step = 0;
	g->mode = TS_GUIDE_WALK;
	if (taken == 0) {
		ts_guide_tell(g, "There is no answer of yours to take back.");
	} else {
		ts_guide_tell(g, "%d answer%s taken back.", taken, taken == 1 ? "" : "s");
	}
}

static void check(struct ts_guide *g, const char *arg)
{
	int node = *arg != 0 ? ts_entry_node(g->entry, arg) : -1;
	if (*arg != 0 && node < 0) {
		node_of(g, arg);
		return;
	}
	ts_session_forget(g->session, node);
	g->shown = -1;
	g->mode = TS_GUIDE_WALK;
}

static void copy(struct ts_guide *g, const char *arg)
{
	const struct ts_node *n = g->ev.kind == TS_EV_ADVISE ? &g->entry->nodes[g->ev.node] : NULL;
	int64_t step = (int64_t)g->step;
	if (n == NULL) {
		ts_guide_tell(g, "copy shows the command of a step; there is no fix on the screen.");
		return;
	}
	if ((*arg != 0 && !ts_parse_int(arg, 1, (int64_t)n->nsteps, &step)) || step < 1) {
		ts_guide_tell(g, "copy takes the number of a step, from 1 to %zu: copy 1", n->nsteps);
		return;
	}
	const struct ts_step *s = &n->steps[step - 1];
	if (s->ncommands == 0) {
		ts_guide_tell(g, "Step %d has no command.", (int)step);
	}
	for (size_t i = 0; i < s->ncommands; i++) {
		char *text = ts_session_expand(g->session, s->commands[i].text);
		if (s->ncommands > 1) {
			ts_guide_tell(g, "%s:", s->commands[i].shell);
		}
		struct ts_buf b;
		ts_buf_init(&b, TS_BUF_MAX_TEXT);
		ts_gate_puts(&b, text, TS_GATE_TABS | TS_GATE_NEWLINES | (g->look.ascii ? TS_GATE_ASCII : 0));
		ts_buf_putc(&b, '\n');
		ts_guide_say(g, &b);
		ts_buf_finish(&b);
		free(text);
	}
}

static bool at_cause(struct ts_guide *g)
{
	if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ADVISE) {
		return true;
	}
	ts_guide_tell(g, "There is no fix on the screen yet.");
	return false;
}

static void done(struct ts_guide *g, const char *arg)
{
	(void)arg;
	if (at_cause(g)) {
		ts_guide_done(g);
	}
}

static void export_report(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	char *written = NULL;
	if (g->host->export_report(g->host->ctx, g->session, *arg != 0 ? arg : NULL, &written, &err)) {
		ts_guide_tell(g, "The report is in %s.", written);
	} else {
		ts_guide_tell(g, "%s", err.text);
	}
	free(written);
}

static void fill_help(struct ts_guide *g, const char *arg, struct ts_buf *b)
{
	(void)arg;
	ts_render_text("Type the number of an answer, or its label. I do not know is always an answer.", 0, 0,
		&g->look, b);
	for (const struct ts_guide_command *c = ts_guide_commands; c->name != NULL; c++) {
		char words[40];
		snprintf(words, sizeof(words), "%s%s%s", c->name, *c->args != 0 ? " " : "", c->args);
		ts_render_labelled(words, 17, c->help, 2, &g->look, b);
	}
}

static void help(struct ts_guide *g, const char *arg)
{
	for (const struct ts_guide_command *c = ts_guide_commands; *arg != 0 && c->name != NULL; c++) {
		if (strcmp(c->name, arg) == 0) {
			ts_guide_tell(g, "%s %s: %s", c->name, c->args, c->help);
			return;
		}
	}
	print_buf(g, fill_help, arg);
}

static void show_hits(struct ts_guide *g, const struct ts_hit *hits, size_t n)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		char *line = ts_xasprintf("%s  %s", hits[i].id, hits[i].title);
		ts_render_text(line, 2, 4, &g->look, &b);
		free(line);
	}
	if (n == 0) {
		ts_render_text("Nothing was found.", 0, 0, &g->look, &b);
	} else if (n > LIST_MAX) {
		char *line = ts_xasprintf("... and %zu more; search WORDS narrows it down.", n - LIST_MAX);
		ts_render_text(line, 2, 0, &g->look, &b);
		free(line);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

static void list(struct ts_guide *g, const char *arg)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	size_t n = ts_kb_list(g->kb, *arg != 0 ? arg : g->options->product, a, &hits);
	show_hits(g, hits, n);
	ts_arena_free(a);
}

static void next(struct ts_guide *g, const char *arg)
{
	(void)arg;
	if (at_cause(g)) {
		ts_guide_next_step(g);
	}
}

static void quit(struct ts_guide *g, const char *arg)
{
	(void)arg;
	g->leave = true;
}

static void search(struct ts_guide *g, const char *arg)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits = NULL;
	struct ts_err err = { "" };
	size_t n = ts_kb_search(g->kb, arg, g->options->product, LIST_MAX, a, &hits, &err);
	if (n == 0 && err.text[0] != 0) {
		ts_guide_tell(g, "%s", err.text);
	} else {
		show_hits(g, hits, n);
	}
	ts_arena_free(a);
}

static void set(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	char *name = ts_xstrndup(arg, strcspn(arg, " ="));
	const char *value = arg + strlen(name);
	value += strspn(value, " =");
	if (*name == 0 || *value == 0) {
		ts_guide_tell(g, "set takes a name and a value: set host srv1");
	} else if (ts_session_set(g->session, name, value, &err)) {
		ts_guide_tell(g, "%s is now %s.", name, value);
		g->shown = -1;
		g->mode = TS_GUIDE_WALK;
	} else {
		ts_guide_tell(g, "%s", err.text);
	}
	free(name);
}

static void show(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	char *text = ts_kb_markdown(g->kb, *arg == 0 && g->entry != NULL ? g->entry->id : arg, &err);
	if (text == NULL) {
		ts_guide_tell(g, "%s", err.text);
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_markdown(text, strlen(text), 0, &g->look, &b);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	free(text);
}

static void skip(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	(void)arg;
	if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ASK_PARAM) {
		ts_session_refuse_param(g->session, g->ev.param->name);
	} else if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ASK) {
		if (!ts_session_answer(g->session, g->ev.node, "unknown", TS_BY_PERSON, &err)) {
			ts_guide_tell(g, "%s", err.text);
		}
	} else if (at_cause(g)) {
		ts_guide_outcome(g, false);
	}
	g->shown = -1;
}

static void fill_status(struct ts_guide *g, const char *arg, struct ts_buf *b)
{
	(void)arg;
	const struct ts_trail_item *trail;
	size_t n = ts_session_trail(g->session, &trail);
	ts_render_heading("Answers", 2, &g->look, b);
	for (size_t i = 0; i < n; i++) {
		char *line = ts_xasprintf("%s %s (%s)", g->entry->nodes[trail[i].node].title, trail[i].label,
			ts_by_name(trail[i].by));
		ts_render_text(line, 2, 4, &g->look, b);
		free(line);
	}
	ts_buf_putc(b, '\n');
	ts_render_heading("Checks", 2, &g->look, b);
	for (size_t i = 0; i < g->entry->nnodes; i++) {
		if (ts_session_result(g->session, (int)i)->state != TS_CHECK_NOT_RUN) {
			ts_render_check(g->session, (int)i, &g->look, b);
		}
	}
	ts_buf_putc(b, '\n');
	ts_render_heading("Causes", 2, &g->look, b);
	const struct ts_cause *causes;
	n = ts_session_causes(g->session, &causes);
	for (size_t i = 0; i < n; i++) {
		if (causes[i].status != TS_OFF_PATH) {
			char *line = ts_xasprintf("%s%s", g->entry->nodes[causes[i].node].title,
				causes[i].failed ? " (tried, did not help)" : "");
			ts_render_labelled(ts_status_name(causes[i].status), 11, line, 2, &g->look, b);
			free(line);
		}
	}
	int left = ts_session_questions_left(g->session);
	ts_buf_putc(b, '\n');
	char *line = ts_xasprintf("At most %d question%s left.", left, left == 1 ? "" : "s");
	ts_render_text(line, 0, 0, &g->look, b);
	free(line);
}

static void status(struct ts_guide *g, const char *arg)
{
	print_buf(g, fill_status, arg);
}

static void step(struct ts_guide *g, const char *arg)
{
	int64_t n;
	if (!at_cause(g)) {
		return;
	}
	size_t nsteps = g->entry->nodes[g->ev.node].nsteps;
	if (!ts_parse_int(arg, 1, (int64_t)nsteps, &n)) {
		ts_guide_tell(g, "step takes the number of a step, from 1 to %zu.", nsteps);
		return;
	}
	g->step = (size_t)n - 1;
	ts_guide_next_step(g);
}

static void steps(struct ts_guide *g, const char *arg)
{
	(void)arg;
	if (at_cause(g)) {
		size_t n = g->entry->nodes[g->ev.node].nsteps;
		for (g->step = 0; g->step < n;) {
			ts_guide_next_step(g);
		}
	}
}

static void fill_why(struct ts_guide *g, const char *arg, struct ts_buf *b)
{
	int node = node_of(g, arg);
	if (node < 0) {
		return;
	}
	const struct ts_node *n = &g->entry->nodes[node];
	const struct ts_result *r = ts_session_result(g->session, node);
	ts_render_markdown(n->why, strlen(n->why), 0, &g->look, b);
	if (n->sql == NULL) {
		ts_buf_putc(b, '\n');
		ts_render_text("No machine can tell this; only a person.", 0, 0, &g->look, b);
		return;
	}
	ts_buf_putc(b, '\n');
	char *line = ts_xasprintf("The check runs on %s:", n->machine);
	ts_render_text(line, 0, 0, &g->look, b);
	free(line);
	struct ts_buf code;
	ts_buf_init(&code, TS_BUF_MAX_TEXT);
	ts_buf_printf(&code, "```\n%s\n```\n", n->sql);
	ts_render_markdown(ts_buf_str(&code), code.len, 0, &g->look, b);
	ts_buf_finish(&code);
	ts_render_check(g->session, node, &g->look, b);
	ts_render_rows(r, 4, &g->look, b);
	for (size_t i = 0; i < r->nledger; i++) {
		line = ts_xasprintf("%s %s: %s%s%s", r->ledger[i].table, r->ledger[i].subject,
			ts_seen_name(r->ledger[i].seen), r->ledger[i].detail[0] != 0 ? ", " : "",
			r->ledger[i].detail);
		ts_render_text(line, 4, 6, &g->look, b);
		free(line);
	}
}

static void why(struct ts_guide *g, const char *arg)
{
	print_buf(g, fill_why, arg);
}

/* Keep in order of name. */
const struct ts_guide_command ts_guide_commands[] = {
	{ "?", "", "the same as help", help, false },
	{ "back", "[N]", "take back your last answer, or the last N", back, true },
	{ "check", "[NODE]", "run the checks again, or one of them", check, true },
	{ "copy", "[N]", "the command of a step alone, to be copied", copy, true },
	{ "done", "", "the steps are carried out: see whether it worked", done, true },
	{ "export", "[FILE]", "write the report so far as Markdown", export_report, true },
	{ "help", "[COMMAND]", "what can be typed", help, false },
	{ "list", "[PACK]", "all entries", list, false },
	{ "next", "", "the next step of the fix", next, true },
	{ "quit", "", "leave", quit, false },
	{ "search", "WORDS", "find entries by words", search, false },
	{ "set", "NAME VALUE", "give a parameter: set host srv1", set, true },
	{ "show", "[ID]", "read an entry", show, false },
	{ "skip", "", "treat the question as unknown", skip, true },
	{ "status", "", "answers, evidence, and what remains", status, true },
	{ "step", "N", "show one step of the fix", step, true },
	{ "steps", "", "show all steps of the fix", steps, true },
	{ "why", "[NODE]", "what this tells apart, its check and what was seen", why, true },
	{ 0 },
};

/* The row named by a word: exactly, or by an unambiguous beginning. */
static const struct ts_guide_command *find(const char *word, bool abbreviated)
{
	const struct ts_guide_command *found = NULL;
	for (const struct ts_guide_command *c = ts_guide_commands; c->name != NULL; c++) {
		if (ts_str_case_eq(c->name, word)) {
			return c;
		}
		if (abbreviated && strlen(word) >= 2 && ts_str_case_find(c->name, word) == c->name) {
			if (found != NULL) {
				return NULL;
			}
			found = c;
		}
	}
	return found;
}

bool ts_guide_command(struct ts_guide *g, const char *line, bool abbreviated)
{
	if (strchr(line, '\n') != NULL) {
		return false; /* a pasted message is never a command */
	}
	char *word = ts_xstrndup(line, strcspn(line, " "));
	const char *arg = line + strlen(word);
	arg += strspn(arg, " ");
	const struct ts_guide_command *c = find(word, abbreviated);
	free(word);
	/* Words that are no argument make a sentence, not a command: "next time it failed". */
	if (c == NULL || (*c->args == 0 && *arg != 0)) {
		return false;
	}
	if (c->needs_session && g->session == NULL) {
		ts_guide_tell(g, "%s needs an error to work on: name one first.", c->name);
		return true;
	}
	c->run(g, arg);
	return true;
}

static void put_matching(
	const char *word, const char *prefix, void (*put)(void *, const char *), void *put_ctx)
{
	if (word != NULL && ts_str_case_find(word, prefix) == word) {
		put(put_ctx, word);
	}
}

void ts_guide_complete(void *ctx, const char *prefix, bool first,
	void (*put)(void *put_ctx, const char *word), void *put_ctx)
{
	struct ts_guide *g = ctx;
	for (const struct ts_guide_command *c = ts_guide_commands; first && c->name != NULL; c++) {
		put_matching(c->name, prefix, put, put_ctx);
	}
	if (g->entry != NULL && g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ASK) {
		const struct ts_node *n = &g->entry->nodes[g->ev.node];
		for (size_t i = 0; i < n->nanswers; i++) {
			put_matching(n->answers[i].label, prefix, put, put_ctx);
		}
	}
	if (!first || g->session == NULL) {
		struct ts_arena *a = ts_arena_new();
		struct ts_hit *hits;
		size_t n = *prefix != 0 || !first ? ts_kb_list(g->kb, NULL, a, &hits) : 0;
		for (size_t i = 0; i < n; i++) {
			put_matching(hits[i].id, prefix, put, put_ctx);
		}
		ts_arena_free(a);
	}
}
