/* os/registry-none.c - a system without a registry. */
#include "os/registry.h"

#include <stddef.h>

const struct ts_registry_if *ts_registry_system(void)
{
	return NULL;
}
