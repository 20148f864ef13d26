/* kb/pack.c - walks folders of knowledge and reads what is there. */
#include "kb/pack.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "kb/packfile.h"
#include "kb/parse.h"
#include "kb/strmap.h"
#include "os/os.h"
#include "os/thread.h"

#define FOLDERS_MAX                                                                                          \
	10000 /* more folders than any collection of packs has: most likely links that lead in a circle */

struct walk {
	struct ts_arena *arena;
	struct ts_pack_file *files;
	size_t cap, n, folders;
	struct ts_err *err;
};

static bool kind_of(const char *name, enum ts_pack_file_kind *kind)
{
	static const struct {
		const char *suffix;
		bool whole; /* it is the whole name */
		enum ts_pack_file_kind kind;
	} kinds[] = {
		{ "pack.yaml", true, TS_PACK_FILE_PACK },
		{ "codes.yaml", true, TS_PACK_FILE_CODES },
		{ ".test.yaml", false, TS_PACK_FILE_TEST },
		{ ".md", false, TS_PACK_FILE_ENTRY },
	};

	for (size_t i = 0; i < TS_COUNT(kinds); i++) {
		if (kinds[i].whole ? strcmp(name, kinds[i].suffix) == 0
				   : ts_str_ends(name, kinds[i].suffix)) {
			*kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static void add_file(struct walk *w, enum ts_pack_file_kind kind, const char *path, const char *relative,
	const struct ts_file_info *info)
{
	TS_ARENA_GROW(w->arena, w->files, w->cap, w->n);
	w->files[w->n++] = (struct ts_pack_file){ kind, path, relative, info->size, info->mtime_ns, NULL };
}

/* Recursion is bounded by TS_PACK_DEPTH_MAX. A folder or file below dir that cannot be looked at is a
 * failure: ids and links would be wrong. */
static bool walk_folder(struct walk *w, const char *path, const char *relative, int depth)
{
	char **names;
	size_t count;
	bool ok = true;

	if (depth > TS_PACK_DEPTH_MAX || ++w->folders > FOLDERS_MAX) {
		return ts_fail(w->err,
			"%s: folders are nested too deep or there are too many of them: do links lead in a "
			"circle?",
			path);
	}
	if (!ts_os_list_dir(path, &names, &count, w->err)) {
		return false;
	}
	for (size_t i = 0; i < count && ok; i++) {
		const char *full, *below;
		enum ts_pack_file_kind kind = TS_PACK_FILE_ENTRY;
		struct ts_file_info info;
		bool wanted = kind_of(names[i], &kind);

		if (names[i][0] == '.') {
			continue;
		}
		full = ts_arena_printf(w->arena, "%s/%s", path, names[i]);
		below = relative[0] != '\0' ? ts_arena_printf(w->arena, "%s/%s", relative, names[i])
					    : ts_arena_strdup(w->arena, names[i]);
		ok = ts_os_stat(full, &info, w->err);
		if (ok && info.kind == TS_FILE_DIR) {
			ok = walk_folder(w, full, below, depth + 1);
		} else if (ok && info.kind == TS_FILE_REGULAR && wanted) {
			add_file(w, kind, full, below, &info);
		}
	}
	ts_os_list_free(names, count);
	return ok;
}

bool ts_pack_files(
	const char *dir, struct ts_arena *a, struct ts_pack_file **files, size_t *nfiles, struct ts_err *err)
{
	struct walk w = { .arena = a, .err = err };
	size_t n = strlen(dir);
	struct ts_file_info info;

	while (n > 1 && ts_os_is_slash(dir[n - 1])) {
		n--;
	}
	if (!ts_os_stat(dir, &info, err)) {
		return false;
	}
	if (info.kind != TS_FILE_DIR) {
		return ts_fail(err, "%s: %s: name the folder that holds the packs", dir,
			info.kind == TS_FILE_NONE ? "there is no such folder"
						  : "this is a file, not a folder");
	}
	if (!walk_folder(&w, ts_arena_strndup(a, dir, n), "", 0)) {
		return false;
	}
	*files = w.files;
	*nfiles = w.n;
	return true;
}

struct reading {
	struct ts_pack_set *set;
	struct ts_diags *d;
	const char *base_name;       /* of the folder that was named */
	const char *prefix;          /* "rdp/" or "": before each id */
	struct ts_strmap *by_folder; /* folder -> index in packs */
	size_t packs_cap, entries_cap;
};

/* The last component of the folder, without asking the system what "." is. */
static const char *base_name(struct ts_arena *a, const char *dir)
{
	size_t n = strlen(dir), start;

	while (n > 0 && ts_os_is_slash(dir[n - 1])) {
		n--;
	}
	for (start = n; start > 0 && !ts_os_is_slash(dir[start - 1]); start--) {
	}
	if (n == start || (n - start == 1 && dir[start] == '.') ||
		(n - start == 2 && strncmp(dir + start, "..", 2) == 0)) {
		return "pack";
	}
	return ts_arena_strndup(a, dir + start, n - start);
}

static const char *folder_of(struct ts_arena *a, const char *relative)
{
	const char *slash = strrchr(relative, '/');

	return ts_arena_strndup(a, relative, slash != NULL ? (size_t)(slash - relative) : 0);
}

static size_t pack_at(struct reading *r, const char *folder)
{
	struct ts_pack_set *set = r->set;
	size_t i = ts_strmap_get(r->by_folder, folder);

	if (i == (size_t)-1) {
		const char *slash = strrchr(folder, '/');

		i = set->npacks;
		TS_ARENA_GROW(set->arena, set->packs, r->packs_cap, set->npacks);
		set->packs[set->npacks++] = (struct ts_pack){
			.name = folder[0] == '\0' ? r->base_name
				: slash != NULL   ? slash + 1
						  : folder,
			.folder = folder,
		};
		ts_strmap_add(r->by_folder, folder, i);
	}
	return i;
}

/* The pack a file belongs to: the nearest folder above it that has a pack.yaml, else its first folder. */
static size_t pack_of(struct reading *r, const char *relative)
{
	char *folder = ts_arena_strdup(r->set->arena, folder_of(r->set->arena, relative));
	size_t n = strlen(folder), i;

	for (;;) {
		i = ts_strmap_get(r->by_folder, folder);
		if (i != (size_t)-1 && r->set->packs[i].src != NULL) {
			return i;
		}
		if (n == 0) {
			break;
		}
		while (n > 0 && folder[--n] != '/') {
		}
		folder[n] = '\0';
	}
	n = strcspn(relative, "/");
	return pack_at(r, relative[n] == '/' ? ts_arena_strndup(r->set->arena, relative, n) : "");
}

/* Bytes of a file as a source; NULL (reported) when they cannot be read. */
static const struct ts_source *read_source(struct reading *r, const struct ts_pack_file *f)
{
	const struct ts_source *src = NULL;
	struct ts_buf b;
	struct ts_err err;

	ts_buf_init(&b, TS_PACK_FILE_MAX);
	if (ts_os_read_file(f->path, &b, &err)) {
		src = ts_diags_source(r->d, f->path, ts_buf_str(&b), b.len);
	} else {
		ts_diag(r->d, TS_ERROR, "unreadable", ts_diags_source(r->d, f->path, "", 0), 0, 0, "%s",
			err.text);
	}
	ts_buf_finish(&b);
	return src;
}

static void read_yaml_file(struct reading *r, struct ts_pack_file *f)
{
	struct ts_reader reader = { r->set->arena, NULL, r->d };
	const char *folder = folder_of(r->set->arena, f->relative);
	size_t i;

	f->src = reader.src = read_source(r, f);
	if (f->src == NULL) {
		return;
	}
	if (f->kind == TS_PACK_FILE_PACK) {
		i = pack_at(r, folder);
		r->set->packs[i].src = f->src;
		ts_packfile_read(&reader, &r->set->packs[i]);
	} else {
		i = pack_of(r, f->relative);
		if (r->set->packs[i].codes_src != NULL) {
			ts_diag(r->d, TS_ERROR, "twice", f->src, 0, 0,
				"the pack \"%s\" has another codes.yaml: a pack has one",
				r->set->packs[i].name);
			return;
		}
		r->set->packs[i].codes_src = f->src;
		ts_codesfile_read(&reader, &r->set->packs[i]);
	}
}

/* A README or a list of what is not solved, without front matter, is for people who look at the folder. */
static bool is_readme(const struct ts_pack_file *f)
{
	const char *slash = strrchr(f->relative, '/');
	const char *name = slash != NULL ? slash + 1 : f->relative;

	return (ts_str_case_eq(name, "README.md") || ts_str_case_eq(name, "UNSOLVED.md")) &&
	       strncmp(f->src->text, "---", 3) != 0;
}

/* Entries are parsed side by side: each is a file of its own with an arena of its own. */
#define PARSE_THREADS 2
#define PARSE_FEW     8 /* below this a thread costs more than it saves */

struct entry_file {
	struct ts_pack_file *file;
	size_t index; /* in set->files */
	const char *id;
	struct ts_entry *entry; /* NULL: not one, or nothing could be read */
};

struct parse_job {
	struct reading r; /* a copy with problems of its own */
	struct entry_file *files;
	size_t n, first, step;
};

static void parse_files(void *arg)
{
	struct parse_job *j = arg;

	for (size_t i = j->first; i < j->n; i += j->step) {
		struct ts_pack_file *f = j->files[i].file;

		f->src = read_source(&j->r, f);
		if (f->src == NULL || is_readme(f)) {
			continue;
		}
		if (f->relative[strspn(f->relative,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")] != '\0') {
			ts_diag(j->r.d, TS_ERROR, "bad-name", f->src, 0, 0,
				"the path is the entry's id and stands in links: use letters, digits, '.', "
				"'_' and "
				"'-'");
		}
		j->files[i].entry = ts_parse_entry(f->src, j->files[i].id, j->r.d);
	}
}

static void parse_all(struct reading *r, struct entry_file *files, size_t n)
{
	struct parse_job jobs[PARSE_THREADS];
	struct ts_thread *threads[PARSE_THREADS] = { NULL };
	size_t count = n < PARSE_FEW ? 1 : PARSE_THREADS;

	for (size_t t = 0; t < count; t++) {
		jobs[t] = (struct parse_job){ *r, files, n, t, count };
		jobs[t].r.d = ts_diags_new();
		threads[t] = t > 0 ? ts_thread_start(parse_files, &jobs[t]) : NULL;
	}
	for (size_t t = 0; t < count; t++) {
		if (threads[t] != NULL) {
			ts_thread_join(threads[t]);
		} else {
			parse_files(
				&jobs[t]); /* this thread's share, and that of a thread that could not be started */
		}
		ts_diags_adopt(r->d, jobs[t].r.d);
	}
}

static void read_entries(struct reading *r)
{
	struct ts_pack_set *set = r->set;
	struct entry_file *files = ts_arena_calloc(set->arena, set->nfiles + 1, sizeof(*files));
	size_t n = 0;

	for (size_t i = 0; i < set->nfiles; i++) {
		struct ts_pack_file *f = &set->files[i];
		if (f->kind == TS_PACK_FILE_ENTRY) {
			files[n++] = (struct entry_file){ f, i,
				ts_arena_printf(set->arena, "%s%.*s", r->prefix, (int)strlen(f->relative) - 3,
					f->relative),
				NULL };
		}
	}
	parse_all(r, files, n);
	for (size_t i = 0; i < n; i++) {
		if (files[i].entry != NULL) {
			TS_ARENA_GROW(set->arena, set->entries, r->entries_cap, set->nentries);
			set->entries[set->nentries++] =
				(struct ts_pack_entry){ files[i].entry, files[i].file->src, NULL,
					pack_of(r, files[i].file->relative), files[i].index };
		}
	}
}

static int compare_entries(const void *a, const void *b)
{
	const struct ts_pack_entry *x = a, *y = b;

	return strcmp(x->entry->id, y->entry->id);
}

static void read_test(struct reading *r, struct ts_pack_file *f)
{
	const char *id = ts_arena_printf(r->set->arena, "%s%.*s", r->prefix,
		(int)strlen(f->relative) - (int)strlen(".test.yaml"), f->relative);
	int i = ts_pack_find(r->set, id);

	f->src = read_source(r, f);
	if (f->src != NULL && i < 0) {
		ts_diag(r->d, TS_ERROR, "test-without-entry", f->src, 0, 0,
			"these are test cases of %s.md, which is not there", id);
	} else if (f->src != NULL) {
		r->set->entries[i].test_src = f->src;
	}
}

/* Pack files come first: they say which folder is a pack. */
static void read_all(struct reading *r)
{
	struct ts_pack_set *set = r->set;

	for (size_t i = 0; i < set->nfiles; i++) {
		if (set->files[i].kind == TS_PACK_FILE_PACK) {
			read_yaml_file(r, &set->files[i]);
		}
	}
	if (set->npacks > 0 && ts_strmap_get(r->by_folder, "") != (size_t)-1) {
		r->prefix =
			ts_arena_printf(set->arena, "%s/", set->packs[ts_strmap_get(r->by_folder, "")].name);
	}
	for (size_t i = 0; i < set->nfiles; i++) {
		if (set->files[i].kind == TS_PACK_FILE_CODES) {
			read_yaml_file(r, &set->files[i]);
		}
	}
	read_entries(r);
	if (set->nentries > 1) {
		qsort(set->entries, set->nentries, sizeof(*set->entries), compare_entries);
	}
	for (size_t i = 0; i < set->nfiles; i++) {
		if (set->files[i].kind == TS_PACK_FILE_TEST) {
			read_test(r, &set->files[i]);
		}
	}
	for (size_t i = 0; i < set->nentries; i++) {
		set->entries[i].entry->pack = set->packs[set->entries[i].pack].name;
	}
}

static int compare_folders(const void *a, const void *b)
{
	const struct ts_pack *const *x = a, *const *y = b;

	return strcmp((*x)->folder, (*y)->folder);
}

/* Packs were found in the order of need; put them in order of folder. */
static void sort_packs(struct ts_pack_set *set)
{
	const struct ts_pack **order = ts_arena_calloc(set->arena, set->npacks, sizeof(struct ts_pack *));
	struct ts_pack *sorted = ts_arena_calloc(set->arena, set->npacks, sizeof(*sorted));
	size_t *place = ts_arena_calloc(set->arena, set->npacks, sizeof(*place));

	if (set->npacks == 0) {
		return;
	}
	for (size_t i = 0; i < set->npacks; i++) {
		order[i] = &set->packs[i];
	}
	qsort(order, set->npacks, sizeof(struct ts_pack *), compare_folders);
	for (size_t i = 0; i < set->npacks; i++) {
		sorted[i] = *order[i];
		place[order[i] - set->packs] = i;
	}
	for (size_t i = 0; i < set->nentries; i++) {
		set->entries[i].pack = place[set->entries[i].pack];
	}
	set->packs = sorted;
}

struct ts_pack_set *ts_pack_read(const char *dir, struct ts_diags *d, struct ts_err *err)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_pack_set *set = ts_arena_alloc(a, sizeof(*set));
	struct reading r = { .set = set,
		.d = d,
		.prefix = "",
		.by_folder = ts_strmap_new(a),
		.base_name = base_name(a, dir) };

	set->arena = a;
	if (!ts_pack_files(dir, a, &set->files, &set->nfiles, err)) {
		ts_arena_free(a);
		return NULL;
	}
	read_all(&r);
	sort_packs(set);
	return set;
}

void ts_pack_set_free(struct ts_pack_set *set)
{
	if (set == NULL) {
		return;
	}
	for (size_t i = 0; i < set->nentries; i++) {
		ts_entry_free(set->entries[i].entry);
	}
	ts_arena_free(set->arena);
}

int ts_pack_find(const struct ts_pack_set *set, const char *id)
{
	size_t low = 0, high = set->nentries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(set->entries[mid].entry->id, id);

		if (c == 0) {
			return (int)mid;
		}
		if (c < 0) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return -1;
}
