/* os/limits-win32.c - what keeps this program from seeing all of Windows. */
#include "os/limits.h"

#include <stddef.h>
#include "os/os.h"
#include "os/win-api.h"

const char *ts_os_limits(void)
{
	bool elevated = ts_os_elevated();
	if (ts_win_is_wine()) {
		return elevated ? "this is Wine, not Windows: there is no event log"
				: "this is Wine, not Windows, and not elevated: there is no event log";
	}
	return elevated ? NULL
			: "not elevated: the Security log, rights of users and some keys may not be read; "
			  "run in an "
			  "elevated prompt (Run as administrator) to see them";
}
