/* cmd/lookup.h - from what the person gave (code, text, words) to an entry: the first part of a diagnosis. */
#ifndef TS_CMD_LOOKUP_H
#define TS_CMD_LOOKUP_H

#include "cmd/options.h"
#include "kb/kb.h"
#include "out/report.h"

struct ts_lookup {
	struct ts_arena *arena;
	const char *from;       /* option, text, search; NULL = nothing was given */
	const char *code, *ext; /* lower-case hex, NULL where there is none */
	const struct ts_meaning *meanings, *ext_meanings;
	size_t nmeanings, next_meanings;
	struct ts_hit *hits; /* best first */
	size_t nhits;
	const char *entry;     /* id of the entry that speaks to it; NULL where none does */
	const char *by;        /* what chose it: code, message, words; NULL without one */
	const char *text;      /* the pasted text; NULL where there is none */
	const char *argv_line; /* the words of the command line that found it */
};

/* False after filling err: a wrong spelling, an unreadable file; *status is then the exit status. */
bool ts_lookup_run(
	struct ts_lookup *l, const struct ts_options *o, struct ts_kb *kb, int *status, struct ts_err *err);
/* What a text that was typed in the guided session holds, instead of what was looked up before. */
void ts_lookup_typed(
	struct ts_lookup *l, struct ts_kb *kb, const char *from, const struct ts_recognised *rec);
/* What a kept session was begun with: hex numbers, NULL where there is none. */
void ts_lookup_kept(
	struct ts_lookup *l, struct ts_kb *kb, const char *from, const char *code, const char *ext);
void ts_lookup_finish(struct ts_lookup *l);

#endif
