/* cmd/completion.c - completion files for bash, zsh, fish and PowerShell, made from the same tables as the parser. */
#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

static bool takes_file(const struct ts_option_row *r)
{
	return r->metavar != NULL && (strcmp(r->metavar, "FILE") == 0 || strcmp(r->metavar, "PATH") == 0);
}

static void bash(void)
{
	printf("# bash completion for troubleshoot; made by troubleshoot "
	       "--completion=bash\n_troubleshoot()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\t[ \"$cur\" = = ] && cur=\n"
	       "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	       "\tCOMPREPLY=()\n\tcase $prev in\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		if (r->choices == NULL && !takes_file(r)) {
			continue;
		}
		printf("\t--%s", r->name);
		if (r->letter != 0) {
			printf("|-%c", r->letter);
		}
		if (r->choices != NULL) {
			printf(") COMPREPLY=($(compgen -W '");
			for (const char *const *c = r->choices; *c != NULL; c++) {
				printf("%s%s", c == r->choices ? "" : " ", *c);
			}
			printf("' -- \"$cur\")); return;;\n");
		} else {
			printf(") COMPREPLY=($(compgen -f -- \"$cur\")); return;;\n");
		}
	}
	printf("\tkb) COMPREPLY=($(compgen -W '");
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word != NULL && c->sub != NULL) {
			printf("%s ", c->sub);
		}
	}
	printf("' -- \"$cur\")); return;;\n\tesac\n\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W '");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		printf("--%s%s ", r->name, r->kind == TS_OPT_VALUE || r->kind == TS_OPT_LIST ? "=" : "");
	}
	printf("' -- \"$cur\")); [ \"${COMPREPLY[0]%%=}\" != \"${COMPREPLY[0]}\" ] && compopt -o nospace;;\n"
	       "\t*) COMPREPLY=($(compgen -W 'kb query' -- \"$cur\") $(compgen -f -- "
	       "\"$cur\"));;\n\tesac\n}\n"
	       "complete -o filenames -F _troubleshoot troubleshoot\n");
}

/* Text inside single quotes in zsh's and fish's files: the tables hold none of ' [ ] : \ except by mistake, which would break the file. */
static void plain(const char *s)
{
	for (; *s != 0; s++) {
		putchar(strchr("'[]:\\", *s) != NULL ? ' ' : *s);
	}
}

static void zsh(void)
{
	printf("#compdef troubleshoot\n# made by troubleshoot --completion=zsh\n_arguments -s -S \\\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		const char *many = r->kind == TS_OPT_LIST ? "*" : "";
		const char *equals = r->kind == TS_OPT_FLAG                                    ? ""
				     : r->kind == TS_OPT_OPTIONAL || r->kind == TS_OPT_DEFAULT ? "=-"
											       : "=";
		printf("  '%s--%s%s[", many, r->name, equals);
		plain(r->help);
		printf("]");
		if (r->kind != TS_OPT_FLAG) {
			printf("%s:%s:", r->kind == TS_OPT_OPTIONAL || r->kind == TS_OPT_DEFAULT ? ":" : "",
				r->name);
			if (takes_file(r)) {
				printf("_files");
			}
			for (const char *const *c = r->choices; c != NULL && *c != NULL; c++) {
				printf("%s%s%s", c == r->choices ? "(" : " ", *c, c[1] == NULL ? ")" : "");
			}
		}
		printf("' \\\n");
		if (r->letter != 0) {
			printf("  '-%c%s[", r->letter, r->kind == TS_OPT_FLAG ? "" : "+");
			plain(r->help);
			printf("]%s%s' \\\n",
				r->kind == TS_OPT_FLAG ? "" : ":value:", takes_file(r) ? "_files" : "");
		}
	}
	printf("  '1:command:(kb query)' \\\n  '*::argument:_files'\n");
}

static void fish(void)
{
	printf("# fish completion for troubleshoot; made by troubleshoot --completion=fish\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		printf("complete -c troubleshoot -l %s", r->name);
		if (r->letter != 0) {
			printf(" -s %c", r->letter);
		}
		if (r->kind == TS_OPT_VALUE || r->kind == TS_OPT_LIST) {
			printf(takes_file(r) ? " -r -F" : " -x");
		}
		for (const char *const *c = r->choices; c != NULL && *c != NULL; c++) {
			printf("%s%s%s", c == r->choices ? " -a '" : " ", *c, c[1] == NULL ? "'" : "");
		}
		printf(" -d '");
		plain(r->help);
		printf("'\n");
	}
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word == NULL) {
			continue;
		}
		const char *condition =
			c->sub != NULL ? "__fish_seen_subcommand_from kb" : "__fish_use_subcommand";
		printf("complete -c troubleshoot -n '%s' -a %s -d '", condition,
			c->sub != NULL ? c->sub : c->word);
		plain(c->help);
		printf("'\n");
	}
	printf("complete -c troubleshoot -n __fish_use_subcommand -a kb -d 'knowledge entries'\n");
}

/* Inside single quotes PowerShell knows one special character. */
static void powershell_text(const char *s)
{
	putchar('\'');
	for (; *s != 0; s++) {
		printf(*s == '\'' ? "''" : "%c", *s);
	}
	putchar('\'');
}

/* Rows that are arrays: without the comma before them PowerShell would make one list of all their words. */
static void powershell_words(void)
{
	printf("\t$options = @(\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		printf("\t\t,@('--%s%s', ", r->name,
			r->kind == TS_OPT_VALUE || r->kind == TS_OPT_LIST ? "=" : "");
		powershell_text(r->help);
		printf(")\n");
	}
	printf("\t)\n\t$choices = @{\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		for (const char *const *c = r->choices; c != NULL && *c != NULL; c++) {
			printf(c == r->choices ? "\t\t'--%s' = @('%s'" : ", '%.0s%s'", r->name, *c);
			printf("%s", c[1] == NULL ? ")\n" : "");
		}
	}
	printf("\t}\n\t$commands = @(\n\t\t,@('', 'kb', 'knowledge entries')\n");
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word != NULL) {
			printf("\t\t,@('%s', '%s', ", c->sub != NULL ? c->word : "",
				c->sub != NULL ? c->sub : c->word);
			powershell_text(c->help);
			printf(")\n");
		}
	}
	printf("\t)\n");
}

/* Where it has nothing to say, PowerShell completes file names. */
static void powershell(void)
{
	printf("# PowerShell completion for troubleshoot; made by troubleshoot --completion=powershell\n"
	       "Register-ArgumentCompleter -Native -CommandName troubleshoot, troubleshoot.exe -ScriptBlock "
	       "{\n"
	       "\tparam($word, $ast, $cursor)\n");
	powershell_words();
	printf("\tfunction one($text, $help) { [System.Management.Automation.CompletionResult]::new($text, "
	       "$text, "
	       "'ParameterValue', $help) }\n"
	       "\t$before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | "
	       "ForEach-Object { $_.ToString() })\n"
	       "\t$previous = $before[-1]\n"
	       "\tif ($word -match '^(--[a-z-]+)=(.*)$') {\n"
	       "\t\t$name, $part = $Matches[1], $Matches[2]\n"
	       "\t\t$choices[$name] | Where-Object { $_ -and $_.StartsWith($part) } | ForEach-Object { one "
	       "\"$name=$_\" $_ "
	       "}\n"
	       "\t} elseif ($choices.ContainsKey($previous)) {\n"
	       "\t\t$choices[$previous] | Where-Object { $_.StartsWith($word) } | ForEach-Object { one $_ $_ "
	       "}\n"
	       "\t} elseif ($word.StartsWith('-')) {\n"
	       "\t\t$options | Where-Object { $_[0].StartsWith($word) } | ForEach-Object { one $_[0] $_[1] "
	       "}\n"
	       "\t} elseif ($before.Count -eq 1 -or ($before.Count -eq 2 -and $before[1] -eq 'kb')) {\n"
	       "\t\t$first = if ($before.Count -eq 2) { 'kb' } else { '' }\n"
	       "\t\t$commands | Where-Object { $_[0] -eq $first -and $_[1].StartsWith($word) } | "
	       "ForEach-Object { one $_[1] $_[2] }\n"
	       "\t}\n}\n");
}

bool ts_completion_print(const char *shell)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", bash }, { "fish", fish }, { "powershell", powershell }, { "zsh", zsh } };
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].print();
			return true;
		}
	}
	return false;
}
