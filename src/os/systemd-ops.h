/* os/systemd-ops.h - systemd's units and journal through the module "systemd" (libsystemd). */
#ifndef TS_OS_SYSTEMD_OPS_H
#define TS_OS_SYSTEMD_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A unit as the manager lists it; texts are valid during the call, NULL where they were not asked for. */
struct ts_systemd_unit {
	const char *id, *description, *load_state, *active_state, *sub_state, *following, *object_path;
	uint32_t job_id;
	const char *job_type, *job_path;
	const char *unit_file_state, *fragment_path, *user, *source_path;
};

/* Properties of units that cost a question each. */
enum ts_systemd_more {
	TS_SYSTEMD_FILE_STATE = 1,
	TS_SYSTEMD_FRAGMENT = 2,
	TS_SYSTEMD_USER = 4,
	TS_SYSTEMD_SOURCE = 8,
};

/* A message of the journal; texts are valid during the call, NULL where there are none. */
struct ts_journal_entry {
	uint64_t usec; /* since 1970 */
	int priority;  /* -1 = none */
	int64_t pid;   /* -1 = none */
	const char *identifier, *message;
};

struct ts_journal_query {
	const char *unit;
	uint64_t since_usec, until_usec; /* both included; 0 and UINT64_MAX where there is no limit */
};

enum ts_systemd_result {
	TS_SYSTEMD_OK,
	TS_SYSTEMD_ABSENT,  /* there is no systemd, or no journal */
	TS_SYSTEMD_DENIED,  /* nothing of it, or not all of it, may be read */
	TS_SYSTEMD_TIMEOUT, /* no answer in time */
	TS_SYSTEMD_DAMAGED, /* read as far as it is good */
	TS_SYSTEMD_FAILED,
};

/* What the module exports as ts_module_systemd. err: a sentence without full stop. The callbacks end the reading by
 * returning false; that is no failure. */
struct ts_systemd_ops {
	int version; /* TS_SYSTEMD_VERSION */
	enum ts_systemd_result (*units)(unsigned more, int timeout_ms,
		bool (*unit)(void *ctx, const struct ts_systemd_unit *u), void *ctx, char *err,
		size_t errsize);
	/* data, size: n journal files in memory; data NULL = the journal of this computer. *from: time of the oldest entry
	 * of all units, 0 where there is none. */
	enum ts_systemd_result (*journal)(const unsigned char *const *data, const size_t *size, size_t n,
		const struct ts_journal_query *q, bool (*entry)(void *ctx, const struct ts_journal_entry *e),
		void *ctx, uint64_t *from, char *err, size_t errsize);
};
#define TS_SYSTEMD_VERSION 1

#endif
