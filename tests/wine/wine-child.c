/* tests/wine/wine-child.c - the other program of test-wine: a service, and what a program without elevation says of itself. */
#include <winsock2.h>
#include <windows.h>

#include <stdio.h>
#include <string.h>
#include "os/limits.h"
#include "os/os.h"

static SERVICE_STATUS_HANDLE status_handle;
static HANDLE over;

static void report(DWORD state)
{
	SERVICE_STATUS s = { .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
		.dwCurrentState = state,
		.dwControlsAccepted = SERVICE_ACCEPT_STOP };
	SetServiceStatus(status_handle, &s);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *ctx)
{
	(void)type;
	(void)data;
	(void)ctx;
	if (code == SERVICE_CONTROL_STOP) {
		report(SERVICE_STOP_PENDING);
		SetEvent(over);
	}
	return NO_ERROR;
}

static void WINAPI serve(DWORD argc, wchar_t **argv)
{
	(void)argc;
	status_handle = RegisterServiceCtrlHandlerExW(argv[0], control, NULL);
	report(SERVICE_RUNNING);
	WaitForSingleObject(over, 60000);
	report(SERVICE_STOPPED);
}

int main(int argc, char **argv)
{
	wchar_t name[] = L"";
	SERVICE_TABLE_ENTRYW table[] = { { name, serve }, { NULL, NULL } };
	if (argc == 2 && strcmp(argv[1], "--limits") == 0) {
		/* The exit status is the answer: the parent reads no output. */
		const char *limits = ts_os_limits();
		return ts_os_elevated()                                           ? 10
		       : limits != NULL && strstr(limits, "not elevated") != NULL ? 11
										  : 12;
	}
	over = CreateEventW(NULL, TRUE, FALSE, NULL);
	return StartServiceCtrlDispatcherW(table) ? 0 : 1;
}
