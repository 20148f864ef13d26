/* table/windows-words.c - how tables of Windows spell numbers of the system. */
#include "table/windows-words.h"

#include "base/alloc.h"

const char *ts_service_type(int64_t type)
{
	static const struct {
		int64_t value;
		const char *name;
	} types[] = { { 1, "KERNEL_DRIVER" }, { 2, "FILE_SYSTEM_DRIVER" }, { 0x10, "OWN_PROCESS" },
		{ 0x20, "SHARE_PROCESS" }, { 0x50, "USER_OWN_PROCESS" }, { 0x60, "USER_SHARE_PROCESS" },
		{ 0xD0, "USER_OWN_PROCESS(Instance)" }, { 0xE0, "USER_SHARE_PROCESS(Instance)" },
		{ 0x110, "OWN_PROCESS(Interactive)" }, { 0x120, "SHARE_PROCESS(Interactive)" } };
	for (size_t i = 0; i < TS_COUNT(types); i++) {
		if (types[i].value == type) {
			return types[i].name;
		}
	}
	return "UNKNOWN";
}

static const char *word(const char *const *words, size_t n, int64_t i, const char *otherwise)
{
	return i >= 0 && i < (int64_t)n && words[i] != NULL ? words[i] : otherwise;
}

const char *ts_service_start(int64_t start)
{
	static const char *const words[] = { "BOOT_START", "SYSTEM_START", "AUTO_START", "DEMAND_START",
		"DISABLED" };
	return word(words, TS_COUNT(words), start, NULL);
}

const char *ts_service_status(int64_t state)
{
	static const char *const words[] = { NULL, "STOPPED", "START_PENDING", "STOP_PENDING", "RUNNING",
		"CONTINUE_PENDING", "PAUSE_PENDING", "PAUSED" };
	return word(words, TS_COUNT(words), state, "UNKNOWN");
}

const char *ts_tcp_state_windows(int64_t state)
{
	static const char *const words[] = { NULL, "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED",
		"FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "DELETE_TCB" };
	return word(words, TS_COUNT(words), state, "UNKNOWN");
}

const char *ts_store_shown_name(const char *name)
{
	static const struct {
		const char *name, *shown;
	} names[] = {
		{ "MY", "Personal" },
		{ "ROOT", "Trusted Root Certification Authorities" },
		{ "AuthRoot", "Third-Party Root Certification Authorities" },
		{ "CA", "Intermediate Certification Authorities" },
		{ "Disallowed", "Untrusted Certificates" },
		{ "TrustedPublisher", "Trusted Publishers" },
		{ "TrustedPeople", "Trusted People" },
	};
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		if (ts_str_case_eq(names[i].name, name)) {
			return names[i].shown;
		}
	}
	return name;
}
