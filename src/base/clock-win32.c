/* base/clock-win32.c - the clock of Windows that never jumps. */
#include "base/clock.h"

#include <windows.h>

int64_t ts_clock_ns(void)
{
	LARGE_INTEGER now, per_second;
	(void)QueryPerformanceCounter(&now);
	(void)QueryPerformanceFrequency(&per_second);
	int64_t seconds = now.QuadPart / per_second.QuadPart, rest = now.QuadPart % per_second.QuadPart;
	return seconds * 1000000000 + rest * 1000000000 / per_second.QuadPart;
}
