/* engine/kbtest-compare.h - what a test case's walk came to, against what the case expects. */
#ifndef TS_ENGINE_KBTEST_COMPARE_H
#define TS_ENGINE_KBTEST_COMPARE_H

#include "base/buf.h"
#include "engine/kbtest.h"
#include "engine/session.h"

/* A case that is being run. */
struct ts_kbtest_walk {
	const struct ts_entry *entry;
	const struct ts_test_case *test_case;
	struct ts_session *session;
	struct ts_evidence_if evidence; /* of the session */
	struct ts_evidence_pool *pool;  /* of the run */
	struct ts_evidence *rows;       /* what the session looks at */
	int *asked;                     /* nodes that the person was asked, in order */
	size_t nasked;
	bool *advised; /* by node */
	int end;       /* -1 = no single node */
	const char *end_label;
	struct ts_buf problems; /* lines; empty = passed */
};

/* Add a line or two to k->problems for each expectation that does not hold. */
void ts_kbtest_compare(struct ts_kbtest_walk *k);
/* Add the trail to k->problems: questions with their answers, checks with their results. */
void ts_kbtest_show_trail(struct ts_kbtest_walk *k);
/* Mark what this walk reached. */
void ts_kbtest_mark(const struct ts_kbtest_walk *k, struct ts_kbtest_cover *cover, size_t n);

#endif
