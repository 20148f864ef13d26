/* ui/guide-find.c - from words to an entry: at the start, and when something else than an answer is typed. */
#include "ui/guide-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define HITS_MAX  9
#define ABOUT_MAX 5
#define WORDS_MAX 128

/* What is known of a text; the hits live until the next call. False after a message. */
static bool recognise(struct ts_guide *g, const char *text, struct ts_recognised *rec)
{
	struct ts_err err;
	*rec = (struct ts_recognised){ 0 };
	ts_arena_free(g->found);
	g->found = ts_arena_new();
	g->hits = NULL;
	g->nhits = 0;
	if (!ts_kb_recognise(g->kb, text, strlen(text), g->found, rec, &err)) {
		ts_guide_tell(g, "%s", err.text);
		return false;
	}
	g->hits = rec->hits;
	g->nhits = rec->nhits < HITS_MAX ? rec->nhits : HITS_MAX;
	return true;
}

/* The command (or answer, where a question waits) that a single word was meant to be; NULL = none is near. */
static const char *nearest_word(const struct ts_guide *g, const char *text)
{
	const char *words[WORDS_MAX + 1];
	size_t n = 0;
	if (strpbrk(text, " \n") != NULL) {
		return NULL;
	}
	for (const struct ts_guide_command *c = ts_guide_commands; c->name != NULL && n < WORDS_MAX; c++) {
		words[n++] = c->name;
	}
	if (g->mode == TS_GUIDE_WALK && g->ev.kind == TS_EV_ASK) {
		const struct ts_node *node = &g->entry->nodes[g->ev.node];
		for (size_t i = 0; i < node->nanswers && n < WORDS_MAX; i++) {
			/* "none" is for checks only. */
			if (strcmp(node->answers[i].label, "none") != 0) {
				words[n++] = node->answers[i].label;
			}
		}
	}
	words[n] = NULL;
	return ts_nearest(text, words);
}

/* Was anything found beside the entry that is being walked? */
static bool others(const struct ts_guide *g)
{
	return g->nhits > 1 || (g->nhits == 1 && strcmp(g->hits[0].id, g->entry->id) != 0);
}

static void show_about(struct ts_guide *g)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_text("That is no answer here, but these entries speak of it; show ID reads one:", 0, 0,
		&g->look, &b);
	for (size_t i = 0; i < g->nhits && i < ABOUT_MAX; i++) {
		char *line = ts_xasprintf("%s  %s", g->hits[i].id, g->hits[i].title);
		ts_render_text(line, 2, 4, &g->look, &b);
		free(line);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

static void offer_switch(struct ts_guide *g, const struct ts_recognised *rec)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	char *line = ts_xasprintf("That looks like another error: \"%s\".", g->hits[0].title);
	ts_render_text(line, 0, 0, &g->look, &b);
	free(line);
	ts_guide_show_choice(g, &b, 1, 0, "", "turn to that one; what you have here is kept");
	ts_guide_show_choice(g, &b, 2, 0, "", "stay with this one");
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->rec = *rec;
	g->mode_before = g->mode;
	g->mode = TS_GUIDE_SWITCH;
}

void ts_guide_not_understood(struct ts_guide *g, const char *text)
{
	struct ts_recognised rec;
	const char *near = nearest_word(g, text);
	if (near != NULL) {
		ts_guide_tell(g, "\"%s\" is not understood here. Did you mean %s?", text, near);
		return;
	}
	if (!recognise(g, text, &rec)) {
		return;
	}
	bool sure = g->nhits > 0 && g->hits[0].exact;
	if (sure && strcmp(g->hits[0].id, g->entry->id) == 0) {
		ts_guide_tell(g, "That is the error you are looking at already.");
	} else if (sure) {
		offer_switch(g, &rec);
	} else if (others(g) && strpbrk(text, " \n") != NULL) {
		show_about(g);
	} else if (g->ev.kind == TS_EV_ASK) {
		ts_guide_tell(g, "\"%s\" is none of the answers. Type the number of one, or help.", text);
	} else {
		ts_guide_tell(g,
			"\"%s\" is not understood here. Type next, the number of a step, copy N, done, not "
			"solved, or help.",
			text);
	}
}

void ts_guide_answer_switch(struct ts_guide *g, const char *text)
{
	if (strcmp(text, "1") == 0 || ts_str_case_eq(text, "y") || ts_str_case_eq(text, "yes")) {
		char *id = ts_xstrdup(g->hits[0].id);
		g->host->asked(g->host->ctx, "text", &g->rec);
		ts_guide_start(g, id);
		free(id);
	} else if (strcmp(text, "2") == 0 || ts_str_case_eq(text, "n") || ts_str_case_eq(text, "no")) {
		g->mode = g->mode_before;
		g->shown = -1;
	} else if (!ts_guide_command(g, text, true)) {
		ts_guide_tell(g, "Please type 1 or 2.");
	}
}

void ts_guide_find(struct ts_guide *g, const char *text)
{
	struct ts_recognised rec;
	if (ts_guide_command(g, text, false)) {
		return;
	}
	const char *near = nearest_word(g, text);
	if (!recognise(g, text, &rec)) {
		return;
	}
	if (g->nhits == 0) {
		if (near != NULL) {
			ts_guide_tell(g, "Nothing is known of this. Did you mean the command %s?", near);
		} else {
			ts_guide_tell(g,
				"Nothing is known of this. Try the exact error message, its code, or "
				"other words; list shows all entries.");
		}
		return;
	}
	ts_line_remember(g->line, text);
	g->host->asked(g->host->ctx, rec.has_code ? "text" : "search", &rec);
	if (g->nhits == 1 || g->hits[0].exact) {
		ts_guide_start(g, g->hits[0].id);
		return;
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_render_text("Which of these is it?", 0, 0, &g->look, &b);
	for (size_t i = 0; i < g->nhits; i++) {
		ts_guide_show_choice(g, &b, i + 1, 0, "", g->hits[i].title);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->mode = TS_GUIDE_CHOOSE;
}

void ts_guide_choose(struct ts_guide *g, const char *text)
{
	int64_t n;
	if (ts_parse_int(text, 1, (int64_t)g->nhits, &n)) {
		ts_guide_start(g, g->hits[n - 1].id);
	} else if (!ts_guide_command(g, text, false)) {
		g->mode = TS_GUIDE_FIND; /* another description rather than a number */
		ts_guide_find(g, text);
	}
}
