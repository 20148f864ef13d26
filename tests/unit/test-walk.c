/* tests/unit/test-walk.c - the rules of the walk: a table of small entries, and properties of random entries
 * with random evidence.
 *
 * Each property was seen to fail once, with the code broken for a moment: the note at each says how. */
#include "test.h"

#include <time.h>

#include "base/buf.h"
#include "engine/judge.h"
#include "engine/walk.h"
#include "entry-dsl.h"

/* ---- one check's raw outcome, judged as the runner does ---- */

static void judge_raw(const struct ts_node *n, bool has_row, const char *value, bool gap, struct ts_known *k,
	struct ts_arena *a)
{
	struct ts_ledger_line lines[] = {
		{ "routes", "", TS_SEEN_READ, "" },
		{ "registry", "HKLM", TS_SEEN_DENIED, "" },
	};
	struct ts_result r = { .ledger = lines, .nledger = gap ? 2 : 1 };
	ts_judge(n, has_row, value, &r, a);
	k->check = r.state;
	k->value = r.answer;
}

/* ---- the table ---- */

/* "a=open" the check says open, "a=open!" with a gap, "a=?" it says NULL, "a=-" no row; "a:open" answer given
 * (an underscore is a blank); "a/" its check said present before, "a//" and has been verified. */
static void parse_known(const struct ts_entry *e, const char *text, struct ts_known *known)
{
	char *w;
	while ((w = dsl_word(e->arena, &text)) != NULL) {
		size_t at = strcspn(w, "=:/");
		char kind = w[at];
		w[at] = '\0';
		char *value = w + at + 1;
		int node = ts_entry_node(e, w);
		if (node < 0) {
			test_failed++;
			fprintf(stderr, "no node %s\n", w);
			return;
		}
		struct ts_known *k = &known[node];
		if (kind == '=') {
			size_t n = strlen(value);
			bool gap = n > 0 && value[n - 1] == '!';
			value[n - gap] = '\0';
			judge_raw(&e->nodes[node], strcmp(value, "-") != 0,
				strcmp(value, "?") == 0 ? NULL : value, gap, k, e->arena);
		} else if (kind == ':') {
			for (char *c = value; *c != '\0'; c++) {
				*c = *c == '_' ? ' ' : *c;
			}
			k->given = value;
		} else {
			k->was_present = true;
			k->verified = *value == '/';
		}
	}
}

static const char *node_name(const struct ts_entry *e, int node)
{
	return node < 0 ? "-" : e->nodes[node].id;
}

/* "check a b | a! b c" : what is next; then causes in rank order with their status: + confirmed, ? possible,
 * - excluded, . off; and then f failed, s solved, ! contradiction. */
static char *show(const struct ts_walk *w)
{
	static const char *const marks[] = { "?", "+", "-", "." };
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	switch (w->next) {
	case TS_NEXT_CHECKS:
		ts_buf_puts(&b, "check");
		for (size_t i = 0; i < w->nchecks; i++) {
			ts_buf_printf(&b, " %s", node_name(w->entry, w->checks[i]));
		}
		break;
	case TS_NEXT_ASK: ts_buf_printf(&b, "ask %s", node_name(w->entry, w->node)); break;
	case TS_NEXT_ADVISE: ts_buf_printf(&b, "advise %s", node_name(w->entry, w->node)); break;
	case TS_NEXT_DONE:
		ts_buf_printf(&b, "done%s %s%s%s", w->solved ? " solved" : "", node_name(w->entry, w->node),
			w->label != NULL ? "/" : "", w->label != NULL ? w->label : "");
	}
	ts_buf_puts(&b, " |");
	for (size_t i = 0; i < w->ncauses; i++) {
		const struct ts_cause *c = &w->causes[i];
		ts_buf_printf(&b, " %s%s%s%s%s", node_name(w->entry, c->node), marks[c->status],
			c->failed ? "f" : "", c->solved ? "s" : "", c->contradiction ? "!" : "");
	}
	return ts_buf_take(&b);
}

#define TREE                                                                                                 \
	"Q top sql : yes>mid no>c-a unknown>c-b\n"                                                           \
	"Q mid : left>c-a right>c-b end\n"                                                                   \
	"C c-a 10 10 sql : not_solved>c-c\n"                                                                 \
	"C c-b 30 10 : \n"                                                                                   \
	"C c-c 5 0 : not_solved>!\n"

static const struct {
	const char *name, *entry;
	bool ask;
	const char *known, *want;
} rows[] = {
	{ "the first check is run first", TREE, true, "", "check top | c-b? c-a? c-c?" },
	{ "a definite value goes one way only", TREE, true, "top=no", "check c-a | c-a? c-c? c-b." },
	{ "exact labels: no case folding of values", TREE, true, "top=No", "ask top | c-b? c-a? c-c?" },
	{ "NULL is unknown: the person is asked", TREE, true, "top=?", "ask top | c-b? c-a? c-c?" },
	{ "a gap is unknown: the person is asked", TREE, true, "top=yes!", "ask top | c-b? c-a? c-c?" },
	{ "a check that says unknown is asked, too", TREE, true, "top=unknown", "ask top | c-b? c-a? c-c?" },
	{ "the person's unknown takes the unknown way", TREE, true, "top=? top:unknown",
		"advise c-b | c-b? c-a. c-c." },
	{ "the person's unknown without such a way takes all", TREE, true, "top=yes mid:unknown",
		"check c-a | c-b? c-a? c-c?" },
	{ "the person's label is followed where the check is unknown", TREE, true, "top=? top:no",
		"check c-a | c-a? c-c? c-b." },
	{ "the machine's label wins", TREE, true, "top=yes top:no", "ask mid | c-b? c-a? c-c?" },
	{ "an answer given in advance waits for the check", TREE, true, "top:no",
		"check top | c-b? c-a? c-c?" },
	{ "a conclusion ends it", TREE, true, "top=yes mid:end", "done mid/end | c-b. c-a. c-c." },
	{ "present is confirmed and advised", TREE, true, "top=no c-a=present",
		"advise c-a | c-a+ c-c? c-b." },
	{ "absent is excluded and goes on at once", TREE, true, "top=no c-a=absent",
		"advise c-c | c-c? c-a- c-b." },
	{ "absent with a gap stays possible", TREE, true, "top=no c-a=absent!",
		"advise c-a | c-a? c-c? c-b." },
	{ "present with a gap stays possible", TREE, true, "top=no c-a=present!",
		"advise c-a | c-a? c-c? c-b." },
	{ "a cause's check that says neither stays possible", TREE, true, "top=no c-a=none",
		"advise c-a | c-a? c-c? c-b." },
	{ "failed goes on, and is last of its group", TREE, true, "top=no c-a=? c-a:not_solved",
		"advise c-c | c-c? c-a?f c-b." },
	{ "skipped goes on, and has not failed", TREE, true, "top=no c-a=? c-a:unknown",
		"advise c-c | c-c? c-a? c-b." },
	{ "all failed: done", TREE, true, "top=no c-a=present c-a:not_solved c-c:not_solved",
		"done c-c/not solved | c-a+f c-c?f c-b." },
	{ "solved: done at once", TREE, true, "top=no c-a=present c-a:solved",
		"done solved c-a | c-a+s c-c? c-b." },
	{ "solved, and the check now finds nothing", TREE, true, "top=no c-a=absent c-a:solved c-a//",
		"done solved c-a | c-a+s c-c? c-b." },
	{ "solved, and the check still finds it", TREE, true, "top=no c-a=present c-a:solved c-a//",
		"done solved c-a | c-a+s! c-c? c-b." },
	{ "not solved, and the fault has gone: it was not the one", TREE, true,
		"top=no c-a=absent c-a:not_solved c-a//", "advise c-c | c-c? c-a-f c-b." },
	{ "confirmed and then off the path is a contradiction", TREE, true, "top=yes mid:right c-a=present",
		"advise c-a | c-a+! c-b? c-c." },
	{ "excluded stays excluded off the path", TREE, true, "top=yes mid:right c-a=absent",
		"advise c-b | c-b? c-a- c-c." },
	{ "open: both ways", TREE, false, "top=?", "check c-a | c-b? c-a? c-c?" },
	{ "open: several ways stayed open", TREE, false, "top=? c-a=?", "done - | c-b? c-a? c-c?" },
	{ "open: told unknown takes the unknown way", TREE, false, "top=? top:unknown",
		"done c-b | c-b? c-a. c-c." },
	{ "open: what is behind a confirmed cause is listed", TREE, false, "top=no c-a=present",
		"done - | c-a+ c-c? c-b." },
	{ "open: an answer given in advance", TREE, false, "top=? top:no c-a=absent",
		"done c-c | c-c? c-a- c-b." },
	{ "open: solved", TREE, false, "top=no c-a=present c-a:solved", "done solved c-a | c-a+s c-c? c-b." },

	{ "never asked: the unknown way", "Q q sql never : a>c unknown>d\nC c 1 1 :\nC d 1 1 :\n", true,
		"q=?", "advise d | d? c." },
	{ "never asked, no unknown way: all", "Q q sql never : a>c b>d\nC c 1 1 :\nC d 1 1 :\n", true, "q=?",
		"advise c | c? d?" },
	{ "open, never asked: the unknown way", "Q q sql never : a>c unknown>d\nC c 1 1 :\nC d 1 1 :\n",
		false, "q=?", "done d | d? c." },
	{ "otherwise takes what no label names", "Q q sql : a>c otherwise>d\nC c 1 1 :\nC d 1 1 :\n", true,
		"q=zzz", "advise d | d? c." },
	{ "otherwise does not take unknown", "Q q sql : a>c otherwise>d\nC c 1 1 :\nC d 1 1 :\n", true,
		"q=unknown", "ask q | c? d?" },
	{ "a value that no label names", "Q q sql : a>c\nC c 1 1 :\n", true, "q=zzz", "ask q | c?" },
	{ "no row is none", "Q q sql : none>c a>d\nC c 1 1 :\nC d 1 1 :\n", true, "q=-", "advise c | c? d." },
	{ "certain stands despite a gap", "Q q sql certain=a : a>c b>d\nC c 1 1 :\nC d 1 1 :\n", true, "q=a!",
		"advise c | c? d." },
	{ "what is not certain does not", "Q q sql certain=a : a>c b>d\nC c 1 1 :\nC d 1 1 :\n", true, "q=b!",
		"ask q | c? d?" },
	{ "certain present", "C c 1 1 sql certain=present : not_solved>!\n", true, "c=present!",
		"advise c | c+" },
	{ "certain present does not make absent certain", "C c 1 1 sql certain=present : not_solved>!\n",
		true, "c=absent!", "advise c | c?" },
	{ "checks of a round side by side, then the question",
		"Q q : a>x\nC x 1 1 sql : not_solved>y\nC y 1 1 :\n", true, "", "ask q | x? y?" },
	{ "breadth first, then as written",
		"Q q : a>far b>near\nQ far : a>deep\nQ near sql : a>c\nQ deep sql : a>c\nC c 1 1 :\n", true,
		"q:unknown", "check near | c?" },
	{ "a question of the same distance: as written",
		"Q q : b>near a>far\nQ far : a>c\nQ near : a>c\nC c 1 1 :\n", true, "q:unknown",
		"ask far | c?" },
	{ "confirmed is advised before other questions",
		"Q q : a>c b>other\nC c 1 1 sql : not_solved>!\nQ other : x y\n", true, "q:unknown c=present",
		"advise c | c+" },
	{ "possible is advised after other questions",
		"Q q : a>c b>other\nC c 1 1 sql : not_solved>!\nQ other : x y\n", true, "q:unknown c=?",
		"ask other | c?" },
	{ "minutes 0 count as 10", "Q q : a>c b>d e>f\nC c 10 11 :\nC d 10 0 :\nC f 10 9 :\n", true,
		"q:unknown", "advise f | f? d? c?" },
	{ "ties as the entry has them", "Q q : a>d b>c\nC c 10 10 :\nC d 10 10 :\n", true, "q:unknown",
		"advise c | c? d?" },
	{ "confirmed before possible whatever the weight", "Q q : a>c b>d\nC c 1 99 sql :\nC d 99 1 :\n",
		true, "q:unknown c=present", "advise c | c+ d?" },
	{ "rank again after a failure", "Q q : a>c b>d\nC c 50 1 :\nC d 1 1 :\n", true,
		"q:unknown c:not_solved", "advise d | d? c?f" },
	{ "a dead end beside a conclusion", "Q q : a>c b>e\nC c 1 1 sql :\nQ e : x y\n", true,
		"q:unknown c=absent e:x", "done e/x | c-" },
	{ "two conclusions: several ways", "Q q : a>d b>e\nQ d : x y\nQ e : x y\n", true, "q:unknown d:x e:x",
		"done - |" },
	{ "all ways of an unknown conclude nothing", "Q q : x y\n", true, "q:unknown", "done - |" },
	{ "a single excluded cause", "C c 1 1 sql :\n", true, "c=absent", "done c | c-" },
	{ "a linked entry's cause is listed while it is ahead",
		"Q q : a>c b>x\nC c 1 1 :\nC x 1 1 linked :\n", true, "", "ask q | c? x?" },
	{ "a linked entry's cause is not listed off the path", "Q q : a>c b>x\nC c 1 1 :\nC x 1 1 linked :\n",
		true, "q:a", "advise c | c?" },
	{ "what a look found strengthens what it leads to",
		"Q top : x>r y>d\nQ r sql : a>c b>e\nC c 10 10 :\nC d 15 10 :\nC e 30 10 :\n", true,
		"top:unknown r=a", "advise c | c? d? e." },
	{ "half of it goes on past a cause that nobody has tried",
		"Q top : x>r y>d\nQ r sql : a>c b>e\nC c 10 10 : not_solved>f\nC d 15 10 :\nC e 30 10 :\nC f "
		"10 10 :\n",
		true, "top:unknown r=a", "advise c | c? f? d? e." },
	{ "a find counts though it narrows nothing down",
		"Q top : x>r y>d\nQ r sql certain=a : a>c b>c\nC c 10 10 :\nC d 70 10 :\n", true,
		"top:unknown r=a", "advise c | c? d?" },
	{ "linked causes share what the entry's own leave of a hundred",
		"Q q : a>c b>x\nC c 60 10 :\nC x 90 10 linked :\n", true, "q:unknown", "advise c | c? x?" },
	{ "a small linked weight is not raised", "Q q : a>c b>x\nC c 6 10 :\nC x 5 10 linked :\n", true,
		"q:unknown", "advise c | c? x?" },
	{ "a question without answers ends", "Q q sql :\n", false, "q=?", "done q |" },
	{ "a damaged entry's cycle", "Q q : a>r b>c\nQ r : a>q b>c\nC c 1 1 : not_solved>q\n", true,
		"q:a r:a", "done - | c." },
	{ "no node at all", "", true, "", "done - |" },
};

static void table(void)
{
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		struct ts_entry *e = dsl_entry(rows[i].entry);
		struct ts_known known[DSL_MAX] = { 0 };
		parse_known(e, rows[i].known, known);
		struct ts_walk *w = ts_walk_new(e, rows[i].ask);
		ts_walk_update(w, known);
		char *got = show(w);
		if (strcmp(got, rows[i].want) != 0) {
			fprintf(stderr, "row \"%s\":\n", rows[i].name);
		}
		CHECK_STR(got, rows[i].want);
		free(got);
		ts_walk_free(w);
		ts_entry_free(e);
	}
}

/* What a check saw in spite of a gap orders causes, and makes none of them certain. */
static void leaning(void)
{
	struct ts_entry *e = dsl_entry("Q q : a>c b>d\nC c 10 10 sql :\nC d 40 10 sql :\n");
	struct ts_known known[DSL_MAX] = { 0 };
	struct ts_walk *w = ts_walk_new(e, true);
	parse_known(e, "q:unknown c=present! d=?", known);
	for (int i = 0; i < 2; i++) {
		known[1].leaning = i == 1;
		ts_walk_update(w, known);
		char *got = show(w);
		CHECK_STR(got, i == 0 ? "advise d | d? c?" : "advise c | c? d?");
		free(got);
	}
	ts_walk_free(w);
	ts_entry_free(e);
}

/* ---- for, against, questions left, reasons ---- */

static char *node_list(const struct ts_entry *e, const int *nodes, size_t n)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n; i++) {
		ts_buf_printf(&b, "%s%s", i == 0 ? "" : " ", e->nodes[nodes[i]].id);
	}
	return ts_buf_take(&b);
}

static void explained(void)
{
	static const struct {
		const char *known, *cause, *want_for, *want_against;
	} cases[] = {
		{ "top=no c-a=present", "c-a", "top c-a", "" },
		{ "top=no c-a=absent", "c-a", "top", "c-a" },
		{ "top=no c-a=absent", "c-c", "top", "" },
		{ "top=no c-a=absent", "c-b", "", "top" },
		{ "top=yes mid:right", "c-b", "top mid", "" },
		{ "top=yes mid:right", "c-a", "", "mid" },
		{ "top=yes mid:unknown", "c-a", "top", "" },
		{ "top=?", "c-a", "", "" },
		{ "top=yes mid:right c-a=present", "c-a", "c-a", "mid" },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_entry *e = dsl_entry(TREE);
		struct ts_known known[DSL_MAX] = { 0 };
		parse_known(e, cases[i].known, known);
		struct ts_walk *w = ts_walk_new(e, true);
		ts_walk_update(w, known);
		ts_walk_explain(w);
		ts_walk_explain(w); /* once more changes nothing */
		for (size_t j = 0; j < w->ncauses; j++) {
			const struct ts_cause *c = &w->causes[j];
			if (strcmp(e->nodes[c->node].id, cases[i].cause) == 0) {
				char *f = node_list(e, c->for_nodes, c->nfor),
				     *a = node_list(e, c->against_nodes, c->nagainst);
				CHECK_STR(f, cases[i].want_for);
				CHECK_STR(a, cases[i].want_against);
				free(f);
				free(a);
			}
		}
		ts_walk_free(w);
		ts_entry_free(e);
	}
}

static void left(void)
{
	static const struct {
		const char *known;
		int want;
	} cases[] = {
		{ "", 2 },
		{ "top=yes", 1 },
		{ "top=no", 0 },
		{ "top=?", 2 },
		{ "top=? top:unknown", 0 },
		{ "top=yes mid:left", 0 },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_entry *e = dsl_entry(TREE);
		struct ts_known known[DSL_MAX] = { 0 };
		parse_known(e, cases[i].known, known);
		struct ts_walk *w = ts_walk_new(e, true);
		ts_walk_update(w, known);
		CHECK_INT(w->questions_left, cases[i].want);
		ts_walk_free(w);
		ts_entry_free(e);
	}
}

static void reasons(void)
{
	static const struct {
		const char *node; /* a line of entry-dsl.h */
		bool has_row;
		const char *value;
		enum ts_seen seen;
		const char *subject, *detail, *reason, *hint;
	} cases[] = {
		{ "Q q sql : a", true, "a", TS_SEEN_READ, "", "", NULL, NULL },
		{ "Q q sql : a", true, "a", TS_SEEN_ABSENT, "", "", NULL, NULL },
		{ "Q q sql : a", true, "b", TS_SEEN_READ, "", "",
			"the check returned \"b\", which no answer names", NULL },
		{ "C q 1 1 sql : ", true, "b", TS_SEEN_READ, "", "",
			"the check returned \"b\", not present or absent", NULL },
		{ "Q q sql : a", true, NULL, TS_SEEN_READ, "", "", "the check returned no value (NULL)",
			NULL },
		{ "Q q sql : a unknown", true, "unknown", TS_SEEN_READ, "", "",
			"the check itself says that it cannot tell", NULL },
		{ "Q q sql : a", false, NULL, TS_SEEN_READ, "", "",
			"the check returned no row, and no answer is called none", NULL },
		{ "C q 1 1 sql :", false, NULL, TS_SEEN_READ, "", "", "the check returned no row", NULL },
		{ "Q q sql : a", true, "a", TS_SEEN_DENIED, "System", "",
			"t for System could not be read: access denied", "run elevated" },
		{ "Q q sql : a", true, "a", TS_SEEN_DENIED, "", "Operation not permitted",
			"t could not be read: Operation not permitted", "run elevated" },
		{ "Q q server sql : a", true, "a", TS_SEEN_NOT_COLLECTED, "", "", "t was not collected",
			"--evidence server=PATH, or --here=server if this computer is it" },
		{ "Q q sql : a", true, "a", TS_SEEN_NOT_COLLECTED, "", "", "t was not collected", NULL },
		{ "Q q server sql : a", true, "a", TS_SEEN_UNSUPPORTED, "", "",
			"t is not available on this system",
			"hand in evidence of that machine: --evidence server=PATH" },
		{ "Q q sql : a", true, "a", TS_SEEN_TIMEOUT, "srv1:3389", "",
			"t for srv1:3389 was not read to its end: the time limit came first",
			"--timeout=SECONDS" },
		{ "Q q sql : a", true, "a", TS_SEEN_PARTIAL, "", "damaged from record 7 on",
			"t was read only in part: damaged from record 7 on", NULL },
	};
	for (size_t i = 0; i < TS_COUNT(cases); i++) {
		struct ts_entry *e = dsl_entry(cases[i].node);
		struct ts_ledger_line line = { "t", cases[i].subject, cases[i].seen, cases[i].detail };
		struct ts_result r = { .ledger = &line, .nledger = 1 };
		ts_judge(&e->nodes[0], cases[i].has_row, cases[i].value, &r, e->arena);
		CHECK_STR(r.reason, cases[i].reason);
		CHECK_STR(r.hint, cases[i].hint);
		CHECK_INT(r.state, cases[i].reason == NULL ? TS_CHECK_ANSWERED : TS_CHECK_UNKNOWN);
		ts_entry_free(e);
	}
}

/* ---- properties ---- */

static uint64_t rng_state;

static unsigned rnd(unsigned below)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (unsigned)((rng_state >> 11) % below);
}

/* An entry and everything that machines and person would say about it. */
struct world {
	struct ts_entry *entry;
	struct ts_known final[DSL_MAX]; /* all evidence there is, all answers that would be given */
	bool gap[DSL_MAX];              /* the check of this node met a gap */
};

#define WAYS 4
static const char *const labels[] = { "a", "b", "c", TS_OTHERWISE, TS_UNKNOWN };

static void random_question(struct ts_entry *e, size_t i, bool cycles)
{
	struct ts_node *n = &e->nodes[i];
	size_t first = rnd(2), ways = 1 + rnd(WAYS);
	n->ask_never = n->sql != NULL && rnd(6) == 0;
	n->answers = ts_arena_calloc(e->arena, TS_COUNT(labels), sizeof(*n->answers));
	for (size_t l = first; l < TS_COUNT(labels) && n->nanswers < ways; l += 1 + rnd(2)) {
		struct ts_answer *a = &n->answers[n->nanswers++];
		a->label = labels[l];
		a->text = "";
		size_t from = cycles && rnd(4) == 0 ? 0 : i + 1;
		a->to = from < e->nnodes && rnd(6) != 0 ? (int)(from + rnd((unsigned)(e->nnodes - from)))
							: -1;
	}
}

static void random_cause(struct ts_entry *e, size_t i, bool cycles)
{
	struct ts_node *n = &e->nodes[i];
	n->weight = rnd(5) * 10;
	n->minutes = rnd(4) * 5;
	n->answers = ts_arena_calloc(e->arena, 2, sizeof(*n->answers));
	if (rnd(4) != 0) {
		struct ts_answer *a = &n->answers[n->nanswers++];
		size_t from = cycles && rnd(4) == 0 ? 0 : i + 1;
		a->label = TS_NOT_SOLVED;
		a->text = "";
		a->to = from < e->nnodes ? (int)(from + rnd((unsigned)(e->nnodes - from))) : -1;
	}
}

static void random_evidence(struct world *x, size_t i)
{
	static const char *const values[] = { "a", "b", "c", "zzz", TS_UNKNOWN, NULL };
	static const char *const found[] = { TS_PRESENT, TS_ABSENT, "zzz", NULL };
	struct ts_entry *e = x->entry;
	const struct ts_node *n = &e->nodes[i];
	if (n->sql != NULL) {
		const char *value = n->kind == TS_NODE_CAUSE ? found[rnd(TS_COUNT(found))]
							     : values[rnd(TS_COUNT(values))];
		x->gap[i] = rnd(4) == 0;
		judge_raw(n, rnd(10) != 0, value, x->gap[i], &x->final[i], e->arena);
	}
	if (n->kind == TS_NODE_CAUSE) {
		x->final[i].given = rnd(8) == 0 ? TS_SOLVED : rnd(8) == 0 ? TS_UNKNOWN : TS_NOT_SOLVED;
	} else {
		x->final[i].given = rnd(4) == 0 ? TS_UNKNOWN : n->answers[rnd((unsigned)n->nanswers)].label;
	}
}

static void random_world(struct world *x, uint64_t seed, bool cycles)
{
	static const char *none[] = { NULL }, *sure[] = { "a", TS_PRESENT, NULL };
	memset(x, 0, sizeof(*x));
	rng_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	struct ts_arena *arena = ts_arena_new();
	struct ts_entry *e = x->entry = ts_arena_alloc(arena, sizeof(*e));
	e->arena = arena;
	e->id = "test/random";
	e->nnodes = 2 + rnd(14);
	e->nown = e->nnodes - (rnd(3) == 0 ? rnd(3) : 0);
	e->nown = e->nown < 1 ? 1 : e->nown;
	e->nodes = ts_arena_calloc(arena, e->nnodes, sizeof(*e->nodes));
	for (size_t i = 0; i < e->nnodes; i++) {
		struct ts_node *n = &e->nodes[i];
		n->id = n->title = ts_arena_printf(arena, "n%zu", i);
		n->kind = i > 0 && rnd(2) == 0 ? TS_NODE_CAUSE : TS_NODE_QUESTION;
		n->sql = rnd(3) != 0 ? "SELECT 1" : NULL;
		n->params = n->needs = none;
		n->certain = rnd(4) == 0 ? sure : none;
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		(e->nodes[i].kind == TS_NODE_CAUSE ? random_cause : random_question)(e, i, cycles);
		random_evidence(x, i);
	}
}

static const struct ts_cause *cause_of(const struct ts_walk *w, int node)
{
	for (size_t i = 0; i < w->ncauses; i++) {
		if (w->causes[i].node == node) {
			return &w->causes[i];
		}
	}
	return NULL;
}

/* Could the walk still come from node `at` to `target`, the open questions taken both ways? Written as
 * naively as possible, as the second opinion on walk.c's idea of what is ahead. */
static bool comes_to(const struct ts_entry *e, const struct ts_known *known, int at, int target, bool *seen)
{
	if (at < 0 || seen[at]) {
		return false;
	}
	if (at == target) {
		return true;
	}
	seen[at] = true;
	const struct ts_node *n = &e->nodes[at];
	const struct ts_known *k = &known[at];
	const char *only = NULL;
	if (n->kind == TS_NODE_CAUSE) {
		only = TS_NOT_SOLVED;
	} else if (n->sql != NULL && k->check == TS_CHECK_ANSWERED) {
		only = ts_judge_label(n, k->value);
	} else if (n->sql != NULL && k->check == TS_CHECK_NOT_RUN) {
		only = NULL;
	} else if (k->given != NULL && strcmp(k->given, TS_UNKNOWN) != 0) {
		only = k->given;
	} else if ((k->given != NULL || n->ask_never) && ts_node_answer(n, TS_UNKNOWN) != NULL) {
		only = TS_UNKNOWN;
	}
	for (size_t i = 0; i < n->nanswers; i++) {
		if ((only == NULL || strcmp(n->answers[i].label, only) == 0) &&
			comes_to(e, known, n->answers[i].to, target, seen)) {
			return true;
		}
	}
	return false;
}

/* What holds after every update. */
static bool sound(const struct world *x, const struct ts_walk *w, const struct ts_known *known)
{
	const struct ts_entry *e = x->entry;
	bool ok = true;
	bool listed[DSL_MAX] = { 0 };
	for (size_t i = 0; i < w->ncauses; i++) {
		const struct ts_cause *c = &w->causes[i];
		/* A cause stands in the ranking once, and ranks are 1, 2, 3 ... (failed when by_rank's result
		 * was not turned into ranks). */
		ok = ok && c->rank == (int)i + 1 && !listed[c->node] &&
		     e->nodes[c->node].kind == TS_NODE_CAUSE;
		listed[c->node] = true;
		/* The groups come in order (failed with possible and excluded swapped in status_order). */
		static const int group[] = {
			[TS_CONFIRMED] = 0, [TS_POSSIBLE] = 1, [TS_EXCLUDED] = 2, [TS_OFF_PATH] = 3
		};
		ok = ok && (i == 0 || w->causes[i - 1].solved ||
				   group[w->causes[i - 1].status] <= group[c->status]);
		/* A gap never yields a definite status, unless the entry calls it certain (failed with `gap
		 * == NULL ||` removed in judge.c). */
		bool definite = c->status == TS_CONFIRMED || c->status == TS_EXCLUDED;
		bool certain = e->nodes[c->node].certain[0] != NULL && c->status == TS_CONFIRMED;
		ok = ok && !(definite && x->gap[c->node] && !certain);
		ok = ok && !(definite && known[c->node].check != TS_CHECK_ANSWERED);
		/* Off the path means that nothing leads there any more (failed with unknown answers followed
		 * one way only). */
		bool seen[DSL_MAX] = { 0 };
		bool ahead = comes_to(e, known, 0, c->node, seen);
		ok = ok && !(c->status == TS_OFF_PATH && (ahead || w->reached[c->node]));
		ok = ok && !(c->status == TS_POSSIBLE && !ahead);
		ok = ok && !(c->status == TS_CONFIRMED && !ahead && !c->contradiction);
	}
	for (size_t i = 0; i < e->nnodes; i++) {
		ok = ok && (e->nodes[i].kind != TS_NODE_CAUSE || i >= e->nown || listed[i]);
		ok = ok && (!w->reached[i] || w->ahead[i]);
	}
	return ok;
}

/* A cause's definite status never turns into the other one (failed with own_status asking the answers before
 * the check). */
static bool kept(const struct ts_walk *before, const struct ts_walk *after)
{
	for (size_t i = 0; i < before->ncauses; i++) {
		const struct ts_cause *b = &before->causes[i];
		if (b->status == TS_CONFIRMED || b->status == TS_EXCLUDED) {
			const struct ts_cause *a = cause_of(after, b->node);
			if (a == NULL || a->status != b->status) {
				return false;
			}
		}
	}
	return true;
}

static bool same(const struct ts_walk *a, const struct ts_walk *b)
{
	char *x = show(a), *y = show(b);
	bool equal = strcmp(x, y) == 0 && a->norder == b->norder && a->nopen == b->nopen &&
		     a->questions_left == b->questions_left &&
		     memcmp(a->order, b->order, a->norder * sizeof(*a->order)) == 0 &&
		     memcmp(a->open, b->open, a->nopen * sizeof(*a->open)) == 0;
	free(x);
	free(y);
	return equal;
}

/* Add all evidence and all answers one by one in a random order: at each step everything is sound and nothing
 * definite flips, and the end is the same as with all of it at once (failed with an update that kept the
 * previous one's `reached`). */
static const char *in_any_order(const struct world *x, bool ask)
{
	const struct ts_entry *e = x->entry;
	struct ts_known known[DSL_MAX] = { 0 }, before_known[DSL_MAX];
	int todo[2 * DSL_MAX];
	size_t ntodo = 0;
	for (size_t i = 0; i < 2 * e->nnodes; i++) {
		size_t j = rnd((unsigned)ntodo + 1);
		todo[ntodo++] = todo[j];
		todo[j] = (int)i;
	}
	struct ts_walk *w = ts_walk_new(e, ask), *before = ts_walk_new(e, ask), *once = ts_walk_new(e, ask);
	const char *wrong = NULL;
	for (size_t i = 0; i < ntodo && wrong == NULL; i++) {
		memcpy(before_known, known, sizeof(known));
		ts_walk_update(before, before_known);
		size_t node = (size_t)todo[i] / 2;
		if (todo[i] % 2 == 0) {
			known[node].check = x->final[node].check;
			known[node].value = x->final[node].value;
		} else {
			known[node].given = x->final[node].given;
		}
		ts_walk_update(w, known);
		wrong = !sound(x, w, known) ? "unsound while evidence comes"
			: !kept(before, w)  ? "a status flipped"
					    : NULL;
	}
	ts_walk_update(once, x->final);
	if (wrong == NULL && !same(w, once)) {
		wrong = "the order of evidence matters";
	}
	ts_walk_free(w);
	ts_walk_free(before);
	ts_walk_free(once);
	return wrong;
}

/* Do what the walk says until it is done. one_by_one: a random check of the round alone instead of all of
 * them. */
static const char *drive(const struct world *x, struct ts_walk *w, bool one_by_one, struct ts_known *known)
{
	const struct ts_entry *e = x->entry;
	/* Every walk ends: a node is checked once, asked or advised once (failed with way_of_label()
	 * following NULL). */
	for (size_t steps = 0; steps <= 4 * e->nnodes; steps++) {
		ts_walk_update(w, known);
		if (!sound(x, w, known)) {
			return "unsound on the way";
		}
		if (w->next == TS_NEXT_DONE) {
			return NULL;
		}
		if (w->next == TS_NEXT_CHECKS) {
			size_t from = one_by_one ? rnd((unsigned)w->nchecks) : 0,
			       n = one_by_one ? 1 : w->nchecks;
			for (size_t i = from; i < from + n; i++) {
				struct ts_known *k = &known[w->checks[i]];
				if (k->check != TS_CHECK_NOT_RUN) {
					return "a check runs twice";
				}
				k->check = x->final[w->checks[i]].check;
				k->value = x->final[w->checks[i]].value;
			}
			continue;
		}
		if (!w->ask || known[w->node].given != NULL ||
			!(w->reached[w->node] || cause_of(w, w->node)->contradiction)) {
			return "asked for nothing";
		}
		known[w->node].given = x->final[w->node].given;
	}
	return "no end";
}

/* Done means done: nothing is pending, and no cause that could be it was left out. */
static bool complete(const struct world *x, const struct ts_walk *w, const struct ts_known *known)
{
	const struct ts_entry *e = x->entry;
	bool ok = w->nchecks == 0 || w->solved;
	for (size_t i = 0; i < w->ncauses && !w->solved; i++) {
		const struct ts_cause *c = &w->causes[i];
		bool could_be = c->status == TS_CONFIRMED || c->status == TS_POSSIBLE;
		ok = ok && !(w->ask && could_be && known[c->node].given == NULL);
	}
	for (size_t i = 0; i < e->nnodes && !w->solved && w->ask; i++) {
		bool open = w->reached[i] && e->nodes[i].kind == TS_NODE_QUESTION && !e->nodes[i].ask_never &&
			    known[i].given == NULL && known[i].check != TS_CHECK_ANSWERED;
		ok = ok && !open && (w->solved || w->questions_left == 0);
	}
	return ok;
}

static const char *driven(const struct world *x, bool ask)
{
	struct ts_known known[DSL_MAX] = { 0 }, other[DSL_MAX] = { 0 };
	struct ts_walk *w = ts_walk_new(x->entry, ask), *v = ts_walk_new(x->entry, ask);
	const char *wrong = drive(x, w, false, known);
	if (wrong == NULL && !complete(x, w, known)) {
		wrong = "done too early";
	}
	/* Which check of a round ends first must not matter. When asking, a confirmed cause ends the round,
	 * so only one-shot walks compare. */
	if (wrong == NULL && !ask) {
		wrong = drive(x, v, true, other);
		if (wrong == NULL && !same(w, v)) {
			wrong = "the order of checks matters";
		}
	}
	ts_walk_free(w);
	ts_walk_free(v);
	return wrong;
}

static void properties(void)
{
	const clock_t most =
		2 * CLOCKS_PER_SEC; /* a slow machine tries fewer worlds, but at least a thousand */
	clock_t start = clock();
	int tried = 0;
	for (uint64_t seed = 1; seed <= 8000 && (seed <= 1000 || clock() - start < most); seed++) {
		static struct world x;
		random_world(&x, seed, seed % 5 == 0);
		for (int ask = 0; ask < 2; ask++) {
			const char *wrong = in_any_order(&x, ask);
			wrong = wrong != NULL ? wrong : driven(&x, ask);
			if (wrong != NULL) {
				test_failed++;
				fprintf(stderr, "world %d, %s: %s\n", (int)seed, ask ? "asking" : "one-shot",
					wrong);
			}
		}
		tried++;
		ts_entry_free(x.entry);
	}
	CHECK(tried >= 1000);
}

/* A chain as long as a hostile entry can make it: no recursion, no square of its length. */
static void long_chain(void)
{
	size_t n = 50000;
	struct ts_arena *arena = ts_arena_new();
	struct ts_entry *e = ts_arena_alloc(arena, sizeof(*e));
	e->arena = arena;
	e->id = "test/chain";
	e->nnodes = e->nown = n;
	e->nodes = ts_arena_calloc(arena, n, sizeof(*e->nodes));
	for (size_t i = 0; i < n; i++) {
		e->nodes[i].id = e->nodes[i].title = "n";
		e->nodes[i].answers = ts_arena_calloc(arena, 2, sizeof(struct ts_answer));
		e->nodes[i].nanswers = 2;
		e->nodes[i].answers[0] = (struct ts_answer){ .label = "on", .text = "", .to = (int)i + 1 };
		/* An index that points nowhere must not be followed. */
		e->nodes[i].answers[1] = (struct ts_answer){ .label = "off", .text = "", .to = INT32_MAX };
	}
	struct ts_walk *w = ts_walk_new(e, false);
	struct ts_known *known = calloc(n, sizeof(*known));
	ts_walk_update(w, known);
	CHECK_INT(w->norder, n);
	CHECK_INT(w->questions_left, n);
	free(known);
	ts_walk_free(w);
	ts_entry_free(e);
}

TEST_MAIN({ "table", table }, { "leaning", leaning }, { "explained", explained }, { "left", left },
	{ "reasons", reasons }, { "properties", properties }, { "long_chain", long_chain })
