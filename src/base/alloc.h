/* base/alloc.h - allocation that ends the program with a message when memory is gone. Not for SQLite
 * callbacks: those return SQLITE_NOMEM. */
#ifndef TS_BASE_ALLOC_H
#define TS_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

#if defined(__GNUC__)
#if defined(__MINGW32__)
/* Its own printf is meant, not that of Windows' library (__USE_MINGW_ANSI_STDIO). */
#define TS_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#else
#define TS_PRINTF(f, a) __attribute__((format(printf, f, a)))
#endif
#define TS_NORETURN   __attribute__((noreturn))
#define TS_NEVER_NULL __attribute__((returns_nonnull))
#else
#define TS_PRINTF(f, a)
#define TS_NORETURN
#define TS_NEVER_NULL
#endif

#define TS_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Each returns memory that the caller frees with free(); none returns NULL. */
void *ts_xmalloc(size_t size) TS_NEVER_NULL;
void *ts_xcalloc(size_t count, size_t size) TS_NEVER_NULL;
void *ts_xrealloc(void *old, size_t size) TS_NEVER_NULL;
/* Resize an array of `count` elements of `size` bytes; a product that overflows ends the program. */
void *ts_xreallocarray(void *old, size_t count, size_t size) TS_NEVER_NULL;
char *ts_xstrdup(const char *s) TS_NEVER_NULL;
char *ts_xstrndup(const char *s, size_t n) TS_NEVER_NULL;
char *ts_xasprintf(const char *fmt, ...) TS_PRINTF(1, 2);
char *ts_xvasprintf(const char *fmt, va_list ap) TS_PRINTF(1, 0);

/* Make room for one more element in the array `*items` of `*cap` elements, of which `count` are used; grows by doubling. */
void ts_xgrow(void *items, size_t *cap, size_t count, size_t size);
#define TS_GROW(items, cap, count) ts_xgrow(&(items), &(cap), (count), sizeof((items)[0]))

#endif
