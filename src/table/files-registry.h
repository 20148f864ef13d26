/* table/files-registry.h - the registry of one machine as its files hold it: hives (with what waits in their logs) and
 * exports, each at its place, looked up by full path. */
#ifndef TS_TABLE_FILES_REGISTRY_H
#define TS_TABLE_FILES_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "decode/hive.h"
#include "decode/regdata.h"
#include "table/container.h"
#include "table/scan.h"

struct ts_regs;

enum ts_hive_role {
	TS_ROLE_UNKNOWN, /* shown as HIVE:NAME */
	TS_ROLE_SYSTEM,
	TS_ROLE_SOFTWARE,
	TS_ROLE_USER,    /* NTUSER.DAT */
	TS_ROLE_CLASSES, /* UsrClass.dat */
	TS_ROLE_SECRET,  /* SAM and SECURITY: never read */
};

/* What is known of a hive. */
struct ts_regs_hive {
	const struct ts_member *member;
	enum ts_hive_role role;
	const char *mount;    /* where it is shown: HKEY_LOCAL_MACHINE\SYSTEM */
	const char *trouble;  /* why what it says may be incomplete or old; NULL = nothing */
	const char *note;     /* what was done with it ("12 changes from its logs"); NULL = nothing */
	const char *computer; /* that the SYSTEM hive names; NULL */
	int64_t written;      /* Unix seconds */
};

/* The members must stay. Members of other kinds are passed over. */
struct ts_regs *ts_regs_new(const struct ts_member *const *members, size_t n);
/* The registry of the running system; NULL where it has none. One belongs to one thread. */
struct ts_regs *ts_regs_new_live(void);
/* The first key of the running system that this user may not look into, met since it was opened; NULL = none. */
const char *ts_regs_denied(const struct ts_regs *r);
void ts_regs_free(struct ts_regs *r);                                       /* NULL is allowed */
const struct ts_regs_hive *ts_regs_hive(const struct ts_regs *r, size_t i); /* NULL past the end */
/* Newest moment that the hives and keys' base blocks name, Unix seconds; 0 = none. */
int64_t ts_regs_newest(const struct ts_regs *r);
bool ts_regs_empty(const struct ts_regs *r);

enum ts_reg_found {
	TS_REG_FOUND,
	TS_REG_ABSENT,        /* it is certain that there is none */
	TS_REG_UNREADABLE,    /* the place is damaged, or the hive is older than its logs */
	TS_REG_NOT_COLLECTED, /* no file holds this part of the registry */
	TS_REG_DENIED,        /* the system does not let this user look */
};

/* A key that was found. */
struct ts_reg_key {
	size_t source; /* of regs */
	uint32_t at;
	const char *
		trouble; /* with TS_REG_FOUND: what it says may be incomplete, for this reason; NULL = it is good */
};

/* path: full, as HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\...; ASCII case ignored, a backslash at the end too.
 * *why (may be NULL) is filled for everything but TS_REG_FOUND and TS_REG_ABSENT. */
enum ts_reg_found ts_regs_find(
	const struct ts_regs *r, const char *path, struct ts_reg_key *key, const char **why);

/* A value. */
struct ts_reg_value {
	struct ts_buf name, data; /* name "" = default value; data as Windows stores it */
	uint32_t type;
	bool whole; /* all of its data could be read */
};
void ts_reg_value_init(struct ts_reg_value *v);
void ts_reg_value_finish(struct ts_reg_value *v);
/* The value of that name ("" = default). */
enum ts_reg_found ts_regs_value(
	const struct ts_regs *r, const struct ts_reg_key *key, const char *name, struct ts_reg_value *v);
int64_t ts_regs_key_time(const struct ts_regs *r, const struct ts_reg_key *key); /* 0 = unknown */

/* Walks subkeys or values of a key; begin with a zeroed one. */
struct ts_reg_iter {
	bool begun, damaged;
	struct ts_hive_iter hive;
	uint32_t next;
};
/* name is cleared and filled. False at the end; it->damaged then says whether something was missed. */
bool ts_regs_next_key(const struct ts_regs *r, const struct ts_reg_key *key, struct ts_reg_iter *it,
	struct ts_reg_key *out, struct ts_buf *name);
/* data is read only where with_data. */
bool ts_regs_next_value(const struct ts_regs *r, const struct ts_reg_key *key, struct ts_reg_iter *it,
	struct ts_reg_value *v, bool with_data);

/* The roots of everything there is, for reading all: full paths and their keys. False past the end. */
bool ts_regs_root(const struct ts_regs *r, size_t i, const char **path, struct ts_reg_key *key);

/* --- in few words --- */

/* Is it in a hive with the secrets of accounts, which is never read, elevated or not? */
bool ts_regs_is_secret(const char *path);
/* Tell the ledger why a key or a part of a table is not there; what may be NULL. False for TS_REG_FOUND, and for
 * TS_REG_ABSENT, of which nothing is said. */
bool ts_regs_tell(struct ts_scan *s, enum ts_reg_found found, const char *what, const char *why);
/* A key that a table is made from. False: it is not there, and the ledger has been told: absent (said only where
 * tell_absent), denied, unreadable, or not collected. */
bool ts_regs_key(const struct ts_regs *r, struct ts_scan *s, const char *path, bool tell_absent,
	struct ts_reg_key *key);

/* The text of a value; NULL when it is not there. Lives in the arena. */
const char *ts_regs_text(
	const struct ts_regs *r, const struct ts_reg_key *key, const char *name, struct ts_arena *a);
/* A number; false when it is not there or none. */
bool ts_regs_number(const struct ts_regs *r, const struct ts_reg_key *key, const char *name, int64_t *out);

/* --- tables that are made from the registry alone: rows and ledger lines --- */

void ts_regs_scan_registry(const struct ts_regs *r, struct ts_scan *s);
void ts_regs_scan_registry_value(const struct ts_regs *r, struct ts_scan *s);
void ts_regs_scan_rdp_listener(const struct ts_regs *r, struct ts_scan *s);
void ts_regs_scan_firewall_rules(const struct ts_regs *r, struct ts_scan *s);
void ts_regs_scan_firewall_profiles(const struct ts_regs *r, struct ts_scan *s);
/* The row of os_version out of its key. */
void ts_regs_put_version(struct ts_scan *s, const struct ts_regs *r, const struct ts_reg_key *key);
#define TS_REGS_VERSION_KEY "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

#endif
