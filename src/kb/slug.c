/* kb/slug.c - GitHub's way from a heading to its anchor: letters, marks, digits, '_' and '-' stay (in any
 * script), blanks become '-', all else goes. */
#include "kb/slug.h"

#include <string.h>
#include "base/buf.h"
#include "base/regex.h"
#include "base/utf8.h"
#include "kb/strmap.h"

struct ts_slugs {
	struct ts_arena *arena;
	struct ts_strmap *counts; /* slug -> index in used */
	size_t *used;             /* how often it was given */
	size_t cap, n;
};

struct ts_slugs *ts_slugs_new(struct ts_arena *a)
{
	struct ts_slugs *s = ts_arena_alloc(a, sizeof(*s));

	s->arena = a;
	s->counts = ts_strmap_new(a);
	return s;
}

/* Capitals whose small letter is `step` further on, in [first, last]; with pairs, only every second one is
 * a capital. */
struct range {
	uint32_t first, last;
	int step;
	bool pairs;
};

/* Latin, Greek, Cyrillic, Armenian: scripts with two cases that headings are written in. In order of
 * first. */
static const struct range capitals[] = {
	{ 'A', 'Z', 32, false },
	{ 0xC0, 0xD6, 32, false },
	{ 0xD8, 0xDE, 32, false },
	{ 0x100, 0x12E, 1, true },
	{ 0x132, 0x136, 1, true },
	{ 0x139, 0x147, 1, true },
	{ 0x14A, 0x176, 1, true },
	{ 0x178, 0x178, -121, false },
	{ 0x179, 0x17D, 1, true },
	{ 0x386, 0x386, 38, false },
	{ 0x388, 0x38A, 37, false },
	{ 0x38C, 0x38C, 64, false },
	{ 0x38E, 0x38F, 63, false },
	{ 0x391, 0x3A1, 32, false },
	{ 0x3A3, 0x3AB, 32, false },
	{ 0x400, 0x40F, 80, false },
	{ 0x410, 0x42F, 32, false },
	{ 0x460, 0x480, 1, true },
	{ 0x48A, 0x4BE, 1, true },
	{ 0x4D0, 0x52E, 1, true },
	{ 0x531, 0x556, 48, false },
	{ 0x1E00, 0x1E94, 1, true },
	{ 0x1EA0, 0x1EFE, 1, true },
};

static uint32_t lower(uint32_t cp)
{
	for (size_t i = 0; i < TS_COUNT(capitals) && capitals[i].first <= cp; i++) {
		const struct range *r = &capitals[i];

		if (cp <= r->last && (!r->pairs || (cp - r->first) % 2 == 0)) {
			return (uint32_t)((int64_t)cp + r->step);
		}
	}
	return cp;
}

/* Cut from text whatever no anchor has, for headings beyond ASCII. */
static void drop_unicode(struct ts_buf *out, const char *text)
{
	struct ts_regex *re = ts_regex_new("[^\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\- ]+", false, NULL, NULL);
	struct ts_match m;
	size_t n = strlen(text), at = 0;

	while (re != NULL && at < n && ts_regex_find(re, text, n, at, &m) == TS_REGEX_YES &&
		m.end[0] > m.start[0]) {
		ts_buf_put(out, text + at, m.start[0] - at);
		at = m.end[0];
	}
	ts_buf_put(out, text + at, n - at);
	ts_regex_free(re);
}

static bool ascii_kept(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == ' ';
}

static void drop(struct ts_buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80) {
			ts_buf_clear(out);
			drop_unicode(out, text);
			return;
		}
		if (ascii_kept(*p)) {
			ts_buf_putc(out, *p);
		}
	}
}

const char *ts_slug(struct ts_slugs *s, const char *heading)
{
	struct ts_buf kept, slug;
	const char *base, *result;
	size_t at;

	ts_buf_init(&kept, TS_BUF_MAX_TEXT);
	ts_buf_init(&slug, TS_BUF_MAX_TEXT);
	drop(&kept, heading);
	for (size_t i = 0; i < kept.len;) {
		uint32_t cp;
		char utf8[4];

		i += ts_utf8_next(kept.data + i, kept.len - i, &cp, NULL);
		ts_buf_put(&slug, utf8, ts_utf8_put(utf8, cp == ' ' ? '-' : lower(cp)));
	}
	base = result = ts_arena_strdup(s->arena, ts_buf_str(&slug));
	ts_buf_finish(&kept);
	ts_buf_finish(&slug);
	while ((at = ts_strmap_get(s->counts, result)) != (size_t)-1) {
		/* "x", "x-1" by its own name, then "x" again must become "x-2" */
		result = ts_arena_printf(s->arena, "%s-%zu", base, ++s->used[ts_strmap_get(s->counts, base)]);
	}
	TS_ARENA_GROW(s->arena, s->used, s->cap, s->n);
	ts_strmap_add(s->counts, result, s->n);
	s->used[s->n++] = 0;
	return result;
}
