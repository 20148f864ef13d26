/* table/sessions-win32.c - sessions of Remote Desktop Services, and who is logged in. */
#include "os/win-api.h"

#include <string.h>
#include "table/gap-win32.h"
#include "table/schema.h"

struct listing {
	struct ts_scan *s;
	const struct ts_wtsapi32 *api;
	DWORD code; /* why something about a session may not be seen; 0 = nothing */
};

/* A text about a session; NULL when it may not be seen, "" when there is none. */
static const char *ask(struct listing *l, DWORD session, WTS_INFO_CLASS what)
{
	wchar_t *text = NULL;
	DWORD n = 0;
	SetLastError(0);
	if (!l->api->WTSQuerySessionInformationW(WTS_CURRENT_SERVER_HANDLE, session, what, &text, &n)) {
		l->code = GetLastError();
		return NULL;
	}
	const char *copy = text != NULL ? ts_text_win32(l->s, text) : "";
	l->api->WTSFreeMemory(text);
	return copy;
}

static const char *state_name(WTS_CONNECTSTATE_CLASS state)
{
	static const char *const names[] = { [WTSActive] = "active",
		[WTSConnected] = "connected",
		[WTSConnectQuery] = "connecting",
		[WTSShadow] = "shadow",
		[WTSDisconnected] = "disconnected",
		[WTSIdle] = "idle",
		[WTSListen] = "listen",
		[WTSReset] = "reset",
		[WTSDown] = "down",
		[WTSInit] = "init" };
	return (unsigned)state < TS_COUNT(names) && names[state] != NULL ? names[state] : "unknown";
}

static bool put_session(struct listing *l, const WTS_SESSION_INFOW *i)
{
	struct ts_scan *s = l->s;
	ts_row_begin(s);
	ts_row_int(s, "id", i->SessionId);
	ts_row_text(s, "name", ts_text_win32(s, i->pWinStationName));
	ts_row_text(s, "state", state_name(i->State));
	if (i->State != WTSListen) {
		ts_row_text(s, "user", ask(l, i->SessionId, WTSUserName));
		ts_row_text(s, "client", ask(l, i->SessionId, WTSClientName));
	}
	return ts_row_end(s);
}

/* osquery: only active sessions, and not the one of services. */
static bool put_login(struct listing *l, const WTS_SESSION_INFOW *i)
{
	struct ts_scan *s = l->s;
	const char *user =
		i->State == WTSActive && i->SessionId != 0 ? ask(l, i->SessionId, WTSUserName) : "";
	if (i->State != WTSActive || i->SessionId == 0 || (user != NULL && *user == '\0')) {
		return true;
	}
	ts_row_begin(s);
	ts_row_text(s, "type", "active");
	ts_row_text(s, "user", user);
	ts_row_text(s, "tty", ts_text_win32(s, i->pWinStationName));
	ts_row_text(s, "host", ask(l, i->SessionId, WTSClientName));
	ts_row_int(s, "pid", -1);
	return ts_row_end(s);
}

static void list_sessions(struct ts_scan *s, bool (*put)(struct listing *l, const WTS_SESSION_INFOW *i))
{
	struct listing l = { s, ts_wtsapi32(), 0 };
	WTS_SESSION_INFOW *list = NULL;
	DWORD n = 0;
	if (l.api == NULL) {
		ts_gap_library(s, "wtsapi32.dll");
		return;
	}
	SetLastError(0);
	if (!l.api->WTSEnumerateSessionsW(WTS_CURRENT_SERVER_HANDLE, 0, 1, &list, &n)) {
		ts_gap_win32(s, "the list of sessions", GetLastError());
		return;
	}
	if (n == 0) { /* there is at least the session that services run in */
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "this system does not tell of sessions");
	}
	for (DWORD i = 0; i < n && put(&l, &list[i]); i++) {
	}
	l.api->WTSFreeMemory(list);
	if (l.code != 0) {
		ts_gap_win32(s, "whose a session is", l.code);
	} else if (n > 0) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

void ts_fill_wts_session(struct ts_scan *s)
{
	list_sessions(s, put_session);
}

void ts_fill_logged_in_users(struct ts_scan *s)
{
	list_sessions(s, put_login);
}
