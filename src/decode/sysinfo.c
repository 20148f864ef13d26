/* decode/sysinfo.c - the output of systeminfo. */
#include "decode/sysinfo.h"

#include <string.h>
#include "base/alloc.h"

/* Lines in their order; the labels are in the language of the system. */
enum { HOST, OS_NAME, OS_VERSION, VENDOR = 11, MODEL = 12, SYSTEM_TYPE = 13, LINES = 14 };

static void copy(struct ts_str s, char *out, size_t cap)
{
	size_t n = s.n < cap ? s.n : cap - 1;
	if (n > 0) {
		memcpy(out, s.p, n);
	}
	out[n] = '\0';
}

/* "Label:   value" with the label at the beginning of the line. */
static bool split(struct ts_str line, struct ts_str *value)
{
	if (line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t') {
		return false;
	}
	/* In French a blank stands before the colon. */
	const char *colon = memchr(line.p, ':', line.n > 64 ? 64 : line.n);
	if (colon == NULL) {
		return false;
	}
	*value = ts_str_trim((struct ts_str){ colon + 1, (size_t)(line.p + line.n - colon - 1) });
	return true;
}

static bool is_version(struct ts_str s)
{
	size_t dots = 0, i = 0;
	for (; i < s.n && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9')); i++) {
		dots += s.p[i] == '.';
	}
	return dots == 2 && i >= 5 && (i == s.n || s.p[i] == ' ');
}

bool ts_sysinfo_parse(struct ts_str text, struct ts_sysinfo *out)
{
	struct ts_str line, values[LINES];
	int n = 0;
	memset(out, 0, sizeof(*out));
	while (n < LINES && ts_str_line(&text, &line)) {
		if (line.n > 0 && split(line, &values[n])) {
			n++;
		} else if (n == 0 && ts_str_trim(line).n > 0) {
			return false;
		}
	}
	if (n < LINES || !is_version(values[OS_VERSION]) || values[HOST].n == 0 ||
		memmem(values[OS_NAME].p, values[OS_NAME].n, "Windows", 7) == NULL) {
		return false;
	}
	copy(values[HOST], out->host, sizeof(out->host));
	copy(values[OS_NAME], out->os_name, sizeof(out->os_name));
	copy(values[OS_VERSION], out->os_version, sizeof(out->os_version));
	copy(values[VENDOR], out->vendor, sizeof(out->vendor));
	copy(values[MODEL], out->model, sizeof(out->model));
	copy(values[SYSTEM_TYPE], out->system_type, sizeof(out->system_type));
	return true;
}
