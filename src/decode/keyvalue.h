/* decode/keyvalue.h - small text files that describe a system: os-release (KEY=value) and /proc/cpuinfo
 * (key : value). */
#ifndef TS_DECODE_KEYVALUE_H
#define TS_DECODE_KEYVALUE_H

#include <stdbool.h>
#include <stddef.h>

/* The value of a key of os-release, quotes and backslashes resolved as os-release(5) says, at most cap - 1
 * bytes; the last one counts. False when it is not there. */
bool ts_osrelease_get(const char *text, size_t n, const char *key, char *out, size_t cap);

/* What /proc/cpuinfo tells. 0 and "" = it does not. */
struct ts_cpuinfo {
	char brand[128], microcode[32];
	int logical;  /* processors the system sees */
	int physical; /* cores, each counted once */
	int sockets;
};
void ts_cpuinfo_parse(const char *text, size_t n, struct ts_cpuinfo *out);

#endif
