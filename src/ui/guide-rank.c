/* ui/guide-rank.c - causes that were solved on this computer before come earlier, where the person has turned that on. */
#include "ui/guide-internal.h"

#include <stdlib.h>
#include <string.h>

#define SETTING "ranking"

/* The causes that may still be tried, in order. The caller frees. */
static int *order_of(const struct ts_guide *g, size_t *n)
{
	const struct ts_cause *causes;
	size_t count = ts_session_causes(g->session, &causes);
	int *order = ts_xcalloc(count + 1, sizeof(*order));
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		if (causes[i].status == TS_POSSIBLE || causes[i].status == TS_CONFIRMED) {
			order[(*n)++] = causes[i].node;
		}
	}
	return order;
}

/* The causes that come earlier now, a line each. */
static void tell_order(struct ts_guide *g, const int *before, const int *after, size_t n)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n; i++) {
		size_t was = 0;
		while (was < n && before[was] != after[i]) {
			was++;
		}
		if (was > i && was < n) {
			char *line = ts_xasprintf("By what was solved here before, \"%s\" is tried as number "
						  "%zu instead of %zu.",
				g->entry->nodes[after[i]].title, i + 1, was + 1);
			ts_render_text(line, 0, 0, &g->look, &b);
			free(line);
		}
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

void ts_guide_rank(struct ts_guide *g)
{
	struct ts_err err;
	struct ts_store_stat *stats;
	size_t n, nbefore, nafter;
	struct ts_arena *a = ts_arena_new();
	const char *value = g->store != NULL ? ts_store_setting(g->store, SETTING, a) : NULL;
	if (value == NULL || strcmp(value, "outcomes") != 0 ||
		!ts_store_stats(g->store, g->entry->id, a, &stats, &n, &err)) {
		ts_arena_free(a);
		return;
	}
	int *before = order_of(g, &nbefore);
	for (size_t i = 0; i < n; i++) {
		ts_session_prefer(g->session, ts_entry_node(g->entry, stats[i].cause),
			(1.0 + (double)stats[i].solved) / (1.0 + (double)stats[i].failed));
	}
	int *after = order_of(g, &nafter);
	if (nbefore == nafter) {
		tell_order(g, before, after, nafter);
	}
	free(before);
	free(after);
	ts_arena_free(a);
}

bool ts_guide_set_ranking(struct ts_guide *g, const char *name, const char *value)
{
	struct ts_err err;
	if (strcmp(name, SETTING) != 0) {
		return false;
	}
	bool outcomes = strcmp(value, "outcomes") == 0;
	if (!outcomes && strcmp(value, "entry") != 0) {
		ts_guide_tell(g, "ranking is outcomes (what was solved here before comes earlier) or entry "
				 "(as the entry says).");
	} else if (g->store == NULL) {
		ts_guide_tell(g, "No outcomes are kept here.");
	} else if (!ts_store_set(g->store, SETTING, value, &err)) {
		ts_guide_tell(g, "%s", err.text);
	} else {
		ts_guide_tell(g, outcomes ? "From now on, causes that were solved here before come earlier."
					  : "From the next session on, causes come in the entry's order.");
		ts_guide_rank(g);
		g->shown = -1;
	}
	return true;
}
