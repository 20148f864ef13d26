/* base/err.h - the reason why a function returned false: one line of text, filled by whoever knows it best. */
#ifndef TS_BASE_ERR_H
#define TS_BASE_ERR_H

#include <stdbool.h>
#include "base/alloc.h"

struct ts_err {
	char text
		[1024]; /* one line, no final full stop or newline; may hold untrusted bytes: print through the gate */
};

/* Set the reason; returns false so that `return ts_fail(err, ...)` reads well. err may be NULL. */
bool ts_fail(struct ts_err *err, const char *fmt, ...) TS_PRINTF(2, 3);

#endif
