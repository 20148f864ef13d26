/* cmd/kb-test.c - `kb test [--coverage] DIR...`: every entry's test cases through the real stepper. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/gate.h"
#include "engine/kbtest.h"
#include "kb/lint.h"
#include "kb/pack.h"
#include "os/os.h"

struct totals {
	size_t cases, failed, ncover, covered, untested;
};

static void print_cases(const struct ts_options *o, const char *id, const struct ts_kbtest *t)
{
	for (size_t i = 0; i < t->ncases; i++) {
		const struct ts_kbtest_case *c = &t->cases[i];
		if (!c->passed) {
			ts_gate_fprintf(stdout, "FAIL %s: %s\n%s", id, c->name, c->text);
		} else if (o->verbose) {
			ts_gate_fprintf(stdout, "ok   %s: %s (%.1f ms)\n", id, c->name, c->ms);
		}
	}
}

static void print_uncovered(const struct ts_entry *e, const struct ts_kbtest *t)
{
	for (size_t i = 0; i < t->ncover; i++) {
		const struct ts_kbtest_cover *c = &t->cover[i];
		if (!c->reached) {
			const char *label = c->label;
			ts_gate_fprintf(stdout, "not reached: %s: %s%s%s\n", e->id, e->nodes[c->node].id,
				label ? ": answer " : " (cause)", label ? label : "");
		}
	}
}

static void test_entry(const struct ts_options *o, struct ts_kb *kb, const struct ts_pack_entry *pe,
	struct ts_diags *d, struct totals *sum)
{
	struct ts_err err;
	if (pe->test_src == NULL) {
		sum->untested++;
		if (o->coverage) {
			ts_gate_fprintf(stdout, "not tested: %s has no test cases\n", pe->entry->id);
		}
		return;
	}
	/* As it is read from kb.db, with the nodes of the entries that it links to. */
	struct ts_entry *e = ts_kb_load(kb, pe->entry->id, &err);
	if (e == NULL) {
		ts_cmd_error(0, "%s", err.text);
		sum->failed++;
		return;
	}
	struct ts_arena *a = ts_arena_new();
	struct ts_test_file *file = ts_testcases_read(a, pe->test_src, e, d);
	struct ts_kbtest *t = ts_kbtest_run(e, file);
	print_cases(o, e->id, t);
	if (o->coverage) {
		print_uncovered(e, t);
	}
	sum->cases += t->ncases;
	sum->failed += t->nfailed;
	sum->ncover += t->ncover;
	sum->covered += t->ncovered;
	ts_kbtest_free(t);
	ts_arena_free(a);
	ts_entry_free(e);
}

/* False when the folder cannot be read or its entries have errors. */
static bool test_folder(const struct ts_options *o, const char *dir, struct totals *sum)
{
	struct ts_err err;
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set = ts_pack_read(dir, d, &err);
	struct ts_kb *kb = ts_kb_new();
	bool ok = set != NULL;
	if (!ok) {
		ts_cmd_error(0, "%s", err.text);
	} else {
		ts_lint(set, ts_os_now(), d);
		ok = ts_diags_count(d, TS_ERROR) == 0;
		if (ok && !ts_kb_add(kb, dir, NULL, &err)) {
			ts_cmd_error(0, "%s", err.text);
			ok = false;
		}
		for (size_t i = 0; ok && i < set->nentries; i++) {
			test_entry(o, kb, &set->entries[i], d, sum);
		}
		if (ts_diags_count(d, TS_ERROR) > 0) {
			ts_diags_print(d, stderr);
			ok = false;
		}
	}
	ts_kb_free(kb);
	ts_pack_set_free(set);
	ts_diags_free(d);
	return ok;
}

int ts_cmd_kb_test(struct ts_options *o)
{
	struct totals sum = { 0 };
	bool ok = true;
	if (o->nargs == 0) {
		return ts_cmd_error(TS_EXIT_USAGE, "kb test needs a folder: troubleshoot kb test kb");
	}
	for (int i = 0; i < o->nargs; i++) {
		ok = test_folder(o, o->args[i], &sum) && ok;
	}
	if (o->coverage && sum.ncover > 0) {
		printf("%zu of %zu causes and answers reached (%.1f %%)\n", sum.covered, sum.ncover,
			100.0 * (double)sum.covered / (double)sum.ncover);
	}
	printf("%zu passed, %zu failed\n", sum.cases - sum.failed, sum.failed);
	return !ok ? TS_EXIT_NO_KB : sum.failed > 0 ? TS_EXIT_CONFIRMED : TS_EXIT_OK;
}
