/* fuzz-hivelog.c - a hive and two of its logs, all arbitrary: two sizes of four bytes come first (hive, first log). */
#include <stddef.h>
#include <stdint.h>
#include "decode/hivelog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t take(const uint8_t **p, size_t *left, size_t want, struct ts_str *out)
{
	size_t n = want < *left ? want : *left;
	*out = (struct ts_str){ (const char *)*p, n };
	*p += n;
	*left -= n;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_str hive, logs[2];
	struct ts_hivelog_result result;
	struct ts_hive h;
	struct ts_buf out;
	if (size < 8) {
		return 0;
	}
	size_t hive_size = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
	size_t log_size = (size_t)data[4] | (size_t)data[5] << 8 | (size_t)data[6] << 16;
	data += 8;
	size -= 8;
	take(&data, &size, hive_size, &hive);
	take(&data, &size, log_size, &logs[0]);
	take(&data, &size, size, &logs[1]);
	ts_buf_init(&out, 64 << 20);
	ts_hivelog_replay(hive, logs, 2, &out, &result);
	ts_hive_open(&h, ts_buf_str(&out), out.len, NULL);
	ts_buf_finish(&out);
	return 0;
}
