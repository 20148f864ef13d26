/* cmd/probe-show.c - what `probe` found out: a ladder for people, one document for programs (interface.md). */
#include "cmd/probe.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gate.h"
#include "base/json.h"
#include "out/render-parts.h"

#define STATE_WIDTH   9
#define STAGE_WIDTH   13
#define INDENT        2
#define FINDING_WIDTH 19

static const char *const state_words[] = { [TS_PROBE_OK] = "ok",
	[TS_PROBE_WARN] = "warn",
	[TS_PROBE_FAIL] = "FAIL",
	[TS_PROBE_UNKNOWN] = "unknown",
	[TS_PROBE_SKIP] = "skip" };

/* The findings in words; one that is not here is shown by its name alone. */
static const struct {
	const char *finding, *words;
} finding_words[] = {
	{ "expired", "the last day of the certificate is past" },
	{ "expiring", "the certificate ends within 30 days" },
	{ "not-yet-valid", "the certificate begins later than now; compare the clocks" },
	{ "self-signed",
		"usual for Remote Desktop; clients ask whether to trust it unless they know it already" },
	{ "name-mismatch", "the certificate is made out to another name than the one that was asked for" },
	{ "weak-key", "the key of the certificate is too short" },
	{ "weak-hash", "the certificate is signed with a hash that current systems turn down" },
	{ "wrong-usage", "the certificate is not meant for servers" },
	{ "old-version", "the best that was agreed is TLS 1.1 or older, which current systems turn down" },
	{ "old-credssp", "CredSSP of before the updates of 2018, which updated clients turn down" },
	{ "old-build", "a version of Windows that gets no updates any more" },
	{ "clock-skew", "the clocks of both computers differ too much for Kerberos" },
	{ "slow", "an answer took a second or longer" },
	{ "one-address-fails", "another address of that name does not work: clients fail now and then" },
	{ "mtu", "large packets vanish on the way" },
};

/* --- for people --- */

/* "FAIL     tls          reset: ... (3.1 ms)", wrapped under its text. */
static void put_step(const struct ts_probe_step *s, const struct ts_look *look, struct ts_buf *out)
{
	char time[32] = "";
	if (s->ms >= 0) {
		(void)snprintf(time, sizeof(time), s->ms < 1000 ? " (%.1f ms)" : " (%.1f s)",
			s->ms < 1000 ? s->ms : s->ms / 1000);
	}
	/* An extra is no fault of its own: RDP goes on over TCP. */
	bool extra = strcmp(s->stage, "udp") == 0 && s->state == TS_PROBE_FAIL;
	const char *word = extra ? "no" : state_words[s->state];
	struct ts_buf marker;
	ts_buf_init(&marker, 256);
	bool coloured =
		s->state == TS_PROBE_OK || s->state == TS_PROBE_WARN || (s->state == TS_PROBE_FAIL && !extra);
	if (coloured) {
		ts_style_on(s->state == TS_PROBE_OK ? TS_GOOD : TS_BAD, look, &marker);
	}
	ts_buf_puts(&marker, word);
	if (coloured) {
		ts_style_off(look, &marker);
	}
	ts_buf_fill(&marker, ' ', STATE_WIDTH - strlen(word));
	ts_buf_printf(&marker, "%-*s", STAGE_WIDTH, s->stage);
	char *text = ts_xasprintf("%s%s", s->text != NULL ? s->text : "", time);
	ts_render_marked(ts_buf_str(&marker), STATE_WIDTH + STAGE_WIDTH, text, INDENT, look, out);
	free(text);
	ts_buf_finish(&marker);
}

static void put_findings(const struct ts_probe *p, const struct ts_look *look, struct ts_buf *out)
{
	ts_buf_puts(out, p->nfindings > 0 ? "\n" : "");
	for (size_t i = 0; i < p->nfindings; i++) {
		const char *words = "";
		for (size_t k = 0; k < TS_COUNT(finding_words); k++) {
			if (strcmp(finding_words[k].finding, p->findings[i]) == 0) {
				words = finding_words[k].words;
			}
		}
		ts_render_labelled(p->findings[i], FINDING_WIDTH, words, INDENT, look, out);
	}
}

static void put_next(const struct ts_probe *p, const struct ts_look *look, struct ts_buf *out)
{
	if (p->code == NULL) {
		return;
	}
	char *line =
		ts_xasprintf("A client %s %s%s%s.", strcmp(p->stage, "ok") == 0 ? "may show" : "would show",
			p->code, p->ext != NULL ? " with extended " : "", p->ext != NULL ? p->ext : "");
	ts_buf_putc(out, '\n');
	ts_render_text(line, 0, 0, look, out);
	free(line);
	if (p->entry != NULL) {
		line = ts_xasprintf("Entry: %s - %s", p->entry, p->entry_title != NULL ? p->entry_title : "");
		ts_render_text(line, 0, 7, look, out);
		free(line);
	}
	if (p->cause != NULL) {
		line = ts_xasprintf("Cause: %s (%s)", p->cause_title, p->cause_status);
		ts_render_text(line, 0, 7, look, out);
		free(line);
	}
	if (p->entry != NULL) {
		line = ts_xasprintf("\nNext:\n    troubleshoot --code %s%s%s --host %s", p->code,
			p->ext != NULL ? " --ext " : "", p->ext != NULL ? p->ext : "", p->host);
		ts_gate_puts(out, line, TS_GATE_NEWLINES);
		free(line);
		if (p->port != 3389) {
			ts_buf_printf(out, " --port %d", p->port);
		}
		ts_buf_putc(out, '\n');
	}
}

void ts_probe_terminal(const struct ts_probe *p, const struct ts_look *look, struct ts_buf *out)
{
	char *line = ts_xasprintf("%s port %d", p->host, p->port);
	ts_render_heading(line, 2, look, out);
	free(line);
	for (size_t i = 0; i < p->nsteps; i++) {
		put_step(&p->steps[i], look, out);
	}
	ts_buf_putc(out, '\n');
	ts_render_text(p->verdict, 0, 0, look, out);
	put_findings(p, look, out);
	put_next(p, look, out);
}

/* --- for programs --- */

static void put_value(struct ts_json *j, const char *name, const struct ts_probe_cell *c)
{
	ts_json_key(j, name);
	if (c->type == SQLITE_INTEGER) {
		ts_json_int(j, strtoll(c->text, NULL, 10));
	} else if (c->type == SQLITE_FLOAT) {
		ts_json_double(j, strtod(c->text, NULL));
	} else {
		ts_json_str(j, c->text);
	}
}

/* A row as an object, or null where there is none. */
static void put_row(struct ts_json *j, const struct ts_probe_rows *r, size_t row)
{
	if (row >= r->rows) {
		ts_json_null(j);
		return;
	}
	ts_json_object(j);
	for (int i = 0; i < r->columns; i++) {
		put_value(j, r->names[i], &r->cells[row * (size_t)r->columns + (size_t)i]);
	}
	ts_json_end(j);
}

static void put_rows(struct ts_json *j, const char *key, const struct ts_probe_rows *r)
{
	ts_json_key(j, key);
	ts_json_array(j);
	for (size_t i = 0; i < r->rows; i++) {
		put_row(j, r, i);
	}
	ts_json_end(j);
}

static void put_steps(struct ts_json *j, const struct ts_probe *p)
{
	ts_json_key(j, "stages");
	ts_json_array(j);
	for (size_t i = 0; i < p->nsteps; i++) {
		const struct ts_probe_step *s = &p->steps[i];
		ts_json_object(j);
		ts_json_kstr(j, "stage", s->stage);
		ts_json_kstr(j, "state", state_words[s->state]);
		ts_json_kstr(j, "symptom", s->symptom);
		ts_json_key(j, "ms");
		if (s->ms >= 0) {
			ts_json_double(j, s->ms);
		} else {
			ts_json_null(j);
		}
		ts_json_kstr(j, "detail", s->text);
		ts_json_end(j);
	}
	ts_json_end(j);
}

static void put_server(struct ts_json *j, const struct ts_probe *p)
{
	static const struct {
		const char *key, *column;
	} members[] = { { "address", "address" }, { "kind", "server_kind" }, { "build", "server_build" },
		{ "computer", "server_computer" }, { "domain", "server_domain" } };
	ts_json_key(j, "server");
	if (p->rdp.rows == 0) {
		ts_json_null(j);
		return;
	}
	ts_json_object(j);
	for (size_t i = 0; i < TS_COUNT(members); i++) {
		ts_json_kstr(j, members[i].key, ts_probe_get(&p->rdp, p->best, members[i].column));
	}
	ts_json_key(j, "clock_skew_s");
	if (ts_probe_get(&p->rdp, p->best, "clock_skew_s") != NULL) {
		ts_json_double(j, ts_probe_real(&p->rdp, p->best, "clock_skew_s", 0));
	} else {
		ts_json_null(j);
	}
	ts_json_end(j);
}

static void put_pointer(struct ts_json *j, const struct ts_probe *p)
{
	ts_json_key(j, "points_to");
	if (p->code == NULL) {
		ts_json_null(j);
		return;
	}
	ts_json_object(j);
	ts_json_kstr(j, "code", p->code);
	ts_json_kstr(j, "ext", p->ext);
	ts_json_kstr(j, "entry", p->entry);
	ts_json_kstr(j, "cause", p->cause);
	ts_json_kstr(j, "status", p->cause_status);
	ts_json_end(j);
}

static void put_gaps(struct ts_json *j, const struct ts_probe *p)
{
	const struct {
		const char *table;
		const struct ts_probe_rows *rows;
	} all[] = { { "dns_lookup", &p->dns }, { "rdp_handshake", &p->rdp }, { "tls_certificate", &p->cert },
		{ "udp_probe", &p->udp }, { "rd_gateway", &p->gw }, { "path_mtu", &p->mtu } };
	ts_json_key(j, "gaps");
	ts_json_array(j);
	for (size_t i = 0; i < TS_COUNT(all); i++) {
		if (all[i].rows->gap != NULL) {
			ts_json_object(j);
			ts_json_kstr(j, "table", all[i].table);
			ts_json_kstr(j, "detail", all[i].rows->gap);
			ts_json_end(j);
		}
	}
	ts_json_end(j);
}

void ts_probe_json(const struct ts_probe *p, int exit_code, struct ts_buf *out)
{
	struct ts_json j;
	ts_json_init(&j, out, true);
	ts_json_object(&j);
	ts_json_kstr(&j, "schema", "troubleshoot.probe");
	ts_json_kint(&j, "version", 1);
	ts_json_kstr(&j, "program", TS_VERSION);
	ts_json_key(&j, "target");
	ts_json_object(&j);
	ts_json_kstr(&j, "host", p->host);
	ts_json_kint(&j, "port", p->port);
	ts_json_kstr(&j, "gateway", p->gateway);
	ts_json_end(&j);
	ts_json_kstr(&j, "stage", p->stage);
	ts_json_kstr(&j, "symptom", p->symptom);
	ts_json_kstr(&j, "verdict", p->verdict);
	ts_json_key(&j, "findings");
	ts_json_array(&j);
	for (size_t i = 0; i < p->nfindings; i++) {
		ts_json_str(&j, p->findings[i]);
	}
	ts_json_end(&j);
	put_steps(&j, p);
	ts_json_key(&j, "certificate");
	put_row(&j, &p->cert, 0);
	put_server(&j, p);
	put_rows(&j, "addresses", &p->dns);
	put_rows(&j, "attempts", &p->rdp);
	ts_json_key(&j, "udp");
	put_row(&j, &p->udp, 0);
	ts_json_key(&j, "gateway");
	put_row(&j, &p->gw, 0);
	ts_json_key(&j, "path");
	put_row(&j, &p->mtu, 0);
	put_pointer(&j, p);
	put_gaps(&j, p);
	ts_json_key(&j, "result");
	ts_json_object(&j);
	ts_json_kint(&j, "exit_code", exit_code);
	ts_json_end(&j);
	ts_json_end(&j);
	ts_buf_putc(out, '\n');
}
