/* engine/store-read.c - sessions.db: what is kept is listed and read. The file may be damaged: every value is taken as it
 * comes and judged by kept.c against the entry. */
#include <inttypes.h>
#include <string.h>

#include "engine/session-private.h"
#include "engine/store-private.h"
#include "os/os.h"

static const char *text_or(sqlite3_stmt *q, int column, struct ts_arena *a, const char *if_null)
{
	const char *text = ts_db_text(q, column, a);
	return text != NULL ? text : if_null;
}

/* The columns of TS_SQL_LIST and TS_SQL_HEAD. */
static void read_head(sqlite3_stmt *q, struct ts_arena *a, struct ts_kept *k)
{
	*k = (struct ts_kept){
		.id = ts_db_int(q, 0, 0),
		.head = { .entry = text_or(q, 1, a, ""),
			.title = text_or(q, 2, a, ""),
			.kb = text_or(q, 3, a, ""),
			.program = text_or(q, 4, a, ""),
			.code = ts_db_text(q, 5, a),
			.ext = ts_db_text(q, 6, a),
			.asked_by = ts_db_text(q, 7, a),
			.since_s = ts_db_int(q, 8, 0),
			.started = ts_db_int(q, 9, 0) },
		.changed = ts_db_int(q, 10, 0),
		.boot = ts_db_text(q, 11, a),
		.place = { .state = text_or(q, 12, a, "open"),
			.node = ts_db_text(q, 13, a),
			.step = (size_t)ts_db_int(q, 14, 0),
			.proving = ts_db_int(q, 15, 0) != 0,
			.verified = ts_db_text(q, 16, a) },
		.answers_count = (int)ts_db_int(q, 17, 0),
		.checks_count = (int)ts_db_int(q, 18, 0),
	};
}

bool ts_store_list(struct ts_store *st, const char *which, struct ts_arena *a, struct ts_kept **out,
	size_t *n, struct ts_err *err)
{
	size_t cap = 0;
	*out = NULL;
	*n = 0;
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_LIST, err);
	ts_db_bind_text(q, 1, which);
	enum ts_db_state step;
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		TS_ARENA_GROW(a, *out, cap, *n);
		read_head(q, a, &(*out)[(*n)++]);
	}
	return step == TS_STEP_DONE;
}

/* Begin to read what belongs to one session, and perhaps one node. */
static sqlite3_stmt *begin(
	struct ts_store *st, enum ts_store_sql i, int64_t id, const char *node, struct ts_err *err)
{
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, i, err);
	ts_db_bind_int(q, 1, id);
	if (node != NULL) {
		ts_db_bind_text(q, 2, node);
	}
	return q;
}

static bool read_evidence(
	struct ts_store *st, int64_t id, struct ts_kept_result *kr, struct ts_arena *a, struct ts_err *err)
{
	struct ts_result *r = &kr->result;
	size_t rows_cap = 0, cells_cap = 0, ledger_cap = 0;
	int64_t at = -1;
	enum ts_db_state step;
	sqlite3_stmt *q = begin(st, TS_SQL_CELLS, id, kr->node, err);
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		if (ts_db_int(q, 0, 0) != at || r->nrows == 0) {
			at = ts_db_int(q, 0, 0);
			TS_ARENA_GROW(a, r->rows, rows_cap, r->nrows);
			r->rows[r->nrows++] = (struct ts_row){ 0 };
			cells_cap = 0;
		}
		struct ts_row *row = &r->rows[r->nrows - 1];
		int64_t type = ts_db_int(q, 2, TS_CELL_TEXT);
		const char *text = ts_db_text(q, 3, a);
		TS_ARENA_GROW(a, row->cells, cells_cap, row->n);
		row->cells[row->n++] = (struct ts_cell){ text_or(q, 1, a, ""),
			text == NULL                                  ? TS_CELL_NULL
			: type == TS_CELL_INT || type == TS_CELL_REAL ? (enum ts_cell_type)type
								      : TS_CELL_TEXT,
			text };
	}
	if (step != TS_STEP_DONE) {
		return false;
	}
	q = begin(st, TS_SQL_LEDGERS, id, kr->node, err);
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		enum ts_seen seen = TS_SEEN_PARTIAL;
		(void)ts_seen_parse(text_or(q, 2, a, ""), &seen);
		TS_ARENA_GROW(a, r->ledger, ledger_cap, r->nledger);
		r->ledger[r->nledger++] = (struct ts_ledger_line){ text_or(q, 0, a, ""), text_or(q, 1, a, ""),
			seen, text_or(q, 3, a, "") };
	}
	return step == TS_STEP_DONE;
}

static bool read_results(
	struct ts_store *st, int64_t id, struct ts_arena *a, struct ts_kept *k, struct ts_err *err)
{
	size_t cap = 0;
	enum ts_db_state step;
	sqlite3_stmt *q = begin(st, TS_SQL_RESULTS, id, NULL, err);
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		const char *state = text_or(q, 2, a, "");
		TS_ARENA_GROW(a, k->results, cap, k->nresults);
		struct ts_kept_result *kr = &k->results[k->nresults++];
		*kr = (struct ts_kept_result){
			.node = text_or(q, 0, a, ""),
			.sql = ts_db_text(q, 1, a),
			.clock = ts_db_int(q, 10, 0),
			.was_present = ts_db_int(q, 11, 0) != 0,
			.verified = ts_db_int(q, 12, 0) != 0,
		};
		const char *answer = ts_db_text(q, 3, a);
		kr->result = (struct ts_result){
			/* An answered check without an answer would be a lie; so would any other word. */
			.state = strcmp(state, "answered") == 0 && answer != NULL ? TS_CHECK_ANSWERED
				 : strcmp(state, "skipped") == 0                  ? TS_CHECK_SKIPPED
										  : TS_CHECK_UNKNOWN,
			.answer = answer,
			.reason = ts_db_text(q, 4, a),
			.hint = ts_db_text(q, 5, a),
			.more_rows = ts_db_int(q, 6, 0) != 0,
			.ms = sqlite3_column_double(q, 7),
			.at = ts_db_int(q, 8, 0),
			.runs = (int)ts_db_int(q, 9, 0),
		};
	}
	bool ok = step == TS_STEP_DONE;
	for (size_t i = 0; ok && i < k->nresults; i++) {
		ok = read_evidence(st, id, &k->results[i], a, err);
	}
	return ok;
}

static bool read_given(
	struct ts_store *st, int64_t id, struct ts_arena *a, struct ts_kept *k, struct ts_err *err)
{
	size_t machines_cap = 0, params_cap = 0, answers_cap = 0;
	enum ts_db_state step;
	sqlite3_stmt *q = begin(st, TS_SQL_MACHINES, id, NULL, err);
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		TS_ARENA_GROW(a, k->head.machines, machines_cap, k->head.nmachines);
		k->head.machines[k->head.nmachines++] =
			(struct ts_kept_machine){ text_or(q, 0, a, ""), ts_db_text(q, 1, a) };
	}
	q = step == TS_STEP_DONE ? begin(st, TS_SQL_PARAMS, id, NULL, err) : NULL;
	while (q != NULL && (step = ts_db_step(q, err)) == TS_STEP_ROW) {
		TS_ARENA_GROW(a, k->params, params_cap, k->nparams);
		k->params[k->nparams++] = (struct ts_kept_param){ text_or(q, 0, a, ""), ts_db_text(q, 1, a) };
	}
	q = step == TS_STEP_DONE ? begin(st, TS_SQL_ANSWERS, id, NULL, err) : NULL;
	while (q != NULL && (step = ts_db_step(q, err)) == TS_STEP_ROW) {
		bool option = strcmp(text_or(q, 2, a, ""), ts_by_name(TS_BY_OPTION)) == 0;
		TS_ARENA_GROW(a, k->answers, answers_cap, k->nanswers);
		k->answers[k->nanswers++] = (struct ts_kept_answer){ text_or(q, 0, a, ""),
			text_or(q, 1, a, ""), option ? TS_BY_OPTION : TS_BY_PERSON, ts_db_int(q, 3, 0) };
	}
	return step == TS_STEP_DONE;
}

bool ts_store_load(
	struct ts_store *st, int64_t id, struct ts_arena *a, struct ts_kept *out, struct ts_err *err)
{
	sqlite3_stmt *q = begin(st, TS_SQL_HEAD, id, NULL, err);
	enum ts_db_state step = ts_db_step(q, err);
	if (step == TS_STEP_DONE) {
		return ts_fail(err, "there is no session %" PRId64 "; sessions lists them", id);
	}
	if (step == TS_STEP_FAILED) {
		return false;
	}
	read_head(q, a, out);
	(void)sqlite3_reset(q);
	return read_given(st, id, a, out, err) && read_results(st, id, a, out, err);
}

bool ts_store_stats(struct ts_store *st, const char *entry, struct ts_arena *a, struct ts_store_stat **out,
	size_t *n, struct ts_err *err)
{
	size_t cap = 0;
	enum ts_db_state step;
	*out = NULL;
	*n = 0;
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_STATS, err);
	ts_db_bind_text(q, 1, entry);
	while ((step = ts_db_step(q, err)) == TS_STEP_ROW) {
		TS_ARENA_GROW(a, *out, cap, *n);
		(*out)[(*n)++] = (struct ts_store_stat){ text_or(q, 0, a, ""), text_or(q, 1, a, ""),
			ts_db_int(q, 2, 0), ts_db_int(q, 3, 0), ts_db_int(q, 4, 0) };
	}
	return step == TS_STEP_DONE;
}

const char *ts_store_setting(struct ts_store *st, const char *name, struct ts_arena *a)
{
	sqlite3_stmt *q = ts_stmts_get(&st->stmts, TS_SQL_SETTING, NULL);
	ts_db_bind_text(q, 1, name);
	const char *value = ts_db_step(q, NULL) == TS_STEP_ROW ? ts_db_text(q, 0, a) : NULL;
	if (q != NULL) {
		(void)sqlite3_reset(q);
	}
	return value;
}
