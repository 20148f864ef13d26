/* decode/evtx.c - the file, its chunks and the frames of its records: what is there, what is damaged, and
 * in which order it is read. */
#include "decode/evtx-int.h"

#include <stdlib.h>
#include "base/alloc.h"

#define FILE_MAGIC       "ElfFile"
#define CHUNK_MAGIC      "ElfChnk"
#define RECORD_MAGIC     UINT32_C(0x00002a2a)
#define FILE_SUMMED      120 /* bytes of the file header that its checksum covers */
#define FILE_FLAGS       120
#define FILE_DIRTY       1
#define CHUNK_SUMMED     120
#define CHUNK_FIRST      24 /* record identifiers */
#define CHUNK_LAST       32
#define CHUNK_FREE       48 /* offset of free space */
#define CHUNK_DATA_SUM   52
#define CHUNK_HEADER_SUM 124
#define CHUNK_TABLES     128
#define SCRATCH_SIZE     ((size_t)2 << 20)

static bool has_header(const void *data, size_t size)
{
	return size >= EVTX_FILE_HEADER && memcmp(data, FILE_MAGIC, sizeof(FILE_MAGIC)) == 0;
}

static bool is_chunk(const void *data, size_t size, size_t at)
{
	return size >= at + EVTX_CHUNK_HEADER &&
	       memcmp((const unsigned char *)data + at, CHUNK_MAGIC, sizeof(CHUNK_MAGIC)) == 0;
}

/* A header that was overwritten or left out does not hide the chunks. */
bool ts_evtx_recognise(const void *data, size_t size)
{
	return has_header(data, size) || is_chunk(data, size, 0) || is_chunk(data, size, EVTX_FILE_HEADER);
}

struct ts_evtx *ts_evtx_new(void)
{
	struct ts_evtx *x = ts_xcalloc(1, sizeof(*x));
	x->pool = (struct evtx_pool){ ts_xmalloc(TS_EVTX_MAX_POOL), 0, TS_EVTX_MAX_POOL };
	x->scratch = (struct evtx_pool){ ts_xmalloc(SCRATCH_SIZE), 0, SCRATCH_SIZE };
	x->ops = ts_xreallocarray(NULL, EVTX_MAX_OPS, sizeof(*x->ops));
	x->values = ts_xreallocarray(NULL, TS_EVTX_MAX_VALUES, sizeof(*x->values));
	x->nodes = ts_xreallocarray(NULL, TS_EVTX_MAX_NODES, sizeof(*x->nodes));
	x->text = ts_xmalloc(TS_EVTX_MAX_TEXT + 1);
	return x;
}

void ts_evtx_free(struct ts_evtx *x)
{
	if (x != NULL) {
		free(x->chunks);
		free(x->pool.data);
		free(x->scratch.data);
		free(x->ops);
		free(x->values);
		free(x->nodes);
		free(x->text);
		free(x->tree);
		free(x->xml.events);
		ts_buf_finish(&x->xml.copy);
		free(x);
	}
}

/* --- the file --- */

static bool all_zero(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static bool header_sum_right(const unsigned char *p)
{
	uint32_t sum = evtx_crc32(0, p, CHUNK_SUMMED);
	return evtx_crc32(sum, p + CHUNK_TABLES, EVTX_CHUNK_HEADER - CHUNK_TABLES) ==
	       evtx_u32(p + CHUNK_HEADER_SUM);
}

/* Is there a record at p, of which n bytes are there? Its size, or 0. */
static uint32_t record_size(const unsigned char *p, size_t n)
{
	if (n < EVTX_RECORD_MIN || evtx_u32(p) != RECORD_MAGIC) {
		return 0;
	}
	uint32_t size = evtx_u32(p + 4);
	return size >= EVTX_RECORD_MIN && size <= n && evtx_u32(p + size - 4) == size ? size : 0;
}

static void add_chunk(struct ts_evtx *x, uint32_t slot, const unsigned char *p, size_t n)
{
	uint32_t end = n > EVTX_CHUNK_HEADER ? evtx_u32(p + CHUNK_FREE) : 0;
	struct evtx_chunk c = { .slot = slot, .size = (uint32_t)n, .limit = (uint32_t)n };
	if (n <= EVTX_CHUNK_HEADER) {
		x->cut++;
		return;
	}
	c.first = evtx_u64(p + CHUNK_FIRST);
	c.last = evtx_u64(p + CHUNK_LAST);
	c.sound = header_sum_right(p) && end >= EVTX_CHUNK_HEADER && end <= EVTX_SLOT;
	if (c.sound && end < n) {
		c.limit = end;
	}
	if (c.limit >= EVTX_CHUNK_HEADER + EVTX_RECORD_MIN &&
		evtx_u32(p + EVTX_CHUNK_HEADER) == RECORD_MAGIC) {
		c.first = evtx_u64(p + EVTX_CHUNK_HEADER + 8); /* the first record itself knows better */
	}
	c.last = c.last < c.first || !c.sound ? c.first : c.last;
	TS_GROW(x->chunks, x->cap, x->nchunks);
	x->chunks[x->nchunks++] = c;
}

static int by_number(const void *a, const void *b)
{
	const struct evtx_chunk *x = a, *y = b;
	if (x->first != y->first) {
		return x->first < y->first ? -1 : 1;
	}
	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

bool ts_evtx_open(struct ts_evtx *x, const void *data, size_t size)
{
	bool header = has_header(data, size);
	x->data = data;
	x->size = size;
	x->nchunks = 0;
	x->wanted = NULL;
	x->verify = true;
	x->bad_slots = x->cut = 0;
	x->bad_header = x->dirty = false;
	if (evtx_xml_open(x, data, size)) {
		ts_evtx_rewind(x, false);
		return true;
	}
	x->bad_header = !header || evtx_crc32(0, x->data, FILE_SUMMED) != evtx_u32(x->data + FILE_SUMMED + 4);
	x->dirty = header && (evtx_u32(x->data + FILE_FLAGS) & FILE_DIRTY) != 0;
	x->first = is_chunk(data, size, 0) ? 0 : EVTX_FILE_HEADER;
	for (size_t at = x->first; at < size; at += EVTX_SLOT) {
		const unsigned char *p = x->data + at;
		size_t n = size - at < EVTX_SLOT ? size - at : EVTX_SLOT;
		if (n >= sizeof(CHUNK_MAGIC) && memcmp(p, CHUNK_MAGIC, sizeof(CHUNK_MAGIC)) == 0) {
			add_chunk(x, (uint32_t)((at - x->first) / EVTX_SLOT), p, n);
		} else if (!all_zero(p, n)) {
			x->bad_slots++;
		}
	}
	if (x->nchunks > 1) {
		qsort(x->chunks, x->nchunks, sizeof(*x->chunks), by_number);
	}
	ts_evtx_rewind(x, false);
	return header || x->nchunks > 0;
}

static const unsigned char *slot_at(const struct ts_evtx *x, uint32_t slot)
{
	return x->data + x->first + (size_t)slot * EVTX_SLOT;
}

size_t ts_evtx_chunks(const struct ts_evtx *x)
{
	return x->xml.is_log ? evtx_xml_chunks(x) : x->nchunks;
}

void ts_evtx_select(struct ts_evtx *x, const bool *wanted, bool verify)
{
	x->wanted = wanted;
	x->verify = verify;
}

void ts_evtx_rewind(struct ts_evtx *x, bool newest_first)
{
	x->newest_first = newest_first;
	x->next_chunk = x->nrecords = x->next_record = 0;
	x->chunk = x->record = NULL;
	evtx_templates_clear(x);
	x->stats = (struct ts_evtx_stats){ .dirty = x->dirty };
	x->stats.harm[TS_EVTX_FILE_HEADER] = x->bad_header;
	x->stats.harm[TS_EVTX_CHUNK_MAGIC] = x->bad_slots;
	x->stats.harm[TS_EVTX_CHUNK_CUT] = x->cut;
	x->stats.harm[TS_EVTX_RECORD_XML] = x->xml.bad;
	x->stats.harm[TS_EVTX_RECORD_LIMIT] = x->xml.too_big;
}

const struct ts_evtx_stats *ts_evtx_stats(const struct ts_evtx *x)
{
	return &x->stats;
}

/* --- chunks --- */

/* List the records of a chunk. What stands behind its end is an earlier use of the space and never a record
 * of this log. */
static void list_records(struct ts_evtx *x, const struct evtx_chunk *c)
{
	x->nrecords = x->next_record = 0;
	for (uint32_t at = EVTX_CHUNK_HEADER; at < c->limit;) {
		const unsigned char *p = x->chunk + at;
		uint32_t size = record_size(p, c->limit - at);
		if (size == 0) {
			/* Some writers fill the chunk up with zeros and count them in. In a cut chunk the
			 * loss is already told. */
			if (!all_zero(p, c->limit - at) && (c->sound || x->nrecords == 0) &&
				c->size == EVTX_SLOT) {
				x->stats.harm[TS_EVTX_RECORD_FRAME]++;
			}
			return;
		}
		x->records[x->nrecords++] = at;
		at += size;
		if (c->sound && evtx_u64(p + 8) == c->last) {
			return;
		}
	}
}

static void enter_chunk(struct ts_evtx *x, size_t number)
{
	if (x->xml.is_log) {
		evtx_xml_enter(x, number);
		return;
	}
	const struct evtx_chunk *c = &x->chunks[number];
	x->chunk = slot_at(x, c->slot);
	x->chunk_end = c->size;
	evtx_templates_clear(x);
	if (c->size < EVTX_SLOT) {
		x->stats.harm[TS_EVTX_CHUNK_CUT]++;
	}
	if (!c->sound) {
		x->stats.harm[TS_EVTX_CHUNK_HEADER]++;
	} else if (x->verify && c->size == EVTX_SLOT &&
		   evtx_crc32(0, x->chunk + EVTX_CHUNK_HEADER, c->limit - EVTX_CHUNK_HEADER) !=
			   evtx_u32(x->chunk + CHUNK_DATA_SUM)) {
		x->stats.harm[TS_EVTX_CHUNK_DATA]++;
	}
	list_records(x, c);
	x->stats.chunks += x->nrecords > 0;
}

/* --- records --- */

static bool begin_record(struct ts_evtx *x, uint32_t at)
{
	if (x->xml.is_log) {
		x->stats.records++;
		x->place = at;
		return evtx_xml_record(x, at);
	}
	const unsigned char *p = x->chunk + at;
	struct evtx_span s = { x->chunk, at + EVTX_RECORD_HEAD, at + evtx_u32(p + 4) - 4 };
	bool empty = false;
	x->record = p;
	x->place = (size_t)(p - x->data);
	x->scratch.used = 0;
	x->nvalues = 0;
	x->decoded = false;
	x->wrong = TS_EVTX_RECORD_XML;
	if (!evtx_fragment(x, s, &x->root, &empty) || empty) {
		x->stats.harm[x->wrong]++;
		return false;
	}
	x->stats.records++;
	return true;
}

bool ts_evtx_next(struct ts_evtx *x)
{
	size_t nchunks = ts_evtx_chunks(x);
	for (;;) {
		while (x->next_record < x->nrecords) {
			size_t i = x->next_record++;
			if (begin_record(x, x->records[x->newest_first ? x->nrecords - 1 - i : i])) {
				return true;
			}
		}
		if (x->next_chunk >= nchunks) {
			x->record = NULL;
			return false;
		}
		size_t i = x->next_chunk++;
		x->position = x->newest_first ? nchunks - 1 - i : i;
		x->nrecords = x->next_record = 0;
		if (x->wanted == NULL || x->wanted[x->position]) {
			enter_chunk(x, x->position);
		}
	}
}

size_t ts_evtx_position(const struct ts_evtx *x)
{
	return x->position;
}

size_t ts_evtx_place(const struct ts_evtx *x)
{
	return x->place;
}

uint64_t ts_evtx_number(const struct ts_evtx *x)
{
	return x->record != NULL ? evtx_u64(x->record + 8) : x->xml.number;
}

uint64_t ts_evtx_written(const struct ts_evtx *x)
{
	return x->record != NULL ? evtx_u64(x->record + 16) : x->xml.time;
}

void ts_evtx_harm_text(enum ts_evtx_harm harm, uint64_t n, struct ts_buf *out)
{
	static const struct {
		const char *one, *many;
	} texts[TS_EVTX_HARMS] = {
		[TS_EVTX_FILE_HEADER] = { "the file's header is damaged",
			"the headers of %llu files are damaged" },
		[TS_EVTX_CHUNK_MAGIC] = { "a block of 64 KiB holds no records of a log",
			"%llu blocks of 64 KiB hold no records of a log" },
		[TS_EVTX_CHUNK_HEADER] = { "a chunk has a damaged header",
			"%llu chunks have a damaged header" },
		[TS_EVTX_CHUNK_DATA] = { "the records of a chunk do not match its checksum",
			"the records of %llu chunks do not match their checksums" },
		[TS_EVTX_CHUNK_CUT] = { "the file is cut off within a chunk",
			"%llu files are cut off within a chunk" },
		[TS_EVTX_RECORD_FRAME] = { "a chunk ends early in a damaged record",
			"%llu chunks end early in a damaged record" },
		[TS_EVTX_RECORD_XML] = { "a record cannot be decoded", "%llu records cannot be decoded" },
		[TS_EVTX_RECORD_LIMIT] = { "a record is larger than this program decodes",
			"%llu records are larger than this program decodes" },
	};
	if (n == 1) {
		ts_buf_puts(out, texts[harm].one);
		return;
	}
	const char *text = texts[harm].many, *mark = strstr(text, "%llu");
	ts_buf_put(out, text, (size_t)(mark - text));
	ts_buf_printf(out, "%llu%s", (unsigned long long)n, mark + 4);
}
