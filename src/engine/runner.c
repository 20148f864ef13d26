/* engine/runner.c - one check on a connection of its own: open, prepare, bind, step, keep rows and ledger,
 * judge. */
#include "engine/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "engine/judge.h"
#include "os/os.h"

#define CELL_MAX ((size_t)16 << 10) /* bytes kept of one value of evidence */

void ts_outcome_free(struct ts_outcome *o)
{
	if (o == NULL) {
		return;
	}
	ts_arena_free(o->arena);
	free(o);
}

bool ts_run_integer(const char *value, int64_t *out)
{
	const char *digits = value[0] == '-' ? value + 1 : value;
	/* "007", "+7", "-0" and " 7" are text: bound as a number they would come back spelled otherwise. */
	bool canonical = digits[0] >= '0' && digits[0] <= '9' && (digits[0] != '0' || value[1] == '\0');
	return canonical && ts_parse_int(value, INT64_MIN, INT64_MAX, out);
}

void ts_run_iso8601(int64_t seconds, char buf[TS_ISO_SIZE])
{
	/* From year 0 to the end of year 9999: four digits are what the tables compare. */
	const int64_t first = INT64_C(-62167219200), last = INT64_C(253402300799);
	seconds = seconds < first ? first : seconds > last ? last : seconds;
	int64_t days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	/* Days to a civil date: years that begin in March put the leap day last; 146097 days are 400 years.
	 */
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int day = (int)(doy - (153 * mp + 2) / 5 + 1);
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int year = (int)(yoe + era * 400 + (month <= 2));
	snprintf(buf, TS_ISO_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.000Z", year, month, day, (int)(rest / 3600),
		(int)(rest / 60 % 60), (int)(rest % 60));
}

/* ---- parameters ---- */

static const char *param_value(const struct ts_run_options *o, const char *name)
{
	for (size_t i = 0; i < o->nparams; i++) {
		if (strcmp(o->params[i].name, name) == 0) {
			return o->params[i].value;
		}
	}
	return NULL;
}

static int bind_one(sqlite3_stmt *stmt, int at, const char *name, const struct ts_run_options *o,
	const struct ts_run_job *job, bool *missing)
{
	*missing = false;
	if (strcmp(name, "now") == 0) {
		return sqlite3_bind_int64(stmt, at, job->now);
	}
	const char *value = strcmp(name, "since") == 0 ? job->since : param_value(o, name);
	int64_t number;
	if (value == NULL) {
		*missing = true;
		return SQLITE_OK;
	}
	if (ts_run_integer(value, &number)) {
		return sqlite3_bind_int64(stmt, at, number);
	}
	return sqlite3_bind_text(stmt, at, value, -1, SQLITE_STATIC);
}

/* False when the check cannot run; the result says why. */
static bool bind_all(sqlite3_stmt *stmt, const struct ts_run_options *o, const struct ts_run_job *job,
	struct ts_outcome *out)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
		const char *name = sqlite3_bind_parameter_name(stmt, i);
		bool missing;
		if (name == NULL) {
			ts_judge_error("the check cannot run: it has a parameter without a name", false,
				&out->result, out->arena);
			return false;
		}
		int rc = bind_one(stmt, i, name + 1, o, job, &missing);
		if (missing) {
			ts_judge_missing(name + 1, &out->result, out->arena);
			return false;
		}
		if (rc != SQLITE_OK) {
			ts_judge_error(
				ts_arena_printf(out->arena, "the check cannot run: the value of %s: %s",
					name + 1, sqlite3_errstr(rc)),
				false, &out->result, out->arena);
			return false;
		}
	}
	return true;
}

/* ---- rows ---- */

static const char *cell_text(struct ts_arena *a, const char *text)
{
	size_t n = strlen(text);
	if (n <= CELL_MAX) {
		return ts_arena_strndup(a, text, n);
	}
	n = CELL_MAX;
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) {
		n--; /* not inside a UTF-8 sequence */
	}
	return ts_arena_printf(a, "%.*s...", (int)n, text);
}

/* Copy the statement's current row; false when SQLite had no memory for a value. */
static bool keep_row(sqlite3_stmt *stmt, struct ts_row *row, struct ts_arena *a)
{
	static const enum ts_cell_type types[] = {
		[SQLITE_INTEGER] = TS_CELL_INT,
		[SQLITE_FLOAT] = TS_CELL_REAL,
		[SQLITE_TEXT] = TS_CELL_TEXT,
		[SQLITE_BLOB] = TS_CELL_TEXT,
		[SQLITE_NULL] = TS_CELL_NULL,
	};
	row->n = (size_t)sqlite3_column_count(stmt);
	row->cells = ts_arena_calloc(a, row->n, sizeof(*row->cells));
	for (size_t i = 0; i < row->n; i++) {
		struct ts_cell *c = &row->cells[i];
		const char *name = sqlite3_column_name(stmt, (int)i);
		c->name = ts_arena_strdup(a, name != NULL ? name : "?");
		c->type = types[sqlite3_column_type(stmt, (int)i)];
		if (c->type == TS_CELL_NULL) {
			continue;
		}
		const char *text = (const char *)sqlite3_column_text(stmt, (int)i);
		if (text == NULL && sqlite3_errcode(sqlite3_db_handle(stmt)) == SQLITE_NOMEM) {
			return false;
		}
		/* A blob of no bytes has no text either. */
		c->text = cell_text(a, text != NULL ? text : "");
	}
	return true;
}

/* Step through the rows, keeping the first ones. SQLITE_DONE, or an error code. */
static int keep_rows(sqlite3_stmt *stmt, struct ts_outcome *out)
{
	struct ts_result *r = &out->result;
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (r->nrows == TS_EVIDENCE_ROWS) {
			r->more_rows = true;
			/* Tables that are read row by row say only at their end what they saw. */
			(void)sqlite3_reset(stmt);
			return SQLITE_DONE;
		}
		if (r->rows == NULL) {
			r->rows = ts_arena_calloc(out->arena, TS_EVIDENCE_ROWS, sizeof(*r->rows));
		}
		if (!keep_row(stmt, &r->rows[r->nrows], out->arena)) {
			return SQLITE_NOMEM;
		}
		r->nrows++;
	}
	return rc;
}

static void keep_ledger(struct ts_conn *conn, struct ts_outcome *out)
{
	const struct ts_ledger *l = ts_conn_ledger(conn);
	struct ts_result *r = &out->result;
	r->nledger = ts_ledger_count(l);
	r->ledger = ts_arena_calloc(out->arena, r->nledger, sizeof(*r->ledger));
	for (size_t i = 0; i < r->nledger; i++) {
		const struct ts_ledger_line *line = ts_ledger_get(l, i);
		r->ledger[i] = (struct ts_ledger_line){
			.table = ts_arena_strdup(out->arena, line->table),
			.subject = ts_arena_strdup(out->arena, line->subject),
			.seen = line->seen,
			.detail = ts_arena_strdup(out->arena, line->detail),
		};
	}
}

/* ---- a check ---- */

static bool cancelled(const struct ts_run_options *o, struct ts_outcome *out)
{
	if (!atomic_load(o->cancel)) {
		return false;
	}
	out->result.state = TS_CHECK_SKIPPED;
	out->result.reason = "it was skipped while it ran";
	out->result.hint = NULL;
	return true;
}

static void run_on(struct ts_conn *conn, const struct ts_run_options *o, const struct ts_run_job *job,
	struct ts_outcome *out)
{
	struct ts_err err = { "" };
	sqlite3_stmt *stmt = ts_conn_statement(conn, job->node->sql, &err);
	if (stmt == NULL) {
		ts_judge_error(ts_arena_printf(out->arena, "the check cannot run: %s", err.text), false,
			&out->result, out->arena);
		return;
	}
	if (bind_all(stmt, o, job, out)) {
		int rc = keep_rows(stmt, out);
		enum ts_budget_state budget = ts_budget_check(ts_conn_budget(conn));
		/* A table may have met a gap after which it could not go on: that is evidence, too. */
		keep_ledger(conn, out);
		if (rc != SQLITE_DONE) {
			ts_conn_step_error(conn, rc, &err);
			ts_judge_error(
				budget == TS_BUDGET_TIMEOUT
					? err.text
					: ts_arena_printf(out->arena, "the check failed: %s", err.text),
				budget == TS_BUDGET_TIMEOUT, &out->result, out->arena);
		} else {
			bool has_row = out->result.nrows > 0;
			ts_judge(job->node, has_row, has_row ? out->result.rows[0].cells[0].text : NULL,
				&out->result, out->arena);
		}
	}
	ts_conn_rest(conn);
}

struct ts_outcome *ts_check_run(const struct ts_run_options *options, const struct ts_run_job *job)
{
	struct ts_outcome *out = ts_xcalloc(1, sizeof(*out));
	out->arena = ts_arena_new();
	out->result.at = ts_os_now();
	double start = ts_os_mono_ms_f();
	if (cancelled(options, out)) {
		return out;
	}
	int timeout_s = job->node->timeout > 0 ? job->node->timeout : options->timeout_s;
	struct ts_budget budget = {
		.deadline = ts_os_mono_ms() + (int64_t)timeout_s * 1000,
		.cancel = options->cancel,
		.connections = options->max_connections,
		.hosts = options->hosts,
	};
	struct ts_err err = { "" };
	const char *machine = job->node->machine != NULL ? job->node->machine : "here";
	struct ts_conn *conn =
		options->evidence->open(options->evidence->ctx, machine, job->node->sql, &budget, &err);
	if (conn == NULL) {
		ts_judge_error(ts_arena_printf(out->arena, "the evidence cannot be opened: %s", err.text),
			false, &out->result, out->arena);
	} else {
		run_on(conn, options, job, out);
		if (options->evidence->close != NULL) {
			options->evidence->close(options->evidence->ctx, conn);
		} else {
			ts_conn_free(conn);
		}
	}
	/* What may have been cut short is neither an answer nor a failure. */
	cancelled(options, out);
	out->result.ms = ts_os_mono_ms_f() - start;
	return out;
}
