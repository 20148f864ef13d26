/* os/lock.h - who is working on what: locks on numbered places of one file, which the system takes back when the
 * program that holds them ends, however it ends. */
#ifndef TS_OS_LOCK_H
#define TS_OS_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct ts_lock;

/* The lock file, made with 0600 where it does not exist. NULL with err. One at a time for a path. */
struct ts_lock *ts_lock_new(const char *path, struct ts_err *err);
void ts_lock_free(struct ts_lock *l); /* gives back all; NULL is allowed */

enum ts_lock_result { TS_LOCK_OURS, TS_LOCK_TAKEN, TS_LOCK_FAILED };
/* Take place n without waiting. TAKEN: *pid (may be NULL) is the program that holds it, 0 when that cannot be told. */
enum ts_lock_result ts_lock_take(struct ts_lock *l, int64_t n, long *pid, struct ts_err *err);
void ts_lock_give(struct ts_lock *l, int64_t n);
/* Does another program hold place n? */
bool ts_lock_held(struct ts_lock *l, int64_t n, long *pid);

#endif
