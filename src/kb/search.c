/* kb/search.c - full text over all knowledge bases, best first.
 *
 * What a query costs in FTS5 depends on how many rows hold its words, not on how many it returns: bm25()
 * looks at all rows of every word. So each word is counted first, as far as COMMON rows. A word that is more
 * common tells nothing and is left out where there is a rarer one; a query of common words alone is answered
 * from titles, unranked. That bounds a search in 100,000 entries as in ten. */
#include "kb/search.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"

#define FILTER      9    /* index of the pack filter */
#define WORDS_MAX   24   /* of the text; later ones are not looked at */
#define WORD_MAX    64   /* bytes; a longer one is cut */
#define COMMON      1000 /* rows from which on a word is common */
#define SOME_MAX    3000 /* rows that "some of the words" may touch together */
#define PREFIX_MIN  3    /* letters from which on the last word may be the beginning of one ... */
#define PREFIX_LONG 4    /* ... in a large knowledge base, where each letter less costs many times more */
#define PACK_FACTOR 20   /* how many more rows are asked for when a pack's are picked from them */
#define ALL_BONUS   1000 /* in the score: all words come before some words */

struct word {
	char text[WORD_MAX + 1];
	bool prefix;
	int64_t rows; /* that hold it, as far as COMMON + 1 */
};

struct words {
	struct word w[WORDS_MAX];
	size_t n;
};

/* --- words ------------------------------------------------------------- */

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

static void add_word(struct words *words, const char *p, size_t n)
{
	struct word *w = &words->w[words->n];

	if (words->n == WORDS_MAX) {
		return;
	}
	if (n > WORD_MAX) {
		n = WORD_MAX;
		/* Not within a UTF-8 sequence. */
		while (n > 0 && ((unsigned char)p[n] & 0xC0) == 0x80) {
			n--;
		}
	}
	*w = (struct word){ .prefix = false };
	memcpy(w->text, p, n);
	for (size_t i = 0; i < words->n; i++) {
		if (ts_str_case_eq(words->w[i].text, w->text)) {
			return;
		}
	}
	words->n++;
}

/* Words are cut at everything but letters and digits, so that nothing that FTS5 could take for an operator is
 * left. */
static void split(struct words *words, const char *text)
{
	words->n = 0;
	while (*text != '\0') {
		size_t n = 0;
		while (is_word_byte(text[n])) {
			n++;
		}
		if (n > 0) {
			add_word(words, text, n);
		}
		text += n > 0 ? n : 1;
	}
}

/* --- expressions ------------------------------------------------------- */

static void put_word(struct ts_buf *b, const struct word *w)
{
	/* Quoted, AND is a word. The text holds no quote: see split. */
	ts_buf_printf(b, "\"%s\"%s", w->text, w->prefix ? "*" : "");
}

static const char *expression_of(
	struct ts_buf *b, const struct word *w, size_t n, const char *columns, const char *between)
{
	ts_buf_clear(b);
	ts_buf_puts(b, columns);
	ts_buf_putc(b, '(');
	for (size_t i = 0; i < n; i++) {
		ts_buf_puts(b, i > 0 ? between : "");
		put_word(b, &w[i]);
	}
	ts_buf_putc(b, ')');
	return ts_buf_str(b);
}

static int64_t count_rows(struct ts_kb *kb, size_t file, const char *expression)
{
	sqlite3_stmt *s = ts_store_query(kb, file, TS_Q_SEARCH_COUNT);
	int64_t rows = 0;

	ts_db_bind_text(s, 1, expression);
	ts_db_bind_int(s, 2, COMMON + 1);
	if (ts_store_row(kb, file, s)) {
		rows = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return rows;
}

static int by_rows(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	return x->rows != y->rows ? (x->rows > y->rows) - (x->rows < y->rows) : strcmp(x->text, y->text);
}

/* Count each word's rows in this file; words that no row holds go, the rest is sorted, rarest first. */
static void weigh(struct ts_kb *kb, size_t file, struct words *words, bool prefix)
{
	struct ts_buf b;
	size_t kept = 0;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < words->n; i++) {
		struct word *w = &words->w[i];
		bool last = prefix && i + 1 == words->n && strlen(w->text) >= PREFIX_MIN;

		/* A beginning of words is costly in a large index, so there it is tried only where it is no
		 * word by itself. */
		w->prefix = last && ts_store_entries(kb, file) <= COMMON;
		w->rows = count_rows(kb, file, expression_of(&b, w, 1, "", ""));
		if (w->rows == 0 && last && !w->prefix && strlen(w->text) >= PREFIX_LONG) {
			w->prefix = true;
			w->rows = count_rows(kb, file, expression_of(&b, w, 1, "", ""));
		}
		if (w->rows > 0) {
			words->w[kept++] = *w;
		}
	}
	words->n = kept;
	qsort(words->w, kept, sizeof(words->w[0]), by_rows);
	ts_buf_finish(&b);
}

/* --- hits -------------------------------------------------------------- */

struct found {
	int64_t entry;
	double score;
};

static const char *snippet(struct ts_kb *kb, size_t file, enum ts_query q, const char *expression,
	int64_t entry, struct ts_arena *a)
{
	sqlite3_stmt *s = ts_store_query(kb, file, q);
	const char *text = NULL;

	ts_db_bind_text(s, 1, expression);
	ts_db_bind_int(s, 2, entry);
	if (ts_store_row(kb, file, s)) {
		text = ts_db_text(s, 0, a);
		sqlite3_reset(s);
	}
	return text;
}

/* Of the prose where that holds a word: looking through all columns of a long entry takes three times as
 * long. */
static const char *snippet_of(
	struct ts_kb *kb, size_t file, const char *expression, int64_t entry, struct ts_arena *a)
{
	const char *text = snippet(kb, file, TS_Q_SEARCH_PROSE, expression, entry, a);

	return text != NULL && strchr(text, 1) != NULL
		       ? text
		       : snippet(kb, file, TS_Q_SEARCH_SNIPPET, expression, entry, a);
}

/* How many of the words that at most half of the entries have stand where the entry says what it is about. */
static int count_telling(struct ts_kb *kb, size_t file, const struct words *words, int64_t entry)
{
	int64_t few = (ts_store_entries(kb, file) + 1) / 2;
	struct ts_buf b;
	int n = 0;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < words->n && words->w[i].rows <= few; i++) {
		sqlite3_stmt *s = ts_store_query(kb, file, TS_Q_SEARCH_IN);

		ts_db_bind_text(
			s, 1, expression_of(&b, &words->w[i], 1, "{title heading codes words} : ", ""));
		ts_db_bind_int(s, 2, entry);
		if (ts_store_row(kb, file, s)) {
			n++;
			sqlite3_reset(s);
		}
	}
	ts_buf_finish(&b);
	return n;
}

static void show(struct ts_kb *kb, size_t file, const struct found *f, const char *expression,
	const char *product, double bonus, struct ts_hits *hits)
{
	sqlite3_stmt *s = ts_store_query(kb, file, TS_Q_HIT);
	struct ts_hit *hit = NULL;

	ts_db_bind_int(s, 1, f->entry);
	ts_db_bind_text(s, FILTER, product);
	if (ts_store_row(kb, file, s)) {
		hit = ts_hits_add(hits, s);
		sqlite3_reset(s);
	}
	if (hit != NULL) {
		hit->score = bonus - f->score;
		hit->by = "words";
		hit->snippet = snippet_of(kb, file, expression, f->entry, hits->a);
	}
}

/* words: NULL, or those of which the telling ones are counted for each hit. */
static void run(struct ts_kb *kb, size_t file, enum ts_query q, const char *expression, const char *product,
	double bonus, const struct words *words, struct ts_hits *hits)
{
	sqlite3_stmt *s = ts_store_query(kb, file, q);
	size_t limit = hits->max + hits->n, n = 0, cap = 0;
	struct found *found = NULL;

	if (s == NULL) {
		return;
	}
	limit = limit > COMMON ? COMMON : limit;
	ts_db_bind_text(s, 1, expression);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)(product != NULL ? limit * PACK_FACTOR : limit));
	while (ts_store_row(kb, file, s)) {
		TS_GROW(found, cap, n);
		found[n++] = (struct found){ sqlite3_column_int64(s, 0), sqlite3_column_double(s, 1) };
	}
	for (size_t i = 0; i < n && !ts_hits_full(hits); i++) {
		size_t before = hits->n;

		show(kb, file, &found[i], expression, product, bonus, hits);
		if (words != NULL && hits->n > before) {
			hits->hits[before].telling = count_telling(kb, file, words, found[i].entry);
		}
	}
	free(found);
}

static void search_file(struct ts_kb *kb, size_t file, struct words words, const char *product, bool any,
	struct ts_hits *hits)
{
	size_t rare = 0, some = 0;
	int64_t rows = 0;
	struct ts_buf b;

	weigh(kb, file, &words, !any);
	while (rare < words.n && words.w[rare].rows <= COMMON) {
		rows += words.w[rare].rows;
		some += rows <= SOME_MAX;
		rare++;
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (rare == 0 && words.n > 0) {
		run(kb, file, TS_Q_SEARCH_PLAIN,
			expression_of(&b, words.w, words.n, "{title heading} : ", " AND "), product,
			ALL_BONUS, NULL, hits);
		if (!ts_hits_full(hits)) {
			run(kb, file, TS_Q_SEARCH_PLAIN, expression_of(&b, words.w, words.n, "", " AND "),
				product, ALL_BONUS, NULL, hits);
		}
	}
	if (rare > 0 && !any) {
		run(kb, file, TS_Q_SEARCH_RANKED, expression_of(&b, words.w, rare, "", " AND "), product,
			ALL_BONUS, NULL, hits);
	}
	if (some > 0 && (any || rare > 1) && !ts_hits_full(hits)) {
		run(kb, file, TS_Q_SEARCH_RANKED, expression_of(&b, words.w, some, "", " OR "), product, 0,
			&words, hits);
	}
	ts_buf_finish(&b);
}

static int by_score(const void *a, const void *b)
{
	const struct ts_hit *x = a, *y = b;

	return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : strcmp(x->id, y->id);
}

void ts_search_words(struct ts_kb *kb, const char *text, const char *product, bool any, struct ts_hits *hits)
{
	size_t before = hits->n, max = hits->max;
	struct words words;

	split(&words, text);
	for (size_t i = 0; i < kb->nfiles; i++) {
		/* Each file may fill the list; the best of all are kept. */
		hits->max = hits->n + max - before;
		search_file(kb, i, words, product, any, hits);
	}
	if (hits->n > before + 1) {
		qsort(hits->hits + before, hits->n - before, sizeof(hits->hits[0]), by_score);
	}
	hits->max = max;
	hits->n = hits->n < max ? hits->n : max;
}

size_t ts_kb_search(struct ts_kb *kb, const char *words, const char *product, size_t max, struct ts_arena *a,
	struct ts_hit **out, struct ts_err *err)
{
	struct ts_hits hits;

	ts_hits_init(&hits, a, max);
	ts_search_words(kb, words, product, false, &hits);
	*out = hits.hits;
	if (kb->trouble.text[0] != '\0') {
		ts_fail(err, "%s", kb->trouble.text);
	}
	return hits.n;
}
