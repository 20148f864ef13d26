/* kb/compile.c - writes a set of packs as kb.db: rows in sorted order with ids of our own, one transaction,
 * then VACUUM INTO, so that the bytes depend on the content and on SQLite's version alone. */
#include "kb/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "db/db.h"
#include "kb/code.h"
#include "kb/compile-index.h"
#include "kb/pattern.h"
#include "os/os.h"

#define PAGES_CACHED "-65536" /* KiB: the growing end of each table and of the index stay in memory */

enum insert {
	INS_PACK,
	INS_CLASS,
	INS_MEANING,
	INS_NAME,
	INS_ENTRY,
	INS_MARKDOWN,
	INS_CODE,
	INS_MESSAGE,
	INS_ITEM,
	INS_MACHINE,
	INS_PARAM,
	INS_NODE,
	INS_NODE_ITEM,
	INS_ANSWER,
	INS_STEP,
	INS_COMMAND,
	INS_COUNT
};

/* In enum order; the values stand in the order of schema.sql's columns. */
static const char *const insert_sql[] = {
	[INS_PACK] = "INSERT INTO pack VALUES (?, ?, ?, ?, ?)",
	[INS_CLASS] = "INSERT INTO class VALUES (?, ?, ?, ?)",
	[INS_MEANING] = "INSERT INTO meaning VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[INS_NAME] = "INSERT OR IGNORE INTO code_name VALUES (?, ?)",
	[INS_ENTRY] = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[INS_MARKDOWN] = "INSERT INTO markdown VALUES (?, ?)",
	[INS_CODE] = "INSERT INTO entry_code VALUES (?, ?, ?, ?, ?, ?)",
	[INS_MESSAGE] = "INSERT INTO message VALUES (?, ?, ?, ?, ?)",
	[INS_ITEM] = "INSERT INTO item VALUES (?, ?, ?, ?)",
	[INS_MACHINE] = "INSERT INTO machine VALUES (?, ?, ?, ?)",
	[INS_PARAM] = "INSERT INTO param VALUES (?, ?, ?, ?, ?, ?)",
	[INS_NODE] = "INSERT INTO node VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[INS_NODE_ITEM] = "INSERT INTO node_item VALUES (?, ?, ?, ?, ?)",
	[INS_ANSWER] = "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[INS_STEP] = "INSERT INTO step VALUES (?, ?, ?, ?, ?)",
	[INS_COMMAND] = "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?)",
};

struct compiler {
	sqlite3 *db;
	sqlite3_stmt *insert[INS_COUNT];
	bool ok; /* false after the first failure; everything later does nothing */
	struct ts_err *err;
	struct ts_buf scratch[2]; /* anchor and words of one pattern */
};

static void fail(struct compiler *c, const char *what)
{
	if (c->ok) {
		c->ok = ts_fail(c->err, "the knowledge base could not be written: %s: %s", what,
			sqlite3_errmsg(c->db));
	}
}

static void run(struct compiler *c, const char *sql)
{
	if (c->ok && sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fail(c, "SQL");
	}
}

/* Insert one row. A letter per value: i int64_t, n int64_t with -1 for NULL, t text (NULL allowed), d double.
 * Text must live until the call returns. */
static void put(struct compiler *c, enum insert which, const char *types, ...)
{
	sqlite3_stmt *s = c->insert[which];
	va_list ap;

	if (!c->ok) {
		return;
	}
	va_start(ap, types);
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == 'i' || types[i] == 'n') {
			int64_t v = va_arg(ap, int64_t);
			if (types[i] == 'i' || v != -1) {
				sqlite3_bind_int64(s, i + 1, v);
			}
		} else if (types[i] == 'd') {
			sqlite3_bind_double(s, i + 1, va_arg(ap, double));
		} else {
			sqlite3_bind_text(s, i + 1, va_arg(ap, const char *), -1, SQLITE_STATIC);
		}
	}
	va_end(ap);
	if (sqlite3_step(s) != SQLITE_DONE) {
		fail(c, insert_sql[which]);
	}
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
}

/* --- order ------------------------------------------------------------- */

static int by_entry_id(const void *a, const void *b)
{
	const struct ts_pack_entry *const *x = a, *const *y = b;

	return strcmp((*x)->entry->id, (*y)->entry->id);
}

static int by_pack_name(const void *a, const void *b)
{
	const struct ts_pack *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* --- packs ------------------------------------------------------------- */

static void put_meanings(struct compiler *c, const struct ts_pack *p, int64_t pack, int64_t *id)
{
	for (size_t i = 0; i < p->ncodes; i++) {
		const struct ts_code_row *r = &p->codes[i];
		const char *product = r->product;

		if (product == NULL && p->nproducts > 0) {
			product = p->products[0].text;
		}
		put(c, INS_MEANING, "iiittttttt", ++*id, pack, (int64_t)r->code, ts_code_role_name(r->role),
			product, r->name, r->text != NULL ? r->text : "", r->source, r->certainty,
			r->category);
		if (r->name != NULL) {
			put(c, INS_NAME, "ti", r->name, *id);
		}
		for (const char **a = r->aliases; a != NULL && *a != NULL; a++) {
			put(c, INS_NAME, "ti", *a, *id);
		}
	}
}

static void put_pack(struct compiler *c, const struct ts_pack *p, int64_t pack, int64_t *meaning)
{
	put(c, INS_PACK, "itttt", pack, p->name, p->title, p->version, p->licence);
	for (size_t i = 0; i < p->nclasses; i++) {
		put(c, INS_CLASS, "iitt", pack, (int64_t)i, p->classes[i].name, p->classes[i].title);
	}
	put_meanings(c, p, pack, meaning);
}

/* --- entries ----------------------------------------------------------- */

static void put_items(
	struct compiler *c, int64_t entry, const char *kind, const struct ts_text_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(c, INS_ITEM, "itit", entry, kind, (int64_t)i, items[i].text);
	}
}

static void put_front(struct compiler *c, const struct ts_entry *e, int64_t entry)
{
	struct ts_buf *anchor = &c->scratch[0], *words = &c->scratch[1];

	for (size_t i = 0; i < e->ncodes; i++) {
		const struct ts_code *k = &e->codes[i];
		put(c, INS_CODE, "iiiiit", (int64_t)k->code,
			k->has_ext ? (int64_t)k->ext : -1 - (int64_t)k->kind, entry, (int64_t)i,
			(int64_t)(k->code & 0xFF), k->text != NULL ? k->text : "");
	}
	for (size_t i = 0; i < e->nmessages; i++) {
		ts_buf_clear(anchor);
		ts_buf_clear(words);
		ts_pattern_anchor(e->messages[i].text, anchor);
		ts_pattern_words(e->messages[i].text, words);
		put(c, INS_MESSAGE, "iittt", entry, (int64_t)i, e->messages[i].text, ts_buf_str(anchor),
			ts_buf_str(words));
	}
	put_items(c, entry, "keyword", e->keywords, e->nkeywords);
	put_items(c, entry, "related", e->related, e->nrelated);
	put_items(c, entry, "source", e->sources, e->nsources);
	for (size_t i = 0; i < e->nmachines; i++) {
		put(c, INS_MACHINE, "iitt", entry, (int64_t)i, e->machines[i].name, e->machines[i].title);
	}
	for (size_t i = 0; i < e->nparams; i++) {
		const struct ts_param *p = &e->params[i];
		put(c, INS_PARAM, "iitttt", entry, (int64_t)i, p->name, p->ask, p->match, p->def);
	}
}

static void put_node_items(
	struct compiler *c, int64_t entry, int64_t node, const char *kind, const char **list)
{
	for (int64_t i = 0; list != NULL && list[i] != NULL; i++) {
		put(c, INS_NODE_ITEM, "iitit", entry, node, kind, i, list[i]);
	}
}

static void put_steps(struct compiler *c, int64_t entry, int64_t node, const char *part,
	const struct ts_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put(c, INS_STEP, "iitit", entry, node, part, (int64_t)i,
			steps[i].text != NULL ? steps[i].text : "");
		for (size_t k = 0; k < steps[i].ncommands; k++) {
			const struct ts_command *m = &steps[i].commands[k];
			put(c, INS_COMMAND, "iitiitt", entry, node, part, (int64_t)i, (int64_t)k, m->shell,
				m->text);
		}
	}
}

static void put_answers(struct compiler *c, const struct ts_entry *e, int64_t entry, size_t node)
{
	const struct ts_node *n = &e->nodes[node];

	for (size_t i = 0; i < n->nanswers; i++) {
		const struct ts_answer *a = &n->answers[i];
		int64_t leads = a->target_entry == NULL ? a->to : -1;

		put(c, INS_ANSWER, "iiittttntt", entry, (int64_t)node, (int64_t)i, a->label, a->text,
			a->link_text, a->target, leads, a->target_entry, a->target_anchor);
	}
}

static void put_node(struct compiler *c, const struct ts_entry *e, int64_t entry, size_t ord)
{
	const struct ts_node *n = &e->nodes[ord];
	int64_t node = (int64_t)ord;

	put(c, INS_NODE, "iittttttddttttiiit", entry, node, n->id, n->title,
		n->kind == TS_NODE_CAUSE ? "cause" : "question", n->why, n->machine, n->sql, n->weight,
		n->minutes, n->cause_class, n->where, n->effect, n->risk, (int64_t)n->irreversible,
		(int64_t)n->timeout, (int64_t)n->ask_never, n->undo_text);
	put_node_items(c, entry, node, "certain", n->certain);
	put_node_items(c, entry, node, "need", n->needs);
	put_node_items(c, entry, node, "param", n->params);
	put_answers(c, e, entry, ord);
	put_steps(c, entry, node, "fix", n->steps, n->nsteps);
	put_steps(c, entry, node, "undo", n->undo, n->nundo);
}

static void put_entry(struct compiler *c, const struct ts_pack_entry *p, int64_t entry, int64_t pack)
{
	const struct ts_entry *e = p->entry;

	put(c, INS_ENTRY, "itittttt", entry, e->id, pack, e->title, e->heading, e->summary, e->meaning,
		e->reviewed);
	put(c, INS_MARKDOWN, "it", entry, p->src != NULL ? p->src->text : "");
	put_front(c, e, entry);
	for (size_t i = 0; i < e->nown; i++) {
		put_node(c, e, entry, i);
	}
}

/* --- the whole --------------------------------------------------------- */

/* The statement that made the table `search`, for the thread that fills it. The caller frees; NULL after a
 * failure. */
static char *search_sql(struct compiler *c)
{
	sqlite3_stmt *s = NULL;
	char *sql = NULL;

	if (c->ok &&
		sqlite3_prepare_v2(c->db, "SELECT sql FROM sqlite_schema WHERE name = 'search'", -1, &s,
			NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW) {
		sql = ts_xstrdup((const char *)sqlite3_column_text(s, 0));
	} else {
		fail(c, "full text");
	}
	sqlite3_finalize(s);
	return sql;
}

static void put_packs(struct compiler *c, const struct ts_pack_set *set, int64_t *pack_id)
{
	const struct ts_pack **packs = ts_xcalloc(set->npacks + 1, sizeof(*packs));
	int64_t meaning = 0;

	for (size_t i = 0; i < set->npacks; i++) {
		packs[i] = &set->packs[i];
	}
	qsort(packs, set->npacks, sizeof(*packs), by_pack_name);
	for (size_t i = 0; i < set->npacks; i++) {
		pack_id[packs[i] - set->packs] = (int64_t)i + 1;
		put_pack(c, packs[i], (int64_t)i + 1, &meaning);
	}
	free(packs);
}

static void put_all(struct compiler *c, const struct ts_pack_set *set)
{
	const struct ts_pack_entry **entries = ts_xcalloc(set->nentries + 1, sizeof(*entries));
	int64_t *pack_id = ts_xcalloc(set->npacks + 1, sizeof(*pack_id)); /* by place in set->packs */
	char *sql = search_sql(c);
	struct ts_index *index;

	for (size_t i = 0; i < set->nentries; i++) {
		entries[i] = &set->entries[i];
	}
	qsort(entries, set->nentries, sizeof(*entries), by_entry_id);
	if (sql != NULL) {
		index = ts_index_start(entries, set->nentries, sql);
		put_packs(c, set, pack_id);
		for (size_t i = 0; i < set->nentries && c->ok; i++) {
			put_entry(c, entries[i], (int64_t)i + 1, pack_id[entries[i]->pack]);
		}
		c->ok = ts_index_finish(index, c->ok ? c->db : NULL, c->ok ? c->err : NULL) && c->ok;
	}
	free(sql);
	free(entries);
	free(pack_id);
}

bool ts_compile_into(const struct ts_pack_set *set, sqlite3 *db, struct ts_err *err)
{
	struct compiler c = { .db = db, .ok = true, .err = err };

	ts_buf_init(&c.scratch[0], TS_BUF_MAX_TEXT);
	ts_buf_init(&c.scratch[1], TS_BUF_MAX_TEXT);
	/* Nobody else sees the connection's file, and after a failure it is thrown away. */
	run(&c, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = " PAGES_CACHED);
	run(&c, ts_schema_sql);
	if (c.ok) {
		c.ok = ts_db_stamp(db, &ts_db_kb, err);
	}
	run(&c, "BEGIN");
	for (size_t i = 0; i < INS_COUNT && c.ok; i++) {
		if (sqlite3_prepare_v3(db, insert_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &c.insert[i],
			    NULL) != SQLITE_OK) {
			fail(&c, insert_sql[i]);
		}
	}
	if (c.ok) {
		put_all(&c, set);
	}
	for (size_t i = 0; i < INS_COUNT; i++) {
		sqlite3_finalize(c.insert[i]);
	}
	run(&c, "COMMIT");
	/* FTS5 has read its tables before the index was put there. */
	run(&c, "PRAGMA writable_schema = RESET");
	ts_buf_finish(&c.scratch[0]);
	ts_buf_finish(&c.scratch[1]);
	return c.ok;
}

bool ts_compile_write(sqlite3 *db, const char *out_path, struct ts_err *err)
{
	uint64_t unique;
	char *temp;
	bool ok;

	sqlite3_randomness(sizeof(unique), &unique);
	temp = ts_xasprintf("%s.%016llx.tmp", out_path, (unsigned long long)unique);
	ok = ts_db_vacuum_into(db, temp, err) && ts_os_replace_file(temp, out_path, err);
	if (!ok) {
		(void)ts_os_remove(temp);
	}
	free(temp);
	return ok;
}

bool ts_compile(const struct ts_pack_set *set, const char *out_path, struct ts_err *err)
{
	sqlite3 *db = ts_db_new(false, err);
	bool ok = db != NULL && ts_compile_into(set, db, err) && ts_compile_write(db, out_path, err);

	sqlite3_close(db);
	return ok;
}
