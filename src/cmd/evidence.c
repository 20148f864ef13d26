/* cmd/evidence.c - `evidence PATH`: what a folder, archive or file holds as evidence of a machine, what was skipped, and
 * what is missing. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "base/str.h"
#include "decode/datetime.h"
#include "table/files.h"

#define SKIPPED_SHOWN 20 /* without --verbose */

/* "2020-09-19 04:51" */
static const char *time_text(int64_t t, char out[32])
{
	struct ts_calendar c = ts_calendar_of(t);
	snprintf(out, 32, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
	return out;
}

/* --- for people --- */

static void put_line(struct ts_buf *line, int hang, const struct ts_look *look, struct ts_buf *out)
{
	ts_render_text(ts_buf_str(line), 2, hang, look, out);
	ts_buf_clear(line);
}

static void put_item(const struct ts_files_item *item, const struct ts_look *look, struct ts_buf *out)
{
	char from[32], to[32];
	struct ts_buf line;
	ts_buf_init(&line, 8192);
	ts_buf_printf(&line, "%s: %s", item->path, item->kind);
	if (item->what != NULL) {
		ts_buf_printf(&line, ", %s", item->what);
	}
	if (item->records >= 0) {
		ts_buf_printf(
			&line, ", %lld record%s", (long long)item->records, item->records == 1 ? "" : "s");
	}
	if (item->oldest > 0) {
		ts_buf_printf(
			&line, ", %s to %s", time_text(item->oldest, from), time_text(item->newest, to));
	} else if (item->newest > 0) {
		ts_buf_printf(&line, ", as of %s", time_text(item->newest, to));
	}
	if (item->computer != NULL) {
		ts_buf_printf(&line, ", of %s", item->computer);
	}
	if (item->note != NULL) {
		ts_buf_printf(&line, " (%s)", item->note);
	}
	put_line(&line, 4, look, out);
	ts_buf_finish(&line);
}

static void put_found(const struct ts_files *f, const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_files_item *item;
	ts_render_heading("Found", 2, look, out);
	for (size_t i = 0; (item = ts_files_item(f, i)) != NULL; i++) {
		put_item(item, look, out);
	}
	if (ts_files_item(f, 0) == NULL) {
		ts_render_text("Nothing: no event log, no registry hive or export, no list of sockets, no "
			       "certificate.",
			2, 2, look, out);
	}
}

static void put_skipped(
	const struct ts_files *f, bool verbose, const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_skipped *s;
	struct ts_buf line;
	size_t all, i = 0;
	ts_buf_init(&line, 8192);
	for (; (s = ts_files_skipped(f, i, &all)) != NULL && (verbose || i < SKIPPED_SHOWN); i++) {
		if (i == 0) {
			ts_buf_putc(out, '\n');
			ts_render_heading("Skipped", 2, look, out);
		}
		ts_buf_printf(&line, "%s: %s", s->path, s->why);
		put_line(&line, 4, look, out);
	}
	if (all > i) {
		ts_buf_printf(&line, "and %zu more%s", all - i, verbose ? "" : " (--verbose names them)");
		put_line(&line, 2, look, out);
	}
	ts_buf_finish(&line);
}

static void put_missing(struct ts_files *f, const struct ts_look *look, struct ts_buf *out)
{
	const char *table, *file;
	struct ts_buf line;
	ts_buf_init(&line, 4096);
	for (size_t i = 0; ts_files_missing(f, i, &table, &file); i++) {
		if (i == 0) {
			ts_buf_putc(out, '\n');
			ts_render_heading("Missing", 2, look, out);
		}
		ts_buf_printf(&line, "%s: %s", table, file);
		put_line(&line, 4, look, out);
	}
	ts_buf_finish(&line);
}

static void put_text(const struct ts_options *o, struct ts_files *f, struct ts_buf *out)
{
	char as_of[32];
	struct ts_look look;
	struct ts_buf line;
	ts_cmd_look(o, stdout, &look);
	ts_buf_init(&line, 8192);
	for (size_t i = 0; ts_files_computer(f, i) != NULL; i++) {
		ts_buf_printf(&line, "%s%s", i > 0 ? ", " : "Computer: ", ts_files_computer(f, i));
	}
	if (line.len > 0) {
		ts_render_text(ts_buf_str(&line), 0, 2, &look, out);
		ts_buf_clear(&line);
	}
	if (ts_files_item(f, 0) != NULL) {
		ts_buf_printf(&line, "Judged as of: %s UTC, the newest moment that is known from it",
			time_text(ts_files_as_of(f), as_of));
		ts_render_text(ts_buf_str(&line), 0, 2, &look, out);
		ts_buf_clear(&line);
	}
	if (ts_files_remark(f) != NULL) {
		ts_buf_printf(&line, "Note: %s.", ts_files_remark(f));
		ts_render_text(ts_buf_str(&line), 0, 2, &look, out);
	}
	ts_buf_putc(out, out->len > 0 ? '\n' : ' ');
	if (out->len == 1) {
		ts_buf_clear(out);
	}
	ts_buf_finish(&line);
	put_found(f, &look, out);
	put_skipped(f, o->verbose, &look, out);
	put_missing(f, &look, out);
}

/* --- for programs --- */

static void key_time(struct ts_json *j, const char *key, int64_t t)
{
	char text[40];
	struct ts_calendar c = ts_calendar_of(t);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour,
		c.minute, c.second);
	ts_json_kstr(j, key, t > 0 ? text : NULL);
}

static void put_json_item(struct ts_json *j, const struct ts_files_item *item)
{
	ts_json_object(j);
	ts_json_kstr(j, "path", item->path);
	ts_json_kstr(j, "kind", item->kind);
	ts_json_kstr(j, "computer", item->computer);
	ts_json_kstr(j, "what", item->what);
	key_time(j, "oldest", item->oldest);
	key_time(j, "newest", item->newest);
	ts_json_key(j, "records");
	if (item->records >= 0) {
		ts_json_int(j, item->records);
	} else {
		ts_json_null(j);
	}
	ts_json_kstr(j, "note", item->note);
	ts_json_kbool(j, "used", item->used);
	ts_json_end(j);
}

static void put_json(const char *path, struct ts_files *f, struct ts_buf *out)
{
	const struct ts_files_item *item;
	const struct ts_skipped *s;
	const char *table, *file;
	size_t all;
	struct ts_json j;
	ts_json_init(&j, out, true);
	ts_json_object(&j);
	ts_json_kstr(&j, "schema", "troubleshoot.evidence");
	ts_json_kint(&j, "version", 1);
	ts_json_kstr(&j, "program", TS_VERSION);
	ts_json_kstr(&j, "path", path);
	key_time(&j, "as_of", ts_files_item(f, 0) != NULL ? ts_files_as_of(f) : 0);
	ts_json_kstr(&j, "remark", ts_files_remark(f));
	ts_json_key(&j, "computers");
	ts_json_array(&j);
	for (size_t i = 0; ts_files_computer(f, i) != NULL; i++) {
		ts_json_str(&j, ts_files_computer(f, i));
	}
	ts_json_end(&j);
	ts_json_key(&j, "found");
	ts_json_array(&j);
	for (size_t i = 0; (item = ts_files_item(f, i)) != NULL; i++) {
		put_json_item(&j, item);
	}
	ts_json_end(&j);
	ts_json_key(&j, "skipped");
	ts_json_array(&j);
	for (size_t i = 0; (s = ts_files_skipped(f, i, &all)) != NULL; i++) {
		ts_json_object(&j);
		ts_json_kstr(&j, "path", s->path);
		ts_json_kstr(&j, "why", s->why);
		ts_json_end(&j);
	}
	ts_json_end(&j);
	ts_json_kint(&j, "skipped_count", (int64_t)all);
	ts_json_key(&j, "missing");
	ts_json_array(&j);
	for (size_t i = 0; ts_files_missing(f, i, &table, &file); i++) {
		ts_json_object(&j);
		ts_json_kstr(&j, "table", table);
		ts_json_kstr(&j, "file", file);
		ts_json_end(&j);
	}
	ts_json_end(&j);
	ts_json_end(&j);
	ts_buf_putc(out, '\n');
}

int ts_cmd_evidence(struct ts_options *o)
{
	if (o->nargs < 1) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"evidence needs a folder, a file or an archive: troubleshoot evidence PATH");
	}
	struct ts_err err;
	struct ts_files *f = ts_files_open(o->args, (size_t)o->nargs, true, &err);
	if (f == NULL) {
		return ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	if (o->format != NULL && strcmp(o->format, "json") == 0) {
		put_json(o->args[0], f, &b);
	} else {
		put_text(o, f, &b);
	}
	int status = ts_cmd_emit(o, &b, TS_EXIT_OK);
	ts_buf_finish(&b);
	ts_files_free(f);
	return status;
}
