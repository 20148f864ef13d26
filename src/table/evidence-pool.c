/* table/evidence-pool.c - connections that are used again for the same check on other evidence. */
#include "table/evidence-int.h"

#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"

#define POOL_MAX 192 /* connections that are kept: more than an entry has checks */

struct ts_evidence_pool {
	struct pooled {
		struct ts_conn *conn;
		struct ts_evidence **shown;
		char *sql, *machine;
		bool busy;
		unsigned used; /* when, in openings */
	} list[POOL_MAX];
	size_t n;
	unsigned openings;
};

struct ts_evidence_pool *ts_evidence_pool_new(void)
{
	return ts_xcalloc(1, sizeof(struct ts_evidence_pool));
}

static void drop(struct pooled *p)
{
	ts_conn_free(p->conn);
	free(p->sql);
	free(p->machine);
}

void ts_evidence_pool_free(struct ts_evidence_pool *p)
{
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		drop(&p->list[i]);
	}
	free(p);
}

/* A place for one more: the one that was not used for the longest time, where all are taken. */
static struct pooled *place(struct ts_evidence_pool *p)
{
	struct pooled *oldest = NULL;
	if (p->n < POOL_MAX) {
		return &p->list[p->n++];
	}
	for (size_t i = 0; i < p->n; i++) {
		struct pooled *l = &p->list[i];
		if (!l->busy && (oldest == NULL || l->used < oldest->used)) {
			oldest = l;
		}
	}
	if (oldest != NULL) {
		drop(oldest);
	}
	return oldest;
}

struct ts_conn *ts_evidence_pool_open(struct ts_evidence_pool *p, struct ts_evidence *ev, const char *name,
	const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		struct pooled *l = &p->list[i];
		if (!l->busy && strcmp(l->sql, sql) == 0 && strcmp(l->machine, name) == 0) {
			l->busy = true;
			l->used = ++p->openings;
			*l->shown = ev;
			ts_conn_again(l->conn, budget);
			return l->conn;
		}
	}
	struct ts_evidence **shown;
	struct ts_conn *c = ts_evidence_view(ev, name, sql, budget, &shown, err);
	struct pooled *l = c != NULL ? place(p) : NULL;
	if (l != NULL) {
		*l = (struct pooled){ c, shown, ts_xstrdup(sql), ts_xstrdup(name), true, ++p->openings };
	}
	return c;
}

void ts_evidence_pool_close(struct ts_evidence_pool *p, struct ts_conn *c)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->list[i].conn == c) {
			p->list[i].busy = false;
			return;
		}
	}
	ts_conn_free(c);
}
