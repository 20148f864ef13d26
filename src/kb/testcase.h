/* kb/testcase.h - test cases of an entry (NAME.test.yaml) as structs; running them is somebody else's
 * work. */
#ifndef TS_KB_TESTCASE_H
#define TS_KB_TESTCASE_H

#include <stdint.h>
#include "base/diag.h"
#include "db/ledger.h"
#include "kb/entry.h"
#include "kb/yaml.h"

/* A name with a value: a column of a row, a parameter, an answer, a status. */
struct ts_test_pair {
	const char *name;
	enum ts_yaml_type type;         /* of the value: what a quoted "1" is not */
	const char *value;              /* NULL for YAML's null */
	struct ts_span span, name_span; /* of the value, of the name */
};

struct ts_test_row {
	struct ts_test_pair *pairs;
	size_t n;
	struct ts_span span;
};

struct ts_test_table {
	const char *name;
	struct ts_test_row *rows; /* none: the table was read and is empty */
	size_t nrows;
	struct ts_span span;
};

struct ts_test_machine {
	const char *name; /* a machine of the entry, or "here" */
	struct ts_test_table *tables;
	size_t ntables;
	struct ts_span span;
};

struct ts_test_gap {
	const char *machine, *table;
	const char *subject; /* NULL = the whole table */
	enum ts_seen seen;
	struct ts_span span;
};

struct ts_test_expect {
	const char *end;       /* id of the node where the walk ends; NULL = not said */
	const char *end_label; /* "node/label": the answer that ends it there; NULL otherwise */
	bool says_asked, says_confirmed, says_excluded, says_possible, says_unknown, says_way,
		says_first; /* an empty list says something, too */
	struct ts_text_item *asked, *confirmed, *excluded, *possible, *unknown, *way,
		*first; /* ids of nodes */
	size_t nasked, nconfirmed, nexcluded, npossible, nunknown, nway, nfirst;
	struct ts_test_pair *status; /* cause -> confirmed, excluded, possible, off-path */
	size_t nstatus;
	struct ts_test_pair
		*result; /* node -> what its check returned on the walk, or the label that this stands for */
	size_t nresult;
	struct ts_test_pair *checks; /* the same, whether the walk came there or not */
	size_t nchecks;
	struct ts_span end_span;
};

struct ts_test_case {
	const char *name;
	struct ts_test_pair *params;
	size_t nparams;
	struct ts_test_machine *machines;
	size_t nmachines;
	struct ts_test_gap *gaps;
	size_t ngaps;
	struct ts_test_pair *answers; /* node -> label */
	size_t nanswers;
	int64_t as_of; /* Unix seconds of every machine's clock; 0 = not said */
	struct ts_test_expect expect;
	struct ts_span span;
};

struct ts_test_file {
	struct ts_test_case *cases;
	size_t ncases;
};

/* Does the case say nothing of the walk, but only of checks by themselves or of the order of causes? */
bool ts_test_case_still(const struct ts_test_case *c);

/* Read test cases from src, all of them in the arena. Unknown keys, machines, parameters, nodes and labels
 * are reported, with the nearest known one; nodes of other entries are written "other/entry#slug" and not
 * looked up. Never NULL; cases with errors are there as far as they were read. */
struct ts_test_file *ts_testcases_read(
	struct ts_arena *a, const struct ts_source *src, const struct ts_entry *e, struct ts_diags *d);

#endif
