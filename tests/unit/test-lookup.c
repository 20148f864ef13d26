/* tests/unit/test-lookup.c - kb/code.c, kb/lookup.c, kb/search.c, kb/load.c: from codes, names and words to
 * entries. */
#include "test.h"

#include "kb-fixture.h"
#include "kb/code.h"
#include "kb/compile.h"
#include "kb/pack.h"

static void test_spellings(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t code;
	} rows[] = {
		{ "0x904", true, 0x904 },
		{ "0X904", true, 0x904 },
		{ "0x00000904", true, 0x904 },
		{ "0x0000000000000904", true, 0x904 },
		{ "904h", true, 0x904 },
		{ "904H", true, 0x904 },
		{ "0D06h", true, 0xD06 },
		{ "2308", true, 0x904 },
		{ " 2308 ", true, 0x904 },
		{ "+2308", true, 0x904 },
		{ "0", true, 0 },
		{ "0x0", true, 0 },
		{ "0000000000002308", true, 2308 },
		{ "-2147467259", true, 0x80004005 },
		{ "-1073741819", true, 0xC0000005 },
		{ "-2147483648", true, 0x80000000 },
		{ "-1", true, 0xFFFFFFFF },
		{ "0x80070005", true, 0x80070005 },
		{ "2147942405", true, 0x80070005 },
		{ "4294967295", true, 0xFFFFFFFF },
		{ "C000006D", true, 0xC000006D },
		{ "c000006d", true, 0xC000006D },
		{ "80070005", true, 80070005 }, /* no letter: decimal */
		{ "4294967296", false, 0 },
		{ "-2147483649", false, 0 },
		{ "0x100000000", false, 0 },
		{ "99999999999999999999999999", false, 0 },
		{ "0xffffffffffffffffffffffff", false, 0 },
		{ "", false, 0 },
		{ " ", false, 0 },
		{ "-", false, 0 },
		{ "+", false, 0 },
		{ "0x", false, 0 },
		{ "h", false, 0 },
		{ "beach", false, 0 },
		{ "0x9g4", false, 0 },
		{ "0x-904", false, 0 },
		{ "-0x904", false, 0 },
		{ "--5", false, 0 },
		{ "2308a", false, 0 },
		{ "23 08", false, 0 },
		{ "0x904/0x7", false, 0 },
		{ "deadbee", false, 0 },
		{ "\xD9\xA3", false, 0 },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		uint32_t code = 0;
		bool ok = ts_code_parse(rows[i].text, &code);

		CHECK_ROW(rows[i].text, ok == rows[i].ok);
		CHECK_ROW(rows[i].text, !ok || code == rows[i].code);
	}
}

static void test_roles(void)
{
	enum ts_code_role r;

	for (int i = TS_ROLE_DISCONNECT; i <= TS_ROLE_OTHER; i++) {
		CHECK(ts_code_role_parse(ts_code_role_name((enum ts_code_role)i), &r));
		CHECK_INT(r, i);
	}
	CHECK(!ts_code_role_parse("any", &r));
	CHECK(!ts_code_role_parse("", &r));
	CHECK(!ts_code_role_parse(NULL, &r));
	CHECK_STR(ts_code_role_title(TS_ROLE_DISCONNECT), "disconnect reason");
	CHECK_STR(ts_code_role_title((enum ts_code_role)99), "code");
}

static void test_names(struct ts_kb *kb)
{
	static const struct {
		const char *text;
		bool ok;
		uint32_t code;
		enum ts_code_role role;
	} rows[] = {
		{ "ERRINFO_SERVER_DENIED_CONNECTION", true, 7, TS_ROLE_ERRINFO },
		{ "errinfo_server_denied_connection", true, 7, TS_ROLE_ERRINFO },
		{ " ERRCONNECT_TLS_CONNECT_FAILED\n", true, 0x20008, TS_ROLE_OTHER },
		{ "FREERDP_ERROR_TLS_CONNECT_FAILED", true, 0x20008, TS_ROLE_OTHER },
		{ "disconnectReasonAtClientWinsockFDCLOSE", true, 0x904, TS_ROLE_DISCONNECT },
		{ "STATUS_LOGON_FAILURE", true, 0xC000006D, TS_ROLE_OTHER },
		{ "0x904", true, 0x904, TS_ROLE_ANY },
		{ "ERRINFO_%", false, 0, TS_ROLE_ANY },
		{ "' OR 1=1 --", false, 0, TS_ROLE_ANY },
		{ "", false, 0, TS_ROLE_ANY },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		uint32_t code = 0;
		enum ts_code_role role = TS_ROLE_ANY;

		CHECK_ROW(rows[i].text, ts_kb_code(kb, rows[i].text, &code, &role) == rows[i].ok);
		CHECK_ROW(rows[i].text, code == rows[i].code && role == rows[i].role);
	}
	CHECK(ts_kb_code(kb, "STATUS_LOGON_FAILURE", &(uint32_t){ 0 }, NULL));
}

/* The same number in two roles. */
static void test_meanings(struct ts_kb *kb)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_meaning *m;

	CHECK_INT(ts_kb_meanings(kb, 0x104, TS_ROLE_ANY, a, &m), 2);
	CHECK_STR(m[0].name, "disconnectReasonDNSLookupFailed");
	CHECK_INT(m[0].role, TS_ROLE_DISCONNECT);
	CHECK_STR(m[0].product, "Remote Desktop");
	CHECK_STR(m[0].certainty, "documented");
	CHECK_STR(m[1].name, "exDiscReasonLicenseErrClientEncryption");
	CHECK_INT(m[1].role, TS_ROLE_EXTENDED);
	CHECK_INT(ts_kb_meanings(kb, 0x104, TS_ROLE_EXTENDED, a, &m), 1);
	CHECK_INT(m[0].role, TS_ROLE_EXTENDED);
	CHECK_INT(ts_kb_meanings(kb, 0x104, TS_ROLE_NEGOTIATION, a, &m), 0);
	CHECK_INT(ts_kb_meanings(kb, 0xDEAD, TS_ROLE_ANY, a, &m), 0);
	CHECK_INT(ts_kb_meanings(kb, 0xC000006D, TS_ROLE_ANY, a, &m), 1);
	ts_arena_free(a);
}

static void test_by_code(struct ts_kb *kb)
{
	static const struct {
		const char *name;
		uint32_t code;
		bool has_ext;
		uint32_t ext;
		const char *product, *first;
		bool exact;
	} rows[] = {
		{ "pair", 0x904, true, 7, NULL, "rd/0x904-0x7", true },
		{ "bare code", 0x904, false, 0, NULL, "rd/0x904-0x7", true },
		{ "bare code claimed, other extended", 0x904, true, 3, NULL, "rd/0x904-0x7", true },
		{ "same category in the dictionary", 0x208, false, 0, NULL, "rd/0x104", false },
		{ "second byte differs", 0xA04, false, 0, NULL, "rd/0x904-0x7", false },
		{ "second byte differs, below", 0x704, false, 0, NULL, "rd/0x804", false },
		{ "counted up", 0x3000007, false, 0, NULL, "rd/0x3000001", false },
		{ "nothing near", 0x12345678, false, 0, NULL, NULL, false },
		{ "largest", 0xFFFFFFFF, true, 0xFFFFFFFF, NULL, NULL, false },
		{ "pack", 0x904, true, 7, "RD", "rd/0x904-0x7", true },
		{ "other pack", 0x904, true, 7, "vnc", NULL, false },
	};
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		size_t n = ts_kb_by_code(kb, rows[i].code, TS_ROLE_ANY, rows[i].has_ext, rows[i].ext,
			rows[i].product, 5, a, &hits);
		CHECK_ROW(rows[i].name, (n > 0) == (rows[i].first != NULL));
		CHECK_ROW(rows[i].name, n == 0 || strcmp(hits[0].id, rows[i].first) == 0);
		CHECK_ROW(rows[i].name, n == 0 || hits[0].exact == rows[i].exact);
	}
	/* Never the same entry twice, never more than asked for. */
	size_t n = ts_kb_by_code(kb, 0x904, TS_ROLE_ANY, true, 7, NULL, 5, a, &hits);
	CHECK_INT(n, 3);
	CHECK_STR(hits[0].title, "The server closed the connection");
	CHECK(strcmp(hits[1].id, hits[0].id) != 0 && !hits[1].exact && hits[1].score < hits[0].score);
	CHECK_INT(ts_kb_by_code(kb, 0x904, TS_ROLE_ANY, true, 7, NULL, 1, a, &hits), 1);
	CHECK_INT(ts_kb_by_code(kb, 0x904, TS_ROLE_ANY, true, 7, NULL, 0, a, &hits), 0);
	ts_arena_free(a);
}

static void test_list(struct ts_kb *kb)
{
	static const char *const ids[] = { "rd/0x104", "rd/0x3000001", "rd/0x804", "rd/0x904-0x7",
		"rd/gateway" };
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;

	CHECK_INT(ts_kb_list(kb, NULL, a, &hits), 5);
	for (size_t i = 0; i < TS_COUNT(ids); i++) {
		CHECK_STR(hits[i].id, ids[i]);
	}
	CHECK_INT(ts_kb_list(kb, "rd", a, &hits), 5);
	CHECK_INT(ts_kb_list(kb, "x", a, &hits), 0);
	CHECK_STR(ts_kb_class_title(kb, "cabling", a),
		"Something between the two computers is not plugged in.");
	CHECK(ts_kb_class_title(kb, "magic", a) == NULL);
	CHECK(ts_kb_class_title(kb, NULL, a) == NULL);
	ts_arena_free(a);
}

static void test_search(struct ts_kb *kb)
{
	static const struct {
		const char *words, *first;
	} rows[] = {
		{ "gateway busy", "rd/0x3000001" },
		{ "closed connection", "rd/0x904-0x7" },
		{ "closing connections", "rd/0x904-0x7" }, /* stems */
		{ "resol", "rd/0x104" },                   /* the beginning of a word */
		{ "0x804", "rd/0x804" },
		{ "2052", "rd/0x804" },  /* the same in decimal */
		{ "36870", "rd/0x804" }, /* an event's number */
		{ "KAPUTT", "rd/0x904-0x7" },
		{ "internal error", "rd/0x904-0x7" },
		{ "gateway xyzzy", "rd/gateway" }, /* a word that is nowhere does not spoil the others */
		{ "xyzzy", NULL },
		{ "", NULL },
		{ "   ", NULL },
	};
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	struct ts_err err = { "" };

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		size_t n = ts_kb_search(kb, rows[i].words, NULL, 5, a, &hits, &err);
		CHECK_ROW(rows[i].words, (n > 0) == (rows[i].first != NULL));
		CHECK_STR(n > 0 ? hits[0].id : NULL, rows[i].first);
		CHECK_ROW(rows[i].words, n == 0 || hits[0].snippet != NULL);
		for (size_t k = 1; k < n; k++) {
			CHECK_ROW(rows[i].words, hits[k].score <= hits[k - 1].score);
		}
	}
	CHECK_INT(ts_kb_search(kb, "closed", NULL, 5, a, &hits, &err), 1);
	CHECK(strchr(hits[0].snippet, 1) != NULL && strchr(hits[0].snippet, 2) != NULL);
	CHECK_INT(ts_kb_search(kb, "closed", "other", 5, a, &hits, &err), 0);
	ts_arena_free(a);
}

/* Whatever is typed is words, never an expression. */
static void test_hostile_words(struct ts_kb *kb)
{
	static const char *const rows[] = { "\"", "\"\"", "\"gateway", "gateway\"", "' OR 1 --", "gateway*",
		"*", "* *", "NEAR(a b)", "NEAR", "gateway NEAR/2 busy", "AND", "OR", "NOT", "gateway AND",
		"NOT gateway", "(", ")", "((((", "gateway)", "title:", "title : gateway", "{title} : x",
		"- title", "^gateway", "a+b", "+", ":", "\\", "%", "_", ";DROP TABLE entry", "gate\x01way",
		"\xFF\xFE", "gateway \xC3", "\xE2\x86\x92", "\xF0\x9F\x98\x80", "0x904/0x7", "a.b.c",
		"rowid:1", "rank", "search", "\xC2\xA0", "\xE2\x80\x8B", "'", "`",
		"gateway\ngateway\tgateway" };
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	struct ts_err err = { "" };
	struct ts_buf b;

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		ts_kb_search(kb, rows[i], NULL, 5, a, &hits, &err);
		CHECK_ROW(rows[i], ts_kb_trouble(kb) == NULL);
	}
	ts_buf_init(&b, 1 << 20);
	for (int i = 0; i < 5000; i++) {
		ts_buf_printf(&b, "word%d ", i);
	}
	ts_buf_fill(&b, 'x', 100000);
	ts_kb_search(kb, ts_buf_str(&b), NULL, 5, a, &hits, &err);
	CHECK(ts_kb_trouble(kb) == NULL);
	CHECK_STR(err.text, "");
	ts_buf_finish(&b);
	ts_arena_free(a);
}

static void test_load(struct ts_kb *kb)
{
	struct ts_err err = { "" };
	struct ts_entry *e = ts_kb_load(kb, "rd/0x904-0x7", &err);
	char *text;
	int node;

	CHECK(e != NULL);
	CHECK_STR(e->id, "rd/0x904-0x7");
	CHECK_STR(e->pack, "rd");
	CHECK_STR(e->title, "The server closed the connection");
	CHECK_STR(e->summary, "The socket was closed before the session began.");
	CHECK_STR(e->reviewed, "2026-11-01");
	CHECK_INT(e->ncodes, 2);
	CHECK(e->codes[0].has_ext && e->codes[0].code == 0x904 && e->codes[0].ext == 7);
	CHECK(!e->codes[1].has_ext);
	CHECK_INT(e->nmessages, 1);
	CHECK_INT(e->nkeywords, 1);
	CHECK_STR(e->keywords[0].text, "kaputt");
	CHECK_INT(e->nsources, 1);
	/* Machines and parameters of the linked entry are the same, so there is one of each. */
	CHECK_INT(e->nmachines, 1);
	CHECK_INT(e->nparams, 1);
	CHECK_STR(e->params[0].match, "[a-z0-9.]+");
	CHECK_INT(e->nown, 2);
	CHECK_INT(e->nnodes, 4);
	CHECK_STR(e->nodes[0].id, "does-it-answer");
	CHECK_INT(e->nodes[0].kind, TS_NODE_QUESTION);
	CHECK_INT(e->nodes[0].nanswers, 2);
	CHECK_INT(e->nodes[0].answers[1].to, 1);
	node = e->nodes[0].answers[0].to;
	CHECK_INT(node, 2);
	CHECK_STR(e->nodes[node].id, "rd/gateway#does-it-answer");
	CHECK_INT(ts_entry_node(e, "rd/gateway#the-cable-is-out"), 3);
	CHECK_INT(e->nodes[2].answers[0].to, 3);
	CHECK_INT(e->nodes[1].kind, TS_NODE_CAUSE);
	CHECK_STR(e->nodes[1].cause_class, "cabling");
	CHECK_STR(e->nodes[1].where, "server");
	CHECK_STR(e->nodes[1].risk, "low");
	CHECK_STR(e->nodes[1].needs[0], "administrator");
	CHECK(e->nodes[1].needs[1] == NULL && e->nodes[1].certain[0] == NULL);
	CHECK(e->nodes[1].weight == 10 && e->nodes[1].minutes == 2);
	CHECK_INT(e->nodes[1].nsteps, 2);
	CHECK_INT(e->nodes[1].nundo, 1);
	CHECK_INT(e->nodes[1].steps[0].ncommands, 1);
	CHECK_STR(e->nodes[1].steps[0].commands[0].text, "ip link");
	CHECK_STR(e->nodes[1].steps[0].commands[0].shell, "sh");
	CHECK_STR(e->nodes[1].answers[0].label, "not solved");
	CHECK_INT(e->nodes[1].answers[0].to, -1);
	ts_entry_free(e);

	/* A link to one node brings only what is reached from there: the cause, not the question before it.
	 */
	e = ts_kb_load(kb, "rd/0x104", &err);
	CHECK(e != NULL);
	CHECK_INT(e->nnodes, 3);
	CHECK_STR(e->nodes[2].id, "rd/gateway#the-cable-is-out");
	CHECK_INT(e->nodes[0].answers[0].to, 2);
	ts_entry_free(e);

	/* Two links away. */
	e = ts_kb_load(kb, "rd/0x804", &err);
	CHECK(e != NULL);
	CHECK_INT(e->nnodes, 6);
	ts_entry_free(e);

	CHECK(ts_kb_load(kb, "rd/0x105", &err) == NULL);
	CHECK_STR(err.text, "there is no entry \"rd/0x105\" (did you mean \"rd/0x104\"?)");
	CHECK(ts_kb_load(kb, "gateway", &err) == NULL);
	CHECK_STR(err.text, "there is no entry \"gateway\" (did you mean \"rd/gateway\"?)");
	CHECK(ts_kb_load(kb, "what is this thing called love", &err) == NULL);
	CHECK(strstr(err.text, "--list") != NULL);
	text = ts_kb_markdown(kb, "rd/gateway", &err);
	CHECK(text != NULL && strstr(text, "# The gateway does not answer") != NULL &&
		strncmp(text, "---\n", 4) == 0);
	free(text);
	CHECK(ts_kb_markdown(kb, "nope", &err) == NULL);
	CHECK(ts_kb_trouble(kb) == NULL);
}

static void test_all(void)
{
	struct ts_kb *kb;

	fixture_make();
	kb = fixture_open();
	test_names(kb);
	test_meanings(kb);
	test_by_code(kb);
	test_list(kb);
	test_search(kb);
	test_hostile_words(kb);
	test_load(kb);
	ts_kb_free(kb);
	fixture_remove();
}

/* Two knowledge bases at once: the first one's entry counts, links cross over. */
static void test_several(void)
{
	struct ts_kb *kb;
	struct ts_arena *a = ts_arena_new();
	struct ts_err err = { "" };
	struct ts_hit *hits;
	struct ts_entry *e;
	struct ts_kb_info info;
	char path[600];

	fixture_make();
	kb = fixture_open();
	/* An "own" folder with an entry of the same id as a second file. */
	snprintf(path, sizeof(path), "%s/own", fixture_dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/own/rd", fixture_dir);
	mkdir(path, 0755);
	fixture_write("own/rd/pack.yaml",
		"name: rd\ntitle: Mine\nversion: '1'\nlicence: MIT\nclasses:\n  cabling: Cables.\n");
	fixture_entry("own/rd/0x104.md", "My own words", "0x104", "", "Mine.", "#the-cable-is-out");
	fixture_entry("own/rd/zebra.md", "Zebra gateway", "0x777", "", "Striped.", "0x104.md");
	snprintf(path, sizeof(path), "%s/own", fixture_dir);
	CHECK(ts_kb_add(kb, path, NULL, &err));
	CHECK_STR(err.text, "");
	CHECK(ts_kb_info(kb, &info, &err));
	CHECK_INT(info.entries, 7);
	CHECK_INT(strlen(info.sha256), 64);
	CHECK_INT(ts_kb_list(kb, NULL, a, &hits), 6);
	CHECK_STR(hits[0].title, "The computer cannot be found");
	CHECK_STR(hits[5].id, "rd/zebra");
	CHECK_INT(ts_kb_by_code(kb, 0x104, TS_ROLE_ANY, false, 0, NULL, 1, a, &hits), 1);
	CHECK_STR(hits[0].title, "The computer cannot be found");
	CHECK_INT(ts_kb_search(kb, "gateway", NULL, 10, a, &hits, &err), 3);
	e = ts_kb_load(kb, "rd/zebra", &err);
	CHECK(e != NULL && e->nown == 2);
	/* zebra leads to 0x104 of the first file, which leads on to the gateway. */
	CHECK_INT(e->nnodes, 5);
	ts_entry_free(e);
	ts_kb_free(kb);
	ts_arena_free(a);
	fixture_remove();
}

TEST_MAIN({ "spellings", test_spellings }, { "roles", test_roles }, { "all", test_all },
	{ "several", test_several })
