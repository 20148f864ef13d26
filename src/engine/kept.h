/* engine/kept.h - a session as data: what store.c keeps in sessions.db, and what an exported report brings along.
 * Names instead of numbers, so that it can be put back into a session of a newer knowledge base. */
#ifndef TS_ENGINE_KEPT_H
#define TS_ENGINE_KEPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "engine/session.h"

struct ts_kept_machine {
	const char *name;
	const char *path; /* of its evidence; NULL = it is this computer */
};

struct ts_kept_param {
	const char *name;
	const char *value; /* NULL = the person will not give it */
};

struct ts_kept_answer {
	const char *node, *label;
	enum ts_by by;
	int64_t at;
};

struct ts_kept_result {
	const char *node;
	const char *sql; /* of the check then; NULL = not told */
	struct ts_result result;
	int64_t clock;
	bool was_present, verified;
};

/* What was asked, and where its evidence comes from: said once, when a session begins. */
struct ts_kept_head {
	const char *entry, *title, *kb, *program;
	const char *code, *ext, *asked_by; /* NULL where there is none */
	int64_t since_s, started;
	struct ts_kept_machine *machines;
	size_t nmachines;
};

/* Where the person is. */
struct ts_kept_place {
	const char *state;    /* open, paused, solved, ended */
	const char *node;     /* on the screen; NULL = none */
	size_t step;          /* steps of its fix shown so far */
	bool proving;         /* the steps are carried out: did it work? */
	const char *verified; /* works, still there, could not be seen; NULL = not tried */
};

struct ts_kept {
	int64_t id;
	struct ts_kept_head head;
	struct ts_kept_place place;
	int64_t changed;
	const char *boot;
	int answers_count, checks_count; /* also where only the head was read */
	struct ts_kept_param *params;
	size_t nparams;
	struct ts_kept_answer *answers;
	size_t nanswers;
	struct ts_kept_result *results;
	size_t nresults;
};

/* Put parameters, results and answers back into a fresh session. What has no place any more (a node or a label that is
 * gone, a check that asks something else now) is left out, with a line in `lost` for each; the walk then stands at the
 * nearest place before. Returns how many were left out. */
size_t ts_kept_restore(const struct ts_kept *k, struct ts_session *s, struct ts_buf *lost);

#endif
