/* db/budget.c - how long a check may run, and which hosts it may contact. */
#include "db/budget.h"

#include "base/str.h"
#include "os/os.h"

enum ts_budget_state ts_budget_check(const struct ts_budget *b)
{
	if (b->cancel != NULL && atomic_load_explicit(b->cancel, memory_order_relaxed)) {
		return TS_BUDGET_CANCELLED;
	}
	return b->deadline != 0 && ts_os_mono_ms() >= b->deadline ? TS_BUDGET_TIMEOUT : TS_BUDGET_OK;
}

int ts_budget_left(const struct ts_budget *b, int most)
{
	if (ts_budget_check(b) != TS_BUDGET_OK) {
		return 0;
	}
	int64_t left = b->deadline != 0 ? b->deadline - ts_os_mono_ms() : most;
	return left <= 0 ? 0 : left < most ? (int)left : most;
}

bool ts_budget_host_allowed(const struct ts_budget *b, const char *host)
{
	for (const char *const *h = b->hosts; h != NULL && *h != NULL; h++) {
		if (ts_str_case_eq(*h, host)) {
			return true;
		}
	}
	return b->hosts == NULL;
}
