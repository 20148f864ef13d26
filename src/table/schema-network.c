/* table/schema-network.c - descriptions of the tables of sockets, interfaces, routes and names. */
#include "table/schema.h"
#include TS_SCHEMA_LIVE

static const struct ts_column arp_cache_columns[] = {
	{ "address", TS_TEXT, 0, "IP address of the neighbour" },
	{ "mac", TS_TEXT, TS_NOCASE, "its hardware address" },
	{ "interface", TS_TEXT, 0,
		"interface it was seen on; the adapter's hardware address in evidence from Windows" },
	{ "permanent", TS_TEXT, 0, "1 when the entry was set by hand, 0 when it was learned" },
};

static const struct ts_column dns_resolvers_columns[] = {
	{ "id", TS_INT, 0, "number of the row within its type" },
	{ "type", TS_TEXT, 0, "nameserver, sortlist or search" },
	{ "address", TS_TEXT, 0, "address of the name server, or the search domain" },
	{ "netmask", TS_TEXT, 0, "netmask of a sortlist entry" },
	{ "options", TS_BIGINT, 0, "resolver options as a bit field" },
	{ "pid_with_namespace", TS_INT, TS_FILTER | TS_HIDDEN, "process whose namespace is meant" },
};

static const struct ts_column etc_hosts_columns[] = {
	{ "address", TS_TEXT, 0, "address that the names lead to" },
	{ "hostnames", TS_TEXT, 0, "names of the line, separated by blanks" },
	{ "pid_with_namespace", TS_INT, TS_FILTER | TS_HIDDEN, "process whose namespace is meant" },
};

static const struct ts_column interface_addresses_columns[] = {
	{ "interface", TS_TEXT, 0, "name of the interface; its number in evidence from Windows" },
	{ "address", TS_TEXT, 0, "IP address" },
	{ "mask", TS_TEXT, 0, "netmask" },
	{ "broadcast", TS_TEXT, 0, "broadcast address; NULL where there is none" },
	{ "point_to_point", TS_TEXT, 0, "address of the other end of a point-to-point link; NULL elsewhere" },
	{ "type", TS_TEXT, 0, "manual, dhcp, auto or unknown" },
	{ "friendly_name", TS_TEXT, TS_HIDDEN, "name of the adapter as Windows shows it" },
};

static const struct ts_column interface_details_columns[] = {
	{ "interface", TS_TEXT, 0, "name of the interface; its number in evidence from Windows" },
	{ "mac", TS_TEXT, TS_NOCASE, "hardware address" },
	{ "type", TS_INT, 0, "kind of the interface as the system numbers it" },
	{ "mtu", TS_INT, 0, "largest packet in bytes" },
	{ "metric", TS_INT, 0, "cost of the interface for routes" },
	{ "flags", TS_INT, 0, "flags as the system numbers them" },
	{ "ipackets", TS_BIGINT, 0, "packets received" },
	{ "opackets", TS_BIGINT, 0, "packets sent" },
	{ "ibytes", TS_BIGINT, 0, "bytes received" },
	{ "obytes", TS_BIGINT, 0, "bytes sent" },
	{ "ierrors", TS_BIGINT, 0, "receive errors" },
	{ "oerrors", TS_BIGINT, 0, "send errors" },
	{ "idrops", TS_BIGINT, 0, "received packets that were dropped" },
	{ "odrops", TS_BIGINT, 0, "packets to be sent that were dropped" },
	{ "collisions", TS_BIGINT, 0, "collisions" },
	{ "last_change", TS_BIGINT, 0, "when it last changed, Unix seconds" },
	{ "link_speed", TS_BIGINT, 0, "speed in Mbit/s" },
	{ "pci_slot", TS_TEXT, 0, "slot on the PCI bus" },
	{ "friendly_name", TS_TEXT, TS_HIDDEN, "name of the adapter as Windows shows it" },
	{ "description", TS_TEXT, TS_HIDDEN, "description of the adapter" },
	{ "manufacturer", TS_TEXT, TS_HIDDEN, "who made the adapter" },
	{ "connection_id", TS_TEXT, TS_HIDDEN, "name of the connection as Windows shows it" },
	{ "connection_status", TS_TEXT, TS_HIDDEN, "number of the state: 2 connected, 7 media disconnected" },
	{ "enabled", TS_INT, TS_HIDDEN, "1 when the adapter is enabled" },
	{ "physical_adapter", TS_INT, TS_HIDDEN, "1 when it is a real adapter" },
	{ "speed", TS_INT, TS_HIDDEN, "speed in bits per second" },
	{ "service", TS_TEXT, TS_HIDDEN, "driver's service" },
	{ "dhcp_enabled", TS_INT, TS_HIDDEN, "1 when its addresses come from DHCP" },
	{ "dhcp_lease_expires", TS_TEXT, TS_HIDDEN, "when the DHCP lease ends, CIM time" },
	{ "dhcp_lease_obtained", TS_TEXT, TS_HIDDEN, "when the DHCP lease began, CIM time" },
	{ "dhcp_server", TS_TEXT, TS_HIDDEN, "address of the DHCP server" },
	{ "dns_domain", TS_TEXT, TS_HIDDEN, "DNS domain of the connection" },
	{ "dns_domain_suffix_search_order", TS_TEXT, TS_HIDDEN, "search domains, separated by commas" },
	{ "dns_host_name", TS_TEXT, TS_HIDDEN, "name of the computer for DNS" },
	{ "dns_server_search_order", TS_TEXT, TS_HIDDEN,
		"addresses of the name servers, separated by commas" },
};

static const struct ts_column listening_ports_columns[] = {
	{ "pid", TS_INT, 0, "process that owns the socket; -1 when it cannot be told" },
	{ "port", TS_INT, TS_FILTER, "local port" },
	{ "protocol", TS_INT, TS_FILTER, "IP protocol: 6 for TCP, 17 for UDP" },
	{ "family", TS_INT, TS_FILTER, "2 for IPv4, 10 for IPv6 (23 in evidence from osquery on Windows)" },
	{ "address", TS_TEXT, 0, "local address; 0.0.0.0 or :: for all" },
	{ "fd", TS_BIGINT, 0, "number of the file descriptor; -1 when it cannot be told" },
	{ "socket", TS_BIGINT, 0, "inode of the socket" },
	{ "path", TS_TEXT, 0, "path of a UNIX socket" },
	{ "net_namespace", TS_TEXT, 0, "number of the network namespace" },
};

static const struct ts_column process_open_sockets_columns[] = {
	{ "pid", TS_INT, TS_FILTER, "process that owns the socket; -1 when it cannot be told" },
	{ "fd", TS_BIGINT, 0, "number of the file descriptor; -1 when it cannot be told" },
	{ "socket", TS_BIGINT, 0, "inode of the socket" },
	{ "family", TS_INT, TS_FILTER, "2 for IPv4, 10 for IPv6 (23 in evidence from osquery on Windows)" },
	{ "protocol", TS_INT, TS_FILTER, "IP protocol: 6 for TCP, 17 for UDP" },
	{ "local_address", TS_TEXT, 0, "local address" },
	{ "remote_address", TS_TEXT, 0, "address of the other end" },
	{ "local_port", TS_INT, TS_FILTER, "local port" },
	{ "remote_port", TS_INT, 0, "port of the other end; 0 when there is none" },
	{ "path", TS_TEXT, 0, "path of a UNIX socket" },
	{ "state", TS_TEXT, TS_FILTER,
		"state of a TCP connection: LISTEN, ESTABLISHED, TIME_WAIT, ...; NULL for UDP" },
	{ "net_namespace", TS_TEXT, 0, "number of the network namespace" },
};

static const struct ts_column routes_columns[] = {
	{ "destination", TS_TEXT, 0, "network that the route leads to" },
	{ "netmask", TS_INT, 0, "length of the network's prefix in bits" },
	{ "gateway", TS_TEXT, 0, "next hop" },
	{ "source", TS_TEXT, 0, "source address that the route prefers" },
	{ "flags", TS_INT, 0, "flags as the system numbers them" },
	{ "interface", TS_TEXT, 0, "interface that the route leaves by" },
	{ "mtu", TS_INT, 0, "largest packet on the route" },
	{ "metric", TS_INT, 0, "cost; the lowest wins" },
	{ "type", TS_TEXT, TS_FILTER, "local, remote, gateway, broadcast, anycast or other" },
	{ "hopcount", TS_INT, 0, "greatest number of hops" },
};

const struct ts_table ts_tables_network[] = {
	{ "arp_cache", "Neighbours on the local networks and their hardware addresses", TS_OSQUERY,
		TS_COLUMNS(arp_cache_columns), TS_NOT_LIVE, NULL,
		"SELECT address, mac FROM arp_cache WHERE interface = 'eth0'" },
	{ "dns_resolvers", "Name servers and search domains that this system is set up with", TS_OSQUERY,
		TS_COLUMNS(dns_resolvers_columns), TS_NOT_LIVE, NULL,
		"SELECT address FROM dns_resolvers WHERE type = 'nameserver'" },
	{ "etc_hosts", "Lines of the hosts file", TS_OSQUERY, TS_COLUMNS(etc_hosts_columns), TS_NOT_LIVE,
		NULL, "SELECT address FROM etc_hosts WHERE hostnames LIKE '%srv1%'" },
	{ "interface_addresses", "IP addresses of the network interfaces", TS_OSQUERY,
		TS_COLUMNS(interface_addresses_columns), TS_LIVE(interface_addresses), NULL,
		"SELECT interface, address FROM interface_addresses WHERE address NOT LIKE '127.%'" },
	{ "interface_details", "Network interfaces with their counters", TS_OSQUERY,
		TS_COLUMNS(interface_details_columns), TS_WINDOWS(interface_details), NULL,
		"SELECT interface, mtu, ierrors, oerrors FROM interface_details WHERE interface = 'eth0'" },
	{ "listening_ports", "Ports on which something waits for connections or datagrams", TS_OSQUERY,
		TS_COLUMNS(listening_ports_columns), TS_LIVE(listening_ports), NULL,
		"SELECT port, address, pid FROM listening_ports WHERE protocol = 6 AND port = 3389" },
	{ "process_open_sockets", "Open network sockets and the processes that own them", TS_OSQUERY,
		TS_COLUMNS(process_open_sockets_columns), TS_LIVE(process_open_sockets), NULL,
		"SELECT local_address, local_port, pid FROM process_open_sockets WHERE protocol = 6 AND "
		"state = 'LISTEN'" },
	{ "routes", "Routes of the system", TS_OSQUERY, TS_COLUMNS(routes_columns), TS_WINDOWS(routes), NULL,
		"SELECT gateway, interface FROM routes WHERE destination = '0.0.0.0' AND netmask = 0" },
	{ 0 },
};
