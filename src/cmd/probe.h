/* cmd/probe.h - what `probe` found out, between the file that asks (probe.c), the one that judges (probe-judge.c) and the one that shows it
 * (probe-show.c). */
#ifndef TS_CMD_PROBE_H
#define TS_CMD_PROBE_H

#include "base/arena.h"
#include "cmd/cmd.h"
#include "table/evidence.h"

/* Rows of one query, and what it could not see. Everything is in the arena. */
struct ts_probe_cell {
	int type; /* SQLITE_INTEGER ... */
	const char *text;
};
struct ts_probe_rows {
	struct ts_arena *arena;
	const char *sql;
	int columns;
	const char **names;
	struct ts_probe_cell *cells;
	size_t rows, cap, n;
	const char *gap; /* "denied: ..."; NULL when everything was seen */
	bool timed_out;
};
/* A value, NULL where it is NULL, where there is no such row or no such column. */
const char *ts_probe_get(const struct ts_probe_rows *r, size_t row, const char *column);
double ts_probe_real(const struct ts_probe_rows *r, size_t row, const char *column, double if_null);

/* WARN: it does what it should, but not everything about it is right. */
enum ts_probe_state { TS_PROBE_OK, TS_PROBE_WARN, TS_PROBE_FAIL, TS_PROBE_UNKNOWN, TS_PROBE_SKIP };

/* A rung of the ladder. */
struct ts_probe_step {
	const char *stage; /* dns, tcp, x224, tls, after-tls, credssp, mcs, certificate, udp, gateway, path */
	enum ts_probe_state state;
	const char *symptom; /* as in peers/README.md; NULL where it was not reached */
	const char *text;    /* what was seen */
	double ms;           /* -1 = not measured */
};

#define TS_PROBE_STEPS 16

struct ts_probe {
	const struct ts_options *o;
	struct ts_arena *arena;
	struct ts_evidence *evidence;
	const char *host, *gateway; /* gateway NULL without --gateway */
	int port, gateway_port;
	struct ts_probe_rows dns, rdp, cert, udp, gw, mtu;

	/* judged: */
	size_t best; /* row of rdp that got farthest */
	const char *stage, *symptom, *verdict;
	const char *findings[32];
	size_t nfindings;
	struct ts_probe_step steps[TS_PROBE_STEPS];
	size_t nsteps;
	bool undecided; /* something that was asked for could not be seen */

	/* where it points to; NULL where nothing does */
	const char *code, *ext;          /* what mstsc would show */
	const char *entry, *entry_title; /* of the knowledge base */
	const char *cause, *cause_title, *cause_status;
};

/* From the rows to stage, symptom, verdict, findings and steps. */
void ts_probe_judge(struct ts_probe *p);
void ts_probe_terminal(const struct ts_probe *p, const struct ts_look *look, struct ts_buf *out);
void ts_probe_json(const struct ts_probe *p, int exit_code, struct ts_buf *out);

#endif
