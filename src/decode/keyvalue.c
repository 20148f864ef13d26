/* decode/keyvalue.c - small text files that describe a system: os-release (KEY=value) and /proc/cpuinfo
 * (key : value). */
#include "decode/keyvalue.h"

#include <string.h>
#include "base/str.h"

#define MAX_CORES 4096 /* (socket, core) pairs told apart */

/* Shell-like: '...' as is, "..." and bare text with backslashes. What follows the closing quote is left
 * out. */
static void unquote(struct ts_str v, char *out, size_t cap)
{
	char quote = v.n > 0 && (v.p[0] == '"' || v.p[0] == '\'') ? v.p[0] : '\0';
	size_t used = 0;
	for (size_t i = quote != '\0'; i < v.n && used + 1 < cap; i++) {
		if (quote != '\0' && v.p[i] == quote) {
			break;
		}
		if (v.p[i] == '\\' && quote != '\'' && i + 1 < v.n) {
			i++;
		}
		out[used++] = v.p[i];
	}
	out[used] = '\0';
}

bool ts_osrelease_get(const char *text, size_t n, const char *key, char *out, size_t cap)
{
	struct ts_str rest = { text, n }, line;
	size_t key_length = strlen(key);
	bool found = false;
	while (ts_str_line(&rest, &line)) {
		line = ts_str_trim(line);
		if (line.n > key_length && memcmp(line.p, key, key_length) == 0 &&
			line.p[key_length] == '=') {
			unquote((struct ts_str){ line.p + key_length + 1, line.n - key_length - 1 }, out,
				cap);
			found = true;
		}
	}
	return found;
}

static void copy(struct ts_str v, char *out, size_t cap)
{
	size_t n = v.n < cap - 1 ? v.n : cap - 1;
	memcpy(out, v.p, n);
	out[n] = '\0';
}

/* A small number, -1 for none. */
static int number(struct ts_str v)
{
	char text[16];
	int64_t i;
	copy(v, text, sizeof(text));
	return ts_parse_int(text, 0, 65535, &i) ? (int)i : -1;
}

/* Add what is not in the list yet. */
static void add_once(int *list, int *count, int value)
{
	for (int i = 0; i < *count; i++) {
		if (list[i] == value) {
			return;
		}
	}
	if (*count < MAX_CORES) {
		list[(*count)++] = value;
	}
}

void ts_cpuinfo_parse(const char *text, size_t n, struct ts_cpuinfo *out)
{
	int cores[MAX_CORES], sockets[MAX_CORES], ncores = 0, nsockets = 0, socket = -1;
	struct ts_str rest = { text, n }, line;
	*out = (struct ts_cpuinfo){ .logical = 0 };
	while (ts_str_line(&rest, &line)) {
		const char *colon = memchr(line.p, ':', line.n);
		if (colon == NULL) {
			continue;
		}
		struct ts_str key = ts_str_trim((struct ts_str){ line.p, (size_t)(colon - line.p) });
		struct ts_str value =
			ts_str_trim((struct ts_str){ colon + 1, (size_t)(line.p + line.n - colon - 1) });
		if (ts_str_eq(key, "processor")) {
			out->logical++;
			socket = -1;
		} else if (ts_str_eq(key, "model name")) {
			copy(value, out->brand, sizeof(out->brand));
		} else if (ts_str_eq(key, "microcode")) {
			copy(value, out->microcode, sizeof(out->microcode));
		} else if (ts_str_eq(key, "physical id") && (socket = number(value)) >= 0) {
			add_once(sockets, &nsockets, socket);
		} else if (ts_str_eq(key, "core id") && number(value) >= 0) {
			add_once(cores, &ncores,
				(socket + 1) << 16 | number(value)); /* the socket's line comes first */
		}
	}
	out->physical = ncores;
	out->sockets = nsockets;
}
