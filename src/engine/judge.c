/* engine/judge.c - from rows and ledger to an answer, or to "unknown" with a reason. */
#include "engine/judge.h"

#include <assert.h>
#include <string.h>

const char *ts_judge_label(const struct ts_node *node, const char *value)
{
	if (value == NULL || strcmp(value, TS_UNKNOWN) == 0) {
		return NULL;
	}
	if (node->kind == TS_NODE_CAUSE) {
		return strcmp(value, TS_PRESENT) == 0  ? TS_PRESENT
		       : strcmp(value, TS_ABSENT) == 0 ? TS_ABSENT
						       : NULL;
	}
	const struct ts_answer *a = ts_node_answer(node, value);
	if (a == NULL) {
		a = ts_node_answer(node, TS_OTHERWISE);
	}
	return a == NULL ? NULL : a->label;
}

bool ts_judge_certain(const struct ts_node *node, const char *label)
{
	for (const char **c = node->certain; c != NULL && *c != NULL; c++) {
		if (strcmp(*c, label) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_here(const struct ts_node *node)
{
	return node->machine == NULL || strcmp(node->machine, "here") == 0;
}

/* How a gap reads: what happened, then what is said where the scan gave no detail. */
static const struct {
	const char *what, *usual;
} gap_words[TS_SEEN_COUNT] = {
	[TS_SEEN_DENIED] = { "could not be read", "access denied" },
	[TS_SEEN_NOT_COLLECTED] = { "was not collected", NULL },
	[TS_SEEN_UNSUPPORTED] = { "is not available on this system", NULL },
	[TS_SEEN_TIMEOUT] = { "was not read to its end", "the time limit came first" },
	[TS_SEEN_PARTIAL] = { "was read only in part", NULL },
};

static const char *gap_reason(const struct ts_ledger_line *gap, size_t more, struct ts_arena *a)
{
	assert(gap->seen < TS_SEEN_COUNT && gap_words[gap->seen].what != NULL);
	bool subject = gap->subject != NULL && gap->subject[0] != '\0';
	const char *why =
		gap->detail != NULL && gap->detail[0] != '\0' ? gap->detail : gap_words[gap->seen].usual;
	/* "is not available on this system: not available on this system" says it once too often. */
	if (why != NULL && strstr(gap_words[gap->seen].what, why) != NULL) {
		why = NULL;
	}
	const char *text = ts_arena_printf(a, "%s%s%s %s%s%s", gap->table, subject ? " for " : "",
		subject ? gap->subject : "", gap_words[gap->seen].what, why != NULL ? ": " : "",
		why != NULL ? why : "");
	return more == 0 ? text : ts_arena_printf(a, "%s (and %zu more)", text, more);
}

static const char *gap_hint(const struct ts_node *node, enum ts_seen seen, struct ts_arena *a)
{
	switch (seen) {
	case TS_SEEN_DENIED: return "run elevated";
	case TS_SEEN_TIMEOUT: return "--timeout=SECONDS";
	case TS_SEEN_NOT_COLLECTED:
		/* Nothing can be handed in for the computer that the program runs on. */
		return is_here(node)
			       ? NULL
			       : ts_arena_printf(a, "--evidence %s=PATH, or --here=%s if this computer is it",
					 node->machine, node->machine);
	case TS_SEEN_UNSUPPORTED:
		return is_here(node)
			       ? NULL
			       : ts_arena_printf(a, "hand in evidence of that machine: --evidence %s=PATH",
					 node->machine);
	default: return NULL;
	}
}

/* The first gap of the ledger and how many more there are; NULL = none. */
static const struct ts_ledger_line *first_gap(const struct ts_result *r, size_t *more)
{
	const struct ts_ledger_line *gap = NULL;
	*more = 0;
	for (size_t i = 0; i < r->nledger; i++) {
		if (!ts_seen_is_gap(r->ledger[i].seen)) {
			continue;
		}
		if (gap == NULL) {
			gap = &r->ledger[i];
		} else {
			++*more;
		}
	}
	return gap;
}

void ts_judge(
	const struct ts_node *node, bool has_row, const char *value, struct ts_result *r, struct ts_arena *a)
{
	size_t more;
	const struct ts_ledger_line *gap = first_gap(r, &more);
	r->answer = has_row ? ts_arena_strdup(a, value) : TS_NONE;
	const char *label = ts_judge_label(node, r->answer);
	r->reason = NULL;
	r->hint = NULL;
	if (label != NULL && (gap == NULL || ts_judge_certain(node, label))) {
		r->state = TS_CHECK_ANSWERED;
		return;
	}
	r->state = TS_CHECK_UNKNOWN;
	if (gap != NULL) {
		r->reason = gap_reason(gap, more, a);
		r->hint = gap_hint(node, gap->seen, a);
	} else if (r->answer == NULL) {
		r->reason = "the check returned no value (NULL)";
	} else if (strcmp(r->answer, TS_UNKNOWN) == 0) {
		r->reason = "the check itself says that it cannot tell";
	} else if (!has_row) {
		r->reason = node->kind == TS_NODE_CAUSE
				    ? "the check returned no row"
				    : "the check returned no row, and no answer is called none";
	} else if (node->kind == TS_NODE_CAUSE) {
		r->reason = ts_arena_printf(a, "the check returned \"%s\", not present or absent", r->answer);
	} else {
		r->reason = ts_arena_printf(a, "the check returned \"%s\", which no answer names", r->answer);
	}
}

void ts_judge_error(const char *why, bool timed_out, struct ts_result *r, struct ts_arena *a)
{
	r->state = TS_CHECK_UNKNOWN;
	r->reason = ts_arena_strdup(a, why);
	r->hint = timed_out ? "--timeout=SECONDS" : NULL;
}

void ts_judge_missing(const char *param, struct ts_result *r, struct ts_arena *a)
{
	static const struct {
		const char *param, *hint;
	} options[] = {
		{ "host", "--host NAME" },
		{ "port", "--port N" },
	};
	r->state = TS_CHECK_SKIPPED;
	r->answer = NULL;
	r->reason = ts_arena_printf(a, "the parameter %s was not given", param);
	r->hint = NULL;
	for (size_t i = 0; i < TS_COUNT(options); i++) {
		if (strcmp(options[i].param, param) == 0) {
			r->hint = options[i].hint;
		}
	}
	if (r->hint == NULL) {
		r->hint = ts_arena_printf(a, "--set %s=VALUE", param);
	}
}
