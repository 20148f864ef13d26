/* cmd/options.h - the command line: one table of options and one of commands, from which parsing, --help, completions and messages come. */
#ifndef TS_CMD_OPTIONS_H
#define TS_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

/* Exit status (interface.md). */
enum ts_exit {
	TS_EXIT_OK = 0,
	TS_EXIT_CONFIRMED =
		1, /* --exit-code: a cause was confirmed; also kb lint and kb test: problems were found */
	TS_EXIT_USAGE = 2,
	TS_EXIT_UNKNOWN = 3, /* nothing is known of this code or text */
	TS_EXIT_NEED_ANSWER = 4,
	TS_EXIT_UNDECIDED = 5, /* --exit-code */
	TS_EXIT_NO_KB = 6,
	TS_EXIT_PAUSED = 7,
	TS_EXIT_INTERNAL = 70,
	TS_EXIT_INTERRUPTED = 130,
};

struct ts_list { /* values of a repeatable option, in order */
	const char **items;
	size_t n, cap;
};

/* The parsed command line. Strings point into argv. */
struct ts_options {
	const char *code, *ext, *product, *text, *search, *show;
	const char *here, *since, *answers_file, *cause, *format, *redact, *timeout;
	const char *color, *hyperlinks, *charset, *width, *completion, *schema, *output;
	const char *host, *port, *gateway, *script, *session;
	struct ts_list set, evidence, answer, kb, entry;
	bool list, guide, no_input, no_checks, all, commands, exit_code, quiet, verbose, debug, accessible,
		no_pager, no_session;
	bool export_wanted; /* -o was given; output may be NULL */
	bool help, version, tables, coverage, mutate;
	const char **args; /* what is no option, without the command's words */
	int nargs;
	const char **args_base; /* what args was allocated as */
	int64_t since_s;        /* parsed, 7 days by default */
	int timeout_s;          /* parsed, 10 by default */
};

/* Which command an option goes with. */
enum ts_cmd_bit {
	TS_CMD_DIAGNOSE = 1, /* no command word: report and guided session */
	TS_CMD_KB_LINT = 2,
	TS_CMD_KB_BUILD = 4,
	TS_CMD_KB_LIST = 8,
	TS_CMD_KB_SHOW = 16,
	TS_CMD_KB_TEST = 32,
	TS_CMD_QUERY = 64,
	TS_CMD_PROBE = 128,
	TS_CMD_EVIDENCE = 256,
	TS_CMD_COLLECT = 512,
	TS_CMD_KB_GRAPH = 0x1000,
	TS_CMD_KB_NEW = 0x2000,
	TS_CMD_SESSIONS = 0x4000,
	TS_CMD_SELFTEST = 0x8000,
	TS_CMD_ANY = 0xffff,
};

enum ts_option_kind {
	TS_OPT_FLAG,
	TS_OPT_VALUE,
	TS_OPT_OPTIONAL,
	TS_OPT_DEFAULT, /* without a value it means the first choice */
	TS_OPT_LIST,
};

struct ts_option_row {
	char letter; /* 0 = no short form */
	const char *name;
	enum ts_option_kind kind;
	size_t offset;     /* of the member in struct ts_options */
	unsigned commands; /* enum ts_cmd_bit */
	const char *metavar;
	const char *const *choices; /* NULL-terminated; NULL = any value */
	const char *help;           /* short, for --help and completions */
};

extern const struct ts_option_row ts_option_rows[]; /* in order of name; ends with name NULL */

struct ts_cmd {
	const char *word,
		*sub; /* "kb", "lint"; sub NULL where there is none; word NULL for the diagnosis itself */
	unsigned bit;
	const char *args; /* for usage: "[DIR...]" */
	const char *help;
	int (*run)(struct ts_options *o);
	const char *const *formats; /* what --format may be, NULL-terminated; NULL = the report's formats */
};

extern const struct ts_cmd ts_cmds[]; /* ends with run NULL */

/* Parse argv. On failure false with a message that names the wrong word and the nearest right one. */
bool ts_options_parse(
	struct ts_options *o, const struct ts_cmd **cmd, int argc, char **argv, struct ts_err *err);
void ts_options_finish(struct ts_options *o);

/* cmd/help.c */
void ts_help_print(const struct ts_cmd *cmd);
/* cmd/completion.c: the completion file for bash, zsh, fish or PowerShell on stdout, or the words that it asks for. Returns the exit status. */
int ts_completion_print(const struct ts_options *o);

#endif
