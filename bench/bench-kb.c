/* bench/bench-kb.c - times the knowledge base by itself, apart from the start of a process:
 *
 *	bench-kb build DIR OUT.db           read, compile; seconds of each and bytes
 *	bench-kb lookup KB.db CODE EXT      microseconds of a look-up by code and of loading its entry, median
 *of 201 bench-kb search KB.db WORDS         milliseconds of a search, first and median of 21 bench-kb
 *recognise KB.db TEXT       the same for a pasted text
 *
 * Prints "name value" lines for script/bench. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/diag.h"
#include "kb/compile.h"
#include "kb/kb.h"
#include "kb/pack.h"
#include "os/os.h"

static void die(const struct ts_err *err)
{
	fprintf(stderr, "bench-kb: %s\n", err->text);
	exit(1);
}

static int build(char **argv)
{
	struct ts_diags *d = ts_diags_new();
	struct ts_err err = { "" };
	double t0 = ts_os_mono_ms_f(), t1, t2;
	struct ts_pack_set *set = ts_pack_read(argv[0], d, &err);
	int64_t bytes = 0;

	t1 = ts_os_mono_ms_f();
	if (set == NULL) {
		die(&err);
	}
	if (ts_diags_count(d, TS_ERROR) > 0) {
		ts_diags_print(d, stderr);
		return 1;
	}
	if (!ts_compile(set, argv[1], &err)) {
		die(&err);
	}
	t2 = ts_os_mono_ms_f();
	for (size_t i = 0; i < set->nfiles; i++) {
		bytes += set->files[i].kind == TS_PACK_FILE_ENTRY ? set->files[i].size : 0;
	}
	printf("entries %zu\nbytes %lld\nread_s %.3f\ncompile_s %.3f\ntotal_s %.3f\n", set->nentries,
		(long long)bytes, (t1 - t0) / 1000, (t2 - t1) / 1000, (t2 - t0) / 1000);
	ts_pack_set_free(set);
	ts_diags_free(d);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum what { LOOKUP, SEARCH, RECOGNISE };

static size_t run(struct ts_kb *kb, enum what what, char **argv, struct ts_err *err)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_recognised r;
	struct ts_hit *hits;
	size_t n = 0;
	uint32_t code = 0, ext = 0;

	if (what == SEARCH) {
		n = ts_kb_search(kb, argv[1], NULL, 10, a, &hits, err);
	} else if (what == RECOGNISE) {
		ts_kb_recognise(kb, argv[1], strlen(argv[1]), a, &r, err);
		n = r.nhits;
	} else {
		ts_code_parse(argv[1], &code);
		ts_code_parse(argv[2], &ext);
		n = ts_kb_by_code(kb, code, TS_ROLE_ANY, true, ext, NULL, 8, a, &hits);
		if (n > 0) {
			ts_entry_free(ts_kb_load(kb, hits[0].id, err));
		}
	}
	ts_arena_free(a);
	return n;
}

/* Each time on a freshly opened knowledge base, as a process would find it. */
static int repeat(enum what what, char **argv)
{
	int times = what == LOOKUP ? 201 : 21;
	double *ms = calloc((size_t)times, sizeof(*ms));
	struct ts_err err = { "" };
	size_t n = 0;

	for (int i = 0; i < times && ms != NULL; i++) {
		double start = ts_os_mono_ms_f();
		struct ts_kb *kb = ts_kb_new();
		if (!ts_kb_add(kb, argv[0], NULL, &err)) {
			die(&err);
		}
		n = run(kb, what, argv, &err);
		ms[i] = ts_os_mono_ms_f() - start;
		if (ts_kb_trouble(kb) != NULL) {
			die(&err);
		}
		ts_kb_free(kb);
	}
	if (ms != NULL) {
		printf("hits %zu\nfirst_ms %.3f\n", n, ms[0]);
		qsort(ms, (size_t)times, sizeof(*ms), by_value);
		printf("median_ms %.3f\nworst_ms %.3f\n", ms[times / 2], ms[times - 1]);
	}
	free(ms);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "build") == 0) {
		return build(argv + 2);
	}
	if (argc == 5 && strcmp(argv[1], "lookup") == 0) {
		return repeat(LOOKUP, argv + 2);
	}
	if (argc == 4 && strcmp(argv[1], "search") == 0) {
		return repeat(SEARCH, argv + 2);
	}
	if (argc == 4 && strcmp(argv[1], "recognise") == 0) {
		return repeat(RECOGNISE, argv + 2);
	}
	fprintf(stderr, "usage: bench-kb build DIR OUT.db | lookup KB.db CODE EXT | search KB.db WORDS | "
			"recognise KB.db TEXT\n");
	return 2;
}
