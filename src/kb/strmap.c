/* kb/strmap.c - open addressing with linear probing; grows at half full. */
#include "kb/strmap.h"

#include <stdint.h>
#include <string.h>

struct slot {
	const char *key; /* NULL = free */
	size_t value;
};

struct ts_strmap {
	struct ts_arena *arena;
	struct slot *slots;
	size_t size, count; /* size is a power of two */
};

/* FNV-1a */
static size_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s != '\0'; s++) {
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	}
	return (size_t)(h ^ (h >> 32));
}

static struct slot *find(const struct ts_strmap *m, const char *key)
{
	size_t i = hash(key) & (m->size - 1);

	while (m->slots[i].key != NULL && strcmp(m->slots[i].key, key) != 0) {
		i = (i + 1) & (m->size - 1);
	}
	return &m->slots[i];
}

struct ts_strmap *ts_strmap_new(struct ts_arena *a)
{
	struct ts_strmap *m = ts_arena_alloc(a, sizeof(*m));

	m->arena = a;
	m->size = 16;
	m->slots = ts_arena_calloc(a, m->size, sizeof(*m->slots));
	return m;
}

static void grow(struct ts_strmap *m)
{
	struct slot *old = m->slots;
	size_t n = m->size;

	m->size *= 2;
	m->slots = ts_arena_calloc(m->arena, m->size, sizeof(*m->slots));
	for (size_t i = 0; i < n; i++) {
		if (old[i].key != NULL) {
			*find(m, old[i].key) = old[i];
		}
	}
}

bool ts_strmap_add(struct ts_strmap *m, const char *key, size_t value)
{
	struct slot *s = find(m, key);

	if (s->key != NULL) {
		return false;
	}
	s->key = key;
	s->value = value;
	m->count++;
	if (m->count * 2 > m->size) {
		grow(m);
	}
	return true;
}

size_t ts_strmap_get(const struct ts_strmap *m, const char *key)
{
	const struct slot *s = find(m, key);

	return s->key != NULL ? s->value : (size_t)-1;
}
