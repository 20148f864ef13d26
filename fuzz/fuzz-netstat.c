/* fuzz-netstat.c - arbitrary text as netstat output, as CSV and as JSON, and as the output of systeminfo, sc and tasklist, as a log of xrdp; and
 * as a rule of the firewall. */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "decode/fwrule.h"
#include "decode/logline.h"
#include "decode/nettext.h"
#include "decode/proctext.h"
#include "decode/sysinfo.h"
#include "decode/utf16.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool count(void *ctx, const struct ts_socket_line *line)
{
	*(size_t *)ctx += line->local_address[0] != '\0';
	return true;
}

static bool count_proc(void *ctx, const struct ts_proc_line *line)
{
	for (size_t i = 0; i < line->name.n + line->display_name.n; i++) {
		*(size_t *)ctx +=
			(i < line->name.n ? line->name.p[i] : line->display_name.p[i - line->name.n]) != 0;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_buf text;
	struct ts_sysinfo info;
	struct ts_fwrule rule;
	size_t n = 0;
	ts_buf_init(&text, 16 << 20);
	ts_text_put(&text, data, size, (size & 1) != 0);
	struct ts_str s = { ts_buf_str(&text), text.len };
	ts_nettext_recognise(s);
	ts_sysinfo_parse(s, &info);
	for (int kind = TS_NETTEXT_NETSTAT; kind <= TS_NETTEXT_JSON; kind++) {
		ts_nettext_read((enum ts_nettext_kind)kind, s, count, &n);
	}
	ts_proctext_recognise(s);
	ts_xrdp_recognise(s);
	for (int kind = TS_PROCTEXT_SERVICES; kind <= TS_PROCTEXT_TASKS; kind++) {
		ts_proctext_read((enum ts_proctext_kind)kind, s, count_proc, &n);
	}
	struct ts_arena *a = ts_arena_new();
	ts_fwrule_parse(ts_buf_str(&text), a, &rule);
	ts_arena_free(a);
	ts_buf_finish(&text);
	return 0;
}
