/* kb/recognise-scan.c - finds everything in a folded text that may be a code: numbers in all their spellings,
 * symbolic names. */
#include "kb/recognise-int.h"

#include <string.h>
#include "base/buf.h"
#include "base/utf8.h"
#include "kb/code.h"

#define LABEL_MAX   60  /* code points before a number that may say what it is */
#define AFTER_MAX   24  /* and after it */
#define TOKEN_MAX   200 /* of a symbolic name */
#define NAME_MIN    12  /* letters of a name without an underscore: shorter ones are words */
#define LOOKUPS_MAX 400 /* names that are looked up in one text */
#define HRESULT_MIN 0x80000000u

struct scan {
	const struct ts_folded *f;
	const struct ts_scan_ask *ask;
	struct ts_arena *a;
	struct ts_candidate *list;
	size_t n, cap;
	int lookups;
};

/* --- characters -------------------------------------------------------- */

static uint32_t at(const struct ts_folded *f, size_t i)
{
	return i < f->n ? f->cp[i] : 0;
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Part of a word or number of the Latin script; other scripts stand next to numbers without a blank. */
static bool is_word(uint32_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\n';
}

/* Value of a hex digit, of a letter that scanners and tired eyes confuse with one (*guessed is set then), or
 * -1. */
static int hex_digit(uint32_t c, bool *guessed)
{
	static const struct {
		char c;
		signed char value;
	} slips[] = { { 'o', 0 }, { 'q', 0 }, { 'l', 1 }, { 'i', 1 }, { '|', 1 }, { 'z', 2 }, { 's', 5 } };

	if (is_digit(c)) {
		return (int)c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return (int)c - 'a' + 10;
	}
	for (size_t i = 0; i < TS_COUNT(slips); i++) {
		if (c == (uint32_t)slips[i].c) {
			*guessed = true;
			return slips[i].value;
		}
	}
	return -1;
}

static size_t skip_blanks(const struct ts_folded *f, size_t i)
{
	while (is_blank(at(f, i))) {
		i++;
	}
	return i;
}

/* A line end, perhaps with blanks around it: where a number may have been broken. */
static bool is_break(const struct ts_folded *f, size_t i, size_t *after)
{
	bool newline = false;
	size_t k = i;

	for (; is_blank(at(f, k)) && k < i + 8; k++) {
		newline |= at(f, k) == '\n';
	}
	*after = k;
	return newline;
}

/* --- numbers ----------------------------------------------------------- */

struct digits {
	uint64_t value;
	size_t count; /* without leading zeros */
	size_t end;
	bool real, guessed; /* holds a true digit; holds a guessed one */
};

/* A run of hex digits that ends where the word ends. */
static bool read_hex(const struct ts_folded *f, size_t i, bool guess, struct digits *d)
{
	*d = (struct digits){ .end = i };
	for (; is_word(at(f, d->end)) || (guess && at(f, d->end) == '|'); d->end++) {
		bool guessed = false;
		int v = hex_digit(at(f, d->end), &guessed);
		if (v < 0 || (guessed && !guess) || d->count == 16) {
			return false;
		}
		d->count += d->count > 0 || v > 0;
		d->value = d->value << 4 | (uint64_t)v;
		d->guessed |= guessed;
		d->real |= is_digit(at(f, d->end));
	}
	return d->end > i;
}

/* "0x904Extended": the next word was glued to the number. Where it begins; 0 = there is none. */
static size_t glued_word(const struct ts_folded *f, size_t i)
{
	bool guessed, foreign = false;
	size_t end, n = 0;

	while (is_digit(at(f, i))) {
		i++;
	}
	end = i;
	for (; at(f, i) >= 'a' && at(f, i) <= 'z'; i++, n++) {
		foreign |= at(f, i) > 'f' && hex_digit(at(f, i), &guessed) < 0;
	}
	return foreign && n > 3 ? end : 0;
}

/* 32 bits, or 64 with a sign that was carried on. */
static bool fits(const struct digits *d)
{
	return d->value <= UINT32_MAX || d->value >> 31 == 0x1FFFFFFFFu;
}

static struct ts_candidate *add(struct scan *s, enum ts_form form, uint32_t value, size_t start, size_t end)
{
	if (s->n == TS_CANDIDATES_MAX) {
		return NULL;
	}
	TS_ARENA_GROW(s->a, s->list, s->cap, s->n);
	s->list[s->n] = (struct ts_candidate){ .form = form, .value = value, .start = start, .end = end };
	return &s->list[s->n++];
}

/* Does a date, a time or an address go on here? */
static bool is_dotted(const struct ts_folded *f, size_t i)
{
	uint32_t c = at(f, i);

	return (c == '.' || c == ':' || c == '-' || c == ',' || c == '/') && is_digit(at(f, i + 1));
}

/* "0x9\n04", "0x3000 008": what follows a line end or a blank may belong to the number. Whether it does is for
 * the knowledge base to say; a zero in front says that it is no number of its own. */
static void join_hex(const struct ts_folded *f, struct ts_candidate *c, const struct digits *d)
{
	struct digits more;
	size_t next = skip_blanks(f, d->end);

	if (next > d->end && next <= d->end + 8 && read_hex(f, next, false, &more) && more.real &&
		!is_dotted(f, more.end) && (d->end - c->start - 2) + (more.end - next) <= 8) {
		c->has_joined = true;
		c->joined_sure = at(f, next) == '0' && more.end > next + 1;
		c->joined = (uint32_t)(d->value << (4 * (more.end - next)) | more.value);
		c->joined_end = more.end;
	}
}

/* A digit that stands alone between blanks. */
static bool is_single(const struct ts_folded *f, size_t i)
{
	bool guessed;

	return at(f, i - 1) == ' ' && hex_digit(at(f, i), &guessed) >= 0 && !is_word(at(f, i + 1));
}

/* "0 x 9 0 4": a scanner put a blank between all signs. */
static size_t scan_spaced(struct scan *s, size_t i)
{
	const struct ts_folded *f = s->f;
	bool guessed = false;
	uint64_t value = 0;
	size_t k = i + 4;

	if ((at(f, i) != '0' && at(f, i) != 'o') || !is_blank(at(f, i + 1)) || at(f, i + 2) != 'x' ||
		!is_blank(at(f, i + 3))) {
		return 0;
	}
	for (; k < i + 20 && is_single(f, k); k += 2) {
		value = value << 4 | (uint64_t)hex_digit(at(f, k), &guessed);
	}
	if (k == i + 4) {
		return 0;
	}
	add(s, TS_FORM_HEX, (uint32_t)value, i, k - 1);
	return k - 1 - i;
}

/* 0x904, also with a letter O, and with a blank or a line end after the x. */
static size_t scan_prefixed(struct scan *s, size_t i)
{
	const struct ts_folded *f = s->f;
	uint32_t zero = at(f, i);
	struct digits d;
	struct ts_candidate *c;
	size_t start = i + 2;

	if ((zero != '0' && zero != 'o' && zero != 'q') || at(f, i + 1) != 'x') {
		return 0;
	}
	if (is_blank(at(f, start))) {
		start = skip_blanks(f, start);
		if (!is_digit(at(f, start)) || start > i + 6) {
			return 0;
		}
	}
	struct ts_folded cut = *f;
	cut.n = glued_word(f, start);
	if (!(read_hex(f, start, true, &d) || (cut.n > start && read_hex(&cut, start, false, &d))) ||
		!fits(&d) || ((zero != '0' || start > i + 2) && !d.real)) {
		return 0;
	}
	if (at(f, d.end) == '-' && is_digit(at(f, d.end + 1)) && at(f, d.end + 2) != 'x') {
		return d.end - i; /* the number of a telephone or a part */
	}
	c = add(s, TS_FORM_HEX, (uint32_t)d.value, i, d.end);
	if (c != NULL) {
		c->guessed = d.guessed || zero != '0';
		join_hex(f, c, &d);
	}
	return d.end - i;
}

/* 904h, and C000006D: eight digits with a letter, large enough for a status; no part of a GUID. */
static size_t scan_unprefixed(struct scan *s, size_t i)
{
	const struct ts_folded *f = s->f;
	struct digits d;
	size_t n = 0;
	bool letter = false;

	while (is_word(at(f, i + n))) {
		letter |= at(f, i + n) >= 'a';
		n++;
	}
	if (n >= 2 && n <= 9 && (is_digit(at(f, i)) || n == 9) && at(f, i + n - 1) == 'h') {
		struct ts_folded cut = { f->cp, f->off, i + n - 1 };
		if (read_hex(&cut, i, false, &d) && fits(&d) &&
			(is_digit(at(f, i)) || d.value >= HRESULT_MIN)) {
			add(s, TS_FORM_SUFFIX, (uint32_t)d.value, i, i + n);
			return n;
		}
	}
	if (n == 8 && letter && read_hex(f, i, false, &d) && d.value >= HRESULT_MIN && at(f, i + n) != '-' &&
		(i == 0 || (at(f, i - 1) != '-' && at(f, i - 1) != '{'))) {
		add(s, TS_FORM_BARE, (uint32_t)d.value, i, i + n);
		return n;
	}
	return 0;
}

static bool read_decimal(const struct ts_folded *f, size_t i, struct digits *d)
{
	*d = (struct digits){ .end = i };
	for (; is_digit(at(f, d->end)); d->end++) {
		if (d->count == 10) {
			return false;
		}
		d->value = d->value * 10 + (at(f, d->end) - '0');
		d->count++;
	}
	return d->count > 0 && !is_word(at(f, d->end));
}

/* 2308 and -2147467259, but nothing out of 192.0.2.1, 10:31:07, 2026-11-22 or 1.5. */
static size_t scan_decimal(struct scan *s, size_t i)
{
	const struct ts_folded *f = s->f;
	uint32_t before = i > 0 ? at(f, i - 1) : ' ';
	bool negative = before == '-' && (i < 2 || !is_word(at(f, i - 2)));
	struct digits d, more;
	struct ts_candidate *c;
	size_t next;

	if (!read_decimal(f, i, &d)) {
		return 0;
	}
	if (((before == '.' || before == ':' || (before == '-' && !negative)) && i > 1 &&
		    is_digit(at(f, i - 2))) ||
		(strchr(".:-,", (int)(at(f, d.end) & 0x7F)) != NULL && at(f, d.end) < 0x80 &&
			is_digit(at(f, d.end + 1))) ||
		d.value > (negative ? (uint64_t)INT32_MAX + 1 : UINT32_MAX)) {
		return d.end - i;
	}
	c = add(s, TS_FORM_DECIMAL, negative ? (uint32_t)0 - (uint32_t)d.value : (uint32_t)d.value,
		negative ? i - 1 : i, d.end);
	if (c != NULL) {
		c->negative = negative;
		if (!negative && is_break(f, d.end, &next) && read_decimal(f, next, &more) &&
			d.count + more.count <= 9) {
			c->has_joined = true;
			c->joined = (uint32_t)d.value;
			for (size_t k = 0; k < more.count; k++) {
				c->joined *= 10;
			}
			c->joined += (uint32_t)more.value;
			c->joined_end = more.end;
		}
	}
	return d.end - i;
}

/* --- names ------------------------------------------------------------- */

/* A symbolic name, which may go on in the next line after an underscore. */
static size_t scan_name(struct scan *s, size_t i)
{
	const struct ts_folded *f = s->f;
	char name[TOKEN_MAX + 1];
	size_t n = 0, k = i, next;
	bool underscore = false;
	enum ts_code_role role = TS_ROLE_ANY;
	struct ts_candidate *c;
	uint32_t code;

	while (n < TOKEN_MAX) {
		if (is_word(at(f, k))) {
			underscore |= at(f, k) == '_';
			name[n++] = (char)at(f, k++);
		} else if (n > 0 && name[n - 1] == '_' && is_break(f, k, &next) && is_word(at(f, next))) {
			k = next;
		} else {
			break;
		}
	}
	name[n] = '\0';
	if ((underscore ? n > 3 : n >= NAME_MIN) && s->lookups < LOOKUPS_MAX) {
		s->lookups++;
		if (s->ask->name(s->ask->arg, name, &code, &role) &&
			(c = add(s, TS_FORM_NAME, code, i, k)) != NULL) {
			c->role = role;
		}
	}
	return k - i;
}

/* --- labels ------------------------------------------------------------ */

/* Is the word that ends here as short as an abbreviation: "ext." */
static bool is_short(const struct ts_folded *f, size_t end)
{
	size_t n = 0;

	while (n < end && n < 4 && f->cp[end - n - 1] >= 'a' && f->cp[end - n - 1] <= 'z') {
		n++;
	}
	return n > 0 && n < 4;
}

/* What stands before the candidate as far as it may be its label: back to the last candidate, the last
 * sentence, an empty line. */
static size_t label_start(const struct scan *s, size_t candidate)
{
	const struct ts_folded *f = s->f;
	size_t end = s->list[candidate].start, from = candidate > 0 ? s->list[candidate - 1].end : 0;
	size_t i = end;

	while (i > from && end - i < LABEL_MAX) {
		uint32_t c = f->cp[i - 1], after = at(f, i);
		bool sentence = (c == '.' || c == '!' || c == '?') && is_blank(after) &&
				skip_blanks(f, i) < end && !(c == '.' && is_short(f, i - 1));
		if (sentence || c == 0x3002 || (c == '\n' && after == '\n')) {
			break;
		}
		i--;
	}
	return i;
}

static void squeeze(const struct ts_folded *f, size_t from, size_t to, struct ts_buf *out)
{
	char utf8[4];

	ts_buf_clear(out);
	for (size_t i = from; i < to && i < f->n; i++) {
		if (!is_blank(f->cp[i])) {
			ts_buf_put(out, utf8, ts_utf8_put(utf8, f->cp[i]));
		}
	}
}

/* Is the last word before the number a name like ERRCONNECT_SOMETHING? */
static bool after_symbol(const struct ts_folded *f, size_t start)
{
	size_t i = start, n = 0;
	bool underscore = false;

	while (i > 0 && (is_blank(f->cp[i - 1]) || f->cp[i - 1] == '[' || f->cp[i - 1] == '(')) {
		i--;
	}
	for (; i > 0 && is_word(f->cp[i - 1]); i--, n++) {
		underscore |= f->cp[i - 1] == '_';
	}
	return underscore && n >= NAME_MIN;
}

static void label(struct scan *s)
{
	struct ts_buf b, all;

	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	ts_buf_init(&all, TS_BUF_MAX_TEXT);
	squeeze(s->f, 0, s->f->n, &all);
	for (size_t i = 0; i < s->n; i++) {
		struct ts_candidate *c = &s->list[i];
		uint32_t before = c->start > 0 ? s->f->cp[c->start - 1] : 0;

		squeeze(s->f, label_start(s, i), c->start, &b);
		c->label = ts_label_of(ts_buf_str(&b), &c->close);
		if (ts_label_foreign(ts_buf_str(&b), ts_buf_str(&all))) {
			c->label = TS_LABEL_NUMBER;
		}
		if (c->label == TS_LABEL_NONE && after_symbol(s->f, c->start)) {
			c->label = TS_LABEL_SYMBOL;
			c->close = true;
		}
		if (c->label == TS_LABEL_SYMBOL && c->form == TS_FORM_DECIMAL) {
			c->label = TS_LABEL_WEAK;
		}
		c->bracketed = before == '(' || before == '[';
	}
	for (size_t i = 0; i < s->n; i++) {
		struct ts_candidate *c = &s->list[i];
		size_t end = c->end;

		/* "0x904 extended 0x7": there the word belongs to the number after it. */
		if (i + 1 < s->n && s->list[i + 1].label == TS_LABEL_EXTENDED) {
			continue;
		}
		while (end < c->end + AFTER_MAX && end < s->f->n && s->f->cp[end] != '\n') {
			end++;
		}
		squeeze(s->f, c->end, end, &b);
		c->follows = ts_label_follows(ts_buf_str(&b));
	}
	ts_buf_finish(&all);
	ts_buf_finish(&b);
}

size_t ts_scan(const struct ts_folded *f, const struct ts_scan_ask *ask, struct ts_arena *a,
	struct ts_candidate **out)
{
	static size_t (*const scanners[])(struct scan *, size_t) = { scan_prefixed, scan_spaced,
		scan_unprefixed, scan_decimal, scan_name };
	struct scan s = { .f = f, .ask = ask, .a = a };
	size_t i = 0;

	while (i < f->n) {
		size_t used = 0;
		/* The subject line of a mail has "_" where a blank was: "error_code:_0x904". */
		if (!is_word(f->cp[i]) || f->cp[i] == '_') {
			i++;
			continue;
		}
		for (size_t k = 0; k < TS_COUNT(scanners) && used == 0; k++) {
			used = scanners[k](&s, i);
		}
		/* The rest of a word that began with something else is no start of anything. */
		for (i += used; is_word(at(f, i)); i++) {
		}
	}
	label(&s);
	*out = s.list;
	return s.n;
}
