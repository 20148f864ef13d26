/* fuzz-hive.c - arbitrary bytes as a registry hive: every key and value is walked to, within the limits. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "decode/hive.h"
#include "decode/regdata.h"

#define MAX_KEYS 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_key(const struct ts_hive *h, ts_hive_cell key, struct ts_buf *b, struct ts_buf *text)
{
	struct ts_hive_iter it;
	ts_hive_cell value;
	ts_buf_clear(b);
	ts_hive_key_name(h, key, b);
	ts_hive_subkey(h, key, "Select", 6, &value);
	ts_hive_value(h, key, ts_buf_str(b), b->len, &value);
	ts_hive_values(h, key, &it);
	for (int i = 0; i < 1000 && ts_hive_next(&it, &value); i++) {
		ts_buf_clear(b);
		ts_buf_clear(text);
		ts_hive_value_name(h, value, b);
		ts_buf_clear(b);
		ts_hive_value_data(h, value, b);
		ts_reg_text(ts_hive_value_type(h, value), (const unsigned char *)ts_buf_str(b), b->len, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_hive h;
	struct ts_buf b, text;
	if (!ts_hive_open(&h, data, size, NULL)) {
		return 0;
	}
	ts_hive_cell *todo = malloc(MAX_KEYS * sizeof(*todo));
	size_t n = 1;
	ts_buf_init(&b, 1 << 20);
	ts_buf_init(&text, 4 << 20);
	todo[0] = h.base.root;
	for (size_t i = 0; i < n; i++) {
		struct ts_hive_iter it;
		read_key(&h, todo[i], &b, &text);
		ts_hive_subkeys(&h, todo[i], &it);
		while (n < MAX_KEYS && ts_hive_next(&it, &todo[n])) {
			n++;
		}
	}
	ts_buf_finish(&b);
	ts_buf_finish(&text);
	free(todo);
	return 0;
}
