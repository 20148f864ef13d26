/* table/row-id.c - numbers that tell rows apart by their content, for SQLite's OR. */
#include "table/row-id.h"

#include <stdlib.h>
#include <string.h>

struct row_hash {
	uint64_t hash;
	int64_t row;
};

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	const unsigned char *b = p;
	for (size_t i = 0; i < n; i++) { /* FNV-1a */
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	}
	return h;
}

/* Inputs are left out: the same event found through two time ranges is one event. */
static uint64_t row_hash(const struct ts_scan *s, int64_t row)
{
	const struct ts_table *t = ts_scan_table(s);
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (int i = 0; i < t->ncolumns; i++) {
		const struct ts_value *v = ts_scan_cell(s, row, i);
		if (ts_column_is_input(&t->columns[i])) {
			continue;
		}
		unsigned char kind = (unsigned char)v->kind;
		h = mix(h, &kind, 1);
		switch (v->kind) {
		case TS_VALUE_NULL: break;
		case TS_VALUE_INT: h = mix(h, &v->i, sizeof(v->i)); break;
		case TS_VALUE_REAL: h = mix(h, &v->d, sizeof(v->d)); break;
		case TS_VALUE_TEXT: h = mix(h, v->s, strlen(v->s) + 1); break;
		}
	}
	return h;
}

static int compare_hashes(const void *a, const void *b)
{
	const struct row_hash *x = a, *y = b;
	if (x->hash != y->hash) {
		return x->hash < y->hash ? -1 : 1;
	}
	return x->row < y->row ? -1 : x->row > y->row;
}

int64_t *ts_row_ids(const struct ts_scan *s)
{
	size_t n = (size_t)ts_scan_rows(s);
	struct row_hash *h = ts_xcalloc(n, sizeof(*h));
	int64_t *ids = ts_xcalloc(n, sizeof(*ids));
	for (size_t i = 0; i < n; i++) {
		h[i] = (struct row_hash){ row_hash(s, (int64_t)i), (int64_t)i };
	}
	qsort(h, n, sizeof(*h), compare_hashes);
	uint64_t same = 0;
	for (size_t i = 0; i < n; i++) {
		same = i > 0 && h[i].hash == h[i - 1].hash ? same + 1 : 0;
		uint64_t id = same > 0 ? mix(h[i].hash, &same, sizeof(same)) : h[i].hash;
		memcpy(&ids[h[i].row], &id, sizeof(id));
	}
	free(h);
	return ids;
}
