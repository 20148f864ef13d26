/* base/str.h - small string work: views, numbers, nearest words. */
#ifndef TS_BASE_STR_H
#define TS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of bytes that somebody else owns; not NUL-terminated. */
struct ts_str {
	const char *p;
	size_t n;
};

struct ts_str ts_str_of(const char *s); /* NULL gives an empty view */
struct ts_str ts_str_trim(struct ts_str s);
bool ts_str_eq(struct ts_str a, const char *b);
bool ts_str_case_eq(const char *a, const char *b);     /* ASCII only, never by locale */
int ts_str_case_compare(const char *a, const char *b); /* as strcmp() */
bool ts_str_starts(const char *s, const char *prefix);
bool ts_str_ends(const char *s, const char *suffix);
const char *ts_str_case_find(const char *hay, const char *needle); /* ASCII only; NULL when absent */
/* Cut the next line from *rest (without its \n or \r\n); false when nothing is left. */
bool ts_str_line(struct ts_str *rest, struct ts_str *line);

/* The whole of s must be a decimal number in [min, max]. */
bool ts_parse_int(const char *s, int64_t min, int64_t max, int64_t *out);
/* A duration "90", "90s", "15m", "12h", "7d", "2w" in seconds. */
bool ts_parse_duration(const char *s, int64_t *seconds);

/* Edit distance with transpositions (optimal string alignment) without regard to ASCII case; bounded by 64 bytes a word. */
int ts_distance(const char *a, const char *b);
/* The word of the NULL-terminated list that is nearest to `word`, or NULL if none is near enough to be meant. */
const char *ts_nearest(const char *word, const char *const *list);

#endif
