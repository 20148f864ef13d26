/* kb/packfile.h - pack.yaml and codes.yaml. */
#ifndef TS_KB_PACKFILE_H
#define TS_KB_PACKFILE_H

#include "kb/fields.h"
#include "kb/pack.h"

/* pack.yaml into *pack; what is missing keeps its value. Everything goes to r->arena. */
void ts_packfile_read(struct ts_reader *r, struct ts_pack *pack);
/* codes.yaml into pack->codes. */
void ts_codesfile_read(struct ts_reader *r, struct ts_pack *pack);

#endif
