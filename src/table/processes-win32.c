/* table/processes-win32.c - running processes. */
#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>
#include <winternl.h>
#include "base/str.h"
#include "os/wide-win32.h"
#include "table/gap-win32.h"
#include "table/schema.h"

#define COMMAND_LINE ((PROCESSINFOCLASS)60) /* ProcessCommandLineInformation, since Windows 8.1 */
#define MAX_LINE     (128 << 10)

typedef NTSTATUS NTAPI query_process_fn(HANDLE, PROCESSINFOCLASS, void *, ULONG, ULONG *);

struct listing {
	struct ts_scan *s;
	query_process_fn *query;
	bool path, cmdline, times; /* columns wanted for which a process must be opened */
	int closed;                /* processes that may not be looked into */
};

static void put_path(struct ts_scan *s, HANDLE process)
{
	wchar_t *path = ts_xreallocarray(NULL, 32768, sizeof(*path));
	DWORD n = 32768;
	if (QueryFullProcessImageNameW(process, 0, path, &n)) {
		ts_row_text(s, "path", ts_text_win32(s, path));
	}
	free(path);
}

static void put_command_line(struct listing *l, HANDLE process)
{
	UNICODE_STRING *line = ts_xmalloc(MAX_LINE);
	if (l->query != NULL && l->query(process, COMMAND_LINE, line, MAX_LINE, NULL) >= 0) {
		char *text = ts_utf8_n(line->Buffer, line->Length / sizeof(wchar_t), NULL);
		ts_row_text(l->s, "cmdline", text);
		free(text);
	}
	free(line);
}

static int64_t since_1601(FILETIME t)
{
	return (int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime);
}

static void put_times(struct ts_scan *s, HANDLE process)
{
	FILETIME begun, ended, kernel, user;
	if (GetProcessTimes(process, &begun, &ended, &kernel, &user)) {
		ts_row_int(s, "user_time", since_1601(user) / 10000);
		ts_row_int(s, "system_time", since_1601(kernel) / 10000);
		ts_row_int(s, "start_time", since_1601(begun) / 10000000 - INT64_C(11644473600));
	}
}

static bool put_process(struct listing *l, const PROCESSENTRY32W *e)
{
	struct ts_scan *s = l->s;
	if (!ts_scan_allows_int(s, "pid", e->th32ProcessID)) {
		return true;
	}
	ts_row_begin(s);
	ts_row_int(s, "pid", e->th32ProcessID);
	ts_row_text(s, "name", ts_text_win32(s, e->szExeFile));
	ts_row_int(s, "parent", e->th32ParentProcessID);
	ts_row_int(s, "threads", e->cntThreads);
	if (l->path || l->cmdline || l->times) {
		HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, e->th32ProcessID);
		if (process != NULL) {
			put_path(s, process);
			put_command_line(l, process);
			put_times(s, process);
			CloseHandle(process);
		} else if (e->th32ProcessID >
			   4) { /* the idle process and the system have nothing to look into */
			l->closed++;
		}
	}
	return ts_row_end(s);
}

void ts_fill_processes(struct ts_scan *s)
{
	struct listing l = { .s = s };
	PROCESSENTRY32W e = { .dwSize = sizeof(e) };
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	FARPROC query = ntdll != NULL ? GetProcAddress(ntdll, "NtQueryInformationProcess") : NULL;
	memcpy(&l.query, &query, sizeof(query));
	l.path = ts_scan_wants(s, "path");
	l.cmdline = ts_scan_wants(s, "cmdline");
	l.times = ts_scan_wants(s, "start_time") || ts_scan_wants(s, "user_time") ||
		  ts_scan_wants(s, "system_time");
	HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	if (list == INVALID_HANDLE_VALUE) {
		ts_gap_win32(s, "the list of processes", GetLastError());
		return;
	}
	for (BOOL more = Process32FirstW(list, &e); more && put_process(&l, &e);) {
		more = Process32NextW(list, &e);
	}
	CloseHandle(list);
	if (l.closed > 0) {
		ts_scan_sawf(s, TS_SEEN_READ,
			"path, command line and times are unknown (NULL) for %d processes that may not be "
			"looked into",
			l.closed);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}
