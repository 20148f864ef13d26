/* cmd/answers.c - answers given in advance, from the command line and from files. */
#include "cmd/answers.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "os/os.h"

#define FILE_MAX ((size_t)16 << 20)

static bool apply(
	struct ts_session *s, const char *node_id, const char *label, const char *where, struct ts_err *err)
{
	const struct ts_entry *e = ts_session_entry(s);
	int node = ts_entry_node(e, node_id);
	if (node < 0) {
		const char **ids = ts_xcalloc(e->nnodes + 1, sizeof(*ids));
		for (size_t i = 0; i < e->nnodes; i++) {
			ids[i] = e->nodes[i].id;
		}
		const char *near = ts_nearest(node_id, ids);
		ts_fail(err, "%s: %s has no node \"%s\"%s%s%s", where, e->id, node_id,
			near ? " (did you mean \"" : "", near ? near : "", near ? "\"?)" : "");
		free(ids);
		return false;
	}
	struct ts_err why;
	return ts_session_answer(s, node, label, TS_BY_OPTION, &why) ||
	       ts_fail(err, "%s: %s", where, why.text);
}

/* "NODE=LABEL"; a node's id holds no '='. */
static bool apply_pair(struct ts_session *s, const char *pair, const char *where, struct ts_err *err)
{
	const char *eq = strchr(pair, '=');
	if (eq == NULL) {
		return ts_fail(err, "%s: expected NODE=LABEL, found \"%s\"", where, pair);
	}
	char *node = ts_xstrndup(pair, (size_t)(eq - pair));
	bool ok = apply(s, node, eq + 1, where, err);
	free(node);
	return ok;
}

/* The answers of an exported session; those that the machine gave are found again by its checks. */
static bool apply_json(struct ts_session *s, const char *text, const char *path, struct ts_err *err)
{
	static const char sql[] = "SELECT value ->> 'node', value ->> 'label' FROM json_each($json, "
				  "'$.answers') WHERE value ->> 'by' <> 'machine'";
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_open(":memory:", &db) == SQLITE_OK &&
		  sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK;
	if (ok) {
		sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
	}
	int rc = SQLITE_DONE;
	while (ok && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *node = (const char *)sqlite3_column_text(st, 0),
			   *label = (const char *)sqlite3_column_text(st, 1);
		ok = node != NULL && label != NULL
			     ? apply(s, node, label, path, err)
			     : ts_fail(err, "%s: an answer lacks \"node\" or \"label\"", path);
	}
	if (ok && rc != SQLITE_DONE) {
		ok = ts_fail(err, "%s: not a report of this program: %s", path, sqlite3_errmsg(db));
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	return ok;
}

static bool apply_lines(struct ts_session *s, const char *text, const char *path, struct ts_err *err)
{
	struct ts_str rest = ts_str_of(text), line;
	for (int number = 1; ts_str_line(&rest, &line); number++) {
		line = ts_str_trim(line);
		if (line.n == 0 || line.p[0] == '#') {
			continue;
		}
		char *pair = ts_xstrndup(line.p, line.n);
		char *where = ts_xasprintf("%s:%d", path, number);
		bool ok = apply_pair(s, pair, where, err);
		free(where);
		free(pair);
		if (!ok) {
			return false;
		}
	}
	return true;
}

bool ts_answers_apply(const struct ts_options *o, struct ts_session *s, struct ts_err *err)
{
	if (o->answers_file != NULL) {
		struct ts_buf b;
		ts_buf_init(&b, FILE_MAX);
		bool ok = ts_os_read_file(o->answers_file, &b, err);
		if (ok) {
			const char *text = ts_buf_str(&b);
			ok = text[strspn(text, " \t\r\n")] == '{'
				     ? apply_json(s, text, o->answers_file, err)
				     : apply_lines(s, text, o->answers_file, err);
		}
		ts_buf_finish(&b);
		if (!ok) {
			return false;
		}
	}
	for (size_t i = 0; i < o->answer.n; i++) {
		if (!apply_pair(s, o->answer.items[i], "--answer", err)) {
			return false;
		}
	}
	return true;
}
