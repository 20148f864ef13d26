/* table/files-int.h - what the files-*.c files share: the source, and the tables that are made from it. */
#ifndef TS_TABLE_FILES_INT_H
#define TS_TABLE_FILES_INT_H

#include "base/arena.h"
#include "os/thread.h"
#include "table/container.h"
#include "table/evtx-source.h"
#include "table/files-registry.h"
#include "table/files.h"

#define TS_FILES_COMPUTERS 64 /* that are told apart */

struct ts_files_computer {
	const char *name; /* as the newest evidence spells it */
	int64_t newest;
	size_t group; /* names of one computer that was renamed have one group */
};

struct ts_files {
	struct ts_arena *arena;
	struct ts_container *container;
	struct ts_files_item *items; /* one per member */
	size_t *log_of;              /* per member: its log in evtx, or SIZE_MAX */
	size_t nitems;
	struct ts_files_computer computers[TS_FILES_COMPUTERS];
	size_t ncomputers;
	const char *listed[TS_FILES_COMPUTERS + 1]; /* one name per computer */
	const char *several;                        /* what is said when there are several; NULL when not */
	struct ts_evtx_source *evtx;                /* of the members in use; NULL = no log */
	struct ts_mutex *lock;                      /* of regs, while it is made */
	struct ts_regs *regs;
	int64_t as_of;
};

/* Members in use of a kind, in order; NULL past the end. */
const struct ts_member *ts_files_member(const struct ts_files *f, enum ts_sniff kind, size_t i);
/* The registry, made when it is first asked for. */
const struct ts_regs *ts_files_regs(struct ts_files *f);
/* files-computers.c: find out which computer each file is of, and which files are used. */
bool ts_files_sort_out(struct ts_files *f, const char *computer, struct ts_err *err);

void ts_files_scan_services(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_processes(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_log_file(struct ts_files *f, struct ts_scan *s);

void ts_files_scan_os_version(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_system_info(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_users(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_certificates(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_journal(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_listening_ports(struct ts_files *f, struct ts_scan *s);
void ts_files_scan_open_sockets(struct ts_files *f, struct ts_scan *s);

#endif
