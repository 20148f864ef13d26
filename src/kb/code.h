/* kb/code.h - names of code roles, as codes.yaml and kb.db spell them. Reading a number itself is
 * ts_code_parse in kb/kb.h. */
#ifndef TS_KB_CODE_H
#define TS_KB_CODE_H

#include <stdbool.h>
#include "kb/kb.h"

/* "disconnect", "extended", "errinfo", "negotiation", "other"; "any" for TS_ROLE_ANY. */
const char *ts_code_role_name(enum ts_code_role r);
/* The role of that name; false if there is none ("any" is not one that a code can have). */
bool ts_code_role_parse(const char *name, enum ts_code_role *r);

#endif
