/* table/visits.c - how often each port was connected to in a run. */
#include "table/visits.h"

#include <stdatomic.h>
#include <stdlib.h>
#include "base/alloc.h"
#include "table/probe-cache.h"

/* What the run's cache keeps for a port: the counter changes, its place does not. */
struct visits {
	atomic_int *answered;
};

static void free_visits(void *data)
{
	struct visits *v = data;
	free(v->answered);
	free(v);
}

static void new_visits(void *ctx, struct ts_probe_answer *out)
{
	(void)ctx;
	struct visits *v = ts_xcalloc(1, sizeof(*v));
	v->answered = ts_xcalloc(1, sizeof(*v->answered));
	*out = (struct ts_probe_answer){ v, free_visits, true };
}

int ts_visits_note(struct ts_scan *s, const char *address, int port, bool answered)
{
	const char *question = ts_arena_printf(ts_scan_arena(s), "visits %s %d", address, port);
	const struct visits *v =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), new_visits, NULL);
	int before = 0;
	if (v != NULL) {
		before = answered ? atomic_fetch_add(v->answered, 1) : atomic_load(v->answered);
	}
	ts_probe_cache_release(ts_scan_probes(s), v);
	return before;
}

const char *ts_visits_words(struct ts_scan *s, int answered_before)
{
	return answered_before == 0 ? NULL
				    : ts_arena_printf(ts_scan_arena(s),
					      "no answer, although %d earlier connection%s of this run %s "
					      "answered: these checks "
					      "themselves may have set off a limit on new connections",
					      answered_before, answered_before == 1 ? "" : "s",
					      answered_before == 1 ? "was" : "were");
}
