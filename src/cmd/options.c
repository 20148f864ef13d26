/* cmd/options.c - the tables of options and commands, and the parser over getopt_long. */
#include "cmd/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "kb/kb.h"

static const char *const when_choices[] = { "auto", "always", "never", NULL };
static const char *const charset_choices[] = { "auto", "utf-8", "ascii", NULL };
/* Every format of some command; which command has which, ts_cmds says. */
static const char *const format_choices[] = { "terminal", "markdown", "json", "html", "sarif", "junit", "dot",
	"mermaid", "svg", NULL };
static const char *const report_formats[] = { "terminal", "markdown", "json", "html", NULL };
static const char *const lint_formats[] = { "terminal", "json", "sarif", NULL };
static const char *const graph_formats[] = { "dot", "mermaid", "svg", NULL };
static const char *const test_formats[] = { "terminal", "junit", NULL };
static const char *const selftest_formats[] = { "terminal", "json", NULL };
static const char *const redact_choices[] = { "strict", "names", "none", NULL };
static const char *const script_choices[] = { "bat", "powershell", NULL };
/* The last two are the words that those ask for. */
static const char *const shell_choices[] = { "bash", "zsh", "fish", "powershell", "codes", "ids", NULL };

#define AT(member) offsetof(struct ts_options, member)
#define DIAGNOSE   TS_CMD_DIAGNOSE
#define COLLECT    TS_CMD_COLLECT
#define KB_USERS                                                                                             \
	(COLLECT | TS_CMD_SESSIONS | TS_CMD_DIAGNOSE | TS_CMD_PROBE | TS_CMD_KB_LIST | TS_CMD_KB_SHOW |      \
		TS_CMD_KB_GRAPH)
#define KB_BENCH (TS_CMD_KB_LINT | TS_CMD_KB_TEST | TS_CMD_KB_GRAPH)
#define WITH_JSON                                                                                            \
	(TS_CMD_DIAGNOSE | TS_CMD_PROBE | TS_CMD_QUERY | TS_CMD_SELFTEST | TS_CMD_KB_LIST |                  \
		TS_CMD_EVIDENCE | KB_BENCH)

/* Keep in order of name. */
const struct ts_option_row ts_option_rows[] = {
	{ 0, "accessible", TS_OPT_FLAG, AT(accessible), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL,
		"no live line, no rewriting" },
	{ 0, "all", TS_OPT_FLAG, AT(all), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL,
		"the steps of every cause" },
	{ 0, "answer", TS_OPT_LIST, AT(answer), DIAGNOSE | TS_CMD_KB_GRAPH, "NODE=LABEL", NULL,
		"an answer given in advance" },
	{ 0, "answers", TS_OPT_VALUE, AT(answers_file), DIAGNOSE | TS_CMD_KB_GRAPH, "FILE", NULL,
		"answers from a file or an exported session" },
	{ 0, "cause", TS_OPT_VALUE, AT(cause), TS_CMD_SESSIONS | DIAGNOSE, "ID", NULL,
		"the steps of this cause" },
	{ 0, "charset", TS_OPT_VALUE, AT(charset), TS_CMD_ANY, "SET", charset_choices,
		"auto, utf-8 or ascii" },
	{ 'c', "code", TS_OPT_VALUE, AT(code), DIAGNOSE, "CODE", NULL,
		"error code: 0x904, 2308, a name, or CODE/EXT" },
	{ 0, "color", TS_OPT_VALUE, AT(color), TS_CMD_ANY, "WHEN", when_choices, "auto, always or never" },
	{ 0, "commands", TS_OPT_FLAG, AT(commands), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL,
		"only the commands of the fix" },
	{ 0, "completion", TS_OPT_VALUE, AT(completion), TS_CMD_ANY, "SHELL", shell_choices,
		"print completions for bash, zsh, fish or powershell" },
	{ 0, "coverage", TS_OPT_FLAG, AT(coverage), TS_CMD_KB_TEST, NULL, NULL,
		"list causes and answers that no case reaches" },
	{ 0, "debug", TS_OPT_FLAG, AT(debug), TS_CMD_ANY, NULL, NULL, "where files were looked for, times" },
	{ 0, "entry", TS_OPT_LIST, AT(entry), COLLECT, "ID", NULL, "only for this entry" },
	{ 0, "evidence", TS_OPT_LIST, AT(evidence), TS_CMD_SESSIONS | DIAGNOSE | TS_CMD_QUERY, "MACHINE=PATH",
		NULL, "another computer's evidence: bundle, folder, zip" },
	{ 0, "exit-code", TS_OPT_FLAG, AT(exit_code), DIAGNOSE | TS_CMD_PROBE, NULL, NULL,
		"exit status says what was found" },
	{ 'o', "export", TS_OPT_OPTIONAL, AT(output), COLLECT | TS_CMD_SESSIONS | DIAGNOSE | TS_CMD_KB_BUILD,
		"FILE", NULL, "write the report as Markdown" },
	{ 'e', "ext", TS_OPT_VALUE, AT(ext), DIAGNOSE, "CODE", NULL, "extended error code" },
	{ 0, "format", TS_OPT_VALUE, AT(format), TS_CMD_SESSIONS | WITH_JSON, "FORMAT", format_choices,
		"terminal, markdown, json, html ..." },
	{ 0, "gateway", TS_OPT_VALUE, AT(gateway), TS_CMD_PROBE, "HOST[:PORT]", NULL,
		"also look at this Remote Desktop Gateway" },
	{ 'g', "guide", TS_OPT_FLAG, AT(guide), DIAGNOSE, NULL, NULL,
		"ask questions although a code was given" },
	{ 'h', "help", TS_OPT_FLAG, AT(help), TS_CMD_ANY, NULL, NULL, "this help" },
	{ 0, "here", TS_OPT_VALUE, AT(here), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "MACHINE", NULL,
		"which machine this computer is: client, server" },
	{ 0, "host", TS_OPT_VALUE, AT(host), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "NAME", NULL,
		"the computer to reach" },
	{ 0, "hyperlinks", TS_OPT_VALUE, AT(hyperlinks), TS_CMD_ANY, "WHEN", when_choices,
		"auto, always or never" },
	{ 0, "kb", TS_OPT_LIST, AT(kb), KB_USERS, "PATH", NULL, "knowledge: a folder of Markdown or a .db" },
	{ 0, "list", TS_OPT_FLAG, AT(list), DIAGNOSE, NULL, NULL, "list all entries" },
	{ 0, "mutate", TS_OPT_FLAG, AT(mutate), TS_CMD_KB_TEST, NULL, NULL,
		"change one thing at a time: does a case notice?" },
	{ 0, "no-checks", TS_OPT_FLAG, AT(no_checks), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL,
		"run nothing, look up only" },
	{ 0, "no-input", TS_OPT_FLAG, AT(no_input), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL, "never ask" },
	{ 0, "no-pager", TS_OPT_FLAG, AT(no_pager), TS_CMD_ANY, NULL, NULL, "do not page long output" },
	{ 0, "no-session", TS_OPT_FLAG, AT(no_session), TS_CMD_SESSIONS | DIAGNOSE, NULL, NULL,
		"keep nothing of this session" },
	{ 0, "port", TS_OPT_VALUE, AT(port), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "N", NULL, "its port" },
	{ 'p', "product", TS_OPT_VALUE, AT(product), KB_USERS, "NAME", NULL, "narrow to one pack" },
	{ 'q', "quiet", TS_OPT_FLAG, AT(quiet), TS_CMD_ANY, NULL, NULL, "no notes, no progress" },
	{ 0, "redact", TS_OPT_DEFAULT, AT(redact), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "HOW",
		redact_choices, "names in exports: strict, names or none" },
	{ 0, "schema", TS_OPT_VALUE, AT(schema), TS_CMD_QUERY, "TABLE", NULL, "the columns of one table" },
	{ 0, "script", TS_OPT_VALUE, AT(script), COLLECT, "SHELL", script_choices,
		"print a script for Windows computers without this program" },
	{ 's', "search", TS_OPT_VALUE, AT(search), DIAGNOSE, "WORDS", NULL, "full-text search" },
	{ 0, "session", TS_OPT_VALUE, AT(session), TS_CMD_KB_GRAPH, "N", NULL,
		"mark the walk of a session that was kept" },
	{ 0, "set", TS_OPT_LIST, AT(set), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "NAME=VALUE", NULL,
		"a parameter of the entry" },
	{ 0, "show", TS_OPT_VALUE, AT(show), DIAGNOSE, "ID", NULL, "read an entry" },
	{ 0, "since", TS_OPT_VALUE, AT(since), COLLECT | TS_CMD_SESSIONS | DIAGNOSE, "7d", NULL,
		"how far back logs are read" },
	{ 0, "tables", TS_OPT_FLAG, AT(tables), TS_CMD_QUERY, NULL, NULL, "list the tables" },
	{ 't', "text", TS_OPT_VALUE, AT(text), DIAGNOSE, "FILE", NULL,
		"read a pasted error message; - is standard input" },
	{ 0, "timeout", TS_OPT_VALUE, AT(timeout),
		COLLECT | TS_CMD_SESSIONS | DIAGNOSE | TS_CMD_PROBE | TS_CMD_QUERY | TS_CMD_SELFTEST |
			TS_CMD_KB_TEST,
		"SECONDS", NULL, "limit of each check (10)" },
	{ 'v', "verbose", TS_OPT_FLAG, AT(verbose), TS_CMD_ANY, NULL, NULL, "show the evidence too" },
	{ 'V', "version", TS_OPT_FLAG, AT(version), TS_CMD_ANY, NULL, NULL, "version and licence" },
	{ 0, "width", TS_OPT_VALUE, AT(width), TS_CMD_ANY, "N", NULL, "columns of text; 0 = no wrapping" },
	{ 0 },
};

const struct ts_cmd ts_cmds[] = {
	{ NULL, NULL, TS_CMD_DIAGNOSE, "", "find the cause of an error and its fix", ts_cmd_diagnose },
	{ "collect", NULL, COLLECT, "-o FILE", "take this computer's evidence along", ts_cmd_collect },
	{ "evidence", NULL, TS_CMD_EVIDENCE, "PATH...", "what a folder, zip or file holds", ts_cmd_evidence },
	{ "kb", "build", TS_CMD_KB_BUILD, "DIR... -o FILE", "compile Markdown entries into one file",
		ts_cmd_kb_build },
	{ "kb", "graph", TS_CMD_KB_GRAPH, "[ID]", "an entry as a picture", ts_cmd_kb_graph, graph_formats },
	{ "kb", "lint", TS_CMD_KB_LINT, "DIR...", "report every problem of every entry", ts_cmd_kb_lint,
		lint_formats },
	{ "kb", "list", TS_CMD_KB_LIST, "", "list entries", ts_cmd_kb_list },
	{ "kb", "new", TS_CMD_KB_NEW, "ID [DIR]", "write the skeleton of an entry", ts_cmd_kb_new },
	{ "kb", "show", TS_CMD_KB_SHOW, "ID", "show an entry", ts_cmd_kb_show },
	{ "kb", "test", TS_CMD_KB_TEST, "DIR...", "run the test cases of entries", ts_cmd_kb_test,
		test_formats },
	{ "probe", NULL, TS_CMD_PROBE, "HOST[:PORT]", "how far a connection gets", ts_cmd_probe },
	{ "query", NULL, TS_CMD_QUERY, "SELECT", "read any table by hand", ts_cmd_query },
	{ "selftest", NULL, TS_CMD_SELFTEST, "[TABLE...]", "try each table of this computer", ts_cmd_selftest,
		selftest_formats },
	{ "sessions", NULL, TS_CMD_SESSIONS, "[COMMAND] [N]", "guided sessions that were kept",
		ts_cmd_sessions },
	{ 0 },
};

static const char *default_output = ""; /* -o without a file */

static void list_add(struct ts_list *l, const char *item)
{
	TS_GROW(l->items, l->cap, l->n);
	l->items[l->n++] = item;
}

static bool is_choice(const char *const *choices, const char *value)
{
	for (const char *const *c = choices; *c != NULL; c++) {
		if (strcmp(*c, value) == 0) {
			return true;
		}
	}
	return false;
}

static bool check_choice(const char *name, const char *const *choices, const char *value, struct ts_err *err)
{
	if (choices == NULL || is_choice(choices, value)) {
		return true;
	}
	struct ts_buf b;
	ts_buf_init(&b, 512);
	for (const char *const *c = choices; *c != NULL; c++) {
		ts_buf_printf(&b, "%s%s", c == choices ? "" : c[1] == NULL ? " or " : ", ", *c);
	}
	ts_fail(err, "--%s=%s: expected %s", name, value, ts_buf_str(&b));
	ts_buf_finish(&b);
	return false;
}

static bool store(struct ts_options *o, const struct ts_option_row *r, const char *value, struct ts_err *err)
{
	char *at = (char *)o + r->offset;
	switch (r->kind) {
	case TS_OPT_FLAG: *(bool *)(void *)at = true; return true;
	case TS_OPT_LIST: list_add((struct ts_list *)(void *)at, value); return true;
	case TS_OPT_OPTIONAL: o->export_wanted = true; break;
	case TS_OPT_DEFAULT: value = value != NULL ? value : r->choices[0]; break;
	case TS_OPT_VALUE: break;
	}
	if (value != NULL && !check_choice(r->name, r->choices, value, err)) {
		return false;
	}
	*(const char **)(void *)at = value != NULL ? value : default_output;
	return true;
}

/* The message for a word that getopt did not take: names the nearest option. */
static bool unknown_option(const char *word, struct ts_err *err)
{
	const char *names[TS_COUNT(ts_option_rows)];
	size_t n = 0;
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		names[n++] = r->name;
	}
	names[n] = NULL;
	if (!ts_str_starts(word, "--")) {
		return ts_fail(err, "unknown option \"%s\"; see troubleshoot --help", word);
	}
	char *name = ts_xstrndup(word + 2, strcspn(word + 2, "="));
	const char *near = ts_nearest(name, names);
	if (near != NULL) {
		ts_fail(err, "unknown option \"--%s\" (did you mean \"--%s\"?)", name, near);
	} else {
		ts_fail(err, "unknown option \"--%s\"; see troubleshoot --help", name);
	}
	free(name);
	return false;
}

/* Build getopt's tables from ours. A letter's index in long_opts is found again by the letter. */
static void getopt_tables(struct option *longs, char *shorts)
{
	size_t n = 0, s = 0;
	shorts[s++] = ':'; /* tell a missing value from an unknown option */
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++, n++) {
		int has_arg = r->kind == TS_OPT_FLAG       ? no_argument
			      : r->kind == TS_OPT_OPTIONAL ? optional_argument
			      : r->kind == TS_OPT_DEFAULT  ? optional_argument
							   : required_argument;
		longs[n] = (struct option){ r->name, has_arg, NULL, 1000 + (int)n };
		if (r->letter != 0) {
			shorts[s++] = r->letter;
			for (int k = 0; k < has_arg; k++) {
				shorts[s++] = ':';
			}
		}
	}
	longs[n] = (struct option){ 0 };
	shorts[s] = 0;
}

static const struct ts_option_row *row_of(int c)
{
	if (c >= 1000) {
		return &ts_option_rows[c - 1000];
	}
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		if (r->letter == c) {
			return r;
		}
	}
	return NULL;
}

static bool parse_options(struct ts_options *o, unsigned *used, int argc, char **argv, struct ts_err *err)
{
	struct option longs[TS_COUNT(ts_option_rows) + 1];
	char shorts[TS_COUNT(ts_option_rows) * 3 + 2];
	getopt_tables(longs, shorts);
	opterr = 0;
	optind = 1;
	int c;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *word = argv[optind - 1];
		if (c == '?') {
			if (optopt >= 1000) {
				return ts_fail(err, "--%s takes no value", row_of(optopt)->name);
			}
			if (optopt != 0) {
				return ts_fail(
					err, "unknown option \"-%c\"; see troubleshoot --help", optopt);
			}
			return unknown_option(word, err);
		}
		if (c == ':') {
			const struct ts_option_row *r = row_of(optopt);
			return ts_fail(err, "--%s needs a value: --%s=%s", r->name, r->name, r->metavar);
		}
		const struct ts_option_row *r = row_of(c);
		const char *value = optarg;
		/* "--export steps.md": the value of an optional argument may stand in the next word. */
		if (r->kind == TS_OPT_OPTIONAL && value == NULL && optind < argc && argv[optind][0] != '-') {
			value = argv[optind++];
		}
		if (r->kind == TS_OPT_DEFAULT && value == NULL && optind < argc &&
			is_choice(r->choices, argv[optind])) {
			value = argv[optind++];
		}
		used[r - ts_option_rows] = 1;
		if (!store(o, r, value, err)) {
			return false;
		}
	}
	for (int i = optind; i < argc; i++) {
		o->args[o->nargs++] = argv[i];
	}
	return true;
}

static bool unknown_command(const char *word, const char *sub, struct ts_err *err)
{
	const char *names[TS_COUNT(ts_cmds) + 1];
	size_t n = 0;
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		const char *name = sub == NULL                                     ? c->word
				   : c->word != NULL && strcmp(c->word, word) == 0 ? c->sub
										   : NULL;
		if (name != NULL && (n == 0 || strcmp(names[n - 1], name) != 0)) {
			names[n++] = name;
		}
	}
	names[n] = NULL;
	const char *near = ts_nearest(sub != NULL ? sub : word, names);
	const char *space = sub != NULL ? " " : "";
	const char *first = sub != NULL ? word : "";
	const char *wrong = sub != NULL ? sub : word;
	if (near != NULL) {
		return ts_fail(err, "unknown command \"%s%s%s\" (did you mean \"%s%s%s\"?)", first, space,
			wrong, first, space, near);
	}
	return ts_fail(err,
		"unknown command \"%s%s%s\"; for an error code write --code %s, for words --search", first,
		space, wrong, wrong);
}

/* Which command do the first words name? They are taken off args. */
static bool find_command(struct ts_options *o, const struct ts_cmd **out, struct ts_err *err)
{
	*out = &ts_cmds[0];
	if (o->nargs == 0) {
		return true;
	}
	const char *word = o->args[0];
	const char *sub = o->nargs > 1 ? o->args[1] : NULL;
	uint32_t code;
	struct ts_str whole = ts_str_of(word);
	char *number = ts_xstrndup(whole.p, strcspn(word, "/"));
	bool is_code = ts_code_parse(number, &code);
	free(number);
	if (is_code && o->nargs == 1 && o->code == NULL) {
		o->code = word; /* "troubleshoot 0x904/0x7" says what it means */
		o->nargs = 0;
		return true;
	}
	bool word_known = false;
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word == NULL || strcmp(c->word, word) != 0) {
			continue;
		}
		word_known = true;
		if (c->sub == NULL || (sub != NULL && strcmp(c->sub, sub) == 0)) {
			*out = c;
			int taken = c->sub == NULL ? 1 : 2;
			o->args += taken;
			o->nargs -= taken;
			return true;
		}
	}
	if (word_known && sub == NULL) {
		if (o->help) {
			return true;
		}
		return ts_fail(
			err, "\"%s\" needs one more word: build, graph, lint, list, new, show or test", word);
	}
	return unknown_command(word, word_known ? sub : NULL, err);
}

static bool parse_numbers(struct ts_options *o, struct ts_err *err)
{
	o->since_s = 7 * 86400;
	o->timeout_s = 10;
	if (o->since != NULL && (!ts_parse_duration(o->since, &o->since_s) || o->since_s <= 0)) {
		return ts_fail(
			err, "--since=%s: expected a length of time such as 90m, 12h, 7d or 2w", o->since);
	}
	int64_t v;
	if (o->timeout != NULL) {
		if (!ts_parse_int(o->timeout, 1, 3600, &v)) {
			return ts_fail(err, "--timeout=%s: expected seconds from 1 to 3600", o->timeout);
		}
		o->timeout_s = (int)v;
	}
	if (o->width != NULL && !ts_parse_int(o->width, 0, 10000, &v)) {
		return ts_fail(
			err, "--width=%s: expected a number of columns, or 0 for no wrapping", o->width);
	}
	if (o->port != NULL && !ts_parse_int(o->port, 1, 65535, &v)) {
		return ts_fail(err, "--port=%s: expected a port from 1 to 65535", o->port);
	}
	return true;
}

bool ts_options_parse(
	struct ts_options *o, const struct ts_cmd **cmd, int argc, char **argv, struct ts_err *err)
{
	memset(o, 0, sizeof(*o));
	unsigned used[TS_COUNT(ts_option_rows)] = { 0 };
	const char **args = ts_xcalloc((size_t)argc + 1, sizeof(*args));
	o->args = o->args_base = args;
	*cmd = &ts_cmds[0];
	if (!parse_options(o, used, argc, argv, err) || !find_command(o, cmd, err) ||
		!parse_numbers(o, err)) {
		return false;
	}
	for (size_t i = 0; ts_option_rows[i].name != NULL; i++) {
		if (used[i] && !(ts_option_rows[i].commands & (*cmd)->bit)) {
			const char *word = (*cmd)->word != NULL ? (*cmd)->word : "this";
			const char *sub = (*cmd)->sub != NULL ? (*cmd)->sub : "";
			return ts_fail(err, "--%s does not go with \"%s%s%s\"", ts_option_rows[i].name, word,
				*sub ? " " : "", sub);
		}
	}
	if (o->format != NULL &&
		!check_choice("format", (*cmd)->formats != NULL ? (*cmd)->formats : report_formats, o->format,
			err)) {
		return false;
	}
	if ((*cmd)->bit == TS_CMD_DIAGNOSE && o->nargs > 0) {
		return unknown_command(o->args[0], NULL, err);
	}
	return true;
}

void ts_options_finish(struct ts_options *o)
{
	free(o->set.items);
	free(o->evidence.items);
	free(o->answer.items);
	free(o->kb.items);
	free(o->entry.items);
	free(o->args_base);
}
