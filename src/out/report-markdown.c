/* out/report-markdown.c - the report as a ticket in Markdown (interface.md "Export"). */
#include <string.h>
#include "base/arena.h"
#include "out/links.h"
#include "out/ticket.h"

static void put_meanings(struct ts_ticket *m, const char *number, const struct ts_meaning *meanings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *role = ts_code_role_title(meanings[i].role);

		ts_ticket_raw(m, "- ");
		ts_ticket_code(m, number);
		ts_ticket_raw(m, *role != '\0' ? " as " : ": ");
		ts_ticket_raw(m, role);
		ts_ticket_raw(m, *role != '\0' ? ": " : "");
		ts_ticket_text(m, meanings[i].text);
		if (meanings[i].name != NULL && *meanings[i].name != '\0') {
			ts_ticket_raw(m, " (");
			ts_ticket_code(m, meanings[i].name);
			ts_ticket_raw(m, ")");
		}
		ts_ticket_raw(m, "\n");
	}
}

static void put_head(struct ts_ticket *m)
{
	const struct ts_report *r = m->r;

	ts_ticket_raw(m, "# ");
	ts_ticket_text(m, r->entry != NULL  ? r->entry->heading
			  : r->code != NULL ? r->code
					    : "A problem without an entry");
	ts_ticket_raw(m, "\n\n");
	if (r->code != NULL) {
		ts_ticket_raw(m, "- Code: ");
		ts_ticket_code(m, r->code);
		if (r->ext != NULL) {
			ts_ticket_raw(m, ", extended ");
			ts_ticket_code(m, r->ext);
		}
		ts_ticket_raw(m, "\n");
	}
	ts_ticket_raw(m, "- Date: ");
	ts_ticket_raw(m, ts_model_time(r->now, false, m->a));
	ts_ticket_raw(m, "\n- Result: ");
	ts_ticket_raw(m, ts_report_state(r));
	ts_ticket_raw(m, "\n");
	for (size_t i = 0; i < r->nmachines; i++) {
		const struct ts_report_machine *machine = &r->machines[i];

		ts_ticket_raw(m, "- Machine ");
		ts_ticket_code(m, machine->name);
		ts_ticket_raw(m, machine->title != NULL ? ", " : "");
		ts_ticket_text(m, machine->title != NULL ? machine->title : "");
		ts_ticket_raw(m, ": ");
		ts_ticket_raw(
			m, strcmp(machine->source, "none") == 0 ? "no evidence was given" : machine->source);
		if (strcmp(machine->source, "none") != 0) {
			ts_ticket_raw(m, ", as of ");
			ts_ticket_raw(m, ts_model_time(machine->as_of, false, m->a));
		}
		ts_ticket_raw(m, "\n");
	}
}

static void put_meaning(struct ts_ticket *m)
{
	const struct ts_report *r = m->r;

	if (r->nmeanings + r->next_meanings == 0 && r->entry == NULL) {
		return;
	}
	ts_ticket_section(m, "What it means");
	put_meanings(m, r->code, r->meanings, r->nmeanings);
	put_meanings(m, r->ext, r->ext_meanings, r->next_meanings);
	if (r->entry != NULL && r->entry->meaning != NULL && *r->entry->meaning != '\0') {
		ts_ticket_raw(m, r->nmeanings + r->next_meanings > 0 ? "\n" : "");
		ts_ticket_fragment(m, r->entry->meaning, strlen(r->entry->meaning), 0);
	}
}

static void put_check(struct ts_ticket *m, int node)
{
	const struct ts_node *n = &m->e->nodes[node];
	const struct ts_result *r = ts_session_result(m->s, node);
	enum ts_verdict v = ts_model_verdict(m->s, node);

	ts_ticket_raw(m, "- **");
	ts_ticket_raw(m, ts_model_verdict_word(v));
	ts_ticket_raw(m, "** ");
	ts_ticket_text(m, n->title);
	ts_ticket_raw(m, "\n");
	ts_ticket_raw(m, "  (on ");
	ts_ticket_text(m, ts_model_machine(m->e, n->machine != NULL ? n->machine : "here", m->a));
	ts_ticket_raw(m, ts_arena_printf(m->a, ", %s)", ts_model_duration(r->ms, m->a)));
	if (r->reason != NULL) {
		ts_ticket_raw(m, "\n  ");
		ts_ticket_text(m, r->reason);
		if (r->hint != NULL) {
			ts_ticket_raw(m, ". To make it known: ");
			ts_ticket_code(m, r->hint);
		}
	}
	ts_ticket_raw(m, "\n");
	if (r->answer != NULL && (v == TS_VERDICT_OK || v == TS_VERDICT_FAIL)) {
		ts_ticket_raw(m, "  - answer: ");
		ts_ticket_code(m, r->answer);
		ts_ticket_raw(m, "\n");
	}
	for (size_t i = 0; i < r->nrows; i++) {
		bool first = true;

		for (size_t k = 1; k < r->rows[i].n; k++) {
			const struct ts_cell *c = &r->rows[i].cells[k];

			ts_ticket_raw(m, first ? "  - " : ", ");
			ts_ticket_text(m, c->name);
			ts_ticket_raw(m, " ");
			ts_ticket_code(m, c->text != NULL ? c->text : "NULL");
			first = false;
		}
		ts_ticket_raw(m, first ? "" : "\n");
	}
	if (r->more_rows) {
		ts_ticket_raw(m, "  - and more rows\n");
	}
}

static void put_checks(struct ts_ticket *m)
{
	int *nodes;
	size_t n = ts_model_checks(m->s, m->a, &nodes);

	if (n == 0) {
		return;
	}
	ts_ticket_section(m, "What was checked");
	for (size_t i = 0; i < n; i++) {
		put_check(m, nodes[i]);
	}
}

static void put_path(struct ts_ticket *m)
{
	const struct ts_trail_item *items;
	size_t n = ts_session_trail(m->s, &items);

	if (n == 0) {
		return;
	}
	ts_ticket_section(m, "The path taken");
	for (size_t i = 0; i < n; i++) {
		ts_ticket_raw(m, ts_arena_printf(m->a, "%zu. ", i + 1));
		ts_ticket_text(m, m->e->nodes[items[i].node].title);
		ts_ticket_raw(m, " ");
		ts_ticket_code(m, items[i].label);
		ts_ticket_raw(m, ts_arena_printf(m->a, " (by %s)\n", ts_by_name(items[i].by)));
	}
}

static void put_causes(struct ts_ticket *m)
{
	const struct ts_cause *causes;
	size_t n = ts_session_causes(m->s, &causes);
	const char *contradiction;

	ts_ticket_section(m, "Causes");
	if (strcmp(ts_report_state(m->r), "nothing-found") == 0) {
		ts_ticket_raw(m, "None of the causes known here fits what was seen.\n\n");
	}
	for (size_t i = 0; i < m->e->nnodes; i++) {
		const struct ts_answer *answer = ts_model_conclusion(m->s, (int)i);

		if (answer != NULL) {
			ts_ticket_fragment(m, answer->text, strlen(answer->text), 0);
			ts_ticket_raw(m, "\n");
		}
	}
	for (size_t i = 0; i < n; i++) {
		const char *why = ts_model_reason(m->s, &causes[i], m->a);

		ts_ticket_raw(m, ts_arena_printf(m->a, "%zu. **%s** ", i + 1, ts_model_status(&causes[i])));
		ts_ticket_text(m, m->e->nodes[causes[i].node].title);
		if (why != NULL) {
			ts_ticket_raw(m, ": ");
			ts_ticket_code(m, why);
		}
		ts_ticket_raw(m, "\n");
	}
	for (size_t i = 0; (contradiction = ts_session_contradiction(m->s, i)) != NULL; i++) {
		ts_ticket_raw(m, i == 0 ? "\n" : "");
		ts_ticket_raw(m, "- Contradiction: ");
		ts_ticket_text(m, contradiction);
		ts_ticket_raw(m, "\n");
	}
}

static void put_steps(struct ts_ticket *m, const struct ts_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const size_t indent = strlen("- ");

		ts_ticket_raw(m, ts_arena_printf(m->a, "- [ ] **%zu.** ", i + 1));
		ts_ticket_fragment(m, steps[i].text, strlen(steps[i].text), indent);
		for (size_t k = 0; k < steps[i].ncommands; k++) {
			ts_ticket_raw(m, "\n");
			if (k > 0) {
				ts_ticket_lines(m, "or\n", indent, true);
				ts_ticket_raw(m, "\n");
			}
			ts_ticket_fence(m, steps[i].commands[k].shell, steps[i].commands[k].text, indent);
		}
	}
}

static void put_fact(struct ts_ticket *m, const char *name, const char *value)
{
	if (value != NULL && *value != '\0') {
		ts_ticket_raw(m, "- ");
		ts_ticket_raw(m, name);
		ts_ticket_raw(m, ": ");
		ts_ticket_text(m, value);
		ts_ticket_raw(m, "\n");
	}
}

static void put_fix(struct ts_ticket *m, const struct ts_cause *c)
{
	const struct ts_node *n = &m->e->nodes[c->node];
	const char *needs = "";

	ts_ticket_raw(m, "\n## Fix: ");
	ts_ticket_text(m, n->title);
	ts_ticket_raw(m, ts_arena_printf(m->a, "\n\n- Status of this cause: %s\n", ts_model_status(c)));
	put_fact(m, "Where", n->where != NULL ? ts_model_machine(m->e, n->where, m->a) : NULL);
	for (const char **need = n->needs; need != NULL && *need != NULL; need++) {
		needs = ts_arena_printf(
			m->a, "%s%s%s", needs, *needs != '\0' ? ", " : "", ts_model_need(*need));
	}
	put_fact(m, "Needs", needs);
	put_fact(m, "Time", n->minutes > 0 ? ts_model_minutes(n->minutes, m->a) : NULL);
	put_fact(m, "Effect", n->effect);
	put_fact(m, "Risk", n->risk);
	put_fact(m, "Undo", n->irreversible ? "not possible" : NULL);
	ts_ticket_raw(m, "\n");
	put_steps(m, n->steps, n->nsteps);
	if (n->nundo > 0 || n->undo_text != NULL) {
		ts_ticket_raw(m, "\n### Undo\n\n");
		if (n->undo_text != NULL) {
			ts_ticket_fragment(m, n->undo_text, strlen(n->undo_text), 0);
			ts_ticket_raw(m, n->nundo > 0 ? "\n" : "");
		}
		put_steps(m, n->undo, n->nundo);
	}
	ts_ticket_raw(m, "\n### Verification\n\n");
	ts_ticket_raw(m, m->r->verified != NULL ? "After the steps: " : "Not verified yet");
	ts_ticket_text(m, m->r->verified != NULL ? m->r->verified : "");
	ts_ticket_raw(m, n->sql != NULL ? ". The check of this cause must say `absent`.\n"
					: ". Try again what failed.\n");
}

static void put_fixes(struct ts_ticket *m)
{
	const struct ts_cause *causes, *first = ts_report_first_cause(m->r);
	size_t n = ts_session_causes(m->s, &causes);

	if (first != NULL) {
		put_fix(m, first);
	}
	for (size_t i = 0; i < n && m->r->all && m->r->cause == NULL; i++) {
		if (&causes[i] != first) {
			put_fix(m, &causes[i]);
		}
	}
}

static void put_open(struct ts_ticket *m)
{
	int *nodes;
	size_t n = ts_model_open(m->r, m->a, &nodes);

	if (n == 0) {
		return;
	}
	ts_ticket_section(m, "Open questions");
	for (size_t i = 0; i < n; i++) {
		const struct ts_node *q = &m->e->nodes[nodes[i]];
		bool first = true;

		ts_ticket_raw(m, "- ");
		ts_ticket_text(m, q->title);
		for (size_t k = 0; k < q->nanswers; k++) {
			if (ts_model_can_choose(&q->answers[k])) {
				ts_ticket_raw(m, first ? " " : ", ");
				ts_ticket_code(m, q->answers[k].label);
				first = false;
			}
		}
		ts_ticket_raw(m, "\n");
	}
}

static void put_sources(struct ts_ticket *m)
{
	const struct ts_report *r = m->r;

	ts_ticket_section(m, "Sources");
	for (size_t i = 0; m->e != NULL && i < m->e->nsources; i++) {
		const char *url = ts_url_encode(m->a, m->e->sources[i].text);

		ts_ticket_raw(m, "- ");
		if (ts_links_clickable(url) && strpbrk(url, "<>") == NULL) {
			ts_ticket_raw(m, "<");
			ts_ticket_raw(m, url);
			ts_ticket_raw(m, ">");
		} else {
			ts_ticket_code(m, m->e->sources[i].text);
		}
		ts_ticket_raw(m, "\n");
	}
	for (size_t i = 0; m->e == NULL && i < r->nnear; i++) {
		ts_ticket_raw(m, "- near: ");
		ts_ticket_code(m, r->near[i].id);
		ts_ticket_raw(m, " ");
		ts_ticket_text(m, r->near[i].title);
		ts_ticket_raw(m, "\n");
	}
	if (m->e != NULL) {
		ts_ticket_raw(m, "- Entry ");
		ts_ticket_code(m, m->e->id);
		ts_ticket_raw(m, ", reviewed ");
		ts_ticket_text(m, m->e->reviewed);
		ts_ticket_raw(m, "\n");
	}
	ts_ticket_raw(m, ts_arena_printf(m->a, "- troubleshoot %s, knowledge `%.12s` (%lld entries)\n",
				 r->program_version != NULL ? r->program_version : "?", r->kb.sha256,
				 (long long)r->kb.entries));
}

void ts_report_markdown(const struct ts_report *r, struct ts_buf *out)
{
	struct ts_ticket m = { .r = r, .s = r->session, .e = r->entry, .out = out };

	m.a = ts_arena_new();
	m.redact = ts_redact_new(r->redact);
	ts_redact_learn_report(m.redact, r);
	put_head(&m);
	put_meaning(&m);
	if (m.s != NULL) {
		put_checks(&m);
		put_path(&m);
		put_causes(&m);
		put_fixes(&m);
		put_open(&m);
	}
	put_sources(&m);
	ts_redact_free(m.redact);
	ts_arena_free(m.a);
}
