/* cmd/completion.c - completion files for bash, zsh, fish and PowerShell, made from the same tables as the parser. */
#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/gate.h"
#include "cmd/cmd.h"

/* What the value of an option is, beside its choices. */
enum value {
	VALUE_ANY,
	VALUE_FILE,
	VALUE_AFTER_EQUALS, /* MACHINE=PATH */
	VALUE_CODES,
	VALUE_IDS,
};

static enum value value_of(const struct ts_option_row *r)
{
	static const struct {
		const char *metavar;
		enum value value;
	} rows[] = {
		{ "CODE", VALUE_CODES },
		{ "FILE", VALUE_FILE },
		{ "ID", VALUE_IDS },
		{ "MACHINE=PATH", VALUE_AFTER_EQUALS },
		{ "PATH", VALUE_FILE },
	};
	for (size_t i = 0; r->metavar != NULL && i < TS_COUNT(rows); i++) {
		/* --cause takes an ID too, but that of a cause. */
		if (strcmp(rows[i].metavar, r->metavar) == 0 && strcmp(r->name, "cause") != 0) {
			return rows[i].value;
		}
	}
	return VALUE_ANY;
}

/* What may be written behind command `word`, its second words; "" where there are none. */
static void second_words(const char *word, const char *separator)
{
	static const char *const of_sessions[] = { "list", "show", "resume", "discard", "export", "stats" };
	if (strcmp(word, "sessions") == 0) {
		for (size_t i = 0; i < TS_COUNT(of_sessions); i++) {
			printf("%s%s", i > 0 ? separator : "", of_sessions[i]);
		}
		return;
	}
	bool first = true;
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word != NULL && c->sub != NULL && strcmp(c->word, word) == 0) {
			printf("%s%s", first ? "" : separator, c->sub);
			first = false;
		}
	}
}

static void first_words(const char *separator)
{
	const char *last = "";
	for (const struct ts_cmd *c = ts_cmds; c->run != NULL; c++) {
		if (c->word != NULL && strcmp(c->word, last) != 0) {
			printf("%s%s", *last != 0 ? separator : "", c->word);
			last = c->word;
		}
	}
}

/* One case of bash's file: what follows after --name. */
static void bash_value(const struct ts_option_row *r)
{
	static const char *const ask[] = {
		[VALUE_FILE] = "compgen -f -- \"$cur\"",
		[VALUE_AFTER_EQUALS] = "compgen -f -- \"$cur\"",
		[VALUE_CODES] = "compgen -W \"$(troubleshoot --completion=codes 2>/dev/null)\" -- \"$cur\"",
		[VALUE_IDS] = "compgen -W \"$(troubleshoot --completion=ids 2>/dev/null)\" -- \"$cur\"",
	};
	enum value v = value_of(r);
	if (r->choices == NULL && v == VALUE_ANY) {
		return;
	}
	printf("\t--%s", r->name);
	if (r->letter != 0) {
		printf("|-%c", r->letter);
	}
	if (r->choices == NULL) {
		printf(") COMPREPLY=($(%s)); return;;\n", ask[v]);
		return;
	}
	printf(") COMPREPLY=($(compgen -W '");
	for (const char *const *c = r->choices; *c != NULL; c++) {
		printf("%s%s", c == r->choices ? "" : " ", *c);
	}
	printf("' -- \"$cur\")); return;;\n");
}

/* bash takes "=" for a word of its own: the option is the last word before it, and before MACHINE= too. */
static void bash(void)
{
	printf("# bash completion for troubleshoot; made by troubleshoot "
	       "--completion=bash\n_troubleshoot()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i=$((COMP_CWORD - 1)) prev\n"
	       "\t[ \"$cur\" = = ] && cur= && i=$COMP_CWORD\n"
	       "\twhile [ $i -gt 1 ] && [ \"${COMP_WORDS[i]}\" = = ]; do i=$((i - 1)); [ \"${COMP_WORDS[i - "
	       "1]}\" = = ] && i=$((i - 1)); done\n"
	       "\tprev=${COMP_WORDS[i]}\n"
	       "\tCOMPREPLY=()\n\tcase $prev in\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		bash_value(r);
	}
	printf("\tkb) COMPREPLY=($(compgen -W '");
	second_words("kb", " ");
	printf("' -- \"$cur\")); return;;\n\tsessions) COMPREPLY=($(compgen -W '");
	second_words("sessions", " ");
	printf("' -- \"$cur\")); return;;\n\tesac\n"
	       "\tcase \" ${COMP_WORDS[*]} \" in\n"
	       "\t*' kb show '*|*' kb graph '*) COMPREPLY=($(compgen -W \"$(troubleshoot --completion=ids "
	       "2>/dev/null)\" "
	       "-- \"$cur\"));;\n\tesac\n"
	       "\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W '");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		printf("--%s%s ", r->name, r->kind == TS_OPT_VALUE || r->kind == TS_OPT_LIST ? "=" : "");
	}
	printf("' -- \"$cur\")); [ \"${COMPREPLY[0]%%=}\" != \"${COMPREPLY[0]}\" ] && compopt -o nospace;;\n"
	       "\t*) [ $COMP_CWORD -eq 1 ] && COMPREPLY=($(compgen -W '");
	first_words(" ");
	printf("' -- \"$cur\"))\n"
	       "\t   [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"));;\n\tesac\n}\n"
	       "complete -o filenames -F _troubleshoot troubleshoot\n");
}

/* Text inside single quotes in zsh's and fish's files: the tables hold none of ' [ ] : \ except by mistake, which would break the file. */
static void plain(const char *s)
{
	for (; *s != 0; s++) {
		putchar(strchr("'[]:\\", *s) != NULL ? ' ' : *s);
	}
}

/* The action of zsh's _arguments for the value of an option. */
static void zsh_value(const struct ts_option_row *r)
{
	static const char *const actions[] = {
		[VALUE_ANY] = "",
		[VALUE_FILE] = "_files",
		[VALUE_AFTER_EQUALS] = "{compset -P \"*=\" && _files}",
		[VALUE_CODES] = "{compadd -- ${(f)\"$(troubleshoot --completion=codes 2>/dev/null)\"}}",
		[VALUE_IDS] = "{compadd -- ${(f)\"$(troubleshoot --completion=ids 2>/dev/null)\"}}",
	};
	if (r->choices == NULL) {
		fputs(actions[value_of(r)], stdout);
	}
	for (const char *const *c = r->choices; c != NULL && *c != NULL; c++) {
		printf("%s%s%s", c == r->choices ? "(" : " ", *c, c[1] == NULL ? ")" : "");
	}
}

static void zsh(void)
{
	printf("#compdef troubleshoot\n# made by troubleshoot --completion=zsh\n_arguments -s -S \\\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		const char *many = r->kind == TS_OPT_LIST ? "*" : "";
		bool optional = r->kind == TS_OPT_OPTIONAL || r->kind == TS_OPT_DEFAULT;
		printf("  '%s--%s%s[", many, r->name, r->kind == TS_OPT_FLAG ? "" : optional ? "=-" : "=");
		plain(r->help);
		printf("]");
		if (r->kind != TS_OPT_FLAG) {
			printf("%s:%s:", optional ? ":" : "", r->name);
			zsh_value(r);
		}
		printf("' \\\n");
		if (r->letter != 0) {
			printf("  '-%c%s[", r->letter, r->kind == TS_OPT_FLAG ? "" : "+");
			plain(r->help);
			printf("]%s", r->kind == TS_OPT_FLAG ? "" : ":value:");
			if (r->kind != TS_OPT_FLAG) {
				zsh_value(r);
			}
			printf("' \\\n");
		}
	}
	printf("  '1:command:(");
	first_words(" ");
	printf(")' \\\n  '*::argument:{case $words[1] in (kb) compadd ");
	second_words("kb", " ");
	printf(" ${(f)\"$(troubleshoot --completion=ids 2>/dev/null)\"};; (sessions) compadd ");
	second_words("sessions", " ");
	printf(";; (*) _files;; esac}'\n");
}

static void fish(void)
{
	static const char *const values[] = {
		[VALUE_ANY] = " -x",
		[VALUE_FILE] = " -r -F",
		[VALUE_AFTER_EQUALS] = " -r -F",
		[VALUE_CODES] = " -x -a '(troubleshoot --completion=codes 2>/dev/null)'",
		[VALUE_IDS] = " -x -a '(troubleshoot --completion=ids 2>/dev/null)'",
	};
	printf("# fish completion for troubleshoot; made by troubleshoot --completion=fish\n");
	for (const struct ts_option_row *r = ts_option_rows; r->name != NULL; r++) {
		printf("complete -c troubleshoot -l %s", r->name);
		if (r->letter != 0) {
			printf(" -s %c", r->letter);
		}
		if (r->kind == TS_OPT_VALUE || r->kind == TS_OPT_LIST) {
			fputs(values[value_of(r)], stdout);
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
	printf("complete -c troubleshoot -n __fish_use_subcommand -a kb -d 'knowledge entries'\n"
	       "complete -c troubleshoot -n '__fish_seen_subcommand_from sessions' -f -a '");
	second_words("sessions", " ");
	printf("'\ncomplete -c troubleshoot -n '__fish_seen_subcommand_from show graph' -f -a '(troubleshoot "
	       "--completion=ids 2>/dev/null)'\n");
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

/* The words of the knowledge base, a line each: what the files above ask for. */
static int words(const struct ts_options *o, enum ts_kb_words what)
{
	struct ts_kb *kb = ts_cmd_open_kb(o);
	if (kb == NULL) {
		return TS_EXIT_NO_KB;
	}
	struct ts_arena *a = ts_arena_new();
	const char **list;
	size_t n = ts_kb_words(kb, what, "", SIZE_MAX, a, &list);
	for (size_t i = 0; i < n; i++) {
		ts_gate_fprintf(stdout, "%s\n", list[i]);
	}
	ts_arena_free(a);
	ts_kb_free(kb);
	return TS_EXIT_OK;
}

int ts_completion_print(const struct ts_options *o)
{
	static const struct {
		const char *name;
		void (*print)(void); /* NULL: words of the knowledge base */
		enum ts_kb_words what;
	} rows[] = {
		{ "bash", bash, 0 },
		{ "fish", fish, 0 },
		{ "powershell", powershell, 0 },
		{ "zsh", zsh, 0 },
		{ "codes", NULL, TS_WORDS_CODES },
		{ "ids", NULL, TS_WORDS_IDS },
	};
	size_t i = 0;
	while (strcmp(rows[i].name, o->completion) != 0) {
		i++; /* the parser lets nothing else pass */
	}
	if (rows[i].print == NULL) {
		return words(o, rows[i].what);
	}
	rows[i].print();
	return TS_EXIT_OK;
}
