/* kb/parse-node.c - the blocks of a node in their order: facts, why, check, steps, Undo, answers. */
#include <string.h>
#include "base/str.h"
#include "kb/parse-int.h"
#include "kb/sqlscan.h"

enum part { FACTS, WHY, CHECK, STEPS, UNDO, ANSWERS, PART_COUNT };

static const char *const part_titles[] = {
	[FACTS] = "the yaml block of facts",
	[WHY] = "the prose that says why",
	[CHECK] = "the sql check",
	[STEPS] = "the list of steps",
	[UNDO] = "the Undo section",
	[ANSWERS] = "the list of answers",
};
_Static_assert(TS_COUNT(part_titles) == PART_COUNT, "a title per part");

#define ORDER                                                                                                \
	"a node holds, in this order: yaml facts, prose, one sql check, ordered steps, \"### Undo\", a "     \
	"bullet list of answers"

struct node_state {
	struct ts_parse *p;
	struct ts_node *n;
	enum part at;
	bool seen[PART_COUNT];
	int why_first, why_last; /* lines of the prose; 0 = none */
	struct ts_buf undo;      /* prose of the Undo section */
	struct ts_span undo_heading;
};

/* Enter a part. False (reported) where it may not stand here. */
static bool enter(struct node_state *s, enum part part, cmark_node *b)
{
	bool again = s->seen[part] && part != WHY && part != UNDO && part != STEPS;

	if (again) {
		PARSE_ERROR(s->p, "twice", ts_text_first_line(s->p, b),
			"a second time %s: a node has it once", part_titles[part]);
		return false;
	}
	if (part < s->at) {
		PARSE_ERROR(s->p, "order", ts_text_first_line(s->p, b), "%s must stand before %s; " ORDER,
			part_titles[part], part_titles[s->at]);
		return false;
	}
	s->at = part;
	s->seen[part] = true;
	return true;
}

static bool word_is(const char *info, const char *word)
{
	size_t n = strlen(word);

	return strncmp(info, word, n) == 0 && (info[n] == '\0' || info[n] == ' ' || info[n] == '\t');
}

/* Blocks whose text is looked at byte by byte must not be indented, so that columns and offsets are those
 * of the file. */
static bool at_margin(struct node_state *s, cmark_node *b, const char *what)
{
	bool closed;

	if (cmark_node_get_start_column(b) != 1) {
		PARSE_ERROR(s->p, "indented", ts_text_first_line(s->p, b), "%s must begin at the left margin",
			what);
		return false;
	}
	if (!ts_text_fenced(s->p, b, &closed) || !closed) {
		PARSE_ERROR(s->p, "code-open", ts_text_first_line(s->p, b),
			"this block has no end: write a line ``` behind it");
		return false;
	}
	return true;
}

static void read_check(struct node_state *s, cmark_node *b)
{
	struct ts_parse *p = s->p;
	struct ts_span fence = ts_text_first_line(p, b);
	const char *machine = cmark_node_get_fence_info(b) + 3;
	int first = ts_text_first(p, b) + 1, last = cmark_node_get_end_line(b) + p->cut - 1;
	size_t n;

	if (!enter(s, CHECK, b) || !at_margin(s, b, "the sql check")) {
		return;
	}
	machine += strspn(machine, " \t");
	n = strcspn(machine, " \t");
	if (n == 0 || machine[n + strspn(machine + n, " \t")] != '\0') {
		PARSE_ERROR(p, "check-machine", fence,
			"a check names the one machine it runs on: ```sql MACHINE, with a machine of the "
			"front matter or \"here\"");
	}
	s->n->machine = n > 0 ? ts_arena_strndup(p->r.arena, machine, n) : "here";
	s->n->sql_span.off = ts_text_line(p, first);
	s->n->sql_span.len = last >= first ? ts_text_line_end(p, last) - s->n->sql_span.off : 0;
	s->n->sql = ts_text_slice(p, first, last, 0);
	s->n->params = ts_sql_params(p->r.arena, s->n->sql);
	if (s->n->sql[0] == '\0') {
		PARSE_ERROR(p, "empty-value", fence, "this check is empty");
	}
}

static void read_code(struct node_state *s, cmark_node *b)
{
	const char *info = cmark_node_get_fence_info(b);

	if (info != NULL && word_is(info, "yaml")) {
		if (enter(s, FACTS, b) && at_margin(s, b, "the yaml block of facts")) {
			ts_facts_read(s->p, s->n, b);
		}
	} else if (info != NULL && word_is(info, "sql")) {
		read_check(s, b);
	} else if (s->at <= WHY && info != NULL && word_is(info, "text") && s->why_first > 0) {
		s->why_last = ts_text_last(s->p, b);
	} else {
		PARSE_ERROR(s->p, "code-outside-step", ts_text_first_line(s->p, b),
			"commands stand inside a step: indent this block under the text of its step (or make "
			"it ```sql MACHINE or ```yaml)");
	}
}

static void read_prose(struct node_state *s, cmark_node *b)
{
	if (s->at == UNDO) {
		if (s->undo.len > 0) {
			ts_buf_putc(&s->undo, '\n');
		}
		ts_text_lines(s->p, ts_text_first(s->p, b), ts_text_last(s->p, b), 0, &s->undo);
	} else if (enter(s, WHY, b)) {
		s->why_first = s->why_first > 0 ? s->why_first : ts_text_first(s->p, b);
		s->why_last = ts_text_last(s->p, b);
	}
}

static void read_list(struct node_state *s, cmark_node *b, bool last)
{
	struct ts_node *n = s->n;
	bool answers = ts_answers_look(b);

	if (cmark_node_get_list_type(b) == CMARK_ORDERED_LIST) {
		if (s->at == UNDO) {
			ts_steps_read(s->p, b, &n->undo, &n->nundo);
		} else if (enter(s, STEPS, b)) {
			ts_steps_read(s->p, b, &n->steps, &n->nsteps);
		}
	} else if (last && (answers || s->at != UNDO)) {
		if (enter(s, ANSWERS, b)) {
			ts_answers_read(s->p, n, b);
		}
	} else if (answers) {
		PARSE_ERROR(s->p, "order", ts_text_first_line(s->p, b),
			"the list of answers must be the last thing in a node; " ORDER);
	} else {
		read_prose(s, b);
	}
}

static void read_heading(struct node_state *s, cmark_node *b)
{
	const char *title = ts_text_plain(s->p, b);

	if (cmark_node_get_heading_level(b) != 3 || !ts_str_case_eq(title, "Undo")) {
		PARSE_ERROR(s->p, "heading", ts_text_first_line(s->p, b),
			"the heading \"%s\" cannot stand here: inside a node only \"### Undo\" may", title);
		return;
	}
	if (s->seen[UNDO]) {
		PARSE_ERROR(s->p, "twice", ts_text_first_line(s->p, b),
			"a second time %s: a node has it once", part_titles[UNDO]);
		return;
	}
	if (enter(s, UNDO, b)) {
		s->undo_heading = ts_text_first_line(s->p, b);
	}
}

static void read_block(struct node_state *s, cmark_node *b, bool last)
{
	bool list = cmark_node_get_type(b) == CMARK_NODE_LIST;

	ts_text_check(s->p, b, list && last && ts_answers_look(b));
	switch (cmark_node_get_type(b)) {
	case CMARK_NODE_CODE_BLOCK: read_code(s, b); break;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_BLOCK_QUOTE: read_prose(s, b); break;
	case CMARK_NODE_LIST: read_list(s, b, last); break;
	case CMARK_NODE_HEADING: read_heading(s, b); break;
	case CMARK_NODE_HTML_BLOCK: break; /* reported by ts_text_check */
	default:
		PARSE_ERROR(s->p, "not-allowed", ts_text_first_line(s->p, b),
			"this cannot stand in a node; " ORDER);
		break;
	}
}

/* What the parts together must be. */
static void finish(struct node_state *s)
{
	struct ts_parse *p = s->p;
	struct ts_node *n = s->n;

	if (s->why_first > 0) {
		n->why = ts_text_slice(p, s->why_first, s->why_last, 0);
	}
	if (s->undo.len > 0) {
		n->undo_text = ts_arena_strndup(p->r.arena, s->undo.data, s->undo.len - 1);
	}
	if (s->seen[UNDO] && n->undo_text == NULL && n->nundo == 0) {
		PARSE_ERROR(p, "empty-value", s->undo_heading,
			"the Undo section is empty: say how the steps are taken back");
	}
	if (n->kind == TS_NODE_QUESTION && (s->seen[STEPS] || s->seen[UNDO])) {
		PARSE_ERROR(p, "steps-in-question", n->title_span,
			"\"%s\" has steps, so it is a cause: begin it with a yaml block that says \"cause: "
			"WEIGHT\"",
			n->title);
	}
}

void ts_node_read(struct ts_parse *p, struct ts_node *n, cmark_node *heading, cmark_node *end)
{
	struct node_state s = { .p = p, .n = n };

	ts_buf_init(&s.undo, TS_BUF_MAX_TEXT);
	for (cmark_node *b = cmark_node_next(heading); b != NULL && b != end; b = cmark_node_next(b)) {
		read_block(&s, b, cmark_node_next(b) == end);
		n->span.len = ts_text_line_end(p, ts_text_last(p, b)) - n->span.off;
	}
	finish(&s);
	ts_buf_finish(&s.undo);
}
