/* table/files-registry-live.c - keys of the running registry behind the same functions as those of hives and exports. A key
 * is a number: its path. Open handles are few, the ones used last. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/utf16.h"
#include "os/registry.h"
#include "table/files-registry-int.h"

#define OPEN 32 /* handles at a time: more than the depth of what tables look at */

struct live_key {
	const char *path;
	void *handle; /* NULL = not open now */
	uint64_t used;
	uint64_t time; /* FILETIME of the last change; 0 = not asked yet */
};

struct ts_regs_live {
	const struct ts_registry_if *os;
	struct ts_arena *arena;
	struct live_key *keys;
	size_t n, cap;
	uint64_t clock;
	uint32_t open[OPEN];
	size_t nopen;
	const char *denied;
	struct ts_err err;
};

struct ts_regs_live *ts_regs_live_new(void)
{
	const struct ts_registry_if *os = ts_registry();
	if (os == NULL) {
		return NULL;
	}
	struct ts_regs_live *l = ts_xcalloc(1, sizeof(*l));
	l->os = os;
	l->arena = ts_arena_new();
	return l;
}

void ts_regs_live_free(struct ts_regs_live *l)
{
	if (l != NULL) {
		for (size_t i = 0; i < l->nopen; i++) {
			l->os->close(l->keys[l->open[i]].handle);
		}
		ts_arena_free(l->arena);
		free(l->keys);
		free(l);
	}
}

const char *ts_regs_live_denied(const struct ts_regs_live *l)
{
	return l->denied;
}

static uint32_t add_key(struct ts_regs_live *l, const char *path, void *handle)
{
	TS_GROW(l->keys, l->cap, l->n);
	l->keys[l->n] = (struct live_key){ .path = path, .handle = handle };
	return (uint32_t)l->n++;
}

/* Note an open handle; the one that was used longest ago is closed for it. */
static void note_open(struct ts_regs_live *l, uint32_t at)
{
	l->keys[at].used = ++l->clock;
	if (l->nopen < OPEN) {
		l->open[l->nopen++] = at;
		return;
	}
	size_t oldest = 0;
	for (size_t i = 1; i < OPEN; i++) {
		if (l->keys[l->open[i]].used < l->keys[l->open[oldest]].used) {
			oldest = i;
		}
	}
	struct live_key *old = &l->keys[l->open[oldest]];
	l->os->close(old->handle);
	old->handle = NULL;
	l->open[oldest] = at;
}

static enum ts_told note(struct ts_regs_live *l, enum ts_told told, const char *path)
{
	if (told == TS_TOLD_DENIED && l->denied == NULL) {
		l->denied = path;
	}
	return told;
}

/* The handle of a key, opened again where it must be. */
static enum ts_told handle_of(struct ts_regs_live *l, uint32_t at, void **handle)
{
	struct live_key *k = &l->keys[at];
	enum ts_told told = TS_TOLD_YES;
	if (k->handle == NULL) {
		told = note(l, l->os->open(k->path, &k->handle, &l->err), k->path);
		if (told == TS_TOLD_YES) {
			note_open(l, at);
		}
	}
	k->used = ++l->clock;
	*handle = k->handle;
	return told;
}

static enum ts_reg_found found_of(enum ts_told told)
{
	static const enum ts_reg_found found[] = { [TS_TOLD_YES] = TS_REG_FOUND,
		[TS_TOLD_NO] = TS_REG_ABSENT,
		[TS_TOLD_DENIED] = TS_REG_DENIED,
		[TS_TOLD_FAILED] = TS_REG_UNREADABLE };
	return found[told];
}

enum ts_reg_found ts_regs_live_find(
	struct ts_regs_live *l, const char *text, struct ts_reg_key *key, const char **why)
{
	static const char *const roots[] = { "HKEY_LOCAL_MACHINE", "HKEY_USERS", "HKEY_CURRENT_USER",
		"HKEY_CLASSES_ROOT", "HKEY_CURRENT_CONFIG" };
	const char *refused = NULL;
	size_t n = strlen(text);
	bool rooted = false;
	while (n > 0 && text[n - 1] == '\\') {
		n--;
	}
	char *path = ts_arena_strndup(l->arena, text, n);
	for (size_t i = 0; i < TS_COUNT(roots); i++) {
		size_t len = strlen(roots[i]);
		rooted = rooted || (ts_str_case_find(path, roots[i]) == path &&
					   (path[len] == '\0' || path[len] == '\\'));
	}
	if (!rooted) {
		refused = "there is no such root; full names are meant, such as HKEY_LOCAL_MACHINE";
	} else if (ts_regs_is_secret(path)) {
		refused = "SAM and SECURITY are never read: they hold secrets";
	}
	if (refused != NULL) {
		if (why != NULL) {
			*why = refused;
		}
		return TS_REG_NOT_COLLECTED;
	}
	uint32_t at = add_key(l, path, NULL);
	void *handle;
	const char *before = l->denied;
	l->err.text[0] = '\0';
	enum ts_told told = handle_of(l, at, &handle);
	if (why != NULL) { /* the caller tells it */
		*why = told == TS_TOLD_DENIED ? TS_ELEVATED_PROMPT : ts_arena_strdup(l->arena, l->err.text);
		l->denied = before;
	}
	*key = (struct ts_reg_key){ 0, at, NULL };
	return found_of(told);
}

enum ts_reg_found ts_regs_live_value(
	struct ts_regs_live *l, uint32_t at, const char *name, struct ts_reg_value *v)
{
	void *handle;
	enum ts_told told = handle_of(l, at, &handle);
	ts_buf_clear(&v->name);
	ts_buf_clear(&v->data);
	if (told == TS_TOLD_YES) {
		told = note(l, l->os->get(handle, name, &v->type, &v->data, &l->err), l->keys[at].path);
	}
	ts_buf_puts(&v->name, name);
	v->whole = told == TS_TOLD_YES && !v->data.overflow;
	return found_of(told);
}

bool ts_regs_live_next_key(
	struct ts_regs_live *l, struct ts_reg_iter *it, struct ts_reg_key *out, struct ts_buf *name)
{
	void *handle;
	uint32_t at = out->at;
	enum ts_told told = handle_of(l, at, &handle);
	it->begun = true;
	while (told == TS_TOLD_YES) {
		uint64_t time = 0;
		ts_buf_clear(name);
		told = note(l, l->os->subkey(handle, it->next++, name, &time, &l->err), l->keys[at].path);
		const char *path = told == TS_TOLD_YES ? ts_arena_printf(l->arena, "%s\\%s", l->keys[at].path,
								 ts_buf_str(name))
						       : NULL;
		if (path != NULL && !ts_regs_is_secret(path)) {
			out->at = add_key(l, path, NULL);
			l->keys[out->at].time = time;
			return true;
		}
	}
	it->damaged = told == TS_TOLD_FAILED;
	return false;
}

bool ts_regs_live_next_value(
	struct ts_regs_live *l, uint32_t at, struct ts_reg_iter *it, struct ts_reg_value *v)
{
	void *handle;
	enum ts_told told = handle_of(l, at, &handle);
	it->begun = true;
	ts_buf_clear(&v->name);
	ts_buf_clear(&v->data);
	if (told == TS_TOLD_YES) {
		told = note(l, l->os->value(handle, it->next++, &v->name, &v->type, &v->data, &l->err),
			l->keys[at].path);
	}
	v->whole = !v->data.overflow;
	it->damaged = told == TS_TOLD_FAILED;
	return told == TS_TOLD_YES;
}

int64_t ts_regs_live_time(struct ts_regs_live *l, uint32_t at)
{
	void *handle;
	if (l->keys[at].time == 0 && handle_of(l, at, &handle) == TS_TOLD_YES) {
		l->keys[at].time = l->os->time(handle);
	}
	return l->keys[at].time != 0 ? ts_filetime_unix(l->keys[at].time) : 0;
}
