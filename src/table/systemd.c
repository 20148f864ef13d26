/* table/systemd.c - the tables systemd_units and journal, through the module "systemd". */
#include "table/systemd.h"

#include <stdio.h>
#include <string.h>
#include "os/module.h"
#include "os/systemd-ops.h"
#include "table/match.h"
#include "table/schema.h"

#define WAIT_MS 5000

/* NULL after a line of the ledger. */
static const struct ts_systemd_ops *ops_for(struct ts_scan *s)
{
	struct ts_err err;
	const struct ts_systemd_ops *ops = ts_os_module("systemd", &err);
	if (ops != NULL && ops->version != TS_SYSTEMD_VERSION) {
		ts_fail(&err, "the installed libts_systemd.so belongs to another version of this program");
		ops = NULL;
	}
	if (ops == NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, err.text);
	}
	return ops;
}

static enum ts_seen seen_of(enum ts_systemd_result r)
{
	static const enum ts_seen seen[] = {
		[TS_SYSTEMD_OK] = TS_SEEN_READ,
		/* Where nobody keeps a journal, nothing is known of what happened. */
		[TS_SYSTEMD_ABSENT] = TS_SEEN_UNSUPPORTED,
		[TS_SYSTEMD_DENIED] = TS_SEEN_DENIED,
		[TS_SYSTEMD_TIMEOUT] = TS_SEEN_TIMEOUT,
		[TS_SYSTEMD_DAMAGED] = TS_SEEN_PARTIAL,
		[TS_SYSTEMD_FAILED] = TS_SEEN_NOT_COLLECTED,
	};
	return seen[r];
}

/* --- units --- */

static bool put_unit(void *ctx, const struct ts_systemd_unit *u)
{
	struct ts_scan *s = ctx;
	ts_row_begin(s);
	ts_row_text(s, "id", u->id);
	ts_row_text(s, "description", u->description);
	ts_row_text(s, "load_state", u->load_state);
	ts_row_text(s, "active_state", u->active_state);
	ts_row_text(s, "sub_state", u->sub_state);
	ts_row_text(s, "following", u->following);
	ts_row_text(s, "object_path", u->object_path);
	ts_row_int(s, "job_id", u->job_id);
	ts_row_text(s, "job_type", u->job_type);
	ts_row_text(s, "job_path", u->job_path);
	ts_row_text(s, "unit_file_state", u->unit_file_state);
	ts_row_text(s, "fragment_path", u->fragment_path);
	ts_row_text(s, "user", u->user);
	ts_row_text(s, "source_path", u->source_path);
	return ts_row_end(s);
}

void ts_fill_systemd_units(struct ts_scan *s)
{
	static const struct {
		const char *column;
		unsigned more;
	} asked[] = {
		{ "unit_file_state", TS_SYSTEMD_FILE_STATE },
		{ "fragment_path", TS_SYSTEMD_FRAGMENT },
		{ "user", TS_SYSTEMD_USER },
		{ "source_path", TS_SYSTEMD_SOURCE },
	};
	const struct ts_systemd_ops *ops = ops_for(s);
	if (ops == NULL) {
		return;
	}
	unsigned more = 0;
	char err[256] = "";
	for (size_t i = 0; i < TS_COUNT(asked); i++) {
		more |= ts_scan_wants(s, asked[i].column) ? asked[i].more : 0;
	}
	int wait = ts_budget_left(ts_scan_budget(s), WAIT_MS);
	enum ts_systemd_result r = ops->units(more, wait > 0 ? wait : 1, put_unit, s, err, sizeof(err));
	ts_scan_saw(s, NULL, seen_of(r), err);
}

/* --- journal --- */

static const char *iso(uint64_t usec, char out[64])
{
	struct ts_calendar c = ts_calendar_of((int64_t)(usec / 1000000));
	snprintf(out, 64, "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ", c.year, c.month, c.day, c.hour, c.minute,
		c.second, (unsigned)(usec % 1000000));
	return out;
}

static bool put_entry(void *ctx, const struct ts_journal_entry *e)
{
	struct ts_scan *s = ctx;
	char when[64];
	ts_row_begin(s);
	ts_row_text(s, "datetime", iso(e->usec, when));
	ts_row_text(s, "identifier", e->identifier);
	ts_row_text(s, "message", e->message);
	if (e->priority >= 0) {
		ts_row_int(s, "priority", e->priority);
	}
	if (e->pid >= 0) {
		ts_row_int(s, "pid", e->pid);
	}
	return ts_row_end(s);
}

static uint64_t usec_of(struct ts_instant t)
{
	return t.sec < 0 ? 0 : (uint64_t)t.sec * 1000000 + (uint64_t)(t.ns / 1000);
}

void ts_journal_scan(struct ts_scan *s, const unsigned char *const *data, const size_t *size, size_t n)
{
	const struct ts_systemd_ops *ops = ops_for(s);
	struct ts_window w;
	if (ops == NULL || !ts_match_window(s, &w)) {
		return;
	}
	char err[256] = "", when[64];
	uint64_t from;
	struct ts_journal_query q = { ts_scan_text(s, "unit", 0), w.has_start ? usec_of(w.start) : 0,
		w.has_end ? usec_of(w.end) : UINT64_MAX };
	enum ts_systemd_result r = ops->journal(data, size, n, &q, put_entry, s, &from, err, sizeof(err));
	if (r == TS_SYSTEMD_OK && from > 0) {
		ts_scan_sawf(s, TS_SEEN_READ, "the journal reaches back to %.19sZ", iso(from, when));
	} else {
		ts_scan_saw(s, NULL, seen_of(r), r == TS_SYSTEMD_OK ? "the journal holds no entry" : err);
	}
}

void ts_fill_journal(struct ts_scan *s)
{
	ts_journal_scan(s, NULL, NULL, 0);
}
