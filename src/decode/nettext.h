/* decode/nettext.h - the sockets of a Windows machine from text that people save: netstat -an, -ano, -anob in any
 * language, and Get-NetTCPConnection or Get-NetUDPEndpoint through ConvertTo-Csv, Export-Csv or ConvertTo-Json. */
#ifndef TS_DECODE_NETTEXT_H
#define TS_DECODE_NETTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

enum ts_nettext_kind { TS_NETTEXT_NONE, TS_NETTEXT_NETSTAT, TS_NETTEXT_CSV, TS_NETTEXT_JSON };

struct ts_socket_line {
	bool udp, ipv6;
	char local_address[64], remote_address[64]; /* IPv6 without brackets and zone; "" = none */
	int local_port, remote_port;                /* 0 = any */
	const char *state;                          /* as osquery spells it; NULL for UDP */
	int64_t pid;                                /* -1 when the text does not say */
};

typedef bool ts_nettext_fn(void *ctx, const struct ts_socket_line *line); /* false ends the reading */

/* What is the text (UTF-8, the beginning of the file is enough)? Judged by its columns, never by its words. */
enum ts_nettext_kind ts_nettext_recognise(struct ts_str text);
/* Read all lines; returns how many sockets there were. */
size_t ts_nettext_read(enum ts_nettext_kind kind, struct ts_str text, ts_nettext_fn *fn, void *ctx);

#endif
