/* base/clock.h - the clock that never jumps. */
#ifndef TS_BASE_CLOCK_H
#define TS_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment before the program began. */
int64_t ts_clock_ns(void);

#endif
