/* kb/codesfile.c - reads codes.yaml: every documented code of a product, with the source that says so. */
#include <string.h>
#include "base/buf.h"
#include "kb/code.h"
#include "kb/packfile.h"

static const char *const roles[] = { "disconnect", "extended", "errinfo", "negotiation", "other", NULL };

static void read_code(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_code_row *row = out;
	const char *text = ts_field_text(r, key, v);

	if (text != NULL && !ts_code_parse(text, &row->code)) {
		TS_FIELD_ERROR(r, v, "code-malformed",
			"\"%s\" is no code: write a number of 32 bits in hex or decimal (0x904, 2308)", text);
	}
}

static void read_role(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_code_row *row = out;

	if (ts_field_text(r, key, v) != NULL && ts_field_choice(r, key, v, roles)) {
		ts_code_role_parse(v->text, &row->role);
	}
}

/* In order of key. */
static const struct ts_field row_fields[] = {
	{ "aliases", TS_FIELD_WORDS, false, offsetof(struct ts_code_row, aliases) },
	{ "category", TS_FIELD_TEXT, false, offsetof(struct ts_code_row, category) },
	{ "certainty", TS_FIELD_TEXT, false, offsetof(struct ts_code_row, certainty) },
	{ "code", TS_FIELD_CUSTOM, true, .read = read_code },
	{ "name", TS_FIELD_TEXT, false, offsetof(struct ts_code_row, name) },
	{ "product", TS_FIELD_TEXT, false, offsetof(struct ts_code_row, product) },
	{ "role", TS_FIELD_CUSTOM, true, .read = read_role },
	{ "source", TS_FIELD_TEXT, false, offsetof(struct ts_code_row, source) },
	{ "text", TS_FIELD_TEXT, true, offsetof(struct ts_code_row, text) },
	{ NULL },
};

/* Report a source that is no address and no key of `sources`. */
static void unknown_source(
	struct ts_reader *r, const char *word, const struct ts_yaml *at, const struct ts_yaml *sources)
{
	bool map = sources != NULL && sources->kind == TS_YAML_MAP;
	const char **keys = ts_arena_calloc(r->arena, (map ? sources->n : 0) + 1, sizeof(*keys));

	for (size_t i = 0; map && i < sources->n; i++) {
		keys[i] = sources->keys[i]->text;
	}
	TS_FIELD_ERROR(r, at, "unknown-source", "\"%s\" is neither an address nor a key of \"sources\"%s",
		word, ts_field_hint(r->arena, word, keys));
}

/* Sources are separated by blanks; each is an address, or a key of the file's table of sources, which the
 * address then replaces. */
static void resolve_source(struct ts_reader *r, struct ts_code_row *row, const struct ts_yaml *item,
	const struct ts_yaml *sources)
{
	struct ts_buf b;

	if (row->source == NULL) {
		return;
	}
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (const char *p = row->source + strspn(row->source, " "); *p != '\0'; p += strspn(p, " ")) {
		const char *word = ts_arena_strndup(r->arena, p, strcspn(p, " "));
		const struct ts_yaml *target = ts_yaml_get(sources, word);

		p += strlen(word);
		if (target == NULL && strstr(word, "://") == NULL) {
			unknown_source(r, word, ts_yaml_get(item, "source"), sources);
		}
		ts_buf_printf(&b, "%s%s", b.len > 0 ? " " : "", target != NULL ? target->text : word);
	}
	row->source = ts_arena_strdup(r->arena, ts_buf_str(&b));
	ts_buf_finish(&b);
}

static void read_rows(
	struct ts_reader *r, const struct ts_yaml *list, const struct ts_yaml *sources, struct ts_pack *pack)
{
	if (!ts_field_is(r, "codes", list, TS_YAML_LIST, "a list of {code: ..., role: ..., text: ...}")) {
		return;
	}
	pack->codes = ts_arena_calloc(r->arena, list->n, sizeof(*pack->codes));
	for (size_t i = 0; i < list->n; i++) {
		struct ts_code_row *row = &pack->codes[pack->ncodes];
		size_t errors = ts_diags_count(r->d, TS_ERROR);

		row->span = ts_yaml_span(list->items[i]);
		row->aliases = ts_arena_calloc(r->arena, 1, sizeof(*row->aliases));
		ts_fields_read(r, list->items[i], "a code", row->span, row_fields, row);
		resolve_source(r, row, list->items[i], sources);
		if (ts_diags_count(r->d, TS_ERROR) == errors) {
			pack->ncodes++;
		} else {
			memset(row, 0, sizeof(*row));
		}
	}
}

struct top {
	const struct ts_yaml *codes, *sources;
};

static void keep_codes(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	(void)r;
	(void)key;
	((struct top *)out)->codes = v;
}

static void keep_sources(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	if (!ts_field_is(r, key, v, TS_YAML_MAP, "a mapping of short names to addresses")) {
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		ts_field_text(r, v->keys[i]->text, v->items[i]);
	}
	((struct top *)out)->sources = v;
}

void ts_codesfile_read(struct ts_reader *r, struct ts_pack *pack)
{
	static const struct ts_field fields[] = {
		{ "codes", TS_FIELD_CUSTOM, true, .read = keep_codes },
		{ "sources", TS_FIELD_CUSTOM, false, .read = keep_sources },
		{ NULL },
	};
	size_t errors = ts_diags_count(r->d, TS_ERROR);
	struct ts_yaml *root = ts_yaml_parse(r->arena, r->src, NULL, 0, r->src->len, r->d);
	struct top top = { NULL, NULL };

	if (root != NULL && root->kind == TS_YAML_LIST) {
		top.codes = root;
	} else if (root != NULL || ts_diags_count(r->d, TS_ERROR) == errors) {
		ts_fields_read(r, root, "codes.yaml", (struct ts_span){ 0, 0 }, fields, &top);
	}
	if (top.codes != NULL) {
		read_rows(r, top.codes, top.sources, pack);
	}
}
