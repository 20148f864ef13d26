/* table/schema-windows.c - descriptions of the tables of Windows: registry, events, services,
 * certificates, firewall, Remote Desktop. */
#include "table/match.h"
#include "table/schema.h"
#include TS_SCHEMA_LIVE

static const struct ts_column certificates_columns[] = {
	{ "common_name", TS_TEXT, 0, "common name of the subject" },
	{ "subject", TS_TEXT, 0, "subject in the old spelling" },
	{ "subject2", TS_TEXT, 0, "subject" },
	{ "issuer", TS_TEXT, 0, "issuer in the old spelling" },
	{ "issuer2", TS_TEXT, 0, "issuer" },
	{ "ca", TS_INT, 0, "1 when it may sign others; -1 on Windows, where it is not told" },
	{ "self_signed", TS_INT, 0, "1 when it signed itself" },
	{ "not_valid_before", TS_TEXT, 0, "valid from, Unix seconds as text" },
	{ "not_valid_after", TS_TEXT, 0, "valid until, Unix seconds as text" },
	{ "signing_algorithm", TS_TEXT, 0, "algorithm of the signature" },
	{ "key_algorithm", TS_TEXT, 0, "algorithm of the key" },
	{ "key_strength", TS_TEXT, 0, "length of the key in bits, as text" },
	{ "key_usage", TS_TEXT, 0, "what the key may be used for" },
	{ "subject_key_id", TS_TEXT, TS_NOCASE, "identifier of the key" },
	{ "authority_key_id", TS_TEXT, TS_NOCASE, "identifier of the issuer's key" },
	{ "sha1", TS_TEXT, TS_FILTER | TS_NOCASE, "SHA-1 thumbprint, upper-case hex" },
	{ "path", TS_TEXT, TS_FILTER,
		"store or file it was found in, for example LocalMachine\\Remote Desktop" },
	{ "serial", TS_TEXT, TS_NOCASE, "serial number, upper-case hex" },
	{ "sid", TS_TEXT, TS_HIDDEN, "security identifier of the store's user" },
	{ "store_location", TS_TEXT, TS_HIDDEN, "LocalMachine, CurrentUser, Services, Users, ..." },
	{ "store", TS_TEXT, TS_HIDDEN, "name of the store in the language of the system" },
	{ "username", TS_TEXT, TS_HIDDEN, "user that the store belongs to" },
	{ "store_id", TS_TEXT, TS_HIDDEN, "identifier of the store" },
};

static const struct ts_column key_file_rights_columns[] = {
	{ "sha1", TS_TEXT, TS_FILTER | TS_NOCASE | TS_KEY, "SHA-1 thumbprint of the certificate" },
	{ "path", TS_TEXT, 0, "file of the key" },
	{ "has_private_key", TS_INT, 0, "1 when the certificate has its private key" },
	{ "network_service_read", TS_INT, 0, "1 when NETWORK SERVICE may read the file" },
	{ "system_full", TS_INT, 0, "1 when SYSTEM has full access" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column patches_columns[] = {
	{ "csname", TS_TEXT, 0, "name of the computer" },
	{ "hotfix_id", TS_TEXT, 0, "number of the update, KB..." },
	{ "caption", TS_TEXT, 0, "address of its description" },
	{ "description", TS_TEXT, 0, "kind of the update" },
	{ "fix_comments", TS_TEXT, 0, "comment" },
	{ "installed_by", TS_TEXT, 0, "account that installed it" },
	{ "install_date", TS_TEXT, 0, "when it was installed" },
	{ "installed_on", TS_TEXT, 0, "when it was installed, in the spelling of the machine" },
};

static const struct ts_column rdp_listener_columns[] = {
	{ "name", TS_TEXT, TS_KEY, "name of the listener, RDP-Tcp" },
	{ "port", TS_INT, 0, "port it is set to" },
	{ "enabled", TS_INT, 0, "1 when the listener is on (fEnableWinStation)" },
	{ "deny_connections", TS_INT, 0, "1 when Remote Desktop is switched off (fDenyTSConnections)" },
	{ "deny_connections_source", TS_TEXT, 0, "where that is set: local, policy or default" },
	{ "security_layer", TS_INT, 0, "0 RDP, 1 negotiate, 2 TLS" },
	{ "security_layer_source", TS_TEXT, 0, "where that is set: local, policy or default" },
	{ "user_authentication", TS_INT, 0, "1 when network level authentication is required" },
	{ "user_authentication_source", TS_TEXT, 0, "where that is set: local, policy or default" },
	{ "min_encryption_level", TS_INT, 0, "1 low, 2 client compatible, 3 high, 4 FIPS" },
	{ "min_encryption_level_source", TS_TEXT, 0, "where that is set: local, policy or default" },
	{ "certificate_sha1", TS_TEXT, TS_NOCASE, "SHA-1 thumbprint of the certificate in use" },
	{ "certificate_source", TS_TEXT, 0, "where it comes from: local, policy or self-signed" },
	{ "max_instances", TS_BIGINT, 0, "greatest number of connections; 4294967295 for no limit" },
	{ "protocol_object", TS_TEXT, 0, "class of the protocol object (LoadableProtocol_Object)" },
	{ "service_dll", TS_TEXT, 0, "library of the service TermService" },
};

static const struct ts_column registry_columns[] = {
	{ "key", TS_TEXT, TS_FILTER | TS_NOCASE | TS_SUBJECT,
		"key that holds the value, with the full name of its hive" },
	{ "path", TS_TEXT, TS_FILTER | TS_NOCASE | TS_SUBJECT | TS_SUBJECT_PARENT | TS_KEY,
		"key and name of the value" },
	{ "name", TS_TEXT, TS_FILTER | TS_NOCASE, "name of the value; (Default) for the default value" },
	{ "type", TS_TEXT, 0, "REG_SZ, REG_DWORD, ...; subkey for a key" },
	{ "data", TS_TEXT, 0, "data as text; numbers in decimal, signed for REG_DWORD" },
	{ "mtime", TS_BIGINT, 0, "when the key last changed, Unix seconds" },
};

static const struct ts_column registry_value_columns[] = {
	{ "key", TS_TEXT, TS_REQUIRED | TS_FILTER | TS_NOCASE | TS_SUBJECT | TS_KEY,
		"key, with the full name of its hive" },
	{ "name", TS_TEXT, TS_REQUIRED | TS_FILTER | TS_NOCASE | TS_KEY, "name of the value" },
	{ "state", TS_TEXT, 0, "present, absent-value or absent-key" },
	{ "type", TS_TEXT, 0, "REG_SZ, REG_DWORD, ...; NULL when absent" },
	{ "data", TS_TEXT, 0, "data as in the table registry; NULL when absent" },
	{ "mtime", TS_BIGINT, 0, "when the key last changed, Unix seconds" },
};

static const struct ts_column services_columns[] = {
	{ "name", TS_TEXT, TS_FILTER | TS_NOCASE, "name of the service" },
	{ "service_type", TS_TEXT, 0, "OWN_PROCESS, SHARE_PROCESS, KERNEL_DRIVER, ..." },
	{ "display_name", TS_TEXT, 0, "name as Windows shows it" },
	{ "status", TS_TEXT, 0, "RUNNING, STOPPED, START_PENDING, ..." },
	{ "pid", TS_INT, 0, "process; 0 when it is not running" },
	{ "start_type", TS_TEXT, 0, "AUTO_START, DEMAND_START, DISABLED, ..." },
	{ "win32_exit_code", TS_INT, 0, "exit code of the service" },
	{ "service_exit_code", TS_INT, 0, "exit code in the service's own terms" },
	{ "path", TS_TEXT, 0, "command line as it is set up" },
	{ "module_path", TS_TEXT, 0, "library of the service" },
	{ "description", TS_TEXT, 0, "description" },
	{ "user_account", TS_TEXT, 0, "account it runs as" },
};

static const struct ts_column user_rights_columns[] = {
	{ "right", TS_TEXT, TS_FILTER | TS_NOCASE | TS_KEY,
		"name of the right, for example SeRemoteInteractiveLogonRight" },
	{ "sid", TS_TEXT, TS_KEY, "security identifier of the account" },
	{ "account", TS_TEXT, 0, "name of the account; NULL when it cannot be told" },
};

static const struct ts_column windows_event_channels_columns[] = {
	{ "channel", TS_TEXT, TS_FILTER | TS_SUBJECT | TS_NOCASE | TS_KEY, "name of the channel" },
	{ "enabled", TS_INT, 0, "1 when events are written to it" },
	{ "records", TS_BIGINT, 0, "number of records" },
	{ "oldest", TS_TEXT, 0, "time of the oldest record, ISO 8601 in UTC" },
	{ "newest", TS_TEXT, 0, "time of the newest record, ISO 8601 in UTC" },
};

static const struct ts_column windows_eventlog_columns[] = {
	{ "channel", TS_TEXT, TS_REQUIRED | TS_FILTER | TS_SUBJECT,
		"channel, for example System; a filter is required" },
	{ "datetime", TS_TEXT, 0, "when it happened, ISO 8601 in UTC" },
	{ "task", TS_INT, 0, "task number" },
	{ "level", TS_INT, TS_FILTER, "0 always, 1 critical, 2 error, 3 warning, 4 information, 5 verbose" },
	{ "provider_name", TS_TEXT, TS_FILTER, "provider that wrote it" },
	{ "provider_guid", TS_TEXT, TS_NOCASE, "identifier of the provider" },
	{ "computer_name", TS_TEXT, 0, "computer that wrote it" },
	{ "eventid", TS_INT, TS_FILTER, "number of the event" },
	{ "keywords", TS_TEXT, 0, "keywords as hex text" },
	{ "data", TS_TEXT, 0, "parameters of the event as JSON" },
	{ "pid", TS_INT, TS_FILTER, "process that wrote it; -1 when unknown" },
	{ "tid", TS_INT, 0, "thread that wrote it; -1 when unknown" },
	{ "time_range", TS_TEXT, TS_FILTER | TS_HIDDEN,
		"input: START or START;END in ISO 8601, both included" },
	{ "timestamp", TS_TEXT, TS_FILTER | TS_HIDDEN, "input: greatest age in milliseconds" },
	{ "xpath", TS_TEXT, TS_REQUIRED | TS_FILTER | TS_HIDDEN,
		"input: a whole QueryList instead of the other inputs" },
};

static const struct ts_column windows_firewall_profiles_columns[] = {
	{ "profile", TS_TEXT, TS_KEY, "domain, private or public" },
	{ "enabled", TS_INT, 0, "1 when the firewall is on for it" },
	{ "default_inbound", TS_TEXT, 0, "block or allow: what happens where no rule matches" },
	{ "source", TS_TEXT, 0, "where it is set: local or policy" },
};

static const struct ts_column windows_firewall_rules_columns[] = {
	{ "name", TS_TEXT, 0, "name in the language of the system" },
	{ "app_name", TS_TEXT, 0, "program it applies to" },
	{ "action", TS_TEXT, 0, "Allow or Block" },
	{ "enabled", TS_INT, 0, "1 when the rule is on" },
	{ "grouping", TS_TEXT, 0, "group, often as a resource such as @FirewallAPI.dll,-28752" },
	{ "direction", TS_TEXT, 0, "In or Out" },
	{ "protocol", TS_TEXT, 0, "TCP, UDP, Any, or empty for every other protocol" },
	{ "local_addresses", TS_TEXT, 0, "local addresses, * for any" },
	{ "remote_addresses", TS_TEXT, 0, "remote addresses, * for any" },
	{ "local_ports", TS_TEXT, 0, "local ports as a list, * for any" },
	{ "remote_ports", TS_TEXT, 0, "remote ports as a list, * for any" },
	{ "icmp_types_codes", TS_TEXT, 0, "ICMP types and codes" },
	{ "profile_domain", TS_INT, 0, "1 when it applies to the domain profile" },
	{ "profile_private", TS_INT, 0, "1 when it applies to the private profile" },
	{ "profile_public", TS_INT, 0, "1 when it applies to the public profile" },
	{ "service_name", TS_TEXT, 0, "service it applies to" },
};

static const struct ts_column wts_session_columns[] = {
	{ "id", TS_INT, TS_KEY, "number of the session" },
	{ "name", TS_TEXT, 0, "name of the session or listener" },
	{ "state", TS_TEXT, 0, "active, connected, disconnected, listen, idle, down, ..." },
	{ "user", TS_TEXT, 0, "name of the user" },
	{ "client", TS_TEXT, 0, "name of the computer that is connected" },
};

const struct ts_table ts_tables_windows[] = {
	{ "certificates", "Certificates in the stores of the system", TS_OSQUERY,
		TS_COLUMNS(certificates_columns), TS_WINDOWS(certificates), NULL,
		"SELECT subject2, not_valid_after FROM certificates WHERE path = 'LocalMachine\\Remote "
		"Desktop'" },
	{ "key_file_rights", "Who may read the private key of a certificate", 0,
		TS_COLUMNS(key_file_rights_columns), TS_WINDOWS(key_file_rights), NULL,
		"SELECT network_service_read FROM key_file_rights WHERE sha1 = "
		"'0123456789ABCDEF0123456789ABCDEF01234567'" },
	{ "patches", "Updates that Windows lists as hotfixes", TS_OSQUERY, TS_COLUMNS(patches_columns),
		TS_WINDOWS(patches), NULL, "SELECT installed_on FROM patches WHERE hotfix_id = 'KB5031356'" },
	{ "rdp_listener", "Settings of the Remote Desktop listener, with their sources", 0,
		TS_COLUMNS(rdp_listener_columns), TS_WINDOWS(rdp_listener), NULL,
		"SELECT port, security_layer, user_authentication FROM rdp_listener WHERE name = 'RDP-Tcp'" },
	{ "registry", "Keys and values of the Windows registry", TS_OSQUERY, TS_COLUMNS(registry_columns),
		TS_WINDOWS(registry), NULL,
		"SELECT name, data FROM registry WHERE key = "
		"'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server'" },
	{ "registry_value", "One value of the Windows registry, with a row also when it or its key is absent",
		TS_ALL_REQUIRED, TS_COLUMNS(registry_value_columns), TS_WINDOWS(registry_value), NULL,
		"SELECT state, data FROM registry_value WHERE key = "
		"'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server' AND name = "
		"'fDenyTSConnections'" },
	{ "services", "Windows services and drivers", TS_OSQUERY, TS_COLUMNS(services_columns),
		TS_WINDOWS(services), NULL,
		"SELECT status, start_type FROM services WHERE name = 'TermService'" },
	{ "user_rights", "Which accounts hold a Windows user right", 0, TS_COLUMNS(user_rights_columns),
		TS_WINDOWS(user_rights), NULL,
		"SELECT account FROM user_rights WHERE right = 'SeRemoteInteractiveLogonRight'" },
	{ "windows_event_channels", "Event channels of Windows and how far back they reach", 0,
		TS_COLUMNS(windows_event_channels_columns), TS_WINDOWS(windows_event_channels), NULL,
		"SELECT enabled, oldest FROM windows_event_channels WHERE channel = 'System'" },
	{ "windows_eventlog", "Events of the Windows event logs", TS_OSQUERY,
		TS_COLUMNS(windows_eventlog_columns), TS_WINDOWS(windows_eventlog), ts_match_event_time,
		"SELECT datetime, eventid FROM windows_eventlog WHERE channel = 'System' AND eventid IN "
		"(36870, 36871) AND timestamp = '604800000'" },
	{ "windows_firewall_profiles", "Profiles of the Windows firewall and what they do by default", 0,
		TS_COLUMNS(windows_firewall_profiles_columns), TS_WINDOWS(windows_firewall_profiles), NULL,
		"SELECT enabled, default_inbound FROM windows_firewall_profiles WHERE profile = 'public'" },
	{ "windows_firewall_rules", "Rules of the Windows firewall", TS_OSQUERY,
		TS_COLUMNS(windows_firewall_rules_columns), TS_WINDOWS(windows_firewall_rules), NULL,
		"SELECT name, action FROM windows_firewall_rules WHERE grouping = '@FirewallAPI.dll,-28752' "
		"AND enabled = 1" },
	{ "wts_session", "Sessions on a Remote Desktop server, disconnected ones too", 0,
		TS_COLUMNS(wts_session_columns), TS_WINDOWS(wts_session), NULL,
		"SELECT state, user FROM wts_session WHERE name = 'rdp-tcp'" },
	{ 0 },
};
