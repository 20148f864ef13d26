/* decode/sysinfo.h - the output of systeminfo in any language, told by the order of its lines. */
#ifndef TS_DECODE_SYSINFO_H
#define TS_DECODE_SYSINFO_H

#include <stdbool.h>
#include "base/str.h"

/* Texts are cut to their fields; "" where the output does not say. */
struct ts_sysinfo {
	char host[256], os_name[256], os_version[64], vendor[256], model[256], system_type[64];
};

/* Read the text (UTF-8); false when it is something else. */
bool ts_sysinfo_parse(struct ts_str text, struct ts_sysinfo *out);

#endif
