/* kb/packfile.c - reads pack.yaml: what a pack is and what its entries may name. */
#include "kb/packfile.h"

#include <string.h>
#include "base/regex.h"
#include "kb/parse.h"

static void read_classes(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	struct ts_pack *pack = out;

	if (!ts_field_is(r, key, v, TS_YAML_MAP,
		    "a mapping of classes to sentences (\"firewall: A firewall drops ...\")")) {
		return;
	}
	pack->classes = ts_arena_calloc(r->arena, v->n, sizeof(*pack->classes));
	for (size_t i = 0; i < v->n; i++) {
		const char *title = ts_field_text(r, v->keys[i]->text, v->items[i]);

		if (title != NULL && ts_yaml_get(v, v->keys[i]->text) == v->items[i]) {
			pack->classes[pack->nclasses++] =
				(struct ts_pack_class){ ts_arena_strdup(r->arena, v->keys[i]->text), title,
					ts_yaml_span(v->keys[i]) };
		}
	}
}

static void check_pattern(struct ts_reader *r, const struct ts_yaml *v)
{
	struct ts_err err;
	size_t at = 0;
	struct ts_regex *re = ts_regex_new(v->text, true, &at, &err);

	if (re == NULL) {
		ts_diag(r->d, TS_ERROR, "bad-pattern", r->src, ts_yaml_at(r->src, v, at), 1, "%s", err.text);
	}
	ts_regex_free(re);
}

static void read_refused(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out)
{
	static const struct ts_field fields[] = {
		{ "pattern", TS_FIELD_TEXT, true, offsetof(struct ts_pack_refused, pattern) },
		{ "reason", TS_FIELD_TEXT, true, offsetof(struct ts_pack_refused, reason) },
		{ "shell", TS_FIELD_CHOICE, false, offsetof(struct ts_pack_refused, shell),
			.choices = ts_shells },
		{ NULL },
	};
	struct ts_pack *pack = out;

	if (!ts_field_is(r, key, v, TS_YAML_LIST, "a list of {pattern: ..., reason: ...}")) {
		return;
	}
	pack->refused = ts_arena_calloc(r->arena, v->n, sizeof(*pack->refused));
	for (size_t i = 0; i < v->n; i++) {
		struct ts_pack_refused *x = &pack->refused[pack->nrefused];
		const struct ts_yaml *pattern = ts_yaml_get(v->items[i], "pattern");

		x->span = ts_yaml_span(v->items[i]);
		ts_fields_read(r, v->items[i], "refused advice", x->span, fields, x);
		if (x->pattern != NULL && x->reason != NULL) {
			x->pattern_span = ts_yaml_span(pattern);
			check_pattern(r, pattern);
			pack->nrefused++;
		}
	}
}

/* In order of key. */
static const struct ts_field pack_fields[] = {
	{ "channels", TS_FIELD_ITEMS, false, offsetof(struct ts_pack, channels),
		offsetof(struct ts_pack, nchannels) },
	{ "classes", TS_FIELD_CUSTOM, .read = read_classes },
	{ "licence", TS_FIELD_TEXT, false, offsetof(struct ts_pack, licence) },
	{ "name", TS_FIELD_TEXT, true, offsetof(struct ts_pack, name) },
	{ "products", TS_FIELD_ITEMS, false, offsetof(struct ts_pack, products),
		offsetof(struct ts_pack, nproducts) },
	{ "refused", TS_FIELD_CUSTOM, .read = read_refused },
	{ "services", TS_FIELD_ITEMS, false, offsetof(struct ts_pack, services),
		offsetof(struct ts_pack, nservices) },
	{ "title", TS_FIELD_TEXT, true, offsetof(struct ts_pack, title) },
	{ "version", TS_FIELD_TEXT, true, offsetof(struct ts_pack, version) },
	{ NULL },
};

void ts_packfile_read(struct ts_reader *r, struct ts_pack *pack)
{
	size_t errors = ts_diags_count(r->d, TS_ERROR);
	struct ts_yaml *map = ts_yaml_parse(r->arena, r->src, NULL, 0, r->src->len, r->d);
	const char *folder_name = pack->name;

	if (map != NULL || ts_diags_count(r->d, TS_ERROR) == errors) {
		ts_fields_read(r, map, "pack.yaml", (struct ts_span){ 0, 0 }, pack_fields, pack);
	}
	if (pack->name[strspn(pack->name, "abcdefghijklmnopqrstuvwxyz0123456789-_")] != '\0') {
		const struct ts_yaml *v = ts_yaml_get(map, "name");

		if (v != NULL) {
			TS_FIELD_ERROR(r, v, "bad-name",
				"\"%s\" cannot be a pack's name: use small letters, digits, '-' and '_'",
				pack->name);
		}
		pack->name = folder_name;
	}
}
