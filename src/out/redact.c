/* out/redact.c - pseudonyms: a scan from left to right; at each start of a word the recognisers are tried
 * in order, and the first that knows the place replaces it. A little over 500 lines, because the
 * recognisers share one set of lists and are read together. */
#include "out/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"

#define NAMES_MAX                                                                                            \
	1000 /* of each list; what comes later shares the number 0, so that hostile evidence costs no time */

struct name {
	enum ts_secret kind;
	const char *text;
	size_t len;
	size_t number;
};

struct list { /* strings in order of first appearance; their number is the pseudonym's */
	const char **items;
	size_t count, cap;
};

struct ts_redactor {
	enum ts_redact mode;
	struct ts_arena *arena;
	struct name *names;
	size_t nnames, cap;
	bool starts[256]; /* by lower-case first byte: some name begins with it */
	struct name other;
	size_t numbers[TS_SECRET_USER + 1]; /* last number given, by kind */
	struct list nets, hosts4, nets6, hosts6, sids;
};

struct ts_redactor *ts_redact_new(enum ts_redact mode)
{
	struct ts_redactor *r = ts_xcalloc(1, sizeof(*r));

	r->mode = mode;
	r->arena = ts_arena_new();
	return r;
}

struct ts_arena *ts_redact_arena(struct ts_redactor *r)
{
	return r->arena;
}

void ts_redact_free(struct ts_redactor *r)
{
	if (r != NULL) {
		ts_arena_free(r->arena);
		free(r->names);
		free(r);
	}
}

/* ---- bytes ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name(char c)
{
	return is_word(c) || c == '-' || c == '.';
}

static size_t span(const char *p, bool (*test)(char c))
{
	size_t n = 0;

	while (p[n] != '\0' && test(p[n])) {
		n++;
	}
	return n;
}

/* A name without the dots and hyphens that end a sentence. */
static size_t name_span(const char *p)
{
	size_t n = span(p, is_name);

	while (n > 0 && !is_word(p[n - 1])) {
		n--;
	}
	return n;
}

static size_t number_of(struct ts_redactor *r, struct list *l, const char *text, size_t n)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strlen(l->items[i]) == n && strncasecmp(l->items[i], text, n) == 0) {
			return i + 1;
		}
	}
	if (l->count >= NAMES_MAX) {
		return 0;
	}
	TS_ARENA_GROW(r->arena, l->items, l->cap, l->count);
	l->items[l->count++] = ts_arena_strndup(r->arena, text, n);
	return l->count;
}

/* ---- names ---- */

static bool is_known_word(const char *p, size_t n)
{
	/* Accounts and computers that every system has say nothing about anybody. */
	static const char *const common[] = { ".", "administrator", "administrators", "all users",
		"anonymous logon", "any", "builtin", "default", "default user", "domain", "everyone",
		"font driver host", "guest", "here", "hkcu", "hklm", "hkcr", "hku", "hkey_local_machine",
		"hkey_current_user", "hkey_users", "local service", "localhost", "network service", "none",
		"nt authority", "nt service", "public", "root", "service", "system", "window manager",
		"workgroup" };

	for (size_t i = 0; i < TS_COUNT(common); i++) {
		if (strlen(common[i]) == n && strncasecmp(common[i], p, n) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_address_like(const char *p, size_t n)
{
	bool digits = true, hex = true, colon = false;

	for (size_t i = 0; i < n; i++) {
		digits = digits && (isdigit((unsigned char)p[i]) || p[i] == '.');
		hex = hex && (isxdigit((unsigned char)p[i]) || p[i] == ':' || p[i] == '.');
		colon = colon || p[i] == ':';
	}
	return digits || (hex && colon);
}

static struct name *find_name(struct ts_redactor *r, const char *p, size_t n)
{
	for (size_t i = 0; i < r->nnames; i++) {
		if (r->names[i].len == n && strncasecmp(r->names[i].text, p, n) == 0) {
			return &r->names[i];
		}
	}
	return NULL;
}

static struct name *add_name(
	struct ts_redactor *r, enum ts_secret kind, const char *p, size_t n, size_t number)
{
	struct name *name = find_name(r, p, n);

	if (name == NULL && r->nnames >= NAMES_MAX) {
		r->other.kind = kind;
		return &r->other;
	}
	if (name == NULL) {
		r->starts[tolower((unsigned char)*p)] = true;
		TS_GROW(r->names, r->cap, r->nnames);
		name = &r->names[r->nnames++];
		*name = (struct name){ kind, ts_arena_strndup(r->arena, p, n), n,
			number > 0 ? number : ++r->numbers[kind] };
	}
	return name;
}

static struct name *learn(struct ts_redactor *r, enum ts_secret kind, const char *p, size_t n)
{
	const char *dot = memchr(p, '.', n);
	struct name *name;

	if (n < 2 || is_known_word(p, n) || is_address_like(p, n)) {
		return NULL;
	}
	name = add_name(r, kind, p, n, 0);
	/* srv1 is the same computer as srv1.corp.example. */
	if (kind == TS_SECRET_HOST && dot != NULL && dot - p >= 2) {
		add_name(r, kind, p, (size_t)(dot - p), name->number);
		name = find_name(r, p, n); /* the list may have moved */
	}
	return name;
}

void ts_redact_learn(struct ts_redactor *r, enum ts_secret kind, const char *name)
{
	const char *slash = strchr(name, '\\'), *at = strchr(name, '@');

	if (kind == TS_SECRET_USER && slash != NULL) {
		learn(r, TS_SECRET_DOMAIN, name, (size_t)(slash - name));
		name = slash + 1;
	} else if (kind == TS_SECRET_USER && at != NULL) {
		learn(r, TS_SECRET_DOMAIN, at + 1, strlen(at + 1));
		learn(r, kind, name, (size_t)(at - name));
		return;
	}
	learn(r, kind, name, strlen(name));
}

void ts_redact_learn_cell(struct ts_redactor *r, const char *column, const char *value)
{
	static const struct {
		const char *column;
		enum ts_secret kind;
	} columns[] = {
		{ "account", TS_SECRET_USER },
		{ "cname", TS_SECRET_HOST },
		{ "client", TS_SECRET_HOST },
		{ "computer", TS_SECRET_HOST },
		{ "computer_name", TS_SECRET_HOST },
		{ "domain", TS_SECRET_DOMAIN },
		{ "gateway", TS_SECRET_HOST },
		{ "host", TS_SECRET_HOST },
		{ "hostname", TS_SECRET_HOST },
		{ "local_hostname", TS_SECRET_HOST },
		{ "server", TS_SECRET_HOST },
		{ "target", TS_SECRET_HOST },
		{ "user", TS_SECRET_USER },
		{ "username", TS_SECRET_USER },
		{ "workstation", TS_SECRET_HOST },
	};

	for (size_t i = 0; i < TS_COUNT(columns); i++) {
		if (ts_str_case_eq(columns[i].column, column)) {
			ts_redact_learn(r, columns[i].kind, value);
		}
	}
}

void ts_redact_learn_report(struct ts_redactor *r, const struct ts_report *report)
{
	const struct ts_entry *e = report->entry;

	for (size_t i = 0; e != NULL && report->session != NULL && i < e->nparams; i++) {
		const char *value = ts_session_get(report->session, e->params[i].name);
		bool user = ts_str_case_find(e->params[i].name, "user") != NULL ||
			    ts_str_case_find(e->params[i].name, "account") != NULL;

		if (value != NULL && (e->params[i].def == NULL || strcmp(e->params[i].def, value) != 0)) {
			ts_redact_learn(r, user ? TS_SECRET_USER : TS_SECRET_HOST, value);
		}
	}
	for (size_t i = 0; e != NULL && report->session != NULL && i < e->nnodes; i++) {
		const struct ts_result *result = ts_session_result(report->session, (int)i);

		for (size_t k = 0; k < result->nrows; k++) {
			for (size_t m = 0; m < result->rows[k].n; m++) {
				const struct ts_cell *c = &result->rows[k].cells[m];

				if (c->text != NULL) {
					ts_redact_learn_cell(r, c->name, c->text);
				}
			}
		}
	}
}

static void put_name(struct ts_buf *out, const struct name *n)
{
	static const char *const kinds[] = {
		[TS_SECRET_HOST] = "HOST", [TS_SECRET_DOMAIN] = "DOMAIN", [TS_SECRET_USER] = "USER"
	};

	ts_buf_printf(out, "%s-%zu", kinds[n->kind], n->number);
}

/* ---- recognisers: length of what they replaced at p, or 0; before is the byte before p ---- */

static size_t redact_sid(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	size_t n = 2, parts = 0;

	(void)before;
	if (r->mode != TS_REDACT_STRICT || strncasecmp(p, "S-1-", 4) != 0) {
		return 0;
	}
	while (isdigit((unsigned char)p[n]) || (p[n] == '-' && isdigit((unsigned char)p[n + 1]))) {
		parts += p[n] == '-';
		n++;
	}
	if (parts < 4) { /* S-1-5-18, S-1-5-32-544 are the same everywhere */
		return 0;
	}
	ts_buf_printf(out, "SID-%zu", number_of(r, &r->sids, p, n));
	return n;
}

static size_t redact_ipv4(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	unsigned byte[4];
	size_t n = 0, net = 0;

	if (r->mode != TS_REDACT_STRICT || before == '.' || !isdigit((unsigned char)*p)) {
		return 0;
	}
	for (int i = 0; i < 4; i++) {
		size_t digits = 0;

		byte[i] = 0;
		while (digits < 4 && isdigit((unsigned char)p[n])) {
			byte[i] = 10 * byte[i] + (unsigned)(p[n++] - '0');
			digits++;
		}
		if (digits == 0 || digits > 3 || byte[i] > 255 || (i < 3 && p[n] != '.')) {
			return 0;
		}
		net = i == 2 ? n : net;
		n += i < 3;
	}
	if (is_word(p[n]) || (p[n] == '.' && isdigit((unsigned char)p[n + 1]))) {
		return 0; /* a version, not an address */
	}
	if (byte[0] == 127 || byte[0] == 0 || byte[0] == 255) { /* loopback, any, netmask */
		return 0;
	}
	size_t network = number_of(r, &r->nets, p, net);

	ts_buf_printf(out, "IP-%zu.%zu", network, number_of(r, &r->hosts4, p, n));
	return n;
}

static bool is_ipv6(char c)
{
	return isxdigit((unsigned char)c) || c == ':';
}

static size_t redact_ipv6(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	size_t n = span(p, is_ipv6), colons = 0, net = 0;
	bool twice = false;

	if (r->mode != TS_REDACT_STRICT || before == ':' || n < 3) {
		return 0;
	}
	while (n > 2 && p[n - 1] == ':' && p[n - 2] != ':') {
		n--;
	}
	for (size_t i = 0, group = 0; i < n; i++) {
		group = p[i] == ':' ? 0 : group + 1;
		colons += p[i] == ':';
		twice = twice || (i > 0 && p[i] == ':' && p[i - 1] == ':');
		net = colons <= 3 && p[i] != ':' ? i + 1 : net;
		if (group > 4 || colons > 7) {
			return 0;
		}
	}
	if ((!twice && colons != 7) || n <= 3 || is_word(p[n])) { /* a time of day, ::, ::1 */
		return 0;
	}
	size_t network = number_of(r, &r->nets6, p, net);

	ts_buf_printf(out, "IP6-%zu.%zu", network, number_of(r, &r->hosts6, p, n));
	return n;
}

/* C:\Users\NAME, /home/NAME: the folder's name is the account's. */
static size_t redact_home(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	static const char *const parents[] = { "\\Users\\", "\\\\Users\\\\", "/home/", "/Users/" };

	(void)before;
	for (size_t i = 0; i < TS_COUNT(parents); i++) {
		size_t n = strlen(parents[i]), len;
		struct name *name;

		if (strncasecmp(p, parents[i], n) != 0 || (len = name_span(p + n)) == 0) {
			continue;
		}
		name = learn(r, TS_SECRET_USER, p + n, len);
		if (name != NULL) {
			ts_buf_put(out, p, n);
			put_name(out, name);
			return n + len;
		}
	}
	return 0;
}

/* user@domain */
static size_t redact_mail(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	size_t n = name_span(p), m;

	if (n == 0 || p[n] != '@' || is_name(before) || (m = name_span(p + n + 1)) == 0) {
		return 0;
	}
	struct name *user = learn(r, TS_SECRET_USER, p, n);
	struct name copy = user != NULL ? *user : (struct name){ 0 }; /* the next learn may move it */
	struct name *domain = learn(r, TS_SECRET_DOMAIN, p + n + 1, m);

	if (user == NULL || domain == NULL) {
		return 0;
	}
	put_name(out, &copy);
	ts_buf_putc(out, '@');
	put_name(out, domain);
	return n + 1 + m;
}

/* DOMAIN\user: one backslash, and no path around it. */
static size_t redact_logon(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	size_t n = name_span(p), m, gap = 1;

	if (n == 0 || p[n] != '\\' || before == '\\' || before == '/' || before == ':' || is_name(before) ||
		before == '%' || is_known_word(p, n)) {
		return 0;
	}
	gap += p[n + 1] == '\\';
	m = name_span(p + n + gap);
	/* A path goes on; "NT AUTHORITY\SYSTEM" is no secret, nor is its second word a domain. */
	if (m == 0 || p[n + gap + m] == '\\' || is_known_word(p + n + gap, m) ||
		(n == 9 && strncasecmp(p, "AUTHORITY", n) == 0)) {
		return 0;
	}
	struct name *domain = learn(r, TS_SECRET_DOMAIN, p, n);
	struct name copy = domain != NULL ? *domain : (struct name){ 0 };
	struct name *user = learn(r, TS_SECRET_USER, p + n + gap, m);

	if (domain == NULL || user == NULL) {
		return 0;
	}
	put_name(out, &copy);
	ts_buf_put(out, p + n, gap);
	put_name(out, user);
	return n + gap + m;
}

/* \\server\share */
static size_t redact_unc(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	size_t n;
	struct name *name;

	if (before == '\\' || p[0] != '\\' || p[1] != '\\' || (n = name_span(p + 2)) == 0 ||
		p[2 + n] != '\\') {
		return 0;
	}
	name = learn(r, TS_SECRET_HOST, p + 2, n);
	if (name == NULL) {
		return 0;
	}
	ts_buf_puts(out, "\\\\");
	put_name(out, name);
	return 2 + n;
}

/* A full name of a computer: labels, the last one of the kinds that such names end in. */
static size_t redact_fqdn(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	static const char *const ends[] = { "arpa", "cloud", "com", "corp", "de", "dev", "domain", "edu",
		"eu", "example", "fr", "gov", "home", "int", "internal", "intra", "intranet", "invalid", "io",
		"lan", "local", "localdomain", "mil", "net", "nl", "org", "private", "test", "uk", "us" };
	size_t n = name_span(p), last;

	if (n == 0 || is_name(before)) {
		return 0;
	}
	for (last = n; last > 0 && p[last - 1] != '.'; last--) {
	}
	for (size_t i = 0; last > 1 && i < TS_COUNT(ends); i++) {
		if (strlen(ends[i]) == n - last && strncasecmp(ends[i], p + last, n - last) == 0) {
			struct name *name = learn(r, TS_SECRET_HOST, p, n);

			if (name == NULL) {
				return 0;
			}
			put_name(out, name);
			return n;
		}
	}
	return 0;
}

/* Names that were learnt: the longest that stands here as a whole word. */
static size_t redact_known(struct ts_redactor *r, const char *p, char before, struct ts_buf *out)
{
	const struct name *best = NULL;

	if (is_word(before) || !r->starts[tolower((unsigned char)*p)]) {
		return 0;
	}
	for (size_t i = 0; i < r->nnames; i++) {
		const struct name *n = &r->names[i];

		if ((best == NULL || n->len > best->len) && strncasecmp(n->text, p, n->len) == 0 &&
			!is_word(p[n->len])) {
			best = n;
		}
	}
	if (best == NULL) {
		return 0;
	}
	put_name(out, best);
	return best->len;
}

const char *ts_redact_plain(struct ts_redactor *r, const char *text)
{
	static size_t (*const recognisers[])(
		struct ts_redactor *, const char *, char, struct ts_buf *) = { redact_home, redact_unc,
		redact_sid, redact_ipv4, redact_ipv6, redact_mail, redact_logon, redact_known, redact_fqdn };
	struct ts_buf out;
	const char *result;

	if (text == NULL || r->mode == TS_REDACT_NONE) {
		return text;
	}
	ts_buf_init(&out, TS_BUF_MAX_TEXT);
	for (size_t i = 0; text[i] != '\0';) {
		char before = i > 0 ? text[i - 1] : '\0';
		size_t n = 0;

		if (!is_word(before) || text[i] == '\\' || text[i] == '/') {
			for (size_t k = 0; k < TS_COUNT(recognisers) && n == 0; k++) {
				n = recognisers[k](r, text + i, before, &out);
			}
		}
		if (n == 0) {
			ts_buf_putc(&out, text[i]);
			n = 1;
		}
		i += n;
	}
	result = ts_arena_strdup(r->arena, ts_buf_str(&out));
	ts_buf_finish(&out);
	return result;
}
