/* kb/compile-index.c - the full text index, built in a database of its own by a second thread: cutting words
 * takes about as long as writing all the rows. At the end FTS5's own tables are copied as they are. */
#include "kb/compile-index.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/buf.h"
#include "db/db.h"
#include "kb/pattern.h"
#include "os/thread.h"

/* A large buffer for words not written yet makes few segments, and they are merged once, at the end. */
static const char begin_sql[] =
	"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;\n"
	"BEGIN;\n"
	"INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);\n"
	"INSERT INTO search (search, rank) VALUES ('automerge', 0)";
static const char end_sql[] = "INSERT INTO search (search) VALUES ('optimize'); COMMIT";
static const char insert_sql[] =
	"INSERT INTO search (rowid, title, heading, nodes, prose, commands, codes, words)\n"
	"VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

enum column { NODES, PROSE, COMMANDS, CODES, WORDS, COLUMNS };

struct ts_index {
	const struct ts_pack_entry *const *entries;
	size_t n;
	char *create_sql;
	struct ts_thread *thread;
	sqlite3 *db;
	struct ts_buf text[COLUMNS];
	bool ok;
	struct ts_err err;
};

/* --- what is indexed of an entry: the same words in the same order as in the view `document` of schema.sql
 * --------- */

static void put_line(struct ts_buf *b, const char *text)
{
	if (text != NULL) {
		ts_buf_puts(b, text);
		ts_buf_putc(b, '\n');
	}
}

static void put_steps(struct ts_index *ix, const struct ts_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_line(&ix->text[PROSE], steps[i].text);
		for (size_t k = 0; k < steps[i].ncommands; k++) {
			put_line(&ix->text[COMMANDS], steps[i].commands[k].text);
		}
	}
}

static void put_nodes(struct ts_index *ix, const struct ts_entry *e)
{
	put_line(&ix->text[PROSE], e->meaning);
	for (size_t i = 0; i < e->nown; i++) {
		put_line(&ix->text[NODES], e->nodes[i].title);
		put_line(&ix->text[PROSE], e->nodes[i].why);
	}
	for (size_t i = 0; i < e->nown; i++) {
		for (size_t k = 0; k < e->nodes[i].nanswers; k++) {
			put_line(&ix->text[PROSE], e->nodes[i].answers[k].text);
		}
	}
	for (size_t i = 0; i < e->nown; i++) {
		put_steps(ix, e->nodes[i].steps, e->nodes[i].nsteps);
		put_steps(ix, e->nodes[i].undo, e->nodes[i].nundo);
	}
	for (size_t i = 0; i < e->nown; i++) {
		put_line(&ix->text[COMMANDS], e->nodes[i].sql);
	}
}

static void put_front(struct ts_index *ix, const struct ts_entry *e)
{
	for (size_t i = 0; i < e->ncodes; i++) {
		const struct ts_code *c = &e->codes[i];
		ts_buf_printf(&ix->text[CODES], "%s 0x%" PRIx32 " %" PRIu32, c->text != NULL ? c->text : "",
			c->code, c->code);
		if (c->has_ext) {
			ts_buf_printf(&ix->text[CODES], " 0x%" PRIx32, c->ext);
		}
		ts_buf_putc(&ix->text[CODES], '\n');
	}
	for (size_t i = 0; i < e->nmessages; i++) {
		ts_pattern_words(e->messages[i].text, &ix->text[WORDS]);
		ts_buf_putc(&ix->text[WORDS], '\n');
	}
	for (size_t i = 0; i < e->nkeywords; i++) {
		put_line(&ix->text[WORDS], e->keywords[i].text);
	}
}

static bool put_entry(struct ts_index *ix, sqlite3_stmt *s, size_t i)
{
	const struct ts_entry *e = ix->entries[i]->entry;

	for (int c = 0; c < COLUMNS; c++) {
		ts_buf_clear(&ix->text[c]);
	}
	put_nodes(ix, e);
	put_front(ix, e);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)i + 1);
	sqlite3_bind_text(s, 2, e->title, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, e->heading, -1, SQLITE_STATIC);
	for (int c = 0; c < COLUMNS; c++) {
		sqlite3_bind_text(s, 4 + c, ts_buf_str(&ix->text[c]), (int)ix->text[c].len, SQLITE_STATIC);
	}
	return ts_db_run(s, &ix->err);
}

/* --- the thread -------------------------------------------------------- */

static void build(void *arg)
{
	struct ts_index *ix = arg;
	sqlite3_stmt *s = NULL;

	ix->db = ts_db_new(false, &ix->err);
	/* The view that the index names as its content is not here: nothing but snippets and checks ever
	 * reads it. */
	ix->ok = ix->db != NULL && ts_db_exec(ix->db, ix->create_sql, &ix->err) &&
		 ts_db_exec(ix->db, begin_sql, &ix->err);
	if (ix->ok && sqlite3_prepare_v2(ix->db, insert_sql, -1, &s, NULL) != SQLITE_OK) {
		ix->ok = ts_fail(&ix->err, "%s", sqlite3_errmsg(ix->db));
	}
	for (size_t i = 0; i < ix->n && ix->ok; i++) {
		ix->ok = put_entry(ix, s, i);
	}
	sqlite3_finalize(s);
	ix->ok = ix->ok && ts_db_exec(ix->db, end_sql, &ix->err);
}

struct ts_index *ts_index_start(const struct ts_pack_entry *const *entries, size_t n, const char *create_sql)
{
	struct ts_index *ix = ts_xcalloc(1, sizeof(*ix));

	ix->entries = entries;
	ix->n = n;
	ix->create_sql = ts_xstrdup(create_sql);
	for (int c = 0; c < COLUMNS; c++) {
		ts_buf_init(&ix->text[c], TS_BUF_MAX_TEXT);
	}
	ix->thread = ts_thread_start(build, ix);
	if (ix->thread == NULL) {
		build(ix);
	}
	return ix;
}

/* --- putting it in place ----------------------------------------------- */

/* FTS5's tables that hold the index: (name, statement that reads it, statement that writes it). The fourth,
 * search_config, is the same in both. */
static const struct {
	const char *empty, *read, *write;
} shadows[] = {
	{ "DELETE FROM search_data", "SELECT id, block FROM search_data ORDER BY id",
		"INSERT INTO search_data VALUES (?, ?)" },
	{ "DELETE FROM search_idx", "SELECT segid, term, pgno FROM search_idx ORDER BY segid, term",
		"INSERT INTO search_idx VALUES (?, ?, ?)" },
	{ "DELETE FROM search_docsize", "SELECT id, sz FROM search_docsize ORDER BY id",
		"INSERT INTO search_docsize VALUES (?, ?)" },
};

static bool copy(sqlite3 *from, sqlite3 *to, size_t shadow, struct ts_err *err)
{
	sqlite3_stmt *r = NULL, *w = NULL;
	bool ok = ts_db_exec(to, shadows[shadow].empty, err);

	if (ok && (sqlite3_prepare_v2(from, shadows[shadow].read, -1, &r, NULL) != SQLITE_OK ||
			  sqlite3_prepare_v2(to, shadows[shadow].write, -1, &w, NULL) != SQLITE_OK)) {
		ok = ts_fail(err, "%s", sqlite3_errmsg(r == NULL ? from : to));
	}
	while (ok) {
		enum ts_db_state state = ts_db_step(r, err);
		if (state != TS_STEP_ROW) {
			ok = state == TS_STEP_DONE;
			break;
		}
		for (int i = 0; i < sqlite3_column_count(r); i++) {
			sqlite3_bind_value(w, i + 1, sqlite3_column_value(r, i));
		}
		ok = ts_db_run(w, err);
	}
	sqlite3_finalize(r);
	sqlite3_finalize(w);
	return ok;
}

bool ts_index_finish(struct ts_index *ix, sqlite3 *db, struct ts_err *err)
{
	bool ok;

	if (ix->thread != NULL) {
		ts_thread_join(ix->thread);
	}
	ok = ix->ok || ts_fail(err, "the full text index could not be built: %s", ix->err.text);
	for (size_t i = 0; i < TS_COUNT(shadows) && ok && db != NULL; i++) {
		ok = copy(ix->db, db, i, err);
	}
	sqlite3_close(ix->db);
	for (int c = 0; c < COLUMNS; c++) {
		ts_buf_finish(&ix->text[c]);
	}
	free(ix->create_sql);
	free(ix);
	return ok;
}
