/* os/unpack.h - reading archives through the module "archive" (libarchive): zip, tar, 7z, and files compressed by
 * gzip, xz, bzip2 or zstd. Nothing is ever written to a path that an archive names. */
#ifndef TS_OS_UNPACK_H
#define TS_OS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member. */
struct ts_unpack_entry {
	const char *path; /* as the archive spells it, any bytes; valid until the next call */
	int64_t size;     /* -1 when the archive does not say */
	int64_t mtime;    /* Unix seconds; 0 when the archive does not say */
	bool regular;     /* a file: neither folder nor link nor device */
	bool folder;
	bool encrypted;
	bool single; /* not a member of anything, but the content of a compressed file */
};

enum ts_unpack_result { TS_UNPACK_OK, TS_UNPACK_END, TS_UNPACK_FAILED };

/* What the module exports as ts_module_archive. err: a sentence without full stop, at most errsize bytes. */
struct ts_unpack_ops {
	int version; /* TS_UNPACK_VERSION */
	/* The bytes stay until close. NULL when they are no archive. */
	void *(*open)(const void *data, size_t n, char *err, size_t errsize);
	enum ts_unpack_result (*next)(void *u, struct ts_unpack_entry *e, char *err, size_t errsize);
	/* Bytes of the current member: their number, 0 at its end, -1 on failure. */
	ptrdiff_t (*read)(void *u, void *buf, size_t n, char *err, size_t errsize);
	/* Can the current member be left out without unpacking it? */
	bool (*skips_freely)(void *u);
	void (*close)(void *u);
};
#define TS_UNPACK_VERSION 1

#endif
