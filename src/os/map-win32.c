/* os/map-win32.c - files as memory on Windows. */
#include "os/map.h"

#include <stdlib.h>
#include <windows.h>

#include "os/err-win32.h"
#include "os/os.h"
#include "os/wide-win32.h"

static bool fail(struct ts_err *err, const char *path, unsigned long code)
{
	char words[256];
	return ts_fail(err, "cannot read \"%s\": %s", path, ts_win32_words(code, words, sizeof(words)));
}

bool ts_os_map(const char *path, struct ts_map *m, struct ts_err *err)
{
	struct ts_file_info info;
	*m = (struct ts_map){ 0 };
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_NONE) {
		return fail(err, path, ERROR_FILE_NOT_FOUND);
	}
	if (info.kind != TS_FILE_REGULAR) {
		return ts_fail(err, "cannot read \"%s\": it is not a file", path);
	}
	m->mtime = info.mtime_ns / 1000000000;
	wchar_t *wide = ts_wide(path);
	HANDLE file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
		NULL, OPEN_EXISTING, 0, NULL);
	DWORD why = GetLastError();
	free(wide);
	if (file == INVALID_HANDLE_VALUE) {
		return fail(err, path, why);
	}
	LARGE_INTEGER size = { .QuadPart = 0 };
	bool ok = GetFileSizeEx(file, &size) != 0;
	if (ok && size.QuadPart > 0) {
		HANDLE section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
		m->data = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;
		m->size = m->data != NULL ? (size_t)size.QuadPart : 0;
		why = GetLastError();
		ok = m->data != NULL;
		if (section != NULL) {
			(void)CloseHandle(section);
		}
	}
	(void)CloseHandle(file);
	return ok || fail(err, path, why);
}

void ts_os_unmap(struct ts_map *m)
{
	if (m->data != NULL) {
		(void)UnmapViewOfFile(m->data);
	}
	*m = (struct ts_map){ 0 };
}

void *ts_os_scratch(size_t size, struct ts_err *err)
{
	/* All memory of Windows may go to the page file. */
	void *p = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
	if (p == NULL) {
		char words[256];
		ts_fail(err, "no memory of %zu bytes: %s", size,
			ts_win32_words(GetLastError(), words, sizeof(words)));
	}
	return p;
}

void ts_os_scratch_free(void *p, size_t size)
{
	(void)size;
	if (p != NULL) {
		(void)VirtualFree(p, 0, MEM_RELEASE);
	}
}

bool ts_os_is_link(const char *path)
{
	wchar_t *wide = ts_wide(path);
	DWORD attributes = GetFileAttributesW(wide);
	free(wide);
	return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}
