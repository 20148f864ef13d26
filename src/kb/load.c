/* kb/load.c - an entry read back from kb.db. */
#include "kb/kb.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "kb/load.h"

#define ITEMS_MAX 64 /* of one list of a node */

static sqlite3_stmt *start(const struct ts_loading *l, enum ts_query q)
{
	sqlite3_stmt *s = ts_store_query(l->kb, l->file, q);

	ts_db_bind_int(s, 1, l->entry);
	return s;
}

static bool next(const struct ts_loading *l, sqlite3_stmt *s)
{
	return ts_store_row(l->kb, l->file, s);
}

/* The node that a row of a table below node belongs to; its number is in the first column. NULL if the file
 * is damaged. */
static struct ts_node *node_of(const struct ts_loading *l, sqlite3_stmt *s, size_t first)
{
	sqlite3_int64 ord = sqlite3_column_int64(s, 0);

	return ord >= 0 && (uint64_t)ord < l->e->nnodes - first ? &l->e->nodes[first + (size_t)ord] : NULL;
}

static bool is(sqlite3_stmt *s, int column, const char *word)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return text != NULL && strcmp(text, word) == 0;
}

/* --- front matter ------------------------------------------------------ */

static void load_codes(const struct ts_loading *l)
{
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_CODES);
	size_t cap = 0;

	while (next(l, s)) {
		int64_t ext = sqlite3_column_int64(s, 1);
		TS_ARENA_GROW(l->a, l->e->codes, cap, l->e->ncodes);
		l->e->codes[l->e->ncodes++] = (struct ts_code){
			.code = (uint32_t)sqlite3_column_int64(s, 0),
			.has_ext = ext >= 0,
			.ext = ext >= 0 ? (uint32_t)ext : 0,
			.kind = ext >= 0 ? TS_CLAIM_DISCONNECT : (enum ts_code_kind)(-1 - ext),
			.text = ts_db_text(s, 2, l->a),
		};
	}
}

static void add_item(
	const struct ts_loading *l, struct ts_text_item **items, size_t *n, size_t *cap, const char *text)
{
	TS_ARENA_GROW(l->a, *items, *cap, *n);
	(*items)[(*n)++] = (struct ts_text_item){ .text = text };
}

static void load_items(const struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_MESSAGES);
	size_t caps[4] = { 0 };

	while (next(l, s)) {
		add_item(l, &e->messages, &e->nmessages, &caps[0], ts_db_text(s, 0, l->a));
	}
	s = start(l, TS_Q_ENTRY_ITEMS);
	while (next(l, s)) {
		const char *text = ts_db_text(s, 1, l->a);
		if (is(s, 0, "keyword")) {
			add_item(l, &e->keywords, &e->nkeywords, &caps[1], text);
		} else if (is(s, 0, "related")) {
			add_item(l, &e->related, &e->nrelated, &caps[2], text);
		} else {
			add_item(l, &e->sources, &e->nsources, &caps[3], text);
		}
	}
}

/* Machines and parameters of linked entries are added to those that are there; of the same name the first
 * counts. */
static void load_machines(const struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_MACHINES);
	size_t cap = e->nmachines;

	while (next(l, s)) {
		bool known = false;
		for (size_t i = 0; i < e->nmachines && !known; i++) {
			known = is(s, 0, e->machines[i].name);
		}
		if (!known) {
			TS_ARENA_GROW(l->a, e->machines, cap, e->nmachines);
			e->machines[e->nmachines++] = (struct ts_machine_decl){
				.name = ts_db_text(s, 0, l->a),
				.title = ts_db_text(s, 1, l->a),
			};
		}
	}
}

static void load_params(const struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_PARAMS);
	size_t cap = e->nparams;

	while (next(l, s)) {
		bool known = false;
		for (size_t i = 0; i < e->nparams && !known; i++) {
			known = is(s, 0, e->params[i].name);
		}
		if (!known) {
			TS_ARENA_GROW(l->a, e->params, cap, e->nparams);
			e->params[e->nparams++] = (struct ts_param){
				.name = ts_db_text(s, 0, l->a),
				.ask = ts_db_text(s, 1, l->a),
				.match = ts_db_text(s, 2, l->a),
				.def = ts_db_text(s, 3, l->a),
			};
		}
	}
}

/* --- nodes ------------------------------------------------------------- */

static const char **no_items(struct ts_arena *a)
{
	return ts_arena_calloc(a, 1, sizeof(const char *));
}

static void load_nodes(struct ts_loading *l)
{
	struct ts_entry *e = l->e;
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_NODES);

	while (next(l, s)) {
		TS_ARENA_GROW(l->a, e->nodes, l->nodes_cap, e->nnodes);
		e->nodes[e->nnodes++] = (struct ts_node){
			.id = ts_db_text(s, 0, l->a),
			.title = ts_db_text(s, 1, l->a),
			.kind = is(s, 2, "cause") ? TS_NODE_CAUSE : TS_NODE_QUESTION,
			.why = ts_db_text(s, 3, l->a),
			.machine = ts_db_text(s, 4, l->a),
			.sql = ts_db_text(s, 5, l->a),
			.weight = sqlite3_column_double(s, 6),
			.minutes = sqlite3_column_double(s, 7),
			.cause_class = ts_db_text(s, 8, l->a),
			.where = ts_db_text(s, 9, l->a),
			.effect = ts_db_text(s, 10, l->a),
			.risk = ts_db_text(s, 11, l->a),
			.irreversible = sqlite3_column_int(s, 12) != 0,
			.timeout = sqlite3_column_int(s, 13),
			.ask_never = sqlite3_column_int(s, 14) != 0,
			.undo_text = ts_db_text(s, 15, l->a),
			.params = no_items(l->a),
			.needs = no_items(l->a),
			.certain = no_items(l->a),
		};
	}
}

static void load_node_items(const struct ts_loading *l, size_t first)
{
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_NODE_ITEMS);

	while (next(l, s)) {
		struct ts_node *n = node_of(l, s, first);
		const char ***list, **longer;
		size_t count = 0;

		if (n == NULL) {
			continue;
		}
		list = is(s, 1, "certain") ? &n->certain : is(s, 1, "need") ? &n->needs : &n->params;
		while ((*list)[count] != NULL) {
			count++;
		}
		if (count < ITEMS_MAX) {
			longer = ts_arena_calloc(l->a, count + 2, sizeof(*longer));
			memcpy(longer, *list, count * sizeof(*longer));
			longer[count] = ts_db_text(s, 2, l->a);
			*list = longer;
		}
	}
}

static void load_answers(const struct ts_loading *l, size_t first)
{
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_ANSWERS);
	const struct ts_node *last = NULL;
	size_t cap = 0, own = l->e->nnodes - first;

	while (next(l, s)) {
		struct ts_node *n = node_of(l, s, first);
		sqlite3_int64 to = sqlite3_column_type(s, 5) == SQLITE_NULL ? -1 : sqlite3_column_int64(s, 5);

		if (n == NULL) {
			continue;
		}
		if (n != last && n->nanswers > 0) {
			continue; /* out of order: a damaged file */
		}
		cap = n == last ? cap : 0;
		last = n;
		TS_ARENA_GROW(l->a, n->answers, cap, n->nanswers);
		n->answers[n->nanswers++] = (struct ts_answer){
			.label = ts_db_text(s, 1, l->a),
			.text = ts_db_text(s, 2, l->a),
			.link_text = ts_db_text(s, 3, l->a),
			.target = ts_db_text(s, 4, l->a),
			.target_entry = ts_db_text(s, 6, l->a),
			.target_anchor = ts_db_text(s, 7, l->a),
			.to = to >= 0 && (uint64_t)to < own ? (int)(first + (size_t)to) : -1,
		};
	}
}

static void load_steps(const struct ts_loading *l, size_t first)
{
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_STEPS);
	const struct ts_step *last = NULL;
	size_t cap = 0;

	while (next(l, s)) {
		struct ts_node *n = node_of(l, s, first);
		struct ts_step **steps;
		size_t *count;

		if (n == NULL) {
			continue;
		}
		steps = is(s, 1, "undo") ? &n->undo : &n->steps;
		count = is(s, 1, "undo") ? &n->nundo : &n->nsteps;
		if (*count > 0 && last != *steps) {
			continue; /* out of order: a damaged file */
		}
		cap = *count > 0 ? cap : 0;
		TS_ARENA_GROW(l->a, *steps, cap, *count);
		(*steps)[(*count)++] = (struct ts_step){ .text = ts_db_text(s, 2, l->a) };
		last = *steps;
	}
}

static void load_commands(const struct ts_loading *l, size_t first)
{
	sqlite3_stmt *s = start(l, TS_Q_ENTRY_COMMANDS);
	const struct ts_step *last = NULL;
	size_t cap = 0;

	while (next(l, s)) {
		struct ts_node *n = node_of(l, s, first);
		bool undo = is(s, 1, "undo");
		uint64_t step = (uint64_t)sqlite3_column_int64(s, 2);
		struct ts_step *t;

		if (n == NULL || step >= (undo ? n->nundo : n->nsteps)) {
			continue;
		}
		t = &(undo ? n->undo : n->steps)[step];
		if (t != last && t->ncommands > 0) {
			continue; /* out of order: a damaged file */
		}
		cap = t == last ? cap : 0;
		last = t;
		TS_ARENA_GROW(l->a, t->commands, cap, t->ncommands);
		t->commands[t->ncommands++] = (struct ts_command){
			.shell = ts_db_text(s, 3, l->a),
			.text = ts_db_text(s, 4, l->a),
		};
	}
}

void ts_load_walk(struct ts_loading *l)
{
	size_t first = l->e->nnodes;

	load_machines(l);
	load_params(l);
	load_nodes(l);
	load_node_items(l, first);
	load_answers(l, first);
	load_steps(l, first);
	load_commands(l, first);
}

sqlite3_stmt *ts_load_find(struct ts_loading *l, const char *name)
{
	for (size_t i = 0; i < l->kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(l->kb, i, TS_Q_ENTRY);
		ts_db_bind_text(s, 1, name);
		if (ts_store_row(l->kb, i, s)) {
			l->file = i;
			l->entry = sqlite3_column_int64(s, 0);
			return s;
		}
	}
	return NULL;
}

/* --- public ------------------------------------------------------------ */

/* "there is no entry X", with ids that are near it. */
static void no_such_entry(struct ts_kb *kb, const char *id, struct ts_err *err)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	size_t n = ts_kb_list(kb, NULL, a, &hits);
	const char **ids = ts_arena_calloc(a, n + 1, sizeof(*ids));
	const char *near = NULL;

	/* The last part alone is often what people remember. */
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(hits[i].id, '/');
		ids[i] = hits[i].id;
		if (near == NULL && slash != NULL && ts_str_case_eq(slash + 1, id)) {
			near = hits[i].id;
		}
	}
	if (near == NULL) {
		near = ts_nearest(id, ids);
	}
	if (kb->trouble.text[0] != '\0') {
		ts_fail(err, "%s", kb->trouble.text);
	} else if (near != NULL) {
		ts_fail(err, "there is no entry \"%s\" (did you mean \"%s\"?)", id, near);
	} else {
		ts_fail(err, "there is no entry \"%s\"; \"troubleshoot --list\" names all of them", id);
	}
	ts_arena_free(a);
}

struct ts_entry *ts_kb_load(struct ts_kb *kb, const char *id, struct ts_err *err)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_loading l = { .kb = kb, .a = a };
	struct ts_entry *e = l.e = ts_arena_alloc(a, sizeof(*e));
	sqlite3_stmt *s = ts_load_find(&l, id);

	if (s == NULL) {
		ts_arena_free(a);
		no_such_entry(kb, id, err);
		return NULL;
	}
	e->arena = a;
	e->id = ts_db_text(s, 1, a);
	e->pack = ts_db_text(s, 2, a);
	e->title = ts_db_text(s, 3, a);
	e->heading = ts_db_text(s, 4, a);
	e->meaning = ts_db_text(s, 5, a);
	e->summary = ts_db_text(s, 6, a);
	e->reviewed = ts_db_text(s, 7, a);
	sqlite3_reset(s);
	load_codes(&l);
	load_items(&l);
	ts_load_walk(&l);
	e->nown = e->nnodes;
	ts_load_linked(&l);
	if (kb->trouble.text[0] != '\0') {
		ts_fail(err, "%s", kb->trouble.text);
		ts_entry_free(e);
		return NULL;
	}
	return e;
}

char *ts_kb_markdown(struct ts_kb *kb, const char *id, struct ts_err *err)
{
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_MARKDOWN);
		ts_db_bind_text(s, 1, id);
		if (ts_store_row(kb, i, s)) {
			const char *text = (const char *)sqlite3_column_text(s, 0);
			char *copy = ts_xstrdup(text != NULL ? text : "");
			sqlite3_reset(s);
			return copy;
		}
	}
	no_such_entry(kb, id, err);
	return NULL;
}
