/* kb/lint-entry.c - rules about front matter. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "kb/date.h"
#include "kb/kb.h"
#include "kb/lint-int.h"

#define DAY  ((int64_t)86400)
#define YEAR (366 * DAY)

/* Byte k of a pattern in the file: past the opening quote, where it stands there as it is. */
static struct ts_span in_pattern(
	const struct ts_linting *l, struct ts_span span, const char *pattern, size_t k)
{
	struct ts_span whole = ts_lint_find(l, span, pattern, strlen(pattern));

	return whole.len == strlen(pattern) && k <= whole.len ? (struct ts_span){ whole.off + k, 1 } : span;
}

/* Did this pattern compile before? The kind keeps those apart that are read with and without regard to case. */
static bool known_good(const struct ts_linting *l, char kind, const char *pattern)
{
	return ts_strmap_get(l->patterns, ts_arena_printf(l->arena, "%c%s", kind, pattern)) != (size_t)-1;
}

static void remember_good(struct ts_linting *l, char kind, const char *pattern)
{
	ts_strmap_add(l->patterns, ts_arena_printf(l->arena, "%c%s", kind, pattern), 1);
}

static void check_pattern(struct ts_linting *l, const char *pattern, struct ts_span span)
{
	struct ts_err err;
	size_t at = 0;
	struct ts_regex *re;

	if (known_good(l, 'i', pattern)) {
		return;
	}
	re = ts_regex_new(pattern, true, &at, &err);
	if (re == NULL) {
		LINT(l, TS_ERROR, "bad-pattern", in_pattern(l, span, pattern, at), "%s", err.text);
	} else {
		remember_good(l, 'i', pattern);
	}
	ts_regex_free(re);
}

static void check_params(struct ts_linting *l)
{
	for (size_t i = 0; i < l->e->nparams; i++) {
		const struct ts_param *p = &l->e->params[i];
		/* the span is that of the name; the pattern stands behind it */
		struct ts_span behind = { p->span.off, l->src->len - p->span.off };
		struct ts_span value = ts_lint_find(l, behind, p->match, strlen(p->match));
		struct ts_regex *re;
		struct ts_err err;
		size_t at = 0;

		const char *both =
			ts_arena_printf(l->arena, "%s\n%s", p->match, p->def != NULL ? p->def : "");
		if (p->match[0] == '\0' || known_good(l, 'c', both)) {
			continue;
		}
		re = ts_regex_new(p->match, false, &at, &err);
		if (re == NULL) {
			value = value.len == strlen(p->match) ? (struct ts_span){ value.off + at, 1 }
							      : p->span;
			LINT(l, TS_ERROR, "bad-pattern", value, "%s", err.text);
		} else if (p->def != NULL && !ts_regex_full(re, p->def)) {
			LINT(l, TS_ERROR, "bad-pattern", p->span,
				"the default \"%s\" of \"%s\" does not match its own pattern", p->def,
				p->name);
		} else {
			remember_good(l, 'c', both);
		}
		ts_regex_free(re);
	}
}

static bool in_checks(const struct ts_entry *e, const char *name)
{
	for (size_t i = 0; i < e->nown; i++) {
		for (const char **p = e->nodes[i].params; *p != NULL; p++) {
			if (strcmp(*p, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

static void check_unused(struct ts_linting *l)
{
	for (size_t i = 0; i < l->e->nparams; i++) {
		const struct ts_param *p = &l->e->params[i];
		const char *braced = ts_arena_printf(l->arena, "{%s}", p->name);

		if (!in_checks(l->e, p->name) &&
			memmem(l->src->text, l->src->len, braced, strlen(braced)) == NULL) {
			LINT(l, TS_ERROR, "parameter-unused", p->span,
				"the parameter \"%s\" is never used: no check binds $%s and no text has %s",
				p->name, p->name, braced);
		}
	}
}

static void check_codes(struct ts_linting *l)
{
	size_t self = (size_t)(l->pe - l->set->entries);

	for (size_t i = 0; i < l->e->ncodes; i++) {
		const struct ts_code *c = &l->e->codes[i];
		const char *key = c->has_ext ? ts_arena_printf(l->arena, "%zu %u/%u", l->pe->pack,
						       (unsigned)c->code, (unsigned)c->ext)
					     : ts_arena_printf(l->arena, "%zu %u %d", l->pe->pack,
						       (unsigned)c->code, (int)c->kind);
		size_t other;

		if (ts_strmap_add(l->codes, key, self)) {
			continue;
		}
		other = ts_strmap_get(l->codes, key);
		if (other == self) {
			LINT(l, TS_ERROR, "code-twice", c->span, "the code %s is in this list twice",
				c->text);
		} else {
			LINT(l, TS_ERROR, "code-claimed", c->span,
				"the code %s is claimed by %s, too: a code pair belongs to one entry",
				c->text, l->set->entries[other].entry->id);
		}
	}
}

static bool claims(const struct ts_entry *e, uint32_t code, bool has_ext, uint32_t ext)
{
	for (size_t i = 0; i < e->ncodes; i++) {
		const struct ts_code *c = &e->codes[i];

		if (c->code == code && (!has_ext || (c->has_ext && c->ext == ext))) {
			return true;
		}
	}
	return false;
}

/* A file called 0x904-0x7.md promises that code pair. */
static void check_file_name(struct ts_linting *l)
{
	const char *slash = strrchr(l->e->id, '/');
	char *name = ts_arena_strdup(l->arena, slash != NULL ? slash + 1 : l->e->id), *ext;
	uint32_t code, ext_code = 0;

	if (!ts_str_starts(name, "0x")) {
		return;
	}
	ext = strchr(name, '-');
	if (ext != NULL) {
		*ext++ = '\0';
		ext[strcspn(ext, "-")] = '\0';
	}
	if (ext != NULL && (!ts_str_starts(ext, "0x") || !ts_code_parse(ext, &ext_code))) {
		ext = NULL;
	}
	if (ts_code_parse(name, &code) && !claims(l->e, code, ext != NULL, ext_code)) {
		LINT(l, TS_WARNING, "file-code", ((struct ts_span){ 0, 3 }),
			"the file's name says %s%s%s, which is not in its \"codes\"", name,
			ext != NULL ? "/" : "", ext != NULL ? ext : "");
	}
}

static void check_reviewed(struct ts_linting *l)
{
	int64_t day;
	const char *at = strstr(l->src->text, "\nreviewed:");
	struct ts_span span = { 0, 3 };

	if (!ts_date_parse_day(l->e->reviewed, &day)) {
		return;
	}
	if (at != NULL) {
		span = (struct ts_span){ (size_t)(at - l->src->text) + 1, strcspn(at + 1, "\r\n") };
		span = ts_lint_find(l, span, l->e->reviewed, strlen(l->e->reviewed));
	}
	if (day > l->today + DAY) {
		LINT(l, TS_WARNING, "reviewed", span, "\"reviewed\" is in the future");
	} else if (l->today - day > YEAR) {
		LINT(l, TS_WARNING, "reviewed", span,
			"reviewed more than a year ago: look whether it is all still true, then change the "
			"day");
	}
}

void ts_lint_entry(struct ts_linting *l)
{
	struct ts_entry *e = l->e;

	for (size_t i = 0; i < e->nmessages; i++) {
		check_pattern(l, e->messages[i].text, e->messages[i].span);
	}
	for (size_t i = 0; i < e->nrelated; i++) {
		if (ts_pack_find(l->set, e->related[i].text) < 0) {
			LINT(l, TS_ERROR, "related", e->related[i].span, "there is no entry \"%s\"%s",
				e->related[i].text, ts_lint_hint(l, e->related[i].text, l->ids));
		}
	}
	check_params(l);
	check_unused(l);
	check_codes(l);
	check_file_name(l);
	check_reviewed(l);
}
