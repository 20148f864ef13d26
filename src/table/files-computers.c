/* table/files-computers.c - which computer each file is of. Event logs and SYSTEM hives name it; other files belong to
 * what lies nearest to them. */
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/sysinfo.h"
#include "decode/utf16.h"
#include "table/files-int.h"

/* The place of a computer in the list, made where it is new; SIZE_MAX when the list is full. */
static size_t computer_at(struct ts_files *f, const char *name, int64_t newest)
{
	for (size_t i = 0; i < f->ncomputers; i++) {
		struct ts_files_computer *c = &f->computers[i];
		if (ts_evtx_same_computer(c->name, name)) {
			if (newest > c->newest) {
				c->name = ts_arena_strdup(f->arena, name);
				c->newest = newest;
			}
			return i;
		}
	}
	if (f->ncomputers == TS_FILES_COMPUTERS) {
		return SIZE_MAX;
	}
	f->computers[f->ncomputers] =
		(struct ts_files_computer){ ts_arena_strdup(f->arena, name), newest, f->ncomputers };
	return f->ncomputers++;
}

static void join(struct ts_files *f, size_t a, size_t b)
{
	if (a == SIZE_MAX || b == SIZE_MAX) {
		return;
	}
	size_t from = f->computers[b].group, to = f->computers[a].group;
	for (size_t i = 0; i < f->ncomputers; i++) {
		if (f->computers[i].group == from) {
			f->computers[i].group = to;
		}
	}
}

/* --- what one log says --- */

/* The computers in a log, in the order of its records, and how often they change. */
struct names {
	size_t at[TS_EVTX_COMPUTERS]; /* places in the list of computers */
	size_t n;
	uint64_t switches;
};

/* Was the log forwarded by several computers? A computer that is renamed restarts in between and does not go back and
 * forth. */
static bool is_forwarded(const struct names *n, const struct ts_files_item *item)
{
	int64_t seconds = item->newest - item->oldest;
	return n->n > 1 && (n->switches > 3 * n->n || seconds < 60 * (int64_t)n->switches);
}

/* --- what each file says --- */

static void describe_log(struct ts_files *f, struct ts_files_item *item, size_t log, struct names *names)
{
	const struct ts_evtx_about *a = ts_evtx_source_about(f->evtx, log);
	item->computer = ts_arena_strdup(f->arena, a->computer);
	item->what = ts_arena_strdup(f->arena, a->channel);
	item->records = (int64_t)a->records;
	item->oldest = a->oldest;
	item->newest = a->newest;
	item->note = a->is_log ? NULL : "damaged: nothing of it can be read";
	names->switches = a->switches;
	for (size_t i = 0; i < a->ncomputers; i++) {
		size_t at = computer_at(f, a->computers[i], 0), k = 0;
		while (k < names->n && names->at[k] != at) {
			k++;
		}
		if (k == names->n && at != SIZE_MAX) {
			names->at[names->n++] = at;
		}
	}
}

static const struct ts_regs_hive *hive_of(const struct ts_regs *r, const struct ts_member *m)
{
	const struct ts_regs_hive *h;
	for (size_t i = 0; (h = ts_regs_hive(r, i)) != NULL; i++) {
		if (h->member == m) {
			return h;
		}
	}
	return NULL;
}

static void describe_hive(struct ts_files *f, struct ts_files_item *item, const struct ts_regs_hive *h)
{
	item->what = h->mount != NULL && *h->mount != '\0' ? ts_arena_strdup(f->arena, h->mount) : NULL;
	item->computer = h->computer != NULL ? ts_arena_strdup(f->arena, h->computer) : NULL;
	item->newest = h->role != TS_ROLE_SECRET ? h->written : 0;
	const char *note = h->note != NULL && h->trouble != NULL
				   ? ts_arena_printf(f->arena, "%s: %s", h->note, h->trouble)
			   : h->note != NULL ? h->note
					     : h->trouble;
	item->note = ts_arena_strdup(f->arena, note);
}

static void describe_sysinfo(struct ts_files *f, struct ts_files_item *item, const struct ts_member *m)
{
	struct ts_sysinfo *info = ts_arena_alloc(f->arena, sizeof(*info));
	struct ts_buf text;
	ts_buf_init(&text, TS_SNIFF_BYTES * 4);
	ts_text_put(&text, m->data, m->size < TS_SNIFF_BYTES ? m->size : TS_SNIFF_BYTES, true);
	if (ts_sysinfo_parse((struct ts_str){ ts_buf_str(&text), text.len }, info)) {
		item->computer = info->host;
	}
	ts_buf_finish(&text);
}

static struct ts_evtx_source *open_logs(struct ts_files *f)
{
	struct ts_evtx_log *logs = ts_xcalloc(f->nitems + 1, sizeof(*logs));
	size_t n = 0;
	for (size_t i = 0; i < f->nitems; i++) {
		const struct ts_member *m = ts_container_get(f->container, i);
		f->log_of[i] = SIZE_MAX;
		if (m->kind == TS_SNIFF_EVTX && f->items[i].used) {
			f->log_of[i] = n;
			logs[n++] = (struct ts_evtx_log){ m->data, m->size, m->path };
		}
	}
	struct ts_evtx_source *src = n > 0 ? ts_evtx_source_new(logs, n) : NULL;
	free(logs);
	return src;
}

/* What each file is and says; the computers in logs go to names, one for each file. */
static void describe(struct ts_files *f, struct names *names)
{
	for (size_t i = 0; i < f->nitems; i++) {
		const struct ts_member *m = ts_container_get(f->container, i);
		struct ts_files_item *item = &f->items[i];
		*item = (struct ts_files_item){
			.path = m->path, .kind = ts_sniff_name(m->kind), .records = -1, .used = true
		};
		if (m->kind == TS_SNIFF_BUNDLE) {
			item->used = false;
			item->note = "complete in itself: give it alone, with --evidence MACHINE=PATH";
		}
	}
	f->evtx = open_logs(f);
	bool hives = ts_files_member(f, TS_SNIFF_HIVE, 0) != NULL;
	for (size_t i = 0; i < f->nitems; i++) {
		const struct ts_member *m = ts_container_get(f->container, i);
		struct ts_files_item *item = &f->items[i];
		const struct ts_regs_hive *h =
			hives && m->kind == TS_SNIFF_HIVE ? hive_of(ts_files_regs(f), m) : NULL;
		if (f->log_of[i] != SIZE_MAX) {
			describe_log(f, item, f->log_of[i], &names[i]);
		} else if (h != NULL) {
			describe_hive(f, item, h);
		} else if (m->kind == TS_SNIFF_SYSTEMINFO) {
			describe_sysinfo(f, item, m);
		}
		if (item->computer != NULL) {
			computer_at(f, item->computer, item->newest);
		}
	}
}

/* --- groups --- */

/* Names that one log gives one after the other are of one computer; forwarded logs are of many, and left out where
 * there is something else. */
static void join_renamed(struct ts_files *f, const struct names *names, bool *forwarded)
{
	bool own = false;
	for (size_t i = 0; i < f->nitems; i++) {
		forwarded[i] = is_forwarded(&names[i], &f->items[i]);
		own = own || (!forwarded[i] && f->items[i].computer != NULL);
		for (size_t k = 1; k < names[i].n && !forwarded[i]; k++) {
			join(f, names[i].at[0], names[i].at[k]);
		}
	}
	for (size_t i = 0; i < f->nitems; i++) {
		struct ts_files_item *item = &f->items[i];
		if (forwarded[i]) {
			item->computer = "several";
			item->used = !own;
			item->note = own ? "left out: events that several computers forwarded; give the file "
					   "by itself"
					 : item->note;
		}
	}
}

static size_t group_of(const struct ts_files *f, const char *name)
{
	for (size_t i = 0; i < f->ncomputers; i++) {
		if (ts_evtx_same_computer(f->computers[i].name, name)) {
			return f->computers[i].group;
		}
	}
	return SIZE_MAX;
}

/* One name per computer, the newest, of those that files in use (or, when none is, forwarded ones) name. */
static size_t list_computers(struct ts_files *f, const bool *forwarded)
{
	bool wanted[TS_FILES_COMPUTERS] = { false };
	bool any = false;
	for (size_t i = 0; i < f->nitems; i++) {
		size_t g = f->items[i].computer != NULL && !forwarded[i] ? group_of(f, f->items[i].computer)
									 : SIZE_MAX;
		any = any || g != SIZE_MAX;
		if (g != SIZE_MAX) {
			wanted[g] = true;
		}
	}
	size_t n = 0;
	for (size_t g = 0; g < f->ncomputers; g++) {
		const struct ts_files_computer *best = NULL;
		for (size_t i = 0; i < f->ncomputers; i++) {
			const struct ts_files_computer *c = &f->computers[i];
			if (c->group == g && (best == NULL || c->newest > best->newest)) {
				best = c;
			}
		}
		if (best != NULL && (wanted[g] || !any)) {
			f->listed[n++] = best->name;
		}
	}
	return n;
}

static size_t common_length(const char *a, const char *b)
{
	size_t n = 0, whole = 0;
	for (; a[n] != '\0' && a[n] == b[n]; n++) {
		whole = a[n] == '/' ? n + 1 : whole;
	}
	return whole;
}

/* The computer of a file that names none: that of the files nearest to it; SIZE_MAX when several are as near. */
static size_t nearest_group(const struct ts_files *f, size_t item)
{
	size_t best = 0, group = SIZE_MAX;
	bool tie = false;
	for (size_t i = 0; i < f->nitems; i++) {
		const struct ts_files_item *o = &f->items[i];
		size_t g = o->computer != NULL ? group_of(f, o->computer) : SIZE_MAX;
		if (g == SIZE_MAX) {
			continue;
		}
		size_t n = common_length(o->path, f->items[item].path);
		if (group == SIZE_MAX || n > best) {
			best = n;
			group = g;
			tie = false;
		} else if (n == best && g != group) {
			tie = true;
		}
	}
	return tie ? SIZE_MAX : group;
}

static bool choose(struct ts_files *f, const char *computer, struct ts_err *err)
{
	size_t wanted = group_of(f, computer);
	if (wanted == SIZE_MAX) {
		struct ts_buf names;
		ts_buf_init(&names, 800);
		for (size_t i = 0; f->listed[i] != NULL; i++) {
			ts_buf_printf(&names, "%s%s", i > 0 ? ", " : "", f->listed[i]);
		}
		ts_fail(err, "nothing is of a computer %s; there is %s", computer,
			names.len > 0 ? ts_buf_str(&names) : "no file that names its computer");
		ts_buf_finish(&names);
		return false;
	}
	for (size_t i = 0; i < f->nitems; i++) {
		struct ts_files_item *item = &f->items[i];
		size_t g = item->computer != NULL ? group_of(f, item->computer) : nearest_group(f, i);
		if (item->used && g != wanted) {
			item->used = false;
			item->note = g == SIZE_MAX ? "left out: it cannot be told which computer it is of"
						   : "left out: of another computer";
		}
	}
	return true;
}

static const char *tell_several(struct ts_files *f, size_t n)
{
	struct ts_buf b;
	ts_buf_init(&b, 2048);
	ts_buf_printf(&b, "the files are of %zu computers (", n);
	for (size_t i = 0; i < n && i < 12; i++) {
		ts_buf_printf(&b, "%s%s", i > 0 ? ", " : "", f->listed[i]);
	}
	ts_buf_printf(
		&b, "%s); choose one with --evidence MACHINE=PATH@%s", n > 12 ? ", ..." : "", f->listed[0]);
	const char *text = ts_arena_strdup(f->arena, ts_buf_str(&b));
	ts_buf_finish(&b);
	return text;
}

bool ts_files_sort_out(struct ts_files *f, const char *computer, struct ts_err *err)
{
	bool *forwarded = ts_arena_calloc(f->arena, f->nitems + 1, sizeof(*forwarded));
	f->items = ts_arena_calloc(f->arena, f->nitems + 1, sizeof(*f->items));
	f->log_of = ts_arena_calloc(f->arena, f->nitems + 1, sizeof(*f->log_of));
	struct names *names = ts_xcalloc(f->nitems + 1, sizeof(*names));
	describe(f, names);
	join_renamed(f, names, forwarded);
	free(names);
	size_t n = list_computers(f, forwarded);
	if (computer != NULL && !choose(f, computer, err)) {
		return false;
	}
	f->several = computer == NULL && n > 1 ? tell_several(f, n) : NULL;
	bool left_out = false;
	for (size_t i = 0; i < f->nitems; i++) {
		left_out = left_out || !f->items[i].used;
	}
	if (left_out) {
		/* Begin again with what is in use. */
		ts_evtx_source_free(f->evtx);
		ts_regs_free(f->regs);
		f->regs = NULL;
		f->evtx = open_logs(f);
	}
	return true;
}
