/* kb/recognise-int.h - the parts of the recogniser: folding, words, numbers. Only for the files
 * kb/recognise*.c. */
#ifndef TS_KB_RECOGNISE_INT_H
#define TS_KB_RECOGNISE_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "kb/kb.h"

/* A text as it is compared: lower case, without accents, blanks of every kind as ' ', line ends as '\n',
 * invisible characters left out. */
struct ts_folded {
	uint32_t *cp;
	size_t *off; /* byte in the original text where each code point came from; off[n] is the end */
	size_t n;
};
void ts_fold(const char *text, size_t n, struct ts_arena *a, struct ts_folded *out);

/* What the words before a number say it is. */
enum ts_label {
	TS_LABEL_NONE,
	TS_LABEL_NUMBER,   /* "process id": some other number, never a code */
	TS_LABEL_WEAK,     /* "value", "error": a number that follows may be a code, if it is a known one */
	TS_LABEL_DETAIL,   /* "sub status": says more than the status beside it */
	TS_LABEL_WIN32,    /* "system error", "WSAGetLastError": what HRESULT_FROM_WIN32 wraps */
	TS_LABEL_CODE,     /* "error code" */
	TS_LABEL_REASON,   /* "reason", "disconnected" */
	TS_LABEL_EXIT,     /* "exit code" */
	TS_LABEL_SYMBOL,   /* a symbolic name stands right before it */
	TS_LABEL_EXTENDED, /* "extended error code" */
};
/* text is folded UTF-8 without any blanks. *close is set when the word stands right before the end, apart
 * from signs. */
enum ts_label ts_label_of(const char *text, bool *close);
/* Is this label that of another protocol's number, by what the whole text (folded, without blanks) holds? */
bool ts_label_foreign(const char *text, const char *all);
/* Does this folded text without blanks begin with a word for "extended", apart from signs? */
bool ts_label_follows(const char *text);

enum ts_form { TS_FORM_HEX, TS_FORM_SUFFIX, TS_FORM_BARE, TS_FORM_DECIMAL, TS_FORM_NAME };

/* A number or a symbolic name that may be a code. */
struct ts_candidate {
	enum ts_form form;
	uint32_t value;
	size_t start, end;      /* in the folded text */
	bool negative, guessed; /* guessed: a letter was read as a digit */
	bool has_joined;        /* the number might go on after a blank or in the next line: */
	bool joined_sure;       /* what follows is no number by itself */
	uint32_t joined;
	size_t joined_end;
	enum ts_code_role role; /* of a name */
	enum ts_label label;
	bool close, bracketed,
		follows; /* the label stands right before; in brackets; a word for "extended" right after */
	int score;
};

/* What the scanner asks of the knowledge base. */
struct ts_scan_ask {
	/* The code of a symbolic name (UTF-8, folded). */
	bool (*name)(void *arg, const char *name, uint32_t *code, enum ts_code_role *role);
	void *arg;
};
#define TS_CANDIDATES_MAX 256
/* All candidates in order, labelled; at most TS_CANDIDATES_MAX. */
size_t ts_scan(const struct ts_folded *f, const struct ts_scan_ask *ask, struct ts_arena *a,
	struct ts_candidate **out);

/* The candidate that is the text's code, NULL if none is, and the one that is its extended code, NULL if it has none.
 * Values of the candidates become what they stand for. */
void ts_recognise_judge(struct ts_kb *kb, struct ts_candidate *list, size_t n,
	const struct ts_candidate **code, const struct ts_candidate **ext);
/* Does the dictionary or an entry have this number, in any role? */
bool ts_recognise_known(struct ts_kb *kb, uint32_t code);

#endif
