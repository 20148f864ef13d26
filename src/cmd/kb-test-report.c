/* cmd/kb-test-report.c - what `kb test` prints. */
#include "cmd/kb-test.h"

#include <string.h>

#include "base/diag.h"
#include "base/gate.h"

void ts_kbtest_report_begin(struct ts_kbtest_report *r, const struct ts_options *o)
{
	*r = (struct ts_kbtest_report){ .o = o };
	r->junit = o->format != NULL && strcmp(o->format, "junit") == 0;
	ts_buf_init(&r->out, TS_BUF_MAX_TEXT);
	ts_buf_init(&r->body, TS_BUF_MAX_TEXT);
}

void ts_kbtest_report_end(struct ts_kbtest_report *r)
{
	ts_buf_finish(&r->out);
	ts_buf_finish(&r->body);
}

/* ---- for people ---- */

static void put_cases(
	struct ts_kbtest_report *r, const char *id, const struct ts_kbtest_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ts_kbtest_case *c = &cases[i];
		if (!c->passed) {
			ts_buf_printf(&r->body, "FAIL %s: %s\n%s", id, c->name, c->text);
		} else if (r->o->verbose) {
			ts_buf_printf(&r->body, "ok   %s: %s (%.1f ms)\n", id, c->name, c->ms);
		}
	}
}

static void put_uncovered(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te)
{
	for (size_t i = 0; i < te->test->ncover; i++) {
		const struct ts_kbtest_cover *c = &te->test->cover[i];
		if (!c->reached) {
			const char *label = c->label;
			ts_buf_printf(&r->body, "not reached: %s: %s%s%s\n", te->id,
				te->entry->nodes[c->node].id, label ? ": answer " : " (cause)",
				label ? label : "");
		}
	}
}

static void put_mutants(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te)
{
	const struct ts_mutation *m = te->mutation;
	for (size_t i = 0; i < m->n; i++) {
		const struct ts_mutant *x = &m->mutants[i];
		if (!x->noticed) {
			ts_buf_printf(&r->body, "not noticed: %s: %s: %s: %s\n", te->id,
				te->entry->nodes[x->node].id, ts_mutant_kind_name(x->kind), x->what);
		}
	}
}

/* ---- JUnit ---- */

static void put_xml(struct ts_buf *b, const char *text)
{
	for (const char *p = text; *p != 0; p++) {
		switch (*p) {
		case '&': ts_buf_puts(b, "&amp;"); break;
		case '<': ts_buf_puts(b, "&lt;"); break;
		case '>': ts_buf_puts(b, "&gt;"); break;
		case '"': ts_buf_puts(b, "&quot;"); break;
		case '\n': ts_buf_puts(b, "&#10;"); break;
		default: /* other control characters are not allowed in XML at all */
			ts_buf_putc(b, (unsigned char)*p < ' ' ? ' ' : *p);
		}
	}
}

static void put_suite(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te)
{
	const struct ts_kbtest *t = te->test;
	double ms = 0;
	for (size_t i = 0; i < t->ncases; i++) {
		ms += t->cases[i].ms;
	}
	for (size_t i = 0; i < t->ngaps; i++) {
		ms += t->gaps[i].ms;
	}
	ts_buf_puts(&r->body, "  <testsuite name=\"");
	put_xml(&r->body, te->id);
	ts_buf_printf(&r->body, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
		t->ncases + t->ngaps, t->nfailed + t->ngaps_failed, ms / 1000);
	for (size_t i = 0; i < t->ncases + t->ngaps; i++) {
		const struct ts_kbtest_case *c = i < t->ncases ? &t->cases[i] : &t->gaps[i - t->ncases];
		ts_buf_puts(&r->body, "    <testcase classname=\"");
		put_xml(&r->body, te->id);
		ts_buf_puts(&r->body, "\" name=\"");
		put_xml(&r->body, c->name);
		ts_buf_puts(&r->body, "\" file=\"");
		put_xml(&r->body, te->test_src->path);
		ts_buf_printf(&r->body, "\" time=\"%.4f\"", c->ms / 1000);
		if (c->passed) {
			ts_buf_puts(&r->body, "/>\n");
			continue;
		}
		ts_buf_puts(&r->body, ">\n      <failure message=\"the walk is not as expected\">");
		put_xml(&r->body, c->text);
		ts_buf_puts(&r->body, "</failure>\n    </testcase>\n");
	}
	ts_buf_puts(&r->body, "  </testsuite>\n");
}

/* ---- both ---- */

static void count(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te)
{
	const struct ts_kbtest *t = te->test;
	r->cases += t->ncases;
	r->failed += t->nfailed;
	r->gaps += t->ngaps;
	r->gaps_failed += t->ngaps_failed;
	r->ncover += t->ncover;
	r->covered += t->ncovered;
	r->full.cases += t->full.cases;
	r->full.questions += t->full.questions;
	r->none.cases += t->none.cases;
	r->none.questions += t->none.questions;
	for (size_t i = 0; te->mutation != NULL && i < te->mutation->n; i++) {
		r->mutants[te->mutation->mutants[i].kind]++;
		r->noticed[te->mutation->mutants[i].kind] += te->mutation->mutants[i].noticed;
	}
	r->untried += te->mutation != NULL ? te->mutation->untried : 0;
}

void ts_kbtest_report_add(struct ts_kbtest_report *r, const struct ts_kbtest_entry *te)
{
	if (te->test == NULL) {
		r->untested++;
		if (r->o->coverage && !r->junit && te->test_src == NULL) {
			ts_buf_printf(&r->body, "not tested: %s has no test cases\n", te->id);
		}
		return;
	}
	count(r, te);
	if (r->junit) {
		put_suite(r, te);
		return;
	}
	put_cases(r, te->id, te->test->cases, te->test->ncases);
	put_cases(r, te->id, te->test->gaps, te->test->ngaps);
	if (r->o->coverage) {
		put_uncovered(r, te);
	}
	if (te->mutation != NULL) {
		put_mutants(r, te);
	}
}

static void put_asked(struct ts_buf *b, const char *when, const struct ts_kbtest_asked *a)
{
	if (a->cases > 0) {
		ts_buf_printf(b, "questions asked %s: %.2f on average (%zu cases)\n", when,
			(double)a->questions / (double)a->cases, a->cases);
	}
}

static double percent(size_t part, size_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 100.0;
}

static void put_mutation_totals(struct ts_kbtest_report *r)
{
	size_t all = 0, noticed = 0;
	for (int i = 0; i < TS_MUTANT_KINDS; i++) {
		all += r->mutants[i];
		noticed += r->noticed[i];
		ts_buf_printf(&r->out, "%s: %zu of %zu changes noticed (%.1f %%)\n",
			ts_mutant_kind_name((enum ts_mutant_kind)i), r->noticed[i], r->mutants[i],
			percent(r->noticed[i], r->mutants[i]));
	}
	ts_buf_printf(&r->out, "%zu of %zu changes noticed (%.1f %%)", noticed, all, percent(noticed, all));
	if (r->untried > 0) {
		ts_buf_printf(&r->out, ", %zu not tried for lack of time (--timeout)", r->untried);
	}
	ts_buf_putc(&r->out, '\n');
}

void ts_kbtest_report_text(struct ts_kbtest_report *r)
{
	if (r->junit) {
		ts_buf_printf(&r->out,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"kb test\" "
			"tests=\"%zu\" failures=\"%zu\">\n",
			r->cases + r->gaps, r->failed + r->gaps_failed);
		ts_buf_put(&r->out, r->body.data, r->body.len);
		ts_buf_puts(&r->out, "</testsuites>\n");
		return;
	}
	ts_gate_put(&r->out, ts_buf_str(&r->body), r->body.len, TS_GATE_NEWLINES);
	if (r->o->coverage && r->ncover > 0) {
		ts_buf_printf(&r->out, "%zu of %zu causes and answers reached (%.1f %%)\n", r->covered,
			r->ncover, percent(r->covered, r->ncover));
		put_asked(&r->out, "where every check can answer", &r->full);
		put_asked(&r->out, "without any evidence", &r->none);
	}
	if (r->o->mutate) {
		put_mutation_totals(r);
	}
	if (r->gaps > 0) {
		ts_buf_printf(&r->out, "%zu checks with unreadable evidence passed, %zu failed\n",
			r->gaps - r->gaps_failed, r->gaps_failed);
	}
	ts_buf_printf(&r->out, "%zu passed, %zu failed\n", r->cases - r->failed, r->failed);
}
