/* engine/kept.c - a kept session is put back into a fresh one. */
#include "engine/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "engine/session-private.h"

static void lose(struct ts_buf *lost, size_t *n, const char *what, const char *name, const char *why)
{
	(*n)++;
	ts_buf_printf(lost, "%s \"%s\": %s\n", what, name, why);
}

static void restore_params(const struct ts_kept *k, struct ts_session *s, struct ts_buf *lost, size_t *n)
{
	struct ts_err err;
	for (size_t i = 0; i < k->nparams; i++) {
		const struct ts_kept_param *p = &k->params[i];
		if (ts_session_param(s, p->name) < 0) {
			lose(lost, n, "parameter", p->name, "the entry has none of that name now");
		} else if (p->value == NULL) {
			ts_session_refuse_param(s, p->name);
		} else if (!ts_session_set(s, p->name, p->value, &err)) {
			lose(lost, n, "parameter", p->name, err.text);
		}
	}
}

/* A copy that lives in its own arena, as a check's own result does. */
static struct ts_outcome *copy_result(const struct ts_result *from)
{
	struct ts_outcome *o = ts_xcalloc(1, sizeof(*o));
	struct ts_arena *a = o->arena = ts_arena_new();
	struct ts_result *r = &o->result;
	*r = *from;
	r->answer = ts_arena_strdup(a, from->answer);
	r->reason = ts_arena_strdup(a, from->reason);
	r->hint = ts_arena_strdup(a, from->hint);
	r->rows = ts_arena_calloc(a, from->nrows + 1, sizeof(*r->rows));
	for (size_t i = 0; i < from->nrows; i++) {
		r->rows[i].n = from->rows[i].n;
		r->rows[i].cells = ts_arena_calloc(a, from->rows[i].n + 1, sizeof(*r->rows[i].cells));
		for (size_t c = 0; c < from->rows[i].n; c++) {
			const struct ts_cell *cell = &from->rows[i].cells[c];
			r->rows[i].cells[c] = (struct ts_cell){ ts_arena_strdup(a, cell->name), cell->type,
				ts_arena_strdup(a, cell->text) };
		}
	}
	r->ledger = ts_arena_calloc(a, from->nledger + 1, sizeof(*r->ledger));
	for (size_t i = 0; i < from->nledger; i++) {
		const struct ts_ledger_line *l = &from->ledger[i];
		r->ledger[i] = (struct ts_ledger_line){ ts_arena_strdup(a, l->table),
			ts_arena_strdup(a, l->subject), l->seen, ts_arena_strdup(a, l->detail) };
	}
	return o;
}

static void restore_results(const struct ts_kept *k, struct ts_session *s, struct ts_buf *lost, size_t *n)
{
	for (size_t i = 0; i < k->nresults; i++) {
		const struct ts_kept_result *kr = &k->results[i];
		int node = ts_entry_node(s->entry, kr->node);
		const char *sql = node < 0 ? NULL : s->entry->nodes[node].sql;
		if (node < 0) {
			lose(lost, n, "check", kr->node, "the entry has no such place now");
			continue;
		}
		if (sql == NULL || (kr->sql != NULL && strcmp(sql, kr->sql) != 0)) {
			lose(lost, n, "check", s->entry->nodes[node].title,
				sql == NULL ? "there is no check here now"
					    : "it asks something else now, and will run again");
			continue;
		}
		ts_session_clear_result(s, node);
		struct node_state *st = &s->nodes[node];
		st->outcome = copy_result(&kr->result);
		st->serial++;
		st->runs = kr->result.runs;
		st->clock = kr->clock;
		st->was_present = kr->was_present;
		st->verified = kr->verified;
	}
}

static void restore_answers(const struct ts_kept *k, struct ts_session *s, struct ts_buf *lost, size_t *n)
{
	struct ts_err err;
	for (size_t i = 0; i < k->nanswers; i++) {
		const struct ts_kept_answer *a = &k->answers[i];
		int node = ts_entry_node(s->entry, a->node);
		if (node < 0) {
			lose(lost, n, "answer", a->node, "the entry has no such question now");
		} else if (!ts_session_answer(s, node, a->label, a->by, &err)) {
			lose(lost, n, "answer", s->entry->nodes[node].title, err.text);
		} else {
			s->given[s->ngiven - 1].at = a->at;
		}
	}
}

size_t ts_kept_restore(const struct ts_kept *k, struct ts_session *s, struct ts_buf *lost)
{
	size_t n = 0;
	/* In this order: a parameter makes the results that depend on it void. */
	restore_params(k, s, lost, &n);
	restore_results(k, s, lost, &n);
	restore_answers(k, s, lost, &n);
	s->derived->stale = true;
	return n;
}
