/* base/width-table.h - sorted ranges of code points that take no or two columns; only utf8.c looks here. */
#ifndef TS_BASE_WIDTH_TABLE_H
#define TS_BASE_WIDTH_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct ts_cp_range {
	uint32_t first, last;
};

extern const struct ts_cp_range ts_width_zero[], ts_width_two[];
extern const size_t ts_width_zero_count, ts_width_two_count;

#endif
