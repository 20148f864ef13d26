/* decode/ntlm.c - the NTLM CHALLENGE_MESSAGE. */
#include "decode/ntlm.h"

#include <string.h>
#include "decode/plaintext.h"

#define FIXED        48 /* up to the version, which old servers leave out */
#define WITH_VERSION 56
#define HAS_VERSION  0x02000000u
#define EPOCH_MS     INT64_C(11644473600000) /* 1601 to 1970 */

enum { AV_END, AV_NB_COMPUTER, AV_NB_DOMAIN, AV_DNS_COMPUTER, AV_DNS_DOMAIN, AV_DNS_FOREST, AV_TIME = 7 };

static uint32_t le(const unsigned char *p, int bytes)
{
	uint32_t v = 0;
	for (int i = bytes; i-- > 0;) {
		v = v << 8 | p[i];
	}
	return v;
}

static void read_time(const unsigned char *p, struct ts_ntlm *out)
{
	uint64_t ticks = le(p, 4) | (uint64_t)le(p + 4, 4) << 32;
	out->has_time = ticks > 0 && ticks <= INT64_MAX;
	out->time_ms = out->has_time ? (int64_t)(ticks / 10000) - EPOCH_MS : 0;
}

static void read_pair(unsigned id, const unsigned char *p, size_t n, struct ts_ntlm *out)
{
	char *names[] = {
		[AV_NB_COMPUTER] = out->netbios_computer,
		[AV_NB_DOMAIN] = out->netbios_domain,
		[AV_DNS_COMPUTER] = out->dns_computer,
		[AV_DNS_DOMAIN] = out->dns_domain,
		[AV_DNS_FOREST] = out->dns_forest,
	};
	if (id >= AV_NB_COMPUTER && id <= AV_DNS_FOREST) {
		(void)ts_plaintext(TS_UTF16LE, p, n, names[id], TS_NTLM_NAME);
	} else if (id == AV_TIME && n == 8) {
		read_time(p, out);
	}
}

static bool read_info(const unsigned char *p, size_t n, struct ts_ntlm *out)
{
	while (n >= 4) {
		unsigned id = le(p, 2);
		size_t size = le(p + 2, 2);
		if (size > n - 4) {
			return false;
		}
		if (id == AV_END) {
			return true;
		}
		read_pair(id, p + 4, size, out);
		p += 4 + size;
		n -= 4 + size;
	}
	return n == 0;
}

bool ts_ntlm_parse(const unsigned char *p, size_t n, struct ts_ntlm *out)
{
	memset(out, 0, sizeof(*out));
	if (n < FIXED || memcmp(p, "NTLMSSP\0\2\0\0\0", 12) != 0) {
		return false;
	}
	if ((le(p + 20, 4) & HAS_VERSION) != 0 && n >= WITH_VERSION) {
		out->has_version = true;
		out->major = p[48];
		out->minor = p[49];
		out->build = (int)le(p + 50, 2);
	}
	size_t length = le(p + 40, 2), offset = le(p + 44, 4);
	return length == 0 || (offset <= n && length <= n - offset && read_info(p + offset, length, out));
}
