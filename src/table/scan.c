/* table/scan.c - one scan of a table: constraints, rows, the lines it writes into the ledger. Longer than other files, so that nobody
 * else sees what a scan consists of. */
#include "table/scan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "table/row-id.h"

#define POLL_ROWS 64 /* rows between two looks at the clock */

/* What the query asks for in one column. */
struct constraint {
	struct ts_value *values;
	size_t n, cap;
	bool given;  /* the query constrains the column, perhaps by something that no row can equal */
	bool looked; /* somebody asked for it: a hidden input that nobody looks at is not understood here */
};

enum stop { STOP_NOT, STOP_TIMEOUT, STOP_CANCELLED, STOP_TOO_BIG };

struct ts_scan {
	const struct ts_table *table;
	struct ts_budget *budget;
	struct ts_ledger *ledger;
	struct ts_arena *arena;
	struct constraint *constraints; /* one per column */
	uint64_t wanted;
	int64_t as_of;
	struct ts_probe_cache *probes;
	const char *subject;
	bool has_subject;
	struct ts_value *cells; /* nrows * ncolumns, then the row that is being made */
	size_t cap;
	int64_t nrows;
	size_t bytes;
	enum stop stop;
	bool said;              /* a ledger line was written */
	bool replayed;          /* rows come from a bundle or test case, through the match hook */
	const char **texts;     /* the hook's view of a row, one per column; made when first needed */
	char (*numbers)[32];    /* where numbers become text for it */
	struct ts_value *blank; /* a row with what is echoed into it; made when first needed */
	int next_column;        /* behind the one that was put last: columns are put in order */
	struct ts_stream stream;
	bool stepping; /* the stream's rows are taken one by one */
	bool ended;    /* no more of them are wanted */
	bool closed;
	int64_t identity;         /* of the stream's row */
	int64_t *ids;             /* made when the first one is asked for */
	struct ts_book *listener; /* who repeats what the ledger is told; NULL = nobody */
	struct ts_arena *listener_arena;
};

struct ts_scan *ts_scan_new(const struct ts_table *t, struct ts_budget *budget, struct ts_ledger *ledger)
{
	struct ts_scan *s = ts_xcalloc(1, sizeof(*s));
	s->table = t;
	s->budget = budget;
	s->ledger = ledger;
	s->arena = ts_arena_new();
	s->constraints = ts_arena_calloc(s->arena, (size_t)t->ncolumns, sizeof(*s->constraints));
	s->wanted = UINT64_MAX;
	s->subject = "";
	return s;
}

void ts_scan_free(struct ts_scan *s)
{
	if (s != NULL) {
		s->ended = true;
		if (s->stream.next != NULL) {
			ts_scan_close(s);
		}
		ts_arena_free(s->arena);
		free(s->cells);
		free(s->ids);
		free(s);
	}
}

/* Columns without which the scan makes no sense if their value is none. */
static bool is_needed(const struct ts_column *c)
{
	return (c->flags & (TS_REQUIRED | TS_SUBJECT)) != 0 || ts_column_is_input(c);
}

static int column_of(const struct ts_scan *s, const char *name)
{
	int i = ts_table_column(s->table, name);
	assert(i >= 0);
	return i;
}

/* --- constraints --- */

void ts_scan_set_as_of(struct ts_scan *s, int64_t as_of)
{
	s->as_of = as_of;
}

void ts_scan_set_probes(struct ts_scan *s, struct ts_probe_cache *probes)
{
	s->probes = probes;
}

void ts_scan_set_replayed(struct ts_scan *s)
{
	s->replayed = true;
}

void ts_scan_set_listener(struct ts_scan *s, struct ts_book *book, struct ts_arena *a)
{
	s->listener = book;
	s->listener_arena = a;
}

void ts_scan_set_wanted(struct ts_scan *s, uint64_t columns)
{
	s->wanted = columns;
}

void ts_scan_constrain_value(struct ts_scan *s, int column, struct ts_value value)
{
	struct constraint *c = &s->constraints[column];
	c->given = true;
	if (value.kind != TS_VALUE_NULL) {
		TS_ARENA_GROW(s->arena, c->values, c->cap, c->n);
		c->values[c->n++] = value;
	}
}

void ts_scan_constrain(struct ts_scan *s, int column, sqlite3_value *v)
{
	ts_scan_constrain_value(s, column, ts_value_from_sqlite(v, s->table->columns[column].type, s->arena));
}

/* The subject that the value of one column names. */
static const char *subject_part(struct ts_scan *s, int column)
{
	const char *text = ts_value_str(&s->constraints[column].values[0], s->arena);
	if ((s->table->columns[column].flags & TS_SUBJECT_PARENT) == 0) {
		return text;
	}
	const char *cut = strrchr(text, '\\');
	return cut != NULL ? ts_arena_strndup(s->arena, text, (size_t)(cut - text)) : text;
}

static void make_subject(struct ts_scan *s)
{
	for (int i = 0; i < s->table->ncolumns; i++) {
		if ((s->table->columns[i].flags & TS_SUBJECT) == 0 || s->constraints[i].n == 0) {
			continue;
		}
		const char *part = subject_part(s, i);
		/* A value's own column names the subject better than its parent does. */
		if (s->has_subject && (s->table->columns[i].flags & TS_SUBJECT_PARENT) != 0) {
			continue;
		}
		s->subject = s->has_subject ? ts_arena_printf(s->arena, "%s:%s", s->subject, part) : part;
		s->has_subject = true;
	}
}

bool ts_scan_ready(struct ts_scan *s)
{
	make_subject(s);
	for (int i = 0; i < s->table->ncolumns; i++) {
		const struct constraint *c = &s->constraints[i];
		if (c->given && c->n == 0 && is_needed(&s->table->columns[i])) {
			ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED,
				"there is no value for %s, or one that it cannot have",
				s->table->columns[i].name);
			return false;
		}
	}
	return true;
}

const struct ts_table *ts_scan_table(const struct ts_scan *s)
{
	return s->table;
}

struct ts_budget *ts_scan_budget(struct ts_scan *s)
{
	return s->budget;
}

struct ts_arena *ts_scan_arena(struct ts_scan *s)
{
	return s->arena;
}

int64_t ts_scan_as_of(const struct ts_scan *s)
{
	return s->as_of;
}

struct ts_probe_cache *ts_scan_probes(const struct ts_scan *s)
{
	return s->probes;
}

const char *ts_scan_subject(const struct ts_scan *s)
{
	return s->subject;
}

bool ts_scan_has_subject(const struct ts_scan *s)
{
	return s->has_subject;
}

/* The constraint of a column, noted as looked at. */
static const struct constraint *look(struct ts_scan *s, const char *column)
{
	struct constraint *c = &s->constraints[column_of(s, column)];
	c->looked = true;
	return c;
}

int ts_scan_count(struct ts_scan *s, const char *column)
{
	return (int)look(s, column)->n;
}

const char *ts_scan_text(struct ts_scan *s, const char *column, int i)
{
	const struct constraint *c = look(s, column);
	return i >= 0 && (size_t)i < c->n ? ts_value_str(&c->values[i], s->arena) : NULL;
}

bool ts_scan_int(struct ts_scan *s, const char *column, int i, int64_t *out)
{
	const struct constraint *c = look(s, column);
	if (i < 0 || (size_t)i >= c->n || c->values[i].kind != TS_VALUE_INT) {
		return false;
	}
	*out = c->values[i].i;
	return true;
}

static bool allows(const struct constraint *c, const struct ts_value *v, bool nocase)
{
	for (size_t i = 0; i < c->n; i++) {
		if (ts_value_equal(&c->values[i], v, nocase)) {
			return true;
		}
	}
	return c->n == 0;
}

bool ts_scan_allows_int(struct ts_scan *s, const char *column, int64_t v)
{
	struct ts_value value = ts_value_int(v);
	return allows(look(s, column), &value, false);
}

bool ts_scan_allows_text(struct ts_scan *s, const char *column, const char *v)
{
	struct ts_value value = ts_value_text(v);
	int i = column_of(s, column);
	return allows(look(s, column), &value, (s->table->columns[i].flags & TS_NOCASE) != 0);
}

bool ts_scan_wants(struct ts_scan *s, const char *column)
{
	int i = column_of(s, column);
	return (s->wanted >> (i < 63 ? i : 63) & 1) !=
	       0; /* SQLite's last bit stands for all columns from the 64th on */
}

bool ts_scan_over(struct ts_scan *s)
{
	if (s->stop == STOP_NOT) {
		enum ts_budget_state state = ts_budget_check(s->budget);
		s->stop = state == TS_BUDGET_TIMEOUT     ? STOP_TIMEOUT
			  : state == TS_BUDGET_CANCELLED ? STOP_CANCELLED
							 : STOP_NOT;
	}
	return s->stop != STOP_NOT;
}

/* --- rows --- */

static struct ts_value *cell(struct ts_scan *s, int64_t row, int column)
{
	return &s->cells[(size_t)row * (size_t)s->table->ncolumns + (size_t)column];
}

static struct ts_value *make_blank(struct ts_scan *s)
{
	struct ts_value *blank = ts_arena_calloc(s->arena, (size_t)s->table->ncolumns, sizeof(*blank));
	for (int i = 0; i < s->table->ncolumns; i++) {
		const struct ts_column *c = &s->table->columns[i];
		bool echo =
			(ts_column_is_input(c) || (c->flags & TS_REQUIRED) != 0) && s->constraints[i].n == 1;
		blank[i] = echo ? s->constraints[i].values[0] : ts_value_null();
	}
	return blank;
}

void ts_row_begin(struct ts_scan *s)
{
	size_t need = ((size_t)s->nrows + 1) * (size_t)s->table->ncolumns;
	if (need > s->cap) {
		s->cap = need * 2;
		s->cells = ts_xreallocarray(s->cells, s->cap, sizeof(*s->cells));
	}
	if (s->blank == NULL) {
		s->blank = make_blank(s);
	}
	memcpy(cell(s, s->nrows, 0), s->blank, (size_t)s->table->ncolumns * sizeof(*s->blank));
	s->next_column = 0;
}

static void put(struct ts_scan *s, const char *column, enum ts_type type, struct ts_value v)
{
	int i = s->next_column;
	while (i < s->table->ncolumns && strcmp(s->table->columns[i].name, column) != 0) {
		i++;
	}
	i = i < s->table->ncolumns ? i : column_of(s, column);
	assert((s->table->columns[i].type == TS_TEXT) == (type == TS_TEXT));
	(void)type; /* in release builds */
	*cell(s, s->nrows, i) = v;
	s->next_column = i + 1;
}

void ts_row_text(struct ts_scan *s, const char *column, const char *v)
{
	s->bytes += v != NULL ? strlen(v) : 0;
	put(s, column, TS_TEXT, ts_value_text(ts_arena_strdup(s->arena, v)));
}

void ts_row_text_kept(struct ts_scan *s, const char *column, const char *v)
{
	if (s->stepping) {
		put(s, column, TS_TEXT, ts_value_text(v));
	} else {
		ts_row_text(s, column, v);
	}
}

void ts_row_int(struct ts_scan *s, const char *column, int64_t v)
{
	put(s, column, TS_BIGINT, ts_value_int(v));
}

void ts_row_real(struct ts_scan *s, const char *column, double v)
{
	put(s, column, TS_REAL, ts_value_real(v));
}

bool ts_row_end(struct ts_scan *s)
{
	s->nrows++;
	s->bytes += (size_t)s->table->ncolumns * sizeof(*s->cells);
	if (s->bytes > TS_SCAN_MAX_BYTES && s->stop == STOP_NOT) {
		s->stop = STOP_TOO_BIG;
	}
	return s->stop == STOP_NOT && (s->nrows % POLL_ROWS != 0 || !ts_scan_over(s));
}

/* Does the table's own hook let the row pass? */
static bool hook_allows(struct ts_scan *s, const struct ts_value *values)
{
	if (s->table->match == NULL) {
		return true;
	}
	if (s->texts == NULL) {
		s->texts = ts_arena_calloc(s->arena, (size_t)s->table->ncolumns, sizeof(*s->texts));
		s->numbers = ts_arena_calloc(s->arena, (size_t)s->table->ncolumns, sizeof(*s->numbers));
	}
	for (int i = 0; i < s->table->ncolumns; i++) {
		switch (values[i].kind) {
		case TS_VALUE_NULL: s->texts[i] = NULL; continue;
		case TS_VALUE_TEXT: s->texts[i] = values[i].s; continue;
		case TS_VALUE_INT:
			snprintf(s->numbers[i], sizeof(s->numbers[i]), "%lld", (long long)values[i].i);
			break;
		case TS_VALUE_REAL:
			snprintf(s->numbers[i], sizeof(s->numbers[i]), "%.15g", values[i].d);
			break;
		}
		s->texts[i] = s->numbers[i];
	}
	return s->table->match(s, s->texts);
}

bool ts_scan_offer(struct ts_scan *s, const struct ts_value *values)
{
	for (int i = 0; i < s->table->ncolumns; i++) {
		const struct ts_column *c = &s->table->columns[i];
		if (!ts_column_is_input(c) &&
			!allows(&s->constraints[i], &values[i], (c->flags & TS_NOCASE) != 0)) {
			return s->stop == STOP_NOT;
		}
	}
	if (!hook_allows(s, values)) {
		return s->stop == STOP_NOT;
	}
	ts_row_begin(s);
	for (int i = 0; i < s->table->ncolumns; i++) {
		if (ts_column_is_input(&s->table->columns[i])) {
			continue;
		}
		struct ts_value v = values[i];
		if (v.kind == TS_VALUE_TEXT) {
			v.s = ts_arena_strdup(s->arena, v.s);
			s->bytes += strlen(v.s);
		}
		*cell(s, s->nrows, i) = v;
	}
	return ts_row_end(s);
}

int64_t ts_scan_rows(const struct ts_scan *s)
{
	return s->nrows;
}

/* --- rows one by one --- */

void ts_scan_stream(struct ts_scan *s, struct ts_stream stream)
{
	s->stream = stream;
}

void ts_row_identity(struct ts_scan *s, int64_t id)
{
	s->identity = id;
}

void ts_scan_set_stepping(struct ts_scan *s)
{
	s->stepping = true;
}

static bool is_stepped(const struct ts_scan *s)
{
	return s->stepping && s->stream.next != NULL;
}

bool ts_scan_next(struct ts_scan *s, int64_t *row)
{
	if (!is_stepped(s)) {
		return ++*row < s->nrows;
	}
	*row = 0;
	s->nrows = 0;
	s->bytes = 0;
	s->ended = s->ended || s->stop != STOP_NOT || !s->stream.next(s->stream.ctx, s);
	if (s->ended) {
		ts_scan_close(s);
	}
	return !s->ended;
}

const struct ts_value *ts_scan_cell(const struct ts_scan *s, int64_t row, int column)
{
	return &s->cells[(size_t)row * (size_t)s->table->ncolumns + (size_t)column];
}

int64_t ts_scan_row_id(struct ts_scan *s, int64_t row)
{
	if (is_stepped(s)) {
		return s->identity;
	}
	if (s->ids == NULL) {
		s->ids = ts_row_ids(s);
	}
	return s->ids[row];
}

/* --- ledger --- */

void ts_scan_saw(struct ts_scan *s, const char *subject, enum ts_seen seen, const char *detail)
{
	s->said = true;
	subject = subject != NULL ? subject : s->subject;
	ts_ledger_add(s->ledger, s->table->name, subject, seen, detail);
	if (s->listener != NULL) {
		ts_book_add(s->listener, s->listener_arena, s->table->name, subject, seen, detail);
	}
}

void ts_scan_sawf(struct ts_scan *s, enum ts_seen seen, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *detail = ts_xvasprintf(fmt, ap);
	va_end(ap);
	ts_scan_saw(s, NULL, seen, detail);
	free(detail);
}

/* Make all rows that are wanted of a stream, and let it say what it saw. */
static void end_stream(struct ts_scan *s)
{
	while (!s->stepping && s->stop == STOP_NOT && s->stream.next(s->stream.ctx, s)) {
	}
	s->stream.finish(s->stream.ctx, s);
}

void ts_scan_close(struct ts_scan *s)
{
	if (s->closed || (is_stepped(s) && !s->ended)) {
		return;
	}
	s->closed = true;
	if (s->stream.next != NULL) {
		end_stream(s);
	}
	switch (s->stop) {
	case STOP_NOT: break;
	case STOP_TIMEOUT: ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT, "the check's time limit came first"); break;
	case STOP_CANCELLED: ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT, "cancelled"); break;
	case STOP_TOO_BIG:
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "more than %d MB of rows; the rest was cut off",
			(int)(TS_SCAN_MAX_BYTES >> 20));
		break;
	}
	for (int i = 0; i < s->table->ncolumns; i++) {
		const struct constraint *c = &s->constraints[i];
		/* With no row to compare, the hook had no occasion to look. */
		bool idle = s->replayed && s->table->match != NULL && s->texts == NULL;
		if (ts_column_is_input(&s->table->columns[i]) && c->given && !c->looked && !idle) {
			ts_scan_sawf(s, TS_SEEN_UNSUPPORTED, "%s is not understood here",
				s->table->columns[i].name);
		}
	}
	if (!s->said) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED, "nothing is known of what was read");
	}
}
