/* table/evtx-source.h - the event logs of one machine, from files, behind windows_eventlog and
 * windows_event_channels. */
#ifndef TS_TABLE_EVTX_SOURCE_H
#define TS_TABLE_EVTX_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "table/scan.h"

/* A log in memory; it must stay as long as the source. */
struct ts_evtx_log {
	const void *data;
	size_t size;
	const char *label; /* how the ledger names it: the path in the evidence */
};

struct ts_evtx_source;

/* Reads every log once (about 10 ms for 16 MB): which channels are in it, how far back each reaches, what
 * is damaged, in which chunk which event may be found. What a file is called does not matter, and a log
 * that is there twice counts once. */
struct ts_evtx_source *ts_evtx_source_new(const struct ts_evtx_log *logs, size_t n);
void ts_evtx_source_free(struct ts_evtx_source *src); /* NULL is allowed */
/* Unix seconds of the newest record, 0 when there is none: the machine's clock for bare files. */
int64_t ts_evtx_source_newest(const struct ts_evtx_source *src);

#define TS_EVTX_COMPUTERS 64 /* of one log that are told apart */

/* What a log is, after it was read. */
struct ts_evtx_about {
	bool is_log; /* false: nothing of it can be read */
	uint64_t records;
	int64_t oldest, newest;                   /* Unix seconds; 0 = there is no record */
	const char *channel;                      /* that most of its records are of; NULL */
	const char *computer;                     /* that wrote the newest record; NULL */
	const char *computers[TS_EVTX_COMPUTERS]; /* in the order of their first records */
	size_t ncomputers;
	uint64_t switches; /* how often a record is of another computer than the one before */
};
/* Do both names mean one computer: CITADEL-DC01 and citadel-dc01.C137.local? */
bool ts_evtx_same_computer(const char *a, const char *b);
/* Of the log i, as it was given. */
const struct ts_evtx_about *ts_evtx_source_about(const struct ts_evtx_source *src, size_t i);

/* Rows and the ledger line of a scan of windows_eventlog, newest first, as a stream. channel, eventid, provider_name,
 * level, pid and the time are looked at before a record's text is decoded; a provider may be asked for by
 * its EventSourceName, too, and is then shown under the name that was asked for. The source must outlive the scan.
 * Thread safe. */
void ts_evtx_scan(const struct ts_evtx_source *src, struct ts_scan *s);
/* Rows and the ledger line of windows_event_channels; `enabled` is not in the logs and stays NULL. False: no more rows are
 * wanted. Thread safe. */
bool ts_evtx_scan_channels(const struct ts_evtx_source *src, struct ts_scan *s);

#endif
