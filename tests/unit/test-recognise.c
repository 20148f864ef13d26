/* tests/unit/test-recognise.c - kb/recognise*.c: what people paste, and the codes that are in it. */
#include "test.h"

#include "kb-fixture.h"

#define NONE -1

static const struct {
	const char *text;
	int64_t code, ext; /* NONE = there is none */
	enum ts_code_role role;
} rows[] = {
	/* nothing but a code */
	{ "0x904", 0x904, NONE, TS_ROLE_ANY },
	{ " 0x904\r\n", 0x904, NONE, TS_ROLE_ANY },
	{ "2308", 0x904, NONE, TS_ROLE_ANY },
	{ "904h", 0x904, NONE, TS_ROLE_ANY },
	{ "904", 0x904, NONE, TS_ROLE_ANY }, /* 904 is nothing, 0x904 is known */
	{ "7", 7, NONE, TS_ROLE_ANY },
	{ "0x904/0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "904/7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "0x904, 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "0x904 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "-2147024891", 0x80070005, NONE, TS_ROLE_ANY },
	{ "ERRINFO_SERVER_DENIED_CONNECTION", 7, NONE, TS_ROLE_ERRINFO },
	/* windows of mstsc */
	{ "Error code: 0x904\nExtended error code: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Error code: 0x904\r\nExtended error code: 0x7\r\nTimestamp (UTC): 11/22/26 10:31:07 AM", 0x904, 7,
		TS_ROLE_DISCONNECT },
	{ "This computer can't connect to the remote computer.\n\nTry connecting again. If the problem "
	  "continues, contact the owner of\n"
	  "the remote computer or your network administrator.\n\nError code: 0x904\nExtended error code: "
	  "0x7\n"
	  "Timestamp (UTC): 03/14/25 08:12:55 PM\nPress Ctrl+C to copy.",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "[Window Title]\nRemote Desktop Connection\n\n[Content]\nError code: 0x204\nExtended error code: "
	  "0x0\n\n[OK] [Help]",
		0x204, 0, TS_ROLE_DISCONNECT },
	{ "Extended error code: 0x7\nError code: 0x904", 0x904, NONE,
		TS_ROLE_ANY }, /* the order of mstsc is never this */
	{ "Fehlercode: 0x904\nErweiterter Fehlercode: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Code d\xE2\x80\x99"
	  "erreur\xC2\xA0: 0x904\nCode d\xE2\x80\x99"
	  "erreur \xC3\xA9tendu\xC2\xA0: 0x7",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "Code d'erreur: 2308\nCode d'erreur e\xCC\x81tendu: 7", 0x904, 7,
		TS_ROLE_DISCONNECT }, /* accents apart, decimal */
	{ "C\xC3\xB3"
	  "digo de error: 0x904\nC\xC3\xB3"
	  "digo de error extendido: 0x7",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "Codice errore: 0x904\nCodice errore esteso: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "C\xC3\xB3"
	  "digo de erro: 0x904\nC\xC3\xB3"
	  "digo de erro estendido: 0x7",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "Foutcode: 0x904\nUitgebreide foutcode: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Kod b\xC5\x82\xC4\x99"
	  "du: 0x904\nRozszerzony kod b\xC5\x82\xC4\x99"
	  "du: 0x7",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "\xD0\x9A\xD0\xBE\xD0\xB4 \xD0\xBE\xD1\x88\xD0\xB8\xD0\xB1\xD0\xBA\xD0\xB8: 0x904\n"
	  "\xD0\xA0\xD0\xB0\xD1\x81\xD1\x88\xD0\xB8\xD1\x80\xD0\xB5\xD0\xBD\xD0\xBD\xD1\x8B\xD0\xB9 "
	  "\xD0\xBA\xD0\xBE\xD0\xB4 "
	  "\xD0\xBE\xD1\x88\xD0\xB8\xD0\xB1\xD0\xBA\xD0\xB8: 0x7",
		0x904, 7, TS_ROLE_DISCONNECT },
	{ "エラー コード: 0x904\n拡張エラー コード: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "エラー コード：０ｘ９０４\n拡張エラー コード：０ｘ７", 0x904, 7,
		TS_ROLE_DISCONNECT }, /* fullwidth */
	{ "错误代码:0x904\n扩展错误代码:0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "錯誤碼: 0x904\n延伸錯誤碼: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "오류 코드: 0x904\n확장 오류 코드: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Hata kodu: 0x904\nGenişletilmiş hata kodu: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Kód chyby: 0x904\nRozšířený kód chyby: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "รหัสข้อผิดพลาด: 0x904\nรหัสข้อผิดพลาดเพิ่มเติม: 0x7", 0x904, 7,
		TS_ROLE_DISCONNECT }, /* no words known: by shape */
	{ "Kode kesalahan: 0x904\nKode kesalahan tambahan: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Extended error code: 0x104", 0x104, NONE, TS_ROLE_EXTENDED },
	{ "Error code: 0x104", 0x104, NONE, TS_ROLE_ANY },
	/* how people write it */
	{ "I get error 0x904 (0x7) since this morning", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "RDP fails with 0x904, extended 0x7.", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "RDP fails with 0x904, ext 7.", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "error 0x904/0x7 after the update", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "0x904 and 0x7 (extended)", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "The error code is 0x904.", 0x904, NONE, TS_ROLE_ANY },
	{ "Your session ended because of an error. Error code: 0x204", 0x204, NONE, TS_ROLE_ANY },
	{ "Terminal Server has ended your connection. Error Code: 0x904", 0x904, NONE, TS_ROLE_ANY },
	{ "RDP disconnected, code 519", 519, NONE, TS_ROLE_ANY },
	{ "Disconnect 3847", 3847, NONE, TS_ROLE_DISCONNECT },
	{ "gateway server administrator has ended the connection (50331656)", 0x3000008, NONE, TS_ROLE_ANY },
	{ "error 904h again", 0x904, NONE, TS_ROLE_ANY },
	{ "the code 2308 (0x904) means what?", 0x904, NONE, TS_ROLE_ANY },
	{ "disconnect reason code 2308", 0x904, NONE, TS_ROLE_DISCONNECT },
	{ "the reason was 2308 today", 0x904, NONE, TS_ROLE_DISCONNECT },
	/* line ends and slips of the scanner */
	{ "Error code: 0x\n904\nExtended error\ncode: 0x7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Error code: 0x9\n04", 0x904, NONE, TS_ROLE_ANY },
	{ "Error code: 0x904\n7 people are waiting", 0x904, NONE, TS_ROLE_ANY },
	{ "Error co\nde: 23\n08", 0x904, NONE, TS_ROLE_ANY },
	{ "Error code: OxZO4", 0x204, NONE, TS_ROLE_ANY },
	{ "Error code: 0x9O4 Extended error code: Ox7", 0x904, 7, TS_ROLE_DISCONNECT },
	{ "Error code: 0xl04", 0x104, NONE, TS_ROLE_ANY },
	{ "\xEF\xBB\xBF"
	  "Error\xC2\xA0"
	  "code:\xE2\x80\x8B 0x904",
		0x904, NONE, TS_ROLE_ANY },
	/* events */
	{ "RDP ClientActiveX has been disconnected (Reason= 2308)", 0x904, NONE, TS_ROLE_DISCONNECT },
	{ "The multi-transport connection has been disconnected. (code = 2308)", 0x904, NONE, TS_ROLE_ANY },
	{ "<Event><System><Provider Name='Microsoft-Windows-TerminalServices-ClientActiveXCore' "
	  "Guid='{28AA95BB-D444-4719-A36F-40462168127E}'/><EventID>1026</EventID><Version>0</"
	  "Version><Level>4</Level>"
	  "<TimeCreated SystemTime='2026-11-20T08:00:00.1234567Z'/></System><EventData><Data "
	  "Name='Name'>Disconnect Reason</Data>"
	  "<Data Name='Value'>2308</Data></EventData></Event>",
		0x904, NONE, TS_ROLE_ANY },
	{ "An account failed to log on. Status: 0xC000006D Sub Status: 0xC0000064", 0xC000006D, NONE,
		TS_ROLE_ANY },
	{ "terminal server security layer error, status c000006d", 0xC000006D, NONE, TS_ROLE_ANY },
	{ "failed with HRESULT 0x80070005 (access denied)", 0x80070005, NONE, TS_ROLE_ANY },
	{ "error: -2147024891", 0x80070005, NONE, TS_ROLE_ANY },
	{ "0xFFFFFFFF80070005 was returned", 0x80070005, NONE, TS_ROLE_ANY },
	/* FreeRDP and its friends */
	{ "[10:31:07:123] [4711:4712] [ERROR][com.freerdp.core] - "
	  "transport_connect_tls:freerdp_set_last_error_ex "
	  "ERRCONNECT_TLS_CONNECT_FAILED [0x00020008]",
		0x20008, NONE, TS_ROLE_OTHER },
	{ "[ERROR][com.freerdp.core] - rdp_set_error_info: ERRINFO_SERVER_DENIED_CONNECTION (0x00000007):The "
	  "server denied the connection.",
		7, NONE, TS_ROLE_ERRINFO },
	{ "ERRCONNECT_SOMETHING_NEW_FAILED [0x0002001F]", 0x2001F, NONE,
		TS_ROLE_ANY }, /* not in the dictionary */
	{ "freerdp_set_last_error_ex ERRCONNECT_TLS_\nCONNECT_FAILED", 0x20008, NONE, TS_ROLE_OTHER },
	{ "nego_process_negotiation_failure: Error: HYBRID_REQUIRED_BY_SERVER", 5, NONE,
		TS_ROLE_NEGOTIATION },
	{ "SSL_ERR_LOGON_FAILURE", 0x807, NONE, TS_ROLE_DISCONNECT },
	{ "xfreerdp exited with code 131", 0x83, NONE, TS_ROLE_OTHER },
	{ "Remmina: exit code: 131", 0x83, NONE, TS_ROLE_OTHER },
	/* no code at all */
	{ "", NONE, NONE, TS_ROLE_ANY },
	{ "   \n", NONE, NONE, TS_ROLE_ANY },
	{ "The remote computer is turned off", NONE, NONE, TS_ROLE_ANY },
	{ "It happened on 2026-11-22 at 10:31:07 on 192.0.2.10:3389", NONE, NONE, TS_ROLE_ANY },
	{ "mstsc 10.0.19041.1 on Windows 11 24H2 build 26100, KB5051987", NONE, NONE, TS_ROLE_ANY },
	{ "every 24h, 3 times, 2308 users", NONE, NONE, TS_ROLE_ANY },
	{ "{28AA95BB-D444-4719-A36F-40462168127E} deadbeef-cafe", NONE, NONE, TS_ROLE_ANY },
	{ "oxygen, oxlip and 0xylophone", NONE, NONE, TS_ROLE_ANY },
	{ "pointer 0x00007ff812345678 is no code", NONE, NONE, TS_ROLE_ANY },
	{ "port 3389 is open, event 1026 was logged", NONE, NONE, TS_ROLE_ANY },
};

static void check_row(struct ts_kb *kb, size_t i)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_recognised r;
	struct ts_err err = { "" };
	size_t n = strlen(rows[i].text);
	bool ok = ts_kb_recognise(kb, rows[i].text, n, a, &r, &err);

	CHECK_ROW(rows[i].text, ok);
	CHECK_STR(err.text, "");
	CHECK_ROW(rows[i].text, (r.has_code ? (int64_t)r.code : NONE) == rows[i].code);
	CHECK_ROW(rows[i].text, (r.has_ext ? (int64_t)r.ext : NONE) == rows[i].ext);
	CHECK_ROW(rows[i].text, r.role == rows[i].role);
	CHECK_ROW(rows[i].text, !r.has_code || (r.code_len > 0 && r.code_off + r.code_len <= n));
	CHECK_ROW(rows[i].text, !r.has_ext || (r.ext_len > 0 && r.ext_off + r.ext_len <= n));
	if (r.has_code && ((int64_t)r.code != rows[i].code || r.role != rows[i].role)) {
		fprintf(stderr, "  got 0x%x ext %d 0x%x role %d\n", r.code, r.has_ext, r.ext, (int)r.role);
	}
	ts_arena_free(a);
}

static void test_texts(void)
{
	struct ts_kb *kb;

	fixture_make();
	kb = fixture_open();
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		check_row(kb, i);
	}
	CHECK(ts_kb_trouble(kb) == NULL);
	ts_kb_free(kb);
	fixture_remove();
}

static const char *first_hit(struct ts_kb *kb, const char *text, bool *exact, size_t *n, struct ts_arena *a)
{
	struct ts_recognised r;
	struct ts_err err;

	CHECK(ts_kb_recognise(kb, text, strlen(text), a, &r, &err));
	*n = r.nhits;
	*exact = r.nhits > 0 && r.hits[0].exact;
	return r.nhits > 0 ? r.hits[0].id : NULL;
}

/* By the entries' own patterns, then by code, then by words. */
static void test_hits(void)
{
	struct ts_arena *a = ts_arena_new();
	struct ts_kb *kb;
	bool exact;
	size_t n;

	fixture_make();
	kb = fixture_open();
	CHECK_STR(first_hit(kb, "An internal\n  ERROR has\toccurred.", &exact, &n, a), "rd/0x904-0x7");
	CHECK(exact && n == 1);
	CHECK_STR(first_hit(kb, "Error code: 0x104", &exact, &n, a), "rd/0x104");
	CHECK(exact);
	/* The pattern comes first, the code's entry second; the first is not there twice. */
	CHECK_STR(first_hit(kb, "An internal error has occurred. 0x104", &exact, &n, a), "rd/0x904-0x7");
	CHECK_INT(n, 3); /* and 0x804 as the nearest */
	CHECK_STR(first_hit(kb, "An internal error has occurred. 0x904", &exact, &n, a), "rd/0x904-0x7");
	CHECK_INT(n, 3);
	CHECK_STR(first_hit(kb, "Hello, my gateway seems very busy today, what can I do?", &exact, &n, a),
		"rd/0x3000001");
	CHECK(!exact);
	CHECK_STR(first_hit(kb, "xyzzy plugh", &exact, &n, a), NULL);
	ts_kb_free(kb);
	ts_arena_free(a);
	fixture_remove();
}

/* Any bytes: no crash, offsets within the text. */
static void test_garbage(void)
{
	static const char alphabet[] = "0xX9O4l7h \n\t-_/([{.:=#\"'<>aefzZ|\xC3\xA9\xE3\x82\xAB\xFF\xF0";
	struct ts_arena *a = ts_arena_new();
	struct ts_kb *kb;
	struct ts_recognised r;
	struct ts_err err = { "" };
	unsigned seed = 7;
	char text[120];
	struct ts_buf big;

	fixture_make();
	kb = fixture_open();
	for (int round = 0; round < 3000; round++) {
		size_t n = 0, want = (seed >> 8) % sizeof(text);
		while (n < want) {
			seed = seed * 1103515245u + 12345u;
			text[n++] = alphabet[(seed >> 16) % sizeof(alphabet)]; /* its NUL too */
		}
		CHECK(ts_kb_recognise(kb, text, n, a, &r, &err));
		CHECK(!r.has_code || r.code_off + r.code_len <= n);
		CHECK(!r.has_ext || r.ext_off + r.ext_len <= n);
		seed = seed * 1103515245u + 12345u;
	}
	ts_buf_init(&big, (size_t)8 << 20);
	for (int i = 0; i < 100000; i++) {
		ts_buf_puts(&big, i % 3 == 0 ? "0x904 " : i % 3 == 1 ? "ERR_A_B_C_" : "code 12\n");
	}
	CHECK(ts_kb_recognise(kb, ts_buf_str(&big), big.len, a, &r, &err));
	CHECK(r.has_code);
	CHECK_INT(r.code, 0x904);
	ts_buf_finish(&big);
	CHECK(ts_kb_trouble(kb) == NULL);
	ts_kb_free(kb);
	ts_arena_free(a);
	fixture_remove();
}

TEST_MAIN({ "texts", test_texts }, { "hits", test_hits }, { "garbage", test_garbage })
