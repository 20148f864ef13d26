/* table/system-linux.c - version, hardware, clock and uptime of a Linux system. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/str.h"
#include "decode/keyvalue.h"
#include "os/os.h"
#include "table/clock.h"
#include "table/scan.h"
#include "table/schema.h"

#define MAX_FILE ((size_t)8 << 20) /* /proc/cpuinfo of a machine with thousands of processors */

/* --- os_version --- */

/* A column that os-release gives as it is. */
static void put_release(struct ts_scan *s, const struct ts_buf *b, const char *column, const char *key)
{
	char value[256];
	if (ts_osrelease_get(b->data, b->len, key, value, sizeof(value))) {
		ts_row_text(s, column, value);
	}
}

/* "12" and "22.04.3": the numbers that are there. */
static void put_numbers(struct ts_scan *s, const struct ts_buf *b)
{
	static const char *const columns[] = { "major", "minor", "patch" };
	char version[64];
	if (!ts_osrelease_get(b->data, b->len, "VERSION_ID", version, sizeof(version))) {
		return;
	}
	const char *p = version;
	for (size_t i = 0; i < TS_COUNT(columns) && *p >= '0' && *p <= '9'; i++) {
		int value = 0;
		for (; *p >= '0' && *p <= '9'; p++) {
			value = value < 1000000 ? value * 10 + (*p - '0') : value;
		}
		ts_row_int(s, columns[i], value);
		p += *p == '.';
	}
}

void ts_fill_os_version(struct ts_scan *s)
{
	struct ts_buf b;
	struct utsname u;
	ts_buf_init(&b, MAX_FILE);
	/* os-release(5): the second is read only where the first is not there. */
	bool read = ts_os_read_file("/etc/os-release", &b, NULL);
	if (!read) {
		ts_buf_clear(&b);
		read = ts_os_read_file("/usr/lib/os-release", &b, NULL);
	}
	ts_row_begin(s);
	if (read && b.len > 0) {
		put_release(s, &b, "name", "NAME");
		put_release(s, &b, "version", "VERSION");
		put_release(s, &b, "build", "BUILD_ID");
		put_release(s, &b, "platform", "ID");
		put_release(s, &b, "platform_like", "ID_LIKE");
		put_release(s, &b, "codename", "VERSION_CODENAME");
		put_numbers(s, &b);
	}
	if (uname(&u) == 0) {
		ts_row_text(s, "arch", u.machine);
	}
	ts_row_end(s);
	ts_scan_saw(s, NULL, read ? TS_SEEN_READ : TS_SEEN_PARTIAL,
		read ? NULL : "there is no os-release file that can be read");
	ts_buf_finish(&b);
}

/* --- system_info --- */

/* A one-line file of the firmware's table; what may not be read stays NULL. */
static void put_dmi(struct ts_scan *s, const char *column, const char *file)
{
	char path[96];
	struct ts_buf b;
	ts_buf_init(&b, 4096);
	snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", file);
	if (ts_os_read_file(path, &b, NULL) && b.len > 0) {
		struct ts_str v = ts_str_trim(ts_str_of(ts_buf_str(&b)));
		char *text = ts_arena_strndup(ts_scan_arena(s), v.p, v.n);
		ts_row_text(s, column, text[0] != '\0' ? text : NULL);
	}
	ts_buf_finish(&b);
}

static void put_positive(struct ts_scan *s, const char *column, int64_t v)
{
	if (v > 0) {
		ts_row_int(s, column, v);
	}
}

static void put_processor(struct ts_scan *s)
{
	struct ts_cpuinfo c;
	struct ts_buf b;
	ts_buf_init(&b, MAX_FILE);
	if (ts_os_read_file("/proc/cpuinfo", &b, NULL) && b.len > 0) {
		ts_cpuinfo_parse(b.data, b.len, &c);
		ts_row_text(s, "cpu_brand", c.brand[0] != '\0' ? c.brand : NULL);
		ts_row_text(s, "cpu_microcode", c.microcode[0] != '\0' ? c.microcode : NULL);
		put_positive(s, "cpu_physical_cores", c.physical);
		put_positive(s, "cpu_sockets", c.sockets);
	}
	ts_buf_finish(&b);
	put_positive(s, "cpu_logical_cores", sysconf(_SC_NPROCESSORS_ONLN));
}

void ts_fill_system_info(struct ts_scan *s)
{
	static const struct {
		const char *column, *file;
	} dmi[] = {
		{ "uuid", "product_uuid" },
		{ "hardware_vendor", "sys_vendor" },
		{ "hardware_model", "product_name" },
		{ "hardware_version", "product_version" },
		{ "hardware_serial", "product_serial" },
		{ "board_vendor", "board_vendor" },
		{ "board_model", "board_name" },
		{ "board_version", "board_version" },
		{ "board_serial", "board_serial" },
	};
	struct utsname u;
	ts_row_begin(s);
	if (uname(&u) == 0) {
		ts_row_text(s, "hostname", u.nodename);
		ts_row_text(s, "computer_name", u.nodename);
		ts_row_text(s, "local_hostname", u.nodename);
		ts_row_text(s, "cpu_type", u.machine);
	}
	put_processor(s);
	int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	put_positive(s, "physical_memory", pages > 0 && page > 0 ? pages * page : 0);
	for (size_t i = 0; i < TS_COUNT(dmi); i++) {
		put_dmi(s, dmi[i].column, dmi[i].file);
	}
	ts_row_end(s);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}

/* --- time, uptime --- */

void ts_fill_time(struct ts_scan *s)
{
	char zone[64];
	struct tm local;
	time_t t = (time_t)ts_scan_as_of(s);
	bool known = localtime_r(&t, &local) != NULL && strftime(zone, sizeof(zone), "%Z", &local) > 0;
	ts_time_put(s, known ? zone : NULL);
}

void ts_fill_uptime(struct ts_scan *s)
{
	struct timespec t;
	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED,
			"the system does not tell how long it has been running");
		return;
	}
	ts_uptime_put(s, t.tv_sec);
}
