/* decode/evtx-int.h - shared by the files of the event log reader: programs, pools and the reader itself. */
#ifndef TS_DECODE_EVTX_INT_H
#define TS_DECODE_EVTX_INT_H

#include <string.h>
#include "decode/evtx.h"

#define EVTX_FILE_HEADER   4096
#define EVTX_SLOT          65536
#define EVTX_CHUNK_HEADER  512
#define EVTX_RECORD_HEAD   24
#define EVTX_RECORD_MIN    (EVTX_RECORD_HEAD + 4)
#define EVTX_MAX_RECORDS   ((EVTX_SLOT - EVTX_CHUNK_HEADER) / EVTX_RECORD_MIN + 1) /* per chunk */
#define EVTX_MAX_OPS       16384                                                   /* per program */
#define EVTX_NO_SUB        0xffff
#define EVTX_ARRAY         0x80
#define EVTX_FRAGMENT_HEAD 4 /* token, version, flags */

enum evtx_type {
	EVTX_NULL = 0x00,
	EVTX_STRING = 0x01,
	EVTX_ANSI = 0x02,
	EVTX_INT8 = 0x03,
	EVTX_UINT8 = 0x04,
	EVTX_INT16 = 0x05,
	EVTX_UINT16 = 0x06,
	EVTX_INT32 = 0x07,
	EVTX_UINT32 = 0x08,
	EVTX_INT64 = 0x09,
	EVTX_UINT64 = 0x0a,
	EVTX_REAL32 = 0x0b,
	EVTX_REAL64 = 0x0c,
	EVTX_BOOL = 0x0d,
	EVTX_BINARY = 0x0e,
	EVTX_GUID = 0x0f,
	EVTX_SIZE = 0x10,
	EVTX_FILETIME = 0x11,
	EVTX_SYSTEMTIME = 0x12,
	EVTX_SID = 0x13,
	EVTX_HEX32 = 0x14,
	EVTX_HEX64 = 0x15,
	EVTX_XML = 0x21,
};

enum evtx_token {
	EVTX_TOKEN_END = 0x00,
	EVTX_TOKEN_OPEN = 0x01,
	EVTX_TOKEN_CLOSE_START = 0x02,
	EVTX_TOKEN_CLOSE_EMPTY = 0x03,
	EVTX_TOKEN_CLOSE = 0x04,
	EVTX_TOKEN_TEXT = 0x05,
	EVTX_TOKEN_ATTRIBUTE = 0x06,
	EVTX_TOKEN_CDATA = 0x07,
	EVTX_TOKEN_CHAR = 0x08,
	EVTX_TOKEN_ENTITY = 0x09,
	EVTX_TOKEN_PI_TARGET = 0x0a,
	EVTX_TOKEN_PI_DATA = 0x0b,
	EVTX_TOKEN_INSTANCE = 0x0c,
	EVTX_TOKEN_VALUE = 0x0d,
	EVTX_TOKEN_OPTIONAL = 0x0e,
	EVTX_TOKEN_FRAGMENT = 0x0f,
	EVTX_TOKEN_MORE = 0x40, /* flag: more of the kind follows, or an open tag has attributes */
};

/* Binary XML becomes a flat list of these. Text of OP_TEXT and OP_VALUE goes to what was begun last: an
 * attribute, or after OP_CONTENT the element. */
enum evtx_op_kind { OP_OPEN, OP_ATTRIBUTE, OP_CONTENT, OP_TEXT, OP_VALUE, OP_INSTANCE, OP_CLOSE, OP_END };
enum evtx_op_flags {
	OP_OPTIONAL = 1, /* OP_VALUE: a null value takes its attribute away */
	OP_SKIPPED = 2,  /* OP_OPEN: System and RenderingInfo are no data */
};

struct evtx_op {
	uint8_t kind, flags;
	uint16_t sub;    /* OP_VALUE: the value; OP_OPEN: the one without which the element is not there */
	uint16_t repeat; /* OP_OPEN: the value that, if it is an array, repeats the element */
	uint16_t unused;
	uint32_t len;  /* of text */
	uint32_t skip; /* OP_OPEN: the operation after the element's end; OP_INSTANCE: offset in the chunk */
	const char *text;
};

/* Where a System field comes from: a value's number, or literal text. */
struct evtx_source {
	const char *text; /* NULL = a value, or nothing */
	uint32_t len;
	uint16_t sub;
};

struct evtx_program {
	const struct evtx_op *ops;
	struct evtx_source fields[TS_EVTX_FIELDS];
};

/* Memory that never moves and is emptied at once. */
struct evtx_pool {
	unsigned char *data;
	size_t used, cap;
};

/* A part of a chunk that is being read; offsets count from the chunk's beginning. */
struct evtx_span {
	const unsigned char *base;
	uint32_t pos, end;
};

struct evtx_frame {
	const struct evtx_program *program;
	const struct ts_evtx_value *values;
	uint32_t nvalues, pc;
	/* an element that an array repeats */
	uint32_t repeat_op;
	const unsigned char *item, *items_end;
	bool repeating;
};

struct evtx_chunk {
	uint32_t slot;        /* number of 64 KiB steps behind the file header */
	uint32_t size;        /* bytes of it that are there */
	uint32_t limit;       /* bytes of it that are there and may hold records */
	bool sound;           /* header is consistent */
	uint64_t first, last; /* record numbers */
};

/* An event of a file of XML. */
struct evtx_xml_event {
	const char *p;
	size_t n;
	uint64_t number, time;
};

struct ts_evtx {
	const unsigned char *data;
	size_t size, first; /* first: where the slots begin */
	struct evtx_chunk *chunks;
	size_t nchunks, cap;
	struct ts_evtx_stats stats;
	uint64_t bad_slots, cut; /* slots that are no chunks; chunks of which not even the header is whole */
	bool bad_header, dirty;

	/* where we are */
	bool newest_first, verify;
	const bool *wanted; /* chunks to enter, NULL = all */
	size_t position;    /* chunk that we are in */
	size_t next_chunk;  /* counted in the direction of reading */
	const unsigned char *chunk;
	uint32_t chunk_end;                 /* bytes of it that are there */
	uint32_t records[EVTX_MAX_RECORDS]; /* offsets in the chunk */
	size_t nrecords, next_record;

	/* compiled templates of the chunk, by the offset of their definition */
	struct evtx_pool pool;
	uint16_t template_at[EVTX_SLOT]; /* number of the template plus 1; 0 = not met yet */
	struct {
		const struct evtx_program *program; /* NULL = cannot be compiled */
		uint32_t offset, size;
		bool over_limit;
	} templates[EVTX_MAX_RECORDS];
	size_t ntemplates;
	struct evtx_op *ops; /* of the program that is being compiled */

	/* the record */
	const unsigned char *record;
	size_t place;
	struct evtx_pool scratch; /* its own programs and texts */
	struct ts_evtx_value *values;
	size_t nvalues;
	struct evtx_frame root;
	enum ts_evtx_harm wrong; /* why something just failed */
	bool decoded, decoded_well;
	struct ts_evtx_node *nodes;
	size_t nnodes;
	char *text;
	size_t ntext;
	struct evtx_item *tree; /* of evtx-json.c */
	size_t tree_cap;

	/* events as XML; the record is then in nodes and text from the beginning */
	struct {
		bool is_log;
		struct evtx_program fields;
		uint64_t number, time;         /* of the record */
		struct evtx_xml_event *events; /* oldest first */
		size_t n, cap;
		uint64_t bad, too_big; /* events that cannot be read */
		struct ts_buf copy;    /* of a file that is not UTF-8 */
	} xml;
};

static inline uint16_t evtx_u16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t evtx_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t evtx_u64(const unsigned char *p)
{
	return evtx_u32(p) | (uint64_t)evtx_u32(p + 4) << 32;
}

static inline uint32_t evtx_left(const struct evtx_span *s)
{
	return s->end - s->pos;
}

/* Note why something cannot be decoded. */
static inline bool evtx_fail(struct ts_evtx *x, enum ts_evtx_harm harm)
{
	x->wrong = harm;
	return false;
}

/* evtx-crc.c */
uint32_t evtx_crc32(uint32_t crc, const unsigned char *p, size_t n);

/* evtx-compile.c: the program of the binary XML in the span, which ends with an end token or the span;
 * NULL and x->wrong when it is none. in_template: elements carry a dependency identifier. *pool receives
 * the program. */
const struct evtx_program *evtx_compile(
	struct ts_evtx *x, struct evtx_span s, bool in_template, struct evtx_pool *pool);
/* evtx-template.c. The template instance after its token: its program and values in f; s->pos is behind it
 * afterwards. */
bool evtx_instance(struct ts_evtx *x, struct evtx_span *s, struct evtx_frame *f);
/* Skip an instance without looking at it. */
bool evtx_instance_skip(struct ts_evtx *x, struct evtx_span *s);
/* A fragment: a template instance or literal elements. False with x->wrong. *empty: there is nothing in
 * it. */
bool evtx_fragment(struct ts_evtx *x, struct evtx_span s, struct evtx_frame *f, bool *empty);
void evtx_templates_clear(struct ts_evtx *x);
/* NULL when the pool is full. align is a power of two. */
void *evtx_pool_take(struct evtx_pool *p, size_t n, size_t align);

/* Which field of System is the attribute of an element, or with NULL its text? TS_EVTX_FIELDS = none. */
enum ts_evtx_field evtx_field_of(const char *element, const char *attribute);

/* evtxml.c: is it a file of events as XML? Its events are numbered from the oldest one. */
bool evtx_xml_open(struct ts_evtx *x, const void *data, size_t size);
size_t evtx_xml_chunks(const struct ts_evtx *x);
void evtx_xml_enter(struct ts_evtx *x, size_t chunk);
bool evtx_xml_record(struct ts_evtx *x, uint32_t i);

/* evtx-value.c */
/* UTF-16 to UTF-8 without a NUL; trailing NULs are no text. out has room for 3 bytes per unit. */
size_t evtx_utf16(char *out, const unsigned char *p, size_t units);
/* One value, no array, as text; the length, or SIZE_MAX when it does not fit. */
size_t evtx_value_text(char *out, size_t room, unsigned type, const unsigned char *p, size_t n);
/* The length of the first item of an array; *step is how far the next one is. */
size_t evtx_array_item(unsigned type, const unsigned char *p, size_t n, size_t *step);

/* evtx-run.c */
const struct ts_evtx_value *evtx_value_of(const struct evtx_frame *f, unsigned sub);

#endif
