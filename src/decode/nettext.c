/* decode/nettext.c - sockets from netstat's text and PowerShell's CSV and JSON. */
#include "decode/nettext.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"

#define MAX_FIELDS 64  /* columns of a CSV file */
#define MAX_VALUE  128 /* bytes of a column that are looked at */

/* --- words --- */

/* As netstat of English and other Windows and PowerShell spell states, upper case where they do. LISTEN is also told
 * by its remote port. */
static const struct state_word {
	const char *word, *state;
} state_words[] = {
	{ "LISTENING", "LISTEN" },
	{ "Listen", "LISTEN" },
	{ "ESTABLISHED", "ESTABLISHED" },
	{ "HERGESTELLT", "ESTABLISHED" },
	{ "ESTABLECIDO", "ESTABLISHED" },
	{ "TIME_WAIT", "TIME_WAIT" },
	{ "TimeWait", "TIME_WAIT" },
	{ "WARTEND", "TIME_WAIT" },
	{ "CLOSE_WAIT", "CLOSE_WAIT" },
	{ "CloseWait", "CLOSE_WAIT" },
	{ "SCHLIESSEN_WARTEN", "CLOSE_WAIT" },
	{ "SYN_SENT", "SYN_SENT" },
	{ "SynSent", "SYN_SENT" },
	{ "SYN_GESENDET", "SYN_SENT" },
	{ "SYN_RECEIVED", "SYN_RCVD" },
	{ "SynReceived", "SYN_RCVD" },
	{ "SYN_EMPFANGEN", "SYN_RCVD" },
	{ "FIN_WAIT_1", "FIN_WAIT1" },
	{ "FinWait1", "FIN_WAIT1" },
	{ "FIN_WARTEN_1", "FIN_WAIT1" },
	{ "FIN_WAIT_2", "FIN_WAIT2" },
	{ "FinWait2", "FIN_WAIT2" },
	{ "FIN_WARTEN_2", "FIN_WAIT2" },
	{ "CLOSING", "CLOSING" },
	{ "LAST_ACK", "LAST_ACK" },
	{ "LastAck", "LAST_ACK" },
	{ "LETZTE_BEST\xC3\x84T", "LAST_ACK" },
	{ "CLOSED", "CLOSED" },
	{ "DeleteTCB", "DELETE_TCB" },
	{ "Bound", "BOUND" },
};

/* MSFT_NetTCPConnection.State */
static const char *const state_numbers[] = { NULL, "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED",
	"FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "DELETE_TCB" };

static const char *state_of(const char *word)
{
	int64_t n;
	for (size_t i = 0; i < TS_COUNT(state_words); i++) {
		if (ts_str_case_eq(word, state_words[i].word)) {
			return state_words[i].state;
		}
	}
	if (ts_parse_int(word, 1, (int64_t)TS_COUNT(state_numbers) - 1, &n)) {
		return state_numbers[n];
	}
	return strcmp(word, "100") == 0 ? "BOUND" : "UNKNOWN";
}

static bool copy_address(struct ts_str s, char out[64], bool *ipv6)
{
	*ipv6 = memchr(s.p, ':', s.n) != NULL;
	size_t zone = 0;
	while (zone < s.n && s.p[zone] != '%') {
		zone++;
	}
	if (zone == 0 || zone >= 64) {
		return false;
	}
	for (size_t i = 0; i < zone; i++) {
		/* In brackets letters beyond f, too: people make addresses unreadable before they hand them over. */
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':';
		if ((c < '0' || c > '9') && c != '.' && !(*ipv6 && letter)) {
			return false;
		}
	}
	memcpy(out, s.p, zone);
	out[zone] = '\0';
	return true;
}

/* "0.0.0.0:135", "[::1%4]:3389", "*:*" */
static bool read_endpoint(struct ts_str s, char address[64], int *port, bool *ipv6)
{
	if (ts_str_eq(s, "*:*")) {
		address[0] = '\0';
		*port = 0;
		return true;
	}
	size_t colon = s.n;
	while (colon > 0 && s.p[colon - 1] != ':') {
		colon--;
	}
	char digits[8];
	int64_t n;
	size_t len = s.n - colon;
	if (colon < 2 || len == 0 || len >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, s.p + colon, len);
	digits[len] = '\0';
	struct ts_str host = { s.p, colon - 1 };
	bool brackets = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (brackets) {
		host = (struct ts_str){ host.p + 1, host.n - 2 };
	}
	if (!ts_parse_int(digits, 0, 65535, &n) || !copy_address(host, address, ipv6) || *ipv6 != brackets) {
		return false;
	}
	*port = (int)n;
	return true;
}

/* --- netstat --- */

static bool next_word(struct ts_str *line, struct ts_str *word)
{
	*line = ts_str_trim(*line);
	size_t n = 0;
	while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t') {
		n++;
	}
	*word = (struct ts_str){ line->p, n };
	*line = (struct ts_str){ line->p + n, line->n - n };
	return n > 0;
}

static void copy_word(struct ts_str s, char *out, size_t cap)
{
	size_t n = s.n < cap ? s.n : cap - 1;
	memcpy(out, s.p, n);
	out[n] = '\0';
}

/* TCP 0.0.0.0:135 0.0.0.0:0 LISTENING [1712], UDP 0.0.0.0:123 *:* [1712] */
static bool read_netstat_line(struct ts_str line, struct ts_socket_line *out)
{
	struct ts_str proto, local, remote, word;
	char text[64];
	bool ipv6;
	*out = (struct ts_socket_line){ .pid = -1 };
	if (!next_word(&line, &proto) || !next_word(&line, &local) || !next_word(&line, &remote)) {
		return false;
	}
	out->udp = ts_str_eq(proto, "UDP") || ts_str_eq(proto, "UDPv6");
	if ((!out->udp && !ts_str_eq(proto, "TCP") && !ts_str_eq(proto, "TCPv6")) ||
		!read_endpoint(local, out->local_address, &out->local_port, &out->ipv6) ||
		!read_endpoint(remote, out->remote_address, &out->remote_port, &ipv6)) {
		return false;
	}
	while (next_word(&line, &word)) {
		int64_t pid;
		copy_word(word, text, sizeof(text));
		if (ts_parse_int(text, 0, UINT32_MAX, &pid)) {
			out->pid = pid;
		} else if (out->state == NULL && !out->udp) {
			out->state = state_of(text);
		}
	}
	if (!out->udp && out->remote_port == 0) {
		bool known = out->state != NULL && strcmp(out->state, "UNKNOWN") != 0;
		out->state = known ? out->state : "LISTEN";
	} else if (!out->udp && out->state == NULL) {
		out->state = "UNKNOWN";
	}
	return true;
}

static size_t read_netstat(struct ts_str text, ts_nettext_fn *fn, void *ctx)
{
	struct ts_str line;
	struct ts_socket_line s;
	size_t n = 0;
	while (ts_str_line(&text, &line)) {
		if (read_netstat_line(line, &s)) {
			n++;
			if (fn != NULL && !fn(ctx, &s)) {
				break;
			}
		}
	}
	return n;
}

/* --- names and values, of CSV and JSON alike --- */

enum field { F_LOCAL, F_LOCAL_PORT, F_REMOTE, F_REMOTE_PORT, F_STATE, F_PID, F_COUNT };
static const char *const field_names[F_COUNT] = { "LocalAddress", "LocalPort", "RemoteAddress", "RemotePort",
	"State", "OwningProcess" };

/* One object or line: its values as text, "" = not there. */
struct record {
	char values[F_COUNT][MAX_VALUE];
};

static int field_of(struct ts_str name)
{
	for (int i = 0; i < F_COUNT; i++) {
		if (ts_str_eq(name, field_names[i])) {
			return i;
		}
	}
	return -1;
}

static bool finish_record(const struct record *r, struct ts_socket_line *out)
{
	int64_t local, remote = 0;
	bool ipv6;
	*out = (struct ts_socket_line){ .pid = -1 };
	out->udp = r->values[F_REMOTE][0] == '\0' && r->values[F_STATE][0] == '\0';
	if (!ts_parse_int(r->values[F_LOCAL_PORT], 0, 65535, &local) ||
		!copy_address(ts_str_of(r->values[F_LOCAL]), out->local_address, &out->ipv6)) {
		return false;
	}
	if (!out->udp && (!ts_parse_int(r->values[F_REMOTE_PORT], 0, 65535, &remote) ||
				 !copy_address(ts_str_of(r->values[F_REMOTE]), out->remote_address, &ipv6))) {
		return false;
	}
	out->local_port = (int)local;
	out->remote_port = (int)remote;
	out->state = out->udp ? NULL : state_of(r->values[F_STATE]);
	int64_t pid;
	if (ts_parse_int(r->values[F_PID], 0, UINT32_MAX, &pid)) {
		out->pid = pid;
	}
	return true;
}

/* --- CSV --- */

/* The next field of a line; quotes may hold the separator, and "" is a quote. */
static bool next_field(struct ts_str *line, char sep, char *out, size_t cap)
{
	size_t n = 0, i = 0;
	if (line->p == NULL) {
		return false;
	}
	bool quoted = line->n > 0 && line->p[0] == '"';
	for (i = quoted ? 1 : 0; i < line->n; i++) {
		char c = line->p[i];
		if (quoted && c == '"') {
			if (i + 1 < line->n && line->p[i + 1] == '"') {
				i++;
			} else {
				quoted = false;
				continue;
			}
		} else if (!quoted && c == sep) {
			break;
		}
		if (n + 1 < cap) {
			out[n++] = c;
		}
	}
	out[n] = '\0';
	*line = i < line->n ? (struct ts_str){ line->p + i + 1, line->n - i - 1 }
			    : (struct ts_str){ NULL, 0 };
	return true;
}

/* The columns that the header names; false when these are not sockets. */
static bool read_header(struct ts_str *text, int columns[MAX_FIELDS], char *sep)
{
	struct ts_str line;
	do {
		if (!ts_str_line(text, &line)) {
			return false;
		}
		line = ts_str_trim(line);
	} while (line.n == 0 || line.p[0] == '#'); /* #TYPE Microsoft.Management... */
	char name[MAX_VALUE];
	unsigned found = 0;
	*sep = memchr(line.p, ';', line.n) != NULL ? ';' : memchr(line.p, '\t', line.n) != NULL ? '\t' : ',';
	for (int i = 0; i < MAX_FIELDS; i++) {
		bool more = next_field(&line, *sep, name, sizeof(name));
		columns[i] = more ? field_of(ts_str_of(name)) : -1;
		found |= columns[i] >= 0 ? 1u << columns[i] : 0;
	}
	return (found & (1u << F_LOCAL)) != 0 && (found & (1u << F_LOCAL_PORT)) != 0;
}

static size_t read_csv(struct ts_str text, ts_nettext_fn *fn, void *ctx)
{
	int columns[MAX_FIELDS];
	char sep, value[MAX_VALUE];
	struct ts_str line;
	struct ts_socket_line s;
	size_t n = 0;
	if (!read_header(&text, columns, &sep)) {
		return 0;
	}
	while (ts_str_line(&text, &line)) {
		struct record r = { 0 };
		for (int i = 0; i < MAX_FIELDS && next_field(&line, sep, value, sizeof(value)); i++) {
			if (columns[i] >= 0) {
				memcpy(r.values[columns[i]], value, sizeof(value));
			}
		}
		if (finish_record(&r, &s)) {
			n++;
			if (fn != NULL && !fn(ctx, &s)) {
				break;
			}
		}
	}
	return n;
}

/* --- JSON: one object or an array of them; what is nested deeper is passed over --- */

struct json {
	struct ts_str in;
	int depth;
};

/* A text in quotes; escapes other than of quotes are left out, as no value that counts has them. */
static void json_text(struct json *j, char *out, size_t cap)
{
	size_t n = 0, i = 1;
	for (; i < j->in.n && j->in.p[i] != '"'; i++) {
		if (j->in.p[i] == '\\') {
			i++;
		}
		if (i < j->in.n && n + 1 < cap) {
			out[n++] = j->in.p[i];
		}
	}
	out[n] = '\0';
	i = i < j->in.n ? i + 1 : j->in.n; /* a backslash may have led past the end */
	j->in = (struct ts_str){ j->in.p + i, j->in.n - i };
}

static void json_bare(struct json *j, char *out, size_t cap)
{
	size_t n = 0;
	while (n < j->in.n && strchr(",]}: \t\r\n", j->in.p[n]) == NULL) {
		n++;
	}
	n = n == 0 ? 1 : n;
	copy_word((struct ts_str){ j->in.p, n }, out, cap);
	j->in = (struct ts_str){ j->in.p + n, j->in.n - n };
}

static size_t read_json(struct ts_str text, ts_nettext_fn *fn, void *ctx)
{
	struct json j = { text, 0 };
	struct record r = { 0 };
	struct ts_socket_line s;
	char token[MAX_VALUE], name[MAX_VALUE] = "";
	int top = 0; /* depth of the objects */
	bool value = false;
	size_t n = 0;
	for (j.in = ts_str_trim(j.in); j.in.n > 0; j.in = ts_str_trim(j.in)) {
		char c = j.in.p[0];
		if (c != '"' && strchr("{}[]:,", c) != NULL && c != '\0') {
			j.in = (struct ts_str){ j.in.p + 1, j.in.n - 1 };
			j.depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
			value = c == ':';
			if (c == '{' && (top == 0 || j.depth == top)) {
				top = j.depth;
				memset(&r, 0, sizeof(r));
			} else if (c == '}' && j.depth == top - 1 && finish_record(&r, &s)) {
				n++;
				if (fn != NULL && !fn(ctx, &s)) {
					break;
				}
			}
			continue;
		}
		if (c == '"') {
			json_text(&j, token, sizeof(token));
		} else {
			json_bare(&j, token, sizeof(token));
		}
		if (!value) {
			memcpy(name, token, sizeof(name));
		} else if (j.depth == top && field_of(ts_str_of(name)) >= 0 && strcmp(token, "null") != 0) {
			memcpy(r.values[field_of(ts_str_of(name))], token, sizeof(token));
		}
	}
	return n;
}

/* --- all --- */

enum ts_nettext_kind ts_nettext_recognise(struct ts_str text)
{
	int columns[MAX_FIELDS];
	char sep;
	struct ts_str head = ts_str_trim(text), rest = text;
	if (head.n > 0 && (head.p[0] == '[' || head.p[0] == '{')) {
		/* The file goes on: an object that is cut off does not count, so look for the names. */
		static const char key[] = "\"LocalPort\"";
		return memmem(head.p, head.n, key, sizeof(key) - 1) != NULL ? TS_NETTEXT_JSON
									    : TS_NETTEXT_NONE;
	}
	if (read_header(&rest, columns, &sep)) {
		return TS_NETTEXT_CSV;
	}
	return read_netstat(text, NULL, NULL) > 0 ? TS_NETTEXT_NETSTAT : TS_NETTEXT_NONE;
}

size_t ts_nettext_read(enum ts_nettext_kind kind, struct ts_str text, ts_nettext_fn *fn, void *ctx)
{
	switch (kind) {
	case TS_NETTEXT_NETSTAT: return read_netstat(text, fn, ctx);
	case TS_NETTEXT_CSV: return read_csv(text, fn, ctx);
	case TS_NETTEXT_JSON: return read_json(text, fn, ctx);
	case TS_NETTEXT_NONE: break;
	}
	return 0;
}
