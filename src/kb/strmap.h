/* kb/strmap.h - a hash map from strings to numbers that lives in an arena. */
#ifndef TS_KB_STRMAP_H
#define TS_KB_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

struct ts_strmap;

struct ts_strmap *ts_strmap_new(struct ts_arena *a);
/* Remember key -> value. False when the key is there already; it then keeps its first value. The key must
 * live as long as the map. */
bool ts_strmap_add(struct ts_strmap *m, const char *key, size_t value);
/* The value, or (size_t)-1. */
size_t ts_strmap_get(const struct ts_strmap *m, const char *key);

#endif
