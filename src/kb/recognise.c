/* kb/recognise.c - from a pasted text to a code pair and to entries: the patterns that entries bring along,
 * then numbers judged by the words before them, their shape, their order, and whether the knowledge base
 * knows them; words as the last resort. */
#include "kb/kb.h"

#include <stdio.h>
#include <string.h>
#include "base/regex.h"
#include "base/str.h"
#include "base/utf8.h"
#include "kb/recognise-int.h"
#include "kb/search.h"
#include "kb/store.h"

#define TEXT_MAX    ((size_t)256 << 10) /* bytes that are looked at */
#define ALONE_MAX   64                  /* bytes of a text that may be nothing but a code */
#define HITS_MAX    12
#define PATTERN_MAX 100000 /* patterns tried */
#define PAIR_SCORE  92.0   /* above it ts_kb_by_code found the pair or the extended code */

struct recogniser {
	struct ts_kb *kb;
	struct ts_arena *a;
	struct ts_recognised *out;
	struct ts_hits hits;
};

/* --- questions to the knowledge base ----------------------------------- */

static bool named(void *arg, const char *name, uint32_t *code, enum ts_code_role *role)
{
	uint32_t number;

	/* A number is the other scanners' business: "deadbeef" is no name. */
	return !ts_code_parse(name, &number) && ts_kb_code(arg, name, code, role);
}

/* --- the code and its extended code ------------------------------------ */

static void place(const struct ts_folded *f, const struct ts_candidate *c, size_t *off, size_t *len)
{
	*off = f->off[c->start];
	*len = f->off[c->end] - *off;
}

static enum ts_code_role role_of(const struct ts_candidate *c, bool has_ext)
{
	if (c->form == TS_FORM_NAME) {
		return c->role;
	}
	if (c->label == TS_LABEL_EXTENDED || c->follows) {
		return TS_ROLE_EXTENDED;
	}
	if (c->label == TS_LABEL_EXIT) {
		return TS_ROLE_OTHER;
	}
	return has_ext || (c->close && c->label == TS_LABEL_REASON) ? TS_ROLE_DISCONNECT : TS_ROLE_ANY;
}

static void find_codes(struct recogniser *r, const char *text, size_t n)
{
	struct ts_scan_ask ask = { named, r->kb };
	struct ts_candidate *list;
	const struct ts_candidate *code, *ext;
	struct ts_folded f;
	size_t count;

	ts_fold(text, n, r->a, &f);
	count = ts_scan(&f, &ask, r->a, &list);
	ts_recognise_judge(r->kb, list, count, &code, &ext);
	if (code == NULL) {
		return;
	}
	r->out->has_code = true;
	r->out->code = code->value;
	r->out->role = role_of(code, ext != NULL);
	place(&f, code, &r->out->code_off, &r->out->code_len);
	if (ext != NULL) {
		r->out->has_ext = true;
		r->out->ext = ext->value;
		place(&f, ext, &r->out->ext_off, &r->out->ext_len);
	}
}

/* --- a text that is nothing but a code --------------------------------- */

/* "904" was typed for 0x904 where 904 is nothing and 0x904 is something. */
static bool typed_code(struct ts_kb *kb, struct ts_str s, uint32_t *code, enum ts_code_role *role)
{
	char text[ALONE_MAX + 3];
	uint32_t hex;

	snprintf(text, sizeof(text), "0x%.*s", (int)s.n, s.p);
	if (!ts_kb_code(kb, text + 2, code, role)) {
		return false;
	}
	if (strspn(text + 2, "0123456789") == s.n && !ts_recognise_known(kb, *code) &&
		ts_code_parse(text, &hex) && ts_recognise_known(kb, hex)) {
		*code = hex;
	}
	return true;
}

/* One code, or two with a slash, a comma or blanks between them. */
static bool find_alone(struct recogniser *r, const char *text, size_t n)
{
	struct ts_str all = ts_str_trim((struct ts_str){ text, n }), first, second = { 0 };
	struct ts_recognised *o = r->out;
	size_t cut = 0;

	if (all.n == 0 || all.n > ALONE_MAX || memchr(all.p, '\0', all.n) != NULL) {
		return false;
	}
	while (cut < all.n && strchr(" /,;:\t", all.p[cut]) == NULL) {
		cut++;
	}
	first = (struct ts_str){ all.p, cut };
	while (cut < all.n && strchr(" /,;:\t", all.p[cut]) != NULL) {
		cut++;
	}
	second = (struct ts_str){ all.p + cut, all.n - cut };
	o->role = TS_ROLE_ANY;
	if (!typed_code(r->kb, first, &o->code, &o->role)) {
		return false;
	}
	if (second.n > 0 && !typed_code(r->kb, second, &o->ext, &(enum ts_code_role){ TS_ROLE_ANY })) {
		return false;
	}
	o->has_code = true;
	o->code_off = (size_t)(first.p - text);
	o->code_len = first.n;
	o->has_ext = second.n > 0;
	if (o->has_ext) {
		o->role = o->role == TS_ROLE_ANY ? TS_ROLE_DISCONNECT : o->role;
		o->ext_off = (size_t)(second.p - text);
		o->ext_len = second.n;
	}
	return true;
}

/* --- entries ----------------------------------------------------------- */

/* The text as patterns see it a second time: line ends and runs of blanks as one blank, lower case for
 * anchors. */
struct texts {
	const char *raw;
	size_t raw_n;
	struct ts_buf flat, lower;
};

static void make_texts(struct texts *t, const char *text, size_t n)
{
	t->raw = text;
	t->raw_n = n;
	ts_buf_init(&t->flat, TS_BUF_MAX_TEXT);
	ts_buf_init(&t->lower, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < n; i++) {
		bool blank = strchr(" \t\r\n", text[i]) != NULL;
		char c = blank ? ' ' : text[i];
		if (!blank || t->flat.len == 0 || t->flat.data[t->flat.len - 1] != ' ') {
			ts_buf_putc(&t->flat, c);
			ts_buf_putc(&t->lower, (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
		}
	}
}

/* Bytes that the pattern matches; 0 = none. */
static size_t matches(const struct texts *t, const char *pattern)
{
	struct ts_regex *re = ts_regex_new(pattern, true, NULL, NULL);
	struct ts_match m;
	size_t n = 0;

	if (re != NULL && (ts_regex_find(re, ts_buf_str(&t->flat), t->flat.len, 0, &m) == TS_REGEX_YES ||
				  ts_regex_find(re, t->raw, t->raw_n, 0, &m) == TS_REGEX_YES)) {
		n = m.end[0] > m.start[0] ? m.end[0] - m.start[0] : 1;
	}
	ts_regex_free(re);
	return n;
}

static void add_message_hit(struct recogniser *r, size_t file, sqlite3_int64 entry, size_t length)
{
	sqlite3_stmt *h = ts_store_query(r->kb, file, TS_Q_HIT);
	size_t before = r->hits.n;

	ts_db_bind_int(h, 1, entry);
	if (ts_store_row(r->kb, file, h)) {
		struct ts_hit *hit = ts_hits_add(&r->hits, h);
		if (hit != NULL) {
			hit->exact = true;
			hit->by = "message";
			hit->score = 200 + (double)length;
		}
		sqlite3_reset(h);
	}
	/* Of several the one that knows more of the text is first. */
	for (size_t i = before; i > 0 && i < r->hits.n && r->hits.hits[i].score > r->hits.hits[i - 1].score;
		i--) {
		struct ts_hit swap = r->hits.hits[i];
		r->hits.hits[i] = r->hits.hits[i - 1];
		r->hits.hits[i - 1] = swap;
	}
}

/* Entries whose message pattern matches. A pattern is only compiled when the text that every match of it
 * holds is there. */
static void by_message(struct recogniser *r, const struct texts *t)
{
	for (size_t i = 0; i < r->kb->nfiles; i++) {
		sqlite3_stmt *s = ts_store_query(r->kb, i, TS_Q_MESSAGES);
		sqlite3_int64 last = -1;
		size_t longest = 0;

		for (int tried = 0;
			tried < PATTERN_MAX && !ts_hits_full(&r->hits) && ts_store_row(r->kb, i, s);
			tried++) {
			const char *anchor = (const char *)sqlite3_column_text(s, 1);
			const char *pattern = (const char *)sqlite3_column_text(s, 2);
			sqlite3_int64 entry = sqlite3_column_int64(s, 0);

			if (entry != last && longest > 0) {
				add_message_hit(r, i, last, longest);
			}
			longest = entry != last ? 0 : longest;
			last = entry;
			if (anchor != NULL && pattern != NULL &&
				strstr(ts_buf_str(&t->lower), anchor) != NULL) {
				size_t n = matches(t, pattern);
				longest = n > longest ? n : longest;
			}
		}
		if (longest > 0) {
			add_message_hit(r, i, last, longest);
		}
		sqlite3_reset(s);
	}
}

static void add_hits(struct recogniser *r, const struct ts_hit *found, size_t n)
{
	for (size_t i = 0; i < n && !ts_hits_full(&r->hits); i++) {
		bool there = false;
		for (size_t k = 0; k < r->hits.n && !there; k++) {
			there = strcmp(r->hits.hits[k].id, found[i].id) == 0;
		}
		if (!there) {
			TS_ARENA_GROW(r->a, r->hits.hits, r->hits.cap, r->hits.n);
			r->hits.hits[r->hits.n++] = found[i];
		}
	}
}

/* What was said says more than one number, and a pair of numbers, or the number that gives the reason, more
 * than both. Words come last, and only where nothing is exact. */
static void find_entries(struct recogniser *r, const struct texts *t)
{
	const struct ts_recognised *o = r->out;
	struct ts_hit *codes = NULL, *messages;
	size_t ncodes = 0, pairs = 0, nmessages;
	struct ts_hits words;

	by_message(r, t);
	messages = r->hits.hits;
	nmessages = r->hits.n;
	ts_hits_init(&r->hits, r->a, HITS_MAX);
	if (o->has_code) {
		ncodes = ts_kb_by_code(
			r->kb, o->code, o->role, o->has_ext, o->ext, NULL, HITS_MAX, r->a, &codes);
	}
	while (pairs < ncodes && codes[pairs].exact && o->has_ext && codes[pairs].score > PAIR_SCORE) {
		pairs++;
	}
	add_hits(r, codes, pairs);
	add_hits(r, messages, nmessages);
	while (pairs < ncodes && codes[pairs].exact) {
		pairs++;
	}
	add_hits(r, codes, pairs);
	if (r->hits.n == 0) {
		ts_hits_init(&words, r->a, HITS_MAX);
		ts_search_words(r->kb, ts_buf_str(&t->flat), NULL, true, &words);
		/* A number nobody claims still says more than words that fit a little. */
		if (ts_kb_choose(words.hits, words.n) != NULL) {
			add_hits(r, words.hits, words.n);
			add_hits(r, codes, ncodes);
		} else {
			add_hits(r, codes, ncodes);
			add_hits(r, words.hits, words.n);
		}
	}
	add_hits(r, codes, ncodes);
}

const struct ts_hit *ts_kb_choose(const struct ts_hit *hits, size_t n)
{
	bool words = n > 0 && hits[0].by != NULL && strcmp(hits[0].by, "words") == 0;

	if (n == 0 || (!hits[0].exact && !words)) {
		return NULL;
	}
	if (hits[0].exact || hits[0].telling >= 2) {
		return &hits[0];
	}
	for (size_t i = 1; i < n; i++) {
		if (hits[i].telling > 0) {
			return NULL;
		}
	}
	return hits[0].telling > 0 ? &hits[0] : NULL;
}

bool ts_kb_recognise_more(struct ts_kb *kb, const char *text, size_t n, struct ts_arena *a,
	struct ts_recognised *out, struct ts_err *err)
{
	struct recogniser r = { .kb = kb, .a = a, .out = out };
	struct texts t;

	n = n > TEXT_MAX ? TEXT_MAX : n;
	ts_hits_init(&r.hits, a, HITS_MAX);
	make_texts(&t, text, n);
	if (!out->has_code && !find_alone(&r, text, n)) {
		find_codes(&r, text, n);
	}
	find_entries(&r, &t);
	out->hits = r.hits.hits;
	out->nhits = r.hits.n;
	ts_buf_finish(&t.flat);
	ts_buf_finish(&t.lower);
	return kb->trouble.text[0] == '\0' || ts_fail(err, "%s", kb->trouble.text);
}

bool ts_kb_recognise(struct ts_kb *kb, const char *text, size_t n, struct ts_arena *a,
	struct ts_recognised *out, struct ts_err *err)
{
	memset(out, 0, sizeof(*out));
	return ts_kb_recognise_more(kb, text, n, a, out, err);
}
