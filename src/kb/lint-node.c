/* kb/lint-node.c - rules about what a node must have and what its words may be. */
#include <string.h>
#include "kb/lint-int.h"

static bool in(const char *word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, word) == 0) {
			return true;
		}
	}
	return false;
}

static const char *const *labels(struct ts_linting *l, const struct ts_node *n)
{
	const char **out = ts_arena_calloc(l->arena, n->nanswers + 1, sizeof(*out));

	for (size_t i = 0; i < n->nanswers; i++) {
		out[i] = n->answers[i].label;
	}
	return out;
}

static void check_answers(struct ts_linting *l, const struct ts_node *n)
{
	static const char *const of_causes[] = { "solved", "not solved", "present", "absent", "unknown",
		NULL };
	static const char *const only_causes[] = { "solved", "not solved", "present", "absent", NULL };

	for (size_t i = 0; i < n->nanswers; i++) {
		const struct ts_answer *a = &n->answers[i];

		if (ts_node_answer(n, a->label) != a) {
			LINT(l, TS_ERROR, "label-twice", a->span,
				"the label \"%s\" stands in this node twice", a->label);
		}
		if (n->kind == TS_NODE_CAUSE && !in(a->label, of_causes)) {
			LINT(l, TS_ERROR, "reserved-label", a->span,
				"a cause has no answer \"%s\": it may have solved, not solved, present, "
				"absent and unknown",
				a->label);
		} else if (n->kind == TS_NODE_QUESTION && in(a->label, only_causes)) {
			LINT(l, TS_ERROR, "reserved-label", a->span,
				"the label \"%s\" belongs to causes: call this answer something else",
				a->label);
		}
		if (a->target == NULL && a->text[0] == '\0') {
			LINT(l, TS_ERROR, "answer-empty", a->span,
				"the answer \"%s\" leads nowhere and says nothing: write a link or what "
				"follows from it",
				a->label);
		}
	}
}

static struct ts_span fact_span(
	const struct ts_linting *l, const struct ts_node *n, const char *key, const char *value)
{
	const char *at = memmem(l->src->text + n->span.off, n->span.len, key, strlen(key));
	struct ts_span rest;

	if (at == NULL) {
		return n->title_span;
	}
	rest.off = (size_t)(at - l->src->text);
	rest.len = n->span.off + n->span.len - rest.off;
	rest = ts_lint_find(l, rest, value, strlen(value));
	return rest.len == strlen(value) ? rest : n->title_span;
}

static void check_certain(struct ts_linting *l, const struct ts_node *n)
{
	static const char *const of_causes[] = { "present", "absent", NULL };
	const char *const *legal = n->kind == TS_NODE_CAUSE ? of_causes : labels(l, n);

	if (n->certain[0] != NULL && n->sql == NULL) {
		LINT(l, TS_ERROR, "certain", fact_span(l, n, "\ncertain:", "certain"),
			"\"certain\" is about a check's results, and this node has no check");
		return;
	}
	for (const char **c = n->certain; *c != NULL; c++) {
		if (strcmp(*c, "unknown") == 0 || strcmp(*c, "otherwise") == 0 || !in(*c, legal)) {
			LINT(l, TS_ERROR, "certain", fact_span(l, n, "\ncertain:", *c),
				"\"%s\" is no result that this node has%s", *c, ts_lint_hint(l, *c, legal));
		}
	}
}

static void check_cause(struct ts_linting *l, const struct ts_node *n)
{
	bool undo = n->nundo > 0 || n->undo_text != NULL;
	const char *const *machines = ts_lint_machines(l);

	if (n->nsteps == 0) {
		LINT(l, TS_ERROR, "no-steps", n->title_span,
			"the cause \"%s\" has no steps: say in an ordered list how it is put right",
			n->title);
	}
	if (!undo && !n->irreversible) {
		LINT(l, TS_ERROR, "no-undo", n->title_span,
			"the cause \"%s\" has no \"### Undo\": say how its steps are taken back, or "
			"\"irreversible: true\"",
			n->title);
	} else if (undo && n->irreversible) {
		LINT(l, TS_ERROR, "undo-irreversible", n->title_span,
			"the cause \"%s\" is irreversible and has an Undo section: one of the two is wrong",
			n->title);
	}
	if (n->sql == NULL && ts_node_answer(n, "not solved") == NULL) {
		LINT(l, TS_ERROR, "no-check", n->title_span,
			"the cause \"%s\" has neither a check nor an answer \"not solved\", so nobody can "
			"tell whether its steps helped",
			n->title);
	}
	if (n->where != NULL && !in(n->where, machines) && ts_lint_has_front(l)) {
		LINT(l, TS_ERROR, "where", fact_span(l, n, "\nwhere:", n->where),
			"\"where\" names no machine of this entry: \"%s\"%s", n->where,
			ts_lint_hint(l, n->where, machines));
	}
}

static void check_class(struct ts_linting *l, const struct ts_node *n)
{
	const char **names;

	if (n->cause_class == NULL || l->pack->nclasses == 0) {
		return;
	}
	names = ts_arena_calloc(l->arena, l->pack->nclasses + 1, sizeof(*names));
	for (size_t i = 0; i < l->pack->nclasses; i++) {
		names[i] = l->pack->classes[i].name;
	}
	if (!in(n->cause_class, names)) {
		LINT(l, TS_ERROR, "class", fact_span(l, n, "\nclass:", n->cause_class),
			"pack.yaml has no class \"%s\"%s", n->cause_class,
			ts_lint_hint(l, n->cause_class, names));
	}
}

static void check_question(struct ts_linting *l, const struct ts_node *n)
{
	if (n->nanswers == 0) {
		LINT(l, TS_ERROR, "no-answers", n->title_span,
			"\"%s\" has no answers: a question ends with a list of them, a cause begins with a "
			"yaml block that says \"cause: WEIGHT\"",
			n->title);
	}
	if (n->ask_never && n->sql == NULL) {
		LINT(l, TS_ERROR, "ask-never", n->title_span,
			"nobody is asked \"%s\" and it has no check, so nothing answers it", n->title);
	} else if (n->ask_never && ts_node_answer(n, "unknown") == NULL) {
		LINT(l, TS_ERROR, "ask-never", n->title_span,
			"nobody is asked \"%s\", so it needs an answer \"unknown\" for when its check cannot "
			"tell",
			n->title);
	}
}

/* Weights are percentages, so that those of entries that link to each other can be compared. */
static void check_weights(struct ts_linting *l)
{
	double sum = 0;
	const struct ts_node *last = NULL;

	for (size_t i = 0; i < l->e->nown; i++) {
		if (l->e->nodes[i].kind == TS_NODE_CAUSE) {
			sum += l->e->nodes[i].weight;
			last = &l->e->nodes[i];
		}
	}
	if (sum > 100 + 1e-9) {
		LINT(l, TS_WARNING, "weights", last->title_span,
			"the weights of the entry's causes add up to %g: of a hundred people who see what it "
			"is "
			"about, at most a hundred have one of them",
			sum);
	}
}

void ts_lint_nodes(struct ts_linting *l)
{
	check_weights(l);
	for (size_t i = 0; i < l->e->nown; i++) {
		const struct ts_node *n = &l->e->nodes[i];

		if (n->why[0] == '\0') {
			LINT(l, TS_ERROR, "no-why", n->title_span,
				"\"%s\" has no prose: say in a paragraph %s", n->title,
				n->kind == TS_NODE_CAUSE ? "how this breaks things" : "why this is asked");
		}
		if (n->kind == TS_NODE_CAUSE) {
			check_cause(l, n);
			check_class(l, n);
		} else {
			check_question(l, n);
		}
		check_answers(l, n);
		check_certain(l, n);
	}
}
