/* base/regex.c - PCRE2 with limits: a pattern or a text made to hang the program gets "gave up" instead.
 * Interpreted, not compiled to machine code: that is hardly faster on our texts (reference/sqlite.md 3) and costs at start-up. */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define MAX_PATTERN    4096
#define MATCH_LIMIT    500000 /* steps from one starting place */
#define DEPTH_LIMIT    250000
#define HEAP_LIMIT_KIB (32 * 1024)
#define TIME_LIMIT_NS  2000000000 /* one search, all starting places together */
#define LONG_TEXT      ((size_t)4096)

struct ts_regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	unsigned items, items_per_look; /* looks at the clock are rarer where an item takes no time */
	int64_t end;                    /* ts_clock_ns() at which the search that is running is given up */
	bool (*stop)(void *);
	void *stop_arg;
};

/*
 * Called by PCRE2 before each item of the pattern. Its own match limit is not enough: it counts for one starting place, of which there
 * may be millions, and a step may walk to the end of the text and back.
 */
static int at_item(pcre2_callout_block *block, void *arg)
{
	struct ts_regex *re = arg;
	(void)block;
	if (++re->items % re->items_per_look != 0) {
		return 0;
	}
	bool late = ts_clock_ns() > re->end;
	return late || (re->stop != NULL && re->stop(re->stop_arg)) ? PCRE2_ERROR_CALLOUT : 0;
}

struct ts_regex *ts_regex_new(const char *pattern, bool caseless, size_t *offset, struct ts_err *err)
{
	size_t at = 0;
	int error = 0;
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
			   PCRE2_AUTO_CALLOUT | (caseless ? PCRE2_CASELESS : 0);
	pcre2_code *code = NULL;
	if (strlen(pattern) > MAX_PATTERN) {
		ts_fail(err, "the regular expression is longer than %d bytes", MAX_PATTERN);
		at = MAX_PATTERN;
	} else {
		code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &at, NULL);
		if (code == NULL) {
			PCRE2_UCHAR text[256];
			(void)pcre2_get_error_message(error, text, sizeof(text));
			ts_fail(err, "regular expression: %s at byte %zu", (char *)text, at);
		}
	}
	if (offset != NULL) {
		*offset = at;
	}
	if (code == NULL) {
		return NULL;
	}
	struct ts_regex *re = ts_xcalloc(1, sizeof(*re));
	re->code = code;
	re->limits = pcre2_match_context_create(NULL);
	re->data = pcre2_match_data_create(TS_REGEX_GROUPS, NULL);
	if (re->limits == NULL || re->data == NULL) {
		(void)ts_xreallocarray(NULL, SIZE_MAX, 2); /* out of memory: ends the program */
	}
	pcre2_set_match_limit(re->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(re->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(re->limits, HEAP_LIMIT_KIB);
	pcre2_set_callout(re->limits, at_item, re);
	return re;
}

void ts_regex_free(struct ts_regex *re)
{
	if (re == NULL) {
		return;
	}
	pcre2_match_data_free(re->data);
	pcre2_match_context_free(re->limits);
	pcre2_code_free(re->code);
	free(re);
}

void ts_regex_on_wait(struct ts_regex *re, bool (*stop)(void *), void *arg)
{
	re->stop = stop;
	re->stop_arg = arg;
}

/* Run the search; the result is PCRE2's: number of groups + 1, 0 for more groups than we keep, or negative. */
static int run(struct ts_regex *re, const char *text, size_t n, size_t from, uint32_t options)
{
	re->items = 0;
	re->items_per_look = n < LONG_TEXT ? 256 : n < LONG_TEXT * 16 ? 16 : 1;
	re->end = ts_clock_ns() + TIME_LIMIT_NS;
	return pcre2_match(re->code, (PCRE2_SPTR)text, n, from, options, re->data, re->limits);
}

enum ts_regex_result ts_regex_find(
	struct ts_regex *re, const char *text, size_t n, size_t from, struct ts_match *m)
{
	if (from > n) {
		return TS_REGEX_NO;
	}
	int rc = run(re, text, n, from, 0);
	if (rc < 0) {
		return rc == PCRE2_ERROR_NOMATCH ? TS_REGEX_NO : TS_REGEX_LIMIT;
	}
	if (m != NULL) {
		const PCRE2_SIZE *v = pcre2_get_ovector_pointer(re->data);
		m->groups = rc > 0 ? rc : TS_REGEX_GROUPS;
		for (int i = 0; i < TS_REGEX_GROUPS; i++) {
			bool set = i < m->groups && v[2 * i] != PCRE2_UNSET && v[2 * i] <= v[2 * i + 1];
			m->start[i] = set ? v[2 * i] : (size_t)-1;
			m->end[i] = set ? v[2 * i + 1] : (size_t)-1;
		}
	}
	return TS_REGEX_YES;
}

bool ts_regex_full(struct ts_regex *re, const char *text)
{
	size_t n = strlen(text);
	/* Anchors also hold at an invalid byte, between two valid parts of the text. */
	return run(re, text, n, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED) >= 0 &&
	       pcre2_get_ovector_pointer(re->data)[0] == 0 && pcre2_get_ovector_pointer(re->data)[1] == n;
}
