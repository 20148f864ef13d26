/* table/schema-probe.c - descriptions of the tables that look at another computer. Ours: osquery has none
 * of them. */
#include "table/schema.h"

#define HOST                                                                                                 \
	{                                                                                                    \
		"host", TS_TEXT, TS_REQUIRED | TS_FILTER | TS_NOCASE | TS_SUBJECT | TS_KEY,                  \
			"name or address as the person gave it"                                              \
	}
#define PORT                                                                                                 \
	{                                                                                                    \
		"port", TS_INT, TS_REQUIRED | TS_FILTER | TS_SUBJECT | TS_KEY, "TCP port number"             \
	}

static const struct ts_column dns_lookup_columns[] = {
	HOST,
	{ "state", TS_TEXT, 0, "found, nxdomain, nodata, servfail, refused, timeout, or error" },
	{ "address", TS_TEXT, TS_KEY, "an address of the host; NULL where none was found" },
	{ "family", TS_INT, 0, "2 for IPv4, 10 for IPv6 (on every system)" },
	{ "record_type", TS_TEXT, 0, "A, AAAA, or literal where the host is an address" },
	{ "canonical_name", TS_TEXT, 0, "the name that the alias leads to" },
	{ "source", TS_TEXT, TS_FILTER | TS_KEY,
		"system (the system's resolver, hosts file included) or server (asked directly)" },
	{ "server", TS_TEXT, 0, "address of the name server that was asked; NULL for the system's resolver" },
	{ "ttl", TS_INT, 0, "seconds the answer may be kept; NULL when unknown" },
	{ "elapsed_ms", TS_REAL, 0, "how long the answer took" },
	{ "hosts_file", TS_INT, 0,
		"1 when the hosts file of this computer gives the name this address; only where source is "
		"system" },
	{ "detail", TS_TEXT, 0, "the resolver's own words, and where the sources differ" },
};

static const struct ts_column tcp_connect_columns[] = {
	HOST,
	PORT,
	{ "state", TS_TEXT, 0, "open, refused, rejected, unreachable, timeout, reset, or unresolved" },
	{ "address", TS_TEXT, TS_KEY, "the address that was tried; the one that opened comes first" },
	{ "family", TS_INT, 0, "2 for IPv4, 10 for IPv6" },
	{ "position", TS_INT, 0,
		"when a client tries this address, from 1 (RFC 8305: the families take turns)" },
	{ "rtt_ms", TS_REAL, 0,
		"round trip time that the kernel measured; NULL when not open, or when a SYN was lost" },
	{ "retransmits", TS_INT, 0, "SYN segments sent again before the answer" },
	{ "path_mtu", TS_INT, 0, "path MTU that the kernel knows; NULL when unknown" },
	{ "rejected_by", TS_TEXT, 0,
		"address of the machine that rejected the connection; NULL when unknown" },
	{ "elapsed_ms", TS_REAL, 0, "how long the attempt took" },
	{ "detail", TS_TEXT, 0, "the system's own words" },
};

static const struct ts_column rdp_handshake_columns[] = {
	HOST,
	PORT,
	{ "attempt", TS_INT, TS_KEY, "number of the attempt, from 1" },
	{ "stage", TS_TEXT, 0, "how far it got: dns, tcp, x224, tls, after-tls, credssp, mcs, ok" },
	{ "symptom", TS_TEXT, 0,
		"what happened there: refused, timeout, reset, closed, not-rdp, failure-N, selected-rdp, "
		"alert-N, error-HHHHHHHH, ...; tls or nla when ok" },
	{ "address", TS_TEXT, 0, "address that was tried" },
	{ "rejected_by", TS_TEXT, 0, "address that sent an ICMP message about the connection" },
	{ "requested_protocols", TS_INT, TS_FILTER,
		"requestedProtocols of the X.224 request: 11 (TLS and NLA) unless the query asks for "
		"another" },
	{ "selected_protocol", TS_INT, 0, "selectedProtocol of the answer; NULL without one" },
	{ "response_flags", TS_INT, 0, "flags of the negotiation response" },
	{ "failure_code", TS_INT, 0, "failureCode of RDP_NEG_FAILURE; NULL when there was none" },
	{ "failure_name", TS_TEXT, 0, "its name, for example SSL_CERT_NOT_ON_SERVER" },
	{ "speaks", TS_TEXT, 0, "what else answers on that port: ssh, http, tls, unknown; NULL when RDP" },
	{ "server_kind", TS_TEXT, 0, "windows, xrdp, freerdp, other; NULL when it cannot be told" },
	{ "server_build", TS_TEXT, 0, "Windows version and build from the CredSSP challenge" },
	{ "server_computer", TS_TEXT, 0, "computer name from the CredSSP challenge" },
	{ "server_domain", TS_TEXT, 0, "domain name from the CredSSP challenge" },
	{ "server_time", TS_BIGINT, 0, "clock of the server in Unix seconds, from the CredSSP challenge" },
	{ "clock_skew_s", TS_REAL, 0, "server clock minus clock of this computer, seconds" },
	{ "credssp_version", TS_INT, 0, "CredSSP version of the server" },
	{ "closed_by", TS_TEXT, 0, "fin, rst, alert, ultimatum, silence; NULL when nobody closed" },
	{ "alert", TS_INT, 0, "number of the TLS alert" },
	{ "tls_version", TS_TEXT, 0, "TLS version that was agreed" },
	{ "findings", TS_TEXT, 0,
		"comma-separated findings: expired, self-signed, name-mismatch, weak-key, old-version, "
		"clock-skew, slow, ..." },
	{ "tcp_ms", TS_REAL, 0, "milliseconds of the TCP stage" },
	{ "x224_ms", TS_REAL, 0, "milliseconds of the X.224 stage" },
	{ "tls_ms", TS_REAL, 0, "milliseconds of the TLS stage" },
	{ "credssp_ms", TS_REAL, 0, "milliseconds of the CredSSP stage" },
	{ "mcs_ms", TS_REAL, 0, "milliseconds of the MCS stage, which follows TLS where there is no NLA" },
	{ "elapsed_ms", TS_REAL, 0, "milliseconds in all" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column tls_certificate_columns[] = {
	HOST,
	PORT,
	{ "mode", TS_TEXT, TS_FILTER | TS_KEY,
		"rdp (after the X.224 negotiation) or direct (TLS at once, as a gateway); where the query "
		"names "
		"none, whichever the port speaks" },
	{ "position", TS_INT, TS_KEY, "0 for the server's own certificate, then its chain" },
	{ "address", TS_TEXT, TS_KEY, "address that presented it" },
	{ "subject", TS_TEXT, 0, "subject" },
	{ "common_name", TS_TEXT, 0, "common name of the subject" },
	{ "san", TS_TEXT, 0, "comma-separated alternative names" },
	{ "issuer", TS_TEXT, 0, "issuer" },
	{ "serial", TS_TEXT, TS_NOCASE, "serial number, upper-case hex" },
	{ "not_before", TS_BIGINT, 0, "valid from, Unix seconds" },
	{ "not_after", TS_BIGINT, 0, "valid until, Unix seconds" },
	{ "key_type", TS_TEXT, 0, "RSA, EC, ..." },
	{ "key_bits", TS_INT, 0, "length of the key in bits" },
	{ "signature_hash", TS_TEXT, 0, "SHA256, SHA1, MD5, ..." },
	{ "usage", TS_TEXT, 0, "comma-separated extended key usages" },
	{ "sha1", TS_TEXT, TS_NOCASE, "SHA-1 thumbprint, upper-case hex" },
	{ "sha256", TS_TEXT, TS_NOCASE, "SHA-256 thumbprint, upper-case hex" },
	{ "trusted", TS_INT, 0, "1 when the chain is trusted on this computer" },
	{ "self_signed", TS_INT, 0, "1 when it signed itself" },
	{ "name_match", TS_INT, 0, "1 when it is made out to the host" },
	{ "tls_version", TS_TEXT, 0, "TLS version that was agreed" },
	{ "cipher", TS_TEXT, 0, "cipher suite that was agreed" },
	{ "findings", TS_TEXT, 0,
		"comma-separated: expired, expiring, not-yet-valid, self-signed, name-mismatch, weak-key, "
		"weak-hash, wrong-usage" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column tls_versions_columns[] = {
	HOST,
	PORT,
	{ "mode", TS_TEXT, TS_FILTER | TS_KEY, "rdp or direct" },
	{ "version", TS_TEXT, TS_FILTER | TS_KEY, "TLSv1, TLSv1.1, TLSv1.2, TLSv1.3" },
	{ "family", TS_TEXT, TS_FILTER | TS_KEY,
		"ciphers that were offered: all; only where the query names them also ecdhe-gcm, ecdhe-cbc, "
		"dhe, "
		"rsa" },
	{ "accepted", TS_INT, 0,
		"1 when the server completed a handshake with it; NULL when it kept silent" },
	{ "cipher", TS_TEXT, 0, "cipher suite that was agreed" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column ping_columns[] = {
	HOST,
	{ "method", TS_TEXT, TS_KEY, "icmp or tcp" },
	{ "address", TS_TEXT, 0, "the address that was asked" },
	{ "port", TS_INT, TS_FILTER,
		"TCP port where the samples are TCP connections: 3389, or the one that the query names" },
	{ "sent", TS_INT, 0, "samples sent" },
	{ "received", TS_INT, 0, "answers" },
	{ "loss_percent", TS_REAL, 0, "share of samples without an answer; NULL with fewer than 20 samples" },
	{ "min_ms", TS_REAL, 0, "fastest round trip" },
	{ "median_ms", TS_REAL, 0, "median round trip" },
	{ "max_ms", TS_REAL, 0, "slowest round trip" },
	{ "jitter_ms", TS_REAL, 0, "mean difference of neighbouring round trips" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column path_mtu_columns[] = {
	HOST,
	PORT,
	{ "mtu", TS_INT, 0, "largest packet that passes" },
	{ "black_hole", TS_INT, 0, "1 when larger packets vanish without a word" },
	{ "method", TS_TEXT, 0, "how it was found" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column udp_probe_columns[] = {
	HOST,
	PORT,
	{ "state", TS_TEXT, 0, "open, no-answer, closed, blocked, unreachable, or malformed" },
	{ "address", TS_TEXT, 0, "the address that was tried" },
	{ "retries", TS_INT, 0, "datagrams sent again before the answer" },
	{ "rejected_by", TS_TEXT, 0, "address that sent the ICMP message" },
	{ "version", TS_INT, 0, "RDP-UDP version of the answer: 1, 2, or 257 for 3" },
	{ "path_mtu", TS_INT, 0, "largest packet of the path, where it is smaller than the probe" },
	{ "elapsed_ms", TS_REAL, 0, "how long it took" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

static const struct ts_column rd_gateway_columns[] = {
	HOST,
	PORT,
	{ "state", TS_TEXT, 0,
		"ok, missing, forbidden, unavailable, portal, method, plain, other, not-http, not-tls, "
		"alert-N, reset, closed, "
		"timeout, refused, rejected, unreachable" },
	{ "address", TS_TEXT, 0, "address that was reached" },
	{ "http_status", TS_INT, 0, "status of the answer" },
	{ "schemes", TS_TEXT, 0, "comma-separated authentication schemes" },
	{ "transport", TS_TEXT, 0,
		"http, or rpc where the gateway knows only RPC over HTTP; NULL when it is none" },
	{ "server_software", TS_TEXT, 0, "what the web server calls itself" },
	{ "location", TS_TEXT, 0, "where it sends the client; not followed" },
	{ "server_computer", TS_TEXT, 0, "computer name from the NTLM challenge" },
	{ "server_domain", TS_TEXT, 0, "domain name from the NTLM challenge" },
	{ "server_build", TS_TEXT, 0, "Windows version and build from the NTLM challenge" },
	{ "clock_skew_s", TS_REAL, 0, "gateway clock minus clock of this computer, seconds" },
	{ "tls_version", TS_TEXT, 0, "TLS version that was agreed" },
	{ "subject", TS_TEXT, 0,
		"subject of its certificate; tls_certificate with mode direct has the rest" },
	{ "not_after", TS_BIGINT, 0, "its certificate is valid until, Unix seconds" },
	{ "findings", TS_TEXT, 0,
		"comma-separated, of its certificate: expired, self-signed, name-mismatch, ..." },
	{ "elapsed_ms", TS_REAL, 0, "how long it took" },
	{ "detail", TS_TEXT, 0, "what was seen, in words" },
};

#define OBSERVER (TS_OBSERVER | TS_ALL_REQUIRED)

const struct ts_table ts_tables_probe[] = {
	{ "dns_lookup", "Addresses of a host, and how it failed to resolve where it did", OBSERVER,
		TS_COLUMNS(dns_lookup_columns), TS_LIVE(dns_lookup), NULL,
		"SELECT state, address, elapsed_ms FROM dns_lookup WHERE host = 'srv1'" },
	{ "path_mtu", "The largest packet that reaches a host, and whether larger ones vanish", OBSERVER,
		TS_COLUMNS(path_mtu_columns), TS_LIVE(path_mtu), NULL,
		"SELECT mtu, black_hole FROM path_mtu WHERE host = 'srv1' AND port = 3389" },
	{ "ping", "Round trip times and loss to a host", OBSERVER, TS_COLUMNS(ping_columns), TS_LIVE(ping),
		NULL, "SELECT median_ms, loss_percent FROM ping WHERE host = 'srv1'" },
	{ "rd_gateway", "What a Remote Desktop Gateway answers", OBSERVER, TS_COLUMNS(rd_gateway_columns),
		TS_LIVE(rd_gateway), NULL,
		"SELECT state, schemes FROM rd_gateway WHERE host = 'gw1' AND port = 443" },
	{ "rdp_handshake", "How far a connection to an RDP server gets, without a password", OBSERVER,
		TS_COLUMNS(rdp_handshake_columns), TS_LIVE(rdp_handshake), NULL,
		"SELECT stage, symptom FROM rdp_handshake WHERE host = 'srv1' AND port = 3389" },
	{ "tcp_connect", "Whether a TCP port accepts connections", OBSERVER, TS_COLUMNS(tcp_connect_columns),
		TS_LIVE(tcp_connect), NULL,
		"SELECT state, address FROM tcp_connect WHERE host = 'srv1' AND port = 3389" },
	{ "tls_certificate", "The certificate that a server presents", OBSERVER,
		TS_COLUMNS(tls_certificate_columns), TS_LIVE(tls_certificate), NULL,
		"SELECT subject, not_after, findings FROM tls_certificate WHERE host = 'srv1' AND port = "
		"3389 AND mode = 'rdp'" },
	{ "tls_versions", "The TLS versions that a server accepts", OBSERVER,
		TS_COLUMNS(tls_versions_columns), TS_LIVE(tls_versions), NULL,
		"SELECT version, accepted FROM tls_versions WHERE host = 'srv1' AND port = 3389 AND mode = "
		"'rdp'" },
	{ "udp_probe", "Whether the UDP side of RDP answers", OBSERVER, TS_COLUMNS(udp_probe_columns),
		TS_LIVE(udp_probe), NULL,
		"SELECT state, retries FROM udp_probe WHERE host = 'srv1' AND port = 3389" },
	{ 0 },
};
