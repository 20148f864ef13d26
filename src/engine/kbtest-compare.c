/* engine/kbtest-compare.c - what a test case's walk came to, against what the case expects. */
#include "engine/kbtest-compare.h"

#include <stdlib.h>
#include <string.h>

#include "engine/judge.h"
#include "engine/kbtest-private.h"

/* ---- differences ---- */

static void differ(struct ts_kbtest_walk *k, const char *what, const char *expected, const char *got)
{
	ts_buf_printf(&k->problems, "  %s: expected %s\n", what, expected);
	ts_buf_fill(&k->problems, ' ', strlen(what) + 4);
	ts_buf_printf(&k->problems, "     got %s\n", got);
}

static const char *node_id(const struct ts_kbtest_walk *k, int node)
{
	return k->entry->nodes[node].id;
}

static void compare_end(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	if (x->end == NULL) {
		return;
	}
	bool node = k->end >= 0 && strcmp(node_id(k, k->end), x->end) == 0;
	bool label =
		x->end_label == NULL || (k->end_label != NULL && strcmp(k->end_label, x->end_label) == 0);
	if (node && label) {
		return;
	}
	struct ts_buf want, got;
	ts_buf_init(&want, TS_BUF_MAX_TEXT);
	ts_buf_init(&got, TS_BUF_MAX_TEXT);
	ts_buf_printf(&want, "%s%s%s", x->end, x->end_label != NULL ? "/" : "",
		x->end_label != NULL ? x->end_label : "");
	if (k->end < 0) {
		ts_buf_puts(&got, "no single end (several ways stayed open)");
	} else {
		ts_buf_printf(&got, "%s%s%s", node_id(k, k->end), k->end_label != NULL ? "/" : "",
			k->end_label != NULL ? k->end_label : "");
	}
	differ(k, "end", ts_buf_str(&want), ts_buf_str(&got));
	ts_buf_finish(&want);
	ts_buf_finish(&got);
}

static void put_item(struct ts_buf *b, const char *id)
{
	ts_buf_printf(b, "%s%s", b->len > 0 ? ", " : "", id);
}

static const char *or_none(const struct ts_buf *b)
{
	return b->len > 0 ? ts_buf_str(b) : "(none)";
}

/* The nodes of a list in the order of the case, against those of the walk. ordered: the order counts, too. */
static void compare_list(struct ts_kbtest_walk *k, const char *what, const struct ts_text_item *items,
	size_t n, const int *nodes, size_t nnodes, bool ordered)
{
	bool same = n == nnodes;
	for (size_t i = 0; same && i < n; i++) {
		bool found = false;
		for (size_t j = 0; j < nnodes && !found; j++) {
			found = strcmp(items[i].text, node_id(k, nodes[j])) == 0 && (!ordered || i == j);
		}
		same = found;
	}
	if (same) {
		return;
	}
	struct ts_buf want, got;
	ts_buf_init(&want, TS_BUF_MAX_TEXT);
	ts_buf_init(&got, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n; i++) {
		put_item(&want, items[i].text);
	}
	for (size_t i = 0; i < nnodes; i++) {
		put_item(&got, node_id(k, nodes[i]));
	}
	differ(k, what, or_none(&want), or_none(&got));
	ts_buf_finish(&want);
	ts_buf_finish(&got);
}

static void compare_causes(struct ts_kbtest_walk *k, bool says, const char *what, enum ts_status status,
	const struct ts_text_item *items, size_t n)
{
	if (!says) {
		return;
	}
	const struct ts_cause *causes;
	size_t ncauses = ts_session_causes(k->session, &causes), nnodes = 0;
	int *nodes = ts_xcalloc(ncauses + 1, sizeof(*nodes));
	for (size_t i = 0; i < ncauses; i++) {
		if (causes[i].status == status) {
			nodes[nnodes++] = causes[i].node;
		}
	}
	compare_list(k, what, items, n, nodes, nnodes, false);
	free(nodes);
}

static bool is_unknown(const struct ts_result *r)
{
	return r->state == TS_CHECK_UNKNOWN || r->state == TS_CHECK_SKIPPED;
}

static void compare_unknown(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	int *nodes = ts_xcalloc(k->entry->nnodes + 1, sizeof(*nodes));
	size_t n = 0;
	for (size_t i = 0; i < k->entry->nnodes; i++) {
		if (is_unknown(ts_session_result(k->session, (int)i))) {
			nodes[n++] = (int)i;
		}
	}
	if (x->says_unknown) {
		compare_list(k, "unknown", x->unknown, x->nunknown, nodes, n, false);
	}
	free(nodes);
}

/* The status of a cause as test cases spell it. */
static const char *status_of(const struct ts_kbtest_walk *k, const char *id)
{
	const struct ts_cause *causes;
	size_t n = ts_session_causes(k->session, &causes);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(node_id(k, causes[i].node), id) == 0) {
			return causes[i].status == TS_OFF_PATH ? "off-path"
							       : ts_status_name(causes[i].status);
		}
	}
	/* A linked entry's cause that nothing leads to is not among the causes. */
	int node = ts_entry_node(k->entry, id);
	bool cause = node >= 0 && k->entry->nodes[node].kind == TS_NODE_CAUSE;
	return cause ? "off-path" : "no cause";
}

/* What the node's check returned on the walk, and the label that this stands for. */
static const char *result_of(const struct ts_kbtest_walk *k, int node, const char **label)
{
	const struct ts_result *r = ts_session_result(k->session, node);
	if (r->state == TS_CHECK_NOT_RUN) {
		return *label = "not run";
	}
	if (is_unknown(r)) {
		return *label = TS_UNKNOWN;
	}
	*label = ts_judge_label(&k->entry->nodes[node], r->answer);
	return r->answer;
}

/* Of a list of nodes, what their checks return: on the walk, or each by itself. */
static void compare_results(
	struct ts_kbtest_walk *k, const char *what, const struct ts_test_pair *list, size_t n, bool alone)
{
	struct ts_arena *a = ts_arena_new();
	for (size_t i = 0; i < n; i++) {
		const char *want = list[i].value != NULL ? list[i].value : "", *got = "no check",
			   *label = got;
		int node = ts_entry_node(k->entry, list[i].name);
		if (node >= 0 && k->entry->nodes[node].sql != NULL) {
			got = alone ? ts_kbtest_check_alone(k, k->rows, node, a, &label)
				    : result_of(k, node, &label);
		}
		if (strcmp(got, want) != 0 && (label == NULL || strcmp(label, want) != 0)) {
			differ(k, ts_arena_printf(a, "%s of %s", what, list[i].name), want, got);
		}
	}
	ts_arena_free(a);
}

static void compare_status(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	for (size_t i = 0; i < x->nstatus; i++) {
		const char *want = x->status[i].value != NULL ? x->status[i].value : "";
		const char *got = status_of(k, x->status[i].name);
		if (strcmp(got, want) != 0) {
			char *what = ts_xasprintf("status of %s", x->status[i].name);
			differ(k, what, want, got);
			free(what);
		}
	}
}

/* ---- the way ---- */

/* The one answer of a node that the walk took; NULL where it took none or all of them. */
static const char *label_taken(const struct ts_kbtest_walk *k, int node)
{
	const struct ts_node *n = &k->entry->nodes[node];
	const struct ts_result *r = ts_session_result(k->session, node);
	enum ts_by by;
	const char *label = ts_session_label(k->session, node, &by);
	if (!ts_session_reachable(k->session, node)) {
		return NULL;
	}
	if (n->kind == TS_NODE_QUESTION) {
		return label == NULL && n->ask_never && r->state != TS_CHECK_NOT_RUN ? TS_UNKNOWN : label;
	}
	/* An excluded cause leads on as one whose steps did not help. */
	bool excluded = r->state == TS_CHECK_ANSWERED && strcmp(r->answer, TS_ABSENT) == 0;
	return label != NULL && by == TS_BY_PERSON ? label : excluded ? TS_NOT_SOLVED : NULL;
}

/* The nodes from the first one on, by the answers that the walk took, as far as there was one: to the first node of another entry,
 * whose own cases say how it goes on there. */
static void compare_way(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	int *nodes = ts_xcalloc(k->entry->nnodes + 1, sizeof(*nodes)), at = 0;
	size_t n = 0;
	while (at >= 0 && n < k->entry->nnodes) {
		const char *label = label_taken(k, at);
		const struct ts_answer *a =
			label != NULL ? ts_node_answer(&k->entry->nodes[at], label) : NULL;
		nodes[n++] = at;
		at = a != NULL && (size_t)at < k->entry->nown ? a->to : -1;
	}
	if (x->says_way) {
		compare_list(k, "way", x->way, x->nway, nodes, n, true);
	}
	free(nodes);
}

/* The causes that are left, in the order in which a report offers them: as many as the case names. */
static void compare_first(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	const struct ts_cause *causes;
	if (!x->says_first) {
		return;
	}
	struct ts_session *s = ts_kbtest_report(k);
	size_t ncauses = ts_session_causes(s, &causes), n = 0;
	int *nodes = ts_xcalloc(ncauses + 1, sizeof(*nodes));
	for (size_t i = 0; i < ncauses && n < x->nfirst; i++) {
		if (causes[i].status == TS_CONFIRMED || causes[i].status == TS_POSSIBLE) {
			nodes[n++] = causes[i].node;
		}
	}
	compare_list(k, "first", x->first, x->nfirst, nodes, n, true);
	free(nodes);
	ts_session_free(s);
}

void ts_kbtest_compare(struct ts_kbtest_walk *k)
{
	const struct ts_test_expect *x = &k->test_case->expect;
	compare_first(k);
	compare_results(k, "check", x->checks, x->nchecks, true);
	if (ts_test_case_still(k->test_case)) {
		return;
	}
	compare_end(k);
	if (x->says_asked) {
		compare_list(k, "asked", x->asked, x->nasked, k->asked, k->nasked, true);
	}
	compare_causes(k, x->says_confirmed, "confirmed", TS_CONFIRMED, x->confirmed, x->nconfirmed);
	compare_causes(k, x->says_excluded, "excluded", TS_EXCLUDED, x->excluded, x->nexcluded);
	compare_causes(k, x->says_possible, "possible", TS_POSSIBLE, x->possible, x->npossible);
	compare_unknown(k);
	compare_status(k);
	compare_way(k);
	compare_results(k, "result", x->result, x->nresult, false);
}

/* ---- the trail ---- */

void ts_kbtest_show_trail(struct ts_kbtest_walk *k)
{
	const struct ts_trail_item *items;
	size_t n = ts_session_trail(k->session, &items);
	ts_buf_puts(&k->problems, n > 0 ? "  the way it took:\n" : "  nothing was answered on the way\n");
	for (size_t i = 0; i < n; i++) {
		ts_buf_printf(&k->problems, "    %s: %s (%s)\n", node_id(k, items[i].node), items[i].label,
			ts_by_name(items[i].by));
	}
	for (size_t i = 0; i < k->entry->nnodes; i++) {
		const struct ts_result *r = ts_session_result(k->session, (int)i);
		if (is_unknown(r)) {
			ts_buf_printf(&k->problems, "    %s: unknown: %s\n", node_id(k, (int)i), r->reason);
		} else if (r->state == TS_CHECK_ANSWERED && k->entry->nodes[i].kind == TS_NODE_CAUSE) {
			ts_buf_printf(&k->problems, "    %s: %s (machine)\n", node_id(k, (int)i), r->answer);
		}
	}
}

/* ---- coverage ---- */

void ts_kbtest_mark(const struct ts_kbtest_walk *k, struct ts_kbtest_cover *cover, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (cover[i].label == NULL) {
			cover[i].reached = cover[i].reached || k->advised[cover[i].node];
			continue;
		}
		const char *taken = label_taken(k, cover[i].node);
		cover[i].reached = cover[i].reached || (taken != NULL && strcmp(taken, cover[i].label) == 0);
	}
}
