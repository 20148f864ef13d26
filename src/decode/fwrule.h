/* decode/fwrule.h - a rule of the Windows firewall as the registry holds it: "v2.30|Action=Allow|Active=TRUE|...". */
#ifndef TS_DECODE_FWRULE_H
#define TS_DECODE_FWRULE_H

#include <stdbool.h>
#include "base/arena.h"

struct ts_fwrule {
	const char *name, *app, *action, *direction, *service, *grouping; /* "" where the rule does not say */
	int protocol;                                                     /* IP protocol number; 256 = any */
	bool active;
	/* Lists joined by commas; "*" = any. */
	const char *local_addresses, *remote_addresses, *local_ports, *remote_ports, *icmp;
	bool domain, private_profile, public_profile;
};

/* Text lives in the arena. False when it is no rule. */
bool ts_fwrule_parse(const char *text, struct ts_arena *a, struct ts_fwrule *out);

#endif
