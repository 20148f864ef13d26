/* table/container.c - walking files, folders and archives for evidence. */
#include "table/container.h"

#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "os/module.h"
#include "os/os.h"
#include "os/unpack.h"

#define HEAP_MAX ((size_t)64 << 20) /* members beyond this go to a temporary file */
#define CHUNK    ((size_t)256 << 10)

/* Where the bytes of a member are. */
enum store { STORE_MAP, STORE_HEAP, STORE_SCRATCH };

struct kept {
	struct ts_member member;
	enum store store;
	struct ts_map map;
	void *memory;
	size_t capacity;
};

struct ts_container {
	struct ts_arena *arena;
	struct kept *kept;
	size_t nkept, cap;
	struct ts_skipped *skipped;
	size_t nskipped, cap_skipped, all_skipped;
	size_t seen;
	uint64_t unpacked;
	bool full; /* a limit was met: stop */
};

/* Bytes that are being read out of an archive. */
struct bytes {
	unsigned char *p;
	size_t n, cap;
	enum store store;
};

static void skip(struct ts_container *c, const char *path, const char *why)
{
	c->all_skipped++;
	if (c->nskipped < TS_CONTAINER_MAX_NOTES) {
		TS_ARENA_GROW(c->arena, c->skipped, c->cap_skipped, c->nskipped);
		c->skipped[c->nskipped++] = (struct ts_skipped){ ts_arena_strdup(c->arena, path),
			ts_arena_strdup(c->arena, why) };
	}
}

/* One more file; false when there were too many. */
static bool see(struct ts_container *c, const char *path)
{
	if (c->seen >= TS_CONTAINER_MAX_FILES && !c->full) {
		c->full = true;
		skip(c, path, "more files than are looked at; the rest was left out");
	}
	c->seen++;
	return !c->full;
}

static void skip_kind(
	struct ts_container *c, const char *path, enum ts_sniff kind, const unsigned char *p, size_t n)
{
	const char *why = ts_sniff_refusal(p, n);
	skip(c, path, why != NULL ? why : kind == TS_SNIFF_EMPTY ? "empty" : "not evidence that is known");
}

static struct kept *keep(struct ts_container *c, const char *path, enum ts_sniff kind, int64_t mtime)
{
	if (c->nkept >= TS_CONTAINER_MAX_KEPT) {
		skip(c, path, "more evidence than is taken at once");
		c->full = true;
		return NULL;
	}
	TS_GROW(c->kept, c->cap, c->nkept);
	struct kept *k = &c->kept[c->nkept++];
	*k = (struct kept){ .member = {
				    .path = ts_arena_strdup(c->arena, path), .kind = kind, .mtime = mtime } };
	return k;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* A member's path for showing: backslashes and the %XX of Velociraptor made readable, the "%4Admin" of event logs left as
 * it is. Only a name, never a place. The caller frees. */
static char *readable(const char *outer, const char *path)
{
	struct ts_buf b;
	ts_buf_init(&b, 4096);
	ts_buf_puts(&b, outer);
	ts_buf_puts(&b, *outer != '\0' && *path != '\0' ? "/" : "");
	for (const char *p = path; *p != '\0'; p++) {
		int high = p[0] == '%' ? hex_digit(p[1]) : -1, low = high >= 0 ? hex_digit(p[2]) : -1;
		char c = *p == '\\' ? '/' : *p;
		int code = low >= 0 ? high * 16 + low : 0;
		if (code > 0 && code < 128 && strchr(" %:\\/.,()[]{}$&", code) != NULL) {
			c = code == '\\' ? '/' : (char)code;
			p += 2;
		}
		ts_buf_putc(&b, c);
	}
	return ts_buf_take(&b);
}

/* --- archives --- */

static void bytes_free(struct bytes *b)
{
	if (b->store == STORE_SCRATCH) {
		ts_os_scratch_free(b->p, b->cap);
	} else {
		free(b->p);
	}
	*b = (struct bytes){ .store = STORE_HEAP };
}

/* Room for more; what outgrows the heap moves to a temporary file. */
static bool bytes_room(struct bytes *b, size_t more, struct ts_err *err)
{
	if (b->cap - b->n >= more) {
		return true;
	}
	size_t cap = b->cap * 2 > b->n + more ? b->cap * 2 : b->n + more;
	if (cap <= HEAP_MAX) {
		b->p = ts_xrealloc(b->p, cap);
	} else {
		void *p = ts_os_scratch(cap, err);
		if (p == NULL) {
			return false;
		}
		memcpy(p, b->p, b->n);
		size_t n = b->n;
		bytes_free(b);
		*b = (struct bytes){ .p = p, .n = n, .store = STORE_SCRATCH };
	}
	b->cap = cap;
	return true;
}

/* One archive that is being read. */
struct archive {
	struct ts_container *c;
	const struct ts_unpack_ops *ops;
	void *u;
	const char *path;
	uint64_t packed, unpacked;
	int nesting;
};

static bool too_much(struct archive *a, const char *path)
{
	struct ts_container *c = a->c;
	if (c->unpacked > TS_CONTAINER_MAX_BYTES) {
		skip(c, path, "unpacks to more than 4 GiB in all; the rest was left out");
		c->full = true;
	} else if (a->unpacked > TS_CONTAINER_FREE_BYTES &&
		   a->unpacked / TS_CONTAINER_MAX_RATIO > a->packed) {
		skip(c, path,
			"unpacks to more than 200 times its size, as no evidence does; the rest was left "
			"out");
		c->full = true;
	}
	return c->full;
}

/* Read the member until `most` bytes are there or it ends. 1 = more to come, 0 = end, -1 = failed (noted). */
static int fill(struct archive *a, struct bytes *b, size_t most, const char *path)
{
	char why[256];
	struct ts_err err;
	while (b->n < most) {
		size_t want = most - b->n < CHUNK ? most - b->n : CHUNK;
		if (!bytes_room(b, want, &err)) {
			skip(a->c, path, err.text);
			return -1;
		}
		ptrdiff_t got = a->ops->read(a->u, b->p + b->n, want, why, sizeof(why));
		if (got < 0) {
			skip(a->c, path, why);
			return -1;
		}
		if (got == 0) {
			return 0;
		}
		b->n += (size_t)got;
		a->unpacked += (uint64_t)got;
		a->c->unpacked += (uint64_t)got;
		if (too_much(a, path)) {
			return -1;
		}
	}
	return 1;
}

/* Pass over the rest of a member of a format that must be unpacked for that, within the limits. */
static void drain(struct archive *a, const char *path)
{
	if (a->ops->skips_freely(a->u)) {
		return;
	}
	struct bytes b = { .store = STORE_HEAP };
	int state;
	do {
		b.n = 0;
		state = fill(a, &b, CHUNK, path);
	} while (state > 0);
	bytes_free(&b);
}

static void walk_archive(
	struct ts_container *c, const char *path, const unsigned char *p, size_t n, int nesting);

static void take_member(struct archive *a, const struct ts_unpack_entry *e, const char *path)
{
	struct ts_container *c = a->c;
	struct bytes b = { .store = STORE_HEAP };
	int state = fill(a, &b, TS_SNIFF_BYTES, path);
	enum ts_sniff kind =
		state < 0 ? TS_SNIFF_UNKNOWN : ts_sniff(b.p, b.n, state == 0 ? (int64_t)b.n : e->size);
	if (state < 0) {
		bytes_free(&b);
		return;
	}
	if (kind == TS_SNIFF_UNKNOWN || kind == TS_SNIFF_EMPTY || kind == TS_SNIFF_FOREIGN) {
		skip_kind(c, path, kind, b.p, b.n);
		if (state > 0) {
			drain(a, path);
		}
	} else if ((state == 0 || (state = fill(a, &b, TS_CONTAINER_MAX_MEMBER, path)) == 0) &&
		   kind == TS_SNIFF_ARCHIVE) {
		walk_archive(c, path, b.p, b.n, a->nesting + 1);
	} else if (state == 0) {
		struct kept *k = keep(c, path, kind, e->mtime);
		if (k != NULL) {
			k->store = b.store;
			k->memory = b.p;
			k->capacity = b.cap;
			k->member.data = b.p;
			k->member.size = b.n;
			b = (struct bytes){ .store = STORE_HEAP };
		}
	} else if (state > 0) {
		skip(c, path, "larger than 2 GiB");
	}
	bytes_free(&b);
}

static void walk_members(struct archive *a)
{
	struct ts_unpack_entry e;
	char why[256];
	enum ts_unpack_result rc = TS_UNPACK_END;
	while (!a->c->full && (rc = a->ops->next(a->u, &e, why, sizeof(why))) == TS_UNPACK_OK) {
		/* The content of a compressed file has the file's name, without the ending. */
		size_t len = strlen(a->path),
		       end = ts_str_ends(a->path, ".xz") || ts_str_ends(a->path, ".gz") ? 3 : 0;
		char *path = e.single ? ts_xstrndup(a->path, len - end) : readable(a->path, e.path);
		if (e.folder || !see(a->c, path)) {
			;
		} else if (!e.regular) {
			skip(a->c, path, "a link or a device, which is never followed");
		} else if (e.encrypted) {
			skip(a->c, path, "encrypted: unpack it with its password first");
		} else {
			take_member(a, &e, path);
		}
		free(path);
	}
	if (!a->c->full && rc == TS_UNPACK_FAILED) {
		skip(a->c, a->path, why);
	}
}

static void walk_archive(
	struct ts_container *c, const char *path, const unsigned char *p, size_t n, int nesting)
{
	struct ts_err err;
	char why[256];
	if (nesting > TS_CONTAINER_MAX_NESTING) {
		skip(c, path, "an archive within too many archives");
		return;
	}
	const struct ts_unpack_ops *ops = ts_os_module("archive", &err);
	if (ops == NULL || ops->version != TS_UNPACK_VERSION) {
		skip(c, path,
			ops == NULL ? err.text
				    : "the part of this program that reads archives is of another version");
		return;
	}
	struct archive a = { .c = c, .ops = ops, .path = path, .packed = n, .nesting = nesting };
	a.u = ops->open(p, n, why, sizeof(why));
	if (a.u == NULL) {
		skip(c, path, why);
		return;
	}
	walk_members(&a);
	ops->close(a.u);
}

/* --- files and folders --- */

static void take_file(struct ts_container *c, const char *file, const char *shown)
{
	struct ts_map map;
	struct ts_err err;
	if (!see(c, shown)) {
		return;
	}
	if (!ts_os_map(file, &map, &err)) {
		skip(c, shown, err.text);
		return;
	}
	size_t n = map.size < TS_SNIFF_BYTES ? map.size : TS_SNIFF_BYTES;
	enum ts_sniff kind = ts_sniff(map.data, n, (int64_t)map.size);
	if (kind == TS_SNIFF_UNKNOWN || kind == TS_SNIFF_EMPTY || kind == TS_SNIFF_FOREIGN) {
		skip_kind(c, shown, kind, map.data, n);
	} else if (kind == TS_SNIFF_ARCHIVE) {
		walk_archive(c, shown, map.data, map.size, 1);
	} else {
		struct kept *k = keep(c, shown, kind, map.mtime);
		if (k != NULL) {
			k->store = STORE_MAP;
			k->map = map;
			k->member.data = map.data;
			k->member.size = map.size;
			return;
		}
	}
	ts_os_unmap(&map);
}

/* A folder that is still to be looked through. */
struct folder {
	char *path, *shown;
	int depth;
};

struct folders {
	struct folder *items;
	size_t n, cap;
};

static void push(struct folders *f, char *path, char *shown, int depth)
{
	TS_GROW(f->items, f->cap, f->n);
	f->items[f->n++] = (struct folder){ path, shown, depth };
}

static void take_name(struct ts_container *c, struct folders *todo, const struct folder *in, const char *name)
{
	struct ts_file_info info;
	struct ts_err err;
	char *path = ts_xasprintf("%s/%s", in->path, name), *shown = readable(in->shown, name);
	if (ts_os_is_link(path)) {
		skip(c, shown, "a link, which is not followed");
	} else if (!ts_os_stat(path, &info, &err)) {
		skip(c, shown, err.text);
	} else if (info.kind == TS_FILE_DIR && in->depth >= TS_CONTAINER_MAX_DEPTH) {
		skip(c, shown, "a folder within too many folders");
	} else if (info.kind == TS_FILE_DIR) {
		push(todo, path, shown, in->depth + 1);
		return;
	} else if (info.kind == TS_FILE_REGULAR) {
		take_file(c, path, shown);
	} else {
		skip(c, shown, "neither a file nor a folder");
	}
	free(path);
	free(shown);
}

static void walk_folder(struct ts_container *c, const char *path)
{
	struct folders todo = { 0 };
	struct ts_err err;
	push(&todo, ts_xstrdup(path), ts_xstrdup(""), 0);
	while (todo.n > 0) {
		struct folder f = todo.items[--todo.n];
		char **names = NULL;
		size_t n = 0;
		if (!c->full && !ts_os_list_dir(f.path, &names, &n, &err)) {
			skip(c, f.shown, err.text);
		}
		for (size_t i = 0; i < n && !c->full; i++) {
			take_name(c, &todo, &f, names[i]);
		}
		ts_os_list_free(names, n);
		free(f.path);
		free(f.shown);
	}
	free(todo.items);
}

/* In order of path, so that nothing depends on how the walk went. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct kept *)a)->member.path, ((const struct kept *)b)->member.path);
}

struct ts_container *ts_container_new(void)
{
	struct ts_container *c = ts_xcalloc(1, sizeof(*c));
	c->arena = ts_arena_new();
	return c;
}

bool ts_container_add(struct ts_container *c, const char *path, struct ts_err *err)
{
	struct ts_file_info info;
	struct ts_map map;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_NONE) {
		return ts_fail(err, "there is no file or folder \"%s\"", path);
	}
	if (info.kind == TS_FILE_DIR) {
		char **names = NULL;
		size_t n = 0;
		if (!ts_os_list_dir(path, &names, &n, err)) {
			return false;
		}
		ts_os_list_free(names, n);
		walk_folder(c, path);
	} else {
		if (!ts_os_map(path, &map, err)) {
			return false;
		}
		ts_os_unmap(&map);
		const char *slash = strrchr(path, '/');
		char *shown = readable("", slash != NULL ? slash + 1 : path);
		take_file(c, path, shown);
		free(shown);
	}
	if (c->nkept > 0) {
		qsort(c->kept, c->nkept, sizeof(*c->kept), by_path);
	}
	return true;
}

void ts_container_free(struct ts_container *c)
{
	for (size_t i = 0; c != NULL && i < c->nkept; i++) {
		struct kept *k = &c->kept[i];
		struct bytes b = { .p = k->memory, .cap = k->capacity, .store = k->store };
		if (k->store == STORE_MAP) {
			ts_os_unmap(&k->map);
		} else {
			bytes_free(&b);
		}
	}
	if (c != NULL) {
		free(c->kept);
		ts_arena_free(c->arena);
		free(c);
	}
}

size_t ts_container_count(const struct ts_container *c)
{
	return c->nkept;
}

const struct ts_member *ts_container_get(const struct ts_container *c, size_t i)
{
	return i < c->nkept ? &c->kept[i].member : NULL;
}

size_t ts_container_skipped(const struct ts_container *c, const struct ts_skipped **list)
{
	*list = c->skipped;
	return c->nskipped;
}

size_t ts_container_skipped_count(const struct ts_container *c)
{
	return c->all_skipped;
}

size_t ts_container_seen(const struct ts_container *c)
{
	return c->seen;
}
