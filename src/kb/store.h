/* kb/store.h - the opened kb.db files behind kb/kb.h and their prepared statements. Only for the files of kb/
 * that implement kb/kb.h. */
#ifndef TS_KB_STORE_H
#define TS_KB_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "kb/kb.h"

/* Every statement on a kb.db; their text is in store.c. */
enum ts_query {
	TS_Q_COUNT_ENTRIES,
	TS_Q_LIST,
	TS_Q_CODE_EXACT,    /* code, ext or -1 */
	TS_Q_CODE_SAME,     /* code: with any extended one */
	TS_Q_CODE_CATEGORY, /* code: entries of a code that the dictionary puts in the same category */
	TS_Q_CODE_ABOVE,    /* code: next higher codes that differ in the second byte only */
	TS_Q_CODE_BELOW,    /* code: next lower ones */
	TS_Q_CODE_RANGE,    /* code: those that differ in the low byte only */
	TS_Q_CODE_NEXT,     /* the next code above that some entry claims */
	TS_Q_CODE_PREVIOUS,
	TS_Q_CODE_KNOWN, /* code: a row if an entry claims it or the dictionary explains it */
	TS_Q_MEANINGS,   /* code, role ("any" for all) */
	TS_Q_NAME,       /* symbolic name */
	TS_Q_MESSAGES,
	TS_Q_HIT,            /* entry: what a hit shows */
	TS_Q_SEARCH_COUNT,   /* FTS5 expression, limit: how many rows match, as far as the limit */
	TS_Q_SEARCH_RANKED,  /* FTS5 expression, limit */
	TS_Q_SEARCH_PLAIN,   /* the same in order of id */
	TS_Q_SEARCH_PROSE,   /* FTS5 expression, entry: a snippet of the prose */
	TS_Q_SEARCH_IN,      /* FTS5 expression, entry: a row if it matches */
	TS_Q_SEARCH_SNIPPET, /* the same of whatever holds most of the words */
	TS_Q_ENTRY,          /* name */
	TS_Q_ENTRY_CODES,    /* entry, here and below */
	TS_Q_ENTRY_MESSAGES,
	TS_Q_ENTRY_ITEMS,
	TS_Q_ENTRY_MACHINES,
	TS_Q_ENTRY_PARAMS,
	TS_Q_ENTRY_NODES,
	TS_Q_ENTRY_NODE_ITEMS,
	TS_Q_ENTRY_ANSWERS,
	TS_Q_ENTRY_STEPS,
	TS_Q_ENTRY_COMMANDS,
	TS_Q_MARKDOWN, /* name */
	TS_Q_CLASS,    /* name */
	TS_Q_MACHINE,  /* name: a row if some entry speaks of such a machine */
	TS_Q_INPUT,
	TS_Q_WORDS_IDS, /* beginning, limit; here and below */
	TS_Q_WORDS_CODES,
	TS_Q_WORDS_CODE_NAMES,
	TS_Q_WORDS_PACKS,
	TS_Q_COUNT
};

struct ts_kb_file {
	char *path;   /* as the person named it */
	bool builtin; /* part of the program: path is words */
	sqlite3 *db;
	struct ts_stmts stmts;
	int64_t entries; /* -1 = not counted yet */
	char digest[65]; /* of what it was compiled from; "" = the digest is that of the file itself */
};

struct ts_kb {
	struct ts_kb_file *files;
	size_t nfiles, cap;
	struct ts_err trouble; /* the first failure of a look-up that has no way to report it */
};

/* A statement, prepared at its first use and reset; NULL after a failure, which is kept as the knowledge
 * base's trouble. */
sqlite3_stmt *ts_store_query(struct ts_kb *kb, size_t file, enum ts_query q);
/* Step: true on a row; at the end false, and the statement is reset. A failure is kept as trouble. s may be
 * NULL. */
bool ts_store_row(struct ts_kb *kb, size_t file, sqlite3_stmt *s);
/* Entries in this file; counted once. */
int64_t ts_store_entries(struct ts_kb *kb, size_t file);
/* Take over an open connection as the next file. digest may be NULL. */
void ts_store_add(struct ts_kb *kb, sqlite3 *db, const char *path, const char *digest);
/* Free what belongs to the file but its connection, which is the caller's again. */
sqlite3 *ts_store_finish(struct ts_kb_file *f);

/* A growing list of hits without two of the same entry. */
struct ts_hits {
	struct ts_arena *a;
	struct ts_hit *hits;
	size_t n, cap, max;
};
void ts_hits_init(struct ts_hits *h, struct ts_arena *a, size_t max);
bool ts_hits_full(const struct ts_hits *h);
/* Add a copy of what the row of s says (columns: name, title, summary) unless it is there already or the list
 * is full. NULL then, else the new hit, for its score, snippet and exactness. */
struct ts_hit *ts_hits_add(struct ts_hits *h, sqlite3_stmt *s);
/* The same without looking whether it is there. */
struct ts_hit *ts_hits_append(struct ts_hits *h, sqlite3_stmt *s);

#endif
