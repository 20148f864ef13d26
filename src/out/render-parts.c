/* out/render-parts.c - the parts that the one-shot report and the guided session both show. */
#include "out/render-parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/gate.h"
#include "base/str.h"
#include "base/utf8.h"
#include "out/flow.h"
#include "out/model.h"
#include "out/render-markdown.h"

#define NAME_MAX_COLUMNS 24 /* of a column's name, before its values stop lining up */

static size_t columns(int n)
{
	return n > 0 ? (size_t)n : 0;
}

void ts_render_text(const char *text, int indent, int hang, const struct ts_look *look, struct ts_buf *out)
{
	struct ts_flow f;
	char *blanks = ts_xasprintf("%*s", hang > 0 ? hang : 0, "");

	ts_flow_init(&f, look, columns(indent), out);
	ts_flow_hang(&f, blanks, columns(hang));
	ts_flow_puts(&f, text);
	ts_flow_end(&f);
	ts_flow_finish(&f);
	free(blanks);
}

void ts_render_marked(const char *marker, size_t width, const char *text, size_t indent,
	const struct ts_look *look, struct ts_buf *out)
{
	struct ts_flow f;
	char *blanks = ts_xasprintf("%*s", (int)width, "");

	ts_flow_init(&f, look, indent, out);
	ts_flow_push(&f, blanks, marker, width);
	ts_flow_puts(&f, text);
	ts_flow_end(&f);
	ts_flow_finish(&f);
	free(blanks);
}

void ts_render_labelled(const char *label, size_t width, const char *text, size_t indent,
	const struct ts_look *look, struct ts_buf *out)
{
	struct ts_buf marker;
	size_t w;

	ts_buf_init(&marker, TS_BUF_MAX_TEXT);
	ts_gate_puts(&marker, label, look->ascii ? TS_GATE_ASCII : 0);
	w = ts_text_width(ts_buf_str(&marker), marker.len);
	ts_buf_fill(&marker, ' ', w < width ? width - w : 2);
	ts_render_marked(ts_buf_str(&marker), w < width ? width : w + 2, text, indent, look, out);
	ts_buf_finish(&marker);
}

void ts_render_heading(const char *text, int level, const struct ts_look *look, struct ts_buf *out)
{
	struct ts_flow f;

	ts_flow_init(&f, look, 0, out);
	ts_flow_style(&f, TS_BOLD, true);
	ts_flow_puts(&f, text);
	ts_flow_style(&f, TS_BOLD, false);
	ts_flow_end(&f);
	ts_flow_underline(&f, level == 1 ? '=' : '-');
	ts_flow_finish(&f);
}

/* ---- checks ---- */

void ts_render_verdict(
	enum ts_verdict v, const char *text, const char *more, const struct ts_look *look, struct ts_buf *out)
{
	const char *word = ts_model_verdict_word(v);
	bool coloured = v == TS_VERDICT_FAIL || v == TS_VERDICT_OK;
	struct ts_buf marker;
	struct ts_flow f;

	ts_buf_init(&marker, TS_BUF_MAX_TEXT);
	if (coloured) {
		ts_style_on(v == TS_VERDICT_OK ? TS_GOOD : TS_BAD, look, &marker);
	}
	ts_buf_puts(&marker, word);
	if (coloured) {
		ts_style_off(look, &marker);
	}
	ts_buf_fill(&marker, ' ', TS_VERDICT_WIDTH - strlen(word));
	ts_flow_init(&f, look, 0, out);
	ts_flow_push(&f, "         ", ts_buf_str(&marker), TS_VERDICT_WIDTH);
	ts_flow_puts(&f, text);
	if (more != NULL) {
		size_t width = TS_VERDICT_WIDTH + ts_text_width(text, strlen(text)) + 2 +
			       ts_text_width(more, strlen(more));

		if (width > f.width) {
			ts_flow_newline(&f);
		} else {
			ts_flow_blank(&f);
			ts_flow_put_solid(&f, " ", 1);
		}
		ts_flow_puts(&f, more);
	}
	ts_flow_end(&f);
	ts_flow_finish(&f);
	ts_buf_finish(&marker);
}

void ts_render_check(const struct ts_session *s, int node, const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_node *n = &ts_session_entry(s)->nodes[node];
	const struct ts_result *r = ts_session_result(s, node);
	enum ts_verdict v = ts_model_verdict(s, node);
	struct ts_arena *a = ts_arena_new();

	if (v == TS_VERDICT_FAIL || v == TS_VERDICT_OK) {
		ts_render_verdict(v, n->title,
			ts_arena_printf(a, "%s (%s)", ts_model_seen(r, a), ts_model_duration(r->ms, a)), look,
			out);
	} else if (v != TS_VERDICT_NONE) {
		ts_render_verdict(v, n->title, NULL, look, out);
		if (r->reason != NULL) {
			ts_render_text(r->reason, TS_VERDICT_WIDTH, 0, look, out);
		}
		if (r->hint != NULL) {
			ts_render_marked("To know: ", 9, r->hint, TS_VERDICT_WIDTH, look, out);
		}
	}
	ts_arena_free(a);
}

void ts_render_rows(const struct ts_result *r, int indent, const struct ts_look *look, struct ts_buf *out)
{
	for (size_t i = 0; i < r->nrows; i++) {
		size_t width = 0;

		if (i > 0) {
			ts_buf_putc(out, '\n');
		}
		for (size_t k = 0; k < r->rows[i].n; k++) {
			size_t w = ts_text_width(r->rows[i].cells[k].name, strlen(r->rows[i].cells[k].name));

			width = w > width ? w : width;
		}
		width = width < NAME_MAX_COLUMNS ? width : NAME_MAX_COLUMNS;
		for (size_t k = 0; k < r->rows[i].n; k++) {
			const struct ts_cell *c = &r->rows[i].cells[k];

			ts_render_labelled(c->name, width + 2, c->text != NULL ? c->text : "NULL",
				columns(indent), look, out);
		}
	}
	if (r->more_rows) {
		ts_render_text("(there were more rows)", indent, 0, look, out);
	}
}

/* ---- causes ---- */

static void put_fact(const char *label, const char *text, const struct ts_look *look, struct ts_buf *out)
{
	if (text != NULL) {
		ts_render_labelled(label, 9, text, 0, look, out);
	}
}

static const char *needs_text(const struct ts_node *n, struct ts_arena *a)
{
	const char *text = NULL;

	for (const char **need = n->needs; need != NULL && *need != NULL; need++) {
		text = ts_arena_printf(a, "%s%s%s", text != NULL ? text : "", text != NULL ? ", " : "",
			ts_model_need(*need));
	}
	return text;
}

static const char *undo_text(const struct ts_node *n, struct ts_arena *a)
{
	if (n->irreversible) {
		return "not possible: what these steps do cannot be taken back";
	}
	if (n->nundo > 0) {
		return ts_arena_printf(
			a, "possible: %zu step%s, shown after the fix", n->nundo, n->nundo == 1 ? "" : "s");
	}
	return n->undo_text != NULL ? "possible: shown after the fix" : NULL;
}

void ts_render_facts(const struct ts_session *s, int node, const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_entry *e = ts_session_entry(s);
	const struct ts_node *n = &e->nodes[node];
	struct ts_arena *a = ts_arena_new();

	put_fact("Where", n->where != NULL ? ts_model_machine(e, n->where, a) : NULL, look, out);
	put_fact("Needs", needs_text(n, a), look, out);
	put_fact("Time", n->minutes > 0 ? ts_model_minutes(n->minutes, a) : NULL, look, out);
	put_fact("Effect", n->effect, look, out);
	put_fact("Risk", n->risk, look, out);
	put_fact("Undo", undo_text(n, a), look, out);
	ts_arena_free(a);
}

void ts_render_command(const char *text, const struct ts_look *look, struct ts_buf *out)
{
	struct ts_str rest = ts_str_of(text), line;
	struct ts_flow f;

	ts_flow_init(&f, look, 0, out);
	while (ts_str_line(&rest, &line)) {
		ts_flow_raw_line(&f, line.p, line.n, TS_CODE_INDENT);
	}
	ts_flow_finish(&f);
}

/* "In PowerShell:", "Or, in Command Prompt:" - blocks of one step are alternatives. */
static void put_commands(const struct ts_session *s, const struct ts_step *step, int indent,
	const struct ts_look *look, struct ts_buf *out)
{
	for (size_t i = 0; i < step->ncommands; i++) {
		const char *shell = ts_model_shell(step->commands[i].shell);
		char *text = ts_session_expand(s, step->commands[i].text);

		if (i > 0) {
			ts_buf_putc(out, '\n');
		}
		if (shell != NULL || i > 0) {
			char *label = shell != NULL ? ts_xasprintf(i > 0 ? "Or, in %s:" : "In %s:", shell)
						    : ts_xstrdup("Or:");

			ts_render_text(label, indent, 0, look, out);
			free(label);
		}
		ts_buf_putc(out, '\n');
		ts_render_command(text, look, out);
		free(text);
	}
}

void ts_render_step_with(const struct ts_session *s, int node, size_t i, bool undo, struct ts_links *links,
	const struct ts_look *look, struct ts_buf *out)
{
	const struct ts_node *n = &ts_session_entry(s)->nodes[node];
	const struct ts_step *step = undo ? &n->undo[i] : &n->steps[i];
	int digits = snprintf(NULL, 0, "%zu", undo ? n->nundo : n->nsteps);
	char marker[48];
	int width = snprintf(marker, sizeof(marker), "%*zu. ", digits + 1, i + 1);
	struct ts_render_options o = {
		.look = look, .session = s, .links = links, .marker = marker, .max = TS_ARTICLE_MAX
	};

	ts_render_markdown_with(step->text, strlen(step->text), &o, out);
	put_commands(s, step, width, look, out);
}

void ts_render_step(const struct ts_session *s, int node, size_t i, bool undo, const struct ts_look *look,
	struct ts_buf *out)
{
	ts_render_step_with(s, node, i, undo, NULL, look, out);
}

void ts_render_entry(const char *markdown, const struct ts_look *look, struct ts_buf *out)
{
	const char *end = strncmp(markdown, "---\n", 4) == 0 ? strstr(markdown, "\n---\n") : NULL;
	struct ts_buf front;

	if (end != NULL) {
		ts_buf_init(&front, TS_BUF_MAX_TEXT);
		ts_buf_puts(&front, "````yaml\n");
		ts_buf_put(&front, markdown + 4, (size_t)(end + 1 - (markdown + 4)));
		ts_buf_puts(&front, "````\n");
		ts_render_markdown(ts_buf_str(&front), front.len, 0, look, out);
		ts_buf_putc(out, '\n');
		ts_buf_finish(&front);
		markdown = end + strlen("\n---\n");
	}
	ts_render_markdown(markdown, strlen(markdown), 0, look, out);
}
