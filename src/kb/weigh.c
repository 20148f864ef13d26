/* kb/weigh.c - which causes of an entry a text speaks of: words that few of its causes have, in their titles, in how they
 * break things, and in the answers that lead to them. */
#include "kb/weigh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/regex.h"
#include "base/str.h"
#include "db/db.h"

#define WORDS_MAX 200 /* of the text */
#define SCORE_MAX 8.0 /* more agreement than this says no more */
#define STRENGTH  0.5 /* what one unit of bm25 is worth: exp(STRENGTH) */

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* Words that reports of every fault have, whatever the cause: what connects to what, and the small words of English. */
static bool says_nothing(const char *word, size_t n)
{
	static const char *const words[] = { "an", "and", "as", "at", "be", "by", "client", "code",
		"computer", "connect", "connection", "desktop", "error", "for", "from", "in", "is", "it",
		"mstsc", "no", "not", "of", "on", "or", "rdp", "remote", "server", "that", "the", "this",
		"to", "was", "windows", "with", "yes" };
	char copy[64];

	snprintf(copy, sizeof(copy), "%.*s", (int)n, word);
	for (size_t i = 0; i < TS_COUNT(words); i++) {
		if (ts_str_case_eq(copy, words[i])) {
			return true;
		}
	}
	return false;
}

/* Every word of the text in quotes, one of which is enough; nothing in them is an operator. */
static void put_query(struct ts_buf *out, const char *text)
{
	for (size_t n = 0, words = 0; *text != '\0' && words < WORDS_MAX; text += n) {
		for (n = 0; is_word_byte(text[n]); n++) {
		}
		if (n > 1 && n < 64 && !says_nothing(text, n)) {
			ts_buf_puts(out, words++ > 0 ? " OR " : "");
			ts_buf_printf(out, "\"%.*s\"", (int)n, text);
		}
		n += n == 0;
	}
}

static void put(struct ts_buf *out, const char *text)
{
	if (text != NULL) {
		ts_buf_puts(out, text);
		ts_buf_putc(out, '\n');
	}
}

/* What leads to the node. */
static void put_ways(struct ts_buf *out, const struct ts_entry *e, int node)
{
	for (size_t i = 0; i < e->nnodes; i++) {
		for (size_t j = 0; j < e->nodes[i].nanswers; j++) {
			const struct ts_answer *a = &e->nodes[i].answers[j];
			if (a->to == node && e->nodes[i].kind == TS_NODE_QUESTION) {
				put(out, e->nodes[i].title);
				put(out, a->label);
				put(out, a->text);
			}
		}
	}
}

/* The text without what the entry's own messages matched: the sentence that every cause of the entry is met with tells none of
 * them from another. */
static void leave_out_messages(const struct ts_entry *e, char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < e->nmessages; i++) {
		struct ts_err ignored;
		struct ts_match m;
		struct ts_regex *re = ts_regex_new(e->messages[i].text, false, NULL, &ignored);

		for (size_t from = 0;
			re != NULL && from < n && ts_regex_find(re, text, n, from, &m) == TS_REGEX_YES;
			from = m.end[0] > from ? m.end[0] : from + 1) {
			memset(text + m.start[0], ' ', m.end[0] - m.start[0]);
		}
		ts_regex_free(re);
	}
}

static bool fill(sqlite3 *db, const struct ts_entry *e, struct ts_err *err)
{
	static const char *const sql[] = { "INSERT INTO cause(rowid, title, body) VALUES (?1, ?2, ?3)" };
	struct ts_stmts stmts;
	struct ts_buf b;
	bool ok = true;

	ts_stmts_init(&stmts, db, sql, 1);
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < e->nnodes && ok; i++) {
		const struct ts_node *n = &e->nodes[i];
		sqlite3_stmt *s;

		if (n->kind != TS_NODE_CAUSE) {
			continue;
		}
		ts_buf_clear(&b);
		put(&b, n->why);
		put(&b, n->cause_class);
		put_ways(&b, e, (int)i);
		s = ts_stmts_get(&stmts, 0, err);
		ts_db_bind_int(s, 1, (int64_t)i);
		ts_db_bind_text(s, 2, n->title);
		ts_db_bind_text(s, 3, ts_buf_str(&b));
		ok = s != NULL && ts_db_run(s, err);
	}
	ts_buf_finish(&b);
	ts_stmts_finish(&stmts);
	return ok;
}

static bool ask(sqlite3 *db, const char *query, double *factor, struct ts_err *err)
{
	static const char *const sql[] = {
		"SELECT rowid, -bm25(cause, 4.0, 1.0) FROM cause WHERE cause MATCH ?1"
	};
	struct ts_stmts stmts;
	enum ts_db_state state;

	ts_stmts_init(&stmts, db, sql, 1);
	sqlite3_stmt *s = ts_stmts_get(&stmts, 0, err);
	ts_db_bind_text(s, 1, query);
	while ((state = s != NULL ? ts_db_step(s, err) : TS_STEP_FAILED) == TS_STEP_ROW) {
		double score = sqlite3_column_double(s, 1);
		factor[ts_db_int(s, 0, 0)] = exp(STRENGTH * (score > SCORE_MAX  ? SCORE_MAX
								    : score > 0 ? score
										: 0));
	}
	ts_stmts_finish(&stmts);
	return state == TS_STEP_DONE;
}

bool ts_kb_weigh(const struct ts_entry *e, const char *text, double *factor, struct ts_err *err)
{
	struct ts_buf query;
	sqlite3 *db = ts_db_new(true, err);
	bool ok = db != NULL;

	for (size_t i = 0; i < e->nnodes; i++) {
		factor[i] = 1;
	}
	ts_buf_init(&query, TS_BUF_MAX_TEXT);
	char *rest = ts_xstrdup(text);
	leave_out_messages(e, rest);
	put_query(&query, rest);
	free(rest);
	ok = ok && (query.len == 0 || (ts_db_exec(db,
					       "CREATE VIRTUAL TABLE cause USING fts5(title, body, tokenize "
					       "= 'porter unicode61 remove_diacritics 2')",
					       err) &&
					      fill(db, e, err) && ask(db, ts_buf_str(&query), factor, err)));
	ts_buf_finish(&query);
	sqlite3_close(db);
	return ok;
}
