/* engine/store-private.h - what store.c and store-read.c share. */
#ifndef TS_ENGINE_STORE_PRIVATE_H
#define TS_ENGINE_STORE_PRIVATE_H

#include "db/db.h"
#include "engine/store.h"
#include "os/lock.h"

enum ts_store_sql {
	TS_SQL_BEGIN,
	TS_SQL_COMMIT,
	TS_SQL_ROLLBACK,
	TS_SQL_NEW_SESSION,
	TS_SQL_NEW_MACHINE,
	TS_SQL_PLACE,
	TS_SQL_NO_PARAMS,
	TS_SQL_PARAM,
	TS_SQL_NO_ANSWERS,
	TS_SQL_ANSWER,
	TS_SQL_NO_RESULT,
	TS_SQL_RESULT,
	TS_SQL_CELL,
	TS_SQL_LEDGER,
	TS_SQL_DISCARD,
	TS_SQL_OUTCOME,
	TS_SQL_SET,
	/* store-read.c */
	TS_SQL_LIST,
	TS_SQL_HEAD,
	TS_SQL_MACHINES,
	TS_SQL_PARAMS,
	TS_SQL_ANSWERS,
	TS_SQL_RESULTS,
	TS_SQL_CELLS,
	TS_SQL_LEDGERS,
	TS_SQL_STATS,
	TS_SQL_SETTING,
	TS_SQL_COUNT,
};
extern const char *const ts_store_sql[TS_SQL_COUNT];

struct ts_store {
	sqlite3 *db;
	struct ts_stmts stmts;
	struct ts_lock *lock;
	int64_t id; /* of the session that is worked on; 0 = none */
	char *boot;
	/* what of it is on the disk */
	char *saved_place;
	unsigned saved_answers;
	unsigned *saved_results; /* by node; serial of the result that was written */
	size_t nsaved;
};

#endif
