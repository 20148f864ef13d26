/* cmd/kb-lint.c - `kb lint DIR...` and `kb build DIR... -o FILE`: read packs, report every problem, compile. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/gate.h"
#include "cmd/kb-lint-format.h"
#include "kb/compile.h"
#include "kb/lint.h"
#include "os/os.h"

/* Read and lint one folder, problems printed unless quiet. NULL when the folder cannot be read or an entry has an error. *d holds the sources. */
static struct ts_pack_set *read_folder(
	const char *dir, bool quiet, struct ts_diags **d, size_t *warnings, bool *unreadable)
{
	struct ts_err err;
	*d = ts_diags_new();
	struct ts_pack_set *set = ts_pack_read(dir, *d, &err);
	if (set == NULL) {
		ts_cmd_error(0, "%s", err.text);
		*unreadable = true;
		return NULL;
	}
	ts_lint(set, ts_os_now(), *d);
	if (!quiet) {
		ts_diags_print(*d, stderr);
	}
	*warnings += ts_diags_count(*d, TS_WARNING);
	if (ts_diags_count(*d, TS_ERROR) > 0) {
		ts_pack_set_free(set);
		return NULL;
	}
	return set;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_totals(size_t entries, size_t errors, size_t warnings)
{
	if (errors == 0) {
		printf("%zu entr%s, no errors, %zu warning%s\n", entries, entries == 1 ? "y" : "ies",
			warnings, plural(warnings));
	} else {
		printf("%zu error%s, %zu warning%s\n", errors, plural(errors), warnings, plural(warnings));
	}
}

int ts_cmd_kb_lint(struct ts_options *o)
{
	size_t entries = 0, errors = 0, warnings = 0;
	bool unreadable = false, document = o->format != NULL && strcmp(o->format, "terminal") != 0;
	bool sarif = document && strcmp(o->format, "sarif") == 0;
	struct ts_lint_format f;
	struct ts_buf b;
	if (o->nargs == 0) {
		return ts_cmd_error(TS_EXIT_USAGE, "kb lint needs a folder: troubleshoot kb lint kb");
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_lint_format_begin(&f, sarif, &b);
	for (int i = 0; i < o->nargs; i++) {
		struct ts_diags *d;
		struct ts_pack_set *set = read_folder(o->args[i], document, &d, &warnings, &unreadable);
		entries += set != NULL ? set->nentries : 0;
		errors += ts_diags_count(d, TS_ERROR);
		ts_lint_format_add(&f, d);
		ts_pack_set_free(set);
		ts_diags_free(d);
	}
	ts_lint_format_end(&f, entries, errors, warnings, &b);
	int status = unreadable ? TS_EXIT_NO_KB : errors > 0 ? TS_EXIT_CONFIRMED : TS_EXIT_OK;
	/* With JSON, a folder that cannot be read is told by the error's document, and there is only one. */
	if (document && (sarif || !unreadable)) {
		status = ts_cmd_emit(o, &b, status);
	} else if (!document && !o->quiet && !unreadable) {
		print_totals(entries, errors, warnings);
	}
	ts_buf_finish(&b);
	return status;
}

int ts_cmd_kb_build(struct ts_options *o)
{
	struct ts_diags *d;
	struct ts_err err;
	size_t warnings = 0;
	bool unreadable = false;
	if (o->nargs != 1 || o->output == NULL || *o->output == 0) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"kb build needs one folder and the file to make: troubleshoot kb build kb -o kb.db");
	}
	struct ts_pack_set *set = read_folder(o->args[0], false, &d, &warnings, &unreadable);
	int status = TS_EXIT_OK;
	if (set == NULL) {
		status = unreadable ? TS_EXIT_NO_KB : TS_EXIT_CONFIRMED;
		ts_cmd_note(o, "%s was not written", o->output);
	} else if (!ts_compile(set, o->output, &err)) {
		status = ts_cmd_error(TS_EXIT_INTERNAL, "%s", err.text);
	} else if (!o->quiet) {
		ts_gate_fprintf(stdout, "%s: %zu entr%s\n", o->output, set->nentries,
			set->nentries == 1 ? "y" : "ies");
	}
	ts_pack_set_free(set);
	ts_diags_free(d);
	return status;
}
