/* table/record.c - keeping what the scans of this computer gave. */
#include "table/record.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "os/thread.h"
#include "table/files-registry.h"
#include "table/scope.h"

struct kept {
	struct ts_recorded info;
	struct ts_scan *scan;
	struct ts_ledger *ledger; /* of the scan */
	struct ts_budget budget;
	struct ts_book book;
};

struct ts_record {
	struct ts_mutex *lock;
	struct ts_arena *arena;
	struct kept **list;
	size_t n, cap;
	bool sorted;
};

struct ts_record *ts_record_new(void)
{
	struct ts_record *r = ts_xcalloc(1, sizeof(*r));
	r->lock = ts_mutex_new();
	r->arena = ts_arena_new();
	return r;
}

static void free_kept(struct kept *k)
{
	if (k != NULL) {
		ts_scan_free(k->scan);
		ts_ledger_free(k->ledger);
		free(k);
	}
}

void ts_record_free(struct ts_record *r)
{
	if (r != NULL) {
		for (size_t i = 0; i < r->n; i++) {
			free_kept(r->list[i]);
		}
		free(r->list);
		ts_mutex_free(r->lock);
		ts_arena_free(r->arena);
		free(r);
	}
}

/* --- scans --- */

static bool is_secret(const struct ts_scan *s)
{
	return strncmp(ts_scan_table(s)->name, "registry", 8) == 0 && ts_regs_is_secret(ts_scan_subject(s));
}

/* Is this constraint kept when the subject is looked at as a whole? */
static bool keeps(const struct ts_table *t, const struct ts_column *c)
{
	return (t->flags & TS_OBSERVER) != 0 || (c->flags & TS_SUBJECT) != 0 ||
	       ((c->flags & TS_REQUIRED) != 0 && !ts_column_is_input(c)) || ts_scope_is_time(t, c);
}

/* The key of one registry value stands for the value: what is read, is read of the whole subject. */
static bool constrain_parent(struct ts_scan *from, struct ts_scan *to, const struct ts_column *c)
{
	const struct ts_table *t = ts_scan_table(from);
	if ((c->flags & TS_SUBJECT_PARENT) == 0 || ts_scan_count(from, c->name) == 0) {
		return false;
	}
	for (int i = 0; i < t->ncolumns; i++) {
		if ((t->columns[i].flags & (TS_SUBJECT | TS_SUBJECT_PARENT)) == TS_SUBJECT) {
			if (ts_scan_count(to, t->columns[i].name) == 0) {
				const char *subject =
					ts_arena_strdup(ts_scan_arena(to), ts_scan_subject(from));
				ts_scan_constrain_value(to, i, ts_value_text(subject));
			}
			return true;
		}
	}
	return false;
}

static void copy_constraint(struct ts_scan *from, struct ts_scan *to, int column)
{
	const struct ts_table *t = ts_scan_table(from);
	const struct ts_column *c = &t->columns[column];
	for (int i = 0; i < ts_scan_count(from, c->name); i++) {
		const char *text = ts_arena_strdup(ts_scan_arena(to), ts_scan_text(from, c->name, i));
		struct ts_value v;
		if (ts_scope_is_time(t, c)) {
			/* Up to now: the end of a span is no reason to leave out what came after it. */
			text = ts_arena_strndup(ts_scan_arena(to), text, strcspn(text, ";"));
		}
		if (ts_value_parse(text, c->type, &v)) {
			ts_scan_constrain_value(to, column, v);
		}
	}
}

/* A scan of the same subject without what only narrows it. */
static struct kept *widen(struct ts_scan *s)
{
	const struct ts_table *t = ts_scan_table(s);
	struct kept *k = ts_xcalloc(1, sizeof(*k));
	k->budget = *ts_scan_budget(s);
	k->ledger = ts_ledger_new();
	k->scan = ts_scan_new(t, &k->budget, k->ledger);
	ts_scan_set_as_of(k->scan, ts_scan_as_of(s));
	ts_scan_set_probes(k->scan, ts_scan_probes(s));
	for (int i = 0; i < t->ncolumns; i++) {
		/* Asking for a constraint counts as understanding it: only of those that are. */
		if (keeps(t, &t->columns[i]) && !constrain_parent(s, k->scan, &t->columns[i])) {
			copy_constraint(s, k->scan, i);
		}
	}
	ts_scan_ready(k->scan);
	k->info.table = t;
	k->info.subject = ts_scan_subject(k->scan);
	k->info.scope = ts_scope_values(k->scan);
	k->info.ledger = &k->book;
	k->info.scan = k->scan;
	return k;
}

static bool same(const struct kept *a, const struct kept *b)
{
	return a->info.table == b->info.table && strcmp(a->info.subject, b->info.subject) == 0 &&
	       strcmp(a->info.scope, b->info.scope) == 0;
}

static const struct kept *find(const struct ts_record *r, const struct kept *k)
{
	for (size_t i = 0; i < r->n; i++) {
		if (same(r->list[i], k)) {
			return r->list[i];
		}
	}
	return NULL;
}

/* Into the list, unless it is there already; the one that is there. */
static const struct kept *keep(struct ts_record *r, struct kept *k)
{
	ts_mutex_lock(r->lock);
	const struct kept *old = find(r, k);
	if (old == NULL) {
		TS_GROW(r->list, r->cap, r->n);
		r->list[r->n++] = k;
		r->sorted = false;
		old = k;
	} else {
		free_kept(k);
	}
	ts_mutex_unlock(r->lock);
	return old;
}

static const struct kept *keep_subject(
	struct ts_record *r, struct ts_scan *s, void (*live)(void *ctx, struct ts_scan *s), void *ctx)
{
	struct kept *k = widen(s);
	ts_mutex_lock(r->lock);
	const struct kept *old = find(r, k);
	ts_mutex_unlock(r->lock);
	if (old != NULL) {
		free_kept(k);
		return old;
	}
	live(ctx, k->scan);
	ts_scan_close(k->scan);
	k->info.rows = ts_scan_rows(k->scan);
	for (size_t i = 0; i < ts_ledger_count(k->ledger); i++) {
		const struct ts_ledger_line *l = ts_ledger_get(k->ledger, i);
		ts_book_add(&k->book, ts_scan_arena(k->scan), l->table, l->subject, l->seen, l->detail);
	}
	return keep(r, k);
}

static bool same_lines(const struct ts_book *a, const struct ts_book *b)
{
	if (a->n != b->n) {
		return false;
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct ts_ledger_line *x = &a->lines[i], *y = &b->lines[i];
		if (x->seen != y->seen || strcmp(x->subject, y->subject) != 0 ||
			strcmp(x->detail, y->detail) != 0) {
			return false;
		}
	}
	return true;
}

/* Lines of the ledger without rows. */
static void keep_lines(struct ts_record *r, struct ts_scan *s, const struct ts_book *said, const char *scope)
{
	struct kept *k = ts_xcalloc(1, sizeof(*k));
	ts_mutex_lock(r->lock);
	for (size_t i = 0; i < said->n; i++) {
		const struct ts_ledger_line *l = &said->lines[i];
		ts_book_add(&k->book, r->arena, l->table, l->subject, l->seen, l->detail);
	}
	k->info = (struct ts_recorded){ .table = ts_scan_table(s), .ledger = &k->book };
	k->info.subject = ts_arena_strdup(r->arena, ts_scan_subject(s));
	k->info.scope = ts_arena_strdup(r->arena, scope);
	ts_mutex_unlock(r->lock);
	keep(r, k);
}

void ts_record_scan(
	struct ts_record *r, struct ts_scan *s, void (*live)(void *ctx, struct ts_scan *s), void *ctx)
{
	struct ts_book said = { 0 };
	ts_scan_set_listener(s, &said, ts_scan_arena(s));
	if (is_secret(s)) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"SAM and SECURITY hold the secrets of accounts and are never collected");
		ts_scan_set_listener(s, NULL, NULL);
		keep_lines(r, s, &said, "");
		return;
	}
	live(ctx, s);
	ts_scan_set_listener(s, NULL, NULL);
	if (ts_scan_over(s)) {
		ts_book_add(&said, ts_scan_arena(s), ts_scan_table(s)->name, ts_scan_subject(s),
			TS_SEEN_TIMEOUT, "the check's time limit came first");
	}
	/* Fewer columns or rows may be read where all of them may not: what the scan itself saw is kept beside what is
	 * to be seen of its whole subject. */
	const struct kept *whole = keep_subject(r, s, live, ctx);
	if (!same_lines(&said, &whole->book)) {
		keep_lines(r, s, &said, ts_scope_exact(s));
	}
}

/* --- reading and writing --- */

static int compare(const void *a, const void *b)
{
	const struct kept *x = *(const struct kept *const *)a, *y = *(const struct kept *const *)b;
	int d = strcmp(x->info.table->name, y->info.table->name);
	d = d != 0 ? d : strcmp(x->info.subject, y->info.subject);
	return d != 0 ? d : strcmp(x->info.scope, y->info.scope);
}

const struct ts_recorded *ts_record_get(struct ts_record *r, size_t i)
{
	if (!r->sorted && r->n > 0) {
		qsort(r->list, r->n, sizeof(*r->list), compare);
		r->sorted = true;
	}
	return i < r->n ? &r->list[i]->info : NULL;
}

/* Rows of a table that were written: how often each, over all scans before and in this one. */
struct written {
	char *row;
	size_t written, here;
	size_t scan; /* that `here` counts in, from 1 */
};
struct tally {
	struct written *slots;
	size_t n, cap; /* a power of two */
};

static struct written *slot(const struct tally *t, const char *row)
{
	size_t h = (size_t)14695981039346656037u;
	for (const char *p = row; *p != '\0'; p++) {
		h = (h ^ (unsigned char)*p) * (size_t)1099511628211u;
	}
	size_t i = h & (t->cap - 1);
	while (t->slots[i].row != NULL && strcmp(t->slots[i].row, row) != 0) {
		i = (i + 1) & (t->cap - 1);
	}
	return &t->slots[i];
}

/* Takes row. Must it be written (once more)? */
static bool count_row(struct tally *t, char *row, size_t scan)
{
	if (t->n * 2 >= t->cap) {
		struct tally grown = { ts_xcalloc(t->cap > 0 ? t->cap * 2 : 64, sizeof(*grown.slots)), t->n,
			t->cap > 0 ? t->cap * 2 : 64 };
		for (size_t i = 0; i < t->cap; i++) {
			if (t->slots[i].row != NULL) {
				*slot(&grown, t->slots[i].row) = t->slots[i];
			}
		}
		free(t->slots);
		*t = grown;
	}
	struct written *w = slot(t, row);
	if (w->row == NULL) {
		w->row = row;
		t->n++;
	} else {
		free(row);
	}
	w->here = w->scan == scan ? w->here + 1 : 1;
	w->scan = scan;
	bool more = w->here > w->written;
	w->written += more;
	return more;
}

static void clear_tally(struct tally *t)
{
	for (size_t i = 0; i < t->cap; i++) {
		free(t->slots[i].row);
	}
	free(t->slots);
	*t = (struct tally){ 0 };
}

/* The row as text that tells it from others. */
static char *row_text(const struct ts_recorded *rec, const struct ts_value *row)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_SCAN_MAX_BYTES);
	for (int i = 0; i < rec->table->ncolumns; i++) {
		if (ts_column_is_input(&rec->table->columns[i])) {
			continue;
		}
		switch (row[i].kind) {
		case TS_VALUE_NULL: ts_buf_puts(&b, "\x1f-"); break;
		case TS_VALUE_INT: ts_buf_printf(&b, "\x1fi%lld", (long long)row[i].i); break;
		case TS_VALUE_REAL: ts_buf_printf(&b, "\x1fr%.17g", row[i].d); break;
		case TS_VALUE_TEXT: ts_buf_printf(&b, "\x1ft%s", row[i].s); break;
		}
	}
	return ts_buf_take(&b);
}

/* A password in plain text is nobody's evidence. */
static bool is_password(const struct ts_recorded *rec, const struct ts_value *row)
{
	int name = ts_table_column(rec->table, "name");
	return strncmp(rec->table->name, "registry", 8) == 0 && row[name].kind == TS_VALUE_TEXT &&
	       ts_str_case_eq(row[name].s, "DefaultPassword");
}

static const char *changed(const struct ts_record_change *change, const char *text)
{
	return change != NULL && text != NULL ? change->text(change->ctx, text) : text;
}

static bool write_rows(const struct ts_recorded *rec, size_t number, struct tally *t,
	struct ts_bundle_writer *w, const struct ts_record_change *change, struct ts_err *err)
{
	struct ts_value *out = ts_xcalloc((size_t)rec->table->ncolumns, sizeof(*out));
	bool ok = true;
	for (int64_t i = 0; rec->scan != NULL && i < rec->rows && ok; i++) {
		const struct ts_value *row = ts_scan_cell(rec->scan, i, 0);
		bool password = is_password(rec, row);
		if (count_row(t, row_text(rec, row), number)) {
			for (int c = 0; c < rec->table->ncolumns; c++) {
				out[c] = row[c];
				if (row[c].kind == TS_VALUE_TEXT) {
					out[c].s = changed(change, row[c].s);
				}
				if (password && strcmp(rec->table->columns[c].name, "data") == 0) {
					out[c] = ts_value_null();
				}
			}
			ok = ts_bundle_add_row(w, rec->table, out, err);
		}
	}
	free(out);
	return ok;
}

bool ts_record_write(struct ts_record *r, struct ts_bundle_writer *w, const struct ts_record_change *change,
	struct ts_err *err)
{
	const struct ts_recorded *rec, *before = NULL;
	struct tally t = { 0 };
	bool ok = true;
	for (size_t i = 0; ok && (rec = ts_record_get(r, i)) != NULL; i++) {
		if (before != NULL && before->table != rec->table) {
			clear_tally(&t);
		}
		before = rec;
		ok = write_rows(rec, i + 1, &t, w, change, err);
		for (size_t k = 0; ok && k < rec->ledger->n; k++) {
			const struct ts_ledger_line *l = &rec->ledger->lines[k];
			ok = ts_bundle_add_scoped(w, l->table, changed(change, l->subject),
				changed(change, rec->scope), l->seen, changed(change, l->detail), err);
		}
	}
	clear_tally(&t);
	return ok;
}
