/* cmd/collect-script.c - `collect --script=SHELL`: a script for a Windows computer that does not have this program. It
 * copies what the checks need into a folder that --evidence understands. */
#include "cmd/collect.h"

#include <string.h>

#include "base/str.h"

#define NAME_MAX_CHARS 60 /* of a file's name */

/* Programs whose output is kept; they are told apart by their content. The words mean the same in both shells. */
static const struct output {
	const char *file, *command;
	const char *tables[3]; /* that it is for; none = always */
	bool read;             /* this program reads it; else it is for the person who helps */
} outputs[] = {
	{ "systeminfo.txt", "systeminfo.exe", { NULL }, true },
	{ "netstat.txt", "netstat.exe -ano", { "listening_ports", "process_open_sockets" }, true },
	{ "services.txt", "sc.exe queryex type= all state= all", { "services" }, true },
	{ "certificates-remote-desktop.txt", "certutil.exe -store \"Remote Desktop\"",
		{ "certificates", "rdp_listener" }, false },
	{ "certificates-my.txt", "certutil.exe -store My", { "certificates" }, false },
	{ "processes.csv", "tasklist.exe /v /fo csv", { "processes" }, true },
	{ "sessions.txt", "qwinsta.exe", { "wts_session", "logged_in_users" }, false },
	{ "addresses.txt", "ipconfig.exe /all",
		{ "interface_addresses", "interface_details", "dns_resolvers" }, false },
	{ "routes.txt", "route.exe print", { "routes" }, false },
	{ "firewall.txt", "netsh.exe advfirewall show allprofiles", { "windows_firewall_profiles" }, false },
};

static bool is_wanted(const struct ts_needs *w, const struct output *out)
{
	bool wanted = out->tables[0] == NULL;
	for (size_t i = 0; i < TS_COUNT(out->tables) && out->tables[i] != NULL; i++) {
		wanted = wanted || ts_names_has(&w->tables, out->tables[i]);
	}
	return wanted;
}

/* How a shell spells each kind of line. */
struct shell {
	const char *comment;
	char quote;
	const char *head, *tail;
	const char *query[2]; /* before and after the milliseconds of --since */
	const char *event, *key;
	const char *text[3]; /* before the command, before the file, after it */
};

static const struct shell shells[] = {
	{
		.comment = "rem",
		.quote = '"',
		.head = "setlocal EnableExtensions DisableDelayedExpansion\n"
			"set \"OUT=%~1\"\n"
			"if \"%OUT%\"==\"\" set \"OUT=%~dp0evidence-%COMPUTERNAME%\"\n"
			"if exist \"%OUT%\" (\n"
			"  echo \"%OUT%\" is there already: name another folder, or remove it.\n"
			"  exit /b 1\n"
			")\n"
			"mkdir \"%OUT%\" || exit /b 1\n"
			"set MISSING=0\n"
			"set QUERY=\n"
			"fltmc.exe >nul 2>&1 || echo Not run as administrator: the Security log and some "
			"others will be missing.\n",
		.tail = "echo.\n"
			"echo Done: \"%OUT%\"\n"
			"if not \"%MISSING%\"==\"0\" echo %MISSING% parts are missing; they are listed in "
			"missing.txt there.\n"
			"echo Look through the folder before you hand it on: it names computers, accounts "
			"and addresses.\n"
			"exit /b 0\n"
			"\n"
			":events\n"
			"echo Event log \"%~1\"\n"
			"wevtutil.exe epl \"%~1\" \"%OUT%\\%~2\" %QUERY% >nul 2>&1 || call :miss \"event log "
			"%~1\"\n"
			"exit /b 0\n"
			"\n"
			":key\n"
			"echo Registry \"%~1\"\n"
			"reg.exe export \"%~1\" \"%OUT%\\%~2\" /y >nul 2>&1 || call :miss \"registry key %~1 "
			"(absent, or not to be read)\"\n"
			"exit /b 0\n"
			"\n"
			":miss\n"
			"set /a MISSING+=1\n"
			">>\"%OUT%\\missing.txt\" echo \"%~1\"\n"
			"exit /b 0\n",
		.query = { "set QUERY=\"/q:*[System[TimeCreated[timediff(@SystemTime) <= ", "]]]\"\n" },
		.event = "call :events ",
		.key = "call :key ",
		.text = { "", " > \"%OUT%\\", "\" 2>&1" },
	},
	{
		.comment = "#",
		.quote = '\'',
		.head = "param([string]$Out = '')\n"
			"$ErrorActionPreference = 'Continue'\n"
			"if ($Out -eq '') {\n"
			"  $base = if ($PSScriptRoot) { $PSScriptRoot } else { (Get-Location).ProviderPath "
			"}\n"
			"  $Out = Join-Path $base \"evidence-$env:COMPUTERNAME\"\n"
			"}\n"
			"if (Test-Path -LiteralPath $Out) { Write-Warning \"$Out is there already: name "
			"another folder, or remove it.\"; exit 1 }\n"
			"New-Item -ItemType Directory -Path $Out -ErrorAction Stop | Out-Null\n"
			"$Out = (Resolve-Path -LiteralPath $Out).ProviderPath\n"
			"$script:Missing = @()\n"
			"$script:Query = @()\n"
			"$admin = "
			"([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::"
			"GetCurrent()).IsInRole(\n"
			"  [Security.Principal.WindowsBuiltInRole]::Administrator)\n"
			"if (-not $admin) { Write-Warning 'Not run as administrator: the Security log and "
			"some others will be missing.' }\n"
			"\n"
			"function Save-Events([string]$Channel, [string]$File) {\n"
			"  Write-Host \"Event log $Channel\"\n"
			"  $arguments = @('epl', $Channel, (Join-Path $Out $File)) + $script:Query\n"
			"  & wevtutil.exe $arguments 2>$null | Out-Null\n"
			"  if ($LASTEXITCODE -ne 0) { $script:Missing += \"event log $Channel\" }\n"
			"}\n"
			"function Save-Key([string]$Key, [string]$File) {\n"
			"  Write-Host \"Registry $Key\"\n"
			"  & reg.exe export $Key (Join-Path $Out $File) /y 2>$null | Out-Null\n"
			"  if ($LASTEXITCODE -ne 0) { $script:Missing += \"registry key $Key (absent, or not "
			"to be read)\" }\n"
			"}\n",
		.tail = "if ($script:Missing.Count -gt 0) {\n"
			"  $script:Missing | Out-File -LiteralPath (Join-Path $Out 'missing.txt') -Encoding "
			"utf8\n"
			"  Write-Host \"$($script:Missing.Count) parts are missing; they are listed in "
			"missing.txt there.\"\n"
			"}\n"
			"Write-Host \"Done: $Out\"\n"
			"Write-Host 'Look through the folder before you hand it on: it names computers, "
			"accounts and addresses.'\n",
		.query = { "$script:Query = @('/q:*[System[TimeCreated[timediff(@SystemTime) <= ",
			"]]]')\n" },
		.event = "Save-Events ",
		.key = "Save-Key ",
		.text = { "& ", " 2>&1 | Out-File -LiteralPath (Join-Path $Out '", "') -Encoding utf8" },
	},
};

/* Between quotes; a single one within single quotes is doubled. */
static void put_quoted(struct ts_buf *b, const struct shell *sh, const char *name)
{
	ts_buf_putc(b, sh->quote);
	for (; *name != '\0'; name++) {
		ts_buf_printf(b, *name == sh->quote ? "%c%c" : "%c", *name, *name);
	}
	ts_buf_putc(b, sh->quote);
}

/* The end of a name, from where a part of it begins. */
static const char *short_name(const char *name)
{
	static const char *const usual[] = { "Microsoft-Windows-", "HKEY_LOCAL_MACHINE\\" };
	for (size_t i = 0; i < TS_COUNT(usual); i++) {
		name += ts_str_starts(name, usual[i]) ? strlen(usual[i]) : 0;
	}
	if (strlen(name) > NAME_MAX_CHARS) {
		name += strlen(name) - NAME_MAX_CHARS;
		name += strcspn(name, "\\/-");
	}
	return name;
}

/* A file name of a name: letters and digits, the rest one hyphen; the number keeps two of them apart. */
static const char *file_name(struct ts_arena *a, size_t number, const char *name, const char *ending)
{
	struct ts_buf b;
	ts_buf_init(&b, 256);
	ts_buf_printf(&b, "%02zu", number);
	bool gap = true;
	for (const char *p = short_name(name); *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
		if (plain) {
			ts_buf_printf(&b, gap ? "-%c" : "%c", *p);
		}
		gap = !plain;
	}
	ts_buf_puts(&b, ending);
	const char *text = ts_arena_strdup(a, ts_buf_str(&b));
	ts_buf_finish(&b);
	return text;
}

static void put_names(struct ts_buf *b, const struct shell *sh, const struct ts_needs *w,
	const struct ts_names *list, const char *how, const char *ending)
{
	for (size_t i = 0; i < list->n; i++) {
		ts_buf_puts(b, how);
		put_quoted(b, sh, list->items[i]);
		ts_buf_putc(b, ' ');
		put_quoted(b, sh, file_name(w->arena, i + 1, list->items[i], ending));
		ts_buf_putc(b, '\n');
	}
}

static void put_text(struct ts_buf *b, const struct shell *sh, const char *command, const char *file)
{
	ts_buf_printf(b, "%s%s%s%s%s\n", sh->text[0], command, sh->text[1], file, sh->text[2]);
}

static void put_comment(struct ts_buf *b, const struct shell *sh, const char *text)
{
	ts_buf_printf(b, "%s %s\n", sh->comment, text);
}

/* What it does, for the person who reviews it. */
static void put_intro(struct ts_buf *b, const struct shell *sh, const struct ts_needs *w, bool bat)
{
	static const char *const lines[] = {
		"Collects what the checks of troubleshoot " TS_VERSION
		" need of this computer, for somebody who helps.",
		"It reads event logs, keys of the registry and the output of programs of Windows, and writes "
		"only into a",
		"folder of its own. It changes nothing, contacts nobody, and never reads SAM or SECURITY.",
		"Run it as administrator for all of it; without, the Security log and some others are "
		"missing.",
	};
	static const char *const beyond[] = { "key_file_rights", "patches", "user_rights" };
	for (size_t i = 0; i < TS_COUNT(lines); i++) {
		put_comment(b, sh, lines[i]);
	}
	put_comment(b, sh,
		bat ? "Usage: collect.bat [FOLDER]"
		    : "Usage: powershell -ExecutionPolicy Bypass -File collect.ps1 [-Out FOLDER]");
	put_comment(b, sh, "Then, where troubleshoot is: troubleshoot --evidence server=FOLDER --code CODE");
	for (size_t i = 0; i < TS_COUNT(beyond); i++) {
		if (ts_names_has(&w->tables, beyond[i])) {
			ts_buf_printf(b, "%s Not collected, although checks ask for it: %s\n", sh->comment,
				beyond[i]);
		}
	}
	if (w->password) {
		put_comment(b, sh,
			"Not collected, although checks ask for it: the registry key Winlogon, which may "
			"hold a password");
	}
	ts_buf_putc(b, '\n');
}

static void put_outputs(struct ts_buf *b, const struct shell *sh, const struct ts_needs *w, bool read)
{
	for (size_t i = 0; i < TS_COUNT(outputs); i++) {
		if (outputs[i].read == read && is_wanted(w, &outputs[i])) {
			put_text(b, sh, outputs[i].command, outputs[i].file);
		}
	}
}

/* How each service that a check asks for is set up. */
static void put_services(struct ts_buf *b, const struct shell *sh, const struct ts_needs *w)
{
	for (size_t i = 0; i < w->services.n; i++) {
		struct ts_buf command;
		ts_buf_init(&command, 4096);
		ts_buf_puts(&command, "sc.exe qc ");
		put_quoted(&command, sh, w->services.items[i]);
		const char *file = ts_arena_printf(
			w->arena, "service-%s", file_name(w->arena, i + 1, w->services.items[i], ".txt"));
		put_text(b, sh, ts_buf_str(&command), file);
		ts_buf_finish(&command);
	}
}

static void put_script(struct ts_buf *b, const struct ts_needs *w, bool bat)
{
	const struct shell *sh = &shells[bat ? 0 : 1];
	if (bat) {
		ts_buf_puts(b, "@echo off\n");
	}
	put_intro(b, sh, w, bat);
	ts_buf_puts(b, sh->head);
	ts_buf_putc(b, '\n');
	put_comment(b, sh, "Event logs");
	if (w->o->since != NULL) {
		ts_buf_printf(b, "%s%lld%s", sh->query[0], (long long)w->o->since_s * 1000, sh->query[1]);
	}
	put_names(b, sh, w, &w->channels, sh->event, ".evtx");
	ts_buf_putc(b, '\n');
	put_comment(b, sh, "Registry");
	put_names(b, sh, w, &w->keys, sh->key, ".reg");
	ts_buf_putc(b, '\n');
	put_comment(b, sh, "Output of programs");
	put_outputs(b, sh, w, true);
	ts_buf_putc(b, '\n');
	put_comment(b, sh, "For the person who helps: troubleshoot does not read these");
	put_outputs(b, sh, w, false);
	put_services(b, sh, w);
	ts_buf_putc(b, '\n');
	ts_buf_puts(b, sh->tail);
}

/* Windows ends lines with CR LF: cmd.exe may miss labels in files that do not. */
static void put_crlf(struct ts_buf *out, const struct ts_buf *in)
{
	for (size_t i = 0; i < in->len; i++) {
		if (in->data[i] == '\n') {
			ts_buf_putc(out, '\r');
		}
		ts_buf_putc(out, in->data[i]);
	}
}

int ts_collect_script(const struct ts_options *o, struct ts_kb *kb)
{
	struct ts_err err;
	struct ts_needs w = { .o = o, .arena = ts_arena_new() };
	int status = TS_EXIT_USAGE;
	if (!ts_needs_read(&w, kb, &err)) {
		ts_cmd_error(status, "%s", err.text);
	} else {
		struct ts_buf text, out;
		ts_buf_init(&text, TS_BUF_MAX_TEXT);
		ts_buf_init(&out, TS_BUF_MAX_TEXT);
		put_script(&text, &w, strcmp(o->script, "bat") == 0);
		put_crlf(&out, &text);
		if (w.left_out > 0) {
			ts_cmd_note(o, "%zu name%s that cannot be quoted safely %s left out of the script",
				w.left_out, w.left_out == 1 ? "" : "s", w.left_out == 1 ? "was" : "were");
		}
		status = ts_cmd_emit(o, &out, TS_EXIT_OK);
		ts_buf_finish(&text);
		ts_buf_finish(&out);
	}
	ts_arena_free(w.arena);
	return status;
}
