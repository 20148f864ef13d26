/* os/registry.h - the registry of the running Windows, behind functions that tests can replace: a fake one knows keys that
 * may not be read, which no test machine has. */
#ifndef TS_OS_REGISTRY_H
#define TS_OS_REGISTRY_H

#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

/* What came of asking the system. */
enum ts_told {
	TS_TOLD_YES,
	TS_TOLD_NO,     /* it is certain that there is none; the end of a list */
	TS_TOLD_DENIED, /* this user may not know */
	TS_TOLD_FAILED, /* err says why */
};

struct ts_registry_if {
	/* path: full, as HKEY_LOCAL_MACHINE\SOFTWARE\..., of the 64-bit view. */
	enum ts_told (*open)(const char *path, void **key, struct ts_err *err);
	void (*close)(void *key);
	/* The i-th subkey, its name appended; *time as time() gives it. */
	enum ts_told (*subkey)(
		void *key, uint32_t i, struct ts_buf *name, uint64_t *time, struct ts_err *err);
	/* The i-th value, name ("" = default) and data appended as Windows stores it; data NULL = not wanted. */
	enum ts_told (*value)(void *key, uint32_t i, struct ts_buf *name, uint32_t *type, struct ts_buf *data,
		struct ts_err *err);
	enum ts_told (*get)(
		void *key, const char *name, uint32_t *type, struct ts_buf *data, struct ts_err *err);
	/* FILETIME of the last change; 0 = unknown. */
	uint64_t (*time)(void *key);
};

/* NULL where the system has no registry. */
const struct ts_registry_if *ts_registry(void);
/* For tests: from now on this one; NULL = the system's own again. Not while scans run. */
void ts_registry_replace(const struct ts_registry_if *fake);
/* registry-win32.c, registry-none.c */
const struct ts_registry_if *ts_registry_system(void);

#endif
