/* fuzz/fuzz-entry.c - any bytes as an entry, then as its test cases and as pack.yaml and codes.yaml:
 * parsed, linted, printed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/diag.h"
#include "kb/lint.h"
#include "kb/packfile.h"
#include "kb/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_arena *a = ts_arena_new();
	const struct ts_source *src = ts_diags_source(d, "input.md", (const char *)data, size);
	struct ts_reader r = { a, src, d };
	struct ts_pack pack = { .name = "fuzz", .folder = "fuzz", .src = src, .codes_src = src };
	struct ts_pack_entry entry = {
		.entry = ts_parse_entry(src, "fuzz/0x904-0x7", d), .src = src, .test_src = src
	};
	struct ts_pack_set set = {
		.arena = a, .packs = &pack, .npacks = 1, .entries = &entry, .nentries = entry.entry != NULL
	};
	char *text = NULL;
	size_t n = 0;
	FILE *f;

	ts_packfile_read(&r, &pack);
	ts_codesfile_read(&r, &pack);
	ts_lint(&set, 1795305600, d);
	f = open_memstream(&text, &n);
	if (f != NULL) {
		ts_diags_print(d, f);
		fclose(f);
	}
	free(text);
	ts_entry_free(entry.entry);
	ts_arena_free(a);
	ts_diags_free(d);
	return 0;
}
