/* decode/secdesc.c - security descriptors of Windows. */
#include "decode/secdesc.h"

#include <stdio.h>
#include <string.h>

#define HEAD          20
#define DACL_PRESENT  0x0004
#define DACL_OFFSET   16
#define ACL_HEAD      8
#define ACE_HEAD      8 /* with the mask */
#define ACE_ALLOW     0
#define ACE_DENY      1
#define INHERIT_ONLY  0x08
#define SID_MAX_PARTS 15
#define SID_TEXT      192

static uint32_t u16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const unsigned char *p)
{
	return u16(p) | u16(p + 2) << 16;
}

bool ts_sid_text(const unsigned char *p, size_t n, char *out, size_t size)
{
	uint64_t authority = 0;
	if (n < 8 || p[0] != 1 || p[1] > SID_MAX_PARTS || (size_t)p[1] * 4 + 8 > n) {
		return false;
	}
	for (int i = 2; i < 8; i++) {
		authority = authority << 8 | p[i];
	}
	size_t len = (size_t)snprintf(out, size, "S-1-%llu", (unsigned long long)authority);
	for (int i = 0; i < p[1] && len < size; i++) {
		len += (size_t)snprintf(out + len, size - len, "-%lu", (unsigned long)u32(p + 8 + i * 4));
	}
	return len < size;
}

/* Generic rights as those of a file. */
static uint32_t file_rights(uint32_t mask)
{
	static const struct {
		uint32_t generic, rights;
	} map[] = { { 0x80000000, TS_SECDESC_FILE_READ }, { 0x40000000, 0x00120116 },
		{ 0x20000000, 0x001200A0 }, { 0x10000000, TS_SECDESC_FILE_ALL } };
	uint32_t rights = mask & 0x0FFFFFFF;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		rights |= (mask & map[i].generic) != 0 ? map[i].rights : 0;
	}
	return rights;
}

static bool is_one_of(const unsigned char *sid, size_t n, const char *const *sids, size_t nsids)
{
	char text[SID_TEXT];
	for (size_t i = 0; i < nsids && ts_sid_text(sid, n, text, sizeof(text)); i++) {
		if (strcmp(text, sids[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool ts_secdesc_allows(const unsigned char *sd, size_t n, const char *const *sids, size_t nsids,
	uint32_t want, bool *allowed)
{
	uint32_t granted = 0, denied = 0;
	if (n < HEAD || sd[0] != 1) {
		return false;
	}
	size_t at = u32(sd + DACL_OFFSET);
	if ((u16(sd + 2) & DACL_PRESENT) == 0 || at == 0) {
		*allowed = true; /* no list: everybody may do everything */
		return true;
	}
	if (at > n || n - at < ACL_HEAD || u16(sd + at + 2) < ACL_HEAD || u16(sd + at + 2) > n - at) {
		return false;
	}
	const unsigned char *p = sd + at + ACL_HEAD, *end = sd + at + u16(sd + at + 2);
	for (uint32_t i = u16(sd + at + 4); i > 0; i--) {
		size_t left = (size_t)(end - p), size = left >= ACE_HEAD ? u16(p + 2) : 0;
		if (size < ACE_HEAD || size > left) {
			return false;
		}
		uint32_t rights = file_rights(u32(p + 4));
		if ((p[1] & INHERIT_ONLY) == 0 && (p[0] == ACE_ALLOW || p[0] == ACE_DENY) &&
			is_one_of(p + ACE_HEAD, size - ACE_HEAD, sids, nsids)) {
			granted |= p[0] == ACE_ALLOW ? rights & ~denied : 0;
			denied |= p[0] == ACE_DENY ? rights & ~granted : 0;
		}
		p += size;
	}
	*allowed = (granted & want) == want;
	return true;
}
