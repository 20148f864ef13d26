/* cmd/kb-graph.c - `kb graph ID`: an entry as a picture, with the walk of a session marked. */
#include "cmd/cmd.h"

#include <string.h>

#include "base/str.h"
#include "cmd/answers.h"
#include "cmd/diagnosis.h"
#include "engine/store.h"
#include "out/graph.h"

static void draw(
	const struct ts_options *o, const struct ts_entry *e, const struct ts_session *s, struct ts_buf *out)
{
	static const struct {
		const char *format;
		void (*draw)(const struct ts_entry *, const struct ts_session *, struct ts_buf *);
	} formats[] = { { "dot", ts_graph_dot }, { "mermaid", ts_graph_mermaid }, { "svg", ts_graph_svg } };
	for (size_t i = 0; i < TS_COUNT(formats); i++) {
		if (strcmp(o->format != NULL ? o->format : "dot", formats[i].format) == 0) {
			formats[i].draw(e, s, out);
		}
	}
}

/* What is to be drawn: the entry, and the session whose walk is marked. */
struct picture {
	struct ts_arena *arena;
	struct ts_entry *entry;
	struct ts_session *session; /* NULL = none */
	struct ts_kept kept;        /* of --session */
};

/* The session that was kept under a number. False after a message, with the status. */
static bool find_kept(const struct ts_options *o, struct picture *p, int *status)
{
	struct ts_err err;
	int64_t id;
	if (!ts_parse_int(o->session, 1, INT64_MAX, &id)) {
		*status = ts_cmd_error(TS_EXIT_USAGE,
			"--session=%s: expected the number of a session; troubleshoot sessions lists them",
			o->session);
		return false;
	}
	struct ts_store *store = ts_cmd_open_store(&err);
	bool ok = store != NULL && ts_store_load(store, id, p->arena, &p->kept, &err);
	if (!ok) {
		*status = ts_cmd_error(store != NULL ? TS_EXIT_UNKNOWN : TS_EXIT_INTERNAL, "%s", err.text);
	} else if (o->nargs == 1 && strcmp(o->args[0], p->kept.head.entry) != 0) {
		*status = ts_cmd_error(TS_EXIT_USAGE, "session %s is about %s, not about %s", o->session,
			p->kept.head.entry, o->args[0]);
		ok = false;
	}
	ts_store_close(store);
	return ok;
}

/* Put the kept session, and then --answer and --answers, into the session of the picture; nothing is run in it. */
static bool walk(const struct ts_options *o, struct picture *p, struct ts_err *err)
{
	struct ts_event ev;
	struct ts_buf lost;
	ts_buf_init(&lost, TS_BUF_MAX_TEXT);
	if (o->session != NULL && ts_kept_restore(&p->kept, p->session, &lost) > 0) {
		struct ts_str rest = { ts_buf_str(&lost), lost.len }, line;
		while (ts_str_line(&rest, &line)) {
			ts_cmd_note(o, "left out: %.*s", (int)line.n, line.p);
		}
	}
	ts_buf_finish(&lost);
	if (!ts_answers_apply(o, p->session, err)) {
		return false;
	}
	ts_session_step(p->session, &ev);
	return true;
}

static int graph(const struct ts_options *o, struct ts_kb *kb, struct picture *p)
{
	static const struct ts_evidence_if none = { 0 };
	static const struct ts_session_options options = { .ask = true };
	struct ts_err err;
	int status = TS_EXIT_OK;
	if (o->session != NULL && !find_kept(o, p, &status)) {
		return status;
	}
	p->entry = ts_kb_load(kb, o->session != NULL ? p->kept.head.entry : o->args[0], &err);
	if (p->entry == NULL) {
		return ts_cmd_error(TS_EXIT_UNKNOWN, "%s", err.text);
	}
	if (o->session != NULL || o->answer.n > 0 || o->answers_file != NULL) {
		p->session = ts_session_new(p->entry, &none, &options);
		if (!walk(o, p, &err)) {
			return ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
		}
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	draw(o, p->entry, p->session, &b);
	status = ts_cmd_emit(o, &b, TS_EXIT_OK);
	ts_buf_finish(&b);
	return status;
}

int ts_cmd_kb_graph(struct ts_options *o)
{
	if (o->nargs > 1 || (o->nargs == 0 && o->session == NULL)) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"kb graph needs one entry or a session: troubleshoot kb graph ID --format=svg");
	}
	struct ts_kb *kb = ts_cmd_open_kb(o);
	if (kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	struct picture p = { .arena = ts_arena_new() };
	int status = graph(o, kb, &p);
	ts_session_free(p.session);
	ts_entry_free(p.entry);
	ts_arena_free(p.arena);
	ts_kb_free(kb);
	return status;
}
