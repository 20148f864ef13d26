/* table/schema.h - what the schema-*.c files share to describe tables in few words. */
#ifndef TS_TABLE_SCHEMA_H
#define TS_TABLE_SCHEMA_H

#include <stddef.h>
#include "base/alloc.h"
#include "table/table.h"

#define TS_COLUMNS(array) (array), (int)TS_COUNT(array)
/* The live fill function ts_fill_NAME(), which meson chooses per system (NAME-linux.c, NAME-none.c). */
#define TS_LIVE(name) ts_fill_##name
/* The same for a table that only Windows has: TS_WINDOWS(name), in schema-live-win32.h and schema-live-none.h. */
/* Not available live on any system: scanning it live says so in the ledger. */
#define TS_NOT_LIVE NULL

struct ts_scan;
void ts_fill_certificates(struct ts_scan *s);
void ts_fill_dns_lookup(struct ts_scan *s);
void ts_fill_groups(struct ts_scan *s);
void ts_fill_interface_addresses(struct ts_scan *s);
void ts_fill_interface_details(struct ts_scan *s);
void ts_fill_journal(struct ts_scan *s);
void ts_fill_key_file_rights(struct ts_scan *s);
void ts_fill_listening_ports(struct ts_scan *s);
void ts_fill_log_file(struct ts_scan *s);
void ts_fill_logged_in_users(struct ts_scan *s);
void ts_fill_os_version(struct ts_scan *s);
void ts_fill_patches(struct ts_scan *s);
void ts_fill_path_mtu(struct ts_scan *s);
void ts_fill_ping(struct ts_scan *s);
void ts_fill_process_open_sockets(struct ts_scan *s);
void ts_fill_processes(struct ts_scan *s);
void ts_fill_rd_gateway(struct ts_scan *s);
void ts_fill_rdp_handshake(struct ts_scan *s);
void ts_fill_rdp_listener(struct ts_scan *s);
void ts_fill_registry(struct ts_scan *s);
void ts_fill_registry_value(struct ts_scan *s);
void ts_fill_routes(struct ts_scan *s);
void ts_fill_services(struct ts_scan *s);
void ts_fill_system_info(struct ts_scan *s);
void ts_fill_systemd_units(struct ts_scan *s);
void ts_fill_tcp_connect(struct ts_scan *s);
void ts_fill_time(struct ts_scan *s);
void ts_fill_tls_certificate(struct ts_scan *s);
void ts_fill_tls_versions(struct ts_scan *s);
void ts_fill_udp_probe(struct ts_scan *s);
void ts_fill_uptime(struct ts_scan *s);
void ts_fill_user_groups(struct ts_scan *s);
void ts_fill_user_rights(struct ts_scan *s);
void ts_fill_users(struct ts_scan *s);
void ts_fill_windows_event_channels(struct ts_scan *s);
void ts_fill_windows_eventlog(struct ts_scan *s);
void ts_fill_windows_firewall_profiles(struct ts_scan *s);
void ts_fill_windows_firewall_rules(struct ts_scan *s);
void ts_fill_wts_session(struct ts_scan *s);

/* Each ends with a row whose name is NULL; within a file in order of name. */
extern const struct ts_table ts_tables_network[]; /* sockets, interfaces, routes */
extern const struct ts_table ts_tables_probe[];   /* other computers */
extern const struct ts_table ts_tables_system[];  /* version, clock, accounts, Linux services and logs */
extern const struct ts_table
	ts_tables_windows[]; /* registry, event log, services, certificates, firewall, RDP listener */

#endif
