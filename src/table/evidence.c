/* table/evidence.c - the machines of a run, what is behind each, and the connections that show them as
 * schemas. */
#include "table/evidence.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"
#include "os/limits.h"
#include "os/map.h"
#include "os/os.h"
#include "table/bundle.h"
#include "table/evidence-int.h"
#include "table/files.h"
#include "table/probe-cache.h"
#include "table/record.h"
#include "table/rows.h"
#include "table/vtab.h"

#define MAX_MACHINES 64 /* more than any entry names */

struct machine {
	char *name;
	enum ts_machine_source source;
	int64_t as_of;            /* rows; 0 = now */
	struct ts_rows *rows;     /* TS_FROM_ROWS */
	struct ts_bundle *bundle; /* TS_FROM_BUNDLE */
	struct ts_files *files;   /* TS_FROM_FILES */
	char **paths;             /* of files */
	size_t npaths, cap_paths;
};

struct ts_evidence {
	struct machine machines[MAX_MACHINES];
	size_t n;
	struct ts_probe_cache *probes;
	struct ts_record *record; /* somebody else's; NULL = none */
};

/* What a connection looks at. */
struct view {
	struct ts_evidence *ev;
	bool owned;     /* ev goes with the connection */
	char main[256]; /* the check's machine, whose schema is called main */
};

static const char *const source_names[] = {
	[TS_FROM_NONE] = "none",
	[TS_FROM_LIVE] = "live",
	[TS_FROM_BUNDLE] = "bundle",
	[TS_FROM_FILES] = "files",
	[TS_FROM_ROWS] = "rows",
};

const char *ts_machine_source_name(enum ts_machine_source s)
{
	return source_names[s];
}

/* --- machines --- */

/* Index of the machine of that name, -1 for none. */
static int index_of(const struct ts_evidence *ev, const char *name)
{
	for (size_t i = 0; i < ev->n; i++) {
		if (ts_str_case_eq(ev->machines[i].name, name)) {
			return (int)i;
		}
	}
	return -1;
}

static const struct machine *find(const struct ts_evidence *ev, const char *name)
{
	int i = index_of(ev, name);
	return i >= 0 ? &ev->machines[i] : NULL;
}

/* The machine, to be changed, or a message that lists the machines. */
static struct machine *find_or_fail(struct ts_evidence *ev, const char *name, struct ts_err *err)
{
	int at = index_of(ev, name);
	if (at >= 0) {
		return &ev->machines[at];
	}
	struct ts_buf names;
	ts_buf_init(&names, 512);
	for (size_t i = 0; i < ev->n; i++) {
		ts_buf_printf(&names, "%s%s", i > 0 ? ", " : "", ev->machines[i].name);
	}
	ts_fail(err, "there is no machine '%s'; there is %s", name, ts_buf_str(&names));
	ts_buf_finish(&names);
	return NULL;
}

/* Take away what is behind a machine. */
static void clear(struct machine *m)
{
	ts_rows_free(m->rows);
	ts_bundle_free(m->bundle);
	ts_files_free(m->files);
	for (size_t i = 0; i < m->npaths; i++) {
		free(m->paths[i]);
	}
	free(m->paths);
	m->paths = NULL;
	m->npaths = m->cap_paths = 0;
	m->files = NULL;
	m->rows = NULL;
	m->bundle = NULL;
	m->as_of = 0;
	m->source = TS_FROM_NONE;
}

struct ts_evidence *ts_evidence_new(void)
{
	struct ts_evidence *ev = ts_xcalloc(1, sizeof(*ev));
	ev->probes = ts_probe_cache_new();
	ts_evidence_machine(ev, "here");
	ev->machines[0].source = TS_FROM_LIVE;
	return ev;
}

void ts_evidence_free(struct ts_evidence *ev)
{
	if (ev != NULL) {
		for (size_t i = 0; i < ev->n; i++) {
			clear(&ev->machines[i]);
			free(ev->machines[i].name);
		}
		ts_probe_cache_free(ev->probes);
		free(ev);
	}
}

void ts_evidence_look_again(struct ts_evidence *ev)
{
	ts_probe_cache_forget(ev->probes);
}

void ts_evidence_record(struct ts_evidence *ev, struct ts_record *record)
{
	ev->record = record;
}

void ts_evidence_machine(struct ts_evidence *ev, const char *name)
{
	if (find(ev, name) == NULL && ev->n < MAX_MACHINES) {
		ev->machines[ev->n++] = (struct machine){ .name = ts_xstrdup(name) };
	}
}

bool ts_evidence_set_live(struct ts_evidence *ev, const char *name, struct ts_err *err)
{
	struct machine *m = find_or_fail(ev, name, err);
	if (m != NULL) {
		clear(m);
		m->source = TS_FROM_LIVE;
	}
	return m != NULL;
}

bool ts_evidence_set_bundle(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err)
{
	struct machine *m = find_or_fail(ev, name, err);
	struct ts_bundle *b = m != NULL ? ts_bundle_open(path, err) : NULL;
	if (b != NULL) {
		clear(m);
		m->source = TS_FROM_BUNDLE;
		m->bundle = b;
	}
	return b != NULL;
}

bool ts_evidence_set_files(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err)
{
	struct machine *m = find_or_fail(ev, name, err);
	if (m == NULL) {
		return false;
	}
	if (m->source != TS_FROM_FILES) {
		clear(m);
	}
	TS_GROW(m->paths, m->cap_paths, m->npaths);
	m->paths[m->npaths++] = ts_xstrdup(path);
	struct ts_files *f = ts_files_open((const char *const *)m->paths, m->npaths, false, err);
	if (f == NULL) {
		free(m->paths[--m->npaths]);
		return false;
	}
	ts_files_free(m->files);
	m->files = f;
	m->source = TS_FROM_FILES;
	return true;
}

bool ts_evidence_set_path(struct ts_evidence *ev, const char *name, const char *path, struct ts_err *err)
{
	struct ts_file_info info;
	struct ts_map map = { 0 };
	uint32_t id;
	bool database = ts_os_stat(path, &info, NULL) && info.kind == TS_FILE_REGULAR &&
			ts_os_map(path, &map, NULL) && ts_db_application_id(map.data, map.size, &id);
	ts_os_unmap(&map);
	return database ? ts_evidence_set_bundle(ev, name, path, err)
			: ts_evidence_set_files(ev, name, path, err);
}

const char *ts_evidence_remark(const struct ts_evidence *ev, const char *name)
{
	const struct machine *m = find(ev, name);
	if (m != NULL && m->source == TS_FROM_LIVE) {
		return ts_os_limits();
	}
	return m != NULL && m->files != NULL ? ts_files_remark(m->files) : NULL;
}

void ts_evidence_set_rows(struct ts_evidence *ev, const char *name, int64_t as_of)
{
	ts_evidence_machine(ev, name);
	struct machine *m = find_or_fail(ev, name, NULL);
	if (m != NULL) {
		clear(m);
		m->source = TS_FROM_ROWS;
		m->rows = ts_rows_new();
		m->as_of = as_of;
	}
}

/* The rows behind a machine, or a message. */
static struct ts_rows *rows_of(struct ts_evidence *ev, const char *name, struct ts_err *err)
{
	struct machine *m = find_or_fail(ev, name, err);
	if (m != NULL && m->rows == NULL) {
		ts_fail(err, "the evidence of machine '%s' is not rows", name);
		return NULL;
	}
	return m != NULL ? m->rows : NULL;
}

bool ts_evidence_play_live(struct ts_evidence *ev, const char *name, struct ts_err *err)
{
	struct machine *m = find_or_fail(ev, name, err);
	if (m == NULL || rows_of(ev, name, err) == NULL) {
		return false;
	}
	m->source = TS_FROM_LIVE;
	return true;
}

bool ts_evidence_rows_table(struct ts_evidence *ev, const char *name, const char *table, struct ts_err *err)
{
	struct ts_rows *r = rows_of(ev, name, err);
	return r != NULL && ts_rows_mention(r, table, err);
}

bool ts_evidence_rows_row(struct ts_evidence *ev, const char *name, const char *table,
	const char *const *columns, const char *const *values, int n, struct ts_err *err)
{
	struct ts_rows *r = rows_of(ev, name, err);
	return r != NULL && ts_rows_add(r, table, columns, values, n, err);
}

bool ts_evidence_rows_gap(struct ts_evidence *ev, const char *name, const char *table, const char *subject,
	enum ts_seen seen, struct ts_err *err)
{
	struct ts_rows *r = rows_of(ev, name, err);
	return r != NULL && ts_rows_gap(r, table, subject, seen, err);
}

enum ts_machine_source ts_evidence_source(const struct ts_evidence *ev, const char *name)
{
	const struct machine *m = find(ev, name);
	return m != NULL ? m->source : TS_FROM_NONE;
}

static int64_t as_of(const struct machine *m)
{
	if (m->bundle != NULL) {
		return ts_bundle_as_of(m->bundle);
	}
	if (m->files != NULL) {
		return ts_files_as_of(m->files);
	}
	return m->as_of != 0 ? m->as_of : ts_os_now();
}

int64_t ts_evidence_as_of(const struct ts_evidence *ev, const char *name)
{
	const struct machine *m = find(ev, name);
	return m != NULL ? as_of(m) : ts_os_now();
}

/* --- scans --- */

/* ctx: the machine. */
static void scan_live(void *ctx, struct ts_scan *s)
{
	const struct machine *m = ctx;
	const struct ts_table *t = ts_scan_table(s);
	if (m->rows != NULL) {
		ts_rows_scan(m->rows, s); /* ts_evidence_play_live() */
	} else if (t->fill == NULL) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
	} else if ((t->flags & TS_OBSERVER) != 0 &&
		   !ts_budget_host_allowed(ts_scan_budget(s), ts_scan_text(s, "host", 0))) {
		ts_scan_saw(s, NULL, TS_SEEN_DENIED, "only hosts that you name are contacted");
	} else {
		t->fill(s);
	}
}

static void scan_none(struct ts_scan *s)
{
	ts_scan_set_replayed(s); /* inputs that nobody looks at are no further gap */
	ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "no evidence of this machine was given");
}

static void scan(void *ctx, const char *schema, struct ts_scan *s)
{
	const struct view *v = ctx;
	const struct machine *m = find(v->ev, ts_str_case_eq(schema, "main") ? v->main : schema);
	if (m == NULL) {
		return; /* ts_scan_close() makes it a gap */
	}
	ts_scan_set_as_of(s, as_of(m));
	ts_scan_set_probes(s, v->ev->probes);
	switch (m->source) {
	case TS_FROM_NONE: scan_none(s); break;
	case TS_FROM_FILES: ts_files_scan(m->files, s); break;
	case TS_FROM_LIVE:
		if (v->ev->record != NULL && m != &v->ev->machines[0]) {
			ts_record_scan(v->ev->record, s, scan_live, &v->ev->machines[m - v->ev->machines]);
		} else {
			scan_live(&v->ev->machines[m - v->ev->machines], s);
		}
		break;
	case TS_FROM_BUNDLE: ts_bundle_scan(m->bundle, s); break;
	case TS_FROM_ROWS: ts_rows_scan(m->rows, s); break;
	}
}

static void release_view(void *ctx)
{
	struct view *v = ctx;
	if (v->owned) {
		ts_evidence_free(v->ev);
	}
	free(v);
}

/* --- connections --- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does the word stand in the SQL, whatever it means there? What stands nowhere need not be made. sql NULL
 * = yes. */
static bool mentions(const char *sql, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = sql; p != NULL && (p = ts_str_case_find(p, word)) != NULL; p++) {
		if ((p == sql || !is_word(p[-1])) && !is_word(p[n])) {
			return true;
		}
	}
	return sql == NULL;
}

static bool add_tables(struct ts_conn *c, const char *schema, const char *sql, struct ts_err *err)
{
	const struct ts_table *t;
	for (int i = 0; (t = ts_table_get(i)) != NULL; i++) {
		if (mentions(sql, t->name) && !ts_vtab_create(c, schema, t, err)) {
			return false;
		}
	}
	return true;
}

static bool attach(struct ts_conn *c, const char *name, struct ts_err *err)
{
	char *sql = sqlite3_mprintf("ATTACH ':memory:' AS \"%w\"", name);
	int rc = sql != NULL ? sqlite3_exec(ts_conn_db(c), sql, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc == SQLITE_OK ||
	       ts_fail(err, "cannot show the machine '%s': %s", name, sqlite3_errmsg(ts_conn_db(c)));
}

/* A sealed connection on the view, which goes with it in any case. sql NULL = every table of every
 * machine. */
static struct ts_conn *open_view(
	struct view *v, const char *sql, const struct ts_budget *budget, struct ts_err *err)
{
	struct ts_conn *c = ts_conn_new(budget, err);
	if (c == NULL) {
		release_view(v);
		return NULL;
	}
	struct ts_vtab_source source = { .scan = scan, .ctx = v, .release = release_view };
	bool ok = ts_vtab_register(c, &source, err) && add_tables(c, "main", sql, err);
	for (size_t i = 0; ok && i < v->ev->n; i++) {
		const char *name = v->ev->machines[i].name;
		if (!ts_str_case_eq(name, "main") && mentions(sql, name)) {
			ok = attach(c, name, err) && add_tables(c, name, sql, err);
		}
	}
	if (!ok) {
		ts_conn_free(c);
		return NULL;
	}
	ts_conn_seal_for(c, sql);
	return c;
}

static struct view *new_view(struct ts_evidence *ev, bool owned, const char *name)
{
	struct view *v = ts_xcalloc(1, sizeof(*v));
	v->ev = ev;
	v->owned = owned;
	snprintf(v->main, sizeof(v->main), "%s", name);
	return v;
}

struct ts_conn *ts_evidence_open(struct ts_evidence *ev, const char *name, const char *sql,
	const struct ts_budget *budget, struct ts_err *err)
{
	const struct machine *m = find_or_fail(ev, name, err);
	return m != NULL ? open_view(new_view(ev, false, m->name), sql != NULL ? sql : "", budget, err)
			 : NULL;
}

struct ts_conn *ts_evidence_view(struct ts_evidence *ev, const char *name, const char *sql,
	const struct ts_budget *budget, struct ts_evidence ***shown, struct ts_err *err)
{
	const struct machine *m = find_or_fail(ev, name, err);
	struct view *v = m != NULL ? new_view(ev, false, m->name) : NULL;
	struct ts_conn *c = v != NULL ? open_view(v, sql, budget, err) : NULL;
	*shown = c != NULL ? &v->ev : NULL;
	return c;
}

struct ts_conn *ts_evidence_open_schema(const char *const *machines, const char *machine, struct ts_err *err)
{
	struct ts_evidence *ev = ts_evidence_new();
	struct ts_budget budget = { 0 };
	for (size_t i = 0; machines != NULL && machines[i] != NULL; i++) {
		ts_evidence_machine(ev, machines[i]);
	}
	ev->machines[0].source = TS_FROM_NONE;
	if (find_or_fail(ev, machine, err) == NULL) {
		ts_evidence_free(ev);
		return NULL;
	}
	return open_view(new_view(ev, true, machine), NULL, &budget, err);
}
