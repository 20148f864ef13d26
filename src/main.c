/* main.c - start of the program, and the map of its source.
 *
 * A run goes through these stages; each layer may only call those below it:
 *
 *   main.c             locale, signals, command line, one command
 *   cmd/               one file per command, and the tables of options and commands
 *     options.c help.c completion.c     the command line: tables, --help, shell completions
 *     common.c pager.c                  messages, finding the knowledge base, writing the result
 *     diagnose.c lookup.c answers.c     the main job: look up, run checks, report or guide
 *     kb-*.c                            kb lint, build, list, show, test, graph, new
 *     query.c evidence.c                any table by hand; what a folder or zip holds
 *     collect*.c probe*.c sessions.c    taking evidence along; the ladder to a server; kept sessions
 *   ui/                the guided session
 *     guide.c guide-ask.c guide-find.c guide-fix.c    the loop; questions, finding an entry, causes and their steps
 *     guide-commands.c guide-view.c guide-rank.c      the commands' table, what only shows, ranking by outcomes
 *     guide-keep.c                                    sessions are kept and gone on with (engine/store.c)
 *     line.c line-edit.c line-complete.c guide-complete.c history.c progress.c    reading lines, libedit, Tab, typed lines, the live line
 *   out/               report model and one file per format; the Markdown renderer
 *   engine/            the stepper: walk.c (what follows from what is known), runner.c (checks on threads), session.c, kbtest.c,
 *                      store.c (sessions.db), kept.c (a session as data)
 *   kb/                entries: yaml.c front.c parse*.c (Markdown in), lint*.c, compile.c store.c (kb.db out), kb.c load.c lookup.c
 *                      search.c recognise*.c weigh.c cache.c (kb.db in)
 *   table/             vtab.c (the one virtual-table module), schema-*.c (descriptions), evidence.c (what is behind a machine), bundle.c,
 *                      container.c sniff.c files*.c (a machine's files: folders, archives, hives, exports, sockets, certificates),
 *                      one file per live table
 *   decode/            bytes to structs, no I/O
 *   db/                conn.c (the sandbox for SQL of entries), budget.c, ledger.c, db.c (opening files), schema.sql
 *   os/                the seam to the system: files, paths, clocks, sockets, threads; registry and event log of Windows (win-api.h: its libraries)
 *   base/              buffers, arenas, UTF-8, the output gate, diagnostics, PCRE2, JSON
 *
 * HACKING.md has the rules and the recipes. */
#include <stdio.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "cmd/cmd.h"
#include "os/os.h"

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--format=json") == 0 ||
			(i + 1 < argc && strcmp(argv[i], "--format") == 0 &&
				strcmp(argv[i + 1], "json") == 0)) {
			return true;
		}
	}
	return false;
}

/* With --format=json there is exactly one document on stdout, whatever happens (interface.md "Streams"). */
static void error_document(int status)
{
	struct ts_buf b;
	struct ts_json j;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_json_init(&j, &b, true);
	ts_json_object(&j);
	ts_json_kstr(&j, "schema", "troubleshoot.error");
	ts_json_kint(&j, "version", 1);
	ts_json_kstr(&j, "program", TS_VERSION);
	ts_json_kstr(&j, "error", ts_cmd_last_error());
	ts_json_key(&j, "result");
	ts_json_object(&j);
	ts_json_kstr(&j, "state", "error");
	ts_json_kint(&j, "exit_code", status);
	ts_json_end(&j);
	ts_json_end(&j);
	ts_buf_putc(&b, '\n');
	(void)ts_gate_write(stdout, b.data, b.len);
	ts_buf_finish(&b);
}

static int run(struct ts_options *o, const struct ts_cmd *cmd)
{
	if (o->help) {
		ts_help_print(cmd);
		return TS_EXIT_OK;
	}
	if (o->version) {
		printf("troubleshoot %s\nLicence: MIT. It comes without warranty.\n", TS_VERSION);
		return TS_EXIT_OK;
	}
	if (o->completion != NULL) {
		return ts_completion_print(o);
	}
	return cmd->run(o);
}

int main(int argc, char **argv)
{
	struct ts_options o;
	const struct ts_cmd *cmd;
	struct ts_err err;
	ts_os_start(&argc, &argv);
	ts_gate_streams_ascii(!ts_os_locale_utf8());
	int status = ts_options_parse(&o, &cmd, argc, argv, &err)
			     ? run(&o, cmd)
			     : ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	if (ts_cmd_last_error() != NULL && wants_json(argc, argv)) {
		error_document(status);
	}
	ts_options_finish(&o);
	return status;
}
