/* table/files-regtree.c - the keys of registry exports as one tree. */
#include "table/files-regtree.h"

#include <stdlib.h>
#include <string.h>
#include "decode/regtext.h"

#define MAX_KEYS     4000000 /* of all exports together */
#define MAX_DEPTH    512
#define MAX_COMPARED 4096 /* values of a key among which an earlier one of the same name is looked for */

struct ts_regtree {
	struct ts_arena *arena;
	struct ts_regtree_key *keys;
	size_t n, cap;
	struct ts_regtree_value *values;
	size_t nvalues, cap_values;
	uint32_t *slots; /* hash of (parent, name): key + 1, 0 = free */
	size_t nslots;
};

/* What is being read. */
struct load {
	struct ts_regtree *t;
	uint32_t key;  /* values go here */
	bool again;    /* the key stood in a file before */
	uint32_t root; /* of the part that the file exports */
	uint32_t *roots;
	size_t nroots, cap_roots;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t slot_of(const struct ts_regtree *t, uint32_t parent, const char *name, size_t n)
{
	uint64_t h = UINT64_C(1469598103934665603) ^ parent;
	for (size_t i = 0; i < n; i++) {
		h = (h ^ (unsigned char)lower(name[i])) * UINT64_C(1099511628211);
	}
	return (size_t)(h ^ h >> 32) & (t->nslots - 1);
}

static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]) || a[i] == '\0') {
			return false;
		}
	}
	return a[n] == '\0';
}

uint32_t ts_regtree_child(const struct ts_regtree *t, uint32_t parent, const char *name, size_t n)
{
	for (size_t i = slot_of(t, parent, name, n); t->slots[i] != 0; i = (i + 1) & (t->nslots - 1)) {
		const struct ts_regtree_key *k = &t->keys[t->slots[i] - 1];
		if (k->parent == parent && same(k->name, name, n)) {
			return t->slots[i] - 1;
		}
	}
	return TS_REGTREE_NONE;
}

static void put_slot(struct ts_regtree *t, uint32_t at)
{
	const struct ts_regtree_key *k = &t->keys[at];
	size_t i = slot_of(t, k->parent, k->name, strlen(k->name));
	while (t->slots[i] != 0) {
		i = (i + 1) & (t->nslots - 1);
	}
	t->slots[i] = at + 1;
}

static void grow_slots(struct ts_regtree *t)
{
	free(t->slots);
	t->nslots *= 2;
	t->slots = ts_xcalloc(t->nslots, sizeof(*t->slots));
	for (uint32_t i = 1; i < t->n; i++) {
		put_slot(t, i);
	}
}

static uint32_t add_key(struct ts_regtree *t, uint32_t parent, const char *name, size_t n)
{
	TS_GROW(t->keys, t->cap, t->n);
	uint32_t at = (uint32_t)t->n++;
	t->keys[at] = (struct ts_regtree_key){ .name = ts_arena_strndup(t->arena, name, n),
		.parent = parent,
		.first = TS_REGTREE_NONE,
		.last = TS_REGTREE_NONE,
		.next = TS_REGTREE_NONE,
		.first_value = TS_REGTREE_NONE,
		.last_value = TS_REGTREE_NONE };
	if (at != TS_REGTREE_ROOT) {
		struct ts_regtree_key *p = &t->keys[parent];
		if (p->last == TS_REGTREE_NONE) {
			p->first = at;
		} else {
			t->keys[p->last].next = at;
		}
		p->last = at;
		put_slot(t, at);
	}
	return at;
}

struct ts_regtree *ts_regtree_new(void)
{
	struct ts_regtree *t = ts_xcalloc(1, sizeof(*t));
	t->arena = ts_arena_new();
	t->nslots = 1024;
	t->slots = ts_xcalloc(t->nslots, sizeof(*t->slots));
	add_key(t, TS_REGTREE_NONE, "", 0);
	return t;
}

void ts_regtree_free(struct ts_regtree *t)
{
	if (t != NULL) {
		free(t->keys);
		free(t->values);
		free(t->slots);
		ts_arena_free(t->arena);
		free(t);
	}
}

const struct ts_regtree_key *ts_regtree_key(const struct ts_regtree *t, uint32_t at)
{
	return &t->keys[at];
}

const struct ts_regtree_value *ts_regtree_value(const struct ts_regtree *t, uint32_t at)
{
	return at != TS_REGTREE_NONE ? &t->values[at] : NULL;
}

bool ts_regtree_covered(const struct ts_regtree *t, uint32_t at)
{
	for (; at != TS_REGTREE_NONE; at = t->keys[at].parent) {
		if (t->keys[at].covered) {
			return true;
		}
	}
	return false;
}

bool ts_regtree_partial(const struct ts_regtree *t, uint32_t at)
{
	for (; at != TS_REGTREE_NONE; at = t->keys[at].parent) {
		if (t->keys[at].partial) {
			return true;
		}
	}
	return false;
}

/* --- reading a file --- */

static bool is_below(const struct ts_regtree *t, uint32_t at, uint32_t root)
{
	for (; at != TS_REGTREE_NONE; at = t->keys[at].parent) {
		if (at == root) {
			return true;
		}
	}
	return false;
}

static bool take_key(void *ctx, struct ts_str path)
{
	struct load *l = ctx;
	struct ts_regtree *t = l->t;
	uint32_t at = TS_REGTREE_ROOT;
	int depth = 0;
	while (path.n > 0) {
		const char *cut = memchr(path.p, '\\', path.n);
		size_t n = cut != NULL ? (size_t)(cut - path.p) : path.n;
		uint32_t child = n > 0 ? ts_regtree_child(t, at, path.p, n) : at;
		if (child == TS_REGTREE_NONE) {
			if (t->n >= MAX_KEYS || ++depth > MAX_DEPTH) {
				return false;
			}
			if (t->n * 2 > t->nslots) {
				grow_slots(t);
			}
			child = add_key(t, at, path.p, n);
		}
		at = child;
		size_t step = cut != NULL ? n + 1 : n;
		path = (struct ts_str){ path.p + step, path.n - step };
	}
	l->again = t->keys[at].listed;
	t->keys[at].listed = true;
	l->key = at;
	if (l->root == TS_REGTREE_NONE || !is_below(t, at, l->root)) {
		l->root = at;
		TS_GROW(l->roots, l->cap_roots, l->nroots);
		l->roots[l->nroots++] = at;
	}
	return true;
}

/* The value of that name in a key that stood in a file before; NULL where it is new. */
static struct ts_regtree_value *earlier_value(struct load *l, struct ts_str name)
{
	struct ts_regtree *t = l->t;
	uint32_t at = l->again ? t->keys[l->key].first_value : TS_REGTREE_NONE;
	for (int i = 0; at != TS_REGTREE_NONE && i < MAX_COMPARED; i++) {
		struct ts_regtree_value *v = &t->values[at];
		if (same(v->name, name.p, name.n)) {
			return v;
		}
		at = v->next;
	}
	return NULL;
}

static bool take_value(void *ctx, const struct ts_regtext_value *v)
{
	struct load *l = ctx;
	struct ts_regtree *t = l->t;
	struct ts_regtree_key *k = &t->keys[l->key];
	unsigned char *data = ts_arena_alloc(t->arena, v->size + 1);
	memcpy(data, v->data, v->size);
	struct ts_regtree_value *earlier = earlier_value(l, v->name);
	if (earlier != NULL) { /* the later export is the newer one */
		earlier->type = v->type;
		earlier->data = data;
		earlier->size = v->size;
		return true;
	}
	TS_GROW(t->values, t->cap_values, t->nvalues);
	uint32_t at = (uint32_t)t->nvalues++;
	t->values[at] = (struct ts_regtree_value){ .name = ts_arena_strndup(t->arena, v->name.p, v->name.n),
		.type = v->type,
		.data = data,
		.size = v->size,
		.next = TS_REGTREE_NONE };
	if (k->last_value == TS_REGTREE_NONE) {
		k->first_value = at;
	} else {
		t->values[k->last_value].next = at;
	}
	k->last_value = at;
	return true;
}

void ts_regtree_add(struct ts_regtree *t, const unsigned char *p, size_t n)
{
	struct load l = { .t = t, .key = TS_REGTREE_ROOT, .root = TS_REGTREE_NONE };
	struct ts_regtext_sink sink = { take_key, take_value, &l };
	struct ts_regtext_result result;
	ts_regtext_read(p, n, &sink, &result);
	/* An export holds whole subtrees; a script made by a person, only what it changes. */
	for (size_t i = 0; i < l.nroots; i++) {
		struct ts_regtree_key *k = &t->keys[l.roots[i]];
		k->covered = k->covered || !result.script;
		k->partial = k->partial || result.bad_lines > 0;
	}
	free(l.roots);
}
