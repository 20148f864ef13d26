/* os/module-posix.c - loading modules with dlopen. */
#include "os/module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/str.h"
#include "os/os.h"

#define MODULES_MAX 8

/* What was loaded, or tried: a failure is said again, not tried again. */
static struct loaded {
	char name[32];
	const void *symbol;
	struct ts_err err;
} loaded[MODULES_MAX];
static size_t nloaded;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Programs of the build tree find modules there; the installed program only where it was installed to. */
static const struct place {
	const char *exe_dir_ends, *from_there;
} places[] = {
	{ "/bin", "/../" TS_MODULE_LIBDIR "/troubleshoot" },
	{ "/src", "/modules" },
	{ "/tests/unit", "/../../src/modules" },
	{ "/fuzz", "/../src/modules" },
	{ "/bench", "/../src/modules" },
};

static void *open_in(const char *dir, const char *more, const char *name, bool *found, struct ts_err *err)
{
	char *path = ts_xasprintf("%s%s/libts_%s.so", dir, more, name);
	void *handle = NULL;
	if (access(path, F_OK) == 0) {
		*found = true;
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		if (handle == NULL) {
			ts_fail(err, "%s", dlerror());
		}
	}
	free(path);
	return handle;
}

static void load(struct loaded *l)
{
	bool found = false;
	void *handle = NULL;
	char *dir = ts_os_exe_dir();
	for (size_t i = 0; dir != NULL && !found && i < TS_COUNT(places); i++) {
		if (ts_str_ends(dir, places[i].exe_dir_ends)) {
			handle = open_in(dir, places[i].from_there, l->name, &found, &l->err);
		}
	}
	if (!found) {
		handle = open_in(TS_MODULE_DIR, "", l->name, &found, &l->err);
	}
	free(dir);
	if (!found) {
		ts_fail(&l->err,
			"this program was built without its part \"%s\", or it is not installed "
			"(libts_%s.so)",
			l->name, l->name);
	} else if (handle != NULL) {
		char *symbol = ts_xasprintf("ts_module_%s", l->name);
		l->symbol = dlsym(handle, symbol);
		free(symbol);
		if (l->symbol == NULL) {
			ts_fail(&l->err, "libts_%s.so is not a part of this program", l->name);
		}
	}
}

const void *ts_os_module(const char *name, struct ts_err *err)
{
	pthread_mutex_lock(&lock);
	struct loaded *l = NULL;
	for (size_t i = 0; i < nloaded; i++) {
		if (strcmp(loaded[i].name, name) == 0) {
			l = &loaded[i];
		}
	}
	if (l == NULL && nloaded < MODULES_MAX) {
		l = &loaded[nloaded++];
		snprintf(l->name, sizeof(l->name), "%s", name);
		load(l);
	}
	if (l == NULL || l->symbol == NULL) {
		ts_fail(err, "%s", l != NULL ? l->err.text : "too many modules");
	}
	pthread_mutex_unlock(&lock);
	return l != NULL ? l->symbol : NULL;
}
