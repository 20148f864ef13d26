/* cmd/diagnose.c - the program's main job: look up the error, run the checks, then report once or guide. */
#include "cmd/diagnosis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "base/str.h"
#include "cmd/answers.h"
#include "cmd/consent.h"
#include "kb/weigh.h"
#include "os/os.h"
#include "ui/guide.h"

static struct ts_conn *open_conn(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	const struct ts_diagnosis *d = ctx;
	ts_consent_before(d->o, d->session, d->evidence, machine, sql);
	return ts_evidence_open(d->evidence, machine, sql, budget, err);
}

static void look_again(void *ctx)
{
	const struct ts_diagnosis *d = ctx;
	ts_evidence_look_again(d->evidence);
}

static int64_t as_of(void *ctx, const char *machine)
{
	const struct ts_diagnosis *d = ctx;
	return ts_evidence_as_of(d->evidence, machine);
}

static bool declared(const struct ts_entry *e, const char *machine)
{
	if (strcmp(machine, "here") == 0) {
		return true; /* what probes from another computer saw */
	}
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

static void keep_machine(struct ts_diagnosis *d, const char *name, const char *path)
{
	size_t n = 0;
	while (d->kept_machines != NULL && d->kept_machines[n].name != NULL) {
		n++;
	}
	d->kept_machines = ts_xreallocarray(d->kept_machines, n + 2, sizeof(*d->kept_machines));
	char *whole =
		path != NULL ? ts_os_absolute(path) : NULL; /* the next start may be in another folder */
	d->kept_machines[n] = (struct ts_kept_machine){ ts_arena_strdup(d->arena, name),
		ts_arena_strdup(d->arena, whole != NULL ? whole : path) };
	d->kept_machines[n + 1] = (struct ts_kept_machine){ 0 };
	free(whole);
}

/* One --evidence. The entry was found by what the person gave, so it may be one that does not look at this machine, though others do: that is no
 * mistake. */
static bool set_path(struct ts_diagnosis *d, const char *machine, const char *path, struct ts_err *err)
{
	if (declared(d->entry, machine)) {
		if (!ts_evidence_set_path(d->evidence, machine, path, err)) {
			return false;
		}
		const char *remark = ts_evidence_remark(d->evidence, machine);
		if (remark != NULL) {
			ts_cmd_note(d->o, "%s: %s", machine, remark);
		}
		keep_machine(d, machine, path);
		return true;
	}
	if (!ts_kb_has_machine(d->kb, machine)) {
		return wrong_machine(d->entry, "--evidence", machine, err);
	}
	ts_cmd_note(d->o, "%s does not look at the %s; %s is not used", d->entry->id, machine, path);
	return true;
}

/* The evidence that a kept session had. What is gone is named; its results are kept all the same. */
static void set_kept_evidence(struct ts_diagnosis *d, const struct ts_kept *kept, struct ts_buf *lost)
{
	struct ts_err err;
	for (size_t i = 0; i < kept->head.nmachines; i++) {
		const struct ts_kept_machine *m = &kept->head.machines[i];
		bool ok = declared(d->entry, m->name)
				  ? (m->path == NULL ? ts_evidence_set_live(d->evidence, m->name, &err)
						     : ts_evidence_set_path(
							       d->evidence, m->name, m->path, &err))
				  : wrong_machine(d->entry, "evidence", m->name, &err);
		if (ok) {
			keep_machine(d, m->name, m->path);
		} else if (lost != NULL) {
			ts_buf_printf(lost, "evidence of %s: %s\n", m->name, err.text);
		}
	}
}

/* Put behind each machine what --here and --evidence say. */
static bool set_evidence(
	struct ts_diagnosis *d, const struct ts_kept *kept, struct ts_buf *lost, struct ts_err *err)
{
	const struct ts_options *o = d->o;
	d->evidence = ts_evidence_new();
	for (size_t i = 0; i < d->entry->nmachines; i++) {
		ts_evidence_machine(d->evidence, d->entry->machines[i].name);
	}
	if (kept != NULL) {
		set_kept_evidence(d, kept, lost);
	}
	if (o->here != NULL) {
		if (strcmp(o->here, "here") == 0 || !declared(d->entry, o->here)) {
			return wrong_machine(d->entry, "--here", o->here, err);
		}
		if (!ts_evidence_set_live(d->evidence, o->here, err)) {
			return false;
		}
		const char *remark = ts_evidence_remark(d->evidence, o->here);
		if (remark != NULL) {
			ts_cmd_note(o, "%s: %s", o->here, remark);
		}
		keep_machine(d, o->here, NULL);
	}
	for (size_t i = 0; i < o->evidence.n; i++) {
		const char *eq = strchr(o->evidence.items[i], '=');
		if (eq == NULL) {
			return ts_fail(err, "--evidence=%s: expected MACHINE=PATH", o->evidence.items[i]);
		}
		char *name = ts_xstrndup(o->evidence.items[i], (size_t)(eq - o->evidence.items[i]));
		bool ok = set_path(d, name, eq + 1, err);
		free(name);
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool has_param(const struct ts_entry *e, const char *name)
{
	for (size_t i = 0; i < e->nparams; i++) {
		if (strcmp(e->params[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool set_params(struct ts_diagnosis *d, struct ts_err *err)
{
	const struct ts_options *o = d->o;
	struct ts_err why;
	const struct {
		const char *name, *value;
	} shortcuts[] = { { "host", o->host }, { "port", o->port } };
	for (size_t i = 0; i < TS_COUNT(shortcuts); i++) {
		/* An entry that needs no host is none the worse for it. */
		if (shortcuts[i].value != NULL && has_param(d->entry, shortcuts[i].name) &&
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

/* What the pasted text says counts for the order of the causes that are possible, and for nothing else. */
static bool prefer_by_text(struct ts_diagnosis *d, struct ts_err *err)
{
	if (d->look.text == NULL) {
		return true;
	}
	double *factor = ts_arena_calloc(d->arena, d->entry->nnodes + 1, sizeof(*factor));
	if (!ts_kb_weigh(d->entry, d->look.text, factor, err)) {
		return false;
	}
	for (size_t i = 0; i < d->entry->nnodes; i++) {
		ts_session_prefer(d->session, (int)i, factor[i]);
	}
	return true;
}

bool ts_diagnosis_open(struct ts_diagnosis *d, const char *id, const struct ts_kept *kept,
	struct ts_buf *lost, struct ts_err *err)
{
	d->arena = ts_arena_new();
	d->entry = ts_kb_load(d->kb, id, err);
	if (d->entry == NULL || !set_evidence(d, kept, lost, err)) {
		return false;
	}
	struct ts_evidence_if evidence = { d, open_conn, as_of, look_again, NULL };
	struct ts_session_options so = {
		/* A report that was handed over stands where its session stood: it is not followed further. */
		.ask = d->ask || d->handed_over,
		.run_checks = !d->o->no_checks,
		.timeout_s = d->o->timeout_s,
		.since_s = kept != NULL && kept->head.since_s > 0 && d->o->since == NULL ? kept->head.since_s
											 : d->o->since_s,
		.on_wait = d->o->quiet           ? NULL
			   : show_progress(d->o) ? ts_progress_wait
						 : ts_progress_plain,
		.on_wait_ctx = d->entry,
	};
	d->session = ts_session_new(d->entry, &evidence, &so);
	if (kept != NULL) {
		(void)ts_kept_restore(kept, d->session, lost);
		d->verified = ts_arena_strdup(d->arena, kept->place.verified);
	}
	if (d->handed_over && kept == NULL) {
		d->verified = ts_arena_strdup(d->arena, d->handover.kept.place.verified);
	}
	return prefer_by_text(d, err) && set_params(d, err) && ts_answers_apply(d->o, d->session, err);
}

void ts_diagnosis_close(struct ts_diagnosis *d)
{
	ts_session_free(d->session);
	ts_evidence_free(d->evidence);
	ts_entry_free(d->entry);
	free(d->machines);
	free(d->kept_machines);
	ts_arena_free(d->arena);
	d->kept_machines = NULL;
	d->arena = NULL;
	d->verified = NULL;
	d->session = NULL;
	d->evidence = NULL;
	d->entry = NULL;
	d->machines = NULL;
}

void ts_diagnosis_report(struct ts_diagnosis *d, struct ts_report *r, bool with_kb_info)
{
	const struct ts_options *o = d->o;
	struct ts_err err;
	*r = (struct ts_report){
		.code = d->look.code,
		.ext = d->look.ext,
		.from = d->look.from,
		.by = d->look.by,
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
		.verified = d->verified,
		.guided = d->ask || d->handed_over,
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
		/* Evidence that another person saw counts as what it was there, where there is none here. */
		for (size_t k = 0; d->handed_over && k < d->handover.nmachines; k++) {
			const struct ts_handover_machine *there = &d->handover.machines[k];
			if (there->name != NULL && strcmp(there->name, m->name) == 0 &&
				strcmp(d->machines[i].source, "none") == 0) {
				d->machines[i].source = there->source;
				d->machines[i].as_of = there->as_of;
			}
		}
	}
	r->machines = d->machines;
	r->nmachines = n;
}

/* Was anything not seen that could have been? */
static bool undecided(const struct ts_diagnosis *d)
{
	for (size_t i = 0; d->session != NULL && i < d->entry->nnodes; i++) {
		enum ts_check_state s = ts_session_result(d->session, (int)i)->state;
		if (s == TS_CHECK_UNKNOWN || s == TS_CHECK_SKIPPED) {
			return true;
		}
	}
	return false;
}

static int exit_code(const struct ts_diagnosis *d, const struct ts_report *r)
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

bool ts_diagnosis_export(const struct ts_report *r, const char *path, struct ts_err *err)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_report_markdown(r, &b);
	bool ok = ts_os_write_file(path, ts_buf_str(&b), b.len, 0644, err);
	ts_buf_finish(&b);
	return ok;
}

int ts_diagnosis_print(struct ts_diagnosis *d)
{
	const struct ts_options *o = d->o;
	struct ts_report r;
	struct ts_err err;
	struct ts_look look;
	struct ts_buf b;
	const char *format = o->format != NULL                     ? o->format
			     : o->export_wanted && *o->output == 0 ? "markdown"
								   : "terminal";
	ts_diagnosis_report(d, &r, o->export_wanted || strcmp(format, "terminal") != 0);
	r.exit_code = exit_code(d, &r);
	if (o->cause != NULL && (d->entry == NULL || ts_entry_node(d->entry, o->cause) < 0)) {
		return ts_cmd_error(TS_EXIT_USAGE, "--cause=%s: %s has no cause of that name", o->cause,
			d->entry != NULL ? d->entry->id : "this report");
	}
	bool to_file = o->export_wanted && *o->output != 0;
	if (to_file) {
		if (!ts_diagnosis_export(&r, o->output, &err)) {
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
static int one_shot(struct ts_diagnosis *d)
{
	struct ts_err err;
	if (d->look.entry != NULL) {
		if (!ts_diagnosis_open(d, d->look.entry, NULL, NULL, &err)) {
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
	return ts_diagnosis_print(d);
}

static int diagnose(struct ts_diagnosis *d)
{
	struct ts_err err;
	int status;
	if (!ts_lookup_run(&d->look, d->o, d->kb, &status, &err)) {
		return ts_cmd_error(status, "%s", err.text);
	}
	if (!ts_answers_report(d->o, d->look.arena, &d->handover, &d->handed_over, &err)) {
		return ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	}
	if (d->handed_over && d->look.from == NULL) {
		/* The report says what it is about. */
		const struct ts_kept_head *h = &d->handover.kept.head;
		ts_lookup_kept(
			&d->look, d->kb, h->asked_by != NULL ? h->asked_by : "option", h->code, h->ext);
		d->look.entry = h->entry;
	}
	d->ask = d->look.from == NULL || d->o->guide;
	if (d->ask) {
		return ts_cmd_guided(d, 0);
	}
	bool words = strcmp(d->look.from, "search") == 0;
	if (words && (d->o->format == NULL || strcmp(d->o->format, "terminal") == 0)) {
		return ts_cmd_print_hits(d->o, d->look.hits, d->look.nhits);
	}
	if (words && d->look.nhits > 0) {
		d->look.entry = d->look.hits[0].id;
		d->look.by = "words";
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
	struct ts_diagnosis d = { .o = o };
	d.kb = ts_cmd_open_kb(o);
	if (d.kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	int status = diagnose(&d);
	ts_diagnosis_close(&d);
	ts_lookup_finish(&d.look);
	ts_kb_free(d.kb);
	return status;
}
