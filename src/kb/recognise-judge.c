/* kb/recognise-judge.c - which of the numbers and names of a text are its code and its extended code: by the words
 * before them, their shape, their order, and whether the knowledge base knows them. */
#include "kb/recognise-int.h"

#include "kb/store.h"

#define PAIR_GAP    80 /* code points between a code and its extended code */
#define NT_BIT      0x10000000u
#define WIN32_BITS  0x80070000u
#define WIN32_MIN   50
#define WIN32_MAX   0xFFFF
#define WINSOCK_MIN 10000
#define STATUS_MIN  0x80000000u /* HRESULT and NTSTATUS: never extended by a second number */

bool ts_recognise_known(struct ts_kb *kb, uint32_t code)
{
	bool found = false;

	for (size_t i = 0; i < kb->nfiles && !found; i++) {
		sqlite3_stmt *s = ts_store_query(kb, i, TS_Q_CODE_KNOWN);
		if (s != NULL) {
			sqlite3_bind_int64(s, 1, code);
			found = ts_store_row(kb, i, s);
			sqlite3_reset(s);
		}
	}
	return found;
}

/* A number of Windows itself, which the dictionary has as HRESULT_FROM_WIN32 makes it: 10060 is 0x8007274C. What is
 * called a system error may also be the errno of another system; these are small. */
static bool is_win32(struct ts_kb *kb, const struct ts_candidate *c)
{
	bool said = c->close && (c->label == TS_LABEL_WEAK || c->label == TS_LABEL_CODE);

	return c->form != TS_FORM_NAME && !c->negative && c->value >= WIN32_MIN && c->value <= WIN32_MAX &&
	       (c->label == TS_LABEL_WIN32 || said || (c->bracketed && c->value >= WINSOCK_MIN)) &&
	       ts_recognise_known(kb, WIN32_BITS | c->value);
}

/* Takes the number for what it stands for. Is it a known code then? */
static bool resolve(struct ts_kb *kb, struct ts_candidate *c)
{
	bool is_known = ts_recognise_known(kb, c->value);

	/* HRESULT_FROM_NT sets one bit of an NTSTATUS: 0xD000006D is 0xC000006D. */
	if (!is_known && c->value >> 28 == 0xD && ts_recognise_known(kb, c->value & ~NT_BIT)) {
		c->value &= ~NT_BIT;
		return true;
	}
	if (c->has_joined && (!is_known || c->joined_sure) && ts_recognise_known(kb, c->joined)) {
		c->value = c->joined;
		c->end = c->joined_end;
		return true;
	}
	if ((!is_known || c->label == TS_LABEL_WIN32) && is_win32(kb, c)) {
		c->value |= WIN32_BITS;
		return true;
	}
	return is_known && c->label != TS_LABEL_WIN32;
}

/* How sure it is that this is a code. 0 = it is none. */
static int judge(struct ts_kb *kb, struct ts_candidate *c)
{
	static const int by_label[] = {
		[TS_LABEL_NONE] = 0,
		[TS_LABEL_NUMBER] = 0,
		[TS_LABEL_WEAK] = 1,
		[TS_LABEL_DETAIL] = 2,
		[TS_LABEL_WIN32] = 2,
		[TS_LABEL_CODE] = 4,
		[TS_LABEL_REASON] = 4,
		[TS_LABEL_EXIT] = 3,
		[TS_LABEL_SYMBOL] = 4,
		[TS_LABEL_EXTENDED] = 3,
	};
	static const int by_form[] = {
		[TS_FORM_HEX] = 8,
		[TS_FORM_SUFFIX] = 4,
		[TS_FORM_BARE] = 6,
		[TS_FORM_DECIMAL] = 2,
		[TS_FORM_NAME] = 20,
	};
	bool is_known;

	/* A sub status of 0 says that the status says it all. */
	if ((c->label == TS_LABEL_NUMBER && c->form != TS_FORM_NAME) ||
		(c->label == TS_LABEL_DETAIL && c->value == 0)) {
		return 0;
	}
	is_known = resolve(kb, c);
	if (c->label == TS_LABEL_WIN32 && c->form == TS_FORM_DECIMAL && !is_known) {
		return 0;
	}
	switch (c->form) {
	case TS_FORM_DECIMAL:
		/* A decimal number is a code only if something says so. */
		if (!(c->close && c->label != TS_LABEL_WEAK) &&
			!(is_known && (c->close || (c->bracketed && c->value > 255))) &&
			!(c->negative && c->value >= STATUS_MIN && c->value < 0xFFF00000u)) {
			return 0;
		}
		break;
	case TS_FORM_SUFFIX:
		if (!c->close && !is_known) {
			return 0; /* "24h" */
		}
		break;
	default: break;
	}
	return by_form[c->form] + by_label[c->label] * (c->close ? 2 : 1) + (is_known ? 3 : 0) -
	       (c->guessed ? 1 : 0);
}

static bool is_extended(const struct ts_candidate *c)
{
	return c->label == TS_LABEL_EXTENDED || c->follows;
}

/* The best candidate that is not marked as extended; the first of equals. */
static struct ts_candidate *best(struct ts_candidate *list, size_t n, bool extended)
{
	struct ts_candidate *found = NULL;

	for (size_t i = 0; i < n; i++) {
		if (list[i].score > 0 && is_extended(&list[i]) == extended &&
			(found == NULL || list[i].score > found->score)) {
			found = &list[i];
		}
	}
	return found;
}

/* The extended code of `code`: the first after it that is called so; else, by shape, the next number where
 * both have a 0x or stand together as "0x904/0x7" - whatever the language of the words between them. */
static const struct ts_candidate *extended_of(
	const struct ts_candidate *list, size_t n, const struct ts_candidate *code)
{
	const struct ts_candidate *next = code + 1;

	for (const struct ts_candidate *c = next; code->form == TS_FORM_NAME && c < list + n; c++) {
		if (c->form == TS_FORM_NAME && code->role == TS_ROLE_DISCONNECT &&
			c->role == TS_ROLE_EXTENDED) {
			return c;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (&list[i] != code && is_extended(&list[i]) && list[i].form != TS_FORM_NAME &&
			(list[i].form == TS_FORM_HEX || list[i].close || list[i].follows) &&
			list[i].start > code->start) {
			return &list[i];
		}
	}
	if (next == list + n || code->form == TS_FORM_NAME || code->label == TS_LABEL_SYMBOL ||
		code->label == TS_LABEL_EXIT || code->value >= STATUS_MIN || next->value == code->value ||
		next->value >= STATUS_MIN || next->start - code->end > PAIR_GAP ||
		next->form == TS_FORM_NAME) {
		return NULL;
	}
	if (code->form == TS_FORM_HEX && next->form == TS_FORM_HEX && next->label != TS_LABEL_SYMBOL &&
		next->label != TS_LABEL_EXIT) {
		return next;
	}
	return NULL;
}

void ts_recognise_judge(struct ts_kb *kb, struct ts_candidate *list, size_t n,
	const struct ts_candidate **code, const struct ts_candidate **ext)
{
	for (size_t i = 0; i < n; i++) {
		list[i].score = judge(kb, &list[i]);
	}
	*ext = NULL;
	*code = best(list, n, false);
	if (*code != NULL) {
		*ext = extended_of(list, n, *code);
	} else {
		*code = best(list, n, true);
	}
}
