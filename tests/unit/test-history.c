/* tests/unit/test-history.c - the file of typed lines: what is kept, how much, and that nothing strange harms it. */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "ui/history.h"

static char dir[] = "/tmp/ts-test-history-XXXXXX";
static char path[128];

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");
	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void test_lines(void)
{
	struct ts_history *h = ts_history_load(path, 3);
	CHECK(ts_history_line(h, 0) == NULL);
	static const char *const typed[] = { "one", "two", "two", " secret", "bad\tline", "bad\xff", "",
		"three", "four \xe8\xad\x89" };
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		ts_history_add(h, typed[i]);
	}
	CHECK_STR(ts_history_line(h, 0), "two");
	CHECK_STR(ts_history_line(h, 1), "three");
	CHECK_STR(ts_history_line(h, 2), "four \xe8\xad\x89");
	CHECK(ts_history_line(h, 3) == NULL);
	ts_history_free(h);
	h = ts_history_load(path, 2); /* another run, that keeps less */
	CHECK_STR(ts_history_line(h, 0), "three");
	CHECK(ts_history_line(h, 2) == NULL);
	ts_history_free(h);
	struct stat st;
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void test_strange_files(void)
{
	write_file("good\nbad\x01line\n\n spaced\n\xff\xfe\ngood\nlast without an end");
	struct ts_history *h = ts_history_load(path, 10);
	CHECK_STR(ts_history_line(h, 0), "good");
	CHECK_STR(ts_history_line(h, 1), "last without an end");
	CHECK(ts_history_line(h, 2) == NULL);
	ts_history_free(h);
	CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0); /* a folder in its place */
	h = ts_history_load(path, 10);
	ts_history_add(h, "kept in memory");
	CHECK_STR(ts_history_line(h, 0), "kept in memory");
	ts_history_free(h);
	CHECK(rmdir(path) == 0 &&
		mkfifo(path, 0600) == 0); /* a pipe is not read: nobody may ever write to it */
	h = ts_history_load(path, 10);
	CHECK(ts_history_line(h, 0) == NULL);
	ts_history_free(h);
	CHECK(unlink(path) == 0);
	ts_history_free(NULL);
}

static void test_links(void)
{
	char victim[160];
	(void)snprintf(victim, sizeof(victim), "%s/victim", dir);
	FILE *f = fopen(victim, "w");
	CHECK(f != NULL && fputs("keep\n", f) >= 0 && fclose(f) == 0);
	CHECK(symlink(victim, path) == 0);
	struct ts_history *h = ts_history_load(path, 10);
	ts_history_add(h, "new");
	ts_history_free(h);
	char text[16] = "";
	f = fopen(victim, "r");
	CHECK(f != NULL && fgets(text, sizeof(text), f) != NULL && fclose(f) == 0);
	CHECK_STR(text, "keep\n");
	struct stat st;
	CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode));
	CHECK(unlink(path) == 0 && unlink(victim) == 0 && rmdir(dir) == 0);
}

static void test_begin(void)
{
	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/history", dir);
}

TEST_MAIN({ "begin", test_begin }, { "lines", test_lines }, { "strange files", test_strange_files },
	{ "links", test_links })
