/* db/ledger.h - what a check could and could not see: one line per table scan (architecture.md, idea 3). */
#ifndef TS_DB_LEDGER_H
#define TS_DB_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

enum ts_seen {
	TS_SEEN_READ,          /* the subject was read as a whole */
	TS_SEEN_ABSENT,        /* it is certain that the subject does not exist */
	TS_SEEN_DENIED,        /* no permission */
	TS_SEEN_NOT_COLLECTED, /* nobody read it, or no evidence of this machine was given */
	TS_SEEN_UNSUPPORTED,   /* not available on this system or in this build */
	TS_SEEN_TIMEOUT,       /* the deadline came first */
	TS_SEEN_PARTIAL,       /* read as far as it is good; the rest is unknown */
	TS_SEEN_COUNT
};

struct ts_ledger_line {
	const char *table; /* "windows_eventlog" */
	const char *
		subject; /* "System", "HKEY_LOCAL_MACHINE\...", "srv1:3389"; "" for a table without subjects */
	enum ts_seen seen;
	const char *detail; /* why, or how far back it reaches; "" when there is nothing to say */
};

struct ts_ledger;

struct ts_ledger *ts_ledger_new(void);
void ts_ledger_free(struct ts_ledger *l);
void ts_ledger_clear(struct ts_ledger *l);
/* Copies its strings (NULL = ""). A line equal to one that is there already is added once. */
void ts_ledger_add(
	struct ts_ledger *l, const char *table, const char *subject, enum ts_seen seen, const char *detail);
size_t ts_ledger_count(const struct ts_ledger *l);
const struct ts_ledger_line *ts_ledger_get(const struct ts_ledger *l, size_t i);
/* Any state beside read and absent is a gap. */
bool ts_seen_is_gap(enum ts_seen s);
bool ts_ledger_has_gap(const struct ts_ledger *l);
/* "read", "absent", "denied", "not_collected", "unsupported", "timeout", "partial". */
const char *ts_seen_name(enum ts_seen s);
bool ts_seen_parse(const char *name, enum ts_seen *out);

#endif
