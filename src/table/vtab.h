/* table/vtab.h - the one virtual-table module: every table of every machine is this module with another
 * description. */
#ifndef TS_TABLE_VTAB_H
#define TS_TABLE_VTAB_H

#include "base/err.h"
#include "db/conn.h"
#include "table/scan.h"

/* Where the rows come from: make all rows and ledger lines of one scan. `schema` is the attached database
 * the table stands in ("main", "server"). */
struct ts_vtab_source {
	void (*scan)(void *ctx, const char *schema, struct ts_scan *s);
	void *ctx;
	void (*release)(void *ctx); /* called when the connection ends; may be NULL */
};

/* Make the module known to a connection that is not sealed yet. `source` is copied; its ctx is released in
 * any case. */
bool ts_vtab_register(struct ts_conn *c, const struct ts_vtab_source *source, struct ts_err *err);
/* Put a table into a schema of that connection. */
bool ts_vtab_create(struct ts_conn *c, const char *schema, const struct ts_table *t, struct ts_err *err);

#endif
