/* table/files-services.c - services from a machine's registry (how they are set up) and from the output of sc (whether they
 * run), processes from the output of tasklist. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/proctext.h"
#include "decode/utf16.h"
#include "table/files-int.h"
#include "table/windows-words.h"

#define CCS      "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
#define MAX_TEXT ((size_t)16 << 20)
#define DRIVERS  0x0B /* bits of the types of drivers */

/* --- what sc says --- */

struct told {
	const char *name, *display_name;
	struct ts_proc_line line;
	bool used;
};

struct list {
	struct ts_arena *arena;
	const char *path; /* NULL = no such text */
	struct told *items;
	size_t n, cap;
	bool drivers, services, stopped; /* are among them: then it is the whole list */
};

static bool keep_service(void *ctx, const struct ts_proc_line *l)
{
	struct list *k = ctx;
	TS_ARENA_GROW(k->arena, k->items, k->cap, k->n);
	k->items[k->n++] = (struct told){ .name = ts_arena_strndup(k->arena, l->name.p, l->name.n),
		.display_name = ts_arena_strndup(
			k->arena, l->display_name.n > 0 ? l->display_name.p : "", l->display_name.n),
		.line = *l };
	k->drivers = k->drivers || (l->type & DRIVERS) != 0;
	k->services = k->services || (l->type & DRIVERS) == 0;
	k->stopped = k->stopped || l->state == 1;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	return ts_str_case_compare(x->name, y->name);
}

static const struct ts_member *newest(const struct ts_files *f, enum ts_sniff kind)
{
	const struct ts_member *best = NULL, *m;
	for (size_t i = 0; (m = ts_files_member(f, kind, i)) != NULL; i++) {
		best = best == NULL || m->mtime > best->mtime ? m : best;
	}
	return best;
}

static void read_member(const struct ts_member *m, enum ts_proctext_kind kind, ts_proctext_fn *fn, void *ctx)
{
	struct ts_buf text;
	ts_buf_init(&text, MAX_TEXT);
	ts_text_put(&text, m->data, m->size, false);
	ts_proctext_read(kind, (struct ts_str){ ts_buf_str(&text), text.len }, fn, ctx);
	ts_buf_finish(&text);
}

/* All outputs of sc together: some people ask for one service after the other. */
static void read_list(const struct ts_files *f, struct list *k)
{
	const struct ts_member *m;
	for (size_t i = 0; (m = ts_files_member(f, TS_SNIFF_SERVICES, i)) != NULL; i++) {
		k->path = k->path != NULL ? k->path : m->path;
		read_member(m, TS_PROCTEXT_SERVICES, keep_service, k);
	}
	if (k->n > 1) {
		qsort(k->items, k->n, sizeof(*k->items), by_name);
	}
}

static struct told *find(const struct list *k, const char *name)
{
	struct told want = { .name = name };
	return k->n > 0 ? bsearch(&want, k->items, k->n, sizeof(*k->items), by_name) : NULL;
}

static bool is_whole(const struct list *k)
{
	return k->drivers && k->services && k->stopped;
}

/* --- services --- */

struct services {
	struct ts_scan *s;
	const struct ts_regs *r;
	struct list list;
	bool unlisted; /* a row says nothing of whether the service runs */
};

static void put_text(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *key,
	const char *value, const char *column)
{
	if (ts_scan_wants(s, column)) {
		const char *text = ts_regs_text(r, key, value, ts_scan_arena(s));
		ts_row_text(s, column, text != NULL ? text : "");
	}
}

/* The subkey of that name. */
static bool subkey(const struct ts_regs *r, const char *parent, const char *name, struct ts_reg_key *key)
{
	char *path = ts_xasprintf("%s\\%s", parent, name);
	bool found = ts_regs_find(r, path, key, NULL) == TS_REG_FOUND;
	free(path);
	return found;
}

static void put_state(struct ts_scan *s, const struct told *t)
{
	ts_row_text(s, "status", ts_service_status(t->line.state));
	if (t->line.pid >= 0) {
		ts_row_int(s, "pid", t->line.pid);
	}
	ts_row_int(s, "win32_exit_code", t->line.win32_exit);
	ts_row_int(s, "service_exit_code", t->line.service_exit);
}

/* A service of the registry. */
static bool put_service(struct services *v, const struct ts_reg_key *key, const char *name)
{
	struct ts_scan *s = v->s;
	int64_t type, start;
	struct ts_reg_key parameters;
	if (!ts_regs_number(v->r, key, "Type", &type)) {
		return true; /* settings of something that is no service */
	}
	/* Adapters and device classes have types beyond those of services. */
	if ((type & ~(int64_t)0x1F3) != 0) {
		return true;
	}
	struct told *t = find(&v->list, name);
	if (t == NULL && is_whole(&v->list)) {
		return true; /* Windows itself does not count it among its services */
	}
	ts_row_begin(s);
	ts_row_text(s, "name", name);
	ts_row_text(s, "service_type", ts_service_type(type));
	if (ts_regs_number(v->r, key, "Start", &start)) {
		ts_row_text(s, "start_type", ts_service_start(start));
	}
	put_text(s, v->r, key, "DisplayName", "display_name");
	put_text(s, v->r, key, "ImagePath", "path");
	put_text(s, v->r, key, "Description", "description");
	put_text(s, v->r, key, "ObjectName", "user_account");
	char *path = ts_xasprintf(CCS "Services\\%s", name);
	if (ts_scan_wants(s, "module_path") && subkey(v->r, path, "Parameters", &parameters)) {
		put_text(s, v->r, &parameters, "ServiceDll", "module_path");
	}
	free(path);
	if (t != NULL) {
		t->used = true;
		put_state(s, t);
		if (t->display_name[0] != '\0') { /* the registry has "@file,-number" */
			ts_row_text(s, "display_name", t->display_name);
		}
	}
	v->unlisted = v->unlisted || t == NULL;
	return ts_row_end(s);
}

/* Services that only sc names. */
static void put_told(struct services *v)
{
	struct ts_scan *s = v->s;
	for (size_t i = 0; i < v->list.n; i++) {
		const struct told *t = &v->list.items[i];
		bool again = i > 0 && ts_str_case_compare(v->list.items[i - 1].name, t->name) == 0;
		if (t->used || again || !ts_scan_allows_text(s, "name", t->name)) {
			continue;
		}
		ts_row_begin(s);
		ts_row_text(s, "name", t->name);
		ts_row_text(s, "service_type", ts_service_type(t->line.type));
		ts_row_text(s, "display_name", t->display_name);
		put_state(s, t);
		if (!ts_row_end(s)) {
			return;
		}
	}
}

static bool wants_one(struct ts_scan *s, const char *const *columns)
{
	bool any = false;
	for (; *columns != NULL; columns++) {
		any = any || ts_scan_wants(s, *columns);
	}
	return any;
}

static void tell_services(struct services *v, bool registry, bool damaged)
{
	static const char *const running[] = { "status", "pid", "win32_exit_code", "service_exit_code",
		NULL };
	static const char *const setup[] = { "start_type", "path", "module_path", "description",
		"user_account", NULL };
	struct ts_scan *s = v->s;
	if (v->list.n == 0 && wants_one(s, running)) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"whether a service runs is not in the registry, only how it is set up (start_type, "
			"path, ...); "
			"the output of `sc queryex type= all state= all` would tell");
	} else if (!registry && wants_one(s, setup)) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"how a service is set up is not in the output of sc; the SYSTEM hive or an export of "
			"its key "
			"Services would tell");
	} else if (v->unlisted && wants_one(s, running)) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "%s does not name every service and driver", v->list.path);
	} else if (!registry && !is_whole(&v->list)) {
		ts_scan_sawf(
			s, TS_SEEN_PARTIAL, "%s is not the list of all services and drivers", v->list.path);
	} else {
		ts_scan_saw(s, NULL, damaged ? TS_SEEN_PARTIAL : TS_SEEN_READ,
			damaged ? "the list of services is damaged in the hive" : NULL);
	}
}

void ts_files_scan_services(struct ts_files *f, struct ts_scan *s)
{
	struct services v = { .s = s, .r = ts_files_regs(f), .list = { .arena = ts_scan_arena(s) } };
	struct ts_reg_key services, key;
	struct ts_reg_iter it = { 0 };
	struct ts_buf name;
	read_list(f, &v.list);
	bool registry = v.list.n == 0 ? ts_regs_key(v.r, s, CCS "Services", true, &services)
				      : ts_regs_find(v.r, CCS "Services", &services, NULL) == TS_REG_FOUND;
	if (!registry && v.list.n == 0) {
		return;
	}
	ts_buf_init(&name, 1 << 20);
	bool more = true;
	while (registry && more && ts_regs_next_key(v.r, &services, &it, &key, &name)) {
		more = !ts_scan_allows_text(s, "name", ts_buf_str(&name)) ||
		       put_service(&v, &key, ts_buf_str(&name));
	}
	ts_buf_finish(&name);
	if (more) {
		put_told(&v);
	}
	tell_services(&v, registry, it.damaged);
}

/* --- processes --- */

static bool put_process(void *ctx, const struct ts_proc_line *l)
{
	struct ts_scan *s = ctx;
	ts_row_begin(s);
	ts_row_int(s, "pid", l->pid);
	ts_row_text(s, "name", ts_arena_strndup(ts_scan_arena(s), l->name.p, l->name.n));
	return ts_row_end(s);
}

void ts_files_scan_processes(struct ts_files *f, struct ts_scan *s)
{
	const struct ts_member *m = newest(f, TS_SNIFF_TASKS);
	const struct ts_table *t = ts_scan_table(s);
	if (m == NULL) {
		ts_scan_saw(
			s, NULL, TS_SEEN_NOT_COLLECTED, "no output of tasklist /fo csv is among the files");
		return;
	}
	read_member(m, TS_PROCTEXT_TASKS, put_process, s);
	for (int i = 0; i < t->ncolumns; i++) {
		const char *column = t->columns[i].name;
		if (strcmp(column, "pid") != 0 && strcmp(column, "name") != 0 && ts_scan_wants(s, column)) {
			ts_scan_sawf(
				s, TS_SEEN_PARTIAL, "%s tells only name and number of a process", m->path);
			return;
		}
	}
	ts_scan_saw(s, NULL, TS_SEEN_READ, m->path);
}
