/* kb/pack.h - folders of knowledge as the program reads them: pack.yaml, codes.yaml, entries and their tests.
 *
 *	struct ts_diags *d = ts_diags_new();
 *	struct ts_pack_set *set = ts_pack_read("kb", d, &err);   reads and parses everything
 *	ts_lint(set, today, d);                                  the rules that look across files (kb/lint.h)
 *	... ts_diags_count(d, TS_ERROR) == 0: compile set ...
 *	ts_pack_set_free(set), then ts_diags_free(d)             in this order: the set points into d */
#ifndef TS_KB_PACK_H
#define TS_KB_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/diag.h"
#include "base/err.h"
#include "kb/entry.h"
#include "kb/kb.h"

#define TS_PACK_FILE_MAX  ((size_t)4 << 20) /* bytes of one file of a pack */
#define TS_PACK_DEPTH_MAX 16                /* folders below the one that was named */

/* A cause class of pack.yaml with its sentence. */
struct ts_pack_class {
	const char *name, *title;
	struct ts_span span;
};

/* Advice that no entry may give. */
struct ts_pack_refused {
	const char *pattern; /* PCRE2, caseless, searched in each command and each step's text */
	const char *reason;
	const char *shell; /* only in commands of this shell; NULL = everywhere */
	struct ts_span span, pattern_span;
};

/* A row of codes.yaml. */
struct ts_code_row {
	uint32_t code;
	enum ts_code_role role;
	const char *name, *text, *certainty;
	const char *source;   /* address: a key of `sources:` is replaced by what it stands for */
	const char *product;  /* NULL = the pack's first product */
	const char *category; /* NULL = not said */
	const char **aliases; /* NULL-terminated, never NULL */
	struct ts_span span;
};

struct ts_pack {
	const char *name;   /* of pack.yaml; without one the folder's name */
	const char *folder; /* relative to the folder that was read: "rdp"; "" = that folder itself */
	const char *title, *version, *licence; /* NULL where not said */
	struct ts_text_item *products, *services, *channels;
	size_t nproducts, nservices, nchannels;
	struct ts_pack_class *classes;
	size_t nclasses;
	struct ts_pack_refused *refused;
	size_t nrefused;
	struct ts_code_row *codes; /* as they stand in codes.yaml */
	size_t ncodes;
	const struct ts_source *src;       /* pack.yaml, NULL where there is none */
	const struct ts_source *codes_src; /* codes.yaml, NULL where there is none */
};

enum ts_pack_file_kind { TS_PACK_FILE_ENTRY, TS_PACK_FILE_TEST, TS_PACK_FILE_PACK, TS_PACK_FILE_CODES };

/* A file that was read, in the order of the walk (each folder's names sorted by bytes). */
struct ts_pack_file {
	enum ts_pack_file_kind kind;
	const char *path;     /* as it can be opened: DIR/rdp/0x904-0x7.md */
	const char *relative; /* "rdp/0x904-0x7.md" below the folder that was read */
	int64_t size, mtime_ns;
	const struct ts_source *src;
};

struct ts_pack_entry {
	struct ts_entry *entry;
	const struct ts_source *src;      /* its Markdown as written */
	const struct ts_source *test_src; /* its .test.yaml, NULL where there is none */
	size_t pack;                      /* index in packs */
	size_t file;                      /* index in files */
};

struct ts_pack_set {
	struct ts_arena *arena;
	struct ts_pack *packs; /* in order of folder */
	size_t npacks;
	struct ts_pack_entry *entries; /* in order of id, by bytes */
	size_t nentries;
	struct ts_pack_file *files;
	size_t nfiles;
};

/* Read a folder of packs, or one pack's folder. Problems in files go to d (which must outlive the set) and
 * do not stop the reading; NULL with err only when dir itself cannot be read. Ids are paths below dir
 * without ".md"; where dir holds a pack.yaml, the pack's name and '/' are put before them, so that reading
 * kb and kb/rdp gives the same ids. The set with its entries is freed with ts_pack_set_free. */
struct ts_pack_set *ts_pack_read(const char *dir, struct ts_diags *d, struct ts_err *err);
void ts_pack_set_free(struct ts_pack_set *set); /* NULL is allowed */

/* The files that ts_pack_read would read, without reading them (src is NULL): for telling whether
 * something changed. In the arena. */
bool ts_pack_files(
	const char *dir, struct ts_arena *a, struct ts_pack_file **files, size_t *nfiles, struct ts_err *err);

/* Index in set->entries of this id, or -1. */
int ts_pack_find(const struct ts_pack_set *set, const char *id);

#endif
