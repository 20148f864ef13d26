/* os/dgram.c - UDP to one address: a connected socket, so that ICMP messages come back to it. */
#include "os/dgram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "os/net-info.h"
#include "os/os.h"
#include "os/sock.h"

struct ts_dgram {
	int fd;
	struct ts_net_addr addr;
};

/* What a failure of a connected UDP socket means. */
static const struct {
	enum ts_sock_fault fault;
	enum ts_dgram_state state;
	const char *words; /* NULL = the system's own */
} outcomes[] = {
	{ TS_SOCK_REFUSED, TS_DGRAM_CLOSED, "ICMP: port unreachable" },
	/* The word of Windows for the same. */
	{ TS_SOCK_RESET, TS_DGRAM_CLOSED, "ICMP: port unreachable" },
	{ TS_SOCK_FORBIDDEN, TS_DGRAM_BLOCKED, "this computer forbids it" },
	{ TS_SOCK_UNREACHABLE, TS_DGRAM_UNREACHABLE, NULL },
	{ TS_SOCK_NO_ADDRESS, TS_DGRAM_UNREACHABLE, "this computer has no address of that family" },
	{ TS_SOCK_TOO_BIG, TS_DGRAM_TOO_BIG, "the datagram is larger than the path takes" },
};

static enum ts_dgram_state classify(const struct ts_dgram *d, int error, struct ts_dgram_error *e)
{
	enum ts_dgram_state state = TS_DGRAM_ERROR;
	char system_words[sizeof(e->detail)];
	const char *words = NULL;
	for (size_t i = 0; i < TS_COUNT(outcomes); i++) {
		if (outcomes[i].fault == ts_sock_fault(error)) {
			state = outcomes[i].state;
			words = outcomes[i].words;
		}
	}
	(void)snprintf(e->detail, sizeof(e->detail), "%s",
		words != NULL ? words : ts_sock_words(error, system_words, sizeof(system_words)));
	struct ts_net_icmp icmp;
	if (d->fd >= 0 && ts_net_info_icmp(d->fd, &icmp)) {
		(void)snprintf(e->by, sizeof(e->by), "%s", icmp.from);
		(void)snprintf(e->detail, sizeof(e->detail), "ICMP: %s", icmp.words);
		/* "Port unreachable" is the host's own word; from elsewhere it is a firewall's. */
		bool own = strcmp(icmp.from, d->addr.text) == 0;
		state = state == TS_DGRAM_CLOSED && own ? TS_DGRAM_CLOSED
			: state == TS_DGRAM_TOO_BIG     ? TS_DGRAM_TOO_BIG
			: icmp.prohibited               ? TS_DGRAM_BLOCKED
							: TS_DGRAM_UNREACHABLE;
	}
	if (state == TS_DGRAM_TOO_BIG) {
		e->path_mtu = ts_net_info_path_mtu(d->fd, d->addr.family);
	}
	return state;
}

struct ts_dgram *ts_dgram_open(
	const struct ts_net_addr *a, int port, enum ts_dgram_state *state, struct ts_dgram_error *e)
{
	struct ts_dgram *d = ts_xcalloc(1, sizeof(*d));
	*e = (struct ts_dgram_error){ .path_mtu = 0 };
	d->addr = *a;
	int error;
	d->fd = ts_sock_open(a->family, TS_SOCK_DGRAM, &error);
	if (d->fd >= 0) {
		error = ts_sock_connect(d->fd, a, port);
	}
	if (error != 0) {
		*state = classify(d, error, e);
		ts_dgram_close(d);
		return NULL;
	}
	*state = TS_DGRAM_OK;
	return d;
}

void ts_dgram_close(struct ts_dgram *d)
{
	if (d != NULL) {
		if (d->fd >= 0) {
			ts_sock_close(d->fd);
		}
		free(d);
	}
}

enum ts_dgram_state ts_dgram_send(struct ts_dgram *d, const void *p, size_t n, struct ts_dgram_error *e)
{
	*e = (struct ts_dgram_error){ .path_mtu = 0 };
	int error;
	return ts_sock_send(d->fd, p, n, &error) >= 0 || ts_sock_fault(error) == TS_SOCK_AGAIN
		       ? TS_DGRAM_OK
		       : classify(d, error, e);
}

enum ts_dgram_state ts_dgram_recv(struct ts_dgram *d, void *p, size_t room, size_t *n, int64_t deadline,
	const atomic_bool *cancel, struct ts_dgram_error *e)
{
	*e = (struct ts_dgram_error){ .path_mtu = 0 };
	for (;;) {
		int error;
		ptrdiff_t got = ts_sock_recv(d->fd, p, room, &error);
		if (got >= 0) {
			*n = (size_t)got;
			return TS_DGRAM_OK;
		}
		if (ts_sock_fault(error) != TS_SOCK_AGAIN) {
			return classify(d, error, e);
		}
		if (!ts_net_wait(d->fd, TS_SOCK_TO_READ, deadline, cancel)) {
			return ts_net_cancelled(cancel) ? TS_DGRAM_CANCELLED : TS_DGRAM_TIMEOUT;
		}
	}
}

int ts_dgram_wait(struct ts_dgram *const *d, size_t count, int64_t deadline, const atomic_bool *cancel)
{
	struct ts_sock_poll fds[TS_DGRAM_MAX_WAIT];
	count = count < TS_DGRAM_MAX_WAIT ? count : TS_DGRAM_MAX_WAIT;
	for (size_t i = 0; i < count; i++) {
		fds[i] = (struct ts_sock_poll){ d[i] != NULL ? d[i]->fd : -1, TS_SOCK_TO_READ, false };
	}
	for (;;) {
		int ms = ts_net_cancelled(cancel) ? 0 : ts_net_slice(deadline);
		int ready = ts_sock_poll(fds, count, ms);
		for (size_t i = 0; ready > 0 && i < count; i++) {
			if (fds[i].ready) {
				return (int)i;
			}
		}
		if (ms == 0) {
			return -1;
		}
	}
}
