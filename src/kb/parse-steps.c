/* kb/parse-steps.c - ordered lists of steps with their commands. */
#include <string.h>
#include "base/str.h"
#include "kb/parse-int.h"

const char *const ts_shells[] = { "powershell", "bat", "sh", "reg", "text", NULL };

/* The literal of a code block without its final newline and without carriage returns. */
static const char *command_text(struct ts_parse *p, cmark_node *code)
{
	const char *literal = cmark_node_get_literal(code);
	size_t n = strlen(literal), kept = 0;
	char *text = ts_arena_alloc(p->r.arena, n + 1);

	for (size_t i = 0; i < n; i++) {
		if (literal[i] != '\r') {
			text[kept++] = literal[i];
		}
	}
	text[kept > 0 && text[kept - 1] == '\n' ? kept - 1 : kept] = '\0';
	return text;
}

static void read_command(struct ts_parse *p, cmark_node *code, struct ts_command *c)
{
	struct ts_span fence = ts_text_first_line(p, code);
	const char *info = cmark_node_get_fence_info(code);
	size_t n = info != NULL ? strcspn(info, " \t") : 0;
	bool closed, fenced = ts_text_fenced(p, code, &closed);
	int last = cmark_node_get_end_line(code) + p->cut;

	c->shell = ts_arena_strndup(p->r.arena, info != NULL ? info : "", n);
	c->text = command_text(p, code);
	c->span.off = ts_text_line(p, ts_text_first(p, code) + (fenced ? 1 : 0));
	c->span.len = ts_text_line_end(p, fenced && closed ? last - 1 : last);
	c->span.len = c->span.len > c->span.off ? c->span.len - c->span.off : 0;
	if (!fenced) {
		PARSE_ERROR(p, "code-without-shell", fence,
			"indented code has no shell: put it between ``` lines with its shell, for example "
			"```powershell");
	} else if (n == 0) {
		PARSE_ERROR(p, "code-without-shell", fence, "a command needs its shell behind the ```: %s",
			ts_field_list(p->r.arena, ts_shells));
	} else {
		const char *const *s = ts_shells;

		while (*s != NULL && strcmp(*s, c->shell) != 0) {
			s++;
		}
		if (*s == NULL) {
			PARSE_ERROR(p, "unknown-shell", fence, "unknown shell \"%s\"%s", c->shell,
				ts_field_hint(p->r.arena, c->shell, ts_shells));
		}
	}
	if (fenced && !closed) {
		PARSE_ERROR(p, "code-open", fence,
			"this code block has no end: write a line of the same marks behind it");
	}
	if (c->text[strspn(c->text, " \t\n")] == '\0') {
		PARSE_ERROR(p, "empty-value", fence, "this code block is empty");
	}
}

/* Code deeper inside a step cannot be told from its text. */
static void check_nested(struct ts_parse *p, cmark_node *block)
{
	cmark_iter *it = cmark_iter_new(block);

	while (cmark_iter_next(it) != CMARK_EVENT_DONE) {
		cmark_node *n = cmark_iter_get_node(it);

		if (cmark_node_get_type(n) == CMARK_NODE_CODE_BLOCK) {
			PARSE_ERROR(p, "code-outside-step", ts_text_first_line(p, n),
				"commands stand right inside a step, not in a list or quotation within it");
		} else if (cmark_node_get_type(n) == CMARK_NODE_HEADING) {
			PARSE_ERROR(p, "heading", ts_text_first_line(p, n),
				"a heading cannot stand inside a step");
		}
	}
	cmark_iter_free(it);
}

/* Text of the step: the item's lines without its mark and without those of its commands. */
static const char *step_text(struct ts_parse *p, cmark_node *item)
{
	cmark_node *child = cmark_node_first_child(item);
	int indent, line, last = ts_text_last(p, item);
	struct ts_buf b;
	const char *text;

	if (child == NULL) {
		return "";
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	indent = cmark_node_get_start_column(child) - 1;
	line = ts_text_first(p, child);
	if (cmark_node_get_type(child) != CMARK_NODE_CODE_BLOCK) {
		size_t from = ts_text_span(p, child).off;

		ts_buf_put(&b, p->text + from, ts_text_line_end(p, line) - from);
		ts_buf_putc(&b, '\n');
		line++;
	}
	for (; child != NULL; child = cmark_node_next(child)) {
		if (cmark_node_get_type(child) == CMARK_NODE_CODE_BLOCK) {
			ts_text_lines(p, line, ts_text_first(p, child) - 1, indent, &b);
			line = cmark_node_get_end_line(child) + p->cut + 1;
		}
	}
	ts_text_lines(p, line, last, indent, &b);
	while (b.len > 0 && strchr(" \t\n", b.data[b.len - 1]) != NULL) {
		b.len--;
	}
	text = ts_arena_strndup(p->r.arena, b.len > 0 ? b.data : "", b.len);
	ts_buf_finish(&b);
	return text;
}

static void read_step(struct ts_parse *p, cmark_node *item, struct ts_step *s)
{
	size_t cap = 0;

	s->span = ts_text_first_line(p, item);
	s->text = step_text(p, item);
	for (cmark_node *b = cmark_node_first_child(item); b != NULL; b = cmark_node_next(b)) {
		if (cmark_node_get_type(b) != CMARK_NODE_CODE_BLOCK) {
			check_nested(p, b);
		} else if (s->ncommands == TS_ENTRY_ITEMS_MAX) {
			PARSE_ERROR(p, "limit", ts_text_first_line(p, b),
				"a step may have %d commands, not more", TS_ENTRY_ITEMS_MAX);
			break;
		} else {
			TS_ARENA_GROW(p->r.arena, s->commands, cap, s->ncommands);
			memset(&s->commands[s->ncommands], 0, sizeof(*s->commands));
			read_command(p, b, &s->commands[s->ncommands++]);
		}
	}
	if (s->text[0] == '\0') {
		PARSE_ERROR(p, "empty-value", s->span, "a step needs a sentence that says what to do");
	}
}

void ts_steps_read(struct ts_parse *p, cmark_node *list, struct ts_step **steps, size_t *nsteps)
{
	/* steps go on in a second list where a command at the wrong indentation cut the first one */
	size_t cap = *nsteps;

	for (cmark_node *item = cmark_node_first_child(list); item != NULL; item = cmark_node_next(item)) {
		if (*nsteps == TS_ENTRY_ITEMS_MAX) {
			PARSE_ERROR(p, "limit", ts_text_first_line(p, item),
				"there may be %d steps, not more", TS_ENTRY_ITEMS_MAX);
			return;
		}
		TS_ARENA_GROW(p->r.arena, *steps, cap, *nsteps);
		memset(&(*steps)[*nsteps], 0, sizeof(**steps));
		read_step(p, item, &(*steps)[(*nsteps)++]);
	}
}
