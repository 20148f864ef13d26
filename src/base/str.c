/* base/str.c - small string work: views, numbers, nearest words. */
#include "base/str.h"

#include <string.h>

struct ts_str ts_str_of(const char *s)
{
	return (struct ts_str){ s != NULL ? s : "", s != NULL ? strlen(s) : 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct ts_str ts_str_trim(struct ts_str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1])) {
		s.n--;
	}
	return s;
}

bool ts_str_eq(struct ts_str a, const char *b)
{
	size_t n = strlen(b);
	return a.n == n && (n == 0 || memcmp(a.p, b, n) == 0);
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool ts_str_case_eq(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

int ts_str_case_compare(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return (unsigned char)lower(*a) - (unsigned char)lower(*b);
}

bool ts_str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ts_str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);
	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

const char *ts_str_case_find(const char *hay, const char *needle)
{
	int first = lower(needle[0]);
	if (first == '\0') {
		return hay;
	}
	for (; *hay != '\0'; hay++) {
		if (lower(*hay) != first) {
			continue;
		}
		size_t i = 1;
		while (needle[i] != '\0' && lower(hay[i]) == lower(needle[i])) {
			i++;
		}
		if (needle[i] == '\0') {
			return hay;
		}
	}
	return NULL;
}

bool ts_str_line(struct ts_str *rest, struct ts_str *line)
{
	if (rest->n == 0) {
		return false;
	}
	const char *nl = memchr(rest->p, '\n', rest->n);
	size_t len = nl != NULL ? (size_t)(nl - rest->p) : rest->n;
	size_t used = len + (nl != NULL);
	*line = (struct ts_str){ rest->p, len };
	if (nl != NULL && len > 0 && line->p[len - 1] == '\r') {
		line->n--;
	}
	rest->p += used;
	rest->n -= used;
	return true;
}

/* Digits at *s as a number; moves *s behind them. False when there are none or the value passes INT64_MAX. */
static bool read_digits(const char **s, int64_t *out)
{
	int64_t v = 0;
	const char *p = *s;
	for (; *p >= '0' && *p <= '9'; p++) {
		int d = *p - '0';
		if (v > (INT64_MAX - d) / 10) {
			return false;
		}
		v = v * 10 + d;
	}
	bool any = p > *s;
	*s = p;
	*out = v;
	return any;
}

bool ts_parse_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *s == '-';
	int64_t v = 0;
	s += negative;
	if (negative && strcmp(s, "9223372036854775808") == 0) {
		v = INT64_MIN;
	} else if (!read_digits(&s, &v) || *s != '\0') {
		return false;
	} else if (negative) {
		v = -v;
	}
	if (v < min || v > max) {
		return false;
	}
	*out = v;
	return true;
}

bool ts_parse_duration(const char *s, int64_t *seconds)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 }, { "w", 604800 } };
	int64_t v = 0;
	if (!read_digits(&s, &v)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].unit) == 0) {
			if (v > INT64_MAX / units[i].seconds) {
				return false;
			}
			*seconds = v * units[i].seconds;
			return true;
		}
	}
	return false;
}

#define MAX_WORD 64

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

int ts_distance(const char *a, const char *b)
{
	size_t n = strnlen(a, MAX_WORD), m = strnlen(b, MAX_WORD);
	int rows[3][MAX_WORD + 1] = { { 0 } };
	int *before = rows[0], *last = rows[1], *now = rows[2];
	for (size_t j = 0; j <= m; j++) {
		last[j] = (int)j;
	}
	for (size_t i = 1; i <= n; i++) {
		now[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int cost = lower(a[i - 1]) != lower(b[j - 1]);
			now[j] = min_int(min_int(last[j], now[j - 1]) + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1])) {
				now[j] = min_int(now[j], before[j - 2] + 1);
			}
		}
		int *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[m];
}

const char *ts_nearest(const char *word, const char *const *list)
{
	size_t len = strnlen(word, MAX_WORD);
	/* A third of the word may be wrong; short words need to be nearly right. */
	int best = len < 3 ? 2 : (int)(len / 3) + 1;
	const char *nearest = NULL;
	for (; list != NULL && *list != NULL; list++) {
		int d = ts_distance(word, *list);
		if (d < best && d < (int)len) {
			best = d;
			nearest = *list;
		}
	}
	return nearest;
}
