/* bench/bench-evtx.c - speed of the event log reader: bench-evtx [TIMES] FILE.... Per file and way the best
 * of TIMES runs: System fields that filters look at, names and values of all data as UTF-8, JSON.
 * script/bench times `bench-evtx 1 FILE` beside evtxexport. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/evtx.h"
#include "os/os.h"

#define FILE_MAX ((size_t)1 << 30)

enum way { WAY_FIELDS, WAY_PAIRS, WAY_JSON, WAYS };

static const char *const way_names[WAYS] = { "fields", "names and values", "json" };

/* What must not be optimised away. */
static size_t sum;

static void add_pair(void *arg, const struct ts_evtx_node *name, const struct ts_evtx_node *value)
{
	size_t *n = arg;
	*n += value->value_len + (name != NULL ? name->value_len : 0);
}

static void read_one(struct ts_evtx *x, enum way way, struct ts_buf *json)
{
	static const enum ts_evtx_field texts[] = { TS_EVTX_PROVIDER, TS_EVTX_CHANNEL, TS_EVTX_COMPUTER,
		TS_EVTX_USER };
	static const enum ts_evtx_field numbers[] = { TS_EVTX_EVENT_ID, TS_EVTX_LEVEL, TS_EVTX_TIME };
	int64_t v = 0;
	for (size_t i = 0; i < TS_COUNT(numbers); i++) {
		sum += ts_evtx_int(x, numbers[i], &v) ? (size_t)v : 0;
	}
	if (way == WAY_FIELDS) {
		return;
	}
	for (size_t i = 0; i < TS_COUNT(texts); i++) {
		sum += strlen(ts_evtx_text(x, texts[i]));
	}
	if (way == WAY_PAIRS) {
		ts_evtx_pairs(x, add_pair, &sum);
		return;
	}
	ts_buf_clear(json);
	ts_evtx_json(x, json);
	sum += json->len;
}

static void measure(const char *name, const struct ts_buf *file, int64_t times)
{
	struct ts_evtx *x = ts_evtx_new();
	struct ts_buf json;
	ts_buf_init(&json, FILE_MAX);
	for (int way = 0; way < WAYS; way++) {
		double best = 1e9;
		for (int64_t t = 0; t < times; t++) {
			double start = ts_os_mono_ms_f();
			ts_evtx_open(x, file->data, file->len);
			while (ts_evtx_next(x)) {
				read_one(x, (enum way)way, &json);
			}
			double ms = ts_os_mono_ms_f() - start;
			best = ms < best ? ms : best;
		}
		printf("%8.0f MB/s %9.2f ms %8llu records  %-16s %s\n", (double)file->len / 1e3 / best, best,
			(unsigned long long)ts_evtx_stats(x)->records, way_names[way], name);
	}
	ts_buf_finish(&json);
	ts_evtx_free(x);
}

int main(int argc, char **argv)
{
	int64_t times = 10;
	int first = argc > 1 && ts_parse_int(argv[1], 1, 1000000, &times) ? 2 : 1;
	if (first >= argc) {
		fputs("usage: bench-evtx [TIMES] FILE...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++) {
		struct ts_buf file;
		struct ts_err err;
		ts_buf_init(&file, FILE_MAX);
		if (!ts_os_read_file(argv[i], &file, &err)) {
			fprintf(stderr, "bench-evtx: %s\n", err.text);
			return 1;
		}
		measure(argv[i], &file, times);
		ts_buf_finish(&file);
	}
	return sum != 0 ? 0 : 1;
}
