/* engine/kbtest.h - `kb test`: an entry's test cases run through the same stepper that people meet, with rows
 * as evidence; which causes and answers no case has reached; and whether results that the entry calls certain
 * withstand more rows. */
#ifndef TS_ENGINE_KBTEST_H
#define TS_ENGINE_KBTEST_H

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "kb/entry.h"
#include "kb/testcase.h"

struct ts_kbtest_case {
	const char *name;
	bool passed;
	const char *
		/* of a failed case: lines with what was expected, what came, and the trail; "" otherwise */
		text;
	double ms;
	struct ts_span span; /* of the case in its file */
};

/* An answer, or a cause itself, and whether some case came there. */
struct ts_kbtest_cover {
	int node;          /* one of the entry's own */
	const char *label; /* NULL = the cause: some case was advised to try it */
	bool reached;
};

/* How much a person is asked over some cases. */
struct ts_kbtest_asked {
	size_t cases, questions;
};

struct ts_kbtest {
	struct ts_arena *arena;
	struct ts_kbtest_case *cases;
	size_t ncases, nfailed;
	struct ts_kbtest_cover *cover; /* in the order of the entry */
	size_t ncover, ncovered;
	/* Each check once with its evidence unreadable, in the order of the entry: the result must be unknown, and the walk must come to an end. They
	 * count in ngaps and ngaps_failed only. */
	struct ts_kbtest_case *gaps;
	size_t ngaps, ngaps_failed;
	/* Questions where every check that was reached could answer, and (after ts_kbtest_ask) where there is no evidence at all. */
	struct ts_kbtest_asked full, none;
	size_t *answered_by;           /* by node: a case in which its check answered, from 1; 0 = none */
	struct ts_evidence_pool *pool; /* the connections of the entry's checks */
};

/* Run all cases of one entry. Nothing is contacted and nothing of this computer is read. The caller frees
 * with ts_kbtest_free. */
struct ts_kbtest *ts_kbtest_run(const struct ts_entry *entry, const struct ts_test_file *file);
/* Walk every case once more without any evidence: the person answers what the machine had answered. Fills t->none. */
void ts_kbtest_ask(struct ts_kbtest *t, const struct ts_entry *entry, const struct ts_test_file *file);
void ts_kbtest_free(struct ts_kbtest *t); /* NULL is allowed */

/* ---- mutations ---- */

enum ts_mutant_kind {
	TS_MUTANT_NUMBER,
	TS_MUTANT_RESULT,
	TS_MUTANT_TEXT,
	TS_MUTANT_LINK,
	TS_MUTANT_WEIGHT,
	TS_MUTANT_KINDS
};
const char *ts_mutant_kind_name(enum ts_mutant_kind k); /* "number", "result", "text", "link", "weight" */

/* One thing that was changed. */
struct ts_mutant {
	enum ts_mutant_kind kind;
	int node;
	const char *what; /* "36870 becomes 36871", "open leads to the-end" */
	bool noticed;     /* some case fails with it */
	struct ts_span span;
};

struct ts_mutation {
	struct ts_arena *arena;
	struct ts_mutant *mutants;  /* in the order of the entry */
	size_t n, noticed, untried; /* untried: the time was over; they are the last ones */
};

/* Change one thing of the entry at a time and run the cases until one fails. All of them passed before. The entry is as it was afterwards. until: on the
 * clock of ts_os_mono_ms. */
struct ts_mutation *ts_kbtest_mutate(struct ts_entry *entry, const struct ts_test_file *file, double until);
void ts_mutation_free(struct ts_mutation *m); /* NULL is allowed */

#endif
