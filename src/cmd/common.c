/* cmd/common.c - what all commands share: messages, finding and opening knowledge bases, looks, writing the result. */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/gate.h"
#include "base/str.h"
#include "cmd/pager.h"
#include "os/os.h"
#include "out/look.h"

static char *last_error;

const char *ts_cmd_last_error(void)
{
	return last_error;
}

void ts_cmd_forget_error(void)
{
	free(last_error);
	last_error = NULL;
}

int ts_cmd_error(int status, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fflush(stdout);
	free(last_error);
	last_error = ts_xvasprintf(fmt, ap);
	va_end(ap);
	ts_gate_fprintf(stderr, "troubleshoot: error: %s\n", last_error);
	return status;
}

void ts_cmd_note(const struct ts_options *o, const char *fmt, ...)
{
	if (o->quiet) {
		return;
	}
	va_list ap;
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	ts_gate_fprintf(stderr, "troubleshoot: note: %s\n", text);
	free(text);
}

static bool exists(const char *path)
{
	struct ts_file_info info;
	return ts_os_stat(path, &info, NULL) && info.kind != TS_FILE_NONE;
}

static bool add_kb(const struct ts_options *o, struct ts_kb *kb, const char *path)
{
	struct ts_err err;
	struct ts_diags *d = ts_diags_new();
	if (o->debug) {
		ts_gate_fprintf(stderr, "troubleshoot: debug: knowledge base %s\n", path);
	}
	bool ok = ts_kb_add(kb, path, d, &err);
	if (ts_diags_count(d, TS_ERROR) > 0) {
		ts_diags_print(d, stderr);
	}
	ts_diags_free(d);
	if (!ok) {
		ts_cmd_error(0, "%s", err.text);
	}
	return ok;
}

/* The system's kb.db: beside the program (as installed, then as built), then XDG_DATA_DIRS. The caller frees; NULL when there is none. */
static char *system_kb(const struct ts_options *o)
{
	static const char *const beside[] = { "../share/troubleshoot/kb.db", "../kb/kb.db" };
	char *exe = ts_os_exe_dir();
	char *found = NULL;
	for (size_t i = 0; exe != NULL && found == NULL && i < TS_COUNT(beside); i++) {
		char *path = ts_xasprintf("%s/%s", exe, beside[i]);
		if (exists(path)) {
			found = path;
		} else {
			free(path);
		}
	}
	free(exe);
	for (int i = 0; found == NULL; i++) {
		char *dir = ts_os_dir_system(i);
		if (dir == NULL) {
			break;
		}
		char *path = ts_xasprintf("%s/kb.db", dir);
		free(dir);
		if (o->debug) {
			ts_gate_fprintf(stderr, "troubleshoot: debug: looking for %s\n", path);
		}
		if (exists(path)) {
			found = path;
		} else {
			free(path);
		}
	}
	return found;
}

static bool open_listed(const struct ts_options *o, struct ts_kb *kb, const char *list)
{
	const char *p = list, mark[] = { ts_os_list_mark(), 0 };
	while (*p != 0) {
		size_t n = strcspn(p, mark);
		char *path = ts_xstrndup(p, n);
		bool ok = n == 0 || add_kb(o, kb, path);
		free(path);
		if (!ok) {
			return false;
		}
		p += n + (p[n] != 0);
	}
	return true;
}

/* The person's own entries, where there are any. With elevated rights only the system's knowledge is believed. */
static bool open_own(const struct ts_options *o, struct ts_kb *kb)
{
	char *data = ts_os_elevated() ? NULL : ts_os_dir_data();
	if (data == NULL) {
		return true;
	}
	char *own = ts_xasprintf("%s/kb", data);
	bool ok = !exists(own) || add_kb(o, kb, own);
	free(own);
	free(data);
	return ok;
}

static bool add_builtin(struct ts_kb *kb)
{
	struct ts_err err;
	bool ok = ts_kb_add_builtin(kb, &err);
	if (!ok) {
		ts_cmd_error(0, "%s", err.text);
	}
	return ok;
}

struct ts_kb *ts_cmd_open_kb(const struct ts_options *o)
{
	struct ts_kb *kb = ts_kb_new();
	const char *listed = ts_os_env("TROUBLESHOOT_KB");
	bool ok = true;
	if (o->kb.n > 0) {
		for (size_t i = 0; ok && i < o->kb.n; i++) {
			ok = add_kb(o, kb, o->kb.items[i]);
		}
	} else if (listed != NULL) {
		ok = open_listed(o, kb, listed);
	} else {
		/* Own entries come first: they may speak to a code that the system's speak to as well. */
		bool builtin = ts_kb_has_builtin();
		char *path = builtin ? NULL : system_kb(o);
		if (builtin) {
			ok = open_own(o, kb) && add_builtin(kb);
		} else if (path == NULL) {
			ts_cmd_error(0, "no knowledge base was found: expected share/troubleshoot/kb.db "
					"beside the program or in XDG_DATA_DIRS; name one with --kb=PATH");
			ok = false;
		} else {
			ok = open_own(o, kb) && add_kb(o, kb, path);
		}
		free(path);
	}
	if (!ok) {
		ts_kb_free(kb);
		return NULL;
	}
	return kb;
}

/* Position of a choice in the option table's order: auto, always or utf-8, never or ascii. */
static int choice(const char *value, const char *first, const char *second)
{
	return value == NULL ? 0 : strcmp(value, first) == 0 ? 1 : strcmp(value, second) == 0 ? 2 : 0;
}

void ts_cmd_look(const struct ts_options *o, FILE *f, struct ts_look *look)
{
	struct ts_look_options lo = {
		.color = (enum ts_when)choice(o->color, "always", "never"),
		.hyperlinks = (enum ts_when)choice(o->hyperlinks, "always", "never"),
		.charset = (enum ts_charset)choice(o->charset, "utf-8", "ascii"),
		.width_given = o->width != NULL,
		.width = o->width != NULL ? atoi(o->width) : 0,
		.accessible = ts_cmd_accessible(o),
	};
	ts_look_decide(look, f, &lo);
}

bool ts_cmd_accessible(const struct ts_options *o)
{
	return o->accessible || ts_os_env("ACCESSIBLE") != NULL;
}

int ts_cmd_emit(const struct ts_options *o, const struct ts_buf *out, int status)
{
	if (out->len > 0 && ts_pager_show(o, out)) {
		return status;
	}
	if (out->len > 0) {
		(void)ts_gate_write(stdout, out->data, out->len);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		/* A reader that has seen enough (head, less) is no error. */
		return ts_os_reader_gone(errno)
			       ? status
			       : ts_cmd_error(TS_EXIT_INTERNAL, "standard output: %s", strerror(errno));
	}
	return status;
}
