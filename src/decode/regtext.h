/* decode/regtext.h - registry exports as text (.reg): "Windows Registry Editor Version 5.00" and REGEDIT4. */
#ifndef TS_DECODE_REGTEXT_H
#define TS_DECODE_REGTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

/* Values in the bytes that Windows would store (text in UTF-16LE with its NUL). */
struct ts_regtext_value {
	struct ts_str name; /* UTF-8; empty for the default value */
	uint32_t type;
	const unsigned char *data;
	size_t size;
};

/* What is called for each part of the text; everything is valid only during the call. False ends the reading. */
struct ts_regtext_sink {
	bool (*key)(void *ctx, struct ts_str path); /* UTF-8 */
	bool (*value)(void *ctx, const struct ts_regtext_value *v);
	void *ctx;
};

struct ts_regtext_result {
	size_t keys, values;
	size_t bad_lines; /* lines that are not understood */
	bool script; /* it deletes something or has comments: made by a person, so it does not say what is absent */
};

/* Does the file begin as one? (after the byte order mark, empty lines and comments) */
bool ts_regtext_recognise(const unsigned char *p, size_t n);
/* Read a whole file. */
void ts_regtext_read(const unsigned char *p, size_t n, const struct ts_regtext_sink *sink,
	struct ts_regtext_result *result);

#endif
