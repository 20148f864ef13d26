/* decode/hive.c - reading registry hives: base block, cells, lists, keys, values. */
#include "decode/hive.h"

#include <string.h>
#include "base/utf8.h"
#include "decode/utf16.h"

/* Offsets within the data of the cells "nk" (key) and "vk" (value). */
enum {
	NK_FLAGS = 2,
	NK_TIME = 4,
	NK_SUBKEYS = 20,
	NK_SUBKEY_LIST = 28,
	NK_VALUES = 36,
	NK_VALUE_LIST = 40,
	NK_NAME_LEN = 72,
	NK_NAME = 76,
	VK_NAME_LEN = 2,
	VK_SIZE = 4,
	VK_DATA = 8,
	VK_TYPE = 12,
	VK_FLAGS = 16,
	VK_NAME = 20
};
#define NK_ASCII       0x20
#define VK_ASCII       1
#define DATA_INLINE    0x80000000u
#define BIG_DATA       16344 /* bytes of a segment; what is longer comes in several, from version 1.4 */
#define SMALLEST_CELL  8
#define FILETIME_EPOCH INT64_C(11644473600)

static uint32_t le16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static uint64_t le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

int64_t ts_filetime_unix(uint64_t t)
{
	int64_t s = (int64_t)(t / 10000000) - FILETIME_EPOCH;
	return t != 0 && s > 0 ? s : 0;
}

/* --- opening --- */

static bool checksum_ok(const unsigned char *p)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4) {
		sum ^= le32(p + i);
	}
	sum = sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
	return sum == le32(p + 508);
}

enum ts_hive_file ts_hive_base_read(const void *data, size_t n, struct ts_hive_base *b)
{
	const unsigned char *p = data;
	*b = (struct ts_hive_base){ .file = TS_HIVE_NO_HIVE };
	if (n < 512 || memcmp(p, "regf", 4) != 0) {
		return TS_HIVE_NO_HIVE;
	}
	b->primary = le32(p + 4);
	b->secondary = le32(p + 8);
	b->written = le64(p + 12);
	b->minor = le32(p + 24);
	b->root = le32(p + 36);
	b->size = le32(p + 40);
	memcpy(b->name, p + 48, sizeof(b->name));
	b->checksum_ok = checksum_ok(p);
	uint32_t type = le32(p + 28);
	b->file = type == 6 ? TS_HIVE_LOG_NEW : type == 1 || type == 2 ? TS_HIVE_LOG_OLD : TS_HIVE_PRIMARY;
	return b->file;
}

/* The data of the cell at an offset, at least `need` bytes; NULL when it is not within the file. */
static const unsigned char *cell(const struct ts_hive *h, uint32_t at, size_t need, size_t *size)
{
	if (at % 4 != 0 || at >= h->nbins || h->nbins - at < SMALLEST_CELL) {
		return NULL;
	}
	int32_t len = (int32_t)le32(h->bins + at);
	/* Negative = in use. A free cell may hold what was deleted, which is no longer true. */
	if (len >= 0 || len == INT32_MIN) {
		return NULL;
	}
	size_t n = (size_t) - (int64_t)len;
	if (n < 4 || n > h->nbins - at || n - 4 < need) {
		return NULL;
	}
	*size = n - 4;
	return h->bins + at + 4;
}

static const unsigned char *key_cell(const struct ts_hive *h, ts_hive_cell at)
{
	size_t n;
	const unsigned char *p = cell(h, at, NK_NAME, &n);
	return p != NULL && memcmp(p, "nk", 2) == 0 && le16(p + NK_NAME_LEN) <= n - NK_NAME ? p : NULL;
}

static const unsigned char *value_cell(const struct ts_hive *h, ts_hive_cell at)
{
	size_t n;
	const unsigned char *p = cell(h, at, VK_NAME, &n);
	return p != NULL && memcmp(p, "vk", 2) == 0 && le16(p + VK_NAME_LEN) <= n - VK_NAME ? p : NULL;
}

bool ts_hive_open(struct ts_hive *h, const void *data, size_t n, struct ts_err *err)
{
	const unsigned char *p = data;
	*h = (struct ts_hive){ 0 };
	if (ts_hive_base_read(data, n, &h->base) == TS_HIVE_NO_HIVE || n < TS_HIVE_HEADER + 32) {
		return ts_fail(err, "it is no registry hive");
	}
	if (h->base.file != TS_HIVE_PRIMARY) {
		return ts_fail(err, "it is the log of a registry hive, not the hive");
	}
	h->bins = p + TS_HIVE_HEADER;
	h->nbins = n - TS_HIVE_HEADER;
	h->cut = h->base.size > h->nbins;
	return key_cell(h, h->base.root) != NULL ||
	       ts_fail(err, "the hive is damaged: its root key cannot be read");
}

/* --- lists --- */

static size_t list_step(const unsigned char *p)
{
	return memcmp(p, "lf", 2) == 0 || memcmp(p, "lh", 2) == 0 ? 8 : memcmp(p, "li", 2) == 0 ? 4 : 0;
}

/* Begin the list of subkeys at an offset. */
static void enter_list(struct ts_hive_iter *it, uint32_t at)
{
	size_t n;
	const unsigned char *p = cell(it->h, at, 4, &n);
	size_t step = p != NULL ? list_step(p) : 0;
	if (step == 0) {
		it->damaged = true;
		return;
	}
	it->items = p + 4;
	it->nitems = le16(p + 2);
	it->step = step;
	if (it->nitems > (n - 4) / step) {
		it->nitems = (n - 4) / step;
		it->damaged = true;
	}
}

void ts_hive_subkeys(const struct ts_hive *h, ts_hive_cell key, struct ts_hive_iter *it)
{
	*it = (struct ts_hive_iter){ .h = h };
	const unsigned char *k = key_cell(h, key);
	if (k == NULL) {
		it->damaged = true;
		return;
	}
	it->left = le32(k + NK_SUBKEYS);
	if (it->left == 0) {
		return;
	}
	size_t n, most = h->nbins / (NK_NAME + 4);
	uint32_t list = le32(k + NK_SUBKEY_LIST);
	const unsigned char *p = cell(h, list, 4, &n);
	it->left = it->left > most ? most : it->left;
	if (p != NULL && memcmp(p, "ri", 2) == 0) {
		it->lists = p + 4;
		it->nlists = le16(p + 2);
		if (it->nlists > (n - 4) / 4) {
			it->nlists = (n - 4) / 4;
			it->damaged = true;
		}
	} else {
		enter_list(it, list);
	}
}

void ts_hive_values(const struct ts_hive *h, ts_hive_cell key, struct ts_hive_iter *it)
{
	*it = (struct ts_hive_iter){ .h = h, .values = true, .step = 4 };
	const unsigned char *k = key_cell(h, key);
	size_t n;
	if (k == NULL) {
		it->damaged = true;
		return;
	}
	it->left = le32(k + NK_VALUES);
	if (it->left == 0) {
		return;
	}
	it->items = cell(h, le32(k + NK_VALUE_LIST), 4, &n);
	it->nitems = it->items == NULL ? 0 : it->left > n / 4 ? n / 4 : it->left;
	it->damaged = it->nitems < it->left;
}

bool ts_hive_next(struct ts_hive_iter *it, ts_hive_cell *out)
{
	while (it->left > 0) {
		while (it->nitems == 0) {
			if (it->nlists == 0) {
				/* Fewer than the key says it has. */
				it->damaged = true;
				it->left = 0;
				return false;
			}
			uint32_t list = le32(it->lists);
			it->lists += 4;
			it->nlists--;
			enter_list(it, list);
		}
		uint32_t at = le32(it->items);
		it->items += it->step;
		it->nitems--;
		it->left--;
		if ((it->values ? value_cell(it->h, at) : key_cell(it->h, at)) != NULL) {
			*out = at;
			return true;
		}
		it->damaged = true;
	}
	return false;
}

/* --- names --- */

static uint32_t lower(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Is the name of a cell this text? */
static bool same_name(const unsigned char *p, size_t n, bool ascii, const char *text, size_t len)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i += ascii ? 1 : 2) {
		uint32_t have = ascii ? p[i] : i + 1 < n ? le16(p + i) : 0, want;
		if (!ascii && have >= 0xD800 && have < 0xDC00 && i + 3 < n) {
			have = 0x10000 + ((have - 0xD800) << 10) + (le16(p + i + 2) & 0x3FF);
			i += 2;
		}
		if (at >= len) {
			return false;
		}
		at += ts_utf8_next(text + at, len - at, &want, NULL);
		if (lower(have) != lower(want)) {
			return false;
		}
	}
	return at == len;
}

enum ts_hive_found ts_hive_subkey(
	const struct ts_hive *h, ts_hive_cell key, const char *name, size_t n, ts_hive_cell *out)
{
	struct ts_hive_iter it;
	ts_hive_subkeys(h, key, &it);
	while (ts_hive_next(&it, out)) {
		const unsigned char *k = key_cell(h, *out);
		bool ascii = (le16(k + NK_FLAGS) & NK_ASCII) != 0;
		if (same_name(k + NK_NAME, le16(k + NK_NAME_LEN), ascii, name, n)) {
			return TS_HIVE_FOUND;
		}
	}
	*out = TS_HIVE_NONE;
	return it.damaged ? TS_HIVE_DAMAGED : TS_HIVE_ABSENT;
}

enum ts_hive_found ts_hive_value(
	const struct ts_hive *h, ts_hive_cell key, const char *name, size_t n, ts_hive_cell *out)
{
	struct ts_hive_iter it;
	ts_hive_values(h, key, &it);
	while (ts_hive_next(&it, out)) {
		const unsigned char *v = value_cell(h, *out);
		bool ascii = (le16(v + VK_FLAGS) & VK_ASCII) != 0;
		if (same_name(v + VK_NAME, le16(v + VK_NAME_LEN), ascii, name, n)) {
			return TS_HIVE_FOUND;
		}
	}
	*out = TS_HIVE_NONE;
	return it.damaged ? TS_HIVE_DAMAGED : TS_HIVE_ABSENT;
}

static void put_name(struct ts_buf *out, const unsigned char *p, size_t n, bool ascii)
{
	if (ascii) {
		ts_latin1_put(out, p, n, false);
	} else {
		ts_utf16_put(out, p, n, false);
	}
}

void ts_hive_key_name(const struct ts_hive *h, ts_hive_cell key, struct ts_buf *out)
{
	const unsigned char *k = key_cell(h, key);
	if (k != NULL) {
		put_name(out, k + NK_NAME, le16(k + NK_NAME_LEN), (le16(k + NK_FLAGS) & NK_ASCII) != 0);
	}
}

uint64_t ts_hive_key_time(const struct ts_hive *h, ts_hive_cell key)
{
	const unsigned char *k = key_cell(h, key);
	return k != NULL ? le64(k + NK_TIME) : 0;
}

void ts_hive_value_name(const struct ts_hive *h, ts_hive_cell value, struct ts_buf *out)
{
	const unsigned char *v = value_cell(h, value);
	if (v != NULL) {
		put_name(out, v + VK_NAME, le16(v + VK_NAME_LEN), (le16(v + VK_FLAGS) & VK_ASCII) != 0);
	}
}

uint32_t ts_hive_value_type(const struct ts_hive *h, ts_hive_cell value)
{
	const unsigned char *v = value_cell(h, value);
	return v != NULL ? le32(v + VK_TYPE) : 0;
}

/* Data in segments: "db", their number, the cell that lists them. */
static bool put_big(const struct ts_hive *h, const unsigned char *db, size_t size, struct ts_buf *out)
{
	size_t n, count = le16(db + 2);
	const unsigned char *list = cell(h, le32(db + 4), 4, &n);
	if (list == NULL) {
		return false;
	}
	for (size_t i = 0; i < count && i < n / 4 && size > 0; i++) {
		size_t have;
		const unsigned char *p = cell(h, le32(list + i * 4), 1, &have);
		if (p == NULL) {
			return false;
		}
		have = have > BIG_DATA ? BIG_DATA : have;
		have = have > size ? size : have;
		ts_buf_put(out, p, have);
		size -= have;
	}
	return size == 0 && !out->overflow;
}

bool ts_hive_value_data(const struct ts_hive *h, ts_hive_cell value, struct ts_buf *out)
{
	const unsigned char *v = value_cell(h, value), *p;
	size_t n;
	if (v == NULL) {
		return false;
	}
	uint32_t size = le32(v + VK_SIZE);
	if ((size & DATA_INLINE) != 0) {
		size &= ~DATA_INLINE;
		ts_buf_put(out, v + VK_DATA, size > 4 ? 4 : size);
		return size <= 4;
	}
	if (size == 0) {
		return true;
	}
	p = size <= TS_HIVE_MAX_DATA ? cell(h, le32(v + VK_DATA), 4, &n) : NULL;
	if (p == NULL) {
		return false;
	}
	if (h->base.minor >= 4 && size > BIG_DATA && n >= 8 && memcmp(p, "db", 2) == 0) {
		return put_big(h, p, size, out);
	}
	ts_buf_put(out, p, size > n ? n : size);
	return size <= n && !out->overflow;
}
