/* modules/archive.c - archives through libarchive, as a module of its own: see os/module.h and os/unpack.h. */
#include "os/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

extern const struct ts_unpack_ops ts_module_archive;

static void say(struct archive *a, char *err, size_t errsize)
{
	const char *why = archive_error_string(a);
	snprintf(err, errsize, "%s", why != NULL ? why : "the archive cannot be read");
}

/* Only what people collect evidence in: each further format would be one more parser for hostile bytes. */
static void set_formats(struct archive *a)
{
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_raw(a);
	/* Resource forks and the like are members as any other. */
	archive_read_set_options(a, "!mac-ext");
}

static void *open_archive(const void *data, size_t n, char *err, size_t errsize)
{
	struct archive *a = archive_read_new();
	if (a == NULL) {
		snprintf(err, errsize, "out of memory");
		return NULL;
	}
	set_formats(a);
	if (archive_read_open_memory(a, data, n) != ARCHIVE_OK) {
		say(a, err, errsize);
		archive_read_free(a);
		return NULL;
	}
	return a;
}

static enum ts_unpack_result next_entry(void *u, struct ts_unpack_entry *e, char *err, size_t errsize)
{
	struct archive *a = u;
	struct archive_entry *entry;
	int rc = archive_read_next_header(a, &entry);
	if (rc == ARCHIVE_EOF) {
		return TS_UNPACK_END;
	}
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
		say(a, err, errsize);
		return TS_UNPACK_FAILED;
	}
	const char *path = archive_entry_pathname_utf8(entry);
	if (path == NULL) {
		path = archive_entry_pathname(entry);
	}
	*e = (struct ts_unpack_entry){
		.path = path != NULL ? path : "",
		.size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1,
		.mtime = archive_entry_mtime_is_set(entry) ? (int64_t)archive_entry_mtime(entry) : 0,
		.regular = archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL,
		.folder = archive_entry_filetype(entry) == AE_IFDIR,
		.encrypted = archive_entry_is_encrypted(entry) != 0,
		.single = archive_format(a) == ARCHIVE_FORMAT_RAW,
	};
	return TS_UNPACK_OK;
}

static ptrdiff_t read_entry(void *u, void *buf, size_t n, char *err, size_t errsize)
{
	la_ssize_t got = archive_read_data(u, buf, n);
	if (got < 0) {
		say(u, err, errsize);
		return -1;
	}
	return (ptrdiff_t)got;
}

static bool skips_freely(void *u)
{
	return archive_format(u) == ARCHIVE_FORMAT_ZIP && archive_filter_count(u) <= 1;
}

static void close_archive(void *u)
{
	archive_read_free(u);
}

const struct ts_unpack_ops ts_module_archive = {
	.version = TS_UNPACK_VERSION,
	.open = open_archive,
	.next = next_entry,
	.read = read_entry,
	.skips_freely = skips_freely,
	.close = close_archive,
};
