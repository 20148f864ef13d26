/* base/clock-posix.c - the clock of POSIX systems that never jumps. */
#include "base/clock.h"

#include <time.h>

int64_t ts_clock_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
