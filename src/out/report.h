/* out/report.h - the report model: what the one-shot report, the exports and the JSON document say, apart from how they look. Each format is one file. */
#ifndef TS_OUT_REPORT_H
#define TS_OUT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "engine/session.h"
#include "kb/kb.h"

struct ts_report_machine {
	const char *name, *title; /* "server", "the computer you connect to" */
	const char *source;       /* live, bundle, files, none */
	int64_t as_of;
};

enum ts_redact { TS_REDACT_STRICT, TS_REDACT_NAMES, TS_REDACT_NONE };

struct ts_report {
	/* what was asked */
	const char *code, *ext; /* lower-case hex "0x904", NULL where there is none */
	const char *from;       /* option, text, search */
	const char *by;         /* what chose the entry: code, message, words; NULL without an entry */
	const struct ts_meaning *meanings, *ext_meanings;
	size_t nmeanings, next_meanings;
	const struct ts_hit *near; /* nearest entries, shown where no entry fits, or beside it */
	size_t nnear;
	/* what was found */
	const struct ts_entry *entry;     /* NULL where no entry fits */
	const struct ts_session *session; /* NULL without an entry */
	const struct ts_report_machine *machines;
	size_t nmachines;
	/* about the run */
	const char *program_version;
	struct ts_kb_info kb;
	int64_t now; /* Unix seconds (SOURCE_DATE_EPOCH) */
	int exit_code;
	bool checks_run;      /* false with --no-checks */
	const char *verified; /* NULL = not tried, else "works", "still there", "could not be seen" */
	/* what to show */
	const char *cause; /* --cause=ID: only this cause's steps; NULL */
	bool all;          /* --all: every cause's steps */
	bool commands;     /* --commands: only the commands */
	bool verbose;
	bool guided;           /* the report of a guided session: no "Next" part about how to be guided */
	enum ts_redact redact; /* exports only */
	const char *
		argv_line; /* the words that found this entry, for the commands under "Next": "--code 0x904 --ext 0x7" */
};

/* How text looks on the terminal, decided once (terminal.md R8). */
struct ts_look {
	int width; /* columns for prose; 0 = no wrapping */
	bool colour;
	bool hyperlinks; /* OSC 8 */
	bool ascii;
};

/* "confirmed", "possible", "nothing-found", "unknown-code" */
const char *ts_report_state(const struct ts_report *r);
/* The cause whose steps are shown: --cause, else the first ranked that is confirmed or possible; NULL = none. */
const struct ts_cause *ts_report_first_cause(const struct ts_report *r);

/* Each appends the whole report to out. */
void ts_report_terminal(const struct ts_report *r, const struct ts_look *look, struct ts_buf *out);
void ts_report_markdown(const struct ts_report *r, struct ts_buf *out);
void ts_report_json(const struct ts_report *r, struct ts_buf *out);
void ts_report_html(const struct ts_report *r, struct ts_buf *out);

/* ---- parts that the guided session shows too (all gated, ending in a newline) ---- */

/* Render CommonMark for the terminal (R1-R10) with a left indent of `indent` columns. */
void ts_render_markdown(
	const char *markdown, size_t n, int indent, const struct ts_look *look, struct ts_buf *out);
/* A whole entry as written: its front matter as code, then the Markdown. */
void ts_render_entry(const char *markdown, const struct ts_look *look, struct ts_buf *out);
/* One plain paragraph, wrapped, hanging by `hang` columns after the first line. */
void ts_render_text(const char *text, int indent, int hang, const struct ts_look *look, struct ts_buf *out);
/* A heading of level 1 or 2. */
void ts_render_heading(const char *text, int level, const struct ts_look *look, struct ts_buf *out);
/* "ok     Does the computer answer ...   open, 192.0.2.10, 12 ms" and below it the reason and hint of an unknown. */
void ts_render_check(const struct ts_session *s, int node, const struct ts_look *look, struct ts_buf *out);
/* The rows a check found, as name: value records. */
void ts_render_rows(const struct ts_result *r, int indent, const struct ts_look *look, struct ts_buf *out);
/* Where, needs, minutes, effect, risk, undo of a cause. */
void ts_render_facts(const struct ts_session *s, int node, const struct ts_look *look, struct ts_buf *out);
/* Step i (0-based) of a cause, with commands at column 4, never wrapped. */
void ts_render_step(const struct ts_session *s, int node, size_t i, bool undo, const struct ts_look *look,
	struct ts_buf *out);

/* Codec of words for SGR: start and end a style when look->colour; nothing otherwise. */
enum ts_style { TS_BOLD, TS_GOOD, TS_BAD, TS_DIM, TS_UNDERLINE };
void ts_style_on(enum ts_style s, const struct ts_look *look, struct ts_buf *out);
void ts_style_off(const struct ts_look *look, struct ts_buf *out);

#endif
