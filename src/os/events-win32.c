/* os/events-win32.c - the event log of Windows through wevtapi: records as XML, state of channels. */
#include "os/events.h"

#include "os/win-api.h"

#include <stdlib.h>
#include <string.h>
#include "os/err-win32.h"
#include "os/wide-win32.h"

#define BATCH 64 /* handles that one call brings */

struct query {
	const struct ts_wevtapi *api;
	EVT_HANDLE handle;
	EVT_HANDLE batch[BATCH];
	DWORD n, at;
	wchar_t *room; /* for the XML of a record */
	DWORD bytes;
};

/* Wine's functions set no error: the caller sets it to 0 before each call, and 0 after a failure is none of them. */
static enum ts_told told_of(DWORD code, const char *what, struct ts_err *err)
{
	switch (code) {
	case ERROR_NO_MORE_ITEMS:
	case ERROR_EVT_CHANNEL_NOT_FOUND: return TS_TOLD_NO;
	case ERROR_ACCESS_DENIED:
	case ERROR_PRIVILEGE_NOT_HELD: return TS_TOLD_DENIED;
	case 0: ts_fail(err, "%s: the event log does not answer", what); return TS_TOLD_FAILED;
	default: ts_err_win32(err, code, what); return TS_TOLD_FAILED;
	}
}

static void close_query(void *q)
{
	struct query *k = q;
	while (k->at < k->n) {
		k->api->EvtClose(k->batch[k->at++]);
	}
	if (k->handle != NULL) {
		k->api->EvtClose(k->handle);
	}
	free(k->room);
	free(k);
}

static enum ts_told open_query(
	const char *channel, const char *xpath, bool newest_first, void **out, struct ts_err *err)
{
	struct query *k = ts_xcalloc(1, sizeof(*k));
	wchar_t *path = ts_wide(channel), *wanted = ts_wide(xpath);
	k->api = ts_wevtapi();
	SetLastError(0);
	k->handle = k->api->EvtQuery(NULL, path, wanted,
		EvtQueryChannelPath | (newest_first ? EvtQueryReverseDirection : EvtQueryForwardDirection));
	DWORD code = GetLastError();
	free(path);
	free(wanted);
	if (k->handle == NULL) {
		close_query(k);
		return told_of(code, channel, err);
	}
	*out = k;
	return TS_TOLD_YES;
}

static enum ts_told render(struct query *k, EVT_HANDLE event, struct ts_buf *xml, struct ts_err *err)
{
	DWORD used = 0, properties = 0;
	for (int tries = 0; tries < 3; tries++) {
		SetLastError(0);
		if (k->api->EvtRender(
			    NULL, event, EvtRenderEventXml, k->bytes, k->room, &used, &properties)) {
			size_t n = 0;
			size_t units = used / sizeof(*k->room);
			while (units > 0 && k->room[units - 1] == L'\0') {
				units--;
			}
			char *text = ts_utf8_n(k->room, units, &n);
			ts_buf_clear(xml);
			ts_buf_put(xml, text, n);
			free(text);
			return TS_TOLD_YES;
		}
		if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || used <= k->bytes) {
			break;
		}
		free(k->room);
		k->room = ts_xmalloc(used + sizeof(*k->room));
		k->bytes = used;
	}
	return told_of(GetLastError(), "a record as XML", err);
}

static enum ts_told next_record(void *q, struct ts_buf *xml, struct ts_err *err)
{
	struct query *k = q;
	if (k->at == k->n) {
		k->at = k->n = 0;
		SetLastError(0);
		if (!k->api->EvtNext(k->handle, BATCH, k->batch, INFINITE, 0, &k->n)) {
			k->n = 0;
			return told_of(GetLastError(), "the records of the channel", err);
		}
		if (k->n == 0) {
			return TS_TOLD_NO;
		}
	}
	EVT_HANDLE event = k->batch[k->at++];
	enum ts_told told = render(k, event, xml, err);
	k->api->EvtClose(event);
	/* A record that cannot be rendered is not the end of the list. */
	return told == TS_TOLD_NO ? TS_TOLD_FAILED : told;
}

static bool is_enabled(const struct ts_wevtapi *api, EVT_HANDLE config, bool *enabled)
{
	EVT_VARIANT v = { 0 };
	DWORD used = 0;
	if (!api->EvtGetChannelConfigProperty(config, EvtChannelConfigEnabled, 0, sizeof(v), &v, &used)) {
		return false;
	}
	*enabled = v.BooleanVal != 0;
	return true;
}

static bool count_records(const struct ts_wevtapi *api, const wchar_t *channel, uint64_t *records)
{
	EVT_VARIANT v = { 0 };
	DWORD used = 0;
	EVT_HANDLE log = api->EvtOpenLog(NULL, channel, EvtOpenChannelPath);
	bool ok = log != NULL &&
		  api->EvtGetLogInfo(log, EvtLogNumberOfLogRecords, sizeof(v), &v, &used) != 0 &&
		  v.Type == EvtVarTypeUInt64;
	if (ok) {
		*records = v.UInt64Val;
	}
	if (log != NULL) {
		api->EvtClose(log);
	}
	return ok;
}

static enum ts_told channel_state(const char *channel, struct ts_channel_state *out, struct ts_err *err)
{
	const struct ts_wevtapi *api = ts_wevtapi();
	wchar_t *wide = ts_wide(channel);
	enum ts_told told = TS_TOLD_YES;
	*out = (struct ts_channel_state){ 0 };
	SetLastError(0);
	EVT_HANDLE config = api->EvtOpenChannelConfig(NULL, wide, 0);
	if (config == NULL) {
		told = told_of(GetLastError(), channel, err);
	} else {
		out->enabled_known = is_enabled(api, config, &out->enabled);
		api->EvtClose(config);
		out->records_known = count_records(api, wide, &out->records);
	}
	free(wide);
	return told;
}

static enum ts_told next_channel(void **list, struct ts_buf *name, struct ts_err *err)
{
	const struct ts_wevtapi *api = ts_wevtapi();
	wchar_t path[1024];
	DWORD used = 0;
	SetLastError(0);
	if (*list == NULL && (*list = api->EvtOpenChannelEnum(NULL, 0)) == NULL) {
		return told_of(GetLastError(), "the list of channels", err);
	}
	if (!api->EvtNextChannelPath(*list, TS_COUNT(path), path, &used)) {
		return told_of(GetLastError(), "the list of channels", err);
	}
	char *text = ts_utf8(path);
	ts_buf_clear(name);
	ts_buf_puts(name, text);
	free(text);
	return TS_TOLD_YES;
}

static void close_list(void *list)
{
	if (list != NULL) {
		ts_wevtapi()->EvtClose(list);
	}
}

const struct ts_events_if *ts_events_system(const char **why)
{
	static const struct ts_events_if system = { open_query, next_record, close_query, channel_state,
		next_channel, close_list };
	if (ts_wevtapi() == NULL) {
		*why = "this Windows has no event log library (wevtapi.dll)";
		return NULL;
	}
	/* Its library has the functions, but some end the program and the others answer nothing. */
	if (ts_win_is_wine() && !ts_win_is_replaced(TS_WIN_WEVTAPI)) {
		*why = "Wine keeps no event log";
		return NULL;
	}
	return &system;
}
