/* cmd/lookup.c - look-up by --code and --ext, --text and --search. */
#include "cmd/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "os/os.h"

#define TEXT_MAX ((size_t)4 << 20)
#define HITS_MAX 8

static const char *hex(struct ts_lookup *l, uint32_t code)
{
	return ts_arena_printf(l->arena, "0x%x", code);
}

/* What the numbers mean and which entries speak to them. */
static void by_numbers(struct ts_lookup *l, struct ts_kb *kb, uint32_t code, enum ts_code_role role,
	bool has_ext, uint32_t ext)
{
	struct ts_meaning *m = NULL;
	l->code = hex(l, code);
	/* With an extended code beside it the first number is a disconnect reason; alone it may be either, and both are explained. */
	enum ts_code_role first = role == TS_ROLE_ANY && has_ext ? TS_ROLE_DISCONNECT : role;
	l->nmeanings = ts_kb_meanings(kb, code, first, l->arena, &m);
	if (l->nmeanings == 0 && first != TS_ROLE_ANY) {
		l->nmeanings = ts_kb_meanings(kb, code, TS_ROLE_ANY, l->arena, &m);
	}
	l->meanings = m;
	if (has_ext) {
		l->ext = hex(l, ext);
		l->next_meanings = ts_kb_meanings(kb, ext, TS_ROLE_EXTENDED, l->arena, &m);
		if (l->next_meanings == 0) {
			l->next_meanings = ts_kb_meanings(kb, ext, TS_ROLE_ANY, l->arena, &m);
		}
		l->ext_meanings = m;
	}
}

static bool parse_code(struct ts_kb *kb, const char *option, const char *text, uint32_t *code,
	enum ts_code_role *role, struct ts_err *err)
{
	return ts_kb_code(kb, text, code, role) ||
	       ts_fail(err,
		       "%s=%s: not a code: expected hex (0x904, 904h), a decimal number (2308, -2147467259), "
		       "or a name that the dictionary knows",
		       option, text);
}

struct numbers {
	uint32_t code, ext;
	enum ts_code_role role;
	bool has_ext;
};

/* What --code and --ext say. */
static bool read_numbers(struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, struct numbers *n,
	struct ts_err *err)
{
	enum ts_code_role ext_role;
	const char *slash = o->code != NULL ? strchr(o->code, '/') : NULL;
	const char *ext_text = slash != NULL ? slash + 1 : o->ext;
	*n = (struct numbers){ .role = TS_ROLE_ANY, .has_ext = ext_text != NULL };
	if (o->code == NULL) {
		return ts_fail(
			err, "--ext=%s needs the first code too: --code=CODE --ext=%s", o->ext, o->ext);
	}
	if (slash != NULL && o->ext != NULL) {
		return ts_fail(
			err, "--code=%s holds an extended code already; leave out --ext=%s", o->code, o->ext);
	}
	char *first = ts_arena_strndup(
		l->arena, o->code, slash != NULL ? (size_t)(slash - o->code) : strlen(o->code));
	return parse_code(kb, "--code", first, &n->code, &n->role, err) &&
	       (ext_text == NULL || parse_code(kb, slash != NULL ? "--code, after the /" : "--ext", ext_text,
					    &n->ext, &ext_role, err));
}

static const char *code_line(struct ts_lookup *l)
{
	return l->ext != NULL ? ts_arena_printf(l->arena, "--code %s --ext %s", l->code, l->ext)
			      : ts_arena_printf(l->arena, "--code %s", l->code);
}

static bool by_code(
	struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, int *status, struct ts_err *err)
{
	struct numbers n;
	if (!read_numbers(l, o, kb, &n, err)) {
		*status = TS_EXIT_USAGE;
		return false;
	}
	l->from = "option";
	by_numbers(l, kb, n.code, n.role, n.has_ext, n.ext);
	l->nhits =
		ts_kb_by_code(kb, n.code, n.role, n.has_ext, n.ext, o->product, HITS_MAX, l->arena, &l->hits);
	l->argv_line = code_line(l);
	return true;
}

/* A text, with the code beside it or in it. */
static bool by_text(
	struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, int *status, struct ts_err *err)
{
	struct ts_buf b;
	struct ts_recognised rec = { 0 };
	struct numbers n = { 0 };
	bool given = o->code != NULL || o->ext != NULL;
	*status = TS_EXIT_USAGE;
	if (given && !read_numbers(l, o, kb, &n, err)) {
		return false;
	}
	rec.has_code = given;
	rec.code = n.code;
	rec.role = given && n.has_ext && n.role == TS_ROLE_ANY ? TS_ROLE_DISCONNECT : n.role;
	rec.has_ext = n.has_ext;
	rec.ext = n.ext;
	ts_buf_init(&b, TEXT_MAX);
	bool ok = ts_os_read_file(o->text, &b, err);
	if (ok && b.len == 0) {
		ok = ts_fail(err, "%s: there is no text in it",
			strcmp(o->text, "-") == 0 ? "standard input" : o->text);
	}
	if (ok && !ts_kb_recognise_more(kb, ts_buf_str(&b), b.len, l->arena, &rec, err)) {
		*status = TS_EXIT_INTERNAL;
		ok = false;
	}
	l->text = ok ? ts_arena_strdup(l->arena, ts_buf_str(&b)) : NULL;
	ts_buf_finish(&b);
	if (!ok) {
		return false;
	}
	*status = TS_EXIT_OK;
	l->from = "text";
	if (rec.has_code) {
		by_numbers(l, kb, rec.code, rec.role, rec.has_ext, rec.ext);
	}
	l->hits = rec.hits;
	l->nhits = rec.nhits < HITS_MAX ? rec.nhits : HITS_MAX;
	/* The entry is found again by its code only if that was what found it. */
	bool from_code = rec.nhits > 0 && rec.hits[0].exact && strcmp(rec.hits[0].by, "code") == 0;
	l->argv_line = rec.has_code && (from_code || strcmp(o->text, "-") == 0)
			       ? code_line(l)
			       : ts_arena_printf(l->arena, "--text %s", o->text);
	return true;
}

static bool by_words(
	struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, int *status, struct ts_err *err)
{
	struct ts_err why = { "" };
	l->from = "search";
	l->nhits = ts_kb_search(kb, o->search, o->product, HITS_MAX * 2, l->arena, &l->hits, &why);
	l->argv_line = ts_arena_printf(l->arena, "--search '%s'", o->search);
	if (l->nhits == 0 && why.text[0] != 0) {
		*status = TS_EXIT_USAGE;
		return ts_fail(err, "--search=%s: %s", o->search, why.text);
	}
	return true;
}

bool ts_lookup_run(
	struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, int *status, struct ts_err *err)
{
	memset(l, 0, sizeof(*l));
	l->arena = ts_arena_new();
	*status = TS_EXIT_OK;
	/* A code may stand beside a text: a ticket has both. */
	int ways = (o->code != NULL || o->ext != NULL || o->text != NULL) + (o->search != NULL);
	if (ways > 1) {
		*status = TS_EXIT_USAGE;
		return ts_fail(err, "--search and %s are two ways to say what is wrong; give one of them",
			o->text != NULL ? "--text" : "--code");
	}
	bool ok = ways == 0           ? true
		  : o->text != NULL   ? by_text(l, o, kb, status, err)
		  : o->search != NULL ? by_words(l, o, kb, status, err)
				      : by_code(l, o, kb, status, err);
	/* The commands that the report proposes must find the same knowledge. */
	for (size_t i = 0; ok && i < o->kb.n; i++) {
		l->argv_line =
			ts_arena_printf(l->arena, "%s%s--kb %s", l->argv_line != NULL ? l->argv_line : "",
				l->argv_line != NULL ? " " : "", o->kb.items[i]);
	}
	/* A damaged file must not look like "nothing is known". */
	const char *trouble = ok ? ts_kb_trouble(kb) : NULL;
	if (trouble != NULL) {
		*status = TS_EXIT_NO_KB;
		return ts_fail(err, "%s", trouble);
	}
	const struct ts_hit *chosen = ok && o->search == NULL ? ts_kb_choose(l->hits, l->nhits) : NULL;
	if (chosen != NULL) {
		l->entry = chosen->id;
		l->by = chosen->by;
	}
	return ok;
}

/* Forget what was looked up before; its memory stays, others may still point there. */
static void forget(struct ts_lookup *l, const char *from)
{
	l->from = from != NULL ? ts_arena_strdup(l->arena, from) : NULL;
	l->code = l->ext = l->entry = l->argv_line = l->by = NULL;
	l->meanings = l->ext_meanings = NULL;
	l->nmeanings = l->next_meanings = l->nhits = 0;
	l->hits = NULL;
}

void ts_lookup_typed(struct ts_lookup *l, struct ts_kb *kb, const char *from, const struct ts_recognised *rec)
{
	forget(l, from);
	if (rec != NULL && rec->has_code) {
		by_numbers(l, kb, rec->code, rec->role, rec->has_ext, rec->ext);
	}
}

void ts_lookup_kept(
	struct ts_lookup *l, struct ts_kb *kb, const char *from, const char *code, const char *ext)
{
	uint32_t code_number, ext_number = 0;
	forget(l, from);
	if (code != NULL && ts_code_parse(code, &code_number)) {
		bool has_ext = ext != NULL && ts_code_parse(ext, &ext_number);
		by_numbers(l, kb, code_number, TS_ROLE_ANY, has_ext, ext_number);
	}
}

void ts_lookup_finish(struct ts_lookup *l)
{
	ts_arena_free(l->arena);
	l->arena = NULL;
}
