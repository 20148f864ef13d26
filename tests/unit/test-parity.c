/* tests/unit/test-parity.c - a computer that is asked and the bundle that was collected of it give the same report: for each
 * test case of the knowledge that is shipped, its rows once as what the computer's tables give, recorded as `collect` does
 * it, and once as the bundle made of that. */
#include "engine/kbtest-private.h"
#include "kb/kb.h"
#include "kb/pack.h"
#include "os/os.h"
#include "out/report.h"
#include "table/record.h"
#include "test.h"

struct parity {
	struct ts_evidence_pool *live_pool, *bundle_pool;
	struct ts_evidence_pool *machine_pool; /* of one machine that is recorded */
	char *folder;
	size_t bundles;
	int cases, differ;
};

/* The report of a walk, as JSON and as text with all evidence, without what may differ: where the evidence comes from, and
 * how long things took. */
static char *report_of(struct ts_kbtest_walk *k, int64_t as_of)
{
	struct ts_report_machine machines[32];
	struct ts_session *s = ts_kbtest_report(k);
	struct ts_look look = { .width = 0 };
	struct ts_buf b, out;
	size_t n = k->entry->nmachines < TS_COUNT(machines) ? k->entry->nmachines : TS_COUNT(machines);
	for (size_t i = 0; i < n; i++) {
		machines[i] = (struct ts_report_machine){ k->entry->machines[i].name, "", "rows", as_of };
	}
	struct ts_report r = { .from = "option",
		.entry = k->entry,
		.session = s,
		.machines = machines,
		.nmachines = n,
		.program_version = "0",
		.now = as_of,
		.checks_run = true,
		.verbose = true,
		.all = true,
		.argv_line = "" };
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_report_json(&r, &b);
	ts_report_terminal(&r, &look, &b);
	for (const char *p = ts_buf_str(&b); *p != '\0';) {
		static const char *const times[] = { "\"ms\": ", "\"ms\":", " (under ", " (" };
		size_t skip = 0;
		for (size_t i = 0; i < TS_COUNT(times) && skip == 0; i++) {
			size_t len = strlen(times[i]), digits = 0;
			if (strncmp(p, times[i], len) == 0 && (digits = strspn(p + len, "0123456789.")) > 0 &&
				(i < 2 || strncmp(p + len + digits, " ms)", 4) == 0)) {
				skip = len + digits;
			}
		}
		if (skip == 0) {
			ts_buf_putc(&out, *p++);
		}
		p += skip;
	}
	ts_buf_finish(&b);
	ts_session_free(s);
	return ts_buf_take(&out);
}

/* Walk the case with one machine as the computer that is collected; its bundle in a file. */
static bool collect(struct parity *t, const struct ts_entry *e, const struct ts_test_case *c,
	const char *machine, const char *path, struct ts_err *err)
{
	struct ts_kbtest_walk k;
	struct ts_record *record = ts_record_new();
	ts_kbtest_begin(&k, e, c, t->machine_pool);
	struct ts_evidence *ev = ts_kbtest_evidence(e, c, NULL, err);
	bool ok = ev != NULL && ts_evidence_play_live(ev, machine, err);
	if (ok) {
		ts_evidence_record(ev, record);
		(void)ts_kbtest_walk_on(&k, ev);
		ts_session_free(ts_kbtest_report(&k));
		ts_evidence_record(ev, NULL);
	}
	struct ts_bundle_writer *w =
		ok ? ts_bundle_create(path, ts_evidence_as_of(ev, machine), machine, err) : NULL;
	ok = w != NULL;
	if (ok && !ts_record_write(record, w, NULL, err)) {
		ts_bundle_abandon(w);
		ok = false;
	}
	ok = ok && ts_bundle_finish(w, err);
	ts_kbtest_end(&k);
	ts_record_free(record);
	ts_evidence_free(ev);
	return ok;
}

static char *walk_report(const struct ts_entry *e, const struct ts_test_case *c,
	struct ts_evidence_pool *pool, struct ts_evidence *ev)
{
	struct ts_kbtest_walk k;
	ts_kbtest_begin(&k, e, c, pool);
	(void)ts_kbtest_walk_on(&k, ev);
	char *text = report_of(&k, c->as_of);
	ts_kbtest_end(&k);
	return text;
}

/* Where two texts part, with something around it. */
static void show_difference(const char *a, const char *b)
{
	size_t i = 0;
	while (a[i] != '\0' && a[i] == b[i]) {
		i++;
	}
	size_t from = i > 200 ? i - 200 : 0;
	fprintf(stderr, "  live:   ...%.400s\n  bundle: ...%.400s\n", a + from, b + from);
}

/* Does the case say anything of the machine? */
static bool has_evidence(const struct ts_test_case *c, const char *machine)
{
	for (size_t i = 0; i < c->nmachines; i++) {
		if (strcmp(c->machines[i].name, machine) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < c->ngaps; i++) {
		if (strcmp(c->gaps[i].machine, machine) == 0) {
			return true;
		}
	}
	return false;
}

static void compare_case(struct parity *t, const struct ts_entry *e, const struct ts_test_case *c)
{
	struct ts_err err = { "" };
	struct ts_evidence *live = ts_kbtest_evidence(e, c, NULL, &err);
	struct ts_evidence *bundles = ts_kbtest_evidence(e, c, NULL, &err);
	bool ok = live != NULL && bundles != NULL;
	for (size_t i = 0; ok && i < e->nmachines; i++) {
		const char *name = e->machines[i].name;
		if (!has_evidence(c, name)) {
			continue; /* nothing to collect: without evidence on both sides */
		}
		char *path = ts_xasprintf("%s/%zu.db", t->folder, t->bundles++);
		ok = collect(t, e, c, name, path, &err) && ts_evidence_play_live(live, name, &err) &&
		     ts_evidence_set_bundle(bundles, name, path, &err);
		remove(path);
		free(path);
	}
	CHECK_STR(err.text, "");
	if (ok) {
		char *a = walk_report(e, c, t->live_pool, live),
		     *b = walk_report(e, c, t->bundle_pool, bundles);
		t->cases++;
		if (strcmp(a, b) != 0) {
			t->differ++;
			fprintf(stderr, "%s: %s:\n", e->id, c->name);
			show_difference(a, b);
		}
		free(a);
		free(b);
	}
	ts_evidence_free(live);
	ts_evidence_free(bundles);
}

static void compare_entry(
	struct parity *t, struct ts_kb *kb, const struct ts_pack_entry *pe, struct ts_diags *d)
{
	struct ts_err err = { "" };
	struct ts_entry *e = ts_kb_load(kb, pe->entry->id, &err);
	struct ts_arena *a = ts_arena_new();
	CHECK_STR(err.text, "");
	const struct ts_test_file *f = e != NULL ? ts_testcases_read(a, pe->test_src, e, d) : NULL;
	t->live_pool = ts_evidence_pool_new();
	t->bundle_pool = ts_evidence_pool_new();
	t->machine_pool = ts_evidence_pool_new();
	for (size_t i = 0; f != NULL && i < f->ncases; i++) {
		compare_case(t, e, &f->cases[i]);
	}
	ts_evidence_pool_free(t->live_pool);
	ts_evidence_pool_free(t->bundle_pool);
	ts_evidence_pool_free(t->machine_pool);
	ts_entry_free(e);
	ts_arena_free(a);
}

static void test_parity(void)
{
	struct ts_err err = { "" };
	struct parity t = { 0 };
	const char *root = ts_os_env("TS_SOURCE_ROOT"), *temp = ts_os_env("TMPDIR");
	char *dir = ts_xasprintf("%s/kb", root);
	struct ts_diags *d = ts_diags_new();
	struct ts_kb *kb = ts_kb_new();
	struct ts_pack_set *set = ts_pack_read(dir, d, &err);
	unsigned char random[4];
	ts_os_random(random, sizeof(random));
	t.folder = ts_xasprintf("%s/ts-parity-%02x%02x%02x%02x", temp != NULL ? temp : "/tmp", random[0],
		random[1], random[2], random[3]);
	CHECK(ts_os_mkdirs_private(t.folder, &err));
	CHECK(set != NULL && ts_kb_add(kb, dir, NULL, &err));
	CHECK_STR(err.text, "");
	for (size_t i = 0; set != NULL && i < set->nentries; i++) {
		if (set->entries[i].test_src != NULL) {
			compare_entry(&t, kb, &set->entries[i], d);
		}
	}
	remove(t.folder);
	printf("%d cases, %d differ\n", t.cases, t.differ);
	CHECK(t.cases > 0);
	CHECK_INT(t.differ, 0);
	free(t.folder);
	free(dir);
	ts_kb_free(kb);
	ts_pack_set_free(set);
	ts_diags_free(d);
}

TEST_MAIN({ "parity", test_parity })
