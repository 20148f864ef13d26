/* cmd/kb-graph.c - `kb graph ID`: an entry as a picture, with the walk of a session marked. */
#include "cmd/cmd.h"

#include <string.h>

#include "cmd/answers.h"
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

/* The session that --answer and --answers tell of; nothing is run in it. */
static bool walk(const struct ts_options *o, struct ts_session *s, struct ts_err *err)
{
	struct ts_event ev;
	if (!ts_answers_apply(o, s, err)) {
		return false;
	}
	ts_session_step(s, &ev);
	return true;
}

static int graph(const struct ts_options *o, struct ts_kb *kb, const char *id)
{
	struct ts_err err;
	struct ts_buf b;
	struct ts_session_options so = { .ask = true };
	struct ts_session *s = NULL;
	struct ts_entry *e = ts_kb_load(kb, id, &err);
	if (e == NULL) {
		return ts_cmd_error(TS_EXIT_UNKNOWN, "%s", err.text);
	}
	int status = TS_EXIT_OK;
	if (o->answer.n > 0 || o->answers_file != NULL) {
		struct ts_evidence_if none = { 0 };
		s = ts_session_new(e, &none, &so);
		status = walk(o, s, &err) ? TS_EXIT_OK : ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (status == TS_EXIT_OK) {
		draw(o, e, s, &b);
		status = ts_cmd_emit(o, &b, TS_EXIT_OK);
	}
	ts_buf_finish(&b);
	ts_session_free(s);
	ts_entry_free(e);
	return status;
}

int ts_cmd_kb_graph(struct ts_options *o)
{
	if (o->nargs != 1) {
		return ts_cmd_error(
			TS_EXIT_USAGE, "kb graph needs one entry: troubleshoot kb graph ID --format=svg");
	}
	struct ts_kb *kb = ts_cmd_open_kb(o);
	if (kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	int status = graph(o, kb, o->args[0]);
	ts_kb_free(kb);
	return status;
}
