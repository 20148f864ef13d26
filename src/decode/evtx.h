/* decode/evtx.h - Windows event logs (.evtx), and events as XML: finds the records of a mapped file, however damaged, and
 * decodes their binary XML.
 *
 * Two steps, so that a query drops most records before a string of theirs is looked at: ts_evtx_next()
 * finds the next record and where its System fields are; ts_evtx_nodes(), ts_evtx_pairs() and
 * ts_evtx_json() decode its data. Templates are compiled once per chunk. Everything that is returned for a
 * record is valid until the next call of ts_evtx_next(). One reader belongs to one thread. */
#ifndef TS_DECODE_EVTX_H
#define TS_DECODE_EVTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* Limits; a record that goes beyond one is counted as TS_EVTX_RECORD_LIMIT. No file of Windows comes near
 * them. */
#define TS_EVTX_MAX_VALUES  4096  /* in the substitution arrays of a record, nested ones included */
#define TS_EVTX_MAX_DEPTH   32    /* elements within each other */
#define TS_EVTX_MAX_NESTING 8     /* templates within each other */
#define TS_EVTX_MAX_NODES   16384 /* elements and attributes of a record */
#define TS_EVTX_MAX_STEPS   32768 /* operations to decode a record's data */
#define TS_EVTX_MAX_TEXT    ((size_t)512 << 10) /* bytes of UTF-8 that a record's data may come to */
#define TS_EVTX_MAX_POOL    ((size_t)2 << 20)   /* bytes that the compiled templates of a chunk may take */

/* What was wrong; counted while records are read. */
enum ts_evtx_harm {
	TS_EVTX_FILE_HEADER,  /* the file's header is not one, or its checksum is wrong */
	TS_EVTX_CHUNK_MAGIC,  /* a slot of 64 KiB that holds something else than a chunk */
	TS_EVTX_CHUNK_HEADER, /* a chunk's header contradicts its checksum or itself */
	TS_EVTX_CHUNK_DATA,   /* the records of a chunk contradict their checksum */
	TS_EVTX_CHUNK_CUT,    /* the file ends within the chunk */
	TS_EVTX_RECORD_FRAME, /* sizes, magic or number are wrong: the rest of the chunk is not reached */
	TS_EVTX_RECORD_XML,   /* the binary XML of a record cannot be decoded */
	TS_EVTX_RECORD_LIMIT, /* a record goes beyond the limits above */
	TS_EVTX_HARMS
};

struct ts_evtx_stats {
	uint32_t chunks;  /* that hold records */
	uint64_t records; /* read well */
	uint64_t harm[TS_EVTX_HARMS];
	bool dirty; /* copied while the system was writing: normal, no damage */
};

/* The System part of a record. */
enum ts_evtx_field {
	TS_EVTX_PROVIDER,
	TS_EVTX_PROVIDER_GUID,
	TS_EVTX_SOURCE, /* EventSourceName: the provider's older name */
	TS_EVTX_EVENT_ID,
	TS_EVTX_QUALIFIERS,
	TS_EVTX_VERSION,
	TS_EVTX_LEVEL,
	TS_EVTX_TASK,
	TS_EVTX_OPCODE,
	TS_EVTX_KEYWORDS,
	TS_EVTX_TIME,      /* FILETIME: 100 ns since 1601 */
	TS_EVTX_RECORD_ID, /* EventRecordID; in forwarded logs not the number of the record's frame */
	TS_EVTX_ACTIVITY,
	TS_EVTX_RELATED_ACTIVITY,
	TS_EVTX_PID,
	TS_EVTX_TID,
	TS_EVTX_CHANNEL,
	TS_EVTX_COMPUTER,
	TS_EVTX_USER, /* SID */
	TS_EVTX_FIELDS
};

/* A value as it stands in the file. */
struct ts_evtx_value {
	const unsigned char *p;
	uint32_t n;
	uint8_t type; /* of the format, or TS_EVTX_UTF8 */
};
#define TS_EVTX_UTF8 0x7f /* text of a template, already converted */

/* An element or attribute of a record's data, in the order of the document. name and value end with a NUL
 * that is not counted. */
struct ts_evtx_node {
	const char *name, *value; /* value of an element: its own text */
	uint32_t name_len, value_len;
	uint16_t depth; /* 0 = Event, 1 = EventData or UserData; an attribute has its element's */
	bool attribute;
};

typedef void ts_evtx_pair_fn(void *arg, const struct ts_evtx_node *name, const struct ts_evtx_node *value);

struct ts_evtx;

/* Does it look like an event log? (the first bytes of a file are enough) */
bool ts_evtx_recognise(const void *data, size_t size);

/* Is it the beginning of a file of events as XML (UTF-8 without a mark)? */
bool ts_evtx_recognise_xml(const char *text, size_t n);

struct ts_evtx *ts_evtx_new(void);
void ts_evtx_free(struct ts_evtx *x); /* NULL is allowed */
/* Look at every slot of a log in memory, which must stay. A file of events as XML (Event Viewer, wevtutil; any
 * encoding of Windows) is a log, too, whose chunks are events that follow each other. False: neither a file header
 * nor a chunk nor XML is there. Begins with the oldest record. */
bool ts_evtx_open(struct ts_evtx *x, const void *data, size_t size);
bool ts_evtx_is_xml(const struct ts_evtx *x); /* it is a file of events as XML */
/* Begin again, with the newest or the oldest record (by record number); the statistics begin again too. */
void ts_evtx_rewind(struct ts_evtx *x, bool newest_first);
/* Chunks that may hold records; they are numbered in the order of records. */
size_t ts_evtx_chunks(const struct ts_evtx *x);
/* Enter only the chunks that are set in wanted[ts_evtx_chunks()] (NULL = all), which must stay; without
 * verify the checksums of records are not computed. Until the next ts_evtx_open(). */
void ts_evtx_select(struct ts_evtx *x, const bool *wanted, bool verify);

/* Go to the next record that can be decoded; false at the end. */
bool ts_evtx_next(struct ts_evtx *x);
/* Complete for what was read so far. */
const struct ts_evtx_stats *ts_evtx_stats(const struct ts_evtx *x);
/* "4 chunks have a wrong checksum": what harm says, for n > 0. */
void ts_evtx_harm_text(enum ts_evtx_harm harm, uint64_t n, struct ts_buf *out);

/* --- the current record --- */

/* Make one event as XML, as EvtRender gives it, the current record. False: it is none that can be read. */
bool ts_evtx_set_xml(struct ts_evtx *x, const char *xml, size_t n);

size_t ts_evtx_position(const struct ts_evtx *x);  /* number of its chunk */
size_t ts_evtx_place(const struct ts_evtx *x);     /* tells it from every other record of the file */
uint64_t ts_evtx_number(const struct ts_evtx *x);  /* of its frame */
uint64_t ts_evtx_written(const struct ts_evtx *x); /* FILETIME of its frame */
/* False where the record has no such field, or one that is null. */
bool ts_evtx_field(const struct ts_evtx *x, enum ts_evtx_field f, struct ts_evtx_value *out);
/* Numbers and times, from literal text too (forwarded records). False where there is none. Keywords are
 * the 64 bits as a signed number. */
bool ts_evtx_int(const struct ts_evtx *x, enum ts_evtx_field f, int64_t *out);
/* As text; "" where there is none. */
const char *ts_evtx_text(struct ts_evtx *x, enum ts_evtx_field f);
/* Is the field this text, without regard to ASCII case? (no conversion) */
bool ts_evtx_field_is(const struct ts_evtx *x, enum ts_evtx_field f, const char *text);

/* Decode the data: everything but System and RenderingInfo. NULL and counted as harm when it cannot be; *n
 * = 0 when there is none. */
const struct ts_evtx_node *ts_evtx_nodes(struct ts_evtx *x, size_t *n);
/* The data as names and values: Data elements by their Name (NULL where they have none), other elements
 * without children by their own name. name's value is the name where it is an attribute. False when the
 * data cannot be decoded. */
bool ts_evtx_pairs(struct ts_evtx *x, ts_evtx_pair_fn *fn, void *arg);
/* Append the data in osquery's shape, {"EventData":{...}}; nothing where the record has none. False when
 * it cannot be decoded. */
bool ts_evtx_json(struct ts_evtx *x, struct ts_buf *out);

/* 2026-11-22T15:04:05.1234567Z; false beyond the years 1601 to 9999. */
bool ts_evtx_time_text(uint64_t filetime, char out[32]);
uint64_t ts_evtx_time_of_unix(int64_t seconds); /* clamped to what a FILETIME can say */

#endif
