/* table/files-rdp.c - rdp_listener and the tables of the firewall from a machine's registry, of files or of the running system: what is set locally, what by
 * policy, and which of them wins. */
#include <string.h>
#include "base/str.h"
#include "decode/fwrule.h"
#include "table/files-registry.h"

#define CCS             "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
#define SERVER          CCS "Control\\Terminal Server"
#define POLICY          "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
#define FIREWALL        CCS "Services\\SharedAccess\\Parameters\\FirewallPolicy"
#define FIREWALL_POLICY "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"

/* A key of policies: often absent, which is an answer. */
struct policy {
	enum ts_reg_found found;
	struct ts_reg_key key;
	const char *why;
};

static struct policy find_policy(const struct ts_regs *r, const char *path)
{
	struct policy p = { .why = NULL };
	p.found = ts_regs_find(r, path, &p.key, &p.why);
	return p;
}

/* Say what is not known of policies; true when something is. */
static bool tell_policy(struct ts_scan *s, const struct policy *p, const char *what)
{
	if (p->found == TS_REG_FOUND && p->key.trouble != NULL) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "%s: %s", what, p->key.trouble);
		return true;
	}
	return ts_regs_tell(s, p->found, what, p->why);
}

/* --- rdp_listener --- */

/* A setting that a policy may overrule. otherwise: what Windows does where nothing is set, -1 = not known. */
struct setting {
	const char *value, *column, *source_column;
	bool of_server; /* under Terminal Server, not under the listener */
	int64_t otherwise;
};
static const struct setting settings[] = {
	{ "fDenyTSConnections", "deny_connections", "deny_connections_source", true, 1 },
	{ "SecurityLayer", "security_layer", "security_layer_source", false, -1 },
	{ "UserAuthentication", "user_authentication", "user_authentication_source", false, 0 },
	{ "MinEncryptionLevel", "min_encryption_level", "min_encryption_level_source", false, -1 },
};

static void put_setting(struct ts_scan *s, const struct ts_regs *r, const struct setting *set,
	const struct ts_reg_key *local, const struct policy *policy)
{
	int64_t v;
	const char *source = "default";
	bool known = false;
	if (policy->found == TS_REG_FOUND && ts_regs_number(r, &policy->key, set->value, &v)) {
		source = "policy";
		known = true;
	} else if (ts_regs_number(r, local, set->value, &v)) {
		source = "local";
		known = true;
	} else if (set->otherwise >= 0) {
		v = set->otherwise;
		known = true;
	}
	if (known) {
		ts_row_int(s, set->column, v);
	}
	ts_row_text(s, set->source_column, source);
}

static void put_certificate(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *listener,
	const struct policy *policy)
{
	struct ts_arena *a = ts_scan_arena(s);
	const char *template =
		policy->found == TS_REG_FOUND ? ts_regs_text(r, &policy->key, "CertTemplateName", a) : NULL;
	const char *hash = ts_regs_text(r, listener, "SSLCertificateSHA1Hash", a);
	const char *own = ts_regs_text(r, listener, "SelfSignedCertificate", a);
	bool set = hash != NULL && strspn(hash, "0") < strlen(hash);
	ts_row_text(s, "certificate_sha1", set ? hash : own != NULL && strlen(own) == 40 ? own : NULL);
	ts_row_text(s, "certificate_source",
		template != NULL && *template != '\0' ? "policy"
		: set                                 ? "local"
						      : "self-signed");
}

static bool put_listener(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *server,
	const struct ts_reg_key *listener, const char *name, const struct policy *policy)
{
	int64_t v;
	struct ts_arena *a = ts_scan_arena(s);
	struct ts_reg_key service;
	if (!ts_regs_number(r, listener, "PortNumber", &v)) {
		return true; /* the console */
	}
	ts_row_begin(s);
	ts_row_text(s, "name", name);
	ts_row_int(s, "port", v);
	if (ts_regs_number(r, listener, "fEnableWinStation", &v)) {
		ts_row_int(s, "enabled", v);
	}
	for (size_t i = 0; i < TS_COUNT(settings); i++) {
		put_setting(s, r, &settings[i], settings[i].of_server ? server : listener, policy);
	}
	put_certificate(s, r, listener, policy);
	bool by_policy =
		policy->found == TS_REG_FOUND && ts_regs_number(r, &policy->key, "MaxInstanceCount", &v);
	if (by_policy || ts_regs_number(r, listener, "MaxInstanceCount", &v)) {
		ts_row_int(s, "max_instances", v);
	}
	ts_row_text(s, "protocol_object", ts_regs_text(r, listener, "LoadableProtocol_Object", a));
	if (ts_regs_find(r, CCS "Services\\TermService\\Parameters", &service, NULL) == TS_REG_FOUND) {
		ts_row_text(s, "service_dll", ts_regs_text(r, &service, "ServiceDll", a));
	}
	return ts_row_end(s);
}

void ts_regs_scan_rdp_listener(const struct ts_regs *r, struct ts_scan *s)
{
	static const char *const ruled[] = { "deny_connections", "deny_connections_source", "security_layer",
		"security_layer_source", "user_authentication", "user_authentication_source",
		"min_encryption_level", "min_encryption_level_source", "certificate_source",
		"max_instances" };
	struct ts_reg_key server, stations, key;
	struct ts_reg_iter it = { 0 };
	struct ts_buf name;
	if (!ts_regs_key(r, s, SERVER, true, &server) ||
		!ts_regs_key(r, s, SERVER "\\WinStations", true, &stations)) {
		return;
	}
	struct policy policy = find_policy(r, POLICY);
	ts_buf_init(&name, 1 << 20);
	while (ts_regs_next_key(r, &stations, &it, &key, &name) &&
		put_listener(s, r, &server, &key, ts_buf_str(&name), &policy)) {
		;
	}
	ts_buf_finish(&name);
	bool asked = false;
	for (size_t i = 0; i < TS_COUNT(ruled); i++) {
		asked = asked || ts_scan_wants(s, ruled[i]);
	}
	bool gap = asked && tell_policy(s, &policy, "what policies set");
	if (it.damaged) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "the list of listeners is damaged in the hive");
	} else if (!gap) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

/* --- firewall --- */

static bool put_rule(struct ts_scan *s, const struct ts_fwrule *rule)
{
	static const char *const names[] = { [6] = "TCP", [17] = "UDP" };
	const char *protocol = rule->protocol == 256 ? "Any"
			       : rule->protocol < (int)TS_COUNT(names) && names[rule->protocol] != NULL
				       ? names[rule->protocol]
				       : "";
	ts_row_begin(s);
	ts_row_text(s, "name", rule->name);
	ts_row_text(s, "app_name", rule->app);
	ts_row_text(s, "action", rule->action);
	ts_row_int(s, "enabled", rule->active);
	ts_row_text(s, "grouping", rule->grouping);
	ts_row_text(s, "direction", rule->direction);
	ts_row_text(s, "protocol", protocol);
	ts_row_text(s, "local_addresses", rule->local_addresses);
	ts_row_text(s, "remote_addresses", rule->remote_addresses);
	ts_row_text(s, "local_ports", rule->local_ports);
	ts_row_text(s, "remote_ports", rule->remote_ports);
	ts_row_text(s, "icmp_types_codes", rule->icmp);
	ts_row_int(s, "profile_domain", rule->domain);
	ts_row_int(s, "profile_private", rule->private_profile);
	ts_row_int(s, "profile_public", rule->public_profile);
	ts_row_text(s, "service_name", rule->service);
	return ts_row_end(s);
}

/* All rules of a key; false when some could not be read. */
static bool put_rules(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *key)
{
	struct ts_reg_iter it = { 0 };
	struct ts_reg_value v;
	struct ts_buf text;
	struct ts_fwrule rule;
	bool whole = true, more = true;
	ts_reg_value_init(&v);
	ts_buf_init(&text, TS_HIVE_MAX_DATA * 2);
	while (more && ts_regs_next_value(r, key, &it, &v, true)) {
		ts_buf_clear(&text);
		ts_reg_text(v.type, (const unsigned char *)ts_buf_str(&v.data), v.data.len, &text);
		whole = whole && v.whole;
		if (v.type == TS_REG_SZ && ts_fwrule_parse(ts_buf_str(&text), ts_scan_arena(s), &rule)) {
			more = put_rule(s, &rule);
		} else if (v.name.len > 0) {
			whole = false;
		}
	}
	ts_reg_value_finish(&v);
	ts_buf_finish(&text);
	return whole && !it.damaged;
}

void ts_regs_scan_firewall_rules(const struct ts_regs *r, struct ts_scan *s)
{
	struct ts_reg_key rules;
	struct policy policy = find_policy(r, FIREWALL_POLICY "\\FirewallRules");
	if (!ts_regs_key(r, s, FIREWALL "\\FirewallRules", true, &rules)) {
		return;
	}
	bool whole = put_rules(s, r, &rules);
	if (policy.found == TS_REG_FOUND) {
		whole = put_rules(s, r, &policy.key) && whole;
	}
	bool gap = tell_policy(s, &policy, "rules that policies set");
	if (!whole) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "some rules cannot be read");
	} else if (!gap) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

/* A value of a profile and whether a policy sets it. */
static bool profile_number(const struct ts_regs *r, const struct policy *policy,
	const struct ts_reg_key *local, const char *name, int64_t *out, bool *by_policy)
{
	*by_policy = policy->found == TS_REG_FOUND && ts_regs_number(r, &policy->key, name, out);
	return *by_policy || ts_regs_number(r, local, name, out);
}

void ts_regs_scan_firewall_profiles(const struct ts_regs *r, struct ts_scan *s)
{
	static const struct {
		const char *name, *local, *policy, *old_policy;
	} profiles[] = {
		{ "domain", FIREWALL "\\DomainProfile", FIREWALL_POLICY "\\DomainProfile", NULL },
		{ "private", FIREWALL "\\StandardProfile", FIREWALL_POLICY "\\PrivateProfile",
			FIREWALL_POLICY "\\StandardProfile" },
		{ "public", FIREWALL "\\PublicProfile", FIREWALL_POLICY "\\PublicProfile", NULL },
	};
	bool gap = false;
	for (size_t i = 0; i < TS_COUNT(profiles); i++) {
		struct ts_reg_key local;
		struct policy policy = find_policy(r, profiles[i].policy);
		if (policy.found == TS_REG_ABSENT && profiles[i].old_policy != NULL) {
			policy = find_policy(r, profiles[i].old_policy);
		}
		if (!ts_regs_key(r, s, profiles[i].local, true, &local)) {
			return;
		}
		gap = (i == 0 && tell_policy(s, &policy, "what policies set")) || gap;
		int64_t v;
		bool enabled_by_policy, action_by_policy;
		ts_row_begin(s);
		ts_row_text(s, "profile", profiles[i].name);
		if (profile_number(r, &policy, &local, "EnableFirewall", &v, &enabled_by_policy)) {
			ts_row_int(s, "enabled", v != 0);
		}
		/* Where nothing is set, what no rule allows is blocked. */
		bool set = profile_number(r, &policy, &local, "DefaultInboundAction", &v, &action_by_policy);
		ts_row_text(s, "default_inbound", set && v == 0 ? "allow" : "block");
		ts_row_text(s, "source", enabled_by_policy || action_by_policy ? "policy" : "local");
		ts_row_end(s);
	}
	if (!gap) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}
