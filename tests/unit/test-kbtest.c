/* tests/unit/test-kbtest.c - test cases of an entry: passing, each way of failing, coverage, certain results.
 */
#include "test.h"

#include "base/buf.h"
#include "base/diag.h"
#include "engine/kbtest.h"
#include "kb/parse.h"
#include "os/os.h"

static const char entry_text[] =
	"---\n"
	"title: Test\n"
	"machines:\n"
	"  server: the other one\n"
	"parameters:\n"
	"  host: {ask: Which?, match: '[a-z0-9]{1,20}'}\n"
	"reviewed: 2026-11-22\n"
	"sources:\n"
	"  - https://example.org/a\n"
	"---\n"
	"\n"
	"# Test\n"
	"\n"
	"What it means.\n"
	"\n"
	"## Does it answer?\n"
	"\n"
	"Why.\n"
	"\n"
	"```sql here\n"
	"SELECT state AS answer FROM tcp_connect WHERE host = $host AND port = 3389\n"
	"```\n"
	"\n"
	"- **open** it does: [Is the log bad?](#is-the-log-bad)\n"
	"- **refused** it does not: [Who else?](#who-else)\n"
	"\n"
	"## Who else?\n"
	"\n"
	"Why.\n"
	"\n"
	"- **all** everybody: [Is the log bad?](#is-the-log-bad)\n"
	"- **me** only me. That is all we know.\n"
	"\n"
	"## Is the log bad?\n"
	"\n"
	"```yaml\n"
	"cause: 10\n"
	"where: server\n"
	"irreversible: true\n"
	"certain: [%s]\n"
	"```\n"
	"\n"
	"Why.\n"
	"\n"
	"```sql server\n"
	"SELECT iif(count(*) = %s, 'present', 'absent') AS answer FROM patches\n"
	"```\n"
	"\n"
	"1. Do it.\n"
	"\n"
	"- **not solved**: [Another](#another)\n"
	"\n"
	"## Another\n"
	"\n"
	"```yaml\n"
	"cause: 5\n"
	"where: server\n"
	"irreversible: true\n"
	"```\n"
	"\n"
	"Why.\n"
	"\n"
	"1. Do it.\n";

struct fixture {
	struct ts_diags *diags;
	struct ts_entry *entry;
	struct ts_arena *arena;
	struct ts_kbtest *t;
	struct ts_test_file *file;
};

static const struct ts_source *source(struct ts_diags *d, const char *path, const char *text)
{
	return ts_diags_source(d, path, text, strlen(text));
}

/* Run the cases of a .test.yaml on the entry above; certain and count fill its two places. */
static struct fixture run(const char *cases, const char *certain, const char *count)
{
	struct fixture f = { ts_diags_new(), NULL, ts_arena_new(), NULL, NULL };
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	const char *first = strstr(entry_text, "%s"), *second = strstr(first + 2, "%s");
	ts_buf_put(&b, entry_text, (size_t)(first - entry_text));
	ts_buf_puts(&b, certain);
	ts_buf_put(&b, first + 2, (size_t)(second - first - 2));
	ts_buf_puts(&b, count);
	ts_buf_puts(&b, second + 2);
	f.entry = ts_parse_entry(source(f.diags, "e.md", ts_buf_str(&b)), "e", f.diags);
	ts_buf_finish(&b);
	struct ts_test_file *file = f.file =
		ts_testcases_read(f.arena, source(f.diags, "e.test.yaml", cases), f.entry, f.diags);
	if (ts_diags_count(f.diags, TS_ERROR) > 0) {
		test_failed++;
		ts_diags_print(f.diags, stderr);
	}
	f.t = ts_kbtest_run(f.entry, file);
	return f;
}

static void finish(struct fixture *f)
{
	ts_kbtest_free(f->t);
	ts_entry_free(f->entry);
	ts_arena_free(f->arena);
	ts_diags_free(f->diags);
}

#define OPEN                                                                                                 \
	"    here: {tcp_connect: [{host: srv1, port: 3389, state: open, address: 192.0.2.10, elapsed_ms: "   \
	"12}]}\n"
#define SRV1 "    parameters: {host: srv1}\n"

static const char passing[] =
	"- name: confirmed by the log\n"
	"  given:\n" SRV1 OPEN "    server: {patches: [{hotfix_id: KB1}]}\n"
	"    answers: {who-else: all}\n"
	"  expect:\n"
	"    end: is-the-log-bad\n"
	"    asked: []\n"
	"    confirmed: [is-the-log-bad]\n"
	"    possible: [another]\n"
	"    result: {does-it-answer: open, is-the-log-bad: present}\n"
	"    way: [does-it-answer, is-the-log-bad]\n"
	"    first: [is-the-log-bad, another]\n"
	"- name: excluded, the next one\n"
	"  given:\n" SRV1 OPEN "    server: {patches: []}\n"
	"  expect:\n"
	"    end: another\n"
	"    excluded: [is-the-log-bad]\n"
	"    unknown: []\n"
	"- name: not collected, everything asked\n"
	"  given:\n" SRV1 "    here: {tcp_connect: [{host: srv1, port: 3389, state: refused}]}\n"
	"    answers: {who-else: all, is-the-log-bad: not solved}\n"
	"  expect:\n"
	"    end: another\n"
	"    asked: [who-else]\n"
	"    unknown: [is-the-log-bad]\n"
	"- name: a conclusion\n"
	"  given:\n"
	"    answers: {does-it-answer: refused, who-else: me}\n"
	"  expect:\n"
	"    end: who-else/me\n"
	"    asked: [does-it-answer, who-else]\n"
	"    status: {is-the-log-bad: off-path, another: off-path}\n"
	"    result: {does-it-answer: unknown}\n"
	"    way: [does-it-answer, who-else]\n"
	"- name: a check that the walk does not come to\n"
	"  given:\n"
	"    server: {patches: [{hotfix_id: a}]}\n"
	"    answers: {does-it-answer: refused, who-else: me}\n"
	"  expect:\n"
	"    result: {is-the-log-bad: not run}\n"
	"    checks: {is-the-log-bad: present}\n"
	"- name: a gap\n"
	"  given:\n" SRV1 OPEN "    server: {patches: []}\n"
	"    gaps: {server: {patches: denied}}\n"
	"  expect:\n"
	"    end: is-the-log-bad\n"
	"    possible: [another, is-the-log-bad]\n";

static void pass(void)
{
	struct fixture f = run(passing, "", "1");
	CHECK_INT(f.t->ncases, 6);
	for (size_t i = 0; i < f.t->ncases; i++) {
		CHECK_STR(f.t->cases[i].text, "");
		CHECK_ROW(f.t->cases[i].name, f.t->cases[i].passed);
		/* About a millisecond; a hundred of them under sanitizers on a busy machine. */
		CHECK_ROW(f.t->cases[i].name, f.t->cases[i].ms < 100);
	}
	CHECK_INT(f.t->nfailed, 0);
	CHECK_STR(f.t->cases[5].name, "a gap");
	/* 4 answers, 2 causes, 1 not solved */
	CHECK_INT(f.t->ncover, 7);
	CHECK_INT(f.t->ncovered, 7);
	finish(&f);
	ts_kbtest_free(NULL);
}

static void fail(void)
{
	static const struct {
		const char *given, *expect, *want; /* want: a part of the text */
	} rows[] = {
		{ SRV1 OPEN "    server: {patches: []}\n", "    end: is-the-log-bad\n",
			"  end: expected is-the-log-bad\n            got another\n"
			"  the way it took:\n    does-it-answer: open (machine)\n    is-the-log-bad: absent "
			"(machine)\n" },
		{ SRV1 OPEN "    server: {patches: [{hotfix_id: a}]}\n", "    end: who-else/me\n",
			"  end: expected who-else/me\n            got is-the-log-bad\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n", "    end: who-else/all\n",
			"got who-else/me\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n",
			"    asked: [who-else, does-it-answer]\n",
			"  asked: expected who-else, does-it-answer\n              got does-it-answer, "
			"who-else\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n", "    asked: []\n",
			"  asked: expected (none)\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n", "    confirmed: [another]\n",
			"  confirmed: expected another\n                  got (none)\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n",
			"    status: {another: possible}\n",
			"  status of another: expected possible\n                          got off-path\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n",
			"    result: {is-the-log-bad: present}\n", "got not run\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n",
			"    checks: {is-the-log-bad: present}\n",
			"  check of is-the-log-bad: expected present\n                                got "
			"unknown\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n", "    checks: {who-else: me}\n",
			"got no check\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n",
			"    way: [does-it-answer, is-the-log-bad]\n",
			"  way: expected does-it-answer, is-the-log-bad\n            got does-it-answer, "
			"who-else\n" },
		{ SRV1 OPEN "    server: {patches: []}\n", "    first: [is-the-log-bad]\n",
			"  first: expected is-the-log-bad\n              got another\n" },
		{ "    answers: {does-it-answer: refused, who-else: me}\n", "    unknown: []\n",
			"does-it-answer: unknown: the parameter host was not given" },
		{ "    parameters: {host: 'not one'}\n", "    end: another\n",
			"\"not one\" is no value for host" },
		{ SRV1 "    here: {tcp_conect: []}\n", "    end: another\n", "tcp_conect" },
		{ SRV1 "    here: {tcp_connect: [{hots: x}]}\n", "    end: another\n", "hots" },
		{ SRV1 "    gaps: {server: {nothing: denied}}\n", "    end: another\n", "nothing" },
		{ "    answers: {does-it-answer: open}\n", "    end: does-it-answer\n",
			"got is-the-log-bad\n" },
		{ "", "    end: who-else\n", "got is-the-log-bad\n" },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *text = ts_xasprintf("- name: x\n  given:%s%s  expect:\n%s",
			rows[i].given[0] ? "\n" : " {}\n", rows[i].given, rows[i].expect);
		struct fixture f = run(text, "", "1");
		CHECK_INT(f.t->nfailed, 1);
		bool found = f.t->ncases == 1 && strstr(f.t->cases[0].text, rows[i].want) != NULL;
		CHECK_ROW(rows[i].expect, found);
		if (!found) {
			fprintf(stderr, "row %zu: want a text with\n%sgot\n%s", i, rows[i].want,
				f.t->ncases == 1 ? f.t->cases[0].text : "no case\n");
		}
		finish(&f);
		free(text);
	}
}

static void coverage(void)
{
	static const char one[] =
		"- name: one\n  given:\n" SRV1 OPEN
		"    server: {patches: [{hotfix_id: a}]}\n  expect: {end: is-the-log-bad}\n";
	static const struct {
		const char *label;
		bool reached;
	} want[] = { { "open", true }, { "refused", false }, { "all", false }, { "me", false },
		{ NULL, true }, { "not solved", false }, { NULL, false } };
	struct fixture f = run(one, "", "1");
	CHECK_INT(f.t->nfailed, 0);
	CHECK_INT(f.t->ncover, TS_COUNT(want));
	for (size_t i = 0; i < f.t->ncover && i < TS_COUNT(want); i++) {
		CHECK_STR(f.t->cover[i].label, want[i].label);
		CHECK_INT(f.t->cover[i].reached, want[i].reached);
	}
	CHECK_INT(f.t->ncovered, 2);
	finish(&f);
	f = run("[]\n", "", "1");
	CHECK_INT(f.t->ncases, 0);
	CHECK_INT(f.t->ncovered, 0);
	finish(&f);
}

/* `count(*) = 1` is undone by a second row and must not be called certain; `> 0` may. */
static void certain(void)
{
	static const char one[] =
		"- name: one\n  given:\n" SRV1 OPEN
		"    server: {patches: [{hotfix_id: a}]}\n  expect: {end: is-the-log-bad}\n";
	struct fixture f = run(one, "present", "1");
	CHECK_INT(f.t->nfailed, 1);
	CHECK(strstr(f.t->cases[0].text, "present is called certain of is-the-log-bad, but more rows") !=
		NULL);
	finish(&f);
	f = run(one, "present", "max(1, count(*))");
	CHECK_INT(f.t->nfailed, 0);
	CHECK_STR(f.t->cases[0].text, "");
	finish(&f);
}

/* Each check that some case answers is tried once without its evidence, and the questions are counted. */
static void gaps(void)
{
	static const char one[] =
		"- name: one\n  given:\n" SRV1 OPEN
		"    server: {patches: [{hotfix_id: a}]}\n  expect: {end: is-the-log-bad}\n";
	struct fixture f = run(one, "", "1");
	CHECK_INT(f.t->ngaps, 2);
	CHECK_INT(f.t->ngaps_failed, 0);
	CHECK(strstr(f.t->gaps[0].name, "gap: does-it-answer") != NULL);
	CHECK_INT(f.t->full.cases, 1);
	CHECK_INT(f.t->full.questions, 0);
	CHECK_INT(f.t->none.cases, 0);
	ts_kbtest_ask(f.t, f.entry, f.file);
	CHECK_INT(f.t->none.cases, 1);
	CHECK_INT(f.t->none.questions, 1);
	finish(&f);
	/* "certain" of what no row means: a gap cannot be seen through, and this is said. */
	f = run("- name: one\n  given:\n" SRV1 OPEN "    server: {patches: []}\n  expect: {}\n", "absent",
		"1");
	CHECK_INT(f.t->ngaps, 2);
	CHECK_INT(f.t->ngaps_failed, 1);
	CHECK(strstr(f.t->gaps[1].text, "nothing that its check reads could be read") != NULL);
	finish(&f);
}

/* Changes are tried one at a time, the entry is as before afterwards, and a case that says more notices more. */
static void mutations(void)
{
	static const char weak[] =
		"- name: one\n  given:\n" SRV1 OPEN "    server: {patches: [{hotfix_id: a}]}\n  expect: {}\n";
	static const char strong[] =
		"- name: one\n  given:\n" SRV1 OPEN "    server: {patches: [{hotfix_id: a}]}\n  expect: "
		"{confirmed: [is-the-log-bad], end: is-the-log-bad}\n";
	static const char ways[] =
		"- name: one\n  given: {answers: {does-it-answer: refused, who-else: all}}\n"
		"  expect: {way: [does-it-answer, who-else, is-the-log-bad]}\n"
		"- name: two\n  given: {}\n  expect: {first: [is-the-log-bad]}\n";
	struct fixture f = run(weak, "", "1");
	struct ts_mutation *m = ts_kbtest_mutate(f.entry, f.file, ts_os_mono_ms_f() + 60000);
	size_t n = m->n;
	CHECK(n >= 6);
	CHECK_INT(m->noticed, 0);
	CHECK_INT(m->untried, 0);
	ts_mutation_free(m);
	finish(&f);
	f = run(strong, "", "1");
	m = ts_kbtest_mutate(f.entry, f.file, ts_os_mono_ms_f() + 60000);
	CHECK_INT(m->n, n);
	CHECK(m->noticed >= 2);
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->mutants[i].what, "1 becomes 2") == 0) {
			CHECK(m->mutants[i].noticed);
			CHECK_STR(ts_mutant_kind_name(m->mutants[i].kind), "number");
		}
	}
	ts_mutation_free(m);
	struct ts_kbtest *again = ts_kbtest_run(f.entry, f.file);
	CHECK_INT(again->nfailed, 0);
	ts_kbtest_free(again);
	m = ts_kbtest_mutate(f.entry, f.file, 0);
	CHECK_INT(m->n, 0);
	CHECK_INT(m->untried, n);
	ts_mutation_free(m);
	finish(&f);
	f = run(ways, "", "1");
	m = ts_kbtest_mutate(f.entry, f.file, ts_os_mono_ms_f() + 60000);
	for (size_t i = 0; i < m->n; i++) {
		const struct ts_mutant *x = &m->mutants[i];
		bool link = x->kind == TS_MUTANT_LINK &&
			    (strncmp(x->what, "refused", 7) == 0 || strncmp(x->what, "all", 3) == 0);
		CHECK_ROW(x->what, x->noticed == (link || x->kind == TS_MUTANT_WEIGHT));
	}
	ts_mutation_free(m);
	finish(&f);
}

TEST_MAIN({ "pass", pass }, { "fail", fail }, { "coverage", coverage }, { "certain", certain },
	{ "gaps", gaps }, { "mutations", mutations })
