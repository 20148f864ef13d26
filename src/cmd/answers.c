/* cmd/answers.c - answers given in advance, from the command line and from files. */
#include "cmd/answers.h"

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

/* What an exported report knows. Strict, but for parameters: their pseudonyms need not look like names. */
static bool apply_report(struct ts_session *s, const char *text, const char *path, struct ts_err *err)
{
	struct ts_handover h;
	struct ts_arena *a = ts_arena_new();
	struct ts_buf lost;
	ts_buf_init(&lost, TS_BUF_MAX_TEXT);
	const struct ts_entry *e = ts_session_entry(s);
	bool ok = ts_handover_read(text, path, a, &h, err);
	if (ok && strcmp(h.kept.head.entry, e->id) != 0) {
		ok = ts_fail(err, "%s: a report about %s, but the entry here is %s", path, h.kept.head.entry,
			e->id);
	}
	if (ok) {
		(void)ts_kept_restore(&h.kept, s, &lost);
		struct ts_str rest = { ts_buf_str(&lost), lost.len }, line;
		while (ok && ts_str_line(&rest, &line)) {
			if (line.n < 9 || memcmp(line.p, "parameter", 9) != 0) {
				ok = ts_fail(err, "%s: %.*s", path, (int)line.n, line.p);
			}
		}
	}
	ts_buf_finish(&lost);
	ts_arena_free(a);
	return ok;
}

bool ts_answers_report(const struct ts_options *o, struct ts_arena *a, struct ts_handover *out,
	bool *is_report, struct ts_err *err)
{
	struct ts_buf b;
	*is_report = false;
	if (o->answers_file == NULL || strcmp(o->answers_file, "-") == 0) {
		return true;
	}
	ts_buf_init(&b, FILE_MAX);
	bool ok = ts_os_read_file(o->answers_file, &b, err);
	if (ok && ts_handover_is(ts_buf_str(&b))) {
		*is_report = true;
		ok = ts_handover_read(ts_buf_str(&b), o->answers_file, a, out, err);
	}
	ts_buf_finish(&b);
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
			ok = ts_handover_is(text) ? apply_report(s, text, o->answers_file, err)
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
