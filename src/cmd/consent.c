/* cmd/consent.c - says on stderr, once per run, what this computer will connect to, before it does. */
#include "cmd/consent.h"

#include <stdatomic.h>
#include <string.h>

#include "base/gate.h"
#include "base/str.h"
#include "table/table.h"

static atomic_flag said = ATOMIC_FLAG_INIT;

/* Does the SQL read a table that connects to another computer? Looking up its name does not: name servers are asked, as by any program. */
static bool connects(const char *sql)
{
	const struct ts_table *t;
	for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
		if ((t->flags & TS_OBSERVER) != 0 && ts_table_column(t, "port") >= 0 &&
			ts_str_case_find(sql, t->name) != NULL) {
			return true;
		}
	}
	return false;
}

void ts_consent_say(const struct ts_options *o, const char *host, const char *port, const char *gateway,
	const char *gateway_port)
{
	if (o->quiet || atomic_flag_test_and_set(&said)) {
		return;
	}
	ts_gate_fprintf(stderr, "I will connect to %s%s%s%s%s%s%s; I send no password.\n", host,
		port != NULL ? " port " : "", port != NULL ? port : "", gateway != NULL ? " and to " : "",
		gateway != NULL ? gateway : "", gateway != NULL ? " port " : "",
		gateway != NULL ? gateway_port : "");
}

void ts_consent_before(const struct ts_options *o, const struct ts_session *s, const struct ts_evidence *ev,
	const char *machine, const char *sql)
{
	/* The session is not changed while its checks run. */
	const char *host = s != NULL ? ts_session_get(s, "host") : NULL;
	if (host != NULL && ts_evidence_source(ev, machine) == TS_FROM_LIVE && connects(sql)) {
		ts_consent_say(o, host, ts_session_get(s, "port"), NULL, NULL);
	}
}
