/* decode/regdata.h - values of the registry: types, and their data as the text that the table `registry` shows. */
#ifndef TS_DECODE_REGDATA_H
#define TS_DECODE_REGDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

enum ts_reg_type {
	TS_REG_NONE,
	TS_REG_SZ,
	TS_REG_EXPAND_SZ,
	TS_REG_BINARY,
	TS_REG_DWORD,
	TS_REG_DWORD_BIG_ENDIAN,
	TS_REG_LINK,
	TS_REG_MULTI_SZ,
	TS_REG_RESOURCE_LIST,
	TS_REG_FULL_RESOURCE_DESCRIPTOR,
	TS_REG_RESOURCE_REQUIREMENTS_LIST,
	TS_REG_QWORD
};

const char *ts_reg_type_name(uint32_t type); /* "REG_SZ" ..., "UNKNOWN" */
/* Append the data as osquery spells it: text up to its NUL, lists joined by commas, numbers in decimal (REG_DWORD
 * signed), the rest in upper-case hex. */
void ts_reg_text(uint32_t type, const unsigned char *p, size_t n, struct ts_buf *out);
/* A number (REG_DWORD of either order, REG_QWORD); false for another type or too few bytes. */
bool ts_reg_number(uint32_t type, const unsigned char *p, size_t n, int64_t *out);

#endif
