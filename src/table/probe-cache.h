/* table/probe-cache.h - what other computers have answered in a run: each question (host, port, what is asked) is put
 * once; whoever asks the same while it is being put waits for the answer. */
#ifndef TS_TABLE_PROBE_CACHE_H
#define TS_TABLE_PROBE_CACHE_H

#include <stdbool.h>
#include "db/budget.h"

struct ts_probe_cache;

/* An answer as its question made it. */
struct ts_probe_answer {
	void *data;
	void (*free_data)(void *data);
	bool settled; /* false: a deadline or the person cut it off; this asker gets it, the next one asks again */
};

struct ts_probe_cache *ts_probe_cache_new(void);
/* NULL is allowed. Nobody may be asking or holding an answer. */
void ts_probe_cache_free(struct ts_probe_cache *c);
/* Answers so far are not given again; those that are held stay valid. Thread safe. */
void ts_probe_cache_forget(struct ts_probe_cache *c);

/* The answer's data, to be given back by ts_probe_cache_release(). ask() runs on this thread when nobody has asked yet,
 * without any lock held; it may itself use the cache for another question. NULL: the budget was over before somebody
 * else's question was answered. */
const void *ts_probe_cache_get(struct ts_probe_cache *c, const char *question, const struct ts_budget *budget,
	void (*ask)(void *ctx, struct ts_probe_answer *out), void *ctx);
void ts_probe_cache_release(struct ts_probe_cache *c, const void *data); /* NULL is allowed */

#endif
