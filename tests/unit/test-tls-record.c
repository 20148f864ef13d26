/* tests/unit/test-tls-record.c - what is seen of TLS by watching its records: by hand-made ones, whole, byte by byte and cut off. */
#include "base/alloc.h"
#include "os/tls-record.h"
#include "test.h"

#define RANDOM32 "0123456789abcdef0123456789abcdef"
/* A ServerHello with a session of two bytes and the suite 0xC02F; then a certificate, which is not looked at. */
#define HELLO    "\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03" RANDOM32 "\x02\xaa\xbb\xc0\x2f\x00"
#define BYTES(s) s, sizeof(s) - 1

static void test_watch(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		int alert, cipher;
	} rows[] = {
		{ BYTES("\x15\x03\x03\x00\x02\x02\x28"), 40, -1 },
		/* A warning is no end. */
		{ BYTES("\x15\x03\x03\x00\x02\x01\x70"), -1, -1 },
		{ BYTES("\x15\x03\x03\x00\x02\x01\x70\x15\x03\x03\x00\x02\x02\x46"), 70, -1 },
		{ BYTES(HELLO), -1, 0xC02F },
		{ BYTES(HELLO "\x16\x03\x03\x00\x01\x0e\x15\x03\x03\x00\x02\x02\x2a"), 42, 0xC02F },
		/* Encrypted from there on: what looks like an alert is none. */
		{ BYTES(HELLO "\x14\x03\x03\x00\x01\x01\x15\x03\x03\x00\x02\x02\x28"), -1, 0xC02F },
		{ BYTES(HELLO "\x17\x03\x03\x00\x01\x00\x15\x03\x03\x00\x02\x02\x28"), -1, 0xC02F },
		/* No TLS, an encrypted alert, an empty record, a message that is cut off. */
		{ BYTES("HTTP/1.1 400 Bad Request\r\n\x15\x03\x03\x00\x02\x02\x28"), -1, -1 },
		{ BYTES("\x15\x03\x03\x00\x1a\x02\x28" RANDOM32), -1, -1 },
		{ BYTES("\x16\x03\x03\x00\x00\x15\x03\x03\x00\x02\x02\x28"), 40, -1 },
		{ BYTES("\x16\x03\x03\x00\x06\x02\x00\x00\x26\x03\x03\x15\x03\x03\x00\x02\x02\x28"), 40, -1 },
		{ BYTES("\x16\x03\x03\x00\x27\x02\x00\x00\x23\x03\x03" RANDOM32 "\xff"), -1, -1 },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		for (size_t step = 1; step <= rows[i].n; step += rows[i].n > 1 ? rows[i].n - 1 : 1) {
			struct ts_tls_watch w;
			ts_tls_watch_init(&w);
			for (size_t at = 0; at < rows[i].n; at += step) {
				size_t left = rows[i].n - at;
				ts_tls_watch_feed(&w, rows[i].bytes + at, step < left ? step : left);
			}
			char name[32];
			snprintf(name, sizeof(name), "row %zu by %zu", i, step);
			CHECK_ROW(name, w.alert == rows[i].alert);
			CHECK_ROW(name, w.cipher == rows[i].cipher);
		}
	}
	struct ts_tls_watch w;
	ts_tls_watch_init(&w);
	ts_tls_watch_feed(&w, BYTES(HELLO "\x14\x03\x03\x00\x01\x01"));
	CHECK(w.over && !w.foreign);
	ts_tls_watch_init(&w);
	ts_tls_watch_feed(&w, BYTES("\x03\x00\x00\x09\x02"));
	CHECK(w.over && w.foreign);
	CHECK_STR(ts_tls_cipher_name(0xC02F), "ECDHE-RSA-AES128-GCM-SHA256");
	CHECK_STR(ts_tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	CHECK(ts_tls_cipher_name(0) == NULL);
	CHECK(ts_tls_cipher_name(-1) == NULL);
}

#define GREETING(record, message, extensions)                                                                \
	"\x16\x03\x01\x00" record "\x01\x00\x00" message "\x03\x03" RANDOM32                                 \
	"\x00\x00\x02\xc0\x2f\x01\x00" extensions

static void test_offered(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		int newest;
	} rows[] = {
		{ BYTES(GREETING("\x2d", "\x29", "")), 0x0303 },
		{ BYTES(GREETING("\x2f", "\x2b", "\x00\x00")), 0x0303 },
		/* An empty name, then the versions: 1.2, 1.3 and one that is none. */
		{ BYTES(GREETING("\x3e", "\x3a",
			  "\x00\x0f\x00\x00\x00\x00\x00\x2b\x00\x07\x06\x03\x03\x03\x04\x9a\x9a")),
			0x0304 },
		{ BYTES(GREETING("\x36", "\x32", "\x00\x07\x00\x2b\x00\x03\x02\x03\x02")), 0x0302 },
		{ BYTES("\x15\x03\x03\x00\x02\x02\x28"), -1 },
		{ BYTES(""), -1 },
	};
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		char name[32];
		snprintf(name, sizeof(name), "row %zu", i);
		CHECK_ROW(name, ts_tls_offered(rows[i].bytes, rows[i].n) == rows[i].newest);
		/* Cut off anywhere it is none. A copy, so that reading beyond its end is noticed. */
		for (size_t n = 0; n < rows[i].n; n++) {
			char *cut = ts_xmalloc(n + 1);
			memcpy(cut, rows[i].bytes, n);
			CHECK_ROW(name, ts_tls_offered(cut, n) == -1);
			free(cut);
		}
	}
}

TEST_MAIN({ "watch", test_watch }, { "offered", test_offered })
