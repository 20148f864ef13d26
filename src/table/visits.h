/* table/visits.h - how often each port was connected to in a run: an intrusion blocker that a busy check sets off itself must not be taken
 * for a fault of the network. */
#ifndef TS_TABLE_VISITS_H
#define TS_TABLE_VISITS_H

#include "table/scan.h"

/* Note a connection to that address and how it ended. Returns how many before it were answered in this run. */
int ts_visits_note(struct ts_scan *s, const char *address, int port, bool answered);
/* The words for a connection that stayed without answer after that many answered ones; NULL when there were none. In the scan's arena. */
const char *ts_visits_words(struct ts_scan *s, int answered_before);

#endif
