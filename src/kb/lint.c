/* kb/lint.c - one run of the linter over a set of packs. */
#include "kb/lint-int.h"

#include <string.h>
#include "base/str.h"
#include "kb/fields.h"

const char *ts_lint_hint(struct ts_linting *l, const char *word, const char *const *words)
{
	return ts_diags_count(l->d, TS_ERROR) < LINT_HINTS_MAX ? ts_field_hint(l->arena, word, words) : "";
}

struct ts_span ts_lint_find(const struct ts_linting *l, struct ts_span span, const char *text, size_t n)
{
	const char *at = n > 0 ? memmem(l->src->text + span.off, span.len, text, n) : NULL;

	return at != NULL ? (struct ts_span){ (size_t)(at - l->src->text), n } : span;
}

bool ts_lint_has_front(const struct ts_linting *l)
{
	return l->e->title[0] != '\0' || l->e->reviewed[0] != '\0' || l->e->nsources > 0;
}

const char *const *ts_lint_machines(struct ts_linting *l)
{
	const char **names = ts_arena_calloc(l->arena, l->e->nmachines + 2, sizeof(*names));

	names[0] = "here";
	for (size_t i = 0; i < l->e->nmachines; i++) {
		names[i + 1] = l->e->machines[i].name;
	}
	return names;
}

static void compile_refused(struct ts_linting *l)
{
	l->refused = ts_arena_calloc(l->arena, l->set->npacks + 1, sizeof(*l->refused));
	for (size_t i = 0; i < l->set->npacks; i++) {
		const struct ts_pack *pack = &l->set->packs[i];

		l->refused[i] = ts_arena_calloc(l->arena, pack->nrefused + 1, sizeof(*l->refused[i]));
		for (size_t k = 0; k < pack->nrefused; k++) {
			l->refused[i][k] = ts_regex_new(pack->refused[k].pattern, true, NULL, NULL);
		}
	}
}

static void free_refused(struct ts_linting *l)
{
	for (size_t i = 0; i < l->set->npacks; i++) {
		for (size_t k = 0; k < l->set->packs[i].nrefused; k++) {
			ts_regex_free(l->refused[i][k]);
		}
	}
}

static const char *const *all_ids(struct ts_linting *l)
{
	const char **ids = ts_arena_calloc(l->arena, l->set->nentries + 1, sizeof(*ids));

	for (size_t i = 0; i < l->set->nentries; i++) {
		ids[i] = l->set->entries[i].entry->id;
	}
	return ids;
}

void ts_lint(struct ts_pack_set *set, int64_t today, struct ts_diags *d)
{
	struct ts_linting l = { .arena = ts_arena_new(), .d = d, .set = set, .today = today };

	l.codes = ts_strmap_new(l.arena);
	l.patterns = ts_strmap_new(l.arena);
	l.ids = all_ids(&l);
	compile_refused(&l);
	ts_lint_packs(&l);
	for (size_t i = 0; i < set->nentries; i++) {
		l.pe = &set->entries[i];
		l.e = l.pe->entry;
		l.src = l.pe->src;
		l.pack = &set->packs[l.pe->pack];
		ts_lint_entry(&l);
		ts_lint_nodes(&l);
		ts_lint_checks(&l);
		ts_lint_commands(&l);
		ts_lint_tests(&l);
	}
	ts_lint_messages(&l);
	ts_lint_graph(&l);
	ts_lint_schemas_free(&l);
	ts_lint_commands_free(&l);
	free_refused(&l);
	ts_arena_free(l.arena);
}
