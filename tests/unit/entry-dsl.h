/* tests/unit/entry-dsl.h - entries for tests, written in a line per node:
 *
 *	Q first sql : yes>second no>cause-a unknown>! otherwise    a question; "!" or nothing: no link
 *	C cause-a 30 5 sql : not_solved>second                      a cause: weight, minutes
 *
 * Words between the name and the colon: sql (a check; see dsl_sql), server, client, never (ask: never),
 * certain=LABEL, params=a,b, linked (a node of another entry; these come last). An underscore in a label
 * stands for a blank. */
#ifndef TS_ENTRY_DSL_H
#define TS_ENTRY_DSL_H

#include <string.h>
#include "base/str.h"
#include "kb/entry.h"

#define DSL_MAX 64 /* nodes, and ways of a node */

static inline char *dsl_word(struct ts_arena *a, const char **p)
{
	*p += strspn(*p, " \t");
	size_t n = strcspn(*p, " \t\n");
	if (n == 0) {
		return NULL;
	}
	char *w = ts_arena_strndup(a, *p, n);
	*p += n;
	return w;
}

static inline void dsl_ways(struct ts_entry *e, struct ts_node *n, const char *p)
{
	char *w;
	n->answers = ts_arena_calloc(e->arena, DSL_MAX, sizeof(*n->answers));
	while ((w = dsl_word(e->arena, &p)) != NULL) {
		struct ts_answer *a = &n->answers[n->nanswers++];
		char *to = strchr(w, '>');
		a->to = -1;
		a->text = "";
		if (to != NULL) {
			*to++ = '\0';
			a->target_anchor = *to == '!' ? NULL : to;
		}
		for (char *c = w; *c != '\0'; c++) {
			*c = *c == '_' ? ' ' : *c;
		}
		a->label = w;
	}
}

static inline void dsl_fact(struct ts_entry *e, struct ts_node *n, char *w)
{
	if (strcmp(w, "sql") == 0) {
		n->sql = "SELECT 'x' AS answer";
	} else if (strcmp(w, "server") == 0 || strcmp(w, "client") == 0) {
		n->machine = w;
	} else if (strcmp(w, "never") == 0) {
		n->ask_never = true;
	} else if (ts_str_starts(w, "certain=")) {
		const char **list = ts_arena_calloc(e->arena, 2, sizeof(*list));
		list[0] = w + 8;
		n->certain = list;
	} else if (ts_str_starts(w, "params=")) {
		const char **list = ts_arena_calloc(e->arena, 8, sizeof(*list));
		size_t i = 0;
		for (char *name = strtok(w + 7, ","); name != NULL; name = strtok(NULL, ",")) {
			list[i++] = name;
		}
		n->params = list;
	}
}

static inline struct ts_entry *dsl_entry(const char *text)
{
	static const char *none[] = { NULL };
	struct ts_arena *arena = ts_arena_new();
	struct ts_entry *e = ts_arena_alloc(arena, sizeof(*e));
	e->arena = arena;
	e->id = "test/entry";
	e->title = e->heading = "Test entry";
	e->nodes = ts_arena_calloc(arena, DSL_MAX, sizeof(*e->nodes));
	struct ts_str rest = ts_str_of(text), line;
	while (ts_str_line(&rest, &line)) {
		line = ts_str_trim(line);
		const char *p = ts_arena_strndup(arena, line.p, line.n);
		char *kind = dsl_word(arena, &p), *w;
		if (kind == NULL) {
			continue;
		}
		struct ts_node *n = &e->nodes[e->nnodes++];
		n->kind = kind[0] == 'C' ? TS_NODE_CAUSE : TS_NODE_QUESTION;
		n->id = n->title = dsl_word(arena, &p);
		n->machine = "here";
		n->needs = n->certain = n->params = none;
		if (n->kind == TS_NODE_CAUSE) {
			n->weight = strtod(dsl_word(arena, &p), NULL);
			n->minutes = strtod(dsl_word(arena, &p), NULL);
		}
		bool linked = false;
		while ((w = dsl_word(arena, &p)) != NULL && strcmp(w, ":") != 0) {
			linked |= strcmp(w, "linked") == 0;
			dsl_fact(e, n, w);
		}
		dsl_ways(e, n, p);
		e->nown += !linked;
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			struct ts_answer *a = &e->nodes[i].answers[j];
			if (a->target_anchor != NULL) {
				a->to = ts_entry_node(e, a->target_anchor);
			}
		}
	}
	return e;
}

/* Give a node its SQL. */
static inline void dsl_sql(struct ts_entry *e, const char *node, const char *sql)
{
	e->nodes[ts_entry_node(e, node)].sql = sql;
}

/* Give the entry a parameter; at most 8. */
static inline void dsl_param(struct ts_entry *e, const char *name, const char *match, const char *def)
{
	if (e->params == NULL) {
		e->params = ts_arena_calloc(e->arena, 8, sizeof(*e->params));
	}
	e->params[e->nparams++] =
		(struct ts_param){ .name = name, .ask = "Which?", .match = match, .def = def };
}

#endif
