/* table/windows-live.c - tables of the running Windows that its registry alone gives. */
#include "table/files-registry.h"
#include "table/schema.h"

/* Let the registry answer; a key that this user may not look into is a gap, whatever was found beside it. */
static void ask_registry(struct ts_scan *s, void (*scan)(const struct ts_regs *r, struct ts_scan *s))
{
	struct ts_regs *r = ts_regs_new_live();
	if (r == NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
		return;
	}
	scan(r, s);
	if (ts_regs_denied(r) != NULL) {
		ts_scan_sawf(s, TS_SEEN_DENIED, "%s: " TS_ELEVATED_PROMPT, ts_regs_denied(r));
	}
	ts_regs_free(r);
}

void ts_fill_registry(struct ts_scan *s)
{
	ask_registry(s, ts_regs_scan_registry);
}

void ts_fill_registry_value(struct ts_scan *s)
{
	ask_registry(s, ts_regs_scan_registry_value);
}

void ts_fill_rdp_listener(struct ts_scan *s)
{
	ask_registry(s, ts_regs_scan_rdp_listener);
}

void ts_fill_windows_firewall_rules(struct ts_scan *s)
{
	ask_registry(s, ts_regs_scan_firewall_rules);
}

void ts_fill_windows_firewall_profiles(struct ts_scan *s)
{
	ask_registry(s, ts_regs_scan_firewall_profiles);
}
