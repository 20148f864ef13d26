/* kb/facts.c - the yaml block at the head of a node. */
#include <string.h>
#include "kb/parse-int.h"

static const char *const needs[] = { "administrator", "service-restart", "reboot", "other-person", "purchase",
	NULL };
static const char *const risks[] = { "low", "medium", "high", NULL };
static const char *const asks[] = { "never", NULL };

static void read_cause(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_node *n = out;

	/* a bad weight is still the word of the author that this is a cause */
	n->kind = TS_NODE_CAUSE;
	ts_field_number(r, key, v, 1e6, &n->weight);
}

static void read_ask(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	const char *text = ts_field_text(r, key, v);

	if (text != NULL && ts_field_choice(r, key, v, asks)) {
		((struct ts_node *)out)->ask_never = true;
	}
}

static const struct ts_field cause_fields[] = {
	{ "cause", TS_FIELD_CUSTOM, true, .read = read_cause },
	{ "certain", TS_FIELD_WORDS, false, offsetof(struct ts_node, certain) },
	{ "class", TS_FIELD_TEXT, false, offsetof(struct ts_node, cause_class) },
	{ "effect", TS_FIELD_TEXT, false, offsetof(struct ts_node, effect) },
	{ "irreversible", TS_FIELD_BOOL, false, offsetof(struct ts_node, irreversible) },
	{ "minutes", TS_FIELD_NUMBER, false, offsetof(struct ts_node, minutes) },
	{ "needs", TS_FIELD_WORDS, false, offsetof(struct ts_node, needs), .choices = needs },
	{ "risk", TS_FIELD_CHOICE, false, offsetof(struct ts_node, risk), .choices = risks },
	{ "timeout", TS_FIELD_INT, false, offsetof(struct ts_node, timeout) },
	{ "where", TS_FIELD_TEXT, false, offsetof(struct ts_node, where) },
	{ NULL },
};

static const struct ts_field question_fields[] = {
	{ "ask", TS_FIELD_CUSTOM, false, .read = read_ask },
	{ "certain", TS_FIELD_WORDS, false, offsetof(struct ts_node, certain) },
	{ "timeout", TS_FIELD_INT, false, offsetof(struct ts_node, timeout) },
	{ NULL },
};

static bool has_any(const struct ts_yaml *map, const struct ts_field *fields)
{
	for (; fields->key != NULL; fields++) {
		if (fields->read != read_ask && ts_yaml_get(map, fields->key) != NULL) {
			return true;
		}
	}
	return false;
}

void ts_facts_read(struct ts_parse *p, struct ts_node *n, cmark_node *code)
{
	struct ts_span place = ts_text_first_line(p, code);
	size_t off = ts_text_line(p, ts_text_first(p, code) + 1);
	size_t end = ts_text_line(p, cmark_node_get_end_line(code) + p->cut);
	size_t errors = ts_diags_count(p->r.d, TS_ERROR);
	struct ts_yaml *map =
		ts_yaml_parse(p->scratch, p->r.src, p->text, off, end > off ? end - off : 0, p->r.d);
	bool cause;

	if (map == NULL) {
		if (ts_diags_count(p->r.d, TS_ERROR) == errors) {
			PARSE_ERROR(p, "empty-value", place,
				"this block of facts is empty: leave it out, or write \"cause: WEIGHT\"");
		}
		return;
	}
	/* class, minutes and the like without `cause` are taken for a cause's, so that the message names
	 * what is missing */
	cause = ts_yaml_get(map, "cause") != NULL ||
		(ts_yaml_get(map, "ask") == NULL && has_any(map, cause_fields) &&
			!has_any(map, question_fields));
	if (map->kind == TS_YAML_MAP && !cause) {
		ts_fields_read(&p->r, map, "the facts of a question", place, question_fields, n);
	} else {
		ts_fields_read(&p->r, map, "the facts of a cause", place, cause_fields, n);
	}
}
