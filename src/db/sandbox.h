/* db/sandbox.h - the parts of the sandbox behind db/conn.h: what SQL may do, and the functions that it gets. */
#ifndef TS_DB_SANDBOX_H
#define TS_DB_SANDBOX_H

#include <stdbool.h>
#include <sqlite3.h>
#include "base/err.h"
#include "db/budget.h"

/* Does the allow-list permit this action of SQLite's authorizer? If not, the reason goes to err. */
bool ts_sandbox_allows(int action, const char *arg1, const char *arg2, struct ts_err *err);
/* The allowed function nearest to a misspelt name, or NULL. */
const char *ts_sandbox_nearest_function(const char *name);
/* Add our functions. They look at the budget while they work; it lives as long as the connection. */
bool ts_functions_register(sqlite3 *db, const struct ts_budget *budget);

#endif
