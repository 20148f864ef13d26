/* tests/unit/shared-evidence.h - the real files of ../shared/evidence, where they are there: read whole,
 * unpacked by meson where they are packed. */
#ifndef TS_TEST_SHARED_EVIDENCE_H
#define TS_TEST_SHARED_EVIDENCE_H

#include "base/alloc.h"
#include "os/os.h"
#include "test.h"

/* Is the folder there? Says so once where it is not. */
static inline int evidence_there(void)
{
	static int there = -1;
	if (there < 0) {
		struct ts_file_info info = { .kind = TS_FILE_NONE };
		struct ts_err err;
		const char *root = ts_os_env("TS_SOURCE_ROOT");
		char *path = ts_xasprintf("%s/../shared/evidence/README.md", root != NULL ? root : ".");
		there = ts_os_stat(path, &info, &err) && info.kind == TS_FILE_REGULAR;
		if (!there) {
			printf("skipped: %s is not there\n", path);
		}
		free(path);
	}
	return there;
}

/* Read a file of the evidence by its name without .xz. False with a message where it is not there. */
static inline int evidence_read(const char *name, struct ts_buf *out)
{
	struct ts_err err;
	const char *root = ts_os_env("TS_SOURCE_ROOT"), *unpacked = ts_os_env("TS_EVIDENCE_UNPACKED");
	char *path = ts_xasprintf("%s/../shared/evidence/%s", root != NULL ? root : ".", name);
	ts_buf_init(out, (size_t)256 << 20);
	int ok = ts_os_read_file(path, out, &err);
	if (!ok && unpacked != NULL) {
		free(path);
		path = ts_xasprintf("%s/%s", unpacked, name);
		for (char *p = path + strlen(unpacked) + 1; *p != '\0'; p++) {
			*p = *p == '/' ? '_' : *p == '%' ? '_' : *p;
		}
		ts_buf_clear(out);
		ok = ts_os_read_file(path, out, &err);
	}
	if (!ok) {
		printf("skipped: %s: %s\n", name, err.text);
		ts_buf_finish(out);
	}
	free(path);
	return ok;
}

#endif
