/* os/spawn.h - one other program is ever started, the person's pager: directly, with an argument list, never through a shell. */
#ifndef TS_OS_SPAWN_H
#define TS_OS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

enum ts_feed_result {
	TS_FEED_TAKEN,  /* it read the data, or as much as the person wanted to see */
	TS_FEED_UNREAD, /* it ended well and had read nothing */
	TS_FEED_FAILED, /* it could not be started, or failed: err */
};

/* Start argv[0], looked for in PATH, with data on its standard input, and wait for its end; the rest of this program's
 * streams are its own. setting is "NAME=VALUE" for its environment, where NAME is not set there yet (NULL = none). While
 * it runs, interrupts are its business; the terminal's modes are put back when it fails. */
enum ts_feed_result ts_os_feed(
	char *const argv[], char *setting, const void *data, size_t n, struct ts_err *err);

#endif
