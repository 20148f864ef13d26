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
/* The same case where nobody is asked, as in a report; after ts_kbtest_walk_on. The caller frees. */
struct ts_session *ts_kbtest_report(struct ts_kbtest_walk *k);
void ts_kbtest_end(struct ts_kbtest_walk *k);
/* What a check returns on this evidence, whether or not a walk comes to it, and the label that this stands for: "unknown" where it does
 * not answer. In the arena. */
const char *ts_kbtest_check_alone(const struct ts_kbtest_walk *k, struct ts_evidence *ev, int node,
	struct ts_arena *a, const char **label);
/* Does the case hold, apart from certain results? */
bool ts_kbtest_passes(const struct ts_entry *e, const struct ts_test_case *c, struct ts_evidence_pool *pool);
/* Fill t->gaps (kbtest-gap.c). */
void ts_kbtest_try_gaps(struct ts_kbtest *t, const struct ts_entry *e, const struct ts_test_file *f);

#endif
