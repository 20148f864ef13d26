/* engine/store.c - sessions.db: begin, save, leave, discard. Reading is in store-read.c. */
#include "engine/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/session-private.h"
#include "engine/store-private.h"
#include "os/os.h"

const char *const ts_store_sql[TS_SQL_COUNT] = {
	[TS_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[TS_SQL_COMMIT] = "COMMIT",
	[TS_SQL_ROLLBACK] = "ROLLBACK",
	[TS_SQL_NEW_SESSION] =
		"INSERT INTO session (entry, title, kb, program, code, ext, asked_by, since_s, started, "
		"changed, boot, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, 'open')",
	[TS_SQL_NEW_MACHINE] = "INSERT INTO machine VALUES (?1, ?2, ?3, ?4)",
	[TS_SQL_PLACE] = "UPDATE session SET changed = ?2, boot = ?3, state = ?4, place = ?5, step = ?6, "
			 "proving = ?7, "
			 "verified = ?8 WHERE id = ?1",
	[TS_SQL_NO_PARAMS] = "DELETE FROM param WHERE session = ?1",
	[TS_SQL_PARAM] = "INSERT INTO param VALUES (?1, ?2, ?3)",
	[TS_SQL_NO_ANSWERS] = "DELETE FROM answer WHERE session = ?1",
	[TS_SQL_ANSWER] = "INSERT INTO answer VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[TS_SQL_NO_RESULT] = "DELETE FROM result WHERE session = ?1 AND node = ?2",
	[TS_SQL_RESULT] =
		"INSERT INTO result VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[TS_SQL_CELL] = "INSERT INTO cell VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[TS_SQL_LEDGER] = "INSERT INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[TS_SQL_DISCARD] = "DELETE FROM session WHERE id = ?1",
	[TS_SQL_OUTCOME] = "INSERT INTO outcome (session, entry, cause, solved, at, seconds) "
			   "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (session, cause) DO UPDATE SET "
			   "solved = excluded.solved, at = excluded.at, seconds = excluded.seconds",
	[TS_SQL_SET] = "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
	[TS_SQL_LIST] =
		"SELECT id, entry, title, kb, program, code, ext, asked_by, since_s, started, changed, boot, "
		"state, place, step, proving, verified, "
		"(SELECT count(*) FROM answer WHERE session = id), "
		"(SELECT count(*) FROM result WHERE session = id AND state <> 'skipped') FROM session "
		"WHERE ?1 IS NULL OR state = ?1 OR (?1 = 'open' AND state = 'paused') "
		"ORDER BY changed DESC, id DESC",
	[TS_SQL_HEAD] =
		"SELECT id, entry, title, kb, program, code, ext, asked_by, since_s, started, changed, boot, "
		"state, place, step, proving, verified, "
		"(SELECT count(*) FROM answer WHERE session = id), "
		"(SELECT count(*) FROM result WHERE session = id AND state <> 'skipped') FROM session "
		"WHERE id = ?1",
	[TS_SQL_MACHINES] = "SELECT name, path FROM machine WHERE session = ?1 ORDER BY ordinal",
	[TS_SQL_PARAMS] = "SELECT name, value FROM param WHERE session = ?1 ORDER BY name",
	[TS_SQL_ANSWERS] = "SELECT node, label, by, at FROM answer WHERE session = ?1 ORDER BY ordinal",
	[TS_SQL_RESULTS] = "SELECT node, sql, state, answer, reason, hint, more_rows, ms, at, runs, clock, "
			   "was_present, verified FROM result WHERE session = ?1 ORDER BY node",
	[TS_SQL_CELLS] = "SELECT row, name, type, text FROM cell WHERE session = ?1 AND node = ?2 "
			 "ORDER BY row, col",
	[TS_SQL_LEDGERS] = "SELECT tbl, subject, seen, detail FROM ledger WHERE session = ?1 AND node = ?2 "
			   "ORDER BY line",
	[TS_SQL_STATS] =
		"SELECT entry, cause, sum(solved), sum(NOT solved), "
		"CAST(coalesce(avg(iif(solved, seconds, NULL)), 0) AS INTEGER) FROM outcome "
		"WHERE ?1 IS NULL OR entry = ?1 GROUP BY entry, cause ORDER BY 3 DESC, 4, entry, cause",
	[TS_SQL_SETTING] = "SELECT value FROM setting WHERE name = ?1",
};

struct ts_store *ts_store_open(const char *folder, struct ts_err *err)
{
	if (!ts_os_mkdirs_private(folder, err)) {
		return NULL;
	}
	char *path = ts_xasprintf("%s/sessions.db", folder),
	     *locks = ts_xasprintf("%s/sessions.lock", folder);
	struct ts_store *st = ts_xcalloc(1, sizeof(*st));
	st->lock = ts_lock_new(locks, err);
	st->db = st->lock == NULL ? NULL
				  : ts_db_open_private(path, &ts_db_session, ts_session_schema_sql, err);
	free(path);
	free(locks);
	/* What is discarded is to be gone. */
	if (st->db == NULL || !ts_db_exec(st->db, "PRAGMA secure_delete = 1", err)) {
		ts_store_close(st);
		return NULL;
	}
	ts_stmts_init(&st->stmts, st->db, ts_store_sql, TS_SQL_COUNT);
	st->boot = ts_os_boot_id();
	return st;
}

void ts_store_leave(struct ts_store *st)
{
	if (st->id != 0) {
		ts_lock_give(st->lock, st->id);
	}
	st->id = 0;
	free(st->saved_results);
	st->saved_results = NULL;
	free(st->saved_place);
	st->saved_place = NULL;
	st->nsaved = 0;
	st->saved_answers = 0;
}

void ts_store_close(struct ts_store *st)
{
	if (st == NULL) {
		return;
	}
	if (st->db != NULL) {
		ts_store_leave(st);
		if (st->stmts.stmts != NULL) {
			ts_stmts_finish(&st->stmts);
		}
		(void)sqlite3_close(st->db);
	}
	ts_lock_free(st->lock);
	free(st->boot);
	free(st);
}

int64_t ts_store_current(const struct ts_store *st)
{
	return st->id;
}

bool ts_store_busy(struct ts_store *st, int64_t id)
{
	return id != st->id && ts_lock_held(st->lock, id, NULL);
}

static bool run(struct ts_store *st, enum ts_store_sql i, struct ts_err *err)
{
	return ts_db_run(ts_stmts_get(&st->stmts, i, err), err);
}

/* End the transaction: commit if all went well, else take back. */
static bool finish(struct ts_store *st, bool ok, struct ts_err *err)
{
	if (ok && run(st, TS_SQL_COMMIT, err)) {
		return true;
	}
	(void)run(st, TS_SQL_ROLLBACK, NULL);
	return false;
}

static bool take(struct ts_store *st, int64_t id, struct ts_err *err)
{
	long pid = 0;
	switch (ts_lock_take(st->lock, id, &pid, err)) {
	case TS_LOCK_OURS: st->id = id; return true;
	case TS_LOCK_FAILED: return false;
	case TS_LOCK_TAKEN: break;
	}
	return ts_fail(err,
		"session %" PRId64
		" is open in another troubleshoot (process %ld); go on there, or quit it first",
		id, pid);
}

bool ts_store_begin(struct ts_store *st, const struct ts_kept_head *head, struct ts_err *err)
{
	ts_store_leave(st);
	if (!run(st, TS_SQL_BEGIN, err)) {
		return false;
	}
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_NEW_SESSION, err);
	const char *const texts[] = { head->entry, head->title, head->kb, head->program, head->code,
		head->ext, head->asked_by };
	for (size_t i = 0; i < TS_COUNT(texts); i++) {
		ts_db_bind_text(q, (int)i + 1, texts[i]);
	}
	ts_db_bind_int(q, 8, head->since_s);
	ts_db_bind_int(q, 9, head->started);
	ts_db_bind_text(q, 10, st->boot);
	bool ok = ts_db_run(q, err);
	int64_t id = sqlite3_last_insert_rowid(st->db);
	for (size_t i = 0; ok && i < head->nmachines; i++) {
		q = ts_stmts_get(&st->stmts, TS_SQL_NEW_MACHINE, err);
		ts_db_bind_int(q, 1, id);
		ts_db_bind_int(q, 2, (int64_t)i);
		ts_db_bind_text(q, 3, head->machines[i].name);
		ts_db_bind_text(q, 4, head->machines[i].path);
		ok = ts_db_run(q, err);
	}
	/* The lock comes before the commit: nobody else can have seen the number yet. */
	ok = finish(st, ok && take(st, id, err), err);
	if (!ok) {
		ts_store_leave(st);
	}
	return ok;
}

bool ts_store_take(struct ts_store *st, int64_t id, struct ts_err *err)
{
	if (id != st->id) {
		ts_store_leave(st);
	}
	return take(st, id, err);
}

/* ---- saving ---- */

static bool save_given(struct ts_store *st, const struct ts_session *s, struct ts_err *err)
{
	static const enum ts_store_sql removals[] = { TS_SQL_NO_PARAMS, TS_SQL_NO_ANSWERS };
	bool ok = true;
	for (size_t i = 0; ok && i < TS_COUNT(removals); i++) {
		sqlite3_stmt *q = ts_stmts_get(&st->stmts, removals[i], err);
		ts_db_bind_int(q, 1, st->id);
		ok = ts_db_run(q, err);
	}
	for (size_t i = 0; ok && i < s->entry->nparams; i++) {
		if (s->params[i].value == NULL && !s->params[i].refused) {
			continue;
		}
		sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_PARAM, err);
		ts_db_bind_int(q, 1, st->id);
		ts_db_bind_text(q, 2, s->entry->params[i].name);
		ts_db_bind_text(q, 3, s->params[i].value);
		ok = ts_db_run(q, err);
	}
	for (size_t i = 0; ok && i < s->ngiven; i++) {
		sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_ANSWER, err);
		ts_db_bind_int(q, 1, st->id);
		ts_db_bind_int(q, 2, (int64_t)i);
		ts_db_bind_text(q, 3, s->entry->nodes[s->given[i].node].id);
		ts_db_bind_text(q, 4, s->given[i].label);
		ts_db_bind_text(q, 5, ts_by_name(s->given[i].by));
		ts_db_bind_int(q, 6, s->given[i].at);
		ok = ts_db_run(q, err);
	}
	return ok;
}

static bool save_cells(struct ts_store *st, const char *node, const struct ts_result *r, struct ts_err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < r->nrows; i++) {
		for (size_t c = 0; ok && c < r->rows[i].n; c++) {
			const struct ts_cell *cell = &r->rows[i].cells[c];
			sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_CELL, err);
			ts_db_bind_int(q, 1, st->id);
			ts_db_bind_text(q, 2, node);
			ts_db_bind_int(q, 3, (int64_t)i);
			ts_db_bind_int(q, 4, (int64_t)c);
			ts_db_bind_text(q, 5, cell->name);
			ts_db_bind_int(q, 6, cell->type);
			ts_db_bind_text(q, 7, cell->text);
			ok = ts_db_run(q, err);
		}
	}
	for (size_t i = 0; ok && i < r->nledger; i++) {
		sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_LEDGER, err);
		ts_db_bind_int(q, 1, st->id);
		ts_db_bind_text(q, 2, node);
		ts_db_bind_int(q, 3, (int64_t)i);
		ts_db_bind_text(q, 4, r->ledger[i].table);
		ts_db_bind_text(q, 5, r->ledger[i].subject);
		ts_db_bind_text(q, 6, ts_seen_name(r->ledger[i].seen));
		ts_db_bind_text(q, 7, r->ledger[i].detail);
		ok = ts_db_run(q, err);
	}
	return ok;
}

static bool save_result(struct ts_store *st, const struct ts_session *s, size_t i, struct ts_err *err)
{
	static const char *const states[] = {
		[TS_CHECK_ANSWERED] = "answered",
		[TS_CHECK_UNKNOWN] = "unknown",
		[TS_CHECK_SKIPPED] = "skipped",
	};
	const struct ts_node *n = &s->entry->nodes[i];
	const struct node_state *ns = &s->nodes[i];
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_NO_RESULT, err);
	ts_db_bind_int(q, 1, st->id);
	ts_db_bind_text(q, 2, n->id);
	if (!ts_db_run(q, err)) {
		return false;
	}
	if (ns->outcome == NULL) {
		return true;
	}
	const struct ts_result *r = &ns->outcome->result;
	q = ts_stmts_get(&st->stmts, TS_SQL_RESULT, err);
	const char *const texts[] = { n->id, n->sql != NULL ? n->sql : "", states[r->state], r->answer,
		r->reason, r->hint };
	const int64_t numbers[] = { r->at, ns->runs, ns->clock, ns->was_present, ns->verified };
	ts_db_bind_int(q, 1, st->id);
	for (size_t k = 0; k < TS_COUNT(texts); k++) {
		ts_db_bind_text(q, (int)k + 2, texts[k]);
	}
	ts_db_bind_int(q, 8, r->more_rows);
	if (q != NULL) {
		(void)sqlite3_bind_double(q, 9, r->ms);
	}
	for (size_t k = 0; k < TS_COUNT(numbers); k++) {
		ts_db_bind_int(q, (int)k + 10, numbers[k]);
	}
	return ts_db_run(q, err) && save_cells(st, n->id, r, err);
}

static bool save_place(struct ts_store *st, const struct ts_kept_place *p, struct ts_err *err)
{
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_PLACE, err);
	ts_db_bind_int(q, 1, st->id);
	ts_db_bind_int(q, 2, ts_os_now());
	ts_db_bind_text(q, 3, st->boot);
	ts_db_bind_text(q, 4, p->state);
	ts_db_bind_text(q, 5, p->node);
	ts_db_bind_int(q, 6, (int64_t)p->step);
	ts_db_bind_int(q, 7, p->proving);
	ts_db_bind_text(q, 8, p->verified);
	return ts_db_run(q, err);
}

static char *describe_place(const struct ts_kept_place *p)
{
	return ts_xasprintf("%s %zu %d %s %s", p->state, p->step, p->proving, p->node != NULL ? p->node : "",
		p->verified != NULL ? p->verified : "");
}

/* Is there anything of the session that is not on the disk? */
static bool changed(const struct ts_store *st, const struct ts_session *s, const char *place)
{
	bool differs = st->saved_place == NULL || strcmp(st->saved_place, place) != 0 ||
		       st->saved_answers != s->given_serial;
	for (size_t i = 0; !differs && i < s->entry->nnodes; i++) {
		differs = st->saved_results[i] != s->nodes[i].serial;
	}
	return differs;
}

bool ts_store_save(struct ts_store *st, const struct ts_session *s, const struct ts_kept_place *place,
	struct ts_err *err)
{
	size_t n = s->entry->nnodes;
	if (st->id == 0) {
		return ts_fail(err, "no session is being worked on");
	}
	if (st->nsaved != n || st->saved_results == NULL) {
		free(st->saved_results);
		st->saved_results = ts_xcalloc(n + 1, sizeof(*st->saved_results));
		st->nsaved = n;
	}
	char *now = describe_place(place);
	if (!changed(st, s, now)) {
		free(now);
		return true;
	}
	if (!run(st, TS_SQL_BEGIN, err)) {
		free(now);
		return false;
	}
	bool ok = save_place(st, place, err);
	/* Serials begin at 1 with the first change; 0 is what an empty session and an empty file have. */
	if (ok && st->saved_answers != s->given_serial) {
		ok = save_given(st, s, err);
	}
	for (size_t i = 0; ok && i < n; i++) {
		if (st->saved_results[i] != s->nodes[i].serial) {
			ok = save_result(st, s, i, err);
		}
	}
	if (!finish(st, ok, err)) {
		free(now);
		return false;
	}
	free(st->saved_place);
	st->saved_place = now;
	st->saved_answers = s->given_serial;
	for (size_t i = 0; i < n; i++) {
		st->saved_results[i] = s->nodes[i].serial;
	}
	return true;
}

bool ts_store_discard(struct ts_store *st, int64_t id, struct ts_err *err)
{
	bool ours = id == st->id;
	if (!ours) {
		long pid = 0;
		enum ts_lock_result r = ts_lock_take(st->lock, id, &pid, err);
		if (r != TS_LOCK_OURS) {
			return r == TS_LOCK_FAILED
				       ? false
				       : ts_fail(err,
						 "session %" PRId64 " is open in another troubleshoot "
						 "(process %ld); quit it first",
						 id, pid);
		}
	}
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_DISCARD, err);
	ts_db_bind_int(q, 1, id);
	bool ok = ts_db_run(q, err);
	bool found = sqlite3_changes(st->db) > 0;
	if (ours) {
		ts_store_leave(st);
	} else {
		ts_lock_give(st->lock, id);
	}
	return ok && (found || ts_fail(err, "there is no session %" PRId64, id));
}

bool ts_store_outcome(struct ts_store *st, const char *entry, const char *cause, bool solved, int64_t started,
	struct ts_err *err)
{
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_OUTCOME, err);
	int64_t now = ts_os_now();
	ts_db_bind_int(q, 1, st->id);
	ts_db_bind_text(q, 2, entry);
	ts_db_bind_text(q, 3, cause);
	ts_db_bind_int(q, 4, solved);
	ts_db_bind_int(q, 5, now);
	ts_db_bind_int(q, 6, now > started ? now - started : 0);
	return ts_db_run(q, err);
}

bool ts_store_set(struct ts_store *st, const char *name, const char *value, struct ts_err *err)
{
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_SET, err);
	ts_db_bind_text(q, 1, name);
	ts_db_bind_text(q, 2, value);
	return ts_db_run(q, err);
}
