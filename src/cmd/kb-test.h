/* cmd/kb-test.h - what `kb test` prints: lines for people, or JUnit's XML. */
#ifndef TS_CMD_KB_TEST_H
#define TS_CMD_KB_TEST_H

#include "base/buf.h"
#include "cmd/options.h"
#include "engine/kbtest.h"

/* An entry and what its tests said. */
struct ts_kbtest_entry {
	const char *id;
	const struct ts_source *test_src; /* NULL: it has no test cases, and nothing below is set */
	struct ts_entry *entry;
	struct ts_test_file *file;
	struct ts_kbtest *test;       /* NULL where it did not come to that */
	struct ts_mutation *mutation; /* NULL without --mutate */
};

struct ts_kbtest_report {
	const struct ts_options *o;
	struct ts_buf out; /* whole after ts_kbtest_report_text */
	struct ts_buf body;
	bool junit;
	size_t cases, failed, gaps, gaps_failed, ncover, covered, untested;
	struct ts_kbtest_asked full, none;
	size_t mutants[TS_MUTANT_KINDS], noticed[TS_MUTANT_KINDS], untried;
	double ms;
};

void ts_kbtest_report_begin(struct ts_kbtest_report *r, const struct ts_options *o);
void ts_kbtest_report_add(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te);
/* Put the totals before or behind what was added: r->out is the whole. */
void ts_kbtest_report_text(struct ts_kbtest_report *r);
void ts_kbtest_report_end(struct ts_kbtest_report *r);

#endif
