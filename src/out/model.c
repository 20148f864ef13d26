/* out/model.c - what a report says, apart from how it looks. */
#include "out/model.h"

#include <string.h>
#include <time.h>
#include "base/str.h"
#include "base/utf8.h"

#define VALUE_MAX                                                                                            \
	160 /* bytes of a value in a line of the report; `why` and the JSON document have all of it */

/* ---- words ---- */

struct word {
	const char *key, *text;
};

static const char *find_word(const struct word *words, size_t n, const char *key, const char *otherwise)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(words[i].key, key) == 0) {
			return words[i].text;
		}
	}
	return otherwise;
}

const char *ts_model_need(const char *need)
{
	static const struct word words[] = {
		{ "administrator", "administrator rights" },
		{ "other-person", "another person" },
		{ "purchase", "a purchase" },
		{ "reboot", "a restart of the computer" },
		{ "service-restart", "a restart of a service" },
	};
	return find_word(words, TS_COUNT(words), need, need);
}

const char *ts_model_shell(const char *shell)
{
	static const struct word words[] = {
		{ "bat", "Command Prompt" },
		{ "powershell", "PowerShell" },
		{ "reg", "registry file" },
		{ "sh", "shell" },
		{ "text", NULL },
	};
	return find_word(words, TS_COUNT(words), shell, shell);
}

const char *ts_model_verdict_word(enum ts_verdict v)
{
	static const char *const words[] = {
		[TS_VERDICT_FAIL] = "FAIL",
		[TS_VERDICT_OK] = "ok",
		[TS_VERDICT_UNKNOWN] = "unknown",
		[TS_VERDICT_SKIP] = "skip",
		[TS_VERDICT_NONE] = "",
	};
	_Static_assert(TS_COUNT(words) == TS_VERDICT_NONE + 1, "a row for each verdict");
	return words[v];
}

const char *ts_model_status(const struct ts_cause *c)
{
	if (c->solved) {
		return "solved";
	}
	if (c->failed && c->status != TS_EXCLUDED) {
		return "not solved";
	}
	return c->status == TS_OFF_PATH ? "off the path" : ts_status_name(c->status);
}

const char *ts_model_duration(double ms, struct ts_arena *a)
{
	if (ms < 1) {
		return "under 1 ms";
	}
	return ms < 1000 ? ts_arena_printf(a, "%.0f ms", ms) : ts_arena_printf(a, "%.1f s", ms / 1000);
}

const char *ts_model_minutes(double minutes, struct ts_arena *a)
{
	return minutes == 1 ? "1 minute" : ts_arena_printf(a, "%g minutes", minutes);
}

const char *ts_model_time(int64_t t, bool iso, struct ts_arena *a)
{
	time_t time = (time_t)t;
	struct tm tm;
	char text[64];

	if (gmtime_r(&time, &tm) == NULL) {
		return "?";
	}
	strftime(text, sizeof(text), iso ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M UTC", &tm);
	return ts_arena_strdup(a, text);
}

const char *ts_model_machine(const struct ts_entry *e, const char *name, struct ts_arena *a)
{
	if (strcmp(name, "here") == 0) {
		return "this computer";
	}
	for (size_t i = 0; i < e->nmachines; i++) {
		if (strcmp(e->machines[i].name, name) == 0) {
			return ts_arena_printf(a, "%s (%s)", e->machines[i].title, name);
		}
	}
	return name;
}

const char *ts_model_answer_option(const char *node, const char *label, struct ts_arena *a)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@";
	bool quote = node[strspn(node, plain)] != '\0' || label[strspn(label, plain)] != '\0';

	/* Double quotes mean the same to every shell as long as nothing in them is special; a label is a
	 * few plain words. */
	return ts_arena_printf(a, quote ? "\"%s=%s\"" : "%s=%s", node, label);
}

size_t ts_model_paragraph(const char *markdown)
{
	const char *p = markdown + strspn(markdown, " \n\t"), *end = strstr(p, "\n\n");

	return end != NULL ? (size_t)(end - markdown) : strlen(markdown);
}

/* ---- checks ---- */

enum ts_verdict ts_model_verdict(const struct ts_session *s, int node)
{
	const struct ts_node *n = &ts_session_entry(s)->nodes[node];
	const struct ts_result *r = ts_session_result(s, node);

	if (n->sql == NULL || r->state == TS_CHECK_NOT_RUN) {
		return TS_VERDICT_NONE;
	}
	if (r->state != TS_CHECK_ANSWERED) {
		return r->state == TS_CHECK_UNKNOWN ? TS_VERDICT_UNKNOWN : TS_VERDICT_SKIP;
	}
	return n->kind == TS_NODE_CAUSE && r->answer != NULL && strcmp(r->answer, "present") == 0
		       ? TS_VERDICT_FAIL
		       : TS_VERDICT_OK;
}

/* A value, shortened between characters. */
static const char *short_value(const char *value, struct ts_arena *a)
{
	size_t n = strlen(value), i = 0;

	if (n <= VALUE_MAX) {
		return value;
	}
	while (i < VALUE_MAX) {
		uint32_t cp;

		i += ts_utf8_next(value + i, n - i, &cp, NULL);
	}
	return ts_arena_printf(a, "%.*s...", (int)i, value);
}

const char *ts_model_seen(const struct ts_result *r, struct ts_arena *a)
{
	const char *text = r->answer != NULL ? short_value(r->answer, a) : "nothing", *between = "; ";

	for (size_t i = 1; r->nrows > 0 && i < r->rows[0].n; i++) {
		const struct ts_cell *c = &r->rows[0].cells[i];

		if (c->text != NULL && *c->text != '\0') {
			text = ts_arena_printf(
				a, "%s%s%s %s", text, between, c->name, short_value(c->text, a));
			between = ", ";
		}
	}
	if (r->nrows > 1) {
		text = ts_arena_printf(a, "%s; %zu rows%s", text, r->nrows, r->more_rows ? " and more" : "");
	}
	return text;
}

size_t ts_model_checks(const struct ts_session *s, struct ts_arena *a, int **nodes)
{
	const struct ts_entry *e = ts_session_entry(s);
	int *list = ts_arena_calloc(a, e->nnodes + 1, sizeof(*list));
	size_t n = 0;

	for (enum ts_verdict v = TS_VERDICT_FAIL; v < TS_VERDICT_NONE; v++) {
		for (size_t i = 0; i < e->nnodes; i++) {
			if (ts_model_verdict(s, (int)i) == v) {
				list[n++] = (int)i;
			}
		}
	}
	*nodes = list;
	return n;
}

const char *ts_model_evidence(const struct ts_session *s, const int *nodes, size_t n, struct ts_arena *a)
{
	const struct ts_entry *e = ts_session_entry(s);

	for (size_t i = 0; i < n; i++) {
		const struct ts_result *r = ts_session_result(s, nodes[i]);
		const char *label = ts_session_label(s, nodes[i], NULL), *title = e->nodes[nodes[i]].title;

		if (r->state == TS_CHECK_ANSWERED) {
			label = ts_model_seen(r, a);
		}
		if (label != NULL) {
			return ts_arena_printf(a, ts_str_ends(title, "?") ? "%s %s" : "%s: %s", title, label);
		}
	}
	return NULL;
}

const char *ts_model_reason(const struct ts_session *s, const struct ts_cause *c, struct ts_arena *a)
{
	const struct ts_result *own = ts_session_result(s, c->node);

	if (own->state == TS_CHECK_ANSWERED && c->status != TS_OFF_PATH) {
		return ts_model_seen(own, a); /* the title need not be repeated */
	}
	switch (c->status) {
	case TS_CONFIRMED: return ts_model_evidence(s, c->for_nodes, c->nfor, a);
	case TS_EXCLUDED:
	case TS_OFF_PATH: return ts_model_evidence(s, c->against_nodes, c->nagainst, a);
	default: return NULL;
	}
}

/* ---- the whole ---- */

const struct ts_cause *ts_report_first_cause(const struct ts_report *r)
{
	const struct ts_cause *causes;
	size_t n = r->session != NULL ? ts_session_causes(r->session, &causes) : 0;

	for (size_t i = 0; i < n; i++) {
		if (r->cause != NULL
				? strcmp(r->entry->nodes[causes[i].node].id, r->cause) == 0
				: (causes[i].status == TS_CONFIRMED || causes[i].status == TS_POSSIBLE) &&
					  !causes[i].failed) {
			return &causes[i];
		}
	}
	return NULL;
}

const char *ts_report_state(const struct ts_report *r)
{
	const struct ts_cause *causes;
	size_t n = r->session != NULL ? ts_session_causes(r->session, &causes) : 0;
	const char *state = r->entry == NULL ? "unknown-code" : "nothing-found";

	for (size_t i = 0; i < n; i++) {
		if (causes[i].status == TS_CONFIRMED) {
			return "confirmed";
		}
		if (causes[i].status == TS_POSSIBLE) {
			state = "possible";
		}
	}
	return state;
}

const struct ts_answer *ts_model_conclusion(const struct ts_session *s, int node)
{
	const struct ts_node *n = &ts_session_entry(s)->nodes[node];
	const char *label;
	const struct ts_answer *answer;

	if (n->kind != TS_NODE_QUESTION || !ts_session_reachable(s, node)) {
		return NULL;
	}
	label = ts_session_label(s, node, NULL);
	answer = label != NULL ? ts_node_answer(n, label) : NULL;
	return answer != NULL && answer->to < 0 && *answer->text != '\0' ? answer : NULL;
}

/* ---- open questions ---- */

bool ts_model_can_choose(const struct ts_answer *answer)
{
	return strcmp(answer->label, "unknown") != 0;
}

/* How much weight of causes lies behind a node: a walk with its own stack, each node once. */
static double weight_behind(const struct ts_entry *e, int from, const double *weights, bool *seen, int *stack)
{
	size_t n = 0;
	double sum = 0;

	memset(seen, 0, e->nnodes * sizeof(*seen));
	if (from >= 0) {
		stack[n++] = from;
		seen[from] = true;
	}
	while (n > 0) {
		int i = stack[--n];

		sum += weights[i];
		for (size_t k = 0; k < e->nodes[i].nanswers; k++) {
			int to = e->nodes[i].answers[k].to;

			if (to >= 0 && !seen[to]) {
				seen[to] = true;
				stack[n++] = to;
			}
		}
	}
	return sum;
}

/* What an answer would take away on average: the weight behind the question less what is left behind each
 * of its answers. */
static double worth(const struct ts_entry *e, int node, const double *weights, bool *seen, int *stack)
{
	const struct ts_node *n = &e->nodes[node];
	double all = weight_behind(e, node, weights, seen, stack), left = 0;
	size_t ways = 0;

	for (size_t k = 0; k < n->nanswers; k++) {
		if (ts_model_can_choose(&n->answers[k])) {
			left += weight_behind(e, n->answers[k].to, weights, seen, stack);
			ways++;
		}
	}
	return ways > 0 ? all - left / (double)ways : 0;
}

size_t ts_model_open(const struct ts_report *r, struct ts_arena *a, int **nodes)
{
	const struct ts_entry *e = r->entry;
	const int *open;
	size_t n = r->session != NULL ? ts_session_open(r->session, &open) : 0, count = 0, ncauses;
	const struct ts_cause *causes;

	if (n == 0) {
		return 0;
	}
	double *weights = ts_arena_calloc(a, e->nnodes, sizeof(*weights));
	double *worths = ts_arena_calloc(a, n, sizeof(*worths));
	bool *seen = ts_arena_calloc(a, e->nnodes, sizeof(*seen));
	int *stack = ts_arena_calloc(a, e->nnodes, sizeof(*stack));

	ncauses = ts_session_causes(r->session, &causes);
	for (size_t i = 0; i < ncauses; i++) {
		if (causes[i].status == TS_POSSIBLE || causes[i].status == TS_CONFIRMED) {
			weights[causes[i].node] = e->nodes[causes[i].node].weight;
		}
	}
	*nodes = ts_arena_calloc(a, n, sizeof(**nodes));
	for (size_t i = 0; i < n; i++) {
		double w;
		size_t at;

		if (e->nodes[open[i]].ask_never) {
			continue;
		}
		w = worth(e, open[i], weights, seen, stack);
		/* A check that waits for a parameter answers by itself once it is given. */
		w *= ts_session_result(r->session, open[i])->state == TS_CHECK_SKIPPED ? 0.001 : 1;
		/* Insertion keeps the order of the walk where two are worth the same. */
		for (at = count++; at > 0 && worths[at - 1] < w; at--) {
			worths[at] = worths[at - 1];
			(*nodes)[at] = (*nodes)[at - 1];
		}
		worths[at] = w;
		(*nodes)[at] = open[i];
	}
	return count;
}
