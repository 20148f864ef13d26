/* tests/unit/test-store.c - sessions.db as a module: a round trip, rows that are damaged, files of others, folders that cannot
 * be written. */
#include "test.h"

#include "engine/store.h"
#include "entry-dsl.h"
#include "os/os.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static const char *at(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void fresh(void)
{
	snprintf(folder, sizeof(folder), "/tmp/ts-store-XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
}

static void gone(void)
{
	static const char *const names[] = { "sessions.db", "sessions.db-journal", "sessions.db-wal",
		"sessions.db-shm", "sessions.lock" };
	(void)chmod(folder, 0700);
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		(void)unlink(at(names[i]));
	}
	CHECK_INT(rmdir(folder), 0);
}

/* Change the file as another program would. */
static void sql(const char *text)
{
	sqlite3 *db = NULL;
	CHECK_INT(sqlite3_open(at("sessions.db"), &db), SQLITE_OK);
	int rc = sqlite3_exec(db, text, NULL, NULL, NULL);
	CHECK_ROW(text, rc == SQLITE_OK);
	(void)sqlite3_close(db);
}

static struct ts_entry *entry(void)
{
	struct ts_entry *e = dsl_entry("Q top : yes>second no>c-a\nQ second : left>c-a right>c-b\n"
				       "C c-a 2 5 : not_solved>c-b\nC c-b 1 5 : not_solved>!\n");
	dsl_param(e, "host", "[a-z]+", NULL);
	return e;
}

static bool say(struct ts_session *s, const char *node, const char *label)
{
	return ts_session_answer(s, ts_entry_node(ts_session_entry(s), node), label, TS_BY_PERSON, NULL);
}

/* A kept session with two answers and a parameter; its store is closed again. */
static void keep(struct ts_entry *e)
{
	struct ts_session_options o = { .ask = true };
	struct ts_session *s = ts_session_new(e, NULL, &o);
	struct ts_kept_machine machine = { "server", "/evidence/server" };
	struct ts_kept_head head = { .entry = e->id,
		.title = e->title,
		.kb = "00ff",
		.program = "1",
		.code = "0x904",
		.since_s = 3600,
		.started = 1763798400,
		.machines = &machine,
		.nmachines = 1 };
	struct ts_kept_place place = { .state = "open", .node = "c-b", .step = 2, .verified = "still there" };
	struct ts_err err = { 0 };
	struct ts_store *st = ts_store_open(folder, &err);
	CHECK_ROW(err.text, st != NULL && ts_store_begin(st, &head, &err));
	CHECK_INT(ts_store_current(st), 1);
	CHECK(ts_session_set(s, "host", "srv", NULL) && say(s, "top", "yes") && say(s, "second", "right"));
	CHECK_ROW(err.text, ts_store_save(st, s, &place, &err));
	CHECK(ts_store_save(st, s, &place, &err)); /* nothing has changed */
	CHECK(ts_store_set(st, "ranking", "on", &err));
	CHECK(ts_store_outcome(st, e->id, "c-a", false, 1763798400, &err));
	ts_store_close(st);
	ts_session_free(s);
}

static void round_trip(void)
{
	struct ts_entry *e = entry();
	struct ts_arena *a = ts_arena_new();
	struct ts_kept k, *all;
	struct ts_store_stat *stats;
	struct ts_err err = { 0 };
	struct ts_buf lost;
	size_t n = 0;
	fresh();
	keep(e);
	struct ts_store *st = ts_store_open(folder, &err);
	CHECK(ts_store_list(st, "open", a, &all, &n, &err));
	CHECK_INT(n, 1);
	CHECK_INT(all[0].answers_count, 2);
	CHECK(ts_store_list(st, "solved", a, &all, &n, &err) && n == 0);
	CHECK_ROW(err.text, ts_store_load(st, 1, a, &k, &err));
	CHECK_STR(k.head.entry, "test/entry");
	CHECK_STR(k.head.code, "0x904");
	CHECK_STR(k.head.ext, NULL);
	CHECK_INT(k.head.since_s, 3600);
	CHECK_STR(k.head.machines[0].path, "/evidence/server");
	CHECK_STR(k.place.node, "c-b");
	CHECK_INT(k.place.step, 2);
	CHECK_STR(k.place.verified, "still there");
	CHECK_INT(k.nanswers, 2);
	CHECK_STR(k.answers[1].node, "second");
	CHECK_STR(k.answers[1].label, "right");
	CHECK_STR(k.params[0].value, "srv");
	CHECK_STR(ts_store_setting(st, "ranking", a), "on");
	CHECK_STR(ts_store_setting(st, "none", a), NULL);
	CHECK(ts_store_stats(st, NULL, a, &stats, &n, &err) && n == 1 && stats[0].failed == 1);

	/* Put back into a session: nothing is lost; into an entry without these places: all is named. */
	struct ts_session_options o = { .ask = true };
	struct ts_session *s = ts_session_new(e, NULL, &o);
	ts_buf_init(&lost, TS_BUF_MAX_TEXT);
	CHECK_INT(ts_kept_restore(&k, s, &lost), 0);
	CHECK_STR(ts_buf_str(&lost), "");
	ts_session_free(s);
	struct ts_entry *other = dsl_entry("Q top : maybe>c\nC c 1 1 :\n");
	s = ts_session_new(other, NULL, &o);
	CHECK_INT(ts_kept_restore(&k, s, &lost), 3);
	CHECK(strstr(ts_buf_str(&lost), "parameter \"host\"") != NULL);
	CHECK(strstr(ts_buf_str(&lost), "answer \"top\"") != NULL);
	CHECK(strstr(ts_buf_str(&lost), "answer \"second\"") != NULL);
	ts_session_free(s);
	ts_entry_free(other);
	ts_buf_finish(&lost);

	CHECK(ts_store_discard(st, 1, &err));
	CHECK(!ts_store_load(st, 1, a, &k, &err) && strstr(err.text, "1") != NULL);
	CHECK(!ts_store_discard(st, 1, &err) && strstr(err.text, "there is no session 1") != NULL);
	CHECK(ts_store_stats(st, NULL, a, &stats, &n, &err) && n == 1); /* outcomes stay */
	ts_store_close(st);
	ts_arena_free(a);
	ts_entry_free(e);
	gone();
}

/* What another program, or a bad disk, may have made of the rows: read as far as it makes sense, or an error; never a crash. */
static void damaged_rows(void)
{
	static const struct {
		const char *sql;
		size_t lost;
	} rows[] = {
		{ "UPDATE answer SET label = 'sideways' WHERE node = 'second'", 1 },
		{ "UPDATE answer SET node = 'nowhere'", 2 },
		{ "DELETE FROM answer", 0 },
		{ "UPDATE param SET value = '../../etc'", 1 },
		{ "UPDATE param SET value = NULL", 0 },
		{ "UPDATE session SET place = 'nowhere', step = -9223372036854775807 - 1, proving = 77", 0 },
		{ "UPDATE session SET step = 9223372036854775807, changed = -1, since_s = -5", 0 },
		{ "INSERT INTO result VALUES (1, 'top', '', 'answered', NULL, NULL, NULL, -7, 1e308, -1, -1, "
		  "-1, 9, 9)",
			1 },
		{ "INSERT INTO result VALUES (1, 'gone', '', 'unknown', NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, "
		  "0); "
		  "INSERT INTO cell VALUES (1, 'gone', 5, 9, 'x', 99, 'y'), (1, 'gone', 7, -1, 'x', 1, "
		  "NULL); "
		  "INSERT INTO ledger VALUES (1, 'gone', 0, 't', 's', 'never heard of', '')",
			1 },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_entry *e = entry();
		struct ts_arena *a = ts_arena_new();
		struct ts_session_options o = { .ask = true };
		struct ts_session *s = ts_session_new(e, NULL, &o);
		struct ts_err err = { 0 };
		struct ts_kept k;
		struct ts_buf lost;
		fresh();
		keep(e);
		sql(rows[i].sql);
		struct ts_store *st = ts_store_open(folder, &err);
		CHECK_ROW(rows[i].sql, st != NULL && ts_store_load(st, 1, a, &k, &err));
		ts_buf_init(&lost, TS_BUF_MAX_TEXT);
		CHECK_INT(ts_kept_restore(&k, s, &lost), rows[i].lost);
		ts_buf_finish(&lost);
		ts_store_close(st);
		ts_session_free(s);
		ts_arena_free(a);
		ts_entry_free(e);
		gone();
	}
}

/* A file that is not ours, or is of a later version, is refused and stays as it is. */
static void foreign_files(void)
{
	static const char *const rows[] = { "PRAGMA user_version = 1000000", "PRAGMA application_id = 77" };
	for (size_t i = 0; i <= TS_COUNT(rows); i++) {
		struct ts_entry *e = entry();
		struct ts_err err = { 0 };
		struct stat before, after;
		fresh();
		keep(e);
		if (i < TS_COUNT(rows)) {
			sql(rows[i]);
		} else {
			FILE *f = fopen(at("sessions.db"), "w");
			CHECK(f != NULL && fputs("these are somebody's notes\n", f) > 0);
			CHECK_INT(fclose(f), 0);
		}
		CHECK_INT(stat(at("sessions.db"), &before), 0);
		struct ts_store *st = ts_store_open(folder, &err);
		CHECK_ROW(i < TS_COUNT(rows) ? rows[i] : "notes", st == NULL);
		CHECK_ROW(err.text, strstr(err.text, "sessions.db") != NULL);
		ts_store_close(st);
		CHECK_INT(stat(at("sessions.db"), &after), 0);
		CHECK(before.st_size == after.st_size);
		ts_entry_free(e);
		gone();
	}
}

/* No room for what is to be saved: an error, and what was there before stays whole. */
static void full_disk(void)
{
	struct ts_entry *e = entry();
	struct ts_arena *a = ts_arena_new();
	struct ts_session_options o = { .ask = true };
	struct ts_session *s = ts_session_new(e, NULL, &o);
	struct ts_kept_place place = { .state = "paused" };
	struct ts_err err = { 0 };
	struct ts_kept k;
	struct rlimit old, none;
	fresh();
	keep(e);
	struct ts_store *st = ts_store_open(folder, &err);
	CHECK(ts_store_take(st, 1, &err));
	CHECK(say(s, "top", "no"));
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &none), 0);
	bool saved = ts_store_save(st, s, &place, &err);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK(!saved);
	CHECK(err.text[0] != '\0');
	CHECK_ROW(err.text, ts_store_load(st, 1, a, &k, &err));
	CHECK_INT(k.nanswers, 2);
	CHECK_STR(k.place.state, "open");
	CHECK(ts_store_save(st, s, &place, &err)); /* there is room again */
	CHECK(ts_store_load(st, 1, a, &k, &err) && k.nanswers == 1);
	CHECK_STR(k.place.state, "paused");
	ts_store_close(st);
	ts_session_free(s);
	ts_arena_free(a);
	ts_entry_free(e);
	gone();
}

static void no_folder(void)
{
	struct ts_err err = { 0 };
	CHECK(ts_store_open("/dev/null/troubleshoot", &err) == NULL);
	CHECK_ROW(err.text, strstr(err.text, "/dev/null") != NULL);
}

TEST_MAIN({ "round_trip", round_trip }, { "damaged_rows", damaged_rows }, { "foreign_files", foreign_files },
	{ "full_disk", full_disk }, { "no_folder", no_folder })
