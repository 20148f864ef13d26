/* table/services-win32.c - services and drivers, as the service control manager knows them. */
#include "os/win-api.h"

#include <stdlib.h>
#include "os/wide-win32.h"
#include "table/files-registry.h"
#include "table/gap-win32.h"
#include "table/schema.h"
#include "table/windows-words.h"

struct listing {
	struct ts_scan *s;
	const struct ts_advapi32 *api;
	SC_HANDLE manager;
	struct ts_regs *regs;
	bool config, description, module; /* columns wanted that take a look at each service */
	int closed;                       /* services whose set-up may not be seen */
	unsigned long code;               /* why the last one cannot be seen */
};

/* What QueryServiceConfig or QueryServiceConfig2 (level > 0) gives; the caller frees. NULL with an error. */
static void *query_config(struct listing *l, SC_HANDLE service, DWORD level)
{
	DWORD n = 8192;
	void *room = ts_xmalloc(n);
	for (int tries = 0; tries < 4; tries++) {
		DWORD cap = n;
		BOOL ok = level == 0 ? l->api->QueryServiceConfigW(service, room, cap, &n)
				     : l->api->QueryServiceConfig2W(service, level, room, cap, &n);
		if (ok) {
			return room;
		}
		if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || n <= cap) {
			break;
		}
		free(room);
		room = ts_xmalloc(n);
	}
	free(room);
	return NULL;
}

static void put_wide(struct ts_scan *s, const char *column, const wchar_t *text)
{
	ts_row_text(s, column, text != NULL ? ts_text_win32(s, text) : "");
}

static void put_module(struct listing *l, const char *name)
{
	struct ts_reg_key key;
	const char *path = ts_arena_printf(ts_scan_arena(l->s),
		"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\%s\\Parameters", name);
	if (ts_regs_find(l->regs, path, &key, NULL) == TS_REG_FOUND) {
		const char *dll = ts_regs_text(l->regs, &key, "ServiceDll", ts_scan_arena(l->s));
		ts_row_text(l->s, "module_path", dll != NULL ? dll : "");
	}
}

static void put_config(struct listing *l, const wchar_t *name)
{
	struct ts_scan *s = l->s;
	SC_HANDLE service = l->api->OpenServiceW(l->manager, name, SERVICE_QUERY_CONFIG);
	QUERY_SERVICE_CONFIGW *c = service != NULL ? query_config(l, service, 0) : NULL;
	if (c == NULL) {
		l->code = GetLastError();
		l->closed++;
	} else {
		ts_row_text(s, "start_type", ts_service_start(c->dwStartType));
		put_wide(s, "path", c->lpBinaryPathName);
		put_wide(s, "user_account", c->lpServiceStartName);
	}
	free(c);
	if (l->description && service != NULL) {
		SERVICE_DESCRIPTIONW *d = query_config(l, service, SERVICE_CONFIG_DESCRIPTION);
		put_wide(s, "description", d != NULL ? d->lpDescription : NULL);
		free(d);
	}
	if (service != NULL) {
		l->api->CloseServiceHandle(service);
	}
}

static bool put_service(struct listing *l, const ENUM_SERVICE_STATUS_PROCESSW *e)
{
	struct ts_scan *s = l->s;
	const SERVICE_STATUS_PROCESS *p = &e->ServiceStatusProcess;
	const char *name = ts_text_win32(s, e->lpServiceName);
	if (!ts_scan_allows_text(s, "name", name)) {
		return true;
	}
	ts_row_begin(s);
	ts_row_text(s, "name", name);
	ts_row_text(s, "service_type", ts_service_type(p->dwServiceType));
	put_wide(s, "display_name", e->lpDisplayName);
	ts_row_text(s, "status", ts_service_status(p->dwCurrentState));
	ts_row_int(s, "pid", p->dwProcessId);
	ts_row_int(s, "win32_exit_code", p->dwWin32ExitCode);
	ts_row_int(s, "service_exit_code", p->dwServiceSpecificExitCode);
	if (l->config || l->description) {
		put_config(l, e->lpServiceName);
	}
	if (l->module) {
		put_module(l, name);
	}
	return ts_row_end(s);
}

/* All services; false with the last error. */
static bool list_services(struct listing *l)
{
	DWORD cap = 256 << 10, need = 0, n = 0, at = 0;
	BYTE *room = ts_xmalloc(cap);
	bool more = true, ok = true;
	while (more && ok) {
		ok = l->api->EnumServicesStatusExW(l->manager, SC_ENUM_PROCESS_INFO,
			     SERVICE_DRIVER | SERVICE_WIN32, SERVICE_STATE_ALL, room, cap, &need, &n, &at,
			     NULL) != 0;
		more = !ok && GetLastError() == ERROR_MORE_DATA;
		ok = ok || more;
		const ENUM_SERVICE_STATUS_PROCESSW *list = (const void *)room;
		for (DWORD i = 0; ok && i < n; i++) {
			if (!put_service(l, &list[i])) {
				more = false;
				break;
			}
		}
		if (more && n == 0) { /* not even one fits */
			cap = need + cap;
			free(room);
			room = ts_xmalloc(cap);
		}
		if (!ok) {
			l->code = GetLastError();
		}
	}
	free(room);
	return ok;
}

void ts_fill_services(struct ts_scan *s)
{
	struct listing l = { .s = s, .api = ts_advapi32() };
	if (l.api == NULL) {
		ts_gap_library(s, "advapi32.dll");
		return;
	}
	l.manager = l.api->OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE);
	if (l.manager == NULL) {
		ts_gap_win32(s, "the list of services", GetLastError());
		return;
	}
	l.config = ts_scan_wants(s, "start_type") || ts_scan_wants(s, "path") ||
		   ts_scan_wants(s, "user_account");
	l.description = ts_scan_wants(s, "description");
	l.module = ts_scan_wants(s, "module_path") && (l.regs = ts_regs_new_live()) != NULL;
	bool ok = list_services(&l);
	l.api->CloseServiceHandle(l.manager);
	if (!ok) {
		ts_gap_win32(s, "the list of services", l.code);
	} else if (l.closed > 0) {
		ts_gap_win32(
			s, ts_arena_printf(ts_scan_arena(s), "how %d services are set up", l.closed), l.code);
	} else if (l.regs != NULL && ts_regs_denied(l.regs) != NULL) {
		ts_gap_win32(s, ts_regs_denied(l.regs), ERROR_ACCESS_DENIED);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	ts_regs_free(l.regs);
}
