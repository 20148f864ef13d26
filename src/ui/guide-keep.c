/* ui/guide-keep.c - the session is kept as it goes, and gone on with after a pause, a crash or a restart. */
#include "ui/guide-internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/os.h"
#include "out/render-parts.h"

#define LIST_MAX 20

void ts_guide_ago(int64_t seconds, char *buf, size_t size)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
	for (size_t i = 0; i < TS_COUNT(units); i++) {
		int64_t n = seconds / units[i].seconds;
		if (n > 0) {
			(void)snprintf(
				buf, size, "%" PRId64 " %s%s ago", n, units[i].name, n == 1 ? "" : "s");
			return;
		}
	}
	(void)snprintf(buf, size, "just now");
}

/* ---- keeping ---- */

/* From here on nothing is kept; it is said once. */
static void give_up(struct ts_guide *g, const char *why)
{
	g->store = NULL;
	ts_guide_tell(g,
		"Note: this session cannot be kept (%s). It goes on, but is lost when the program ends.",
		why);
}

void ts_guide_keep(struct ts_guide *g)
{
	struct ts_err err;
	if (g->store == NULL || g->session == NULL || ts_store_current(g->store) == 0) {
		return;
	}
	bool at_cause = !g->ended && g->ev.kind == TS_EV_ADVISE && g->mode != TS_GUIDE_FIND;
	struct ts_kept_place place = {
		.state = g->ended    ? (g->solved ? "solved" : "ended")
			 : g->paused ? "paused"
				     : "open",
		.node = at_cause ? g->entry->nodes[g->ev.node].id : NULL,
		.step = at_cause ? g->step : 0,
		.proving = at_cause &&
			   (g->mode == TS_GUIDE_SOLVED ||
				   (g->mode == TS_GUIDE_SWITCH && g->mode_before == TS_GUIDE_SOLVED)),
		.verified = g->verified,
	};
	/* Until the walk is back where the session stood, that place holds. */
	if (g->back_to.node != NULL) {
		place.node = g->back_to.node;
		place.step = g->back_to.step;
		place.proving = g->back_to.proving;
	}
	if (!ts_store_save(g->store, g->session, &place, &err)) {
		give_up(g, err.text);
	}
}

void ts_guide_begin_keeping(struct ts_guide *g)
{
	struct ts_err err;
	struct ts_kept_head head = { 0 };
	g->started = ts_os_now();
	if (g->store == NULL) {
		return;
	}
	g->host->head(g->host->ctx, &head);
	head.started = g->started;
	if (!ts_store_begin(g->store, &head, &err)) {
		give_up(g, err.text);
	}
}

/* ---- what was left ---- */

static bool has_restarted(const struct ts_kept *k)
{
	char *boot = ts_os_boot_id();
	bool restarted = boot != NULL && k->boot != NULL && strcmp(boot, k->boot) != 0;
	free(boot);
	return restarted;
}

static char *describe(const struct ts_kept *k)
{
	char ago[64];
	int64_t now = ts_os_now();
	ts_guide_ago(now > k->changed ? now - k->changed : 0, ago, sizeof(ago));
	return ts_xasprintf("session %" PRId64 ", %s: %d answer%s, %d check%s", k->id, ago, k->answers_count,
		k->answers_count == 1 ? "" : "s", k->checks_count, k->checks_count == 1 ? "" : "s");
}

bool ts_guide_offer(struct ts_guide *g, const char *entry)
{
	struct ts_err err;
	struct ts_kept *kept = NULL;
	size_t n = 0, i = 0;
	struct ts_arena *a = ts_arena_new();
	if (g->store == NULL || !ts_store_list(g->store, "open", a, &kept, &n, &err)) {
		ts_arena_free(a);
		return false;
	}
	while (i < n && (ts_store_busy(g->store, kept[i].id) ||
				(entry != NULL && strcmp(entry, kept[i].head.entry) != 0))) {
		i++;
	}
	if (i == n) {
		ts_arena_free(a);
		return false;
	}
	const struct ts_kept *k = &kept[i];
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	char *what = describe(k);
	char *line = ts_xasprintf("You were looking at \"%s\" (%s).%s%s", k->head.title, what,
		k->place.step > 0 || k->place.proving ? " Its fix was being carried out." : "",
		has_restarted(k) ? " The computer has restarted since." : "");
	ts_render_text(line, 0, 0, &g->look, &b);
	ts_guide_show_choice(g, &b, 1, 0, "", "go on with it");
	ts_guide_show_choice(g, &b, 2, 0, "",
		entry != NULL ? "begin this error anew; the session is kept"
			      : "something new; the session is kept");
	ts_guide_show_choice(g, &b, 3, 0, "", "discard it");
	free(line);
	free(what);
	if (n > 1 && entry == NULL) {
		line = ts_xasprintf("sessions lists %zu more.", n - 1);
		ts_render_text(line, 0, 0, &g->look, &b);
		free(line);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	g->offer = k->id;
	g->mode = TS_GUIDE_OFFER;
	ts_arena_free(a);
	return true;
}

/* Nothing is gone on with: the entry that was named, or the question for the error. */
static void begin_new(struct ts_guide *g)
{
	g->mode = TS_GUIDE_FIND;
	if (g->options->entry != NULL) {
		ts_guide_start(g, g->options->entry);
	} else {
		ts_guide_tell(g, "What is the error? Paste the message, type a code such as 0x904, or "
				 "describe it in a "
				 "few words. help lists the commands.");
	}
}

void ts_guide_answer_offer(struct ts_guide *g, const char *text)
{
	struct ts_err err;
	if (strcmp(text, "1") == 0 || ts_str_case_eq(text, "y") || ts_str_case_eq(text, "yes")) {
		g->mode = TS_GUIDE_FIND;
		ts_guide_resume(g, g->offer);
		if (g->session == NULL) {
			begin_new(g);
		}
	} else if (strcmp(text, "2") == 0 || ts_str_case_eq(text, "n") || ts_str_case_eq(text, "no")) {
		begin_new(g);
	} else if (strcmp(text, "3") == 0) {
		ts_guide_tell(g, "%s", ts_store_discard(g->store, g->offer, &err) ? "Discarded." : err.text);
		begin_new(g);
	} else if (!ts_guide_command(g, text, false)) {
		g->mode = TS_GUIDE_FIND; /* the new error at once */
		ts_guide_find(g, text);
	}
}

static void tell_changes(struct ts_guide *g, const struct ts_kept *k, const struct ts_buf *lost)
{
	struct ts_kept_head head = { 0 };
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	g->host->head(g->host->ctx, &head);
	ts_buf_putc(&b, '\n');
	ts_render_heading(g->entry->title, 1, &g->look, &b);
	char *what = describe(k);
	char *line = ts_xasprintf("Going on with %s.", what);
	ts_render_text(line, 0, 0, &g->look, &b);
	free(line);
	free(what);
	if (g->restarted) {
		ts_render_text("The computer has restarted since. What the checks saw before is kept; check "
			       "runs them again.",
			0, 0, &g->look, &b);
	}
	if (strcmp(head.kb, k->head.kb) != 0) {
		ts_render_text(
			lost->len == 0
				? "The knowledge base has changed since; all answers and results still have "
				  "their place in it."
				: "The knowledge base has changed since. What has no place in it any more is "
				  "left out, and the session goes on from the nearest place before:",
			0, 0, &g->look, &b);
	} else if (lost->len > 0) {
		ts_render_text("This could not be put back:", 0, 0, &g->look, &b);
	}
	struct ts_str rest = { ts_buf_str(lost), lost->len }, one;
	while (ts_str_line(&rest, &one)) {
		line = ts_xasprintf("- %.*s", (int)one.n, one.p);
		ts_render_text(line, 2, 2, &g->look, &b);
		free(line);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
}

void ts_guide_resume(struct ts_guide *g, int64_t id)
{
	struct ts_err err;
	struct ts_kept kept;
	if (g->store == NULL) {
		ts_guide_tell(g, "No sessions are kept here.");
		return;
	}
	if (g->session != NULL && ts_store_current(g->store) == id) {
		ts_guide_tell(g, "That is the session you are in.");
		return;
	}
	struct ts_arena *a = ts_arena_new();
	if (!ts_store_load(g->store, id, a, &kept, &err)) {
		ts_guide_tell(g, "%s", err.text);
		ts_arena_free(a);
		return;
	}
	ts_guide_drop(g);
	struct ts_buf lost;
	ts_buf_init(&lost, TS_BUF_MAX_TEXT);
	struct ts_session *s = NULL;
	if (ts_store_take(g->store, id, &err)) {
		/* Read again: another program may have worked on it until just now. */
		s = ts_store_load(g->store, id, a, &kept, &err)
			    ? g->host->start(g->host->ctx, kept.head.entry, &kept, &lost, &err)
			    : NULL;
	}
	if (s == NULL) {
		ts_guide_tell(g, "%s", err.text);
		ts_store_leave(g->store);
	} else {
		g->session = s;
		g->entry = ts_session_entry(s);
		g->mode = TS_GUIDE_WALK;
		g->started = kept.head.started;
		g->restarted = has_restarted(&kept);
		int node = kept.place.node != NULL ? ts_entry_node(g->entry, kept.place.node) : -1;
		if (node >= 0) {
			g->back_to = kept.place;
			g->back_to.node = g->entry->nodes[node].id;
		}
		ts_progress_interrupts(s);
		tell_changes(g, &kept, &lost);
		ts_guide_rank(g);
	}
	ts_buf_finish(&lost);
	ts_arena_free(a);
}

bool ts_guide_back_at_place(struct ts_guide *g)
{
	if (g->back_to.node == NULL || g->ev.kind == TS_EV_RAN || g->ev.kind == TS_EV_ASK_PARAM) {
		return false;
	}
	struct ts_kept_place at = g->back_to;
	g->back_to = (struct ts_kept_place){ 0 };
	if (g->ev.kind != TS_EV_ADVISE || strcmp(g->entry->nodes[g->ev.node].id, at.node) != 0) {
		return false;
	}
	const struct ts_node *n = &g->entry->nodes[g->ev.node];
	g->step = at.step < n->nsteps ? at.step : n->nsteps;
	if (g->restarted && (at.step > 0 || at.proving)) {
		g->restarted = false;
		g->shown = g->ev.node;
		ts_guide_tell(g,
			"You were carrying out the steps of \"%s\". Now it is seen whether they have worked.",
			n->title);
		ts_guide_done(g);
		return true;
	}
	if (at.proving) {
		g->shown = g->ev.node;
		ts_guide_tell(g,
			"You had carried out the steps of \"%s\". Try to connect again: is the problem "
			"solved?",
			n->title);
		g->mode = TS_GUIDE_SOLVED;
		return true;
	}
	if (g->step > 0) {
		size_t step = g->step;
		ts_guide_show_cause(g, g->ev.node);
		g->step = step;
		ts_guide_tell(g, "You have seen %zu of its %zu steps; done sees whether they have worked.",
			step, n->nsteps);
	}
	return false;
}

/* ---- commands ---- */

static bool kept_here(struct ts_guide *g)
{
	if (g->store == NULL) {
		ts_guide_tell(g, "No sessions are kept here.");
	}
	return g->store != NULL;
}

void ts_guide_sessions(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	struct ts_kept *kept;
	size_t n;
	(void)arg;
	if (!kept_here(g)) {
		return;
	}
	struct ts_arena *a = ts_arena_new();
	if (!ts_store_list(g->store, NULL, a, &kept, &n, &err)) {
		ts_guide_tell(g, "%s", err.text);
		n = 0;
	} else if (n == 0) {
		ts_guide_tell(g, "No session is kept yet.");
	}
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		char ago[64];
		int64_t now = ts_os_now();
		ts_guide_ago(now > kept[i].changed ? now - kept[i].changed : 0, ago, sizeof(ago));
		char *line = ts_xasprintf("%s, %s%s", kept[i].head.title, ago,
			kept[i].id == ts_store_current(g->store) ? " (this one)"
			: ts_store_busy(g->store, kept[i].id)    ? " (open in another troubleshoot)"
								 : "");
		char *marker = ts_xasprintf("%3" PRId64 "  %-7s  ", kept[i].id, kept[i].place.state);
		ts_render_marked(marker, strlen(marker), line, 0, &g->look, &b);
		free(marker);
		free(line);
	}
	if (n > 0) {
		ts_render_text("resume N goes on with one, discard N removes it.", 0, 0, &g->look, &b);
	}
	ts_guide_say(g, &b);
	ts_buf_finish(&b);
	ts_arena_free(a);
}

/* The session that a command speaks of; 0 after a message. Without a number: the one that was changed last. */
static int64_t number_of(struct ts_guide *g, const char *command, const char *arg)
{
	struct ts_err err;
	struct ts_kept *kept;
	size_t n = 0;
	int64_t id = 0;
	if (!kept_here(g)) {
		return 0;
	}
	if (*arg != 0) {
		if (!ts_parse_int(arg, 1, INT64_MAX, &id)) {
			ts_guide_tell(g, "%s takes the number of a session; sessions lists them.", command);
			return 0;
		}
		return id;
	}
	struct ts_arena *a = ts_arena_new();
	if (ts_store_list(g->store, "open", a, &kept, &n, &err)) {
		for (size_t i = 0; i < n && id == 0; i++) {
			bool here = kept[i].id == ts_store_current(g->store);
			id = here || ts_store_busy(g->store, kept[i].id) ? 0 : kept[i].id;
		}
	}
	ts_arena_free(a);
	if (id == 0) {
		ts_guide_tell(g, "No other session is open.");
	}
	return id;
}

void ts_guide_cmd_resume(struct ts_guide *g, const char *arg)
{
	int64_t id = number_of(g, "resume", arg);
	if (id != 0) {
		ts_guide_resume(g, id);
	}
}

void ts_guide_discard(struct ts_guide *g, const char *arg)
{
	struct ts_err err;
	int64_t here = g->store != NULL ? ts_store_current(g->store) : 0;
	int64_t id = *arg == 0 && here != 0 ? here : number_of(g, "discard", arg);
	if (id == 0) {
		return;
	}
	bool ok = ts_store_discard(g->store, id, &err);
	if (ok && id == here) {
		ts_guide_drop(g);
	}
	if (ok) {
		ts_guide_tell(g, "Session %" PRId64 " is discarded.%s", id,
			id == here ? " Name another error, or quit." : "");
	} else {
		ts_guide_tell(g, "%s", err.text);
	}
}

void ts_guide_pause(struct ts_guide *g, const char *arg)
{
	(void)arg;
	g->leave = true;
	g->status = 7;
	if (g->store == NULL) {
		ts_guide_tell(g, "This session is not kept; export writes down how far it came.");
		g->leave = false;
		g->status = 0;
		return;
	}
	g->paused = true;
	ts_guide_tell(g,
		"Paused: session %" PRId64
		". Start troubleshoot again to go on from here, after a restart too.",
		ts_store_current(g->store));
}

static bool needs(const struct ts_node *n, const char *what)
{
	for (const char **p = n->needs; p != NULL && *p != NULL; p++) {
		if (strcmp(*p, what) == 0) {
			return true;
		}
	}
	return false;
}

void ts_guide_leave(struct ts_guide *g)
{
	g->leave = true;
	bool at_cause = g->session != NULL && !g->ended && g->ev.kind == TS_EV_ADVISE;
	const struct ts_node *n = at_cause ? &g->entry->nodes[g->ev.node] : NULL;
	if (n != NULL && g->store != NULL && g->step > 0 &&
		(needs(n, "reboot") || needs(n, "other-person"))) {
		ts_guide_pause(g, "");
	} else if (g->store != NULL && g->session != NULL && !g->ended) {
		ts_guide_tell(g, "Session %" PRId64 " is kept: start troubleshoot again to go on.",
			ts_store_current(g->store));
	}
}
