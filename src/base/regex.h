/* base/regex.h - PCRE2 behind five functions: patterns come from entries and are limited in size, time and memory. */
#ifndef TS_BASE_REGEX_H
#define TS_BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* Not for two threads at once: it holds the state of its last search. */
struct ts_regex;

enum ts_regex_result { TS_REGEX_NO, TS_REGEX_YES, TS_REGEX_LIMIT /* gave up: backtracking limit */ };

#define TS_REGEX_GROUPS 16

struct ts_match {
	size_t start[TS_REGEX_GROUPS],
		end[TS_REGEX_GROUPS]; /* byte offsets; group 0 is the match; (size_t)-1 = not set */
	int groups;
};

/* Compile (UTF, invalid UTF tolerated, caseless if asked). On failure NULL with err and *offset (may be NULL) in the pattern. */
struct ts_regex *ts_regex_new(const char *pattern, bool caseless, size_t *offset, struct ts_err *err);
void ts_regex_free(struct ts_regex *re); /* NULL is allowed */
/* Ask stop(arg) every now and then during a search: true ends it with TS_REGEX_LIMIT. Without it a search ends after two seconds. */
void ts_regex_on_wait(struct ts_regex *re, bool (*stop)(void *), void *arg);
/* Search from byte `from`. m may be NULL. */
enum ts_regex_result ts_regex_find(
	struct ts_regex *re, const char *text, size_t n, size_t from, struct ts_match *m);
/* Does the pattern match the whole text? */
bool ts_regex_full(struct ts_regex *re, const char *text);

#endif
