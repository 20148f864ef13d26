/* out/model.h - what the formats of a report share: questions to the report that none of them should
 * answer differently. */
#ifndef TS_OUT_MODEL_H
#define TS_OUT_MODEL_H

#include "base/arena.h"
#include "out/report.h"

/* What a check's line begins with. */
enum ts_verdict { TS_VERDICT_FAIL, TS_VERDICT_OK, TS_VERDICT_UNKNOWN, TS_VERDICT_SKIP, TS_VERDICT_NONE };
/* NONE: the node has no check, or it has not run. ok = a definite answer, or a cause found absent. FAIL =
 * a cause found present. */
enum ts_verdict ts_model_verdict(const struct ts_session *s, int node);
const char *ts_model_verdict_word(enum ts_verdict v); /* "FAIL", "ok", "unknown", "skip", "" */

/* "open; address 192.0.2.10, elapsed_ms 12": the answer and the first row's other columns. Untrusted, in
 * the arena. */
const char *ts_model_seen(const struct ts_result *r, struct ts_arena *a);
const char *ts_model_duration(double ms, struct ts_arena *a); /* "12 ms", "1.5 s" */
/* "the computer you connect to (server)"; "this computer" for here. */
const char *ts_model_machine(const struct ts_entry *e, const char *name, struct ts_arena *a);
const char *ts_model_need(const char *need);   /* administrator: "administrator rights" */
const char *ts_model_shell(const char *shell); /* powershell: "PowerShell"; NULL for text */
const char *ts_model_status(
	const struct ts_cause *c); /* the status in a report's words, "solved" and "not solved" included */
const char *ts_model_minutes(double minutes, struct ts_arena *a); /* "5 minutes" */
/* UTC: "2026-11-22 15:04" or ISO 8601 with T and Z. */
const char *ts_model_time(int64_t t, bool iso, struct ts_arena *a);
/* NODE=LABEL quoted for a shell where it needs to be. */
const char *ts_model_answer_option(const char *node, const char *label, struct ts_arena *a);

/* The first check or answer that speaks against (for) a cause as "Title: what was seen"; NULL when there
 * is none. */
const char *ts_model_evidence(const struct ts_session *s, const int *nodes, size_t n, struct ts_arena *a);
/* Why a cause has its status: what its own check saw, else an answer; NULL = nothing to say. */
const char *ts_model_reason(const struct ts_session *s, const struct ts_cause *c, struct ts_arena *a);
/* The answer in force that ends the walk here, NULL = none: its text is a conclusion. */
const struct ts_answer *ts_model_conclusion(const struct ts_session *s, int node);
/* Open questions that a person may answer, those that tell most apart first; in the arena. */
size_t ts_model_open(const struct ts_report *r, struct ts_arena *a, int **nodes);
/* May a person choose this answer of the node beforehand? */
bool ts_model_can_choose(const struct ts_answer *answer);
/* Checks that have run, FAIL first, then ok, unknown, skip, each in walk order; in the arena. */
size_t ts_model_checks(const struct ts_session *s, struct ts_arena *a, int **nodes);
/* The first paragraph of a Markdown text: its length in bytes. */
size_t ts_model_paragraph(const char *markdown);

#endif
