/* kb/front.h - names in front matter. */
#ifndef TS_KB_FRONT_H
#define TS_KB_FRONT_H

#include <stdbool.h>

/* May this be the name of a machine or parameter: small letters, digits and '_', beginning with a letter? */
bool ts_front_name(const char *name);

#endif
