/* cmd/help.c - --help, made from the tables of options and commands: examples first, under 40 lines. */
#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static const char head[] =
	"Find the cause of an error and its fix: tested knowledge, evidence shown.\n"
	"\n"
	"  troubleshoot                                 be guided; paste the error there\n"
	"  troubleshoot --code 0x904 --ext 0x7          report on an error code\n"
	"  troubleshoot -c 0x904/0x7 --host srv1 -o steps.md\n"
	"  troubleshoot --text error.txt                find the code in a pasted message\n"
	"\n";

static void option_text(const struct ts_option_row *r, struct ts_buf *b)
{
	if (r->letter != 0) {
		ts_buf_printf(b, "-%c, --%s", r->letter, r->name);
	} else {
		ts_buf_printf(b, "    --%s", r->name);
	}
	if (r->kind == TS_OPT_OPTIONAL || r->kind == TS_OPT_DEFAULT) {
		ts_buf_printf(b, "[=%s]", r->metavar);
	} else if (r->metavar != NULL) {
		ts_buf_printf(b, "=%s", r->metavar);
	}
}

/* The options of one command with their sentences; for the diagnosis, which has many, only the most used ones, then the names of the rest. */
static void print_options(unsigned bit)
{
	static const char *const main_ones = " code ext text search guide host here evidence set answer "
					     "export format list show no-checks no-input since kb ";
	struct ts_buf rest;
	ts_buf_init(&rest, 4096);
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		if (!(r->commands & bit)) {
			continue;
		}
		struct ts_buf b;
		ts_buf_init(&b, 256);
		char word[64];
		snprintf(word, sizeof(word), " %s ", r->name);
		if (bit == TS_CMD_DIAGNOSE && strstr(main_ones, word) == NULL) {
			ts_buf_printf(&rest, "%s--%s", rest.len == 0 ? "" : " ", r->name);
		} else {
			option_text(r, &b);
			printf("  %-27s %s\n", ts_buf_str(&b), r->help);
		}
		ts_buf_finish(&b);
	}
	/* The names of the rest, folded at 76 columns. */
	const char *p = ts_buf_str(&rest);
	int column = 0;
	if (*p != 0) {
		printf("  also");
		column = 6;
	}
	while (*p != 0) {
		int n = (int)strcspn(p, " ");
		if (column + 1 + n > 76) {
			printf("\n      ");
			column = 6;
		}
		printf(" %.*s", n, p);
		column += n + 1;
		p += n + (p[n] != 0);
	}
	printf("%s", column != 0 ? "\n" : "");
	ts_buf_finish(&rest);
}

/* A line for each command; subcommands of one word share it. */
static void print_commands(void)
{
	for (const struct ts_cmd *c = &ts_cmds[1]; c->run != NULL;) {
		struct ts_buf b;
		ts_buf_init(&b, 1024);
		const char *word = c->word, *help = c->sub != NULL ? "for authors of knowledge" : c->help;
		ts_buf_printf(&b, "%s %s", word, c->sub != NULL ? c->sub : c->args);
		for (c++; c->run != NULL && strcmp(c->word, word) == 0; c++) {
			ts_buf_printf(&b, "|%s", c->sub);
		}
		printf("  troubleshoot %-28s %s\n", ts_buf_str(&b), help);
		ts_buf_finish(&b);
	}
}

void ts_help_print(const struct ts_cmd *cmd)
{
	if (cmd->word != NULL) {
		printf("usage: troubleshoot %s%s%s %s\n\n%s\n\n", cmd->word, cmd->sub ? " " : "",
			cmd->sub ? cmd->sub : "", cmd->args, cmd->help);
		print_options(cmd->bit);
		return;
	}
	fputs(head, stdout);
	print_options(TS_CMD_DIAGNOSE);
	printf("\n");
	print_commands();
	printf("\nIt only looks: it changes nothing on the system. Manual: man troubleshoot\n");
}
