/* kb/pattern.c - what can be said of a PCRE2 pattern without running it. */
#include "kb/pattern.h"

#include <stdbool.h>
#include <string.h>

#define ANCHOR_MIN 3  /* a shorter one is in nearly every text */
#define ANCHOR_MAX 40 /* a longer one tells no more */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Length of the escape at p (which is a backslash): two bytes, or more where it takes a braced argument. */
static size_t escape_length(const char *p)
{
	const char *end;

	if (p[1] == '\0') {
		return 1;
	}
	if (strchr("pPxougkN", p[1]) != NULL && p[2] == '{' && (end = strchr(p, '}')) != NULL) {
		return (size_t)(end - p) + 1;
	}
	if (p[1] == 'Q' && (end = strstr(p, "\\E")) != NULL) {
		return (size_t)(end - p) + 2;
	}
	if (p[1] == 'x') {
		return 2 + strspn(p + 2, "0123456789abcdefABCDEF");
	}
	if (p[1] == 'c') {
		return p[2] == '\0' ? 2 : 3;
	}
	return 2;
}

/* Length of the class at p (which is '['). */
static size_t class_length(const char *p)
{
	size_t i = p[1] == '^' ? 2 : 1;

	if (p[i] == ']') {
		i++;
	}
	while (p[i] != '\0' && p[i] != ']') {
		if (p[i] == '[' && p[i + 1] == ':') {
			const char *end = strstr(p + i + 2, ":]");
			i = end != NULL ? (size_t)(end - p) + 2 : i + 1;
		} else {
			i += p[i] == '\\' ? escape_length(p + i) : 1;
		}
	}
	return p[i] == '\0' ? i : i + 1;
}

/* Length of the group at p (which is '('), up to and with its closing bracket. */
static size_t group_length(const char *p)
{
	size_t i = 0;
	int depth = 0;

	while (p[i] != '\0') {
		if (p[i] == '\\') {
			i += escape_length(p + i);
			continue;
		}
		if (p[i] == '[') {
			i += class_length(p + i);
			continue;
		}
		depth += p[i] == '(' ? 1 : p[i] == ')' ? -1 : 0;
		i++;
		if (depth == 0) {
			break;
		}
	}
	return i;
}

/* Keep the run if it is the longest so far, and start a new one. */
static void end_run(struct ts_buf *run, struct ts_buf *best)
{
	if (run->len > best->len) {
		ts_buf_clear(best);
		ts_buf_put(best, run->data, run->len);
	}
	ts_buf_clear(run);
}

/* A quantifier that allows none of the last character takes it out of the run; any quantifier ends the run.
 * Returns its length. */
static size_t quantifier(const char *p, struct ts_buf *run, struct ts_buf *best)
{
	bool brace = *p == '{' && (p[1] == ',' || (p[1] >= '0' && p[1] <= '9'));
	const char *end = brace ? strchr(p, '}') : NULL;

	if (strchr("?*+", *p) == NULL && end == NULL) {
		return 0;
	}
	if ((*p != '+') && run->len > 0) {
		run->data[--run->len] = '\0';
	}
	end_run(run, best);
	return end != NULL ? (size_t)(end - p) + 1 : 1;
}

/* Alternatives, verbs, quoting and inline options (extended mode above all) change what the rest of the
 * pattern means. */
static bool changes_meaning(const char *p)
{
	if (strncmp(p, "(?i)", 4) == 0) {
		return false;
	}
	return *p == '|' || strncmp(p, "(*", 2) == 0 || strncmp(p, "\\Q", 2) == 0 ||
	       (strncmp(p, "(?", 2) == 0 && (p[2] == '\0' || strchr(":=!<>#P", p[2]) == NULL));
}

void ts_pattern_anchor(const char *pattern, struct ts_buf *out)
{
	struct ts_buf run, best;
	const char *p = pattern;
	size_t n;
	bool certain = true;

	ts_buf_init(&run, ANCHOR_MAX);
	ts_buf_init(&best, ANCHOR_MAX);
	while (*p != '\0' && certain) {
		if ((n = quantifier(p, &run, &best)) > 0) {
			p += n;
		} else if (is_word(*p)) {
			ts_buf_putc(&run, (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p));
			p++;
		} else {
			end_run(&run, &best);
			certain = !changes_meaning(p);
			p += *p == '\\'  ? escape_length(p)
			     : *p == '[' ? class_length(p)
			     : *p == '(' ? group_length(p)
					 : 1;
		}
	}
	end_run(&run, &best);
	if (certain && best.len >= ANCHOR_MIN) {
		ts_buf_put(out, best.data, best.len);
	}
	ts_buf_finish(&run);
	ts_buf_finish(&best);
}

void ts_pattern_words(const char *pattern, struct ts_buf *out)
{
	const char *p = pattern;

	while (*p != '\0') {
		if (*p == '\\') {
			/* An escaped sign stands for itself, and no sign is part of a word. */
			ts_buf_putc(out, ' ');
			p += escape_length(p);
		} else if (is_word(*p) || (unsigned char)*p >= 0x80) {
			ts_buf_putc(out, *p++);
		} else {
			ts_buf_putc(out, ' ');
			p++;
		}
	}
}
