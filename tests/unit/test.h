/* tests/unit/test.h - a tiny harness: checks that go on after a failure, a table of tests, a last line "N passed, N failed". */
#ifndef TS_TEST_H
#define TS_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_passed, test_failed;

#define CHECK(cond)                                                                                          \
	do {                                                                                                 \
		if (cond) {                                                                                  \
			test_passed++;                                                                       \
		} else {                                                                                     \
			test_failed++;                                                                       \
			fprintf(stderr, "%s:%d: %s: failed: %s\n", __FILE__, __LINE__, __func__, #cond);     \
		}                                                                                            \
	} while (0)

/* Like CHECK, with a row's name so that a failing row of a table can be found. */
#define CHECK_ROW(name, cond)                                                                                \
	do {                                                                                                 \
		if (cond) {                                                                                  \
			test_passed++;                                                                       \
		} else {                                                                                     \
			test_failed++;                                                                       \
			fprintf(stderr, "%s:%d: %s: row \"%s\": failed: %s\n", __FILE__, __LINE__, __func__, \
				(name), #cond);                                                              \
		}                                                                                            \
	} while (0)

#define CHECK_STR(got, want) test_str(__FILE__, __LINE__, __func__, (got), (want))
#define CHECK_INT(got, want) test_int(__FILE__, __LINE__, __func__, (intmax_t)(got), (intmax_t)(want))

static inline void test_str(const char *file, int line, const char *func, const char *got, const char *want)
{
	if ((got == NULL && want == NULL) || (got != NULL && want != NULL && strcmp(got, want) == 0)) {
		test_passed++;
		return;
	}
	test_failed++;
	fprintf(stderr, "%s:%d: %s:\n  got  <%s>\n  want <%s>\n", file, line, func, got ? got : "(null)",
		want ? want : "(null)");
}

static inline void test_int(const char *file, int line, const char *func, intmax_t got, intmax_t want)
{
	if (got == want) {
		test_passed++;
		return;
	}
	test_failed++;
	fprintf(stderr, "%s:%d: %s: got %" PRIdMAX ", want %" PRIdMAX "\n", file, line, func, got, want);
}

struct test_case {
	const char *name;
	void (*run)(void);
};

/* TEST_MAIN({ "name", function }, ...) - runs all, or those named on the command line. */
#define TEST_MAIN(...)                                                                                       \
	int main(int argc, char **argv)                                                                      \
	{                                                                                                    \
		static const struct test_case tests[] = { __VA_ARGS__ };                                     \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {                              \
			int wanted = argc < 2;                                                               \
			for (int a = 1; a < argc; a++) {                                                     \
				wanted |= strcmp(argv[a], tests[i].name) == 0;                               \
			}                                                                                    \
			if (wanted) {                                                                        \
				tests[i].run();                                                              \
			}                                                                                    \
		}                                                                                            \
		printf("%d passed, %d failed\n", test_passed, test_failed);                                  \
		return test_failed == 0 ? 0 : 1;                                                             \
	}

#endif
