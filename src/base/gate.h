/* base/gate.h - the one output gate: every byte that comes from an entry, a file, a server or the environment passes
 * here on its way to a terminal or an export (terminal.md R1). */
#ifndef TS_BASE_GATE_H
#define TS_BASE_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/buf.h"

enum ts_gate_flags {
	TS_GATE_TABS = 1,     /* keep \t (code) */
	TS_GATE_NEWLINES = 2, /* keep \n */
	TS_GATE_ASCII = 4,    /* transliterate to ASCII: quotes, dashes, bullets, arrows; others '?' */
};

/* Append p[0..n) to out with C0 (but \n and \t where the flags keep them), DEL, C1, bidi controls (U+061C, 200E/F, 202A-E,
 * 2066-9), U+2028/9, U+FEFF, tag characters, and invalid UTF-8 replaced by U+FFFD, or by '?' with TS_GATE_ASCII. A control that is not
 * kept and stands for a blank (\t, \n) becomes a blank. */
void ts_gate_put(struct ts_buf *out, const char *p, size_t n, unsigned flags);
void ts_gate_puts(struct ts_buf *out, const char *s, unsigned flags);
/* Messages of ts_gate_fprintf() are ASCII from now on, or no longer. Said once by main, before threads. */
void ts_gate_streams_ascii(bool ascii);
/* Is this a code point that never passes (\n and \t included)? For writers that escape instead of replacing. */
bool ts_gate_unsafe(uint32_t cp);
/* Write bytes that have been gated already (a finished report, a prompt) to a stream; returns how many were taken. */
size_t ts_gate_write(FILE *f, const char *p, size_t n);
/* What ts_gate_write() does from now on; fwrite() is the default. For systems whose consoles take no UTF-8. */
void ts_gate_streams_writer(size_t (*writer)(FILE *f, const char *p, size_t n));
/* Write one formatted message (gated as a whole, \n kept) to a stream. */
void ts_gate_fprintf(FILE *f, const char *fmt, ...) TS_PRINTF(2, 3);

#endif
