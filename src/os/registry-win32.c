/* os/registry-win32.c - the registry of Windows: the 64-bit view, read only. */
#include "os/registry.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "os/err-win32.h"
#include "os/wide-win32.h"

#define NAME_UNITS 16384 /* of a value's name with its NUL: the documented limit */

static const struct {
	const char *name;
	HKEY root;
} roots[] = {
	{ "HKEY_LOCAL_MACHINE", HKEY_LOCAL_MACHINE },
	{ "HKEY_USERS", HKEY_USERS },
	{ "HKEY_CURRENT_USER", HKEY_CURRENT_USER },
	{ "HKEY_CLASSES_ROOT", HKEY_CLASSES_ROOT },
	{ "HKEY_CURRENT_CONFIG", HKEY_CURRENT_CONFIG },
};

static enum ts_told told_of(LSTATUS code, const char *what, struct ts_err *err)
{
	switch (code) {
	case ERROR_SUCCESS: return TS_TOLD_YES;
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_KEY_DELETED:
	case ERROR_NO_MORE_ITEMS: return TS_TOLD_NO;
	case ERROR_ACCESS_DENIED:
	case ERROR_PRIVILEGE_NOT_HELD: return TS_TOLD_DENIED;
	default: ts_err_win32(err, (unsigned long)code, what); return TS_TOLD_FAILED;
	}
}

static enum ts_told open_key(const char *path, void **key, struct ts_err *err)
{
	for (size_t i = 0; i < TS_COUNT(roots); i++) {
		size_t n = strlen(roots[i].name);
		if (ts_str_case_find(path, roots[i].name) != path || (path[n] != '\0' && path[n] != '\\')) {
			continue;
		}
		HKEY handle;
		wchar_t *rest = ts_wide(path[n] == '\\' ? path + n + 1 : "");
		LSTATUS code = RegOpenKeyExW(roots[i].root, rest, 0, KEY_READ | KEY_WOW64_64KEY, &handle);
		free(rest);
		*key = code == ERROR_SUCCESS ? handle : NULL;
		return told_of(code, path, err);
	}
	return TS_TOLD_NO;
}

static void close_key(void *key)
{
	RegCloseKey(key);
}

static void put_name(struct ts_buf *out, const wchar_t *name, size_t units)
{
	size_t n = 0;
	char *text = ts_utf8_n(name, units, &n);
	ts_buf_put(out, text, n);
	free(text);
}

static enum ts_told subkey(void *key, uint32_t i, struct ts_buf *name, uint64_t *time, struct ts_err *err)
{
	wchar_t text[256];
	DWORD n = TS_COUNT(text);
	FILETIME t;
	LSTATUS code = RegEnumKeyExW(key, i, text, &n, NULL, NULL, NULL, &t);
	if (code == ERROR_SUCCESS) {
		put_name(name, text, n);
		*time = (uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime;
	}
	return told_of(code, "the list of subkeys", err);
}

/* Data of a value whose size may grow between two looks. ask is called with room and its size. */
struct reading {
	HKEY key;
	const wchar_t *name; /* NULL = the i-th */
	uint32_t i;
	wchar_t *found; /* its name */
	DWORD found_units;
	DWORD type;
};

static LSTATUS read_into(struct reading *r, BYTE *room, DWORD *n)
{
	if (r->name != NULL) {
		return RegQueryValueExW(r->key, r->name, NULL, &r->type, room, n);
	}
	r->found_units = NAME_UNITS;
	return RegEnumValueW(r->key, r->i, r->found, &r->found_units, NULL, &r->type, room, n);
}

static LSTATUS read_data(struct reading *r, struct ts_buf *data)
{
	DWORD cap = 512;
	BYTE *room = ts_xmalloc(cap);
	LSTATUS code = ERROR_MORE_DATA;
	for (int tries = 0; code == ERROR_MORE_DATA && tries < 16; tries++) {
		DWORD n = cap;
		code = read_into(r, room, &n);
		if (code == ERROR_SUCCESS && data != NULL) {
			ts_buf_put(data, room, n);
		} else if (code == ERROR_MORE_DATA) {
			cap = n > cap ? n : cap * 2;
			free(room);
			room = ts_xmalloc(cap);
		}
	}
	free(room);
	return code;
}

static enum ts_told value(
	void *key, uint32_t i, struct ts_buf *name, uint32_t *type, struct ts_buf *data, struct ts_err *err)
{
	struct reading r = { .key = key, .i = i };
	r.found = ts_xreallocarray(NULL, NAME_UNITS, sizeof(*r.found));
	LSTATUS code = read_data(&r, data);
	if (code == ERROR_SUCCESS) {
		put_name(name, r.found, r.found_units);
		*type = r.type;
	}
	free(r.found);
	return told_of(code, "the list of values", err);
}

static enum ts_told get(void *key, const char *name, uint32_t *type, struct ts_buf *data, struct ts_err *err)
{
	wchar_t *wide = ts_wide(name);
	struct reading r = { .key = key, .name = wide };
	LSTATUS code = read_data(&r, data);
	*type = r.type;
	free(wide);
	return told_of(code, name, err);
}

static uint64_t key_time(void *key)
{
	FILETIME t = { 0, 0 };
	LSTATUS code = RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &t);
	return code == ERROR_SUCCESS ? (uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime : 0;
}

const struct ts_registry_if *ts_registry_system(void)
{
	static const struct ts_registry_if system = { open_key, close_key, subkey, value, get, key_time };
	return &system;
}
