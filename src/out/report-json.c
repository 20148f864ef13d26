/* out/report-json.c - the report as one JSON document, in the shape that interface.md promises. Fields are
 * only ever added. */
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "out/model.h"
#include "out/redact.h"

struct doc {
	const struct ts_report *r;
	const struct ts_session *s; /* NULL without an entry */
	const struct ts_entry *e;
	struct ts_json j;
	struct ts_redactor *redact;
	struct ts_arena *a;
};

static void put(struct doc *d, const char *key, const char *text)
{
	ts_json_kstr(&d->j, key, ts_redact(d->redact, text));
}

static void put_meanings(struct doc *d, const char *code, const struct ts_meaning *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "code", code);
		ts_json_kstr(&d->j, "role", ts_code_role_title(m[i].role));
		ts_json_kstr(&d->j, "product", m[i].product);
		ts_json_kstr(&d->j, "name", m[i].name);
		ts_json_kstr(&d->j, "text", m[i].text);
		ts_json_kstr(&d->j, "source", m[i].source);
		ts_json_kstr(&d->j, "certainty", m[i].certainty);
		ts_json_end(&d->j);
	}
}

static void put_input(struct doc *d)
{
	const struct ts_report *r = d->r;

	ts_json_key(&d->j, "input");
	ts_json_object(&d->j);
	ts_json_kstr(&d->j, "code", r->code);
	ts_json_kstr(&d->j, "ext", r->ext);
	ts_json_kstr(&d->j, "from", r->from);
	ts_json_kstr(&d->j, "by", r->by);
	ts_json_key(&d->j, "meaning");
	ts_json_array(&d->j);
	put_meanings(d, r->code, r->meanings, r->nmeanings);
	put_meanings(d, r->ext, r->ext_meanings, r->next_meanings);
	ts_json_end(&d->j);
	ts_json_end(&d->j);
}

static void put_entry(struct doc *d)
{
	ts_json_key(&d->j, "entry");
	if (d->e == NULL) {
		ts_json_null(&d->j);
	} else {
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "id", d->e->id);
		ts_json_kstr(&d->j, "title", d->e->title);
		ts_json_kstr(&d->j, "reviewed", d->e->reviewed);
		ts_json_key(&d->j, "sources");
		ts_json_array(&d->j);
		for (size_t i = 0; i < d->e->nsources; i++) {
			ts_json_str(&d->j, d->e->sources[i].text);
		}
		ts_json_end(&d->j);
		ts_json_end(&d->j);
	}
	ts_json_key(&d->j, "near");
	ts_json_array(&d->j);
	for (size_t i = 0; i < d->r->nnear; i++) {
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "id", d->r->near[i].id);
		ts_json_kstr(&d->j, "title", d->r->near[i].title);
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
}

static void put_machines(struct doc *d)
{
	ts_json_key(&d->j, "machines");
	ts_json_object(&d->j);
	for (size_t i = 0; i < d->r->nmachines; i++) {
		const struct ts_report_machine *m = &d->r->machines[i];

		ts_json_key(&d->j, m->name);
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "source", m->source);
		ts_json_kstr(&d->j, "as_of",
			strcmp(m->source, "none") == 0 ? NULL : ts_model_time(m->as_of, true, d->a));
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
}

/* What was given; a report that is read back (--answers) needs them. */
static void put_parameters(struct doc *d)
{
	ts_json_key(&d->j, "parameters");
	ts_json_array(&d->j);
	for (size_t i = 0; d->s != NULL && i < d->e->nparams; i++) {
		const char *value = ts_session_get(d->s, d->e->params[i].name);
		const char *def = d->e->params[i].def;

		if (value != NULL && (def == NULL || strcmp(value, def) != 0)) {
			ts_json_object(&d->j);
			ts_json_kstr(&d->j, "name", d->e->params[i].name);
			put(d, "value", value);
			ts_json_end(&d->j);
		}
	}
	ts_json_end(&d->j);
}

static void put_answers(struct doc *d)
{
	const struct ts_trail_item *items;
	size_t n = d->s != NULL ? ts_session_trail(d->s, &items) : 0;

	ts_json_key(&d->j, "answers");
	ts_json_array(&d->j);
	for (size_t i = 0; i < n; i++) {
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "node", d->e->nodes[items[i].node].id);
		put(d, "label", items[i].label);
		ts_json_kstr(&d->j, "by", ts_by_name(items[i].by));
		ts_json_kstr(&d->j, "at", ts_model_time(items[i].at, true, d->a));
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
}

static void put_cell(struct doc *d, const struct ts_cell *c)
{
	ts_json_key(&d->j, c->name);
	switch (c->type) {
	case TS_CELL_NULL: ts_json_null(&d->j); break;
	case TS_CELL_INT: ts_json_int(&d->j, strtoll(c->text, NULL, 10)); break;
	case TS_CELL_REAL: ts_json_double(&d->j, strtod(c->text, NULL)); break;
	case TS_CELL_TEXT: ts_json_str(&d->j, ts_redact(d->redact, c->text)); break;
	}
}

static void put_check(struct doc *d, int node)
{
	static const char *const states[] = {
		[TS_CHECK_NOT_RUN] = "skipped",
		[TS_CHECK_ANSWERED] = "answered",
		[TS_CHECK_UNKNOWN] = "unknown",
		[TS_CHECK_SKIPPED] = "skipped",
	};
	const struct ts_result *r = ts_session_result(d->s, node);
	const struct ts_node *n = &d->e->nodes[node];

	ts_json_object(&d->j);
	ts_json_kstr(&d->j, "node", n->id);
	ts_json_kstr(&d->j, "machine", n->machine);
	put(d, "result", r->answer);
	ts_json_kstr(&d->j, "state", states[r->state]);
	put(d, "reason", r->reason);
	put(d, "hint", r->hint);
	ts_json_key(&d->j, "rows");
	ts_json_array(&d->j);
	for (size_t i = 0; i < r->nrows; i++) {
		ts_json_object(&d->j);
		for (size_t k = 0; k < r->rows[i].n; k++) {
			put_cell(d, &r->rows[i].cells[k]);
		}
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
	ts_json_key(&d->j, "gaps");
	ts_json_array(&d->j);
	for (size_t i = 0; i < r->nledger; i++) {
		const struct ts_ledger_line *l = &r->ledger[i];

		if (!ts_seen_is_gap(l->seen)) {
			continue;
		}
		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "table", l->table);
		put(d, "subject", l->subject);
		ts_json_kstr(&d->j, "state", ts_seen_name(l->seen));
		put(d, "detail", l->detail);
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
	ts_json_kbool(&d->j, "more_rows", r->more_rows);
	ts_json_kstr(&d->j, "at", ts_model_time(r->at, true, d->a));
	ts_json_kint(&d->j, "runs", r->runs);
	ts_json_key(&d->j, "ms");
	ts_json_double(&d->j, r->ms);
	ts_json_end(&d->j);
}

static void put_checks(struct doc *d)
{
	ts_json_key(&d->j, "checks");
	ts_json_array(&d->j);
	for (size_t i = 0; d->s != NULL && i < d->e->nnodes; i++) { /* in the order of the walk */
		if (ts_model_verdict(d->s, (int)i) != TS_VERDICT_NONE) {
			put_check(d, (int)i);
		}
	}
	ts_json_end(&d->j);
}

static void put_nodes(struct doc *d, const char *key, const int *nodes, size_t n)
{
	ts_json_key(&d->j, key);
	ts_json_array(&d->j);
	for (size_t i = 0; i < n; i++) {
		ts_json_str(&d->j, d->e->nodes[nodes[i]].id);
	}
	ts_json_end(&d->j);
}

static void put_causes(struct doc *d)
{
	const struct ts_cause *causes;
	size_t n = d->s != NULL ? ts_session_causes(d->s, &causes) : 0;

	ts_json_key(&d->j, "causes");
	ts_json_array(&d->j);
	for (size_t i = 0; i < n; i++) {
		const struct ts_cause *c = &causes[i];
		const struct ts_node *node = &d->e->nodes[c->node];

		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "id", node->id);
		ts_json_kstr(&d->j, "class", node->cause_class);
		ts_json_kstr(&d->j, "title", node->title);
		ts_json_kstr(&d->j, "status", ts_status_name(c->status));
		ts_json_kint(&d->j, "rank", c->rank);
		ts_json_key(&d->j, "weight");
		ts_json_double(&d->j, node->weight);
		ts_json_key(&d->j, "minutes");
		ts_json_double(&d->j, node->minutes);
		put_nodes(d, "for", c->for_nodes, c->nfor);
		put_nodes(d, "against", c->against_nodes, c->nagainst);
		ts_json_kbool(&d->j, "solved", c->solved);
		ts_json_kbool(&d->j, "failed", c->failed);
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
	ts_json_key(&d->j, "contradictions");
	ts_json_array(&d->j);
	for (size_t i = 0; d->s != NULL && ts_session_contradiction(d->s, i) != NULL; i++) {
		ts_json_str(&d->j, ts_redact(d->redact, ts_session_contradiction(d->s, i)));
	}
	ts_json_end(&d->j);
}

static void put_expanded(struct doc *d, const char *key, const char *text)
{
	char *expanded = ts_session_expand(d->s, text);

	put(d, key, expanded);
	free(expanded);
}

static void put_steps(struct doc *d, const char *key, const struct ts_step *steps, size_t n)
{
	ts_json_key(&d->j, key);
	ts_json_array(&d->j);
	for (size_t i = 0; i < n; i++) {
		ts_json_object(&d->j);
		put_expanded(d, "text", steps[i].text);
		ts_json_key(&d->j, "commands");
		ts_json_array(&d->j);
		for (size_t k = 0; k < steps[i].ncommands; k++) {
			ts_json_object(&d->j);
			ts_json_kstr(&d->j, "shell", steps[i].commands[k].shell);
			put_expanded(d, "text", steps[i].commands[k].text);
			ts_json_end(&d->j);
		}
		ts_json_end(&d->j);
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
}

static void put_fix(struct doc *d)
{
	const struct ts_cause *c = d->s != NULL ? ts_report_first_cause(d->r) : NULL;

	ts_json_key(&d->j, "fix");
	if (c == NULL) {
		ts_json_null(&d->j);
		return;
	}
	const struct ts_node *n = &d->e->nodes[c->node];

	ts_json_object(&d->j);
	ts_json_kstr(&d->j, "cause", n->id);
	put_steps(d, "steps", n->steps, n->nsteps);
	put_steps(d, "undo", n->undo, n->nundo);
	ts_json_kstr(&d->j, "verified", d->r->verified);
	ts_json_end(&d->j);
}

static void put_open(struct doc *d)
{
	const int *open;
	size_t n = d->s != NULL ? ts_session_open(d->s, &open) : 0;

	ts_json_key(&d->j, "open");
	ts_json_array(&d->j);
	for (size_t i = 0; i < n; i++) {
		const struct ts_node *q = &d->e->nodes[open[i]];

		ts_json_object(&d->j);
		ts_json_kstr(&d->j, "node", q->id);
		ts_json_kstr(&d->j, "question", q->title);
		ts_json_key(&d->j, "labels");
		ts_json_array(&d->j);
		for (size_t k = 0; k < q->nanswers; k++) {
			ts_json_str(&d->j, q->answers[k].label);
		}
		ts_json_end(&d->j);
		ts_json_end(&d->j);
	}
	ts_json_end(&d->j);
}

void ts_report_json(const struct ts_report *r, struct ts_buf *out)
{
	struct doc d = { .r = r, .s = r->session, .e = r->entry };

	d.a = ts_arena_new();
	d.redact = ts_redact_new(r->redact);
	ts_redact_learn_report(d.redact, r);
	ts_json_init(&d.j, out, true);
	ts_json_object(&d.j);
	ts_json_kstr(&d.j, "schema", "troubleshoot.report");
	ts_json_kint(&d.j, "version", 1);
	ts_json_kstr(&d.j, "program", r->program_version);
	ts_json_key(&d.j, "kb");
	ts_json_object(&d.j);
	ts_json_kstr(&d.j, "sha256", r->kb.sha256);
	ts_json_kint(&d.j, "entries", r->kb.entries);
	ts_json_end(&d.j);
	put_input(&d);
	put_entry(&d);
	put_machines(&d);
	put_parameters(&d);
	put_answers(&d);
	put_checks(&d);
	put_causes(&d);
	put_fix(&d);
	put_open(&d);
	ts_json_key(&d.j, "result");
	ts_json_object(&d.j);
	ts_json_kstr(&d.j, "state", ts_report_state(r));
	ts_json_kint(&d.j, "exit_code", r->exit_code);
	ts_json_end(&d.j);
	ts_json_end(&d.j);
	ts_buf_putc(out, '\n');
	ts_redact_free(d.redact);
	ts_arena_free(d.a);
}
