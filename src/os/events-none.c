/* os/events-none.c - a system without an event log of Windows. */
#include "os/events.h"

#include <stddef.h>

const struct ts_events_if *ts_events_system(const char **why)
{
	*why = "not available on this system";
	return NULL;
}
