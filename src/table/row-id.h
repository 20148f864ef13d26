/* table/row-id.h - numbers that tell rows apart by their content, for SQLite's OR. */
#ifndef TS_TABLE_ROW_ID_H
#define TS_TABLE_ROW_ID_H

#include "table/scan.h"

/* One number per row, the same for the same row in every scan. Equal rows are told apart by their number
 * among their equals, which another scan counts the same way. The caller frees. */
int64_t *ts_row_ids(const struct ts_scan *s);

#endif
