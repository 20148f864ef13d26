/* os/registry.c - which registry is asked: the system's, or a test's. */
#include "os/registry.h"

static const struct ts_registry_if *replaced;

const struct ts_registry_if *ts_registry(void)
{
	return replaced != NULL ? replaced : ts_registry_system();
}

void ts_registry_replace(const struct ts_registry_if *fake)
{
	replaced = fake;
}
