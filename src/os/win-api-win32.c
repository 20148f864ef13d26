/* os/win-api-win32.c - loading functions of system libraries. */
#include "os/win-api.h"

#include <string.h>
#include "base/alloc.h"

#define NAME(function)  #function,
#define COUNT(function) +1
#define LIBRARY(x, list, type)                                                                               \
	{                                                                                                    \
		x, (const char *const[]){ list(NAME) }, 0 list(COUNT), sizeof(type)                          \
	}

/* In the order of enum ts_win_library. */
static const struct {
	const wchar_t *file;
	const char *const *names;
	size_t n, size;
} libraries[TS_WIN_LIBRARIES] = {
	[TS_WIN_WEVTAPI] = LIBRARY(L"wevtapi.dll", TS_WEVTAPI_FUNCTIONS, struct ts_wevtapi),
	[TS_WIN_IPHLPAPI] = LIBRARY(L"iphlpapi.dll", TS_IPHLPAPI_FUNCTIONS, struct ts_iphlpapi),
	[TS_WIN_CRYPT32] = LIBRARY(L"crypt32.dll", TS_CRYPT32_FUNCTIONS, struct ts_crypt32),
	[TS_WIN_SECUR32] = LIBRARY(L"secur32.dll", TS_SECUR32_FUNCTIONS, struct ts_secur32),
	[TS_WIN_NCRYPT] = LIBRARY(L"ncrypt.dll", TS_NCRYPT_FUNCTIONS, struct ts_ncrypt),
	[TS_WIN_WTSAPI32] = LIBRARY(L"wtsapi32.dll", TS_WTSAPI32_FUNCTIONS, struct ts_wtsapi32),
	[TS_WIN_NETAPI32] = LIBRARY(L"netapi32.dll", TS_NETAPI32_FUNCTIONS, struct ts_netapi32),
	[TS_WIN_ADVAPI32] = LIBRARY(L"advapi32.dll", TS_ADVAPI32_FUNCTIONS, struct ts_advapi32),
};

static struct {
	INIT_ONCE once;
	FARPROC *functions; /* NULL = not there */
	const void *replaced;
} loaded[TS_WIN_LIBRARIES];

static BOOL CALLBACK load(INIT_ONCE *once, void *arg, void **context)
{
	(void)once;
	(void)context;
	size_t i = (size_t)(uintptr_t)arg;
	HMODULE module = LoadLibraryExW(libraries[i].file, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	/* Functions and fields are in the same order, and a field is no more than a function. */
	FARPROC *functions = ts_xcalloc(libraries[i].n, sizeof(*functions));
	size_t n = 0;
	while (module != NULL && n < libraries[i].n &&
		(functions[n] = GetProcAddress(module, libraries[i].names[n])) != NULL) {
		n++;
	}
	loaded[i].functions =
		n == libraries[i].n && libraries[i].size == n * sizeof(*functions) ? functions : NULL;
	return TRUE;
}

static const void *functions_of(enum ts_win_library i)
{
	if (loaded[i].replaced != NULL) {
		return loaded[i].replaced;
	}
	InitOnceExecuteOnce(&loaded[i].once, load, (void *)(uintptr_t)i, NULL);
	return loaded[i].functions;
}

const struct ts_wevtapi *ts_wevtapi(void)
{
	return functions_of(TS_WIN_WEVTAPI);
}

const struct ts_iphlpapi *ts_iphlpapi(void)
{
	return functions_of(TS_WIN_IPHLPAPI);
}

const struct ts_crypt32 *ts_crypt32(void)
{
	return functions_of(TS_WIN_CRYPT32);
}

const struct ts_secur32 *ts_secur32(void)
{
	return functions_of(TS_WIN_SECUR32);
}

const struct ts_ncrypt *ts_ncrypt(void)
{
	return functions_of(TS_WIN_NCRYPT);
}

const struct ts_wtsapi32 *ts_wtsapi32(void)
{
	return functions_of(TS_WIN_WTSAPI32);
}

const struct ts_netapi32 *ts_netapi32(void)
{
	return functions_of(TS_WIN_NETAPI32);
}

const struct ts_advapi32 *ts_advapi32(void)
{
	return functions_of(TS_WIN_ADVAPI32);
}

void ts_win_replace(enum ts_win_library library, const void *functions)
{
	loaded[library].replaced = functions;
}

bool ts_win_is_replaced(enum ts_win_library library)
{
	return loaded[library].replaced != NULL;
}

bool ts_win_is_wine(void)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}
