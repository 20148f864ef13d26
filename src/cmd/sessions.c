/* cmd/sessions.c - `sessions`: what guided sessions have left: list, show, resume, discard, export, stats. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cmd/diagnosis.h"
#include "engine/store.h"
#include "os/os.h"
#include "out/model.h"
#include "out/render-parts.h"
#include "ui/guide.h"

/* One run of the command. */
struct job {
	struct ts_options *o;
	struct ts_store *store;
	struct ts_arena *arena;
	struct ts_look look;
	struct ts_buf out;
};

static bool wants_json(const struct job *j)
{
	return j->o->format != NULL && strcmp(j->o->format, "json") == 0;
}

static const char *when(const struct job *j, int64_t t)
{
	return ts_model_time(t, wants_json(j), j->arena);
}

static void json_session(struct job *job, struct ts_json *j, const struct ts_kept *k)
{
	ts_json_object(j);
	ts_json_kint(j, "id", k->id);
	ts_json_kstr(j, "state", k->place.state);
	ts_json_kstr(j, "entry", k->head.entry);
	ts_json_kstr(j, "title", k->head.title);
	ts_json_kstr(j, "code", k->head.code);
	ts_json_kstr(j, "ext", k->head.ext);
	ts_json_kstr(j, "started", when(job, k->head.started));
	ts_json_kstr(j, "changed", when(job, k->changed));
	ts_json_kint(j, "answers", k->answers_count);
	ts_json_kint(j, "checks", k->checks_count);
	ts_json_kbool(j, "busy", ts_store_busy(job->store, k->id));
	ts_json_end(j);
}

static void text_session(struct job *job, const struct ts_kept *k)
{
	char *marker = ts_xasprintf("%4" PRId64 "  %-7s  %s  ", k->id, k->place.state, when(job, k->changed));
	char *text = ts_xasprintf("%s (%d answer%s, %d check%s)%s", k->head.title, k->answers_count,
		k->answers_count == 1 ? "" : "s", k->checks_count, k->checks_count == 1 ? "" : "s",
		ts_store_busy(job->store, k->id) ? " - open in another troubleshoot" : "");
	ts_render_marked(marker, strlen(marker), text, 0, &job->look, &job->out);
	free(text);
	free(marker);
}

static int list(struct job *job)
{
	struct ts_err err;
	struct ts_kept *kept;
	size_t n;
	if (!ts_store_list(job->store, NULL, job->arena, &kept, &n, &err)) {
		return ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
	}
	if (wants_json(job)) {
		struct ts_json j;
		ts_json_init(&j, &job->out, true);
		ts_json_array(&j);
		for (size_t i = 0; i < n; i++) {
			json_session(job, &j, &kept[i]);
		}
		ts_json_end(&j);
		ts_buf_putc(&job->out, '\n');
	} else {
		for (size_t i = 0; i < n; i++) {
			text_session(job, &kept[i]);
		}
	}
	if (n == 0) {
		ts_cmd_note(job->o, "no session is kept yet");
	}
	return TS_EXIT_OK;
}

/* The session that the words name; 0 after a message. optional: without a number the open one that changed last. */
static int64_t number_of(struct job *job, bool optional, int *status)
{
	struct ts_err err;
	struct ts_kept *kept;
	size_t n = 0;
	int64_t id;
	*status = TS_EXIT_USAGE;
	if (job->o->nargs == 2) {
		if (ts_parse_int(job->o->args[1], 1, INT64_MAX, &id)) {
			return id;
		}
		ts_cmd_error(0,
			"sessions %s %s: expected the number of a session; troubleshoot sessions lists them",
			job->o->args[0], job->o->args[1]);
		return 0;
	}
	if (optional && ts_store_list(job->store, "open", job->arena, &kept, &n, &err)) {
		for (size_t i = 0; i < n; i++) {
			if (!ts_store_busy(job->store, kept[i].id)) {
				return kept[i].id;
			}
		}
		*status = TS_EXIT_UNKNOWN;
		ts_cmd_error(0, "no session is open");
		return 0;
	}
	ts_cmd_error(0, "sessions %s needs the number of a session; troubleshoot sessions lists them",
		job->o->args[0]);
	return 0;
}

/* Put a kept session back, without running anything. */
static bool load(struct job *job, int64_t id, struct ts_diagnosis *d, int *status)
{
	struct ts_err err;
	struct ts_kept kept;
	*status = TS_EXIT_UNKNOWN;
	if (!ts_store_load(job->store, id, job->arena, &kept, &err)) {
		ts_cmd_error(0, "%s", err.text);
		return false;
	}
	d->kb = ts_cmd_open_kb(job->o);
	if (d->kb == NULL) {
		*status = TS_EXIT_NO_KB;
		return false;
	}
	d->look.arena = ts_arena_new();
	d->ask = true;
	ts_lookup_kept(&d->look, d->kb, kept.head.asked_by, kept.head.code, kept.head.ext);
	struct ts_buf lost;
	ts_buf_init(&lost, TS_BUF_MAX_TEXT);
	bool ok = ts_diagnosis_open(d, kept.head.entry, &kept, &lost, &err);
	if (!ok) {
		ts_cmd_error(0, "%s", err.text);
	}
	struct ts_str rest = { ts_buf_str(&lost), lost.len }, line;
	while (ts_str_line(&rest, &line)) {
		ts_cmd_note(job->o, "left out: %.*s", (int)line.n, line.p);
	}
	ts_buf_finish(&lost);
	return ok;
}

static void unload(struct ts_diagnosis *d)
{
	ts_diagnosis_close(d);
	ts_lookup_finish(&d->look);
	ts_kb_free(d->kb);
}

/* show: the report on the terminal; export: the same as a document. */
static int report(struct job *job, const char *format)
{
	int status;
	struct ts_diagnosis d = { .o = job->o };
	int64_t id = number_of(job, false, &status);
	if (id == 0) {
		return status;
	}
	if (job->o->format == NULL) {
		job->o->format = format;
	}
	if (load(job, id, &d, &status)) {
		status = ts_diagnosis_print(&d);
	}
	unload(&d);
	return status;
}

static int show(struct job *job)
{
	return report(job, "terminal");
}

static int export(struct job *job)
{
	return report(job, "markdown");
}

static int resume(struct job *job)
{
	int status;
	int64_t id = number_of(job, true, &status);
	if (id == 0) {
		return status;
	}
	if (job->o->no_input) {
		return ts_cmd_error(TS_EXIT_NEED_ANSWER,
			"sessions resume asks questions; it does not go with --no-input");
	}
	struct ts_diagnosis d = { .o = job->o, .ask = true };
	d.kb = ts_cmd_open_kb(job->o);
	if (d.kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	d.look.arena = ts_arena_new();
	/* The guided session opens the store itself. */
	ts_store_close(job->store);
	job->store = NULL;
	status = ts_cmd_guided(&d, id);
	unload(&d);
	return status;
}

static int discard(struct job *job)
{
	struct ts_err err;
	int status;
	int64_t id = number_of(job, false, &status);
	if (id == 0) {
		return status;
	}
	if (!ts_store_discard(job->store, id, &err)) {
		return ts_cmd_error(TS_EXIT_UNKNOWN, "%s", err.text);
	}
	ts_cmd_note(job->o, "session %" PRId64 " is discarded", id);
	return TS_EXIT_OK;
}

static int stats(struct job *job)
{
	struct ts_err err;
	struct ts_store_stat *s;
	size_t n;
	struct ts_json j;
	if (!ts_store_stats(job->store, NULL, job->arena, &s, &n, &err)) {
		return ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
	}
	ts_json_init(&j, &job->out, true);
	if (wants_json(job)) {
		ts_json_array(&j);
	}
	for (size_t i = 0; i < n; i++) {
		if (wants_json(job)) {
			ts_json_object(&j);
			ts_json_kstr(&j, "entry", s[i].entry);
			ts_json_kstr(&j, "cause", s[i].cause);
			ts_json_kint(&j, "solved", s[i].solved);
			ts_json_kint(&j, "not_solved", s[i].failed);
			ts_json_kint(&j, "seconds", s[i].seconds);
			ts_json_end(&j);
			continue;
		}
		const char *minutes = ts_model_minutes((double)(s[i].seconds / 60 + 1), job->arena);
		char *took = s[i].solved > 0 ? ts_xasprintf(", in %s on average", minutes) : ts_xstrdup("");
		char *line = ts_xasprintf("%s, %s: solved %" PRId64 ", not solved %" PRId64 "%s", s[i].entry,
			s[i].cause, s[i].solved, s[i].failed, took);
		ts_render_text(line, 0, 2, &job->look, &job->out);
		free(line);
		free(took);
	}
	if (wants_json(job)) {
		ts_json_end(&j);
		ts_buf_putc(&job->out, '\n');
	} else if (n == 0) {
		ts_cmd_note(job->o, "no fix has been tried yet");
	}
	return TS_EXIT_OK;
}

static const struct {
	const char *word;
	int nargs; /* at most, the word included */
	int (*run)(struct job *job);
} verbs[] = {
	{ "list", 1, list },
	{ "show", 2, show },
	{ "resume", 2, resume },
	{ "discard", 2, discard },
	{ "export", 2, export },
	{ "stats", 1, stats },
};

int ts_cmd_sessions(struct ts_options *o)
{
	struct job job = { .o = o };
	struct ts_err err;
	const char *word = o->nargs > 0 ? o->args[0] : "list";
	const char *words[TS_COUNT(verbs) + 1] = { NULL };
	size_t i = 0;
	while (i < TS_COUNT(verbs) && strcmp(verbs[i].word, word) != 0) {
		words[i] = verbs[i].word;
		i++;
	}
	if (i == TS_COUNT(verbs)) {
		const char *near = ts_nearest(word, words);
		return ts_cmd_error(TS_EXIT_USAGE,
			"sessions %s: expected list, show, resume, discard, export or stats%s%s%s", word,
			near != NULL ? " (did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?)" : "");
	}
	if (o->nargs > verbs[i].nargs) {
		return ts_cmd_error(
			TS_EXIT_USAGE, "sessions %s: \"%s\" is too much", word, o->args[verbs[i].nargs]);
	}
	job.store = ts_cmd_open_store(&err);
	if (job.store == NULL) {
		return ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
	}
	job.arena = ts_arena_new();
	ts_buf_init(&job.out, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &job.look);
	int status = verbs[i].run(&job);
	if (job.out.len > 0) {
		status = ts_cmd_emit(o, &job.out, status);
	}
	ts_buf_finish(&job.out);
	ts_arena_free(job.arena);
	ts_store_close(job.store);
	return status;
}
