/* os/path-posix.c - where things are on POSIX systems: the XDG directories, the program, this boot. */
#include "os/os.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#define PROGRAM_DIR "troubleshoot"

char *ts_os_home(void)
{
	const char *home = ts_os_env("HOME");
	return home != NULL && home[0] == '/' ? ts_xstrdup(home) : NULL;
}

/* $variable/troubleshoot, or below the home folder. A relative path in the variable does not count (XDG base directories). */
static char *xdg_dir(const char *variable, const char *below_home)
{
	const char *v = ts_os_env(variable);
	if (v != NULL && v[0] == '/') {
		return ts_xasprintf("%s/" PROGRAM_DIR, v);
	}
	char *home = ts_os_home();
	char *dir = home != NULL ? ts_xasprintf("%s/%s/" PROGRAM_DIR, home, below_home) : NULL;
	free(home);
	return dir;
}

char ts_os_list_mark(void)
{
	return ':';
}

bool ts_os_is_slash(char c)
{
	return c == '/';
}

const char *ts_os_last_slash(const char *path)
{
	return strrchr(path, '/');
}

char *ts_os_dir_data(void)
{
	return xdg_dir("XDG_DATA_HOME", ".local/share");
}

char *ts_os_dir_state(void)
{
	return xdg_dir("XDG_STATE_HOME", ".local/state");
}

char *ts_os_dir_cache(void)
{
	return xdg_dir("XDG_CACHE_HOME", ".cache");
}

char *ts_os_dir_system(int i)
{
	const char *dirs = ts_os_env("XDG_DATA_DIRS");
	if (dirs == NULL) {
		dirs = "/usr/local/share:/usr/share";
	}
	while (*dirs != '\0') {
		size_t n = strcspn(dirs, ":");
		if (dirs[0] == '/' && i-- == 0) {
			return ts_xasprintf("%.*s/" PROGRAM_DIR, (int)n, dirs);
		}
		dirs += n + (dirs[n] == ':');
	}
	return NULL;
}

char *ts_os_exe_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
	if (n <= 0 || (size_t)n >= sizeof(path)) {
		return NULL;
	}
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash == NULL) {
		return NULL;
	}
	slash[slash == path] = '\0';
	return ts_xstrdup(path);
}

char *ts_os_boot_id(void)
{
	struct ts_buf b;
	ts_buf_init(&b, 128);
	char *id = NULL;
	if (ts_os_read_file("/proc/sys/kernel/random/boot_id", &b, NULL)) {
		struct ts_str s = ts_str_trim((struct ts_str){ ts_buf_str(&b), b.len });
		id = s.n > 0 ? ts_xstrndup(s.p, s.n) : NULL;
	}
	ts_buf_finish(&b);
	return id;
}

char *ts_os_absolute(const char *path)
{
	char *found = realpath(path, NULL);
	char *copy = found != NULL ? ts_xstrdup(found) : NULL;
	free(found);
	return copy;
}
