/* table/files-windows.c - os_version, system_info and users from a machine's registry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/sysinfo.h"
#include "decode/utf16.h"
#include "table/files-int.h"

#define CCS      "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
#define SOFTWARE "HKEY_LOCAL_MACHINE\\SOFTWARE\\"

/* --- os_version and system_info --- */

static bool read_sysinfo(const struct ts_files *f, struct ts_sysinfo *info)
{
	const struct ts_member *m = ts_files_member(f, TS_SNIFF_SYSTEMINFO, 0);
	if (m == NULL) {
		return false;
	}
	struct ts_buf text;
	ts_buf_init(&text, TS_SNIFF_BYTES * 4);
	ts_text_put(&text, m->data, m->size < TS_SNIFF_BYTES ? m->size : TS_SNIFF_BYTES, true);
	bool ok = ts_sysinfo_parse((struct ts_str){ ts_buf_str(&text), text.len }, info);
	ts_buf_finish(&text);
	return ok;
}

/* Numbers of "10.0.19045". */
static void put_version(struct ts_scan *s, const char *version)
{
	int major = 0, minor = 0;
	char build[16] = "";
	ts_row_text(s, "version", version);
	if (sscanf(version, "%9d.%9d.%15[0-9]", &major, &minor, build) == 3) {
		ts_row_int(s, "major", major);
		ts_row_int(s, "minor", minor);
		ts_row_text(s, "build", build);
	}
	ts_row_text(s, "platform", "windows");
	ts_row_text(s, "platform_like", "windows");
}

/* Windows 11 still calls itself 10 in the registry. */
static const char *product_name(struct ts_scan *s, const char *name, int64_t build)
{
	if (build >= 22000 && ts_str_starts(name, "Windows 10")) {
		return ts_arena_printf(
			ts_scan_arena(s), "Microsoft Windows 11%s", name + strlen("Windows 10"));
	}
	/* Wine says it with its maker. */
	return ts_str_starts(name, "Microsoft ") ? name
						 : ts_arena_printf(ts_scan_arena(s), "Microsoft %s", name);
}

void ts_regs_put_version(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *key)
{
	struct ts_arena *a = ts_scan_arena(s);
	int64_t major, minor, n, build_number = 0;
	const char *name = ts_regs_text(r, key, "ProductName", a),
		   *build = ts_regs_text(r, key, "CurrentBuildNumber", a),
		   *old = ts_regs_text(r, key, "CurrentVersion", a);
	build = build != NULL ? build : "0";
	ts_parse_int(build, 0, INT32_MAX, &build_number);
	ts_row_begin(s);
	ts_row_text(s, "name", name != NULL ? product_name(s, name, build_number) : "");
	if (ts_regs_number(r, key, "CurrentMajorVersionNumber", &major) &&
		ts_regs_number(r, key, "CurrentMinorVersionNumber", &minor)) {
		put_version(s, ts_arena_printf(a, "%d.%d.%s", (int)major, (int)minor, build));
	} else {
		put_version(s, ts_arena_printf(a, "%s.%s", old != NULL ? old : "0.0", build));
	}
	const char *pack = ts_regs_text(r, key, "CSDVersion", a);
	ts_row_text(s, "codename", pack != NULL ? pack : "");
	if (ts_regs_number(r, key, "UBR", &n)) {
		ts_row_int(s, "revision", n);
	}
	if (ts_regs_number(r, key, "InstallDate", &n)) {
		ts_row_int(s, "install_date", n);
	}
	struct ts_reg_key env;
	if (ts_regs_find(r, CCS "Control\\Session Manager\\Environment", &env, NULL) == TS_REG_FOUND) {
		const char *arch = ts_regs_text(r, &env, "PROCESSOR_ARCHITECTURE", a);
		bool wide = arch != NULL && strstr(arch, "64") != NULL;
		ts_row_text(s, "arch", arch == NULL ? NULL : wide ? "64-bit" : "32-bit");
	}
	ts_row_end(s);
}

/* The system that the kinds of files are of; NULL where they do not tell. */
static const char *platform_of(const struct ts_files *f)
{
	static const struct {
		enum ts_sniff kind;
		const char *platform;
	} kinds[] = { { TS_SNIFF_EVTX, "windows" }, { TS_SNIFF_HIVE, "windows" },
		{ TS_SNIFF_REG_TEXT, "windows" }, { TS_SNIFF_NETSTAT, "windows" },
		{ TS_SNIFF_NET_CSV, "windows" }, { TS_SNIFF_NET_JSON, "windows" },
		{ TS_SNIFF_SERVICES, "windows" }, { TS_SNIFF_TASKS, "windows" },
		{ TS_SNIFF_JOURNAL, "linux" }, { TS_SNIFF_XRDP_LOG, "linux" },
		{ TS_SNIFF_XRDP_SESMAN_LOG, "linux" } };
	for (size_t i = 0; i < TS_COUNT(kinds); i++) {
		if (ts_files_member(f, kinds[i].kind, 0) != NULL) {
			return kinds[i].platform;
		}
	}
	return NULL;
}

/* No file names the version, but an event log is of Windows, a journal of Linux. */
static bool put_platform(const struct ts_files *f, struct ts_scan *s)
{
	static const char *const known[] = { "platform", "platform_like" };
	const struct ts_table *t = ts_scan_table(s);
	const char *platform = platform_of(f);
	if (platform == NULL) {
		return false;
	}
	ts_row_begin(s);
	for (size_t i = 0; i < TS_COUNT(known); i++) {
		ts_row_text(s, known[i], platform);
	}
	ts_row_end(s);
	for (int i = 0; i < t->ncolumns; i++) {
		bool told = ts_str_starts(t->columns[i].name, known[0]);
		if (!told && ts_scan_wants(s, t->columns[i].name)) {
			return false;
		}
	}
	ts_scan_sawf(s, TS_SEEN_READ, "told by the kinds of files: %s", platform);
	return true;
}

void ts_files_scan_os_version(struct ts_files *f, struct ts_scan *s)
{
	struct ts_sysinfo info;
	struct ts_reg_key key;
	const struct ts_regs *r = ts_files_regs(f);
	enum ts_reg_found found =
		ts_regs_find(r, SOFTWARE "Microsoft\\Windows NT\\CurrentVersion", &key, NULL);
	if (found != TS_REG_FOUND && read_sysinfo(f, &info)) {
		ts_row_begin(s);
		ts_row_text(s, "name", info.os_name);
		info.os_version[strcspn(info.os_version, " ")] = '\0';
		put_version(s, info.os_version);
		ts_row_text(s, "arch", strstr(info.system_type, "64") != NULL ? "64-bit" : "32-bit");
		ts_row_end(s);
		ts_scan_saw(s, NULL, TS_SEEN_READ, "from the output of systeminfo");
	} else if (found != TS_REG_FOUND && put_platform(f, s)) {
		return;
	} else if (ts_regs_key(ts_files_regs(f), s, SOFTWARE "Microsoft\\Windows NT\\CurrentVersion", true,
			   &key)) {
		ts_regs_put_version(s, r, &key);
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

void ts_files_scan_system_info(struct ts_files *f, struct ts_scan *s)
{
	struct ts_sysinfo info = { 0 };
	struct ts_reg_key key;
	const struct ts_regs *r = ts_files_regs(f);
	struct ts_arena *a = ts_scan_arena(s);
	bool text = read_sysinfo(f, &info);
	const char *computer = text ? info.host : NULL, *host = computer;
	if (ts_regs_find(r, CCS "Control\\ComputerName\\ComputerName", &key, NULL) == TS_REG_FOUND) {
		computer = ts_regs_text(r, &key, "ComputerName", a);
		host = computer;
	}
	if (ts_regs_find(r, CCS "Services\\Tcpip\\Parameters", &key, NULL) == TS_REG_FOUND) {
		const char *name = ts_regs_text(r, &key, "Hostname", a),
			   *domain = ts_regs_text(r, &key, "NV Domain", a);
		host = name == NULL || *name == '\0'       ? host
		       : domain != NULL && *domain != '\0' ? ts_arena_printf(a, "%s.%s", name, domain)
							   : name;
	}
	if (computer == NULL && f->several == NULL && f->listed[0] != NULL) {
		/* The event logs name it. */
		host = f->listed[0];
		computer = ts_arena_strndup(a, host, strcspn(host, "."));
	}
	if (computer == NULL) {
		if (ts_regs_key(ts_files_regs(f), s, CCS "Control\\ComputerName\\ComputerName", true, &key)) {
			ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "the computer's name cannot be read");
		}
		return;
	}
	ts_row_begin(s);
	ts_row_text(s, "hostname", host);
	ts_row_text(s, "computer_name", computer);
	ts_row_text(s, "local_hostname", computer);
	if (text) {
		ts_row_text(s, "hardware_vendor", info.vendor);
		ts_row_text(s, "hardware_model", info.model);
	}
	ts_row_end(s);
	static const char *const known[] = { "hostname", "computer_name", "local_hostname", "hardware_vendor",
		"hardware_model" };
	const struct ts_table *t = ts_scan_table(s);
	for (int i = 0; i < t->ncolumns; i++) {
		bool told = false;
		for (size_t k = 0; k < TS_COUNT(known); k++) {
			told = told || (strcmp(t->columns[i].name, known[k]) == 0 && (k < 3 || text));
		}
		if (!told && ts_scan_wants(s, t->columns[i].name)) {
			ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "only names: the hardware is not in the files");
			return;
		}
	}
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

/* --- users --- */

/* S-1-5-21-... ends in the account's number. */
static int64_t rid_of(const char *sid)
{
	int64_t rid = -1;
	const char *dash = strrchr(sid, '-');
	return dash != NULL && ts_parse_int(dash + 1, 0, UINT32_MAX, &rid) ? rid : -1;
}

void ts_files_scan_users(struct ts_files *f, struct ts_scan *s)
{
	const struct ts_regs *r = ts_files_regs(f);
	struct ts_arena *a = ts_scan_arena(s);
	struct ts_reg_key list, key;
	struct ts_reg_iter it = { 0 };
	struct ts_buf sid;
	if (!ts_regs_key(ts_files_regs(f), s, SOFTWARE "Microsoft\\Windows NT\\CurrentVersion\\ProfileList",
		    true, &list)) {
		return;
	}
	ts_buf_init(&sid, 1 << 20);
	bool more = true;
	while (more && ts_regs_next_key(r, &list, &it, &key, &sid)) {
		const char *path = ts_regs_text(r, &key, "ProfileImagePath", a);
		const char *cut = path != NULL ? strrchr(path, '\\') : NULL;
		int64_t rid = rid_of(ts_buf_str(&sid));
		if (!ts_str_starts(ts_buf_str(&sid), "S-1-") ||
			!ts_scan_allows_text(s, "uuid", ts_buf_str(&sid))) {
			continue;
		}
		ts_row_begin(s);
		ts_row_int(s, "uid", rid);
		ts_row_int(s, "uid_signed", (int32_t)(uint32_t)rid);
		ts_row_text(s, "username", cut != NULL ? cut + 1 : "");
		ts_row_text(s, "directory", path != NULL ? path : "");
		ts_row_text(s, "uuid", ts_buf_str(&sid));
		ts_row_text(s, "type", ts_str_starts(ts_buf_str(&sid), "S-1-5-21-") ? "local" : "special");
		more = ts_row_end(s);
	}
	ts_buf_finish(&sid);
	ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
		"only accounts that have a profile, named by its folder; the list of accounts (SAM) is never "
		"read");
}
