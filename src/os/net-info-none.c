/* os/net-info-none.c - systems that do not tell about ICMP messages and round trips: all stays unknown. */
#include "os/net-info.h"

void ts_net_info_listen(int fd, int family)
{
	(void)fd;
	(void)family;
}

bool ts_net_info_icmp(int fd, struct ts_net_icmp *out)
{
	(void)fd;
	(void)out;
	return false;
}

void ts_net_info_tcp(int fd, bool open, struct ts_connected *out)
{
	(void)fd;
	(void)open;
	(void)out;
}

int ts_net_info_path_mtu(int fd, int family)
{
	(void)fd;
	(void)family;
	return 0;
}

bool ts_net_info_stream(int fd, struct ts_stream_info *out)
{
	(void)fd;
	(void)out;
	return false;
}
