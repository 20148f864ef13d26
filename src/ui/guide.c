/* ui/guide.c - the guided session's loop: find the entry, show what was checked, ask, listen. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"
#include "out/render-parts.h"

#define CHOICES_MAX 32
#define HITS_MAX    9

void ts_guide_say(struct ts_guide *g, struct ts_buf *b)
{
	(void)g;
	ts_progress_clear();
	if (b->len > 0) {
		fwrite(b->data, 1, b->len, stdout);
	}
	fflush(stdout);
	ts_buf_clear(b);
}

void ts_guide_tell(struct ts_guide *g, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_text(text, 0, 0, &g->look, &b);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	free(text);
}

void ts_guide_drop(struct ts_guide *g)
{
	ts_progress_interrupts(NULL);
	if (g->session != NULL) {
		g->host->end(g->host->ctx, g->session);
	}
	for (size_t i = 0; i < g->ntold; i++) {
		free(g->told[i]);
	}
	free(g->told);
	g->told = NULL;
	g->ntold = g->told_cap = 0;
	g->session = NULL;
	g->entry = NULL;
	g->shown = -1;
	g->step = 0;
	g->mode = TS_GUIDE_FIND;
}

void ts_guide_start(struct ts_guide *g, const char *id)
{
	struct ts_err err;
	struct ts_session *s = g->host->start(g->host->ctx, id, &err);
	if (s == NULL) {
		ts_guide_tell(g, "%s", err.text);
		return;
	}
	ts_guide_drop(g);
	g->session = s;
	g->entry = ts_session_entry(s);
	g->mode = TS_GUIDE_WALK;
	ts_progress_interrupts(s);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_putc(&b, '\n');
	ts_render_heading(g->entry->title, 1, &g->look, &b);
	ts_buf_putc(&b, '\n');
	ts_render_text(g->entry->summary, 0, 0, &g->look, &b);
	ts_render_text("(show prints the whole entry.)", 0, 0, &g->look, &b);
	ts_buf_putc(&b, '\n');
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

size_t ts_guide_choices(const struct ts_node *n, const struct ts_answer **out, size_t max)
{
	size_t k = 0;
	for (size_t i = 0; i < n->nanswers && k < max; i++) {
		if (strcmp(n->answers[i].label, "unknown") != 0 && strcmp(n->answers[i].label, "none") != 0) {
			out[k++] = &n->answers[i];
		}
	}
	return k;
}

static void show_choice(struct ts_guide *g, struct ts_buf *b, size_t number, size_t width, const char *label,
	const char *text)
{
	/* By code points: labels are ASCII words; a wide one only costs a neat column. */
	char *marker = ts_xasprintf("%3zu  %-*s%s", number, (int)width, label, width > 0 ? "  " : "");
	struct ts_buf safe;
	ts_buf_init(&safe, TS_BUF_MAX_TEXT);
	ts_gate_puts(&safe, marker, g->look.ascii ? TS_GATE_ASCII : 0);
	ts_render_marked(ts_buf_str(&safe), ts_text_width(ts_buf_str(&safe), safe.len), text, 0, &g->look, b);
	ts_buf_finish(&safe);
	free(marker);
}

/* Was this gap explained already? What would make a result known is the same for all checks that lack the same evidence, and is said once. */
static bool told(struct ts_guide *g, const struct ts_result *r)
{
	for (size_t i = 0; i < g->ntold; i++) {
		if (r->hint != NULL && strcmp(g->told[i], r->hint) == 0) {
			return true;
		}
	}
	return false;
}

/* A check has ended. Its line is shown, except where it would only repeat what is lacking. */
static void show_check(struct ts_guide *g, int node, struct ts_buf *b)
{
	const struct ts_result *r = ts_session_result(g->session, node);
	bool unknown = r->state == TS_CHECK_UNKNOWN || r->state == TS_CHECK_SKIPPED;
	if (unknown && told(g, r)) {
		return;
	}
	ts_render_check(g->session, node, &g->look, b);
	if (unknown && r->hint != NULL) {
		TS_GROW(g->told, g->told_cap, g->ntold);
		g->told[g->ntold++] = ts_xstrdup(r->hint);
		ts_render_text("Other checks that lack the same are not listed; where a person can tell, you "
			       "will be asked.",
			9, 0, &g->look, b);
	}
}

static void show_question(struct ts_guide *g, int node)
{
	const struct ts_node *n = &g->entry->nodes[node];
	const struct ts_result *r = ts_session_result(g->session, node);
	const struct ts_answer *choices[CHOICES_MAX];
	size_t k = ts_guide_choices(n, choices, CHOICES_MAX);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_putc(&b, '\n');
	ts_render_heading(n->title, 2, &g->look, &b);
	if (r->state != TS_CHECK_NOT_RUN && r->reason != NULL && !told(g, r)) {
		char *why = ts_xasprintf("The machine could not tell: %s.", r->reason);
		ts_render_text(why, 0, 0, &g->look, &b);
		free(why);
	}
	size_t width = strlen("I do not know");
	for (size_t i = 0; i < k; i++) {
		size_t w = strlen(choices[i]->label);
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < k; i++) {
		bool other = strcmp(choices[i]->label, "otherwise") == 0;
		show_choice(g, &b, i + 1, width, other ? "something else" : choices[i]->label,
			choices[i]->text != NULL ? choices[i]->text : "");
	}
	show_choice(g, &b, k + 1, width, "I do not know", "");
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->shown = node;
}

/* Turn what was typed into a label of the node: its number, the label, y or n, or an unambiguous beginning of one. NULL when it is none. */
static const char *label_of(const struct ts_node *n, const char *text)
{
	const struct ts_answer *choices[CHOICES_MAX];
	size_t k = ts_guide_choices(n, choices, CHOICES_MAX);
	int64_t number;
	if (ts_parse_int(text, 1, (int64_t)k + 1, &number)) {
		return (size_t)number == k + 1 ? "unknown" : choices[number - 1]->label;
	}
	if (ts_str_case_eq(text, "unknown") || ts_str_case_eq(text, "I do not know")) {
		return "unknown";
	}
	const char *word = ts_str_case_eq(text, "y") ? "yes" : ts_str_case_eq(text, "n") ? "no" : text;
	const char *found = NULL;
	for (size_t i = 0; i < k; i++) {
		if (ts_str_case_eq(choices[i]->label, word)) {
			return choices[i]->label;
		}
		if (strlen(word) >= 2 && ts_str_case_find(choices[i]->label, word) == choices[i]->label) {
			if (found != NULL) {
				return NULL;
			}
			found = choices[i]->label;
		}
	}
	return found;
}

static void answer_question(struct ts_guide *g, const char *text)
{
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	if (ts_guide_command(g, text, false)) {
		return;
	}
	const char *label = label_of(n, text);
	struct ts_err err;
	if (label != NULL) {
		if (!ts_session_answer(g->session, g->ev.node, label, TS_BY_PERSON, &err)) {
			ts_guide_tell(g, "%s", err.text);
			return;
		}
		g->shown = -1;
		return;
	}
	if (!ts_guide_command(g, text, true)) {
		ts_guide_tell(g, "\"%s\" is none of the answers. Type the number of one, or help.", text);
	}
}

static void answer_cause(struct ts_guide *g, const char *text)
{
	int64_t step;
	if (*text == 0) {
		ts_guide_next_step(g);
	} else if (ts_parse_int(text, 1, (int64_t)g->entry->nodes[g->ev.node].nsteps, &step)) {
		g->step = (size_t)step - 1;
		ts_guide_next_step(g);
	} else if (ts_str_case_eq(text, "solved") || ts_str_case_eq(text, "not solved")) {
		ts_guide_outcome(g, ts_str_case_eq(text, "solved"));
	} else if (!ts_guide_command(g, text, false) && !ts_guide_command(g, text, true)) {
		ts_guide_tell(g,
			"\"%s\" is not understood here. Type next, the number of a step, copy N, done, not "
			"solved, or help.",
			text);
	}
}

static void answer_param(struct ts_guide *g, const char *text)
{
	struct ts_err err;
	if (ts_guide_command(g, text, false)) {
		return;
	}
	if (*text == 0) {
		ts_session_refuse_param(g->session, g->ev.param->name);
		ts_guide_tell(g, "Skipped: what needs it stays unknown. You can still give it: set %s VALUE",
			g->ev.param->name);
		return;
	}
	if (!ts_session_set(g->session, g->ev.param->name, text, &err)) {
		ts_guide_tell(g, "%s", err.text);
	}
}

static void answer_solved(struct ts_guide *g, const char *text)
{
	bool yes = ts_str_case_eq(text, "y") || ts_str_case_eq(text, "yes") ||
		   ts_str_case_eq(text, "solved") || strcmp(text, "1") == 0;
	bool no = ts_str_case_eq(text, "n") || ts_str_case_eq(text, "no") ||
		  ts_str_case_eq(text, "not solved") || strcmp(text, "2") == 0;
	if (yes || no) {
		g->mode = TS_GUIDE_WALK;
		ts_guide_outcome(g, yes);
	} else if (!ts_guide_command(g, text, true)) {
		ts_guide_tell(g, "Please answer yes or no.");
	}
}

/* The error, a code, or words: find the entry. */
static void find_entry(struct ts_guide *g, const char *text)
{
	struct ts_recognised rec = { 0 };
	struct ts_err err;
	if (ts_guide_command(g, text, false)) {
		return;
	}
	ts_line_remember(g->line, text);
	ts_arena_free(g->found);
	g->found = ts_arena_new();
	g->nhits = 0;
	if (!ts_kb_recognise(g->kb, text, strlen(text), g->found, &rec, &err)) {
		ts_guide_tell(g, "%s", err.text);
		return;
	}
	g->hits = rec.hits;
	g->nhits = rec.nhits < HITS_MAX ? rec.nhits : HITS_MAX;
	if (g->nhits == 0) {
		ts_guide_tell(g, "Nothing is known of this. Try the exact error message, its code, or other "
				 "words; list shows all entries.");
		return;
	}
	if (g->nhits == 1 || g->hits[0].exact) {
		ts_guide_start(g, g->hits[0].id);
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_text("Which of these is it?", 0, 0, &g->look, &b);
	for (size_t i = 0; i < g->nhits; i++) {
		show_choice(g, &b, i + 1, 0, "", g->hits[i].title);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->mode = TS_GUIDE_CHOOSE;
}

static void choose_entry(struct ts_guide *g, const char *text)
{
	int64_t n;
	if (ts_parse_int(text, 1, (int64_t)g->nhits, &n)) {
		ts_guide_start(g, g->hits[n - 1].id);
	} else {
		g->mode = TS_GUIDE_FIND; /* another description rather than a number */
		find_entry(g, text);
	}
}

static const char *prompt_of(const struct ts_guide *g, char *buf, size_t size)
{
	switch (g->mode) {
	case TS_GUIDE_FIND: return "error, code or words> ";
	case TS_GUIDE_CHOOSE: snprintf(buf, size, "1-%zu, or other words> ", g->nhits); return buf;
	case TS_GUIDE_SOLVED: return "solved? y, n> ";
	case TS_GUIDE_WALK: break;
	}
	if (g->ev.kind == TS_EV_ASK_PARAM) {
		snprintf(buf, size, "%.40s, or Enter to skip> ", g->ev.param->name);
		return buf;
	}
	if (g->ev.kind == TS_EV_ASK) {
		const struct ts_answer *choices[CHOICES_MAX];
		snprintf(buf, size, "1-%zu, why, back, help> ",
			ts_guide_choices(&g->entry->nodes[g->ev.node], choices, CHOICES_MAX) + 1);
		return buf;
	}
	return g->step < g->entry->nodes[g->ev.node].nsteps
		       ? "Enter for the next step, done, not solved, help> "
		       : "done, not solved, help> ";
}

/* Read one line and hand it to whatever waits for it. */
static void listen(struct ts_guide *g)
{
	char buf[96];
	const char *text;
	enum ts_line_result r = ts_line_read(g->line, prompt_of(g, buf, sizeof(buf)), &text);
	if (r == TS_LINE_EOF) {
		g->leave = true;
		return;
	}
	if (r == TS_LINE_INTERRUPT) {
		ts_guide_tell(g, "Type quit to leave.");
		return;
	}
	char *trimmed = ts_xstrndup(ts_str_trim(ts_str_of(text)).p, ts_str_trim(ts_str_of(text)).n);
	bool empty_ok = g->mode == TS_GUIDE_WALK && g->ev.kind != TS_EV_ASK;
	if (*trimmed != 0 || empty_ok) {
		switch (g->mode) {
		case TS_GUIDE_FIND: find_entry(g, trimmed); break;
		case TS_GUIDE_CHOOSE: choose_entry(g, trimmed); break;
		case TS_GUIDE_SOLVED: answer_solved(g, trimmed); break;
		case TS_GUIDE_WALK:
			if (g->ev.kind == TS_EV_ASK) {
				answer_question(g, trimmed);
			} else if (g->ev.kind == TS_EV_ASK_PARAM) {
				answer_param(g, trimmed);
			} else {
				answer_cause(g, trimmed);
			}
			break;
		}
	}
	free(trimmed);
}

/* How a walk ended, in words. */
static void show_end(struct ts_guide *g)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_putc(&b, '\n');
	const struct ts_answer *a = NULL;
	if (g->ev.node >= 0 && g->ev.label != NULL) {
		a = ts_node_answer(&g->entry->nodes[g->ev.node], g->ev.label);
	}
	if (g->ev.solved) {
		ts_render_text("Solved. You can keep the report: export", 0, 0, &g->look, &b);
	} else if (a != NULL && a->text != NULL && *a->text != 0) {
		ts_render_markdown(a->text, strlen(a->text), 0, &g->look, &b);
	} else {
		ts_render_text("No cause that is known here is left. The report says what was seen and what "
			       "could not be seen; it is a good start for whoever "
			       "helps next: export",
			0, 0, &g->look, &b);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

/* Do the next thing of the session. */
static void walk(struct ts_guide *g)
{
	ts_session_step(g->session, &g->ev);
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	switch (g->ev.kind) {
	case TS_EV_RAN:
		show_check(g, g->ev.node, &b);
		ts_guide_say(g, &b);
		break;
	case TS_EV_ERROR:
		ts_guide_tell(g, "%s", g->ev.err.text);
		ts_guide_drop(g);
		break;
	case TS_EV_DONE:
		show_end(g);
		g->shown = -1;
		if (g->options->no_input) {
			g->leave = true;
		} else {
			/* The session stays for export, why, status and back until another error is named. */
			g->mode = TS_GUIDE_FIND;
		}
		break;
	default:
		if (g->options->no_input) {
			const char *id = g->ev.kind == TS_EV_ASK_PARAM ? g->ev.param->name
								       : g->entry->nodes[g->ev.node].id;
			bool param = g->ev.kind == TS_EV_ASK_PARAM;
			ts_gate_fprintf(stderr,
				"troubleshoot: error: an answer is needed and may not be asked for: %s "
				"%s=%s\n",
				param ? "--set" : "--answer", id, param ? "VALUE" : "LABEL");
			g->leave = true;
			g->status = 4;
			break;
		}
		if (g->ev.kind == TS_EV_ASK_PARAM) {
			ts_buf_putc(&b, '\n');
			ts_render_text(g->ev.param->ask, 0, 0, &g->look, &b);
			ts_guide_say(g, &b);
		} else if (g->ev.kind == TS_EV_ASK && g->shown != g->ev.node) {
			show_question(g, g->ev.node);
		} else if (g->ev.kind == TS_EV_ADVISE && g->shown != g->ev.node) {
			ts_guide_show_cause(g, g->ev.node);
		}
		listen(g);
	}
	ts_buf_finish(&b);
}

int ts_guide_run(const struct ts_guide_host *host, struct ts_kb *kb, const struct ts_look *look,
	const struct ts_guide_options *options)
{
	struct ts_guide g = { .host = host, .kb = kb, .look = *look, .options = options, .shown = -1 };
	g.line = ts_line_new(ts_guide_complete, &g);
	if (options->entry != NULL) {
		ts_guide_start(&g, options->entry);
	} else {
		ts_guide_tell(&g, "What is the error? Paste the message, type a code such as 0x904, or "
				  "describe it in a few words. help lists the commands.");
	}
	while (!g.leave) {
		if (g.mode == TS_GUIDE_WALK || g.mode == TS_GUIDE_SOLVED) {
			if (g.mode == TS_GUIDE_SOLVED) {
				listen(&g);
			} else {
				walk(&g);
			}
		} else if (options->no_input) {
			ts_gate_fprintf(stderr,
				"troubleshoot: error: an error to look for is needed and may not be "
				"asked for: --code CODE, --text FILE or --search WORDS\n");
			g.status = 4;
			break;
		} else {
			listen(&g);
		}
	}
	ts_guide_drop(&g);
	ts_arena_free(g.found);
	ts_line_free(g.line);
	return g.status;
}
