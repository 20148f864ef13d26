/* cmd/kb-test.c - `kb test [--coverage] [--mutate] [--format=junit] DIR...`: every entry's test cases through the real stepper. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/gate.h"
#include "cmd/kb-test.h"
#include "kb/lint.h"
#include "kb/pack.h"
#include "os/os.h"

#define MUTATE_MS 120000.0 /* for all mutations of a run, unless --timeout says otherwise */

/* What is done with each entry. One after the other: threads would only wait for SQLite's memory. */
struct work {
	bool ask, mutate;
	double until;
};

static void test_entry(const struct work *w, struct ts_kbtest_entry *te, double part)
{
	if (te->file == NULL) {
		return;
	}
	te->test = ts_kbtest_run(te->entry, te->file);
	if (w->ask) {
		ts_kbtest_ask(te->test, te->entry, te->file);
	}
	/* What fails already cannot notice anything. */
	if (w->mutate && te->test->nfailed == 0) {
		/* Each entry gets its share of the time that is left, so that one does not take that of all others. */
		double now = ts_os_mono_ms_f(), share = (w->until - now) * part;
		te->mutation = ts_kbtest_mutate(te->entry, te->file, now + share);
	}
}

/* As it is read from kb.db, with the nodes of the entries that it links to; and its cases. */
static bool load_entry(struct ts_kb *kb, const struct ts_pack_entry *pe, struct ts_diags *d,
	struct ts_kbtest_entry *te, struct ts_arena *a)
{
	struct ts_err err;
	te->id = pe->entry->id;
	te->test_src = pe->test_src;
	if (pe->test_src == NULL) {
		return true;
	}
	te->entry = ts_kb_load(kb, te->id, &err);
	if (te->entry == NULL) {
		ts_cmd_error(0, "%s", err.text);
		return false;
	}
	te->file = ts_testcases_read(a, pe->test_src, te->entry, d);
	return true;
}

/* Mutations take cases times nodes, and both grow with the file. */
static double effort_of(const struct ts_pack_entry *pe)
{
	return pe->test_src != NULL ? (double)pe->test_src->len * (double)pe->src->len : 0;
}

static bool run_folder(const struct ts_options *o, struct ts_kb *kb, const struct ts_pack_set *set,
	struct ts_diags *d, struct ts_kbtest_report *r)
{
	struct work w = { .ask = o->coverage, .mutate = o->mutate };
	bool ok = true;
	double left = 0;
	for (size_t i = 0; i < set->nentries; i++) {
		left += effort_of(&set->entries[i]);
	}
	w.until = ts_os_mono_ms_f() + (o->timeout != NULL ? 1000.0 * o->timeout_s : MUTATE_MS);
	for (size_t i = 0; i < set->nentries; i++) {
		struct ts_kbtest_entry te = { .id = NULL };
		struct ts_arena *a = ts_arena_new();
		ok = load_entry(kb, &set->entries[i], d, &te, a) && ok;
		test_entry(&w, &te, effort_of(&set->entries[i]) / (left > 0 ? left : 1));
		left -= effort_of(&set->entries[i]);
		ts_kbtest_report_add(r, &te);
		ts_kbtest_free(te.test);
		ts_mutation_free(te.mutation);
		ts_entry_free(te.entry);
		ts_arena_free(a);
	}
	return ok;
}

/* False when the folder cannot be read or its entries have errors. */
static bool test_folder(const struct ts_options *o, const char *dir, struct ts_kbtest_report *r)
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
		ok = ok && run_folder(o, kb, set, d, r);
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
	struct ts_kbtest_report r;
	bool ok = true;
	if (o->nargs == 0) {
		return ts_cmd_error(TS_EXIT_USAGE, "kb test needs a folder: troubleshoot kb test kb");
	}
	ts_kbtest_report_begin(&r, o);
	for (int i = 0; i < o->nargs; i++) {
		ok = test_folder(o, o->args[i], &r) && ok;
	}
	int status = !ok ? TS_EXIT_NO_KB : r.failed + r.gaps_failed > 0 ? TS_EXIT_CONFIRMED : TS_EXIT_OK;
	ts_kbtest_report_text(&r);
	status = ts_cmd_emit(o, &r.out, status);
	ts_kbtest_report_end(&r);
	return status;
}
