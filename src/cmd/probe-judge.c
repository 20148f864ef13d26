/* cmd/probe-judge.c - from what the tables saw to a stage, a symptom, a verdict in a sentence, and the rungs of the ladder. */
#include "cmd/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "out/model.h"

/* What an outcome means, and the code that mstsc shows for it (handshake stage by stage). A symptom that ends in '-' stands for all that begin so. */
static const struct {
	const char *stage, *symptom, *verdict, *code, *ext;
} verdicts[] = {
	{ "dns", "nxdomain", "There is no computer of that name: the name server says so.", "0x104", NULL },
	{ "dns", "nodata", "The name exists, but has no address.", "0x104", NULL },
	{ "dns", "servfail", "The name server failed (SERVFAIL): whether the computer exists is not known.",
		"0x104", NULL },
	{ "dns", "refused",
		"The name server refuses to answer this computer: whether the name exists is not known.",
		"0x104", NULL },
	{ "dns", "timeout", "No name server answered: this is not a fault of the computer you want to reach.",
		"0x104", NULL },
	{ "dns", "error", "The name could not be looked up.", "0x104", NULL },
	{ "tcp", "refused",
		"The computer answers, but nothing listens on that port, or a firewall answers in its place.",
		"0x204", NULL },
	{ "tcp", "rejected", "A firewall forbids the connection and says so.", "0x204", NULL },
	{ "tcp", "unreachable", "There is no way to that address from here.", "0x204", NULL },
	{ "tcp", "timeout",
		"No answer: a firewall drops the packets, the computer is off, or it takes no more "
		"connections. The three look alike from here.",
		"0x108", NULL },
	{ "tcp", "reset", "The connection was reset while it was being made.", "0x904", "0x7" },
	{ "x224", "reset", "The port is open, but the connection was reset before any RDP answer.", "0x904",
		"0x7" },
	{ "x224", "closed", "The port is open, but the connection was closed before any RDP answer.", "0x904",
		"0x7" },
	{ "x224", "timeout", "The port is open, but the service does not answer.", "0x904", "0x7" },
	{ "x224", "not-rdp", "Another program than Remote Desktop answers on that port.", "0x904", "0x7" },
	{ "x224", "failure-1", "The server insists on TLS.", NULL, NULL },
	{ "x224", "failure-2",
		"The server takes Standard RDP Security only, which current clients turn down.", NULL, NULL },
	{ "x224", "failure-3", "The server has no certificate that it can use.", "0x904", "0x7" },
	{ "x224", "failure-5",
		"The server insists on NLA (network level authentication), although it was offered.", "0xB09",
		NULL },
	{ "x224", "failure-6", "The server wants a certificate from the client.", NULL, NULL },
	{ "x224", "failure-", "The server turned the connection down with a code of its own.", NULL, NULL },
	{ "x224", "selected-rdp",
		"The server declined TLS and wants the weak Standard RDP Security; xrdp does so when it "
		"cannot read its key.",
		NULL, NULL },
	{ "x224", "selected-unasked",
		"The server chose a kind of security that was not offered: it is broken.", NULL, NULL },
	{ "x224", "no-negotiation",
		"The server does not negotiate: it is very old, or a gateway strips the field.", NULL, NULL },
	{ "x224", "ultimatum", "The server hung up in an orderly way before the security was agreed.",
		"0x904", "0x7" },
	{ "x224", "malformed", "What the server answered cannot be RDP: its lengths are impossible.", "0x904",
		"0x7" },
	{ "tls", "reset",
		"The connection was reset during TLS: the picture behind 0x904 with 0x7. Suspect the "
		"server's certificate or key, or a box on the way.",
		"0x904", "0x7" },
	{ "tls", "closed",
		"The connection was closed during TLS: the picture behind 0x904 with 0x7. Suspect the "
		"server's certificate or key, or a box on the way.",
		"0x904", "0x7" },
	{ "tls", "ultimatum", "The server hung up in clear text where TLS was due: it could not start TLS.",
		"0x904", "0x7" },
	{ "tls", "timeout", "TLS began and then stood still.", "0x904", "0x7" },
	{ "tls", "alert-",
		"The server ended TLS with an alert: version or cipher do not fit, or it failed inside.",
		"0x904", "0x7" },
	{ "tls", "", "TLS could not be set up.", "0x904", "0x7" },
	{ "after-tls", "", "TLS was fine; the connection ended right after it.", "0x904", "0x7" },
	{ "credssp", "error-", "NLA answered with an error instead of a challenge.", "0x904", "0x7" },
	{ "credssp", "", "TLS was fine, but NLA (the sign-in) does not answer as it should.", "0x904",
		"0x7" },
	{ "mcs", "", "TLS was fine, but the session set-up after it does not answer as it should.", "0x904",
		"0x7" },
	{ "ok", "nla", "The server is healthy as far as the sign-in, with NLA.", NULL, NULL },
	{ "ok", "tls", "The server is healthy as far as the sign-in, with TLS and without NLA.", NULL, NULL },
	{ "ok", "", "The server is healthy as far as the sign-in.", NULL, NULL },
};

/* The rungs between the name and the sign-in, in order, with the column of their time. */
static const struct {
	const char *stage, *ms;
} rungs[] = {
	{ "tcp", "tcp_ms" },
	{ "x224", "x224_ms" },
	{ "tls", "tls_ms" },
	{ "after-tls", NULL },
	{ "credssp", "credssp_ms" },
	{ "mcs", "mcs_ms" },
	{ "ok", NULL },
};

static bool is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static int rung_of(const char *stage)
{
	for (size_t i = 0; stage != NULL && i < TS_COUNT(rungs); i++) {
		if (strcmp(rungs[i].stage, stage) == 0) {
			return (int)i;
		}
	}
	return -1;
}

static struct ts_probe_step *add_step(struct ts_probe *p, const char *stage, enum ts_probe_state state,
	const char *symptom, const char *text, double ms)
{
	struct ts_probe_step *s = &p->steps[p->nsteps < TS_PROBE_STEPS ? p->nsteps++ : TS_PROBE_STEPS - 1];
	*s = (struct ts_probe_step){ stage, state, symptom, text, ms };
	return s;
}

static void add_findings(struct ts_probe *p, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ",");
		const char *word = ts_arena_strndup(p->arena, list, n);
		bool known = n == 0;
		for (size_t i = 0; i < p->nfindings; i++) {
			known = known || strcmp(p->findings[i], word) == 0;
		}
		if (!known && p->nfindings < TS_COUNT(p->findings)) {
			p->findings[p->nfindings++] = word;
		}
		list += n + (list[n] == ',');
	}
}

/* --- the name --- */

/* What the name servers say where the system's resolver only says that it failed. */
static const char *dns_symptom(const struct ts_probe *p, size_t *row)
{
	static const char *const telling[] = { "servfail", "refused", "timeout", "nxdomain", "nodata" };
	const char *own = ts_probe_get(&p->dns, 0, "state");
	*row = 0;
	if (is(own, "nxdomain") || is(own, "nodata")) {
		return own;
	}
	for (size_t i = 0; i < TS_COUNT(telling); i++) {
		for (size_t r = 1; r < p->dns.rows; r++) {
			if (is(ts_probe_get(&p->dns, r, "state"), telling[i])) {
				*row = r;
				return telling[i];
			}
		}
	}
	return own != NULL ? own : "error";
}

static void judge_name(struct ts_probe *p)
{
	struct ts_buf b;
	double ms = ts_probe_real(&p->dns, 0, "elapsed_ms", -1);
	if (is(ts_probe_get(&p->dns, 0, "state"), "found")) {
		size_t count = 0;
		ts_buf_init(&b, 4096);
		for (size_t i = 0; i < p->dns.rows; i++) {
			const char *address = ts_probe_get(&p->dns, i, "address");
			if (address != NULL && is(ts_probe_get(&p->dns, i, "source"), "system")) {
				ts_buf_printf(&b, "%s%s", count++ > 0 ? ", " : "", address);
			}
		}
		if (is(ts_probe_get(&p->dns, 0, "hosts_file"), "1")) {
			ts_buf_puts(&b, " (from the hosts file of this computer)");
		}
		add_step(p, "dns", TS_PROBE_OK, "found", ts_arena_strdup(p->arena, ts_buf_str(&b)), ms);
		ts_buf_finish(&b);
		return;
	}
	size_t row;
	p->stage = "dns";
	if (p->dns.rows == 0) {
		p->symptom = p->dns.timed_out ? "timeout" : "error";
		p->undecided = true;
		add_step(p, "dns", TS_PROBE_UNKNOWN, p->symptom, p->dns.gap, -1);
		return;
	}
	p->symptom = dns_symptom(p, &row);
	const char *server = ts_probe_get(&p->dns, row, "server");
	for (size_t i = 0; server == NULL && i < p->dns.rows; i++) {
		server = ts_probe_get(&p->dns, i, "server");
	}
	const char *detail = ts_probe_get(&p->dns, row, "detail");
	add_step(p, "dns", TS_PROBE_FAIL, p->symptom,
		ts_arena_printf(p->arena, "%s%s%s%s%s", p->symptom,
			server != NULL ? ", says the name server " : "", server != NULL ? server : "",
			detail != NULL ? ": " : "", detail != NULL ? detail : ""),
		ts_probe_real(&p->dns, row, "elapsed_ms", ms));
}

/* --- the connection --- */

static const char *protocol_words(const struct ts_probe *p)
{
	static const struct {
		const char *number, *words;
	} protocols[] = { { "0", "Standard RDP Security" }, { "1", "TLS" }, { "2", "NLA" },
		{ "8", "NLA with early check" } };
	const char *selected = ts_probe_get(&p->rdp, p->best, "selected_protocol");
	for (size_t i = 0; selected != NULL && i < TS_COUNT(protocols); i++) {
		if (strcmp(protocols[i].number, selected) == 0) {
			return protocols[i].words;
		}
	}
	return "answered";
}

/* What the way in which a server answers says of it. */
static const char *kind_words(const char *kind)
{
	static const struct {
		const char *kind, *words;
	} kinds[] = { { "windows", "; it answers as Windows does" }, { "xrdp", "; it answers as xrdp does" },
		{ "freerdp", "; it answers as FreeRDP does" } };
	for (size_t i = 0; kind != NULL && i < TS_COUNT(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) == 0) {
			return kinds[i].words;
		}
	}
	return "";
}

/* What a rung that was passed has to tell. */
static const char *passed_words(struct ts_probe *p, const char *stage)
{
	const struct ts_probe_rows *r = &p->rdp;
	const char *address = ts_probe_get(r, p->best, "address"),
		   *kind = ts_probe_get(r, p->best, "server_kind");
	const char *version = ts_probe_get(r, p->best, "tls_version"),
		   *cipher = ts_probe_get(&p->cert, 0, "cipher");
	const char *computer = ts_probe_get(r, p->best, "server_computer"),
		   *build = ts_probe_get(r, p->best, "server_build");
	if (is(stage, "tcp")) {
		return ts_arena_printf(
			p->arena, "%s answers on port %d", address != NULL ? address : p->host, p->port);
	}
	if (is(stage, "x224")) {
		return ts_arena_printf(p->arena, "%s selected%s", protocol_words(p), kind_words(kind));
	}
	if (is(stage, "tls")) {
		return ts_arena_printf(p->arena, "%s%s%s", version != NULL ? version : "agreed",
			cipher != NULL ? ", " : "", cipher != NULL ? cipher : "");
	}
	if (is(stage, "credssp")) {
		return ts_arena_printf(p->arena, "NLA answers%s%s%s%s", computer != NULL ? "; it is " : "",
			computer != NULL ? computer : "", build != NULL ? ", " : "",
			build != NULL ? build : "");
	}
	return "answered";
}

static const char *failed_words(struct ts_probe *p)
{
	const struct ts_probe_rows *r = &p->rdp;
	const char *detail = ts_probe_get(r, p->best, "detail"),
		   *by = ts_probe_get(r, p->best, "rejected_by");
	const char *speaks = ts_probe_get(r, p->best, "speaks"),
		   *name = ts_probe_get(r, p->best, "failure_name");
	if (name != NULL && detail != NULL && strncmp(detail, name, strlen(name)) == 0) {
		name = NULL; /* said already */
	}
	const char *more = speaks != NULL ? speaks : name != NULL ? name : by;
	const char *join = speaks != NULL ? ", it speaks "
			   : name != NULL ? ", "
			   : by != NULL   ? ", says "
					  : "";
	return ts_arena_printf(p->arena, "%s%s%s%s%s", p->symptom, join, more != NULL ? more : "",
		detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

/* The attempt that got farthest. */
static size_t farthest(const struct ts_probe *p)
{
	size_t best = 0;
	for (size_t i = 1; i < p->rdp.rows; i++) {
		if (rung_of(ts_probe_get(&p->rdp, i, "stage")) >
			rung_of(ts_probe_get(&p->rdp, best, "stage"))) {
			best = i;
		}
	}
	return best;
}

static void judge_connection(struct ts_probe *p)
{
	p->best = farthest(p);
	p->stage = ts_probe_get(&p->rdp, p->best, "stage");
	p->symptom = ts_probe_get(&p->rdp, p->best, "symptom");
	int at = rung_of(p->stage);
	for (int i = 0; i < (int)TS_COUNT(rungs) - 1; i++) {
		const char *stage = rungs[i].stage;
		double ms = rungs[i].ms != NULL ? ts_probe_real(&p->rdp, p->best, rungs[i].ms, -1) : -1;
		bool passed = i < at && (ms >= 0 || i < 2);
		if (i == at) {
			add_step(p, stage, TS_PROBE_FAIL, p->symptom, failed_words(p), ms);
		} else if (passed) {
			add_step(p, stage, TS_PROBE_OK, "ok", passed_words(p, stage), ms);
		} else if (at < 0 ? i == 0 : i > at && (i == 1 || i == 2 || i == 4) && !is(p->stage, "ok")) {
			add_step(p, stage, at < 0 ? TS_PROBE_UNKNOWN : TS_PROBE_SKIP, NULL,
				at < 0 ? p->rdp.gap : "not reached", -1);
		}
	}
	if (at < 0) {
		const char *how_far = ts_probe_real(&p->rdp, p->best, "tcp_ms", -1) >= 0 ? "x224" : "tcp";
		p->stage = how_far;
		p->symptom = "unknown";
		p->undecided = true;
	}
	for (size_t i = 0; i < p->rdp.rows; i++) {
		const char *stage = ts_probe_get(&p->rdp, i, "stage");
		add_findings(p, ts_probe_get(&p->rdp, i, "findings"));
		if (i != p->best && is(p->stage, "ok") && !is(stage, "ok")) {
			add_findings(p, "one-address-fails");
		}
	}
}

static void judge_certificate(struct ts_probe *p)
{
	if (p->cert.rows == 0) {
		return;
	}
	const char *findings = ts_probe_get(&p->cert, 0, "findings"),
		   *subject = ts_probe_get(&p->cert, 0, "subject");
	const char *type = ts_probe_get(&p->cert, 0, "key_type"),
		   *bits = ts_probe_get(&p->cert, 0, "key_bits");
	const char *hash = ts_probe_get(&p->cert, 0, "signature_hash"),
		   *trusted = ts_probe_get(&p->cert, 0, "trusted");
	const char *until = ts_probe_get(&p->cert, 0, "not_after");
	bool warn = findings != NULL && strcmp(findings, "self-signed") != 0;
	add_findings(p, findings);
	add_step(p, "certificate", warn ? TS_PROBE_WARN : TS_PROBE_OK, findings != NULL ? findings : "ok",
		ts_arena_printf(p->arena, "%s, %s %s, %s%s%.10s%s", subject != NULL ? subject : "?",
			type != NULL ? type : "?", bits != NULL ? bits : "", hash != NULL ? hash : "?",
			until != NULL ? ", until " : "",
			until != NULL ? ts_model_time(strtoll(until, NULL, 10), true, p->arena) : "",
			trusted == NULL    ? ""
			: is(trusted, "1") ? ", trusted here"
					   : ", not trusted here"),
		-1);
}

/* --- beside the connection --- */

static void judge_side(struct ts_probe *p, const struct ts_probe_rows *r, const char *stage, const char *good,
	const char *ms)
{
	const char *state = ts_probe_get(r, 0, "state"), *detail = ts_probe_get(r, 0, "detail");
	const char *by = ts_probe_get(r, 0, "rejected_by"), *schemes = ts_probe_get(r, 0, "schemes");
	if (r->arena == NULL) {
		return; /* not asked */
	}
	if (state == NULL) {
		add_step(p, stage, TS_PROBE_UNKNOWN, NULL, r->gap, -1);
		p->undecided = p->undecided || is(stage, "gateway");
		return;
	}
	add_step(p, stage, is(state, good) ? TS_PROBE_OK : TS_PROBE_FAIL, state,
		ts_arena_printf(p->arena, "%s%s%s%s%s%s%s", state, schemes != NULL ? ", sign-in by " : "",
			schemes != NULL ? schemes : "", by != NULL ? ", says " : "", by != NULL ? by : "",
			detail != NULL ? ": " : "", detail != NULL ? detail : ""),
		ts_probe_real(r, 0, ms, -1));
}

static void judge_path(struct ts_probe *p)
{
	if (p->mtu.arena == NULL) {
		return;
	}
	const char *detail = ts_probe_get(&p->mtu, 0, "detail");
	bool hole = is(ts_probe_get(&p->mtu, 0, "black_hole"), "1");
	if (p->mtu.rows == 0) {
		add_step(p, "path", TS_PROBE_UNKNOWN, NULL, p->mtu.gap, -1);
		return;
	}
	add_step(p, "path", hole ? TS_PROBE_FAIL : TS_PROBE_OK, hole ? "mtu" : "ok", detail, -1);
	if (hole) {
		add_findings(p, "mtu");
		p->verdict = "Large packets get lost on the way and no router says so: TLS works as soon as "
			     "they are small.";
	}
}

/* What clients show because of a finding although the server answers. */
static const struct {
	const char *finding, *code;
} finding_codes[] = { { "expired", "0x1B07" }, { "not-yet-valid", "0x1B07" }, { "clock-skew", "0x1D07" } };

static void conclude_findings(struct ts_probe *p)
{
	size_t grave = 0;
	for (size_t i = 0; i < p->nfindings; i++) {
		/* How Windows makes its own certificates: no fault. */
		grave += strcmp(p->findings[i], "self-signed") != 0;
		for (size_t k = 0; p->code == NULL && k < TS_COUNT(finding_codes); k++) {
			p->code = is(p->findings[i], finding_codes[k].finding) ? finding_codes[k].code : NULL;
		}
	}
	if (grave > 0) {
		p->verdict = ts_arena_printf(p->arena,
			"%s Not everything about it is right, though: see the findings.", p->verdict);
	}
}

static void conclude(struct ts_probe *p)
{
	for (size_t i = 0; i < TS_COUNT(verdicts); i++) {
		size_t n = strlen(verdicts[i].symptom);
		bool open = n == 0 || verdicts[i].symptom[n - 1] == '-';
		if (!is(p->stage, verdicts[i].stage) || p->symptom == NULL ||
			(open ? strncmp(p->symptom, verdicts[i].symptom, n) != 0
			      : strcmp(p->symptom, verdicts[i].symptom) != 0)) {
			continue;
		}
		p->verdict = p->verdict != NULL ? p->verdict : verdicts[i].verdict;
		p->code = verdicts[i].code;
		p->ext = verdicts[i].ext;
		break;
	}
	if (p->verdict == NULL) {
		p->verdict = "How far it gets could not be found out.";
	}
	if (is(p->stage, "ok")) {
		conclude_findings(p);
	}
	if (p->undecided && !is(p->stage, "ok")) {
		p->code = p->ext = NULL;
	}
}

void ts_probe_judge(struct ts_probe *p)
{
	judge_name(p);
	if (p->stage == NULL) {
		judge_connection(p);
		judge_certificate(p);
	}
	judge_path(p);
	judge_side(p, &p->udp, "udp", "open", "elapsed_ms");
	judge_side(p, &p->gw, "gateway", "ok", "elapsed_ms");
	conclude(p);
}
