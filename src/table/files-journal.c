/* table/files-journal.c - the journal of a Linux computer from journal files that were handed in. */
#include "table/files-int.h"
#include "table/systemd.h"

void ts_files_scan_journal(struct ts_files *f, struct ts_scan *s)
{
	const struct ts_member *m;
	size_t n = 0;
	while (ts_files_member(f, TS_SNIFF_JOURNAL, n) != NULL) {
		n++;
	}
	if (n == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"no journal file is among the files (/var/log/journal/*/system.journal)");
		return;
	}
	const unsigned char **data = ts_arena_calloc(ts_scan_arena(s), n, sizeof(*data));
	size_t *size = ts_arena_calloc(ts_scan_arena(s), n, sizeof(*size));
	for (size_t i = 0; i < n && (m = ts_files_member(f, TS_SNIFF_JOURNAL, i)) != NULL; i++) {
		data[i] = m->data;
		size[i] = m->size;
	}
	ts_journal_scan(s, data, size, n);
}
