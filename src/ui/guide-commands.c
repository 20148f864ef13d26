/* ui/guide-commands.c - the guided session's commands: one table for execution, completion and help. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "out/render-parts.h"

/* The node that a command speaks of: the one named, else the one on the screen. -1 after a message. */
int ts_guide_node_of(struct ts_guide *g, const char *arg)
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
	const char *label = NULL;
	int node = ts_session_reopen(g->session, (int)n, &label);
	if (node < 0) {
		ts_guide_tell(g, n == 1 ? "There is no answer of yours to take back."
					: "You have not given so many answers.");
		return;
	}
	g->shown = -1;
	g->step = 0;
	g->ended = g->solved = false;
	g->verified = NULL;
	g->mode = TS_GUIDE_WALK;
	g->before = label;
	g->before_node = node;
	ts_guide_tell(g,
		n == 1 ? "Taken back: \"%s\" %s."
		       : "Taken back: \"%s\" %s. Your later answers stay where they still have a place.",
		g->entry->nodes[node].title, label);
}

static void check(struct ts_guide *g, const char *arg)
{
	int node = *arg != 0 ? ts_entry_node(g->entry, arg) : -1;
	if (*arg != 0 && node < 0) {
		ts_guide_node_of(g, arg);
		return;
	}
	ts_session_forget(g->session, node);
	g->shown = -1;
	g->ended = g->solved = false;
	g->mode = TS_GUIDE_WALK;
}

/* The terminal's own clipboard, where the person has asked for it: TROUBLESHOOT_COPY=osc52. */
static void put_on_clipboard(struct ts_guide *g, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	if (!g->options->copy_to_terminal || !ts_line_is_terminal(g->line)) {
		return;
	}
	size_t n = strlen(text);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_puts(&b, "\033]52;c;");
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = 0;
		for (size_t k = 0; k < 3; k++) {
			v = v << 8 | (i + k < n ? (unsigned char)text[i + k] : 0u);
		}
		for (size_t k = 0; k < 4; k++) {
			ts_buf_putc(&b, i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63]);
		}
	}
	ts_buf_puts(&b, "\033\\");
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
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
		put_on_clipboard(g, ts_buf_str(&b));
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
	if (g->host->export_report(
		    g->host->ctx, g->session, g->verified, *arg != 0 ? arg : NULL, &written, &err)) {
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
	ts_guide_print(g, fill_help, arg);
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
	ts_guide_leave(g);
}

static void set(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	char *name = ts_xstrndup(arg, strcspn(arg, " ="));
	const char *value = arg + strlen(name);
	value += strspn(value, " =");
	if (*name == 0 || *value == 0) {
		ts_guide_tell(g, "set takes a name and a value: set host srv1");
	} else if (ts_guide_set_ranking(g, name, value)) {
		/* It was a setting, and is done. */
	} else if (ts_session_set(g->session, name, value, &err)) {
		ts_guide_tell(g, "%s is now %s.", name, value);
		g->shown = -1;
		g->ended = g->solved = false;
		g->mode = TS_GUIDE_WALK;
	} else {
		ts_guide_tell(g, "%s", err.text);
	}
	free(name);
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

/* Keep in order of name. */
const struct ts_guide_command ts_guide_commands[] = {
	{ "?", "", "the same as help", help, false },
	{ "back", "[N]", "take back your last answer, or the last N", back, true },
	{ "check", "[NODE]", "run the checks again, or one of them", check, true },
	{ "copy", "[N]", "the command of a step alone, to be copied", copy, true },
	{ "discard", "[N]", "remove this session, or session N, for good", ts_guide_discard, false },
	{ "done", "", "the steps are carried out: see whether it worked", done, true },
	{ "export", "[FILE]", "write the report so far as Markdown", export_report, true },
	{ "help", "[COMMAND]", "what can be typed", help, false },
	{ "list", "[PACK]", "all entries", ts_guide_list, false },
	{ "next", "", "the next step of the fix", next, true },
	{ "pause", "", "leave, to go on after a restart or when somebody has helped", ts_guide_pause, true },
	{ "quit", "", "leave; the session is kept", quit, false },
	{ "resume", "[N]", "go on with a kept session", ts_guide_cmd_resume, false },
	{ "search", "WORDS", "find entries by words", ts_guide_search, false },
	{ "sessions", "", "the sessions that are kept", ts_guide_sessions, false },
	{ "set", "NAME VALUE", "give a parameter: set host srv1", set, true },
	{ "show", "[ID]", "read an entry", ts_guide_show, false },
	{ "skip", "", "treat the question as unknown", skip, true },
	{ "status", "", "answers, evidence, and what remains", ts_guide_status, true },
	{ "step", "N", "show one step of the fix", step, true },
	{ "steps", "", "show all steps of the fix", steps, true },
	{ "why", "[NODE]", "what this tells apart, its check and what was seen", ts_guide_why, true },
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
