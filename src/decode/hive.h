/* decode/hive.h - Windows registry hives (regf), read from memory, however damaged. Nothing is indexed: a look-up
 * touches only the cells on its way. The functions are thread safe, as a hive is never changed.
 *
 * Keys and values are offsets of their cells. Every offset of the file is checked before it is used; lists are
 * walked by iterators that end after as many items as the file has room for. */
#ifndef TS_DECODE_HIVE_H
#define TS_DECODE_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

#define TS_HIVE_HEADER   4096               /* bytes before the bins */
#define TS_HIVE_DEPTH    512                /* keys within each other; Windows allows no more */
#define TS_HIVE_MAX_DATA ((size_t)64 << 20) /* of one value */

enum ts_hive_file { TS_HIVE_PRIMARY, TS_HIVE_LOG_OLD, TS_HIVE_LOG_NEW, TS_HIVE_NO_HIVE };

/* The base block of a hive or of a log. */
struct ts_hive_base {
	enum ts_hive_file file;
	uint32_t primary, secondary; /* sequence numbers: they differ while changes wait in the logs */
	uint64_t written;            /* FILETIME */
	uint32_t minor, root, size;  /* version 1.minor, cell of the root key, bytes of bins */
	bool checksum_ok;
	unsigned char name[64]; /* UTF-16LE: the end of the path that the hive had; zeros behind it */
};

struct ts_hive {
	struct ts_hive_base base;
	const unsigned char *bins;
	size_t nbins; /* bytes of them that are there */
	bool cut;     /* fewer than the header says */
};

typedef uint32_t ts_hive_cell;
#define TS_HIVE_NONE UINT32_MAX

/* Is it a hive or one of its logs? Fills b for whatever begins with "regf". */
enum ts_hive_file ts_hive_base_read(const void *data, size_t n, struct ts_hive_base *b);
/* Open a hive in memory, which must stay. False when there is no root key to begin with. */
bool ts_hive_open(struct ts_hive *h, const void *data, size_t n, struct ts_err *err);

enum ts_hive_found { TS_HIVE_FOUND, TS_HIVE_ABSENT, TS_HIVE_DAMAGED };

/* Walks subkeys or values. */
struct ts_hive_iter {
	const struct ts_hive *h;
	size_t left;                        /* items that may still come */
	const unsigned char *lists, *items; /* of the list of lists, of the current list */
	size_t nlists, nitems, step;
	bool values;
	bool damaged; /* something of the list could not be read */
};

void ts_hive_subkeys(const struct ts_hive *h, ts_hive_cell key, struct ts_hive_iter *it);
void ts_hive_values(const struct ts_hive *h, ts_hive_cell key, struct ts_hive_iter *it);
/* The next one; false at the end. */
bool ts_hive_next(struct ts_hive_iter *it, ts_hive_cell *out);

/* The subkey or value of that name (n bytes of UTF-8, ASCII case ignored). TS_HIVE_DAMAGED: it was not found, but
 * not all could be read. */
enum ts_hive_found ts_hive_subkey(
	const struct ts_hive *h, ts_hive_cell key, const char *name, size_t n, ts_hive_cell *out);
enum ts_hive_found ts_hive_value(
	const struct ts_hive *h, ts_hive_cell key, const char *name, size_t n, ts_hive_cell *out);

/* Of keys and values that the functions above gave. */
void ts_hive_key_name(const struct ts_hive *h, ts_hive_cell key, struct ts_buf *out);
uint64_t ts_hive_key_time(const struct ts_hive *h, ts_hive_cell key);                     /* FILETIME */
void ts_hive_value_name(const struct ts_hive *h, ts_hive_cell value, struct ts_buf *out); /* "" = default */
uint32_t ts_hive_value_type(const struct ts_hive *h, ts_hive_cell value);
/* Append the data; false when not all of it could be read. */
bool ts_hive_value_data(const struct ts_hive *h, ts_hive_cell value, struct ts_buf *out);

/* FILETIME as Unix seconds; 0 for none. */
int64_t ts_filetime_unix(uint64_t t);

#endif
