/* table/value.h - one value of a row: NULL, integer, real or text, and how evidence of the wrong type
 * becomes the column's type. */
#ifndef TS_TABLE_VALUE_H
#define TS_TABLE_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>
#include "base/arena.h"
#include "table/table.h"

enum ts_value_kind { TS_VALUE_NULL, TS_VALUE_INT, TS_VALUE_REAL, TS_VALUE_TEXT };

struct ts_value {
	enum ts_value_kind kind;
	int64_t i;
	double d;
	const char *s; /* somebody else's: an arena's, or a caller's for the time of the call */
};

struct ts_value ts_value_null(void);
struct ts_value ts_value_int(int64_t i);
struct ts_value ts_value_real(double d);
struct ts_value ts_value_text(const char *s); /* NULL gives the NULL value */

/* The value of SQLite as one of the column's type; what does not fit (a BLOB, a word in a number's place)
 * is NULL. Text is copied to the arena. */
struct ts_value ts_value_from_sqlite(sqlite3_value *v, enum ts_type type, struct ts_arena *a);
/* Text as a value of the type; false when it is none (a word in a number's place). The text is not copied. */
bool ts_value_parse(const char *text, enum ts_type type, struct ts_value *out);
/* As text (in the arena where it must be made), NULL for NULL. */
const char *ts_value_str(const struct ts_value *v, struct ts_arena *a);
/* Equal as the column compares: ASCII case ignored for text where nocase. NULL equals nothing. */
bool ts_value_equal(const struct ts_value *a, const struct ts_value *b, bool nocase);
void ts_value_result(sqlite3_context *ctx, const struct ts_value *v);

#endif
