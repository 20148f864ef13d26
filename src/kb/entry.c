/* kb/entry.c - small look-ups in an entry. */
#include "kb/entry.h"

#include <string.h>

int ts_entry_node(const struct ts_entry *e, const char *id)
{
	for (size_t i = 0; i < e->nnodes; i++) {
		if (strcmp(e->nodes[i].id, id) == 0) {
			return (int)i;
		}
	}
	return -1;
}

const struct ts_answer *ts_node_answer(const struct ts_node *n, const char *label)
{
	for (size_t i = 0; i < n->nanswers; i++) {
		if (strcmp(n->answers[i].label, label) == 0) {
			return &n->answers[i];
		}
	}
	return NULL;
}

void ts_entry_free(struct ts_entry *e)
{
	if (e != NULL) {
		ts_arena_free(e->arena);
	}
}
