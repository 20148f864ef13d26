/* kb/front.c - front matter: YAML between two lines "---" at the top of an entry. */
#include "kb/front.h"

#include <string.h>
#include "base/str.h"
#include "kb/date.h"
#include "kb/kb.h"
#include "kb/parse-int.h"

static bool line_is(const struct ts_parse *p, int line, const char *text)
{
	size_t at = ts_text_line(p, line), end = ts_text_line_end(p, line);

	while (end > at && (p->text[end - 1] == ' ' || p->text[end - 1] == '\t')) {
		end--;
	}
	return end - at == strlen(text) && memcmp(p->text + at, text, end - at) == 0;
}

void ts_front_find(struct ts_parse *p)
{
	int last = (int)p->nlines;

	if (p->len >= 3 && memcmp(p->text, "\xEF\xBB\xBF", 3) == 0) {
		p->lines[0] = 3; /* some editors put a byte order mark there */
	}
	if (!line_is(p, 1, "---")) {
		PARSE_ERROR(p, "front-matter", ((struct ts_span){ 0, ts_text_line_end(p, 1) }),
			"an entry begins with front matter: a line \"---\", its keys (title, sources, "
			"reviewed ...), a line \"---\"");
		return;
	}
	p->front_off = ts_text_line(p, 2);
	for (int line = 2; line <= last; line++) {
		if (line_is(p, line, "---")) {
			p->front_len = ts_text_line(p, line) - p->front_off;
			p->cut = line;
			return;
		}
	}
	PARSE_ERROR(p, "front-matter", ((struct ts_span){ 0, ts_text_line_end(p, 1) }),
		"the front matter that begins here has no end: write a line \"---\" behind it");
	/* go on with the body where it seems to begin */
	for (p->cut = 1; p->cut < last; p->cut++) {
		size_t at = ts_text_line(p, p->cut + 1);

		if (p->text[at] == '#' && p->text[at - 1] == '\n' && (at < 2 || p->text[at - 2] == '\n')) {
			break;
		}
	}
	p->front_len = ts_text_line(p, p->cut + 1) - p->front_off;
}

bool ts_front_name(const char *name)
{
	return name[0] >= 'a' && name[0] <= 'z' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0' && strlen(name) <= 32;
}

/* "extended:0x101": the role before the colon, and what stands behind it; the text itself where there is none. */
static const char *read_role(struct ts_reader *r, const char *text, enum ts_code_kind *kind)
{
	static const struct {
		const char *name;
		enum ts_code_kind kind;
	} roles[] = { { "disconnect", TS_CLAIM_DISCONNECT }, { "errinfo", TS_CLAIM_EXTENDED },
		{ "extended", TS_CLAIM_EXTENDED }, { "negotiation", TS_CLAIM_NEGOTIATION },
		{ "other", TS_CLAIM_OTHER } };
	const char *colon = strchr(text, ':');

	*kind = TS_CLAIM_DISCONNECT;
	for (size_t i = 0; colon != NULL && i < TS_COUNT(roles); i++) {
		if (strcmp(ts_arena_strndup(r->arena, text, (size_t)(colon - text)), roles[i].name) == 0) {
			*kind = roles[i].kind;
			return colon + 1;
		}
	}
	return text;
}

static bool read_code(struct ts_reader *r, const struct ts_yaml *v, struct ts_code *c)
{
	const char *text = ts_field_text(r, "codes", v), *slash, *number;

	if (text == NULL) {
		return false;
	}
	c->text = text;
	number = read_role(r, text, &c->kind);
	slash = number == text ? strchr(text, '/') : NULL;
	c->span = ts_yaml_span(v);
	c->has_ext = slash != NULL;
	if (!ts_code_parse(slash != NULL ? ts_arena_strndup(r->arena, text, (size_t)(slash - text)) : number,
		    &c->code) ||
		(slash != NULL && !ts_code_parse(slash + 1, &c->ext))) {
		TS_FIELD_ERROR(r, v, "code-malformed",
			"\"%s\" is no code: write CODE, CODE/EXT or ROLE:CODE, each in hex or decimal "
			"(0x904/0x7, 2308, extended:0x101)",
			text);
		return false;
	}
	return true;
}

static void read_codes(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_entry *e = out;

	if (!ts_field_is(r, key, v, TS_YAML_LIST, "a list of codes")) {
		return;
	}
	e->codes = ts_arena_calloc(r->arena, v->n, sizeof(*e->codes));
	for (size_t i = 0; i < v->n; i++) {
		if (read_code(r, v->items[i], &e->codes[e->ncodes])) {
			e->ncodes++;
		}
	}
}

/* Names of machines become names of schemas in SQLite, which has these itself. */
static bool good_name(
	struct ts_reader *r, const struct ts_yaml *key, const char *what, const char *const *taken)
{
	if (!ts_front_name(key->text)) {
		TS_FIELD_ERROR(r, key, "bad-name",
			"\"%s\" cannot be the name of a %s: use small letters, digits and '_', beginning "
			"with a letter",
			key->text, what);
		return false;
	}
	for (; *taken != NULL; taken++) {
		if (strcmp(*taken, key->text) == 0) {
			TS_FIELD_ERROR(r, key, "bad-name",
				"\"%s\" cannot be the name of a %s: it has a meaning of its own", key->text,
				what);
			return false;
		}
	}
	return true;
}

static void read_machines(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const char *const taken[] = { "here", "main", "temp", NULL };
	struct ts_entry *e = out;

	if (!ts_field_is(r, key, v, TS_YAML_MAP,
		    "a mapping of names to sentences (\"server: the computer you connect to\")")) {
		return;
	}
	e->machines = ts_arena_calloc(r->arena, v->n, sizeof(*e->machines));
	for (size_t i = 0; i < v->n; i++) {
		const char *title = ts_field_text(r, v->keys[i]->text, v->items[i]);

		if (good_name(r, v->keys[i], "machine", taken) && title != NULL) {
			e->machines[e->nmachines++] =
				(struct ts_machine_decl){ ts_arena_strdup(r->arena, v->keys[i]->text), title,
					ts_yaml_span(v->keys[i]) };
		}
	}
}

static void read_params(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const struct ts_field fields[] = {
		{ "ask", TS_FIELD_TEXT, true, offsetof(struct ts_param, ask) },
		{ "default", TS_FIELD_TEXT, false, offsetof(struct ts_param, def) },
		{ "match", TS_FIELD_TEXT, true, offsetof(struct ts_param, match) },
		{ NULL },
	};
	static const char *const taken[] = { "now", "since", NULL };
	struct ts_entry *e = out;

	if (!ts_field_is(
		    r, key, v, TS_YAML_MAP, "a mapping of names to {ask: ..., match: ..., default: ...}")) {
		return;
	}
	e->params = ts_arena_calloc(r->arena, v->n, sizeof(*e->params));
	for (size_t i = 0; i < v->n; i++) {
		struct ts_param *q = &e->params[e->nparams];

		*q = (struct ts_param){ ts_arena_strdup(r->arena, v->keys[i]->text), "", "", NULL,
			ts_yaml_span(v->keys[i]) };
		ts_fields_read(r, v->items[i], ts_arena_printf(r->arena, "parameter \"%s\"", q->name),
			q->span, fields, q);
		if (good_name(r, v->keys[i], "parameter", taken)) {
			e->nparams++;
		}
	}
}

static void read_reviewed(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	const char *text = ts_field_text(r, key, v);
	int64_t t;

	if (text != NULL && !ts_date_parse_day(text, &t)) {
		TS_FIELD_ERROR(r, v, "reviewed",
			"\"reviewed\" must be a day written as YYYY-MM-DD, not \"%s\"", text);
	} else if (text != NULL) {
		((struct ts_entry *)out)->reviewed = text;
	}
}

static void read_sources(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_entry *e = out;

	e->sources = ts_field_items(r, key, v, &e->nsources);
	if (v->kind == TS_YAML_LIST && v->n == 0) {
		TS_FIELD_ERROR(r, v, "empty-value", "\"sources\" is empty: say where this is known from");
	}
}

/* In order of key. */
static const struct ts_field front_fields[] = {
	{ "codes", TS_FIELD_CUSTOM, .read = read_codes },
	{ "keywords", TS_FIELD_ITEMS, false, offsetof(struct ts_entry, keywords),
		offsetof(struct ts_entry, nkeywords) },
	{ "machines", TS_FIELD_CUSTOM, .read = read_machines },
	{ "messages", TS_FIELD_ITEMS, false, offsetof(struct ts_entry, messages),
		offsetof(struct ts_entry, nmessages) },
	{ "parameters", TS_FIELD_CUSTOM, .read = read_params },
	{ "related", TS_FIELD_ITEMS, false, offsetof(struct ts_entry, related),
		offsetof(struct ts_entry, nrelated) },
	{ "reviewed", TS_FIELD_CUSTOM, true, .read = read_reviewed },
	{ "sources", TS_FIELD_CUSTOM, true, .read = read_sources },
	{ "title", TS_FIELD_TEXT, true, offsetof(struct ts_entry, title) },
	{ NULL },
};

void ts_front_read(struct ts_parse *p)
{
	struct ts_span place = { ts_text_line(p, 1), ts_text_line_end(p, 1) - ts_text_line(p, 1) };
	size_t errors = ts_diags_count(p->r.d, TS_ERROR);
	struct ts_yaml *map;

	if (p->cut == 0) {
		return;
	}
	map = ts_yaml_parse(p->scratch, p->r.src, p->text, p->front_off, p->front_len, p->r.d);
	/* where it is no YAML at all, its keys are not missing as well */
	if (map != NULL || ts_diags_count(p->r.d, TS_ERROR) == errors) {
		ts_fields_read(&p->r, map, "the front matter", place, front_fields, p->e);
	}
}
