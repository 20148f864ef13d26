/* cmd/kb-lint-format.h - `kb lint --format=json|sarif`. */
#ifndef TS_CMD_KB_LINT_FORMAT_H
#define TS_CMD_KB_LINT_FORMAT_H

#include "base/diag.h"
#include "base/json.h"

/* One document over the problems of several folders. */
struct ts_lint_format {
	struct ts_json j;
	bool sarif;
};

void ts_lint_format_begin(struct ts_lint_format *f, bool sarif, struct ts_buf *out);
void ts_lint_format_add(struct ts_lint_format *f, struct ts_diags *d);
void ts_lint_format_end(
	struct ts_lint_format *f, size_t entries, size_t errors, size_t warnings, struct ts_buf *out);

#endif
