/* cmd/guided.c - the guided session and the program around it: starting, keeping, exporting. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/diagnosis.h"
#include "engine/store.h"
#include "os/os.h"
#include "ui/guide.h"

static void asked(void *ctx, const char *from, const struct ts_recognised *rec)
{
	struct ts_diagnosis *d = ctx;
	ts_lookup_typed(&d->look, d->kb, from, rec);
}

static struct ts_session *start(
	void *ctx, const char *id, const struct ts_kept *kept, struct ts_buf *lost, struct ts_err *err)
{
	struct ts_diagnosis *d = ctx;
	ts_diagnosis_close(d);
	if (kept != NULL) {
		ts_lookup_kept(&d->look, d->kb, kept->head.asked_by, kept->head.code, kept->head.ext);
	}
	if (!ts_diagnosis_open(d, id, kept, lost, err)) {
		ts_diagnosis_close(d);
		return NULL;
	}
	return d->session;
}

static void end(void *ctx, struct ts_session *s)
{
	struct ts_diagnosis *d = ctx;
	if (s == d->session) {
		ts_diagnosis_close(d);
	}
}

static void head(void *ctx, struct ts_kept_head *head)
{
	struct ts_diagnosis *d = ctx;
	struct ts_err err;
	if (d->info.sha256[0] == 0) {
		(void)ts_kb_info(d->kb, &d->info, &err);
	}
	*head = (struct ts_kept_head){
		.entry = d->entry->id,
		.title = d->entry->title,
		.kb = d->info.sha256,
		.program = TS_VERSION,
		.code = d->look.code,
		.ext = d->look.ext,
		.asked_by = d->look.from,
		.since_s = d->o->since_s,
		.machines = d->kept_machines,
	};
	while (head->machines != NULL && head->machines[head->nmachines].name != NULL) {
		head->nmachines++;
	}
}

static bool export_report(void *ctx, struct ts_session *s, const char *verified, const char *path,
	char **written, struct ts_err *err)
{
	struct ts_diagnosis *d = ctx;
	struct ts_report r;
	(void)s;
	d->verified = verified;
	ts_diagnosis_report(d, &r, true);
	if (path != NULL) {
		*written = ts_xstrdup(path);
	} else {
		const char *slash = strrchr(d->entry->id, '/');
		*written = ts_xasprintf("%s.md", slash != NULL ? slash + 1 : d->entry->id);
	}
	return ts_diagnosis_export(&r, *written, err);
}

struct ts_store *ts_cmd_open_store(struct ts_err *err)
{
	char *folder = ts_os_dir_state();
	if (folder == NULL) {
		ts_fail(err, "this system names no folder for it: neither XDG_STATE_HOME nor HOME is set");
		return NULL;
	}
	struct ts_store *st = ts_store_open(folder, err);
	free(folder);
	return st;
}

int ts_cmd_guided(struct ts_diagnosis *d, int64_t resume)
{
	struct ts_look look;
	struct ts_err err;
	struct ts_guide_host host = { d, asked, start, end, head, export_report };
	const char *osc52 = ts_os_env("TROUBLESHOOT_COPY");
	char *folder = ts_os_dir_state();
	char *history = folder != NULL && !d->o->no_session ? ts_xasprintf("%s/history", folder) : NULL;
	struct ts_guide_options go = {
		.entry = d->look.entry,
		.product = d->o->product,
		.resume = resume,
		.history = history,
		.copy_to_terminal = osc52 != NULL && strcmp(osc52, "osc52") == 0,
		.no_input = d->o->no_input,
		.progress = !d->o->quiet && !ts_cmd_accessible(d->o) && ts_os_isatty(stderr),
	};
	ts_cmd_look(d->o, stdout, &look);
	if (ts_cmd_accessible(d->o)) {
		puts("Accessible mode is on.");
	}
	if (d->look.entry == NULL && d->look.nhits > 0) {
		go.entry = d->look.hits[0].id;
	}
	if (!d->o->no_session) {
		go.store = ts_cmd_open_store(&err);
		if (go.store == NULL) {
			ts_cmd_note(d->o, "this session cannot be kept: %s", err.text);
		}
	}
	d->ask = true;
	int status = ts_guide_run(&host, d->kb, &look, &go);
	ts_store_close(go.store);
	free(history);
	free(folder);
	return status;
}
