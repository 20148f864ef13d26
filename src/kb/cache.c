/* kb/cache.c - folders of Markdown as knowledge bases. The compiled file carries the list of what it was made
 * from; it is replaced by rename, so that two processes at once each see a whole one. */
#include "kb/cache.h"

#include <stdlib.h>
#include <string.h>
#include "kb/compile.h"
#include "kb/digest.h"
#include "kb/lint.h"
#include "kb/pack.h"
#include "kb/store.h"
#include "os/os.h"

#define NS_PER_S 1000000000
#define FRESH_S                                                                                              \
	2 /* a file changed so shortly before may be changed again within the same tick of the file system's \
	     clock */
#define NAME_CHARS 16 /* of the digest of the path */

/* --- is what is there still right? ------------------------------------- */

static bool counts(const struct ts_pack_file *f)
{
	return f->kind != TS_PACK_FILE_TEST; /* test cases do not change what is compiled */
}

static int by_relative(const void *a, const void *b)
{
	const struct ts_pack_file *x = a, *y = b;

	return strcmp(x->relative, y->relative);
}

static bool same_content(const struct ts_pack_file *f, const char *sha256)
{
	char now[65];

	return ts_digest_file(f->path, now, NULL) && strcmp(now, sha256) == 0;
}

/* Compare the rows of `input` with the files, both in order of path. On success *digest is that of the
 * content. */
static bool unchanged(struct ts_kb *kb, struct ts_pack_file *files, size_t n, char digest[65])
{
	sqlite3_stmt *s = ts_store_query(kb, 0, TS_Q_INPUT);
	struct ts_digest d;
	size_t i = 0;
	bool same = s != NULL;

	ts_digest_init(&d);
	qsort(files, n, sizeof(files[0]), by_relative);
	while (same && ts_store_row(kb, 0, s)) {
		const char *path = (const char *)sqlite3_column_text(s, 0);
		const char *sha256 = (const char *)sqlite3_column_text(s, 3);

		while (i < n && !counts(&files[i])) {
			i++;
		}
		same = i < n && path != NULL && sha256 != NULL && strcmp(path, files[i].relative) == 0 &&
		       sqlite3_column_int64(s, 1) == files[i].size &&
		       (sqlite3_column_int64(s, 2) == files[i].mtime_ns || same_content(&files[i], sha256));
		if (same) {
			ts_digest_put(&d, sha256, strlen(sha256));
			ts_digest_put(&d, path, strlen(path) + 1);
			i++;
		}
	}
	sqlite3_reset(s);
	while (i < n && !counts(&files[i])) {
		i++;
	}
	ts_digest_end(&d, digest);
	return same && i == n && kb->trouble.text[0] == '\0';
}

/* Add the compiled file if it is there, can be read, and is what the folder holds now. */
static bool add_cached(struct ts_kb *kb, const char *dir, const char *cached)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_kb *alone = ts_kb_new();
	struct ts_pack_file *files;
	char digest[65];
	size_t n;
	bool ok = false;
	sqlite3 *db = ts_db_open(cached, &ts_db_kb, NULL);

	if (db != NULL) {
		ts_store_add(alone, db, cached, NULL);
		ok = ts_pack_files(dir, a, &files, &n, NULL) && unchanged(alone, files, n, digest);
	}
	if (ok) {
		/* The connection moves to kb, without the statement that was prepared on it. */
		ts_store_add(kb, ts_store_finish(&alone->files[0]), dir, digest);
		alone->nfiles = 0;
	}
	ts_kb_free(alone);
	ts_arena_free(a);
	return ok;
}

/* --- compiling --------------------------------------------------------- */

/* Note what db was compiled from. *digest becomes that of the content. */
static bool put_input(sqlite3 *db, const struct ts_pack_set *set, char digest[65], struct ts_err *err)
{
	struct ts_pack_file *files = ts_xcalloc(set->nfiles + 1, sizeof(*files));
	int64_t fresh = (ts_os_now() - FRESH_S) * NS_PER_S;
	sqlite3_stmt *s = NULL;
	struct ts_digest d;
	bool ok = ts_db_exec(db, "BEGIN", err) &&
		  sqlite3_prepare_v2(db, "INSERT INTO input VALUES (?, ?, ?, ?)", -1, &s, NULL) == SQLITE_OK;

	memcpy(files, set->files, set->nfiles * sizeof(*files));
	qsort(files, set->nfiles, sizeof(*files), by_relative);
	ts_digest_init(&d);
	for (size_t i = 0; i < set->nfiles && ok; i++) {
		const struct ts_pack_file *f = &files[i];
		char sha256[65];

		if (!counts(f) || f->src == NULL) {
			continue;
		}
		ts_digest_of(f->src->text, f->src->len, sha256);
		ts_digest_put(&d, sha256, strlen(sha256));
		ts_digest_put(&d, f->relative, strlen(f->relative) + 1);
		sqlite3_bind_text(s, 1, f->relative, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, f->size);
		sqlite3_bind_int64(s, 3, f->mtime_ns > fresh ? -1 : f->mtime_ns);
		sqlite3_bind_text(s, 4, sha256, -1, SQLITE_STATIC);
		ok = sqlite3_step(s) == SQLITE_DONE;
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	ok = ok && ts_db_exec(db, "COMMIT", err);
	ts_digest_end(&d, digest);
	free(files);
	return ok || ts_fail(err, "the list of files could not be written: %s", sqlite3_errmsg(db));
}

/* Read, check and compile the folder into a database of this process. NULL with err. */
static sqlite3 *compile_folder(const char *dir, struct ts_diags *d, char digest[65], struct ts_err *err)
{
	struct ts_pack_set *set = ts_pack_read(dir, d, err);
	sqlite3 *db = NULL;
	size_t errors;

	if (set == NULL) {
		return NULL;
	}
	ts_lint(set, ts_os_now(), d);
	errors = ts_diags_count(d, TS_ERROR);
	if (errors > 0) {
		ts_fail(err, "%s: %zu error%s in the Markdown; \"troubleshoot kb lint\" shows them", dir,
			errors, errors == 1 ? "" : "s");
	} else {
		db = ts_db_new(false, err);
	}
	if (db != NULL && (!ts_compile_into(set, db, err) || !put_input(db, set, digest, err))) {
		sqlite3_close(db);
		db = NULL;
	}
	ts_pack_set_free(set);
	return db;
}

/* Where the folder's compiled form is kept, with the directory made; NULL where there is no such place. The
 * caller frees. */
static char *cached_path(const char *dir)
{
	char *base = ts_os_dir_cache(), *absolute = ts_os_absolute(dir), *path = NULL;
	char sha256[65];

	if (base != NULL && absolute != NULL && ts_os_mkdirs_private(base, NULL)) {
		ts_digest_of(absolute, strlen(absolute), sha256);
		path = ts_xasprintf("%s/kb-%.*s.db", base, NAME_CHARS, sha256);
	}
	free(base);
	free(absolute);
	return path;
}

bool ts_cache_add(struct ts_kb *kb, const char *dir, struct ts_diags *diags, struct ts_err *err)
{
	char *cached = cached_path(dir);
	struct ts_diags *own = NULL;
	char digest[65];
	sqlite3 *db;

	if (cached != NULL && add_cached(kb, dir, cached)) {
		free(cached);
		return true;
	}
	if (diags == NULL) {
		diags = own = ts_diags_new();
	}
	db = compile_folder(dir, diags, digest, err);
	if (db != NULL) {
		/* A cache that cannot be written costs time at the next start, nothing else. */
		if (cached != NULL) {
			ts_compile_write(db, cached, NULL);
		}
		ts_store_add(kb, db, dir, digest);
	}
	ts_diags_free(own);
	free(cached);
	return db != NULL;
}
