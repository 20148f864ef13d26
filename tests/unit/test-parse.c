/* tests/unit/test-parse.c - the parsers of kb/: YAML, slugs, SQL tokens, entries, test cases; hostile
 * input. */
#include <stdlib.h>
#include "test.h"
#include "base/buf.h"
#include "base/diag.h"
#include "kb/date.h"
#include "kb/parse.h"
#include "kb/slug.h"
#include "kb/sqlscan.h"
#include "kb/testcase.h"
#include "kb/yaml.h"

static const char good[] = "---\n"
			   "title: The server closed the connection\n"
			   "codes: [0x904/0x7, 0x904]\n"
			   "messages:\n"
			   "  - 'error code:\\s*0x904\\b'\n"
			   "machines:\n"
			   "  client: the computer you connect from\n"
			   "  server: the computer you connect to\n"
			   "parameters:\n"
			   "  host: {ask: Which computer?, match: '[a-z0-9.]{1,253}'}\n"
			   "  port: {ask: On which port?, match: '[0-9]{1,5}', default: 3389}\n"
			   "reviewed: 2026-11-22\n"
			   "sources:\n"
			   "  - https://example.org/a\n"
			   "---\n"
			   "\n"
			   "# Closed with 0x904\n"
			   "\n"
			   "The *socket* was closed.\n"
			   "It means little.\n"
			   "\n"
			   "Second paragraph with [a link](#a-fault).\n"
			   "\n"
			   "## Does the computer answer?\n"
			   "\n"
			   "Because of this.\n"
			   "\n"
			   "```sql here\n"
			   "SELECT state AS answer\n"
			   "FROM   tcp_connect\n"
			   "WHERE  host = $host AND port = $port;\n"
			   "```\n"
			   "\n"
			   "- **open** it took\n"
			   "  the call: [The fault](#a-fault)\n"
			   "- **refused** nothing listens: [Elsewhere](other.md#x)\n"
			   "- **timeout** See [the page](https://example.org/x).\n"
			   "\n"
			   "## A fault\n"
			   "\n"
			   "```yaml\n"
			   "cause: 25\n"
			   "minutes: 5\n"
			   "where: server\n"
			   "needs: [administrator, reboot]\n"
			   "risk: low\n"
			   "certain: [present]\n"
			   "```\n"
			   "\n"
			   "How it breaks.\n"
			   "\n"
			   "1. Look:\n"
			   "   ```powershell\n"
			   "   Get-Item 'a'\n"
			   "     indented\n"
			   "   ```\n"
			   "   or\n"
			   "   ```bat\n"
			   "   dir a\n"
			   "   ```\n"
			   "2. Then mend it.\n"
			   "\n"
			   "   It takes a while.\n"
			   "\n"
			   "### Undo\n"
			   "\n"
			   "Only where it got worse:\n"
			   "\n"
			   "1. Take it back.\n"
			   "\n"
			   "- **not solved**: [Elsewhere](../tls/other.md)\n";

static struct ts_entry *parse(const char *text, size_t n, struct ts_diags *d)
{
	return ts_parse_entry(ts_diags_source(d, "rdp/a.md", text, n), "rdp/a", d);
}

static void show(struct ts_diags *d)
{
	if (ts_diags_count(d, TS_ERROR) > 0) {
		ts_diags_print(d, stderr);
	}
}

static void check_good_front(const struct ts_entry *e)
{
	CHECK_STR(e->id, "rdp/a");
	CHECK_STR(e->pack, "rdp");
	CHECK_STR(e->title, "The server closed the connection");
	CHECK_STR(e->heading, "Closed with 0x904");
	CHECK_STR(e->summary, "The socket was closed. It means little.");
	CHECK_STR(e->meaning,
		"The *socket* was closed.\nIt means little.\n\nSecond paragraph with [a link](#a-fault).");
	CHECK_STR(e->reviewed, "2026-11-22");
	CHECK_INT(e->ncodes, 2);
	CHECK(e->codes[0].code == 0x904 && e->codes[0].has_ext && e->codes[0].ext == 7 &&
		!e->codes[1].has_ext);
	CHECK_STR(e->messages[0].text, "error code:\\s*0x904\\b");
	CHECK_INT(e->nmachines, 2);
	CHECK_STR(e->machines[1].title, "the computer you connect to");
	CHECK_INT(e->nparams, 2);
	CHECK_STR(e->params[1].def, "3389");
	CHECK_INT(e->nlinks, 1);
	CHECK_STR(e->links[0].target_anchor, "a-fault");
}

static void check_good_question(const struct ts_entry *e)
{
	const struct ts_node *q = &e->nodes[0];

	CHECK_STR(q->id, "does-the-computer-answer");
	CHECK_STR(q->title, "Does the computer answer?");
	CHECK_STR(q->why, "Because of this.");
	CHECK_STR(q->machine, "here");
	CHECK_STR(
		q->sql, "SELECT state AS answer\nFROM   tcp_connect\nWHERE  host = $host AND port = $port;");
	CHECK(strcmp(q->params[0], "host") == 0 && strcmp(q->params[1], "port") == 0 && q->params[2] == NULL);
	CHECK_INT(q->nanswers, 3);
	CHECK_STR(q->answers[0].label, "open");
	CHECK_STR(q->answers[0].text, "it took the call");
	CHECK_STR(q->answers[0].link_text, "The fault");
	CHECK_INT(q->answers[0].to, 1);
	CHECK_STR(q->answers[1].target, "other.md#x");
	CHECK_STR(q->answers[1].target_entry, "rdp/other");
	CHECK_STR(q->answers[1].target_anchor, "x");
	CHECK_INT(q->answers[1].to, -1);
	CHECK(q->answers[2].target == NULL);
	CHECK_STR(q->answers[2].text, "See [the page](https://example.org/x).");
}

static void check_good(const struct ts_entry *e)
{
	const struct ts_node *c = &e->nodes[1];

	CHECK_INT(e->nnodes, 2);
	check_good_front(e);
	check_good_question(e);
	CHECK_INT(c->kind, TS_NODE_CAUSE);
	CHECK(c->weight == 25 && c->minutes == 5);
	CHECK_STR(c->where, "server");
	CHECK(strcmp(c->needs[1], "reboot") == 0 && c->needs[2] == NULL);
	CHECK_STR(c->certain[0], "present");
	CHECK_STR(c->why, "How it breaks.");
	CHECK_INT(c->nsteps, 2);
	CHECK_STR(c->steps[0].text, "Look:\nor");
	CHECK_INT(c->steps[0].ncommands, 2);
	CHECK_STR(c->steps[0].commands[0].shell, "powershell");
	CHECK_STR(c->steps[0].commands[0].text, "Get-Item 'a'\n  indented");
	CHECK_STR(c->steps[0].commands[1].text, "dir a");
	CHECK_STR(c->steps[1].text, "Then mend it.\n\nIt takes a while.");
	CHECK_STR(c->undo_text, "Only where it got worse:");
	CHECK_INT(c->nundo, 1);
	CHECK_STR(c->undo[0].text, "Take it back.");
	CHECK_STR(c->answers[0].label, "not solved");
	CHECK_STR(c->answers[0].text, "");
	CHECK_STR(c->answers[0].target_entry, "tls/other");
	CHECK(c->answers[0].target_anchor == NULL);
}

static void test_entry(void)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_entry *e = parse(good, sizeof(good) - 1, d);

	show(d);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 0);
	check_good(e);
	CHECK_INT(ts_entry_node(e, "a-fault"), 1);
	CHECK_INT(ts_entry_node(e, "nothing"), -1);
	CHECK(ts_node_answer(&e->nodes[0], "refused") == &e->nodes[0].answers[1]);
	CHECK(ts_node_answer(&e->nodes[0], "nothing") == NULL);
	ts_entry_free(e);
	ts_entry_free(NULL);
	ts_diags_free(d);
}

/* Spans are bytes of the file, whatever its line ends are. */
static void check_spans(const struct ts_entry *e, const char *text)
{
	const struct ts_node *q = &e->nodes[0];
	const struct ts_answer *a = &q->answers[0];
	struct ts_source src = { NULL, (char *)(uintptr_t)text, strlen(text) };

	CHECK(strncmp(text + q->title_span.off, "## Does the computer answer?", q->title_span.len) == 0);
	CHECK(strncmp(text + q->sql_span.off, "SELECT state", 12) == 0);
	CHECK(strncmp(text + ts_parse_sql_offset(&src, q, strlen(q->sql) - 5), "port;", 5) == 0);
	CHECK(a->span.len == 4 && strncmp(text + a->span.off, "open", 4) == 0);
	CHECK(a->target_span.len == 8 && strncmp(text + a->target_span.off, "#a-fault", 8) == 0);
	CHECK(strncmp(text + e->codes[1].span.off, "0x904]", 6) == 0);
	CHECK(strncmp(text + e->params[1].span.off, "port: {ask", 10) == 0);
	CHECK(strncmp(text + e->nodes[1].steps[0].commands[1].span.off, "   dir a", 8) == 0);
}

static void test_line_ends(void)
{
	struct ts_buf crlf;
	struct ts_diags *d = ts_diags_new();
	struct ts_entry *e = parse(good, sizeof(good) - 1, d);

	check_spans(e, good);
	ts_entry_free(e);
	ts_buf_init(&crlf, TS_BUF_MAX_TEXT);
	ts_buf_puts(&crlf, "\xEF\xBB\xBF"); /* a byte order mark is no harm either */
	for (const char *p = good; *p != '\0'; p++) {
		if (*p == '\n') {
			ts_buf_putc(&crlf, '\r');
		}
		ts_buf_putc(&crlf, *p);
	}
	e = parse(crlf.data, crlf.len, d);
	show(d);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 0);
	check_good(e);
	check_spans(e, crlf.data);
	ts_entry_free(e);
	ts_buf_finish(&crlf);
	ts_diags_free(d);
}

static void test_slugs(void)
{
	static const struct {
		const char *heading, *slug;
	} rows[] = {
		{ "The listener's certificate or its key", "the-listeners-certificate-or-its-key" },
		{ "Does it, or not?", "does-it-or-not" },
		{ "Does it, or not?", "does-it-or-not-1" },
		{ "Does it or not", "does-it-or-not-2" },
		{ "a-1", "a-1" },
		{ "a", "a" },
		{ "a", "a-2" },
		{ "Größe ändern: ÄÖÜ", "größe-ändern-äöü" },
		{ "Ошибка Сервера", "ошибка-сервера" },
		{ "ΑΒΓ Ω", "αβγ-ω" },
		{ "接続できない。なぜ?", "接続できないなぜ" },
		{ "a — b", "a--b" },
		{ "snake_case & more", "snake_case--more" },
		{ "Port 3389/tcp (open)", "port-3389tcp-open" },
		{ "?!", "" },
		{ "\xF0\x9F\x98\x80 smile", "-smile" },
	};
	struct ts_arena *a = ts_arena_new();
	struct ts_slugs *s = ts_slugs_new(a);

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		CHECK_STR(ts_slug(s, rows[i].heading), rows[i].slug);
	}
	ts_arena_free(a);
}

static void test_yaml_types(void)
{
	static const struct {
		const char *text;
		enum ts_yaml_type type;
	} rows[] = {
		{ "", TS_YAML_NULL },
		{ "~", TS_YAML_NULL },
		{ "null", TS_YAML_NULL },
		{ "'null'", TS_YAML_STRING },
		{ "true", TS_YAML_BOOL },
		{ "False", TS_YAML_BOOL },
		{ "yes", TS_YAML_STRING },
		{ "1", TS_YAML_INT },
		{ "-12", TS_YAML_INT },
		{ "0x904", TS_YAML_INT },
		{ "'1'", TS_YAML_STRING },
		{ "\"1\"", TS_YAML_STRING },
		{ "1.5", TS_YAML_FLOAT },
		{ "1e3", TS_YAML_FLOAT },
		{ ".5", TS_YAML_FLOAT },
		{ ".nan", TS_YAML_FLOAT },
		{ "1.2.3", TS_YAML_STRING },
		{ "1e", TS_YAML_STRING },
		{ "0xg", TS_YAML_STRING },
		{ ".", TS_YAML_STRING },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_arena *a = ts_arena_new();
		struct ts_diags *d = ts_diags_new();
		char *text = ts_xasprintf("k: %s\n", rows[i].text);
		const struct ts_yaml *v =
			ts_yaml_get(ts_yaml_parse(a, ts_diags_source(d, "t", text, strlen(text)), NULL, 0,
					    strlen(text), d),
				"k");

		CHECK_ROW(rows[i].text, v != NULL && ts_yaml_type(v) == rows[i].type);
		free(text);
		ts_diags_free(d);
		ts_arena_free(a);
	}
}

/* What is refused, and at which line and column. */
static void test_yaml_refused(void)
{
	static const struct {
		const char *name, *text;
		size_t line, column;
		const char *says;
	} rows[] = {
		{ "anchor", "a: &x 1\n", 1, 4, "anchors" },
		{ "alias", "a: &x [1]\nb: *x\n", 1, 4, "anchors" },
		{ "tag", "a: !!int '1'\n", 1, 4, "tags" },
		{ "duplicate", "a: 1\nb: 2\na: 3\n", 3, 1, "twice" },
		{ "duplicate behind letters", "\"\xC3\xA4\xC3\xB6\": 1\nb: {k: 2, k: 3}\n", 2, 11, "twice" },
		{ "two documents", "a: 1\n---\nb: 2\n", 2, 1, "second document" },
		{ "list as key", "[1, 2]: 3\n", 1, 1, "key" },
		{ "open quote", "a: 'x\n", 2, 1, "quote" },
		{ "tab", "a:\n\t- 1\n", 2, 1, "YAML" },
		{ "NUL", "a: \"x\\0y\"\n", 1, 4, "NUL" },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_arena *a = ts_arena_new();
		struct ts_diags *d = ts_diags_new();
		const struct ts_problem *p;

		ts_yaml_parse(a, ts_diags_source(d, "t", rows[i].text, strlen(rows[i].text)), NULL, 0,
			strlen(rows[i].text), d);
		ts_diags_sort(d);
		p = ts_diags_get(d, 0);
		CHECK_ROW(rows[i].name, p != NULL && p->line == rows[i].line && p->column == rows[i].column);
		CHECK_ROW(rows[i].name, p != NULL && strstr(p->text, rows[i].says) != NULL);
		if (p != NULL && (p->line != rows[i].line || p->column != rows[i].column ||
					 strstr(p->text, rows[i].says) == NULL)) {
			ts_diags_print(d, stderr);
		}
		ts_diags_free(d);
		ts_arena_free(a);
	}
}

static void test_yaml_limits(void)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_diags *d = ts_diags_new();
	struct ts_buf b;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_fill(&b, '[', 100000);
	CHECK(ts_yaml_parse(a, ts_diags_source(d, "deep", b.data, b.len), NULL, 0, b.len, d) == NULL);
	CHECK(strstr(ts_diags_get(d, 0)->text, "nested") != NULL);
	ts_buf_clear(&b);
	for (int i = 0; i < 100001; i++) {
		ts_buf_puts(&b, "- 1\n");
	}
	CHECK(ts_yaml_parse(a, ts_diags_source(d, "many", b.data, b.len), NULL, 0, b.len, d) == NULL);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 2);
	ts_buf_finish(&b);
	ts_diags_free(d);
	ts_arena_free(a);
}

static void test_sql_tokens(void)
{
	static const char sql[] = "SELECT '$no ''$no' -- $no\n, /* $no */ \"$no\" || $port, 0x1F<=$Host <> "
				  "[a b].c ->> '$.x' $host $since $now";
	struct ts_arena *a = ts_arena_new();
	const char **params = ts_sql_params(a, sql);
	size_t n;
	const struct ts_sql_token *t = ts_sql_tokens(a, sql, &n);

	CHECK_STR(params[0], "Host");
	CHECK_STR(params[1], "host");
	CHECK_STR(params[2], "port");
	CHECK(params[3] == NULL);
	CHECK_INT(n, 19);
	CHECK(t[1].kind == TS_SQL_STRING && t[2].kind == TS_SQL_PUNCT && t[3].kind == TS_SQL_WORD);
	CHECK(t[n].kind == TS_SQL_END);
	ts_sql_tokens(a, "'open", &n);
	CHECK_INT(n, 1);
	ts_sql_tokens(a, "/* open", &n);
	CHECK_INT(n, 0);
	ts_arena_free(a);
}

static void test_dates(void)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} rows[] = {
		{ "1970-01-01", true, 0 },
		{ "2026-11-22T15:15:53Z", true, 1795360553 },
		{ "2000-02-29T00:00:00.123Z", true, 951782400 },
		{ "1900-02-29", false, 0 },
		{ "2026-13-01", false, 0 },
		{ "2026-1-1", false, 0 },
		{ "2026-11-22T15:15:53", false, 0 },
		{ "2026-11-22x", false, 0 },
		{ "", false, 0 },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		int64_t t = -1;

		CHECK_ROW(rows[i].text,
			ts_date_parse(rows[i].text, &t) == rows[i].ok && (!rows[i].ok || t == rows[i].want));
	}
}

/* Nothing of this may crash, hang, or pass without a word. */
static void hostile(const char *name, struct ts_buf *b, const char *says)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_entry *e = parse(b->data, b->len, d);
	bool said = false;

	ts_diags_sort(d);
	for (size_t i = 0; ts_diags_get(d, i) != NULL; i++) {
		said |= strstr(ts_diags_get(d, i)->text, says) != NULL;
	}
	CHECK_ROW(name, ts_diags_count(d, TS_ERROR) > 0 && said);
	CHECK_ROW(name, ts_diags_count(d, TS_ERROR) < 20000);
	ts_entry_free(e);
	ts_diags_free(d);
	ts_buf_clear(b);
	ts_buf_puts(b, "---\ntitle: x\nsources: [a]\nreviewed: 2026-01-01\n---\n# X\n\n");
}

static void repeat(struct ts_buf *b, const char *text, int n)
{
	for (int i = 0; i < n; i++) {
		ts_buf_puts(b, text);
	}
}

static void test_hostile(void)
{
	struct ts_buf b;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_puts(&b, "\n");
	hostile("one line", &b, "front matter");
	repeat(&b, ">", 50000);
	hostile("nested quotes", &b, "KiB");
	repeat(&b, "> ", 6000);
	hostile("nested quotes within the limit", &b, "says what the error means");
	repeat(&b, "![[]()", 600000);
	hostile("brackets", &b, "KiB");
	for (int i = 0; i < 100; i++) {
		repeat(&b, "[a](<b", 2500);
		repeat(&b, "\n\n", 1);
	}
	hostile("open links", &b, "##");
	ts_buf_fill(&b, 'x', (size_t)10 << 20);
	hostile("ten megabytes in a line", &b, "4 MiB");
	repeat(&b, "## a\n", 100000);
	hostile("nodes", &b, "1000 nodes");
	repeat(&b, "## a\n\n- **x**\n", 1);
	repeat(&b, "- **x** y\n\n", 100000);
	hostile("answers", &b, "200 answers");
	repeat(&b, "- ", 7000);
	hostile("nested lists", &b, "##");
	ts_buf_put(&b, "a\0b\x80\xFF\x01 c\r d\n\n## q\n", 18);
	hostile("bytes", &b, "not UTF-8");
	for (int i = 0; i < 300000; i++) {
		ts_buf_putc(&b, '\x80');
	}
	hostile("more bytes", &b, "more of these");
	repeat(&b, "<a>\n", 3000);
	hostile("HTML", &b, "HTML");
	ts_buf_clear(&b);
	repeat(&b, "---\n", 1);
	hostile("no end", &b, "no end");
	ts_buf_finish(&b);
}

static void test_nothing(void)
{
	struct ts_diags *d = ts_diags_new();

	CHECK(parse("", 0, d) == NULL);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 1);
	ts_diags_free(d);
}

static void test_testcases(void)
{
	static const char text[] =
		"- name: first\n"
		"  given:\n"
		"    parameters: {host: srv1}\n"
		"    as_of: 2026-11-20T00:00:00Z\n"
		"    here:\n"
		"      tcp_connect: [{host: srv1, port: 3389, rtt_ms: 1.5, detail: '12', address: null}]\n"
		"      dns_lookup: []\n"
		"    gaps: {server: {certificates: denied, windows_eventlog: {System: partial}}}\n"
		"    answers: {does-the-computer-answer: open}\n"
		"  expect:\n"
		"    end: does-the-computer-answer/timeout\n"
		"    asked: []\n"
		"    status: {a-fault: possible}\n";
	struct ts_diags *d = ts_diags_new();
	struct ts_arena *a = ts_arena_new();
	struct ts_entry *e = parse(good, sizeof(good) - 1, d);
	struct ts_test_file *f = ts_testcases_read(a, ts_diags_source(d, "t", text, sizeof(text) - 1), e, d);
	const struct ts_test_case *c = &f->cases[0];
	const struct ts_test_row *row;

	show(d);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 0);
	CHECK_INT(f->ncases, 1);
	CHECK_STR(c->name, "first");
	CHECK_INT(c->as_of, 1795132800);
	CHECK_STR(c->params[0].value, "srv1");
	CHECK_STR(c->machines[0].name, "here");
	CHECK_INT(c->machines[0].ntables, 2);
	CHECK_INT(c->machines[0].tables[1].nrows, 0);
	row = &c->machines[0].tables[0].rows[0];
	CHECK_INT(row->n, 5);
	CHECK(row->pairs[1].type == TS_YAML_INT && row->pairs[2].type == TS_YAML_FLOAT &&
		row->pairs[3].type == TS_YAML_STRING);
	CHECK(row->pairs[4].type == TS_YAML_NULL && row->pairs[4].value == NULL);
	CHECK_INT(c->ngaps, 2);
	CHECK(c->gaps[0].seen == TS_SEEN_DENIED && c->gaps[0].subject == NULL);
	CHECK(c->gaps[1].seen == TS_SEEN_PARTIAL && strcmp(c->gaps[1].subject, "System") == 0);
	CHECK_STR(c->answers[0].value, "open");
	CHECK_STR(c->expect.end, "does-the-computer-answer");
	CHECK_STR(c->expect.end_label, "timeout");
	CHECK(c->expect.says_asked && c->expect.nasked == 0 && !c->expect.says_unknown);
	CHECK_STR(c->expect.status[0].value, "possible");
	ts_entry_free(e);
	ts_arena_free(a);
	ts_diags_free(d);
}

TEST_MAIN({ "entry", test_entry }, { "line-ends", test_line_ends }, { "slugs", test_slugs },
	{ "yaml-types", test_yaml_types }, { "yaml-refused", test_yaml_refused },
	{ "yaml-limits", test_yaml_limits }, { "sql-tokens", test_sql_tokens }, { "dates", test_dates },
	{ "hostile", test_hostile }, { "nothing", test_nothing }, { "testcases", test_testcases })
