/* tests/unit/query.h - SQL in, rows and ledger out as text, for the tests of tables. */
#ifndef TS_TEST_QUERY_H
#define TS_TEST_QUERY_H

#include "base/buf.h"
#include "os/os.h"
#include "table/evidence.h"
#include "test.h"

struct result {
	struct ts_buf rows;   /* "a|b\n" per row, NULL as "-" */
	struct ts_buf ledger; /* "table subject state\n" per line */
	struct ts_buf details;
	struct ts_err err; /* why it did not run, "" when it did */
};

static inline void result_finish(struct result *r)
{
	ts_buf_finish(&r->rows);
	ts_buf_finish(&r->ledger);
	ts_buf_finish(&r->details);
}

static inline void run_prepared(struct ts_conn *c, sqlite3_stmt *q, struct result *r)
{
	int rc;
	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(q); i++) {
			const char *text = (const char *)sqlite3_column_text(q, i);
			ts_buf_printf(&r->rows, "%s%s", i > 0 ? "|" : "", text != NULL ? text : "-");
		}
		ts_buf_putc(&r->rows, '\n');
	}
	if (rc != SQLITE_DONE) {
		ts_conn_step_error(c, rc, &r->err);
	}
	sqlite3_finalize(q);
	for (size_t i = 0; i < ts_ledger_count(ts_conn_ledger(c)); i++) {
		const struct ts_ledger_line *l = ts_ledger_get(ts_conn_ledger(c), i);
		ts_buf_printf(&r->ledger, "%s%s%s %s\n", l->table, l->subject[0] != '\0' ? " " : "",
			l->subject, ts_seen_name(l->seen));
		ts_buf_printf(&r->details, "%s\n", l->detail);
	}
}

static inline void query_budget(struct ts_evidence *ev, const char *machine, const char *sql,
	const struct ts_budget *b, struct result *r)
{
	ts_buf_init(&r->rows, TS_BUF_MAX_TEXT);
	ts_buf_init(&r->ledger, TS_BUF_MAX_TEXT);
	ts_buf_init(&r->details, TS_BUF_MAX_TEXT);
	r->err.text[0] = '\0';
	struct ts_conn *c = ts_evidence_open(ev, machine, sql, b, &r->err);
	sqlite3_stmt *q = c != NULL ? ts_conn_prepare(c, sql, NULL, &r->err) : NULL;
	if (q != NULL) {
		run_prepared(c, q, r);
	}
	ts_conn_free(c);
}

static inline void query(struct ts_evidence *ev, const char *machine, const char *sql, struct result *r)
{
	struct ts_budget b = { .deadline = ts_os_mono_ms() + 20000, .connections = 20 };
	query_budget(ev, machine, sql, &b, r);
}

/* Rows, ledger and error as expected? NULL = not looked at. */
static inline void check_query(
	struct ts_evidence *ev, const char *machine, const char *sql, const char *rows, const char *ledger)
{
	struct result r;
	query(ev, machine, sql, &r);
	CHECK_STR(r.err.text, "");
	if (rows != NULL) {
		CHECK_STR(ts_buf_str(&r.rows), rows);
	}
	if (ledger != NULL) {
		CHECK_STR(ts_buf_str(&r.ledger), ledger);
	}
	result_finish(&r);
}

static inline void check_query_error(
	struct ts_evidence *ev, const char *machine, const char *sql, const char *part)
{
	struct result r;
	query(ev, machine, sql, &r);
	CHECK_ROW(r.err.text, strstr(r.err.text, part) != NULL);
	result_finish(&r);
}

#endif
