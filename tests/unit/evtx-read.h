/* tests/unit/evtx-read.h - reads logs made by evtx-build.h. */
#ifndef TS_TEST_EVTX_READ_H
#define TS_TEST_EVTX_READ_H

#include "base/alloc.h"
#include "decode/evtx.h"
#include "evtx-build.h"
#include "test.h"

/* Read all of a log in every way; returns the records that were decoded. */
static inline uint64_t read_all(struct ts_evtx *x, const void *data, size_t size)
{
	struct ts_buf json;
	uint64_t n = 0;
	ts_buf_init(&json, TS_BUF_MAX_TEXT);
	if (!ts_evtx_open(x, data, size)) {
		ts_buf_finish(&json);
		return 0;
	}
	ts_evtx_rewind(x, true);
	while (ts_evtx_next(x)) {
		for (int f = 0; f < TS_EVTX_FIELDS; f++) {
			int64_t v;
			ts_evtx_int(x, (enum ts_evtx_field)f, &v);
			ts_evtx_text(x, (enum ts_evtx_field)f);
			ts_evtx_field_is(x, (enum ts_evtx_field)f, "System");
		}
		ts_buf_clear(&json);
		n += ts_evtx_json(x, &json);
	}
	ts_buf_finish(&json);
	return n;
}

/* The JSON of the only record; "?" where it cannot be read. The caller frees. */
static inline char *json_of(const struct log_maker *m)
{
	struct ts_evtx *x = ts_evtx_new();
	struct ts_buf json;
	ts_buf_init(&json, TS_BUF_MAX_TEXT);
	bool ok = ts_evtx_open(x, m->file, LOG_SIZE) && ts_evtx_next(x) && ts_evtx_json(x, &json);
	char *text_of = ok ? ts_buf_take(&json) : ts_xstrdup("?");
	ts_buf_finish(&json);
	ts_evtx_free(x);
	return text_of;
}

/* A record whose Data "v" is value 0. */
static inline void one_value_head(struct log_maker *m, unsigned type)
{
	log_begin(m);
	record_begin(m);
	template_begin(m, 0x1001);
	event_begin(m);
	open_tag(m, "EventData", NO_DEPENDS, false);
	content(m);
	open_tag(m, "Data", NO_DEPENDS, true);
	attribute(m, "Name");
	text(m, "v");
	content(m);
	value(m, false, 0, type);
	close_tag(m);
	close_tag(m);
	event_end(m);
	template_end(m);
}

static inline void one_value(struct log_maker *m, unsigned type, const char *bytes, size_t n)
{
	one_value_head(m, type);
	put(m, 1, 4);
	put(m, n, 2);
	put(m, type, 2);
	memcpy(m->chunk + m->pos, bytes, n);
	m->pos += (uint32_t)n;
	record_end(m);
	log_end(m);
}

#endif
