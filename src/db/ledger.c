/* db/ledger.c - what a check could and could not see. */
#include "db/ledger.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct ts_ledger {
	struct ts_ledger_line *lines;
	size_t count, cap;
	size_t *slots; /* hash table of index + 1, 0 = free; a power of two, never more than half full */
	size_t slot_count;
	bool gap;
};

/* In enum order. */
static const char *const names[] = { [TS_SEEN_READ] = "read",
	[TS_SEEN_ABSENT] = "absent",
	[TS_SEEN_DENIED] = "denied",
	[TS_SEEN_NOT_COLLECTED] = "not_collected",
	[TS_SEEN_UNSUPPORTED] = "unsupported",
	[TS_SEEN_TIMEOUT] = "timeout",
	[TS_SEEN_PARTIAL] = "partial" };
static_assert(TS_COUNT(names) == TS_SEEN_COUNT, "a name for every state");

struct ts_ledger *ts_ledger_new(void)
{
	return ts_xcalloc(1, sizeof(struct ts_ledger));
}

void ts_ledger_clear(struct ts_ledger *l)
{
	for (size_t i = 0; i < l->count; i++) {
		/* The table's name is the start of one block that holds all three strings. */
		free((void *)(uintptr_t)l->lines[i].table);
	}
	free(l->lines);
	free(l->slots);
	*l = (struct ts_ledger){ 0 };
}

void ts_ledger_free(struct ts_ledger *l)
{
	if (l != NULL) {
		ts_ledger_clear(l);
		free(l);
	}
}

static size_t hash_text(size_t h, const char *s)
{
	/* FNV-1a, with the NUL as separator. */
	do {
		h = (h ^ (unsigned char)*s) * (size_t)1099511628211u;
	} while (*s++ != '\0');
	return h;
}

static bool same(const struct ts_ledger_line *a, const struct ts_ledger_line *b)
{
	return a->seen == b->seen && strcmp(a->table, b->table) == 0 && strcmp(a->subject, b->subject) == 0 &&
	       strcmp(a->detail, b->detail) == 0;
}

/* The slot that holds a line equal to `line`, or the free one where it belongs. */
static size_t *find_slot(const struct ts_ledger *l, const struct ts_ledger_line *line)
{
	size_t h =
		hash_text(hash_text(hash_text((size_t)line->seen, line->table), line->subject), line->detail);
	size_t i = h & (l->slot_count - 1);
	while (l->slots[i] != 0 && !same(&l->lines[l->slots[i] - 1], line)) {
		i = (i + 1) & (l->slot_count - 1);
	}
	return &l->slots[i];
}

static void grow_slots(struct ts_ledger *l)
{
	if (l->slot_count > l->count * 2) {
		return;
	}
	free(l->slots);
	l->slot_count = l->slot_count > 0 ? l->slot_count * 2 : 16;
	l->slots = ts_xcalloc(l->slot_count, sizeof(l->slots[0]));
	for (size_t i = 0; i < l->count; i++) {
		*find_slot(l, &l->lines[i]) = i + 1;
	}
}

void ts_ledger_add(
	struct ts_ledger *l, const char *table, const char *subject, enum ts_seen seen, const char *detail)
{
	struct ts_ledger_line line = { table != NULL ? table : "", subject != NULL ? subject : "", seen,
		detail != NULL ? detail : "" };
	grow_slots(l);
	size_t *slot = find_slot(l, &line);
	if (*slot != 0) {
		return;
	}
	size_t table_size = strlen(line.table) + 1, subject_size = strlen(line.subject) + 1,
	       detail_size = strlen(line.detail) + 1;
	char *block = ts_xmalloc(table_size + subject_size + detail_size);
	line.table = memcpy(block, line.table, table_size);
	line.subject = memcpy(block + table_size, line.subject, subject_size);
	line.detail = memcpy(block + table_size + subject_size, line.detail, detail_size);
	TS_GROW(l->lines, l->cap, l->count);
	l->lines[l->count++] = line;
	*slot = l->count;
	l->gap = l->gap || ts_seen_is_gap(seen);
}

size_t ts_ledger_count(const struct ts_ledger *l)
{
	return l->count;
}

const struct ts_ledger_line *ts_ledger_get(const struct ts_ledger *l, size_t i)
{
	return i < l->count ? &l->lines[i] : NULL;
}

bool ts_seen_is_gap(enum ts_seen s)
{
	return s != TS_SEEN_READ && s != TS_SEEN_ABSENT;
}

bool ts_ledger_has_gap(const struct ts_ledger *l)
{
	return l->gap;
}

const char *ts_seen_name(enum ts_seen s)
{
	return names[s];
}

bool ts_seen_parse(const char *name, enum ts_seen *out)
{
	for (size_t i = 0; i < TS_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum ts_seen)i;
			return true;
		}
	}
	return false;
}
