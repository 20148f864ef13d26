/* kb/builtin.h - a knowledge base that is part of the program, for a program that stands alone (meson option builtin_kb). */
#ifndef TS_KB_BUILTIN_H
#define TS_KB_BUILTIN_H

#include <stddef.h>

/* Its bytes, as the .db file has them; NULL when there is none. */
const unsigned char *ts_kb_builtin(size_t *n);

#endif
