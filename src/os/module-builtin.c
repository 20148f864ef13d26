/* os/module-builtin.c - parts of the program that are linked into it, for a program that stands alone: nothing is loaded. */
#include "os/module.h"

#include <string.h>
#include "os/systemd-ops.h"
#include "os/tls-ops.h"
#include "os/unpack.h"

/* meson makes TS_BUILTIN_PARTS: X(NAME, TYPE) for each part whose library was there. */
#define X(name, type) extern const struct type ts_module_##name;
TS_BUILTIN_PARTS
#undef X

static const struct part {
	const char *name;
	const void *symbol;
} parts[] = {
#define X(name, type) { #name, &ts_module_##name },
	TS_BUILTIN_PARTS
#undef X
	{ NULL, NULL },
};

const void *ts_os_module(const char *name, struct ts_err *err)
{
	for (const struct part *p = parts; p->name != NULL; p++) {
		if (strcmp(p->name, name) == 0) {
			return p->symbol;
		}
	}
	ts_fail(err, "this program was built without its part \"%s\"", name);
	return NULL;
}
