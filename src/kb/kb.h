/* kb/kb.h - opened knowledge bases: look-up by code, text and words, and loading an entry for a walk. */
#ifndef TS_KB_KB_H
#define TS_KB_KB_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/buf.h"
#include "kb/entry.h"

struct ts_kb; /* one or more kb.db files, searched in order; all of a run's look-ups go through it */

struct ts_kb *ts_kb_new(void);
void ts_kb_free(struct ts_kb *kb);
/* Add a .db file (checked: application_id, user_version, size) or a folder of Markdown, which is compiled into the cache, again only when a
 * file changed. On failure false with a message that names the path, what is wrong, and what would be right. Problems in Markdown are
 * printed to stderr by the caller from *diags when it is not NULL. */
struct ts_diags;
bool ts_kb_add(struct ts_kb *kb, const char *path, struct ts_diags *diags, struct ts_err *err);

/* Is a knowledge base part of this program? Add it; to be called only where there is one. */
bool ts_kb_has_builtin(void);
bool ts_kb_add_builtin(struct ts_kb *kb, struct ts_err *err);

struct ts_kb_info {
	int64_t entries;
	char sha256[65]; /* of the one file, or of the list of all files' digests */
};
bool ts_kb_info(struct ts_kb *kb, struct ts_kb_info *info, struct ts_err *err);

/* Why a look-up that returns only a count may have missed something (a damaged file): one line, or NULL if all went well so far. */
const char *ts_kb_trouble(const struct ts_kb *kb);

/* A code as the person gave it. role says where a number was seen. */
enum ts_code_role {
	TS_ROLE_ANY,
	TS_ROLE_DISCONNECT,
	TS_ROLE_EXTENDED,
	TS_ROLE_ERRINFO,
	TS_ROLE_NEGOTIATION,
	TS_ROLE_OTHER
};
const char *ts_code_role_title(enum ts_code_role r); /* "disconnect reason", "extended reason", ... */

/* Parse any spelling of a number: 0x904, 904h, 2308, -2147467259, 0x80070005, 0X00000904. False if it is none of them. */
bool ts_code_parse(const char *text, uint32_t *code);
/* The same, and symbolic names of the dictionary (ERRINFO_..., ERRCONNECT_..., disconnectReason..., NTSTATUS names); *role is set where the name tells it. */
bool ts_kb_code(struct ts_kb *kb, const char *text, uint32_t *code, enum ts_code_role *role);

/* A row of the code dictionary. */
struct ts_meaning {
	uint32_t code;
	enum ts_code_role role;
	const char *product, *name, *text, *source, *certainty;
};
/* Meanings of a number, in dictionary order, in the caller's arena. */
size_t ts_kb_meanings(
	struct ts_kb *kb, uint32_t code, enum ts_code_role role, struct ts_arena *a, struct ts_meaning **out);

/* A way to an entry, best first. */
struct ts_hit {
	const char *id, *title, *summary;
	const char *snippet; /* of a search: with \001 and \002 around the words found; NULL otherwise */
	double score;        /* higher is better */
	bool exact;          /* the entry claims this code pair, or its message pattern matched */
	const char *by;      /* how it was found: "code", "message", "words" */
	/* of a hit by words: how many words of the text that few entries have stand in its title, heading,
	 * messages or keywords */
	int telling;
};
/* Entries for a code (pair); where the role is known it says what a single number is. Exact ones first: the pair, the extended code, the code alone; then the
 * nearest (same code with another extended one, same family). At most max. */
size_t ts_kb_by_code(struct ts_kb *kb, uint32_t code, enum ts_code_role role, bool has_ext, uint32_t ext,
	const char *product, size_t max, struct ts_arena *a, struct ts_hit **out);
/* Full text, FTS5 bm25; user's words are quoted, prefix match on the last. */
size_t ts_kb_search(struct ts_kb *kb, const char *words, const char *product, size_t max, struct ts_arena *a,
	struct ts_hit **out, struct ts_err *err);

/* What a pasted text holds. */
struct ts_recognised {
	bool has_code, has_ext;
	uint32_t code, ext;
	enum ts_code_role role;
	size_t code_off, code_len, ext_off, ext_len; /* where it stands in the text */
	struct ts_hit *hits; /* entries: by message pattern, then by the codes found, then by words */
	size_t nhits;
};
bool ts_kb_recognise(struct ts_kb *kb, const char *text, size_t n, struct ts_arena *a,
	struct ts_recognised *out, struct ts_err *err);
/* The same where the person gave the code beside the text: has_code to ext of *out are taken as they are. */
bool ts_kb_recognise_more(struct ts_kb *kb, const char *text, size_t n, struct ts_arena *a,
	struct ts_recognised *out, struct ts_err *err);
/* Of the hits, the entry to take for what the text speaks of: the first exact one; else the best by words where it has at least two telling words,
 * or one where no other entry has any. NULL: none can be taken. */
const struct ts_hit *ts_kb_choose(const struct ts_hit *hits, size_t n);

/* All entries in order of id. */
size_t ts_kb_list(struct ts_kb *kb, const char *product, struct ts_arena *a, struct ts_hit **out);
/* Words that begin with prefix (ASCII case apart), for completion: ids of entries; codes as 0x904 and 0x904/0x7; symbolic
 * names of codes; packs. In order, at most max, in the arena. */
enum ts_kb_words { TS_WORDS_IDS, TS_WORDS_CODES, TS_WORDS_CODE_NAMES, TS_WORDS_PACKS };
size_t ts_kb_words(struct ts_kb *kb, enum ts_kb_words what, const char *prefix, size_t max,
	struct ts_arena *a, const char ***out);
/* Load an entry and the nodes that its answers lead to in other entries. NULL with err, which names near ids, when there is none. */
struct ts_entry *ts_kb_load(struct ts_kb *kb, const char *id, struct ts_err *err);
/* The entry's Markdown as written (show); the caller frees; NULL with err. */
char *ts_kb_markdown(struct ts_kb *kb, const char *id, struct ts_err *err);
/* Does any entry speak of a machine of this name? */
bool ts_kb_has_machine(struct ts_kb *kb, const char *name);
/* A sentence for a cause class, in the arena; NULL when unknown. */
const char *ts_kb_class_title(struct ts_kb *kb, const char *cause_class, struct ts_arena *a);

#endif
