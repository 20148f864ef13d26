/* cmd/diagnose.c - the program's main job: look up the error, run the checks, then report once or guide. */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/answers.h"
#include "cmd/lookup.h"
#include "os/os.h"
#include "table/evidence.h"
#include "ui/guide.h"

/* A diagnosis in progress: what all of its parts hand on. */
struct diagnosis {
	struct ts_options *o;
	struct ts_kb *kb;
	struct ts_lookup look;
	struct ts_evidence *evidence;
	struct ts_entry *entry;
	struct ts_session *session;
	struct ts_report_machine *machines;
	bool ask;
};

static struct ts_conn *open_conn(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	return ts_evidence_open(ctx, machine, sql, budget, err);
}

static int64_t as_of(void *ctx, const char *machine)
{
	return ts_evidence_as_of(ctx, machine);
}

static bool declared(const struct ts_entry *e, const char *machine)
{
	for (size_t i = 0; i < e->nmachines; i++) {
		if (strcmp(e->machines[i].name, machine) == 0) {
			return true;
		}
	}
	return false;
}

static bool wrong_machine(const struct ts_entry *e, const char *option, const char *name, struct ts_err *err)
{
	struct ts_buf b;
	ts_buf_init(&b, 512);
	for (size_t i = 0; i < e->nmachines; i++) {
		ts_buf_printf(&b, "%s%s", i == 0 ? "" : ", ", e->machines[i].name);
	}
	ts_fail(err, "%s: %s speaks of no machine \"%s\"; its machines: %s", option, e->id, name,
		b.len > 0 ? ts_buf_str(&b) : "none");
	ts_buf_finish(&b);
	return false;
}

/* Put behind each machine what --here and --evidence say. */
static bool set_evidence(struct diagnosis *d, struct ts_err *err)
{
	const struct ts_options *o = d->o;
	d->evidence = ts_evidence_new();
	for (size_t i = 0; i < d->entry->nmachines; i++) {
		ts_evidence_machine(d->evidence, d->entry->machines[i].name);
	}
	if (o->here != NULL) {
		if (!declared(d->entry, o->here)) {
			return wrong_machine(d->entry, "--here", o->here, err);
		}
		if (!ts_evidence_set_live(d->evidence, o->here, err)) {
			return false;
		}
	}
	for (size_t i = 0; i < o->evidence.n; i++) {
		const char *eq = strchr(o->evidence.items[i], '=');
		if (eq == NULL) {
			return ts_fail(err, "--evidence=%s: expected MACHINE=PATH", o->evidence.items[i]);
		}
		char *name = ts_xstrndup(o->evidence.items[i], (size_t)(eq - o->evidence.items[i]));
		bool ok = declared(d->entry, name) ? ts_evidence_set_bundle(d->evidence, name, eq + 1, err)
						   : wrong_machine(d->entry, "--evidence", name, err);
		free(name);
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool set_params(struct diagnosis *d, struct ts_err *err)
{
	const struct ts_options *o = d->o;
	struct ts_err why;
	const struct {
		const char *name, *value;
	} shortcuts[] = { { "host", o->host }, { "port", o->port } };
	for (size_t i = 0; i < TS_COUNT(shortcuts); i++) {
		if (shortcuts[i].value != NULL &&
			!ts_session_set(d->session, shortcuts[i].name, shortcuts[i].value, &why)) {
			return ts_fail(err, "--%s=%s: %s", shortcuts[i].name, shortcuts[i].value, why.text);
		}
	}
	for (size_t i = 0; i < o->set.n; i++) {
		const char *eq = strchr(o->set.items[i], '=');
		if (eq == NULL) {
			return ts_fail(err, "--set=%s: expected NAME=VALUE", o->set.items[i]);
		}
		char *name = ts_xstrndup(o->set.items[i], (size_t)(eq - o->set.items[i]));
		bool ok = ts_session_set(d->session, name, eq + 1, &why) ||
			  ts_fail(err, "--set=%s: %s", o->set.items[i], why.text);
		free(name);
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool show_progress(const struct ts_options *o)
{
	return !o->quiet && !ts_cmd_accessible(o) && ts_os_isatty(stderr);
}

/* Load the entry and make its session ready to walk. */
static bool open_session(struct diagnosis *d, const char *id, struct ts_err *err)
{
	d->entry = ts_kb_load(d->kb, id, err);
	if (d->entry == NULL || !set_evidence(d, err)) {
		return false;
	}
	struct ts_evidence_if evidence = { d->evidence, open_conn, as_of };
	struct ts_session_options so = {
		.ask = d->ask,
		.run_checks = !d->o->no_checks,
		.timeout_s = d->o->timeout_s,
		.since_s = d->o->since_s,
		.on_wait = show_progress(d->o) ? ts_progress_wait : NULL,
		.on_wait_ctx = d->entry,
	};
	d->session = ts_session_new(d->entry, &evidence, &so);
	return set_params(d, err) && ts_answers_apply(d->o, d->session, err);
}

static void close_session(struct diagnosis *d)
{
	ts_session_free(d->session);
	ts_evidence_free(d->evidence);
	ts_entry_free(d->entry);
	free(d->machines);
	d->session = NULL;
	d->evidence = NULL;
	d->entry = NULL;
	d->machines = NULL;
}

/* The report's model of where the diagnosis stands. Points into d. The digest of the knowledge base takes longer than all the rest of a look-up, so it
 * is made only for the formats that show it. */
static void fill_report(struct diagnosis *d, struct ts_report *r, bool with_kb_info)
{
	const struct ts_options *o = d->o;
	struct ts_err err;
	*r = (struct ts_report){
		.code = d->look.code,
		.ext = d->look.ext,
		.from = d->look.from,
		.meanings = d->look.meanings,
		.nmeanings = d->look.nmeanings,
		.ext_meanings = d->look.ext_meanings,
		.next_meanings = d->look.next_meanings,
		.near = d->look.hits,
		.nnear = d->look.nhits,
		.entry = d->entry,
		.session = d->session,
		.program_version = TS_VERSION,
		.now = ts_os_now(),
		.checks_run = !o->no_checks,
		.cause = o->cause,
		.all = o->all,
		.commands = o->commands,
		.verbose = o->verbose,
		.guided = d->ask,
		.argv_line = d->look.argv_line,
		.redact = o->redact == NULL || strcmp(o->redact, "strict") == 0 ? TS_REDACT_STRICT
			  : strcmp(o->redact, "names") == 0                     ? TS_REDACT_NAMES
										: TS_REDACT_NONE,
	};
	if (with_kb_info) {
		ts_kb_info(d->kb, &r->kb, &err);
	}
	size_t n = d->entry != NULL ? d->entry->nmachines : 0;
	free(d->machines);
	d->machines = ts_xcalloc(n + 1, sizeof(*d->machines));
	for (size_t i = 0; i < n; i++) {
		const struct ts_machine_decl *m = &d->entry->machines[i];
		d->machines[i] = (struct ts_report_machine){ m->name, m->title,
			ts_machine_source_name(ts_evidence_source(d->evidence, m->name)),
			ts_evidence_as_of(d->evidence, m->name) };
	}
	r->machines = d->machines;
	r->nmachines = n;
}

/* Was anything not seen that could have been? */
static bool undecided(const struct diagnosis *d)
{
	for (size_t i = 0; d->session != NULL && i < d->entry->nnodes; i++) {
		enum ts_check_state s = ts_session_result(d->session, (int)i)->state;
		if (s == TS_CHECK_UNKNOWN || s == TS_CHECK_SKIPPED) {
			return true;
		}
	}
	return false;
}

static int exit_code(const struct diagnosis *d, const struct ts_report *r)
{
	if (d->entry == NULL) {
		return r->nmeanings + r->next_meanings > 0 ? TS_EXIT_OK : TS_EXIT_UNKNOWN;
	}
	if (!d->o->exit_code) {
		return TS_EXIT_OK;
	}
	return strcmp(ts_report_state(r), "confirmed") == 0 ? TS_EXIT_CONFIRMED
	       : undecided(d)                               ? TS_EXIT_UNDECIDED
							    : TS_EXIT_OK;
}

/* Write the Markdown export to a file; the path is the person's own choice. */
static bool export_file(const struct ts_report *r, const char *path, struct ts_err *err)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_report_markdown(r, &b);
	bool ok = ts_os_write_file(path, ts_buf_str(&b), b.len, 0644, err);
	ts_buf_finish(&b);
	return ok;
}

static int print_report(struct diagnosis *d)
{
	const struct ts_options *o = d->o;
	struct ts_report r;
	struct ts_err err;
	struct ts_look look;
	struct ts_buf b;
	const char *format = o->format != NULL                     ? o->format
			     : o->export_wanted && *o->output == 0 ? "markdown"
								   : "terminal";
	fill_report(d, &r, o->export_wanted || strcmp(format, "terminal") != 0);
	r.exit_code = exit_code(d, &r);
	if (o->cause != NULL && (d->entry == NULL || ts_entry_node(d->entry, o->cause) < 0)) {
		return ts_cmd_error(TS_EXIT_USAGE, "--cause=%s: %s has no cause of that name", o->cause,
			d->entry != NULL ? d->entry->id : "this report");
	}
	bool to_file = o->export_wanted && *o->output != 0;
	if (to_file) {
		if (!export_file(&r, o->output, &err)) {
			return ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
		}
		ts_cmd_note(o, "the report is in %s", o->output);
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &look);
	if (strcmp(format, "json") == 0) {
		ts_report_json(&r, &b);
	} else if (strcmp(format, "html") == 0) {
		ts_report_html(&r, &b);
	} else if (strcmp(format, "markdown") == 0) {
		ts_report_markdown(&r, &b);
	} else {
		ts_report_terminal(&r, &look, &b);
	}
	int status = ts_cmd_emit(o, &b, r.exit_code);
	ts_buf_finish(&b);
	return status;
}

/* Report once: nothing is asked. */
static int one_shot(struct diagnosis *d)
{
	struct ts_err err;
	if (d->look.entry != NULL) {
		if (!open_session(d, d->look.entry, &err)) {
			return ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
		}
		ts_progress_interrupts(d->session);
		struct ts_event ev;
		do {
			ts_session_step(d->session, &ev);
		} while (ev.kind == TS_EV_RAN);
		ts_progress_interrupts(NULL);
		ts_progress_clear();
		if (ev.kind == TS_EV_ERROR) {
			return ts_cmd_error(TS_EXIT_INTERNAL, "%s", ev.err.text);
		}
	}
	return print_report(d);
}

/* ---- the guided session's host ---- */

static struct ts_session *guide_start(void *ctx, const char *id, struct ts_err *err)
{
	struct diagnosis *d = ctx;
	close_session(d);
	if (!open_session(d, id, err)) {
		close_session(d);
		return NULL;
	}
	return d->session;
}

static void guide_end(void *ctx, struct ts_session *s)
{
	struct diagnosis *d = ctx;
	if (s == d->session) {
		close_session(d);
	}
}

static bool guide_export(
	void *ctx, struct ts_session *s, const char *path, char **written, struct ts_err *err)
{
	struct diagnosis *d = ctx;
	struct ts_report r;
	(void)s;
	fill_report(d, &r, true);
	if (path != NULL) {
		*written = ts_xstrdup(path);
	} else {
		const char *slash = strrchr(d->entry->id, '/');
		*written = ts_xasprintf("%s.md", slash != NULL ? slash + 1 : d->entry->id);
	}
	return export_file(&r, *written, err);
}

static int guide(struct diagnosis *d)
{
	struct ts_look look;
	struct ts_guide_host host = { d, guide_start, guide_end, guide_export };
	struct ts_guide_options go = { .entry = d->look.entry,
		.product = d->o->product,
		.no_input = d->o->no_input,
		.progress = show_progress(d->o) };
	ts_cmd_look(d->o, stdout, &look);
	if (ts_cmd_accessible(d->o)) {
		puts("Accessible mode is on.");
	}
	if (d->look.entry == NULL && d->look.nhits > 0) {
		go.entry = d->look.hits[0].id;
	}
	return ts_guide_run(&host, d->kb, &look, &go);
}

static int diagnose(struct diagnosis *d)
{
	struct ts_err err;
	int status;
	if (!ts_lookup_run(&d->look, d->o, d->kb, &status, &err)) {
		return ts_cmd_error(status, "%s", err.text);
	}
	d->ask = d->look.from == NULL || d->o->guide;
	if (d->ask) {
		return guide(d);
	}
	bool words = strcmp(d->look.from, "search") == 0;
	if (words && (d->o->format == NULL || strcmp(d->o->format, "terminal") == 0)) {
		return ts_cmd_print_hits(d->o, d->look.hits, d->look.nhits);
	}
	if (words && d->look.nhits > 0) {
		d->look.entry = d->look.hits[0].id;
	}
	return one_shot(d);
}

int ts_cmd_diagnose(struct ts_options *o)
{
	if (o->list) {
		return ts_cmd_kb_list(o);
	}
	if (o->show != NULL) {
		return ts_cmd_kb_show(o);
	}
	struct diagnosis d = { .o = o };
	d.kb = ts_cmd_open_kb(o);
	if (d.kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	int status = diagnose(&d);
	close_session(&d);
	ts_lookup_finish(&d.look);
	ts_kb_free(d.kb);
	return status;
}
