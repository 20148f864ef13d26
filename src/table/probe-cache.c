/* table/probe-cache.c - what other computers have answered in a run. */
#include "table/probe-cache.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "os/thread.h"

#define WAIT_MS 20 /* between two looks at the budget of one who waits */

struct entry {
	struct entry *next;
	char *question;
	struct ts_probe_answer answer;
	bool asking;  /* somebody is putting the question now */
	bool current; /* is given to those who ask */
	int holders;
};

struct ts_probe_cache {
	struct ts_mutex *lock;
	struct ts_cond *answered;
	struct entry *entries;
};

struct ts_probe_cache *ts_probe_cache_new(void)
{
	struct ts_probe_cache *c = ts_xcalloc(1, sizeof(*c));
	c->lock = ts_mutex_new();
	c->answered = ts_cond_new();
	return c;
}

static void entry_free(struct entry *e)
{
	if (e->answer.free_data != NULL) {
		e->answer.free_data(e->answer.data);
	}
	free(e->question);
	free(e);
}

void ts_probe_cache_free(struct ts_probe_cache *c)
{
	if (c != NULL) {
		while (c->entries != NULL) {
			struct entry *e = c->entries;
			c->entries = e->next;
			entry_free(e);
		}
		ts_mutex_free(c->lock);
		ts_cond_free(c->answered);
		free(c);
	}
}

/* Let go of what nobody holds and nobody will be given. Under the lock. */
static void sweep(struct ts_probe_cache *c)
{
	for (struct entry **at = &c->entries; *at != NULL;) {
		struct entry *e = *at;
		if (!e->current && e->holders == 0) {
			*at = e->next;
			entry_free(e);
		} else {
			at = &e->next;
		}
	}
}

void ts_probe_cache_forget(struct ts_probe_cache *c)
{
	ts_mutex_lock(c->lock);
	for (struct entry *e = c->entries; e != NULL; e = e->next) {
		e->current = false;
	}
	sweep(c);
	ts_mutex_unlock(c->lock);
}

static struct entry *find(struct ts_probe_cache *c, const char *question)
{
	for (struct entry *e = c->entries; e != NULL; e = e->next) {
		if (e->current && strcmp(e->question, question) == 0) {
			return e;
		}
	}
	return NULL;
}

/* Under the lock, which is let go while the question is put. */
static const void *put_question(struct ts_probe_cache *c, const char *question,
	void (*ask)(void *ctx, struct ts_probe_answer *out), void *ctx)
{
	struct entry *e = ts_xcalloc(1, sizeof(*e));
	*e = (struct entry){ .next = c->entries,
		.question = ts_xstrdup(question),
		.asking = true,
		.current = true,
		.holders = 1 };
	c->entries = e;
	ts_mutex_unlock(c->lock);
	struct ts_probe_answer answer = { 0 };
	ask(ctx, &answer);
	ts_mutex_lock(c->lock);
	e->answer = answer;
	e->asking = false;
	e->current = e->current && answer.settled;
	ts_cond_signal(c->answered);
	return answer.data;
}

const void *ts_probe_cache_get(struct ts_probe_cache *c, const char *question, const struct ts_budget *budget,
	void (*ask)(void *ctx, struct ts_probe_answer *out), void *ctx)
{
	const void *data = NULL;
	ts_mutex_lock(c->lock);
	for (;;) {
		struct entry *e = find(c, question);
		if (e == NULL) {
			data = put_question(c, question, ask, ctx);
			break;
		}
		if (!e->asking) {
			e->holders++;
			data = e->answer.data;
			break;
		}
		if (ts_budget_check(budget) != TS_BUDGET_OK) {
			break;
		}
		(void)ts_cond_wait(c->answered, c->lock, WAIT_MS);
	}
	ts_mutex_unlock(c->lock);
	return data;
}

void ts_probe_cache_release(struct ts_probe_cache *c, const void *data)
{
	ts_mutex_lock(c->lock);
	for (struct entry *e = c->entries; data != NULL && e != NULL; e = e->next) {
		if (e->answer.data == data) {
			e->holders--;
			break;
		}
	}
	sweep(c);
	ts_mutex_unlock(c->lock);
}
