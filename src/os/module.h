/* os/module.h - parts of the program that are loaded when they are first used: those whose libraries would make
 * every start slower (libarchive alone costs 1.7 ms).
 *
 * A module NAME is the shared object libts_NAME.so (src/modules/NAME.c), which uses nothing of the program and
 * exports one constant, `ts_module_NAME`: a struct of functions that a header shared with the program describes. */
#ifndef TS_OS_MODULE_H
#define TS_OS_MODULE_H

#include "base/err.h"

/* The constant that the module exports; loaded once, thread safe. NULL with a message when the program was built
 * without it or it is not installed. */
const void *ts_os_module(const char *name, struct ts_err *err);

#endif
