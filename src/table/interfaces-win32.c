/* table/interfaces-win32.c - network adapters, their addresses, and routes. */
#include "os/win-api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "os/net.h"
#include "table/gap-win32.h"
#include "table/schema.h"

#define TRIES 8

/* The list of adapters; the caller frees. NULL when it is not to be had, and the ledger has been told. */
static IP_ADAPTER_ADDRESSES *get_adapters(struct ts_scan *s, const struct ts_iphlpapi *api)
{
	ULONG n = 32 << 10;
	ULONG code = ERROR_BUFFER_OVERFLOW;
	IP_ADAPTER_ADDRESSES *list = NULL;
	if (api == NULL) {
		ts_gap_library(s, "iphlpapi.dll");
		return NULL;
	}
	for (int i = 0; i < TRIES && code == ERROR_BUFFER_OVERFLOW; i++) {
		free(list);
		list = ts_xcalloc(1, n);
		code = api->GetAdaptersAddresses(
			AF_UNSPEC, GAA_FLAG_INCLUDE_GATEWAYS | GAA_FLAG_SKIP_ANYCAST, NULL, list, &n);
	}
	if (code != NO_ERROR) {
		if (code == ERROR_NO_DATA || code == ERROR_ADDRESS_NOT_ASSOCIATED) {
			ts_scan_saw(s, NULL, TS_SEEN_READ, "there is no network adapter");
		} else {
			ts_gap_win32(s, "the list of network adapters", code);
		}
		free(list);
		return NULL;
	}
	return list;
}

static bool address_of(const SOCKADDR *a, struct ts_net_addr *out)
{
	*out = (struct ts_net_addr){ 0 };
	if (a != NULL && a->sa_family == AF_INET) {
		out->family = TS_NET_IPV4;
		memcpy(out->bytes, &((const SOCKADDR_IN *)(const void *)a)->sin_addr, 4);
	} else if (a != NULL && a->sa_family == AF_INET6) {
		out->family = TS_NET_IPV6;
		memcpy(out->bytes, &((const SOCKADDR_IN6 *)(const void *)a)->sin6_addr, 16);
	} else {
		return false;
	}
	ts_net_format(out);
	return true;
}

static void put_mask(struct ts_scan *s, const struct ts_net_addr *a, unsigned bits)
{
	struct ts_net_addr mask = { .family = a->family };
	for (unsigned i = 0; i < bits && i < sizeof(mask.bytes) * 8; i++) {
		mask.bytes[i / 8] |= (unsigned char)(0x80 >> (i % 8));
	}
	ts_net_format(&mask);
	ts_row_text(s, "mask", mask.text);
}

static const char *origin_name(int origin)
{
	static const char *const names[] = { [IpPrefixOriginManual] = "manual",
		[IpPrefixOriginDhcp] = "dhcp",
		[IpPrefixOriginRouterAdvertisement] = "auto",
		[IpPrefixOriginWellKnown] = "auto" };
	return origin >= 0 && origin < (int)TS_COUNT(names) && names[origin] != NULL ? names[origin]
										     : "unknown";
}

static const char *index_text(struct ts_scan *s, const IP_ADAPTER_ADDRESSES *a)
{
	return ts_arena_printf(ts_scan_arena(s), "%lu", a->IfIndex != 0 ? a->IfIndex : a->Ipv6IfIndex);
}

void ts_fill_interface_addresses(struct ts_scan *s)
{
	IP_ADAPTER_ADDRESSES *list = get_adapters(s, ts_iphlpapi());
	bool more = list != NULL;
	for (const IP_ADAPTER_ADDRESSES *a = list; more && a != NULL; a = a->Next) {
		for (const IP_ADAPTER_UNICAST_ADDRESS *u = a->FirstUnicastAddress; more && u != NULL;
			u = u->Next) {
			struct ts_net_addr address;
			if (!address_of(u->Address.lpSockaddr, &address)) {
				continue;
			}
			ts_row_begin(s);
			ts_row_text(s, "interface", index_text(s, a));
			ts_row_text(s, "address", address.text);
			put_mask(s, &address, u->OnLinkPrefixLength);
			ts_row_text(s, "type", origin_name((int)u->PrefixOrigin));
			ts_row_text(s, "friendly_name", ts_text_win32(s, a->FriendlyName));
			more = ts_row_end(s);
		}
	}
	if (list != NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	free(list);
}

/* --- interface_details --- */

/* NetConnectionStatus of WMI, which osquery shows, from the adapter's own words. */
static const char *connection_status(const MIB_IF_ROW2 *row)
{
	if (row->AdminStatus == NET_IF_ADMIN_STATUS_DOWN) {
		return "0";
	}
	switch (row->MediaConnectState) {
	case MediaConnectStateConnected: return row->OperStatus == IfOperStatusUp ? "2" : "0";
	case MediaConnectStateDisconnected: return "7";
	default: return row->OperStatus == IfOperStatusUp ? "2" : "0";
	}
}

static const char *mac_text(struct ts_scan *s, const IP_ADAPTER_ADDRESSES *a)
{
	char text[3 * MAX_ADAPTER_ADDRESS_LENGTH + 1] = "";
	for (ULONG i = 0; i < a->PhysicalAddressLength && i < MAX_ADAPTER_ADDRESS_LENGTH; i++) {
		snprintf(text + (i > 0 ? 3 * i - 1 : 0), sizeof(text) - (i > 0 ? 3 * i - 1 : 0), "%s%02x",
			i > 0 ? ":" : "", a->PhysicalAddress[i]);
	}
	return ts_arena_strdup(ts_scan_arena(s), text);
}

static const char *servers_text(struct ts_scan *s, const IP_ADAPTER_ADDRESSES *a)
{
	const char *text = "";
	for (const IP_ADAPTER_DNS_SERVER_ADDRESS *d = a->FirstDnsServerAddress; d != NULL; d = d->Next) {
		struct ts_net_addr address;
		if (address_of(d->Address.lpSockaddr, &address)) {
			text = ts_arena_printf(
				ts_scan_arena(s), "%s%s%s", text, *text != '\0' ? ", " : "", address.text);
		}
	}
	return text;
}

static void put_counters(struct ts_scan *s, const MIB_IF_ROW2 *row)
{
	const struct {
		const char *column;
		uint64_t value;
	} counters[] = {
		{ "ipackets", row->InUcastPkts + row->InNUcastPkts },
		{ "opackets", row->OutUcastPkts + row->OutNUcastPkts },
		{ "ibytes", row->InOctets },
		{ "obytes", row->OutOctets },
		{ "ierrors", row->InErrors },
		{ "oerrors", row->OutErrors },
		{ "idrops", row->InDiscards },
		{ "odrops", row->OutDiscards },
	};
	for (size_t i = 0; i < TS_COUNT(counters); i++) {
		ts_row_int(s, counters[i].column, (int64_t)counters[i].value);
	}
	ts_row_text(s, "connection_status", connection_status(row));
	ts_row_int(s, "enabled", row->AdminStatus == NET_IF_ADMIN_STATUS_UP);
	ts_row_int(s, "physical_adapter", row->InterfaceAndOperStatusFlags.HardwareInterface);
}

void ts_fill_interface_details(struct ts_scan *s)
{
	const struct ts_iphlpapi *api = ts_iphlpapi();
	IP_ADAPTER_ADDRESSES *list = get_adapters(s, api);
	DWORD code = NO_ERROR;
	bool more = list != NULL;
	for (const IP_ADAPTER_ADDRESSES *a = list; more && a != NULL; a = a->Next) {
		MIB_IF_ROW2 row = { .InterfaceLuid = a->Luid, .InterfaceIndex = a->IfIndex };
		ts_row_begin(s);
		ts_row_text(s, "interface", index_text(s, a));
		ts_row_text(s, "mac", mac_text(s, a));
		ts_row_int(s, "type", a->IfType);
		ts_row_int(s, "mtu", a->Mtu);
		ts_row_int(s, "metric", a->Ipv4Metric);
		ts_row_text(s, "friendly_name", ts_text_win32(s, a->FriendlyName));
		ts_row_text(s, "connection_id", ts_text_win32(s, a->FriendlyName));
		ts_row_text(s, "description", ts_text_win32(s, a->Description));
		ts_row_text(s, "dns_domain", ts_text_win32(s, a->DnsSuffix));
		ts_row_int(s, "dhcp_enabled", (a->Flags & IP_ADAPTER_DHCP_ENABLED) != 0);
		ts_row_text(s, "dns_server_search_order", servers_text(s, a));
		DWORD now = api->GetIfEntry2(&row);
		if (now == NO_ERROR) {
			put_counters(s, &row);
		} else {
			code = now;
		}
		more = ts_row_end(s);
	}
	if (code != NO_ERROR) {
		ts_gap_win32(s, "the state of an adapter", code);
	} else if (list != NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	free(list);
}

/* --- routes --- */

static bool put_route(struct ts_scan *s, const IP_ADAPTER_ADDRESSES *list, const MIB_IPFORWARD_ROW2 *r)
{
	struct ts_net_addr to, hop;
	const SOCKADDR *net = (const SOCKADDR *)(const void *)&r->DestinationPrefix.Prefix;
	if (!address_of(net, &to) || !address_of((const SOCKADDR *)(const void *)&r->NextHop, &hop)) {
		return true;
	}
	static const unsigned char none[16];
	bool direct = memcmp(hop.bytes, none, sizeof(none)) == 0;
	ULONG metric = 0, mtu = 0;
	for (const IP_ADAPTER_ADDRESSES *a = list; a != NULL; a = a->Next) {
		if (a->Luid.Value == r->InterfaceLuid.Value) {
			metric = to.family == TS_NET_IPV4 ? a->Ipv4Metric : a->Ipv6Metric;
			mtu = a->Mtu;
		}
	}
	ts_row_begin(s);
	ts_row_text(s, "destination", to.text);
	ts_row_int(s, "netmask", r->DestinationPrefix.PrefixLength);
	ts_row_text(s, "gateway", direct ? "" : hop.text);
	ts_row_int(s, "flags", -1);
	ts_row_text(s, "interface", ts_arena_printf(ts_scan_arena(s), "%lu", r->InterfaceIndex));
	ts_row_int(s, "mtu", mtu);
	ts_row_int(s, "metric", (int64_t)r->Metric + metric);
	ts_row_text(s, "type", direct ? "local" : "remote");
	return ts_row_end(s);
}

void ts_fill_routes(struct ts_scan *s)
{
	const struct ts_iphlpapi *api = ts_iphlpapi();
	IP_ADAPTER_ADDRESSES *list = get_adapters(s, api);
	MIB_IPFORWARD_TABLE2 *table = NULL;
	if (list == NULL) {
		return;
	}
	DWORD code = api->GetIpForwardTable2(AF_UNSPEC, &table);
	if (code != NO_ERROR) {
		ts_gap_win32(s, "the list of routes", code);
	} else {
		for (ULONG i = 0; i < table->NumEntries && put_route(s, list, &table->Table[i]); i++) {
		}
		api->FreeMibTable(table);
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	free(list);
}
