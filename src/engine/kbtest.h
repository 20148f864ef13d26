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

struct ts_kbtest {
	struct ts_arena *arena;
	struct ts_kbtest_case *cases;
	size_t ncases, nfailed;
	struct ts_kbtest_cover *cover; /* in the order of the entry */
	size_t ncover, ncovered;
};

/* Run all cases of one entry. Nothing is contacted and nothing of this computer is read. The caller frees
 * with ts_kbtest_free. */
struct ts_kbtest *ts_kbtest_run(const struct ts_entry *entry, const struct ts_test_file *file);
void ts_kbtest_free(struct ts_kbtest *t); /* NULL is allowed */

#endif
