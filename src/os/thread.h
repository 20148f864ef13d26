/* os/thread.h - threads, locks and flags as this program needs them (pthread on POSIX, Win32 there). */
#ifndef TS_OS_THREAD_H
#define TS_OS_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>

struct ts_thread;
struct ts_mutex;
struct ts_cond;

struct ts_thread *ts_thread_start(void (*fn)(void *), void *arg); /* NULL when the system refuses one */
void ts_thread_join(struct ts_thread *t);                         /* waits and frees */
void ts_thread_detach(struct ts_thread *t); /* frees the handle; the thread ends on its own */

struct ts_mutex *ts_mutex_new(void);
void ts_mutex_free(struct ts_mutex *m);
void ts_mutex_lock(struct ts_mutex *m);
void ts_mutex_unlock(struct ts_mutex *m);

struct ts_cond *ts_cond_new(void);
void ts_cond_free(struct ts_cond *c);
void ts_cond_signal(struct ts_cond *c); /* wakes all */
/* Wait at most ms milliseconds; false when the time is over. */
bool ts_cond_wait(struct ts_cond *c, struct ts_mutex *m, int ms);

#endif
