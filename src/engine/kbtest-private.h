/* engine/kbtest-private.h - what the kbtest-*.c files share: a case that is walked. */
#ifndef TS_ENGINE_KBTEST_PRIVATE_H
#define TS_ENGINE_KBTEST_PRIVATE_H

#include "engine/kbtest-compare.h"
#include "table/evidence.h"

/* Tables that cannot be read, on the machine of a check. */
struct ts_kbtest_hole {
	struct {
		const char *machine, *table;
	} gaps[16];
	size_t n;
};

/* The case's evidence, with the tables of the hole (NULL = none) unreadable. NULL with err. */
struct ts_evidence *ts_kbtest_evidence(const struct ts_entry *e, const struct ts_test_case *c,
	const struct ts_kbtest_hole *hole, struct ts_err *err);
/* Begin a walk; ts_kbtest_end in any case. The pool is that of the entry. */
void ts_kbtest_begin(struct ts_kbtest_walk *k, const struct ts_entry *e, const struct ts_test_case *c,
	struct ts_evidence_pool *pool);
/* Walk to the end as the case answers; false with k->problems where something went wrong. */
bool ts_kbtest_walk_on(struct ts_kbtest_walk *k, struct ts_evidence *ev);
void ts_kbtest_end(struct ts_kbtest_walk *k);
/* Does the case hold, apart from certain results? */
bool ts_kbtest_passes(const struct ts_entry *e, const struct ts_test_case *c, struct ts_evidence_pool *pool);
/* Fill t->gaps (kbtest-gap.c). */
void ts_kbtest_try_gaps(struct ts_kbtest *t, const struct ts_entry *e, const struct ts_test_file *f);

#endif
