/* kb/search.h - full text for the other files of kb/. */
#ifndef TS_KB_SEARCH_H
#define TS_KB_SEARCH_H

#include "kb/kb.h"
#include "kb/store.h"

/* Add entries that hold the words to hits, best first: those with all words (unless any is true), then those
 * with some. Words are what is left of the text when everything that is no letter and no digit is cut away;
 * nothing in it is an operator. */
void ts_search_words(struct ts_kb *kb, const char *text, const char *product, bool any, struct ts_hits *hits);

#endif
