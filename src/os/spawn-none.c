/* os/spawn-none.c - where no program is started. */
#include "os/spawn.h"

enum ts_feed_result ts_os_feed(
	char *const argv[], char *setting, const void *data, size_t n, struct ts_err *err)
{
	(void)setting;
	(void)data;
	(void)n;
	ts_fail(err, "cannot start \"%s\": on this system no program is started", argv[0]);
	return TS_FEED_FAILED;
}
