/* cmd/kb-lint-format.c - the linter's problems for programs: JSON, and SARIF 2.1.0 for code hosts and editors. */
#include "cmd/kb-lint-format.h"

#include <string.h>

#include "kb/lint.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *severity_name(enum ts_severity s)
{
	return s == TS_ERROR ? "error" : s == TS_WARNING ? "warning" : "note";
}

/* Code points of the place, at least one, within its line. */
static int64_t columns_of(const struct ts_problem *p)
{
	int64_t n = 0;
	for (size_t i = p->off;
		p->src != NULL && i < p->off + p->len && i < p->src->len && p->src->text[i] != '\n'; i++) {
		n += ((unsigned char)p->src->text[i] & 0xC0) != 0x80;
	}
	return n > 0 ? n : 1;
}

static void put_problem(struct ts_json *j, const struct ts_problem *p)
{
	ts_json_object(j);
	ts_json_kstr(j, "file", p->src != NULL ? p->src->path : NULL);
	ts_json_kint(j, "line", p->src != NULL ? (int64_t)p->line : 0);
	ts_json_kint(j, "column", p->src != NULL ? (int64_t)p->column : 0);
	ts_json_kint(j, "length", columns_of(p));
	ts_json_kstr(j, "severity", severity_name(p->severity));
	ts_json_kstr(j, "rule", p->rule);
	ts_json_kstr(j, "text", p->text);
	ts_json_end(j);
}

static void put_rules(struct ts_json *j)
{
	const struct ts_rule *r;
	ts_json_key(j, "rules");
	ts_json_array(j);
	for (int i = 0; (r = ts_lint_rule(i)) != NULL; i++) {
		ts_json_object(j);
		ts_json_kstr(j, "id", r->name);
		ts_json_key(j, "shortDescription");
		ts_json_object(j);
		ts_json_kstr(j, "text", r->doc);
		ts_json_end(j);
		ts_json_end(j);
	}
	ts_json_end(j);
}

/* An address as SARIF wants it: relative where it was given so, blanks and the like escaped. */
static void put_uri(struct ts_json *j, const char *path)
{
	struct ts_buf b;
	ts_buf_init(&b, TS_BUF_MAX_TEXT);
	for (const char *p = path; *p != 0; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     strchr("0123456789/-_.~", *p) != NULL;
		ts_buf_printf(&b, plain ? "%c" : "%%%02X", plain ? *p : (int)(unsigned char)*p);
	}
	ts_json_kstr(j, "uri", ts_buf_str(&b));
	ts_buf_finish(&b);
}

static void put_result(struct ts_json *j, const struct ts_problem *p)
{
	ts_json_object(j);
	ts_json_kstr(j, "ruleId", p->rule);
	ts_json_kstr(j, "level", severity_name(p->severity));
	ts_json_key(j, "message");
	ts_json_object(j);
	ts_json_kstr(j, "text", p->text);
	ts_json_end(j);
	ts_json_key(j, "locations");
	ts_json_array(j);
	if (p->src != NULL) {
		ts_json_object(j);
		ts_json_key(j, "physicalLocation");
		ts_json_object(j);
		ts_json_key(j, "artifactLocation");
		ts_json_object(j);
		put_uri(j, p->src->path);
		ts_json_end(j);
		ts_json_key(j, "region");
		ts_json_object(j);
		ts_json_kint(j, "startLine", (int64_t)p->line);
		ts_json_kint(j, "startColumn", (int64_t)p->column);
		ts_json_kint(j, "endColumn", (int64_t)p->column + columns_of(p));
		ts_json_end(j);
		ts_json_end(j);
		ts_json_end(j);
	}
	ts_json_end(j);
	ts_json_end(j);
}

void ts_lint_format_begin(struct ts_lint_format *f, bool sarif, struct ts_buf *out)
{
	*f = (struct ts_lint_format){ .sarif = sarif };
	ts_json_init(&f->j, out, true);
	ts_json_object(&f->j);
	if (!sarif) {
		ts_json_kstr(&f->j, "schema", "troubleshoot.lint");
		ts_json_kint(&f->j, "version", 1);
		ts_json_key(&f->j, "problems");
		ts_json_array(&f->j);
		return;
	}
	ts_json_kstr(&f->j, "$schema", SARIF_SCHEMA);
	ts_json_kstr(&f->j, "version", "2.1.0");
	ts_json_key(&f->j, "runs");
	ts_json_array(&f->j);
	ts_json_object(&f->j);
	ts_json_key(&f->j, "tool");
	ts_json_object(&f->j);
	ts_json_key(&f->j, "driver");
	ts_json_object(&f->j);
	ts_json_kstr(&f->j, "name", "troubleshoot kb lint");
	ts_json_kstr(&f->j, "version", TS_VERSION);
	put_rules(&f->j);
	ts_json_end(&f->j);
	ts_json_end(&f->j);
	ts_json_kstr(&f->j, "columnKind", "unicodeCodePoints");
	ts_json_key(&f->j, "results");
	ts_json_array(&f->j);
}

void ts_lint_format_add(struct ts_lint_format *f, struct ts_diags *d)
{
	const struct ts_problem *p;
	ts_diags_sort(d);
	for (size_t i = 0; (p = ts_diags_get(d, i)) != NULL; i++) {
		if (f->sarif) {
			put_result(&f->j, p);
		} else {
			put_problem(&f->j, p);
		}
	}
}

void ts_lint_format_end(
	struct ts_lint_format *f, size_t entries, size_t errors, size_t warnings, struct ts_buf *out)
{
	ts_json_end(&f->j);
	if (f->sarif) {
		ts_json_end(&f->j);
		ts_json_end(&f->j);
	} else {
		ts_json_kint(&f->j, "entries", (int64_t)entries);
		ts_json_kint(&f->j, "errors", (int64_t)errors);
		ts_json_kint(&f->j, "warnings", (int64_t)warnings);
	}
	ts_json_end(&f->j);
	ts_buf_putc(out, '\n');
}
