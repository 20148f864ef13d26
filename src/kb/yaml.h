/* kb/yaml.h - YAML as a small tree whose nodes know where they stand in the file: the only file that
 * includes libyaml is yaml.c. */
#ifndef TS_KB_YAML_H
#define TS_KB_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/diag.h"

#define TS_YAML_DEPTH_MAX 32
#define TS_YAML_NODES_MAX 100000

enum ts_yaml_kind { TS_YAML_SCALAR, TS_YAML_LIST, TS_YAML_MAP };

/* What a scalar stands for in YAML's core schema. */
enum ts_yaml_type { TS_YAML_NULL, TS_YAML_BOOL, TS_YAML_INT, TS_YAML_FLOAT, TS_YAML_STRING };

struct ts_yaml {
	enum ts_yaml_kind kind;
	size_t off, len;        /* bytes in the whole file; of a block list or mapping: its first line */
	const char *text;       /* scalar: its value, without NUL inside; "" otherwise */
	bool plain;             /* scalar: written without quotes */
	struct ts_yaml **items; /* of a list: the items; of a mapping: the values */
	struct ts_yaml **keys;  /* of a mapping: scalars */
	size_t n;
};

/* Parse the one document in src->text[off .. off+len), reading from `text` instead of src->text where that
 * is not NULL (a copy of the same length without broken bytes). NULL when it is not YAML (reported to d as
 * rule "yaml") or empty. Anchors and aliases, tags, a second document, too deep nesting and too many nodes
 * are refused; duplicate keys are reported. */
struct ts_yaml *ts_yaml_parse(struct ts_arena *a, const struct ts_source *src, const char *text, size_t off,
	size_t len, struct ts_diags *d);

/* The value of a key, or NULL. */
const struct ts_yaml *ts_yaml_get(const struct ts_yaml *map, const char *key);
/* Quoted and block scalars are strings; plain ones what the core schema says. */
enum ts_yaml_type ts_yaml_type(const struct ts_yaml *v);
/* Where byte k of a scalar's value stands in the file; the start of the scalar where escapes or folding
 * hide it. */
size_t ts_yaml_at(const struct ts_source *src, const struct ts_yaml *v, size_t k);
/* "text", "a list", "a mapping", "nothing": for messages. */
const char *ts_yaml_what(const struct ts_yaml *v);

#endif
