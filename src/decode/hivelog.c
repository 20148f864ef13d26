/* decode/hivelog.c - replaying registry logs: the format of Windows 8.1 and later (entries "HvLE") and the one before
 * (a bit for each 512 bytes, "DIRT"). */
#include "decode/hivelog.h"

#include <string.h>

#define SECTOR       512
#define ENTRY_HEADER 40
#define MARVIN_SEED  UINT64_C(0x82EF4D887A4E55C5)
#define GROW_MAX     ((size_t)1 << 30) /* of a hive that its logs make longer */

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static void put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++) {
		p[i] = (unsigned char)(v >> (8 * i));
	}
}

static uint32_t rotate(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

/* --- Marvin32, the checksum of entries --- */

static void mix(uint32_t *lo, uint32_t *hi, uint32_t word)
{
	*lo += word;
	*hi ^= *lo;
	*lo = rotate(*lo, 20) + *hi;
	*hi = rotate(*hi, 9) ^ *lo;
	*lo = rotate(*lo, 27) + *hi;
	*hi = rotate(*hi, 19);
}

static uint64_t marvin(const unsigned char *p, size_t n)
{
	uint32_t lo = (uint32_t)MARVIN_SEED, hi = (uint32_t)(MARVIN_SEED >> 32);
	for (; n >= 4; p += 4, n -= 4) {
		mix(&lo, &hi, le32(p));
	}
	uint32_t last = 0x80;
	for (size_t i = n; i > 0; i--) {
		last = last << 8 | p[i - 1];
	}
	mix(&lo, &hi, last);
	mix(&lo, &hi, 0);
	return (uint64_t)hi << 32 | lo;
}

/* --- the copy --- */

/* The name is the end of the same path; older Windows leaves it empty in hives that are not the system's own. */
bool ts_hivelog_belongs(const struct ts_hive_base *hive, const struct ts_hive_base *log)
{
	return log->file != TS_HIVE_PRIMARY && log->file != TS_HIVE_NO_HIVE && log->checksum_ok &&
	       memcmp(hive->name, log->name, sizeof(hive->name)) == 0;
}

/* Room for bins of that size; false when that is absurd. */
static bool grow(struct ts_buf *out, size_t bins)
{
	if (bins > GROW_MAX) {
		return false;
	}
	if (bins + TS_HIVE_HEADER > out->len) {
		ts_buf_fill(out, '\0', bins + TS_HIVE_HEADER - out->len);
	}
	return !out->overflow;
}

static bool put_page(struct ts_buf *out, size_t at, const unsigned char *p, size_t n)
{
	if (at > out->len - TS_HIVE_HEADER || n > out->len - TS_HIVE_HEADER - at) {
		return false;
	}
	memcpy(out->data + TS_HIVE_HEADER + at, p, n);
	return true;
}

/* The base block of the copy as Windows would write it now. */
static void set_base(struct ts_buf *out, uint32_t sequence, uint32_t bins)
{
	unsigned char *p = (unsigned char *)out->data;
	uint32_t sum = 0;
	put32(p + 4, sequence);
	put32(p + 8, sequence);
	put32(p + 28, 0);
	put32(p + 40, bins);
	for (size_t i = 0; i < 508; i += 4) {
		sum ^= le32(p + i);
	}
	put32(p + 508, sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum);
}

/* --- new format --- */

/* A log that is being read. */
struct log {
	const unsigned char *p; /* next entry */
	size_t left;
	uint32_t first; /* sequence number of the first entry */
	bool whole;     /* all entries so far were good */
};

/* The size of the entry at the front; 0 when there is none that is good. */
static size_t good_entry(const struct log *l)
{
	const unsigned char *p = l->p;
	if (l->left < SECTOR || memcmp(p, "HvLE", 4) != 0) {
		return 0;
	}
	size_t size = le32(p + 4);
	if (size % SECTOR != 0 || size < SECTOR || size > l->left) {
		return 0;
	}
	return le64(p + 24) == marvin(p + ENTRY_HEADER, size - ENTRY_HEADER) && le64(p + 32) == marvin(p, 32)
		       ? size
		       : 0;
}

/* Put one entry in: its pages follow the list that says where they belong. */
static bool apply_entry(const unsigned char *p, size_t size, struct ts_buf *out)
{
	uint32_t pages = le32(p + 20), bins = le32(p + 16);
	if (pages > (size - ENTRY_HEADER) / 8 || !grow(out, bins)) {
		return false;
	}
	size_t data = ENTRY_HEADER + (size_t)pages * 8;
	for (uint32_t i = 0; i < pages; i++) {
		uint32_t at = le32(p + ENTRY_HEADER + i * 8), n = le32(p + ENTRY_HEADER + i * 8 + 4);
		if (n > size - data || !put_page(out, at, p + data, n)) {
			return false;
		}
		data += n;
	}
	return true;
}

/* Put in what follows sequence number `next` (what comes first is taken, if !started). */
static void apply_log(
	struct log *l, uint32_t *next, bool *started, struct ts_buf *out, struct ts_hivelog_result *r)
{
	size_t size;
	while ((size = good_entry(l)) > 0) {
		uint32_t sequence = le32(l->p + 12);
		bool fits = *started ? sequence == *next : sequence >= *next;
		if (fits) {
			uint32_t bins = le32(l->p + 16);
			if (!apply_entry(l->p, size, out)) {
				r->broken = true;
				return;
			}
			r->applied++;
			*started = true;
			*next = sequence + 1;
			set_base(out, *next, bins);
		} else if (sequence > *next) {
			return;
		}
		l->p += size;
		l->left -= size;
	}
	/* Windows leaves entries of earlier rounds behind the last one: those have old numbers. */
	if (l->left >= SECTOR && memcmp(l->p, "HvLE", 4) == 0 && *started && le32(l->p + 12) == *next) {
		r->broken = true;
	}
}

static void replay_new(
	struct ts_str *logs, size_t n, uint32_t next, struct ts_buf *out, struct ts_hivelog_result *r)
{
	struct log order[TS_HIVELOG_MAX];
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct log l = { .p = (const unsigned char *)logs[i].p + SECTOR };
		l.left = logs[i].n > SECTOR ? logs[i].n - SECTOR : 0;
		if (good_entry(&l) == 0) {
			continue;
		}
		l.first = le32(l.p + 12);
		size_t at = count++;
		for (; at > 0 && order[at - 1].first > l.first; at--) {
			order[at] = order[at - 1];
		}
		order[at] = l;
	}
	bool started = false;
	for (size_t i = 0; i < count; i++) {
		apply_log(&order[i], &next, &started, out, r);
	}
}

/* --- old format --- */

static void replay_old(struct ts_str log, struct ts_buf *out, struct ts_hivelog_result *r)
{
	const unsigned char *p = (const unsigned char *)log.p;
	struct ts_hive_base base;
	ts_hive_base_read(p, log.n, &base);
	size_t bits = base.size / SECTOR, map = SECTOR + 4,
	       data = (map + bits / 8 + SECTOR - 1) / SECTOR * SECTOR;
	if (log.n < map || memcmp(p + SECTOR, "DIRT", 4) != 0 || data > log.n || !grow(out, base.size)) {
		return;
	}
	for (size_t i = 0; i < bits; i++) {
		if ((p[map + i / 8] >> (i % 8) & 1) == 0) {
			continue;
		}
		if (data > log.n - SECTOR || !put_page(out, i * SECTOR, p + data, SECTOR)) {
			r->broken = true;
			return;
		}
		r->applied++;
		data += SECTOR;
	}
	set_base(out, base.primary, base.size);
}

void ts_hivelog_replay(struct ts_str hive, const struct ts_str *logs, size_t nlogs, struct ts_buf *out,
	struct ts_hivelog_result *result)
{
	struct ts_hive_base base, log;
	struct ts_str fresh[TS_HIVELOG_MAX];
	size_t nfresh = 0;
	const struct ts_str *old = NULL;
	*result = (struct ts_hivelog_result){ 0 };
	ts_buf_put(out, hive.p, hive.n);
	ts_hive_base_read(hive.p, hive.n, &base);
	if (hive.n < TS_HIVE_HEADER || base.file != TS_HIVE_PRIMARY || out->overflow) {
		return;
	}
	for (size_t i = 0; i < nlogs; i++) {
		enum ts_hive_file file = ts_hive_base_read(logs[i].p, logs[i].n, &log);
		if (!log.checksum_ok) {
			continue;
		}
		if (file == TS_HIVE_LOG_NEW && nfresh < TS_HIVELOG_MAX) {
			fresh[nfresh++] = logs[i];
		} else if (file == TS_HIVE_LOG_OLD && log.primary == log.secondary &&
			   (log.primary >= base.secondary || !base.checksum_ok)) {
			old = &logs[i];
		}
	}
	if (!base.checksum_ok && (nfresh > 0 || old != NULL)) {
		/* The logs begin with a copy of the base block. */
		memcpy(out->data, nfresh > 0 ? fresh[0].p : old->p, SECTOR);
		base.secondary = 0;
	}
	replay_new(fresh, nfresh, base.secondary, out, result);
	if (result->applied == 0 && old != NULL) {
		replay_old(*old, out, result);
	}
}
