/* fuzz/fuzz-evtx.c - any bytes as an event log: read in both directions, decoded in every way. Bytes that
 * do not begin as a log does are taken as the records of a chunk, around which a right file and chunk
 * header are put. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "decode/evtx.h"

#define HEADER  4096
#define RECORDS 512
#define CHUNK   65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *arg, const struct ts_evtx_node *name, const struct ts_evtx_node *value)
{
	size_t *sum = arg;
	*sum += (name != NULL ? strlen(name->value) + strlen(name->name) : 0) + strlen(value->value);
}

static void read_log(const void *data, size_t size, bool newest_first)
{
	struct ts_evtx *x = ts_evtx_new();
	struct ts_buf json;
	size_t sum = 0;
	ts_buf_init(&json, TS_BUF_MAX_TEXT);
	if (ts_evtx_open(x, data, size)) {
		ts_evtx_rewind(x, newest_first);
		while (ts_evtx_next(x)) {
			for (int f = 0; f < TS_EVTX_FIELDS; f++) {
				int64_t v;
				ts_evtx_int(x, (enum ts_evtx_field)f, &v);
				sum += strlen(ts_evtx_text(x, (enum ts_evtx_field)f));
				sum += ts_evtx_field_is(x, (enum ts_evtx_field)f, "Security");
			}
			ts_buf_clear(&json);
			if (ts_evtx_json(x, &json) != ts_evtx_pairs(x, ignore, &sum)) {
				abort();
			}
		}
	}
	ts_buf_finish(&json);
	ts_evtx_free(x);
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++) {
		p[i] = (uint8_t)(v >> (i * 8));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= 8 && memcmp(data, "ElfFile", 8) == 0) {
		read_log(data, size, true);
		return 0;
	}
	size_t n = size < CHUNK - RECORDS ? size : CHUNK - RECORDS;
	uint8_t *file = ts_xcalloc(1, HEADER + RECORDS + n);
	uint8_t *chunk = file + HEADER;
	memcpy(file, "ElfFile", 8);
	memcpy(chunk, "ElfChnk", 8);
	chunk[24] = 1;
	memset(chunk + 32, 0xff, 7); /* last record: as many as there are */
	put32(chunk + 48, (uint32_t)(RECORDS + n));
	if (n > 0) {
		memcpy(chunk + RECORDS, data, n);
	}
	read_log(file, HEADER + RECORDS + n, false);
	free(file);
	return 0;
}
