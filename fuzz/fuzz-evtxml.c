/* fuzz/fuzz-evtxml.c - any bytes as one event of XML, and as a file of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "decode/evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *arg, const struct ts_evtx_node *name, const struct ts_evtx_node *value)
{
	size_t *sum = arg;
	*sum += (name != NULL ? strlen(name->value) + strlen(name->name) : 0) + strlen(value->value);
}

static void look(struct ts_evtx *x, struct ts_buf *json)
{
	size_t sum = 0;
	for (int f = 0; f < TS_EVTX_FIELDS; f++) {
		int64_t v;
		ts_evtx_int(x, (enum ts_evtx_field)f, &v);
		sum += strlen(ts_evtx_text(x, (enum ts_evtx_field)f));
	}
	ts_buf_clear(json);
	if (!ts_evtx_json(x, json) || !ts_evtx_pairs(x, ignore, &sum)) {
		abort(); /* what was read as XML is decoded already */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_evtx *x = ts_evtx_new();
	struct ts_buf json;
	ts_buf_init(&json, TS_BUF_MAX_TEXT);
	if (ts_evtx_set_xml(x, (const char *)data, size)) {
		look(x, &json);
	}
	if (size > 0 && data[0] != 'E' && ts_evtx_open(x, data, size)) {
		ts_evtx_rewind(x, true);
		while (ts_evtx_next(x)) {
			look(x, &json);
		}
	}
	ts_buf_finish(&json);
	ts_evtx_free(x);
	return 0;
}
