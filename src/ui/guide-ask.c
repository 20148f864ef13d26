/* ui/guide-ask.c - a question and the answers to it, and checks that have ended. */
#include "ui/guide-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"
#include "out/render-parts.h"

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

const char *ts_guide_label(const struct ts_answer *a)
{
	return strcmp(a->label, "otherwise") == 0 ? "something else" : a->label;
}

void ts_guide_show_choice(struct ts_guide *g, struct ts_buf *b, size_t number, size_t width,
	const char *label, const char *text)
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
void ts_guide_show_check(struct ts_guide *g, int node, struct ts_buf *b)
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

void ts_guide_show_question(struct ts_guide *g, int node)
{
	const struct ts_node *n = &g->entry->nodes[node];
	const struct ts_result *r = ts_session_result(g->session, node);
	const struct ts_answer *choices[TS_GUIDE_CHOICES_MAX];
	size_t k = ts_guide_choices(n, choices, TS_GUIDE_CHOICES_MAX);
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
		size_t w = strlen(ts_guide_label(choices[i]));
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < k; i++) {
		ts_guide_show_choice(g, &b, i + 1, width, ts_guide_label(choices[i]),
			choices[i]->text != NULL ? choices[i]->text : "");
	}
	ts_guide_show_choice(g, &b, k + 1, width, "I do not know", "");
	if (g->before != NULL && g->before_node == node) {
		char *before = ts_xasprintf("Your answer was: %s. Enter keeps it.",
			strcmp(g->before, "unknown") == 0 ? "I do not know" : g->before);
		ts_render_text(before, 0, 0, &g->look, &b);
		free(before);
	}
	int left = ts_session_questions_left(g->session) - 1;
	if (left > 0) {
		char *text =
			ts_xasprintf("About %d more question%s after this one.", left, left == 1 ? "" : "s");
		ts_render_text(text, 0, 0, &g->look, &b);
		free(text);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->shown = node;
}

/* Turn what was typed into a label of the node: its number, the label, y or n, or an unambiguous beginning of one. NULL when it is none. */
static const char *label_of(const struct ts_node *n, const char *text)
{
	const struct ts_answer *choices[TS_GUIDE_CHOICES_MAX];
	size_t k = ts_guide_choices(n, choices, TS_GUIDE_CHOICES_MAX);
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
		const char *label = ts_guide_label(choices[i]);
		if (ts_str_case_eq(label, word) || ts_str_case_eq(choices[i]->label, word)) {
			return choices[i]->label;
		}
		if (strlen(word) >= 2 && ts_str_case_find(label, word) == label) {
			if (found != NULL) {
				return NULL;
			}
			found = choices[i]->label;
		}
	}
	return found;
}

void ts_guide_answer_question(struct ts_guide *g, const char *text)
{
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	struct ts_err err;
	bool keep = *text == 0 && g->before != NULL && g->before_node == g->ev.node;
	if (*text == 0 && !keep) {
		return;
	}
	if (!keep && ts_guide_command(g, text, false)) {
		return;
	}
	const char *label = keep ? g->before : label_of(n, text);
	if (label != NULL) {
		if (!ts_session_answer(g->session, g->ev.node, label, TS_BY_PERSON, &err)) {
			ts_guide_tell(g, "%s", err.text);
			return;
		}
		g->before = NULL;
		g->shown = -1;
		return;
	}
	if (!ts_guide_command(g, text, true)) {
		ts_guide_not_understood(g, text);
	}
}

void ts_guide_answer_param(struct ts_guide *g, const char *text)
{
	struct ts_err err;
	if (ts_guide_command(g, text, false)) {
		return;
	}
	if (*text == 0) {
		ts_session_refuse_param(g->session, g->ev.param->name);
		ts_guide_tell(g, "Skipped: what needs it stays unknown. You can still give it: set %s VALUE",
			g->ev.param->name);
	} else if (strchr(text, '\n') != NULL) {
		ts_guide_not_understood(g, text);
	} else if (!ts_session_set(g->session, g->ev.param->name, text, &err)) {
		ts_guide_tell(g, "%s", err.text);
	}
}
