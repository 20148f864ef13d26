/* os/limits.h - what keeps this program from seeing all of the system it runs on. */
#ifndef TS_OS_LIMITS_H
#define TS_OS_LIMITS_H

/* A sentence without a full stop, for the whole run: not elevated on Windows, not Windows at all; NULL = nothing that every
 * table would meet. */
const char *ts_os_limits(void);

#endif
