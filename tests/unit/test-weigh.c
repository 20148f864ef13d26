/* tests/unit/test-weigh.c - kb/weigh.c and kb/pattern-example.c: what a text says about causes, and texts that patterns match. */
#include "test.h"

#include <stdlib.h>
#include "base/diag.h"
#include "kb/parse.h"
#include "kb/pattern-example.h"
#include "kb/weigh.h"

static const char entry_text[] =
	"---\ntitle: T\nreviewed: 2026-11-22\nsources: [https://example.org/a]\nmessages: ['(?i)the road "
	"closed']\n---\n\n# T\n\nM.\n\n"
	"## Is a tunnel in use?\n\nWhy.\n\n"
	"- **yes** over Tailscale: [The road is blocked](#the-road-is-blocked)\n"
	"- **no** directly: [The printer driver crashes](#the-printer-driver-crashes)\n\n"
	"## The road is blocked\n\n```yaml\ncause: 1\nirreversible: true\n```\n\nPackets are lost.\n\n1. "
	"Walk.\n\n- **not solved** end.\n\n"
	"## The printer driver crashes\n\n```yaml\ncause: 9\nirreversible: true\n```\n\nIt ends the "
	"program.\n\n1. Print.\n\n- **not solved** "
	"end.\n";

static void weigh(void)
{
	static const struct {
		const char *text;
		int more; /* node that is to count more than the other cause; 0 = neither */
	} rows[] = {
		{ "I use TAILSCALE here", 1 }, /* the words of the answer that leads there count */
		{ "some printers: HP", 2 },    /* porter's stems */
		{ "nothing of that", 0 },
		{ "the server is in the way, and the client", 0 }, /* words of every report */
		{ "the road closed", 0 },                          /* the entry's own message */
		{ "", 0 },
		{ "\" OR * AND NEAR( \x01 \xff", 0 },
		{ "lost packets, and a driver", 1 },
	};
	struct ts_diags *d = ts_diags_new();
	struct ts_entry *e =
		ts_parse_entry(ts_diags_source(d, "e.md", entry_text, strlen(entry_text)), "e", d);
	CHECK_INT(ts_diags_count(d, TS_ERROR), 0);
	CHECK_INT(e->nnodes, 3);
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		double factor[3];
		struct ts_err err = { "" };
		CHECK_ROW(rows[i].text, ts_kb_weigh(e, rows[i].text, factor, &err));
		CHECK_STR(err.text, "");
		CHECK_ROW(rows[i].text, factor[0] == 1 && factor[1] >= 1 && factor[2] >= 1);
		int more = factor[1] > factor[2] ? 1 : factor[2] > factor[1] ? 2 : 0;
		CHECK_ROW(rows[i].text, more == rows[i].more);
	}
	ts_entry_free(e);
	ts_diags_free(d);
}

static void examples(void)
{
	static const struct {
		const char *pattern, *example; /* NULL = none is found */
	} rows[] = {
		{ "error code:\\s*0x904\\b", "error code:0x904" },
		{ "(?i)demo (server )?is gone", "demo is gone" },
		{ "(?:one|two) licen[cs]es?", "one licence" },
		{ "\\d{3,5}[^x]?", "000" },
		{ "a+?b*c", "ac" },
		{ "(?=ab)ab", "ab" },
		{ "can['\xE2\x80\x99]t", "can't" },
		{ "x(?<!ax)y", "xy" },
		{ "(a)\\1", NULL },
		{ "a{1000}b{1000}(?:c{1000}){1000}", NULL },
		{ "(", NULL },
		{ "", NULL },
		{ "((((((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))))))", NULL },
	};
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (size_t i = 0; i < TS_COUNT(rows); i++) {
		bool found = ts_pattern_example(rows[i].pattern, &b);
		CHECK_ROW(rows[i].pattern, found == (rows[i].example != NULL));
		if (found && rows[i].example != NULL) {
			CHECK_STR(ts_buf_str(&b), rows[i].example);
		}
	}
	ts_buf_finish(&b);
}

TEST_MAIN({ "weigh", weigh }, { "examples", examples })
