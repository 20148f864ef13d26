/* tests/unit/test-evtx-hostile.c - what a damaged or hostile event log may say: each is counted as what it
 * is, and nothing is read beyond it. */
#include "evtx-read.h"

static struct log_maker maker; /* 69 KB: not on the stack */

static uint64_t harm_of(const struct log_maker *m, size_t size, enum ts_evtx_harm h)
{
	struct ts_evtx *x = ts_evtx_new();
	read_all(x, m->file, size);
	uint64_t n = ts_evtx_stats(x)->harm[h];
	ts_evtx_free(x);
	return n;
}

/* A value that is an instance of the template that it is a value of, without end. */
static void test_self_reference(void)
{
	log_begin(&maker);
	record_begin(&maker);
	uint32_t def = maker.pos + 10;
	template_begin(&maker, 3);
	open_tag(&maker, "Event", NO_DEPENDS, false);
	content(&maker);
	for (int i = 0; i < 40; i++) {
		value(&maker, false, 0, 0x21);
	}
	close_tag(&maker);
	template_end(&maker);
	put(&maker, 1, 4);
	put(&maker, 0x00210000 | 22, 4);
	put(&maker, 0x010c, 2);
	put(&maker, 3, 4);
	put(&maker, def, 4);
	put(&maker, 1, 4);
	put(&maker, 0x00210004, 4);
	put(&maker, 0, 4);
	record_end(&maker);
	log_end(&maker);
	char *json = json_of(&maker); /* 40 empty elements, and an end */
	CHECK(strncmp(json, "{\"Event\":\"\",", 12) == 0);
	free(json);

	/* the inner instance stands in the template's own content and refers to itself */
	log_begin(&maker);
	record_begin(&maker);
	def = maker.pos + 10;
	template_begin(&maker, 4);
	open_tag(&maker, "Event", NO_DEPENDS, false);
	content(&maker);
	for (int i = 0; i < 2; i++) {
		put(&maker, 0x010c, 2);
		put(&maker, 4, 4);
		put(&maker, def, 4);
		put(&maker, 0, 4);
	}
	close_tag(&maker);
	template_end(&maker);
	put(&maker, 0, 4);
	record_end(&maker);
	log_end(&maker);
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_RECORD_LIMIT), 1);
}

/* Ten levels of values within values, and forty elements within each other. */
static void test_depth(void)
{
	log_begin(&maker);
	maker.literal = true;
	record_begin(&maker);
	for (int i = 0; i < 40; i++) {
		open_tag(&maker, "Event", NO_DEPENDS, false);
		content(&maker);
	}
	for (int i = 0; i < 40; i++) {
		close_tag(&maker);
	}
	record_end(&maker);
	log_end(&maker);
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_RECORD_LIMIT), 1);
}

static void test_counts(void)
{
	static const struct {
		const char *name;
		uint32_t count, descriptor;
		enum ts_evtx_harm want;
	} rows[] = {
		{ "more values than bytes", 0xffffffff, 0, TS_EVTX_RECORD_XML },
		{ "one value too many", 2, 0x00010002, TS_EVTX_RECORD_XML },
		{ "value longer than the record", 1, 0x0001ffff, TS_EVTX_RECORD_XML },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		one_value_head(&maker, 1);
		put(&maker, rows[i].count, 4);
		put(&maker, rows[i].descriptor, 4);
		put(&maker, 'x', 2);
		record_end(&maker);
		log_end(&maker);
		CHECK_ROW(rows[i].name, harm_of(&maker, LOG_SIZE, rows[i].want) == 1);
	}
	/* 5,000 values, all there */
	one_value_head(&maker, 1);
	put(&maker, 5000, 4);
	maker.pos += 20000;
	record_end(&maker);
	log_end(&maker);
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_RECORD_LIMIT), 1);
}

/* A long string many times over: more text than a record may come to. */
static void test_much_text(void)
{
	log_begin(&maker);
	record_begin(&maker);
	template_begin(&maker, 5);
	open_tag(&maker, "Event", NO_DEPENDS, false);
	content(&maker);
	for (int i = 0; i < 100; i++) {
		value(&maker, false, 0, 0x0e);
	}
	close_tag(&maker);
	template_end(&maker);
	put(&maker, 1, 4);
	put(&maker, 0x000e0000 | 50000, 4);
	maker.pos += 50000;
	record_end(&maker);
	log_end(&maker);
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_RECORD_LIMIT), 1);
}

static void test_damage(void)
{
	one_value(&maker, 0x01, "a\0", 2);
	maker.file[4096 + 512 + 40] ^= 1; /* in the records */
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_CHUNK_DATA), 1);
	one_value(&maker, 0x01, "a\0", 2);
	maker.file[4096 + 200] ^= 1; /* in the chunk's header */
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_CHUNK_HEADER), 1);
	one_value(&maker, 0x01, "a\0", 2);
	put_at(&maker, 512 + 4, 0, 4); /* size of the record */
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_RECORD_FRAME), 1);
	one_value(&maker, 0x01, "a\0", 2);
	memset(maker.file + 4096, 'x', 8);
	CHECK_INT(harm_of(&maker, LOG_SIZE, TS_EVTX_CHUNK_MAGIC), 1);
	one_value(&maker, 0x01, "a\0", 2);
	CHECK_INT(harm_of(&maker, 4096 + 600, TS_EVTX_CHUNK_CUT), 1);
	CHECK_INT(harm_of(&maker, 4096 + 100, TS_EVTX_CHUNK_CUT), 1);
	memset(maker.file, 0, 128);
	struct ts_evtx *x = ts_evtx_new();
	CHECK_INT(read_all(x, maker.file, LOG_SIZE), 1); /* without a file header, too */
	CHECK(!ts_evtx_open(x, "ElfFile", 8));
	CHECK(!ts_evtx_open(x, "", 0));
	ts_evtx_free(x);
}

/* A log of 20 records of several kinds for the random tests. */
static void mixed_log(struct log_maker *m)
{
	one_value_head(m, 1);
	put(m, 1, 4);
	put(m, 0x00010006, 4);
	put_wide(m, "abc");
	record_end(m);
	for (int i = 0; i < 19; i++) {
		record_begin(m);
		m->literal = i % 2 == 0;
		if (!m->literal) {
			template_begin(m, (uint32_t)i);
		}
		event_begin(m);
		open_tag(m, "EventData", NO_DEPENDS, false);
		content(m);
		simple(m, "Data", "some text");
		if (!m->literal) {
			open_tag(m, "Data", NO_DEPENDS, false);
			content(m);
			value(m, i % 3 == 0, 0, 0x81);
			close_tag(m);
		}
		close_tag(m);
		event_end(m);
		if (!m->literal) {
			template_end(m);
			put(m, 1, 4);
			put(m, 0x00810008, 4);
			put_wide(m, "ab");
			put(m, 0, 2);
			put_wide(m, "c");
		}
		record_end(m);
		m->literal = false;
	}
	log_end(m);
}

static uint32_t random_state = 20261122;

static uint32_t random_number(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

static void test_truncated(void)
{
	struct ts_evtx *x = ts_evtx_new();
	mixed_log(&maker);
	CHECK_INT(read_all(x, maker.file, LOG_SIZE), 20);
	uint64_t before = 0;
	for (size_t size = 0; size <= LOG_SIZE; size += 512) {
		unsigned char *exact = ts_xmalloc(size + 1); /* so that a read beyond it is seen */
		memcpy(exact, maker.file, size);
		unsigned char *end = ts_xrealloc(exact, size > 0 ? size : 1);
		uint64_t n = read_all(x, end, size);
		CHECK(n >= before && n <= 20);
		before = n;
		free(end);
	}
	CHECK_INT(before, 20);
	ts_evtx_free(x);
}

static void test_flipped(void)
{
	static struct log_maker flipped;
	struct ts_evtx *x = ts_evtx_new();
	mixed_log(&maker);
	for (int i = 0; i < 4000; i++) {
		flipped = maker;
		for (uint32_t k = random_number() % 8 + 1; k > 0; k--) {
			uint32_t at =
				random_number() % (random_number() % 4 == 0 ? LOG_SIZE : 4096 + maker.pos);
			flipped.file[at] = random_number() % 2 == 0
						   ? (unsigned char)random_number()
						   : flipped.file[random_number() % LOG_SIZE];
		}
		CHECK(read_all(x, flipped.file, LOG_SIZE) <= 20);
	}
	ts_evtx_free(x);
}

TEST_MAIN({ "self-reference", test_self_reference }, { "depth", test_depth }, { "counts", test_counts },
	{ "much-text", test_much_text }, { "damage", test_damage }, { "truncated", test_truncated },
	{ "flipped", test_flipped })
