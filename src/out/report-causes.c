/* out/report-causes.c - the ranked causes of the one-shot report, with what speaks for or against each. */
#include <stdint.h>
#include <string.h>
#include "base/arena.h"
#include "out/term.h"

enum {
	POSSIBLE_SHOWN = 5, /* possible causes */
	EXCLUDED_SHOWN = 8, /* excluded causes */
	OFF_PATH_SHOWN = 2, /* causes off the path */
};

static const char *effort(struct ts_term *t, const struct ts_node *n)
{
	const char *minutes = n->minutes > 0 ? ts_model_minutes(n->minutes, t->a) : NULL;
	const char *where = n->where != NULL ? ts_model_machine(t->e, n->where, t->a) : NULL;

	if (minutes == NULL || where == NULL) {
		return minutes != NULL ? minutes : where;
	}
	return ts_arena_printf(t->a, "%s, on %s", minutes, where);
}

static void put_cause(struct ts_term *t, const struct ts_cause *c)
{
	const struct ts_node *n = &t->e->nodes[c->node];
	const char *why = ts_model_reason(t->s, c, t->a), *how = effort(t, n);
	bool ranked = c->status == TS_CONFIRMED || c->status == TS_POSSIBLE;
	const char *status = c->status == TS_OFF_PATH ? "off path" : ts_model_status(c);
	const char *label = ranked ? ts_arena_printf(t->a, "%-10s %2d. ", status, c->rank)
				   : ts_arena_printf(t->a, "%-10s ", status);
	int width = (int)strlen(label);

	if (!ranked) {
		ts_render_marked(label, (size_t)width,
			why != NULL ? ts_arena_printf(t->a, "%s (%s)", n->title, why) : n->title, 0, t->look,
			t->out);
		return;
	}
	if (c->status == TS_CONFIRMED && t->look->colour) { /* the word stands out; the text is the same */
		struct ts_buf b;

		ts_buf_init(&b, TS_BUF_MAX_TEXT);
		ts_style_on(TS_BAD, t->look, &b);
		ts_buf_puts(&b, "confirmed");
		ts_style_off(t->look, &b);
		ts_buf_puts(&b, label + strlen("confirmed"));
		ts_render_marked(ts_buf_str(&b), (size_t)width, n->title, 0, t->look, t->out);
		ts_buf_finish(&b);
	} else {
		ts_render_marked(label, (size_t)width, n->title, 0, t->look, t->out);
	}
	if (why != NULL) {
		ts_render_text(why, width, 0, t->look, t->out);
	}
	if (how != NULL) {
		ts_render_text(how, width, 0, t->look, t->out);
	}
}

/* Conclusions of answers that end the walk, and contradictions, stand before the list. */
static void put_remarks(struct ts_term *t)
{
	const char *contradiction;

	for (size_t i = 0; i < t->e->nnodes; i++) {
		const struct ts_answer *answer = ts_model_conclusion(t->s, (int)i);

		if (answer != NULL) {
			ts_term_markdown(t, answer->text, strlen(answer->text));
			ts_term_gap(t);
		}
	}
	for (size_t i = 0; (contradiction = ts_session_contradiction(t->s, i)) != NULL; i++) {
		ts_render_marked("Contradiction: ", 15, contradiction, 0, t->look, t->out);
		ts_term_gap(t);
	}
}

/* How many causes of each status are listed without --all and --verbose. */
static const size_t causes_shown[] = {
	[TS_POSSIBLE] = POSSIBLE_SHOWN,
	[TS_CONFIRMED] = SIZE_MAX,
	[TS_EXCLUDED] = EXCLUDED_SHOWN,
	[TS_OFF_PATH] = OFF_PATH_SHOWN,
};

static void put_hidden(struct ts_term *t, size_t hidden, enum ts_status status)
{
	const char *what = status == TS_EXCLUDED ? " excluded" : status == TS_OFF_PATH ? " off the path" : "";

	if (hidden > 0) {
		ts_render_text(ts_arena_printf(t->a, "and %zu more%s: --all", hidden, what),
			status == TS_POSSIBLE ? 15 : 11, 0, t->look, t->out);
	}
}

void ts_term_causes(struct ts_term *t)
{
	const struct ts_cause *causes;
	size_t n = ts_session_causes(t->s, &causes), shown = 0, hidden = 0;

	ts_term_section(t, "Causes");
	put_remarks(t);
	if (strcmp(ts_report_state(t->r), "nothing-found") == 0) {
		ts_term_text(t, "None of the causes known here fits what was seen.");
	}
	for (size_t i = 0; i < n; i++) {
		enum ts_status status = causes[i].status;

		if (i > 0 && causes[i - 1].status != status) {
			put_hidden(t, hidden, causes[i - 1].status);
			shown = hidden = 0;
		}
		if (shown < causes_shown[status] || t->r->all || t->r->verbose) {
			put_cause(t, &causes[i]);
			shown++;
		} else {
			hidden++;
		}
	}
	put_hidden(t, hidden, n > 0 ? causes[n - 1].status : TS_POSSIBLE);
}
