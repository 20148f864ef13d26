/* tests/unit/test-compile.c - kb/compile.c, kb/cache.c, kb/pattern.c, kb/digest.c and what is said of files
 * that are no kb.db. */
#include "test.h"

#include <fcntl.h>
#include <time.h>
#include "kb-fixture.h"
#include "kb/compile.h"
#include "kb/digest.h"
#include "kb/pack.h"
#include "kb/pattern.h"

static struct ts_pack_set *read_fixture(struct ts_diags *d)
{
	char *path = fixture_path("kb");
	struct ts_err err = { "" };
	struct ts_pack_set *set = ts_pack_read(path, d, &err);

	CHECK_STR(err.text, "");
	CHECK(set != NULL);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 0);
	free(path);
	return set;
}

static void read_bytes(const char *name, struct ts_buf *b)
{
	char *path = fixture_path(name);
	struct ts_err err;

	ts_buf_init(b, (size_t)64 << 20);
	CHECK(ts_os_read_file(path, b, &err));
	free(path);
}

static bool same_bytes(const char *a, const char *b)
{
	struct ts_buf x, y;
	bool same;

	read_bytes(a, &x);
	read_bytes(b, &y);
	same = x.len > 0 && x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	ts_buf_finish(&x);
	ts_buf_finish(&y);
	return same;
}

static void build(const struct ts_pack_set *set, const char *name)
{
	char *path = fixture_path(name);
	struct ts_err err = { "" };

	CHECK(ts_compile(set, path, &err));
	CHECK_STR(err.text, "");
	free(path);
}

static void test_same_bytes(void)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set;
	char **names;
	char *path;
	size_t n, temps = 0;

	fixture_make();
	set = read_fixture(d);
	build(set, "a.db");
	build(set, "b.db");
	CHECK(same_bytes("a.db", "b.db"));
	/* Listed the other way round. */
	for (size_t i = 0; i < set->nentries / 2; i++) {
		struct ts_pack_entry swap = set->entries[i];
		set->entries[i] = set->entries[set->nentries - 1 - i];
		set->entries[set->nentries - 1 - i] = swap;
	}
	build(set, "c.db");
	CHECK(same_bytes("a.db", "c.db"));
	/* Over an existing file, and no temporary file is left. */
	fixture_write("c.db", "something else");
	build(set, "c.db");
	CHECK(same_bytes("a.db", "c.db"));
	CHECK(ts_os_list_dir(fixture_dir, &names, &n, NULL));
	for (size_t i = 0; i < n; i++) {
		temps += strstr(names[i], "tmp") != NULL;
	}
	CHECK_INT(temps, 0);
	ts_os_list_free(names, n);
	/* A folder that is not there: a message, nothing half-written. */
	struct ts_err err = { "" };
	path = fixture_path("none/x.db");
	CHECK(!ts_compile(set, path, &err));
	CHECK(strstr(err.text, "none/x.db") != NULL);
	free(path);
	ts_pack_set_free(set);
	ts_diags_free(d);
	fixture_remove();
}

/* The full text index and the texts it was made from agree, and so do the foreign keys. */
static void test_integrity(void)
{
	static const char *const checks[] = {
		"INSERT INTO search (search, rank) VALUES ('integrity-check', 1)",
		"SELECT CASE WHEN (SELECT count(*) FROM pragma_foreign_key_check) > 0 THEN "
		"abs(-9223372036854775807 - 1) END",
		"SELECT CASE WHEN (SELECT * FROM pragma_integrity_check) <> 'ok' THEN "
		"abs(-9223372036854775807 - 1) END",
	};
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set;
	sqlite3 *db = NULL;
	char *path;

	fixture_make();
	set = read_fixture(d);
	build(set, "a.db");
	path = fixture_path("a.db");
	CHECK_INT(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < TS_COUNT(checks); i++) {
		CHECK_ROW(checks[i], sqlite3_exec(db, checks[i], NULL, NULL, NULL) == SQLITE_OK);
	}
	sqlite3_close(db);
	free(path);
	ts_pack_set_free(set);
	ts_diags_free(d);
	fixture_remove();
}

/* --- files that are no kb.db ------------------------------------------- */

static void add_fails(const char *name, const char *expected)
{
	struct ts_kb *kb = ts_kb_new();
	struct ts_err err = { "" };
	char *path = fixture_path(name);

	CHECK_ROW(name, !ts_kb_add(kb, path, NULL, &err));
	if (strstr(err.text, expected) == NULL) {
		CHECK_STR(err.text, expected);
	}
	CHECK_ROW(name, strstr(err.text, name) != NULL);
	free(path);
	ts_kb_free(kb);
}

static void write_part(const char *from, const char *to, size_t n, size_t patch, unsigned char value)
{
	struct ts_buf b;
	char *path = fixture_path(to);

	read_bytes(from, &b);
	if (patch > 0) {
		b.data[patch] = (char)value;
	}
	CHECK(ts_os_write_file(path, b.data, n == 0 || n > b.len ? b.len : n, 0644, NULL));
	free(path);
	ts_buf_finish(&b);
}

static void test_bad_files(void)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set;

	fixture_make();
	set = read_fixture(d);
	build(set, "good.db");
	fixture_write("text.db", "This is no database at all, but long enough to look at. It goes on and on "
				 "and on and on and on.");
	fixture_write("empty.db", "");
	write_part("good.db", "cut.db", 8192, 0, 0);
	write_part("good.db", "stub.db", 50, 0, 0);
	write_part("good.db", "newer.db", 0, 63, 9);
	write_part("good.db", "older.db", 0, 63, 0);
	write_part("good.db", "foreign.db", 0, 68, 'X');
	add_fails("missing.db", "does not exist");
	add_fails("text.db", "no SQLite database");
	add_fails("empty.db", "no SQLite database");
	add_fails("cut.db", "cut off");
	add_fails("stub.db", "cut off");
	add_fails("newer.db", "newer");
	add_fails("older.db", "older");
	add_fails("foreign.db", "another program");
	ts_pack_set_free(set);
	ts_diags_free(d);
	fixture_remove();
}

/* Bytes changed anywhere: whatever a look-up says, it neither crashes nor hangs. */
static void test_damaged(void)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set;
	struct ts_buf b;
	char *path;
	unsigned seed = 1;

	fixture_make();
	set = read_fixture(d);
	build(set, "good.db");
	read_bytes("good.db", &b);
	path = fixture_path("bad.db");
	for (int round = 0; round < 60; round++) {
		struct ts_kb *kb = ts_kb_new();
		struct ts_arena *a = ts_arena_new();
		char *copy = ts_xmalloc(b.len);
		struct ts_hit *hits;
		struct ts_recognised r;
		struct ts_err err = { "" };

		memcpy(copy, b.data, b.len);
		for (int i = 0; i < 30; i++) {
			seed = seed * 1103515245u + 12345u;
			copy[100 + (seed >> 4) % (b.len - 100)] = (char)(seed >> 16);
		}
		CHECK(ts_os_write_file(path, copy, b.len, 0644, NULL));
		if (ts_kb_add(kb, path, NULL, &err)) {
			ts_kb_by_code(kb, 0x904, TS_ROLE_ANY, true, 7, NULL, 8, a, &hits);
			ts_kb_search(kb, "gateway cable", NULL, 8, a, &hits, &err);
			ts_kb_recognise(kb, "internal error has occurred 0x904", 33, a, &r, &err);
			ts_kb_list(kb, NULL, a, &hits);
			ts_entry_free(ts_kb_load(kb, "rd/0x904-0x7", &err));
			ts_entry_free(ts_kb_load(kb, "rd/0x804", &err));
		}
		test_passed++;
		free(copy);
		ts_arena_free(a);
		ts_kb_free(kb);
	}
	free(path);
	ts_buf_finish(&b);
	ts_pack_set_free(set);
	ts_diags_free(d);
	fixture_remove();
}

/* --- the cache --------------------------------------------------------- */

/* Inode and number of the files in the cache folder: a rebuild changes the inode. */
static ino_t cache_inode(size_t *count)
{
	char *dir = fixture_path("cache/troubleshoot");
	char **names;
	struct stat st = { 0 };

	*count = 0;
	if (ts_os_list_dir(dir, &names, count, NULL)) {
		if (*count > 0) {
			char *path = ts_xasprintf("%s/%s", dir, names[0]);
			CHECK_INT(stat(path, &st), 0);
			free(path);
		}
		ts_os_list_free(names, *count);
	}
	free(dir);
	return st.st_ino;
}

static int64_t open_and_count(char sha256[65])
{
	struct ts_kb *kb = fixture_open();
	struct ts_kb_info info;
	struct ts_err err = { "" };

	CHECK(ts_kb_info(kb, &info, &err));
	memcpy(sha256, info.sha256, 65);
	ts_kb_free(kb);
	return info.entries;
}

static void set_time(const char *name, time_t t)
{
	struct timespec times[2] = { { .tv_sec = t }, { .tv_sec = t } };
	char *path = fixture_path(name);

	CHECK_INT(utimensat(AT_FDCWD, path, times, 0), 0);
	free(path);
}

static void test_cache(void)
{
	static const char *const files[] = { "kb/rd/0x104.md", "kb/rd/0x3000001.md", "kb/rd/0x804.md",
		"kb/rd/0x904-0x7.md", "kb/rd/gateway.md", "kb/rd/codes.yaml", "kb/rd/pack.yaml" };
	char first[65], second[65];
	size_t count;
	ino_t inode;
	char *path;

	fixture_make();
	for (size_t i = 0; i < TS_COUNT(files); i++) {
		set_time(files[i], 1700000000);
	}
	CHECK_INT(open_and_count(first), 5);
	inode = cache_inode(&count);
	CHECK_INT(count, 1);
	/* Nothing changed, only touched, changed for real, added, removed. */
	CHECK_INT(open_and_count(second), 5);
	CHECK(cache_inode(&count) == inode);
	CHECK_STR(second, first);
	set_time("kb/rd/0x104.md", 1700000001);
	CHECK_INT(open_and_count(second), 5);
	CHECK(cache_inode(&count) == inode);
	fixture_entry("kb/rd/0x104.md", "The computer cannot be seen!", "0x104", "",
		"The name could not be resolved.", "gateway.md#the-cable-is-out");
	CHECK_INT(open_and_count(second), 5);
	CHECK(strcmp(first, second) != 0);
	CHECK(cache_inode(&count) != inode || inode == 0); /* 0: this system has no such numbers */
	inode = cache_inode(&count);
	fixture_entry("kb/rd/new.md", "Something new", "0x999", "", "New.", "gateway.md");
	CHECK_INT(open_and_count(second), 6);
	path = fixture_path("kb/rd/new.md");
	unlink(path);
	free(path);
	CHECK_INT(open_and_count(second), 5);
	cache_inode(&count);
	CHECK_INT(count, 1);
	/* Same size, same time, other content, written a moment ago: noticed all the same. */
	fixture_entry("kb/rd/0x104.md", "The computer cannot be felt!", "0x104", "",
		"The name could not be resolved.", "gateway.md#the-cable-is-out");
	open_and_count(first);
	struct ts_file_info info;
	path = fixture_path("kb/rd/0x104.md");
	CHECK(ts_os_stat(path, &info, NULL));
	fixture_entry("kb/rd/0x104.md", "The computer cannot be smelt", "0x104", "",
		"The name could not be resolved.", "gateway.md#the-cable-is-out");
	struct timespec times[2] = { { info.mtime_ns / 1000000000, info.mtime_ns % 1000000000 },
		{ info.mtime_ns / 1000000000, info.mtime_ns % 1000000000 } };
	utimensat(AT_FDCWD, path, times, 0);
	open_and_count(second);
	CHECK(strcmp(first, second) != 0);
	free(path);
	fixture_remove();
}

static void test_cache_trouble(void)
{
	char sha256[65];
	char *path;
	struct ts_kb *kb;
	struct ts_diags *d = ts_diags_new();
	struct ts_err err = { "" };
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	size_t count;

	/* A cache that cannot be made: a file stands in its place. */
	fixture_make();
	fixture_write("cache", "in the way");
	CHECK_INT(open_and_count(sha256), 5);
	kb = fixture_open();
	CHECK_INT(ts_kb_by_code(kb, 0x904, TS_ROLE_ANY, true, 7, NULL, 1, a, &hits), 1);
	CHECK_INT(ts_kb_search(kb, "gateway", NULL, 5, a, &hits, &err), 2);
	ts_kb_free(kb);
	path = fixture_path("cache");
	unlink(path);
	free(path);
	/* A damaged cache is built again. */
	CHECK_INT(open_and_count(sha256), 5);
	char *dir = fixture_path("cache/troubleshoot");
	char **names;
	CHECK(ts_os_list_dir(dir, &names, &count, NULL));
	path = ts_xasprintf("%s/%s", dir, names[0]);
	CHECK(ts_os_write_file(path, "garbage", 7, 0600, NULL));
	CHECK_INT(open_and_count(sha256), 5);
	ts_os_list_free(names, count);
	free(path);
	free(dir);
	/* An error in the Markdown: diagnostics, and no half knowledge base. */
	fixture_write("kb/rd/broken.md", "---\ntitle: Broken\nshoe: 1\n---\n# Broken\n");
	kb = ts_kb_new();
	path = fixture_path("kb");
	CHECK(!ts_kb_add(kb, path, d, &err));
	CHECK(ts_diags_count(d, TS_ERROR) > 0);
	CHECK(strstr(err.text, "error") != NULL);
	CHECK_INT(ts_kb_list(kb, NULL, a, &hits), 0);
	CHECK(!ts_kb_add(kb, path, NULL, &err));
	free(path);
	ts_kb_free(kb);
	ts_diags_free(d);
	ts_arena_free(a);
	fixture_remove();
}

/* --- small parts ------------------------------------------------------- */

static void test_patterns(void)
{
	static const struct {
		const char *pattern, *anchor, *words;
	} rows[] = {
		{ "internal error", "internal", "internal error" },
		{ "error code:\\s*0x904\\b", "error", "error code   0x904 " },
		{ "CredSSP encryption oracle", "encryption", "CredSSP encryption oracle" },
		{ "colou?r of money", "money", "colou r of money" },
		{ "one|two", "", "one two" },
		{ "(?:one|three) five", "five", "   one three  five" },
		{ "(?x) long words", "", "  x  long words" },
		{ "(?i)Some Thing", "thing", "  i Some Thing" },
		{ "ab{0,1}cdef", "cdef", "ab 0 1 cdef" },
		{ "abcd*ef", "abc", "abcd ef" },
		{ "abcd+ef", "abcd", "abcd ef" },
		{ "[abcdefgh]{3}xyz", "xyz", " abcdefgh  3 xyz" },
		{ "[^]abcdef]gh", "", "   abcdef gh" },
		{ "\\Qabcdef\\E", "", " " },
		{ "\\x{41}bcde", "bcde", " bcde" },
		{ "(unclosed", "", " unclosed" },
		{ "[unclosed", "", " unclosed" },
		{ "tail\\", "tail", "tail " },
		{ "", "", "" },
		{ "Verbindung getrennt", "verbindung", "Verbindung getrennt" },
	};

	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_buf b;

		ts_buf_init(&b, 1000);
		ts_pattern_anchor(rows[i].pattern, &b);
		CHECK_STR(ts_buf_str(&b), rows[i].anchor);
		ts_buf_clear(&b);
		ts_pattern_words(rows[i].pattern, &b);
		CHECK_STR(ts_buf_str(&b), rows[i].words);
		ts_buf_finish(&b);
	}
}

static void test_digest(void)
{
	char out[65], big[200];
	struct ts_digest d;

	ts_digest_of("", 0, out);
	CHECK_STR(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ts_digest_of("abc", 3, out);
	CHECK_STR(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ts_digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, out);
	CHECK_STR(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	/* Any cut gives the same. */
	memset(big, 'x', sizeof(big));
	ts_digest_of(big, sizeof(big), out);
	for (size_t cut = 0; cut <= sizeof(big); cut += 7) {
		char again[65];
		ts_digest_init(&d);
		ts_digest_put(&d, big, cut);
		ts_digest_put(&d, big + cut, sizeof(big) - cut);
		ts_digest_end(&d, again);
		CHECK_STR(again, out);
	}
}

TEST_MAIN({ "same-bytes", test_same_bytes }, { "integrity", test_integrity }, { "bad-files", test_bad_files },
	{ "damaged", test_damaged }, { "cache", test_cache }, { "cache-trouble", test_cache_trouble },
	{ "patterns", test_patterns }, { "digest", test_digest })
