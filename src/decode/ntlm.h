/* decode/ntlm.h - the NTLM CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2): what a server says of itself before it knows who asks. */
#ifndef TS_DECODE_NTLM_H
#define TS_DECODE_NTLM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_NTLM_NAME 512

struct ts_ntlm {
	char netbios_computer[TS_NTLM_NAME], netbios_domain[TS_NTLM_NAME]; /* "" where it does not say */
	char dns_computer[TS_NTLM_NAME], dns_domain[TS_NTLM_NAME], dns_forest[TS_NTLM_NAME];
	bool has_version, has_time;
	int major, minor, build;
	int64_t time_ms; /* server clock, milliseconds since 1970 */
};

/* False when it is no challenge or its parts point outside of it. */
bool ts_ntlm_parse(const unsigned char *p, size_t n, struct ts_ntlm *out);

#endif
