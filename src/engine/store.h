/* engine/store.h - sessions.db: every answer and every result is on the disk before the next thing is shown.
 *
 *	struct ts_store *st = ts_store_open(folder, &err);     NULL: go on unkept
 *	ts_store_begin(st, &head, &err)                        the session that is worked on from here
 *	ts_store_save(st, session, &place, &err)               after each step; writes only what has changed
 *	ts_store_close(st) */
#ifndef TS_ENGINE_STORE_H
#define TS_ENGINE_STORE_H

#include "engine/kept.h"

struct ts_store;

/* sessions.db in a folder, which is made where it does not exist (0700; the file 0600). */
struct ts_store *ts_store_open(const char *folder, struct ts_err *err);
void ts_store_close(struct ts_store *st); /* gives back the session; NULL is allowed */

/* A new session, which is then the one that is worked on. False with err. */
bool ts_store_begin(struct ts_store *st, const struct ts_kept_head *head, struct ts_err *err);
/* Work on a kept one. False with err: there is none, or another program works on it. */
bool ts_store_take(struct ts_store *st, int64_t id, struct ts_err *err);
/* Stop working on it; it stays. */
void ts_store_leave(struct ts_store *st);
int64_t ts_store_current(const struct ts_store *st); /* id; 0 = none */

/* Write what has changed in the session that is worked on, in one transaction that is on the disk on return. */
bool ts_store_save(struct ts_store *st, const struct ts_session *s, const struct ts_kept_place *place,
	struct ts_err *err);

/* Heads and places, the one changed last first; `which` NULL = all, else only of this state ("open" means paused too).
 * In the arena. */
bool ts_store_list(struct ts_store *st, const char *which, struct ts_arena *a, struct ts_kept **out,
	size_t *n, struct ts_err *err);
/* Everything of one. */
bool ts_store_load(
	struct ts_store *st, int64_t id, struct ts_arena *a, struct ts_kept *out, struct ts_err *err);
/* Remove one for good; refused while another program works on it. */
bool ts_store_discard(struct ts_store *st, int64_t id, struct ts_err *err);
/* Another program works on it now. */
bool ts_store_busy(struct ts_store *st, int64_t id);

/* What came of a cause's steps, in the session that is worked on. */
bool ts_store_outcome(struct ts_store *st, const char *entry, const char *cause, bool solved, int64_t started,
	struct ts_err *err);

struct ts_store_stat {
	const char *entry, *cause;
	int64_t solved, failed;
	int64_t seconds; /* on average, of the solved ones */
};
/* Outcomes by entry and cause, most solved first; entry NULL = all. */
bool ts_store_stats(struct ts_store *st, const char *entry, struct ts_arena *a, struct ts_store_stat **out,
	size_t *n, struct ts_err *err);

/* A setting of the person ("ranking"); NULL = not set. */
const char *ts_store_setting(struct ts_store *st, const char *name, struct ts_arena *a);
bool ts_store_set(struct ts_store *st, const char *name, const char *value, struct ts_err *err);

#endif
