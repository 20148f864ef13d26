/* decode/logline.h - lines of the logs of xrdp. */
#ifndef TS_DECODE_LOGLINE_H
#define TS_DECODE_LOGLINE_H

#include <stdbool.h>
#include "base/str.h"
#include "decode/datetime.h"

struct ts_logline {
	bool has_time;
	bool local;             /* the time has no zone: it is of the machine's own */
	struct ts_instant time; /* as if of UTC where local */
	struct ts_str level;    /* "INFO", empty where there is none */
	struct ts_str message;
};

/* "[20240131-12:34:56] [INFO ] message" (xrdp before 0.10) or "[2024-01-31T12:34:56.789+0100] [INFO ] message". What is
 * neither is a message without time and level. Views into the line. */
void ts_logline_parse(struct ts_str line, struct ts_logline *out);

/* Which of the logs of xrdp, by what its lines say: that of xrdp itself, or that of the sessions. */
enum ts_xrdp_log { TS_XRDP_NONE, TS_XRDP_LOG, TS_XRDP_SESMAN_LOG };
/* The text (UTF-8, the beginning of the file is enough). */
enum ts_xrdp_log ts_xrdp_recognise(struct ts_str text);

#endif
