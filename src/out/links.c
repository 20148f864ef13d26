/* out/links.c - the URLs of a text in order of appearance, each once. */
#include "out/links.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "out/flow.h"

#define URL_MAX 2083 /* longer addresses are printed, but not made into hyperlinks */

struct ts_links {
	struct ts_arena *arena;
	const char **urls;
	size_t count, cap;
	size_t *slots; /* hash table of numbers, 0 = free; a power of two, at most half full */
	size_t nslots;
};

struct ts_links *ts_links_new(void)
{
	struct ts_links *l = ts_xcalloc(1, sizeof(*l));

	l->arena = ts_arena_new();
	return l;
}

void ts_links_free(struct ts_links *l)
{
	if (l != NULL) {
		ts_arena_free(l->arena);
		free(l->urls);
		free(l->slots);
		free(l);
	}
}

const char *ts_url_encode(struct ts_arena *a, const char *url)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = ts_arena_alloc(a, 3 * strlen(url) + 1), *to = out;

	for (; *url != '\0'; url++) {
		unsigned char c = (unsigned char)*url;

		if (c >= 0x21 && c <= 0x7e) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	return out;
}

static size_t hash(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s != '\0'; s++) {
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	}
	return (size_t)(h ^ h >> 32);
}

/* The slot of this URL, or the free one where it belongs. */
static size_t *find_slot(struct ts_links *l, const char *url)
{
	size_t i = hash(url);

	for (;; i++) {
		size_t *slot = &l->slots[i & (l->nslots - 1)];

		if (*slot == 0 || strcmp(l->urls[*slot - 1], url) == 0) {
			return slot;
		}
	}
}

static void grow_slots(struct ts_links *l)
{
	free(l->slots);
	l->nslots = l->nslots > 0 ? 2 * l->nslots : 64;
	l->slots = ts_xcalloc(l->nslots, sizeof(*l->slots));
	for (size_t i = 0; i < l->count; i++) {
		*find_slot(l, l->urls[i]) = i + 1;
	}
}

size_t ts_links_add(struct ts_links *l, const char *url)
{
	const char *e = ts_url_encode(l->arena, url);
	size_t *slot;

	if (2 * (l->count + 1) > l->nslots) {
		grow_slots(l);
	}
	slot = find_slot(l, e);
	if (*slot == 0) {
		TS_GROW(l->urls, l->cap, l->count);
		l->urls[l->count++] = e;
		*slot = l->count;
	}
	return *slot;
}

size_t ts_links_count(const struct ts_links *l)
{
	return l->count;
}

const char *ts_links_get(const struct ts_links *l, size_t i)
{
	return i < l->count ? l->urls[i] : NULL;
}

bool ts_links_clickable(const char *url)
{
	static const char *const schemes[] = { "https://", "http://", "mailto:" };

	for (size_t i = 0; i < TS_COUNT(schemes); i++) {
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0) {
			return strlen(url) <= URL_MAX;
		}
	}
	return false;
}

void ts_links_render(const struct ts_links *l, size_t indent, const struct ts_look *look, struct ts_buf *out)
{
	int digits = snprintf(NULL, 0, "%zu", l->count);

	for (size_t i = 0; i < l->count; i++) {
		struct ts_flow f;
		char number[48];
		int n = snprintf(number, sizeof(number), "%*s[%zu] ",
			digits - snprintf(NULL, 0, "%zu", i + 1), "", i + 1);

		ts_flow_init(&f, look, indent, out);
		ts_flow_push(&f, "", number, (size_t)n);
		ts_flow_link(&f, look->hyperlinks && ts_links_clickable(l->urls[i]) ? l->urls[i] : NULL);
		ts_flow_put_solid(&f, l->urls[i], strlen(l->urls[i]));
		ts_flow_link(&f, NULL);
		ts_flow_end(&f);
		ts_flow_finish(&f);
	}
}
