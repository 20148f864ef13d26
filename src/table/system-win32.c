/* table/system-win32.c - version, hardware, clock and uptime of Windows. */
#include <windows.h>

#include "base/str.h"
#include "table/clock.h"
#include "table/files-registry.h"
#include "table/gap-win32.h"
#include "table/schema.h"

#define HARDWARE "HKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\"

void ts_fill_os_version(struct ts_scan *s)
{
	struct ts_regs *r = ts_regs_new_live();
	struct ts_reg_key key;
	if (ts_regs_key(r, s, TS_REGS_VERSION_KEY, true, &key)) {
		ts_regs_put_version(s, r, &key);
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	ts_regs_free(r);
}

/* --- system_info --- */

/* A value of a key of the registry as a column; what is not there stays NULL. */
static void put_value(
	struct ts_scan *s, const struct ts_regs *r, const char *path, const char *value, const char *column)
{
	struct ts_reg_key key;
	if (ts_regs_find(r, path, &key, NULL) == TS_REG_FOUND) {
		const char *text = ts_regs_text(r, &key, value, ts_scan_arena(s));
		ts_row_text(s, column, text != NULL && *text != '\0' ? text : NULL);
	}
}

static const char *computer_name(struct ts_scan *s, COMPUTER_NAME_FORMAT format)
{
	wchar_t name[512];
	DWORD n = TS_COUNT(name);
	return GetComputerNameExW(format, name, &n) ? ts_text_win32(s, name) : NULL;
}

static const char *processor_name(WORD architecture)
{
	switch (architecture) {
	case PROCESSOR_ARCHITECTURE_AMD64: return "x86_64";
	case PROCESSOR_ARCHITECTURE_INTEL: return "x86";
	case PROCESSOR_ARCHITECTURE_ARM64: return "arm64";
	default: return NULL;
	}
}

void ts_fill_system_info(struct ts_scan *s)
{
	static const struct {
		const char *key, *value, *column;
	} values[] = {
		{ HARDWARE "CentralProcessor\\0", "ProcessorNameString", "cpu_brand" },
		{ HARDWARE "BIOS", "SystemManufacturer", "hardware_vendor" },
		{ HARDWARE "BIOS", "SystemProductName", "hardware_model" },
		{ HARDWARE "BIOS", "SystemVersion", "hardware_version" },
		{ HARDWARE "BIOS", "BaseBoardManufacturer", "board_vendor" },
		{ HARDWARE "BIOS", "BaseBoardProduct", "board_model" },
		{ HARDWARE "BIOS", "BaseBoardVersion", "board_version" },
	};
	struct ts_regs *r = ts_regs_new_live();
	SYSTEM_INFO info;
	MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };
	const char *full = computer_name(s, ComputerNamePhysicalDnsFullyQualified),
		   *name = computer_name(s, ComputerNamePhysicalNetBIOS);
	GetNativeSystemInfo(&info);
	ts_row_begin(s);
	ts_row_text(s, "hostname", full != NULL ? full : name);
	ts_row_text(s, "computer_name", name);
	ts_row_text(s, "local_hostname", name);
	ts_row_text(s, "cpu_type", processor_name(info.wProcessorArchitecture));
	ts_row_int(s, "cpu_logical_cores", GetActiveProcessorCount(ALL_PROCESSOR_GROUPS));
	if (GlobalMemoryStatusEx(&memory)) {
		ts_row_int(s, "physical_memory", (int64_t)memory.ullTotalPhys);
	}
	for (size_t i = 0; i < TS_COUNT(values); i++) {
		put_value(s, r, values[i].key, values[i].value, values[i].column);
	}
	ts_row_end(s);
	ts_scan_saw(s, NULL, name != NULL ? TS_SEEN_READ : TS_SEEN_PARTIAL,
		name != NULL ? NULL : "Windows does not tell the name of the computer");
	ts_regs_free(r);
}

/* --- time, uptime --- */

void ts_fill_time(struct ts_scan *s)
{
	DYNAMIC_TIME_ZONE_INFORMATION zone;
	bool known = GetDynamicTimeZoneInformation(&zone) != TIME_ZONE_ID_INVALID;
	ts_time_put(s, known ? ts_text_win32(s, zone.StandardName) : NULL);
}

void ts_fill_uptime(struct ts_scan *s)
{
	ts_uptime_put(s, (int64_t)(GetTickCount64() / 1000));
}
