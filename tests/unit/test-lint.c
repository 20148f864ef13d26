/* tests/unit/test-lint.c - every folder of tests/kb/lint is read and linted; what is said about it is
 * compared with its expected.txt. TS_ACCEPT=1 in the environment makes the run write the expected files
 * anew: git shows the difference. */
#include <stdlib.h>
#include <unistd.h>
#include "test.h"
#include "base/buf.h"
#include "base/diag.h"
#include "kb/date.h"
#include "kb/lint.h"
#include "kb/pack.h"
#include "os/os.h"

#define TODAY "2026-11-22"

static bool accept_all(void)
{
	const char *v = getenv("TS_ACCEPT");

	return v != NULL && strcmp(v, "1") == 0;
}

static bool is_rule(const char *name)
{
	for (int i = 0; ts_lint_rule(i) != NULL; i++) {
		if (strcmp(ts_lint_rule(i)->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* All that reading and linting a folder says, as it is printed, with each problem's rule below. The caller
 * frees. */
static char *lint_folder(const char *dir)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_err err = { "" };
	struct ts_pack_set *set = ts_pack_read(dir, d, &err);
	int64_t today = 0;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	CHECK(ts_date_parse_day(TODAY, &today));
	CHECK_ROW(dir, set != NULL);
	if (set != NULL) {
		ts_lint(set, today, d);
	}
	ts_diags_sort(d);
	ts_diags_print(d, f);
	fputs("rules:", f);
	for (size_t i = 0; ts_diags_get(d, i) != NULL; i++) {
		const char *rule = ts_diags_get(d, i)->rule;

		fprintf(f, " %s", rule);
		CHECK_ROW(rule, is_rule(rule));
	}
	fputs("\n", f);
	fclose(f);
	ts_pack_set_free(set);
	ts_diags_free(d);
	return text;
}

static bool case_folder(const char *name)
{
	struct ts_file_info info;

	return ts_os_stat(name, &info, NULL) && info.kind == TS_FILE_DIR;
}

static size_t rule_count(void)
{
	int n = 0;

	while (ts_lint_rule(n) != NULL) {
		n++;
	}
	return (size_t)n;
}

/* Mark the rules that stand behind "rules:" in what lint_folder gave. */
static void mark_rules(const char *text, bool *shown)
{
	const char *list = strstr(text, "rules:");

	for (size_t i = 0; list != NULL && i < rule_count(); i++) {
		char *word = ts_xasprintf(" %s", ts_lint_rule((int)i)->name);
		size_t n = strlen(word);

		for (const char *p = strstr(list, word); p != NULL && !shown[i]; p = strstr(p + 1, word)) {
			shown[i] = p[n] == ' ' || p[n] == '\n';
		}
		free(word);
	}
}

static void test_golden(void)
{
	const char *root = getenv("TS_SOURCE_ROOT");
	char *path = ts_xasprintf("%s/tests/kb/lint", root != NULL ? root : ".");
	char **names = NULL;
	size_t n = 0;
	struct ts_err err;

	CHECK(chdir(path) == 0);
	CHECK(ts_os_list_dir(".", &names, &n, &err));
	CHECK(n >= 40);
	bool *shown = ts_xcalloc(rule_count(), sizeof(*shown));
	for (size_t i = 0; i < n; i++) {
		char *expected = ts_xasprintf("%s/expected.txt", names[i]), *got;
		struct ts_buf want;

		if (case_folder(names[i])) {
			ts_buf_init(&want, TS_BUF_MAX_TEXT);
			got = lint_folder(names[i]);
			mark_rules(got, shown);
			if (accept_all()) {
				CHECK_ROW(names[i], ts_os_write_file(expected, got, strlen(got), 0644, &err));
			} else {
				CHECK_ROW(names[i], ts_os_read_file(expected, &want, &err));
				CHECK_STR(got, ts_buf_str(&want));
			}
			ts_buf_finish(&want);
			free(got);
		}
		free(expected);
	}
	/* A broken example of every rule; what cannot be read has a test of its own. */
	for (size_t i = 0; i < rule_count(); i++) {
		const char *rule = ts_lint_rule((int)i)->name;
		CHECK_ROW(rule, shown[i] || strcmp(rule, "unreadable") == 0);
	}
	free(shown);
	ts_os_list_free(names, n);
	free(path);
}

/* A file that is listed and cannot be read: it is larger than any entry may be. */
static void test_unreadable(void)
{
	char dir[] = "/tmp/ts-lint-XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	char *name = ts_xasprintf("%s/a.md", dir);
	FILE *f = fopen(name, "w");
	CHECK(f != NULL && fclose(f) == 0);
	CHECK(truncate(name, (off_t)TS_PACK_FILE_MAX + 1) == 0);
	char *got = lint_folder(dir);
	CHECK(strstr(got, "a.md") != NULL);
	CHECK(strstr(got, "rules: unreadable\n") != NULL);
	free(got);
	CHECK(unlink(name) == 0);
	CHECK(rmdir(dir) == 0);
	free(name);
}

/* The list of rules is in order and each has a sentence. */
static void test_rules(void)
{
	for (int i = 0; ts_lint_rule(i) != NULL; i++) {
		const struct ts_rule *r = ts_lint_rule(i);

		CHECK_ROW(r->name, i == 0 || strcmp(ts_lint_rule(i - 1)->name, r->name) < 0);
		CHECK_ROW(r->name, strlen(r->doc) > 10 && r->doc[strlen(r->doc) - 1] == '.');
	}
	CHECK(ts_lint_rule(-1) == NULL);
}

static void test_no_folder(void)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_err err = { "" };

	CHECK(ts_pack_read("there/is/no/such/folder", d, &err) == NULL);
	CHECK(strstr(err.text, "there/is/no/such/folder") != NULL);
	CHECK(ts_pack_read("/dev/null", d, &err) == NULL);
	CHECK(strstr(err.text, "folder") != NULL);
	ts_pack_set_free(NULL);
	ts_diags_free(d);
}

/* A pack has the same ids whether its own folder is read or the one above it; without pack.yaml the folder
 * is not part of them. */
static void test_ids(void)
{
	static const struct {
		const char *dir, *id, *pack;
	} rows[] = {
		{ "tests/kb/lint", "unknown-service/a", "unknown-service" },
		{ "tests/kb/lint/unknown-service", "unknown-service/a", "unknown-service" },
		{ "tests/kb/lint/unknown-service/", "unknown-service/a", "unknown-service" },
		{ "tests/kb/lint", "good/a", "good" },
		{ "tests/kb/lint/good", "a", "good" },
	};
	const char *root = getenv("TS_SOURCE_ROOT");

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char *dir = ts_xasprintf("%s/%s", root != NULL ? root : ".", rows[i].dir);
		struct ts_diags *d = ts_diags_new();
		struct ts_err err = { "" };
		struct ts_pack_set *set = ts_pack_read(dir, d, &err);
		int at = set != NULL ? ts_pack_find(set, rows[i].id) : -1;

		CHECK_ROW(rows[i].dir, at >= 0);
		if (at >= 0) {
			CHECK_STR(set->entries[at].entry->pack, rows[i].pack);
		}
		ts_pack_set_free(set);
		ts_diags_free(d);
		free(dir);
	}
}

/* For looking at any folder while rules are written: TS_LINT=DIR test-lint show */
static void test_show(void)
{
	const char *dir = getenv("TS_LINT");
	char *text;

	if (dir != NULL) {
		text = lint_folder(dir);
		fputs(text, stdout);
		free(text);
	}
}

TEST_MAIN({ "show", test_show }, { "rules", test_rules }, { "no-folder", test_no_folder },
	{ "ids", test_ids }, { "unreadable", test_unreadable }, { "golden", test_golden })
