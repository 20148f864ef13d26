/* tests/unit/test-table.c - the tables by files of cases (tests/tables/): SQL in, rows and ledger out,
 * each over rows of a test case and over a bundle. */
#include <sys/stat.h>
#include <unistd.h>
#include "base/str.h"
#include "query.h"
#include "table/bundle.h"
#include "table/rows.h"
#include "table/vtab.h"

#define MAX_CELLS 64

/* One case of a file. */
struct table_case {
	char *title, *sql, *machine;
	struct ts_evidence *ev;     /* rows */
	struct ts_bundle_writer *w; /* the same as a bundle, for machine `server` */
	struct ts_buf rows, ledger; /* expected */
	char *error;                /* expected part of the message */
	bool only_rows;             /* the case is about something that a bundle does not have */
};

static char bundle_path[128];

static void begin(struct table_case *c, const char *title, int64_t now)
{
	struct ts_err err;
	*c = (struct table_case){ .title = ts_xstrdup(title), .machine = ts_xstrdup("server") };
	c->ev = ts_evidence_new();
	ts_evidence_set_rows(c->ev, "server", now);
	ts_evidence_set_rows(c->ev, "client", now);
	c->w = ts_bundle_create(bundle_path, now, "host", &err);
	CHECK_ROW(err.text, c->w != NULL);
	ts_buf_init(&c->rows, TS_BUF_MAX_TEXT);
	ts_buf_init(&c->ledger, TS_BUF_MAX_TEXT);
}

static void run_on(struct table_case *c, struct ts_evidence *ev, const char *source)
{
	struct result r;
	char name[512];
	snprintf(name, sizeof(name), "%s (%s)", c->title, source);
	query(ev, c->machine, c->sql, &r);
	if (c->error != NULL) {
		CHECK_ROW(name, strstr(r.err.text, c->error) != NULL);
		if (strstr(r.err.text, c->error) == NULL) {
			fprintf(stderr, "  got  <%s>\n  want <%s>\n", r.err.text, c->error);
		}
	} else {
		CHECK_ROW(name, strcmp(r.err.text, "") == 0);
		CHECK_ROW(name, strcmp(ts_buf_str(&r.rows), ts_buf_str(&c->rows)) == 0);
		CHECK_ROW(name, strcmp(ts_buf_str(&r.ledger), ts_buf_str(&c->ledger)) == 0);
		if (r.err.text[0] != '\0' || strcmp(ts_buf_str(&r.rows), ts_buf_str(&c->rows)) != 0 ||
			strcmp(ts_buf_str(&r.ledger), ts_buf_str(&c->ledger)) != 0) {
			fprintf(stderr, "  error <%s>\n  rows\n%s  ledger\n%s", r.err.text,
				ts_buf_str(&r.rows), ts_buf_str(&r.ledger));
		}
	}
	result_finish(&r);
}

static void end(struct table_case *c)
{
	struct ts_err err;
	if (c->ev == NULL) {
		return;
	}
	run_on(c, c->ev, "rows");
	bool made = ts_bundle_finish(c->w, &err);
	CHECK_ROW(err.text, made);
	if (!c->only_rows && made) {
		bool set = ts_evidence_set_bundle(c->ev, "server", bundle_path, &err);
		CHECK_ROW(err.text, set);
		run_on(c, c->ev, "bundle");
	}
	ts_evidence_free(c->ev);
	ts_buf_finish(&c->rows);
	ts_buf_finish(&c->ledger);
	free(c->title);
	free(c->sql);
	free(c->machine);
	free(c->error);
	*c = (struct table_case){ 0 };
}

/* "table | a=1 | b=x": cut at " | "; the parts point into text. */
static int split(char *text, char **parts)
{
	int n = 0;
	for (char *p = text; p != NULL && n < MAX_CELLS; n++) {
		char *bar = strstr(p, " | ");
		if (bar != NULL) {
			*bar = '\0';
		}
		parts[n] = p;
		p = bar != NULL ? bar + 3 : NULL;
	}
	return n;
}

static void add_row(struct table_case *c, const char *machine, char *text)
{
	char *parts[MAX_CELLS];
	const char *columns[MAX_CELLS], *values[MAX_CELLS];
	struct ts_value row[128] = { { 0 } };
	struct ts_err err = { "" };
	int n = split(text, parts);
	const struct ts_table *t = ts_table_find(parts[0]);
	for (int i = 1; i < n; i++) {
		char *eq = strchr(parts[i], '=');
		*eq = '\0';
		columns[i - 1] = parts[i];
		values[i - 1] = strcmp(eq + 1, "NULL") == 0 ? NULL : eq + 1;
		if (t != NULL && ts_table_column(t, parts[i]) >= 0 && values[i - 1] != NULL) {
			int k = ts_table_column(t, parts[i]);
			ts_value_parse(eq + 1, t->columns[k].type, &row[k]);
		}
	}
	bool ok = ts_evidence_rows_row(c->ev, machine, parts[0], columns, values, n - 1, &err);
	CHECK_ROW(err.text, ok);
	if (t != NULL && strcmp(machine, "server") == 0) {
		CHECK_ROW(err.text, ts_bundle_add_row(c->w, t, row, &err));
		CHECK_ROW(err.text, ts_bundle_add_ledger(c->w, parts[0], "", TS_SEEN_READ, "", &err));
	}
}

static void add_gap(struct table_case *c, char *text)
{
	char *parts[MAX_CELLS];
	struct ts_err err;
	enum ts_seen seen = TS_SEEN_READ;
	int n = split(text, parts);
	CHECK(n == 3 && ts_seen_parse(parts[2], &seen));
	CHECK(ts_evidence_rows_gap(c->ev, "server", parts[0], parts[1], seen, &err));
	CHECK(ts_bundle_add_ledger(c->w, parts[0], parts[1], seen, "", &err));
}

static void take_line(struct table_case *c, char *line)
{
	struct ts_err err = { "" };
	static int64_t now = 1795334400;
	char *colon = strchr(line, ':');
	char *value = colon != NULL ? colon + 1 + strspn(colon + 1, " ") : line;
	if (line[0] == '>') {
		ts_buf_printf(&c->rows, "%s\n", line + 2);
	} else if (line[0] == '!') {
		ts_buf_printf(&c->ledger, "%s\n", line + 2);
	} else if (ts_str_starts(line, "now:")) {
		CHECK(ts_parse_int(value, 0, INT64_MAX, &now));
	} else if (ts_str_starts(line, "case:")) {
		end(c);
		begin(c, value, now);
	} else if (ts_str_starts(line, "sql:")) {
		c->sql = ts_xstrdup(value);
	} else if (ts_str_starts(line, "on:")) {
		free(c->machine);
		c->machine = ts_xstrdup(value);
		c->only_rows = true;
	} else if (ts_str_starts(line, "error:")) {
		c->error = ts_xstrdup(value);
	} else if (ts_str_starts(line, "row:")) {
		add_row(c, "server", value);
	} else if (ts_str_starts(line, "client:")) {
		c->only_rows = true;
		add_row(c, "client", value);
	} else if (ts_str_starts(line, "gap:")) {
		add_gap(c, value);
	} else if (ts_str_starts(line, "table:")) {
		CHECK(ts_evidence_rows_table(c->ev, "server", value, &err));
		CHECK(ts_bundle_add_ledger(c->w, value, "", TS_SEEN_READ, "", &err));
	} else if (line[0] != '\0' && line[0] != '#') {
		CHECK_ROW(line, false);
	}
}

static void run_file(const char *path)
{
	struct ts_buf b;
	struct ts_err err;
	struct table_case c = { 0 };
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	bool read = ts_os_read_file(path, &b, &err);
	CHECK_ROW(path, read);
	struct ts_str rest = { b.data, b.len }, line;
	while (read && ts_str_line(&rest, &line)) {
		char *copy = ts_xstrndup(line.p, line.n);
		take_line(&c, copy);
		free(copy);
	}
	end(&c);
	ts_buf_finish(&b);
}

static void test_files(void)
{
	const char *root = getenv("TS_SOURCE_ROOT");
	char *dir = ts_xasprintf("%s/tests/tables", root != NULL ? root : ".");
	char **names = NULL;
	size_t n = 0;
	struct ts_err err;
	snprintf(bundle_path, sizeof(bundle_path), "/tmp/ts-test-table-%ld.db", (long)getpid());
	CHECK_ROW(dir, ts_os_list_dir(dir, &names, &n, &err));
	for (size_t i = 0; i < n; i++) {
		char *path = ts_xasprintf("%s/%s", dir, names[i]);
		if (ts_str_ends(path, ".test")) {
			run_file(path);
		}
		free(path);
	}
	CHECK(n > 0);
	ts_os_list_free(names, n);
	free(dir);
	remove(bundle_path);
}

/* --- the list of tables --- */

/* A sentence without a full stop; "..." is one. */
static bool is_sentence(const char *doc)
{
	return doc != NULL && doc[0] != '\0' && (!ts_str_ends(doc, ".") || ts_str_ends(doc, "..."));
}

static void test_list(void)
{
	const struct ts_table *t, *before = NULL;
	int n = 0;
	for (; (t = ts_table_get(n)) != NULL; n++) {
		CHECK_ROW(t->name, before == NULL || strcmp(before->name, t->name) < 0);
		CHECK_ROW(t->name, ts_table_find(t->name) == t);
		CHECK_ROW(t->name, is_sentence(t->doc));
		CHECK_ROW(t->name, t->ncolumns < 63);
		for (int i = 0; i < t->ncolumns; i++) {
			const struct ts_column *c = &t->columns[i];
			CHECK_ROW(c->name, is_sentence(c->doc));
			CHECK_ROW(c->name, ts_table_column(t, c->name) == i);
		}
		before = t;
	}
	CHECK(n >= 40);
	CHECK(ts_table_find("nothing") == NULL);
	CHECK(ts_table_column(ts_table_find("time"), "nothing") == -1);
}

/* Every example must prepare against the schema, on every machine. */
static void test_examples(void)
{
	static const char *const machines[] = { "client", "server", NULL };
	struct ts_err err;
	struct ts_conn *c = ts_evidence_open_schema(machines, "server", &err);
	CHECK_ROW(err.text, c != NULL);
	const struct ts_table *t;
	for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
		sqlite3_stmt *q = ts_conn_prepare(c, t->example, NULL, &err);
		CHECK_ROW(t->example, q != NULL);
		CHECK_ROW(t->example, strstr(t->example, t->name) != NULL);
		if (q == NULL) {
			fprintf(stderr, "  %s\n", err.text);
		}
		sqlite3_finalize(q);
	}
	sqlite3_stmt *q = ts_conn_prepare(
		c, "SELECT s.name FROM client.services s JOIN here.services h USING (name)", NULL, &err);
	CHECK_ROW(err.text, q != NULL);
	sqlite3_finalize(q);
	CHECK(ts_conn_prepare(c, "SELECT name FROM gateway.services", NULL, &err) == NULL);
	CHECK_STR(err.text, "no such table: gateway.services");
	ts_conn_free(c);
}

/* Names, order, types and flags of osquery's tables against the reference, where that is at hand. */
static void check_reference_line(const struct ts_table *t, const char *text)
{
	/* `key TEXT [AO nocase], path TEXT ...`: the columns of ours in the same order begin with these. */
	int i = 0;
	for (const char *p = text; *p != '\0' && *p != '`'; i++) {
		char name[64], type[32];
		if (sscanf(p, " %63[a-z0-9_] %31[A-Z]", name, type) != 2) {
			break;
		}
		CHECK_ROW(t->name, i < t->ncolumns);
		if (i >= t->ncolumns) {
			return;
		}
		CHECK_ROW(name, strcmp(t->columns[i].name, name) == 0);
		bool text_type = strcmp(type, "TEXT") == 0 || strcmp(type, "DATETIME") == 0;
		CHECK_ROW(name, (t->columns[i].type == TS_TEXT) == text_type);
		const char *next = strchr(p, ','), *bracket = strchr(p, '[');
		bool flagged =
			bracket != NULL && (next == NULL || bracket < next) && bracket < strchr(p, '`');
		if (flagged && strncmp(bracket, "[R", 2) == 0) {
			CHECK_ROW(name, (t->columns[i].flags & TS_REQUIRED) != 0);
		}
		if (next == NULL || next > strchr(p, '`')) {
			break;
		}
		p = next + 1;
	}
}

static void test_reference(void)
{
	const char *root = getenv("TS_SOURCE_ROOT");
	char *path = ts_xasprintf("%s/../shared/reference/osquery-tables.md", root != NULL ? root : ".");
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (!ts_os_read_file(path, &b, NULL)) {
		printf("skipped: %s is not there\n", path);
	} else {
		const struct ts_table *t;
		for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
			char pattern[96];
			snprintf(pattern, sizeof(pattern), "\n%s: `", t->name);
			const char *at = strstr(ts_buf_str(&b), pattern);
			if ((t->flags & TS_OSQUERY) != 0 && at != NULL) {
				check_reference_line(t, at + strlen(pattern));
			}
		}
	}
	ts_buf_finish(&b);
	free(path);
}

/* --- rows of test cases: wrong use --- */

static void test_wrong_rows(void)
{
	static const struct {
		const char *table, *column, *value, *part;
	} cases[] = {
		{ "service", "name", "x", "there is no table 'service' (did you mean services?)" },
		{ "services", "nmae", "x", "services has no column 'nmae' (did you mean name?)" },
		{ "services", "pid", "many", "pid of services must be a whole number, not 'many'" },
		{ "services", "pid", "1.5", "must be a whole number" },
		{ "services", "pid", "0x10", "must be a whole number" },
		{ "tcp_connect", "elapsed_ms", "nan", "must be a number" },
		{ "tcp_connect", "host", "a", "needs the column port" },
		{ "windows_eventlog", "eventid", "1", "needs the column channel" },
		{ "windows_eventlog", "time_range", "x", "time_range of windows_eventlog is an input" },
	};
	struct ts_evidence *ev = ts_evidence_new();
	ts_evidence_set_rows(ev, "server", 1);
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_err err = { "" };
		CHECK_ROW(cases[i].part, !ts_evidence_rows_row(ev, "server", cases[i].table, &cases[i].column,
						 &cases[i].value, 1, &err));
		CHECK_ROW(err.text, strstr(err.text, cases[i].part) != NULL);
	}
	struct ts_err err;
	CHECK(!ts_evidence_rows_table(ev, "srever", "services", &err));
	CHECK_STR(err.text, "there is no machine 'srever'; there is here, server");
	CHECK(!ts_evidence_rows_table(ev, "here", "services", &err));
	CHECK(!ts_evidence_rows_gap(ev, "server", "nothing", NULL, TS_SEEN_DENIED, &err));
	ts_evidence_free(ev);
}

TEST_MAIN({ "files", test_files }, { "list", test_list }, { "examples", test_examples },
	{ "reference", test_reference }, { "wrong_rows", test_wrong_rows })
