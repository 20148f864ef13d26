/* fuzz-regtext.c - arbitrary bytes as a registry export: parsed, and put into the tree that scans look into. */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "decode/regdata.h"
#include "decode/regtext.h"
#include "table/files-regtree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ts_regtext_recognise(data, size);
	struct ts_regtree *t = ts_regtree_new();
	struct ts_buf text;
	ts_regtree_add(t, data, size);
	ts_buf_init(&text, 16 << 20);
	uint32_t at = TS_REGTREE_ROOT;
	for (int depth = 0; depth < 20 && at != TS_REGTREE_NONE; depth++) {
		const struct ts_regtree_value *v = ts_regtree_value(t, ts_regtree_key(t, at)->first_value);
		if (v != NULL) {
			ts_reg_text(v->type, v->data, v->size, &text);
		}
		ts_regtree_covered(t, at);
		at = ts_regtree_key(t, at)->last;
	}
	ts_buf_finish(&text);
	ts_regtree_free(t);
	return 0;
}
