/* decode/rdpneg.h - who answers: what else speaks on an RDP port, which kind of RDP server its negotiation gives away, which Windows a build is. */
#ifndef TS_DECODE_RDPNEG_H
#define TS_DECODE_RDPNEG_H

#include <stdbool.h>
#include <stddef.h>
#include "decode/x224.h"

/* Name of the protocol whose first bytes these are: "ssh", "http", "tls", "vnc" ...; NULL when they do not tell. */
const char *ts_speaks(const unsigned char *p, size_t n);

/* "windows", "xrdp", "freerdp", "other", or NULL when it cannot be told. `ultimatum`: one followed in the same breath, as xrdp does after a failure. */
const char *ts_rdp_server_kind(const struct ts_x224 *confirm, bool ultimatum);

/* The Windows of a version number, "Windows Server 2019, Windows 10 1809"; NULL for one that is not in the table. */
const char *ts_windows_of_build(int major, int minor, int build);

#endif
