/* cmd/kb-new.c - `kb new ID [DIR]`: the skeleton of an entry and of its test cases, which lint and pass as they are. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "base/gate.h"
#include "base/str.h"
#include "kb/pack.h"
#include "os/os.h"

#define TERM_SERVICE "TermService"

/* CODES, CLASS, DATE and SERVICE are replaced, in the test cases too. */
static const char entry_text[] =
	"---\n"
	"title: What the person sees, in a few words\n"
	"CODES"
	"keywords: [words, that, people, search, for]\n"
	"machines:\n"
	"  server: the computer you connect to\n"
	"parameters:\n"
	"  host: {ask: 'Which computer do you want to reach?', match: '[A-Za-z0-9:][A-Za-z0-9._:-]{0,252}'}\n"
	"reviewed: DATE\n"
	"sources:\n"
	"  - https://example.org/where-it-is-documented\n"
	"---\n"
	"\n"
	"# What the person sees\n"
	"\n"
	"One paragraph: what the error means, and what it does not mean. It is shown in lists and by a "
	"search.\n"
	"\n"
	"## Does the computer answer?\n"
	"\n"
	"Why this is asked, in one paragraph.\n"
	"\n"
	"```sql here\n"
	"SELECT state AS answer, address, round(elapsed_ms, 1) AS elapsed_ms\n"
	"FROM   tcp_connect\n"
	"WHERE  host = $host AND port = 3389;\n"
	"```\n"
	"\n"
	"- **open** it accepted the connection. Write here what follows from that.\n"
	"- **refused** it answered that nothing listens there: [The service does not "
	"run](#the-service-does-not-run)\n"
	"- **otherwise** nothing, or something else, came back. Write here what follows from that.\n"
	"- **unknown** it could not be tried from here: [The service does not "
	"run](#the-service-does-not-run)\n"
	"\n"
	"## The service does not run\n"
	"\n"
	"```yaml\n"
	"cause: 10\n"
	"CLASS"
	"minutes: 5\n"
	"where: server\n"
	"needs: [administrator]\n"
	"effect: Nobody else notices anything.\n"
	"risk: low\n"
	"certain: [present]\n"
	"```\n"
	"\n"
	"How this breaks things, in one paragraph.\n"
	"\n"
	"```sql server\n"
	"SELECT iif(count(*) > 0, 'present', 'absent') AS answer, max(status) AS status\n"
	"FROM   services\n"
	"WHERE  name = 'SERVICE' AND status <> 'RUNNING';\n"
	"```\n"
	"\n"
	"1. Start it. Two blocks in one step are two ways to do the same.\n"
	"   ```powershell\n"
	"   Start-Service SERVICE\n"
	"   ```\n"
	"\n"
	"### Undo\n"
	"\n"
	"1. Stop it again.\n"
	"   ```powershell\n"
	"   Stop-Service SERVICE -Force\n"
	"   ```\n"
	"\n"
	"- **solved** say what is left to do so that it does not come back.\n"
	"- **not solved** say where to go on, or link to the next question.\n";

static const char test_text[] =
	"# Each cause and each answer is reached by a case: troubleshoot kb test --coverage\n"
	"- name: the port is open\n"
	"  given:\n"
	"    parameters: {host: srv1}\n"
	"    here:\n"
	"      tcp_connect: [{host: srv1, port: 3389, state: open, address: 192.0.2.10, elapsed_ms: 2}]\n"
	"  expect:\n"
	"    end: does-the-computer-answer/open\n"
	"- name: nothing came back\n"
	"  given:\n"
	"    parameters: {host: srv1}\n"
	"    here:\n"
	"      tcp_connect: [{host: srv1, port: 3389, state: timeout, elapsed_ms: 3000}]\n"
	"  expect:\n"
	"    end: does-the-computer-answer/otherwise\n"
	"- name: refused, since the service is stopped\n"
	"  given:\n"
	"    parameters: {host: srv1}\n"
	"    here:\n"
	"      tcp_connect: [{host: srv1, port: 3389, state: refused, address: 192.0.2.10, elapsed_ms: 2}]\n"
	"    server:\n"
	"      services: [{name: SERVICE, status: STOPPED}]\n"
	"  expect:\n"
	"    end: the-service-does-not-run\n"
	"    confirmed: [the-service-does-not-run]\n"
	"- name: refused, and starting the service helped\n"
	"  given:\n"
	"    parameters: {host: srv1}\n"
	"    here:\n"
	"      tcp_connect: [{host: srv1, port: 3389, state: refused, address: 192.0.2.10, elapsed_ms: 2}]\n"
	"    answers: {the-service-does-not-run: solved}\n"
	"  expect:\n"
	"    end: the-service-does-not-run/solved\n"
	"- name: nothing can be seen, and starting the service did not help\n"
	"  given:\n"
	"    gaps: {here: {tcp_connect: denied}}\n"
	"    answers: {does-the-computer-answer: unknown, the-service-does-not-run: not solved}\n"
	"  expect:\n"
	"    end: the-service-does-not-run/not solved\n";

/* What the pack of the folder gives a new entry. */
struct from_pack {
	const char *cause_class, *service; /* its first ones */
	char *codes;                       /* the line of the front matter, or "" */
};

/* The entry of the set that claims the pair; NULL = none. */
static const char *claimed_by(const struct ts_pack_set *set, uint32_t code, bool has_ext, uint32_t ext)
{
	for (size_t i = 0; i < set->nentries; i++) {
		const struct ts_entry *e = set->entries[i].entry;
		for (size_t k = 0; k < e->ncodes; k++) {
			const struct ts_code *c = &e->codes[k];
			if (c->code == code && c->has_ext == has_ext &&
				(has_ext ? c->ext == ext : c->kind == 0)) {
				return e->id;
			}
		}
	}
	return NULL;
}

/* A file called 0x904-0x7.md claims that pair, unless another entry does. */
static char *codes_line(const char *id, const struct ts_pack_set *set, const struct ts_options *o)
{
	const char *slash = strrchr(id, '/');
	char *first = ts_xstrdup(slash != NULL ? slash + 1 : id), *second = strchr(first, '-');
	uint32_t code, ext = 0;
	if (second != NULL) {
		*second++ = '\0';
		second[strcspn(second, "-")] = '\0';
	}
	bool is_code = ts_str_starts(first, "0x") && ts_code_parse(first, &code);
	bool pair = second != NULL && ts_str_starts(second, "0x") && ts_code_parse(second, &ext);
	const char *other = is_code && set != NULL ? claimed_by(set, code, pair, ext) : NULL;
	char *line = ts_xasprintf("codes: [%s%s%s]\n", first, pair ? "/" : "", pair ? second : "");
	if (other != NULL) {
		ts_cmd_note(o, "%s claims this code already, so the new entry does not", other);
	}
	if (!is_code || other != NULL) {
		line[0] = '\0';
	}
	free(first);
	return line;
}

/* Has the pack this service on its list, or no list? Then the example's own one is fine. */
static const char *service_of(const struct ts_pack *p)
{
	for (size_t i = 0; i < p->nservices; i++) {
		if (strcmp(p->services[i].text, TERM_SERVICE) == 0) {
			return TERM_SERVICE;
		}
	}
	return p->nservices > 0 ? p->services[0].text : TERM_SERVICE;
}

static void put_text(struct ts_buf *out, const char *text, const struct from_pack *f)
{
	char date[16];
	struct tm tm;
	time_t now = (time_t)ts_os_now();
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&now, &tm));
	char *cause_class =
		f->cause_class != NULL ? ts_xasprintf("class: %s\n", f->cause_class) : ts_xstrdup("");
	const struct {
		const char *word, *text;
	} words[] = { { "CODES", f->codes }, { "CLASS", cause_class }, { "DATE", date },
		{ "SERVICE", f->service } };
	for (const char *p = text; *p != 0;) {
		size_t i = 0;
		while (i < TS_COUNT(words) && !ts_str_starts(p, words[i].word)) {
			i++;
		}
		if (i < TS_COUNT(words)) {
			ts_buf_puts(out, words[i].text);
			p += strlen(words[i].word);
		} else {
			ts_buf_putc(out, *p++);
		}
	}
	free(cause_class);
}

static bool write_new(const char *path, const char *text, size_t n, struct ts_err *err)
{
	struct ts_file_info info;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind != TS_FILE_NONE) {
		return ts_fail(err, "%s exists already; nothing was written", path);
	}
	return ts_os_write_file(path, text, n, 0644, err);
}

/* Both files or none, in a folder that is there. */
static bool write_both(const char *folder, const char *entry, const struct ts_buf *text, const char *test,
	const struct ts_buf *cases, struct ts_err *err)
{
	struct ts_file_info info;
	return ts_os_stat(folder, &info, err) &&
	       (info.kind != TS_FILE_NONE || ts_fail(err, "there is no folder %s; make it first", folder)) &&
	       ts_os_stat(test, &info, err) &&
	       (info.kind == TS_FILE_NONE || ts_fail(err, "%s exists already; nothing was written", test)) &&
	       write_new(entry, ts_buf_str(text), text->len, err) &&
	       write_new(test, ts_buf_str(cases), cases->len, err);
}

/* Ids are paths: letters, digits, '-', '_', '.', with '/' between parts. */
static bool good_id(const char *id)
{
	bool letter = false;
	for (const char *p = id; *p != 0; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
		if (!plain && (strchr("-_./", *p) == NULL || (!letter && *p != '_'))) {
			return false;
		}
		letter = *p != '/' && *p != '.';
	}
	return letter;
}

int ts_cmd_kb_new(struct ts_options *o)
{
	struct ts_err err;
	struct ts_buf b, cases;
	if (o->nargs < 1 || o->nargs > 2) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"kb new needs an id and perhaps a folder: troubleshoot kb new rdp/0x904-0x7 kb");
	}
	const char *id = o->args[0], *dir = o->nargs > 1 ? o->args[1] : ".";
	if (!good_id(id)) {
		return ts_cmd_error(TS_EXIT_USAGE,
			"\"%s\" is no id: letters, digits, \"-\", \"_\" and \".\", with \"/\" behind the "
			"pack's name, as in rdp/0x904-0x7",
			id);
	}
	char *entry = ts_xasprintf("%s/%s.md", dir, id), *test = ts_xasprintf("%s/%s.test.yaml", dir, id);
	char *folder = ts_xstrndup(entry, (size_t)(strrchr(entry, '/') - entry));
	struct ts_diags *d = ts_diags_new();
	struct ts_pack_set *set = ts_pack_read(folder, d, &err);
	bool has_pack = set != NULL && set->npacks > 0;
	struct from_pack f = {
		.cause_class = has_pack && set->packs[0].nclasses > 0 ? set->packs[0].classes[0].name : NULL,
		.service = has_pack ? service_of(&set->packs[0]) : TERM_SERVICE,
		.codes = codes_line(id, set, o),
	};
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_init(&cases, TS_BUF_MAX_TEXT);
	put_text(&b, entry_text, &f);
	put_text(&cases, test_text, &f);
	int status = write_both(folder, entry, &b, test, &cases, &err)
			     ? TS_EXIT_OK
			     : ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	if (status == TS_EXIT_OK && !o->quiet) {
		ts_gate_fprintf(stdout, "%s\n%s\n", entry, test);
	}
	ts_buf_finish(&b);
	ts_buf_finish(&cases);
	ts_pack_set_free(set);
	ts_diags_free(d);
	free(f.codes);
	free(entry);
	free(test);
	free(folder);
	return status;
}
