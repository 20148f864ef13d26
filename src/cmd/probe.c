/* cmd/probe.c - `probe HOST[:PORT]`: asks the tables that look at another computer, all at the same time, and lets the knowledge base say where the
 * outcome points to. */
#include "cmd/probe.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cmd/consent.h"
#include "engine/session.h"
#include "os/net.h"
#include "os/os.h"
#include "os/thread.h"

#define RDP_PORT    3389
#define HTTPS_PORT  443
#define HOST_MAX    253
#define CONNECTIONS 16 /* of one question */

const char *ts_probe_get(const struct ts_probe_rows *r, size_t row, const char *column)
{
	for (int i = 0; row < r->rows && i < r->columns; i++) {
		if (strcmp(r->names[i], column) == 0) {
			return r->cells[row * (size_t)r->columns + (size_t)i].text;
		}
	}
	return NULL;
}

double ts_probe_real(const struct ts_probe_rows *r, size_t row, const char *column, double if_null)
{
	const char *text = ts_probe_get(r, row, column);
	return text != NULL ? strtod(text, NULL) : if_null;
}

/* --- one question --- */

/* A question on its own thread: a SELECT with ?1 = host and ?2 = port. */
struct question {
	struct ts_probe *p;
	struct ts_probe_rows *rows;
	const char *sql, *host;
	int port;
	struct ts_thread *thread;
};

static void keep_row(sqlite3_stmt *st, struct ts_probe_rows *r)
{
	for (int i = 0; i < r->columns; i++) {
		TS_ARENA_GROW(r->arena, r->cells, r->cap, r->n);
		r->cells[r->n++] = (struct ts_probe_cell){ sqlite3_column_type(st, i),
			ts_arena_strdup(r->arena, (const char *)sqlite3_column_text(st, i)) };
	}
	r->rows++;
}

static void keep_gap(struct ts_conn *c, struct ts_probe_rows *r)
{
	const struct ts_ledger *l = ts_conn_ledger(c);
	for (size_t i = 0; i < ts_ledger_count(l); i++) {
		const struct ts_ledger_line *line = ts_ledger_get(l, i);
		if (ts_seen_is_gap(line->seen) && r->gap == NULL) {
			r->gap = ts_arena_strdup(
				r->arena, *line->detail != '\0' ? line->detail : ts_seen_name(line->seen));
			r->timed_out = line->seen == TS_SEEN_TIMEOUT;
		}
	}
}

static void put(void *arg)
{
	struct question *q = arg;
	struct ts_probe_rows *r = q->rows;
	struct ts_err err;
	const char *const hosts[] = { q->p->host, q->p->gateway, NULL };
	struct ts_budget budget = { .deadline = ts_os_mono_ms() + (int64_t)q->p->o->timeout_s * 1000,
		.connections = CONNECTIONS,
		.hosts = hosts };
	r->arena = ts_arena_new();
	struct ts_conn *c = ts_evidence_open(q->p->evidence, "here", q->sql, &budget, &err);
	sqlite3_stmt *st = c != NULL ? ts_conn_prepare(c, q->sql, NULL, &err) : NULL;
	if (st == NULL) {
		r->gap = ts_arena_strdup(r->arena, err.text);
		ts_conn_free(c);
		return;
	}
	r->columns = sqlite3_column_count(st);
	r->names = ts_arena_calloc(r->arena, (size_t)r->columns, sizeof(*r->names));
	for (int i = 0; i < r->columns; i++) {
		r->names[i] = ts_arena_strdup(r->arena, sqlite3_column_name(st, i));
	}
	sqlite3_bind_text(st, 1, q->host, -1, SQLITE_STATIC);
	if (sqlite3_bind_parameter_count(st) > 1) {
		sqlite3_bind_int(st, 2, q->port);
	}
	int rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		keep_row(st, r);
	}
	keep_gap(c, r);
	if (rc != SQLITE_DONE && r->gap == NULL) {
		ts_conn_step_error(c, rc, &err);
		r->gap = ts_arena_strdup(r->arena, err.text);
	}
	sqlite3_finalize(st);
	ts_conn_free(c);
}

/* Put questions side by side and wait for all. */
static void put_all(struct question *qs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		qs[i].thread = ts_thread_start(put, &qs[i]);
	}
	put(&qs[0]);
	for (size_t i = 1; i < n; i++) {
		if (qs[i].thread != NULL) {
			ts_thread_join(qs[i].thread);
		} else {
			put(&qs[i]);
		}
	}
}

static const char dns_system[] = "SELECT * FROM dns_lookup WHERE host = ?1 AND source = 'system'";
static const char dns_all[] = "SELECT * FROM dns_lookup WHERE host = ?1";
static const char handshake[] = "SELECT * FROM rdp_handshake WHERE host = ?1 AND port = ?2";
/* Without `trusted` and `detail`: reading this computer's authorities takes longer than all the rest, and a certificate that signed itself needs none. */
static const char certificate[] = "SELECT mode, position, subject, common_name, san, issuer, serial, "
				  "not_before, not_after, key_type, key_bits, signature_hash, usage, sha1, "
				  "sha256, self_signed, name_match, tls_version, cipher, findings FROM "
				  "tls_certificate WHERE host = ?1 AND port = ?2 AND mode = 'rdp'";
static const char certificate_trust[] =
	"SELECT * FROM tls_certificate WHERE host = ?1 AND port = ?2 AND mode = 'rdp'";
static const char udp[] = "SELECT * FROM udp_probe WHERE host = ?1 AND port = ?2";
static const char gateway[] = "SELECT * FROM rd_gateway WHERE host = ?1 AND port = ?2";
static const char path[] = "SELECT * FROM path_mtu WHERE host = ?1 AND port = ?2";

static bool found_name(const struct ts_probe *p)
{
	const char *state = ts_probe_get(&p->dns, 0, "state");
	return state != NULL && strcmp(state, "found") == 0;
}

/* Does TLS stand still in the best attempt, as it does when large packets vanish? */
static bool stalls_in_tls(const struct ts_probe *p)
{
	for (size_t i = 0; i < p->rdp.rows; i++) {
		const char *stage = ts_probe_get(&p->rdp, i, "stage"),
			   *symptom = ts_probe_get(&p->rdp, i, "symptom");
		if (stage != NULL && symptom != NULL && strcmp(stage, "tls") == 0 &&
			strcmp(symptom, "timeout") == 0) {
			return true;
		}
	}
	return false;
}

/* One question about the server; what the rows held before is forgotten. */
static void put_one(struct ts_probe *p, struct ts_probe_rows *rows, const char *sql)
{
	struct question q = { .p = p, .rows = rows, .sql = sql, .host = p->host, .port = p->port };
	ts_arena_free(rows->arena);
	*rows = (struct ts_probe_rows){ 0 };
	put_all(&q, 1);
}

static void ask(struct ts_probe *p)
{
	put_one(p, &p->dns, p->o->verbose ? dns_all : dns_system);
	if (!found_name(p)) {
		put_one(p, &p->dns, dns_all);
	}
	struct question qs[3];
	size_t n = 0;
	if (found_name(p)) {
		qs[n++] = (struct question){ p, &p->rdp, handshake, p->host, p->port, NULL };
		qs[n++] = (struct question){ p, &p->udp, udp, p->host, p->port, NULL };
	}
	if (p->gateway != NULL) {
		qs[n++] = (struct question){ p, &p->gw, gateway, p->gateway, p->gateway_port, NULL };
	}
	if (n > 0) {
		put_all(qs, n);
	}
	if (ts_probe_get(&p->rdp, 0, "stage") != NULL) {
		/* From the same connection: the run's answers are kept. */
		bool stalls = stalls_in_tls(p);
		put_one(p, stalls ? &p->mtu : &p->cert, stalls ? path : certificate);
		const char *own = ts_probe_get(&p->cert, 0, "self_signed");
		if (own != NULL && strcmp(own, "0") == 0) {
			put_one(p, &p->cert, certificate_trust);
		}
	}
}

/* --- where it points to --- */

static bool in_word(char c)
{
	return isalnum((unsigned char)c) != 0 || c == '_';
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		if ((at == text || !in_word(at[-1])) && !in_word(at[n])) {
			return true;
		}
	}
	return false;
}

/* The walk here goes by what was just asked. Tables that would make more connections, or take half a second and longer, are
 * left to the report that `probe` names as the next step. Of machines that were not given nothing can be seen, and to
 * find that out by an empty connection for each check takes longer than the probe. */
static struct ts_conn *open_conn(
	void *ctx, const char *machine, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	static const char *const not_asked[] = { "ping", "tls_versions", "path_mtu" };
	const struct ts_probe *p = ctx;
	if (ts_evidence_source(p->evidence, machine) == TS_FROM_NONE) {
		(void)ts_fail(err, "nothing is known of the machine '%s'", machine);
		return NULL;
	}
	for (size_t i = 0; i < TS_COUNT(not_asked); i++) {
		bool known = strcmp(not_asked[i], "path_mtu") == 0 && p->mtu.arena != NULL;
		if (!known && has_word(sql, not_asked[i])) {
			(void)ts_fail(err, "%s is not asked by probe", not_asked[i]);
			return NULL;
		}
	}
	return ts_evidence_open(p->evidence, machine, sql, budget, err);
}

static int64_t as_of(void *ctx, const char *machine)
{
	const struct ts_probe *p = ctx;
	return ts_evidence_as_of(p->evidence, machine);
}

/* The walk of the entry with what is known now: most of it is answered by what was just asked. */
static void walk(struct ts_probe *p, const struct ts_entry *e)
{
	struct ts_evidence_if evidence = { p, open_conn, as_of, NULL, NULL };
	struct ts_session_options so = { .run_checks = true, .timeout_s = p->o->timeout_s };
	const struct ts_cause *causes;
	struct ts_event ev;
	struct ts_err err;
	for (size_t i = 0; i < e->nmachines; i++) {
		ts_evidence_machine(p->evidence, e->machines[i].name);
	}
	struct ts_session *s = ts_session_new(e, &evidence, &so);
	if (ts_session_set(s, "host", p->host, &err) &&
		ts_session_set(s, "port", ts_arena_printf(p->arena, "%d", p->port), &err)) {
		do {
			ts_session_step(s, &ev);
		} while (ev.kind == TS_EV_RAN);
		if (ts_session_causes(s, &causes) > 0 && causes[0].status <= TS_CONFIRMED) {
			const struct ts_node *node = &e->nodes[causes[0].node];
			p->cause = ts_arena_strdup(p->arena, node->id);
			p->cause_title = ts_arena_strdup(p->arena, node->title);
			p->cause_status = ts_status_name(causes[0].status);
		}
	}
	ts_session_free(s);
}

/* The entry that speaks to the code which mstsc would show. Without a knowledge base the rest of the report is as good. */
static void point(struct ts_probe *p)
{
	uint32_t code, ext = 0;
	struct ts_hit *hits;
	struct ts_err err;
	if (p->code == NULL || !ts_code_parse(p->code, &code)) {
		return;
	}
	struct ts_kb *kb = ts_cmd_open_kb(p->o);
	if (kb == NULL) {
		ts_cmd_forget_error();
		return;
	}
	bool has_ext = p->ext != NULL && ts_code_parse(p->ext, &ext);
	size_t n = ts_kb_by_code(kb, code, TS_ROLE_DISCONNECT, has_ext, ext, "rdp", 1, p->arena, &hits);
	if (n > 0 && hits[0].exact) {
		struct ts_entry *e = ts_kb_load(kb, hits[0].id, &err);
		p->entry = hits[0].id;
		p->entry_title = hits[0].title;
		if (e != NULL) {
			walk(p, e);
		}
		ts_entry_free(e);
	}
	ts_kb_free(kb);
}

/* --- the command --- */

static bool is_host(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (iscntrl((unsigned char)*c) != 0 || strchr(" /\\@[]", *c) != NULL) {
			return false;
		}
	}
	return *text != '\0';
}

/* HOST, HOST:PORT, [V6]:PORT, V6. */
static bool split(
	struct ts_arena *a, const char *text, int if_none, const char **host, int *port, struct ts_err *err)
{
	struct ts_net_addr literal;
	int64_t v = if_none;
	const char *colon = strrchr(text, ':');
	bool bare_v6 = text[0] != '[' && ts_net_parse(text, &literal);
	if (colon != NULL && !bare_v6 && (text[0] != '[' || (colon > text && colon[-1] == ']'))) {
		if (!ts_parse_int(colon + 1, 1, 65535, &v)) {
			return ts_fail(
				err, "%s: expected HOST or HOST:PORT with a port from 1 to 65535", text);
		}
		text = ts_arena_strndup(a, text, (size_t)(colon - text));
	}
	size_t n = strlen(text);
	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text = ts_arena_strndup(a, text + 1, n - 2);
	}
	if (strlen(text) > HOST_MAX) {
		return ts_fail(err, "the host name is longer than %d bytes, the most that a name can have",
			HOST_MAX);
	}
	if (!is_host(text)) {
		return ts_fail(err, "\"%s\" is no host name or address", text);
	}
	*host = text;
	*port = (int)v;
	return true;
}

static void consent(const struct ts_probe *p)
{
	ts_consent_say(p->o, p->host, ts_arena_printf(p->arena, "%d", p->port), p->gateway,
		ts_arena_printf(p->arena, "%d", p->gateway_port));
}

static int exit_code(const struct ts_probe *p)
{
	return !p->o->exit_code              ? TS_EXIT_OK
	       : p->undecided                ? TS_EXIT_UNDECIDED
	       : strcmp(p->stage, "ok") != 0 ? TS_EXIT_CONFIRMED
					     : TS_EXIT_OK;
}

static int show(const struct ts_probe *p)
{
	const struct ts_options *o = p->o;
	struct ts_look look;
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_cmd_look(o, stdout, &look);
	if (o->format != NULL && strcmp(o->format, "json") == 0) {
		ts_probe_json(p, exit_code(p), &b);
	} else {
		ts_probe_terminal(p, &look, &b);
	}
	int status = ts_cmd_emit(o, &b, exit_code(p));
	ts_buf_finish(&b);
	return status;
}

int ts_cmd_probe(struct ts_options *o)
{
	struct ts_err err;
	struct ts_arena *a = ts_arena_new();
	struct ts_probe *p = ts_arena_alloc(a, sizeof(*p));
	p->o = o;
	p->arena = a;
	int status = TS_EXIT_OK;
	if (o->nargs != 1) {
		status = ts_cmd_error(
			TS_EXIT_USAGE, "probe needs one computer: troubleshoot probe HOST[:PORT]");
	} else if (o->format != NULL && strcmp(o->format, "json") != 0 &&
		   strcmp(o->format, "terminal") != 0) {
		status = ts_cmd_error(TS_EXIT_USAGE, "--format=%s: probe knows terminal and json", o->format);
	} else if (!split(a, o->args[0], RDP_PORT, &p->host, &p->port, &err) ||
		   (o->gateway != NULL &&
			   !split(a, o->gateway, HTTPS_PORT, &p->gateway, &p->gateway_port, &err))) {
		status = ts_cmd_error(TS_EXIT_USAGE, "%s", err.text);
	}
	if (status == TS_EXIT_OK) {
		consent(p);
		p->evidence = ts_evidence_new();
		ask(p);
		ts_probe_judge(p);
		point(p);
		status = show(p);
		ts_evidence_free(p->evidence);
	}
	struct ts_probe_rows *all[] = { &p->dns, &p->rdp, &p->cert, &p->udp, &p->gw, &p->mtu };
	for (size_t i = 0; i < TS_COUNT(all); i++) {
		ts_arena_free(all[i]->arena);
	}
	ts_arena_free(a);
	return status;
}
