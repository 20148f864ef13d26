/* db/db.c - opening files of our own, and the small change of running statements. */
#include "db/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "os/os.h"

#define HEADER_SIZE 100 /* sqlite.org/fileformat2.html 1.3 */
#define BUSY_MS     2000

const struct ts_db_kind ts_db_kb = { "knowledge base", TS_KB_APPLICATION_ID, TS_KB_FORMAT };
const struct ts_db_kind ts_db_bundle = { "bundle", TS_BUNDLE_APPLICATION_ID, TS_BUNDLE_FORMAT };
const struct ts_db_kind ts_db_session = { "session file", TS_SESSION_APPLICATION_ID, TS_SESSION_FORMAT };

static const struct ts_db_kind *const kinds[] = { &ts_db_kb, &ts_db_bundle, &ts_db_session };

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool ts_db_application_id(const unsigned char *p, size_t n, uint32_t *id)
{
	if (n < HEADER_SIZE || memcmp(p, "SQLite format 3", 16) != 0) {
		return false;
	}
	*id = be32(p + 68);
	return true;
}

/* What a foreign application id is, in words. */
static void describe_id(uint32_t id, char *out, size_t size)
{
	for (size_t i = 0; i < TS_COUNT(kinds); i++) {
		if (kinds[i]->application_id == id) {
			(void)snprintf(out, size, "a %s of troubleshoot", kinds[i]->name);
			return;
		}
	}
	char letters[5] = { (char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id, '\0' };
	bool readable = true;
	for (int i = 0; i < 4; i++) {
		readable = readable && letters[i] > ' ' && letters[i] < 0x7F;
	}
	char number[40] = "";
	if (readable) {
		(void)snprintf(
			number, sizeof(number), ", application id 0x%08" PRIX32 " \"%s\"", id, letters);
	} else if (id != 0) {
		(void)snprintf(number, sizeof(number), ", application id 0x%08" PRIX32, id);
	}
	(void)snprintf(out, size, "an SQLite database of another program%s", number);
}

/* Did a program stop while it wrote? Then a journal lies beside the file, and SQLite puts it right when it opens it. */
static bool has_journal(const char *path)
{
	struct ts_file_info info;
	char *journal = ts_xasprintf("%s-journal", path);
	bool has = ts_os_stat(journal, &info, NULL) && info.kind == TS_FILE_REGULAR;
	free(journal);
	return has;
}

static bool check_header(const unsigned char *h, size_t n, int64_t size, const char *path,
	const struct ts_db_kind *kind, struct ts_err *err)
{
	uint32_t id;
	if (n < 16 || memcmp(h, "SQLite format 3", 16) != 0) {
		return ts_fail(err, "\"%s\" is not a %s: it is no SQLite database", path, kind->name);
	}
	if (!ts_db_application_id(h, n, &id)) {
		return ts_fail(err, "\"%s\" is cut off: only %zu bytes are left", path, n);
	}
	if (id != kind->application_id) {
		char what[128];
		describe_id(id, what, sizeof(what));
		return ts_fail(err, "\"%s\" is not a %s: it is %s", path, kind->name, what);
	}
	uint32_t format = be32(h + 60);
	if (format > (uint32_t)kind->format) {
		return ts_fail(err,
			"\"%s\" was made by a newer troubleshoot: version %" PRIu32 ", this program reads %d",
			path, format, kind->format);
	}
	if (format < (uint32_t)kind->format) {
		return ts_fail(err,
			"\"%s\" was made by an older troubleshoot: version %" PRIu32
			", this program reads %d; make it again",
			path, format, kind->format);
	}
	uint32_t page = (uint32_t)h[16] << 8 | h[17];
	int64_t whole = (int64_t)(page == 1 ? 65536 : page) * be32(h + 28);
	/* A cut would otherwise be noticed only where a look-up happens to need the missing part. */
	return size >= whole || ts_fail(err, "\"%s\" is cut off: %" PRId64 " of %" PRId64 " bytes are left",
					path, size, whole);
}

/* Everything that can be said about a file before SQLite sees it. */
static bool check_file(const char *path, const struct ts_db_kind *kind, struct ts_err *err)
{
	struct ts_file_info info;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind != TS_FILE_REGULAR) {
		static const char *const words[] = { [TS_FILE_NONE] = "it does not exist",
			[TS_FILE_DIR] = "it is a folder",
			[TS_FILE_OTHER] = "it is no regular file" };
		return ts_fail(err, "cannot open the %s \"%s\": %s", kind->name, path, words[info.kind]);
	}
	FILE *f = ts_os_open(path);
	if (f == NULL) {
		return ts_fail(err, "cannot open the %s \"%s\": no permission to read it", kind->name, path);
	}
	unsigned char header[HEADER_SIZE];
	size_t n = fread(header, 1, sizeof(header), f);
	(void)fclose(f);
	return check_header(header, n, info.size, path, kind, err);
}

/* The path as a file: URI. All but the plainest characters are percent-encoded: '?', '#' and '%' have a meaning there. */
static char *make_uri(const char *path, const char *query)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	/* With an empty authority an absolute path may begin with two slashes. */
	ts_buf_puts(&b, path[0] == '/' ? "file://" : "file:");
	for (; *path != '\0'; path++) {
		ts_buf_printf(&b, strchr(plain, *path) != NULL ? "%c" : "%%%02X", (unsigned char)*path);
	}
	ts_buf_puts(&b, query);
	return ts_buf_take(&b);
}

static sqlite3 *open_uri(const char *uri, int flags, const char *path, const struct ts_db_kind *kind,
	const char *pragmas, struct ts_err *err)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(
		uri, &db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc == SQLITE_OK) {
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		(void)sqlite3_busy_timeout(db, BUSY_MS);
		rc = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
	}
	if (rc != SQLITE_OK) {
		ts_fail(err, "cannot open the %s \"%s\": %s", kind->name, path,
			db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
		(void)sqlite3_close(db);
		return NULL;
	}
	return db;
}

sqlite3 *ts_db_open(const char *path, const struct ts_db_kind *kind, struct ts_err *err)
{
	if (!check_file(path, kind, err)) {
		return NULL;
	}
	char *uri = make_uri(path, "?mode=ro&immutable=1");
	sqlite3 *db = open_uri(uri, SQLITE_OPEN_READONLY, path, kind,
		"PRAGMA query_only = 1; PRAGMA cell_size_check = 1; PRAGMA temp_store = MEMORY", err);
	free(uri);
	return db;
}

sqlite3 *ts_db_open_memory(
	const void *data, size_t n, const char *name, const struct ts_db_kind *kind, struct ts_err *err)
{
	if (!check_header(data, n, (int64_t)n, name, kind, err)) {
		return NULL;
	}
	sqlite3 *db = open_uri(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, name, kind,
		"PRAGMA cell_size_check = 1; PRAGMA temp_store = MEMORY", err);
	if (db == NULL) {
		return NULL;
	}
	/* SQLite takes a pointer that is not const, and does not write with this flag. */
	unsigned char *bytes = (unsigned char *)(uintptr_t)data;
	if (sqlite3_deserialize(db, "main", bytes, (sqlite3_int64)n, (sqlite3_int64)n,
		    SQLITE_DESERIALIZE_READONLY) != SQLITE_OK ||
		!ts_db_exec(db, "PRAGMA query_only = 1", err)) {
		ts_fail(err, "cannot open the %s \"%s\": %s", kind->name, name, sqlite3_errmsg(db));
		(void)sqlite3_close(db);
		return NULL;
	}
	return db;
}

sqlite3 *ts_db_open_private(
	const char *path, const struct ts_db_kind *kind, const char *schema, struct ts_err *err)
{
	struct ts_file_info info;
	/* The schema is only ever run in an empty file that is ours from its first byte. */
	if (!ts_os_create_private(path, err) || !ts_os_stat(path, &info, err) ||
		(info.size > 0 && !has_journal(path) && !check_file(path, kind, err))) {
		return NULL;
	}
	char *uri = make_uri(path, "?mode=rw");
	sqlite3 *db = open_uri(uri, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, path, kind,
		"PRAGMA synchronous = FULL; PRAGMA cell_size_check = 1; PRAGMA foreign_keys = 1", err);
	free(uri);
	if (db != NULL && has_journal(path)) {
		/* The first read rolls back what was half written; then the file can be judged, and may be empty. */
		bool ok = ts_db_exec(db, "SELECT count(*) FROM sqlite_schema", err) &&
			  ts_os_stat(path, &info, err) && (info.size == 0 || check_file(path, kind, err));
		if (!ok) {
			(void)sqlite3_close(db);
			return NULL;
		}
	}
	if (db == NULL || info.size > 0) {
		return db;
	}
	/* Another program may have been faster: then there is a schema once the lock is ours. */
	bool ok = ts_db_exec(db, "BEGIN IMMEDIATE", err);
	sqlite3_stmt *stmt = NULL;
	bool empty = ok &&
		     sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema", -1, &stmt, NULL) == SQLITE_OK &&
		     sqlite3_step(stmt) == SQLITE_DONE;
	(void)sqlite3_finalize(stmt);
	ok = ok && (!empty || (ts_db_exec(db, schema, err) && ts_db_stamp(db, kind, err))) &&
	     ts_db_exec(db, "COMMIT", err);
	if (!ok) {
		(void)sqlite3_close(db);
		return NULL;
	}
	return db;
}

sqlite3 *ts_db_new(bool in_memory, struct ts_err *err)
{
	sqlite3 *db = NULL;
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	if (sqlite3_open_v2(in_memory ? ":memory:" : "", &db, flags, NULL) != SQLITE_OK) {
		ts_fail(err, "cannot make a temporary database: %s",
			db != NULL ? sqlite3_errmsg(db) : "out of memory");
		(void)sqlite3_close(db);
		return NULL;
	}
	return db;
}

bool ts_db_exec(sqlite3 *db, const char *sql, struct ts_err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || ts_fail(err, "%s", sqlite3_errmsg(db));
}

bool ts_db_stamp(sqlite3 *db, const struct ts_db_kind *kind, struct ts_err *err)
{
	char sql[128];
	/* PRAGMA takes no bound values; both are numbers of ours, read as signed ones. */
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %" PRId32 "; PRAGMA user_version = %d",
		(int32_t)kind->application_id, kind->format);
	return ts_db_exec(db, sql, err);
}

bool ts_db_vacuum_into(sqlite3 *db, const char *path, struct ts_err *err)
{
	struct ts_file_info info;
	if (!ts_os_stat(path, &info, err)) {
		return false;
	}
	if (info.kind != TS_FILE_NONE) {
		return ts_fail(err, "cannot write \"%s\": it exists already", path);
	}
	/* SQLite may be built to read file names as URIs everywhere. */
	char *name = ts_xasprintf("%s%s", strncmp(path, "file:", 5) == 0 ? "./" : "", path);
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		ts_db_bind_text(stmt, 1, name);
		rc = sqlite3_step(stmt);
	}
	bool ok = rc == SQLITE_DONE || ts_fail(err, "cannot write \"%s\": %s", path, sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	free(name);
	if (!ok) {
		(void)ts_os_remove(path);
	}
	return ok;
}

void ts_stmts_init(struct ts_stmts *s, sqlite3 *db, const char *const *sql, size_t count)
{
	*s = (struct ts_stmts){ db, sql, count, ts_xcalloc(count, sizeof(sqlite3_stmt *)) };
}

void ts_stmts_finish(struct ts_stmts *s)
{
	for (size_t i = 0; i < s->count; i++) {
		(void)sqlite3_finalize(s->stmts[i]);
	}
	free(s->stmts);
	*s = (struct ts_stmts){ 0 };
}

sqlite3_stmt *ts_stmts_get(struct ts_stmts *s, size_t i, struct ts_err *err)
{
	if (s->stmts[i] != NULL) {
		(void)sqlite3_reset(s->stmts[i]);
		(void)sqlite3_clear_bindings(s->stmts[i]);
	} else if (sqlite3_prepare_v3(s->db, s->sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->stmts[i], NULL) !=
		   SQLITE_OK) {
		ts_fail(err, "%s", sqlite3_errmsg(s->db));
	}
	return s->stmts[i];
}

void ts_db_bind_text(sqlite3_stmt *stmt, int index, const char *text)
{
	if (stmt != NULL) {
		(void)sqlite3_bind_text(stmt, index, text, -1, SQLITE_TRANSIENT);
	}
}

void ts_db_bind_int(sqlite3_stmt *stmt, int index, int64_t v)
{
	if (stmt != NULL) {
		(void)sqlite3_bind_int64(stmt, index, v);
	}
}

enum ts_db_state ts_db_step(sqlite3_stmt *stmt, struct ts_err *err)
{
	if (stmt == NULL) {
		return TS_STEP_FAILED;
	}
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		return TS_STEP_ROW;
	}
	if (rc != SQLITE_DONE) {
		ts_fail(err, "%s", sqlite3_errmsg(sqlite3_db_handle(stmt)));
	}
	(void)sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? TS_STEP_DONE : TS_STEP_FAILED;
}

bool ts_db_run(sqlite3_stmt *stmt, struct ts_err *err)
{
	enum ts_db_state step;
	do {
		step = ts_db_step(stmt, err);
	} while (step == TS_STEP_ROW);
	return step == TS_STEP_DONE;
}

const char *ts_db_text(sqlite3_stmt *stmt, int column, struct ts_arena *a)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	return text != NULL ? ts_arena_strndup(a, text, (size_t)sqlite3_column_bytes(stmt, column)) : NULL;
}

int64_t ts_db_int(sqlite3_stmt *stmt, int column, int64_t if_null)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL ? if_null
								: sqlite3_column_int64(stmt, column);
}
