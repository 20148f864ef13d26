/* db/budget.h - how long a check may run and how much it may contact: SQLite's progress handler and every table poll the same budget. */
#ifndef TS_DB_BUDGET_H
#define TS_DB_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ts_budget {
	int64_t deadline;          /* ts_os_mono_ms() at which the check ends; 0 = none */
	const atomic_bool *cancel; /* set by the person (Ctrl-C); may be NULL */
	int connections;           /* connections that may still be made */
	const char *const
		*hosts; /* NULL-terminated: hosts that the person named; NULL = any (a query typed by hand) */
};

enum ts_budget_state { TS_BUDGET_OK, TS_BUDGET_TIMEOUT, TS_BUDGET_CANCELLED };

enum ts_budget_state ts_budget_check(const struct ts_budget *b);
/* Milliseconds left, at most `most`. 0 when over. */
int ts_budget_left(const struct ts_budget *b, int most);
bool ts_budget_host_allowed(const struct ts_budget *b, const char *host); /* ASCII case ignored */

#endif
