/* table/files-sockets.c - listening_ports and process_open_sockets from netstat and Get-NetTCPConnection output. */
#include <string.h>
#include "decode/nettext.h"
#include "decode/utf16.h"
#include "table/files-int.h"

#define MAX_TEXT  ((size_t)64 << 20)
#define FAMILY_V4 2
#define FAMILY_V6 23 /* as Windows numbers it */
#define PROTO_TCP 6
#define PROTO_UDP 17

struct sockets {
	struct ts_scan *s;
	bool listening; /* the table listening_ports */
	bool no_pid;    /* some lines do not say which process it is */
	bool tcp, udp;  /* the files tell of them */
};

static bool put_socket(void *ctx, const struct ts_socket_line *l)
{
	struct sockets *k = ctx;
	struct ts_scan *s = k->s;
	k->no_pid = k->no_pid || l->pid < 0;
	if (k->listening && !l->udp && strcmp(l->state, "LISTEN") != 0) {
		return true;
	}
	ts_row_begin(s);
	ts_row_int(s, "pid", l->pid);
	ts_row_int(s, "protocol", l->udp ? PROTO_UDP : PROTO_TCP);
	ts_row_int(s, "family", l->ipv6 ? FAMILY_V6 : FAMILY_V4);
	if (k->listening) {
		ts_row_text(s, "address", l->local_address);
		ts_row_int(s, "port", l->local_port);
	} else {
		ts_row_text(s, "local_address", l->local_address);
		ts_row_int(s, "local_port", l->local_port);
		/* osquery's spelling of "none" */
		ts_row_text(s, "remote_address", l->udp ? "0" : l->remote_address);
		ts_row_int(s, "remote_port", l->remote_port);
		ts_row_text(s, "state", l->udp ? "" : l->state);
	}
	return ts_row_end(s);
}

/* A file that lists sockets. */
struct list {
	const struct ts_member *m;
	enum ts_nettext_kind kind;
};

static void read_list(const struct list *l, ts_nettext_fn *fn, struct sockets *k)
{
	struct ts_buf text;
	ts_buf_init(&text, MAX_TEXT);
	ts_text_put(&text, l->m->data, l->m->size, false);
	ts_nettext_read(l->kind, (struct ts_str){ ts_buf_str(&text), text.len }, fn, k);
	ts_buf_finish(&text);
}

/* Only TCP or only UDP: Get-NetTCPConnection and Get-NetUDPEndpoint are two commands. */
static bool note_protocols(void *ctx, const struct ts_socket_line *l)
{
	struct sockets *k = ctx;
	k->tcp = k->tcp || !l->udp;
	k->udp = k->udp || l->udp;
	return !(k->tcp && k->udp);
}

/* Some people save the sockets twice, before and after: the newest netstat counts. */
static size_t choose_netstat(const struct ts_files *f, struct list *out)
{
	const struct ts_member *m;
	size_t n = 0;
	for (; (m = ts_files_member(f, TS_SNIFF_NETSTAT, n)) != NULL; n++) {
		if (n == 0 || m->mtime > out->m->mtime) {
			*out = (struct list){ m, TS_NETTEXT_NETSTAT };
		}
	}
	return n > 0;
}

/* Of PowerShell's lists one for each protocol. */
static size_t choose_lists(const struct ts_files *f, struct list out[2], struct sockets *have)
{
	static const struct {
		enum ts_sniff sniff;
		enum ts_nettext_kind kind;
	} kinds[] = { { TS_SNIFF_NET_CSV, TS_NETTEXT_CSV }, { TS_SNIFF_NET_JSON, TS_NETTEXT_JSON } };
	size_t n = 0;
	for (size_t i = 0; i < TS_COUNT(kinds); i++) {
		const struct ts_member *m;
		for (size_t k = 0; n < 2 && (m = ts_files_member(f, kinds[i].sniff, k)) != NULL; k++) {
			struct sockets now = { 0 };
			struct list l = { m, kinds[i].kind };
			read_list(&l, note_protocols, &now);
			if ((now.tcp && !have->tcp) || (now.udp && !have->udp)) {
				out[n++] = l;
				have->tcp = have->tcp || now.tcp;
				have->udp = have->udp || now.udp;
			}
		}
	}
	return n;
}

static void scan_sockets(struct ts_files *f, struct ts_scan *s, bool listening)
{
	struct list lists[2];
	struct sockets k = { .s = s, .listening = listening, .tcp = true, .udp = true };
	size_t n = choose_netstat(f, &lists[0]);
	if (n == 0) {
		k.tcp = k.udp = false;
		n = choose_lists(f, lists, &k);
	}
	if (n == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"no output of netstat -ano or Get-NetTCPConnection is among the files");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		read_list(&lists[i], put_socket, &k);
	}
	if (!k.tcp || !k.udp) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
			k.tcp ? "only TCP: the list came from Get-NetTCPConnection"
			      : "only UDP: the list came from Get-NetUDPEndpoint");
	} else if (k.no_pid && ts_scan_wants(s, "pid")) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL,
			"the list does not say which process has a socket (netstat -ano does)");
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, lists[0].m->path);
	}
}

void ts_files_scan_listening_ports(struct ts_files *f, struct ts_scan *s)
{
	scan_sockets(f, s, true);
}

void ts_files_scan_open_sockets(struct ts_files *f, struct ts_scan *s)
{
	scan_sockets(f, s, false);
}
