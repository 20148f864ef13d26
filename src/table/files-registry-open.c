/* table/files-registry-open.c - hives out of files: which one is which, what waits in their logs, where they are
 * shown. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/hivelog.h"
#include "decode/utf16.h"
#include "os/os.h"
#include "table/files-registry-int.h"

#define COPY_MAX   ((size_t)2 << 30)
#define NEAR_KEYS  4096 /* keys that are asked for their time */
#define NEAR_DEPTH 4

/* --- which hive is it? Told by keys below its root. --- */

static const struct sign {
	const char *keys[3];
	enum ts_hive_role role;
} signs[] = {
	{ { "Select", NULL }, TS_ROLE_SYSTEM },
	{ { "ControlSet001", NULL }, TS_ROLE_SYSTEM },
	{ { "Microsoft", "Classes", NULL }, TS_ROLE_SOFTWARE },
	{ { "Microsoft", "Policies", NULL }, TS_ROLE_SOFTWARE },
	{ { "SAM", "LastSkuUpgrade", NULL }, TS_ROLE_SECRET },
	{ { "Policy", "RXACT", NULL }, TS_ROLE_SECRET },
	{ { "Policy", "Cache", NULL }, TS_ROLE_SECRET },
	{ { "SAM", NULL }, TS_ROLE_SECRET },
	{ { "Software", "Control Panel", NULL }, TS_ROLE_USER },
	{ { "Software", "Environment", NULL }, TS_ROLE_USER },
	{ { "Software", "Console", NULL }, TS_ROLE_USER },
	{ { "Local Settings", NULL }, TS_ROLE_CLASSES },
};

static enum ts_hive_role role_of(const struct ts_hive *h)
{
	for (size_t i = 0; i < TS_COUNT(signs); i++) {
		ts_hive_cell cell;
		size_t k = 0;
		while (signs[i].keys[k] != NULL &&
			ts_hive_subkey(h, h->base.root, signs[i].keys[k], strlen(signs[i].keys[k]), &cell) ==
				TS_HIVE_FOUND) {
			k++;
		}
		if (signs[i].keys[k] == NULL) {
			return signs[i].role;
		}
	}
	return TS_ROLE_UNKNOWN;
}

/* --- logs --- */

/* Length of the path up to its last part. */
static size_t folder_length(const char *path)
{
	const char *slash = ts_os_last_slash(path);
	return slash != NULL ? (size_t)(slash - path) : 0;
}

static bool same_folder(const char *a, const char *b)
{
	size_t n = folder_length(a);
	return n == folder_length(b) && strncmp(a, b, n) == 0;
}

/* The log's name is the hive's with an ending: tells hives of one folder apart that name no path of their own. */
static bool names_fit(const char *hive, const char *log)
{
	size_t n = strlen(hive);
	return strlen(log) > n && strncmp(hive, log, n) == 0 && log[n] == '.';
}

static size_t find_logs(const struct ts_member *hive, const struct ts_hive_base *base,
	const struct ts_member *const *members, size_t n, struct ts_str out[TS_HIVELOG_MAX])
{
	size_t count = 0;
	bool by_name = false;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n && count < TS_HIVELOG_MAX; i++) {
			const struct ts_member *m = members[i];
			struct ts_hive_base log;
			if (m->kind != TS_SNIFF_HIVE_LOG || !same_folder(m->path, hive->path)) {
				continue;
			}
			ts_hive_base_read(m->data, m->size, &log);
			bool fits = names_fit(hive->path, m->path);
			if (ts_hivelog_belongs(base, &log) && (pass == 0 ? fits : !by_name)) {
				out[count++] = (struct ts_str){ (const char *)m->data, m->size };
			}
		}
		by_name = count > 0;
		if (by_name) {
			break;
		}
	}
	return count;
}

/* Take what waits in the logs into a copy; say what could not be had. */
static void replay(
	struct ts_regs *r, struct ts_reg_source *s, const struct ts_member *const *members, size_t n)
{
	struct ts_str logs[TS_HIVELOG_MAX];
	struct ts_hivelog_result result;
	const struct ts_member *m = s->info.member;
	struct ts_hive_base base = s->hive.base;
	size_t nlogs = find_logs(m, &base, members, n, logs);
	if (nlogs > 0) {
		ts_buf_init(&s->copy, COPY_MAX);
		ts_hivelog_replay(
			(struct ts_str){ (const char *)m->data, m->size }, logs, nlogs, &s->copy, &result);
		struct ts_hive fresh;
		if (result.applied > 0 && ts_hive_open(&fresh, s->copy.data, s->copy.len, NULL)) {
			s->hive = fresh;
			s->info.note = ts_arena_printf(
				r->arena, "brought up to date from its logs (%u changes)", result.applied);
			s->info.trouble =
				result.broken ? "the last changes in the hive's logs are damaged" : NULL;
			return;
		}
		ts_buf_finish(&s->copy);
	}
	s->info.trouble = !base.checksum_ok ? "the header of the hive contradicts its checksum"
			  : nlogs > 0       ? "the hive waits for changes that are not in the logs beside it"
				      : "the hive was copied from a running system, and its logs (.LOG1, "
					".LOG2) with the last changes are not among the files";
}

/* --- where it belongs --- */

static const char *base_name(const char *path)
{
	const char *slash = ts_os_last_slash(path);
	return slash != NULL ? slash + 1 : path;
}

/* A value of a hive as text; NULL when it is not there. */
static const char *hive_text(struct ts_regs *r, const struct ts_hive *h, const char *path, const char *name)
{
	ts_hive_cell at = h->base.root, value;
	for (const char *p = path; *p != '\0';) {
		size_t n = strcspn(p, "\\");
		if (ts_hive_subkey(h, at, p, n, &at) != TS_HIVE_FOUND) {
			return NULL;
		}
		p += n + (p[n] == '\\');
	}
	if (ts_hive_value(h, at, name, strlen(name), &value) != TS_HIVE_FOUND) {
		return NULL;
	}
	struct ts_buf data, text;
	ts_buf_init(&data, 65536);
	ts_buf_init(&text, 65536 * 3);
	ts_hive_value_data(h, value, &data);
	ts_reg_text(ts_hive_value_type(h, value), (const unsigned char *)ts_buf_str(&data), data.len, &text);
	const char *out = ts_arena_strdup(r->arena, ts_buf_str(&text));
	ts_buf_finish(&data);
	ts_buf_finish(&text);
	return *out != '\0' ? out : NULL;
}

static const char *computer_of(struct ts_regs *r, const struct ts_hive *h)
{
	const char *current = hive_text(r, h, "Select", "Current");
	int64_t n = 1;
	if (current != NULL) {
		ts_parse_int(current, 1, 999, &n);
	}
	const char *path =
		ts_arena_printf(r->arena, "ControlSet%03d\\Control\\ComputerName\\ComputerName", (int)n);
	return hive_text(r, h, path, "ComputerName");
}

/* The folder of the user whose hive it is: C:\Users\NAME, from where the desktop lies. */
static const char *profile_of(struct ts_regs *r, const struct ts_hive *h)
{
	const char *desktop = hive_text(
		r, h, "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Shell Folders", "Desktop");
	const char *cut = desktop != NULL ? strrchr(desktop, '\\') : NULL;
	return cut != NULL ? ts_arena_strndup(r->arena, desktop, (size_t)(cut - desktop)) : NULL;
}

/* The SID of the user with that folder, as the SOFTWARE hive lists them; NULL when it cannot be told. */
static const char *sid_of(struct ts_regs *r, const char *profile)
{
	struct ts_reg_key list, user;
	struct ts_reg_iter it = { 0 };
	struct ts_buf name;
	const char *sid = NULL;
	if (profile == NULL ||
		ts_regs_find(r,
			"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList",
			&list, NULL) != TS_REG_FOUND) {
		return NULL;
	}
	ts_buf_init(&name, 4096);
	while (sid == NULL && ts_regs_next_key(r, &list, &it, &user, &name)) {
		const char *path = ts_regs_text(r, &user, "ProfileImagePath", r->arena);
		if (path != NULL && ts_str_case_eq(path, profile)) {
			sid = ts_arena_strdup(r->arena, ts_buf_str(&name));
		}
	}
	ts_buf_finish(&name);
	return sid;
}

static const char *user_mount(struct ts_regs *r, const struct ts_reg_source *s)
{
	const char *profile = profile_of(r, &s->hive);
	if (profile != NULL && ts_str_case_find(profile, "systemprofile") != NULL) {
		return "HKEY_USERS\\.DEFAULT";
	}
	const char *sid = sid_of(r, profile), *cut = profile != NULL ? strrchr(profile, '\\') : NULL;
	const char *name = sid != NULL ? sid : cut != NULL ? cut + 1 : base_name(s->info.member->path);
	return ts_arena_printf(
		r->arena, "HKEY_USERS\\%s%s", name, s->info.role == TS_ROLE_CLASSES ? "_Classes" : "");
}

static const char *mount_of(struct ts_regs *r, const struct ts_reg_source *s)
{
	switch (s->info.role) {
	case TS_ROLE_SYSTEM: return "HKEY_LOCAL_MACHINE\\SYSTEM";
	case TS_ROLE_SOFTWARE: return "HKEY_LOCAL_MACHINE\\SOFTWARE";
	case TS_ROLE_USER:
	case TS_ROLE_CLASSES: return user_mount(r, s);
	case TS_ROLE_UNKNOWN: return ts_arena_printf(r->arena, "HIVE:%s", base_name(s->info.member->path));
	case TS_ROLE_SECRET: break;
	}
	return NULL;
}

/* Of two hives for one place, the better one: newer, without trouble. */
static bool better(const struct ts_reg_source *a, const struct ts_reg_source *b)
{
	if ((a->info.trouble == NULL) != (b->info.trouble == NULL)) {
		return a->info.trouble == NULL;
	}
	return a->hive.base.written > b->hive.base.written;
}

static void mount(struct ts_regs *r, struct ts_reg_source *s)
{
	s->info.mount = mount_of(r, s);
	s->mounted = s->info.mount != NULL;
	for (size_t i = 0; s->mounted && i < r->n; i++) {
		struct ts_reg_source *o = &r->sources[i];
		if (o == s || !o->mounted || !ts_str_case_eq(o->info.mount, s->info.mount)) {
			continue;
		}
		struct ts_reg_source *worse = better(s, o) ? o : s;
		worse->mounted = false;
		worse->info.note = "left out: another hive for the same place is newer or better";
	}
}

/* When something in the hive last changed. Windows 10 no longer notes it in the header: then the newest of the keys near
 * the root. */
static int64_t last_change(const struct ts_hive *h)
{
	struct near_key {
		ts_hive_cell at;
		int depth;
	} *todo = ts_xcalloc(NEAR_KEYS, sizeof(*todo));
	size_t n = 1;
	int64_t newest = ts_filetime_unix(h->base.written);
	todo[0].at = h->base.root;
	for (size_t i = 0; i < n && ts_filetime_unix(h->base.written) == 0; i++) {
		struct ts_hive_iter it;
		ts_hive_cell sub;
		int64_t t = ts_filetime_unix(ts_hive_key_time(h, todo[i].at));
		newest = t > newest ? t : newest;
		ts_hive_subkeys(h, todo[i].at, &it);
		while (todo[i].depth < NEAR_DEPTH && n < NEAR_KEYS && ts_hive_next(&it, &sub)) {
			todo[n].at = sub;
			todo[n++].depth = todo[i].depth + 1;
		}
	}
	free(todo);
	return newest;
}

static void open_hive(
	struct ts_regs *r, const struct ts_member *m, const struct ts_member *const *members, size_t n)
{
	struct ts_err err;
	TS_GROW(r->sources, r->cap, r->n);
	struct ts_reg_source *s = &r->sources[r->n++];
	*s = (struct ts_reg_source){ .info = { .member = m } };
	bool open = ts_hive_open(&s->hive, m->data, m->size, &err);
	bool dirty = s->hive.base.primary != s->hive.base.secondary || !s->hive.base.checksum_ok;
	if (dirty && (!open || role_of(&s->hive) != TS_ROLE_SECRET)) {
		replay(r, s, members, n);
		open = open || s->copy.len > 0;
	}
	if (!open) {
		s->info.trouble = ts_arena_strdup(r->arena, err.text);
		s->info.note = "not read";
		return;
	}
	if (s->hive.cut && s->info.trouble == NULL) {
		s->info.trouble = "the file of the hive is cut off";
	}
	s->info.role = role_of(&s->hive);
	s->info.written = last_change(&s->hive);
	if (s->info.role == TS_ROLE_SECRET) {
		s->info.note = "never read: it holds secrets";
		return;
	}
	s->info.mount = ""; /* to be told */
	s->info.computer = s->info.role == TS_ROLE_SYSTEM ? computer_of(r, &s->hive) : NULL;
	r->newest = s->info.written > r->newest ? s->info.written : r->newest;
}

void ts_regs_open_hives(struct ts_regs *r, const struct ts_member *const *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (members[i]->kind == TS_SNIFF_HIVE) {
			open_hive(r, members[i], members, n);
		}
	}
	/* The users' hives need the SOFTWARE hive to know their names. */
	for (int users = 0; users < 2; users++) {
		for (size_t i = 0; i < r->n; i++) {
			struct ts_reg_source *s = &r->sources[i];
			bool user = s->info.role == TS_ROLE_USER || s->info.role == TS_ROLE_CLASSES;
			if (s->info.mount != NULL && user == (users == 1)) {
				mount(r, s);
			}
		}
	}
}

/* --- exports --- */

static int by_age(const void *a, const void *b)
{
	const struct ts_member *x = *(const struct ts_member *const *)a,
			       *y = *(const struct ts_member *const *)b;
	return x->mtime != y->mtime ? (x->mtime < y->mtime ? -1 : 1) : strcmp(x->path, y->path);
}

void ts_regs_open_exports(struct ts_regs *r, const struct ts_member *const *members, size_t n)
{
	const struct ts_member **exports = ts_arena_calloc(r->arena, n + 1, sizeof(*exports));
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		exports[count] = members[i];
		count += members[i]->kind == TS_SNIFF_REG_TEXT;
	}
	qsort(exports, count, sizeof(*exports), by_age);
	for (size_t i = 0; i < count; i++) {
		r->tree = r->tree != NULL ? r->tree : ts_regtree_new();
		ts_regtree_add(r->tree, exports[i]->data, exports[i]->size);
	}
}
