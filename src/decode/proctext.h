/* decode/proctext.h - the services and processes of a Windows machine from text that people save: sc query and sc queryex
 * in any language, and tasklist /fo csv. */
#ifndef TS_DECODE_PROCTEXT_H
#define TS_DECODE_PROCTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum ts_proctext_kind { TS_PROCTEXT_NONE, TS_PROCTEXT_SERVICES, TS_PROCTEXT_TASKS };

/* A service of sc, or a process of tasklist. Views into the text. */
struct ts_proc_line {
	struct ts_str name, display_name; /* a process has no display name */
	int64_t type, state;              /* of a service, as Windows numbers them */
	int64_t win32_exit, service_exit;
	int64_t pid; /* -1 where the text does not say */
};

typedef bool ts_proctext_fn(void *ctx, const struct ts_proc_line *line); /* false ends the reading */

/* What is the text (UTF-8, the beginning of the file is enough)? Judged by its shape, never by its words. */
enum ts_proctext_kind ts_proctext_recognise(struct ts_str text);
/* Read all of it; returns how many there were. fn may be NULL. */
size_t ts_proctext_read(enum ts_proctext_kind kind, struct ts_str text, ts_proctext_fn *fn, void *ctx);

#endif
