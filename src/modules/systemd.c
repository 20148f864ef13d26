/* modules/systemd.c - units over D-Bus and the journal, through libsystemd, as a module of its own: see os/module.h and
 * os/systemd-ops.h. */
#include "os/systemd-ops.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-journal.h>

#define MANAGER    "org.freedesktop.systemd1"
#define MAX_TEXT   65536 /* bytes of a field of the journal; the rest is cut off */
#define MAX_FILES  64
#define PATH_BYTES 1024

extern const struct ts_systemd_ops ts_module_systemd;

static enum ts_systemd_result fail(int error, const char *what, char *err, size_t errsize)
{
	error = error < 0 ? -error : error;
	snprintf(err, errsize, "%s: %s", what, strerror(error));
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
	case ENOTDIR:
	case EHOSTUNREACH: return TS_SYSTEMD_ABSENT;
	case EACCES:
	case EPERM: return TS_SYSTEMD_DENIED;
	case ETIMEDOUT: return TS_SYSTEMD_TIMEOUT;
	case EBADMSG:
	case EPROTONOSUPPORT:
	case ENODATA:
	case EIO: return TS_SYSTEMD_DAMAGED;
	default: return TS_SYSTEMD_FAILED;
	}
}

/* --- units --- */

/* One more question for one unit; the caller frees. NULL where there is no answer: not every kind of unit has each
 * property. */
static char *property(sd_bus *bus, const char *path, const char *interface, const char *name)
{
	char *text = NULL;
	int rc = sd_bus_get_property_string(bus, MANAGER, path, interface, name, NULL, &text);
	return rc >= 0 ? text : NULL;
}

/* False: no more are wanted. */
static bool tell_unit(sd_bus *bus, unsigned more, struct ts_systemd_unit *u,
	bool (*unit)(void *ctx, const struct ts_systemd_unit *u), void *ctx)
{
	static const char unit_interface[] = MANAGER ".Unit", service[] = MANAGER ".Service";
	char *state = NULL, *fragment = NULL, *user = NULL, *source = NULL;
	size_t n = strlen(u->id);
	if ((more & TS_SYSTEMD_FILE_STATE) != 0) {
		state = property(bus, u->object_path, unit_interface, "UnitFileState");
	}
	if ((more & TS_SYSTEMD_FRAGMENT) != 0) {
		fragment = property(bus, u->object_path, unit_interface, "FragmentPath");
	}
	if ((more & TS_SYSTEMD_SOURCE) != 0) {
		source = property(bus, u->object_path, unit_interface, "SourcePath");
	}
	if ((more & TS_SYSTEMD_USER) != 0 && n > 8 && strcmp(u->id + n - 8, ".service") == 0) {
		user = property(bus, u->object_path, service, "User");
	}
	u->unit_file_state = state;
	u->fragment_path = fragment;
	u->source_path = source;
	u->user = user;
	bool go_on = unit(ctx, u);
	free(state);
	free(fragment);
	free(source);
	free(user);
	return go_on;
}

static int read_units(sd_bus *bus, sd_bus_message *reply, unsigned more,
	bool (*unit)(void *ctx, const struct ts_systemd_unit *u), void *ctx)
{
	struct ts_systemd_unit u = { 0 };
	bool go_on = true;
	int rc = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	while (rc >= 0 && go_on &&
		(rc = sd_bus_message_read(reply, "(ssssssouso)", &u.id, &u.description, &u.load_state,
			 &u.active_state, &u.sub_state, &u.following, &u.object_path, &u.job_id, &u.job_type,
			 &u.job_path)) > 0) {
		go_on = tell_unit(bus, more, &u, unit, ctx);
	}
	return rc;
}

static enum ts_systemd_result units(unsigned more, int timeout_ms,
	bool (*unit)(void *ctx, const struct ts_systemd_unit *u), void *ctx, char *err, size_t errsize)
{
	sd_bus *bus = NULL;
	sd_bus_message *call = NULL, *reply = NULL;
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *what = "systemd cannot be asked over D-Bus";
	int rc = sd_bus_open_system(&bus);
	if (rc >= 0) {
		sd_bus_set_method_call_timeout(bus, (uint64_t)timeout_ms * 1000);
		/* No other program is started for the sake of a question. */
		rc = sd_bus_message_new_method_call(
			bus, &call, MANAGER, "/org/freedesktop/systemd1", MANAGER ".Manager", "ListUnits");
	}
	if (rc >= 0) {
		sd_bus_message_set_auto_start(call, 0);
		rc = sd_bus_call(bus, call, (uint64_t)timeout_ms * 1000, &error, &reply);
	}
	if (rc >= 0) {
		rc = read_units(bus, reply, more, unit, ctx);
	}
	enum ts_systemd_result result = TS_SYSTEMD_OK;
	if (sd_bus_error_has_name(&error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) ||
		sd_bus_error_has_name(&error, SD_BUS_ERROR_SERVICE_UNKNOWN)) {
		snprintf(err, errsize, "systemd does not run on this system");
		result = TS_SYSTEMD_ABSENT;
	} else if (rc < 0) {
		result = fail(rc, what, err, errsize);
	}
	sd_bus_error_free(&error);
	sd_bus_message_unref(call);
	sd_bus_message_unref(reply);
	sd_bus_flush_close_unref(bus);
	return result;
}

/* --- journal --- */

/* Is there a journal, and may it be read? The library passes over in silence what it may not open. */
static void look_at(const char *base, bool *found, bool *denied)
{
	DIR *d = opendir(base);
	struct dirent *e;
	if (d == NULL) {
		*denied = *denied || errno == EACCES || errno == EPERM;
		return;
	}
	while ((e = readdir(d)) != NULL) {
		char path[1024];
		if (e->d_name[0] == '.' || snprintf(path, sizeof(path), "%s/%s/system.journal", base,
						   e->d_name) >= (int)sizeof(path)) {
			continue;
		}
		if (access(path, R_OK) == 0) {
			*found = true;
		} else {
			*denied = *denied || errno == EACCES || errno == EPERM;
		}
	}
	closedir(d);
}

static enum ts_systemd_result open_own(sd_journal **j, char *err, size_t errsize)
{
	bool found = false, denied = false;
	look_at("/var/log/journal", &found, &denied);
	look_at("/run/log/journal", &found, &denied);
	if (denied) {
		snprintf(err, errsize,
			"the system's journal may be read by members of systemd-journal or adm, or by root");
		return TS_SYSTEMD_DENIED;
	}
	if (!found) {
		snprintf(err, errsize, "there is no journal on this system");
		return TS_SYSTEMD_ABSENT;
	}
	int rc = sd_journal_open(j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	return rc < 0 ? fail(rc, "the journal cannot be opened", err, errsize) : TS_SYSTEMD_OK;
}

/* Memory as a file that the library can map: it takes no file without a name. -1 = errno tells. */
static int file_of(const unsigned char *data, size_t n, char *path, size_t pathsize)
{
	const char *dir = secure_getenv("TMPDIR");
	snprintf(path, pathsize, "%s/troubleshoot-XXXXXX", dir != NULL ? dir : "/tmp");
	int fd = mkostemp(path, O_CLOEXEC);
	for (size_t done = 0; fd >= 0 && done < n;) {
		ssize_t w = write(fd, data + done, n - done);
		if (w <= 0 && errno != EINTR) {
			int saved = w == 0 ? EIO : errno;
			close(fd);
			unlink(path);
			errno = saved;
			return -1;
		}
		done += w > 0 ? (size_t)w : 0;
	}
	return fd;
}

static enum ts_systemd_result open_memory(const unsigned char *const *data, const size_t *size, size_t n,
	int *fds, sd_journal **j, char *err, size_t errsize)
{
	char paths[MAX_FILES][PATH_BYTES];
	size_t made = 0;
	int rc = 0;
	for (; made < n && rc >= 0; made += rc >= 0) {
		fds[made] = file_of(data[made], size[made], paths[made], PATH_BYTES);
		rc = fds[made] < 0 ? -errno : 0;
	}
	rc = rc < 0 ? rc : sd_journal_open_files_fd(j, fds, (unsigned)n, 0);
	/* The names were needed for opening only. */
	for (size_t i = 0; i < made; i++) {
		unlink(paths[i]);
	}
	return rc < 0 ? fail(rc, "the journal cannot be opened", err, errsize) : TS_SYSTEMD_OK;
}

/* What a unit wrote, and what the manager wrote about it. */
static int match_unit(sd_journal *j, const char *unit)
{
	char text[600];
	int rc = 0;
	const char *const fields[] = { "_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT" };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && rc >= 0; i++) {
		if (snprintf(text, sizeof(text), "%s=%s", fields[i], unit) >= (int)sizeof(text)) {
			return -EINVAL;
		}
		rc = sd_journal_add_match(j, text, 0);
		/* Anybody may claim to write about a unit: only the manager is believed. */
		if (rc >= 0 && i > 0) {
			rc = sd_journal_add_match(j, i == 1 ? "_PID=1" : "_UID=0", 0);
		}
		rc = rc >= 0 ? sd_journal_add_disjunction(j) : rc;
	}
	return rc;
}

/* The text of a field of the current entry in buf; NULL where there is none. */
static const char *field(sd_journal *j, const char *name, char *buf)
{
	const void *data;
	size_t n, skip = strlen(name) + 1;
	if (sd_journal_get_data(j, name, &data, &n) < 0 || n < skip) {
		return NULL;
	}
	n -= skip;
	n = n < MAX_TEXT - 1 ? n : MAX_TEXT - 1;
	memcpy(buf, (const char *)data + skip, n);
	buf[n] = '\0';
	/* A message may be binary: it ends where a text would. */
	return buf;
}

static int number(sd_journal *j, const char *name, char *buf)
{
	const char *text = field(j, name, buf);
	char *end;
	long v = text != NULL ? strtol(text, &end, 10) : -1;
	return text == NULL || end == text || *end != '\0' || v < 0 || v > 0x7FFFFFFF ? -1 : (int)v;
}

static int read_entries(sd_journal *j, const struct ts_journal_query *q,
	bool (*entry)(void *ctx, const struct ts_journal_entry *e), void *ctx, char *text, char *name)
{
	int rc =
		q->since_usec > 0 ? sd_journal_seek_realtime_usec(j, q->since_usec) : sd_journal_seek_head(j);
	while (rc >= 0 && (rc = sd_journal_next(j)) > 0) {
		struct ts_journal_entry e = { .priority = -1, .pid = -1 };
		rc = sd_journal_get_realtime_usec(j, &e.usec);
		if (rc < 0 || e.usec < q->since_usec) {
			continue;
		}
		if (e.usec > q->until_usec) {
			return 0;
		}
		e.priority = number(j, "PRIORITY", text);
		e.pid = number(j, "_PID", text);
		e.identifier = field(j, "SYSLOG_IDENTIFIER", name);
		if (e.identifier == NULL) {
			e.identifier = field(j, "_COMM", name);
		}
		e.message = field(j, "MESSAGE", text);
		if (!entry(ctx, &e)) {
			return 0;
		}
	}
	return rc;
}

static enum ts_systemd_result journal(const unsigned char *const *data, const size_t *size, size_t n,
	const struct ts_journal_query *q, bool (*entry)(void *ctx, const struct ts_journal_entry *e),
	void *ctx, uint64_t *from, char *err, size_t errsize)
{
	sd_journal *j = NULL;
	int fds[MAX_FILES];
	char *text = malloc(MAX_TEXT), *name = malloc(MAX_TEXT);
	memset(fds, -1, sizeof(fds));
	*from = 0;
	enum ts_systemd_result result = TS_SYSTEMD_FAILED;
	if (text == NULL || name == NULL || n > MAX_FILES) {
		snprintf(err, errsize, n > MAX_FILES ? "more than %d journal files" : "out of memory",
			MAX_FILES);
	} else {
		result = data == NULL ? open_own(&j, err, errsize)
				      : open_memory(data, size, n, fds, &j, err, errsize);
	}
	if (result == TS_SYSTEMD_OK) {
		uint64_t to;
		sd_journal_set_data_threshold(j, MAX_TEXT);
		if (sd_journal_get_cutoff_realtime_usec(j, from, &to) <= 0) {
			*from = 0;
		}
		int rc = match_unit(j, q->unit);
		rc = rc >= 0 ? read_entries(j, q, entry, ctx, text, name) : rc;
		if (rc < 0) {
			result = fail(rc, "the journal was read only in part", err, errsize);
		}
	}
	sd_journal_close(j);
	for (size_t i = 0; i < MAX_FILES; i++) {
		if (fds[i] >= 0) {
			close(fds[i]);
		}
	}
	free(text);
	free(name);
	return result;
}

const struct ts_systemd_ops ts_module_systemd = { TS_SYSTEMD_VERSION, units, journal };
