/* os/file-win32.c - files and folders on Windows. Access is the folder's: what lies in a person's profile is that person's. */
#include "os/os.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "os/console-win32.h"
#include "os/err-win32.h"
#include "os/wide-win32.h"

#define READ_CHUNK    65536
#define NAME_ATTEMPTS 100
#define SHARE_ALL     (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define UNIX_EPOCH    116444736000000000 /* 1970 in the 100 ns since 1601 that Windows counts */

/* "cannot read "X": words of the code"; false. */
static bool fail(struct ts_err *err, const char *what, const char *path, unsigned long code)
{
	char words[256];
	return ts_fail(err, "cannot %s \"%s\": %s", what, path, ts_win32_words(code, words, sizeof(words)));
}

static HANDLE open_wide(const char *path, DWORD access, DWORD how, DWORD flags)
{
	wchar_t *wide = ts_wide(path);
	HANDLE h = CreateFileW(wide, access, SHARE_ALL, NULL, how, flags, NULL);
	DWORD why = GetLastError();
	free(wide);
	SetLastError(why);
	return h;
}

/* Bytes of "C:\", "\\server\share\" and the like, of which nothing is made. */
static size_t root_length(const char *path)
{
	static const char slashes[] = "/\\";
	if (path[0] != '\0' && path[1] == ':') {
		return 2 + strspn(path + 2, slashes);
	}
	size_t n = strspn(path, slashes);
	if (n < 2) {
		return n;
	}
	for (int part = 0; part < 2; part++) {
		n += strcspn(path + n, slashes);
		n += strspn(path + n, slashes);
	}
	return n;
}

static bool make_folder(const char *folder, const char *whole, struct ts_err *err)
{
	wchar_t *wide = ts_wide(folder);
	DWORD why = CreateDirectoryW(wide, NULL) ? 0 : GetLastError();
	free(wide);
	struct ts_file_info info;
	if (!ts_os_stat(folder, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_NONE) {
		return fail(err, "make the folder", folder, why);
	}
	return info.kind == TS_FILE_DIR ||
	       ts_fail(err, "cannot make the folder \"%s\": \"%s\" is not a folder", whole, folder);
}

bool ts_os_mkdirs_private(const char *path, struct ts_err *err)
{
	if (*path == '\0') {
		return ts_fail(err, "cannot make a folder without a name");
	}
	char *copy = ts_xstrdup(path);
	bool ok = true;
	for (char *p = copy + root_length(copy); ok && *p != '\0';) {
		p += strspn(p, "/\\");
		p += strcspn(p, "/\\");
		char cut = *p;
		*p = '\0';
		ok = make_folder(copy, path, err);
		*p = cut;
	}
	free(copy);
	return ok;
}

static bool is_absent(DWORD code)
{
	static const DWORD codes[] = { ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_INVALID_NAME,
		ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME, ERROR_BAD_PATHNAME, ERROR_DIRECTORY,
		ERROR_INVALID_DRIVE, ERROR_NOT_READY };
	for (size_t i = 0; i < TS_COUNT(codes); i++) {
		if (codes[i] == code) {
			return true;
		}
	}
	return false;
}

static int64_t filetime(FILETIME t)
{
	return (int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime);
}

bool ts_os_stat(const char *path, struct ts_file_info *info, struct ts_err *err)
{
	*info = (struct ts_file_info){ TS_FILE_NONE, 0, 0 };
	if (*path == '\0') {
		return true;
	}
	HANDLE h = open_wide(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
	BY_HANDLE_FILE_INFORMATION i;
	if (h == INVALID_HANDLE_VALUE) {
		DWORD why = GetLastError();
		return is_absent(why) || fail(err, "look at", path, why);
	}
	if (GetFileType(h) != FILE_TYPE_DISK) {
		info->kind = TS_FILE_OTHER;
	} else if (GetFileInformationByHandle(h, &i)) {
		bool folder = (i.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
		info->kind = folder ? TS_FILE_DIR : TS_FILE_REGULAR;
		info->size = folder ? 0 : (int64_t)((uint64_t)i.nFileSizeHigh << 32 | i.nFileSizeLow);
		info->mtime_ns = (filetime(i.ftLastWriteTime) - UNIX_EPOCH) * 100;
	} else {
		DWORD why = GetLastError();
		(void)CloseHandle(h);
		return fail(err, "look at", path, why);
	}
	(void)CloseHandle(h);
	return true;
}

FILE *ts_os_open(const char *path)
{
	wchar_t *wide = ts_wide(path);
	FILE *f = _wfopen(wide, L"rbN");
	free(wide);
	return f;
}

bool ts_os_remove(const char *path)
{
	wchar_t *wide = ts_wide(path);
	bool ok = DeleteFileW(wide) != 0;
	free(wide);
	return ok;
}

/* Bytes from a file, a pipe or what is typed; 0 at the end, -1 with the last error. */
static int read_some(HANDLE h, char *p, DWORD room)
{
	DWORD n = 0;
	if (ReadFile(h, p, room, &n, NULL)) {
		return (int)n;
	}
	/* The other end of a pipe was closed. */
	return GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
}

static bool read_handle(HANDLE h, const char *name, struct ts_buf *b, struct ts_err *err)
{
	char *chunk = ts_xmalloc(READ_CHUNK);
	bool ok = true;
	for (int n = 1; ok && n != 0;) {
		n = read_some(h, chunk, READ_CHUNK);
		if (n > 0) {
			ts_buf_put(b, chunk, (size_t)n);
			ok = !b->overflow ||
			     ts_fail(err, "cannot read \"%s\": it is larger than %zu bytes", name, b->max);
		} else if (n < 0) {
			ok = fail(err, "read", name, GetLastError());
		}
	}
	free(chunk);
	return ok;
}

bool ts_os_read_file(const char *path, struct ts_buf *b, struct ts_err *err)
{
	if (strcmp(path, "-") == 0) {
		HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
		return ts_console_is(in) ? ts_console_read_all(in, b, err)
					 : read_handle(in, "standard input", b, err);
	}
	struct ts_file_info info;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_DIR) {
		return ts_fail(err, "cannot read \"%s\": it is a folder", path);
	}
	HANDLE h = open_wide(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN);
	if (h == INVALID_HANDLE_VALUE) {
		return fail(err, "read", path, GetLastError());
	}
	bool ok = read_handle(h, path, b, err);
	(void)CloseHandle(h);
	return ok;
}

static bool write_all(HANDLE h, const char *p, size_t n)
{
	while (n > 0) {
		DWORD done = 0;
		if (!WriteFile(h, p, n < READ_CHUNK ? (DWORD)n : READ_CHUNK, &done, NULL)) {
			return false;
		}
		p += done;
		n -= done;
	}
	return true;
}

/* A new file beside path. The caller frees *temporary; INVALID_HANDLE_VALUE with the last error on failure. */
static HANDLE create_beside(const char *path, char **temporary)
{
	static atomic_uint counter;
	const char *slash = ts_os_last_slash(path);
	int dir_len = slash != NULL ? (int)(slash - path) + 1 : 0;
	HANDLE h = INVALID_HANDLE_VALUE;
	*temporary = NULL;
	for (int i = 0; i < NAME_ATTEMPTS && h == INVALID_HANDLE_VALUE; i++) {
		free(*temporary);
		*temporary = ts_xasprintf("%.*s.%.100s.%lu-%u-%x.tmp", dir_len, path, path + dir_len,
			GetCurrentProcessId(), atomic_fetch_add(&counter, 1), (unsigned)ts_os_mono_ms());
		h = open_wide(*temporary, GENERIC_WRITE, CREATE_NEW, 0);
		if (h == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS) {
			break;
		}
	}
	return h;
}

/* Puts `from` in the place of `to` in one step, and waits until the disk has it. */
static bool move_over(const char *from, const char *to)
{
	wchar_t *a = ts_wide(from), *b = ts_wide(to);
	bool ok = MoveFileExW(a, b, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
	DWORD why = GetLastError();
	free(a);
	free(b);
	SetLastError(why);
	return ok;
}

static bool write_device(const char *path, const void *data, size_t n, struct ts_err *err)
{
	HANDLE h = open_wide(path, GENERIC_WRITE, OPEN_EXISTING, 0);
	bool ok = h != INVALID_HANDLE_VALUE && write_all(h, data, n);
	DWORD why = GetLastError();
	if (h != INVALID_HANDLE_VALUE) {
		(void)CloseHandle(h);
	}
	return ok || fail(err, "write", path, why);
}

bool ts_os_write_file(const char *path, const void *data, size_t n, unsigned mode, struct ts_err *err)
{
	struct ts_file_info info;
	(void)mode;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_OTHER) {
		return write_device(path, data, n, err);
	}
	if (info.kind == TS_FILE_DIR) {
		return ts_fail(err, "cannot write \"%s\": it is a folder", path);
	}
	char *temporary;
	HANDLE h = create_beside(path, &temporary);
	bool made = h != INVALID_HANDLE_VALUE, ok = made && write_all(h, data, n) && FlushFileBuffers(h);
	DWORD why = GetLastError();
	if (made) {
		(void)CloseHandle(h);
	}
	if (ok) {
		ok = move_over(temporary, path);
		why = GetLastError();
	}
	if (made && !ok) {
		(void)ts_os_remove(temporary);
	}
	free(temporary);
	return ok || fail(err, "write", path, why);
}

bool ts_os_replace_file(const char *from, const char *to, struct ts_err *err)
{
	HANDLE h = open_wide(from, GENERIC_WRITE, OPEN_EXISTING, 0);
	bool ok = h != INVALID_HANDLE_VALUE && FlushFileBuffers(h);
	DWORD why = GetLastError();
	if (h != INVALID_HANDLE_VALUE) {
		(void)CloseHandle(h);
	}
	if (ok) {
		ok = move_over(from, to);
		why = GetLastError();
	}
	return ok || fail(err, "write", to, why);
}

bool ts_os_create_private(const char *path, struct ts_err *err)
{
	HANDLE h = open_wide(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT);
	BY_HANDLE_FILE_INFORMATION i;
	if (h == INVALID_HANDLE_VALUE) {
		return fail(err, "open", path, GetLastError());
	}
	bool file = GetFileType(h) == FILE_TYPE_DISK && GetFileInformationByHandle(h, &i) != 0;
	bool link = file && (i.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
	(void)CloseHandle(h);
	if (!file) {
		return ts_fail(err, "cannot open \"%s\": it is no regular file", path);
	}
	return !link || ts_fail(err, "cannot open \"%s\": it is a symbolic link", path);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool ts_os_list_dir(const char *path, char ***names, size_t *count, struct ts_err *err)
{
	*names = NULL;
	*count = 0;
	char *pattern = ts_xasprintf("%s/*", path);
	wchar_t *wide = ts_wide(pattern);
	WIN32_FIND_DATAW e;
	HANDLE h = FindFirstFileExW(wide, FindExInfoBasic, &e, FindExSearchNameMatch, NULL, 0);
	DWORD why = h == INVALID_HANDLE_VALUE ? GetLastError() : 0;
	free(wide);
	free(pattern);
	/* The root of a drive may be empty, without "." and "..". */
	if (h == INVALID_HANDLE_VALUE && why != ERROR_FILE_NOT_FOUND) {
		return fail(err, "read the folder", path, why);
	}
	size_t cap = 0;
	for (bool more = h != INVALID_HANDLE_VALUE; more; more = FindNextFileW(h, &e) != 0) {
		char *name = ts_utf8(e.cFileName);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
			free(name);
			continue;
		}
		TS_GROW(*names, cap, *count);
		(*names)[(*count)++] = name;
	}
	if (h != INVALID_HANDLE_VALUE) {
		why = GetLastError();
		(void)FindClose(h);
		if (why != ERROR_NO_MORE_FILES) {
			ts_os_list_free(*names, *count);
			*names = NULL;
			*count = 0;
			return fail(err, "read the folder", path, why);
		}
	}
	if (*count > 1) {
		qsort(*names, *count, sizeof((*names)[0]), compare_names);
	}
	return true;
}

void ts_os_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(names[i]);
	}
	free(names);
}
