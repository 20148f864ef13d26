/* ui/guide.c - the guided session's loop: find the entry, show what was checked, ask, listen. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "os/os.h"

#define TWICE_MS 1000 /* two Ctrl-C within this time leave */

void ts_guide_say(struct ts_guide *g, struct ts_buf *b)
{
	/* Whatever is shown is on the disk before. */
	ts_guide_keep(g);
	ts_progress_clear();
	if (b->len > 0) {
		(void)ts_gate_write(stdout, b->data, b->len);
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
		ts_guide_keep(g);
		g->host->end(g->host->ctx, g->session);
	}
	if (g->store != NULL) {
		ts_store_leave(g->store);
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
	g->ended = g->solved = g->paused = g->restarted = false;
	g->verified = g->before = NULL;
	g->back_to = (struct ts_kept_place){ 0 };
	g->mode = TS_GUIDE_FIND;
}

void ts_guide_start(struct ts_guide *g, const char *id)
{
	struct ts_err err;
	char *copy = ts_xstrdup(id); /* it may belong to what is dropped */
	ts_guide_drop(g);
	struct ts_session *s = g->host->start(g->host->ctx, copy, NULL, NULL, &err);
	free(copy);
	if (s == NULL) {
		ts_guide_tell(g, "%s", err.text);
		return;
	}
	g->session = s;
	g->entry = ts_session_entry(s);
	g->mode = TS_GUIDE_WALK;
	ts_guide_begin_keeping(g);
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
	ts_guide_rank(g);
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
		ts_guide_not_understood(g, text);
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

static const char *prompt_of(const struct ts_guide *g, char *buf, size_t size)
{
	switch (g->mode) {
	case TS_GUIDE_FIND: return "error, code or words> ";
	case TS_GUIDE_CHOOSE: snprintf(buf, size, "1-%zu, or other words> ", g->nhits); return buf;
	case TS_GUIDE_SOLVED: return "solved? y, n> ";
	case TS_GUIDE_OFFER: return "1-3, or a new error> ";
	case TS_GUIDE_SWITCH: return "1, 2> ";
	case TS_GUIDE_WALK: break;
	}
	if (g->ev.kind == TS_EV_ASK_PARAM) {
		snprintf(buf, size, "%.40s, or Enter to skip> ", g->ev.param->name);
		return buf;
	}
	if (g->ev.kind == TS_EV_ASK) {
		const struct ts_answer *choices[TS_GUIDE_CHOICES_MAX];
		snprintf(buf, size, "1-%zu, why, back, help> ",
			ts_guide_choices(&g->entry->nodes[g->ev.node], choices, TS_GUIDE_CHOICES_MAX) + 1);
		return buf;
	}
	return g->step < g->entry->nodes[g->ev.node].nsteps
		       ? "Enter for the next step, done, not solved, help> "
		       : "done, not solved, help> ";
}

/* Ctrl-C: the line is gone; on an empty line a hint; twice within a second leaves. */
static void interrupted(struct ts_guide *g, const char *text)
{
	int64_t now = ts_os_mono_ms();
	if (g->interrupted_ms != 0 && now - g->interrupted_ms <= TWICE_MS) {
		g->leave = true;
		g->status = 130;
		ts_guide_tell(g, g->store != NULL && g->session != NULL
					 ? "Left. The session is kept: start troubleshoot again to go on."
					 : "Left.");
		return;
	}
	g->interrupted_ms = now;
	if (*text == 0) {
		ts_guide_tell(g, g->store != NULL ? "(Type quit to leave; the session is kept.)"
						  : "(Type quit to leave.)");
	}
}

static void answer_find(struct ts_guide *g, const char *text)
{
	if (*text != 0) {
		ts_guide_find(g, text);
	}
}

static void answer_walk(struct ts_guide *g, const char *text)
{
	switch (g->ev.kind) {
	case TS_EV_ASK: ts_guide_answer_question(g, text); break;
	case TS_EV_ASK_PARAM: ts_guide_answer_param(g, text); break;
	default: answer_cause(g, text);
	}
}

/* Read one line and hand it to whatever waits for it. */
static void listen(struct ts_guide *g)
{
	static void (*const handlers[])(struct ts_guide *, const char *) = {
		[TS_GUIDE_FIND] = answer_find,
		[TS_GUIDE_CHOOSE] = ts_guide_choose,
		[TS_GUIDE_WALK] = answer_walk,
		[TS_GUIDE_SOLVED] = answer_solved,
		[TS_GUIDE_OFFER] = ts_guide_answer_offer,
		[TS_GUIDE_SWITCH] = ts_guide_answer_switch,
	};
	char buf[96];
	const char *text;
	ts_guide_keep(g);
	enum ts_line_result r = ts_line_read(g->line, prompt_of(g, buf, sizeof(buf)), &text);
	if (r == TS_LINE_EOF) {
		ts_guide_leave(g);
		return;
	}
	if (r == TS_LINE_INTERRUPT) {
		interrupted(g, text);
		return;
	}
	struct ts_str part = ts_str_trim(ts_str_of(text));
	char *trimmed = ts_xstrndup(part.p, part.n);
	if (*trimmed != 0 || g->mode == TS_GUIDE_WALK) {
		handlers[g->mode](g, trimmed);
	}
	free(trimmed);
}

/* Answers that lead nowhere any more, because an earlier one has changed, are taken back and named. */
static void drop_unneeded(struct ts_guide *g)
{
	const char *label = NULL;
	int node;
	while ((node = ts_session_unneeded(g->session, &label)) >= 0) {
		ts_guide_tell(g, "No longer needed: \"%s\" %s.", g->entry->nodes[node].title, label);
	}
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
	if (g->ev.kind == TS_EV_ASK || g->ev.kind == TS_EV_ADVISE || g->ev.kind == TS_EV_DONE) {
		drop_unneeded(g);
	}
	if (ts_guide_back_at_place(g)) {
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	switch (g->ev.kind) {
	case TS_EV_RAN:
		ts_guide_show_check(g, g->ev.node, &b);
		ts_guide_say(g, &b);
		break;
	case TS_EV_ERROR:
		ts_guide_tell(g, "%s", g->ev.err.text);
		ts_guide_drop(g);
		break;
	case TS_EV_DONE:
		g->ended = true;
		g->solved = g->ev.solved;
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
			ts_render_text(g->ev.param->ask, 0, 0, &g->look, &b);
			ts_guide_say(g, &b);
		} else if (g->ev.kind == TS_EV_ASK && g->shown != g->ev.node) {
			ts_guide_show_question(g, g->ev.node);
		} else if (g->ev.kind == TS_EV_ADVISE && g->shown != g->ev.node) {
			ts_guide_show_cause(g, g->ev.node);
		}
		listen(g);
	}
	ts_buf_finish(&b);
}

/* What the session begins with: an entry that was named, a kept session, or the question for the error. */
static void begin(struct ts_guide *g)
{
	if (g->options->resume != 0) {
		ts_guide_resume(g, g->options->resume);
		if (g->session == NULL) {
			g->leave = true;
			g->status = 2;
		}
	} else if (!g->options->no_input && ts_guide_offer(g, g->options->entry)) {
		return;
	} else if (g->options->entry != NULL) {
		ts_guide_start(g, g->options->entry);
	} else if (!g->options->no_input) {
		ts_guide_tell(g, "What is the error? Paste the message, type a code such as 0x904, or "
				 "describe it in a few words. help lists the commands.");
	}
}

int ts_guide_run(const struct ts_guide_host *host, struct ts_kb *kb, const struct ts_look *look,
	const struct ts_guide_options *options)
{
	struct ts_guide g = { .host = host,
		.kb = kb,
		.look = *look,
		.options = options,
		.store = options->store,
		.shown = -1 };
	g.line = ts_line_new(ts_guide_complete, &g);
	ts_line_history(g.line, options->history);
	begin(&g);
	while (!g.leave) {
		if (g.mode == TS_GUIDE_WALK) {
			walk(&g);
		} else if (options->no_input && g.mode != TS_GUIDE_SOLVED) {
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
