/* cmd/collect.c - `collect -o bundle.db`: run the checks of the knowledge base on this computer and keep what they read,
 * so that another computer can judge it. */
#include "cmd/collect.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "cmd/consent.h"
#include "engine/runner.h"
#include "os/os.h"
#include "table/evidence.h"
#include "table/record.h"

#define WORKERS     8
#define WAIT_MS     100
#define CONNECTIONS 32 /* of one check, as in a report */

/* A collection in progress. */
struct collection {
	const struct ts_options *o;
	struct ts_kb *kb;
	struct ts_arena *arena;
	struct ts_evidence *evidence;
	struct ts_record *record;
	struct ts_redactor *redactor;
	const struct ts_session *session; /* whose checks run; NULL = none */
	int64_t as_of;
	char since[TS_ISO_SIZE];
	atomic_bool cancel;
	size_t entries, checks, skipped;
	const char **missing; /* parameters that checks lack */
	size_t nmissing, cap_missing;
	bool *used;      /* per --set: an entry has such a parameter */
	bool host, port; /* the same of --host and --port */
	bool here;       /* an entry has the machine of --here */
};

static struct ts_conn *open_conn(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	const struct collection *c = ctx;
	ts_consent_before(c->o, c->session, c->evidence, machine, sql);
	return ts_evidence_open(c->evidence, machine, sql, budget, err);
}

static int64_t as_of(void *ctx, const char *machine)
{
	const struct collection *c = ctx;
	return ts_evidence_as_of(c->evidence, machine);
}

/* --- which checks --- */

bool ts_collect_plays(const struct ts_options *o, const struct ts_entry *e, const char *machine)
{
	if (machine == NULL || strcmp(machine, "here") == 0) {
		return false; /* of the computer that judges, not of the one that is judged */
	}
	if (o->here != NULL) {
		return strcmp(machine, o->here) == 0;
	}
	for (size_t i = 0; i < e->nmachines; i++) {
		if (strcmp(e->machines[i].name, machine) == 0) {
			return true;
		}
	}
	return false;
}

bool ts_collect_each(const struct ts_options *o, struct ts_kb *kb,
	bool (*fn)(void *ctx, const struct ts_entry *e, struct ts_err *err), void *ctx, struct ts_err *err)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits = NULL;
	size_t n = o->entry.n > 0 ? o->entry.n : ts_kb_list(kb, o->product, a, &hits);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct ts_entry *e = ts_kb_load(kb, hits != NULL ? hits[i].id : o->entry.items[i], err);
		ok = e != NULL && fn(ctx, e, err);
		ts_entry_free(e);
	}
	ts_arena_free(a);
	return ok;
}

/* --- parameters --- */

static bool set_param(struct ts_session *s, const char *option, const char *name, const char *value,
	bool *used, struct ts_err *err)
{
	const struct ts_entry *e = ts_session_entry(s);
	struct ts_err why;
	for (size_t i = 0; value != NULL && i < e->nparams; i++) {
		if (strcmp(e->params[i].name, name) == 0) {
			*used = true;
			return ts_session_set(s, name, value, &why) ||
			       ts_fail(err, "%s: %s", option, why.text);
		}
	}
	return true;
}

static bool set_params(struct collection *c, struct ts_session *s, struct ts_err *err)
{
	const struct ts_options *o = c->o;
	if (!set_param(s, "--host", "host", o->host, &c->host, err) ||
		!set_param(s, "--port", "port", o->port, &c->port, err)) {
		return false;
	}
	for (size_t i = 0; i < o->set.n; i++) {
		const char *eq = strchr(o->set.items[i], '=');
		if (eq == NULL) {
			return ts_fail(err, "--set=%s: expected NAME=VALUE", o->set.items[i]);
		}
		char *name = ts_xstrndup(o->set.items[i], (size_t)(eq - o->set.items[i]));
		bool ok = set_param(s, "--set", name, eq + 1, &c->used[i], err);
		free(name);
		if (!ok) {
			return false;
		}
	}
	return true;
}

/* Was the value given, rather than a default? Only what the person named is contacted. */
static bool was_given(const struct ts_options *o, const char *name)
{
	if ((strcmp(name, "host") == 0 && o->host != NULL) ||
		(strcmp(name, "port") == 0 && o->port != NULL)) {
		return true;
	}
	size_t n = strlen(name);
	for (size_t i = 0; i < o->set.n; i++) {
		if (strncmp(o->set.items[i], name, n) == 0 && o->set.items[i][n] == '=') {
			return true;
		}
	}
	return false;
}

/* --- running --- */

static void note_missing(struct collection *c, const char *name)
{
	for (size_t i = 0; i < c->nmissing; i++) {
		if (strcmp(c->missing[i], name) == 0) {
			return;
		}
	}
	TS_ARENA_GROW(c->arena, c->missing, c->cap_missing, c->nmissing);
	c->missing[c->nmissing++] = ts_arena_strdup(c->arena, name);
}

/* The checks of an entry that can run; those that lack a parameter are counted. */
static size_t list_jobs(struct collection *c, const struct ts_session *s, struct ts_run_job *jobs)
{
	const struct ts_entry *e = ts_session_entry(s);
	size_t n = 0;
	/* Nodes of other entries come with those entries, unless only some are named. */
	size_t nodes = c->o->entry.n > 0 ? e->nnodes : e->nown;
	for (size_t i = 0; i < nodes; i++) {
		const struct ts_node *node = &e->nodes[i];
		const char *missing = NULL;
		if (node->sql == NULL || !ts_collect_plays(c->o, e, node->machine)) {
			continue;
		}
		for (const char **p = node->params; p != NULL && *p != NULL && missing == NULL; p++) {
			missing = ts_session_get(s, *p) == NULL ? *p : NULL;
		}
		if (missing != NULL) {
			note_missing(c, missing);
			c->skipped++;
			continue;
		}
		jobs[n++] = (struct ts_run_job){ (int)i, node, c->as_of, c->since };
	}
	return n;
}

static void run_jobs(
	struct collection *c, const struct ts_session *s, const struct ts_run_job *jobs, size_t n)
{
	const struct ts_entry *e = ts_session_entry(s);
	c->session = s;
	struct ts_evidence_if evidence = { c, open_conn, as_of, NULL, NULL };
	struct ts_run_param *params = ts_xcalloc(e->nparams + 1, sizeof(*params));
	const char **hosts = ts_xcalloc(e->nparams + 1, sizeof(*hosts));
	size_t nparams = 0, nhosts = 0;
	for (size_t i = 0; i < e->nparams; i++) {
		const char *value = ts_session_get(s, e->params[i].name);
		if (value != NULL) {
			params[nparams++] = (struct ts_run_param){ e->params[i].name, value };
		}
		if (value != NULL && was_given(c->o, e->params[i].name)) {
			hosts[nhosts++] = value;
		}
	}
	struct ts_run_options ro = {
		.evidence = &evidence,
		.timeout_s = c->o->timeout_s,
		.max_connections = CONNECTIONS,
		.workers = n > 1 ? WORKERS : 1,
		.params = params,
		.nparams = nparams,
		.hosts = hosts,
		.cancel = &c->cancel,
	};
	struct ts_round *r = ts_round_new(&ro, jobs, n);
	for (size_t i = 0; i < n; i++) {
		while (!ts_round_wait(r, i, WAIT_MS)) {
			;
		}
		ts_outcome_free(ts_round_take(r, i));
	}
	ts_round_free(r);
	free(hosts);
	free(params);
	c->session = NULL;
	c->checks += n;
}

static bool run_entry(void *ctx, const struct ts_entry *e, struct ts_err *err)
{
	struct collection *c = ctx;
	for (size_t i = 0; i < e->nmachines; i++) {
		const char *name = e->machines[i].name;
		ts_evidence_machine(c->evidence, name);
		if (ts_collect_plays(c->o, e, name)) {
			c->here = true;
			if (!ts_evidence_set_live(c->evidence, name, err)) {
				return false;
			}
		}
	}
	struct ts_session_options so = { .run_checks = false };
	struct ts_session *s = ts_session_new(e, NULL, &so);
	struct ts_run_job *jobs = ts_xcalloc(e->nnodes + 1, sizeof(*jobs));
	bool ok = set_params(c, s, err);
	size_t n = ok ? list_jobs(c, s, jobs) : 0;
	if (n > 0) {
		run_jobs(c, s, jobs, n);
		c->entries++;
	}
	free(jobs);
	ts_session_free(s);
	return ok;
}

/* An option that no entry knows is a mistake, as it is with a report. */
static bool all_used(const struct collection *c, struct ts_err *err)
{
	const struct ts_options *o = c->o;
	if (o->here != NULL && !c->here) {
		return ts_fail(err, "--here=%s: no entry speaks of a machine \"%s\"", o->here, o->here);
	}
	if (o->host != NULL && !c->host) {
		return ts_fail(err, "--host: no entry has the parameter host");
	}
	if (o->port != NULL && !c->port) {
		return ts_fail(err, "--port: no entry has the parameter port");
	}
	for (size_t i = 0; i < o->set.n; i++) {
		if (!c->used[i]) {
			return ts_fail(err, "--set=%s: no entry has that parameter", o->set.items[i]);
		}
	}
	return true;
}

/* --- the bundle --- */

static char *host_name(struct ts_evidence *ev)
{
	static const char sql[] = "SELECT hostname FROM system_info";
	struct ts_budget budget = { .deadline = ts_os_mono_ms() + 5000 };
	struct ts_conn *conn = ts_evidence_open(ev, "here", sql, &budget, NULL);
	sqlite3_stmt *st = conn != NULL ? ts_conn_prepare(conn, sql, NULL, NULL) : NULL;
	char *name = NULL;
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0) != NULL) {
		name = ts_xstrdup((const char *)sqlite3_column_text(st, 0));
	}
	sqlite3_finalize(st);
	ts_conn_free(conn);
	return name != NULL ? name : ts_xstrdup("");
}

/* Names must be known before the first of them is replaced. */
static void learn(struct collection *c, const char *host)
{
	const struct ts_recorded *r;
	ts_redact_learn(c->redactor, TS_SECRET_HOST, host);
	if (c->o->host != NULL) {
		ts_redact_learn(c->redactor, TS_SECRET_HOST, c->o->host);
	}
	for (size_t i = 0; (r = ts_record_get(c->record, i)) != NULL; i++) {
		for (int64_t row = 0; r->scan != NULL && row < r->rows; row++) {
			const struct ts_value *v = ts_scan_cell(r->scan, row, 0);
			for (int k = 0; k < r->table->ncolumns; k++) {
				if (v[k].kind == TS_VALUE_TEXT) {
					ts_redact_learn_cell(c->redactor, r->table->columns[k].name, v[k].s);
				}
			}
		}
	}
}

static const char *redact(void *ctx, const char *text)
{
	return ts_redact(ctx, text);
}

static bool write_bundle(struct collection *c, struct ts_err *err)
{
	struct ts_record_change change = { redact, c->redactor };
	struct ts_kb_info info;
	char *host = host_name(c->evidence);
	learn(c, host);
	struct ts_bundle_writer *w =
		ts_bundle_create(c->o->output, c->as_of, ts_redact(c->redactor, host), err);
	free(host);
	bool ok = w != NULL && ts_bundle_add_info(w, "program", "troubleshoot " TS_VERSION, err) &&
		  ts_bundle_add_info(w, "redact", c->o->redact != NULL ? c->o->redact : "none", err) &&
		  ts_kb_info(c->kb, &info, err) && ts_bundle_add_info(w, "kb", info.sha256, err) &&
		  ts_record_write(c->record, w, &change, err);
	if (!ok) {
		ts_bundle_abandon(w);
		return false;
	}
	return ts_bundle_finish(w, err);
}

/* --- what is in it --- */

static int print_content(struct collection *c)
{
	struct ts_look look;
	struct ts_buf out, line;
	char when[TS_ISO_SIZE];
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	ts_buf_init(&line, 65536);
	ts_cmd_look(c->o, stdout, &look);
	ts_run_iso8601(c->as_of, when);
	ts_buf_printf(&line, "%s: as of %.19sZ, from %zu check%s of %zu entr%s", c->o->output, when,
		c->checks, c->checks == 1 ? "" : "s", c->entries, c->entries == 1 ? "y" : "ies");
	ts_render_text(ts_buf_str(&line), 0, 0, &look, &out);
	ts_buf_clear(&line);
	ts_collect_show(c->record, c->redactor, &look, &out);
	if (c->skipped > 0) {
		ts_buf_putc(&out, '\n');
		ts_buf_printf(&line, "%zu check%s did not run, for want of", c->skipped,
			c->skipped == 1 ? "" : "s");
		for (size_t i = 0; i < c->nmissing; i++) {
			bool known = strcmp(c->missing[i], "host") == 0 || strcmp(c->missing[i], "port") == 0;
			ts_buf_printf(&line, "%s --%s%s%s", i > 0 ? "," : "", known ? "" : "set ",
				c->missing[i], known ? " VALUE" : "=VALUE");
		}
		ts_buf_puts(&line, ".");
		ts_render_text(ts_buf_str(&line), 0, 0, &look, &out);
	}
	ts_buf_putc(&out, '\n');
	ts_render_text(c->o->redact != NULL && strcmp(c->o->redact, "none") != 0
			       ? "Names and addresses are replaced by pseudonyms. Look through it before you "
				 "hand it on."
			       : "It holds names and addresses of this computer as they are; --redact "
				 "replaces them.",
		0, 0, &look, &out);
	ts_buf_finish(&line);
	int status = ts_cmd_emit(c->o, &out, TS_EXIT_OK);
	ts_buf_finish(&out);
	return status;
}

static int collect(struct collection *c)
{
	struct ts_err err;
	const char *how = c->o->redact;
	c->as_of = ts_os_now();
	ts_run_iso8601(c->as_of - c->o->since_s, c->since);
	c->evidence = ts_evidence_new();
	c->record = ts_record_new();
	c->redactor = ts_redact_new(how == NULL || strcmp(how, "none") == 0 ? TS_REDACT_NONE
				    : strcmp(how, "names") == 0             ? TS_REDACT_NAMES
									    : TS_REDACT_STRICT);
	ts_evidence_record(c->evidence, c->record);
	if (!ts_collect_each(c->o, c->kb, run_entry, c, &err) || !all_used(c, &err)) {
		return ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	}
	ts_evidence_record(c->evidence, NULL);
	if (!write_bundle(c, &err)) {
		return ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
	}
	return print_content(c);
}

int ts_cmd_collect(struct ts_options *o)
{
	if (o->nargs > 0) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"collect takes no \"%s\"; an entry is named with --entry=ID", o->args[0]);
	}
	if (o->script == NULL && (o->output == NULL || o->output[0] == '\0')) {
		return ts_cmd_error(
			TS_EXIT_USAGE, "collect needs a file to write to: troubleshoot collect -o bundle.db");
	}
	struct collection c = {
		.o = o, .arena = ts_arena_new(), .used = ts_xcalloc(o->set.n + 1, sizeof(bool))
	};
	atomic_init(&c.cancel, false);
	c.kb = ts_cmd_open_kb(o);
	int status = c.kb == NULL        ? TS_EXIT_NO_KB
		     : o->script != NULL ? ts_collect_script(o, c.kb)
					 : collect(&c);
	ts_redact_free(c.redactor);
	ts_evidence_free(c.evidence);
	ts_record_free(c.record);
	ts_kb_free(c.kb);
	ts_arena_free(c.arena);
	free(c.used);
	return status;
}
