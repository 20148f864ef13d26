/* tests/unit/test-rdp-decode.c - the decoders of the RDP probe on recorded exchanges (xrdp, FreeRDP, Windows), cut short at every byte, and on hostile
 * bytes. */
#include "base/arena.h"
#include "decode/mcs.h"
#include "decode/ntlm.h"
#include "decode/plaintext.h"
#include "decode/rdpneg.h"
#include "decode/tpkt.h"
#include "decode/tsrequest.h"
#include "decode/x224.h"
#include "decode/x509.h"
#include "test.h"

/* Hex digits, blanks between them ignored; the bytes are exactly as many as there are, so that ASan sees a read beyond. */
static unsigned char *bytes(const char *hex, size_t *n)
{
	unsigned char *out = malloc(strlen(hex) / 2 + 1);
	*n = 0;
	for (const char *p = hex; out != NULL && *p != '\0'; p++) {
		unsigned v;
		if (*p != ' ' && sscanf(p, "%2x", &v) == 1) {
			out[(*n)++] = (unsigned char)v;
			p++;
		}
	}
	unsigned char *exact = malloc(*n > 0 ? *n : 1);
	if (exact != NULL && out != NULL) {
		memcpy(exact, out, *n);
	}
	free(out);
	return exact;
}

static void test_tpkt(void)
{
	static const struct {
		const char *name, *hex;
		enum ts_tpkt want;
		size_t length;
	} rows[] = {
		{ "nothing", "", TS_TPKT_MORE, 0 },
		{ "a byte", "03", TS_TPKT_MORE, 0 },
		{ "a header", "03000013", TS_TPKT_MORE, 19 },
		{ "two packets", "0300000902f0802180 0300000902f0802180", TS_TPKT_WHOLE, 9 },
		{ "too long", "0300ffff0ed0", TS_TPKT_BAD, 0xffff },
		{ "too short", "03000006", TS_TPKT_BAD, 6 },
		{ "SSH", "53", TS_TPKT_NOT, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n, length;
		unsigned char *p = bytes(rows[i].hex, &n);
		enum ts_tpkt got = ts_tpkt_look(p, n, TS_X224_MAX, &length);
		CHECK_ROW(rows[i].name, got == rows[i].want && length == rows[i].length);
		free(p);
	}
}

static void test_x224(void)
{
	static const struct {
		const char *name, *hex;
		enum ts_x224_kind kind;
		uint32_t protocol, code;
		unsigned flags;
		const char *server;
	} rows[] = {
		{ "xrdp selects SSL", "030000130ed000001234000201080001000000", TS_X224_RESPONSE, 1, 0, 1,
			"xrdp" },
		{ "FreeRDP selects HYBRID", "030000130ed000000000000203080002000000", TS_X224_RESPONSE, 2, 0,
			3, "freerdp" },
		{ "Windows selects HYBRID_EX", "030000130ed00000123400021f080008000000", TS_X224_RESPONSE, 8,
			0, 0x1f, "windows" },
		{ "old Windows with NLA", "030000130ed000001234000201080002000000", TS_X224_RESPONSE, 2, 0, 1,
			"windows" },
		{ "failure 5", "030000130ed000000000000300080005000000", TS_X224_FAILURE, 0, 5, 0, NULL },
		{ "failure 99", "030000130ed000001234000300080063000000", TS_X224_FAILURE, 0, 99, 0, NULL },
		{ "no negotiation", "0300000b06d00000123400", TS_X224_PLAIN, 0, 0, 0, NULL },
		{ "ultimatum", "0300000902f0802180", TS_X224_ULTIMATUM, 0, 3, 0, "xrdp" },
		{ "cut by its own length", "0300000902d0000012", TS_X224_BAD, 0, 0, 0, NULL },
		{ "indicator too long", "030000130fd000001234000201080001000000", TS_X224_BAD, 0, 0, 0,
			NULL },
		{ "negotiation cut", "0300000f0ad00000123400 02010800", TS_X224_BAD, 0, 0, 0, NULL },
		{ "neither response nor failure", "030000130ed000001234000701080001000000", TS_X224_BAD, 0, 0,
			0, NULL },
		{ "a request", "030000130ee00000000000010008000b000000", TS_X224_BAD, 0, 0, 0, NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;
		unsigned char *p = bytes(rows[i].hex, &n);
		struct ts_x224 x;
		CHECK_ROW(rows[i].name, ts_x224_parse(p, n, &x) == rows[i].kind);
		CHECK_ROW(rows[i].name, x.protocol == rows[i].protocol && x.code == rows[i].code);
		CHECK_STR(ts_rdp_server_kind(&x, false), rows[i].server);
		for (size_t cut = 0; cut < n; cut++) {
			CHECK_ROW(rows[i].name, ts_x224_parse(p, cut, &x) == TS_X224_BAD);
		}
		free(p);
	}
	unsigned char request[TS_X224_REQUEST];
	size_t n;
	unsigned char *want = bytes("030000130ee00000000000010008000b000000", &n);
	ts_x224_request(0x0b, request);
	CHECK(n == sizeof(request) && memcmp(request, want, n) == 0);
	free(want);
	CHECK(ts_x224_was_offered(0x0b, 8) && ts_x224_was_offered(0x0b, 0) && !ts_x224_was_offered(1, 2));
	CHECK(!ts_x224_was_offered(0x0b, 3) && !ts_x224_was_offered(0x0b, 0x10));
	CHECK(ts_rdp_failure_find(99) == NULL);
	CHECK_STR(ts_rdp_failure_find(3)->name, "SSL_CERT_NOT_ON_SERVER");
}

static void test_speaks(void)
{
	static const struct {
		const char *first, *want;
	} rows[] = {
		{ "SSH-2.0-x", "ssh" },
		{ "HTTP/1.1 400", "http" },
		{ "RFB 003.008", "vnc" },
		{ "\x15\x03\x01", "tls" },
		{ "SS", NULL },
		{ "", NULL },
		{ "\x9f\x3c", NULL },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_STR(
			ts_speaks((const unsigned char *)rows[i].first, strlen(rows[i].first)), rows[i].want);
	}
	CHECK_STR(ts_windows_of_build(10, 0, 20348), "Windows Server 2022");
	CHECK(ts_windows_of_build(10, 0, 1) == NULL);
}

/* FreeRDP's answer to our hello; the nonce at its end is zeros here. */
#define FREERDP_CHALLENGE                                                                                    \
	"30819fa003020106a17430723070a06e046c4e544c4d535350000200000004000400380000009782"                   \
	"88e28a3b4a696e9c27d2000000000000000030003000"                                                       \
	"3c0000000601b11d0000000f56004d000200040056004d000100040056004d00040004007600"                       \
	"6d00030004007600 6d000700080000b27ad4867add0100000000"                                              \
	"a52204200000000000000000000000000000000000000000000000000000000000000000"

static void test_credssp(void)
{
	size_t n;
	unsigned char *p = bytes(FREERDP_CHALLENGE, &n);
	struct ts_tsrequest t;
	struct ts_ntlm ntlm;
	CHECK_INT(n, 162);
	CHECK(ts_tsrequest_parse((struct ts_der){ p, n }, &t));
	CHECK_INT(t.version, 6);
	CHECK(!t.has_error && t.token.n == 108);
	CHECK(ts_ntlm_parse(t.token.p, t.token.n, &ntlm));
	CHECK_STR(ntlm.netbios_computer, "VM");
	CHECK_STR(ntlm.netbios_domain, "VM");
	CHECK_STR(ntlm.dns_computer, "vm");
	CHECK_STR(ntlm.dns_forest, "");
	CHECK(ntlm.has_version && ntlm.major == 6 && ntlm.minor == 1 && ntlm.build == 7601);
	CHECK(ntlm.has_time);
	CHECK_INT(ntlm.time_ms, INT64_C(1795354740000)); /* 2026-11-22 13:39:00 */
	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *part = malloc(cut > 0 ? cut : 1);
		memcpy(part, p, cut);
		CHECK(!ts_tsrequest_parse((struct ts_der){ part, cut }, &t));
		free(part);
	}
	for (size_t cut = 0; cut < 108; cut++) {
		unsigned char *part = malloc(cut > 0 ? cut : 1);
		memcpy(part, p + 22, cut);
		(void)ts_ntlm_parse(part, cut, &ntlm);
		free(part);
	}
	free(p);
}

static void test_credssp_errors(void)
{
	static const struct {
		const char *name, *hex;
		bool ok;
		uint32_t error;
	} rows[] = {
		{ "four bytes", "300da003020106a4060204c000006d", true, 0xc000006d },
		{ "a leading zero", "300ea003020106a407020500c000006d", true, 0xc000006d },
		{ "an SSPI code", "300da003020106a406020480090302", true, 0x80090302 },
		{ "nine bytes", "3012a003020106a40b0209010000000000000000", false, 0 },
		{ "no version", "3008a4060204c000006d", false, 0 },
		{ "garbage", "ffffffffffffffff", false, 0 },
		{ "indefinite length", "3080a003020106", false, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n;
		unsigned char *p = bytes(rows[i].hex, &n);
		struct ts_tsrequest t;
		bool ok = ts_tsrequest_parse((struct ts_der){ p, n }, &t);
		CHECK_ROW(
			rows[i].name, ok == rows[i].ok && (!ok || (t.has_error && t.error == rows[i].error)));
		free(p);
	}
	/* The token in SPNEGO: [1] { SEQUENCE { [0] ENUM 1, [2] { OCTET STRING "ab" } } }. */
	size_t n;
	unsigned char *p = bytes("301fa003020106a11830163014a0120410 a10e300ca0030a0101a2050403616263", &n);
	struct ts_tsrequest t;
	CHECK(ts_tsrequest_parse((struct ts_der){ p, n }, &t));
	CHECK(t.token.n == 3 && memcmp(t.token.p, "abc", 3) == 0);
	free(p);
	CHECK_STR(ts_tsrequest_error_name(0xc000006d), "STATUS_LOGON_FAILURE");
}

static void test_ntlm_hostile(void)
{
	size_t n;
	struct ts_ntlm out;
	/* Target information that points outside, and one whose pair is longer than the rest. */
	unsigned char *p =
		bytes("4e544c4d535350000200000000000000380000000000000200000000000000000000000000000000"
		      "ffff0000f0ffffff0a00614a0000000f",
			&n);
	CHECK(!ts_ntlm_parse(p, n, &out));
	p[40] = 8;
	p[41] = 0;
	memset(p + 44, 0, 4);
	p[44] = 48;
	CHECK(!ts_ntlm_parse(p, n, &out));
	free(p);
}

static void test_mcs(void)
{
	size_t n;
	unsigned char *p = bytes("0300006502f0807f665b0a0100020100301a020116020103020100020101020100020101020"
				 "300fff802010204370005"
				 "00147c00012a14760a01010001c0004d63446e8020010c0c000400080001000000030c0800e"
				 "b030000020c0c00000000"
				 "0000000000",
		&n);
	struct ts_mcs m;
	CHECK_INT(n, 0x65);
	CHECK(ts_mcs_parse(p, n, &m));
	CHECK_INT(m.result, 0);
	CHECK_INT(m.version, 0x00080004);
	for (size_t cut = 0; cut < n; cut++) {
		CHECK(!ts_mcs_parse(p, cut, &m));
	}
	free(p);
	unsigned char initial[TS_MCS_INITIAL];
	size_t length;
	ts_mcs_initial(1, initial);
	CHECK(ts_tpkt_look(initial, sizeof(initial), TS_MCS_MAX, &length) == TS_TPKT_WHOLE && length == 368);
	CHECK(initial[0x158] == 1 && initial[0x160] == 0 && memcmp(initial + 0x7e, "Duca", 4) == 0);
	ts_mcs_initial(0, initial);
	CHECK(initial[0x158] == 0 && initial[0x160] == 0x1b);
}

static void test_der(void)
{
	struct ts_der_item item;
	int64_t v;
	char oid[64];
	size_t n, need;
	static const struct {
		const char *hex;
		enum ts_der_state want;
	} rows[] = {
		{ "30", TS_DER_MORE },
		{ "308100", TS_DER_WHOLE },
		{ "3084ffffffff", TS_DER_BAD },
		{ "3085000000000100", TS_DER_BAD },
		{ "3080", TS_DER_BAD },
		{ "30820100", TS_DER_MORE },
		{ "7f6600", TS_DER_WHOLE },
		{ "7fff6600", TS_DER_BAD },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char *p = bytes(rows[i].hex, &n);
		CHECK_ROW(rows[i].hex, ts_der_look((struct ts_der){ p, n }, &item, &need) == rows[i].want);
		free(p);
	}
	unsigned char *p = bytes("2a864886f70d01010b", &n);
	ts_der_oid((struct ts_der){ p, n }, oid, sizeof(oid));
	CHECK_STR(oid, "1.2.840.113549.1.1.11");
	ts_der_oid((struct ts_der){ p, n }, oid, 12);
	CHECK_STR(oid, "");
	free(p);
	CHECK(ts_der_int((struct ts_der){ (const unsigned char *)"\xff", 1 }, &v) && v == -1);
	CHECK(!ts_der_int((struct ts_der){ NULL, 0 }, &v));
	item = (struct ts_der_item){ TS_DER_UTC_TIME, { (const unsigned char *)"491231235959Z", 13 },
		{ NULL, 0 } };
	CHECK(ts_der_time(&item, &v) && v == INT64_C(2524607999));
	item.body.p = (const unsigned char *)"500101000000Z";
	CHECK(ts_der_time(&item, &v) && v == -INT64_C(631152000));
	item.body.p = (const unsigned char *)"501301000000Z";
	CHECK(!ts_der_time(&item, &v));
	item = (struct ts_der_item){ TS_DER_TIME, { (const unsigned char *)"20400101000000Z", 15 },
		{ NULL, 0 } };
	CHECK(ts_der_time(&item, &v) && v == INT64_C(2208988800));
}

static void test_text(void)
{
	char out[32];
	(void)ts_plaintext(TS_UTF16LE, (const unsigned char *)"a\0\x1b\0\0\0\x3d\xd8\x00\xde\x00\xd8z", 13,
		out, sizeof(out));
	CHECK_STR(out, "a\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd");
	(void)ts_plaintext(TS_UTF8, (const unsigned char *)"h\xc3\xa9\x80\x9b", 5, out, 4);
	CHECK_STR(out, "h\xc3\xa9");
	(void)ts_plaintext(TS_LATIN1, (const unsigned char *)"\xe9\x9b", 2, out, sizeof(out));
	CHECK_STR(out, "\xc3\xa9\xef\xbf\xbd");
}

static void test_names(void)
{
	static const struct {
		const char *cn, *san, *host;
		bool want;
	} rows[] = {
		{ "srv1", NULL, "SRV1", true },
		{ "srv1", NULL, "srv1.corp.test", false },
		{ "srv1", "srv2", "srv1", false },
		{ "srv1", "srv2.corp.test", "srv2.corp.test.", true },
		{ "x", "*.corp.test", "a.corp.test", true },
		{ "x", "*.corp.test", "a.b.corp.test", false },
		{ "x", "*.corp.test", "corp.test", false },
		{ "x", "*.test", "corp.test", false },
		{ "x", "*", "corp", false },
		{ NULL, NULL, "a", false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ts_x509_name name = { false, rows[i].san, { NULL, 0 } };
		struct ts_x509 c = {
			.common_name = rows[i].cn, .names = &name, .nnames = rows[i].san != NULL
		};
		CHECK_ROW(rows[i].host, ts_x509_matches(&c, rows[i].host, NULL, 0) == rows[i].want);
	}
	unsigned char ip[4] = { 192, 0, 2, 7 };
	struct ts_x509_name name = { true, "C0000207", { ip, 4 } };
	struct ts_x509 c = { .common_name = "srv1", .names = &name, .nnames = 1 };
	CHECK(ts_x509_matches(&c, "192.0.2.7", ip, 4) && !ts_x509_matches(&c, "192.0.2.7", ip, 16));
	c.nnames = 0;
	c.common_name = "192.0.2.7";
	CHECK(ts_x509_matches(&c, "192.0.2.7", ip, 4));
}

/* A P-256 certificate, self-signed, CN=srv1, O=Ex\, Inc, valid 2026-01-01 to 2026-12-01, serverAuth, made with the openssl command. */
static const char ec_certificate[] =
	"308201843082012ba00302010202040123abcd300a06082a8648ce3d04030230213110300e060355040a0c0745782c20"
	"496e63310d300b06035504030c0473727631301e170d3236303130313030303030305a170d3236313230313030303030"
	"305a30213110300e060355040a0c0745782c20496e63310d300b06035504030c04737276313059301306072a8648ce3d"
	"020106082a8648ce3d03010703420004e360716a85f01ffee1f277953695d56919019820878efcb1e7d128343ba3a25b"
	"0bf27f975b039b5e65663978e8074d8c19eb8ddcef69c07d7c0ce7cdeaab6f17a351304f30130603551d25040c300a06"
	"082b0601050507030130190603551d1104123010820e737276312e636f72702e74657374301d0603551d0e041604146d"
	"edff5641e0d2df97ec9c4acdc71d3fc3684d39300a06082a8648ce3d04030203470030440220433829c8604f9b70ecfc"
	"1124ee40ad49851cb36d27ad8ef4473ebc93d8cf0722022071cfa581779ce00a2f6122cac0efd6e9dfe2478b1628ed11"
	"8697b468ab3d6db5";

static void test_x509(void)
{
	size_t n;
	unsigned char *p = bytes(ec_certificate, &n);
	struct ts_arena *a = ts_arena_new();
	struct ts_x509 c;
	CHECK(ts_x509_parse(p, n, a, &c));
	CHECK_STR(c.subject, "CN=srv1, O=Ex\\, Inc");
	CHECK_STR(c.issuer, c.subject);
	CHECK_STR(c.common_name, "srv1");
	CHECK_STR(c.serial, "0123ABCD");
	CHECK_STR(c.key_type, "EC");
	CHECK_INT(c.key_bits, 256);
	CHECK_STR(c.hash, "SHA256");
	CHECK_STR(c.usage, "serverAuth");
	CHECK_INT(c.not_before, 1767225600);
	CHECK_INT(c.not_after, 1796083200);
	CHECK(c.self_issued && c.for_server && c.nnames == 1);
	CHECK_STR(c.names[0].text, "srv1.corp.test");
	const int64_t day = 86400;
	CHECK_INT(ts_x509_findings(&c, c.not_after - 31 * day, true), 1 << TS_X509_SELF_SIGNED);
	CHECK_INT(ts_x509_findings(&c, c.not_after, true), 1 << TS_X509_SELF_SIGNED | 1 << TS_X509_EXPIRING);
	CHECK_INT(ts_x509_findings(&c, c.not_after + 1, false),
		1 << TS_X509_SELF_SIGNED | 1 << TS_X509_EXPIRED | 1 << TS_X509_NAME_MISMATCH);
	CHECK_INT(ts_x509_findings(&c, c.not_before - 1, true),
		1 << TS_X509_SELF_SIGNED | 1 << TS_X509_NOT_YET_VALID);
	c.for_server = false;
	c.key_bits = 192;
	c.hash = "SHA1";
	CHECK_INT(ts_x509_findings(&c, c.not_before + 1, true),
		1 << TS_X509_SELF_SIGNED | 1 << TS_X509_WEAK_KEY | 1 << TS_X509_WEAK_HASH |
			1 << TS_X509_WRONG_USAGE);
	for (size_t cut = 0; cut < n; cut++) {
		CHECK(!ts_x509_parse(p, cut, a, &c));
	}
	/* Any single byte may be wrong: what comes out is text of one line. */
	for (size_t i = 0; i < n; i++) {
		unsigned char old = p[i];
		for (unsigned v = 0; v < 256; v += 51) {
			p[i] = (unsigned char)v;
			if (ts_x509_parse(p, n, a, &c)) {
				CHECK(strpbrk(c.subject, "\n\r\033\177") == NULL);
			}
		}
		p[i] = old;
	}
	ts_arena_free(a);
	free(p);
}

TEST_MAIN({ "tpkt", test_tpkt }, { "x224", test_x224 }, { "speaks", test_speaks },
	{ "credssp", test_credssp }, { "credssp-errors", test_credssp_errors },
	{ "ntlm-hostile", test_ntlm_hostile }, { "mcs", test_mcs }, { "der", test_der },
	{ "text", test_text }, { "names", test_names }, { "x509", test_x509 })
