/* kb/lint-message.c - message patterns of an entry that take the messages of another one. */
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "kb/lint-int.h"
#include "kb/pattern-example.h"
#include "kb/pattern.h"

/* A pattern of some entry with what it takes to compare it. */
struct message {
	size_t entry;
	const struct ts_text_item *item;
	const char *example, *lower; /* NULL where none was found; lower: in lower case, for anchors */
	const char *anchor;
	struct ts_regex *re;
};

static const char *lower_of(struct ts_linting *l, const char *text)
{
	char *copy = ts_arena_strdup(l->arena, text);

	for (char *p = copy; *p != '\0'; p++) {
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
	}
	return copy;
}

static struct message *all_messages(struct ts_linting *l, size_t *count)
{
	struct message *list = NULL;
	struct ts_buf b;
	size_t cap = 0;

	*count = 0;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < l->set->nentries; i++) {
		const struct ts_entry *e = l->set->entries[i].entry;

		for (size_t k = 0; k < e->nmessages; k++) {
			TS_ARENA_GROW(l->arena, list, cap, *count);
			struct message *m = &list[(*count)++];
			*m = (struct message){ .entry = i, .item = &e->messages[k] };
			if (ts_pattern_example(m->item->text, &b)) {
				m->example = ts_arena_strdup(l->arena, ts_buf_str(&b));
				m->lower = lower_of(l, m->example);
			}
			ts_buf_clear(&b);
			ts_pattern_anchor(m->item->text, &b);
			m->anchor = ts_arena_strdup(l->arena, ts_buf_str(&b));
			ts_buf_clear(&b);
		}
	}
	ts_buf_finish(&b);
	return list;
}

/* Bytes that m matches of the text; 0 = none. */
static size_t match_length(struct message *m, const char *text, const char *lower)
{
	struct ts_match found;

	if (strstr(lower, m->anchor) == NULL) {
		return 0;
	}
	if (m->re == NULL) {
		m->re = ts_regex_new(m->item->text, true, NULL, NULL);
	}
	return m->re != NULL && ts_regex_find(m->re, text, strlen(text), 0, &found) == TS_REGEX_YES
		       ? found.end[0] - found.start[0]
		       : 0;
}

/* The pattern that knows more of a text wins, so it is wrong only if another one knows as much of this example. */
static void compare(struct ts_linting *l, struct message *mine, struct message *other)
{
	const struct ts_pack_entry *pe = &l->set->entries[mine->entry];
	size_t got = match_length(mine, other->example, other->lower);

	if (got > 0 && got >= match_length(other, other->example, other->lower)) {
		l->pe = pe;
		l->src = pe->src;
		LINT(l, TS_ERROR, "message-claimed", mine->item->span,
			"this pattern also takes \"%s\", a message of %s: a text must lead to one entry",
			other->example, l->set->entries[other->entry].entry->id);
	}
}

void ts_lint_messages(struct ts_linting *l)
{
	size_t n;
	struct message *list = all_messages(l, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			if (list[i].entry != list[k].entry && list[k].example != NULL &&
				l->set->entries[list[i].entry].pack == l->set->entries[list[k].entry].pack) {
				compare(l, &list[i], &list[k]);
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		ts_regex_free(list[i].re);
	}
}
