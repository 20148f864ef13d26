/* kb/complete.c - the words of the knowledge base that a half-typed one may become. */
#include "kb/kb.h"

#include <stdlib.h>
#include <string.h>
#include "kb/store.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t ts_kb_words(struct ts_kb *kb, enum ts_kb_words what, const char *prefix, size_t max,
	struct ts_arena *a, const char ***out)
{
	static const enum ts_query queries[] = { [TS_WORDS_IDS] = TS_Q_WORDS_IDS,
		[TS_WORDS_CODES] = TS_Q_WORDS_CODES,
		[TS_WORDS_CODE_NAMES] = TS_Q_WORDS_CODE_NAMES,
		[TS_WORDS_PACKS] = TS_Q_WORDS_PACKS };
	size_t n = 0, cap = 0, kept = 0;
	const char **words = NULL;
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, queries[what]);
		ts_db_bind_text(s, 1, prefix);
		ts_db_bind_int(s, 2, max > INT32_MAX ? INT32_MAX : (int64_t)max);
		while (ts_store_row(kb, i, s)) {
			TS_ARENA_GROW(a, words, cap, n);
			words[n++] = ts_db_text(s, 0, a);
		}
	}
	/* Several files may hold the same word. */
	if (n > 1) {
		qsort(words, n, sizeof(*words), by_text);
	}
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || strcmp(words[kept - 1], words[i]) != 0) {
			words[kept++] = words[i];
		}
	}
	*out = words;
	return kept < max ? kept : max;
}
