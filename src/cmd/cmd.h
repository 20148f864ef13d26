/* cmd/cmd.h - the commands' functions, and what they share: knowledge bases, looks, messages. */
#ifndef TS_CMD_CMD_H
#define TS_CMD_CMD_H

#include <stdio.h>
#include "cmd/options.h"
#include "kb/kb.h"
#include "out/report.h"

int ts_cmd_collect(struct ts_options *o);
int ts_cmd_diagnose(struct ts_options *o);
int ts_cmd_evidence(struct ts_options *o);
int ts_cmd_kb_build(struct ts_options *o);
int ts_cmd_kb_graph(struct ts_options *o);
int ts_cmd_kb_lint(struct ts_options *o);
int ts_cmd_kb_list(struct ts_options *o);
int ts_cmd_kb_new(struct ts_options *o);
int ts_cmd_kb_show(struct ts_options *o);
int ts_cmd_kb_test(struct ts_options *o);
int ts_cmd_probe(struct ts_options *o);
int ts_cmd_query(struct ts_options *o);
int ts_cmd_selftest(struct ts_options *o);
int ts_cmd_sessions(struct ts_options *o);

/* "troubleshoot: error: ..." on stderr, gated. Returns status, so that `return ts_cmd_error(...)` reads well. */
int ts_cmd_error(int status, const char *fmt, ...) TS_PRINTF(2, 3);
/* "troubleshoot: note: ..." on stderr unless --quiet. */
void ts_cmd_note(const struct ts_options *o, const char *fmt, ...) TS_PRINTF(2, 3);

/* Entries that were found or listed, on stdout. Returns the exit status. */
int ts_cmd_print_hits(const struct ts_options *o, const struct ts_hit *hits, size_t n);
/* The text of the last ts_cmd_error(), for the JSON document that says why there is no report; NULL before. */
const char *ts_cmd_last_error(void);
/* What went wrong did not keep the command from doing its work. */
void ts_cmd_forget_error(void);

/* Open the knowledge bases: --kb, else TROUBLESHOOT_KB, else the person's own entries and the system's kb.db (interface.md "Files"). NULL after a
 * message; the exit status is then TS_EXIT_NO_KB. */
struct ts_kb *ts_cmd_open_kb(const struct ts_options *o);
/* How text looks on f. */
void ts_cmd_look(const struct ts_options *o, FILE *f, struct ts_look *look);
bool ts_cmd_accessible(const struct ts_options *o); /* --accessible or ACCESSIBLE */
/* Write finished output to stdout, through the pager when it is longer than the screen; a closed pipe ends quietly. Returns status, or 70 when the
 * output could not be written. */
int ts_cmd_emit(const struct ts_options *o, const struct ts_buf *out, int status);

#endif
