/* os/path-win32.c - where things are on Windows: the profile's folders, the program, this boot. All paths of ours have '/', which
 * every function of Windows takes as well. */
#include "os/os.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/str.h"
#include "os/wide-win32.h"

#define PROGRAM_DIR "troubleshoot"
#define MOST_UNITS  32768 /* what a path may be long */

static char *forward(char *path)
{
	for (char *p = path; p != NULL && (p = strchr(p, '\\')) != NULL;) {
		*p = '/';
	}
	return path;
}

/* "C:...", "\\server..." or from the root of the drive: relative paths in the environment do not count. */
static bool is_absolute(const char *path)
{
	bool drive = (path[0] | 0x20) >= 'a' && (path[0] | 0x20) <= 'z' && path[1] == ':' &&
		     (path[2] == '\\' || path[2] == '/');
	return drive || ts_os_is_slash(path[0]);
}

static char *folder_of(const char *variable, const char *below)
{
	const char *v = ts_os_env(variable);
	return v != NULL && is_absolute(v) ? forward(ts_xasprintf("%s%s", v, below)) : NULL;
}

/* The variable of the XDG base directories counts where a person (or a test) has set it, as on other systems. */
static char *own_folder(const char *xdg, const char *variable, const char *below)
{
	char *path = folder_of(xdg, "/" PROGRAM_DIR);
	return path != NULL ? path : folder_of(variable, below);
}

char *ts_os_home(void)
{
	return folder_of("USERPROFILE", "");
}

char *ts_os_dir_data(void)
{
	return own_folder("XDG_DATA_HOME", "APPDATA", "/" PROGRAM_DIR);
}

char *ts_os_dir_state(void)
{
	return own_folder("XDG_STATE_HOME", "LOCALAPPDATA", "/" PROGRAM_DIR);
}

char *ts_os_dir_cache(void)
{
	return own_folder("XDG_CACHE_HOME", "LOCALAPPDATA", "/" PROGRAM_DIR "/cache");
}

char *ts_os_dir_system(int i)
{
	return i == 0 ? folder_of("PROGRAMDATA", "/" PROGRAM_DIR) : NULL;
}

char ts_os_list_mark(void)
{
	return ';';
}

bool ts_os_is_slash(char c)
{
	return c == '/' || c == '\\';
}

const char *ts_os_last_slash(const char *path)
{
	const char *last = NULL;
	for (const char *p = path; *p != '\0'; p++) {
		if (ts_os_is_slash(*p)) {
			last = p;
		}
	}
	return last;
}

char *ts_os_exe_dir(void)
{
	wchar_t *wide = ts_xmalloc(MOST_UNITS * sizeof(*wide));
	DWORD n = GetModuleFileNameW(NULL, wide, MOST_UNITS);
	char *path = n > 0 && n < MOST_UNITS ? forward(ts_utf8(wide)) : NULL;
	char *slash = path != NULL ? strrchr(path, '/') : NULL;
	if (slash != NULL) {
		*slash = '\0';
	}
	free(wide);
	return path;
}

char *ts_os_boot_id(void)
{
	DWORD id = 0, size = sizeof(id);
	/* Windows counts its starts for the prefetcher. */
	LSTATUS rc = RegGetValueW(HKEY_LOCAL_MACHINE,
		L"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters",
		L"BootId", RRF_RT_REG_DWORD, NULL, &id, &size);
	return rc == ERROR_SUCCESS ? ts_xasprintf("%lu", id) : NULL;
}

char *ts_os_absolute(const char *path)
{
	wchar_t *wide = ts_wide(path);
	HANDLE h = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
		OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	free(wide);
	if (h == INVALID_HANDLE_VALUE) {
		return NULL;
	}
	wchar_t *full = ts_xmalloc(MOST_UNITS * sizeof(*full));
	DWORD n = GetFinalPathNameByHandleW(h, full, MOST_UNITS, FILE_NAME_NORMALIZED);
	(void)CloseHandle(h);
	char *text = n > 0 && n < MOST_UNITS ? forward(ts_utf8(full)) : NULL;
	free(full);
	/* "//?/C:/x" and "//?/UNC/server/share" as people write them. */
	static const char unc[] = "//?/UNC/", local[] = "//?/";
	char *plain = text;
	if (text != NULL && strncmp(text, unc, sizeof(unc) - 1) == 0) {
		plain = ts_xasprintf("//%s", text + sizeof(unc) - 1);
		free(text);
	} else if (text != NULL && strncmp(text, local, sizeof(local) - 1) == 0) {
		plain = ts_xstrdup(text + sizeof(local) - 1);
		free(text);
	}
	return plain;
}
