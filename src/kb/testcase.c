/* kb/testcase.c - reads NAME.test.yaml and holds its names against the entry. */
#include "kb/testcase.h"

#include <string.h>
#include "base/str.h"
#include "kb/date.h"
#include "kb/fields.h"

#define HINTS_MAX 200 /* problems after which nearest names are no longer looked for */

/* The readers of fields get a ts_reader first: the entry and the lists of its names, NULL-terminated,
 * stand behind it. */
struct test_reader {
	struct ts_reader r;
	const struct ts_entry *e;
	const char **nodes, **params, **machines;
	const char **given; /* keys of `given` */
};

static const struct test_reader *full(struct ts_reader *r)
{
	return (struct test_reader *)(void *)r;
}

static const struct ts_entry *entry_of(struct ts_reader *r)
{
	return full(r)->e;
}

static void list_names(struct test_reader *t)
{
	static const char *const keys[] = { "parameters", "gaps", "answers", "as_of" };
	const struct ts_entry *e = t->e;

	t->nodes = ts_arena_calloc(t->r.arena, e->nown + 1, sizeof(*t->nodes));
	t->params = ts_arena_calloc(t->r.arena, e->nparams + 1, sizeof(*t->params));
	t->given = ts_arena_calloc(t->r.arena, TS_COUNT(keys) + e->nmachines + 2, sizeof(*t->given));
	for (size_t i = 0; i < e->nown; i++) {
		t->nodes[i] = e->nodes[i].id;
	}
	for (size_t i = 0; i < e->nparams; i++) {
		t->params[i] = e->params[i].name;
	}
	memcpy(t->given, keys, sizeof(keys));
	t->machines = t->given + TS_COUNT(keys);
	t->machines[0] = "here";
	for (size_t i = 0; i < e->nmachines; i++) {
		t->machines[i + 1] = e->machines[i].name;
	}
}

/* Report a name that the entry does not have. */
static bool known(struct ts_reader *r, const char *what, struct ts_span span, const char *name,
	const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0) {
			return true;
		}
	}
	ts_diag(r->d, TS_ERROR, "test-unknown-name", r->src, span.off, span.len, "there is no %s \"%s\"%s",
		what, name,
		ts_diags_count(r->d, TS_ERROR) < HINTS_MAX ? ts_field_hint(r->arena, name, names) : "");
	return false;
}

static bool known_node(struct ts_reader *r, struct ts_span span, const char *id)
{
	return strchr(id, '#') != NULL || ts_entry_node(entry_of(r), id) >= 0 ||
	       known(r, "node of this entry called", span, id, full(r)->nodes);
}

static void known_label(struct ts_reader *r, struct ts_span span, const char *id, const char *label)
{
	int i = ts_entry_node(entry_of(r), id);
	const struct ts_node *n = i >= 0 ? &entry_of(r)->nodes[i] : NULL;
	const char **labels;

	if (n == NULL || ts_node_answer(n, label) != NULL) {
		return;
	}
	if (ts_diags_count(r->d, TS_ERROR) >= HINTS_MAX) {
		ts_diag(r->d, TS_ERROR, "test-unknown-name", r->src, span.off, span.len,
			"the node \"%s\" has no answer \"%s\"", id, label);
		return;
	}
	labels = ts_arena_calloc(r->arena, n->nanswers + 1, sizeof(*labels));
	for (size_t k = 0; k < n->nanswers; k++) {
		labels[k] = n->answers[k].label;
	}
	ts_diag(r->d, TS_ERROR, "test-unknown-name", r->src, span.off, span.len,
		"the node \"%s\" has no answer \"%s\"%s", id, label, ts_field_hint(r->arena, label, labels));
}

/* A mapping of names to scalars, in its order. */
static struct ts_test_pair *read_pairs(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, size_t *n)
{
	struct ts_test_pair *pairs;

	*n = 0;
	if (!ts_field_is(r, key, v, TS_YAML_MAP, "a mapping of names to values")) {
		return NULL;
	}
	pairs = ts_arena_calloc(r->arena, v->n, sizeof(*pairs));
	for (size_t i = 0; i < v->n; i++) {
		const struct ts_yaml *item = v->items[i];
		enum ts_yaml_type type = ts_yaml_type(item);

		if (ts_field_is(r, v->keys[i]->text, item, TS_YAML_SCALAR, "one value")) {
			pairs[(*n)++] = (struct ts_test_pair){
				.name = ts_arena_strdup(r->arena, v->keys[i]->text),
				.type = type,
				.value = type == TS_YAML_NULL ? NULL : ts_arena_strdup(r->arena, item->text),
				.span = ts_yaml_span(item),
				.name_span = ts_yaml_span(v->keys[i]),
			};
		}
	}
	return pairs;
}

static bool has_value(struct ts_reader *r, const struct ts_test_pair *p)
{
	if (p->value == NULL) {
		ts_diag(r->d, TS_ERROR, "empty-value", r->src, p->name_span.off, p->name_span.len,
			"\"%s\" needs a value", p->name);
	}
	return p->value != NULL;
}

static void read_params(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_case *c = out;

	c->params = read_pairs(r, key, v, &c->nparams);
	for (size_t i = 0; i < c->nparams; i++) {
		known(r, "parameter of this entry called", c->params[i].name_span, c->params[i].name,
			full(r)->params);
		has_value(r, &c->params[i]);
	}
}

static void read_answers(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_case *c = out;

	c->answers = read_pairs(r, key, v, &c->nanswers);
	for (size_t i = 0; i < c->nanswers; i++) {
		if (known_node(r, c->answers[i].name_span, c->answers[i].name) &&
			has_value(r, &c->answers[i])) {
			known_label(r, c->answers[i].span, c->answers[i].name, c->answers[i].value);
		}
	}
}

static void read_as_of(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_case *c = out;
	const char *text = ts_field_text(r, key, v);

	if (text != NULL && !ts_date_parse(text, &c->as_of) && !ts_parse_int(text, 1, INT64_MAX, &c->as_of)) {
		TS_FIELD_ERROR(r, v, "wrong-type",
			"\"as_of\" must be a time like 2026-11-22T08:00:00Z or Unix seconds, not \"%s\"",
			text);
	}
}

static void add_gap(struct ts_reader *r, struct ts_test_case *c, size_t *cap, const char *machine,
	const char *table, const char *subject, const struct ts_yaml *v)
{
	static const char *const states[] = { "denied", "not_collected", "unsupported", "timeout", "partial",
		NULL };
	struct ts_test_gap g = {
		.machine = machine, .table = table, .subject = subject, .span = ts_yaml_span(v)
	};
	const char *text = ts_field_text(r, table, v);

	if (text == NULL || !ts_field_choice(r, table, v, states) || !ts_seen_parse(text, &g.seen)) {
		return;
	}
	TS_ARENA_GROW(r->arena, c->gaps, *cap, c->ngaps);
	c->gaps[c->ngaps++] = g;
}

/* {server: {certificates: denied, windows_eventlog: {System: partial}}} */
static void read_gaps(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_case *c = out;
	size_t cap = 0;

	if (!ts_field_is(r, key, v, TS_YAML_MAP, "a mapping of machines to {table: state}")) {
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		const struct ts_yaml *tables = v->items[i];
		const char *machine = ts_arena_strdup(r->arena, v->keys[i]->text);

		known(r, "machine of this entry called", ts_yaml_span(v->keys[i]), machine,
			full(r)->machines);
		if (!ts_field_is(r, machine, tables, TS_YAML_MAP, "a mapping of tables to states")) {
			continue;
		}
		for (size_t k = 0; k < tables->n; k++) {
			const struct ts_yaml *state = tables->items[k];
			const char *table = ts_arena_strdup(r->arena, tables->keys[k]->text);

			if (state->kind != TS_YAML_MAP) {
				add_gap(r, c, &cap, machine, table, NULL, state);
			}
			for (size_t s = 0; state->kind == TS_YAML_MAP && s < state->n; s++) {
				add_gap(r, c, &cap, machine, table,
					ts_arena_strdup(r->arena, state->keys[s]->text), state->items[s]);
			}
		}
	}
}

static void read_table(
	struct ts_reader *r, const struct ts_yaml *key, const struct ts_yaml *v, struct ts_test_table *t)
{
	t->name = ts_arena_strdup(r->arena, key->text);
	t->span = ts_yaml_span(key);
	if (!ts_field_is(r, t->name, v, TS_YAML_LIST,
		    "a list of rows, each a mapping of columns to values ([] is an empty table)")) {
		return;
	}
	t->rows = ts_arena_calloc(r->arena, v->n, sizeof(*t->rows));
	for (size_t i = 0; i < v->n; i++) {
		t->rows[t->nrows].span = ts_yaml_span(v->items[i]);
		t->rows[t->nrows].pairs = read_pairs(r, t->name, v->items[i], &t->rows[t->nrows].n);
		t->nrows++;
	}
}

static void read_machine(
	struct ts_reader *r, const struct ts_yaml *key, const struct ts_yaml *v, struct ts_test_case *c)
{
	struct ts_test_machine *m = &c->machines[c->nmachines++];

	m->name = ts_arena_strdup(r->arena, key->text);
	m->span = ts_yaml_span(key);
	if (!ts_field_is(r, m->name, v, TS_YAML_MAP, "a mapping of tables to lists of rows")) {
		return;
	}
	m->tables = ts_arena_calloc(r->arena, v->n, sizeof(*m->tables));
	for (size_t i = 0; i < v->n; i++) {
		read_table(r, v->keys[i], v->items[i], &m->tables[m->ntables++]);
	}
}

/* What is no key of `given` is a machine. */
static void read_given(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const struct ts_field fields[] = {
		{ "parameters", TS_FIELD_CUSTOM, .read = read_params },
		{ "gaps", TS_FIELD_CUSTOM, .read = read_gaps },
		{ "answers", TS_FIELD_CUSTOM, .read = read_answers },
		{ "as_of", TS_FIELD_CUSTOM, .read = read_as_of },
		{ NULL },
	};
	struct ts_test_case *c = out;

	if (!ts_field_is(r, key, v, TS_YAML_MAP, "a mapping of parameters, machines, gaps and answers")) {
		return;
	}
	c->machines = ts_arena_calloc(r->arena, v->n, sizeof(*c->machines));
	for (size_t i = 0; i < v->n; i++) {
		const struct ts_field *f = fields;

		if (ts_yaml_get(v, v->keys[i]->text) != v->items[i]) {
			continue;
		}
		while (f->key != NULL && strcmp(f->key, v->keys[i]->text) != 0) {
			f++;
		}
		if (f->key != NULL) {
			f->read(r, f->key, v->items[i], c);
		} else if (known(r, "machine of this entry called", ts_yaml_span(v->keys[i]),
				   v->keys[i]->text, full(r)->given)) {
			read_machine(r, v->keys[i], v->items[i], c);
		}
	}
}

static void read_end(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_expect *x = out;
	const char *text = ts_field_text(r, key, v), *slash;

	if (text == NULL) {
		return;
	}
	x->end = text;
	x->end_span = ts_yaml_span(v);
	slash = strrchr(text, '/');
	if (slash != NULL && (strchr(text, '#') == NULL || strchr(slash, '#') == NULL)) {
		x->end = ts_arena_strndup(r->arena, text, (size_t)(slash - text));
		x->end_label = slash + 1;
	}
	if (known_node(r, x->end_span, x->end) && x->end_label != NULL) {
		known_label(r, x->end_span, x->end, x->end_label);
	}
}

static struct ts_text_item *read_nodes(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, size_t *n, bool *says)
{
	struct ts_text_item *items = ts_field_items(r, key, v, n);

	*says = true;
	for (size_t i = 0; i < *n; i++) {
		known_node(r, items[i].span, items[i].text);
	}
	return items;
}

/* A reader per list of nodes: they differ by their place only. */
#define NODES(field)                                                                                         \
	static void read_##field(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)   \
	{                                                                                                    \
		struct ts_test_expect *x = out;                                                              \
                                                                                                             \
		x->field = read_nodes(r, key, v, &x->n##field, &x->says_##field);                            \
	}
NODES(asked)
NODES(confirmed)
NODES(excluded)
NODES(possible)
NODES(unknown)
NODES(way)
NODES(first)

static void read_status(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const char *const states[] = { "confirmed", "excluded", "possible", "off-path", NULL };
	struct ts_test_expect *x = out;

	x->status = read_pairs(r, key, v, &x->nstatus);
	for (size_t i = 0; i < x->nstatus; i++) {
		known_node(r, x->status[i].name_span, x->status[i].name);
		if (has_value(r, &x->status[i])) {
			known(r, "status of a cause called", x->status[i].span, x->status[i].value, states);
		}
	}
}

static void read_checks(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_expect *x = out;

	x->checks = read_pairs(r, key, v, &x->nchecks);
	for (size_t i = 0; i < x->nchecks; i++) {
		known_node(r, x->checks[i].name_span, x->checks[i].name);
		has_value(r, &x->checks[i]);
	}
}

static void read_result(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_test_expect *x = out;

	/* any value may come out of a check: "unknown", "none", or one that "otherwise" takes */
	x->result = read_pairs(r, key, v, &x->nresult);
	for (size_t i = 0; i < x->nresult; i++) {
		known_node(r, x->result[i].name_span, x->result[i].name);
		has_value(r, &x->result[i]);
	}
}

static void read_expect(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const struct ts_field fields[] = {
		{ "asked", TS_FIELD_CUSTOM, .read = read_asked },
		{ "checks", TS_FIELD_CUSTOM, .read = read_checks },
		{ "confirmed", TS_FIELD_CUSTOM, .read = read_confirmed },
		{ "end", TS_FIELD_CUSTOM, .read = read_end },
		{ "excluded", TS_FIELD_CUSTOM, .read = read_excluded },
		{ "first", TS_FIELD_CUSTOM, .read = read_first },
		{ "possible", TS_FIELD_CUSTOM, .read = read_possible },
		{ "result", TS_FIELD_CUSTOM, .read = read_result },
		{ "status", TS_FIELD_CUSTOM, .read = read_status },
		{ "unknown", TS_FIELD_CUSTOM, .read = read_unknown },
		{ "way", TS_FIELD_CUSTOM, .read = read_way },
		{ NULL },
	};

	(void)key;
	ts_fields_read(r, v, "\"expect\"", ts_yaml_span(v), fields, &((struct ts_test_case *)out)->expect);
}

bool ts_test_case_still(const struct ts_test_case *c)
{
	const struct ts_test_expect *x = &c->expect;

	return (x->nchecks > 0 || x->says_first) && x->end == NULL && !x->says_asked && !x->says_confirmed &&
	       !x->says_excluded && !x->says_possible && !x->says_unknown && !x->says_way &&
	       x->nstatus == 0 && x->nresult == 0;
}

struct ts_test_file *ts_testcases_read(
	struct ts_arena *a, const struct ts_source *src, const struct ts_entry *e, struct ts_diags *d)
{
	static const struct ts_field fields[] = {
		{ "expect", TS_FIELD_CUSTOM, true, .read = read_expect },
		{ "given", TS_FIELD_CUSTOM, true, .read = read_given },
		{ "name", TS_FIELD_TEXT, true, offsetof(struct ts_test_case, name) },
		{ NULL },
	};
	struct test_reader t = { .r = { a, src, d }, .e = e };
	struct ts_test_file *file = ts_arena_alloc(a, sizeof(*file));
	struct ts_yaml *root = ts_yaml_parse(a, src, NULL, 0, src->len, d);

	list_names(&t);
	if (root == NULL || !ts_field_is(&t.r, "test cases", root, TS_YAML_LIST,
				    "a list of {name: ..., given: ..., expect: ...}")) {
		return file;
	}
	file->cases = ts_arena_calloc(a, root->n, sizeof(*file->cases));
	for (size_t i = 0; i < root->n; i++) {
		struct ts_test_case *c = &file->cases[file->ncases++];

		c->name = "";
		c->span = ts_yaml_span(root->items[i]);
		ts_fields_read(&t.r, root->items[i], "a test case", c->span, fields, c);
	}
	return file;
}
