/* out/ticket.h - writing Markdown for a ticket: whatever was not written by this program is redacted,
 * gated and escaped on its way in, so that no value can add structure. */
#ifndef TS_OUT_TICKET_H
#define TS_OUT_TICKET_H

#include "out/model.h"
#include "out/redact.h"

struct ts_ticket {
	const struct ts_report *r;
	const struct ts_session *s; /* NULL without an entry */
	const struct ts_entry *e;
	struct ts_buf *out;
	struct ts_redactor *redact;
	struct ts_arena *a;
};

/* Markdown of our own, as it is. */
void ts_ticket_raw(struct ts_ticket *m, const char *s);
/* A heading of level 2 with our own title. */
void ts_ticket_section(struct ts_ticket *m, const char *title);
/* Text as text: no character of it is Markdown. NULL writes nothing. */
void ts_ticket_text(struct ts_ticket *m, const char *s);
/* A code span, for values of evidence: Git hosts read no mentions in it. */
void ts_ticket_code(struct ts_ticket *m, const char *s);
/* A fenced block of a command with its parameters, each line behind `indent` blanks. */
void ts_ticket_fence(struct ts_ticket *m, const char *shell, const char *s, size_t indent);
/* Lines behind an indent, empty ones without it; first = the first line too. */
void ts_ticket_lines(struct ts_ticket *m, const char *s, size_t indent, bool first);
/* Markdown of an entry with its parameters: HTML becomes code, images their text, odd links nothing. All
 * lines but the first are indented. */
void ts_ticket_fragment(struct ts_ticket *m, const char *md, size_t n, size_t indent);

#endif
