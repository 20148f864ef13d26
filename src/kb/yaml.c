/* kb/yaml.c - builds the tree from libyaml's events, without recursion and within limits. */
#include "kb/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* libyaml counts characters where we need bytes: the byte of every 64th character, for text that is not
 * ASCII. */
#define STRIDE 64

struct open_node { /* a list or mapping that has not ended yet */
	struct ts_yaml *node;
	size_t cap, keycap;
	struct ts_yaml *key; /* a mapping's key that waits for its value */
};

struct build {
	struct ts_arena *arena;
	const struct ts_source *src;
	struct ts_diags *d;
	const char *text; /* of the whole file */
	size_t base, len; /* the part that is parsed */
	size_t *strides;  /* NULL when all is ASCII */
	size_t nstrides;
	struct open_node stack[TS_YAML_DEPTH_MAX];
	int depth;
	size_t nodes;
	struct ts_yaml *root;
	bool failed;
};

static void build_strides(struct build *b)
{
	const unsigned char *p = (const unsigned char *)b->text + b->base;
	size_t chars = 0, cap = 0;
	bool ascii = true;

	for (size_t i = 0; i < b->len && ascii; i++) {
		ascii = p[i] < 0x80;
	}
	if (ascii) {
		return;
	}
	for (size_t i = 0; i < b->len; i++) {
		if ((p[i] & 0xC0) == 0x80) {
			continue;
		}
		if (chars % STRIDE == 0) {
			TS_GROW(b->strides, cap, b->nstrides);
			b->strides[b->nstrides++] = i;
		}
		chars++;
	}
}

/* Byte in the file of a character that libyaml counted. */
static size_t offset_of(const struct build *b, size_t index)
{
	const unsigned char *p = (const unsigned char *)b->text + b->base;
	size_t i = index;

	if (b->strides != NULL) {
		size_t s = index / STRIDE < b->nstrides ? index / STRIDE : b->nstrides - 1;
		size_t left = index - s * STRIDE;

		for (i = b->strides[s]; left > 0 && i < b->len; left--) {
			do {
				i++;
			} while (i < b->len && (p[i] & 0xC0) == 0x80);
		}
	}
	return b->base + (i < b->len ? i : b->len);
}

static void fail_at(struct build *b, size_t off, size_t len, const char *text)
{
	ts_diag(b->d, TS_ERROR, "yaml", b->src, off, len, "%s", text);
	b->failed = true;
}

/* What libyaml could not read. Its marks may lie one past the end. */
static void fail_parser(struct build *b, const yaml_parser_t *p)
{
	size_t off = p->error == YAML_READER_ERROR ? b->base + p->problem_offset
						   : offset_of(b, p->problem_mark.index);
	const char *problem = p->problem != NULL ? p->problem : "it cannot be read";

	if (off > b->base + b->len) {
		off = b->base + b->len;
	}
	b->failed = true;
	if (p->context != NULL) {
		ts_diag(b->d, TS_ERROR, "yaml", b->src, off, 1, "not valid YAML %s: %s", p->context, problem);
	} else {
		ts_diag(b->d, TS_ERROR, "yaml", b->src, off, 1, "not valid YAML: %s", problem);
	}
}

static struct ts_yaml *new_node(struct build *b, enum ts_yaml_kind kind, const yaml_event_t *ev)
{
	struct ts_yaml *v = ts_arena_alloc(b->arena, sizeof(*v));
	size_t end = offset_of(b, ev->end_mark.index);

	v->kind = kind;
	v->text = "";
	v->off = offset_of(b, ev->start_mark.index);
	v->len = end > v->off ? end - v->off : 0;
	return v;
}

/* Put a finished or just opened node where it belongs. */
static void attach(struct build *b, struct ts_yaml *v)
{
	struct open_node *o = b->depth > 0 ? &b->stack[b->depth - 1] : NULL;

	if (o == NULL) {
		b->root = v;
	} else if (o->node->kind == TS_YAML_LIST) {
		TS_ARENA_GROW(b->arena, o->node->items, o->cap, o->node->n);
		o->node->items[o->node->n++] = v;
	} else if (o->key == NULL) {
		o->key = v;
		if (v->kind != TS_YAML_SCALAR) {
			fail_at(b, v->off, 1, "a key must be plain text, not a list or a mapping");
		}
	} else {
		TS_ARENA_GROW(b->arena, o->node->items, o->cap, o->node->n);
		TS_ARENA_GROW(b->arena, o->node->keys, o->keycap, o->node->n);
		o->node->keys[o->node->n] = o->key;
		o->node->items[o->node->n++] = v;
		o->key = NULL;
	}
}

static int compare_keys(const void *a, const void *b)
{
	const struct ts_yaml *const *x = a, *const *y = b;
	int c = strcmp((*x)->text, (*y)->text);

	return c != 0 ? c : ((*x)->off > (*y)->off) - ((*x)->off < (*y)->off);
}

/* Report keys that stand twice. The first one counts: ts_yaml_get finds it first, readers that go over all
 * keys see both. */
static void check_duplicates(struct build *b, const struct ts_yaml *map)
{
	struct ts_yaml **sorted;

	if (map->n < 2) {
		return;
	}
	sorted = ts_xreallocarray(NULL, map->n, sizeof(struct ts_yaml *));
	memcpy(sorted, map->keys, map->n * sizeof(struct ts_yaml *));
	qsort(sorted, map->n, sizeof(struct ts_yaml *), compare_keys);
	for (size_t i = 1; i < map->n; i++) {
		if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0) {
			ts_diag(b->d, TS_ERROR, "yaml-duplicate", b->src, sorted[i]->off, sorted[i]->len,
				"the key \"%s\" stands here twice: leave one of them out", sorted[i]->text);
		}
	}
	free(sorted);
}

static void scalar(struct build *b, const yaml_event_t *ev)
{
	struct ts_yaml *v = new_node(b, TS_YAML_SCALAR, ev);
	const char *text = (const char *)ev->data.scalar.value;

	if (memchr(text, '\0', ev->data.scalar.length) != NULL) {
		fail_at(b, v->off, v->len, "a NUL character cannot stand in a value");
	}
	v->text = ts_arena_strdup(b->arena, text);
	v->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	attach(b, v);
}

static void open_collection(struct build *b, enum ts_yaml_kind kind, const yaml_event_t *ev)
{
	struct ts_yaml *v = new_node(b, kind, ev);
	const char *nl;

	if (b->depth == TS_YAML_DEPTH_MAX) {
		ts_diag(b->d, TS_ERROR, "yaml", b->src, v->off, 1,
			"lists and mappings may be nested %d deep, not deeper", TS_YAML_DEPTH_MAX);
		b->failed = true;
		return;
	}
	/* a block collection has no closing mark: underline to the end of its first line */
	nl = memchr(b->text + v->off, '\n', b->base + b->len - v->off);
	v->len = nl != NULL ? (size_t)(nl - (b->text + v->off)) : b->base + b->len - v->off;
	attach(b, v);
	b->stack[b->depth++] = (struct open_node){ .node = v };
}

static void close_collection(struct build *b, const yaml_event_t *ev)
{
	struct ts_yaml *v = b->stack[--b->depth].node;
	size_t end = offset_of(b, ev->end_mark.index);

	/* a flow collection that ends on its first line is underlined as a whole, no further */
	if (end > v->off && end - v->off < v->len) {
		v->len = end - v->off;
	}
	if (v->kind == TS_YAML_MAP) {
		check_duplicates(b, v);
	}
}

/* Anchors and tags are on the events of all three kinds of node. */
static bool decorated(const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT: return ev->data.scalar.anchor != NULL || ev->data.scalar.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return ev->data.sequence_start.anchor != NULL || ev->data.sequence_start.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return ev->data.mapping_start.anchor != NULL || ev->data.mapping_start.tag != NULL;
	default: return false;
	}
}

static void event(struct build *b, const yaml_event_t *ev)
{
	size_t off = offset_of(b, ev->start_mark.index);

	if (ev->type == YAML_ALIAS_EVENT || decorated(ev)) {
		fail_at(b, off, 1,
			"anchors (&), aliases (*) and tags (!) are not allowed: write the value out, in "
			"quotes where it begins with one of these");
		return;
	}
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		if (++b->nodes > TS_YAML_NODES_MAX) {
			ts_diag(b->d, TS_ERROR, "yaml", b->src, off, 1,
				"more than %d values in one place are not read", TS_YAML_NODES_MAX);
			b->failed = true;
			return;
		}
		break;
	default: break;
	}
	switch (ev->type) {
	case YAML_SCALAR_EVENT: scalar(b, ev); break;
	case YAML_SEQUENCE_START_EVENT: open_collection(b, TS_YAML_LIST, ev); break;
	case YAML_MAPPING_START_EVENT: open_collection(b, TS_YAML_MAP, ev); break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: close_collection(b, ev); break;
	case YAML_DOCUMENT_START_EVENT:
		if (b->root != NULL) {
			fail_at(b, off, 3, "a second document begins here: only one is read");
		}
		break;
	default: break;
	}
}

struct ts_yaml *ts_yaml_parse(struct ts_arena *a, const struct ts_source *src, const char *text, size_t off,
	size_t len, struct ts_diags *d)
{
	struct build b = { .arena = a,
		.src = src,
		.d = d,
		.text = text != NULL ? text : src->text,
		.base = off,
		.len = len };
	yaml_parser_t p;
	bool end = false;

	if (len >= 3 && memcmp(b.text + off, "\xEF\xBB\xBF", 3) == 0) {
		b.base += 3; /* libyaml takes a byte order mark out without counting it */
		b.len -= 3;
	}
	if (!yaml_parser_initialize(&p)) {
		ts_diag(d, TS_ERROR, "yaml", src, off, 0, "not enough memory to read this");
		return NULL;
	}
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)b.text + b.base, b.len);
	build_strides(&b);
	while (!end && !b.failed) {
		yaml_event_t ev;

		if (!yaml_parser_parse(&p, &ev)) {
			fail_parser(&b, &p);
			break;
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		event(&b, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
	free(b.strides);
	return b.failed ? NULL : b.root;
}

const struct ts_yaml *ts_yaml_get(const struct ts_yaml *map, const char *key)
{
	if (map == NULL || map->kind != TS_YAML_MAP) {
		return NULL;
	}
	for (size_t i = 0; i < map->n; i++) {
		if (strcmp(map->keys[i]->text, key) == 0) {
			return map->items[i];
		}
	}
	return NULL;
}

static bool in_list(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(text, *list) == 0) {
			return true;
		}
	}
	return false;
}

static bool all_of(const char *s, const char *allowed)
{
	if (*s == '\0') {
		return false;
	}
	while (*s != '\0' && strchr(allowed, *s) != NULL) {
		s++;
	}
	return *s == '\0';
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *s)
{
	size_t before, after = 0;

	s += *s == '-' || *s == '+';
	before = strspn(s, "0123456789");
	s += before;
	if (*s == '.') {
		s++;
		after = strspn(s, "0123456789");
		s += after;
	}
	if (before + after == 0) {
		return false;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		return all_of(s, "0123456789");
	}
	return *s == '\0';
}

enum ts_yaml_type ts_yaml_type(const struct ts_yaml *v)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE", NULL };
	static const char *const floats[] = { ".inf", ".Inf", ".INF", "+.inf", "-.inf", "-.Inf", "-.INF",
		".nan", ".NaN", ".NAN", NULL };
	const char *s = v->text;

	if (v->kind != TS_YAML_SCALAR || !v->plain) {
		return TS_YAML_STRING;
	}
	if (in_list(s, nulls)) {
		return TS_YAML_NULL;
	}
	if (in_list(s, bools)) {
		return TS_YAML_BOOL;
	}
	if (all_of(s + (*s == '-' || *s == '+'), "0123456789") ||
		(strncmp(s, "0x", 2) == 0 && all_of(s + 2, "0123456789abcdefABCDEF")) ||
		(strncmp(s, "0o", 2) == 0 && all_of(s + 2, "01234567"))) {
		return TS_YAML_INT;
	}
	return in_list(s, floats) || is_float(s) ? TS_YAML_FLOAT : TS_YAML_STRING;
}

size_t ts_yaml_at(const struct ts_source *src, const struct ts_yaml *v, size_t k)
{
	size_t n = strlen(v->text), start = v->off + (v->plain ? 0 : 1);

	if (k <= n && start + n <= src->len && memcmp(src->text + start, v->text, n) == 0) {
		return start + k;
	}
	return v->off;
}

const char *ts_yaml_what(const struct ts_yaml *v)
{
	switch (v->kind) {
	case TS_YAML_LIST: return "a list";
	case TS_YAML_MAP: return "a mapping";
	case TS_YAML_SCALAR: break;
	}
	return ts_yaml_type(v) == TS_YAML_NULL ? "nothing" : "text";
}
