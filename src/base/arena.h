/* base/arena.h - things that die together are allocated together: one arena per loaded entry, per run. */
#ifndef TS_BASE_ARENA_H
#define TS_BASE_ARENA_H

#include "base/alloc.h"

struct ts_arena;

struct ts_arena *ts_arena_new(void);
/* Frees everything allocated from the arena. NULL is allowed. */
void ts_arena_free(struct ts_arena *a);

/* Zeroed memory, aligned for any type, alive as long as the arena; never NULL. */
void *ts_arena_alloc(struct ts_arena *a, size_t size);
void *ts_arena_calloc(struct ts_arena *a, size_t count, size_t size);
/* Copies with a NUL at the end. ts_arena_strdup(a, NULL) is NULL. */
char *ts_arena_strdup(struct ts_arena *a, const char *s);
char *ts_arena_strndup(struct ts_arena *a, const char *s, size_t n);
char *ts_arena_printf(struct ts_arena *a, const char *fmt, ...) TS_PRINTF(2, 3);
/* Grow an array that lives in the arena (the old block stays until the arena is freed). */
void ts_arena_grow(struct ts_arena *a, void *items, size_t *cap, size_t count, size_t size);
#define TS_ARENA_GROW(a, items, cap, count) ts_arena_grow((a), &(items), &(cap), (count), sizeof((items)[0]))

#endif
