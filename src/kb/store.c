/* kb/store.c - opened kb.db files and all statements that are run on them. */
#include "kb/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns that ts_hits_add reads; the filter by pack is the last parameter of each look-up. */
#define HIT       "SELECT e.name, e.title, e.summary"
#define IN_PACK   "e.pack IN (SELECT id FROM pack WHERE ?9 IS NULL OR name = ?9 COLLATE NOCASE)"
#define BY_ENTRY  " WHERE entry = ?1 ORDER BY "
#define BEGINS(w) "substr(" w ", 1, length(?1)) = ?1 COLLATE NOCASE"
#define BM25      "bm25(search, 10.0, 6.0, 4.0, 1.0, 0.5, 8.0, 5.0)"

/* In enum order. */
static const char *const sql[] = {
	[TS_Q_COUNT_ENTRIES] = "SELECT count(*) FROM entry",
	[TS_Q_LIST] = HIT " FROM entry AS e WHERE " IN_PACK " ORDER BY e.name",
	[TS_Q_CODE_EXACT] = HIT " FROM entry_code AS c JOIN entry AS e ON e.id = c.entry\n"
				"WHERE c.code = ?1 AND c.ext = ?2 AND " IN_PACK " ORDER BY c.entry LIMIT ?3",
	[TS_Q_CODE_SAME] = HIT " FROM entry_code AS c JOIN entry AS e ON e.id = c.entry\n"
			       "WHERE c.code = ?1 AND " IN_PACK " ORDER BY c.ext, c.entry LIMIT ?3",
	[TS_Q_CODE_CATEGORY] = HIT
	" FROM meaning AS m\n"
	"  JOIN meaning AS o ON o.category = m.category AND o.role = m.role AND o.code <> m.code\n"
	"  JOIN entry_code AS c ON c.code = o.code\n"
	"  JOIN entry AS e ON e.id = c.entry\n"
	"WHERE m.code = ?1 AND m.category IS NOT NULL AND " IN_PACK "\n"
	"ORDER BY m.id, o.id, c.ext, c.entry LIMIT ?3",
	[TS_Q_CODE_ABOVE] =
		HIT " FROM entry_code AS c INDEXED BY entry_code_low JOIN entry AS e ON e.id = c.entry\n"
		    "WHERE c.low = ?1 & 255 AND c.code > ?1 AND c.code <= (?1 | 65535) AND " IN_PACK "\n"
		    "ORDER BY c.code LIMIT ?3",
	[TS_Q_CODE_BELOW] =
		HIT " FROM entry_code AS c INDEXED BY entry_code_low JOIN entry AS e ON e.id = c.entry\n"
		    "WHERE c.low = ?1 & 255 AND c.code < ?1 AND c.code >= (?1 & ~65535) AND " IN_PACK "\n"
		    "ORDER BY c.code DESC LIMIT ?3",
	[TS_Q_CODE_RANGE] =
		HIT " FROM entry_code AS c JOIN entry AS e ON e.id = c.entry\n"
		    "WHERE c.code BETWEEN (?1 & ~255) AND (?1 | 255) AND c.code <> ?1 AND " IN_PACK
		    " ORDER BY c.code LIMIT ?3",
	[TS_Q_CODE_NEXT] =
		HIT " FROM entry_code AS c JOIN entry AS e ON e.id = c.entry\n"
		    "WHERE c.code BETWEEN ?1 + 1 AND ?1 + 255 AND " IN_PACK " ORDER BY c.code LIMIT 2",
	[TS_Q_CODE_PREVIOUS] =
		HIT " FROM entry_code AS c JOIN entry AS e ON e.id = c.entry\n"
		    "WHERE c.code BETWEEN ?1 - 255 AND ?1 - 1 AND " IN_PACK " ORDER BY c.code DESC LIMIT 2",
	[TS_Q_CODE_KNOWN] = "SELECT 1 WHERE EXISTS (SELECT 1 FROM entry_code WHERE code = ?1)\n"
			    "  OR EXISTS (SELECT 1 FROM meaning WHERE code = ?1)",
	[TS_Q_MEANINGS] = "SELECT code, role, product, name, text, source, certainty FROM meaning\n"
			  "WHERE code = ?1 AND (?2 = 'any' OR role = ?2) ORDER BY id",
	[TS_Q_NAME] = "SELECT m.code, m.role FROM code_name AS n JOIN meaning AS m ON m.id = n.meaning\n"
		      "WHERE n.name = ?1 ORDER BY m.id LIMIT 1",
	[TS_Q_MESSAGES] = "SELECT entry, anchor, pattern FROM message",
	[TS_Q_HIT] = HIT " FROM entry AS e WHERE e.id = ?1 AND " IN_PACK,
	[TS_Q_SEARCH_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 LIMIT ?2)",
	[TS_Q_SEARCH_RANKED] = "SELECT rowid, " BM25
			       " AS score FROM search WHERE search MATCH ?1 ORDER BY score, rowid LIMIT ?2",
	[TS_Q_SEARCH_PLAIN] = "SELECT rowid, 0.0 FROM search WHERE search MATCH ?1 LIMIT ?2",
	[TS_Q_SEARCH_IN] = "SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2",
	[TS_Q_SEARCH_PROSE] = "SELECT snippet(search, 3, char(1), char(2), '...', 12) FROM search\n"
			      "WHERE search MATCH ?1 AND rowid = ?2",
	[TS_Q_SEARCH_SNIPPET] = "SELECT snippet(search, -1, char(1), char(2), '...', 12) FROM search\n"
				"WHERE search MATCH ?1 AND rowid = ?2",
	[TS_Q_ENTRY] = "SELECT e.id, e.name, p.name, e.title, e.heading, e.meaning, e.summary, e.reviewed\n"
		       "FROM entry AS e JOIN pack AS p ON p.id = e.pack WHERE e.name = ?1",
	[TS_Q_ENTRY_CODES] = "SELECT code, ext, text FROM entry_code" BY_ENTRY "ord",
	[TS_Q_ENTRY_MESSAGES] = "SELECT pattern FROM message" BY_ENTRY "ord",
	[TS_Q_ENTRY_ITEMS] = "SELECT kind, text FROM item" BY_ENTRY "kind, ord",
	[TS_Q_ENTRY_MACHINES] = "SELECT name, title FROM machine" BY_ENTRY "ord",
	[TS_Q_ENTRY_PARAMS] = "SELECT name, ask, match, initial FROM param" BY_ENTRY "ord",
	[TS_Q_ENTRY_NODES] =
		"SELECT slug, title, kind, why, machine, sql, weight, minutes, class, place, effect, risk,\n"
		"  irreversible, timeout, ask_never, undo FROM node" BY_ENTRY "ord",
	[TS_Q_ENTRY_NODE_ITEMS] = "SELECT node, kind, text FROM node_item" BY_ENTRY "node, kind, ord",
	[TS_Q_ENTRY_ANSWERS] = "SELECT node, label, text, link_text, target, leads, target_entry, "
			       "target_anchor FROM answer" BY_ENTRY "node, ord",
	[TS_Q_ENTRY_STEPS] = "SELECT node, part, text FROM step" BY_ENTRY "node, part, ord",
	[TS_Q_ENTRY_COMMANDS] =
		"SELECT node, part, step, shell, text FROM command" BY_ENTRY "node, part, step, ord",
	[TS_Q_MARKDOWN] =
		"SELECT m.text FROM entry AS e JOIN markdown AS m ON m.entry = e.id WHERE e.name = ?1",
	[TS_Q_CLASS] =
		"SELECT title FROM class WHERE name = ?1 AND title IS NOT NULL ORDER BY pack, ord LIMIT 1",
	[TS_Q_MACHINE] = "SELECT 1 FROM machine WHERE name = ?1 COLLATE NOCASE LIMIT 1",
	[TS_Q_INPUT] = "SELECT path, size, mtime_ns, sha256 FROM input ORDER BY path",
	[TS_Q_WORDS_IDS] = "SELECT name FROM entry WHERE " BEGINS("name") " ORDER BY name LIMIT ?2",
	/* Pairs and codes that entries claim, and codes that only the dictionary knows. */
	[TS_Q_WORDS_CODES] =
		"SELECT word FROM (\n"
		"  SELECT iif(ext >= 0, printf('0x%x/0x%x', code, ext), printf('0x%x', code)) AS word\n"
		"  FROM entry_code\n"
		"  UNION SELECT printf('0x%x', code) FROM meaning)\n"
		"WHERE " BEGINS("word") " ORDER BY word LIMIT ?2",
	[TS_Q_WORDS_CODE_NAMES] =
		"SELECT DISTINCT name FROM code_name WHERE " BEGINS("name") " ORDER BY name LIMIT ?2",
	[TS_Q_WORDS_PACKS] = "SELECT name FROM pack WHERE " BEGINS("name") " ORDER BY name LIMIT ?2",
};
static_assert(TS_COUNT(sql) == TS_Q_COUNT, "a statement for every query");

/* Only the first failure is kept: later ones follow from it. */
static void note_trouble(struct ts_kb *kb, size_t file, const struct ts_err *err)
{
	if (kb->trouble.text[0] == '\0') {
		ts_fail(&kb->trouble,
			"the knowledge base \"%s\" cannot be read: %s; make it again with \"troubleshoot kb "
			"build\"",
			kb->files[file].path, err->text);
	}
}

sqlite3_stmt *ts_store_query(struct ts_kb *kb, size_t file, enum ts_query q)
{
	struct ts_kb_file *f = &kb->files[file];
	struct ts_err err;
	sqlite3_stmt *s = ts_stmts_get(&f->stmts, q, &err);

	if (s == NULL) {
		note_trouble(kb, file, &err);
	}
	return s;
}

bool ts_store_row(struct ts_kb *kb, size_t file, sqlite3_stmt *s)
{
	struct ts_err err;
	enum ts_db_state state = s != NULL ? ts_db_step(s, &err) : TS_STEP_DONE;

	if (state == TS_STEP_FAILED) {
		note_trouble(kb, file, &err);
	}
	return state == TS_STEP_ROW;
}

int64_t ts_store_entries(struct ts_kb *kb, size_t file)
{
	struct ts_kb_file *f = &kb->files[file];

	if (f->entries < 0) {
		sqlite3_stmt *s = ts_store_query(kb, file, TS_Q_COUNT_ENTRIES);
		f->entries = 0;
		if (ts_store_row(kb, file, s)) {
			f->entries = sqlite3_column_int64(s, 0);
			sqlite3_reset(s);
		}
	}
	return f->entries;
}

void ts_store_add(struct ts_kb *kb, sqlite3 *db, const char *path, const char *digest)
{
	struct ts_kb_file *f;

	TS_GROW(kb->files, kb->cap, kb->nfiles);
	f = &kb->files[kb->nfiles++];
	*f = (struct ts_kb_file){ .path = ts_xstrdup(path), .db = db, .entries = -1 };
	ts_stmts_init(&f->stmts, db, sql, TS_COUNT(sql));
	if (digest != NULL) {
		snprintf(f->digest, sizeof(f->digest), "%s", digest);
	}
}

sqlite3 *ts_store_finish(struct ts_kb_file *f)
{
	sqlite3 *db = f->db;

	ts_stmts_finish(&f->stmts);
	free(f->path);
	*f = (struct ts_kb_file){ .path = NULL };
	return db;
}

/* --- hits -------------------------------------------------------------- */

void ts_hits_init(struct ts_hits *h, struct ts_arena *a, size_t max)
{
	*h = (struct ts_hits){ .a = a, .max = max };
}

bool ts_hits_full(const struct ts_hits *h)
{
	return h->n >= h->max;
}

struct ts_hit *ts_hits_append(struct ts_hits *h, sqlite3_stmt *s)
{
	TS_ARENA_GROW(h->a, h->hits, h->cap, h->n);
	h->hits[h->n] = (struct ts_hit){
		.id = ts_db_text(s, 0, h->a),
		.title = ts_db_text(s, 1, h->a),
		.summary = ts_db_text(s, 2, h->a),
	};
	return &h->hits[h->n++];
}

struct ts_hit *ts_hits_add(struct ts_hits *h, sqlite3_stmt *s)
{
	const char *id = (const char *)sqlite3_column_text(s, 0);

	if (ts_hits_full(h) || id == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < h->n; i++) {
		if (strcmp(h->hits[i].id, id) == 0) {
			return NULL;
		}
	}
	return ts_hits_append(h, s);
}
