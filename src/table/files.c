/* table/files.c - a machine's evidence as files: opening, and which table is made from what. */
#include "table/files.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "os/os.h"
#include "table/files-int.h"

/* --- tables --- */

static void scan_eventlog(struct ts_files *f, struct ts_scan *s)
{
	if (f->evtx != NULL) {
		ts_evtx_scan(f->evtx, s);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"no event log is among the files (Windows\\System32\\winevt\\Logs\\*.evtx)");
	}
}

static void scan_channels(struct ts_files *f, struct ts_scan *s)
{
	if (f->evtx != NULL) {
		ts_evtx_scan_channels(f->evtx, s);
	} else {
		scan_eventlog(f, s);
	}
}

/* The machine's clock needs no file. */
static void scan_time(struct ts_files *f, struct ts_scan *s)
{
	(void)f;
	ts_scan_table(s)->fill(s);
}

#define SYSTEM_HIVE   "Windows\\System32\\config\\SYSTEM"
#define SOFTWARE_HIVE "Windows\\System32\\config\\SOFTWARE"
#define NETSTAT       "the output of netstat -ano, or of Get-NetTCPConnection as CSV or JSON"

/* In order of name. */
static const struct source {
	const char *table;
	void (*scan)(struct ts_files *f, struct ts_scan *s);
	const char *file; /* that would answer */
	/* In place of scan where the registry alone answers. */
	void (*of_registry)(const struct ts_regs *r, struct ts_scan *s);
} sources[] = {
	{ "certificates", ts_files_scan_certificates, SOFTWARE_HIVE ", or the certificates as files" },
	{ "journal", ts_files_scan_journal, "/var/log/journal/*/system.journal" },
	{ "listening_ports", ts_files_scan_listening_ports, NETSTAT },
	{ "log_file", ts_files_scan_log_file, "/var/log/xrdp.log and /var/log/xrdp-sesman.log" },
	{ "os_version", ts_files_scan_os_version, SOFTWARE_HIVE ", or the output of systeminfo" },
	{ "process_open_sockets", ts_files_scan_open_sockets, NETSTAT },
	{ "processes", ts_files_scan_processes, "the output of tasklist /v /fo csv" },
	{ "rdp_listener", NULL, SYSTEM_HIVE, ts_regs_scan_rdp_listener },
	{ "registry", NULL, SYSTEM_HIVE " and SOFTWARE, or exports of keys (reg export)",
		ts_regs_scan_registry },
	{ "registry_value", NULL, SYSTEM_HIVE " and SOFTWARE, or exports of keys (reg export)",
		ts_regs_scan_registry_value },
	{ "services", ts_files_scan_services,
		SYSTEM_HIVE ", and the output of sc queryex type= all state= all" },
	{ "system_info", ts_files_scan_system_info, SYSTEM_HIVE ", or the output of systeminfo" },
	{ "time", scan_time, NULL },
	{ "users", ts_files_scan_users, SOFTWARE_HIVE },
	{ "windows_event_channels", scan_channels, "Windows\\System32\\winevt\\Logs\\*.evtx" },
	{ "windows_eventlog", scan_eventlog, "Windows\\System32\\winevt\\Logs\\*.evtx" },
	{ "windows_firewall_profiles", NULL, SYSTEM_HIVE " and SOFTWARE", ts_regs_scan_firewall_profiles },
	{ "windows_firewall_rules", NULL, SYSTEM_HIVE " and SOFTWARE", ts_regs_scan_firewall_rules },
};

static const struct source *source_of(const char *table)
{
	for (size_t i = 0; i < TS_COUNT(sources); i++) {
		if (strcmp(sources[i].table, table) == 0) {
			return &sources[i];
		}
	}
	return NULL;
}

void ts_files_scan(struct ts_files *f, struct ts_scan *s)
{
	const struct source *src = source_of(ts_scan_table(s)->name);
	if (src == NULL || (src->scan == scan_time && ts_scan_table(s)->fill == NULL)) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, "files of a machine do not hold it");
		return;
	}
	if (f->several != NULL && src->scan != scan_time) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, f->several);
	}
	if (src->of_registry != NULL) {
		src->of_registry(ts_files_regs(f), s);
	} else {
		src->scan(f, s);
	}
}

/* --- parts of the source --- */

static const struct ts_member *used_member(const struct ts_files *f, size_t i)
{
	return f->items[i].used ? ts_container_get(f->container, i) : NULL;
}

const struct ts_member *ts_files_member(const struct ts_files *f, enum ts_sniff kind, size_t i)
{
	for (size_t k = 0; k < f->nitems; k++) {
		const struct ts_member *m = used_member(f, k);
		if (m != NULL && m->kind == kind && i-- == 0) {
			return m;
		}
	}
	return NULL;
}

const struct ts_regs *ts_files_regs(struct ts_files *f)
{
	ts_mutex_lock(f->lock);
	if (f->regs == NULL) {
		size_t n = 0;
		const struct ts_member **members = ts_arena_calloc(f->arena, f->nitems + 1, sizeof(*members));
		for (size_t i = 0; i < f->nitems; i++) {
			members[n] = used_member(f, i);
			n += members[n] != NULL;
		}
		f->regs = ts_regs_new(members, n);
	}
	ts_mutex_unlock(f->lock);
	return f->regs;
}

/* --- opening --- */

static void note_times(struct ts_files *f)
{
	int64_t newest = 0, touched = 0;
	for (size_t i = 0; i < f->nitems; i++) {
		const struct ts_member *m = used_member(f, i);
		if (m != NULL) {
			newest = f->items[i].newest > newest ? f->items[i].newest : newest;
			touched = m->mtime > touched ? m->mtime : touched;
		}
	}
	f->as_of = newest > 0 ? newest : touched > 0 ? touched : ts_os_now();
}

/* "PATH@COMPUTER" where PATH@COMPUTER itself does not exist. The caller frees. */
static char *split_path(const char *path, const char **computer)
{
	struct ts_file_info info;
	const char *at = strrchr(path, '@');
	*computer = NULL;
	if (at == NULL || at == path || !ts_os_stat(path, &info, NULL) || info.kind != TS_FILE_NONE) {
		return ts_xstrdup(path);
	}
	*computer = at + 1;
	return ts_xstrndup(path, (size_t)(at - path));
}

static bool nothing_found(const struct ts_files *f, const char *path, struct ts_err *err)
{
	const struct ts_skipped *skipped;
	if (ts_container_skipped(f->container, &skipped) == 1 &&
		ts_container_skipped_count(f->container) == 1) {
		return ts_fail(err, "%s: nothing of it can be read as evidence: %s: %s", path,
			skipped[0].path, skipped[0].why);
	}
	return ts_fail(err,
		"%s: none of its %zu files is evidence that can be read (an event log, a registry hive or "
		"export, sockets, "
		"certificates); `troubleshoot evidence %s` says what they are",
		path, ts_container_seen(f->container), path);
}

static bool open_paths(
	struct ts_files *f, const char *const *paths, size_t n, bool anything, struct ts_err *err)
{
	const char *computer = NULL;
	f->container = ts_container_new();
	for (size_t i = 0; i < n; i++) {
		const char *chosen;
		char *path = split_path(paths[i], &chosen);
		bool ok = ts_container_add(f->container, path, err);
		free(path);
		if (!ok) {
			return false;
		}
		computer = chosen != NULL ? chosen : computer;
	}
	f->nitems = ts_container_count(f->container);
	if (f->nitems == 0 && !anything) {
		return nothing_found(f, paths[n - 1], err);
	}
	if (!ts_files_sort_out(f, computer, err)) {
		return false;
	}
	note_times(f);
	return true;
}

struct ts_files *ts_files_open(const char *const *paths, size_t n, bool anything, struct ts_err *err)
{
	struct ts_files *f = ts_xcalloc(1, sizeof(*f));
	f->arena = ts_arena_new();
	f->lock = ts_mutex_new();
	if (!open_paths(f, paths, n, anything, err)) {
		ts_files_free(f);
		return NULL;
	}
	return f;
}

const char *ts_files_remark(const struct ts_files *f)
{
	return f->several;
}

void ts_files_free(struct ts_files *f)
{
	if (f != NULL) {
		ts_evtx_source_free(f->evtx);
		ts_regs_free(f->regs);
		ts_container_free(f->container);
		ts_mutex_free(f->lock);
		ts_arena_free(f->arena);
		free(f);
	}
}

int64_t ts_files_as_of(const struct ts_files *f)
{
	return f->as_of;
}

/* --- for `troubleshoot evidence` --- */

const struct ts_files_item *ts_files_item(const struct ts_files *f, size_t i)
{
	return i < f->nitems ? &f->items[i] : NULL;
}

const struct ts_skipped *ts_files_skipped(const struct ts_files *f, size_t i, size_t *all)
{
	const struct ts_skipped *list;
	size_t n = ts_container_skipped(f->container, &list);
	*all = ts_container_skipped_count(f->container);
	return i < n ? &list[i] : NULL;
}

const char *ts_files_computer(const struct ts_files *f, size_t i)
{
	return i < TS_FILES_COMPUTERS ? f->listed[i] : NULL;
}

static bool has_kind(const struct ts_files *f, enum ts_sniff kind)
{
	return ts_files_member(f, kind, 0) != NULL;
}

static bool has_key(struct ts_files *f, const char *path)
{
	struct ts_reg_key key;
	return ts_regs_find(ts_files_regs(f), path, &key, NULL) != TS_REG_NOT_COLLECTED;
}

#define HKLM_SYSTEM   "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
#define HKLM_SOFTWARE "HKEY_LOCAL_MACHINE\\SOFTWARE\\"

/* Can the table be made, wholly or in part? */
static bool answered(struct ts_files *f, const char *table)
{
	static const struct {
		const char *table;
		enum ts_sniff kinds[3];
		const char *key;
	} needs[] = {
		{ "certificates", { TS_SNIFF_CERT_DER, TS_SNIFF_CERT_PEM },
			HKLM_SOFTWARE "Microsoft\\SystemCertificates" },
		{ "listening_ports", { TS_SNIFF_NETSTAT, TS_SNIFF_NET_CSV, TS_SNIFF_NET_JSON }, NULL },
		{ "os_version", { TS_SNIFF_SYSTEMINFO },
			HKLM_SOFTWARE "Microsoft\\Windows NT\\CurrentVersion" },
		{ "process_open_sockets", { TS_SNIFF_NETSTAT, TS_SNIFF_NET_CSV, TS_SNIFF_NET_JSON }, NULL },
		{ "rdp_listener", { 0 }, HKLM_SYSTEM "Control\\Terminal Server" },
		{ "registry", { TS_SNIFF_HIVE, TS_SNIFF_REG_TEXT }, NULL },
		{ "registry_value", { TS_SNIFF_HIVE, TS_SNIFF_REG_TEXT }, NULL },
		{ "processes", { TS_SNIFF_TASKS }, NULL },
		{ "services", { TS_SNIFF_SERVICES }, HKLM_SYSTEM "Services" },
		{ "system_info", { TS_SNIFF_SYSTEMINFO }, HKLM_SYSTEM "Control\\ComputerName\\ComputerName" },
		{ "users", { 0 }, HKLM_SOFTWARE "Microsoft\\Windows NT\\CurrentVersion\\ProfileList" },
		{ "windows_event_channels", { TS_SNIFF_EVTX }, NULL },
		{ "windows_eventlog", { TS_SNIFF_EVTX }, NULL },
		{ "windows_firewall_profiles", { 0 },
			HKLM_SYSTEM "Services\\SharedAccess\\Parameters\\FirewallPolicy" },
		{ "windows_firewall_rules", { 0 },
			HKLM_SYSTEM "Services\\SharedAccess\\Parameters\\FirewallPolicy" },
	};
	for (size_t i = 0; i < TS_COUNT(needs); i++) {
		if (strcmp(needs[i].table, table) != 0) {
			continue;
		}
		for (int k = 0; k < 3; k++) {
			if (needs[i].kinds[k] != TS_SNIFF_UNKNOWN && has_kind(f, needs[i].kinds[k])) {
				return true;
			}
		}
		return needs[i].key != NULL && has_key(f, needs[i].key);
	}
	return true;
}

const char *ts_files_that_answer(const char *table)
{
	const struct source *src = source_of(table);
	return src != NULL ? src->file : NULL;
}

bool ts_files_missing(struct ts_files *f, size_t i, const char **table, const char **file)
{
	for (size_t k = 0; k < TS_COUNT(sources); k++) {
		if (!answered(f, sources[k].table) && i-- == 0) {
			*table = sources[k].table;
			*file = sources[k].file;
			return true;
		}
	}
	return false;
}
