/* base/arena.c - blocks of memory that are given out piece by piece and freed together. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)4096)
#define LAST_BLOCK  ((size_t)256 << 10)

struct block {
	struct block *next;
	size_t size, used; /* bytes after this header */
};

struct ts_arena {
	struct block *blocks; /* the one to allocate from comes first */
	size_t next_size;
};

/* The bytes after a header, aligned as the header is: sizes are rounded so that every piece is aligned for any type. */
#define HEADER                                                                                               \
	((sizeof(struct block) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t))
#define MAX_PIECE (SIZE_MAX / 4)

struct ts_arena *ts_arena_new(void)
{
	struct ts_arena *a = ts_xcalloc(1, sizeof(*a));
	a->next_size = FIRST_BLOCK;
	return a;
}

void ts_arena_free(struct ts_arena *a)
{
	if (a == NULL) {
		return;
	}
	for (struct block *b = a->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static struct block *new_block(struct ts_arena *a, size_t size)
{
	bool own = size > a->next_size / 2;
	size_t bytes = own ? size : a->next_size;
	struct block *b = ts_xmalloc(HEADER + bytes);
	*b = (struct block){ .size = bytes };
	if (own && a->blocks != NULL) {
		/* A large piece gets a block of its own, behind the one that still has room for small ones. */
		b->next = a->blocks->next;
		a->blocks->next = b;
		return b;
	}
	b->next = a->blocks;
	a->blocks = b;
	if (!own && a->next_size < LAST_BLOCK) {
		a->next_size *= 2;
	}
	return b;
}

void *ts_arena_alloc(struct ts_arena *a, size_t size)
{
	if (size > MAX_PIECE) {
		(void)ts_xreallocarray(
			NULL, SIZE_MAX, 2); /* ends the program, as any allocation of that size does */
	}
	size = (size + (size == 0) + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	struct block *b = a->blocks;
	if (b == NULL || b->size - b->used < size) {
		b = new_block(a, size);
	}
	char *p = (char *)b + HEADER + b->used;
	b->used += size;
	return memset(p, 0, size);
}

void *ts_arena_calloc(struct ts_arena *a, size_t count, size_t size)
{
	return ts_arena_alloc(a, size > 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
}

char *ts_arena_strdup(struct ts_arena *a, const char *s)
{
	return s != NULL ? ts_arena_strndup(a, s, strlen(s)) : NULL;
}

char *ts_arena_strndup(struct ts_arena *a, const char *s, size_t n)
{
	char *p = ts_arena_alloc(a, n + 1);
	if (n > 0) {
		memcpy(p, s, n);
	}
	return p;
}

char *ts_arena_printf(struct ts_arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *text = ts_xvasprintf(fmt, ap);
	va_end(ap);
	char *p = ts_arena_strdup(a, text);
	free(text);
	return p;
}

void ts_arena_grow(struct ts_arena *a, void *items, size_t *cap, size_t count, size_t size)
{
	if (count < *cap) {
		return;
	}
	size_t bigger = *cap > 0 ? *cap * 2 : 8;
	void *old;
	memcpy(&old, items, sizeof(old)); /* items is the address of a pointer of any type */
	void *p = ts_arena_calloc(a, bigger, size);
	if (count > 0) {
		memcpy(p, old, count * size);
	}
	memcpy(items, &p, sizeof(p));
	*cap = bigger;
}
