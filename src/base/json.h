/* base/json.h - a JSON writer with a small stack; misuse is an assert, text is escaped and made valid UTF-8. */
#ifndef TS_BASE_JSON_H
#define TS_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"

struct ts_json {
	struct ts_buf *out;
	int depth;
	bool first[64]; /* per depth: nothing written yet */
	bool in_array[64];
	bool pretty; /* two blanks per level, one member a line */
	bool after_key;
};

void ts_json_init(struct ts_json *j, struct ts_buf *out, bool pretty);
void ts_json_object(struct ts_json *j); /* { */
void ts_json_array(struct ts_json *j);  /* [ */
void ts_json_end(struct ts_json *j);    /* } or ] */
void ts_json_key(struct ts_json *j, const char *key);
void ts_json_str(struct ts_json *j, const char *s); /* NULL writes null */
void ts_json_strn(struct ts_json *j, const char *s, size_t n);
void ts_json_int(struct ts_json *j, int64_t v);
void ts_json_double(struct ts_json *j, double v); /* not finite writes null */
void ts_json_bool(struct ts_json *j, bool v);
void ts_json_null(struct ts_json *j);
/* key and value at once */
void ts_json_kstr(struct ts_json *j, const char *key, const char *s);
void ts_json_kint(struct ts_json *j, const char *key, int64_t v);
void ts_json_kbool(struct ts_json *j, const char *key, bool v);

#endif
