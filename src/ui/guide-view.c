/* ui/guide-view.c - the guided session's commands that only show something: status, why, entries. */
#include "ui/guide-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "out/model.h"
#include "out/render-parts.h"

#define LIST_MAX 30

void ts_guide_print(
	struct ts_guide *g, void (*fill)(struct ts_guide *, const char *, struct ts_buf *), const char *arg)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	fill(g, arg, &b);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
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

void ts_guide_list(struct ts_guide *g, const char *arg)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	size_t n = ts_kb_list(g->kb, *arg != 0 ? arg : g->options->product, a, &hits);
	show_hits(g, hits, n);
	ts_arena_free(a);
}

void ts_guide_search(struct ts_guide *g, const char *arg)
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

void ts_guide_show(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	char *text = ts_kb_markdown(g->kb, *arg == 0 && g->entry != NULL ? g->entry->id : arg, &err);
	if (text == NULL) {
		ts_guide_tell(g, "%s", err.text);
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_entry(text, &g->look, &b);
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	free(text);
}

/* What speaks for (or against) a cause, a line each. */
static void put_evidence(struct ts_guide *g, const char *word, const int *nodes, size_t n, struct ts_buf *b)
{
	struct ts_arena *a = ts_arena_new();
	for (size_t i = 0; i < n; i++) {
		const char *text = ts_model_evidence(g->session, &nodes[i], 1, a);
		if (text != NULL) {
			ts_render_labelled(word, 8, text, 15, &g->look, b);
		}
	}
	ts_arena_free(a);
}

static void put_cause(struct ts_guide *g, const struct ts_cause *c, struct ts_buf *b)
{
	const struct ts_node *n = &g->entry->nodes[c->node];
	char *line = ts_xasprintf("%s%s", n->title, c->failed ? " (tried, did not help)" : "");
	ts_render_labelled(c->solved ? "solved" : ts_status_name(c->status), 11, line, 2, &g->look, b);
	free(line);
	put_evidence(g, "for", c->for_nodes, c->nfor, b);
	put_evidence(g, "against", c->against_nodes, c->nagainst, b);
	const struct ts_result *own = ts_session_result(g->session, c->node);
	if (c->status == TS_POSSIBLE && c->nfor + c->nagainst == 0) {
		ts_render_labelled("open", 8, "nothing seen speaks for or against it yet", 15, &g->look, b);
	} else if (c->status == TS_POSSIBLE && (n->sql == NULL || own->state != TS_CHECK_ANSWERED)) {
		ts_render_labelled("open", 8,
			own->reason != NULL ? own->reason : "no machine has proved it or ruled it out", 15,
			&g->look, b);
	}
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
			put_cause(g, &causes[i], b);
		}
	}
	int left = ts_session_questions_left(g->session);
	ts_buf_putc(b, '\n');
	char *line = left > 0 ? ts_xasprintf("About %d question%s left.", left, left == 1 ? "" : "s")
			      : ts_xstrdup("No question is left.");
	ts_render_text(line, 0, 0, &g->look, b);
	free(line);
}

void ts_guide_status(struct ts_guide *g, const char *arg)
{
	ts_guide_print(g, fill_status, arg);
}

static void fill_why(struct ts_guide *g, const char *arg, struct ts_buf *b)
{
	int node = ts_guide_node_of(g, arg);
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
		line = ts_xasprintf("%s%s%s: %s%s%s", r->ledger[i].table,
			r->ledger[i].subject[0] != 0 ? " " : "", r->ledger[i].subject,
			ts_seen_name(r->ledger[i].seen), r->ledger[i].detail[0] != 0 ? ", " : "",
			r->ledger[i].detail);
		ts_render_text(line, 4, 6, &g->look, b);
		free(line);
	}
}

void ts_guide_why(struct ts_guide *g, const char *arg)
{
	ts_guide_print(g, fill_why, arg);
}
