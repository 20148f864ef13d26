/* kb/fields.c - table-driven reading of YAML mappings. */
#include "kb/fields.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"

#define CHOICES_SHOWN 120 /* bytes: a longer list of legal values is not printed as a whole */

struct ts_span ts_yaml_span(const struct ts_yaml *v)
{
	return (struct ts_span){ v->off, v->len };
}

const char *ts_field_list(struct ts_arena *a, const char *const *words)
{
	struct ts_buf b;
	const char *text;

	ts_buf_init(&b, 4096);
	for (size_t i = 0; words[i] != NULL; i++) {
		const char *before = i == 0 ? "" : words[i + 1] != NULL ? ", " : i == 1 ? " or " : ", or ";

		ts_buf_printf(&b, "%s%s", before, words[i]);
	}
	text = ts_arena_strdup(a, ts_buf_str(&b));
	ts_buf_finish(&b);
	return text;
}

const char *ts_field_hint(struct ts_arena *a, const char *word, const char *const *words)
{
	const char *near = ts_nearest(word, words);
	size_t n = 0;

	if (near != NULL) {
		return ts_arena_printf(a, " (did you mean \"%s\"?)", near);
	}
	for (size_t i = 0; words[i] != NULL && n <= CHOICES_SHOWN; i++) {
		n += strlen(words[i]) + 2;
	}
	return n > 0 && n <= CHOICES_SHOWN ? ts_arena_printf(a, " (it may be %s)", ts_field_list(a, words))
					   : "";
}

bool ts_field_is(struct ts_reader *r, const char *key, const struct ts_yaml *v, enum ts_yaml_kind kind,
	const char *wanted)
{
	if (v->kind == kind) {
		return true;
	}
	TS_FIELD_ERROR(r, v, "wrong-type", "\"%s\" must be %s, not %s", key, wanted, ts_yaml_what(v));
	return false;
}

const char *ts_field_text(struct ts_reader *r, const char *key, const struct ts_yaml *v)
{
	if (!ts_field_is(r, key, v, TS_YAML_SCALAR, "text")) {
		return NULL;
	}
	if (v->text[strspn(v->text, " \t\r\n")] == '\0') {
		TS_FIELD_ERROR(
			r, v, "empty-value", "\"%s\" is empty: write a value or leave the key out", key);
		return NULL;
	}
	return ts_arena_strdup(r->arena, v->text);
}

bool ts_field_choice(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, const char *const *choices)
{
	for (size_t i = 0; choices[i] != NULL; i++) {
		if (strcmp(choices[i], v->text) == 0) {
			return true;
		}
	}
	TS_FIELD_ERROR(r, v, "unknown-value", "\"%s\" cannot be \"%s\"%s", key, v->text,
		ts_field_hint(r->arena, v->text, choices));
	return false;
}

struct ts_text_item *ts_field_items(struct ts_reader *r, const char *key, const struct ts_yaml *v, size_t *n)
{
	struct ts_text_item *items;

	*n = 0;
	if (!ts_field_is(r, key, v, TS_YAML_LIST, "a list of texts")) {
		return NULL;
	}
	items = ts_arena_calloc(r->arena, v->n, sizeof(*items));
	for (size_t i = 0; i < v->n; i++) {
		const char *text = ts_field_text(r, key, v->items[i]);

		if (text != NULL) {
			items[(*n)++] = (struct ts_text_item){ text, ts_yaml_span(v->items[i]) };
		}
	}
	return items;
}

const char **ts_field_words(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, const char *const *choices)
{
	size_t n;
	struct ts_text_item *items = ts_field_items(r, key, v, &n);
	const char **words = ts_arena_calloc(r->arena, n + 1, sizeof(*words));

	for (size_t i = 0; i < n; i++) {
		words[i] = items[i].text;
	}
	if (choices != NULL && v->kind == TS_YAML_LIST) {
		for (size_t i = 0; i < v->n; i++) {
			if (v->items[i]->kind == TS_YAML_SCALAR && v->items[i]->text[0] != '\0') {
				ts_field_choice(r, key, v->items[i], choices);
			}
		}
	}
	return words;
}

void ts_field_number(struct ts_reader *r, const char *key, const struct ts_yaml *v, double max, double *out)
{
	const char *text = ts_field_text(r, key, v);
	enum ts_yaml_type type = text != NULL ? ts_yaml_type(v) : TS_YAML_NULL;
	double value;

	if (text == NULL) {
		return;
	}
	errno = 0;
	value = type == TS_YAML_INT || type == TS_YAML_FLOAT ? strtod(text, NULL) : 0;
	if (!(value > 0 && value <= max)) {
		TS_FIELD_ERROR(r, v, "wrong-type",
			"\"%s\" must be a number above 0 and up to %.0f, not \"%s\"", key, max, text);
		return;
	}
	*out = value;
}

static void read_bool(struct ts_reader *r, const char *key, const struct ts_yaml *v, bool *out)
{
	const char *text = ts_field_text(r, key, v);

	if (text != NULL && ts_yaml_type(v) != TS_YAML_BOOL) {
		TS_FIELD_ERROR(r, v, "wrong-type", "\"%s\" must be true or false, not \"%s\"", key, text);
	} else if (text != NULL) {
		*out = text[0] == 't' || text[0] == 'T';
	}
}

static void read_field(struct ts_reader *r, const struct ts_field *f, const struct ts_yaml *v, char *out)
{
	void *place = out + f->off;
	const char *text;
	double number = 0;

	switch (f->kind) {
	case TS_FIELD_CHOICE:
	case TS_FIELD_TEXT:
		text = ts_field_text(r, f->key, v);
		if (text != NULL && (f->kind == TS_FIELD_TEXT || ts_field_choice(r, f->key, v, f->choices))) {
			*(const char **)place = text;
		}
		break;
	case TS_FIELD_ITEMS:
		*(struct ts_text_item **)place =
			ts_field_items(r, f->key, v, (size_t *)(void *)(out + f->off_n));
		break;
	case TS_FIELD_WORDS: *(const char ***)place = ts_field_words(r, f->key, v, f->choices); break;
	case TS_FIELD_NUMBER: ts_field_number(r, f->key, v, 1e6, place); break;
	case TS_FIELD_INT:
		ts_field_number(r, f->key, v, 1e6, &number);
		*(int *)place = (int)number;
		break;
	case TS_FIELD_BOOL: read_bool(r, f->key, v, place); break;
	case TS_FIELD_CUSTOM: f->read(r, f->key, v, out); break;
	}
}

/* The table's keys as a NULL-terminated list. */
static const char *const *keys_of(struct ts_arena *a, const struct ts_field *fields)
{
	size_t n = 0;
	const char **keys;

	while (fields[n].key != NULL) {
		n++;
	}
	keys = ts_arena_calloc(a, n + 1, sizeof(*keys));
	for (size_t i = 0; i < n; i++) {
		keys[i] = fields[i].key;
	}
	return keys;
}

void ts_fields_read(struct ts_reader *r, const struct ts_yaml *map, const char *what, struct ts_span place,
	const struct ts_field *fields, void *out)
{
	if (map != NULL && map->kind != TS_YAML_MAP) {
		TS_FIELD_ERROR(r, map, "wrong-type", "%s must be a mapping of keys (\"title: ...\"), not %s",
			what, ts_yaml_what(map));
		return;
	}
	for (size_t i = 0; map != NULL && i < map->n; i++) {
		const struct ts_field *f = fields;

		while (f->key != NULL && strcmp(f->key, map->keys[i]->text) != 0) {
			f++;
		}
		if (f->key == NULL) {
			TS_FIELD_ERROR(r, map->keys[i], "unknown-key", "unknown key \"%s\" in %s%s",
				map->keys[i]->text, what,
				ts_field_hint(r->arena, map->keys[i]->text, keys_of(r->arena, fields)));
		} else if (ts_yaml_get(map, f->key) == map->items[i]) {
			/* not the second of a key that stands there twice */
			read_field(r, f, map->items[i], out);
		}
	}
	for (const struct ts_field *f = fields; f->key != NULL; f++) {
		if (f->required && ts_yaml_get(map, f->key) == NULL) {
			ts_diag(r->d, TS_ERROR, "missing-key", r->src, place.off, place.len,
				"%s must have the key \"%s\"", what, f->key);
		}
	}
}
