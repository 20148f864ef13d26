/* cmd/collect.h - what the two ways of collecting share: into a bundle on this computer (collect.c), or by a script on
 * one that does not have this program (collect-script.c). */
#ifndef TS_CMD_COLLECT_H
#define TS_CMD_COLLECT_H

#include "cmd/cmd.h"
#include "out/redact.h"

/* Is this computer (or the script's) that machine of the entry? */
bool ts_collect_plays(const struct ts_options *o, const struct ts_entry *e, const char *machine);
/* Call fn for each entry that --entry names, else for all (of --product). */
bool ts_collect_each(const struct ts_options *o, struct ts_kb *kb,
	bool (*fn)(void *ctx, const struct ts_entry *e, struct ts_err *err), void *ctx, struct ts_err *err);

struct ts_record; /* table/record.h */
/* The tables and subjects of a collection with their rows, its gaps, and what this system does not have. */
void ts_collect_show(
	struct ts_record *record, struct ts_redactor *names, const struct ts_look *look, struct ts_buf *out);

/* Names, each once, ASCII case ignored. */
struct ts_names {
	const char **items;
	size_t n, cap;
};
bool ts_names_has(const struct ts_names *list, const char *name);

/* What the checks need of a Windows computer. */
struct ts_needs {
	const struct ts_options *o;
	struct ts_arena *arena;
	struct ts_names channels, keys, services, tables;
	bool password;   /* a key is asked for that may hold a password, and is left out */
	size_t left_out; /* names that cannot be quoted for every shell */
};
/* Fill it, sorted; o and arena are set already. */
bool ts_needs_read(struct ts_needs *w, struct ts_kb *kb, struct ts_err *err);

/* Print the script of --script. Returns the exit status. */
int ts_collect_script(const struct ts_options *o, struct ts_kb *kb);

#endif
