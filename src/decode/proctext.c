/* decode/proctext.c - services from the text of sc, processes from the CSV of tasklist. */
#include "decode/proctext.h"

#include <string.h>
#include "base/alloc.h"

#define FEW       8  /* lines of a service that say something */
#define MAX_LABEL 48 /* bytes */

/* --- sc query, sc queryex --- */

/* The indented lines of a service, in their order. */
enum { LINE_TYPE, LINE_STATE, LINE_WIN32_EXIT, LINE_SERVICE_EXIT, LINE_CHECKPOINT, LINE_WAIT_HINT, LINE_PID };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* "LABEL   : value"; the label is in the language of the system. Lines that go on from the one before have none. */
static bool split(struct ts_str line, struct ts_str *value)
{
	struct ts_str s = ts_str_trim(line);
	const char *colon = s.n > 0 ? memchr(s.p, ':', s.n < MAX_LABEL ? s.n : MAX_LABEL) : NULL;
	if (colon == NULL || colon == s.p || *s.p == '(' || *s.p == '[') {
		return false;
	}
	*value = ts_str_trim((struct ts_str){ colon + 1, (size_t)(s.p + s.n - colon - 1) });
	return true;
}

/* The number that the text begins with, which ends it or has a blank behind it. */
static bool number(struct ts_str s, int base, int64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;
	for (; i < s.n && i < 16; i++) {
		char c = (char)(s.p[i] | 32);
		int digit = s.p[i] >= '0' && s.p[i] <= '9'       ? s.p[i] - '0'
			    : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
								 : -1;
		if (digit < 0) {
			break;
		}
		v = v * (unsigned)base + (unsigned)digit;
	}
	*out = (int64_t)v;
	return i > 0 && v <= UINT32_MAX && (i == s.n || is_blank(s.p[i]));
}

/* "1077  (0x435)": what the lines of sc qc do not have in this place. */
static bool exit_code(struct ts_str s, int64_t *out)
{
	return number(s, 10, out) && s.n > 0 && s.p[s.n - 1] == ')' && memmem(s.p, s.n, "(0x", 3) != NULL;
}

/* What was gathered of a service; false when it is none. */
static bool service_of(struct ts_proc_line *l, const struct ts_str values[FEW], size_t n)
{
	l->pid = -1;
	if (l->name.n == 0 || n <= LINE_SERVICE_EXIT || !number(values[LINE_TYPE], 16, &l->type) ||
		!number(values[LINE_STATE], 10, &l->state) || l->state < 1 || l->state > 7 ||
		!exit_code(values[LINE_WIN32_EXIT], &l->win32_exit) ||
		!exit_code(values[LINE_SERVICE_EXIT], &l->service_exit)) {
		return false;
	}
	if (n > LINE_PID && !number(values[LINE_PID], 10, &l->pid)) {
		l->pid = -1;
	}
	return true;
}

static size_t read_services(struct ts_str text, ts_proctext_fn *fn, void *ctx)
{
	struct ts_proc_line l = { 0 };
	struct ts_str line, value, values[FEW];
	size_t n = 0, found = 0;
	bool more = true;
	while (more) {
		more = ts_str_line(&text, &line);
		bool indented = more && line.n > 0 && is_blank(line.p[0]);
		if (indented) {
			if (n < FEW && split(line, &value)) {
				values[n++] = value;
			}
			continue;
		}
		if (n > 0 || !more) { /* the end of what was gathered */
			if (service_of(&l, values, n)) {
				found++;
				if (fn != NULL && !fn(ctx, &l)) {
					return found;
				}
			}
			l = (struct ts_proc_line){ 0 };
			n = 0;
		}
		if (more && split(line, &value)) {
			if (l.name.n == 0) {
				l.name = value;
			} else {
				l.display_name = value;
			}
		} else {
			l = (struct ts_proc_line){ 0 };
		}
	}
	return found;
}

/* --- tasklist /fo csv --- */

#define TASK_COLUMNS 5 /* of which the first, second and fourth are looked at; with /v there are nine */

/* Fields in quotes, with commas between; "" within stays as it is. How many there are, 0 when the line is none. */
static size_t fields_of(struct ts_str line, struct ts_str out[TASK_COLUMNS])
{
	size_t n = 0, i = 0;
	for (;;) {
		if (i >= line.n || line.p[i] != '"') {
			return 0;
		}
		size_t begin = ++i;
		while (i < line.n && (line.p[i] != '"' || (i + 1 < line.n && line.p[i + 1] == '"'))) {
			i += line.p[i] == '"' ? 2 : 1;
		}
		if (i >= line.n) {
			return 0;
		}
		if (n < TASK_COLUMNS) {
			out[n] = (struct ts_str){ line.p + begin, i - begin };
		}
		n++;
		if (++i == line.n) {
			return n;
		}
		if (line.p[i++] != ',') {
			return 0;
		}
	}
}

static bool whole_number(struct ts_str s, int64_t *out)
{
	return s.n > 0 && memchr(s.p, ' ', s.n) == NULL && number(s, 10, out);
}

static size_t read_tasks(struct ts_str text, ts_proctext_fn *fn, void *ctx)
{
	struct ts_str line, fields[TASK_COLUMNS];
	size_t found = 0;
	while (ts_str_line(&text, &line)) {
		struct ts_proc_line l = { 0 };
		int64_t session;
		size_t n = fields_of(ts_str_trim(line), fields);
		if ((n != TASK_COLUMNS && n != 9) || fields[0].n == 0 || !whole_number(fields[1], &l.pid) ||
			!whole_number(fields[3], &session)) {
			continue; /* the heads of the columns, in the language of the system */
		}
		l.name = fields[0];
		found++;
		if (fn != NULL && !fn(ctx, &l)) {
			break;
		}
	}
	return found;
}

/* --- both --- */

enum ts_proctext_kind ts_proctext_recognise(struct ts_str text)
{
	return read_services(text, NULL, NULL) > 0 ? TS_PROCTEXT_SERVICES
	       : read_tasks(text, NULL, NULL) > 0  ? TS_PROCTEXT_TASKS
						   : TS_PROCTEXT_NONE;
}

size_t ts_proctext_read(enum ts_proctext_kind kind, struct ts_str text, ts_proctext_fn *fn, void *ctx)
{
	switch (kind) {
	case TS_PROCTEXT_NONE: break;
	case TS_PROCTEXT_SERVICES: return read_services(text, fn, ctx);
	case TS_PROCTEXT_TASKS: return read_tasks(text, fn, ctx);
	}
	return 0;
}
