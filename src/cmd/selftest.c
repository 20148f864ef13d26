/* cmd/selftest.c - `selftest`: each table that this system fills is read once, and what came is told in numbers, so that
 * somebody on a system that no developer has can say what works there. No content of a table is printed. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "base/str.h"
#include "os/limits.h"
#include "os/os.h"
#include "table/evidence.h"
#include "table/table.h"

#define CONNECTIONS_MAX 1

/* What is asked of tables that do not answer without a filter, or whose whole is too much. */
static const struct {
	const char *table, *where;
} filters[] = {
	{ "dns_lookup", "name = 'localhost'" },
	{ "journal", "unit = 'systemd-journald.service' AND time_range = '2026-01-01T00:00:00Z'" },
	{ "log_file", "path = '/var/log/xrdp.log'" },
	{ "registry", "key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server'" },
	{ "registry_value",
		"key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server' AND name = "
		"'fDenyTSConnections'" },
	{ "windows_event_channels", "channel = 'System'" },
	{ "windows_eventlog", "channel = 'System' AND timestamp = '604800000'" },
};

/* What one table gave. */
struct outcome {
	const struct ts_table *table;
	int64_t rows;
	double ms;
	bool read, gap, failed; /* failed: neither rows nor a reason that a system may have */
	struct ts_conn *conn;   /* with the ledger; NULL where it could not be asked */
	struct ts_err err;
};

static char *query_of(const struct ts_table *t)
{
	for (size_t i = 0; i < TS_COUNT(filters); i++) {
		if (strcmp(filters[i].table, t->name) == 0) {
			return ts_xasprintf("SELECT * FROM %s WHERE %s", t->name, filters[i].where);
		}
	}
	return ts_xasprintf("SELECT * FROM %s", t->name);
}

static void judge(struct outcome *out)
{
	const struct ts_ledger *l = ts_conn_ledger(out->conn);
	for (size_t i = 0; i < ts_ledger_count(l); i++) {
		enum ts_seen seen = ts_ledger_get(l, i)->seen;
		out->read = out->read || !ts_seen_is_gap(seen);
		out->gap = out->gap || ts_seen_is_gap(seen);
		out->failed = out->failed || seen == TS_SEEN_TIMEOUT;
	}
	out->failed = out->failed || (!out->read && !out->gap);
}

static void read_table(struct ts_evidence *ev, const struct ts_options *o, struct outcome *out)
{
	struct ts_budget budget = { .deadline = ts_os_mono_ms() + (int64_t)o->timeout_s * 1000,
		.connections = CONNECTIONS_MAX };
	char *sql = query_of(out->table);
	double begun = ts_os_mono_ms_f();
	out->conn = ts_evidence_open(ev, "here", sql, &budget, &out->err);
	sqlite3_stmt *st = out->conn != NULL ? ts_conn_prepare(out->conn, sql, NULL, &out->err) : NULL;
	int rc = SQLITE_ERROR;
	while (st != NULL && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		out->rows++;
	}
	if (st != NULL && rc != SQLITE_DONE) {
		ts_conn_step_error(out->conn, rc, &out->err);
	}
	sqlite3_finalize(st);
	out->ms = ts_os_mono_ms_f() - begun;
	out->failed = rc != SQLITE_DONE;
	if (rc == SQLITE_DONE) {
		judge(out);
	}
	free(sql);
}

static const char *state_of(const struct outcome *out)
{
	return out->failed ? "FAILED" : out->gap ? "gap" : "ok";
}

/* --- for people --- */

static void put_outcome(const struct outcome *out, const struct ts_look *look, struct ts_buf *b)
{
	struct ts_buf line;
	ts_buf_init(&line, 65536);
	ts_buf_printf(&line, "%-26s %-7s %6lld row%s %6.0f ms", out->table->name, state_of(out),
		(long long)out->rows, out->rows == 1 ? " " : "s", out->ms);
	ts_gate_puts(b, ts_buf_str(&line), look->ascii ? TS_GATE_ASCII : 0);
	ts_buf_putc(b, '\n');
	for (size_t i = 0; out->conn != NULL && i < ts_ledger_count(ts_conn_ledger(out->conn)); i++) {
		const struct ts_ledger_line *l = ts_ledger_get(ts_conn_ledger(out->conn), i);
		if (ts_seen_is_gap(l->seen)) {
			ts_buf_clear(&line);
			ts_buf_printf(&line, "%s%s%s", ts_seen_name(l->seen),
				l->detail[0] != '\0' ? ": " : "", l->detail);
			ts_render_text(ts_buf_str(&line), 27, 29, look, b);
		}
	}
	if (out->err.text[0] != '\0') {
		ts_render_text(out->err.text, 27, 29, look, b);
	}
	ts_buf_finish(&line);
}

static void put_text(const struct ts_options *o, const struct outcome *list, size_t n, struct ts_buf *b)
{
	struct ts_look look;
	struct ts_buf line, elsewhere;
	size_t counts[3] = { 0 };
	const struct ts_table *t;
	ts_cmd_look(o, stdout, &look);
	ts_buf_init(&line, 65536);
	ts_buf_init(&elsewhere, 65536);
	ts_buf_printf(&line, "troubleshoot %s%s%s", TS_VERSION, ts_os_limits() != NULL ? "; " : "",
		ts_os_limits() != NULL ? ts_os_limits() : "");
	ts_render_text(ts_buf_str(&line), 0, 2, &look, b);
	ts_buf_putc(b, '\n');
	for (size_t i = 0; i < n; i++) {
		put_outcome(&list[i], &look, b);
		counts[list[i].failed ? 2 : list[i].gap ? 1 : 0]++;
	}
	for (int i = 0; o->nargs == 0 && (t = ts_table_get(i)) != NULL; i++) {
		if (t->fill == NULL) {
			ts_buf_printf(&elsewhere, "%s%s",
				elsewhere.len > 0 ? ", " : "Not of this system: ", t->name);
		}
	}
	ts_buf_clear(&line);
	ts_buf_printf(
		&line, "%zu tables were read, %zu have a gap, %zu failed.", counts[0], counts[1], counts[2]);
	ts_buf_putc(b, '\n');
	ts_render_text(ts_buf_str(&line), 0, 0, &look, b);
	if (elsewhere.len > 0) {
		ts_buf_putc(&elsewhere, '.');
		ts_render_text(ts_buf_str(&elsewhere), 0, 0, &look, b);
	}
	ts_buf_finish(&line);
	ts_buf_finish(&elsewhere);
}

/* --- as JSON --- */

static void put_json(const struct outcome *list, size_t n, struct ts_buf *b)
{
	struct ts_json j;
	ts_json_init(&j, b, true);
	ts_json_object(&j);
	ts_json_kstr(&j, "schema", "troubleshoot.selftest");
	ts_json_kint(&j, "version", 1);
	ts_json_kstr(&j, "program", TS_VERSION);
	ts_json_kstr(&j, "limits", ts_os_limits());
	ts_json_key(&j, "tables");
	ts_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		const struct outcome *out = &list[i];
		ts_json_object(&j);
		ts_json_kstr(&j, "table", out->table->name);
		ts_json_kstr(&j, "state", out->failed ? "failed" : state_of(out));
		ts_json_kint(&j, "rows", out->rows);
		ts_json_kint(&j, "ms", (int64_t)out->ms);
		ts_json_key(&j, "gaps");
		ts_json_array(&j);
		for (size_t k = 0; out->conn != NULL && k < ts_ledger_count(ts_conn_ledger(out->conn)); k++) {
			const struct ts_ledger_line *l = ts_ledger_get(ts_conn_ledger(out->conn), k);
			if (ts_seen_is_gap(l->seen)) {
				ts_json_object(&j);
				ts_json_kstr(&j, "state", ts_seen_name(l->seen));
				ts_json_kstr(&j, "detail", l->detail);
				ts_json_end(&j);
			}
		}
		ts_json_end(&j);
		ts_json_kstr(&j, "error", out->err.text[0] != '\0' ? out->err.text : NULL);
		ts_json_end(&j);
	}
	ts_json_end(&j);
	ts_json_end(&j);
	ts_buf_putc(b, '\n');
}

/* --- the command --- */

static bool is_asked(const struct ts_options *o, const struct ts_table *t)
{
	for (int i = 0; i < o->nargs; i++) {
		if (strcmp(o->args[i], t->name) == 0) {
			return true;
		}
	}
	return o->nargs == 0 && t->fill != NULL && (t->flags & TS_OBSERVER) == 0;
}

/* Every word must be a table that can be read without another computer; false after a message. */
static bool check_words(const struct ts_options *o)
{
	const char *names[512];
	int n = 0;
	for (; n < 511 && ts_table_get(n) != NULL; n++) {
		names[n] = ts_table_get(n)->name;
	}
	names[n] = NULL;
	for (int i = 0; i < o->nargs; i++) {
		const struct ts_table *t = ts_table_find(o->args[i]);
		const char *near = t == NULL ? ts_nearest(o->args[i], names) : NULL;
		if (t == NULL) {
			ts_cmd_error(TS_EXIT_USAGE,
				"there is no table \"%s\"%s%s%s; query --tables lists them", o->args[i],
				near != NULL ? " (did you mean \"" : "", near != NULL ? near : "",
				near != NULL ? "\"?)" : "");
			return false;
		}
		if ((t->flags & TS_OBSERVER) != 0) {
			ts_cmd_error(TS_EXIT_USAGE,
				"%s looks at another computer: selftest reads this one only; probe HOST "
				"looks at another",
				t->name);
			return false;
		}
	}
	return true;
}

int ts_cmd_selftest(struct ts_options *o)
{
	const struct ts_table *t;
	struct outcome *list = NULL;
	size_t n = 0, cap = 0;
	bool failed = false;
	struct ts_buf b;
	if (!check_words(o)) {
		return TS_EXIT_USAGE;
	}
	struct ts_evidence *ev = ts_evidence_new();
	for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
		if (is_asked(o, t)) {
			TS_GROW(list, cap, n);
			list[n] = (struct outcome){ .table = t };
			read_table(ev, o, &list[n]);
			failed = failed || list[n].failed;
			n++;
		}
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (o->format != NULL && strcmp(o->format, "json") == 0) {
		put_json(list, n, &b);
	} else {
		put_text(o, list, n, &b);
	}
	int status = ts_cmd_emit(o, &b, failed ? TS_EXIT_CONFIRMED : TS_EXIT_OK);
	ts_buf_finish(&b);
	for (size_t i = 0; i < n; i++) {
		ts_conn_free(list[i].conn);
	}
	free(list);
	ts_evidence_free(ev);
	return status;
}
