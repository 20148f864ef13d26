/* table/evtx-rows.h - records as rows of windows_eventlog: what a query asks for, and the row of one record. Shared by
 * the logs of files and the running system's. */
#ifndef TS_TABLE_EVTX_ROWS_H
#define TS_TABLE_EVTX_ROWS_H

#include "table/evtx-source-int.h"

#define TS_EVENT_MAX_IDS 256 /* event ids, processes or levels that one query asks for */

struct ts_event_numbers {
	int64_t values[TS_EVENT_MAX_IDS];
	int n;
};

struct ts_event_query {
	const char *channel;
	struct ts_event_numbers ids, pids, levels;
	struct ts_evtx_ids id_set; /* ids, where there are any */
	const char **providers;
	int nproviders;
	int64_t start, end; /* FILETIME */
	bool level, task, provider, guid, computer, id, keywords, data, pid, tid,
		datetime; /* columns wanted */
};

/* Rows that are being made; first in the struct of who reads the records. */
struct ts_event_rows {
	struct ts_event_query query;
	struct ts_evtx *x; /* the record is its current one */
	/* What tells the record from all others of the scan. */
	int64_t (*identity)(const struct ts_event_rows *r);
	bool any_channel;   /* forwarded records keep the channel that they were written to */
	uint64_t undecoded; /* rows whose data is damaged */
	/* texts of the row */
	struct ts_buf json;
	char time[32];
};

/* Begin with what the scan asks for; false when it cannot be answered, and the ledger has been told. */
bool ts_event_rows_begin(
	struct ts_event_rows *r, struct ts_scan *s, int64_t (*identity)(const struct ts_event_rows *r));
/* Makes a row of the record, if the query asks for it. */
bool ts_event_rows_take(struct ts_event_rows *r, struct ts_scan *s);
void ts_event_rows_end(struct ts_event_rows *r);

#endif
