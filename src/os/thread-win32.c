/* os/thread-win32.c - threads, locks and conditions of Windows. */
#include "os/thread.h"

#include <process.h>
#include <stdint.h>
#include <stdlib.h>
#include <windows.h>

#include "base/alloc.h"

struct ts_thread {
	HANDLE handle;
};

struct ts_mutex {
	SRWLOCK m;
};

struct ts_cond {
	CONDITION_VARIABLE c;
};

struct start {
	void (*fn)(void *);
	void *arg;
};

static unsigned __stdcall run(void *p)
{
	struct start s = *(struct start *)p;
	free(p);
	s.fn(s.arg);
	return 0;
}

struct ts_thread *ts_thread_start(void (*fn)(void *), void *arg)
{
	struct ts_thread *t = ts_xmalloc(sizeof(*t));
	struct start *s = ts_xmalloc(sizeof(*s));
	*s = (struct start){ fn, arg };
	t->handle = (HANDLE)_beginthreadex(NULL, 0, run, s, 0, NULL);
	if (t->handle == NULL) {
		free(s);
		free(t);
		return NULL;
	}
	return t;
}

void ts_thread_join(struct ts_thread *t)
{
	(void)WaitForSingleObject(t->handle, INFINITE);
	ts_thread_detach(t);
}

void ts_thread_detach(struct ts_thread *t)
{
	(void)CloseHandle(t->handle);
	free(t);
}

struct ts_mutex *ts_mutex_new(void)
{
	struct ts_mutex *m = ts_xmalloc(sizeof(*m));
	InitializeSRWLock(&m->m);
	return m;
}

void ts_mutex_free(struct ts_mutex *m)
{
	free(m);
}

void ts_mutex_lock(struct ts_mutex *m)
{
	AcquireSRWLockExclusive(&m->m);
}

void ts_mutex_unlock(struct ts_mutex *m)
{
	ReleaseSRWLockExclusive(&m->m);
}

struct ts_cond *ts_cond_new(void)
{
	struct ts_cond *c = ts_xmalloc(sizeof(*c));
	InitializeConditionVariable(&c->c);
	return c;
}

void ts_cond_free(struct ts_cond *c)
{
	free(c);
}

void ts_cond_signal(struct ts_cond *c)
{
	WakeAllConditionVariable(&c->c);
}

bool ts_cond_wait(struct ts_cond *c, struct ts_mutex *m, int ms)
{
	return SleepConditionVariableSRW(&c->c, &m->m, ms > 0 ? (DWORD)ms : 0, 0) != 0;
}
