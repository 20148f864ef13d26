/* kb/lookup.c - from a code to its meaning and to entries. Every look-up is a search in an index, so its time
 * does not depend on how many entries there are. */
#include "kb/kb.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "kb/code.h"
#include "kb/store.h"

#define FILTER 9 /* index of the pack filter in every look-up that has one */

bool ts_kb_code(struct ts_kb *kb, const char *text, uint32_t *code, enum ts_code_role *role)
{
	enum ts_code_role found = TS_ROLE_ANY;
	struct ts_str name = ts_str_trim(ts_str_of(text));

	if (ts_code_parse(text, code)) {
		return true;
	}
	if (name.n == 0 || name.n > 200) {
		return false;
	}
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_NAME);
		if (s != NULL) {
			sqlite3_bind_text(s, 1, name.p, (int)name.n, SQLITE_STATIC);
		}
		if (ts_store_row(kb, i, s)) {
			*code = (uint32_t)sqlite3_column_int64(s, 0);
			if (ts_code_role_parse((const char *)sqlite3_column_text(s, 1), &found) &&
				role != NULL) {
				*role = found;
			}
			sqlite3_reset(s);
			return true;
		}
	}
	return false;
}

size_t ts_kb_meanings(
	struct ts_kb *kb, uint32_t code, enum ts_code_role role, struct ts_arena *a, struct ts_meaning **out)
{
	size_t n = 0, cap = 0;

	*out = NULL;
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_MEANINGS);
		ts_db_bind_int(s, 1, code);
		ts_db_bind_text(s, 2, ts_code_role_name(role));
		while (ts_store_row(kb, i, s)) {
			struct ts_meaning *m;
			enum ts_code_role r = TS_ROLE_OTHER;

			TS_ARENA_GROW(a, *out, cap, n);
			m = &(*out)[n++];
			ts_code_role_parse((const char *)sqlite3_column_text(s, 1), &r);
			*m = (struct ts_meaning){
				.code = (uint32_t)sqlite3_column_int64(s, 0),
				.role = r,
				.product = ts_db_text(s, 2, a),
				.name = ts_db_text(s, 3, a),
				.text = ts_db_text(s, 4, a),
				.source = ts_db_text(s, 5, a),
				.certainty = ts_db_text(s, 6, a),
			};
		}
	}
	return n;
}

/* One way to entries by code; the list of them is the order of the hits. */
struct way {
	enum ts_query query;
	bool exact;
	bool wide, narrow; /* only for codes of more, of at most 16 bits; both = any */
	enum { PAIR, ALONE, EXTENDED_OF_PAIR, ANY } what;
	int kind; /* ALONE: the kind that the entry must claim (enum ts_code_kind) */
	double score;
};

static const struct way ways[] = {
	{ TS_Q_CODE_EXACT, true, true, true, PAIR, 0, 100 },
	/* The extended code says why; the first one says only where. */
	{ TS_Q_CODE_EXACT, true, true, true, EXTENDED_OF_PAIR, TS_CLAIM_EXTENDED, 95 },
	{ TS_Q_CODE_EXACT, true, true, true, ALONE, TS_CLAIM_DISCONNECT, 90 },
	{ TS_Q_CODE_EXACT, true, true, true, ALONE, TS_CLAIM_EXTENDED, 80 },
	{ TS_Q_CODE_EXACT, true, true, true, ALONE, TS_CLAIM_OTHER, 75 },
	{ TS_Q_CODE_EXACT, true, true, true, ALONE, TS_CLAIM_NEGOTIATION, 70 },
	{ TS_Q_CODE_SAME, false, true, true, ANY, 0, 50 },
	{ TS_Q_CODE_CATEGORY, false, true, true, ANY, 0, 20 },
	/* Short codes carry their layer in the low byte, long ones are counted up. */
	{ TS_Q_CODE_ABOVE, false, false, true, ANY, 0, 10 },
	{ TS_Q_CODE_BELOW, false, false, true, ANY, 0, 10 },
	{ TS_Q_CODE_RANGE, false, true, false, ANY, 0, 10 },
	/* A slip of the finger is near, too. */
	{ TS_Q_CODE_PREVIOUS, false, true, true, ANY, 0, 5 },
	{ TS_Q_CODE_NEXT, false, true, true, ANY, 0, 5 },
};

/* The kind of claim that a number of this role is looked for under; -1 = any. */
static int kind_of(enum ts_code_role role)
{
	static const int kinds[] = {
		[TS_ROLE_ANY] = -1,
		[TS_ROLE_DISCONNECT] = TS_CLAIM_DISCONNECT,
		[TS_ROLE_EXTENDED] = TS_CLAIM_EXTENDED,
		[TS_ROLE_ERRINFO] = TS_CLAIM_EXTENDED,
		[TS_ROLE_NEGOTIATION] = TS_CLAIM_NEGOTIATION,
		[TS_ROLE_OTHER] = TS_CLAIM_OTHER,
	};
	return kinds[role];
}

static void follow(struct ts_kb *kb, size_t file, const struct way *w, uint32_t code, int64_t ext,
	const char *product, struct ts_hits *hits)
{
	sqlite3_stmt *s = ts_store_query(kb, file, w->query);

	if (s == NULL) {
		return;
	}
	sqlite3_bind_int64(s, 1, w->what == EXTENDED_OF_PAIR ? ext : (int64_t)code);
	sqlite3_bind_int64(s, 2, w->what == PAIR ? ext : -1 - (int64_t)w->kind);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)hits->max + (sqlite3_int64)hits->n);
	ts_db_bind_text(s, FILTER, product);
	while (!ts_hits_full(hits) && ts_store_row(kb, file, s)) {
		struct ts_hit *hit = ts_hits_add(hits, s);
		if (hit != NULL) {
			hit->exact = w->exact;
			hit->score = w->score;
			hit->by = "code";
		}
	}
	sqlite3_reset(s);
}

/* Does this way apply to what is known of the numbers? */
static bool way_fits(const struct way *w, uint32_t code, int kind, bool has_ext)
{
	bool size_fits = code > 0xFFFF ? w->wide : w->narrow;

	switch (w->what) {
	case PAIR:
	case EXTENDED_OF_PAIR: return size_fits && has_ext;
	/* With an extended code beside it, the first number is a disconnect reason. */
	case ALONE:
		return size_fits &&
		       (kind == -1 ? !has_ext || w->kind == TS_CLAIM_DISCONNECT : kind == w->kind);
	case ANY: break;
	}
	return size_fits;
}

size_t ts_kb_by_code(struct ts_kb *kb, uint32_t code, enum ts_code_role role, bool has_ext, uint32_t ext,
	const char *product, size_t max, struct ts_arena *a, struct ts_hit **out)
{
	struct ts_hits hits;

	ts_hits_init(&hits, a, max);
	for (size_t w = 0; w < TS_COUNT(ways); w++) {
		if (!way_fits(&ways[w], code, kind_of(role), has_ext)) {
			continue;
		}
		for (size_t i = 0; i < kb->nfiles && !ts_hits_full(&hits); i++) {
			follow(kb, i, &ways[w], code, has_ext ? (int64_t)ext : -1, product, &hits);
		}
	}
	*out = hits.hits;
	return hits.n;
}

static int by_id(const void *x, const void *y)
{
	const struct ts_hit *a = x, *b = y;
	int order = strcmp(a->id, b->id);

	return order != 0 ? order : (a->score < b->score) - (a->score > b->score);
}

size_t ts_kb_list(struct ts_kb *kb, const char *product, struct ts_arena *a, struct ts_hit **out)
{
	struct ts_hits hits;
	size_t n = 0;

	ts_hits_init(&hits, a, SIZE_MAX);
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_LIST);
		ts_db_bind_text(s, FILTER, product);
		while (ts_store_row(kb, i, s)) {
			ts_hits_append(&hits, s)->score = -(double)i;
		}
	}
	/* Of entries with the same id the first file's counts, as everywhere. */
	if (kb->nfiles > 1 && hits.n > 1) {
		qsort(hits.hits, hits.n, sizeof(hits.hits[0]), by_id);
	}
	for (size_t i = 0; i < hits.n; i++) {
		if (n == 0 || strcmp(hits.hits[n - 1].id, hits.hits[i].id) != 0) {
			hits.hits[n++] = hits.hits[i];
		}
	}
	*out = hits.hits;
	return n;
}

const char *ts_kb_class_title(struct ts_kb *kb, const char *cause_class, struct ts_arena *a)
{
	const char *title = NULL;

	for (size_t i = 0; i < kb->nfiles && title == NULL && cause_class != NULL; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_CLASS);
		ts_db_bind_text(s, 1, cause_class);
		if (ts_store_row(kb, i, s)) {
			title = ts_db_text(s, 0, a);
			sqlite3_reset(s);
		}
	}
	return title;
}

bool ts_kb_has_machine(struct ts_kb *kb, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < kb->nfiles && !found; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_MACHINE);
		ts_db_bind_text(s, 1, name);
		found = ts_store_row(kb, i, s);
		if (found) {
			sqlite3_reset(s);
		}
	}
	return found;
}
