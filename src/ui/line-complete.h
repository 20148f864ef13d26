/* ui/line-complete.h - for line-edit.c only: what Tab does. */
#ifndef TS_UI_LINE_COMPLETE_H
#define TS_UI_LINE_COMPLETE_H

#include <histedit.h>
#include <stdio.h>
#include "ui/line.h"

/* Complete the word before the cursor; what libedit is to do then (CC_...). */
unsigned char ts_edit_complete(EditLine *el, ts_complete_fn complete, void *ctx);

#endif
