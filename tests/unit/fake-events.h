/* tests/unit/fake-events.h - an event log in the place of the system's: channels with records as XML, newest last. */
#ifndef TS_TEST_FAKE_EVENTS_H
#define TS_TEST_FAKE_EVENTS_H

#include "base/str.h"
#include "os/events.h"
#include "test.h"

struct fake_channel {
	const char *name;
	const char *const *records; /* XML, the oldest first */
	size_t n;
	enum ts_told told; /* what asking for it gives; TS_TOLD_YES by default */
	bool disabled;
	size_t fails_after; /* the log breaks off after so many records; 0 = it does not */
};

static const struct fake_channel *fake_channels;
static size_t nfake_channels;
static char fake_xpath[4096]; /* of the last query that was not for the ends of a channel */
static int fake_queries;      /* open ones */

struct fake_query {
	const struct fake_channel *channel;
	size_t at;
	bool newest_first;
};

static inline const struct fake_channel *fake_find(const char *name)
{
	for (size_t i = 0; i < nfake_channels; i++) {
		if (ts_str_case_eq(fake_channels[i].name, name)) {
			return &fake_channels[i];
		}
	}
	return NULL;
}

static inline enum ts_told fake_query(
	const char *channel, const char *xpath, bool newest_first, void **query, struct ts_err *err)
{
	const struct fake_channel *c = fake_find(channel);
	(void)err;
	if (c == NULL || c->told != TS_TOLD_YES) {
		return c == NULL ? TS_TOLD_NO : c->told;
	}
	if (strcmp(xpath, "*") != 0) {
		snprintf(fake_xpath, sizeof(fake_xpath), "%s", xpath);
	}
	struct fake_query *q = ts_xcalloc(1, sizeof(*q));
	*q = (struct fake_query){ c, 0, newest_first };
	*query = q;
	fake_queries++;
	return TS_TOLD_YES;
}

static inline enum ts_told fake_next(void *query, struct ts_buf *xml, struct ts_err *err)
{
	struct fake_query *q = query;
	if (q->at == q->channel->n) {
		return TS_TOLD_NO;
	}
	if (q->channel->fails_after > 0 && q->at == q->channel->fails_after) {
		ts_fail(err, "the log is damaged");
		return TS_TOLD_FAILED;
	}
	ts_buf_clear(xml);
	ts_buf_puts(xml, q->channel->records[q->newest_first ? q->channel->n - 1 - q->at : q->at]);
	q->at++;
	return TS_TOLD_YES;
}

static inline void fake_close(void *query)
{
	fake_queries--;
	free(query);
}

static inline enum ts_told fake_state(const char *channel, struct ts_channel_state *out, struct ts_err *err)
{
	const struct fake_channel *c = fake_find(channel);
	(void)err;
	*out = (struct ts_channel_state){ 0 };
	if (c == NULL) {
		return TS_TOLD_NO;
	}
	*out = (struct ts_channel_state){ true, !c->disabled, c->told == TS_TOLD_YES, c->n };
	return TS_TOLD_YES;
}

static inline enum ts_told fake_channel_name(void **list, struct ts_buf *name, struct ts_err *err)
{
	(void)err;
	size_t *at = *list != NULL ? *list : (*list = ts_xcalloc(1, sizeof(*at)));
	if (*at == nfake_channels) {
		return TS_TOLD_NO;
	}
	ts_buf_clear(name);
	ts_buf_puts(name, fake_channels[(*at)++].name);
	return TS_TOLD_YES;
}

static const struct ts_events_if fake_events = { fake_query, fake_next, fake_close, fake_state,
	fake_channel_name, free };

#endif
