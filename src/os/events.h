/* os/events.h - the event log of the running Windows, behind functions that tests can replace: no machine that tests run on
 * has one. */
#ifndef TS_OS_EVENTS_H
#define TS_OS_EVENTS_H

#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "os/registry.h"

/* What is known of a channel beside its records. */
struct ts_channel_state {
	bool enabled_known, enabled;
	bool records_known;
	uint64_t records;
};

struct ts_events_if {
	/* Records of a channel that match the XPath, newest first, or oldest first. NO: there is no such channel. */
	enum ts_told (*query)(
		const char *channel, const char *xpath, bool newest_first, void **query, struct ts_err *err);
	/* The next record as XML in UTF-8, in the place of what is in the buffer. NO at the end. */
	enum ts_told (*next)(void *query, struct ts_buf *xml, struct ts_err *err);
	void (*close)(void *query);
	/* NO: there is no such channel. */
	enum ts_told (*state)(const char *channel, struct ts_channel_state *out, struct ts_err *err);
	/* The next channel's name, in the place of what is in the buffer; NO at the end. *list is NULL the first time;
	 * close_list() frees it, NULL is allowed. */
	enum ts_told (*channel)(void **list, struct ts_buf *name, struct ts_err *err);
	void (*close_list)(void *list);
};

/* NULL where there is no event log; *why then says so. */
const struct ts_events_if *ts_events(const char **why);
/* For tests: from now on this one; NULL = the system's own again. Not while scans run. */
void ts_events_replace(const struct ts_events_if *fake);
/* events-win32.c, events-none.c */
const struct ts_events_if *ts_events_system(const char **why);

#endif
