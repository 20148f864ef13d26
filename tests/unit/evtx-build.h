/* tests/unit/evtx-build.h - makes event logs byte by byte, right or wrong, for the tests of their reader. */
#ifndef TS_TEST_EVTX_BUILD_H
#define TS_TEST_EVTX_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LOG_SIZE   (4096 + 65536)
#define LOG_TIME   UINT64_C(132449856000000000) /* 2020-09-17T16:00:00Z */
#define NO_DEPENDS 0xffff

/* A log of one chunk. pos counts from the chunk's beginning. */
struct log_maker {
	unsigned char file[LOG_SIZE];
	unsigned char *chunk;
	uint32_t pos, record, size_at;
	uint64_t number;
	bool literal; /* elements carry no dependency identifier */
};

static inline void put(struct log_maker *m, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		m->chunk[m->pos++] = (unsigned char)(v >> (i * 8));
	}
}

static inline void put_at(struct log_maker *m, uint32_t at, uint64_t v, int bytes)
{
	uint32_t keep = m->pos;
	m->pos = at;
	put(m, v, bytes);
	m->pos = keep;
}

static inline void put_wide(struct log_maker *m, const char *s)
{
	for (; *s != '\0'; s++) {
		put(m, (unsigned char)*s, 2);
	}
}

static inline uint32_t sum_of(uint32_t crc, const unsigned char *p, size_t n)
{
	crc = ~crc;
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++) {
			crc = (crc & 1) != 0 ? crc >> 1 ^ UINT32_C(0xedb88320) : crc >> 1;
		}
	}
	return ~crc;
}

static inline void log_begin(struct log_maker *m)
{
	memset(m, 0, sizeof(*m));
	m->chunk = m->file;
	put(m, UINT64_C(0x00656c6946666c45), 8); /* ElfFile */
	put_at(m, 32, 128, 4);
	put_at(m, 36, UINT64_C(0x0001100000030001), 8); /* version 3.1, header block 4096, one chunk */
	m->chunk = m->file + 4096;
	m->pos = 512;
}

static inline void record_begin(struct log_maker *m)
{
	m->record = m->pos;
	put(m, 0x2a2a, 4);
	put(m, 0, 4);
	put(m, ++m->number, 8);
	put(m, LOG_TIME, 8);
	put(m, 0x0001010f, 4); /* fragment header */
}

static inline void record_end(struct log_maker *m)
{
	uint32_t size = m->pos + 4 - m->record;
	put_at(m, m->record + 4, size, 4);
	put(m, size, 4);
}

static inline void log_end(struct log_maker *m)
{
	uint32_t end = m->pos;
	m->pos = 0;
	put(m, UINT64_C(0x006b6e6843666c45), 8); /* ElfChnk */
	put(m, 1, 8);
	put(m, m->number, 8);
	put(m, 1, 8);
	put(m, m->number, 8);
	put(m, 128, 4);
	put(m, m->record, 4);
	put(m, end, 4);
	put(m, sum_of(0, m->chunk + 512, end - 512), 4);
	put_at(m, 124, sum_of(sum_of(0, m->chunk, 120), m->chunk + 128, 384), 4);
	m->pos = end;
	m->chunk = m->file;
	put_at(m, 124, sum_of(0, m->file, 120), 4);
	m->chunk = m->file + 4096;
}

/* --- binary XML --- */

static inline void put_name(struct log_maker *m, const char *name)
{
	put(m, m->pos + 4, 4); /* it stands right here */
	put(m, 0, 4);
	put(m, 0x1234, 2);
	put(m, strlen(name), 2);
	put_wide(m, name);
	put(m, 0, 2);
}

static inline void open_tag(struct log_maker *m, const char *name, unsigned depends, bool attributes)
{
	put(m, attributes ? 0x41 : 0x01, 1);
	if (!m->literal) {
		put(m, depends, 2);
	}
	put(m, 0, 4);
	put_name(m, name);
	if (attributes) {
		put(m, 0, 4);
	}
}

static inline void attribute(struct log_maker *m, const char *name)
{
	put(m, 0x06, 1);
	put_name(m, name);
}

static inline void text(struct log_maker *m, const char *s)
{
	put(m, 0x0105, 2);
	put(m, strlen(s), 2);
	put_wide(m, s);
}

static inline void value(struct log_maker *m, bool optional, unsigned n, unsigned type)
{
	put(m, optional ? 0x0e : 0x0d, 1);
	put(m, n, 2);
	put(m, type, 1);
}

static inline void content(struct log_maker *m)
{
	put(m, 0x02, 1);
}

static inline void close_tag(struct log_maker *m)
{
	put(m, 0x04, 1);
}

static inline void close_empty(struct log_maker *m)
{
	put(m, 0x03, 1);
}

/* <name>s</name> */
static inline void simple(struct log_maker *m, const char *name, const char *s)
{
	open_tag(m, name, NO_DEPENDS, false);
	content(m);
	text(m, s);
	close_tag(m);
}

/* A template instance with its definition; end it with template_end(), then come the values. */
static inline void template_begin(struct log_maker *m, uint32_t id)
{
	put(m, 0x010c, 2);
	put(m, id, 4);
	put(m, m->pos + 4, 4);
	put(m, 0, 4);
	put(m, id, 4);
	put(m, UINT64_C(0x1122334455667788), 8);
	put(m, 0, 4);
	m->size_at = m->pos;
	put(m, 0, 4);
	put(m, 0x0001010f, 4);
}

static inline void template_end(struct log_maker *m)
{
	put(m, 0, 1);
	put_at(m, m->size_at, m->pos - m->size_at - 4, 4);
}

static inline void system_part(struct log_maker *m)
{
	open_tag(m, "System", NO_DEPENDS, false);
	content(m);
	open_tag(m, "Provider", NO_DEPENDS, true);
	attribute(m, "Name");
	text(m, "Test-Provider");
	attribute(m, "EventSourceName");
	text(m, "OldName");
	close_empty(m);
	simple(m, "EventID", "4625");
	simple(m, "Level", "2");
	simple(m, "Task", "7");
	simple(m, "Keywords", "0x8010000000000000");
	open_tag(m, "TimeCreated", NO_DEPENDS, true);
	attribute(m, "SystemTime");
	text(m, "2020-09-17T16:00:00.1234567Z");
	close_empty(m);
	simple(m, "EventRecordID", "77");
	simple(m, "Channel", "Test/Operational");
	simple(m, "Computer", "PC1");
	close_tag(m);
}

static inline void event_begin(struct log_maker *m)
{
	open_tag(m, "Event", NO_DEPENDS, true);
	attribute(m, "xmlns");
	text(m, "http://schemas.microsoft.com/win/2004/08/events/event");
	content(m);
	system_part(m);
}

static inline void event_end(struct log_maker *m)
{
	close_tag(m);
}

#endif
