/* cmd/kb-list.c - `kb list`, `kb show ID`, and the list of what a search found. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"

/* A snippet's marks \001 and \002 become bold, or nothing. */
static void put_snippet(const char *s, const struct ts_look *look, struct ts_buf *out)
{
	for (; *s != 0; s++) {
		if (*s == '\001') {
			ts_style_on(TS_BOLD, look, out);
		} else if (*s == '\002') {
			ts_style_off(look, out);
		} else {
			size_t n = strcspn(s, "\001\002");
			ts_gate_put(out, s, n, look->ascii ? TS_GATE_ASCII : 0);
			s += n - 1;
		}
	}
}

static void put_hit(const struct ts_hit *h, const struct ts_look *look, struct ts_buf *out)
{
	ts_style_on(TS_BOLD, look, out);
	ts_gate_puts(out, h->id, look->ascii ? TS_GATE_ASCII : 0);
	ts_style_off(look, out);
	ts_buf_putc(out, '\n');
	ts_render_text(h->title, 2, 0, look, out);
	if (h->snippet != NULL) {
		ts_buf_puts(out, "  ");
		put_snippet(h->snippet, look, out);
		ts_buf_putc(out, '\n');
	}
}

static void json_hits(const struct ts_hit *hits, size_t n, struct ts_buf *out)
{
	struct ts_json j;
	ts_json_init(&j, out, true);
	ts_json_array(&j);
	for (size_t i = 0; i < n; i++) {
		ts_json_object(&j);
		ts_json_kstr(&j, "id", hits[i].id);
		ts_json_kstr(&j, "title", hits[i].title);
		ts_json_kstr(&j, "summary", hits[i].summary);
		ts_json_end(&j);
	}
	ts_json_end(&j);
	ts_buf_putc(out, '\n');
}

int ts_cmd_print_hits(const struct ts_options *o, const struct ts_hit *hits, size_t n)
{
	struct ts_look look;
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &look);
	if (o->format != NULL && strcmp(o->format, "json") == 0) {
		json_hits(hits, n, &b);
	} else {
		for (size_t i = 0; i < n; i++) {
			put_hit(&hits[i], &look, &b);
		}
	}
	int status = ts_cmd_emit(o, &b, n > 0 ? TS_EXIT_OK : TS_EXIT_UNKNOWN);
	ts_buf_finish(&b);
	if (n == 0) {
		ts_cmd_note(o, "nothing was found");
	}
	return status;
}

int ts_cmd_kb_list(struct ts_options *o)
{
	struct ts_kb *kb = ts_cmd_open_kb(o);
	if (kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	struct ts_arena *a = ts_arena_new();
	struct ts_hit *hits;
	size_t n = ts_kb_list(kb, o->product, a, &hits);
	int status = ts_cmd_print_hits(o, hits, n);
	ts_arena_free(a);
	ts_kb_free(kb);
	return status;
}

int ts_cmd_kb_show(struct ts_options *o)
{
	const char *id = o->show != NULL ? o->show : o->nargs == 1 ? o->args[0] : NULL;
	if (id == NULL) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"kb show needs the id of one entry: troubleshoot kb show rdp/0x904-0x7");
	}
	struct ts_kb *kb = ts_cmd_open_kb(o);
	if (kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	struct ts_err err;
	int status;
	char *text = ts_kb_markdown(kb, id, &err);
	if (text == NULL) {
		status = ts_cmd_error(TS_EXIT_UNKNOWN, "%s", err.text);
	} else {
		struct ts_look look;
		struct ts_buf b;
		ts_buf_init(&b, TS_BUF_MAX_TEXT);
		ts_cmd_look(o, stdout, &look);
		if (o->format != NULL && strcmp(o->format, "markdown") == 0) {
			ts_gate_puts(&b, text, TS_GATE_TABS | TS_GATE_NEWLINES);
		} else {
			ts_render_entry(text, &look, &b);
		}
		status = ts_cmd_emit(o, &b, TS_EXIT_OK);
		ts_buf_finish(&b);
		free(text);
	}
	ts_kb_free(kb);
	return status;
}
