/* decode/rdpneg.c - who answers on an RDP port. */
#include "decode/rdpneg.h"

#include <string.h>

#define WINDOWS_OR_XRDP 0x1234
#define XRDP_FLAGS      0x01
#define FREERDP_FLAGS   0x03

const char *ts_speaks(const unsigned char *p, size_t n)
{
	static const struct {
		const char *first;
		size_t n;
		const char *name;
	} openings[] = {
		{ "SSH-", 4, "ssh" },
		{ "HTTP/", 5, "http" },
		{ "<!DOC", 5, "http" },
		{ "<html", 5, "http" },
		{ "RFB ", 4, "vnc" },
		{ "220 ", 4, "ftp or smtp" },
		{ "220-", 4, "ftp or smtp" },
		{ "+OK", 3, "pop3" },
		{ "* OK", 4, "imap" },
		{ "\x15\x03", 2, "tls" },
		{ "\x16\x03", 2, "tls" },
		{ "\xff\xfd", 2, "telnet" },
		{ "\xff\xfb", 2, "telnet" },
	};
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		if (n >= openings[i].n && memcmp(p, openings[i].first, openings[i].n) == 0) {
			return openings[i].name;
		}
	}
	return NULL;
}

const char *ts_rdp_server_kind(const struct ts_x224 *c, bool ultimatum)
{
	if (c->kind == TS_X224_ULTIMATUM || (c->kind == TS_X224_FAILURE && ultimatum)) {
		return "xrdp";
	}
	if (c->kind != TS_X224_RESPONSE) {
		return NULL; /* a failure and a plain confirm have no flags to tell them by */
	}
	if (c->source == WINDOWS_OR_XRDP) {
		/* xrdp has no NLA, and claims nothing but extended client data. */
		bool nla = (c->protocol & (TS_RDP_HYBRID | TS_RDP_HYBRID_EX)) != 0;
		return c->flags == XRDP_FLAGS && !nla ? "xrdp" : "windows";
	}
	return c->source == 0 && c->flags == FREERDP_FLAGS ? "freerdp" : "other";
}

const char *ts_windows_of_build(int major, int minor, int build)
{
	static const struct {
		int major, minor, build;
		const char *name;
	} names[] = {
		{ 5, 2, 3790, "Windows Server 2003" },
		{ 6, 0, 6001, "Windows Server 2008 or Vista" },
		{ 6, 0, 6002, "Windows Server 2008 or Vista" },
		{ 6, 0, 6003, "Windows Server 2008" },
		{ 6, 1, 7600, "Windows 7 or Server 2008 R2" },
		{ 6, 1, 7601, "Windows 7 or Server 2008 R2" },
		{ 6, 2, 9200, "Windows 8 or Server 2012" },
		{ 6, 3, 9600, "Windows 8.1 or Server 2012 R2" },
		{ 10, 0, 10240, "Windows 10 1507" },
		{ 10, 0, 10586, "Windows 10 1511" },
		{ 10, 0, 14393, "Windows Server 2016 or Windows 10 1607" },
		{ 10, 0, 15063, "Windows 10 1703" },
		{ 10, 0, 16299, "Windows 10 1709" },
		{ 10, 0, 17134, "Windows 10 1803" },
		{ 10, 0, 17763, "Windows Server 2019 or Windows 10 1809" },
		{ 10, 0, 18362, "Windows 10 1903" },
		{ 10, 0, 18363, "Windows 10 1909" },
		{ 10, 0, 19041, "Windows 10 2004" },
		{ 10, 0, 19042, "Windows 10 20H2" },
		{ 10, 0, 19043, "Windows 10 21H1" },
		{ 10, 0, 19044, "Windows 10 21H2" },
		{ 10, 0, 19045, "Windows 10 22H2" },
		{ 10, 0, 20348, "Windows Server 2022" },
		{ 10, 0, 22000, "Windows 11 21H2" },
		{ 10, 0, 22621, "Windows 11 22H2" },
		{ 10, 0, 22631, "Windows 11 23H2" },
		{ 10, 0, 25398, "Windows Server 23H2" },
		{ 10, 0, 26100, "Windows Server 2025 or Windows 11 24H2" },
		{ 10, 0, 26200, "Windows 11 25H2" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].major == major && names[i].minor == minor && names[i].build == build) {
			return names[i].name;
		}
	}
	return NULL;
}
