/* table/files-registry-scan.c - the tables registry and registry_value from a machine's files or the running system. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "table/files-registry.h"

#define MAX_KEYS 5000000 /* that one scan walks through: more than any file of the allowed size has */

/* A scan in progress. */
struct walk {
	const struct ts_regs *regs;
	struct ts_scan *s;
	struct ts_reg_value v;
	struct ts_buf name, text, path;
	bool key, path_wanted, name_wanted, type, data, mtime; /* columns that are looked at */
	bool damaged;                                          /* something could not be read */
	bool more;
	size_t keys;
};

static void walk_init(struct walk *w, const struct ts_regs *r, struct ts_scan *s)
{
	*w = (struct walk){ .regs = r, .s = s, .more = true };
	ts_reg_value_init(&w->v);
	ts_buf_init(&w->name, 1 << 20);
	ts_buf_init(&w->text, TS_HIVE_MAX_DATA * 2);
	ts_buf_init(&w->path, 1 << 20);
	w->key = ts_scan_wants(s, "key");
	w->path_wanted = ts_table_column(ts_scan_table(s), "path") >= 0 && ts_scan_wants(s, "path");
	w->name_wanted = ts_scan_wants(s, "name");
	w->type = ts_scan_wants(s, "type");
	w->data = ts_scan_wants(s, "data");
	w->mtime = ts_scan_wants(s, "mtime");
}

static void walk_finish(struct walk *w)
{
	ts_reg_value_finish(&w->v);
	ts_buf_finish(&w->name);
	ts_buf_finish(&w->text);
	ts_buf_finish(&w->path);
}

/* A row for what is called `name` in the key at `path`. */
static void put_row(struct walk *w, const char *path, const char *name, bool is_default, const char *type,
	const char *data, int64_t mtime)
{
	if (!ts_scan_allows_text(w->s, "name", name)) {
		return;
	}
	ts_row_begin(w->s);
	if (w->key) {
		ts_row_text(w->s, "key", path);
	}
	if (w->path_wanted) {
		ts_buf_clear(&w->path);
		ts_buf_printf(&w->path, "%s\\%s", path, is_default ? "" : name);
		ts_row_text(w->s, "path", ts_buf_str(&w->path));
	}
	if (w->name_wanted) {
		ts_row_text(w->s, "name", name);
	}
	if (w->type) {
		ts_row_text(w->s, "type", type);
	}
	if (w->data) {
		ts_row_text(w->s, "data", data);
	}
	if (w->mtime && mtime != 0) {
		ts_row_int(w->s, "mtime", mtime);
	}
	w->more = ts_row_end(w->s);
}

static const char *data_text(struct walk *w, const struct ts_reg_value *v)
{
	ts_buf_clear(&w->text);
	ts_reg_text(v->type, (const unsigned char *)ts_buf_str(&v->data), v->data.len, &w->text);
	return ts_buf_str(&w->text);
}

/* Rows of one key: its subkeys and its values. */
static void put_key(struct walk *w, const struct ts_reg_key *key, const char *path)
{
	struct ts_reg_iter subkeys = { 0 }, values = { 0 };
	struct ts_reg_key sub;
	while (w->more && ts_regs_next_key(w->regs, key, &subkeys, &sub, &w->name)) {
		put_row(w, path, ts_buf_str(&w->name), false, "subkey", "",
			w->mtime ? ts_regs_key_time(w->regs, &sub) : 0);
	}
	int64_t mtime = w->mtime ? ts_regs_key_time(w->regs, key) : 0;
	while (w->more && ts_regs_next_value(w->regs, key, &values, &w->v, w->data)) {
		bool is_default = w->v.name.len == 0;
		w->damaged = w->damaged || !w->v.whole;
		put_row(w, path, is_default ? "(Default)" : ts_buf_str(&w->v.name), is_default,
			ts_reg_type_name(w->v.type), w->data ? data_text(w, &w->v) : NULL, mtime);
	}
	w->damaged = w->damaged || subkeys.damaged || values.damaged;
}

/* --- all of it --- */

/* A key whose subkeys are being walked through. */
struct level {
	struct ts_reg_key key;
	struct ts_reg_iter it;
	size_t path_len;
};

static void walk_below(struct walk *w, const char *root, const struct ts_reg_key *key)
{
	struct level *stack = ts_xcalloc(TS_HIVE_DEPTH + 1, sizeof(*stack));
	struct ts_buf path, name;
	int depth = 0;
	ts_buf_init(&path, 1 << 20);
	ts_buf_init(&name, 1 << 20);
	ts_buf_puts(&path, root);
	stack[0] = (struct level){ .key = *key, .path_len = path.len };
	put_key(w, key, ts_buf_str(&path));
	while (depth >= 0 && w->more) {
		struct level *l = &stack[depth];
		struct ts_reg_key sub;
		if (!ts_regs_next_key(w->regs, &l->key, &l->it, &sub, &name)) {
			depth--;
			continue;
		}
		/* A damaged hive may hold itself. */
		if (depth == TS_HIVE_DEPTH || ++w->keys > MAX_KEYS) {
			w->damaged = true;
			continue;
		}
		path.len = l->path_len;
		ts_buf_printf(&path, "\\%s", ts_buf_str(&name));
		stack[++depth] = (struct level){ .key = sub, .path_len = path.len };
		put_key(w, &sub, ts_buf_str(&path));
		w->more = w->more && !(w->keys % 256 == 0 && ts_scan_over(w->s));
	}
	ts_buf_finish(&path);
	ts_buf_finish(&name);
	free(stack);
}

static void scan_all(struct walk *w)
{
	const char *path, *trouble = NULL;
	struct ts_reg_key key;
	size_t n = 0;
	for (size_t i = 0; w->more && ts_regs_root(w->regs, i, &path, &key); i++) {
		walk_below(w, path, &key);
		trouble = key.trouble != NULL ? key.trouble : trouble;
		n++;
	}
	if (n == 0) {
		ts_scan_saw(w->s, NULL, TS_SEEN_NOT_COLLECTED,
			"no hive and no export of the registry is among the files");
	} else if (trouble != NULL || w->damaged) {
		ts_scan_saw(w->s, NULL, TS_SEEN_PARTIAL,
			trouble != NULL ? trouble : "parts of a hive are damaged");
	} else {
		ts_scan_saw(w->s, NULL, TS_SEEN_READ, "the hives and exports that are among the files");
	}
}

/* --- one key --- */

/* The key that the query asks for: by key, or by path up to its last backslash. In the arena; NULL = all. */
static const char *asked_key(struct ts_scan *s)
{
	const char *key = ts_scan_text(s, "key", 0), *path = ts_scan_text(s, "path", 0);
	if (key != NULL || path == NULL) {
		return key;
	}
	const char *cut = strrchr(path, '\\');
	return cut != NULL ? ts_arena_strndup(ts_scan_arena(s), path, (size_t)(cut - path)) : path;
}

static void tell_gap(struct ts_scan *s, enum ts_reg_found found, const char *why)
{
	if (found == TS_REG_ABSENT) {
		ts_scan_saw(s, NULL, TS_SEEN_ABSENT, "there is no such key");
	} else {
		ts_regs_tell(s, found, NULL, why);
	}
}

static void tell_found(struct ts_scan *s, const struct ts_reg_key *key, bool damaged)
{
	if (key->trouble != NULL || damaged) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
			key->trouble != NULL ? key->trouble : "the key is damaged in the hive");
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

void ts_regs_scan_registry(const struct ts_regs *r, struct ts_scan *s)
{
	struct walk w;
	struct ts_reg_key key;
	const char *asked = asked_key(s), *why = NULL;
	walk_init(&w, r, s);
	if (asked == NULL) {
		scan_all(&w);
	} else {
		enum ts_reg_found found = ts_regs_find(w.regs, asked, &key, &why);
		if (found == TS_REG_FOUND) {
			put_key(&w, &key, asked);
			tell_found(s, &key, w.damaged);
		} else {
			tell_gap(s, found, why);
		}
	}
	walk_finish(&w);
}

/* A row of registry_value. */
static void put_value(struct walk *w, const char *state, const struct ts_reg_key *key, bool present)
{
	ts_row_begin(w->s);
	ts_row_text(w->s, "state", state);
	if (present) {
		ts_row_text(w->s, "type", ts_reg_type_name(w->v.type));
		ts_row_text(w->s, "data", w->v.whole ? data_text(w, &w->v) : NULL);
	}
	int64_t mtime = key != NULL ? ts_regs_key_time(w->regs, key) : 0;
	if (mtime != 0) {
		ts_row_int(w->s, "mtime", mtime);
	}
	ts_row_end(w->s);
}

void ts_regs_scan_registry_value(const struct ts_regs *r, struct ts_scan *s)
{
	struct walk w;
	struct ts_reg_key key;
	const char *asked = ts_scan_text(s, "key", 0), *name = ts_scan_text(s, "name", 0), *why = NULL;
	walk_init(&w, r, s);
	enum ts_reg_found found = ts_regs_find(w.regs, asked, &key, &why);
	if (found == TS_REG_ABSENT) {
		put_value(&w, "absent-key", NULL, false);
		tell_gap(s, found, why);
	} else if (found != TS_REG_FOUND) {
		tell_gap(s, found, why);
	} else {
		bool is_default = ts_str_case_eq(name, "(Default)");
		found = ts_regs_value(w.regs, &key, is_default ? "" : name, &w.v);
		if (found == TS_REG_FOUND) {
			put_value(&w, "present", &key, true);
		} else if (found == TS_REG_ABSENT) {
			put_value(&w, "absent-value", &key, false);
		}
		tell_found(s, &key, found == TS_REG_UNREADABLE || (found == TS_REG_FOUND && !w.v.whole));
	}
	walk_finish(&w);
}
