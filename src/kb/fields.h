/* kb/fields.h - reads a YAML mapping into a struct by a table of its keys: the table is also what messages
 * about unknown keys draw on. */
#ifndef TS_KB_FIELDS_H
#define TS_KB_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include "kb/entry.h"
#include "kb/yaml.h"

/* What every reader needs: where things are allocated, what is read, and who hears of problems. */
struct ts_reader {
	struct ts_arena *arena;
	const struct ts_source *src;
	struct ts_diags *d;
};

enum ts_field_kind {
	TS_FIELD_TEXT,   /* const char * at off; never empty */
	TS_FIELD_CHOICE, /* the same, one of choices */
	TS_FIELD_ITEMS,  /* list of texts: struct ts_text_item * at off, size_t at off_n */
	TS_FIELD_WORDS,  /* list of texts, of choices where given: NULL-terminated const char ** at off */
	TS_FIELD_NUMBER, /* double at off, more than 0 */
	TS_FIELD_INT,    /* int at off, more than 0 */
	TS_FIELD_BOOL,   /* bool at off */
	TS_FIELD_CUSTOM, /* read() does it */
};

struct ts_field {
	const char *key; /* NULL ends the table */
	enum ts_field_kind kind;
	bool required;
	size_t off, off_n;
	const char *const *choices; /* NULL-terminated */
	void (*read)(struct ts_reader *r, const char *key, const struct ts_yaml *v, void *out);
};

/* Read map (NULL = nothing is there) into *out. `what` names the mapping in messages ("the front matter");
 * missing keys are reported at place. */
void ts_fields_read(struct ts_reader *r, const struct ts_yaml *map, const char *what, struct ts_span place,
	const struct ts_field *fields, void *out);

/* Report a problem at a YAML node. */
#define TS_FIELD_ERROR(r, v, rule, ...)                                                                      \
	ts_diag((r)->d, TS_ERROR, rule, (r)->src, (v)->off, (v)->len, __VA_ARGS__)

/* A scalar's text in the arena, or NULL after a report. */
const char *ts_field_text(struct ts_reader *r, const char *key, const struct ts_yaml *v);
/* True where v is of that kind; reports otherwise, saying what would be right: "a list of texts". */
bool ts_field_is(struct ts_reader *r, const char *key, const struct ts_yaml *v, enum ts_yaml_kind kind,
	const char *wanted);
/* A list of texts. */
struct ts_text_item *ts_field_items(struct ts_reader *r, const char *key, const struct ts_yaml *v, size_t *n);
const char **ts_field_words(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, const char *const *choices);
/* A number above 0 and up to max; *out is left alone where it is none. */
void ts_field_number(struct ts_reader *r, const char *key, const struct ts_yaml *v, double max, double *out);
/* Is word one of choices? Reports otherwise, with the nearest one or all of them. */
bool ts_field_choice(
	struct ts_reader *r, const char *key, const struct ts_yaml *v, const char *const *choices);
/* "a, b, or c" in the arena. */
const char *ts_field_list(struct ts_arena *a, const char *const *words);
/* " (did you mean \"x\"?)" in the arena, or "". */
const char *ts_field_hint(struct ts_arena *a, const char *word, const char *const *words);

struct ts_span ts_yaml_span(const struct ts_yaml *v);

#endif
