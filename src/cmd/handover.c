/* cmd/handover.c - reads an exported report with SQLite's JSON functions. */
#include "cmd/handover.h"

#include <stdlib.h>
#include <string.h>

#include "db/db.h"

#define RESULTS_MAX 10000

enum {
	SQL_HEAD,
	SQL_MACHINES,
	SQL_PARAMS,
	SQL_ANSWERS,
	SQL_CHECKS,
	SQL_CELLS,
	SQL_GAPS,
	SQL_COUNT,
};

static const char *const sql[SQL_COUNT] = {
	[SQL_HEAD] =
		"SELECT ?1 ->> '$.schema', ?1 ->> '$.version', ?1 ->> '$.entry.id', ?1 ->> '$.entry.title', "
		"?1 ->> '$.kb.sha256', ?1 ->> '$.program', ?1 ->> '$.input.code', ?1 ->> '$.input.ext', "
		"?1 ->> '$.input.from', ?1 ->> '$.fix.verified'",
	[SQL_MACHINES] = "SELECT key, value ->> 'source', unixepoch(value ->> 'as_of') FROM json_each(?1, "
			 "'$.machines')",
	[SQL_PARAMS] = "SELECT value ->> 'name', value ->> 'value' FROM json_each(?1, '$.parameters')",
	[SQL_ANSWERS] =
		"SELECT value ->> 'node', value ->> 'label', value ->> 'by', unixepoch(value ->> 'at') "
		"FROM json_each(?1, '$.answers') WHERE value ->> 'by' IS NOT 'machine'",
	[SQL_CHECKS] = "SELECT value ->> 'node', value ->> 'result', value ->> 'state', value ->> 'reason', "
		       "value ->> 'hint', value ->> 'ms', unixepoch(value ->> 'at'), value ->> 'runs', value "
		       "->> 'more_rows', "
		       "value ->> 'was_present', value ->> 'verified', value FROM json_each(?1, '$.checks')",
	[SQL_CELLS] =
		"SELECT r.key, c.key, c.type, c.atom FROM json_each(?1, '$.rows') r, json_each(r.value) c "
		"ORDER BY r.key, c.id",
	[SQL_GAPS] = "SELECT value ->> 'table', value ->> 'subject', value ->> 'state', value ->> 'detail' "
		     "FROM json_each(?1, coalesce(iif(json_type(?1, '$.ledger') IS NULL, NULL, '$.ledger'), "
		     "'$.gaps'))",
};

struct reader {
	struct ts_stmts q;
	const char *text, *path;
	struct ts_arena *a;
};

bool ts_handover_is(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '{';
}

static sqlite3_stmt *begin(struct reader *r, size_t i, const char *text, struct ts_err *err)
{
	sqlite3_stmt *st = ts_stmts_get(&r->q, i, err);
	ts_db_bind_text(st, 1, text);
	return st;
}

/* The end of a loop over rows: false after a failure, which is then told with the file's name. */
static bool ended(const struct reader *r, enum ts_db_state step, struct ts_err *err)
{
	if (step == TS_STEP_DONE) {
		return true;
	}
	struct ts_err why = *err;
	return ts_fail(err, "%s: not a report of this program: %s", r->path, why.text);
}

static bool read_head(struct reader *r, struct ts_handover *h, struct ts_err *err)
{
	sqlite3_stmt *st = begin(r, SQL_HEAD, r->text, err);
	if (ts_db_step(st, err) != TS_STEP_ROW) {
		return ended(r, TS_STEP_FAILED, err);
	}
	const char *schema = ts_db_text(st, 0, r->a);
	if (schema == NULL || strcmp(schema, "troubleshoot.report") != 0) {
		return ts_fail(err,
			"%s: not a report of this program: expected \"schema\": \"troubleshoot.report\"",
			r->path);
	}
	if (ts_db_int(st, 1, 0) != 1) {
		return ts_fail(err, "%s: a report of version %d; this program reads version 1", r->path,
			(int)ts_db_int(st, 1, 0));
	}
	h->kept.head.entry = ts_db_text(st, 2, r->a);
	h->kept.head.title = ts_db_text(st, 3, r->a);
	h->kept.head.kb = ts_db_text(st, 4, r->a);
	h->kept.head.program = ts_db_text(st, 5, r->a);
	h->kept.head.code = ts_db_text(st, 6, r->a);
	h->kept.head.ext = ts_db_text(st, 7, r->a);
	h->kept.head.asked_by = ts_db_text(st, 8, r->a);
	h->kept.place.verified = ts_db_text(st, 9, r->a);
	(void)sqlite3_reset(st);
	return h->kept.head.entry != NULL ||
	       ts_fail(err, "%s: the report is about no entry, so there is nothing to go on with", r->path);
}

static bool read_given(struct reader *r, struct ts_handover *h, struct ts_err *err)
{
	struct ts_kept *k = &h->kept;
	size_t machines_cap = 0, params_cap = 0, answers_cap = 0;
	enum ts_db_state step;
	sqlite3_stmt *st = begin(r, SQL_MACHINES, r->text, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		const char *source = ts_db_text(st, 1, r->a);
		TS_ARENA_GROW(r->a, h->machines, machines_cap, h->nmachines);
		h->machines[h->nmachines++] = (struct ts_handover_machine){ ts_db_text(st, 0, r->a),
			source != NULL ? source : "none", ts_db_int(st, 2, 0) };
	}
	if (!ended(r, step, err)) {
		return false;
	}
	st = begin(r, SQL_PARAMS, r->text, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		const char *name = ts_db_text(st, 0, r->a);
		if (name != NULL) {
			TS_ARENA_GROW(r->a, k->params, params_cap, k->nparams);
			k->params[k->nparams++] = (struct ts_kept_param){ name, ts_db_text(st, 1, r->a) };
		}
	}
	if (!ended(r, step, err)) {
		return false;
	}
	st = begin(r, SQL_ANSWERS, r->text, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		const char *node = ts_db_text(st, 0, r->a), *label = ts_db_text(st, 1, r->a);
		const char *by = ts_db_text(st, 2, r->a);
		if (node == NULL || label == NULL) {
			(void)sqlite3_reset(st);
			return ts_fail(err, "%s: an answer lacks \"node\" or \"label\"", r->path);
		}
		TS_ARENA_GROW(r->a, k->answers, answers_cap, k->nanswers);
		k->answers[k->nanswers++] = (struct ts_kept_answer){ node, label,
			by != NULL && strcmp(by, ts_by_name(TS_BY_PERSON)) == 0 ? TS_BY_PERSON : TS_BY_OPTION,
			ts_db_int(st, 3, 0) };
	}
	return ended(r, step, err);
}

static bool read_rows(struct reader *r, const char *check, struct ts_result *res, struct ts_err *err)
{
	static const struct {
		const char *name;
		enum ts_cell_type type;
	} types[] = { { "null", TS_CELL_NULL }, { "integer", TS_CELL_INT }, { "real", TS_CELL_REAL } };
	size_t rows_cap = 0, cells_cap = 0, ledger_cap = 0;
	int64_t at = -1;
	enum ts_db_state step;
	sqlite3_stmt *st = begin(r, SQL_CELLS, check, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		if (res->nrows == 0 || ts_db_int(st, 0, 0) != at) {
			at = ts_db_int(st, 0, 0);
			TS_ARENA_GROW(r->a, res->rows, rows_cap, res->nrows);
			res->rows[res->nrows++] = (struct ts_row){ 0 };
			cells_cap = 0;
		}
		struct ts_row *row = &res->rows[res->nrows - 1];
		const char *name = ts_db_text(st, 1, r->a), *type = ts_db_text(st, 2, r->a);
		struct ts_cell cell = { name != NULL ? name : "", TS_CELL_TEXT, ts_db_text(st, 3, r->a) };
		for (size_t i = 0; type != NULL && i < TS_COUNT(types); i++) {
			cell.type = strcmp(type, types[i].name) == 0 ? types[i].type : cell.type;
		}
		cell.type = cell.text == NULL ? TS_CELL_NULL : cell.type;
		TS_ARENA_GROW(r->a, row->cells, cells_cap, row->n);
		row->cells[row->n++] = cell;
	}
	if (!ended(r, step, err)) {
		return false;
	}
	st = begin(r, SQL_GAPS, check, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		enum ts_seen seen = TS_SEEN_PARTIAL;
		const char *texts[4];
		for (int i = 0; i < 4; i++) {
			texts[i] = ts_db_text(st, i, r->a);
			texts[i] = texts[i] != NULL ? texts[i] : "";
		}
		(void)ts_seen_parse(texts[2], &seen);
		TS_ARENA_GROW(r->a, res->ledger, ledger_cap, res->nledger);
		res->ledger[res->nledger++] = (struct ts_ledger_line){ texts[0], texts[1], seen, texts[3] };
	}
	return ended(r, step, err);
}

static bool read_checks(struct reader *r, struct ts_handover *h, struct ts_err *err)
{
	struct ts_kept *k = &h->kept;
	size_t cap = 0, texts_cap = 0, ntexts = 0;
	const char **texts = NULL;
	enum ts_db_state step;
	sqlite3_stmt *st = begin(r, SQL_CHECKS, r->text, err);
	while ((step = ts_db_step(st, err)) == TS_STEP_ROW) {
		const char *node = ts_db_text(st, 0, r->a), *answer = ts_db_text(st, 1, r->a);
		const char *state = ts_db_text(st, 2, r->a);
		if (node == NULL || state == NULL || k->nresults >= RESULTS_MAX) {
			(void)sqlite3_reset(st);
			return ts_fail(err, "%s: a check lacks \"node\" or \"state\"", r->path);
		}
		TS_ARENA_GROW(r->a, texts, texts_cap, ntexts);
		texts[ntexts++] = ts_db_text(st, 11, r->a);
		TS_ARENA_GROW(r->a, k->results, cap, k->nresults);
		k->results[k->nresults++] = (struct ts_kept_result){
			.node = node,
			.was_present = ts_db_int(st, 9, 0) != 0,
			.verified = ts_db_int(st, 10, 0) != 0,
			.result = { .state = strcmp(state, "answered") == 0 && answer != NULL
						     ? TS_CHECK_ANSWERED
					     : strcmp(state, "skipped") == 0 ? TS_CHECK_SKIPPED
									     : TS_CHECK_UNKNOWN,
				.answer = answer,
				.reason = ts_db_text(st, 3, r->a),
				.hint = ts_db_text(st, 4, r->a),
				.ms = sqlite3_column_double(st, 5),
				.at = ts_db_int(st, 6, 0),
				.runs = (int)ts_db_int(st, 7, 1),
				.more_rows = ts_db_int(st, 8, 0) != 0 },
		};
	}
	bool ok = ended(r, step, err);
	for (size_t i = 0; ok && i < k->nresults; i++) {
		ok = read_rows(r, texts[i], &k->results[i].result, err);
	}
	return ok;
}

bool ts_handover_read(
	const char *text, const char *path, struct ts_arena *a, struct ts_handover *out, struct ts_err *err)
{
	struct reader r = { .text = text, .path = path, .a = a };
	*out = (struct ts_handover){ 0 };
	sqlite3 *db = ts_db_new(true, err);
	if (db == NULL) {
		return false;
	}
	ts_stmts_init(&r.q, db, sql, SQL_COUNT);
	bool ok = read_head(&r, out, err) && read_given(&r, out, err) && read_checks(&r, out, err);
	ts_stmts_finish(&r.q);
	(void)sqlite3_close(db);
	return ok;
}
