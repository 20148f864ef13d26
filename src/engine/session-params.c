/* engine/session-params.c - parameters of a session: set, default, refused, put into text; and its clocks. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "engine/session-private.h"
#include "os/os.h"

static bool fits(const struct param_state *p, const char *value)
{
	return !p->bad_pattern && (p->re == NULL || ts_regex_full(p->re, value));
}

void ts_session_params_init(struct ts_session *s)
{
	const struct ts_entry *e = s->entry;
	s->params = ts_xcalloc(e->nparams + 1, sizeof(*s->params));
	for (size_t i = 0; i < e->nparams; i++) {
		struct param_state *p = &s->params[i];
		if (e->params[i].match != NULL) {
			p->re = ts_regex_new(e->params[i].match, false, NULL, NULL);
			p->bad_pattern = p->re == NULL;
		}
		p->default_fits = e->params[i].def != NULL && fits(p, e->params[i].def);
	}
}

void ts_session_params_finish(struct ts_session *s)
{
	for (size_t i = 0; i < s->entry->nparams; i++) {
		free(s->params[i].value);
		ts_regex_free(s->params[i].re);
	}
	free(s->params);
}

int ts_session_param(const struct ts_session *s, const char *name)
{
	for (size_t i = 0; i < s->entry->nparams; i++) {
		if (strcmp(s->entry->params[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

const char *ts_session_missing(const struct ts_session *s, int node)
{
	for (const char **name = s->entry->nodes[node].params; name != NULL && *name != NULL; name++) {
		if (ts_session_get(s, *name) == NULL) {
			return *name;
		}
	}
	return NULL;
}

static bool binds(const struct ts_node *n, const char *name)
{
	for (const char **p = n->params; p != NULL && *p != NULL; p++) {
		if (strcmp(*p, name) == 0) {
			return true;
		}
	}
	return false;
}

/* The list of names for a wrong one; NULL-terminated, to be freed. */
static const char **param_names(const struct ts_entry *e)
{
	const char **names = ts_xcalloc(e->nparams + 1, sizeof(*names));
	for (size_t i = 0; i < e->nparams; i++) {
		names[i] = e->params[i].name;
	}
	return names;
}

static bool fail_name(const struct ts_entry *e, const char *name, struct ts_err *err)
{
	if (e->nparams == 0) {
		return ts_fail(err, "%s has no parameters, and so none called %s", e->id, name);
	}
	const char **names = param_names(e);
	const char *near = ts_nearest(name, names);
	struct ts_buf b;
	ts_buf_init(&b, sizeof(err->text));
	for (size_t i = 0; i < e->nparams; i++) {
		ts_buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 == e->nparams ? " and " : ", ", names[i]);
	}
	ts_fail(err, "%s has no parameter %s; it has %s%s%s%s", e->id, name, ts_buf_str(&b),
		near != NULL ? " (did you mean " : "", near != NULL ? near : "", near != NULL ? "?)" : "");
	ts_buf_finish(&b);
	free(names);
	return false;
}

/* Results that depend on this parameter, or wait for it, are void. */
static void forget_binding(struct ts_session *s, const char *name)
{
	ts_session_drop_round(s);
	for (size_t i = 0; i < s->entry->nnodes; i++) {
		if (binds(&s->entry->nodes[i], name)) {
			ts_session_clear_result(s, (int)i);
		}
	}
	s->derived->stale = true;
}

bool ts_session_set(struct ts_session *s, const char *name, const char *value, struct ts_err *err)
{
	int i = ts_session_param(s, name);
	if (i < 0) {
		return fail_name(s->entry, name, err);
	}
	struct param_state *p = &s->params[i];
	if (p->bad_pattern) {
		return ts_fail(err, "%s of %s cannot be set: its pattern %s is no regular expression", name,
			s->entry->id, s->entry->params[i].match);
	}
	if (!fits(p, value)) {
		return ts_fail(err, "\"%s\" is no value for %s: the whole of it must match %s", value, name,
			s->entry->params[i].match);
	}
	if (p->value != NULL && strcmp(p->value, value) == 0) {
		return true;
	}
	/* A value equal to the default is still news: now the person has named it, and it may be contacted.
	 */
	char *copy = ts_xstrdup(value);
	free(p->value);
	p->value = copy;
	p->refused = false;
	s->given_serial++;
	forget_binding(s, s->entry->params[i].name);
	return true;
}

void ts_session_refuse_param(struct ts_session *s, const char *name)
{
	int i = ts_session_param(s, name);
	if (i >= 0) {
		s->params[i].refused = true;
		s->given_serial++;
	}
}

const char *ts_session_get(const struct ts_session *s, const char *name)
{
	int i = ts_session_param(s, name);
	if (i < 0) {
		return NULL;
	}
	return s->params[i].value != NULL ? s->params[i].value : s->entry->params[i].def;
}

/* The value that may stand in text for text[1..n), NULL = leave it as written. */
static const char *expansion(const struct ts_session *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->entry->nparams; i++) {
		const struct ts_param *p = &s->entry->params[i];
		if (strlen(p->name) == n && memcmp(p->name, name, n) == 0) {
			return s->params[i].value != NULL  ? s->params[i].value
			       : s->params[i].default_fits ? p->def
							   : NULL;
		}
	}
	return NULL;
}

char *ts_session_expand(const struct ts_session *s, const char *text)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (const char *p = text; *p != '\0';) {
		const char *open = strchr(p, '{');
		if (open == NULL) {
			ts_buf_puts(&b, p);
			break;
		}
		ts_buf_put(&b, p, (size_t)(open - p));
		size_t n = strcspn(open + 1, "{}");
		const char *value = open[1 + n] == '}' ? expansion(s, open + 1, n) : NULL;
		if (value != NULL) {
			ts_buf_puts(&b, value);
			p = open + n + 2;
		} else {
			ts_buf_putc(&b, '{');
			p = open + 1;
		}
	}
	return ts_buf_take(&b);
}

int64_t ts_session_now(const struct ts_session *s, const char *machine)
{
	if (!s->has_evidence || s->evidence.as_of == NULL) {
		return ts_os_now();
	}
	return s->evidence.as_of(s->evidence.ctx, machine != NULL ? machine : "here");
}

char *ts_session_since_at(const struct ts_session *s, int64_t now)
{
	const int64_t longest = INT64_C(1) << 40; /* beyond any log; keeps the subtraction within bounds */
	int64_t back = s->options.since_s < longest ? s->options.since_s : longest;
	char *buf = ts_xmalloc(TS_ISO_SIZE);
	ts_run_iso8601(now < INT64_MIN + longest ? INT64_MIN : now - back, buf);
	return buf;
}

char *ts_session_since(const struct ts_session *s, const char *machine)
{
	return ts_session_since_at(s, ts_session_now(s, machine));
}
