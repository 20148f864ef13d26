/* os/thread-posix.c - threads, locks and conditions by pthread. */
#include "os/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"

struct ts_thread {
	pthread_t id;
};

struct ts_mutex {
	pthread_mutex_t m;
};

struct ts_cond {
	pthread_cond_t c;
};

struct start {
	void (*fn)(void *);
	void *arg;
};

static void *run(void *p)
{
	struct start s = *(struct start *)p;
	free(p);
	s.fn(s.arg);
	return NULL;
}

struct ts_thread *ts_thread_start(void (*fn)(void *), void *arg)
{
	struct ts_thread *t = ts_xmalloc(sizeof(*t));
	struct start *s = ts_xmalloc(sizeof(*s));
	*s = (struct start){ fn, arg };
	/* Signals are for the main thread, which owns the terminal. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&t->id, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		free(s);
		free(t);
		return NULL;
	}
	return t;
}

void ts_thread_join(struct ts_thread *t)
{
	pthread_join(t->id, NULL);
	free(t);
}

void ts_thread_detach(struct ts_thread *t)
{
	pthread_detach(t->id);
	free(t);
}

struct ts_mutex *ts_mutex_new(void)
{
	struct ts_mutex *m = ts_xmalloc(sizeof(*m));
	pthread_mutex_init(&m->m, NULL);
	return m;
}

void ts_mutex_free(struct ts_mutex *m)
{
	if (m != NULL) {
		pthread_mutex_destroy(&m->m);
		free(m);
	}
}

void ts_mutex_lock(struct ts_mutex *m)
{
	pthread_mutex_lock(&m->m);
}

void ts_mutex_unlock(struct ts_mutex *m)
{
	pthread_mutex_unlock(&m->m);
}

struct ts_cond *ts_cond_new(void)
{
	struct ts_cond *c = ts_xmalloc(sizeof(*c));
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	/* A change of the date must not lengthen a wait. */
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->c, &attr);
	pthread_condattr_destroy(&attr);
	return c;
}

void ts_cond_free(struct ts_cond *c)
{
	if (c != NULL) {
		pthread_cond_destroy(&c->c);
		free(c);
	}
}

void ts_cond_signal(struct ts_cond *c)
{
	pthread_cond_broadcast(&c->c);
}

bool ts_cond_wait(struct ts_cond *c, struct ts_mutex *m, int ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	ms = ms > 0 ? ms : 0;
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return pthread_cond_timedwait(&c->c, &m->m, &t) != ETIMEDOUT;
}
