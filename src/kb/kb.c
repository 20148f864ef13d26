/* kb/kb.c - the set of opened knowledge bases: adding files and folders, and what is known of the whole. */
#include "kb/kb.h"

#include <stdlib.h>
#include <string.h>
#include "kb/builtin.h"
#include "kb/cache.h"
#include "kb/digest.h"
#include "kb/store.h"
#include "os/os.h"

struct ts_kb *ts_kb_new(void)
{
	return ts_xcalloc(1, sizeof(struct ts_kb));
}

void ts_kb_free(struct ts_kb *kb)
{
	if (kb == NULL) {
		return;
	}
	for (size_t i = 0; i < kb->nfiles; i++) {
		sqlite3_close(ts_store_finish(&kb->files[i]));
	}
	free(kb->files);
	free(kb);
}

bool ts_kb_add(struct ts_kb *kb, const char *path, struct ts_diags *diags, struct ts_err *err)
{
	struct ts_file_info info;
	sqlite3 *db;

	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind == TS_FILE_DIR) {
		return ts_cache_add(kb, path, diags, err);
	}
	db = ts_db_open(path, &ts_db_kb, err);
	if (db == NULL) {
		return false;
	}
	ts_store_add(kb, db, path, NULL);
	return true;
}

bool ts_kb_has_builtin(void)
{
	size_t n;
	return ts_kb_builtin(&n) != NULL;
}

bool ts_kb_add_builtin(struct ts_kb *kb, struct ts_err *err)
{
	static const char name[] = "the knowledge in this program";
	size_t n;
	const unsigned char *data = ts_kb_builtin(&n);
	sqlite3 *db = ts_db_open_memory(data, n, name, &ts_db_kb, err);

	if (db == NULL) {
		return false;
	}
	ts_store_add(kb, db, name, NULL);
	kb->files[kb->nfiles - 1].builtin = true;
	return true;
}

/* The digest of a file that was opened as it is. */
static bool digest_of(const struct ts_kb_file *f, char out[65], struct ts_err *err)
{
	size_t n;

	if (!f->builtin) {
		return ts_digest_file(f->path, out, err);
	}
	const unsigned char *data = ts_kb_builtin(&n);
	ts_digest_of(data, n, out);
	return true;
}

const char *ts_kb_trouble(const struct ts_kb *kb)
{
	return kb->trouble.text[0] != '\0' ? kb->trouble.text : NULL;
}

bool ts_kb_info(struct ts_kb *kb, struct ts_kb_info *info, struct ts_err *err)
{
	struct ts_digest all;
	char one[65] = "";

	memset(info, 0, sizeof(*info));
	ts_digest_init(&all);
	for (size_t i = 0; i < kb->nfiles; i++) {
		info->entries += ts_store_entries(kb, i);
		if (kb->files[i].digest[0] != '\0') {
			memcpy(one, kb->files[i].digest, sizeof(one));
		} else if (!digest_of(&kb->files[i], one, err)) {
			return false;
		}
		ts_digest_put(&all, one, 64);
		ts_digest_put(&all, "\n", 1);
	}
	if (kb->nfiles == 1) {
		memcpy(info->sha256, one, sizeof(one));
	} else {
		ts_digest_end(&all, info->sha256);
	}
	return ts_kb_trouble(kb) == NULL || ts_fail(err, "%s", kb->trouble.text);
}
