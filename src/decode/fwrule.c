/* decode/fwrule.c - rules of the Windows firewall (MS-FASP, the rule syntax of MS-GPFAS 2.2.2.19). */
#include "decode/fwrule.h"

#include <string.h>
#include "base/buf.h"
#include "base/str.h"

#define MAX_LIST 65536

/* The parts of a rule that are lists or texts. */
enum part { P_NAME, P_APP, P_ACTION, P_DIR, P_SVC, P_GROUP, P_LA, P_RA, P_LPORT, P_RPORT, P_ICMP, P_COUNT };

static const struct word {
	const char *key;
	enum part part;
} words[] = {
	{ "Name", P_NAME },
	{ "App", P_APP },
	{ "Action", P_ACTION },
	{ "Dir", P_DIR },
	{ "Svc", P_SVC },
	{ "EmbedCtxt", P_GROUP },
	{ "LA4", P_LA },
	{ "LA6", P_LA },
	{ "RA4", P_RA },
	{ "RA6", P_RA },
	{ "RA42", P_RA },
	{ "RA62", P_RA },
	{ "LPort", P_LPORT },
	{ "LPort2", P_LPORT },
	{ "LPort2_10", P_LPORT },
	{ "LPort2_20", P_LPORT },
	{ "LPort2_24", P_LPORT },
	{ "LPort2_29", P_LPORT },
	{ "RPort", P_RPORT },
	{ "RPort2", P_RPORT },
	{ "RPort2_10", P_RPORT },
	{ "RPort2_20", P_RPORT },
	{ "RPort2_25", P_RPORT },
	{ "RPort2_29", P_RPORT },
	{ "ICMP4", P_ICMP },
	{ "ICMP6", P_ICMP },
};

static void take_profile(const char *value, struct ts_fwrule *r)
{
	r->domain |= ts_str_case_eq(value, "Domain");
	r->private_profile |= ts_str_case_eq(value, "Private");
	r->public_profile |= ts_str_case_eq(value, "Public");
}

static void take(const char *key, const char *value, struct ts_buf *parts, struct ts_fwrule *r)
{
	int64_t n;
	for (size_t i = 0; i < TS_COUNT(words); i++) {
		if (ts_str_case_eq(key, words[i].key)) {
			struct ts_buf *b = &parts[words[i].part];
			ts_buf_puts(b, b->len > 0 ? "," : "");
			ts_buf_puts(b, value);
			return;
		}
	}
	if (ts_str_case_eq(key, "Active")) {
		r->active = ts_str_case_eq(value, "TRUE");
	} else if (ts_str_case_eq(key, "Profile")) {
		take_profile(value, r);
	} else if (ts_str_case_eq(key, "Protocol") && ts_parse_int(value, 0, 256, &n)) {
		r->protocol = (int)n;
	}
}

static const char *text_of(struct ts_buf *b, const char *otherwise, struct ts_arena *a)
{
	return b->len > 0 ? ts_arena_strdup(a, ts_buf_str(b)) : otherwise;
}

bool ts_fwrule_parse(const char *text, struct ts_arena *a, struct ts_fwrule *out)
{
	struct ts_buf parts[P_COUNT];
	*out = (struct ts_fwrule){ .protocol = 256 };
	if (text[0] != 'v' || strchr(text, '|') == NULL) {
		return false;
	}
	for (int i = 0; i < P_COUNT; i++) {
		ts_buf_init(&parts[i], MAX_LIST);
	}
	char *copy = ts_arena_strdup(a, text), *save = NULL;
	for (char *p = strtok_r(copy, "|", &save); p != NULL; p = strtok_r(NULL, "|", &save)) {
		char *eq = strchr(p, '=');
		if (eq != NULL) {
			*eq = '\0';
			take(p, eq + 1, parts, out);
		}
	}
	/* Without a profile a rule applies to all. */
	if (!out->domain && !out->private_profile && !out->public_profile) {
		out->domain = out->private_profile = out->public_profile = true;
	}
	bool ports = out->protocol == 6 || out->protocol == 17;
	const char **const texts[P_COUNT] = { &out->name, &out->app, &out->action, &out->direction,
		&out->service, &out->grouping, &out->local_addresses, &out->remote_addresses,
		&out->local_ports, &out->remote_ports, &out->icmp };
	for (int i = 0; i < P_COUNT; i++) {
		bool any = i == P_LA || i == P_RA || (ports && (i == P_LPORT || i == P_RPORT));
		*texts[i] = text_of(&parts[i], any ? "*" : "", a);
		ts_buf_finish(&parts[i]);
	}
	return *out->action != '\0' && *out->direction != '\0';
}
