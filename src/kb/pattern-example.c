/* kb/pattern-example.c - one text that a pattern matches, as short as it allows: what the linter holds against the
 * patterns of other entries. */
#include "kb/pattern-example.h"

#include <stdlib.h>
#include <string.h>
#include "base/regex.h"
#include "base/str.h"

#define EXAMPLE_MAX 4096 /* bytes; a pattern that asks for more has no example */
#define DEPTH_MAX   32

struct writer {
	const char *p;
	struct ts_buf *out;
	int depth;
	bool failed; /* something that is not understood here */
};

static void alternatives(struct writer *w);

/* The byte that a class or escape is written as; 0 = nothing. */
static char for_escape(char c)
{
	switch (c) {
	case 'd': return '0';
	case 's':
	case 'h': return ' ';
	case 'v':
	case 'R':
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	case 'w':
	case 'D':
	case 'S':
	case 'N':
	case 'X': return 'x';
	case 'W': return ' ';
	case 'b':
	case 'B':
	case 'A':
	case 'Z':
	case 'z':
	case 'G':
	case 'K':
	case 'E': return 0;
	default: return c;
	}
}

static void escape(struct writer *w)
{
	char c = w->p[1];

	/* Numbers of characters, properties and references to groups are rare in messages. */
	if (c == '\0' || strchr("xopPkgQcuC123456789", c) != NULL) {
		w->failed = true;
		return;
	}
	c = for_escape(c);
	w->p += 2;
	if (c != 0) {
		ts_buf_putc(w->out, c);
	}
}

/* The first member of a class, or a letter that is in none of those refused. */
static void class(struct writer *w)
{
	const char *end = w->p + 1;
	bool refused = *end == '^';
	char c;

	end += refused;
	c = *end == '\\' ? for_escape(end[1]) : *end;
	if (*end == ']') {
		end++;
	}
	while (*end != '\0' && *end != ']') {
		if (*end == '[' && end[1] == ':') {
			w->failed = true;
			return;
		}
		end += *end == '\\' && end[1] != '\0' ? 2 : 1;
	}
	if (*end == '\0') {
		w->failed = true;
		return;
	}
	w->p = end + 1;
	ts_buf_putc(w->out, refused ? 'x' : c);
}

static void group(struct writer *w)
{
	bool look =
		strncmp(w->p, "(?=", 3) == 0 || strncmp(w->p, "(?!", 3) == 0 || strncmp(w->p, "(?<", 3) == 0;
	size_t before = w->out->len;

	if (strncmp(w->p, "(?i)", 4) == 0 || strncmp(w->p, "(?s)", 4) == 0) {
		w->p += 4;
		return;
	}
	if (strncmp(w->p, "(*", 2) == 0 || (w->p[1] == '?' && !look && strchr(":>|", w->p[2]) == NULL)) {
		w->failed = true;
		return;
	}
	w->p += look && w->p[2] == '<' ? 4 : look || w->p[1] == '?' ? 3 : 1;
	w->depth++;
	w->failed = w->failed || w->depth > DEPTH_MAX;
	alternatives(w);
	w->depth--;
	if (*w->p != ')') {
		w->failed = true;
		return;
	}
	w->p++;
	if (look) { /* what stands around is not part of the match */
		w->out->len = before;
		w->out->data[before] = '\0';
	}
}

/* How often the piece before is wanted at least. */
static void repeat(struct writer *w, size_t from)
{
	size_t n = w->out->len - from;
	int64_t least = 1;

	if (*w->p == '?' || *w->p == '*' || *w->p == '+') {
		least = *w->p == '+';
		w->p++;
	} else if (*w->p == '{' && (w->p[1] == ',' || (w->p[1] >= '0' && w->p[1] <= '9'))) {
		const char *end = strchr(w->p, '}');
		if (end == NULL) {
			return;
		}
		least = strtol(w->p + 1, NULL, 10);
		w->p = end + 1;
	} else {
		return;
	}
	if (*w->p == '?' || *w->p == '+') {
		w->p++;
	}
	if (least == 0) {
		w->out->len = from;
		w->out->data[from] = '\0';
	}
	for (int64_t i = 1; i < least && n > 0 && !w->failed; i++) {
		char *copy = ts_xstrndup(w->out->data + from, n);
		ts_buf_put(w->out, copy, n);
		free(copy);
		w->failed = w->out->len > EXAMPLE_MAX;
	}
}

static void sequence(struct writer *w)
{
	while (*w->p != '\0' && *w->p != '|' && *w->p != ')' && !w->failed) {
		size_t from = w->out->len;

		switch (*w->p) {
		case '\\': escape(w); break;
		case '[': class(w); break;
		case '(': group(w); break;
		case '^':
		case '$': w->p++; break;
		case '.':
			ts_buf_putc(w->out, 'x');
			w->p++;
			break;
		default: ts_buf_putc(w->out, *w->p++);
		}
		if (!w->failed) {
			repeat(w, from);
		}
	}
}

/* The first alternative is written, the others are passed. */
static void alternatives(struct writer *w)
{
	size_t end;

	sequence(w);
	end = w->out->len;
	while (*w->p == '|' && !w->failed) {
		w->p++;
		sequence(w);
	}
	w->out->len = w->out->len < end ? w->out->len : end;
	w->out->data[w->out->len] = '\0';
}

bool ts_pattern_example(const char *pattern, struct ts_buf *out)
{
	struct writer w = { .p = pattern, .out = out };
	struct ts_regex *re = ts_regex_new(pattern, true, NULL, NULL);
	struct ts_match m;
	bool ok;

	ts_buf_clear(out);
	ts_buf_putc(out, ' ');
	out->len = 0;
	out->data[0] = '\0';
	alternatives(&w);
	/* Only what the pattern really matches is an example of it. */
	ok = re != NULL && !w.failed && *w.p == '\0' && out->len > 0 &&
	     ts_regex_find(re, ts_buf_str(out), out->len, 0, &m) == TS_REGEX_YES;
	ts_regex_free(re);
	return ok;
}
