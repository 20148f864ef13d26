/* table/files-registry.c - looking up keys and values in the hives and exports of one machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "table/files-registry-int.h"

#define MAX_PATH_BYTES 16384

struct ts_regs *ts_regs_new(const struct ts_member *const *members, size_t n)
{
	struct ts_regs *r = ts_xcalloc(1, sizeof(*r));
	r->arena = ts_arena_new();
	ts_regs_open_hives(r, members, n);
	ts_regs_open_exports(r, members, n);
	if (r->tree != NULL) {
		TS_GROW(r->sources, r->cap, r->n);
		r->sources[r->n++] = (struct ts_reg_source){ .text = true };
	}
	return r;
}

struct ts_regs *ts_regs_new_live(void)
{
	struct ts_regs_live *live = ts_regs_live_new();
	if (live == NULL) {
		return NULL;
	}
	struct ts_regs *r = ts_xcalloc(1, sizeof(*r));
	r->arena = ts_arena_new();
	r->live = live;
	TS_GROW(r->sources, r->cap, r->n);
	r->sources[r->n++] = (struct ts_reg_source){ .live = true };
	return r;
}

const char *ts_regs_denied(const struct ts_regs *r)
{
	return r->live != NULL ? ts_regs_live_denied(r->live) : NULL;
}

void ts_regs_free(struct ts_regs *r)
{
	if (r != NULL) {
		ts_regs_live_free(r->live);
		for (size_t i = 0; i < r->n; i++) {
			ts_buf_finish(&r->sources[i].copy);
		}
		free(r->sources);
		ts_regtree_free(r->tree);
		ts_arena_free(r->arena);
		free(r);
	}
}

const struct ts_regs_hive *ts_regs_hive(const struct ts_regs *r, size_t i)
{
	return i < r->n && !r->sources[i].text && !r->sources[i].live ? &r->sources[i].info : NULL;
}

int64_t ts_regs_newest(const struct ts_regs *r)
{
	return r->newest;
}

bool ts_regs_empty(const struct ts_regs *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->sources[i].text || r->sources[i].mounted) {
			return false;
		}
	}
	return true;
}

/* --- paths --- */

/* A part of a path, and the rest behind it. */
static bool next_part(struct ts_str *path, struct ts_str *part)
{
	while (path->n > 0 && path->p[0] == '\\') {
		*path = (struct ts_str){ path->p + 1, path->n - 1 };
	}
	const char *cut = path->n > 0 ? memchr(path->p, '\\', path->n) : NULL;
	size_t n = cut != NULL ? (size_t)(cut - path->p) : path->n;
	*part = (struct ts_str){ path->p, n };
	*path = (struct ts_str){ path->p + n, path->n - n };
	return n > 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Does the path begin with these parts? *rest is what follows. */
static bool below(struct ts_str path, const char *prefix, struct ts_str *rest)
{
	size_t n = strlen(prefix);
	if (path.n < n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (lower(path.p[i]) != lower(prefix[i])) {
			return false;
		}
	}
	*rest = (struct ts_str){ path.p + n, path.n - n };
	return rest->n == 0 || rest->p[0] == '\\';
}

static const char *rewrite(const char *prefix, struct ts_str rest, char *out)
{
	snprintf(out, MAX_PATH_BYTES, "%s%.*s", prefix, (int)rest.n, rest.p);
	return out;
}

/* The one user's hive that there is; NULL when there are none or several. */
static const struct ts_reg_source *only_user(const struct ts_regs *r)
{
	const struct ts_reg_source *one = NULL;
	for (size_t i = 0; i < r->n; i++) {
		const struct ts_reg_source *s = &r->sources[i];
		if (s->mounted && s->info.role == TS_ROLE_USER &&
			strcmp(s->info.mount, "HKEY_USERS\\.DEFAULT") != 0) {
			if (one != NULL) {
				return NULL;
			}
			one = s;
		}
	}
	return one;
}

/* --- hives --- */

static enum ts_reg_found damaged(const char *trouble, const char **why)
{
	*why = trouble != NULL ? trouble : "the hive is damaged in this place";
	return TS_REG_UNREADABLE;
}

static enum ts_reg_found find_in_hive(
	const struct ts_regs *r, size_t source, struct ts_str path, struct ts_reg_key *key, const char **why)
{
	const struct ts_reg_source *s = &r->sources[source];
	ts_hive_cell at = s->hive.base.root;
	struct ts_str part;
	char set[32];
	for (bool first = true; next_part(&path, &part); first = false) {
		struct ts_reg_key sel = { source, s->hive.base.root, NULL };
		int64_t current;
		if (first && s->info.role == TS_ROLE_SYSTEM && part.n == 17 &&
			below(part, "CurrentControlSet", &(struct ts_str){ 0 })) {
			/* A link on the running system; Select says where it led. */
			if (ts_hive_subkey(&s->hive, sel.at, "Select", 6, &sel.at) != TS_HIVE_FOUND ||
				!ts_regs_number(r, &sel, "Current", &current)) {
				return damaged(
					"the hive does not say which control set is the current one", why);
			}
			snprintf(set, sizeof(set), "ControlSet%03d", (int)current);
			part = ts_str_of(set);
		}
		switch (ts_hive_subkey(&s->hive, at, part.p, part.n, &at)) {
		case TS_HIVE_FOUND: break;
		case TS_HIVE_DAMAGED: return damaged(NULL, why);
		case TS_HIVE_ABSENT:
			return s->info.trouble != NULL ? damaged(s->info.trouble, why) : TS_REG_ABSENT;
		}
	}
	*key = (struct ts_reg_key){ source, at, s->info.trouble };
	return TS_REG_FOUND;
}

/* --- exports --- */

/* Walk down as far as the exports have keys. *at is the last one found; true when the whole path is there. */
static bool walk_tree(const struct ts_regtree *t, struct ts_str path, uint32_t *at)
{
	struct ts_str part;
	*at = TS_REGTREE_ROOT;
	while (next_part(&path, &part)) {
		uint32_t child = ts_regtree_child(t, *at, part.p, part.n);
		if (child == TS_REGTREE_NONE) {
			return false;
		}
		*at = child;
	}
	return true;
}

static enum ts_reg_found find_in_tree(
	const struct ts_regs *r, size_t source, struct ts_str path, struct ts_reg_key *key, const char **why)
{
	uint32_t at;
	bool whole = walk_tree(r->tree, path, &at);
	if (!ts_regtree_covered(r->tree, at) && !(whole && ts_regtree_key(r->tree, at)->listed)) {
		return TS_REG_NOT_COLLECTED;
	}
	const char *trouble = ts_regtree_partial(r->tree, at) ? "lines of the export were not understood"
			      : !ts_regtree_covered(r->tree, at)
				      ? "the file lists changes to this key, not all that is in it"
				      : NULL;
	if (whole) {
		*key = (struct ts_reg_key){ source, at, trouble };
		return TS_REG_FOUND;
	}
	return trouble != NULL ? damaged(trouble, why) : TS_REG_ABSENT;
}

/* The only control set that exports hold; NULL when there is none or more than one. */
static const char *only_control_set(const struct ts_regs *r)
{
	uint32_t at;
	const char *one = NULL;
	if (!walk_tree(r->tree, ts_str_of("HKEY_LOCAL_MACHINE\\SYSTEM"), &at)) {
		return NULL;
	}
	for (at = ts_regtree_key(r->tree, at)->first; at != TS_REGTREE_NONE;
		at = ts_regtree_key(r->tree, at)->next) {
		const char *name = ts_regtree_key(r->tree, at)->name;
		if (ts_str_case_find(name, "ControlSet0") == name) {
			if (one != NULL) {
				return NULL;
			}
			one = name;
		}
	}
	return one;
}

static enum ts_reg_found find_in_exports(
	const struct ts_regs *r, size_t source, struct ts_str path, struct ts_reg_key *key, const char **why)
{
	static const char ccs[] = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet";
	enum ts_reg_found f = find_in_tree(r, source, path, key, why);
	struct ts_str rest;
	char set[64], text[MAX_PATH_BYTES];
	int64_t current;
	if (f != TS_REG_NOT_COLLECTED || !below(path, ccs, &rest)) {
		return f;
	}
	struct ts_reg_key sel;
	bool sure = find_in_tree(r, source, ts_str_of("HKEY_LOCAL_MACHINE\\SYSTEM\\Select"), &sel, why) ==
			    TS_REG_FOUND &&
		    ts_regs_number(r, &sel, "Current", &current);
	const char *only = sure ? NULL : only_control_set(r);
	if (sure) {
		snprintf(set, sizeof(set), "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet%03d", (int)current);
	} else if (only != NULL) {
		snprintf(set, sizeof(set), "HKEY_LOCAL_MACHINE\\SYSTEM\\%.24s", only);
	} else {
		return TS_REG_NOT_COLLECTED;
	}
	static const char guess[] =
		"the export holds one numbered control set, and nothing (Select\\Current) says that it "
		"is the current one";
	f = find_in_tree(r, source, ts_str_of(rewrite(set, rest, text)), key, why);
	if (!sure && f == TS_REG_FOUND) {
		key->trouble = guess;
	}
	return !sure && f == TS_REG_ABSENT ? damaged(guess, why) : f;
}

/* --- all sources --- */

static const char *const roots[] = { "HKEY_LOCAL_MACHINE", "HKEY_USERS", "HKEY_CURRENT_USER",
	"HKEY_CLASSES_ROOT", "HKEY_CURRENT_CONFIG", "HIVE:" };

/* What file would hold this path? */
static const char *missing_file(struct ts_str path)
{
	static const struct {
		const char *prefix, *why;
	} hints[] = {
		{ "HKEY_LOCAL_MACHINE\\SYSTEM", "neither the SYSTEM hive (Windows\\System32\\config\\SYSTEM) "
						"nor an export of this key is among the "
						"files" },
		{ "HKEY_LOCAL_MACHINE\\SOFTWARE",
			"neither the SOFTWARE hive (Windows\\System32\\config\\SOFTWARE) nor an export of "
			"this key is among "
			"the files" },
		{ "HKEY_LOCAL_MACHINE\\SAM", "SAM is never read: it holds secrets" },
		{ "HKEY_LOCAL_MACHINE\\SECURITY", "SECURITY is never read: it holds secrets" },
		{ "HKEY_LOCAL_MACHINE\\HARDWARE", "it exists only while Windows runs" },
		{ "HKEY_USERS", "neither this user's hive (Users\\NAME\\NTUSER.DAT) nor an export of this "
				"key is among the files" },
		{ "HKEY_CURRENT_USER", "no single user's hive (Users\\NAME\\NTUSER.DAT) and no export of "
				       "this key is among the files" },
	};
	struct ts_str rest;
	for (size_t i = 0; i < TS_COUNT(hints); i++) {
		if (below(path, hints[i].prefix, &rest)) {
			return hints[i].why;
		}
	}
	for (size_t i = 0; i < TS_COUNT(roots); i++) {
		if (below(path, roots[i], &rest)) {
			return "no file holds this key";
		}
	}
	return "there is no such root; full names are meant, such as HKEY_LOCAL_MACHINE";
}

static enum ts_reg_found find_anywhere(
	const struct ts_regs *r, struct ts_str path, struct ts_reg_key *key, const char **why)
{
	struct ts_str rest;
	/* Hives come first in sources; what they cover is complete. */
	for (size_t i = 0; i < r->n; i++) {
		const struct ts_reg_source *s = &r->sources[i];
		if (s->mounted && below(path, s->info.mount, &rest)) {
			return find_in_hive(r, i, rest, key, why);
		}
	}
	return r->tree != NULL ? find_in_exports(r, r->n - 1, path, key, why) : TS_REG_NOT_COLLECTED;
}

enum ts_reg_found ts_regs_find(
	const struct ts_regs *r, const char *text, struct ts_reg_key *key, const char **why)
{
	const char *unused;
	char other[MAX_PATH_BYTES];
	struct ts_str path = ts_str_of(text), rest;
	if (r->live != NULL) {
		return ts_regs_live_find(r->live, text, key, why);
	}
	why = why != NULL ? why : &unused;
	if (path.n >= MAX_PATH_BYTES / 2) {
		*why = "the path is longer than any key's";
		return TS_REG_NOT_COLLECTED;
	}
	while (path.n > 0 && path.p[path.n - 1] == '\\') {
		path.n--;
	}
	enum ts_reg_found f = find_anywhere(r, path, key, why);
	if (f == TS_REG_NOT_COLLECTED && below(path, "HKEY_CURRENT_USER", &rest) && only_user(r) != NULL) {
		f = find_anywhere(r, ts_str_of(rewrite(only_user(r)->info.mount, rest, other)), key, why);
	} else if (f == TS_REG_NOT_COLLECTED && below(path, "HKEY_CLASSES_ROOT", &rest)) {
		f = find_anywhere(r, ts_str_of(rewrite("HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes", rest, other)),
			key, why);
	}
	if (f == TS_REG_NOT_COLLECTED) {
		*why = missing_file(path);
	}
	return f;
}

/* --- values --- */

static void from_hive(const struct ts_hive *h, ts_hive_cell cell, struct ts_reg_value *v, bool with_data)
{
	ts_buf_clear(&v->name);
	ts_buf_clear(&v->data);
	ts_hive_value_name(h, cell, &v->name);
	v->type = ts_hive_value_type(h, cell);
	v->whole = !with_data || ts_hive_value_data(h, cell, &v->data);
}

static void from_tree(const struct ts_regtree_value *tv, struct ts_reg_value *v)
{
	ts_buf_clear(&v->name);
	ts_buf_clear(&v->data);
	ts_buf_puts(&v->name, tv->name);
	ts_buf_put(&v->data, tv->data, tv->size);
	v->type = tv->type;
	v->whole = true;
}

enum ts_reg_found ts_regs_value(
	const struct ts_regs *r, const struct ts_reg_key *key, const char *name, struct ts_reg_value *v)
{
	const struct ts_reg_source *s = &r->sources[key->source];
	if (s->live) {
		return ts_regs_live_value(r->live, key->at, name, v);
	}
	if (!s->text) {
		ts_hive_cell cell;
		enum ts_hive_found f = ts_hive_value(&s->hive, key->at, name, strlen(name), &cell);
		if (f != TS_HIVE_FOUND) {
			return f == TS_HIVE_ABSENT ? TS_REG_ABSENT : TS_REG_UNREADABLE;
		}
		from_hive(&s->hive, cell, v, true);
		return TS_REG_FOUND;
	}
	for (uint32_t at = ts_regtree_key(r->tree, key->at)->first_value; at != TS_REGTREE_NONE;
		at = ts_regtree_value(r->tree, at)->next) {
		if (ts_str_case_eq(ts_regtree_value(r->tree, at)->name, name)) {
			from_tree(ts_regtree_value(r->tree, at), v);
			return TS_REG_FOUND;
		}
	}
	return TS_REG_ABSENT;
}

int64_t ts_regs_key_time(const struct ts_regs *r, const struct ts_reg_key *key)
{
	const struct ts_reg_source *s = &r->sources[key->source];
	if (s->live) {
		return ts_regs_live_time(r->live, key->at);
	}
	return s->text ? 0 : ts_filetime_unix(ts_hive_key_time(&s->hive, key->at));
}

bool ts_regs_next_key(const struct ts_regs *r, const struct ts_reg_key *key, struct ts_reg_iter *it,
	struct ts_reg_key *out, struct ts_buf *name)
{
	const struct ts_reg_source *s = &r->sources[key->source];
	ts_buf_clear(name);
	*out = *key;
	if (s->live) {
		return ts_regs_live_next_key(r->live, it, out, name);
	}
	if (!s->text) {
		if (!it->begun) {
			ts_hive_subkeys(&s->hive, key->at, &it->hive);
			it->begun = true;
		}
		bool more = ts_hive_next(&it->hive, &out->at);
		it->damaged = it->hive.damaged;
		if (more) {
			ts_hive_key_name(&s->hive, out->at, name);
		}
		return more;
	}
	it->next = it->begun ? it->next : ts_regtree_key(r->tree, key->at)->first;
	it->begun = true;
	if (it->next == TS_REGTREE_NONE) {
		return false;
	}
	out->at = it->next;
	ts_buf_puts(name, ts_regtree_key(r->tree, it->next)->name);
	it->next = ts_regtree_key(r->tree, it->next)->next;
	return true;
}

bool ts_regs_next_value(const struct ts_regs *r, const struct ts_reg_key *key, struct ts_reg_iter *it,
	struct ts_reg_value *v, bool with_data)
{
	const struct ts_reg_source *s = &r->sources[key->source];
	if (s->live) {
		return ts_regs_live_next_value(r->live, key->at, it, v);
	}
	if (!s->text) {
		ts_hive_cell cell;
		if (!it->begun) {
			ts_hive_values(&s->hive, key->at, &it->hive);
			it->begun = true;
		}
		bool more = ts_hive_next(&it->hive, &cell);
		it->damaged = it->hive.damaged;
		if (more) {
			from_hive(&s->hive, cell, v, with_data);
		}
		return more;
	}
	it->next = it->begun ? it->next : ts_regtree_key(r->tree, key->at)->first_value;
	it->begun = true;
	if (it->next == TS_REGTREE_NONE) {
		return false;
	}
	from_tree(ts_regtree_value(r->tree, it->next), v);
	it->next = ts_regtree_value(r->tree, it->next)->next;
	return true;
}

bool ts_regs_root(const struct ts_regs *r, size_t i, const char **path, struct ts_reg_key *key)
{
	static const char *const live[] = { "HKEY_LOCAL_MACHINE", "HKEY_USERS" };
	if (r->live != NULL) {
		*path = i < TS_COUNT(live) ? live[i] : NULL;
		return *path != NULL && ts_regs_find(r, *path, key, NULL) == TS_REG_FOUND;
	}
	for (size_t s = 0; s < r->n; s++) {
		const struct ts_reg_source *src = &r->sources[s];
		if (src->mounted && i-- == 0) {
			*path = src->info.mount;
			*key = (struct ts_reg_key){ s, src->hive.base.root, src->info.trouble };
			return true;
		}
		/* The first keys of exports are the roots of the registry. */
		for (uint32_t at = src->text ? ts_regtree_key(r->tree, TS_REGTREE_ROOT)->first
					     : TS_REGTREE_NONE;
			at != TS_REGTREE_NONE; at = ts_regtree_key(r->tree, at)->next) {
			if (i-- == 0) {
				*path = ts_regtree_key(r->tree, at)->name;
				*key = (struct ts_reg_key){ s, at, NULL };
				return true;
			}
		}
	}
	return false;
}
