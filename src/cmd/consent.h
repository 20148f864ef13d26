/* cmd/consent.h - says on stderr, once per run, what this computer will connect to, before it does. */
#ifndef TS_CMD_CONSENT_H
#define TS_CMD_CONSENT_H

#include "cmd/options.h"
#include "engine/session.h"
#include "table/evidence.h"

/* Called before each check; says it before the first one whose SQL looks at another computer from here. On any thread. */
void ts_consent_before(const struct ts_options *o, const struct ts_session *s, const struct ts_evidence *ev,
	const char *machine, const char *sql);
/* The line itself; gateway NULL = none. */
void ts_consent_say(const struct ts_options *o, const char *host, const char *port, const char *gateway,
	const char *gateway_port);

#endif
