/* decode/evtx-json.c - an event's data as names and values, and as JSON in osquery's shape: Data elements
 * by their Name, or an array where they have none; everything else nested as in the XML, attributes under
 * <xmlattr>. A name with dots is a path; a repeated Name keeps its last value. */
#include "decode/evtx-int.h"

#include <stdlib.h>
#include "base/alloc.h"

#define MAX_DOTS     8   /* levels that a name with dots makes */
#define MAX_COMPARED 256 /* names of an element's data among which a repeated one is looked for */
#define MAX_LEVELS   ((TS_EVTX_MAX_DEPTH + 1) * (MAX_DOTS + 1)) /* Data within Data, each with dots */
#define NONE         UINT32_MAX

/* --- names and values --- */

/* The Name of a Data element; NULL where it has none. */
static const struct ts_evtx_node *name_of(const struct ts_evtx_node *nodes, size_t n, size_t element)
{
	for (size_t i = element + 1; i < n && nodes[i].attribute; i++) {
		if (strcmp(nodes[i].name, "Name") == 0) {
			return &nodes[i];
		}
	}
	return NULL;
}

static bool is_data(const struct ts_evtx_node *node)
{
	return node->name_len == 4 && memcmp(node->name, "Data", 4) == 0;
}

bool ts_evtx_pairs(struct ts_evtx *x, ts_evtx_pair_fn *fn, void *arg)
{
	size_t n;
	const struct ts_evtx_node *nodes = ts_evtx_nodes(x, &n);
	for (size_t i = 0; nodes != NULL && i < n; i++) {
		const struct ts_evtx_node *node = &nodes[i];
		if (node->attribute || node->depth < 2) {
			continue;
		}
		size_t next = i + 1;
		while (next < n && nodes[next].attribute) {
			next++;
		}
		if (node->depth == 2 && is_data(node)) {
			fn(arg, name_of(nodes, n, i), node);
		} else if (next == n || nodes[next].depth <= node->depth) {
			fn(arg, node, node);
		}
	}
	return nodes != NULL;
}

/* --- a tree of what will be written --- */

struct evtx_item {
	const char *key, *value;
	uint32_t key_len, value_len;
	uint32_t first, last, next;                        /* children and the next of the same parent */
	uint32_t count, unnamed;                           /* children; those with an empty key */
	enum { DATA_UNKNOWN, DATA_LIST, DATA_NAMED } data; /* what the first Data child said */
};

struct tree {
	struct evtx_item *items;
	size_t n, cap;
};

static uint32_t add_item(struct tree *t, uint32_t parent, const char *key, size_t key_len)
{
	TS_GROW(t->items, t->cap, t->n);
	uint32_t i = (uint32_t)t->n++;
	t->items[i] = (struct evtx_item){ .key = key,
		.key_len = (uint32_t)key_len,
		.value = "",
		.first = NONE,
		.last = NONE,
		.next = NONE };
	if (parent != NONE) {
		struct evtx_item *p = &t->items[parent];
		if (p->last != NONE) {
			t->items[p->last].next = i;
		} else {
			p->first = i;
		}
		p->last = i;
		p->count++;
		p->unnamed += key_len == 0;
	}
	return i;
}

static uint32_t find_item(const struct tree *t, uint32_t parent, const char *key, size_t key_len)
{
	int seen = 0;
	for (uint32_t i = t->items[parent].first; i != NONE && seen < MAX_COMPARED;
		i = t->items[i].next, seen++) {
		if (t->items[i].key_len == key_len && memcmp(t->items[i].key, key, key_len) == 0) {
			return i;
		}
	}
	return NONE;
}

/* The place of a Data element of that name, made where it is missing. */
static uint32_t named_item(struct tree *t, uint32_t parent, const char *name, size_t len)
{
	for (int level = 0;; level++) {
		const char *dot = level < MAX_DOTS ? memchr(name, '.', len) : NULL;
		size_t part = dot != NULL ? (size_t)(dot - name) : len;
		uint32_t i = find_item(t, parent, name, part);
		parent = i != NONE ? i : add_item(t, parent, name, part);
		if (dot == NULL) {
			return parent;
		}
		name += part + 1;
		len -= part + 1;
	}
}

static uint32_t data_item(struct tree *t, uint32_t parent, const struct ts_evtx_node *name)
{
	bool has_name = name != NULL && name->value_len > 0;
	if (t->items[parent].data == DATA_UNKNOWN) {
		t->items[parent].data = has_name ? DATA_NAMED : DATA_LIST;
	}
	if (t->items[parent].data == DATA_LIST || !has_name) {
		return add_item(t, parent, "", 0);
	}
	return named_item(t, parent, name->value, name->value_len);
}

static void add_attribute(struct tree *t, uint32_t owner, const struct ts_evtx_node *node)
{
	static const char key[] = "<xmlattr>";
	uint32_t list = t->items[owner].first;
	if (list == NONE) {
		list = add_item(t, owner, key, sizeof(key) - 1);
	}
	uint32_t i = add_item(t, list, node->name, node->name_len);
	t->items[i].value = node->value;
	t->items[i].value_len = node->value_len;
}

static void build(struct tree *t, const struct ts_evtx_node *nodes, size_t n)
{
	uint32_t open[TS_EVTX_MAX_DEPTH + 1];
	bool in_data = false;
	open[0] = add_item(t, NONE, "", 0);
	for (size_t i = 0; i < n; i++) {
		const struct ts_evtx_node *node = &nodes[i];
		if (node->depth == 0) {
			continue;
		}
		if (node->attribute) {
			if (!in_data) {
				add_attribute(t, open[node->depth], node);
			}
			continue;
		}
		in_data = node->depth > 1 && is_data(node);
		uint32_t parent = open[node->depth - 1];
		uint32_t item = in_data ? data_item(t, parent, name_of(nodes, n, i))
					: add_item(t, parent, node->name, node->name_len);
		t->items[item].value = node->value;
		t->items[item].value_len = node->value_len;
		open[node->depth] = item;
	}
}

/* --- writing --- */

static void put_escaped(struct ts_buf *b, unsigned char c)
{
	switch (c) {
	case '"': ts_buf_puts(b, "\\\""); break;
	case '\\': ts_buf_puts(b, "\\\\"); break;
	case '\n': ts_buf_puts(b, "\\n"); break;
	case '\r': ts_buf_puts(b, "\\r"); break;
	case '\t': ts_buf_puts(b, "\\t"); break;
	default: ts_buf_printf(b, "\\u%04x", c); break;
	}
}

/* The text in quotes, and the character behind it, if any. */
static void put_string(struct ts_buf *b, const char *s, size_t n, char behind)
{
	size_t from = 0, end = b->cap < b->max ? b->cap : b->max;
	if (end > b->len && end - b->len > n + 4) { /* the usual case: room, and nothing to escape */
		char *out = b->data + b->len;
		size_t i = 0;
		for (*out++ = '"'; i < n; i++) {
			unsigned char c = (unsigned char)s[i];
			if (c < 0x20 || c == '"' || c == '\\') {
				break;
			}
			*out++ = (char)c;
		}
		if (i == n) {
			*out++ = '"';
			*out = behind;
			out[1] = '\0';
			b->len += n + 2 + (behind != '\0');
			return;
		}
	}
	ts_buf_putc(b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x20 && c != '"' && c != '\\') {
			continue;
		}
		ts_buf_put(b, s + from, i - from);
		from = i + 1;
		put_escaped(b, c);
	}
	ts_buf_put(b, s + from, n - from);
	ts_buf_putc(b, '"');
	if (behind != '\0') {
		ts_buf_putc(b, behind);
	}
}

static bool is_blank(const char *s, size_t n)
{
	return strspn(s, " \t\r\n") >= n;
}

/* Write what comes before the children of an item; true where it has some. */
static bool begin_item(struct ts_buf *b, const struct evtx_item *item)
{
	if (item->count == 0) {
		put_string(b, item->value, item->value_len, item->next != NONE ? ',' : '\0');
		return false;
	}
	bool list = item->unnamed == item->count;
	ts_buf_putc(b, list ? '[' : '{');
	if (!list && !is_blank(item->value, item->value_len)) {
		ts_buf_puts(b, "\"<xmltext>\":"); /* osquery drops it */
		put_string(b, item->value, item->value_len, ',');
	}
	return true;
}

static void write_tree(const struct tree *t, struct ts_buf *b)
{
	uint32_t stack[MAX_LEVELS]; /* items whose children are being written */
	int depth = 0;
	uint32_t i = t->items[0].first;
	stack[depth++] = 0;
	ts_buf_putc(b, '{');
	while (depth > 0) {
		const struct evtx_item *parent = &t->items[stack[depth - 1]];
		bool list = depth > 1 && parent->unnamed == parent->count;
		if (i == NONE) {
			ts_buf_putc(b, list ? ']' : '}');
			i = parent->next;
			depth--;
			if (depth > 0 && i != NONE) {
				ts_buf_putc(b, ',');
			}
			continue;
		}
		const struct evtx_item *item = &t->items[i];
		if (!list) {
			put_string(b, item->key, item->key_len, ':');
		}
		if (begin_item(b, item)) {
			stack[depth++] = i;
			i = item->first;
			continue;
		}
		i = item->next;
	}
}

bool ts_evtx_json(struct ts_evtx *x, struct ts_buf *out)
{
	size_t n;
	const struct ts_evtx_node *nodes = ts_evtx_nodes(x, &n);
	if (nodes == NULL) {
		return false;
	}
	struct tree t = { x->tree, 0, x->tree_cap }; /* the one of the record before */
	build(&t, nodes, n);
	if (t.items[0].count > 0) {
		write_tree(&t, out);
	}
	x->tree = t.items;
	x->tree_cap = t.cap;
	return true;
}
