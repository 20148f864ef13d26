/* table/patches-win32.c - updates that Windows lists as hotfixes: its management service (WMI) is the only place that has
 * the list with the numbers of cumulative updates. */
#define COBJMACROS
#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <wbemcli.h>
#include "os/wide-win32.h"
#include "table/gap-win32.h"
#include "table/schema.h"

#define STEP_MS 500 /* of waiting, between two looks at the clock: the service may hang */

/* Written here, because the libraries that have them are not linked. */
static const GUID locator_class = { 0x4590f811, 0x1d3a, 0x11d0,
	{ 0x89, 0x1f, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24 } };
static const GUID locator_interface = { 0xdc12a687, 0x737f, 0x11cf,
	{ 0x88, 0x4d, 0x00, 0xaa, 0x00, 0x4b, 0x2e, 0x24 } };

/* ole32 and oleaut32, from System32 only. */
struct com {
	__typeof__(CoInitializeEx) *CoInitializeEx;
	__typeof__(CoUninitialize) *CoUninitialize;
	__typeof__(CoCreateInstance) *CoCreateInstance;
	__typeof__(CoSetProxyBlanket) *CoSetProxyBlanket;
	__typeof__(SysAllocString) *SysAllocString;
	__typeof__(SysFreeString) *SysFreeString;
	__typeof__(VariantClear) *VariantClear;
};

static bool load(struct com *c)
{
	static const char *const names[] = { "CoInitializeEx", "CoUninitialize", "CoCreateInstance",
		"CoSetProxyBlanket", "SysAllocString", "SysFreeString", "VariantClear" };
	HMODULE ole = LoadLibraryExW(L"ole32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	HMODULE automation = LoadLibraryExW(L"oleaut32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	FARPROC f[TS_COUNT(names)];
	_Static_assert(sizeof(f) == sizeof(*c), "a field per name");
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		f[i] = ole != NULL && automation != NULL ? GetProcAddress(i < 4 ? ole : automation, names[i])
							 : NULL;
		if (f[i] == NULL) {
			return false;
		}
	}
	memcpy(c, f, sizeof(f));
	return true;
}

static const struct {
	const wchar_t *property;
	const char *column;
} columns[] = {
	{ L"CSName", "csname" },
	{ L"HotFixID", "hotfix_id" },
	{ L"Caption", "caption" },
	{ L"Description", "description" },
	{ L"FixComments", "fix_comments" },
	{ L"InstalledBy", "installed_by" },
	{ L"InstallDate", "install_date" },
	{ L"InstalledOn", "installed_on" },
};

static bool put_patch(struct ts_scan *s, const struct com *c, IWbemClassObject *object)
{
	ts_row_begin(s);
	for (size_t i = 0; i < TS_COUNT(columns); i++) {
		VARIANT v = { 0 };
		if (SUCCEEDED(IWbemClassObject_Get(object, columns[i].property, 0, &v, NULL, NULL))) {
			ts_row_text(s, columns[i].column, v.vt == VT_BSTR ? ts_text_win32(s, v.bstrVal) : "");
			c->VariantClear(&v);
		}
	}
	return ts_row_end(s);
}

/* Connect to the service; NULL with the error. */
static IWbemServices *connect_service(const struct com *c, HRESULT *code)
{
	IWbemLocator *locator = NULL;
	IWbemServices *service = NULL;
	*code = c->CoCreateInstance(
		&locator_class, NULL, CLSCTX_INPROC_SERVER, &locator_interface, (void **)&locator);
	if (FAILED(*code)) {
		return NULL;
	}
	BSTR name = c->SysAllocString(L"ROOT\\CIMV2");
	*code = IWbemLocator_ConnectServer(
		locator, name, NULL, NULL, NULL, WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &service);
	c->SysFreeString(name);
	IWbemLocator_Release(locator);
	if (SUCCEEDED(*code)) {
		c->CoSetProxyBlanket((IUnknown *)service, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL,
			RPC_C_AUTHN_LEVEL_CALL, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
		return service;
	}
	return NULL;
}

static HRESULT list_patches(struct ts_scan *s, const struct com *c, IWbemServices *service)
{
	IEnumWbemClassObject *list = NULL;
	BSTR language = c->SysAllocString(L"WQL");
	BSTR query = c->SysAllocString(L"SELECT * FROM Win32_QuickFixEngineering");
	HRESULT code = IWbemServices_ExecQuery(
		service, language, query, WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &list);
	c->SysFreeString(language);
	c->SysFreeString(query);
	bool more = SUCCEEDED(code);
	while (more && !ts_scan_over(s)) {
		IWbemClassObject *object = NULL;
		ULONG n = 0;
		code = IEnumWbemClassObject_Next(list, STEP_MS, 1, &object, &n);
		if (n > 0) {
			more = put_patch(s, c, object);
			IWbemClassObject_Release(object);
		} else {
			more = code == (HRESULT)WBEM_S_TIMEDOUT;
		}
	}
	if (list != NULL) {
		IEnumWbemClassObject_Release(list);
	}
	return code;
}

void ts_fill_patches(struct ts_scan *s)
{
	struct com c;
	if (!load(&c)) {
		ts_gap_library(s, "ole32.dll");
		return;
	}
	HRESULT begun = c.CoInitializeEx(NULL, COINIT_MULTITHREADED), code;
	IWbemServices *service = connect_service(&c, &code);
	if (service != NULL) {
		code = list_patches(s, &c, service);
		IWbemServices_Release(service);
	}
	if (SUCCEEDED(begun)) {
		c.CoUninitialize();
	}
	if (FAILED(code)) {
		bool denied = code == (HRESULT)WBEM_E_ACCESS_DENIED || code == E_ACCESSDENIED;
		ts_gap_win32(s, "the list of updates", denied ? ERROR_ACCESS_DENIED : (unsigned long)code);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}
