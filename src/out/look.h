/* out/look.h - how text looks on one stream, decided once from options, environment and terminal
 * (terminal.md R2, R4, R8). */
#ifndef TS_OUT_LOOK_H
#define TS_OUT_LOOK_H

#include <stdbool.h>
#include <stdio.h>
#include "out/report.h"

enum ts_when { TS_AUTO, TS_ALWAYS, TS_NEVER };
enum ts_charset { TS_CHARSET_AUTO, TS_CHARSET_UTF8, TS_CHARSET_ASCII };

/* What the command line says; all zero is the default. */
struct ts_look_options {
	enum ts_when color, hyperlinks; /* --color, --hyperlinks */
	enum ts_charset charset;        /* --charset */
	bool width_given;               /* --width was given */
	int width;                      /* its value; 0 = no wrapping */
	bool accessible; /* --accessible or ACCESSIBLE: no hyperlinks unless asked for with always */
};

/* What the surroundings say. NULL = unset; an empty string counts as unset. */
struct ts_look_inputs {
	bool tty;                   /* the stream is a terminal */
	int term_columns;           /* of that terminal; 0 = not known */
	const char *columns;        /* COLUMNS */
	const char *no_color;       /* NO_COLOR */
	const char *clicolor;       /* CLICOLOR */
	const char *clicolor_force; /* CLICOLOR_FORCE */
	const char *force_color;    /* FORCE_COLOR */
	const char *term;           /* TERM */
	bool utf8;                  /* the locale's codeset is UTF-8 */
};

#define TS_WIDTH_MIN   40
#define TS_WIDTH_MAX   200
#define TS_WIDTH_PROSE 80 /* prose is no wider, unless --width says so */

/* The decision, from nothing but its arguments. */
void ts_look_compute(
	struct ts_look *look, const struct ts_look_options *options, const struct ts_look_inputs *in);
/* The same for a stream of this process. stdout and stderr are judged separately. options may be NULL. */
void ts_look_decide(struct ts_look *look, FILE *stream, const struct ts_look_options *options);

#endif
