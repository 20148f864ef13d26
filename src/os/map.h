/* os/map.h - files as memory: a file mapped for reading, and memory that lies in an unlinked temporary file. */
#ifndef TS_OS_MAP_H
#define TS_OS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* Bytes of a file, for reading only. */
struct ts_map {
	const unsigned char *data; /* NULL when size is 0 */
	size_t size;
	int64_t mtime; /* Unix seconds */
};

/* Map a regular file; anything else (a pipe, a device, a folder) is a failure. */
bool ts_os_map(const char *path, struct ts_map *m, struct ts_err *err);
void ts_os_unmap(struct ts_map *m); /* leaves an empty map; an empty map is allowed */

/* Memory of `size` bytes, zeroed, in a temporary file that has no name (so that it can go to the disk when
 * memory is short, and is gone with the program). NULL with err. */
void *ts_os_scratch(size_t size, struct ts_err *err);
void ts_os_scratch_free(void *p, size_t size); /* NULL is allowed */

/* Is that name itself a symbolic link (or junction)? */
bool ts_os_is_link(const char *path);

#endif
