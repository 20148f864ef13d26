/* cmd/collect-show.c - what a collection holds, and what it could not see, for the person who hands it on. */
#include "cmd/collect.h"

#include "table/record.h"

static void put_line(struct ts_buf *line, int hang, const struct ts_look *look, struct ts_buf *out)
{
	ts_render_text(ts_buf_str(line), 2, hang, look, out);
	ts_buf_clear(line);
}

/* "registry HKEY_LOCAL_MACHINE\...: 3 rows", one line per subject, its gaps behind it. */
static void put_recorded(const struct ts_recorded *r, struct ts_redactor *names, struct ts_buf *line)
{
	ts_buf_printf(line, "%s", r->table->name);
	if (r->subject[0] != '\0') {
		ts_buf_printf(line, " %s", ts_redact(names, r->subject));
	}
	if (r->scope[0] != '\0') {
		ts_buf_printf(line, " (%s)", ts_redact(names, r->scope));
	}
	ts_buf_printf(line, ": %lld row%s", (long long)r->rows, r->rows == 1 ? "" : "s");
	for (size_t k = 0; k < r->ledger->n; k++) {
		const struct ts_ledger_line *l = &r->ledger->lines[k];
		if (l->seen != TS_SEEN_READ) {
			ts_buf_printf(line, ", %s", ts_seen_name(l->seen));
		}
		if (l->detail[0] != '\0') {
			ts_buf_printf(line, ": %s", ts_redact(names, l->detail));
		}
	}
}

static bool has_gap(const struct ts_recorded *r)
{
	for (size_t k = 0; k < r->ledger->n; k++) {
		if (ts_seen_is_gap(r->ledger->lines[k].seen)) {
			return true;
		}
	}
	return false;
}

/* Is all that is known of it that this system has no such table? */
static bool is_foreign(const struct ts_recorded *r)
{
	return r->table->fill == NULL && r->scan != NULL && r->rows == 0;
}

/* The tables of other systems in one line: on Linux nobody misses the registry. */
static void put_foreign(struct ts_record *record, const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_recorded *r;
	const struct ts_table *last = NULL;
	struct ts_buf line;
	ts_buf_init(&line, 65536);
	for (size_t i = 0; (r = ts_record_get(record, i)) != NULL; i++) {
		if (is_foreign(r) && r->table != last) {
			ts_buf_printf(&line, "%s%s", last == NULL ? "Not available on this system: " : ", ",
				r->table->name);
			last = r->table;
		}
	}
	if (last != NULL) {
		ts_buf_putc(&line, '.');
		ts_buf_putc(out, '\n');
		ts_render_text(ts_buf_str(&line), 0, 0, look, out);
	}
	ts_buf_finish(&line);
}

static void put_part(struct ts_record *record, struct ts_redactor *names, const char *title, bool gaps,
	const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_recorded *r;
	struct ts_buf line;
	bool any = false;
	ts_buf_init(&line, 65536);
	for (size_t i = 0; (r = ts_record_get(record, i)) != NULL; i++) {
		/* A scope in brackets is a line of the ledger about a part that is listed as a whole. */
		if (r->scope[0] == '(' || is_foreign(r) || has_gap(r) != gaps) {
			continue;
		}
		if (!any) {
			ts_buf_putc(out, '\n');
			ts_render_heading(title, 2, look, out);
		}
		any = true;
		put_recorded(r, names, &line);
		put_line(&line, 4, look, out);
	}
	ts_buf_finish(&line);
}

void ts_collect_show(
	struct ts_record *record, struct ts_redactor *names, const struct ts_look *look, struct ts_buf *out)
{
	put_part(record, names, "In it", false, look, out);
	put_part(record, names, "Gaps", true, look, out);
	put_foreign(record, look, out);
}
