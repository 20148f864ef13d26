/* fuzz-archive.c - arbitrary bytes as what a person hands over: told by content, unpacked where it is an archive, and
 * every member told by content again. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include "table/container.h"
#include "table/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct ts_err err;
	if (path[0] == '\0') {
		snprintf(path, sizeof(path), "/tmp/ts-fuzz-archive-%ld", (long)getpid());
	}
	FILE *f = fopen(path, "wb");
	if (f == NULL) {
		return 0;
	}
	fwrite(data, 1, size, f);
	fclose(f);
	const char *paths[] = { path };
	struct ts_files *files = ts_files_open(paths, 1, true, &err);
	const char *table, *file;
	for (size_t i = 0; files != NULL && ts_files_missing(files, i, &table, &file); i++) {
		;
	}
	ts_files_free(files);
	(void)unlink(path);
	return 0;
}
